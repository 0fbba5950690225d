//! What is taken of submissions, and what is refused.

mod attacks;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use grade::entry::Verdict;
use grade::ingest::{Caps, Class, Roster, Submission, Taken, find, sha256};

type Files = Vec<(String, Vec<u8>)>;

fn labs(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

fn files(paths: &[&str]) -> Files {
    paths.iter().map(|path| (path.to_string(), format!("// {path}").into_bytes())).collect()
}

fn class(submissions: &Path, asked: &[&str]) -> Class {
    find(submissions, None, &labs(asked), &Caps::default()).unwrap()
}

/// The one submission there.
fn only(submissions: &Path, asked: &[&str]) -> Submission {
    let class = class(submissions, asked);
    assert_eq!(class.len(), 1, "{:?}", class.students().collect::<Vec<_>>());
    class.read(0)
}

/// The paths that were taken for lab 01.
fn paths(submission: &Submission) -> Vec<&str> {
    match &submission.labs["lab01"] {
        Taken::Sources(sources) => sources.keys().map(String::as_str).collect(),
        other => panic!("{other:?}"),
    }
}

/// What came of lab 01, in words.
fn words(submission: &Submission) -> String {
    match &submission.labs["lab01"] {
        Taken::Sources(sources) => format!("{:?}", sources.keys().collect::<Vec<_>>()),
        other => format!("{other:?}"),
    }
}

fn why(submission: &Submission) -> &str {
    match &submission.labs["lab01"] {
        Taken::Rejected(why) => why,
        other => panic!("{other:?}"),
    }
}

/// The same files as a folder, as zip and as tar.gz must be the same submission.
fn in_each_way(given: &Files, asked: &[&str]) -> Submission {
    let place = tempfile::tempdir().unwrap();
    let way = |name: &str| place.path().join(name);
    for (path, contents) in given {
        let path = way("folder/ann").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }
    fs::create_dir_all(way("zip")).unwrap();
    fs::create_dir_all(way("tar")).unwrap();
    fs::write(way("zip/ann.zip"), attacks::archives::zip(given)).unwrap();
    fs::write(way("tar/ann.tar"), attacks::archives::tar(given)).unwrap();
    let mut read: Vec<Submission> =
        ["folder", "zip", "tar"].map(|name| Submission { submitted: None, ..only(&way(name), asked) }).into();
    assert_eq!(read[0], read[1], "a folder and a zip file differ");
    assert_eq!(read[0], read[2], "a folder and a tar file differ");
    assert_eq!(read[0].student, "ann");
    read.remove(0)
}

#[test]
fn takes_the_sources_and_names_what_it_ignores() {
    let given = files(&[
        ".cargo/config.toml",
        "Cargo.toml",
        "README.md",
        "labs/lab01/Cargo.toml",
        "labs/lab01/build.rs",
        "labs/lab01/src/bin/server.rs",
        "labs/lab01/src/endpoint.rs",
        "labs/lab01/src/target/deep.rs",
        "labs/lab01/src/words.txt",
        "labs/lab02/src/bin/server.rs",
        "target/debug/build/x/labs/lab01/src/endpoint.rs",
        "__MACOSX/labs/lab01/src/._endpoint.rs",
        "labs/lab01/src/._endpoint.rs",
        "labs/lab01/.DS_Store",
    ]);
    let read = in_each_way(&given, &["lab01", "lab03"]);
    assert_eq!(paths(&read), ["src/bin/server.rs", "src/endpoint.rs", "src/target/deep.rs"]);
    assert_eq!(read.labs["lab03"], Taken::Missing);
    assert_eq!(
        read.ignored,
        [
            ".cargo/config.toml",
            "Cargo.toml",
            "labs/lab01/Cargo.toml",
            "labs/lab01/build.rs",
            "README.md",
            "labs/lab01/src/words.txt",
            "labs/lab02/src/bin/server.rs"
        ]
    );
    let Taken::Sources(sources) = &read.labs["lab01"] else { panic!() };
    assert_eq!(sources["src/endpoint.rs"], b"// labs/lab01/src/endpoint.rs");
}

#[test]
fn finds_the_lab_below_folders_of_the_archive_and_on_its_own() {
    for (given, path) in [
        ("zeromq-labs-main/labs/lab01/src/bin/server.rs", "src/bin/server.rs"),
        ("a/b/labs/lab01/src/endpoint.rs", "src/endpoint.rs"),
        ("lab01/src/bin/server.rs", "src/bin/server.rs"),
        ("ann/lab01/src/bin/server.rs", "src/bin/server.rs"),
        ("ann/src/bin/server.rs", "src/bin/server.rs"),
    ] {
        assert_eq!(paths(&in_each_way(&files(&[given]), &["lab01"])), [path], "{given}");
    }
    // The shortest way down counts, and what lies deeper is a copy.
    let both = files(&["labs/lab01/src/new.rs", "old/labs/lab01/src/old.rs", "lab01/src/older.rs"]);
    let read = in_each_way(&both, &["lab01"]);
    assert_eq!(paths(&read), ["src/new.rs"]);
    assert_eq!(read.ignored, ["lab01/src/older.rs", "old/labs/lab01/src/old.rs"]);
}

#[test]
fn a_whole_workspace_is_not_taken_for_one_lab() {
    let given =
        files(&["labs/lab02/src/bin/server.rs", "shared/src/lib.rs", "solutions/lab02/src/bin/server.rs"]);
    assert_eq!(in_each_way(&given, &["lab01"]).labs["lab01"], Taken::Missing);
    // With two labs asked for, `src` names neither.
    let read = in_each_way(&files(&["ann/src/bin/server.rs"]), &["lab01", "lab02"]);
    assert!(why(&read).contains("must be in labs/lab01/src"), "{read:?}");
}

#[test]
fn says_where_the_sources_should_have_been() {
    let read = in_each_way(&files(&["server.rs"]), &["lab01"]);
    assert_eq!(why(&read), "server.rs is not where it can be found: the sources must be in labs/lab01/src");
    let read = in_each_way(&files(&["one/labs/lab01/src/x.rs", "two/labs/lab01/src/x.rs"]), &["lab01"]);
    assert_eq!(
        why(&read),
        "holds lab01 twice, as one/labs/lab01/src and two/labs/lab01/src, and nobody can know which is meant"
    );
    assert_eq!(in_each_way(&files(&["labs/README.md"]), &["lab01"]).labs["lab01"], Taken::Missing);
}

#[test]
fn every_attack_on_ingest_is_refused_and_the_next_submission_is_taken() {
    let place = tempfile::tempdir().unwrap();
    let ingest: Vec<attacks::Attack> =
        attacks::all().into_iter().filter(|attack| attack.expect == [Verdict::Rejected]).collect();
    assert!(ingest.len() > 40);
    for attack in ingest {
        let submissions = place.path().join(&attack.name);
        fs::create_dir(&submissions).unwrap();
        attack.lay(&submissions);
        let honest = submissions.join("zz honest/labs/lab01/src/bin");
        fs::create_dir_all(&honest).unwrap();
        fs::write(honest.join("server.rs"), "fn main() {}").unwrap();
        let class = find(&submissions, None, &attack.labs, &Caps::default()).unwrap();
        assert_eq!(class.students().collect::<Vec<_>>(), [attack.student(), "zz honest"]);
        match &class.read(0).labs["lab01"] {
            Taken::Rejected(why) => {
                assert!(why.contains(&attack.says), "{}: {why}", attack.name);
                assert!(!why.is_empty() && why.len() < 400 && !why.chars().any(char::is_control), "{why:?}");
            }
            other => panic!("{}: {other:?}", attack.name),
        }
        assert_eq!(paths(&class.read(1)), ["src/bin/server.rs"]);
        assert!(!Path::new("/tmp/escaped.rs").exists(), "{} has written a file", attack.name);
        fs::remove_dir_all(&submissions).unwrap();
    }
}

#[test]
fn planted_files_are_ignored_and_named() {
    let place = tempfile::tempdir().unwrap();
    for attack in attacks::all().into_iter().filter(|attack| attack.row == Some(13)) {
        let submissions = place.path().join(&attack.name);
        fs::create_dir(&submissions).unwrap();
        attack.lay(&submissions);
        let read = only(&submissions, &["lab01"]);
        assert_eq!(
            paths(&read),
            ["src/bin/client.rs", "src/bin/server.rs", "src/endpoint.rs"],
            "{}",
            attack.name
        );
        assert!(!read.ignored.is_empty(), "{}", attack.name);
    }
}

#[test]
fn legitimate_archives_of_every_tool_are_read() {
    let place = tempfile::tempdir().unwrap();
    let ann = place.path().join("ann");
    let long = format!("{}/long.rs", "a-long-name".repeat(12));
    for path in ["bin/server.rs", "endpoint.rs", "словник.rs", &long] {
        let path = ann.join("zeromq/labs/lab01/src").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "// text\n".repeat(40_000 / 8)).unwrap();
    }
    let wanted = only(place.path(), &["lab01"]).labs;
    assert!(matches!(wanted["lab01"], Taken::Sources(_)));
    let tools = [
        ("gnu.tar.gz", "tar -C ann --format=gnu -czf gnu.tar.gz zeromq"),
        ("pax.tgz", "tar -C ann --format=pax -czf pax.tgz ./zeromq"),
        ("plain.tar", "tar -C ann -cf plain.tar zeromq"),
        ("python.zip", "cd ann && python3 -m zipfile -c ../python.zip zeromq"),
        ("python.tar.gz", "cd ann && python3 -m tarfile -c ../python.tar.gz zeromq"),
        (
            "stream.zip",
            r#"cd ann && python3 - <<'END' | cat > ../stream.zip
import os, sys, zipfile
out = zipfile.ZipFile(sys.stdout.buffer, "w", zipfile.ZIP_DEFLATED)
for folder, _, names in os.walk("zeromq"):
    for name in names:
        path = os.path.join(folder, name)
        with open(path, "rb") as source, out.open(path, "w", force_zip64=name == "server.rs") as entry:
            entry.write(source.read())
out.close()
END"#,
        ),
        ("info.zip", "cd ann && zip -qr ../info.zip zeromq"),
        ("info-stream.zip", "cd ann && zip -qr - zeromq | cat > ../info-stream.zip"),
    ];
    for (name, command) in tools {
        let made = std::process::Command::new("sh")
            .args(["-c", command])
            .current_dir(place.path())
            .output()
            .unwrap();
        if !made.status.success() || !place.path().join(name).exists() {
            eprintln!("no {name} here: {}", String::from_utf8_lossy(&made.stderr));
            continue;
        }
        let alone = place.path().join("alone");
        fs::create_dir(&alone).unwrap();
        fs::rename(place.path().join(name), alone.join(name)).unwrap();
        assert!(only(&alone, &["lab01"]).labs == wanted, "{name}: {}", words(&only(&alone, &["lab01"])));
        fs::remove_dir_all(alone).unwrap();
    }
}

