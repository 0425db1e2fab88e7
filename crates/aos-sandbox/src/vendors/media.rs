//! What uploaded bytes are: by their first bytes, as the platforms look, and never by what was said about them.

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Png,
    Jpeg,
    Gif,
    Webp,
    Mp4,
    Mov,
    Webm,
    Pdf,
    /// DOCX, PPTX.
    OpenXml,
    /// DOC, PPT.
    Ole,
}

impl Kind {
    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Mp4 => "video/mp4",
            Self::Mov => "video/quicktime",
            Self::Webm => "video/webm",
            Self::Pdf => "application/pdf",
            Self::OpenXml | Self::Ole => "application/octet-stream",
        }
    }
    pub(crate) const fn is_video(self) -> bool {
        matches!(self, Self::Mp4 | Self::Mov | Self::Webm)
    }
}

/// None: of no kind that a platform takes.
pub(crate) fn sniff(bytes: &[u8]) -> Option<Kind> {
    Some(match bytes {
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Kind::Png,
        [0xFF, 0xD8, 0xFF, ..] => Kind::Jpeg,
        [b'G', b'I', b'F', b'8', ..] => Kind::Gif,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Kind::Webp,
        [_, _, _, _, b'f', b't', b'y', b'p', b'q', b't', ..] => Kind::Mov,
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Kind::Mp4,
        [0x1A, 0x45, 0xDF, 0xA3, ..] => Kind::Webm,
        [b'%', b'P', b'D', b'F', ..] => Kind::Pdf,
        [b'P', b'K', 3, 4, ..] => Kind::OpenXml,
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Kind::Ole,
        _ => return None,
    })
}

/// Width and height from the head of a PNG, GIF or JPEG.
pub(crate) fn dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    let be16 = |at: usize| Some(u32::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
    let le16 = |at: usize| Some(u32::from(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
    let be32 = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    match sniff(bytes)? {
        Kind::Png => Some((be32(16)?, be32(20)?)),
        Kind::Gif => Some((le16(6)?, le16(8)?)),
        Kind::Jpeg => {
            let mut at = 2;
            while let Some([0xFF, marker]) = bytes.get(at..at + 2) {
                // Start-of-frame markers carry the size; C4, C8 and CC are not frames.
                if matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC) {
                    return Some((be16(at + 7)?, be16(at + 5)?));
                }
                at += 2 + be16(at + 2)? as usize;
            }
            None
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x03\0\0\0\x02";
        assert_eq!((sniff(png), dimensions(png)), (Some(Kind::Png), Some((3, 2))));
        assert_eq!(sniff(b"\0\0\0\x18ftypisom"), Some(Kind::Mp4));
        assert_eq!(sniff(b"<svg/>"), None);
        assert_eq!(dimensions(b"\xFF\xD8\xFF\xC0"), None);
    }
}
