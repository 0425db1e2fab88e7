//! Leaves out of a file what is not its picture: where and with what it was taken, comments, whatever follows its end.
//!
//! The pixels are not touched. `None` where the parts of a file can't be told apart; it is written anew then.

use image::ImageFormat;

/// The file with its picture alone.
pub fn without(bytes: &[u8], format: ImageFormat) -> Option<Vec<u8>> {
    match format {
        ImageFormat::Jpeg => jpeg(bytes),
        ImageFormat::Png => png(bytes),
        ImageFormat::WebP => webp(bytes),
        ImageFormat::Gif => gif(bytes),
        _ => None,
    }
}

/// Segments up to the end of the picture. Kept of the applications' own: JFIF, the colour profile and Adobe's word on how
/// colours are stored.
fn jpeg(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = bytes.get(..2)?.to_vec();
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        // Any number of these may stand in front of a marker.
        while *bytes.get(at + 1)? == 0xff {
            at += 1;
        }
        let marker = *bytes.get(at + 1)?;
        match marker {
            0xd9 => {
                out.extend_from_slice(&[0xff, 0xd9]);
                return Some(out);
            }
            0x01 | 0xd0..=0xd7 => {
                out.extend_from_slice(&[0xff, marker]);
                at += 2;
                continue;
            }
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
        let segment = bytes.get(at..at + 2 + length.max(2))?;
        let body = segment.get(4..).unwrap_or_default();
        let keep = match marker {
            0xe0 => body.starts_with(b"JFIF\0"),
            0xe2 => body.starts_with(b"ICC_PROFILE\0"),
            0xee => body.starts_with(b"Adobe"),
            0xe1..=0xef | 0xfe => false,
            _ => true,
        };
        if keep {
            out.extend_from_slice(segment);
        }
        at += segment.len();
        if marker == 0xda {
            let start = at;
            // What is packed goes on until a marker that is none of its own.
            while *bytes.get(at)? != 0xff || matches!(*bytes.get(at + 1)?, 0x00 | 0xd0..=0xd7 | 0xff) {
                at += 1;
            }
            out.extend_from_slice(bytes.get(start..at)?);
        }
    }
}

/// Chunks that a picture or an animation is drawn with.
fn png(bytes: &[u8]) -> Option<Vec<u8>> {
    const DRAWN: [&[u8; 4]; 14] = [
        b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"bKGD", b"hIST", b"pHYs", b"sPLT", b"cICP", b"acTL",
        b"fcTL", b"fdAT",
    ];
    let mut out = bytes.get(..8)?.to_vec();
    let mut at = 8_usize;
    loop {
        let length = u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?);
        let end = at.checked_add(12)?.checked_add(usize::try_from(length).ok()?)?;
        let chunk = bytes.get(at..end)?;
        let kind = chunk.get(4..8)?;
        if kind[0].is_ascii_uppercase() || DRAWN.iter().any(|drawn| drawn.as_slice() == kind) {
            out.extend_from_slice(chunk);
        }
        if kind == b"IEND" {
            return Some(out);
        }
        at = end;
    }
}

/// Chunks of the container; the head says what it has, so that is changed too.
fn webp(bytes: &[u8]) -> Option<Vec<u8>> {
    const DRAWN: [&[u8; 4]; 6] = [b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];
    let size = usize::try_from(u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?)).ok()?;
    let whole = bytes.get(..size.checked_add(8)?)?;
    let mut out = whole.get(..12)?.to_vec();
    let mut at = 12;
    while at < whole.len() {
        let length = usize::try_from(u32::from_le_bytes(whole.get(at + 4..at + 8)?.try_into().ok()?)).ok()?;
        let end = at.checked_add(8)?.checked_add(length)?.checked_add(length % 2)?;
        // A last chunk may lack the byte that fills it up.
        let chunk = whole.get(at..end.min(whole.len())).filter(|chunk| chunk.len() >= 8 + length)?;
        let kind = chunk.get(..4)?;
        if kind == b"VP8X" {
            let from = out.len();
            out.extend_from_slice(chunk);
            // Neither EXIF nor XMP follows.
            *out.get_mut(from + 8)? &= !0x0c;
        } else if DRAWN.iter().any(|drawn| drawn.as_slice() == kind) {
            out.extend_from_slice(chunk);
            if chunk.len() % 2 == 1 {
                out.push(0);
            }
        }
        at = end;
    }
    let size = u32::try_from(out.len() - 8).ok()?;
    out.get_mut(4..8)?.copy_from_slice(&size.to_le_bytes());
    Some(out)
}

