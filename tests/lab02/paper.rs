//! The numbers that the server must give, computed digit by digit, as on paper, and by no library that a solution may use.

/// A number in decimal digits, the last one first, computed as on paper.
#[derive(Clone)]
pub struct Paper(Vec<u32>);

impl Paper {
    pub fn one_digit(digit: u32) -> Self {
        Self(vec![digit])
    }

    pub fn times(&self, factor: u32) -> Self {
        Self::carried(self.0.iter().map(|digit| digit * factor))
    }

    pub fn plus(&self, other: &Self) -> Self {
        let digit = |number: &Self, place| number.0.get(place).copied().unwrap_or(0);
        Self::carried(
            (0..self.0.len().max(other.0.len())).map(|place| digit(self, place) + digit(other, place)),
        )
    }

    /// Leaves one digit in each place and carries the rest to the next.
    pub fn carried(places: impl Iterator<Item = u32>) -> Self {
        let mut carry = 0;
        let mut digits: Vec<u32> = places
            .map(|place| {
                let sum = place + carry;
                carry = sum / 10;
                sum % 10
            })
            .collect();
        while carry > 0 {
            digits.push(carry % 10);
            carry /= 10;
        }
        Self(digits)
    }

    pub fn text(&self) -> String {
        self.0.iter().rev().map(u32::to_string).collect()
    }
}

/// 0! to 1000!, in decimal.
pub fn factorials() -> Vec<String> {
    let mut last = Paper::one_digit(1);
    let mut row = vec![last.text()];
    for factor in 1..=1000 {
        last = last.times(factor);
        row.push(last.text());
    }
    row
}

/// The Fibonacci numbers 0 to 1000, in decimal.
pub fn fibonaccis() -> Vec<String> {
    let (mut this, mut next) = (Paper::one_digit(0), Paper::one_digit(1));
    let mut row = Vec::new();
    for _ in 0..=1000 {
        row.push(this.text());
        let sum = this.plus(&next);
        this = std::mem::replace(&mut next, sum);
    }
    row
}
