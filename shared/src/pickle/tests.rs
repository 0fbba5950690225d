//! What the scan lets through and what it refuses; the pickles are Python's own, or written by hand from `pickletools`.

use super::*;

fn refused(pickle: &[u8]) -> String {
    scan(pickle).expect_err("the pickle is refused").to_string()
}

/// `pickle.dumps({"sensor": "roof", "seq": 7, "celsius": 21.5, "tags": ["a", "a"]}, N)` for N = 0, 2, 4.
const PLAIN: [&[u8]; 3] = [
    b"(dp0\nVsensor\np1\nVroof\np2\nsVseq\np3\nI7\nsVcelsius\np4\nF21.5\nsVtags\np5\n(lp6\nVa\np7\nag7\nas.",
    b"\x80\x02}q\x00(X\x06\x00\x00\x00sensorq\x01X\x04\x00\x00\x00roofq\x02X\x03\x00\x00\x00seqq\x03K\x07X\x07\x00\x00\x00celsiusq\x04G@5\x80\x00\x00\x00\x00\x00X\x04\x00\x00\x00tagsq\x05]q\x06(X\x01\x00\x00\x00aq\x07h\x07eu.",
    b"\x80\x04\x95:\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x06sensor\x94\x8c\x04roof\x94\x8c\x03seq\x94K\x07\x8c\x07celsius\x94G@5\x80\x00\x00\x00\x00\x00\x8c\x04tags\x94]\x94(\x8c\x01a\x94h\x07eu.",
];

#[test]
fn plain_data_passes_and_is_read_behind_the_scan() {
    for pickle in PLAIN {
        assert_eq!(scan(pickle), Ok(()));
        let value = serde_pickle::value_from_slice(pickle, serde_pickle::DeOptions::new()).unwrap();
        assert!(value.to_string().contains("roof"), "{value}");
    }
    let ours =
        serde_pickle::to_vec(&("a", 1, [2.5, f64::NAN], u64::MAX), serde_pickle::SerOptions::new()).unwrap();
    assert_eq!(scan(&ours), Ok(()));
}

#[test]
fn every_beginning_of_a_pickle_is_too_short() {
    for pickle in PLAIN {
        for length in 0..pickle.len() {
            assert!(scan(&pickle[..length]).is_err(), "{length}");
        }
        assert_eq!(scan(&[pickle, b"."].concat()), Err(PickleError::Trailing(1)));
    }
}

#[test]
fn what_would_call_code_is_refused_by_name() {
    let cases: [(&[u8], &str); 13] = [
        (b"cos\nsystem\n(S'x'\ntR.", "GLOBAL at byte 0 would call code (os.system)"),
        (b"(S'x'\nios\nsystem\n.", "INST at byte 6 would call code (os.system)"),
        (b"\x80\x04\x8c\x02os\x8c\x06system\x93.", "STACK_GLOBAL at byte 14"),
        (b"N)R.", "REDUCE"),
        (b"N}b.", "BUILD"),
        (b"(N)o.", "OBJ"),
        (b"N)\x81.", "NEWOBJ "),
        (b"N)}\x92.", "NEWOBJ_EX"),
        (b"\x82\x01.", "EXT1"),
        (b"\x83\x01\x00.", "EXT2"),
        (b"\x84\x01\x00\x00\x00.", "EXT4"),
        (b"Pid\n.", "PERSID"),
        (b"NQ.", "BINPERSID"),
    ];
    for (pickle, says) in cases {
        let said = refused(pickle);
        assert!(said.contains(says), "{said}");
    }
    assert!(refused(b"ca\x1b[31m\nb\n.").contains("(a\\u{1b}[31m.b)"));
}

/// A list in a list and so on, in the ways in which pickles can nest.
fn nested(levels: usize) -> Vec<Vec<u8>> {
    let repeated = |before: &[u8], inner: &[u8], after: &[u8], count: usize| {
        [before.repeat(count), inner.to_vec(), after.repeat(count), b".".to_vec()].concat()
    };
    vec![
        repeated(b"]", b"]", b"a", levels - 1),
        repeated(b"}N", b"]", b"s", levels - 1),
        repeated(b"", b")", b"\x85", levels - 1),
        repeated(b"", b"]", b"N\x86", levels - 1),
    ]
}

