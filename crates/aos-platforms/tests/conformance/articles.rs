//! Articles for the cases.

use aos_capabilities::publish::{Article, ArticleImage, PublishMode};
use aos_kernel::ContentItemId;
use bytes::Bytes;

/// The smallest picture there is: one transparent pixel.
pub const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8,
    6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 0x0d, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x62, 0, 1, 0, 0, 5, 0, 1,
    0x0d, 0x0a, 0x2d, 0xb4, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

pub fn article() -> Article {
    Article {
        item: ContentItemId::new(),
        title: "Roof care in spring".to_owned(),
        slug: "roof-care".to_owned(),
        excerpt: "What to look at.".to_owned(),
        html: "<p>Look at the flashing.</p><h2>Gutters</h2><ul><li>Leaves</li></ul>".to_owned(),
        categories: Vec::new(),
        tags: Vec::new(),
        image: None,
        mode: PublishMode::Now,
    }
}

pub fn illustrated() -> Article {
    Article {
        categories: vec!["Tips & Tricks".to_owned()],
        tags: vec!["roof".to_owned(), " Gutters ".to_owned(), "ROOF".to_owned(), String::new()],
        image: Some(ArticleImage {
            file_name: "Roof chart.png".to_owned(),
            content_type: "image/png".to_owned(),
            bytes: Bytes::from_static(PNG),
            alt: "How long roofs last".to_owned(),
        }),
        ..article()
    }
}
