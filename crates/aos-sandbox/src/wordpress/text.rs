//! What WordPress does to texts: slugs, typographic quotes, paragraphs, the filter for tags that a role may not use.

use crate::html::{Piece, plain_text, tag_name, walk};

/// `sanitize_title`: lower case, accents folded, everything else becomes single dashes.
pub(super) fn slugify(text: &str) -> String {
    let mut slug = String::new();
    for c in plain_text(text).chars() {
        match fold(c) {
            Some(folded) => slug.push_str(folded),
            None if c.is_ascii_alphanumeric() || c == '_' => slug.push(c.to_ascii_lowercase()),
            // Quotes vanish; whatever else is not a letter parts words.
            None if matches!(c, '\'' | '"' | '’' | '‘' | '“' | '”') => {}
            None if c.is_alphanumeric() => {
                let lower: String = c.to_lowercase().collect();
                slug.extend(url::form_urlencoded::byte_serialize(lower.as_bytes()).map(str::to_ascii_lowercase));
            }
            None if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            None => {}
        }
        if slug.len() >= 200 {
            break;
        }
    }
    slug.trim_matches('-').to_owned()
}

fn fold(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'À' | 'Á' | 'Â' | 'Ã' | 'Ä' | 'Å' => "a",
        'ç' | 'Ç' => "c",
        'è' | 'é' | 'ê' | 'ë' | 'È' | 'É' | 'Ê' | 'Ë' => "e",
        'ì' | 'í' | 'î' | 'ï' | 'Ì' | 'Í' | 'Î' | 'Ï' => "i",
        'ñ' | 'Ñ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'Ò' | 'Ó' | 'Ô' | 'Õ' | 'Ö' | 'Ø' => "o",
        'ù' | 'ú' | 'û' | 'ü' | 'Ù' | 'Ú' | 'Û' | 'Ü' => "u",
        'ß' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        _ => return None,
    })
}

/// `wptexturize`, in its common cases: curly quotes, dashes, ellipsis, a lone `&`. Tags and code are left alone.
pub(super) fn texturize(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + 32);
    let mut verbatim = 0_u32;
    walk(html, |piece| match piece {
        Piece::Tag(tag) => {
            if matches!(tag_name(tag).as_str(), "pre" | "code" | "script" | "style" | "kbd") {
                verbatim = if tag.starts_with("</") { verbatim.saturating_sub(1) } else { verbatim + 1 };
            }
            out.push_str(tag);
        }
        Piece::Text(text) if verbatim > 0 => out.push_str(text),
        Piece::Text(text) => out.push_str(&texturize_text(text)),
    });
    out
}

fn texturize_text(text: &str) -> String {
    let text = text
        .replace("...", "&#8230;")
        .replace("---", "&#8212;")
        .replace(" -- ", " &#8212; ")
        .replace(" - ", " &#8211; ");
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let opens = before.is_whitespace() || matches!(before, '(' | '[' | '"');
        match c {
            '\'' if opens => out.push_str("&#8216;"),
            '\'' => out.push_str("&#8217;"),
            '"' if opens => out.push_str("&#8220;"),
            '"' => out.push_str("&#8221;"),
            '&' if !is_entity(&text[at..]) => out.push_str("&#038;"),
            other => out.push(other),
        }
        before = c;
    }
    out
}

fn is_entity(text: &str) -> bool {
    let Some(end) = text.find(';') else { return false };
    end > 1 && end < 12 && text[1..end].chars().all(|c| c.is_ascii_alphanumeric() || c == '#')
}

/// `the_content`: block comments go, classic text gets paragraphs, then quotes become typographic.
pub(super) fn render_content(raw: &str) -> String {
    let has_blocks = raw.contains("<!-- wp:");
    let without = strip_block_comments(raw);
    texturize(&if has_blocks { without } else { paragraphs(&without) })
}

fn strip_block_comments(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    walk(raw, |piece| match piece {
        Piece::Tag(tag) if tag.starts_with("<!-- wp:") || tag.starts_with("<!-- /wp:") => {}
        Piece::Tag(part) | Piece::Text(part) => out.push_str(part),
    });
    out
}

