//! Markdown as clean HTML: the same text in the preview and on the site.

use std::{collections::HashSet, sync::LazyLock};

/// Tags that an article may hold. No script, style, frame or form, whatever the Markdown says.
static CLEANER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = ammonia::Builder::default();
    cleaner
        .tags(HashSet::from([
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
        ]))
        .link_rel(None)
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]));
    cleaner
});

/// An article's HTML, headings from `h2` down, because the title is the page's `h1`.
pub fn html(markdown: &str) -> String {
    let mut options = comrak::Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    let raw = comrak::markdown_to_html(&lowered(markdown), &options);
    CLEANER.clean(&raw).to_string()
}

/// `# Heading` becomes `## Heading`, outside of code.
fn lowered(markdown: &str) -> String {
    let mut in_code = false;
    let mut text = String::with_capacity(markdown.len() + 8);
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if !in_code && line.starts_with("# ") {
            text.push('#');
        }
        text.push_str(line);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_clean_html() {
        let text = "# Top\n\nA *good* [roof](https://acme.test/ \"x\").\n\n> Quoted\n\n- one\n- two\n";
        let html = html(text);
        assert!(html.starts_with("<h2>Top</h2>"), "{html}");
        assert!(html.contains("<blockquote>") && html.contains("<li>one</li>"), "{html}");
        assert!(html.contains("<a href=\"https://acme.test/\""), "{html}");
    }

    #[test]
    fn nothing_that_runs_gets_through() {
        for text in [
            "<script>alert(1)</script>",
            "[x](javascript:alert(1))",
            "<img src=x onerror=alert(1)>",
            "<iframe src='https://evil.test'></iframe>",
            "<a href='data:text/html,<script>1</script>'>x</a>",
        ] {
            let html = html(text).to_lowercase();
            for bad in ["<script", "javascript:", "onerror", "<iframe", "data:"] {
                assert!(!html.contains(bad), "{text} → {html}");
            }
        }
    }
}
