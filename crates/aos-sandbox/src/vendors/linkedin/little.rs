//! "Little text" (contract 1.4): what the readers see of a commentary. A reserved character that is not escaped ends
//! the text where it stands, without an error.

use super::PAGE_URN;

const RESERVED: &str = "\\|{}@[]()<>#*_~";

/// A commentary as its readers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) text: String,
    /// The rest was lost.
    pub(super) cut: bool,
}

/// Reads a commentary; `page` is the name of the only page there is.
///
/// # Errors
/// A mention that names nobody, or the page by another name.
pub(super) fn read(commentary: &str, page: &str) -> Result<Read, String> {
    let mut text = String::new();
    let mut rest = commentary;
    while let Some(next) = rest.chars().next() {
        if !RESERVED.contains(next) {
            text.push(next);
            rest = &rest[next.len_utf8()..];
        } else if let Some((shown, after)) = element(rest, page)? {
            text.push_str(&shown);
            rest = after;
        } else {
            return Ok(Read { text, cut: true });
        }
    }
    Ok(Read { text, cut: false })
}

/// An escaped character, a hashtag or a mention at the start, and what comes after it.
fn element<'a>(rest: &'a str, page: &str) -> Result<Option<(String, &'a str)>, String> {
    if let Some(after) = rest.strip_prefix('\\') {
        let escaped = after.chars().next().filter(|c| RESERVED.contains(*c));
        return Ok(escaped.map(|c| (c.to_string(), &after[c.len_utf8()..])));
    }
    if let Some(after) = rest.strip_prefix('#') {
        let end = after.find(|c: char| !c.is_alphanumeric()).unwrap_or(after.len());
        return Ok((end > 0).then(|| (format!("#{}", &after[..end]), &after[end..])));
    }
    if let Some(after) = rest.strip_prefix("{hashtag|") {
        let tag = after.strip_prefix("\\#|").or_else(|| after.strip_prefix("#|"));
        return Ok(tag.and_then(|tag| tag.split_once('}')).map(|(tag, after)| (format!("#{tag}"), after)));
    }
    let mention = rest.strip_prefix("@[").and_then(|after| after.split_once("](")).and_then(|(name, after)| {
        let (urn, after) = after.split_once(')')?;
        Some((name, urn, after))
    });
    let Some((name, urn, after)) = mention else { return Ok(None) };
    if urn == PAGE_URN && name != page {
        return Err(format!("ERROR :: /commentary :: the mention of {urn} does not match its name"));
    }
    if urn != PAGE_URN && !urn.starts_with("urn:li:person:") {
        return Err(format!("ERROR :: /commentary :: {urn} does not exist"));
    }
    Ok(Some((name.to_owned(), after)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(commentary: &str) -> (String, bool) {
        let read = read(commentary, "Harbour & Pine").unwrap();
        (read.text, read.cut)
    }

    #[test]
    fn what_is_escaped_is_shown_and_what_is_not_ends_the_text() {
        assert_eq!(shown(r"Larch \(untreated\) \~ 5 \* 4"), ("Larch (untreated) ~ 5 * 4".into(), false));
        assert_eq!(shown("Larch (untreated)"), ("Larch ".into(), true));
        assert_eq!(shown(r"A lone \ ends it"), ("A lone ".into(), true));
        assert_eq!(shown(r"#garden #büro {hashtag|\#|work}!"), ("#garden #büro #work!".into(), false));
        assert_eq!(shown("No. # 4"), ("No. ".into(), true));
        let mention = format!("By @[Harbour & Pine]({PAGE_URN}).");
        assert_eq!(shown(&mention), ("By Harbour & Pine.".into(), false));
        assert!(read(&format!("@[Harbour]({PAGE_URN})"), "Harbour & Pine").is_err());
    }
}
