//! How long a text is, in the unit that a platform counts in.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

aos_kernel::text_enum! {
    /// What a platform's limit counts.
    pub enum TextUnit {
        /// What a reader takes for one character, a family emoji included.
        Characters = "characters",
        /// UTF-16 code units, as JavaScript counts.
        Utf16 = "utf16",
        /// X's weights: contract `social.md`, section 2.2, and docs.x.com, "Counting characters".
        Weighted = "weighted",
        /// Bytes as UTF-8.
        Bytes = "bytes",
    }
}

/// Every address counts this much on X, whatever its length.
const ADDRESS: usize = 23;
/// Characters of these ranges count one on X, all others two: most of the Latin scripts and common punctuation.
const LIGHT: [std::ops::RangeInclusive<u32>; 4] = [0..=4_351, 8_192..=8_205, 8_208..=8_223, 8_242..=8_247];

impl TextUnit {
    /// The length of a text.
    #[must_use]
    pub fn measure(self, text: &str) -> usize {
        match self {
            Self::Characters => text.graphemes(true).count(),
            Self::Utf16 => text.encode_utf16().count(),
            Self::Weighted => weighted(text),
            Self::Bytes => text.len(),
        }
    }

    /// What is counted, for a person: "3,000 characters".
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Characters | Self::Utf16 => "characters",
            Self::Weighted => "characters (an address counts 23, an emoji 2)",
            Self::Bytes => "bytes",
        }
    }
}

fn weighted(text: &str) -> usize {
    let text: String = text.nfc().collect();
    let mut length = 0;
    for piece in pieces(&text) {
        length += match piece {
            Piece::Address => ADDRESS,
            Piece::Words(words) => words.graphemes(true).map(weight).sum::<usize>(),
        };
    }
    length
}

/// An emoji counts two whatever it is made of; anything else what its code points count.
fn weight(grapheme: &str) -> usize {
    if is_emoji(grapheme) {
        return 2;
    }
    grapheme.chars().map(|c| if LIGHT.iter().any(|range| range.contains(&u32::from(c))) { 1 } else { 2 }).sum()
}

fn is_emoji(grapheme: &str) -> bool {
    grapheme
        .chars()
        .any(|c| matches!(u32::from(c), 0x1F000..=0x1FAFF | 0x2600..=0x27BF | 0x2B00..=0x2BFF | 0x20E3 | 0xFE0F))
}

enum Piece<'a> {
    Words(&'a str),
    Address,
}

/// Splits a text at the web addresses in it: those with a scheme, as people and agents write them.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = [rest.find("https://"), rest.find("http://")].into_iter().flatten().min() {
        let end = rest[start..]
            .find(|c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>' | '“' | '”'))
            .map_or(rest.len(), |length| start + length);
        let address = rest[start..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'']);
        let end = start + address.len();
        if address.ends_with("//") {
            // A scheme and nothing behind it is no address.
            pieces.push(Piece::Words(&rest[..end]));
        } else {
            pieces.push(Piece::Words(&rest[..start]));
            pieces.push(Piece::Address);
        }
        rest = &rest[end..];
    }
    pieces.push(Piece::Words(rest));
    pieces
}

/// How many words begin with this sign, as in `#roof`; a sign inside a word or alone is none.
#[must_use]
pub fn marked_words(text: &str, sign: char) -> usize {
    let mut count = 0;
    let mut before = ' ';
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        let opens = !before.is_alphanumeric() && before != sign && before != '/';
        if c == sign && opens && letters.peek().is_some_and(|next| next.is_alphanumeric() || *next == '_') {
            count += 1;
        }
        before = c;
    }
    count
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn x_counts_addresses_emoji_and_scripts_by_weight() {
        for (text, length) in [
            ("Hi", 2),
            ("cafe\u{301}", 4),
            ("Look: https://example.com/a/very/long/path?with=words", 6 + 23),
            ("(https://a.test).", 1 + 23 + 2),
            ("日本", 4),
            ("👍", 2),
            ("👨‍👩‍👧‍👦", 2),
            ("🇩🇪", 2),
            ("“quoted” – dash", 15),
            ("https:// alone", 14),
        ] {
            assert_eq!(TextUnit::Weighted.measure(text), length, "{text}");
        }
    }

    #[test]
    fn the_other_units_count_what_they_say() {
        let family = "👨‍👩‍👧‍👦 é";
        assert_eq!(TextUnit::Characters.measure(family), 3);
        assert_eq!(TextUnit::Utf16.measure(family), 13);
        assert_eq!(TextUnit::Bytes.measure("é"), 2);
    }

    #[test]
    fn a_hashtag_is_a_word_of_its_own() {
        assert_eq!(marked_words("#roof and #care, but C# and a#b and # and https://a.test/#top", '#'), 2);
        assert_eq!(marked_words("ask @acme, not mail@acme.test", '@'), 1);
    }

    proptest! {
        #[test]
        fn no_text_fails_to_be_measured_and_joining_never_shortens(a in ".{0,60}", b in ".{0,60}") {
            for unit in TextUnit::ALL {
                let both = unit.measure(&format!("{a} {b}"));
                prop_assert!(both >= unit.measure(&a).min(unit.measure(&b)));
            }
        }
    }
}
