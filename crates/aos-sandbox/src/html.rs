//! Small helpers for the pages that the sandbox writes itself.

/// Text made safe for an element or a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// Calls `text` for every run of text and `tag` for every tag or comment (with its angle brackets), in order.
pub(crate) fn walk<'a>(html: &'a str, mut each: impl FnMut(Piece<'a>)) {
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        let (text, from) = rest.split_at(open);
        let end =
            if from.starts_with("<!--") { from.find("-->").map(|i| i + 3) } else { from.find('>').map(|i| i + 1) };
        let is_tag = from[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        match end {
            Some(end) if is_tag => {
                if !text.is_empty() {
                    each(Piece::Text(text));
                }
                each(Piece::Tag(&from[..end]));
                rest = &from[end..];
            }
            _ => {
                // A lone `<` is text.
                each(Piece::Text(&rest[..=open]));
                rest = &rest[open + 1..];
            }
        }
    }
    if !rest.is_empty() {
        each(Piece::Text(rest));
    }
}

/// Part of an HTML text.
pub(crate) enum Piece<'a> {
    Text(&'a str),
    Tag(&'a str),
}

/// Lower-case name of a tag such as `<P class="x">` or `</p>`; empty for comments.
pub(crate) fn tag_name(tag: &str) -> String {
    tag.trim_start_matches('<')
        .trim_start_matches('/')
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase()
}

/// The text of an HTML fragment without its tags, white space made single.
pub(crate) fn plain_text(html: &str) -> String {
    let mut text = String::new();
    walk(html, |piece| match piece {
        Piece::Text(t) => text.push_str(t),
        Piece::Tag(_) => text.push(' '),
    });
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
