//! What a farmer and its workers say to each other: jobs, tiles and signs of life, for pictures of the Mandelbrot set.
//!
//! A message is one frame: the version byte of [`message`](crate::message), then bincode 2 of [`ToFarmer`] or [`ToWorker`]. A tile may be
//! larger than other messages, so the limit is [`LIMIT`] here.
//!
//! Where a pixel lies in the plane and how its escape count is found stands here, too. Two programs that order the same sum differently
//! get different last digits, and then different pixels; with one formula every worker makes the same bytes.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::message::{self, MessageError};

/// The most pixels that a tile may have.
pub const MAX_PIXELS: usize = 1 << 20;

/// The longest frame, in bytes: the largest tile, and some room for the rest.
pub const LIMIT: usize = 2 * MAX_PIXELS + 4096;

/// How often each side says that it is alive, whatever else it does.
pub const HEARTBEAT: Duration = Duration::from_millis(250);

/// What a worker says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToFarmer {
    /// I am here and hold no job: my name, and how many jobs I may hold at a time. A worker begins with it, and says it again when it has
    /// given up its jobs, because the farmer was silent for too long: it may be another farmer that hears it.
    Hello {
        /// A name for people; two workers may have the same.
        name: String,
        /// How many jobs may be on their way to this worker or in its hands.
        credit: u32,
    },
    /// I am alive, also while all my threads compute.
    Heartbeat,
    /// A job is done.
    Tile {
        /// The job's number.
        id: u64,
        /// The escape counts, row by row.
        pixels: Pixels,
    },
    /// A job cannot be done.
    Failed {
        /// The job's number.
        id: u64,
        /// The reason, for people.
        why: String,
    },
}

/// What the farmer says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToWorker {
    /// Compute this tile.
    Job(Job),
    /// This job need not be done any more. It is not answered, unless its answer was on the way already.
    Cancel {
        /// The job's number.
        id: u64,
    },
    /// I am alive.
    Heartbeat,
    /// The picture is whole; you can go.
    Done,
}

/// A tile that is to be computed: a part of a picture of a part of the plane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// The number under which the tile comes back.
    pub id: u64,
    /// What the whole picture shows.
    pub view: View,
    /// The width of the whole picture, in pixels.
    pub width: u32,
    /// The height of the whole picture, in pixels.
    pub height: u32,
    /// The column of the tile's first pixel.
    pub x: u32,
    /// The row of the tile's first pixel.
    pub y: u32,
    /// The width of the tile, in pixels.
    pub w: u32,
    /// The height of the tile, in pixels.
    pub h: u32,
    /// A point that has not escaped after so many steps counts as never escaping.
    pub max_iter: u16,
}

/// The part of the plane that a picture shows. Its height follows from the picture's, because pixels are squares.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// The real part of the picture's middle.
    pub re: f64,
    /// The imaginary part of the picture's middle.
    pub im: f64,
    /// How much of the plane the picture's width covers.
    pub width: f64,
}

impl View {
    /// The whole set, in a picture that is as high as wide.
    pub const WHOLE: Self = Self { re: -0.75, im: 0.0, width: 3.0 };

    /// The point under the middle of the pixel in this column and row of a picture of `width` by `height` pixels; the first row is
    /// the uppermost, where the imaginary part is largest.
    ///
    /// ```
    /// use shared::farm::View;
    ///
    /// let view = View { re: 1.0, im: 2.0, width: 4.0 };
    /// assert_eq!(view.point(2, 2, 0, 0), (0.0, 3.0));
    /// assert_eq!(view.point(2, 2, 1, 1), (2.0, 1.0));
    /// ```
    #[must_use]
    pub fn point(&self, width: u32, height: u32, column: u32, row: u32) -> (f64, f64) {
        let step = self.width / f64::from(width);
        let right = f64::from(column) + 0.5 - f64::from(width) / 2.0;
        let down = f64::from(row) + 0.5 - f64::from(height) / 2.0;
        (self.re + right * step, self.im - down * step)
    }
}

/// After how many steps of z → z² + c, from 0 on, the distance of z from 0 is more than 2; `max_iter` where it is not by then.
///
/// ```
/// use shared::farm::escape_count;
///
/// assert_eq!(escape_count((0.0, 0.0), 100), 100, "never");
/// assert_eq!(escape_count((3.0, 0.0), 100), 1);
/// assert_eq!(escape_count((1.0, 0.0), 100), 3, "0, 1, 2, 5");
/// ```
#[must_use]
pub fn escape_count((re, im): (f64, f64), max_iter: u16) -> u16 {
    let (mut x, mut y) = (0.0f64, 0.0f64);
    for step in 0..max_iter {
        let (xx, yy) = (x * x, y * y);
        if xx + yy > 4.0 {
            return step;
        }
        (x, y) = (xx - yy + re, 2.0 * x * y + im);
    }
    max_iter
}

/// The escape counts of a tile, row by row.
///
/// Over the wire they are bytes, two for each, the lower first, behind the number of the bytes: like that a tile has the length that its
/// size says, and nobody decodes numbers one by one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pixels(pub Vec<u16>);

