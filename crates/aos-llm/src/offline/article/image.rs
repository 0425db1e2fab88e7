//! The image that illustrates an article.

use aos_capabilities::model::MaterialImage;

use crate::offline::corpus::Corpus;

/// The image whose description and page fit best what is `wanted` from the pages at `urls`; none that is a logo, an icon
/// or on no page of it.
pub fn choose<'a>(
    corpus: &Corpus,
    images: &'a [MaterialImage],
    urls: &[String],
    wanted: &str,
) -> Option<&'a MaterialImage> {
    let wanted = corpus.query(wanted);
    images
        .iter()
        .filter(|image| !is_decoration(image))
        .map(|image| {
            let file = image.url.rsplit('/').next().unwrap_or_default();
            let name = file.rsplit_once('.').map_or(file, |(name, _)| name).replace(['-', '_'], " ");
            let described = corpus.query(&format!("{} {name}", image.alt));
            // An earlier source page counts more: the article is about it.
            let place = urls.iter().position(|url| *url == image.page_url);
            let near_page = place.map_or(0.0, |place| 0.3 / (1.0 + place as f32));
            (described.cosine(&wanted) + near_page, image)
        })
        .filter(|(score, _)| *score >= 0.1)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.url.cmp(&a.1.url)))
        .map(|(_, image)| image)
}

pub fn is_decoration(image: &MaterialImage) -> bool {
    let text = format!("{} {}", image.url, image.alt).to_lowercase();
    ["logo", "icon", "sprite", "avatar", "badge", "pixel", "placeholder", ".svg", ".ico", "spinner", "flag"]
        .iter()
        .any(|word| text.contains(word))
}
