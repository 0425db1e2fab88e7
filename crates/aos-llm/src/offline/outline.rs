//! From chosen sections to the parts of an article, the same way for a brief's outline and for the article itself.

use super::{
    corpus::{Corpus, normalise},
    phrasebook::Phrasebook,
    topics::subject::Subject,
};

/// An opening up to this long introduces an article without a heading of its own.
const MAX_LEAD_WORDS: usize = 130;
/// Answers shorter than this go together under one heading.
const SHORT_ANSWER: usize = 75;

/// A part of an article: one heading and the sections under it.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub heading: String,
    pub sections: Vec<usize>,
}

/// Whether a section can stand at the top of an article about its page.
pub fn is_lead(corpus: &Corpus, section: usize) -> bool {
    let section = &corpus.sections[section];
    section.opens_page && section.words <= MAX_LEAD_WORDS
}

/// The heading under which a section is printed.
pub fn heading_of(corpus: &Corpus, section: usize) -> String {
    let heading = &corpus.sections[section].heading;
    if heading.ends_with('?') { heading.clone() } else { corpus.casing.sentence_start(heading) }
}

/// Whether a section is one of several short answers.
pub fn is_short_answer(corpus: &Corpus, section: usize) -> bool {
    let section = &corpus.sections[section];
    section.asks() && section.words < SHORT_ANSWER
}

/// The parts in reading order: `sections` as given, short answers together at the end.
pub fn parts(corpus: &Corpus, phrases: &Phrasebook, sections: &[usize]) -> Vec<Part> {
    let (answers, others): (Vec<usize>, Vec<usize>) =
        sections.iter().partition(|section| is_short_answer(corpus, **section));
    let mut parts: Vec<Part> = Vec::new();
    for section in others {
        let heading = heading_of(corpus, section);
        // Two pages may use the same heading; then the page's title tells them apart.
        let taken = parts.iter().any(|part| normalise(&part.heading) == normalise(&heading));
        let heading = if taken { format!("{}: {heading}", corpus.page_of(section).title) } else { heading };
        parts.push(Part { heading, sections: vec![section] });
    }
    match answers.as_slice() {
        [] => {}
        [one] => parts.push(Part { heading: heading_of(corpus, *one), sections: vec![*one] }),
        _ => parts.push(Part { heading: phrases.questions_heading.to_owned(), sections: answers }),
    }
    parts
}

/// The parts' headings as they can stand in a row inside a sentence; those that can't are left out.
pub fn row_items(corpus: &Corpus, parts: &[Part], most_words: usize, subject: &str) -> Vec<String> {
    let stems = |text: &str| corpus.vocabulary.stems(text).collect::<Vec<_>>();
    let mut items: Vec<String> = Vec::new();
    for part in parts {
        let item = corpus.casing.mid_sentence(&part.heading);
        // “wheels, rims and hubs and spokes” would be hard to read.
        let is_row_itself =
            normalise(&item).split(' ').any(|word| matches!(word, "and" | "und" | "or" | "oder" | "et" | "ou"));
        if !is_row_itself
            && !corpus.casing.is_imperative(&item)
            && Subject::is_row_item(&item, most_words, &corpus.language)
            && stems(&item) != stems(subject)
            && !items.contains(&item)
        {
            items.push(item);
        }
    }
    items
}
