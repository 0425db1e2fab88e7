//! What reading for a score has in common: parts that may be refused one by one, and texts that are counted.

use std::collections::HashSet;

use aos_capabilities::{PlatformError, PlatformErrorKind, evidence::Evidence};
use dom_query::Document;
use url::Url;

/// The parts that were asked for so far.
#[derive(Default)]
pub(crate) struct Parts {
    read: usize,
    refused: Option<PlatformError>,
    missing: Vec<String>,
}

impl Parts {
    /// What was read; a refusal is kept as words. `what` begins a sentence: "The reviews".
    pub fn take<T>(&mut self, what: &str, outcome: Result<T, PlatformError>) -> Option<T> {
        match outcome {
            Ok(value) => {
                self.read += 1;
                Some(value)
            }
            Err(error) => {
                self.missing.push(format!("{what} could not be read: {}", error.message));
                // That the access is over is what a person has to know, whatever else was refused before.
                let over = error.kind == PlatformErrorKind::AuthExpired;
                if self.refused.is_none() || over {
                    self.refused = Some(error);
                }
                None
            }
        }
    }

    /// The evidence with the names of what is missing.
    ///
    /// # Errors
    /// When nothing could be read, or the access is over.
    pub fn finish(self, mut evidence: Evidence) -> Result<Evidence, PlatformError> {
        match self.refused {
            Some(error) if self.read == 0 || error.kind == PlatformErrorKind::AuthExpired => Err(error),
            _ => {
                evidence.missing.extend(self.missing);
                Ok(evidence)
            }
        }
    }
}

/// The words of a text in HTML, and its links to pages of the same site.
pub(crate) fn count(html: &str, page: &Url) -> (u32, u32) {
    let document = Document::fragment(html);
    for node in document.select("script, style, noscript").nodes() {
        node.remove_from_parent();
    }
    let mut words = 0;
    for node in document.html_root().descendants().iter().filter(|node| node.is_text()) {
        words += node.text().split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count();
    }
    let mut linked = HashSet::new();
    for link in document.select("a[href]").nodes() {
        let href = link.attr("href").unwrap_or_default();
        let Ok(mut target) = page.join(href.trim()) else { continue };
        target.set_fragment(None);
        // A place further down on the same page leads nowhere else.
        if is_same_site(&target, page) && target != *page {
            linked.insert(target);
        }
    }
    (whole(words), whole(linked.len()))
}

fn is_same_site(one: &Url, other: &Url) -> bool {
    let bare = |url: &Url| {
        let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
        host.strip_prefix("www.").map_or(host.clone(), ToOwned::to_owned)
    };
    one.scheme().starts_with("http") && bare(one) == bare(other)
}

fn whole(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn page() -> Url {
        Url::parse("https://www.a.test/blog/roofs").unwrap()
    }

    #[test]
    fn words_are_a_readers_and_links_lead_to_other_pages_of_the_site() {
        let html = "<h2>Roof care</h2><p>Look at the <b>flashing</b> &amp; gutters.</p><script>var no = 1</script>\
            <p><a href=\"/blog/gutters\">one</a> <a href=\"https://a.test/contact#form\">two</a> \
            <a href=\"https://a.test/contact\">again</a> <a href=\"#top\">top</a> <a href=\"mailto:a@a.test\">mail</a> \
            <a href=\"https://other.test/\">out</a></p>";
        assert_eq!(count(html, &page()), (13, 2));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_count(html in ".{0,120}", href in ".{0,40}") {
            let (words, links) = count(&format!("{html}<a href='{href}'>x</a>"), &page());
            prop_assert!(words < 1_000 && links < 100);
        }
    }
}