#[test]
fn names_are_those_of_files_and_what_is_no_submission_is_named() {
    let place = tempfile::tempdir().unwrap();
    let one = files(&["labs/lab01/src/bin/server.rs"]);
    let put = |name: &str| fs::write(place.path().join(name), attacks::archives::zip(&one)).unwrap();
    put("Bea Müller.zip");
    put("ann.v2.zip");
    fs::write(place.path().join("notes.txt"), "").unwrap();
    fs::write(place.path().join(".DS_Store"), "").unwrap();
    fs::write(place.path().join("cem.rar"), "Rar!").unwrap();
    let moodle = place.path().join("Dan Li_1234_assignsubmission_file_");
    fs::create_dir(&moodle).unwrap();
    fs::write(moodle.join("my work.zip"), attacks::archives::zip(&one)).unwrap();
    let class = class(place.path(), &["lab01"]);
    assert_eq!(class.students().collect::<Vec<_>>(), ["Bea Müller", "Dan Li", "ann.v2", "cem"]);
    assert_eq!(class.others, ["notes.txt"]);
    for number in [0, 1, 2] {
        assert_eq!(paths(&class.read(number)), ["src/bin/server.rs"]);
        assert!(class.read(number).submitted.is_some());
    }
    assert_eq!(why(&class.read(3)), "cannot be read: the .rar is neither zip nor tar.gz nor tar");
}

