//! The sign by which an item of ours is found again in a collection. `docs.md` says why it is this one.

use aos_kernel::ContentItemId;
use dom_query::Document;

use super::{Fields, api::Item};

const PREFIX: &str = "agency-os-item-";

fn mark(item: ContentItemId) -> String {
    format!("{PREFIX}{item}")
}

/// The text with the mark: the `id` of its first part that has none.
pub(super) fn marked(html: &str, item: ContentItemId) -> String {
    let mark = mark(item);
    let article = Document::fragment(html);
    let parts = article.html_root().children();
    let unnamed = parts.iter().find(|part| part.is_element() && part.attr("id").is_none());
    if let Some(part) = unnamed {
        part.set_attr("id", &mark);
    }
    // As it was understood, not as it was written: an end that is missing would swallow what is put behind it.
    let html: String = parts.iter().map(|part| part.html().to_string()).collect();
    match unnamed {
        Some(_) => html,
        // Loose words become a part; a text whose parts all have names of their own gets an empty one.
        None if parts.iter().all(|part| !part.is_element()) => format!("<p id=\"{mark}\">{}</p>", html.trim()),
        None => format!("{html}<p id=\"{mark}\"></p>"),
    }
}

/// Whether an item of the collection is this one.
pub(super) fn is_of(standing: &Item, fields: &Fields, item: ContentItemId) -> bool {
    let named = fields.mark.as_ref().is_some_and(|field| standing.text(field) == item.to_string());
    named || standing.text(&fields.body).contains(&mark(item))
}

/// Whether an item carries the mark of any item of ours.
pub(super) fn is_marked(standing: &Item, fields: &Fields) -> bool {
    let named = fields.mark.as_ref().is_some_and(|field| !standing.text(field).is_empty());
    named || standing.text(&fields.body).contains(PREFIX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn item() -> ContentItemId {
        "0199c0de-0000-7000-8000-000000000001".parse().unwrap()
    }

    #[test]
    fn the_mark_is_the_id_of_the_first_part_that_has_none() {
        const ID: &str = "id=\"agency-os-item-0199c0de-0000-7000-8000-000000000001\"";
        for (html, expected) in [
            ("<p>Hi</p><p>you</p>", format!("<p {ID}>Hi</p><p>you</p>")),
            ("<h2 id=\"a\">A</h2><p>b</p>", format!("<h2 id=\"a\">A</h2><p {ID}>b</p>")),
            ("<h2 id=\"a\">A</h2>", format!("<h2 id=\"a\">A</h2><p {ID}></p>")),
            ("only words", format!("<p {ID}>only words</p>")),
            ("", format!("<p {ID}></p>")),
        ] {
            assert_eq!(marked(html, item()), expected);
        }
    }

    proptest! {
        #[test]
        fn no_word_is_lost(html in "[a-z <>/p\"=&;]{0,60}") {
            let text = |html: &str| -> String {
                Document::fragment(html).html_root().text().chars().filter(|c| !c.is_whitespace()).collect()
            };
            let made = marked(&html, item());
            prop_assert!(made.contains(&mark(item())));
            prop_assert_eq!(text(&made), text(&html));
        }
    }
}
