//! What an article can be about, and how such a subject goes into a title.

use crate::offline::{
    corpus::{is_generic_heading, normalise},
    text::{casing::Casing, language::Language},
    words::{Words, has, words},
};

/// How a subject reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A thing: "Wheel building".
    Noun,
    /// A doing: "Choosing a saddle".
    Doing,
    /// "How to true a wheel".
    How,
    /// "How long does a repair take?": a title as it stands.
    Question,
}

#[derive(Clone, Debug)]
pub struct Subject {
    /// As it would start a sentence.
    pub start: String,
    /// As it would stand inside one.
    pub inside: String,
    pub shape: Shape,
}

impl Subject {
    /// Reads a heading or a page's title as a subject; nothing when a title made from it would read badly.
    pub fn from_heading(heading: &str, casing: &Casing, language: &Language) -> Option<Self> {
        let text = heading.replace('`', "");
        let text = strip_owner(text.trim_end_matches(['.', ':', ' ']));
        if is_generic_heading(text) || text.contains(['!', '…', '|', '=', '{', '(', '/', '“', '"', '→', '>']) {
            return None;
        }
        let words: Vec<String> = normalise(text).split(' ').map(str::to_owned).collect();
        let first = words.first()?.as_str();
        if text.ends_with('?') || is_question_word(first, language) && words.len() >= 3 && !first.eq("how") {
            let speaks_to_client =
                words.iter().any(|word| ["i", "my", "me", "ich", "mein", "meine", "mir"].contains(&word.as_str()));
            // A question in the first person is a visitor's; it is fine for a heading, less so for a title.
            // “What it does”, “How much does it cost?”: without the page nobody knows what “it” is.
            let points_back = words.iter().any(|word| {
                ["it", "this", "that", "they", "them", "these", "we", "es", "das"].contains(&word.as_str())
            });
            let things =
                words.iter().filter(|word| word.chars().count() > 3 && !is_clause_word(word, language)).count();
            let named = if text.ends_with('?') { things >= 2 } else { things >= 3 };
            let fits = (3..=14).contains(&words.len()) && !speaks_to_client && !points_back && named;
            let text = if text.ends_with('?') { text.to_owned() } else { casing.sentence_start(text) };
            return fits.then(|| Self { start: text.clone(), inside: text, shape: Shape::Question });
        }
        let text = text.split_once(": ").map_or(text, |(before, _)| before);
        let text = text.split_once(" – ").or_else(|| text.split_once(" — ")).map_or(text, |(before, _)| before);
        let words: Vec<String> = normalise(text).split(' ').map(str::to_owned).collect();
        if words.last().is_some_and(|last| has(&ADVERBS, last)) {
            return None;
        }
        if words.len() > 7 || text.chars().count() < 4 || words.iter().any(|word| is_clause_word(word, language)) {
            return None;
        }
        let shape = match language {
            Language::English if words.len() >= 3 && words[0] == "how" && words[1] == "to" => Shape::How,
            Language::English if words[0] == "how" => return None,
            Language::English if has(&SENTENCE_STARTS, &words[0]) => return None,
            Language::English if words.len() >= 2 && words[0].ends_with("ing") && words[0].len() >= 5 => Shape::Doing,
            Language::English if words.len() >= 2 && has(&IMPERATIVES, &words[0]) => {
                let inside = format!("how to {}", casing.mid_sentence(&lower_first(text)));
                return Some(Self { start: casing.sentence_start(&inside), inside, shape: Shape::How });
            }
            Language::English if words.len() >= 2 && casing.is_imperative(text) => return None,
            Language::German if words[0] == "wie" || words[0] == "so" => Shape::How,
            _ => Shape::Noun,
        };
        let text = if text.chars().all(|c| !c.is_lowercase()) { capitalised(text) } else { text.to_owned() };
        let inside = casing.mid_sentence(&text);
        let inside = if shape == Shape::Doing || shape == Shape::How { lower_first(&inside) } else { inside };
        let inside = lower_article(&inside);
        Some(Self { start: casing.sentence_start(&text), inside, shape })
    }