#[test]
fn nesting_is_counted_however_it_is_written() {
    for pickle in nested(DEPTH) {
        assert_eq!(scan(&pickle), Ok(()), "{pickle:?}");
    }
    for levels in [DEPTH + 1, 10_000, 30_000] {
        for pickle in nested(levels) {
            let said = refused(&pickle);
            assert!(said.contains("nested deeper") || said.contains("stands for more"), "{said}");
        }
    }
    assert!(refused(&nested(DEPTH + 1)[0]).contains("nested deeper than 64"));
}

#[test]
fn open_marks_are_bounded() {
    assert!(refused(&b"(".repeat(DEPTH + 1)).contains("nested deeper"));
}

#[test]
fn a_reference_weighs_what_it_stands_for() {
    let text = [b"X\x10\x27\x00\x00".as_slice(), &b"x".repeat(10_000), b"q\x00"].concat();
    let few = [b"](", &text[..], &b"h\x00".repeat(3), b"e."].concat();
    assert_eq!(scan(&few), Ok(()));
    let many = [b"](", &text[..], &b"h\x00".repeat(10_000), b"e."].concat();
    assert!(refused(&many).contains("stands for more than"));
    let copies = [&text[..], &b"q\x01".repeat(10), b"."].concat();
    assert!(refused(&copies).contains("put there again"));
}

#[test]
fn a_list_in_two_places_or_in_itself_is_refused() {
    for pickle in [b"]q\x00](h\x00h\x00e.".as_slice(), b"]q\x00h\x00a.", b"](2e."] {
        assert!(scan(pickle).is_err(), "{pickle:?}");
    }
}

#[test]
fn lengths_and_places_are_not_believed() {
    let eight_gib = (8u64 << 30).to_le_bytes();
    for code in [0x8d, 0x8e, 0x96, 0x95] {
        let pickle = [&[0x80, 4, code], &eight_gib[..], b"abc."].concat();
        assert!(refused(&pickle).contains("ends too early"), "{code:#x}");
    }
    for code in *b"XBT" {
        assert!(refused(&[&[code][..], b"\xff\xff\xff\xffab."].concat()).contains("ends too early"));
    }
    assert!(refused(b"Nr\xff\xff\xff\xff.").contains("memo larger"));
    assert!(refused(b"Np99999999999\n.").contains("memo larger"));
    assert!(refused(b"Np-1\n.").contains("no number"));
    assert!(refused(b"j\x01\x00\x00\x00.").contains("empty place"));
    assert!(refused(&[b"L".as_slice(), &b"9".repeat(100), b"\n."].concat()).contains("64 digits"));
}

#[test]
fn a_program_that_does_not_end_with_one_value_is_refused() {
    for pickle in [
        b".".as_slice(),
        b"NN.",
        b"(N.",
        b"e.",
        b"a.",
        b"Na.",
        b"NNa.",
        b"(a.",
        b"\x85.",
        b"0.",
        b"1.",
        b"q\x00.",
    ] {
        assert!(scan(pickle).is_err(), "{pickle:?}");
    }
    assert_eq!(scan(b"(N1NN0."), Ok(()));
    assert!(refused(b"\x80\x06N.").contains("unknown protocol"));
    assert!(refused(b"\xff").contains("unknown instruction"));
}

/// Whatever the bytes are, the scan ends, and what it lets through a parser survives.
#[test]
fn random_bytes_do_no_harm() {
    let codes = b".(012FIJKLMNSTUVXabcdeghijlopqrstu]})GBC\x80\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x94\x95\x96\n\x00\x01\x02";
    let mut state = 1u64;
    let mut passed = 0;
    for _ in 0..60_000 {
        let mut pickle = Vec::new();
        for _ in 0..12 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            pickle.push(codes[usize::try_from(state >> 33).unwrap() % codes.len()]);
        }
        pickle.push(b'.');
        if scan(&pickle).is_ok() {
            passed += 1;
            let _ = serde_pickle::value_from_slice(&pickle, serde_pickle::DeOptions::new());
        }
    }
    assert!(passed > 0, "some of them are pickles");
}
