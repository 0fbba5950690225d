//! `junit.xml`: a suite per lab, a case per student and check, for whatever shows test results.

use std::io::Write;

use harness::failure::Outcome;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::class::{Check, Class, Student, Work};
use super::visible;

/// The longest message of a case, in characters.
const LONGEST: usize = 400;

/// Writes the report.
pub(super) fn write(class: &Class<'_>, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut report = Report::new("cargo grade");
    for (index, lab) in class.labs.iter().enumerate() {
        let mut suite = TestSuite::new(visible::line(lab.name));
        for (student, work) in class.works().filter(|(_, work)| work.lab == index) {
            if work.is_judged() {
                suite.add_test_cases(lab.checks.iter().map(|check| case(student, work, *check)));
            } else {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
                status.set_type("infrastructure error").set_message(work.reason());
                suite.add_test_case(named(student, "judging", status));
            }
        }
        report.add_test_suite(suite);
    }
    Ok(out.write_all(report.to_string()?.as_bytes())?)
}

fn named(student: &Student<'_>, check: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(visible::line(check), status);
    case.set_classname(visible::line(student.name));
    case
}

fn case(student: &Student<'_>, work: &Work<'_>, check: Check<'_>) -> TestCase {
    let failed = |kind: &str, says: &str| {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type(kind).set_message(visible::cut(&visible::line(says), LONGEST));
        status
    };
    let status = match work.check(check.name) {
        None => failed(work.entry.verdict.words(), &work.reason()),
        Some(result) => match result.outcome {
            Outcome::Passed => TestCaseStatus::success(),
            Outcome::NotRun | Outcome::Error => {
                let mut status = TestCaseStatus::skipped();
                status.set_message(visible::cut(&visible::line(&result.explanation), LONGEST));
                status
            }
            Outcome::Failed => failed("failed", &result.seen),
            Outcome::Hung => failed("hung", &result.seen),
            Outcome::Todo => failed("still to do", &result.explanation),
        },
    };
    named(student, check.name, status)
}
