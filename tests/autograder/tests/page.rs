//! The page in a real browser, where `LAB_CHROMIUM` names a Chromium; else these tests are passed over.
//!
//! `LAB_PAGES=FOLDER` leaves pages there, and pictures of them, to be looked at.
#![allow(missing_docs)]

mod browser;
mod made;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use browser::Browser;
use grade::entry::{Entry, MOST_EVENTS, Verdict};
use grade::report::policy::Policy;
use grade::report::{Options, write_all};
use harness::failure::Outcome;
use harness::record::Record;
use lab_cli::course::Lab;
use made::{PRINTED, class, fail, infos, labs, right};
use tempfile::TempDir;

const DESK: (u32, u32) = (1200, 1000);
const PHONE: (u32, u32) = (360, 780);

fn page(students: usize, names: &[&str]) -> TempDir {
    let labs = labs(names);
    let policy = Policy::parse(
        "[lab01]\ndue = \"2025-11-16T16:00[Europe/Kyiv]\"\nper_day = 10\nat_most = 50\ngrace = \"30 min\"",
    );
    let options = Options { policy: Some(policy.unwrap()), ..Options::default() };
    let mut entries = class(students, &labs);
    if students == 1 {
        entries = vec![right("Ada Lovelace", &labs[0])];
        fail(&mut entries[0], 1, Outcome::Hung, PRINTED);
    }
    let folder = tempfile::tempdir().unwrap();
    write_all(folder.path(), &entries, &infos(&labs), &options).unwrap();
    folder
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("report.html")
}

/// Everything is open that can be.
const OPEN: &str = "for (const one of document.querySelectorAll('details')) one.open = true";

#[test]
fn nothing_that_a_student_wrote_runs_and_nothing_is_fetched() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = page(24, &["lab01", "lab02"]);
    browser.open(&file(&folder), DESK, "light");
    browser.evaluate(OPEN);
    assert_eq!(browser.evaluate("document.title"), "Report: lab01, lab02");
    // Every element is one of the template's, whatever names and output say.
    assert_eq!(browser.evaluate("document.querySelectorAll('img, iframe, link, object').length"), 0);
    assert_eq!(browser.evaluate("document.querySelectorAll('script').length"), 1);
    assert_eq!(browser.evaluate("document.querySelectorAll('#list > .student').length"), 24);
    let shown = browser.evaluate("document.getElementById('list').textContent");
    let shown = shown.as_str().unwrap();
    assert!(
        shown.contains("<script>document.title='owned'</script>") && shown.contains("\\x1b[2J"),
        "as text it is there"
    );
    assert!(shown.contains("{{ 7*7 }}"), "nothing is taken for a template");

    let method = |event: &serde_json::Value| event["method"].as_str().unwrap_or_default().to_string();
    for event in &browser.events {
        let url = event["params"]["request"]["url"].as_str().unwrap_or_default();
        assert!(method(event) != "Network.requestWillBeSent" || url.starts_with("file://"), "{event}");
        assert!(!["Runtime.exceptionThrown", "Log.entryAdded"].contains(&&*method(event)), "{event}");
    }
}

/// The policy in the head holds back what escaping would let through.
#[test]
fn the_pages_policy_forbids_what_is_not_its_own() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = page(1, &["lab01"]);
    browser.open(&file(&folder), DESK, "light");
    browser.evaluate(
        "new Promise(done => { \
            document.addEventListener('securitypolicyviolation', () => done()); \
            const script = document.createElement('script'); \
            script.textContent = 'document.title = \"owned\"'; \
            document.body.append(script); })",
    );
    assert_eq!(browser.evaluate("document.title"), "Report: lab01");
    let fetched = "fetch('http://127.0.0.1:9/').then(() => 'fetched', error => error.name)";
    assert_eq!(browser.evaluate(fetched), "TypeError");
}

#[test]
fn a_phone_never_scrolls_sideways() {
    let Some(mut browser) = Browser::start() else { return };
    for labs in [&["lab01"][..], &["lab01", "lab02", "lab05"]] {
        let folder = page(30, labs);
        browser.open(&file(&folder), PHONE, "light");
        for step in ["0", OPEN] {
            browser.evaluate(step);
            let wide = browser.evaluate(
                "[...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1 \
                    && !one.closest('.scroll, pre, .hidden')).slice(0, 3).map(one => one.outerHTML.slice(0, 200))",
            );
            assert_eq!(wide, serde_json::json!([]));
            assert_eq!(browser.evaluate("document.scrollingElement.scrollWidth"), PHONE.0);
        }
    }
}

