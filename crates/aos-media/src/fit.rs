//! Making a picture what a platform takes.

use aos_capabilities::{
    images::{Picture, Unfit},
    post::{MediaKind, MediaRule},
};
use bytes::Bytes;
use image::{DynamicImage, ImageFormat, imageops::FilterType, metadata::Orientation};

use crate::{
    metadata,
    read::{self, Head, Open},
};

/// A picture may be made this much larger before one sees it.
const MOST_GROWTH: f64 = 1.25;
/// Of JPEG, one after the other until the bytes are few enough.
const QUALITIES: [u8; 6] = [90, 82, 74, 66, 58, 50];
/// When even the last quality is too much, there are fewer pixels: by this much, so often.
const SHRINK: f64 = 0.8;
const SHRINKS: usize = 8;
/// The rules' own tolerance: a pixel of rounding is no other shape.
const ROUNDING: f64 = 0.01;

/// The picture as the rule asks for it.
pub fn fit(bytes: Bytes, rule: &MediaRule) -> Result<Picture, Unfit> {
    if rule.kind != MediaKind::Image {
        return Err(Unfit::Impossible("Only pictures are made to fit.".to_owned()));
    }
    let head = read::head(&bytes)?;
    if let Some(as_it_is) = as_it_is(&bytes, &head, rule) {
        return Ok(as_it_is);
    }
    let Open { head, image, profile } = read::open(&bytes)?;
    let shape = Shape::of(head.width, head.height, rule)?;
    written(&shape.cut(&image), &head, profile, rule)
}

/// One that fits already loses what stands beside its pixels, if anything does.
fn as_it_is(bytes: &Bytes, head: &Head, rule: &MediaRule) -> Option<Picture> {
    let content_type = read::content_type(head.format);
    let &Head { format, width, height, orientation } = head;
    if orientation != Orientation::NoTransforms || !rule.types.contains(&content_type) || !sized(width, height, rule) {
        return None;
    }
    let clean = metadata::without(bytes, format)?;
    let few = rule.bytes.is_none_or(|most| clean.len() as u64 <= most);
    few.then(|| Picture { bytes: clean.into(), content_type, width, height })
}

fn sized(width: u32, height: u32, rule: &MediaRule) -> bool {
    let within =
        |range: Option<(u32, u32)>, pixels: u32| range.is_none_or(|(least, most)| (least..=most).contains(&pixels));
    let ratio = f64::from(width) / f64::from(height.max(1));
    within(rule.width, width)
        && within(rule.height, height)
        && rule.ratio.is_none_or(|(least, most)| ratio >= least - ROUNDING && ratio <= most + ROUNDING)
}

/// What is cut out, around the middle, and how large it becomes.
#[derive(Debug, PartialEq, Eq)]
struct Shape {
    /// Of the picture as it is.
    cut: (u32, u32),
    out: (u32, u32),
}

/// Pixels of a fraction; never none.
fn whole(pixels: f64) -> u32 {
    // Both bounds are far inside of what either type holds.
    pixels.clamp(1.0, 1_000_000.0) as u32
}

impl Shape {
    fn of(width: u32, height: u32, rule: &MediaRule) -> Result<Self, Unfit> {
        let (w, h) = (f64::from(width), f64::from(height));
        let cut = match rule.ratio {
            Some((least, _)) if w / h < least => (width, whole(w / least)),
            Some((_, most)) if w / h > most => (whole(h * most), height),
            _ => (width, height),
        };
        let (w, h) = (f64::from(cut.0), f64::from(cut.1));
        let ends =
            |range: Option<(u32, u32)>| range.map_or((0.0, f64::INFINITY), |(a, b)| (f64::from(a), f64::from(b)));
        let ((least_w, most_w), (least_h, most_h)) = (ends(rule.width), ends(rule.height));
        let largest = (most_w / w).min(most_h / h);
        let smallest = (least_w / w).max(least_h / h);
        if smallest > largest {
            let words =
                format!("A picture of {width} × {height} pixels can't be brought into the shape that is taken.");
            return Err(Unfit::Impossible(words));
        }
        if smallest > MOST_GROWTH {
            return Err(Unfit::Impossible(format!(
                "The picture has {width} × {height} pixels, which is too few: made larger, it would be blurred."
            )));
        }
        let scale = largest.min(1.0).max(smallest);
        let side = |pixels: f64, (least, most): (f64, f64)| whole((pixels * scale).round().clamp(least, most));
        let out = (side(w, (least_w, most_w)), side(h, (least_h, most_h)));
        if !sized(out.0, out.1, rule) {
            let words =
                format!("A picture of {width} × {height} pixels can't be brought into the shape that is taken.");
            return Err(Unfit::Impossible(words));
        }
        Ok(Self { cut, out })
    }

