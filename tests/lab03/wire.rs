//! Readings as bytes, without the help of the programs under test: golden bytes that Python wrote, bytes that are written here by
//! hand from the formats' specifications, and a reader for replies.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde_json::Value;

/// One reading, as the check means it.
#[derive(Clone, Debug)]
pub struct Reading {
    pub sensor: String,
    pub seq: u64,
    pub celsius: f64,
    pub tags: Vec<String>,
}

impl Reading {
    /// The same with its number counted on.
    pub fn next(&self) -> Self {
        Self { seq: self.seq + 1, ..self.clone() }
    }

    /// Equal to the last bit; one NaN is as good as another.
    pub fn same(&self, other: &Self) -> bool {
        let numbers = (self.celsius.is_nan() && other.celsius.is_nan())
            || self.celsius.to_bits() == other.celsius.to_bits();
        numbers && self.sensor == other.sensor && self.seq == other.seq && self.tags == other.tags
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sensor: String = self.sensor.chars().take(20).collect();
        let tags: String = format!("{:?}", self.tags).chars().take(60).collect();
        write!(formatter, "sensor {sensor:?}, seq {}, celsius {:?}, tags {tags}", self.seq, self.celsius)
    }
}

/// A JSON object, from RFC 8259, with blanks and an order of its own.
pub fn json(reading: &Reading) -> Vec<u8> {
    let tags: Vec<String> = reading.tags.iter().map(|tag| Value::from(tag.as_str()).to_string()).collect();
    let sensor = Value::from(reading.sensor.as_str());
    let Reading { seq, celsius, .. } = reading;
    format!(
        "{{ \"tags\": [{}],\n \"celsius\":{celsius:?}, \"seq\" : {seq},\"sensor\":{sensor} }}",
        tags.join(" , ")
    )
    .into()
}

/// A MessagePack map, from the specification: 8N map, DB text of 32-bit length, CF whole number, CB float, DD list.
pub fn msgpack(reading: &Reading) -> Vec<u8> {
    let mut body = vec![0x84];
    let text = |body: &mut Vec<u8>, text: &str| {
        body.push(0xdb);
        body.extend((text.len() as u32).to_be_bytes());
        body.extend(text.as_bytes());
    };
    text(&mut body, "celsius");
    body.push(0xcb);
    body.extend(reading.celsius.to_be_bytes());
    text(&mut body, "tags");
    body.push(0xdd);
    body.extend((reading.tags.len() as u32).to_be_bytes());
    for tag in &reading.tags {
        text(&mut body, tag);
    }
    text(&mut body, "seq");
    body.push(0xcf);
    body.extend(reading.seq.to_be_bytes());
    text(&mut body, "sensor");
    text(&mut body, &reading.sensor);
    body
}

/// The version byte 2, then bincode 2 `standard()`, from its specification.
pub fn bincode(reading: &Reading) -> Vec<u8> {
    let mut body = vec![2];
    bincode_text(&mut body, &reading.sensor);
    bincode_number(&mut body, reading.seq);
    body.extend(reading.celsius.to_le_bytes());
    bincode_number(&mut body, reading.tags.len() as u64);
    for tag in &reading.tags {
        bincode_text(&mut body, tag);
    }
    body
}

/// Below 251 one byte; else FB, FC or FD, then two, four or eight bytes, the lowest first.
pub fn bincode_number(body: &mut Vec<u8>, number: u64) {
    let bytes = number.to_le_bytes();
    match number {
        0..=250 => body.push(bytes[0]),
        251..=0xffff => body.extend([&[0xfb], &bytes[..2]].concat()),
        0x1_0000..=0xffff_ffff => body.extend([&[0xfc], &bytes[..4]].concat()),
        _ => body.extend([&[0xfd], &bytes[..]].concat()),
    }
}

fn bincode_text(body: &mut Vec<u8>, text: &str) {
    bincode_number(body, text.len() as u64);
    body.extend(text.as_bytes());
}