/// `wpautop`, for runs of text between blank lines that are not block elements already.
fn paragraphs(text: &str) -> String {
    const BLOCKS: &[&str] = &[
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "table",
        "figure",
        "blockquote",
        "pre",
        "div",
        "hr",
        "section",
        "aside",
        "dl",
        "iframe",
        "script",
    ];
    text.replace("\r\n", "\n")
        .split("\n\n")
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            if part.starts_with('<') && BLOCKS.contains(&tag_name(part).as_str()) {
                part.to_owned()
            } else {
                format!("<p>{part}</p>")
            }
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// `wp_kses_post`: tags outside the list go, the text inside stays; `on…` attributes go too.
pub(super) fn kses(html: &str) -> String {
    const ALLOWED: &[&str] = &[
        "a",
        "abbr",
        "address",
        "article",
        "aside",
        "audio",
        "b",
        "blockquote",
        "br",
        "caption",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "main",
        "mark",
        "nav",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "section",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "time",
        "tr",
        "track",
        "u",
        "ul",
        "var",
        "video",
    ];
    let mut out = String::with_capacity(html.len());
    walk(html, |piece| match piece {
        Piece::Text(text) => out.push_str(text),
        Piece::Tag(tag) if tag.starts_with("<!--") => out.push_str(tag),
        Piece::Tag(tag) if ALLOWED.contains(&tag_name(tag).as_str()) => out.push_str(&without_handlers(tag)),
        Piece::Tag(_) => {}
    });
    out
}

fn without_handlers(tag: &str) -> String {
    let mut kept = String::with_capacity(tag.len());
    let mut rest = tag;
    while let Some(at) = rest.find(" on") {
        let (before, from) = rest.split_at(at);
        kept.push_str(before);
        let Some(equals) = from.find('=').filter(|e| from[1..*e].trim().chars().all(char::is_alphanumeric)) else {
            kept.push_str(&from[..3]);
            rest = &from[3..];
            continue;
        };
        let value = &from[equals + 1..];
        let end = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].find(quote).map_or(value.len(), |i| i + 2),
            _ => value.find([' ', '>']).unwrap_or(value.len()),
        };
        rest = &value[end..];
    }
    kept.push_str(rest);
    kept
}

/// The excerpt as written, or the first 55 words of the content.
pub(super) fn excerpt(excerpt: &str, content: &str) -> String {
    if !excerpt.is_empty() {
        return format!("<p>{}</p>\n", texturize(excerpt));
    }
    let text = plain_text(&strip_block_comments(content));
    let words: Vec<&str> = text.split(' ').collect();
    let more = if words.len() > 55 { " [&hellip;]" } else { "" };
    let shown = words[..words.len().min(55)].join(" ");
    if shown.is_empty() { String::new() } else { format!("<p>{}{more}</p>\n", texturize(&shown)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_folded_and_dashed() {
        assert_eq!(slugify("Ten Gärden Rooms — & what's inside"), "ten-garden-rooms-whats-inside");
        assert_eq!(slugify("  "), "");
    }

    #[test]
    fn quotes_become_typographic_outside_of_tags_and_code() {
        assert_eq!(
            texturize("<p class=\"x\">It's \"so\" & <code>it's</code></p>"),
            "<p class=\"x\">It&#8217;s &#8220;so&#8221; &#038; <code>it's</code></p>"
        );
    }

    #[test]
    fn forbidden_tags_go_and_their_text_stays() {
        assert_eq!(kses("<p onclick=\"x()\">a</p><script>alert(1)</script>"), "<p>a</p>alert(1)");
        assert_eq!(kses("1 < 2 <b>x</b>"), "1 < 2 <b>x</b>");
    }

    #[test]
    fn classic_text_gets_paragraphs_and_blocks_lose_their_comments() {
        assert_eq!(render_content("a\n\nb"), "<p>a</p>\n<p>b</p>");
        assert_eq!(render_content("<!-- wp:paragraph --><p>Hi</p><!-- /wp:paragraph -->"), "<p>Hi</p>");
    }
}
