//! What Instagram refuses in captions and files (contract 6, limits).

use bytes::Bytes;

use super::error::GraphError;
use crate::vendors::pictures;

const LONGEST_CAPTION: usize = 2_200;
const MOST_HASHTAGS: usize = 30;
const MOST_MENTIONS: usize = 20;
const LARGEST_IMAGE: usize = 8 << 20;
const LARGEST_VIDEO: usize = 300 << 20;
/// 4:5 and 1.91:1, with a little for rounding to whole pixels.
const RATIOS: std::ops::RangeInclusive<f64> = 0.795..=1.92;

pub(super) fn caption(text: &str) -> Result<(), GraphError> {
    if text.chars().count() > LONGEST_CAPTION {
        return Err(GraphError::new(36_004, 2_207_010, "The caption was too long."));
    }
    if tagged(text, '#') > MOST_HASHTAGS || tagged(text, '@') > MOST_MENTIONS {
        return Err(GraphError::new(100, 2_207_040, "Cannot use more tags or mentions than allowed."));
    }
    Ok(())
}

/// How many `#words` or `@names` there are.
fn tagged(text: &str, mark: char) -> usize {
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    let mut count = 0;
    while let Some(c) = chars.next() {
        let opens = c == mark && !before.is_alphanumeric();
        if opens && chars.peek().is_some_and(|next| next.is_alphanumeric() || *next == '_') {
            count += 1;
        }
        before = c;
    }
    count
}

/// Refuses what is no JPEG, is too large, or is too high or too wide.
pub(super) fn image(bytes: &Bytes) -> Result<(), GraphError> {
    let format = || GraphError::new(36_001, 2_207_005, "The image format is not supported: it must be JPEG.");
    if !matches!(pictures::sniff(bytes), Some(("jpg", _))) {
        return Err(format());
    }
    if bytes.len() > LARGEST_IMAGE {
        return Err(GraphError::new(36_000, 2_207_004, "The image is too large."));
    }
    let (width, height) = jpeg_size(bytes).ok_or_else(format)?;
    if !RATIOS.contains(&(f64::from(width) / f64::from(height))) {
        return Err(GraphError::new(36_003, 2_207_009, "The aspect ratio is not supported."));
    }
    Ok(())
}

/// Whether these bytes can be a video. The subcode of the refusal if not.
pub(super) fn video(bytes: &Bytes) -> Result<(), i64> {
    let is_video = matches!(pictures::sniff(bytes), Some(("mp4", _))) && bytes.len() <= LARGEST_VIDEO;
    if is_video { Ok(()) } else { Err(2_207_026) }
}

/// Width and height from the frame header of a JPEG; none for a broken one.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let be16 = |at: usize| Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
    let mut at = 2;
    while let Some([0xFF, marker]) = bytes.get(at..at + 2) {
        match marker {
            // Fill bytes may stand before a marker; these markers have no length.
            0xFF => at += 1,
            0x01 | 0xD0..=0xD8 => at += 2,
            // Start of frame; C4, C8 and CC are something else.
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                let (height, width) = (be16(at + 5)?, be16(at + 7)?);
                return (width > 0 && height > 0).then_some((width.into(), height.into()));
            }
            _ => at += 2 + usize::from(be16(at + 2)?.max(2)),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg(width: u16, height: u16) -> Bytes {
        let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0, 0, 0xFF, 0xC0, 0, 11, 8];
        bytes.extend(height.to_be_bytes());
        bytes.extend(width.to_be_bytes());
        bytes.extend([1, 1, 0x11, 0, 0xFF, 0xD9]);
        bytes.into()
    }

    #[test]
    fn sizes_come_from_the_frame_header() {
        assert_eq!(jpeg_size(&jpeg(1080, 1350)), Some((1080, 1350)));
        for cut in 0..17 {
            assert_eq!(jpeg_size(&jpeg(1080, 1350)[..cut]), None);
        }
        for (width, height, fits) in [(1080, 1350, true), (1080, 1080, true), (1200, 628, true), (900, 1600, false)] {
            assert_eq!(image(&jpeg(width, height)).is_ok(), fits, "{width}x{height}");
        }
    }

    #[test]
    fn tags_are_counted_where_they_open_a_word() {
        assert_eq!(tagged("#one two#three (#four) # #_x ##five", '#'), 4);
        assert!(caption(&"#a ".repeat(30)).is_ok());
        assert!(caption(&"#a ".repeat(31)).is_err());
        assert!(caption(&"é".repeat(2_200)).is_ok());
        assert!(caption(&"é".repeat(2_201)).is_err());
    }
}