/// A pickled dict of protocol 2, from `pickletools`: a text is X and its length, a number LONG1, a list MARK … LIST.
pub fn pickle(reading: &Reading) -> Vec<u8> {
    let mut body = b"\x80\x02(".to_vec();
    pickle_text(&mut body, "tags");
    body.push(b'(');
    for tag in &reading.tags {
        pickle_text(&mut body, tag);
    }
    body.push(b'l');
    pickle_text(&mut body, "sensor");
    pickle_text(&mut body, &reading.sensor);
    pickle_text(&mut body, "seq");
    body.extend(b"\x8a\x09");
    body.extend(reading.seq.to_le_bytes());
    body.push(0);
    pickle_text(&mut body, "celsius");
    body.push(b'G');
    body.extend(reading.celsius.to_be_bytes());
    body.extend(b"d.");
    body
}

/// Adds an instruction that pushes a text.
pub fn pickle_text(body: &mut Vec<u8>, text: &str) {
    body.push(b'X');
    body.extend((text.len() as u32).to_le_bytes());
    body.extend(text.as_bytes());
}

/// One field of a map whose types are not known yet.
#[derive(Deserialize)]
#[serde(untagged)]
enum Field {
    Whole(u64),
    Real(f64),
    Text(String),
    List(Vec<String>),
}

/// The reading in the body of a reply; or why there is none.
pub fn read(format: &str, body: &[u8]) -> Result<Reading, String> {
    match format {
        "json" => fields(serde_json::from_slice(body).map_err(|error| error.to_string())?),
        "msgpack" => {
            let mut rest = body;
            let map = rmp_serde::from_read(&mut rest).map_err(|error| error.to_string())?;
            if rest.is_empty() { fields(map) } else { Err(format!("{} bytes stand behind it", rest.len())) }
        }
        "pickle" => {
            let map = serde_pickle::from_slice(body, serde_pickle::DeOptions::new());
            fields(map.map_err(|error| error.to_string())?)
        }
        _ => read_bincode(body),
    }
}

fn fields(mut map: BTreeMap<String, Field>) -> Result<Reading, String> {
    let mut take =
        |name: &str| map.remove(name).ok_or_else(|| format!("it has no field `{name}` of the right type"));
    let reading = match (take("sensor")?, take("seq")?, take("celsius")?, take("tags")?) {
        (Field::Text(sensor), Field::Whole(seq), Field::Real(celsius), Field::List(tags)) => {
            Reading { sensor, seq, celsius, tags }
        }
        _ => return Err("a field has another type".into()),
    };
    match map.into_keys().next() {
        None => Ok(reading),
        Some(name) => Err(format!("it has a field `{name}` too")),
    }
}

fn read_bincode(body: &[u8]) -> Result<Reading, String> {
    let Some((2, mut rest)) = body.split_first().map(|(first, rest)| (*first, rest)) else {
        return Err("it does not begin with the version byte 2".into());
    };
    let sensor = take_text(&mut rest)?;
    let seq = take_number(&mut rest)?;
    let celsius = take(&mut rest, 8)?.try_into().map(f64::from_le_bytes).map_err(|_| "it is too short")?;
    let count = take_number(&mut rest)?;
    let tags = (0..count).map(|_| take_text(&mut rest)).collect::<Result<_, _>>()?;
    if rest.is_empty() {
        Ok(Reading { sensor, seq, celsius, tags })
    } else {
        Err("bytes stand behind it".into())
    }
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], String> {
    let (taken, left) = rest.split_at_checked(count).ok_or("it is too short")?;
    *rest = left;
    Ok(taken)
}

