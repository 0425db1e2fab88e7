//! Markdown to HTML that is safe to show, and the figures an editor wants: word count and the like.

use std::{collections::HashSet, sync::LazyLock};

use comrak::nodes::{AstNode, NodeValue};

/// HTML that was sanitised here. The only text that a template may print without escaping.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CleanHtml(String);

impl CleanHtml {
    pub fn as_str(&self) -> &str {
        &self.0
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

static SANITISER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut sanitiser = ammonia::Builder::default();
    sanitiser
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(ammonia::UrlRelative::PassThrough)
        .link_rel(Some("noopener nofollow"))
        // A page's own ids must stay unique, and nothing in a draft may take the look of the product's controls.
        .rm_tag_attributes("a", ["class"])
        .generic_attributes(HashSet::from(["title", "lang"]));
    sanitiser
});

/// CommonMark with tables, strikethrough and bare links, as clean HTML. Raw HTML in the text is dropped.
pub fn to_html(markdown: &str) -> CleanHtml {
    let mut options = comrak::Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    let arena = comrak::Arena::new();
    let document = comrak::parse_document(&arena, markdown, &options);
    lower_headings(document);
    let mut html = String::new();
    // Writing to a String cannot fail.
    let _ = comrak::format_html(document, &options, &mut html);
    CleanHtml(SANITISER.clean(&html).to_string())
}

/// HTML that another part made, such as an article exactly as it will be published: sanitised once more, not changed
/// otherwise.
pub fn clean(html: &str) -> CleanHtml {
    CleanHtml(SANITISER.clean(html).to_string())
}

/// A page has one main heading, its own: where a text brings `#`, all its headings go down by one.
fn lower_headings<'a>(document: &'a AstNode<'a>) {
    let levels = || document.descendants().filter(|node| matches!(node.data.borrow().value, NodeValue::Heading(_)));
    let has_main = levels().any(|node| matches!(&node.data.borrow().value, NodeValue::Heading(h) if h.level == 1));
    if !has_main {
        return;
    }
    for node in levels() {
        if let NodeValue::Heading(heading) = &mut node.data.borrow_mut().value {
            heading.level = (heading.level + 1).min(6);
        }
    }
}

/// Words a reader reads: markup, link targets and rules are not counted.
pub fn word_count(markdown: &str) -> usize {
    let html = comrak::markdown_to_html(markdown, &comrak::Options::default());
    let mut inside = false;
    let text: String = html
        .chars()
        .filter_map(|c| match c {
            '<' => {
                inside = true;
                Some(' ')
            }
            '>' => {
                inside = false;
                None
            }
            _ if inside => None,
            _ => Some(c),
        })
        .collect();
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_cannot_carry_a_script_or_a_link_that_runs_one() {
        let html = to_html("# Hi <script>alert(1)</script>\n\n[x](javascript:alert(1)) <img src=x onerror=alert(1)>");
        assert!(!html.as_str().contains("script"), "{}", html.as_str());
        assert!(!html.as_str().contains("onerror"), "{}", html.as_str());
    }

    #[test]
    fn words_are_those_a_reader_sees() {
        assert_eq!(word_count("## Two words\n\nA [link text](https://example.com/a/b) – here."), 6);
    }

    #[test]
    fn a_text_with_a_main_heading_stands_below_the_heading_of_the_page() {
        assert_eq!(to_html("# A\n\n## B").as_str(), "<h2>A</h2>\n<h3>B</h3>\n");
        assert_eq!(to_html("## B").as_str(), "<h2>B</h2>\n");
    }

    #[test]
    fn tables_and_quotations_survive() {
        let html = to_html("> said\n\n| a | b |\n|---|---|\n| 1 | 2 |");
        assert!(html.as_str().contains("<blockquote>") && html.as_str().contains("<td>2</td>"));
    }
}