    /// Whether the heading of a part is short and thing-like enough to stand in a row inside a sentence.
    pub fn is_row_item(heading: &str, most_words: usize, language: &Language) -> bool {
        let words = heading.split_whitespace().count();
        words <= most_words
            && !heading.contains(['?', '!', ':', ',', '(', '“', '"', '–', '—'])
            && !normalise(heading).split(' ').any(|word| is_clause_word(word, language))
            && !normalise(heading).split(' ').next_back().is_some_and(|last| has(&ADVERBS, last))
            && normalise(heading).split(' ').next().is_some_and(|first| {
                !is_question_word(first, language) && !has(&IMPERATIVES, first) && !has(&SENTENCE_STARTS, first)
            })
    }
}

/// "Our repair service" is about the repair service.
fn strip_owner(text: &str) -> &str {
    for owner in ["Our ", "our ", "OUR ", "Your ", "Unsere ", "Unser ", "Unseren ", "Ihre ", "Ihr ", "Deine ", "Dein "]
    {
        if let Some(rest) = text.strip_prefix(owner) {
            return rest;
        }
    }
    text
}

fn lower_first(text: &str) -> String {
    let first_word_is_name = text.chars().skip(1).take_while(|c| c.is_alphanumeric()).any(char::is_uppercase);
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if !first_word_is_name => first.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

fn lower_article(text: &str) -> String {
    for article in ["The ", "A ", "An "] {
        if let Some(rest) = text.strip_prefix(article) {
            return format!("{}{rest}", article.to_lowercase());
        }
    }
    text.to_owned()
}

/// "WHEEL BUILDING" as "Wheel Building".
fn capitalised(text: &str) -> String {
    text.split(' ')
        .map(|word| {
            let mut chars = word.chars();
            chars.next().map_or_else(String::new, |first| first.to_string() + &chars.as_str().to_lowercase())
        })
        .collect::<Vec<_>>()
        .join(" ")
}

fn is_question_word(word: &str, language: &Language) -> bool {
    match language {
        Language::German => {
            ["was", "warum", "wann", "wo", "wer", "welche", "welcher", "welches", "wieso"].contains(&word)
        }
        _ => ["what", "why", "when", "where", "which", "who", "how"].contains(&word),
    }
}

/// Words that show a heading to be a statement, not a thing.
fn is_clause_word(word: &str, language: &Language) -> bool {
    match language {
        Language::German => has(&GERMAN_CLAUSE, word),
        _ => has(&ENGLISH_CLAUSE, word),
    }
}

static ENGLISH_CLAUSE: Words = words!("english/clause_words");
static GERMAN_CLAUSE: Words = words!("german/clause_words");
static IMPERATIVES: Words = words!("english/imperatives");
static ADVERBS: Words = words!("adverbs");
static SENTENCE_STARTS: Words = words!("not_a_thing");

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(heading: &str) -> Option<(String, Shape)> {
        let mut casing = Casing::default();
        casing.learn("We do wheel building and choose a saddle.");
        Subject::from_heading(heading, &casing, &Language::English).map(|subject| (subject.inside, subject.shape))
    }

    #[test]
    fn headings_become_subjects_only_where_a_title_reads_well() {
        assert_eq!(shape("Wheel Building"), Some(("wheel building".into(), Shape::Noun)));
        assert_eq!(shape("Our wheel building"), Some(("wheel building".into(), Shape::Noun)));
        assert_eq!(shape("Choosing a saddle"), Some(("choosing a saddle".into(), Shape::Doing)));
        assert_eq!(shape("Choose a saddle"), Some(("how to choose a saddle".into(), Shape::How)));
        assert_eq!(shape("How long does a repair take?").map(|(_, shape)| shape), Some(Shape::Question));
        assert_eq!(shape("We repair every brand"), None);
        assert_eq!(shape("Overview"), None);
        assert_eq!(shape("Where can I park my bike?"), None);
    }
}
