//! Reading a picture: what it is, within bounds, upright and without what stands beside its pixels.

use std::io::Cursor;

use aos_capabilities::images::{Picture, Unfit};
use bytes::Bytes;
use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, codecs::jpeg::JpegEncoder,
    metadata::Orientation,
};

use crate::metadata;

/// More pixels than any camera that people post from; a file of a few bytes may claim to have them.
const MOST_PIXELS: u64 = 60_000_000;
const LONGEST_SIDE: u32 = 20_000;
/// What one picture may take when it is unpacked.
const MOST_MEMORY: u64 = 320 << 20;
/// Of a picture that had to be written anew only because it lay on its side.
const TURNED_QUALITY: u8 = 92;

/// What the head of a file says.
pub struct Head {
    pub format: ImageFormat,
    /// As it is seen: after it was turned.
    pub width: u32,
    pub height: u32,
    pub orientation: Orientation,
}

/// A picture in memory.
pub struct Open {
    pub head: Head,
    pub image: DynamicImage,
    /// How its colours are meant.
    pub profile: Option<Vec<u8>>,
}

pub const fn content_type(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Png => "image/png",
        ImageFormat::WebP => "image/webp",
        ImageFormat::Gif => "image/gif",
        _ => "image/jpeg",
    }
}

fn format_of(bytes: &[u8]) -> Option<ImageFormat> {
    let format = image::guess_format(bytes).ok()?;
    matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP | ImageFormat::Gif).then_some(format)
}

fn unreadable(error: &ImageError) -> Unfit {
    Unfit::Unreadable(match error {
        ImageError::Limits(_) => too_large(),
        _ => "The picture is damaged or breaks off.".to_owned(),
    })
}

fn too_large() -> String {
    format!("The picture has more than {} million pixels.", MOST_PIXELS / 1_000_000)
}

fn decoder(bytes: &[u8]) -> Result<(Head, impl ImageDecoder + '_), Unfit> {
    let format =
        format_of(bytes).ok_or_else(|| Unfit::Unreadable("This is no JPEG, PNG, WebP or GIF picture.".to_owned()))?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| unreadable(&error))?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(Unfit::Unreadable("The picture is empty.".to_owned()));
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MOST_PIXELS || decoder.total_bytes() > MOST_MEMORY || width.max(height) > LONGEST_SIDE {
        return Err(Unfit::Unreadable(too_large()));
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let on_its_side = matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    );
    let (width, height) = if on_its_side { (height, width) } else { (width, height) };
    Ok((Head { format, width, height, orientation }, decoder))
}

/// Reads the head alone.
pub fn head(bytes: &[u8]) -> Result<Head, Unfit> {
    decoder(bytes).map(|(head, _)| head)
}

/// Reads all of it.
pub fn open(bytes: &[u8]) -> Result<Open, Unfit> {
    let (head, mut decoder) = decoder(bytes)?;
    // Only a profile of the three colours that are written again says anything about them.
    let profile = decoder.icc_profile().ok().flatten().filter(|profile| profile.get(16..20) == Some(b"RGB "));
    let mut image = DynamicImage::from_decoder(decoder).map_err(|error| unreadable(&error))?;
    image.apply_orientation(head.orientation);
    Ok(Open { head, image, profile })
}

/// Without what stands beside its pixels; written anew only where it lies on its side or its parts can't be told apart.
pub fn take_in(bytes: Bytes) -> Result<Picture, Unfit> {
    let Open { head, image, profile } = open(&bytes)?;
    let Head { format, width, height, orientation } = head;
    let clean = if orientation == Orientation::NoTransforms { metadata::without(&bytes, format) } else { None };
    let (bytes, format) = match clean {
        Some(clean) => (clean.into(), format),
        None if format == ImageFormat::Jpeg => (jpeg(&image, profile, TURNED_QUALITY)?, format),
        None => (png(&image, profile)?, ImageFormat::Png),
    };
    Ok(Picture { bytes, content_type: content_type(format), width, height })
}

/// Written as JPEG; what is clear becomes white.
pub fn jpeg(image: &DynamicImage, profile: Option<Vec<u8>>, quality: u8) -> Result<Bytes, Unfit> {
    let mut out = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut out, quality);
    if let Some(profile) = profile {
        // Without it the colours are a little off, which is no reason to give up.
        let _ = image::ImageEncoder::set_icc_profile(&mut encoder, profile);
    }
    encoder.encode_image(&opaque(image)).map_err(|error| unreadable(&error))?;
    Ok(out.into())
}

/// Written as PNG.
pub fn png(image: &DynamicImage, profile: Option<Vec<u8>>) -> Result<Bytes, Unfit> {
    let mut out = Vec::new();
    let mut encoder = image::codecs::png::PngEncoder::new(&mut out);
    if let Some(profile) = profile {
        let _ = image::ImageEncoder::set_icc_profile(&mut encoder, profile);
    }
    // Eight bits of a colour are all that platforms keep.
    let image = if image.color().has_alpha() {
        DynamicImage::ImageRgba8(image.to_rgba8())
    } else {
        DynamicImage::ImageRgb8(image.to_rgb8())
    };
    image.write_with_encoder(encoder).map_err(|error| unreadable(&error))?;
    Ok(out.into())
}

fn opaque(image: &DynamicImage) -> DynamicImage {
    if !image.color().has_alpha() {
        return DynamicImage::ImageRgb8(image.to_rgb8());
    }
    let mut out = image::RgbImage::new(image.width(), image.height());
    for (under, over) in out.pixels_mut().zip(image.to_rgba8().pixels()) {
        let [red, green, blue, alpha] = over.0.map(u16::from);
        let mixed = |colour: u16| u8::try_from((colour * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX);
        under.0 = [mixed(red), mixed(green), mixed(blue)];
    }
    DynamicImage::ImageRgb8(out)
}
