//! Markdown to HTML that is safe to show: the product's one sanitiser, so that a preview is what goes to the site.

pub use aos_features::markdown::{CleanHtml, plain_text, to_html, word_count};
