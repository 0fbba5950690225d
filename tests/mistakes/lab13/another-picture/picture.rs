//! The picture: escape counts while it grows, a PNG file in the end.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use shared::Error;
use shared::farm::Job;
use shared::paint::colour;

use super::plan::Plan;

/// The escape counts of a picture, row by row.
pub struct Picture {
    width: usize,
    tile: usize,
    counts: Vec<u16>,
}

impl Picture {
    /// A picture of which nothing is known yet.
    pub fn new(plan: &Plan) -> Self {
        let (width, height) = (plan.width as usize, plan.height as usize);
        Self { width, tile: plan.tile as usize, counts: vec![0; width * height] }
    }

    /// Puts a tile into its place. It must have as many counts as its job says.
    pub fn place(&mut self, job: &Job, pixels: &[u16]) {
        for (index, count) in pixels.iter().enumerate() {
            let (row, column) = (job.y as usize + index / self.tile, job.x as usize + index % self.tile);
            if let Some(place) = self.counts.get_mut(row * self.width + column) {
                *place = *count;
            }
        }
    }

    /// Writes the picture. Whatever goes wrong, there is a whole picture under this name afterwards, or what was there before.
    pub fn save(&self, path: &Path, max_iter: u16) -> Result<(), Error> {
        let part = part_of(path);
        let write = || -> std::io::Result<()> {
            let mut file = BufWriter::new(File::create(&part)?);
            self.encode(&mut file, max_iter).map_err(std::io::Error::other)?;
            // Only when it is safely there, it gets its name: a rename is done at once or not at all (rename(2)).
            file.into_inner()?.sync_all()?;
            fs::rename(&part, path)
        };
        write().map_err(|error| {
            let _ = fs::remove_file(&part);
            Error::file("write the picture to", path, &error)
        })
    }

    /// The counts as colours, and these as PNG.
    fn encode(&self, out: impl Write, max_iter: u16) -> image::ImageResult<()> {
        let colours: Vec<u8> = self.counts.iter().flat_map(|count| colour(*count, max_iter)).collect();
        let size = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
        let (width, height) = (size(self.width), size(self.counts.len() / self.width));
        PngEncoder::new(out).write_image(&colours, width, height, ExtendedColorType::Rgb8)
    }
}

/// Tries whether a picture can be written there, without touching one that is there already.
pub fn prepare(path: &Path) -> Result<(), Error> {
    if path.is_dir() {
        let error = std::io::Error::from(std::io::ErrorKind::IsADirectory);
        return Err(Error::file("write the picture to", path, &error));
    }
    let part = part_of(path);
    let try_it = || File::create(&part).and_then(|_| fs::remove_file(&part));
    try_it().map_err(|error| Error::file("write the picture to", path, &error))
}

/// The name of a picture that is not whole yet. In the same folder, because a rename does not go from one disk to another.
fn part_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(".part");
    name.into()
}
