//! Little text, LinkedIn's own markup of a post's words. Source: contract `social.md`, 1.4.
//!
//! A character that means something has to be escaped, else the post fails or is cut off silently at that place. The one
//! thing of the markup that our posts use is a hashtag as people write it.

const RESERVED: &str = "\\|{}@[]()<>#*_~";

fn is_reserved(c: char) -> bool {
    RESERVED.contains(c)
}

/// A text as people read it, in little text: hashtags stay hashtags, all else is literal.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut before = ' ';
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        let opens = c == '#' && !before.is_alphanumeric() && !matches!(before, '#' | '/');
        let hashtag = opens && letters.peek().is_some_and(|next| next.is_alphanumeric());
        if is_reserved(c) && !hashtag {
            out.push('\\');
        }
        out.push(c);
        before = c;
    }
    out
}

/// Little text as people read it: escapes undone, mentions and hashtags as their words.
pub(super) fn unescape(commentary: &str) -> String {
    let mut out = String::with_capacity(commentary.len());
    let mut rest = commentary;
    while let Some(c) = rest.chars().next() {
        if let Some((words, after)) = element(rest) {
            out.push_str(&words);
            rest = after;
            continue;
        }
        let mut after = &rest[c.len_utf8()..];
        let mut literal = c;
        if c == '\\'
            && let Some(next) = after.chars().next().filter(|next| is_reserved(*next))
        {
            literal = next;
            after = &after[next.len_utf8()..];
        }
        out.push(literal);
        rest = after;
    }
    out
}

/// A mention `@[Name](urn)` or a hashtag `{hashtag|\#|tag}` at the beginning: its words, and what follows.
fn element(text: &str) -> Option<(String, &str)> {
    if let Some(inner) = text.strip_prefix("@[") {
        let (name, after) = inner.split_at(bare(inner, "](")?);
        let target = &after["](".len()..];
        let end = bare(target, ")")?;
        return Some((unescape_plain(name), &target[end + 1..]));
    }
    let inner = text.strip_prefix("{hashtag|")?;
    let end = bare(inner, "}")?;
    let (sign, tag) = inner[..end].split_once('|')?;
    Some((format!("{}{}", unescape_plain(sign), unescape_plain(tag)), &inner[end + 1..]))
}

/// Where `mark` stands in `text` without a backslash before it.
fn bare(text: &str, mark: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let here = !escaped && text[at..].starts_with(mark);
        escaped = c == '\\' && !escaped;
        here.then_some(at)
    })
}

fn unescape_plain(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        match letters.next_if(|next| c == '\\' && is_reserved(*next)) {
            Some(literal) => out.push(literal),
            None => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use aos_capabilities::text::marked_words;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_means_something_is_escaped_and_hashtags_stay() {
        for (text, little) in [
            ("Hello (world) #tag", "Hello \\(world\\) #tag"),
            ("C# and a#b, #1 of 3_000 * {x}|[y]<z>~", "C\\# and a\\#b, #1 of 3\\_000 \\* \\{x\\}\\|\\[y\\]\\<z\\>\\~"),
            ("write to anna@pine.test or @acme \\o/", "write to anna\\@pine.test or \\@acme \\\\o/"),
            ("(#Gartenbüro) ##x # alone", "\\(#Gartenbüro\\) \\#\\#x \\# alone"),
            ("https://pine.test/a_b#top", "https://pine.test/a\\_b\\#top"),
        ] {
            assert_eq!(escape(text), little);
            assert_eq!(unescape(little), text);
        }
    }

    #[test]
    fn what_linkedin_makes_of_tags_and_mentions_reads_as_their_words() {
        for (little, text) in [
            ("We like {hashtag|\\#|timber}\\!", "We like #timber\\!"),
            ("Thanks @[Harbour \\(& Pine\\)](urn:li:organization:1)", "Thanks Harbour (& Pine)"),
            ("@[open", "@[open"),
            ("{hashtag|open", "{hashtag|open"),
            ("\\", "\\"),
        ] {
            assert_eq!(unescape(little), text);
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in "\\PC{0,60}|[a#@|{}()\\[\\]<>*_~\\\\ ü1]{0,40}") {
            prop_assert_eq!(unescape(&escape(&text)), text);
        }

        #[test]
        fn nothing_that_means_something_is_left_but_hashtags(text in "[a#@|{}()\\[\\]<>*_~\\\\ ü1]{0,40}") {
            let little = escape(&text);
            let (mut tags, mut escaped) = (0, false);
            for c in little.chars() {
                let bare = is_reserved(c) && !escaped && c != '\\';
                prop_assert!(!bare || c == '#', "{}", little);
                tags += usize::from(bare);
                escaped = c == '\\' && !escaped;
            }
            // A tag that begins with an underscore is none on LinkedIn.
            prop_assert!(tags <= marked_words(&text, '#'));
            if !text.contains('_') {
                prop_assert_eq!(tags, marked_words(&text, '#'));
            }
        }

        #[test]
        fn no_commentary_makes_the_reader_fail(text in "(\\PC|[@\\[\\](){}|\\\\#]|\\{hashtag\\|){0,40}") {
            let _ = unescape(&text);
        }
    }
}