fn take_number(rest: &mut &[u8]) -> Result<u64, String> {
    let width = match take(rest, 1)? {
        [0xfb] => 2,
        [0xfc] => 4,
        [0xfd] => 8,
        [small] => return Ok(u64::from(*small)),
        _ => 0,
    };
    Ok(take(rest, width)?.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn take_text(rest: &mut &[u8]) -> Result<String, String> {
    let length = usize::try_from(take_number(rest)?).map_err(|error| error.to_string())?;
    String::from_utf8(take(rest, length)?.to_vec()).map_err(|error| error.to_string())
}

/// The text in a pickle, which must be a text for Python too, and not bytes.
pub fn read_text(pickle: &[u8]) -> Result<String, String> {
    match serde_pickle::value_from_slice(pickle, serde_pickle::DeOptions::new()) {
        Ok(serde_pickle::Value::String(text)) => Ok(text),
        Ok(serde_pickle::Value::Bytes(_)) => Err("it is a pickle of bytes and not of a text".into()),
        Ok(serde_pickle::Value::List(_)) => Err("it is a pickle of a list and not of a text".into()),
        Ok(_) => Err("it is a pickle of something else than a text".into()),
        Err(error) => Err(format!("it is no pickle ({error})")),
    }
}

/// What Python wrote; `golden/lab03.py` says how.
pub struct Golden(Value);

/// A reading and its bytes in one format.
pub type Case = (Reading, Vec<u8>);

impl Golden {
    /// The golden bytes of this lab.
    pub fn load() -> Self {
        Self(serde_json::from_str(include_str!("../golden/lab03.json")).expect("golden/lab03.json is JSON"))
    }

    /// The readings as JSON or MessagePack.
    pub fn readings(&self, format: &str) -> Vec<Case> {
        list(&self.0["readings"]).iter().map(|entry| (reading_of(entry), bytes(&entry[format]))).collect()
    }

    /// The readings as pickles, of every protocol there is.
    pub fn pickled_readings(&self) -> Vec<Case> {
        list(&self.0["readings"])
            .iter()
            .flat_map(|entry| {
                protocols(&entry["pickle"]).into_iter().map(|(_, pickle)| (reading_of(entry), pickle))
            })
            .collect()
    }

    /// Readings whose number is infinite or none.
    pub fn odd_numbers(&self) -> Vec<(Reading, Vec<u8>, Vec<Vec<u8>>)> {
        let entries = list(&self.0["odd_numbers"]).iter();
        entries
            .map(|entry| {
                let pickles = protocols(&entry["pickle"]).into_iter().map(|(_, pickle)| pickle).collect();
                (reading_of(entry), bytes(&entry["msgpack"]), pickles)
            })
            .collect()
    }

    /// What Python takes for JSON when a number is infinite or none.
    pub fn json_with_odd_numbers(&self) -> Vec<Vec<u8>> {
        list(&self.0["json_with_odd_numbers"]).iter().map(bytes).collect()
    }

    /// Texts and their pickles.
    pub fn texts(&self) -> Vec<(String, Vec<u8>)> {
        let entries = list(&self.0["texts"]).iter();
        entries
            .flat_map(|entry| {
                let text = string(&entry["text"]).to_string();
                protocols(&entry["pickle"]).into_iter().map(move |(_, pickle)| (text.clone(), pickle))
            })
            .collect()
    }

    /// The pickles of one text.
    pub fn text(&self, wanted: &str) -> Vec<Vec<u8>> {
        self.texts().into_iter().filter(|(text, _)| text == wanted).map(|(_, pickle)| pickle).collect()
    }

    /// Pickles of one of the groups `hostile`, `objects`, `wrong_types` and `not_texts`, each with what it is.
    pub fn group(&self, group: &str) -> Vec<(String, Vec<u8>)> {
        let kinds = self.0[group].as_object().expect("the group is there").iter();
        kinds
            .flat_map(|(what, pickles)| {
                let named = move |(protocol, pickle)| (format!("{what} (protocol {protocol})"), pickle);
                protocols(pickles).into_iter().map(named)
            })
            .collect()
    }
}

fn reading_of(entry: &Value) -> Reading {
    let number: [u8; 8] = bytes(&entry["celsius"]).try_into().expect("a float has eight bytes");
    Reading {
        sensor: string(&entry["sensor"]).into(),
        seq: entry["seq"].as_u64().expect("seq is a number"),
        celsius: f64::from_be_bytes(number),
        tags: list(&entry["tags"]).iter().map(|tag| string(tag).to_string()).collect(),
    }
}

fn protocols(value: &Value) -> Vec<(String, Vec<u8>)> {
    let entries = value.as_object().expect("pickles are listed by protocol").iter();
    entries.map(|(protocol, pickle)| (protocol.clone(), bytes(pickle))).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("this is a list")
}

fn string(value: &Value) -> &str {
    value.as_str().expect("this is a text")
}

fn bytes(value: &Value) -> Vec<u8> {
    let digits = string(value);
    let pairs = (0..digits.len()).step_by(2);
    pairs.map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("this is hexadecimal")).collect()
}
