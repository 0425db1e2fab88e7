//! Markdown as clean HTML: one sanitiser for the preview, for what goes to a client's site and for every page, so that
//! what is approved is what is published. Serves all slices and knows none.

use std::{collections::HashSet, sync::LazyLock};

use comrak::nodes::{AstNode, NodeValue};

/// HTML that was sanitised here. The only text that a page may print without escaping, and that goes to a site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CleanHtml(String);

impl CleanHtml {
    pub fn as_str(&self) -> &str {
        &self.0
    }
    pub fn into_string(self) -> String {
        self.0
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// With an anchor on each heading in its order, `s-0`, `s-1`, …, for a list of the sections.
    #[must_use]
    pub fn with_anchors(self, prefix: &str) -> Self {
        let mut out = String::with_capacity(self.0.len() + 64);
        let mut rest = self.0.as_str();
        let mut number = 0;
        // Headings have no attributes here, and what looks like one in a text is escaped.
        while let Some(at) = rest.find("<h") {
            let (before, tag) = rest.split_at(at);
            out.push_str(before);
            let heading = tag.get(2..4).is_some_and(|end| matches!(end.as_bytes(), [b'2'..=b'6', b'>']));
            let length = if heading { 3 } else { 2 };
            out.push_str(&tag[..length]);
            if heading {
                out.push_str(&format!(" id=\"{prefix}-{number}\""));
                number += 1;
            }
            rest = &tag[length..];
        }
        out.push_str(rest);
        Self(out)
    }
}

/// Tags that a text may hold. No script, style, frame or form, whatever the Markdown says, and nothing that could take
/// the look of the product's controls.
const TAGS: [&str; 30] = [
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "p",
    "a",
    "ul",
    "ol",
    "li",
    "blockquote",
    "strong",
    "em",
    "code",
    "pre",
    "hr",
    "br",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "img",
    "del",
    "sup",
    "sub",
    "dl",
    "dt",
    "dd",
];

static CLEANER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = ammonia::Builder::default();
    cleaner
        .tags(HashSet::from(TAGS))
        // Links of a client's article are theirs to be followed; pages of ours open nothing in another window by them.
        .link_rel(None)
        .url_relative(ammonia::UrlRelative::PassThrough)
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .rm_tag_attributes("a", ["class"])
        .generic_attributes(HashSet::from(["title", "lang"]));
    cleaner
});

fn options() -> comrak::Options<'static> {
    let mut options = comrak::Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options
}

/// CommonMark with tables, strikethrough and bare links, as clean HTML with headings from `h2` down, because the title is
/// the page's `h1`. Raw HTML in the text is dropped.
pub fn to_html(markdown: &str) -> CleanHtml {
    let arena = comrak::Arena::new();
    let options = options();
    let document = comrak::parse_document(&arena, markdown, &options);
    lower_headings(document);
    let mut html = String::new();
    // Writing to a String cannot fail.
    let _ = comrak::format_html(document, &options, &mut html);
    CleanHtml(CLEANER.clean(&html).to_string())
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

/// What a block of a text is, for whoever measures it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// With its level, as it is written.
    Heading(u8),
    /// Running text.
    Paragraph,
    /// A cell, code: words, but no sentences.
    Other,
}

/// A block of a text as a reader reads it: without markup and link targets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    pub kind: BlockKind,
    pub text: String,
    /// The line of the Markdown that it begins on, from 1.
    pub line: usize,
}

