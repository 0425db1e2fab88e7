//! A page's Markdown read into headings, paragraphs and lists of plain text, and plain text written back safely.

use comrak::{
    Arena, Node, Options,
    nodes::{ListType, NodeValue},
};

/// Stand around the text of a link in what is read, so that "More in the guide to permission" can be told to be a
/// pointer. Private-use characters: no page has them, and [`unmark`] takes them out.
pub const LINK_START: char = '\u{e000}';
pub const LINK_END: char = '\u{e001}';

/// The text without the marks of links.
pub fn unmark(text: &str) -> String {
    text.replace([LINK_START, LINK_END], "")
}

/// A part of a page, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RawBlock {
    Heading {
        level: u8,
        text: String,
    },
    Paragraph(String),
    List {
        ordered: bool,
        items: Vec<String>,
    },
    /// Code is not carried over; a single sentence beside it mostly speaks of it.
    Code,
    /// Something else that is not carried over (table, image, quotation): text around it may refer to it.
    Other,
}

/// Reads CommonMark. Links become their text, images and HTML disappear, code spans keep their backticks.
pub fn read(markdown: &str) -> Vec<RawBlock> {
    let arena = Arena::new();
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    let root = comrak::parse_document(&arena, markdown, &options);
    let mut blocks = Vec::new();
    for node in root.children() {
        read_block(node, &mut blocks);
    }
    blocks
}

fn read_block(node: Node<'_>, blocks: &mut Vec<RawBlock>) {
    match &node.data().value {
        NodeValue::Heading(heading) => {
            blocks.push(RawBlock::Heading { level: heading.level, text: unmark(&inline(node).text) })
        }
        NodeValue::Paragraph => {
            let inline = inline(node);
            if inline.text.is_empty() || inline.only_links() {
                blocks.push(RawBlock::Other);
            } else {
                blocks.push(RawBlock::Paragraph(inline.text));
            }
        }
        NodeValue::CodeBlock(_) => blocks.push(RawBlock::Code),
        NodeValue::List(list) => blocks.push(read_list(node, list.list_type == ListType::Ordered)),
        // A quotation on a page is somebody else's voice, mostly a testimonial; it is left where it is.
        _ => blocks.push(RawBlock::Other),
    }
}

fn read_list(list: Node<'_>, ordered: bool) -> RawBlock {
    let mut items = Vec::new();
    let mut links = 0;
    for item in list.children() {
        let mut text = String::new();
        for part in item.children() {
            if !matches!(part.data().value, NodeValue::Paragraph) {
                // What announces code or a list that is not carried over, and what comes after it, stays there too.
                if text.ends_with(':') {
                    text.truncate(text.rfind(['.', '!', '?']).map_or(0, |end| end + 1));
                }
                break;
            }
            let inline = inline(part);
            links += usize::from(inline.only_links());
            text.extend((!text.is_empty()).then_some(' '));
            text.push_str(&inline.text);
        }
        if !text.is_empty() {
            items.push(text);
        }
    }
    // A list of links is a menu.
    if items.is_empty() || links * 2 >= items.len() { RawBlock::Other } else { RawBlock::List { ordered, items } }
}

struct Inline {
    text: String,
    linked: usize,
}

impl Inline {
    fn only_links(&self) -> bool {
        let all = self.text.chars().filter(|c| c.is_alphanumeric()).count();
        all == 0 || self.linked * 10 >= all * 9
    }
}

fn inline(node: Node<'_>) -> Inline {
    let mut inline = Inline { text: String::new(), linked: 0 };
    collect(node, false, &mut inline);
    inline.text = inline.text.split_whitespace().collect::<Vec<_>>().join(" ");
    inline
}

fn collect(node: Node<'_>, in_link: bool, inline: &mut Inline) {
    for child in node.children() {
        match &child.data().value {
            NodeValue::Text(text) => {
                inline.text.push_str(&unmark(text));
                if in_link {
                    inline.linked += text.chars().filter(|c| c.is_alphanumeric()).count();
                }
            }
            NodeValue::Code(code) => {
                // A span with a backtick inside would need a longer fence; it is shown as plain text instead.
                let fence = if code.literal.contains('`') { "" } else { "`" };
                let code = format!("{fence}{}{fence}", code.literal.replace('`', "'"));
                // Two spans side by side are one: their marks would read as a longer fence.
                match code.strip_prefix('`') {
                    Some(more) if inline.text.ends_with('`') => {
                        inline.text.replace_range(inline.text.len() - 1.., more)
                    }
                    _ => inline.text.push_str(&code),
                }
            }
            NodeValue::SoftBreak | NodeValue::LineBreak => inline.text.push(' '),
            NodeValue::Link(_) => {
                inline.text.push(LINK_START);
                collect(child, true, inline);
                inline.text.push(LINK_END);
            }
            NodeValue::Image(_) | NodeValue::HtmlInline(_) => {}
            _ => collect(child, in_link, inline),
        }
    }
}

