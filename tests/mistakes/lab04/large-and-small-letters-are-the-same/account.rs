//! The account: a balance, and the first answer to every id.
//!
//! Nothing here knows of sockets or files. The server includes this file; it is no program itself.

use std::collections::HashMap;

/// What the account says to a payment.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It is done, and this is the balance after it.
    Paid { balance: i64 },
    /// It is not done, for this reason.
    Refused { why: String },
}

impl Answer {
    /// A refusal.
    pub fn refused(why: impl Into<String>) -> Self {
        Self::Refused { why: why.into() }
    }
}

/// One account.
#[derive(Default)]
pub struct Account {
    balance: i64,
    answers: HashMap<String, Answer>,
}

impl Account {
    /// The first answer to this id; none where the id is new.
    pub fn first_answer(&self, id: &str) -> Option<Answer> {
        self.answers.get(&id.to_lowercase()).cloned()
    }

    /// What the answer to a new payment will be. It changes nothing: that is done by `remember`.
    pub fn decide(&self, amount: &[u8]) -> Answer {
        let Some(amount) = parse(amount) else {
            return Answer::refused("the amount is no whole number of 64 bits");
        };
        match self.balance.checked_add(amount) {
            Some(balance) => Answer::Paid { balance },
            None => Answer::refused("the balance would not fit into 64 bits"),
        }
    }

    /// From now on this is the answer to this id; a payment moves the balance.
    pub fn remember(&mut self, id: String, answer: Answer) {
        if let Answer::Paid { balance } = answer {
            self.balance = balance;
        }
        self.answers.insert(id.to_lowercase(), answer);
    }
}

fn parse(amount: &[u8]) -> Option<i64> {
    std::str::from_utf8(amount).ok()?.parse().ok()
}
