//! What the offline provider knows about a language: stop words, word stems, words that lean on the sentence before.
//!
//! English and German have everything; other languages have stop words where a list exists, and careful defaults.

use aos_capabilities::model::Material;
use yake_rust::StopWords;

use crate::offline::words::{Words, has, words};

/// The language that a client's pages are written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Language {
    English,
    German,
    /// ISO 639-1 code.
    Other(String),
}

impl Language {
    /// The language that the site declares, or the one that most of its text is written in.
    pub fn of(material: &Material) -> Self {
        // A site may declare `en` by habit and be written in Portuguese, so a clear reading of the text goes first.
        let sample: String =
            material.pages.iter().flat_map(|page| page.markdown.chars().take(2_000)).take(20_000).collect();
        let detected = whatlang::detect(&sample).filter(|info| info.is_reliable());
        match detected {
            Some(info) => Self::from_code(iso_639_1(info.lang())),
            None => Self::from_code(material.language.as_deref().unwrap_or("en")),
        }
    }

    fn from_code(tag: &str) -> Self {
        match tag.split(['-', '_']).next().unwrap_or("en").to_lowercase().as_str() {
            "en" | "" => Self::English,
            "de" => Self::German,
            other => Self::Other(other.to_owned()),
        }
    }

    pub fn code(&self) -> &str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Other(code) => code,
        }
    }

    pub fn stop_words(&self) -> StopWords {
        StopWords::predefined(self.code()).unwrap_or_default()
    }

    /// A stem that makes "wheel" and "wheels" one term. Deliberately light: a wrong merge costs more than a missed one.
    pub fn stem(&self, word: &str) -> String {
        match self {
            Self::English => stem_english(word),
            // “Laufräder” and “Laufrad”: the plural's umlaut goes with its ending.
            Self::German => {
                let plain = word.replace('ä', "a").replace('ö', "o").replace('ü', "u");
                strip_suffix(&plain, &["ern", "en", "er", "es", "em", "e", "n", "s"], 5)
            }
            Self::Other(_) => strip_suffix(word, &["s"], 5),
        }
    }

    /// Whether a sentence needs the one before it to be understood.
    pub fn leans_back(&self, sentence: &str) -> bool {
        let lower = sentence.trim_start_matches(['“', '"', '„', '«', '(', '*', '_']).to_lowercase();
        let mut words = lower.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’').filter(|w| !w.is_empty());
        let Some(first) = words.next() else { return true };
        match self {
            Self::English | Self::Other(_) => {
                // “Dry, it weighs …”, “On 96 of them there was …”.
                let start: Vec<&str> = std::iter::once(first).chain(words.take(4)).collect();
                let early_pronoun = start
                    .iter()
                    .take(3)
                    .filter_map(|word| word.split(['\'', '’']).next())
                    .any(|word| matches!(word, "it" | "they" | "them"));
                let of_them =
                    start.windows(2).any(|pair| pair[0] == "of" && matches!(pair[1], "them" | "these" | "those"));
                early_pronoun
                    || of_them
                    || has(&ENGLISH_LEANING, first)
                    || ENGLISH_LEANING_STARTS.iter().any(|start| lower.starts_with(start.as_str()))
            }
            Self::German => {
                let next_is_capital = sentence
                    .split_whitespace()
                    .nth(1)
                    .and_then(|word| word.chars().next())
                    .is_some_and(char::is_uppercase);
                // “Das Rad” stands alone, “Das ist” does not.
                has(&GERMAN_LEANING, first)
                    || (first == "das" && !next_is_capital)
                    || GERMAN_LEANING_STARTS.iter().any(|start| lower.starts_with(start.as_str()))
            }
        }
    }

    /// Whether a sentence points at its place on its page ("as shown below"), which it loses in an article.
    pub fn points_at_page(&self, sentence: &str) -> bool {
        let lower = sentence.to_lowercase();
        let phrases = match self {
            Self::English | Self::Other(_) => &ENGLISH_PAGE_WORDS,
            Self::German => &GERMAN_PAGE_WORDS,
        };
        phrases.iter().any(|phrase| lower.contains(phrase.as_str())) || names_a_number(&lower)
    }

    /// Whether a sentence with a link mainly sends the reader there ("More about this in the guide").
    pub fn is_pointer(&self, sentence: &str) -> bool {
        let padded = format!(" {} ", sentence.to_lowercase());
        let cues = match self {
            Self::English | Self::Other(_) => &ENGLISH_POINTERS,
            Self::German => &GERMAN_POINTERS,
        };
        cues.iter().any(|cue| padded.contains(cue.as_str()))
    }

    /// Whether a sentence only asks the visitor to do something on the site.
    pub fn is_call_to_action(&self, sentence: &str) -> bool {
        let lower = sentence.to_lowercase();
        let starts = match self {
            Self::English | Self::Other(_) => &ENGLISH_CALLS,
            Self::German => &GERMAN_CALLS,
        };
        starts.iter().any(|start| lower.starts_with(start.as_str()))
            || CALLS_ANYWHERE.iter().any(|call| lower.contains(call.as_str()))
    }

    /// Whether a sentence is told by one person ("I"), as in a testimonial, and would be put into the client's mouth.
    pub fn is_told_by_one_person(&self, sentence: &str) -> bool {
        let own: &[&str] = match self {
            Self::English => &["i", "i'm", "i've", "i'd", "i'll", "me", "my", "mine", "myself"],
            Self::German => &["ich", "mich", "mir", "mein", "meine", "meinen", "meinem", "meiner", "meines"],
            Self::Other(_) => return false,
        };
        sentence
            .split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’')
            .any(|word| own.contains(&word.to_lowercase().replace('’', "'").as_str()))
    }
}

