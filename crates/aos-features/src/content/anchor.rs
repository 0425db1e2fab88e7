//! Where the words that a comment is about stand in a text that was edited since. Pure.
//!
//! A comment keeps the words and a little of what stood around them. In a later version they are looked for as they were;
//! where they were changed, what stood around them tells which words took their place; and where that is gone too, the
//! comment says that it is about words which are no longer there.

/// A stretch of a text, in characters of its [`folded`] form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub start: usize,
    pub end: usize,
    /// The words that stand there now.
    pub words: String,
    /// They are the words that were commented on.
    pub same: bool,
}

/// What stands around the words must be at least this long to tell the place, in characters.
const TELLING: usize = 12;
/// Words that took the place of others may be this much longer, in characters, besides twice their length.
const SLACK: usize = 80;

/// One space between words, none around.
pub fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Looks for the words in a text that is folded.
pub fn find(text: &str, quote: &str, prefix: &str, suffix: &str) -> Option<Place> {
    let (quote, prefix, suffix) = (folded(quote), folded(prefix), folded(suffix));
    if quote.is_empty() {
        return None;
    }
    let place = |from: usize, to: usize, same: bool| Place {
        start: text[..from].chars().count(),
        end: text[..to].chars().count(),
        words: text[from..to].to_owned(),
        same,
    };
    // As they were; of several the one whose surroundings are most alike.
    let alike = |at: usize| {
        let before = text[..at].trim_end().chars().rev().zip(prefix.chars().rev()).take_while(|(a, b)| a == b).count();
        let after = text[at + quote.len()..].trim_start();
        before + after.chars().zip(suffix.chars()).take_while(|(a, b)| a == b).count()
    };
    if let Some((at, _)) = text.match_indices(&quote).max_by_key(|(at, _)| (alike(*at), std::cmp::Reverse(*at))) {
        return Some(place(at, at + quote.len(), true));
    }
    // What took their place, between what stood around them: as much of that as is still there.
    let longest = 2 * quote.len() + SLACK;
    for near in [usize::MAX, 32, 20, TELLING] {
        let (before, after) = (tail(&prefix, near), head(&suffix, near));
        if before.chars().count() < TELLING || after.chars().count() < TELLING {
            return None;
        }
        let found = text.match_indices(before).find_map(|(at, _)| {
            let from = at + before.len();
            let length = text[from..].find(after)?;
            let inside = &text[from..from + length];
            let words = inside.trim();
            if words.is_empty() || length > longest {
                return None;
            }
            let start = from + (inside.len() - inside.trim_start().len());
            Some(place(start, start + words.len(), false))
        });
        if found.is_some() {
            return found;
        }
    }
    None
}

/// The last so many characters.
fn tail(text: &str, characters: usize) -> &str {
    let skipped = text.chars().count().saturating_sub(characters);
    text.char_indices().nth(skipped).map_or("", |(at, _)| &text[at..]).trim_start()
}

/// The first so many characters.
fn head(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).map_or(text, |(at, _)| &text[..at]).trim_end()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "Larch lasts for decades. It needs no paint. Oak lasts for decades too, and costs more.";

    #[test]
    fn words_are_found_by_what_stands_around_them() {
        let second = find(TEXT, "lasts for decades", "needs no paint. Oak", "too, and costs").unwrap();
        assert_eq!((second.start, second.same), (48, true));
        assert_eq!(find(TEXT, "lasts for decades", "Larch", "").unwrap().start, 6);
        let changed = TEXT.replace("It needs no paint.", "It wants a coat of oil each year.");
        let found = find(&changed, "It needs no paint.", "Larch lasts for decades.", "Oak lasts for decades").unwrap();
        assert_eq!((found.words.as_str(), found.same), ("It wants a coat of oil each year.", false));
        assert_eq!(
            find("Another text altogether.", "It needs no paint.", "Larch lasts for decades.", "Oak lasts"),
            None
        );
        assert_eq!(find(TEXT, "", "Larch", "for"), None);
    }

    proptest! {
        /// Whatever was quoted from a text is found in it, at the same place when its surroundings are there to tell.
        #[test]
        fn what_was_quoted_is_found_again(text in "[a-cä .]{1,80}", from in 0..80usize, length in 1..20usize) {
            let text = folded(&text);
            let letters: Vec<char> = text.chars().collect();
            let (from, to) = (from.min(letters.len()), (from + length).min(letters.len()));
            let part = |from: usize, to: usize| letters[from..to].iter().collect::<String>();
            let quote = part(from, to);
            let found = find(&text, &quote, &part(0, from), &part(to, letters.len()));
            prop_assert_eq!(found.is_some(), !folded(&quote).is_empty());
            if let Some(found) = found {
                prop_assert!(found.same);
                prop_assert_eq!(found.words, folded(&quote));
            }
        }
    }
}
