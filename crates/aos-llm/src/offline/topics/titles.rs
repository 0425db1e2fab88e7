//! Titles that fit their article and do not look stamped when ten of them stand in a list.

use std::collections::HashMap;

use aos_capabilities::drafts::TopicDraft;

use super::{
    candidates::{Candidate, Kind},
    subject::{Shape, Subject},
};
use crate::offline::{
    corpus::{Corpus, roles::Role},
    outline::{self, Part},
    phrasebook::{Needs, Phrasebook, TitleTemplate, fill},
    text::{casing::upper_first, terms::Vector},
};

const MAX_CHARS: usize = 90;

/// Remembers which turns were used.
#[derive(Debug, Default)]
pub struct Titles {
    used: HashMap<&'static str, u32>,
}

impl Titles {
    /// A title for the article; `avoid` is one that was turned down.
    pub fn make(
        &mut self,
        corpus: &Corpus,
        phrases: &Phrasebook,
        candidate: &Candidate,
        sections: &[usize],
        parts: &[Part],
        avoid: Option<&str>,
    ) -> String {
        let subject = &candidate.subject;
        if subject.shape == Shape::Question && avoid.is_none() {
            return plain(&subject.start);
        }
        let templates = match (&candidate.other, subject.shape) {
            (Some(_), _) => phrases.pair_titles,
            (None, Shape::Noun) => phrases.noun_titles,
            (None, Shape::Doing) => phrases.doing_titles,
            (None, Shape::How | Shape::Question) => phrases.how_titles,
        };
        let items = outline::row_items(corpus, parts, 5, &subject.start);
        // “… opening, calls and guests” would say nothing: single words stay out of titles.
        let items: Vec<String> = items.into_iter().filter(|item| item.contains(' ')).collect();
        let number = phrases.number(parts.len());
        let other = candidate.other.as_ref().map(|other| other.inside.clone());
        let item = |at: usize| items.get(at).map_or("", String::as_str);
        let second = other.as_deref().unwrap_or(item(1));
        let title_of = |template: &TitleTemplate| {
            let values = [
                ("s", subject.inside.as_str()),
                ("S", subject.start.as_str()),
                ("a", item(0)),
                ("b", second),
                ("c", item(2)),
                ("client", corpus.client.as_str()),
                ("N", &upper_first(&number)),
            ];
            plain(&fill(template.text, &values))
        };
        let offer = sections.first().is_some_and(|section| corpus.page_of(*section).role == Role::Offer);
        let fits = |template: &&TitleTemplate| {
            let met = match template.needs {
                Needs::Nothing => true,
                Needs::TwoParts => items.len() >= 2,
                Needs::ThreeParts => items.len() >= 3,
                Needs::Offer => offer,
                Needs::NoOffer => !offer,
                Needs::List => sections.iter().take(3).any(|section| corpus.sections[*section].has_list(4)),
                Needs::Steps => sections.iter().take(3).any(|section| corpus.sections[*section].has_steps()),
                Needs::Questions => sections.iter().filter(|section| corpus.sections[**section].asks()).count() >= 2,
            };
            let title = title_of(template);
            met && title.chars().count() <= MAX_CHARS && avoid.is_none_or(|avoid| avoid != title)
        };
        // The least used turn that is true of this article; the order in the phrasebook decides between equals.
        let best =
            templates.iter().filter(fits).min_by_key(|template| self.used.get(template.text).copied().unwrap_or(0));
        match best {
            Some(template) => {
                *self.used.entry(template.text).or_default() += 1;
                title_of(template)
            }
            None => plain(&subject.start),
        }
    }
}

/// A title is shown as it is: code in it has no marks.
fn plain(title: &str) -> String {
    title.replace('`', "")
}

/// Another turn for a brief whose title was turned down; nothing when its main keyword makes none.
pub fn another(
    corpus: &Corpus,
    phrases: &Phrasebook,
    topic: &TopicDraft,
    sections: &[usize],
    parts: &[Part],
    had: &str,
) -> Option<String> {
    let keyword = topic.keywords.first()?;
    let mut subject = Subject::from_heading(keyword, &corpus.casing, &corpus.language)?;
    subject.inside = corpus.as_subject(&subject.inside);
    let candidate = Candidate {
        subject,
        other: None,
        kind: Kind::Phrase,
        lead: sections.to_vec(),
        vector: Vector::default(),
        score: 0.0,
        related: Vec::new(),
        pages: 0,
    };
    Some(Titles::default().make(corpus, phrases, &candidate, sections, parts, Some(had)))
}
