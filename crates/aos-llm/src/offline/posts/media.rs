//! The picture of a post, and what it shows.

use aos_capabilities::{
    drafts::MediaChoice,
    model::{MaterialImage, TaskChannel},
};

use crate::offline::{article::image, corpus::Corpus};

/// Longer descriptions are refused by some platform or other.
const LONGEST_ALT: usize = 400;

/// The picture that a section's own page shows, when words say what it shows.
pub fn of_page<'a>(corpus: &Corpus, images: &'a [MaterialImage], section: usize) -> Option<&'a MaterialImage> {
    let url = corpus.page_of(section).url.clone();
    let own: Vec<&MaterialImage> = images.iter().filter(|image| image.page_url == url && is_told(image)).collect();
    if own.is_empty() {
        return None;
    }
    image::choose(corpus, images, std::slice::from_ref(&url), &wanted(corpus, section))
        .filter(|image| image.page_url == url && is_told(image))
        .or_else(|| own.into_iter().find(|image| !image::is_decoration(image)))
}

/// The picture for a post: of its page, and where the platform takes nothing without one, the nearest of any page.
pub fn choose(corpus: &Corpus, images: &[MaterialImage], section: usize, channel: &TaskChannel) -> Vec<MediaChoice> {
    if channel.images == 0 {
        return Vec::new();
    }
    let nearest = || {
        let told: Vec<MaterialImage> = images.iter().filter(|image| is_told(image)).cloned().collect();
        let url = corpus.page_of(section).url.clone();
        let chosen = image::choose(corpus, &told, &[url], &wanted(corpus, section)).map(|image| image.url.clone());
        let any = || images.iter().find(|image| is_told(image) && !image::is_decoration(image)).map(|i| i.url.clone());
        let chosen = chosen.or_else(any)?;
        images.iter().find(|image| image.url == chosen && is_told(image))
    };
    let own = of_page(corpus, images, section);
    let image = if channel.media_required { own.or_else(nearest) } else { own };
    image.map(|image| MediaChoice { media: image.url.clone(), alt: image.alt.trim().to_owned() }).into_iter().collect()
}

fn is_told(image: &MaterialImage) -> bool {
    let alt = image.alt.trim();
    alt.chars().any(char::is_alphabetic) && alt.chars().count() <= LONGEST_ALT
}

fn wanted(corpus: &Corpus, section: usize) -> String {
    format!("{} {}", corpus.sections[section].heading, corpus.page_of(section).title)
}
