//! Images: what they are by their first bytes, and which are worth keeping.

use imagesize::ImageType;

/// Smaller images are icons, spacers and counters.
const MIN_SIDE: usize = 48;

/// What the first bytes of an image say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageFacts {
    pub content_type: &'static str,
    pub width: Option<u32>,
    pub height: Option<u32>,
}

/// Looks at an image. `None` when it is of no kind that we keep (JPEG, PNG, WebP, GIF), or too small to be a picture.
/// The header of the answer isn't asked: servers often mislabel images, and the bytes are what is published later.
#[must_use]
pub fn inspect(bytes: &[u8]) -> Option<ImageFacts> {
    let content_type = match imagesize::image_type(bytes).ok()? {
        ImageType::Jpeg => "image/jpeg",
        ImageType::Png => "image/png",
        ImageType::Webp => "image/webp",
        ImageType::Gif => "image/gif",
        _ => return None,
    };
    let size = imagesize::blob_size(bytes).ok();
    if size.is_some_and(|size| size.width < MIN_SIDE || size.height < MIN_SIDE) {
        return None;
    }
    let width = size.and_then(|size| u32::try_from(size.width).ok());
    let height = size.and_then(|size| u32::try_from(size.height).ok());
    Some(ImageFacts { content_type, width, height })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The head of a PNG, which is all that is looked at.
    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([8, 6, 0, 0, 0]);
        bytes
    }

    #[test]
    fn pictures_are_kept_and_pixels_are_not() {
        let facts = inspect(&png(640, 480)).unwrap();
        assert_eq!((facts.content_type, facts.width, facts.height), ("image/png", Some(640), Some(480)));
        assert_eq!(inspect(&png(1, 1)), None);
        assert_eq!(inspect(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), None);
        assert_eq!(inspect(b""), None);
    }
}
