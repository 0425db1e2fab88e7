//! What Google looks at in media that it fetched: type, size, dimensions.

use crate::vendors::fetch::Fetched;

const LARGEST: usize = 5 << 20;
const LEAST: (u32, u32) = (400, 300);
const FILM_LARGEST: usize = 75 << 20;

/// What is wrong with a fetched picture or film, in words.
pub(super) fn refuse(format: &str, file: &Fetched) -> Result<(), String> {
    if format == "VIDEO" {
        if !file.content_type.starts_with("video/") {
            return Err(format!("Fetching video failed: the address gave {}.", file.content_type));
        }
        return if file.bytes.len() > FILM_LARGEST { Err("The video is too large.".to_owned()) } else { Ok(()) };
    }
    if !matches!(file.content_type.as_str(), "image/jpeg" | "image/png") {
        return Err(format!("Fetching image failed: the address gave {}.", file.content_type));
    }
    if file.bytes.len() > LARGEST {
        return Err("The image is larger than 5 MB.".to_owned());
    }
    match dimensions(&file.bytes) {
        None => Err("Fetching image failed: this is no image.".to_owned()),
        Some((width, height)) if width < LEAST.0 || height < LEAST.1 => {
            Err(format!("The image is too small: {width}×{height} pixels, at least 400×300 are needed."))
        }
        Some(_) => Ok(()),
    }
}

/// Width and height of a PNG or a JPEG, from its head.
fn dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        return Some((number(16)?, number(20)?));
    }
    if !bytes.starts_with(&[0xff, 0xd8]) {
        return None;
    }
    let short = |at: usize| Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let mut at = 2;
    loop {
        let marker = short(at)?;
        // Start of frame, in any of its kinds.
        if matches!(marker, 0xffc0..=0xffcf) && !matches!(marker, 0xffc4 | 0xffc8 | 0xffcc) {
            return Some((u32::from(short(at + 7)?), u32::from(short(at + 5)?)));
        }
        if marker < 0xff00 {
            return None;
        }
        at += 2 + usize::from(short(at + 2)?);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_a_jpeg_is_in_its_frame() {
        let mut jpeg = vec![0xff, 0xd8, 0xff, 0xe0, 0x00, 0x04, 0x00, 0x00, 0xff, 0xc2, 0x00, 0x0b, 0x08];
        jpeg.extend([0x01, 0x2c, 0x01, 0x90]);
        assert_eq!(dimensions(&jpeg), Some((400, 300)));
        assert_eq!(dimensions(&jpeg[..9]), None);
        assert_eq!(dimensions(b"<html>"), None);
    }
}
