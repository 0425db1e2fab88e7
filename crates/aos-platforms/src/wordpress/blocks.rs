//! From clean HTML to WordPress's blocks and back to something that can be compared.
//!
//! A post without block comments opens as one "Classic" block, in which the site's own editors can't work with the
//! parts. So every part that has an exact counterpart becomes that block; all else becomes a "Custom HTML" block,
//! which shows and keeps it as it is. No class is put in that the editor does not itself write for that block.

use std::collections::BTreeMap;

use aos_kernel::ContentItemId;
use dom_query::{Document, NodeRef};

/// The invisible sign by which an item is found again. Inside a block of its own because WordPress would wrap a loose
/// comment in an empty paragraph; at the end because an excerpt is made from the beginning.
pub(super) fn marker(item: ContentItemId) -> String {
    format!("<!-- agency-os:item={item} -->")
}

/// The content of a post: the article as blocks, then the marker.
pub(super) fn content(html: &str, item: ContentItemId) -> String {
    let article = Document::fragment(html);
    // Among them could be a block comment, which WordPress would carry out.
    for comment in article.html_root().descendants().iter().filter(|node| node.is_comment()) {
        comment.remove_from_parent();
    }
    let mut blocks: Vec<String> = Vec::new();
    // Text and inline elements that stand loose are one paragraph until a block begins.
    let mut loose = String::new();
    for node in article.html_root().children() {
        if is_inline(&node) {
            loose.push_str(&node.html());
            continue;
        }
        flush(&mut blocks, &mut loose);
        blocks.push(block(&node));
    }
    flush(&mut blocks, &mut loose);
    blocks.push(enclosed("html", "", &marker(item)));
    blocks.join("\n\n")
}

fn flush(blocks: &mut Vec<String>, loose: &mut String) {
    let text = std::mem::take(loose);
    if !text.trim().is_empty() {
        blocks.push(wrap("paragraph", "", &format!("<p>{}</p>", text.trim())));
    }
}

fn is_inline(node: &NodeRef<'_>) -> bool {
    const INLINE: &[&str] = &[
        "a", "abbr", "b", "br", "cite", "code", "del", "em", "i", "ins", "kbd", "mark", "q", "s", "small", "span",
        "strong", "sub", "sup", "time", "u",
    ];
    node.is_text() || node.node_name().is_some_and(|name| INLINE.contains(&&*name))
}

fn block(node: &NodeRef<'_>) -> String {
    let name = node.node_name().unwrap_or_default();
    let inner = || node.inner_html();
    // An attribute that a block does not know makes the editor call the block broken.
    let plain = node.attrs().is_empty();
    match &*name {
        "p" => match only_image(node) {
            Some(image) => wrap("image", "", &format!("<figure class=\"wp-block-image\">{image}</figure>")),
            None if plain => wrap("paragraph", "", &format!("<p>{}</p>", inner())),
            None => custom(node),
        },
        "h2" if plain => wrap("heading", "", &format!("<h2>{}</h2>", inner())),
        "h3" | "h4" | "h5" | "h6" if plain => {
            wrap("heading", &format!("{{\"level\":{}}}", &name[1..]), &format!("<{name}>{}</{name}>", inner()))
        }
        "ul" if plain => wrap("list", "", &format!("<ul>{}</ul>", inner())),
        "ol" if plain => wrap("list", "{\"ordered\":true}", &format!("<ol>{}</ol>", inner())),
        "blockquote" if plain => {
            wrap("quote", "", &format!("<blockquote class=\"wp-block-quote\">{}</blockquote>", inner()))
        }
        "pre" if plain => wrap("preformatted", "", &format!("<pre class=\"wp-block-preformatted\">{}</pre>", inner())),
        "table" if plain => {
            wrap("table", "", &format!("<figure class=\"wp-block-table\"><table>{}</table></figure>", inner()))
        }
        "hr" => wrap("separator", "", "<hr class=\"wp-block-separator has-alpha-channel-opacity\"/>"),
        "img" => match image(node) {
            Some(image) => wrap("image", "", &format!("<figure class=\"wp-block-image\">{image}</figure>")),
            None => custom(node),
        },
        _ => custom(node),
    }
}

fn custom(node: &NodeRef<'_>) -> String {
    wrap("html", "", &node.html())
}

