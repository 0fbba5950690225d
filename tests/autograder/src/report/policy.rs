//! What being late costs, as a file of the instructor's says it.
//!
//! It is applied when reports are made, and only there: the journal keeps when something was handed in, so an extension that is granted later
//! needs no more than making the reports again.
//!
//! A day late is 24 hours after the due moment, whatever the clocks on the wall do in between; a day that has begun counts whole. An extension by
//! days moves the due moment by days of its calendar: what is due at 23:59 in a zone stays due at 23:59 there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, anyhow, bail, ensure};
use jiff::civil::Time;
use jiff::fmt::temporal::Pieces;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};
use serde::Deserialize;

/// Seconds of a day late.
const DAY: i64 = 24 * 60 * 60;
/// No policy is larger.
const LARGEST: u64 = 1 << 20;

/// What being late costs in each lab, and who may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    labs: BTreeMap<String, Rule>,
    extensions: BTreeMap<String, Extension>,
}

#[derive(Clone, Debug, PartialEq)]
struct Rule {
    due: Zoned,
    grace: SignedDuration,
    /// Hundredths of a per cent.
    per_day: u32,
    /// Hundredths of a per cent.
    at_most: u32,
    days_at_most: Option<u32>,
}

#[derive(Clone, Debug, PartialEq)]
struct Extension {
    everywhere: Option<More>,
    labs: BTreeMap<String, More>,
}

#[derive(Clone, Debug, PartialEq)]
enum More {
    Days(u32),
    Until(Zoned),
}

/// How late something was, and what that costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Late {
    /// Nothing is due.
    NoDue,
    /// When it was handed in is not known, so that costs nothing.
    Unknown,
    /// It was in time.
    InTime,
    /// It was late.
    Late {
        /// By so many days, a begun one counted whole.
        days: u32,
        /// Which costs so many hundredths of a per cent.
        penalty: u32,
    },
}

impl Late {
    /// The days late, where there is a due moment and a time of handing in.
    pub fn days(self) -> Option<u32> {
        match self {
            Self::NoDue | Self::Unknown => None,
            Self::InTime => Some(0),
            Self::Late { days, .. } => Some(days),
        }
    }

    /// What it costs, in hundredths of a per cent of the points earned.
    pub fn penalty(self) -> u32 {
        if let Self::Late { penalty, .. } = self { penalty } else { 0 }
    }
}

/// One lab's rules as they are written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    due: Option<toml::Value>,
    grace: Option<String>,
    per_day: Option<f64>,
    at_most: Option<f64>,
    days_at_most: Option<u32>,
}

