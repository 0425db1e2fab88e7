//! Pictures for tests.

use std::io::Cursor;

use aos_capabilities::post::{MediaKind, MediaRule};
use bytes::Bytes;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// Pictures as Instagram asks for them.
pub const FEED: MediaRule = MediaRule {
    kind: MediaKind::Image,
    most: 10,
    types: &["image/jpeg"],
    bytes: Some(8_000_000),
    width: Some((320, 1440)),
    height: None,
    ratio: Some((0.8, 1.91)),
    alt_characters: None,
};

fn painted(width: u32, height: u32) -> DynamicImage {
    let pixel = |x: u32, y: u32| {
        // Noise, so that it does not pack to nothing.
        let noise = (x.wrapping_mul(31) ^ y.wrapping_mul(17)).wrapping_mul(2_654_435_761);
        Rgb([(x * 255 / width) as u8, (y * 255 / height) as u8, (noise >> 24) as u8])
    };
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, pixel))
}

fn written(width: u32, height: u32, format: ImageFormat) -> Bytes {
    let mut out = Cursor::new(Vec::new());
    painted(width, height).write_to(&mut out, format).expect("a picture that can be written");
    out.into_inner().into()
}

/// A PNG of this many pixels.
///
/// # Panics
/// Without memory.
#[must_use]
pub fn png(width: u32, height: u32) -> Bytes {
    written(width, height, ImageFormat::Png)
}

/// A JPEG of this many pixels.
///
/// # Panics
/// Without memory.
#[must_use]
pub fn jpeg(width: u32, height: u32) -> Bytes {
    written(width, height, ImageFormat::Jpeg)
}

/// The pixels of a picture, as it stands.
///
/// # Panics
/// When it is none.
#[must_use]
pub fn pixels(bytes: &[u8]) -> (u32, u32) {
    let image = image::load_from_memory(bytes).expect("a picture");
    (image.width(), image.height())
}

#[cfg(test)]
pub(crate) fn webp(width: u32, height: u32) -> Bytes {
    written(width, height, ImageFormat::WebP)
}

#[cfg(test)]
pub(crate) fn gif(width: u32, height: u32) -> Bytes {
    written(width, height, ImageFormat::Gif)
}

/// A JPEG as a phone writes it: turned by a quarter, and with a place in it.
///
/// # Panics
/// Never.
#[must_use]
pub fn phone_jpeg(width: u32, height: u32) -> Bytes {
    let plain = jpeg(width, height);
    // TIFF, big endian, one entry: orientation 6. What follows stands for the place.
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    exif.extend_from_slice(b"GPS 52.5200N 13.4050E");
    let length = u16::try_from(exif.len() + 2).expect("a short segment").to_be_bytes();
    let mut out = plain[..2].to_vec();
    out.extend_from_slice(&[0xff, 0xe1, length[0], length[1]]);
    out.extend_from_slice(&exif);
    out.extend_from_slice(&plain[2..]);
    out.into()
}