/// The contrast of all text against what is behind it, as WCAG 2.2 (1.4.3) asks for: 4.5 to 1.
const CONTRAST: &str = r"(() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const rgba = (color) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data].map((part, index) => index < 3 ? part : part / 255);
    };
    const over = (top, below) => [0, 1, 2].map((part) => top[part] * top[3] + below[part] * (1 - top[3])).concat(1);
    const light = (color) => {
        const [r, g, b] = color.slice(0, 3).map((part) => part / 255).map((part) =>
            part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => element
        ? over(rgba(getComputedStyle(element).backgroundColor), behind(element.parentElement))
        : [255, 255, 255, 1];
    const low = new Map();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || element.closest('svg, script, option, .hidden, .to, .skip')) continue;
        const back = behind(element);
        const [one, other] = [light(over(rgba(getComputedStyle(element).color), back)), light(back)];
        const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        if (contrast < 4.5) low.set(element.tagName + '.' + element.className, contrast.toFixed(2));
    }
    return [...low].map((pair) => pair.join(': '));
})()";

#[test]
fn all_text_can_be_read_by_day_and_by_night() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = page(60, &["lab01", "lab02"]);
    for scheme in ["light", "dark"] {
        browser.open(&file(&folder), DESK, scheme);
        browser.evaluate(OPEN);
        assert_eq!(browser.evaluate(CONTRAST), serde_json::json!([]), "{scheme}");
        let back = browser.evaluate("getComputedStyle(document.body).backgroundColor");
        assert_eq!(back == "rgb(20, 23, 27)", scheme == "dark", "{back}");
    }
}

#[test]
fn it_reads_without_scripts_and_filters_with_them() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = page(60, &["lab01"]);
    browser.call("Emulation.setScriptExecutionDisabled", &serde_json::json!({"value": true}));
    browser.open(&file(&folder), DESK, "light");
    assert_eq!(
        browser.evaluate("document.getElementById('find').hidden"),
        true,
        "what needs a script is not shown"
    );
    assert_eq!(browser.evaluate("document.querySelectorAll('#list > .student').length"), 60);

    browser.call("Emulation.setScriptExecutionDisabled", &serde_json::json!({"value": false}));
    browser.open(&file(&folder), DESK, "light");
    let shown = "[...document.querySelectorAll('.student')].filter(one => !one.hidden).length";
    let set = |name: &str, value: &str| {
        format!(
            "{{ const one = document.getElementById('find').elements['{name}']; one.value = '{value}'; \
             one.dispatchEvent(new Event('input', {{ bubbles: true }})); }} {shown}"
        )
    };
    assert_eq!(browser.evaluate(&set("text", "УКРАЇНКА")), browser.evaluate("[...document.querySelectorAll('.name')].filter(one => one.textContent.includes('Українка') && one.closest('.student')).length"));
    assert_eq!(browser.evaluate(&set("text", "")), 60);
    assert!(browser.evaluate(&set("outcome", "pass")).as_u64().unwrap() < 60);
    browser.evaluate(&set("outcome", ""));
    browser.evaluate(&set("sort", "few"));
    let points =
        browser.evaluate("[...document.querySelectorAll('.student')].map(one => Number(one.dataset.points))");
    let points: Vec<f64> = serde_json::from_value(points).unwrap();
    assert!(points.is_sorted(), "{points:?}");

    // A link to a student opens that one, and the keyboard is there.
    browser.evaluate("new Promise(done => { addEventListener('hashchange', () => setTimeout(done)); location.hash = 's7' })");
    assert_eq!(browser.evaluate("document.getElementById('s7').closest('details').open"), true);
    assert_eq!(browser.evaluate("document.activeElement.tagName"), "SUMMARY");
}