impl Serialize for Pixels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = self.0.iter().flat_map(|count| count.to_le_bytes()).collect();
        serializer.serialize_bytes(&bytes)
    }
}

impl<'de> Deserialize<'de> for Pixels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(Bytes)
    }
}

struct Bytes;

impl serde::de::Visitor<'_> for Bytes {
    type Value = Pixels;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("escape counts of two bytes each")
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Pixels, E> {
        let counts = bytes.chunks_exact(2);
        if counts.remainder().is_empty() {
            Ok(Pixels(counts.map(|count| u16::from_le_bytes([count[0], count[1]])).collect()))
        } else {
            Err(E::custom("an odd number of bytes is no list of escape counts"))
        }
    }

    fn visit_byte_buf<E: serde::de::Error>(self, bytes: Vec<u8>) -> Result<Pixels, E> {
        self.visit_bytes(&bytes)
    }
}

/// A message as a frame.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, MessageError> {
    message::encode_within::<T, LIMIT>(message)
}

/// The message in a frame: a [`ToFarmer`] or a [`ToWorker`], whichever is wanted.
///
/// ```
/// use shared::farm::{ToWorker, decode, encode};
///
/// let frame = encode(&ToWorker::Cancel { id: 7 })?;
/// assert_eq!(decode::<ToWorker>(&frame)?, ToWorker::Cancel { id: 7 });
/// # Ok::<(), shared::message::MessageError>(())
/// ```
pub fn decode<T: serde::de::DeserializeOwned>(frame: &[u8]) -> Result<T, MessageError> {
    message::decode_within::<T, LIMIT, { 16 * LIMIT }>(frame)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> Job {
        Job { id: 300, view: View::WHOLE, width: 640, height: 480, x: 64, y: 0, w: 32, h: 16, max_iter: 1000 }
    }

    #[test]
    fn a_job_is_written_as_the_specification_of_bincode_says() {
        // The variant's number, then each field: numbers below 251 in one byte, FB begins two bytes; a float is its eight bytes.
        let floats = [-0.75f64, 0.0, 3.0].map(f64::to_le_bytes).concat();
        let golden = [
            &[2, 0, 0xfb, 0x2c, 0x01][..],
            &floats,
            &[0xfb, 0x80, 0x02, 0xfb, 0xe0, 0x01, 64, 0, 32, 16, 0xfb, 0xe8, 0x03],
        ]
        .concat();
        assert_eq!(encode(&ToWorker::Job(job())).unwrap(), golden);
        assert_eq!(decode::<ToWorker>(&golden).unwrap(), ToWorker::Job(job()));
    }

    #[test]
    fn a_tile_is_two_bytes_for_each_pixel() {
        let tile = ToFarmer::Tile { id: 5, pixels: Pixels(vec![1, 0x0203, u16::MAX]) };
        let golden = [2, 2, 5, 6, 1, 0, 3, 2, 0xff, 0xff];
        assert_eq!(encode(&tile).unwrap(), golden);
        assert_eq!(decode::<ToFarmer>(&golden).unwrap(), tile);
        let odd = [2, 2, 5, 3, 1, 0, 3];
        assert!(matches!(decode::<ToFarmer>(&odd), Err(MessageError::Content(_))));
    }

    #[test]
    fn the_largest_tile_fits_and_a_longer_one_does_not() {
        let tile = |pixels| ToFarmer::Tile { id: u64::MAX, pixels: Pixels(vec![7; pixels]) };
        let frame = encode(&tile(MAX_PIXELS)).unwrap();
        assert_eq!(decode::<ToFarmer>(&frame).unwrap(), tile(MAX_PIXELS));
        assert_eq!(encode(&tile(MAX_PIXELS + 4096)), Err(MessageError::TooLong { limit: LIMIT }));
        let claimed = [&[2, 2, 5, 0xfd][..], &(1u64 << 40).to_le_bytes(), b"ab"].concat();
        assert!(decode::<ToFarmer>(&claimed).is_err());
    }

    #[test]
    fn the_middle_of_an_even_picture_lies_between_four_pixels() {
        let view = View { re: -1.0, im: 0.5, width: 2.0 };
        let (left, above) = view.point(4, 2, 1, 0);
        let (right, below) = view.point(4, 2, 2, 1);
        assert_eq!((left + right, above + below), (-2.0, 1.0));
    }

    #[test]
    fn escape_counts_by_hand() {
        // c = -2 stays at 2, which is not more than 2; c = 0.5 goes 0, 0.5, 0.75, 1.0625, 1.63, 3.15.
        assert_eq!(escape_count((-2.0, 0.0), 50), 50);
        assert_eq!(escape_count((0.5, 0.0), 50), 5);
        assert_eq!(escape_count((0.0, 1.0), 500), 500);
        assert_eq!(escape_count((2.0, 2.0), 1), 1, "the last step is not looked at");
        assert_eq!(escape_count((2.0, 2.0), 0), 0);
    }
}
