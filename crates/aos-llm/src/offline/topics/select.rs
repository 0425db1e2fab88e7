//! Which sections an article about a subject would print, and how much of them other articles print too.

use super::candidates::{Candidate, Kind};
use crate::offline::{
    corpus::{Corpus, roles::Role},
    outline,
};

const MOST_SECTIONS: usize = 9;

/// How strictly articles are kept apart.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Words of the client that an article needs; the frame brings the rest to 600.
    pub at_least: usize,
    /// Where it stops adding.
    pub target: usize,
    /// Share of the words that earlier topics may print as well.
    pub shared: f32,
    /// What a section needs at least in common with the subject to be printed under it.
    pub likeness: f32,
}

/// The sections of one topic, in reading order.
#[derive(Clone, Debug)]
pub struct Selection {
    pub sections: Vec<usize>,
    pub words: usize,
}

/// How often each section is reserved by the topics chosen so far.
#[derive(Clone, Debug)]
pub struct Reserved(Vec<u8>);

impl Reserved {
    pub fn none(corpus: &Corpus) -> Self {
        Self(vec![0; corpus.sections.len()])
    }

    pub fn add(&mut self, selection: &Selection) {
        for section in &selection.sections {
            self.0[*section] = self.0[*section].saturating_add(1);
        }
    }

    fn times(&self, section: usize) -> u8 {
        self.0[section]
    }
}

/// The sections for a candidate, or nothing when too little is left of what the client says about it.
pub fn select(corpus: &Corpus, candidate: &Candidate, reserved: &Reserved, bounds: Bounds) -> Option<Selection> {
    let mut chosen: Vec<usize> = Vec::new();
    let mut words = 0;
    let mut shared = 0;
    let may_share = (bounds.target as f32 * bounds.shared) as usize;
    for section in candidate.lead.iter().copied() {
        let own = corpus.sections[section].words;
        let times = reserved.times(section);
        let allowed = times == 0 || times == 1 && shared + own <= may_share;
        if allowed && (words < bounds.target || chosen.len() < 3) {
            chosen.push(section);
            words += own;
            shared += if times > 0 { own } else { 0 };
        } else if chosen.is_empty() {
            // Without what it is about first of all, it would be another article.
            return None;
        }
    }
    while words < bounds.target && chosen.len() < MOST_SECTIONS {
        let Some(next) = best_addition(corpus, candidate, reserved, &chosen, may_share.saturating_sub(shared), bounds)
        else {
            break;
        };
        let own = corpus.sections[next].words;
        words += own;
        shared += if reserved.times(next) > 0 { own } else { 0 };
        chosen.push(next);
    }
    let enough = words >= bounds.at_least && shared as f32 <= words as f32 * bounds.shared;
    let sections = in_reading_order(corpus, candidate, chosen);
    let headed = sections.iter().filter(|section| !outline::is_lead(corpus, **section)).count();
    (enough && headed >= 3).then_some(Selection { sections, words })
}

fn best_addition(
    corpus: &Corpus,
    candidate: &Candidate,
    reserved: &Reserved,
    chosen: &[usize],
    may_share: usize,
    bounds: Bounds,
) -> Option<usize> {
    let mut best: Option<(f32, usize)> = None;
    for (likeness, number) in candidate.related.iter().copied() {
        let section = &corpus.sections[number];
        let times = reserved.times(number);
        if likeness < bounds.likeness
            || chosen.contains(&number)
            || !corpus.is_matter(number)
            || times > 1
            || times == 1 && section.words > may_share
        {
            continue;
        }
        // The opening of another offer's page introduces that offer.
        let opens_other = section.opens_page && corpus.pages[section.page].role == Role::Offer;
        let same_page = chosen.iter().any(|other| corpus.sections[*other].page == section.page);
        // What another article is likely to be about is left to it as long as there is something else.
        let weight = match corpus.pages[section.page].role {
            Role::Offer if !same_page => {
                if opens_other {
                    0.4
                } else {
                    0.7
                }
            }
            Role::Home => 0.8,
            Role::Blog | Role::Case => 0.85,
            _ => 1.0,
        } * if times > 0 { 0.6 } else { 1.0 }
            * if same_page { 1.15 } else { 1.0 };
        if best.is_some_and(|(top, _)| likeness * weight <= top) {
            continue;
        }
        // Near-twins repeat each other; MMR takes that off.
        let twin =
            chosen.iter().map(|other| corpus.sections[*other].vector.cosine(&section.vector)).fold(0.0_f32, f32::max);
        let score = likeness * weight - 0.25 * (twin - 0.45).max(0.0);
        if best.is_none_or(|(top, _)| score > top) {
            best = Some((score, number));
        }
    }
    best.map(|(_, number)| number)
}

/// The lead's page first, then page by page in the order in which they came in; inside a page as the page has it.
fn in_reading_order(corpus: &Corpus, candidate: &Candidate, chosen: Vec<usize>) -> Vec<usize> {
    let mut pages: Vec<usize> = Vec::new();
    for section in &chosen {
        let page = corpus.sections[*section].page;
        if !pages.contains(&page) {
            pages.push(page);
        }
    }
    let lead_first = matches!(candidate.kind, Kind::Question | Kind::Section | Kind::Phrase);
    let first = candidate.lead.first().copied();
    let mut ordered = chosen;
    ordered.sort_by_key(|section| {
        let is_first = lead_first && Some(*section) == first;
        let page = pages.iter().position(|page| *page == corpus.sections[*section].page);
        (!is_first, page, *section)
    });
    ordered
}
