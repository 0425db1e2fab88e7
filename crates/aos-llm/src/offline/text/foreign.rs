//! Telling a paragraph in another language from one in the site's: many sites have a few pages or boxes in English.

use std::sync::LazyLock;

use yake_rust::StopWords;

use super::language::Language;

/// Fewer words than this say too little about their language.
const MIN_WORDS: usize = 8;
/// Of a hundred words of running text at least so many are “the”, “of” and the like.
const ENOUGH: usize = 25;

static KNOWN: LazyLock<Vec<(&str, StopWords)>> = LazyLock::new(|| {
    ["en", "de", "fr", "es", "it", "nl", "pt", "pl"]
        .into_iter()
        .filter_map(|code| Some((code, StopWords::predefined(code)?)))
        .collect()
});

/// Knows what is not in the site's language.
pub struct Foreign {
    code: String,
    /// None where no list is known for the language: then nothing is foreign.
    stop_words: Option<StopWords>,
}

impl Foreign {
    pub fn to(language: &Language) -> Self {
        Self { code: language.code().to_owned(), stop_words: StopWords::predefined(language.code()) }
    }

    pub fn contains(&self, text: &str) -> bool {
        let Some(own) = &self.stop_words else { return false };
        let lower = text.to_lowercase();
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
        if words.len() < MIN_WORDS {
            return false;
        }
        let share = |list: &StopWords| words.iter().filter(|word| list.contains(**word)).count() * 100 / words.len();
        // A row of names has few of them in any language; “in” and “an” are words of two.
        let own = share(own);
        own < ENOUGH && KNOWN.iter().any(|(code, list)| *code != self.code && share(list) >= ENOUGH.max(own * 2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_in_another_language_is_told_from_a_row_of_nouns() {
        let german = Foreign::to(&Language::German);
        assert!(german.contains("When you want to configure an unknown package, you must proceed in stages."));
        assert!(!german.contains("Wer ein unbekanntes Paket einrichten will, geht in Schritten vor."));
        assert!(
            !german.contains("Fenster, Türen, Tore, Rollläden, Markisen, Zäune, Vordächer, Wintergärten, Treppen.")
        );
        let english = Foreign::to(&Language::English);
        assert!(english.contains("Manchmal werden auch Beispiele im Verzeichnis des Pakets bereitgestellt."));
        assert!(
            !english.contains("Windows, doors, gates, shutters, awnings, fences, canopies, conservatories, stairs.")
        );
        assert!(!english.contains("The `xmlconcat` function concatenates a list of individual XML values."));
    }
}