impl Policy {
    /// Reads a policy from its file.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let of = || format!("the policy {}", path.display());
        let size = std::fs::metadata(path).with_context(|| format!("{} cannot be read", of()))?.len();
        ensure!(size <= LARGEST, "{} is larger than {LARGEST} bytes", of());
        let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", of()))?;
        Self::parse(&text).with_context(|| format!("{} is wrong", of()))
    }

    /// Reads a policy from its text.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let mut tables: BTreeMap<String, toml::Value> = toml::from_str(text)?;
        let default =
            tables.remove("default").map(|table| written("default", table)).transpose()?.unwrap_or_default();
        ensure!(default.due.is_none(), "[default] has a `due`; each lab needs its own");
        let mut extensions = BTreeMap::new();
        if let Some(table) = tables.remove("extensions") {
            let toml::Value::Table(table) = table else {
                bail!("`extensions` must be a table: [extensions]")
            };
            for (student, value) in table {
                let extension =
                    Extension::new(value).with_context(|| format!("[extensions], {student:?}"))?;
                extensions.insert(student, extension);
            }
        }
        let rule = |(lab, table): (String, toml::Value)| {
            let rule = Rule::new(written(&lab, table)?, &default).with_context(|| format!("[{lab}]"))?;
            anyhow::Ok((lab, rule))
        };
        let labs = tables.into_iter().map(rule).collect::<anyhow::Result<_>>()?;
        Ok(Self { labs, extensions })
    }

    /// An error where it names a student or a lab that there is not: a misspelt name would be an extension not given.
    pub fn check(&self, students: &BTreeSet<&str>, labs: &BTreeSet<&str>) -> anyhow::Result<()> {
        let of_students = self.extensions.values().flat_map(|extension| extension.labs.keys());
        for lab in self.labs.keys().chain(of_students) {
            ensure!(labs.contains(&**lab), "the policy speaks of the lab {lab:?}{}", unknown(lab, labs));
        }
        for (student, extension) in &self.extensions {
            ensure!(
                students.contains(&**student),
                "the policy has an extension for {student:?}{}",
                unknown(student, students)
            );
            for lab in extension.labs.keys() {
                ensure!(
                    self.labs.contains_key(lab),
                    "the policy has an extension for {student:?} in {lab}, and no [{lab}] with a `due`"
                );
            }
        }
        Ok(())
    }

    /// How late a student's work was that was handed in so many seconds after 1970.
    pub fn late(&self, student: &str, lab: &str, submitted: Option<i64>) -> Late {
        let Some(rule) = self.labs.get(lab) else { return Late::NoDue };
        let Some(submitted) = submitted else { return Late::Unknown };
        let late = submitted - self.due(student, lab, rule).timestamp().as_second();
        if late <= rule.grace.as_secs() {
            return Late::InTime;
        }
        let days = u32::try_from((late + DAY - 1) / DAY).unwrap_or(u32::MAX);
        let penalty = match rule.days_at_most {
            Some(most) if days > most => 10_000,
            _ => rule.per_day.saturating_mul(days).min(rule.at_most),
        };
        Late::Late { days, penalty }
    }

    /// When it is due for this student.
    fn due(&self, student: &str, lab: &str, rule: &Rule) -> Zoned {
        let more = self
            .extensions
            .get(student)
            .and_then(|extension| extension.labs.get(lab).or(extension.everywhere.as_ref()));
        match more {
            None => rule.due.clone(),
            Some(More::Until(until)) => until.clone(),
            // Parsing has seen to it that the sum is a date; else the due moment stays.
            Some(More::Days(days)) => {
                rule.due.checked_add(i64::from(*days).days()).unwrap_or_else(|_| rule.due.clone())
            }
        }
    }

    /// A lab's rules in one line, where it has any.
    pub fn describe(&self, lab: &str) -> Option<String> {
        let rule = self.labs.get(lab)?;
        let per_cent = |number: u32| super::class::hundredths(u64::from(number));
        let mut text = format!("due {}", rule.due.strftime("%Y-%m-%d %H:%M %:Q"));
        if !rule.grace.is_zero() {
            let _ = write!(text, ", {} of grace", minutes(rule.grace));
        }
        let _ = write!(text, ", {} % a day", per_cent(rule.per_day));
        if rule.at_most < 10_000 {
            let _ = write!(text, ", {} % at most", per_cent(rule.at_most));
        }
        if let Some(days) = rule.days_at_most {
            let _ = write!(text, ", nothing after {}", super::visible::count(days as usize, "day"));
        }
        Some(text)
    }
}

