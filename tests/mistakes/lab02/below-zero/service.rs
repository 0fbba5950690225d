//! What the server answers. Nothing here knows of sockets.

use num_bigint::BigUint;

/// The largest N of `fact N` and `fib N`.
const LARGEST: u32 = 1000;

/// The answer to a request; the error says why there is none.
pub fn answer(frames: &[Vec<u8>]) -> Result<String, String> {
    let request = text(frames)?;
    // The first blank ends the verb. All behind it is the rest, and there may be nothing.
    let (verb, rest) = request.split_once(' ').unwrap_or((request, ""));
    match verb {
        "fact" => Ok(fact(number(rest)?).to_string()),
        "fib" => Ok(fib(number(rest)?).to_string()),
        "palindrome" => Ok(if is_palindrome(rest) { "yes" } else { "no" }.into()),
        // Escaped, because a stranger's newline has no place in a reply.
        _ => Err(format!("`{}` is none of fact, fib and palindrome", verb.escape_debug())),
    }
}

/// The text of a request, which is one frame of UTF-8.
fn text(frames: &[Vec<u8>]) -> Result<&str, String> {
    match frames {
        [frame] => std::str::from_utf8(frame).map_err(|error| format!("the request is no text: {error}")),
        _ => Err(format!("a request has one frame, and this one has {}", frames.len())),
    }
}

/// The N of a request.
fn number(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(number) if number <= LARGEST => Ok(number),
        _ => Err(format!("`{}` is no whole number from 0 to {LARGEST}", text.escape_debug())),
    }
}

/// The product of the numbers from 1 to N. 21! is too large for a `u64` already.
fn fact(number: u32) -> BigUint {
    if number == 1 { BigUint::from(1_u32) } else { BigUint::from(number) * fact(number - 1) }
}

/// The number N of the row 0, 1, 1, 2, 3, 5, … in which each is the sum of the two before it; the first one is number 0.
fn fib(number: u32) -> BigUint {
    let (mut this, mut next) = (BigUint::from(0_u32), BigUint::from(1_u32));
    for _ in 0..number {
        let sum = this + &next;
        this = std::mem::replace(&mut next, sum);
    }
    this
}

/// Whether the letters and digits read the same from both ends, large and small letters being the same.
fn is_palindrome(text: &str) -> bool {
    let letters = text.chars().filter(|character| character.is_alphanumeric());
    let letters: Vec<char> = letters.flat_map(char::to_lowercase).collect();
    letters.iter().eq(letters.iter().rev())
}