/// Blocks up to the trailer. Of the extensions: how a frame is shown, and how often all are.
fn gif(bytes: &[u8]) -> Option<Vec<u8>> {
    let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    /// Where the sub-blocks that begin here end.
    fn blocks_end(bytes: &[u8], mut at: usize) -> Option<usize> {
        loop {
            let length = usize::from(*bytes.get(at)?);
            at += 1 + length;
            if length == 0 {
                return Some(at);
            }
        }
    }
    let mut at = 13 + table(*bytes.get(10)?);
    let mut out = bytes.get(..at)?.to_vec();
    loop {
        let (end, keep) = match *bytes.get(at)? {
            0x3b => {
                out.push(0x3b);
                return Some(out);
            }
            0x21 => {
                let end = blocks_end(bytes, at + 2)?;
                let keep = match *bytes.get(at + 1)? {
                    0xf9 => true,
                    0xff => matches!(bytes.get(at + 3..at + 14), Some(b"NETSCAPE2.0" | b"ANIMEXTS1.0")),
                    _ => false,
                };
                (end, keep)
            }
            // Where it stands, its colours, how they are packed, then the pixels.
            0x2c => (blocks_end(bytes, at + 11 + table(*bytes.get(at + 9)?))?, true),
            _ => return None,
        };
        if keep {
            out.extend_from_slice(bytes.get(at..end)?);
        }
        at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn same_picture(before: &[u8], after: &[u8]) {
        let [before, after] = [before, after].map(|bytes| image::load_from_memory(bytes).unwrap().to_rgba8());
        assert!(before == after, "the pixels changed");
    }

    #[test]
    fn what_stands_beside_the_pixels_goes_and_the_pixels_stay() {
        let jpeg = testing::jpeg(40, 30);
        let mut told = jpeg.to_vec();
        told.splice(2..2, b"\xff\xe1\x00\x0aExif\0\0xx\xff\xfe\x00\x07Anna!".iter().copied());
        told.extend_from_slice(b"PK\x03\x04 what was hung on");
        let clean = without(&told, ImageFormat::Jpeg).unwrap();
        assert_eq!(clean, jpeg.to_vec(), "a file without anything is the same before and after");

        let png = testing::png(40, 30);
        let mut told = png.to_vec();
        // Its check sum is not looked at here.
        told.splice(33..33, b"\0\0\0\x0atEXtAuthor\0Ann\0\0\0\0".iter().copied());
        let clean = without(&told, ImageFormat::Png).unwrap();
        assert_eq!(clean, png.to_vec());

        let webp = testing::webp(40, 30);
        let mut told = webp.to_vec();
        told.extend_from_slice(b"EXIF\x05\0\0\0place\0XMP \x04\0\0\0anna");
        let size = u32::try_from(told.len() - 8).unwrap();
        told[4..8].copy_from_slice(&size.to_le_bytes());
        let clean = without(&told, ImageFormat::WebP).unwrap();
        assert!(!clean.windows(4).any(|part| part == b"EXIF" || part == b"XMP "));
        same_picture(&webp, &clean);

        let gif = testing::gif(40, 30);
        let mut told = gif.to_vec();
        let end = told.len() - 1;
        told.splice(end..end, b"\x21\xfe\x04Anna\0".iter().copied());
        let clean = without(&told, ImageFormat::Gif).unwrap();
        assert!(!clean.windows(4).any(|part| part == b"Anna"));
        same_picture(&gif, &clean);
    }
}
