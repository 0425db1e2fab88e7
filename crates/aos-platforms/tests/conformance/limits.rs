//! The limits that a descriptor declares are checked before anything is sent.

use aos_capabilities::{
    Descriptor, PlatformErrorKind,
    publish::{Article, ArticleImage},
};
use aos_kernel::Retry;

use crate::{articles::article, bench::Bench};

/// One declared limit.
#[derive(Clone, Copy)]
pub struct Limit {
    /// The field of the article.
    pub field: &'static str,
    most: usize,
}

pub fn of(descriptor: &Descriptor) -> Vec<Limit> {
    let limits = descriptor.limits;
    [
        ("title", limits.title_characters),
        ("html", limits.body_bytes),
        ("image", limits.image_bytes),
        ("tags", limits.tags),
    ]
    .into_iter()
    .filter_map(|(field, most)| Some(Limit { field, most: most? }))
    .collect()
}

/// An article whose field is this long.
fn sized(field: &str, size: usize) -> Article {
    let article = article();
    match field {
        // Two bytes each: the limit counts characters.
        "title" => Article { title: "ä".repeat(size), ..article },
        "html" => Article { html: format!("<p>{}</p>", "a".repeat(size - "<p></p>".len())), ..article },
        "image" => {
            let image = ArticleImage {
                file_name: "x.png".to_owned(),
                content_type: "image/png".to_owned(),
                bytes: vec![0; size].into(),
                alt: String::new(),
            };
            Article { image: Some(image), ..article }
        }
        _ => Article { tags: (0..size).map(|number| format!("tag {number}")).collect(), ..article },
    }
}

pub async fn refused(bench: &dyn Bench, limit: Limit) {
    let account = bench.account();
    let before = bench.requests();
    assert!(bench.publisher().validate(&sized(limit.field, limit.most)).is_ok(), "the limit itself is allowed");
    let error = bench.publisher().publish(&account, &sized(limit.field, limit.most + 1)).await.unwrap_err();
    assert_eq!(error.kind, PlatformErrorKind::Invalid(limit.field.to_owned()));
    assert_eq!((error.retry, error.outcome_unknown), (Retry::Never, false));
    assert_eq!((bench.requests(), bench.standing()), (before, 0));
}