#[test]
fn two_submissions_of_one_student_are_an_error_that_names_both() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("ann.zip"), "").unwrap();
    fs::create_dir(place.path().join("ann")).unwrap();
    let error = find(place.path(), None, &labs(&["lab01"]), &Caps::default()).unwrap_err().to_string();
    assert!(error.contains("two submissions of ann: ") && error.contains("ann.zip"), "{error}");
}

#[test]
fn the_roster_gives_names_and_times_and_says_who_is_missing() {
    let place = tempfile::tempdir().unwrap();
    let one = files(&["labs/lab01/src/bin/server.rs"]);
    for name in ["annlee_1_22_lab01.zip", "b.zip", "stray.zip"] {
        fs::write(place.path().join(name), attacks::archives::zip(&one)).unwrap();
    }
    fs::write(
        place.path().join("roster.csv"),
        "\u{feff}student,submission,submitted,group\n\
         Ann Lee,annlee_*,2026-03-01T23:59:00+02:00,1\n\
         Bob,b,,1\n\
         \"Cem, Jr.\",,,2\n",
    )
    .unwrap();
    let class = class(place.path(), &["lab01"]);
    assert_eq!(class.students().collect::<Vec<_>>(), ["Ann Lee", "Bob", "Cem, Jr."]);
    assert_eq!(class.unknown, ["stray.zip"]);
    assert_eq!(class.read(0).submitted, Some(1_772_402_340));
    assert!(matches!(class.read(0).labs["lab01"], Taken::Sources(_)));
    assert!(matches!(class.read(1).labs["lab01"], Taken::Sources(_)));
    assert_eq!(class.read(2).labs["lab01"], Taken::Missing);
    for (text, says) in [
        ("name,file\n", "must name the columns"),
        ("student,submission\nA,x\nA,y\n", "lines 2 and 3 name the same student, A"),
        ("student,submitted\nA,tomorrow\n", "`tomorrow` is no time"),
    ] {
        let error = format!("{:#}", Roster::parse(text.as_bytes()).unwrap_err());
        assert!(error.contains(says), "{error}");
    }
    let roster = Roster::parse("student,submission\nA,b\nB,b.zip\n".as_bytes()).unwrap();
    let error =
        find(place.path(), Some(&roster), &labs(&["lab01"]), &Caps::default()).unwrap_err().to_string();
    assert!(error.contains("b.zip is the submission of B and of another student"), "{error}");
}

