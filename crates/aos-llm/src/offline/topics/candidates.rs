//! What could be written about: pages, their sections, questions that are answered, key phrases, pairs of offers.

use super::subject::{Shape, Subject};
use crate::offline::{
    corpus::{Corpus, roles::Role},
    text::terms::{Vector, overlap},
};

/// How a candidate came about; it decides on the reason given in its brief.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Offer,
    Page,
    Question,
    Section,
    Phrase,
    Pair,
}

/// A subject with the sections that carry it.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub subject: Subject,
    /// The second subject of a pair.
    pub other: Option<Subject>,
    pub kind: Kind,
    /// Sections that belong to it in any case, in order.
    pub lead: Vec<usize>,
    /// What else may be added has to be like this.
    pub vector: Vector,
    pub score: f32,
    /// Sections that have something in common with it, with how much.
    pub related: Vec<(f32, usize)>,
    /// On how many pages the site speaks of it.
    pub pages: usize,
}

/// More candidates than this cost time and never get chosen.
const MOST: usize = 160;
/// Sections below this have nothing to do with a subject.
const LEAST_LIKENESS: f32 = 0.05;
/// The most words that a lead brings: the rest of a long page is left for other articles.
const LEAD_WORDS: usize = 620;

pub fn candidates(corpus: &Corpus) -> Vec<Candidate> {
    let mut all = Vec::new();
    pages(corpus, &mut all);
    sections(corpus, &mut all);
    key_phrases(corpus, &mut all);
    pairs(corpus, &mut all);
    // An article that exists already is not proposed again.
    let existing: Vec<&str> =
        corpus.pages.iter().filter(|page| page.role == Role::Blog).map(|page| page.title.as_str()).collect();
    all.retain(|candidate| !existing.iter().any(|title| is_near(corpus, &candidate.subject.start, title)));
    for candidate in &mut all {
        let rank = corpus
            .key_phrases
            .iter()
            .take(20)
            .position(|phrase| overlap(&corpus.vocabulary, phrase, &candidate.subject.start) >= 0.99);
        candidate.score += rank.map_or(0.0, |rank| 0.15 - rank as f32 * 0.005);
        let carried: usize = candidate.lead.iter().map(|section| corpus.sections[*section].words).sum();
        candidate.score += (carried.min(500) as f32 / 500.0) * 0.35;
    }
    all.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.subject.start.cmp(&b.subject.start)));
    all.truncate(MOST);
    for candidate in &mut all {
        relate(corpus, candidate);
    }
    all
}

/// Whether two subjects or titles would make the same article.
pub fn is_near(corpus: &Corpus, a: &str, b: &str) -> bool {
    let stems = |text: &str| corpus.vocabulary.stems(text).collect::<std::collections::BTreeSet<_>>();
    let (a, b) = (stems(a), stems(b));
    let common = a.intersection(&b).count();
    let shorter = a.len().min(b.len());
    let either = a.union(&b).count();
    shorter > 0 && (common == shorter && (shorter >= 2 || either <= 2) || common * 2 >= either)
}

fn relate(corpus: &Corpus, candidate: &mut Candidate) {
    candidate.related = corpus
        .sections
        .iter()
        .enumerate()
        .map(|(number, section)| (section.vector.cosine(&candidate.vector), number))
        .filter(|(likeness, _)| *likeness >= LEAST_LIKENESS)
        .collect();
    let mut pages: Vec<usize> = candidate
        .related
        .iter()
        .filter(|(likeness, _)| *likeness >= 0.12)
        .map(|(_, section)| corpus.sections[*section].page)
        .collect();
    pages.dedup();
    candidate.pages = pages.len();
}

fn pages(corpus: &Corpus, all: &mut Vec<Candidate>) {
    for (number, page) in corpus.pages.iter().enumerate() {
        let (kind, score) = match page.role {
            Role::Offer => (Kind::Offer, 0.55),
            Role::Other => (Kind::Page, 0.5),
            _ => continue,
        };
        let lead = take_words(corpus, corpus.sections_of(number));
        if lead.is_empty() {
            continue;
        }
        let opening = corpus.sections_of(number).find(|section| corpus.sections[*section].opens_page);
        let subject = Subject::from_heading(&page.title, &corpus.casing, &corpus.language)
            .or_else(|| opening.and_then(|at| heading_subject(corpus, at)));
        // A page that has a question as its title is that question's article.
        if let Some(subject) = subject.filter(|subject| subject.shape != Shape::Question) {
            push(corpus, all, subject, kind, lead, score);
        }
    }
}

