//! What the offline provider knows about a language: stop words, word stems, words that lean on the sentence before.
//!
//! English and German have everything; other languages have stop words where a list exists, and careful defaults.

use aos_capabilities::model::Material;
use yake_rust::StopWords;

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
            Self::German => strip_suffix(word, &["en", "er", "es", "em", "e", "n", "s"], 5),
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
                ENGLISH_LEANING.contains(&first) || ENGLISH_LEANING_STARTS.iter().any(|start| lower.starts_with(start))
            }
            Self::German => {
                let next_is_capital = sentence
                    .split_whitespace()
                    .nth(1)
                    .and_then(|word| word.chars().next())
                    .is_some_and(char::is_uppercase);
                // “Das Rad” stands alone, “Das ist” does not.
                GERMAN_LEANING.contains(&first)
                    || (first == "das" && !next_is_capital)
                    || GERMAN_LEANING_STARTS.iter().any(|start| lower.starts_with(start))
            }
        }
    }

    /// Whether a sentence points at its place on its page ("as shown below"), which it loses in an article.
    pub fn points_at_page(&self, sentence: &str) -> bool {
        let lower = sentence.to_lowercase();
        let phrases: &[&str] = match self {
            Self::English | Self::Other(_) => ENGLISH_PAGE_WORDS,
            Self::German => GERMAN_PAGE_WORDS,
        };
        phrases.iter().any(|phrase| lower.contains(phrase))
    }

    /// Whether a sentence only asks the visitor to do something on the site.
    pub fn is_call_to_action(&self, sentence: &str) -> bool {
        let lower = sentence.to_lowercase();
        let starts: &[&str] = match self {
            Self::English | Self::Other(_) => ENGLISH_CALLS,
            Self::German => GERMAN_CALLS,
        };
        starts.iter().any(|start| lower.starts_with(start)) || CALLS_ANYWHERE.iter().any(|call| lower.contains(call))
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

const ENGLISH_LEANING: &[&str] = &[
    "it", "it's", "its", "this", "these", "that", "that's", "those", "they", "they're", "them", "their", "he", "she",
    "his", "her", "such", "however", "but", "and", "or", "nor", "also", "therefore", "thus", "hence", "instead",
    "otherwise", "then", "so", "moreover", "furthermore", "additionally", "both", "neither", "another", "again",
    "similarly", "likewise", "still", "yet", "meanwhile", "finally", "here", "consequently", "nevertheless",
    "nonetheless", "besides", "conversely", "yes", "no", "next", "lastly", "firstly", "secondly", "thirdly",
    "note", "notice", "remember", "recall", "see", "either", "now", "let's", "which", "afterwards",
];
const ENGLISH_LEANING_STARTS: &[&str] = &[
    "for example", "for instance", "in addition", "as a result", "in other words", "on the other hand", "as mentioned",
    "as we", "as you", "in this", "in that", "in these", "in our", "with this", "with these", "by doing", "to do this",
    "to do so", "at this", "the same", "the first", "the second", "the third", "the last", "the other", "the latter",
    "the former", "one of these", "some of these", "all of these", "each of these", "all of this", "most of these",
    "at that", "for this", "for that", "from there", "of course", "in fact", "the result", "the rest", "the above",
    "like this", "as with", "in short", "in both", "in either", "at the same", "unlike", "if so", "if not",
    "when this", "if this", "if it", "when it", "once it", "if they", "because of this", "after that", "first,",
    "second,", "third,", "only the", "only then",
];
const GERMAN_LEANING: &[&str] = &[
    "er", "es", "dies", "diese", "dieser", "dieses", "diesem", "diesen", "dabei", "dadurch", "damit", "dafür",
    "deshalb", "daher", "darum", "deswegen", "jedoch", "aber", "und", "oder", "auch", "zudem", "außerdem", "ferner",
    "so", "dann", "danach", "hier", "solche", "solch", "beide", "deren", "dessen", "dazu", "darüber", "davon", "daran",
    "darin", "daraus", "denn", "doch", "trotzdem", "dennoch", "allerdings", "hingegen", "dagegen", "anschließend",
    "schließlich", "ebenso", "ja", "nein", "dort", "somit", "folglich", "stattdessen", "sonst", "andernfalls",
];
const GERMAN_LEANING_STARTS: &[&str] = &[
    "zum beispiel", "in diesem", "in dieser", "in diesen", "bei diesem", "bei dieser", "aus diesem", "mit diesem",
    "mit dieser", "auf diese", "wie oben", "wie erwähnt", "das gleiche", "der erste", "die erste", "im gegensatz",
];
const ENGLISH_PAGE_WORDS: &[&str] = &[
    "this page", "this section", "this chapter", "this article", "this post", "this book", "this tutorial",
    "this guide", "this document", "this appendix", "next section", "previous section", "last section",
    "next chapter", "previous chapter", "last chapter", "later chapter", "later section", "later on in",
    "see below", "shown below", "listed below", "described below", "explained below", "the table below",
    "the example below", "the code below", "the form below", "the link below", "the list below", "form above",
    "see above", "shown above", "listed above", "described above", "explained above", "mentioned above",
    "mentioned earlier", "discussed earlier", "seen earlier", "earlier in", "the example above", "the code above",
    "above code", "above example", " below.", " below:", " above.", "the following", "as follows", "following code",
    "click here", "figure ", "listing ", "in chapter", "in section", "chapter ", "scroll down", "the next page",
    "left-hand menu", "the sidebar", "the menu", "this website", "this site", "our cookie", "cookies", "javascript",
    "all rights reserved", "your browser", "last updated", "posted on", "min read", "minutes to read", "table of contents",
    "edit this", "view source", "back to top",
];
const GERMAN_PAGE_WORDS: &[&str] = &[
    "diese seite", "dieser seite", "diesem abschnitt", "dieser artikel", "diesem artikel", "siehe unten",
    "siehe oben", "wie folgt", "im folgenden", "die folgenden", "der folgenden", "die folgende", "nachfolgend",
    "untenstehend", "obenstehend", "oben genannt", "weiter unten", "weiter oben", "klicken sie", "klicke hier",
    "hier klicken", "abbildung", "cookies", "javascript", "alle rechte vorbehalten", "ihr browser", "diese website",
    "dieser website", "zuletzt aktualisiert", "kapitel ", "diesem kapitel", "inhaltsverzeichnis",
];
const ENGLISH_CALLS: &[&str] = &[
    "call us", "call now", "call today", "contact us", "book now", "book a", "book an", "book your", "sign up",
    "subscribe", "click", "learn more", "read more", "find out more", "get in touch", "download", "follow us",
    "visit us", "share this", "order now", "order your", "buy now", "send us", "drop us", "write to us", "log in",
    "sign in", "request a", "get a quote", "get a free", "get your", "join our", "join us", "shop now", "see all",
    "view all", "discover more", "ask us", "come and", "come by", "stop by", "drop in", "talk to us", "reach out",
    "ready to", "speak to", "start your", "try it", "want to know more", "interested?", "schedule a", "schedule your",
    "check out", "have a look at our", "take a look", "please contact", "please call", "please note", "enter your",
];
const GERMAN_CALLS: &[&str] = &[
    "rufen sie", "ruf uns", "kontaktieren sie", "kontaktiere uns", "jetzt ", "melden sie", "melde dich", "abonnieren",
    "mehr erfahren", "weiterlesen", "weitere informationen", "schreiben sie uns", "schreib uns", "folgen sie",
    "folge uns", "besuchen sie", "besuche uns", "bestellen sie", "vereinbaren sie", "fordern sie", "sprechen sie uns",
    "sprich uns", "buchen sie", "hier finden sie", "lesen sie", "zum ", "bitte beachten", "kommen sie",
];
const CALLS_ANYWHERE: &[&str] = &["get in touch", "newsletter", "nehmen sie kontakt", "contact form", "kontaktformular"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_that_points_back_is_told_from_one_that_stands_alone() {
        let english = Language::English;
        assert!(english.leans_back("This makes the wheel stiffer."));
        assert!(english.leans_back("However, steel lasts longer."));
        assert!(!english.leans_back("Steel lasts longer than aluminium."));
        let german = Language::German;
        assert!(german.leans_back("Das ist wichtig."));
        assert!(!german.leans_back("Das Rad läuft rund."));
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
        assert_eq!(Language::German.stem("reparaturen"), Language::German.stem("reparatur"));
    }
}