#[test]
fn one_folder_or_one_archive_is_one_submission() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("ann/labs/lab01/src");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("x.rs"), "").unwrap();
    let read = only(&place.path().join("ann"), &["lab01"]);
    assert_eq!((read.student.as_str(), paths(&read)), ("ann", vec!["src/x.rs"]));
    let archive = place.path().join("bob.zip");
    fs::write(&archive, attacks::archives::zip(&files(&["src/x.rs"]))).unwrap();
    assert_eq!(only(&archive, &["lab01"]).student, "bob");
    // A link that the instructor gives is followed, a link among the submissions is not.
    let other = tempfile::tempdir().unwrap();
    symlink(place.path().join("ann"), other.path().join("ann")).unwrap();
    assert_eq!(only(&other.path().join("ann"), &["lab01"]).labs, read.labs);
    assert_eq!(
        why(&only(other.path(), &["lab01"])),
        "the submission itself is a symbolic link; copy what it points to"
    );
    let empty = tempfile::tempdir().unwrap();
    assert!(find(empty.path(), None, &labs(&["lab01"]), &Caps::default()).is_err());
}

#[test]
fn hashes_tell_any_two_sets_of_files_apart() {
    let sources = |files: &[(&str, &str)]| -> BTreeMap<String, Vec<u8>> {
        files.iter().map(|(path, text)| (path.to_string(), text.as_bytes().to_vec())).collect()
    };
    let all = [
        sources(&[]),
        sources(&[("a", "")]),
        sources(&[("", "a")]),
        sources(&[("a", "b")]),
        sources(&[("ab", "")]),
        sources(&[("a", ""), ("b", "")]),
        sources(&[("a", "b\0"), ("c", "")]),
    ];
    let hashes: std::collections::BTreeSet<String> = all.iter().map(sha256).collect();
    assert_eq!(hashes.len(), all.len());
    assert_eq!(Taken::Sources(all[0].clone()).sha256(), sha256(&all[0]));
    assert_eq!(Taken::Missing.sha256(), "");
}

/// Whatever is wrong with an archive, it is the student's: said in words, and never a panic or a fault of the machine.
#[test]
fn a_damaged_archive_is_refused_or_read_and_nothing_else() {
    let place = tempfile::tempdir().unwrap();
    let given = files(&["labs/lab01/src/bin/server.rs", "labs/lab01/src/endpoint.rs"]);
    let whole = find_labs(&attacks::archives::zip(&given), "zip", place.path());
    for (ending, bytes) in [("zip", attacks::archives::zip(&given)), ("tar", attacks::archives::tar(&given))]
    {
        let mut damaged: Vec<Vec<u8>> =
            (0..bytes.len()).step_by(7).map(|length| bytes[..length].to_vec()).collect();
        // The blocks of a tar file are mostly empty, so not every byte of it is worth a try.
        let interesting = (0..bytes.len()).filter(|&at| bytes[at] != 0 || at % 13 == 0);
        damaged.extend(interesting.flat_map(|at| {
            [0x01, 0x80, 0xff].map(|bits| {
                let mut bytes = bytes.clone();
                bytes[at] ^= bits;
                bytes
            })
        }));
        for bytes in damaged {
            match find_labs(&bytes, ending, place.path()) {
                Taken::Rejected(why) => assert!(!why.is_empty() && !why.contains('\n')),
                Taken::Sources(_) | Taken::Missing => {}
                Taken::Unreadable(why) => panic!("the machine is blamed: {why}"),
            }
        }
    }
    assert!(matches!(whole, Taken::Sources(_)));
}

/// What is taken for lab 01 of an archive of these bytes.
fn find_labs(bytes: &[u8], ending: &str, place: &Path) -> Taken {
    let path = place.join(format!("ann.{ending}"));
    fs::write(&path, bytes).unwrap();
    only(&path, &["lab01"]).labs.remove("lab01").unwrap()
}
