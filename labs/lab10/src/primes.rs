//! The work of a task: slow on purpose, and the slower the larger n is.

/// How many primes there are from 2 up to n, n included.
pub(crate) fn up_to(n: u32) -> u32 {
    let is_prime = |number: &u32| (2..).take_while(|d| d * d <= *number).all(|d| number % d > 0);
    u32::try_from((2..=n).filter(is_prime).count()).unwrap_or(u32::MAX)
}