/// “as shown in Table 9.2”, “siehe Abschnitt 3.1”. What has no dotted number may be a thing of its own: a Section 21
/// notice.
fn names_a_number(lower: &str) -> bool {
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric() && c != '.').filter(|w| !w.is_empty()).collect();
    words.windows(2).any(|pair| {
        let number = pair[1].trim_end_matches('.');
        let is_number = number.starts_with(|c: char| c.is_ascii_digit());
        match pair[0] {
            "table" | "figure" | "listing" | "tabelle" | "abbildung" => is_number,
            "section" | "example" | "appendix" | "abschnitt" | "beispiel" | "anhang" => {
                is_number && number.contains('.')
            }
            _ => false,
        }
    })
}

fn iso_639_1(lang: whatlang::Lang) -> &'static str {
    use whatlang::Lang;
    match lang {
        Lang::Eng => "en",
        Lang::Deu => "de",
        Lang::Fra => "fr",
        Lang::Spa => "es",
        Lang::Ita => "it",
        Lang::Nld => "nl",
        Lang::Por => "pt",
        Lang::Pol => "pl",
        Lang::Swe => "sv",
        Lang::Dan => "da",
        Lang::Nob => "no",
        Lang::Fin => "fi",
        Lang::Ces => "cz",
        Lang::Slk => "sk",
        Lang::Slv => "sl",
        Lang::Hrv => "hr",
        Lang::Hun => "hu",
        Lang::Ron => "ro",
        Lang::Tur => "tr",
        Lang::Rus => "ru",
        Lang::Ukr => "uk",
        Lang::Ell => "el",
        other => other.code(),
    }
}

fn stem_english(word: &str) -> String {
    if word.len() > 4 && word.ends_with("ies") {
        return format!("{}y", &word[..word.len() - 3]);
    }
    if word.len() > 4 && ["sses", "shes", "ches", "xes"].iter().any(|end| word.ends_with(end)) {
        return word[..word.len() - 2].to_owned();
    }
    if word.len() > 3 && word.ends_with('s') && !["ss", "us", "is"].iter().any(|end| word.ends_with(end)) {
        return word[..word.len() - 1].to_owned();
    }
    word.to_owned()
}

fn strip_suffix(word: &str, suffixes: &[&str], at_least: usize) -> String {
    for suffix in suffixes {
        if let Some(stem) = word.strip_suffix(suffix)
            && stem.chars().count() >= at_least
        {
            return stem.to_owned();
        }
    }
    word.to_owned()
}

static ENGLISH_LEANING: Words = words!("english/leaning");
static ENGLISH_LEANING_STARTS: Words = words!("english/leaning_starts");
static GERMAN_LEANING: Words = words!("german/leaning");
static GERMAN_LEANING_STARTS: Words = words!("german/leaning_starts");
static ENGLISH_PAGE_WORDS: Words = words!("english/page_words");
static GERMAN_PAGE_WORDS: Words = words!("german/page_words");
static ENGLISH_CALLS: Words = words!("english/calls");
static GERMAN_CALLS: Words = words!("german/calls");
static ENGLISH_POINTERS: Words = words!("english/pointers");
static GERMAN_POINTERS: Words = words!("german/pointers");
static CALLS_ANYWHERE: Words = words!("calls_anywhere");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_that_points_back_is_told_from_one_that_stands_alone() {
        let english = Language::English;
        assert!(english.leans_back("This makes the wheel stiffer."));
        assert!(english.leans_back("However, steel lasts longer."));
        assert!(english.leans_back("Dry, it weighs 65 kilograms."));
        assert!(english.leans_back("(Conventionally, it’s written before the function.)"));
        assert!(english.leans_back("On 96 of them there was nothing to do."));
        assert!(!english.leans_back("Steel lasts longer than aluminium."));
        let german = Language::German;
        assert!(german.leans_back("Das ist wichtig."));
        assert!(!german.leans_back("Das Rad läuft rund."));
    }

    #[test]
    fn a_sentence_that_names_a_numbered_table_stays_on_its_page() {
        assert!(Language::English.points_at_page("The operators are available, as shown in Table 9.1."));
        assert!(Language::German.points_at_page("Mehr dazu steht in Abschnitt 3.1."));
        assert!(!Language::English.points_at_page("A table of 2 metres seats ten."));
        assert!(!Language::English.points_at_page("We help tenants who get a Section 21 notice."));
    }

    #[test]
    fn a_testimonial_is_not_put_into_the_clients_mouth() {
        assert!(Language::English.is_told_by_one_person("Best repair I’ve had in years."));
        assert!(!Language::English.is_told_by_one_person("We repair in a day."));
    }

    #[test]
    fn stems_merge_singular_and_plural() {
        assert_eq!(Language::English.stem("batteries"), Language::English.stem("battery"));
        assert_eq!(Language::English.stem("wheels"), "wheel");
        assert_eq!(Language::English.stem("glass"), "glass");
        assert_eq!(Language::German.stem("laufräder"), Language::German.stem("laufrad"));
        assert_eq!(Language::German.stem("reparaturen"), Language::German.stem("reparatur"));
    }
}