/// The blocks of a text in their order.
pub fn blocks(markdown: &str) -> Vec<Block> {
    let arena = comrak::Arena::new();
    let document = comrak::parse_document(&arena, markdown, &options());
    let mut blocks = Vec::new();
    for node in document.descendants() {
        let (kind, line) = {
            let data = node.data.borrow();
            let kind = match &data.value {
                NodeValue::Heading(heading) => BlockKind::Heading(heading.level),
                NodeValue::Paragraph => BlockKind::Paragraph,
                NodeValue::TableCell => BlockKind::Other,
                NodeValue::CodeBlock(code) => {
                    let text = code.literal.trim().to_owned();
                    blocks.push(Block { kind: BlockKind::Other, text, line: data.sourcepos.start.line });
                    continue;
                }
                _ => continue,
            };
            (kind, data.sourcepos.start.line)
        };
        let mut text = String::new();
        for inner in node.descendants() {
            match &inner.data.borrow().value {
                NodeValue::Text(words) => text.push_str(words),
                NodeValue::Code(code) => text.push_str(&code.literal),
                NodeValue::SoftBreak | NodeValue::LineBreak => text.push(' '),
                _ => {}
            }
        }
        blocks.push(Block { kind, text: text.split_whitespace().collect::<Vec<_>>().join(" "), line });
    }
    blocks
}

/// The text as a reader reads it, one block a line.
pub fn plain_text(markdown: &str) -> String {
    blocks(markdown).into_iter().map(|block| block.text).collect::<Vec<_>>().join("\n")
}

/// Words a reader reads: markup, link targets and rules are not counted.
pub fn word_count(markdown: &str) -> usize {
    blocks(markdown).iter().map(|block| words(&block.text).count()).sum()
}

/// What has a letter or a digit, between spaces.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_clean_html_below_the_heading_of_the_page() {
        let text = "# Top\n\n## Part\n\nA *good* [roof](https://acme.test/ \"x\").\n\n> Quoted\n\n- one\n- two\n\n| a |\n|---|\n| 1 |";
        let html = to_html(text).into_string();
        assert!(html.starts_with("<h2>Top</h2>\n<h3>Part</h3>"), "{html}");
        assert!(
            html.contains("<blockquote>") && html.contains("<li>one</li>") && html.contains("<td>1</td>"),
            "{html}"
        );
        assert!(html.contains("<a href=\"https://acme.test/\" title=\"x\">roof</a>"), "{html}");
        assert_eq!(to_html("## B").as_str(), "<h2>B</h2>\n");
        let anchored = to_html("## B\n\n---\n\n`<h2>`\n\n### C").with_anchors("s").into_string();
        assert!(anchored.contains("<h2 id=\"s-0\">B") && anchored.contains("<h3 id=\"s-1\">C"), "{anchored}");
        assert!(anchored.contains("<hr>") && anchored.matches("id=").count() == 2, "{anchored}");
        // A sharp in code is no heading.
        assert_eq!(to_html("## B\n\n```\n# C\n```").as_str(), "<h2>B</h2>\n<pre><code># C\n</code></pre>\n");
    }

    #[test]
    fn nothing_that_runs_gets_through() {
        for text in [
            "<script>alert(1)</script>",
            "[x](javascript:alert(1))",
            "<img src=x onerror=alert(1)>",
            "<iframe src='https://evil.test'></iframe>",
            "<a href='data:text/html,<script>1</script>'>x</a>",
            "<form action='/x'><input name=a></form>",
            "<p class=\"button\" style=\"position:fixed\">x</p>",
        ] {
            let html = to_html(text).into_string().to_lowercase();
            for bad in ["<script", "javascript:", "onerror", "<iframe", "data:", "<form", "<input", "class=", "style="]
            {
                assert!(!html.contains(bad), "{text} → {html}");
            }
        }
    }

    #[test]
    fn words_are_those_a_reader_sees() {
        assert_eq!(word_count("## Two words\n\nA [link text](https://example.com/a/b) – here."), 6);
        assert_eq!(word_count("| a | b |\n|---|---|\n| one two | 3 |"), 5);
        assert_eq!(plain_text("A *b*\nc\n\n- d `e`"), "A b c\nd e");
        assert_eq!(blocks("x\n\n## Y\n\nz").iter().map(|block| block.line).collect::<Vec<_>>(), [1, 3, 5]);
    }
}
