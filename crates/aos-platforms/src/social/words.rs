//! Knowing a post by its words.

use unicode_normalization::UnicodeNormalization;

/// The text in the one form in which two are compared: composed, with single spaces, without what can't be seen.
pub(crate) fn normalised(text: &str) -> String {
    let composed: String = text.nfc().filter(|c| !matches!(c, '\u{200B}' | '\u{2060}' | '\u{FEFF}')).collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether two texts say the same to a reader.
pub(crate) fn same(a: &str, b: &str) -> bool {
    normalised(a) == normalised(b)
}

/// A platform's own reason, short enough to stand in a sentence and on one line. `None` when it gave none.
pub(crate) fn reason(text: &str) -> Option<String> {
    const LONGEST: usize = 200;
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = line.chars().take(LONGEST).collect();
    let short = short.trim_end_matches('.').to_owned();
    (!short.is_empty()).then_some(short)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_reads_the_same_is_the_same() {
        assert!(same("Cafe\u{301}  by\nthe sea ", "Café by the sea"));
        assert!(!same("Café by the sea", "Café by the lake"));
    }

    proptest! {
        #[test]
        fn the_one_form_is_its_own_form(text in "\\PC{0,40}[ \n]{0,3}\\PC{0,40}") {
            let once = normalised(&text);
            prop_assert_eq!(normalised(&once), once.clone());
            prop_assert!(same(&text, &once));
        }
    }
}
