//! The jobs: what is known of each.

use shared::{Error, print_line};

use super::worker::PERCENT;

#[derive(Default)]
pub struct Jobs(Vec<(String, Option<String>)>);

impl Jobs {
    pub fn accept(&mut self, path: &str) -> usize {
        self.0.push((path.into(), None));
        self.0.len()
    }

    pub fn status(&self, number: &str) -> String {
        let job = number
            .parse::<usize>()
            .ok()
            .filter(|number| *number > 0)
            .and_then(|number| self.0.get(number - 1));
        match job {
            None => "unknown".into(),
            Some((_, Some(outcome))) => outcome.clone(),
            Some((_, None)) => {
                let number = number.parse().unwrap_or_default();
                format!("running {}%", PERCENT.lock().unwrap().get(&number).copied().unwrap_or(0))
            }
        }
    }

    pub fn over(&mut self, number: usize, outcome: &str) -> Result<(), Error> {
        self.0[number - 1].1 = Some(outcome.into());
        print_line(format!("{number} {outcome}"))
    }
}