fn wrap(block: &str, attributes: &str, html: &str) -> String {
    enclosed(block, attributes, &inert(html))
}

fn enclosed(block: &str, attributes: &str, html: &str) -> String {
    let space = if attributes.is_empty() { "" } else { " " };
    format!("<!-- wp:{block}{space}{attributes} -->\n{html}\n<!-- /wp:{block} -->")
}

/// The image of a paragraph that holds nothing else, which is how Markdown writes one.
fn only_image(paragraph: &NodeRef<'_>) -> Option<String> {
    let children = paragraph.children();
    let mut parts = children.iter().filter(|child| !child.is_text() || !child.text().trim().is_empty());
    match (parts.next(), parts.next()) {
        (Some(only), None) if only.has_name("img") => image(only),
        _ => None,
    }
}

fn image(node: &NodeRef<'_>) -> Option<String> {
    node.attrs()
        .iter()
        .all(|attribute| matches!(&*attribute.name.local, "src" | "alt"))
        .then(|| node.html().to_string())
}

/// The same HTML without a command to WordPress: `[gallery]` means the word, and what looks like a block comment is
/// text. WordPress looks for both everywhere, also in attributes, so everywhere they become character references.
fn inert(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['[', '<']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let after = &from[1..];
        let shortcode = after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
        match &from[..1] {
            "[" if shortcode => out.push_str("&#91;"),
            "<" if after.starts_with("!--") => out.push_str("&lt;"),
            harmless => out.push_str(harmless),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// What of `sent` the site did not keep, in words; empty when it kept everything that a reader would notice.
pub(super) fn losses(sent: &str, kept: &str) -> Vec<String> {
    let (sent, kept) = (Document::fragment(sent), Document::fragment(kept));
    let (before, after) = (tags(&sent), tags(&kept));
    let removed: Vec<&str> = before
        .iter()
        .filter(|(tag, count)| after.get(*tag).copied().unwrap_or_default() < **count)
        .map(|(tag, _)| tag.as_str())
        .collect();
    let mut notes = Vec::new();
    if !removed.is_empty() {
        notes.push(format!(
            "The site removed parts of the article that this account may not use: {}.",
            removed.join(", ")
        ));
    } else if words(&sent) != words(&kept) {
        notes.push("The site changed the text of the article while saving it.".to_owned());
    }
    notes
}

fn tags(document: &Document) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for node in document.html_root().descendants() {
        if let Some(name) = node.node_name().filter(|_| node.is_element()) {
            *counts.entry(name.to_string()).or_default() += 1;
        }
    }
    counts
}

fn words(document: &Document) -> String {
    document.html_root().text().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text as WordPress gives it, with `&amp;` and its like read.
pub(super) fn plain_text(html: &str) -> String {
    Document::fragment(html).html_root().text().to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn item() -> ContentItemId {
        "0199c0de-0000-7000-8000-000000000001".parse().unwrap()
    }
    fn blocks(html: &str) -> String {
        let whole = content(html, item());
        let end = "<!-- wp:html -->\n<!-- agency-os:item=0199c0de-0000-7000-8000-000000000001 -->\n<!-- /wp:html -->";
        whole.strip_suffix(end).unwrap_or_else(|| panic!("{whole}")).trim_end().to_owned()
    }

    #[test]
    fn parts_with_a_counterpart_become_that_block() {
        for (html, expected) in [
            ("<p>Hi <em>you</em></p>", "<!-- wp:paragraph -->\n<p>Hi <em>you</em></p>\n<!-- /wp:paragraph -->"),
            ("<h2>A</h2>", "<!-- wp:heading -->\n<h2>A</h2>\n<!-- /wp:heading -->"),
            ("<h3>A</h3>", "<!-- wp:heading {\"level\":3} -->\n<h3>A</h3>\n<!-- /wp:heading -->"),
            ("<ol><li>a</li></ol>", "<!-- wp:list {\"ordered\":true} -->\n<ol><li>a</li></ol>\n<!-- /wp:list -->"),
            (
                "<blockquote><p>q</p></blockquote>",
                "<!-- wp:quote -->\n<blockquote class=\"wp-block-quote\"><p>q</p></blockquote>\n<!-- /wp:quote -->",
            ),
            (
                "<p><img src=\"https://a.test/x.png\" alt=\"x\"></p>",
                "<!-- wp:image -->\n<figure class=\"wp-block-image\"><img src=\"https://a.test/x.png\" alt=\"x\"></figure>\n<!-- /wp:image -->",
            ),
            ("loose <b>words</b>", "<!-- wp:paragraph -->\n<p>loose <b>words</b></p>\n<!-- /wp:paragraph -->"),
        ] {
            assert_eq!(blocks(html), expected);
        }
    }

    #[test]
    fn all_else_is_kept_as_it_is() {
        for html in ["<p id=\"a\">x</p>", "<section><p>x</p></section>", "<h2 class=\"x\">t</h2>"] {
            assert_eq!(blocks(html), format!("<!-- wp:html -->\n{html}\n<!-- /wp:html -->"));
        }
    }

    #[test]
    fn a_text_can_not_give_commands_to_wordpress() {
        let html =
            "<p>[gallery ids=1] and [1] <!-- wp:shortcode -->[x]<!-- /wp:shortcode --></p><!-- wp:latest-posts /-->";
        let made = blocks(html);
        assert_eq!(made, "<!-- wp:paragraph -->\n<p>&#91;gallery ids=1] and [1] &#91;x]</p>\n<!-- /wp:paragraph -->");
    }

    #[test]
    fn a_command_in_an_attribute_is_text_too() {
        let made = blocks("<p><img src=\"x\" alt=\"[gallery] <!-- wp:latest-posts /-->\"></p>");
        assert!(made.contains("alt=\"&#91;gallery] &lt;!-- wp:latest-posts /--&gt;\""), "{made}");
    }

    #[test]
    fn what_a_site_drops_is_noticed_and_what_it_rewrites_is_not() {
        let sent = content("<p>a &amp; b</p><iframe src=\"https://v.test\"></iframe>", item());
        assert!(losses(&sent, &sent.replace("&amp;", "&#038;").replace('\n', "\r\n")).is_empty());
        let kept = sent.replace("<iframe src=\"https://v.test\"></iframe>", "");
        assert_eq!(
            losses(&sent, &kept),
            ["The site removed parts of the article that this account may not use: iframe."]
        );
        let changed = sent.replace("a &amp;", "z &amp;");
        assert_eq!(losses(&sent, &changed), ["The site changed the text of the article while saving it."]);
    }

    #[test]
    fn names_are_compared_as_people_read_them() {
        assert_eq!(plain_text("Tips &amp; Tricks"), "Tips & Tricks");
    }

    /// Pieces of articles, some of them hostile, in any order and nesting that a parser could meet.
    fn any_html() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            prop::sample::select(vec![
                "<p>",
                "</p>",
                "<h2>",
                "</h2>",
                "<ul><li>",
                "</li></ul>",
                "<blockquote>",
                "</blockquote>",
                "<b>",
                "</b>",
                "<img src=x>",
                "<hr>",
                "<table><tr><td>",
                "</table>",
                "<pre>",
                "</pre>",
                "<div class=a>",
                "</div>",
                "<!-- wp:shortcode -->",
                "<!-- /wp:html -->",
                "<!-- wp:latest-posts /-->",
                "[gallery]",
                "[/x]",
                "-->",
                "<!--",
                "&amp;",
                "<",
                " ",
            ])
            .prop_map(ToOwned::to_owned),
            "[a-zä]{1,6}",
        ];
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn no_word_is_lost_and_no_command_gets_through(html in any_html()) {
            let made = content(&html, item());
            prop_assert_eq!(letters(&made), letters(&html));
            let commands = made.match_indices('[').filter(|(at, _)| {
                made[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
            });
            prop_assert_eq!(commands.count(), 0, "{}", made);
            prop_assert!(!made.contains("<!-- wp:shortcode") && !made.contains("<!-- wp:latest-posts"), "{}", made);
            prop_assert_eq!(made.matches("<!-- wp:").count(), made.matches("<!-- /wp:").count(), "{}", made);
            prop_assert!(losses(&made, &made).is_empty());
        }
    }

    /// The text that a reader sees, without the spaces that depend on where parts begin.
    fn letters(html: &str) -> String {
        Document::fragment(html).html_root().text().chars().filter(|c| !c.is_whitespace()).collect()
    }
}
