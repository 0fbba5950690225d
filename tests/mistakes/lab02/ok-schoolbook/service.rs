//! What the server answers, with numbers of its own making.

/// The answer to a request; the error says why there is none.
pub fn answer(frames: &[Vec<u8>]) -> Result<String, String> {
    if frames.len() != 1 {
        return Err("one frame, please".to_string());
    }
    let request = String::from_utf8(frames[0].clone()).map_err(|_| "text, please".to_string())?;
    if let Some(text) = request.strip_prefix("palindrome ") {
        let folded = text.to_lowercase();
        let forth: String = folded.chars().filter(|letter| letter.is_alphanumeric()).collect();
        let back: String = forth.chars().rev().collect();
        return Ok(if forth == back { "yes".to_string() } else { "no".to_string() });
    }
    if let Some(number) = request.strip_prefix("fact ") {
        let mut digits = vec![1];
        for factor in 2..=number_of(number)? {
            multiply(&mut digits, factor);
        }
        return Ok(print(&digits));
    }
    if let Some(number) = request.strip_prefix("fib ") {
        let mut pair = (vec![0], vec![1]);
        for _ in 0..number_of(number)? {
            let sum = add(&pair.0, &pair.1);
            pair = (pair.1, sum);
        }
        return Ok(print(&pair.0));
    }
    Err("I do not know that one".to_string())
}

fn number_of(text: &str) -> Result<u64, String> {
    let digits = !text.is_empty() && text.len() < 10 && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = if digits { text.parse().unwrap_or(u64::MAX) } else { u64::MAX };
    if number <= 1000 { Ok(number) } else { Err("a number up to 1000, please".to_string()) }
}

/// Numbers are rows of nine decimal digits each, the lowest first.
const BASE: u64 = 1_000_000_000;

fn multiply(digits: &mut Vec<u64>, factor: u64) {
    let mut carry = 0;
    for digit in digits.iter_mut() {
        let product = *digit * factor + carry;
        *digit = product % BASE;
        carry = product / BASE;
    }
    if carry > 0 {
        digits.push(carry);
    }
}

fn add(left: &[u64], right: &[u64]) -> Vec<u64> {
    let mut sum = Vec::new();
    let mut carry = 0;
    for place in 0..left.len().max(right.len()) {
        let both = left.get(place).unwrap_or(&0) + right.get(place).unwrap_or(&0) + carry;
        sum.push(both % BASE);
        carry = both / BASE;
    }
    if carry > 0 {
        sum.push(carry);
    }
    sum
}

fn print(digits: &[u64]) -> String {
    let mut rest = digits.iter().rev();
    let first = rest.next().map(u64::to_string).unwrap_or_default();
    rest.fold(first, |text, digit| format!("{text}{digit:09}"))
}