    fn cut(&self, image: &DynamicImage) -> DynamicImage {
        let (width, height) = self.cut;
        let (left, top) = (image.width().saturating_sub(width) / 2, image.height().saturating_sub(height) / 2);
        let cut = image.crop_imm(left, top, width, height);
        resized(cut, self.out)
    }
}

fn resized(image: DynamicImage, (width, height): (u32, u32)) -> DynamicImage {
    if (image.width(), image.height()) == (width, height) {
        return image;
    }
    image.resize_exact(width, height, FilterType::CatmullRom)
}

/// What it is written as, the best first.
fn types(head: &Head, image: &DynamicImage, rule: &MediaRule) -> Vec<ImageFormat> {
    let drawn = head.format == ImageFormat::Png || image.color().has_alpha();
    let wanted = if drawn { [ImageFormat::Png, ImageFormat::Jpeg] } else { [ImageFormat::Jpeg, ImageFormat::Png] };
    wanted.into_iter().filter(|format| rule.types.contains(&read::content_type(*format))).collect()
}

fn written(image: &DynamicImage, head: &Head, profile: Option<Vec<u8>>, rule: &MediaRule) -> Result<Picture, Unfit> {
    let types = types(head, image, rule);
    if types.is_empty() {
        return Err(Unfit::Impossible("Neither JPEG nor PNG is taken here.".to_owned()));
    }
    let most = rule.bytes.unwrap_or(u64::MAX);
    let mut image = image.clone();
    for _ in 0..=SHRINKS {
        for format in &types {
            let qualities: &[u8] = if *format == ImageFormat::Jpeg { &QUALITIES } else { &[0] };
            for quality in qualities {
                let bytes = match format {
                    ImageFormat::Jpeg => read::jpeg(&image, profile.clone(), *quality)?,
                    _ => read::png(&image, profile.clone())?,
                };
                if bytes.len() as u64 <= most {
                    let (width, height) = (image.width(), image.height());
                    return Ok(Picture { bytes, content_type: read::content_type(*format), width, height });
                }
            }
        }
        let fewer = |pixels: u32| whole((f64::from(pixels) * SHRINK).round());
        let (width, height) = (fewer(image.width()), fewer(image.height()));
        if !sized(width, height, rule) {
            break;
        }
        image = resized(image, (width, height));
    }
    Err(Unfit::Impossible("The picture can't be made small enough for its bytes without being spoiled.".to_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{self, FEED};

    #[test]
    fn a_large_png_becomes_a_jpeg_of_the_shape_and_size_that_is_taken() {
        let fitted = fit(testing::png(3000, 1000), &FEED).unwrap();
        assert_eq!(fitted.content_type, "image/jpeg");
        assert_eq!((fitted.width, fitted.height), (1440, 754));
        assert_eq!(testing::pixels(&fitted.bytes), (1440, 754));
        let tall = fit(testing::png(500, 2000), &FEED).unwrap();
        assert_eq!((tall.width, tall.height), (500, 625));
        // Once it fits it is left alone.
        assert_eq!(fit(fitted.bytes.clone(), &FEED).unwrap().bytes, fitted.bytes);
    }

    #[test]
    fn few_bytes_cost_quality_and_then_pixels_and_too_few_pixels_are_said() {
        let small = MediaRule { bytes: Some(40_000), ..FEED };
        let fitted = fit(testing::png(1200, 1200), &small).unwrap();
        assert!(fitted.bytes.len() <= 40_000 && fitted.width < 1200 && fitted.width >= 320, "{fitted:?}");
        let a_little = fit(testing::jpeg(300, 300), &FEED).unwrap();
        assert_eq!((a_little.width, a_little.height), (320, 320));
        let error = fit(testing::jpeg(100, 100), &FEED).unwrap_err();
        assert!(matches!(&error, Unfit::Impossible(words) if words.contains("100 × 100")), "{error}");
        let impossible = fit(testing::png(800, 800), &MediaRule { bytes: Some(500), ..FEED }).unwrap_err();
        assert!(matches!(impossible, Unfit::Impossible(_)));
    }

    #[test]
    fn a_picture_of_a_phone_stands_upright_and_says_nothing_of_where_it_was_taken() {
        let phone = testing::phone_jpeg(400, 300);
        let kept = read::take_in(phone.clone()).unwrap();
        assert_eq!((kept.width, kept.height), (300, 400));
        assert_eq!(testing::pixels(&kept.bytes), (300, 400));
        let fitted = fit(phone.clone(), &FEED).unwrap();
        for bytes in [&kept.bytes, &fitted.bytes] {
            assert!(!bytes.windows(3).any(|part| part == b"GPS"), "the place went along");
        }
        assert!(phone.windows(3).any(|part| part == b"GPS"));
    }

    #[test]
    fn a_file_that_claims_to_have_more_pixels_than_there_are_is_not_unpacked() {
        let mut bomb = testing::jpeg(8, 8).to_vec();
        let frame = bomb.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
        bomb[frame + 5..frame + 9].copy_from_slice(&[0x46, 0x50, 0x46, 0x50]);
        let error = read::take_in(bomb.into()).unwrap_err();
        assert!(matches!(&error, Unfit::Unreadable(words) if words.contains("60 million pixels")), "{error}");
        assert!(matches!(read::take_in(Bytes::from_static(b"<svg onload='x()'/>")), Err(Unfit::Unreadable(_))));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn no_bytes_make_it_panic(
            start in 0_usize..5, at in any::<prop::sample::Index>(), noise in prop::collection::vec(any::<u8>(), 0..40),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut bytes = match start {
                0 => testing::jpeg(24, 16).to_vec(),
                1 => testing::png(24, 16).to_vec(),
                2 => testing::webp(24, 16).to_vec(),
                3 => testing::gif(24, 16).to_vec(),
                _ => testing::phone_jpeg(24, 16).to_vec(),
            };
            let from = at.index(bytes.len());
            for (offset, byte) in noise.iter().enumerate() {
                if let Some(place) = bytes.get_mut(from + offset) {
                    *place = *byte;
                }
            }
            bytes.truncate(cut.index(bytes.len()) + 1);
            let any = MediaRule { width: None, ratio: Some((1.0, 1.0)), ..FEED };
            let _ = read::take_in(bytes.clone().into());
            let _ = fit(bytes.clone().into(), &any);
            for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
                let _ = metadata::without(&bytes, format);
                let _ = metadata::without(&noise, format);
            }
        }

        #[test]
        fn whatever_its_shape_it_fits_or_says_why(width in 1_u32..6000, height in 1_u32..6000) {
            match Shape::of(width, height, &FEED) {
                Ok(shape) => {
                    prop_assert!(sized(shape.out.0, shape.out.1, &FEED), "{shape:?}");
                    prop_assert!(shape.cut.0 <= width && shape.cut.1 <= height);
                    prop_assert!(f64::from(shape.out.0) <= f64::from(shape.cut.0) * MOST_GROWTH + 1.0);
                }
                Err(error) => prop_assert!(matches!(error, Unfit::Impossible(_))),
            }
        }
    }
}
