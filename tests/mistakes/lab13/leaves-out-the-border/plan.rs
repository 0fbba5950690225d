//! What is to be computed: the picture, and the tiles that it is cut into.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use shared::farm::{Job, MAX_PIXELS, View};

/// The most pixels that a picture may have: 512 MiB of counts.
const MOST_PIXELS: u64 = 1 << 28;

/// Everything that decides which pixels a picture has, and which tile has which number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The picture's width in pixels.
    pub width: u32,
    /// The picture's height in pixels.
    pub height: u32,
    /// The width and height of a tile in pixels.
    pub tile: u32,
    /// The part of the plane.
    pub view: View,
    /// After so many steps a point counts as never escaping.
    pub max_iter: u16,
}

impl Plan {
    /// The whole set, in a picture of this size.
    pub fn new(size: &Size, tile: u32, max_iter: u16) -> Self {
        Self { width: size.width, height: size.height, tile, view: View::WHOLE, max_iter }
    }

    /// How many tiles there are.
    pub fn count(&self) -> usize {
        self.width.div_ceil(self.tile) as usize * self.height.div_ceil(self.tile) as usize
    }

    /// The tiles, row by row, numbered from 0. Those at the right and lower border end with the picture.
    pub fn jobs(&self) -> Vec<Job> {
        let Self { width, height, tile, view, max_iter } = *self;
        let step = tile as usize;
        let corners = (0..=height - tile)
            .step_by(step)
            .flat_map(|y| (0..=width - tile).step_by(step).map(move |x| (x, y)));
        let job = |(id, (x, y))| {
            let (w, h) = (tile.min(width - x), tile.min(height - y));
            Job { id, view, width, height, x, y, w, h, max_iter }
        };
        (0..).zip(corners).map(job).collect()
    }
}

/// Width and height of a picture, as in `640x480`.
#[derive(Clone, Debug)]
pub struct Size {
    width: u32,
    height: u32,
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not WIDTHxHEIGHT in pixels, as in 640x480");
        let (width, height) = text.split_once('x').ok_or_else(wrong)?;
        let (width, height): (u32, u32) =
            (width.parse().map_err(|_| wrong())?, height.parse().map_err(|_| wrong())?);
        match u64::from(width) * u64::from(height) {
            0 => Err("a picture has at least one pixel".into()),
            pixels if pixels > MOST_PIXELS => Err(format!("a picture has at most {MOST_PIXELS} pixels")),
            _ => Ok(Self { width, height }),
        }
    }
}

/// The size of a tile: what fits into a message.
pub fn tile(text: &str) -> Result<u32, String> {
    match text.parse::<u32>() {
        Ok(tile @ 1..=1024) if (tile * tile) as usize <= MAX_PIXELS => Ok(tile),
        _ => Err("a tile is 1 to 1024 pixels wide and high".into()),
    }
}

/// The limit of the steps.
pub fn max_iter(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(max_iter @ 1..) => Ok(max_iter),
        _ => Err("the limit of the steps is 1 to 65535".into()),
    }
}