/// A link with the words around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundLink {
    pub url: String,
    pub text: String,
    /// The paragraph or item that it stands in.
    pub around: String,
    /// The heading above it; empty where there is none.
    pub heading: String,
}

/// The links of a page, in order.
pub fn links(markdown: &str) -> Vec<FoundLink> {
    let arena = Arena::new();
    let root = comrak::parse_document(&arena, markdown, &Options::default());
    let mut found = Vec::new();
    let mut heading = String::new();
    for node in root.descendants() {
        match &node.data().value {
            NodeValue::Heading(_) => heading = unmark(&inline(node).text),
            NodeValue::Paragraph => {
                let around = unmark(&inline(node).text);
                for link in node.descendants() {
                    if let NodeValue::Link(target) = &link.data().value {
                        found.push(FoundLink {
                            url: target.url.clone(),
                            text: unmark(&inline(link).text),
                            around: around.clone(),
                            heading: heading.clone(),
                        });
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// Plain text (with code spans in backticks) as CommonMark that shows exactly that text.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let code_balanced = text.matches('`').count().is_multiple_of(2);
    let mut in_code = false;
    for (at, c) in text.char_indices() {
        match c {
            '`' if code_balanced => {
                in_code = !in_code;
                out.push(c);
            }
            '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '`' | '~' | '|' if !in_code => {
                out.push('\\');
                out.push(c);
            }
            '&' if !in_code && starts_entity(&text[at + 1..]) => out.push_str("&amp;"),
            '#' | '+' | '-' | '=' if at == 0 => {
                out.push('\\');
                out.push(c);
            }
            '.' | ')' if !in_code && text[..at].chars().all(|c| c.is_ascii_digit()) && at > 0 => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

/// “&copy;” would be shown as ©; the sign alone is only itself.
fn starts_entity(after: &str) -> bool {
    let name = after.split(|c: char| !(c.is_ascii_alphanumeric() || c == '#')).next().unwrap_or_default();
    !name.is_empty() && after[name.len()..].starts_with(';')
}

/// A link, or the bare title when the source is a document without an address.
pub fn link(title: &str, url: &str) -> String {
    if url.starts_with("http://") || url.starts_with("https://") {
        let target =
            url.replace(' ', "%20").replace('(', "%28").replace(')', "%29").replace('<', "%3C").replace('>', "%3E");
        format!("[{}]({target})", escape(title))
    } else {
        escape(title)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_into_headings_paragraphs_and_lists() {
        let blocks = read(
            "# Wheels\n\nWe *build* [wheels](/w) with `truing --fine`.\n\n- [Home](/)\n- [Shop](/s)\n\n1. Measure the hub.\n2. Cut spokes.\n\n```\ncode\n```\n",
        );
        assert_eq!(
            blocks,
            [
                RawBlock::Heading { level: 1, text: "Wheels".into() },
                RawBlock::Paragraph("We build \u{e000}wheels\u{e001} with `truing --fine`.".into()),
                RawBlock::Other,
                RawBlock::List { ordered: true, items: vec!["Measure the hub.".into(), "Cut spokes.".into()] },
                RawBlock::Code,
            ]
        );
    }

    #[test]
    fn code_beside_code_is_one_piece_of_code() {
        assert_eq!(
            read("Read *`row`*`.name` and `a` `b`.\n"),
            [RawBlock::Paragraph("Read `row.name` and `a` `b`.".into())]
        );
    }

    #[test]
    fn escaped_text_reads_back_as_it_was() {
        for text in [
            "1. May is *not* a list_item",
            "R&D &amp; &co",
            "# no heading",
            "a < b & c [x] `code_x`",
            "- dash",
            "2) two",
            "~~x~~ \\ y",
        ] {
            let blocks = read(&escape(text));
            assert_eq!(blocks, [RawBlock::Paragraph(text.into())], "{text}");
        }
    }
}
