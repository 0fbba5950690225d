//! The colours of a picture: which one an escape count gets.
//!
//! Whole numbers only, so that every machine gets the same bytes: a sine need not have the same last digit everywhere.

/// The colours that the picture goes through, and from the last one back to the first.
const STOPS: [[u8; 3]; 5] = [[0, 7, 100], [32, 107, 203], [237, 255, 255], [255, 170, 0], [40, 2, 0]];

/// How many counts lie between two of them.
const STEPS: u16 = 16;

/// Red, green and blue of a point with this escape count; black where it has not escaped within `max_iter` steps.
///
/// Eighty counts in a row have eighty colours; then they begin again.
///
/// ```
/// use shared::paint::colour;
///
/// assert_eq!(colour(0, 100), [0, 7, 100]);
/// assert_eq!(colour(80, 100), colour(0, 100));
/// assert_eq!(colour(100, 100), [0, 0, 0]);
/// ```
#[must_use]
pub fn colour(count: u16, max_iter: u16) -> [u8; 3] {
    if count >= max_iter {
        return [0, 0, 0];
    }
    let stop = usize::from(count / STEPS) % STOPS.len();
    let (from, to) = (STOPS[stop], STOPS[(stop + 1) % STOPS.len()]);
    let part = count % STEPS;
    let mix = |from: u8, to: u8| (u16::from(from) * (STEPS - part) + u16::from(to) * part) / STEPS;
    // A mean of two bytes is a byte.
    std::array::from_fn(|channel| mix(from[channel], to[channel]).to_le_bytes()[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn eighty_counts_and_never_have_different_colours() {
        let colours: BTreeSet<[u8; 3]> = (0..80).chain([1000]).map(|count| colour(count, 1000)).collect();
        assert_eq!(colours.len(), 81);
    }

    #[test]
    fn a_colour_between_two_is_their_mean() {
        assert_eq!(colour(8, 1000), [16, 57, 151]);
        assert_eq!(colour(72, 1000), [20, 4, 50], "from the last back to the first");
    }
}