fn sections(corpus: &Corpus, all: &mut Vec<Candidate>) {
    for (number, section) in corpus.sections.iter().enumerate() {
        let role = corpus.pages[section.page].role;
        if section.opens_page || matches!(role, Role::Blog | Role::Case) {
            continue;
        }
        let Some(subject) = heading_subject(corpus, number) else { continue };
        if subject.shape == Shape::Question {
            // “What happens on a visit” leans on its page; a question with its mark is asked by readers.
            if !section.asks() {
                continue;
            }
            push(corpus, all, subject, Kind::Question, vec![number], 0.42);
        } else if section.words >= 80 && subject.start.contains(' ') && is_spoken_of(corpus, &subject) {
            push(corpus, all, subject, Kind::Section, vec![number], 0.25);
        }
    }
}

fn heading_subject(corpus: &Corpus, section: usize) -> Option<Subject> {
    Subject::from_heading(&corpus.sections[section].heading, &corpus.casing, &corpus.language)
}

/// A heading that nothing else on the site takes up is a turn of phrase, not a subject.
fn is_spoken_of(corpus: &Corpus, subject: &Subject) -> bool {
    let stems: Vec<String> = corpus.vocabulary.stems(&subject.start).collect();
    (1..=4).contains(&stems.len()) && stems.iter().all(|stem| corpus.vocabulary.texts_with(stem) >= 3)
}

fn key_phrases(corpus: &Corpus, all: &mut Vec<Candidate>) {
    for phrase in
        corpus.key_phrases.iter().take(20).filter(|phrase| phrase.contains(' ') || phrase.chars().count() >= 6)
    {
        let Some(subject) = Subject::from_heading(phrase, &corpus.casing, &corpus.language) else { continue };
        let query = corpus.query(phrase);
        let mut lead: Vec<(f32, usize)> = corpus
            .sections
            .iter()
            .enumerate()
            .map(|(number, section)| (section.vector.cosine(&query), number))
            .filter(|(score, number)| {
                *score >= 0.3 && !matches!(corpus.page_of(*number).role, Role::Blog | Role::Case | Role::Home)
            })
            .collect();
        lead.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let lead: Vec<usize> = lead.into_iter().take(2).map(|(_, number)| number).collect();
        if !lead.is_empty() {
            push(corpus, all, subject, Kind::Phrase, lead, 0.3);
        }
    }
}

fn pairs(corpus: &Corpus, all: &mut Vec<Candidate>) {
    let offers: Vec<usize> =
        (0..corpus.pages.len()).filter(|page| corpus.pages[*page].role == Role::Offer).take(12).collect();
    for pair in offers.windows(2) {
        let subject_of =
            |page: usize| Subject::from_heading(&corpus.pages[page].title, &corpus.casing, &corpus.language);
        let (Some(one), Some(two)) = (subject_of(pair[0]), subject_of(pair[1])) else { continue };
        if one.shape != Shape::Noun || two.shape != Shape::Noun || one.start.len() + two.start.len() > 50 {
            continue;
        }
        let half = |page: usize| corpus.sections_of(page).take(2).collect::<Vec<_>>();
        let lead: Vec<usize> = half(pair[0]).into_iter().chain(half(pair[1])).collect();
        if lead.len() < 3 {
            continue;
        }
        push(corpus, all, one, Kind::Pair, lead, 0.2);
        if let Some(candidate) = all.last_mut() {
            candidate.other = Some(two);
        }
    }
}

fn take_words(corpus: &Corpus, sections: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut words = 0;
    sections
        .take_while(|section| {
            let fits = words < LEAD_WORDS;
            words += corpus.sections[*section].words;
            fits
        })
        .collect()
}

fn push(corpus: &Corpus, all: &mut Vec<Candidate>, subject: Subject, kind: Kind, lead: Vec<usize>, score: f32) {
    let query = corpus.query(&subject.start);
    let share = 0.5 / lead.len().max(1) as f32;
    let vector = Vector::blend(
        std::iter::once((&query, 1.0)).chain(lead.iter().map(|at| (&corpus.sections[*at].vector, share))),
    );
    all.push(Candidate { subject, other: None, kind, lead, vector, score, related: Vec::new(), pages: 0 });
}