#[test]
fn a_large_class_opens_quickly() {
    let Some(mut browser) = Browser::start() else { return };
    let all: Vec<String> = (1..=11).map(|number| format!("lab{number:02}")).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let folder = page(200, &all);
    let size = fs::metadata(file(&folder)).unwrap().len();
    assert!(size < 20 << 20, "{size} bytes");
    let began = Instant::now();
    browser.open(&file(&folder), DESK, "light");
    browser.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))");
    // Told and not judged: how long it takes is this machine's business.
    let timing = browser.evaluate("(({domInteractive, loadEventEnd}) => `${domInteractive} ${loadEventEnd}`)(performance.getEntriesByType('navigation')[0])");
    let pictures = browser.evaluate("document.querySelectorAll('svg').length + ' pictures, ' + document.querySelectorAll('*').length + ' elements'");
    println!(
        "{pictures}; {} kB of 200 students in 11 labs are shown after {:?}: {timing}",
        size / 1024,
        began.elapsed()
    );
}

/// An entry of real records, as `cargo test -p lab01` leaves them under `target/labs/lab01`: their timelines, whatever came of them.
fn real(records: &Path, lab: &Lab) -> Entry {
    let mut entry = right("Real Records", lab);
    entry.verdict = Verdict::Failed;
    for check in &mut entry.checks {
        let Ok(record) = Record::read(&records.join(&check.name)) else { continue };
        let from = record.timeline.len().saturating_sub(MOST_EVENTS);
        check.outcome = if record.outcome == Outcome::Passed { Outcome::Hung } else { record.outcome };
        check.expected = record.expected;
        check.seen = record.seen;
        check.explanation = record.explanation;
        check.timeline = record.timeline[from..].to_vec();
    }
    entry
}

/// Leaves pages and pictures for a person to look at.
#[test]
fn pages_to_look_at() {
    let Some(target) = std::env::var_os("LAB_PAGES").map(PathBuf::from) else { return };
    let Some(mut browser) = Browser::start() else { return };
    for (name, students, names) in [
        ("one", 1, &["lab01"][..]),
        ("class", 200, &["lab01"]),
        ("term", 60, &["lab01", "lab02", "lab03", "lab05", "lab06"]),
    ] {
        let folder = page(students, names);
        fs::create_dir_all(&target).unwrap();
        let page = target.join(format!("{name}.html"));
        fs::copy(file(&folder), &page).unwrap();
        for (size, size_name) in [(DESK, "desk"), (PHONE, "phone")] {
            for scheme in ["light", "dark"] {
                let shot = |browser: &mut Browser, what: &str| {
                    let path = target.join(format!("{name}-{size_name}-{scheme}-{what}.png.base64"));
                    fs::write(path, browser.picture()).unwrap();
                };
                browser.open(&page, size, scheme);
                shot(&mut browser, "top");
                look_at(&mut browser, "document.querySelector('.checks')");
                shot(&mut browser, "checks");
                look_at(&mut browser, "document.getElementById('mistakes')");
                shot(&mut browser, "mistakes");
                look_at(&mut browser, "document.getElementById('students')");
                shot(&mut browser, "students");
                browser.evaluate(
                    "{ const one = document.querySelector('.check').closest('.student'); one.open = true; \
                     for (const inner of [...one.querySelectorAll('.drawing')].slice(0, 1)) inner.open = true; }",
                );
                look_at(&mut browser, "document.querySelector('.check').closest('.student')");
                shot(&mut browser, "student");
                if (size, scheme) == (DESK, "dark") {
                    let print = serde_json::json!({"media": "print", "features": []});
                    browser.call("Emulation.setEmulatedMedia", &print);
                    shot(&mut browser, "print");
                }
            }
        }
    }
}

/// A page of the records in `LAB_RECORDED`, which is a folder like `target/labs` of a workspace.
#[test]
fn real_timelines_to_look_at() {
    let Some(target) = std::env::var_os("LAB_PAGES").map(PathBuf::from) else { return };
    let Some(recorded) = std::env::var_os("LAB_RECORDED").map(PathBuf::from) else { return };
    let labs = labs(&["lab04", "lab06", "lab07", "lab08", "lab11"]);
    let entries: Vec<Entry> =
        labs.iter().map(|lab| real(&recorded.join(lab.name.replace("lab", "solution")), lab)).collect();
    write_all(&target.join("real"), &entries, &infos(&labs), &Options::default()).unwrap();
}

fn look_at(browser: &mut Browser, element: &str) {
    browser.evaluate(&format!("{element}?.scrollIntoView({{behavior: 'instant'}})"));
    browser.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
}