/// A time as `30 min`, `2 h` or `1 h 30 min`; seconds are rounded down.
fn minutes(time: SignedDuration) -> String {
    match (time.as_mins() / 60, time.as_mins() % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

fn written(name: &str, table: toml::Value) -> anyhow::Result<Written> {
    table.try_into().with_context(|| format!("[{name}]"))
}

impl Rule {
    fn new(own: Written, default: &Written) -> anyhow::Result<Self> {
        let due = moment(&own.due.context("`due` is missing")?).context("`due`")?;
        let grace = match own.grace.as_ref().or(default.grace.as_ref()) {
            None => SignedDuration::ZERO,
            Some(text) => grace(text)?,
        };
        let hundredths = |name: &str, number: Option<f64>, otherwise: u32| match number {
            None => Ok(otherwise),
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to 10 000
            Some(number) if (0.0..=100.0).contains(&number) => Ok((number * 100.0).round() as u32),
            Some(number) => Err(anyhow!("`{name}` is {number}, and must be per cent from 0 to 100")),
        };
        Ok(Self {
            due,
            grace,
            per_day: hundredths("per_day", own.per_day.or(default.per_day), 0)?,
            at_most: hundredths("at_most", own.at_most.or(default.at_most), 10_000)?,
            days_at_most: own.days_at_most.or(default.days_at_most),
        })
    }
}

impl Extension {
    fn new(value: toml::Value) -> anyhow::Result<Self> {
        let toml::Value::Table(table) = value else {
            return Ok(Self { everywhere: Some(more(&value)?), labs: BTreeMap::new() });
        };
        let each = |(lab, value): (String, toml::Value)| {
            let more = more(&value).with_context(|| lab.clone())?;
            anyhow::Ok((lab, more))
        };
        Ok(Self { everywhere: None, labs: table.into_iter().map(each).collect::<anyhow::Result<_>>()? })
    }
}

fn more(value: &toml::Value) -> anyhow::Result<More> {
    match value {
        toml::Value::Integer(days) => match u32::try_from(*days) {
            Ok(days) if days <= 1000 => Ok(More::Days(days)),
            _ => bail!("{days} days, and an extension is 0 to 1000 days"),
        },
        toml::Value::String(_) | toml::Value::Datetime(_) => Ok(More::Until(moment(value)?)),
        _ => {
            bail!("{value} is neither days, as in 3, nor a new due moment, as in \"2025-11-20T23:59+02:00\"")
        }
    }
}

fn grace(text: &str) -> anyhow::Result<SignedDuration> {
    let wrong = || format!("`grace` is {text:?}, and must be a time as in \"30 min\" or \"2 h\"");
    let grace: SignedDuration = text.parse().with_context(wrong)?;
    ensure!(!grace.is_negative(), "{}", wrong());
    Ok(grace)
}

/// A moment with its zone (RFC 9557) or its offset (RFC 3339); without either it would be another one on another machine.
fn moment(value: &toml::Value) -> anyhow::Result<Zoned> {
    let text = match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Datetime(moment) => moment.to_string(),
        _ => bail!("{value} is no moment; write it as in \"2025-11-16T23:59[Europe/Kyiv]\""),
    };
    let help = "write it as in \"2025-11-16T23:59[Europe/Kyiv]\" or \"2025-11-16T23:59+02:00\"";
    let wrong = || format!("{text:?} is no moment; {help}");
    let pieces = Pieces::parse(&text).with_context(wrong)?;
    let time: Option<Time> = pieces.time();
    ensure!(time.is_some(), "{text:?} has no time of day; {help}");
    if pieces.time_zone_annotation().is_some() {
        return text.parse().with_context(|| {
            format!("{text:?} is no moment. Where the zone is right and this machine has no time zones, install tzdata or write an offset")
        });
    }
    ensure!(pieces.offset().is_some(), "{text:?} has neither a zone nor an offset; {help}");
    let moment: Timestamp = text.parse().with_context(wrong)?;
    let offset = pieces.to_numeric_offset().unwrap_or(jiff::tz::Offset::UTC);
    Ok(moment.to_zoned(TimeZone::fixed(offset)))
}

/// What to say of a name that there is not.
fn unknown(name: &str, known: &BTreeSet<&str>) -> String {
    let likely = known.iter().map(|other| (distance(name, other), *other)).min();
    match likely {
        Some((steps, other)) if steps <= 2 + name.chars().count() / 4 => {
            format!(", and there is none of that name. Is {other:?} meant?")
        }
        _ => ", and there is none of that name".into(),
    }
}

/// How many characters have to be changed, added or taken away; case counts little.
fn distance(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.to_lowercase().chars().take(100).collect();
    let other: Vec<char> = other.to_lowercase().chars().take(100).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in other.iter().enumerate() {
            let changed = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const KYIV: &str = r#"
        [default]
        grace = "30 min"
        per_day = 10
        at_most = 50
        days_at_most = 7
        [lab03]
        due = "2025-10-25T23:59[Europe/Kyiv]"
        [lab04]
        due = 2025-11-16T23:59:00+02:00
        per_day = 2.5
        [extensions]
        "Ada Lovelace" = 3
        alan = { lab03 = "2025-10-28T12:00Z" }
    "#;

    fn of(policy: &Policy, student: &str, lab: &str, time: &str) -> Late {
        policy.late(student, lab, Some(time.parse::<Timestamp>().unwrap().as_second()))
    }

    fn late(days: u32, penalty: u32) -> Late {
        Late::Late { days, penalty }
    }

    #[test]
    fn a_begun_day_counts_and_grace_is_no_day() {
        let policy = Policy::parse(KYIV).unwrap();
        let at = |time: &str| of(&policy, "x", "lab04", time);
        assert_eq!(at("2025-11-16T21:59:00Z"), Late::InTime);
        assert_eq!(at("2025-11-16T22:29:00Z"), Late::InTime, "grace is included");
        assert_eq!(at("2025-11-16T22:29:01Z"), late(1, 250), "and does not move the due moment");
        assert_eq!(at("2025-11-17T21:59:00Z"), late(1, 250));
        assert_eq!(at("2025-11-17T21:59:01Z"), late(2, 500));
        assert_eq!(at("2025-11-23T21:59:00Z"), late(7, 1750));
        assert_eq!(at("2025-11-23T21:59:01Z"), late(8, 10_000), "nothing is left");
    }

    #[test]
    fn a_day_late_is_24_hours_when_the_clocks_change() {
        // In Kyiv 2025-10-26 has 25 hours: 23:59 on the next day is 25 hours after 23:59.
        let policy = Policy::parse(KYIV).unwrap();
        let at = |time: &str| of(&policy, "x", "lab03", time);
        assert_eq!(at("2025-10-26T22:59:00+02:00"), late(1, 1000));
        assert_eq!(at("2025-10-26T23:59:00+02:00"), late(2, 2000));
        assert_eq!(at("2025-10-31T12:00:00+02:00"), late(6, 5000), "at most half");
    }

    #[test]
    fn an_extension_by_days_keeps_the_hour() {
        let policy = Policy::parse(KYIV).unwrap();
        let ada = |time: &str| of(&policy, "Ada Lovelace", "lab03", time);
        assert_eq!(ada("2025-10-28T23:59:00+02:00"), Late::InTime);
        assert_eq!(ada("2025-10-29T00:30:00+02:00"), late(1, 1000));
        assert_eq!(of(&policy, "alan", "lab03", "2025-10-28T12:00:00Z"), Late::InTime);
        assert_eq!(of(&policy, "alan", "lab04", "2025-11-17T12:00:00Z"), late(1, 250), "of lab 3 only");
    }

    #[test]
    fn without_a_due_moment_or_a_time_nothing_is_late() {
        let policy = Policy::parse(KYIV).unwrap();
        assert_eq!(of(&policy, "x", "lab05", "2030-01-01T00:00:00Z"), Late::NoDue);
        assert_eq!(policy.late("x", "lab03", None), Late::Unknown);
    }

    #[test]
    fn a_name_that_there_is_not_is_an_error_with_a_suggestion() {
        let policy = Policy::parse(KYIV).unwrap();
        let labs = BTreeSet::from(["lab03", "lab04"]);
        policy.check(&BTreeSet::from(["Ada Lovelace", "alan"]), &labs).unwrap();
        let error = policy.check(&BTreeSet::from(["Ada Lovelase", "alan"]), &labs).unwrap_err().to_string();
        assert!(error.contains("Is \"Ada Lovelase\" meant?"), "{error}");
        let error = policy.check(&BTreeSet::from(["zoe"]), &labs).unwrap_err().to_string();
        assert!(error.ends_with("there is none of that name"), "{error}");
        let error = policy.check(&BTreeSet::new(), &BTreeSet::from(["lab03"])).unwrap_err().to_string();
        assert!(error.contains("the lab \"lab04\"") && error.contains("Is \"lab03\" meant?"), "{error}");
    }

    #[test]
    fn what_is_written_wrongly_is_named() {
        for (text, says) in [
            ("[lab01]\nper_day = 10", "`due` is missing"),
            ("[lab01]\ndue = \"2025-11-16\"", "no time of day"),
            ("[lab01]\ndue = \"2025-11-16[Europe/Kyiv]\"", "no time of day"),
            ("[lab01]\ndue = \"2025-11-16T23:59\"", "neither a zone nor an offset"),
            ("[lab01]\ndue = 2025-11-16T23:59:00", "neither a zone nor an offset"),
            ("[lab01]\ndue = \"tomorrow\"", "is no moment"),
            ("[lab01]\ndue = \"2025-11-16T23:59[Europe/Kyjiv]\"", "Kyjiv"),
            ("[lab01]\ndue = \"2025-11-16T23:59Z\"\nper_day = 110", "from 0 to 100"),
            ("[lab01]\ndue = \"2025-11-16T23:59Z\"\ngrace = \"soon\"", "as in \"30 min\""),
            ("[lab01]\ndue = \"2025-11-16T23:59Z\"\ngrace = \"-5 min\"", "as in \"30 min\""),
            ("[lab01]\ndue = \"2025-11-16T23:59Z\"\nper_dya = 5", "unknown field `per_dya`, expected"),
            ("[default]\ndue = \"2025-11-16T23:59Z\"", "each lab needs its own"),
            ("[extensions]\nada = -3", "0 to 1000"),
            ("[extensions]\nada = true", "neither days"),
            ("extensions = 3", "must be a table"),
        ] {
            let error = format!("{:#}", Policy::parse(text).unwrap_err());
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn the_rules_are_told_in_a_line() {
        let policy = Policy::parse(KYIV).unwrap();
        assert_eq!(
            policy.describe("lab03").unwrap(),
            "due 2025-10-25 23:59 Europe/Kyiv, 30 min of grace, 10 % a day, 50 % at most, nothing after 7 days"
        );
        assert_eq!(policy.describe("lab05"), None);
    }
}
