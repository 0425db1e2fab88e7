//! Which sections go into the article, under which headings.

use aos_capabilities::drafts::{Gap, TopicDraft};

use super::{Previous, is_frame, topic_words};
use crate::offline::{
    corpus::{Block, Corpus, Page, normalise, roles::Role},
    outline::{self, Part},
    phrasebook::Phrasebook,
    revision::Revision,
    text::terms::Vector,
};

/// A heading of the brief that no page has word for word needs a section at least this like it.
const HEADING_LIKENESS: f32 = 0.22;
/// Sections that are added for length need this much in common with the brief.
const EXTENSION_LIKENESS: f32 = 0.06;

/// What notes that ask for writing lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passages {
    /// Other ones than in the version that was sent back.
    Others,
    /// The same: there are not enough others.
    Same,
}

/// The sections of an article, in order.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Printed before the first heading.
    pub lead: Option<usize>,
    pub parts: Vec<Part>,
    pub gaps: Vec<Gap>,
    /// Sections that must not be used: dropped by the reviewer, or printed in the version that was sent back.
    barred: Vec<usize>,
    source_pages: Vec<usize>,
    questions_heading: &'static str,
}

impl Plan {
    pub fn make(
        corpus: &Corpus,
        phrases: &Phrasebook,
        topic: &TopicDraft,
        revision: &Revision,
        before: Option<&Previous>,
        passages: Passages,
    ) -> Self {
        let source_pages: Vec<usize> =
            topic.sources.iter().filter_map(|url| corpus.pages.iter().position(|page| page.url == *url)).collect();
        let mut plan = Self {
            lead: None,
            parts: Vec::new(),
            gaps: Vec::new(),
            barred: Vec::new(),
            source_pages,
            questions_heading: phrases.questions_heading,
        };
        plan.bar_dropped(corpus, revision);
        let wanted = corpus.query(&topic_words(topic));
        plan.lead = plan.find_lead(corpus, topic);
        for heading in &topic.outline {
            if is_frame(phrases, &corpus.client, heading) || revision.drops(heading) {
                continue;
            }
            plan.add_heading(corpus, heading, &wanted);
        }
        plan.add_asked_for(corpus, revision);
        if revision.other_words && before.is_some() && passages == Passages::Others {
            plan.exchange(corpus, &wanted, before);
        }
        plan.gaps.extend(revision.gaps(match passages {
            Passages::Others => "other passages were chosen",
            Passages::Same => "the passages stay, because the client's pages carry no others on this",
        }));
        plan
    }

    fn bar_dropped(&mut self, corpus: &Corpus, revision: &Revision) {
        for drop in &revision.drop {
            let query = corpus.query(drop);
            let named = normalise(drop);
            let before = self.barred.len();
            self.barred.extend((0..corpus.sections.len()).filter(|at| {
                let section = &corpus.sections[*at];
                normalise(&section.heading).contains(&named) || corpus.query(&section.heading).cosine(&query) >= 0.6
            }));
            if self.barred.len() == before {
                self.gaps.push(Gap {
                    what: format!("No part about “{drop}” was found to leave out."),
                    ask: "Name the part by its heading, or delete it in the editor.".to_owned(),
                });
            }
        }
    }

    fn find_lead(&self, corpus: &Corpus, topic: &TopicDraft) -> Option<usize> {
        let asked_for: Vec<String> = topic.outline.iter().map(|heading| normalise(heading)).collect();
        let first = *self.source_pages.first()?;
        let fits = |section: &usize| {
            outline::is_lead(corpus, *section)
                && corpus.is_matter(*section)
                && !self.barred.contains(section)
                && !asked_for.contains(&normalise(&outline::heading_of(corpus, *section)))
        };
        corpus.sections_of(first).find(fits)
    }

    fn add_heading(&mut self, corpus: &Corpus, heading: &str, wanted: &Vector) {
        let key = normalise(heading);
        if key == normalise(self.questions_heading) {
            let answers = self.answers(corpus, wanted);
            if !answers.is_empty() {
                self.parts.push(Part { heading: heading.to_owned(), sections: answers });
                return;
            }
        }
        let exact = self.open_sections(corpus, true).into_iter().find(|section| {
            let own = normalise(&outline::heading_of(corpus, *section));
            let with_page = normalise(&format!("{}: {own}", corpus.page_of(*section).title));
            own == key || with_page == key
        });
        let query = Vector::blend([(&corpus.query(heading), 1.0), (wanted, 0.25)]);
        let nearest = || {
            let near = |of_sources: bool, least: f32| {
                self.open_sections(corpus, of_sources)
                    .into_iter()
                    .map(|section| (corpus.sections[section].vector.cosine(&query), section))
                    .filter(|(likeness, _)| *likeness >= least)
                    .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
                    .map(|(_, section)| section)
            };
            near(true, HEADING_LIKENESS).or_else(|| near(false, HEADING_LIKENESS + 0.08))
        };
        match exact.or_else(nearest) {
            Some(section) => self.parts.push(Part { heading: heading.to_owned(), sections: vec![section] }),
            None => self.gaps.push(Gap {
                what: format!("The outline asks for “{heading}”; no page of the client says enough about it."),
                ask: "Upload a document that covers it, take it out of the outline, or connect a model.".to_owned(),
            }),
        }
    }

    fn answers(&self, corpus: &Corpus, wanted: &Vector) -> Vec<usize> {
        let mut answers: Vec<(f32, usize)> = self
            .open_sections(corpus, true)
            .into_iter()
            .filter(|section| outline::is_short_answer(corpus, *section))
            .map(|section| (corpus.sections[section].vector.cosine(wanted), section))
            .collect();
        answers.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut answers: Vec<usize> = answers.into_iter().take(5).map(|(_, section)| section).collect();
        answers.sort_unstable();
        answers
    }

    fn add_asked_for(&mut self, corpus: &Corpus, revision: &Revision) {
        for wish in &revision.add {
            let open = self.open_sections(corpus, false);
            let best = corpus.nearest(wish, |section| open.contains(&section));
            match best {
                Some(section) => {
                    let part = Part { heading: outline::heading_of(corpus, section), sections: vec![section] };
                    self.insert(part);
                }
                None if self.mentions(corpus, wish) => {}
                None => self.gaps.push(Gap {
                    what: format!("The notes ask for “{wish}”; no page of the client says enough about it."),
                    ask: "Upload a document that covers it, write it into the article by hand, or connect a model."
                        .to_owned(),
                }),
            }
        }
    }

    fn mentions(&self, corpus: &Corpus, wish: &str) -> bool {
        let wish = normalise(wish);
        self.sections().any(|section| corpus.sections[section].texts().any(|text| normalise(text).contains(&wish)))
    }

    /// Puts other sections on the same subject in the place of those printed before, as far as there are any.
    fn exchange(&mut self, corpus: &Corpus, wanted: &Vector, before: Option<&Previous>) {
        let printed = before.map(|draft| normalise(&draft.markdown)).unwrap_or_default();
        let was_printed = |section: &usize| {
            corpus.sections[*section].texts().next().is_some_and(|text| printed.contains(&normalise(text)))
        };
        let mut fresh: Vec<(f32, usize)> = self
            .open_sections(corpus, false)
            .into_iter()
            .filter(|section| !was_printed(section))
            .map(|section| (corpus.sections[section].vector.cosine(wanted), section))
            .filter(|(likeness, _)| *likeness >= EXTENSION_LIKENESS * 1.5)
            .collect();
        fresh.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        // The first part stays: it is what the brief is about.
        let exchangeable = self.parts.len().saturating_sub(1);
        let fresh: Vec<usize> = fresh.into_iter().take(exchangeable).map(|(_, section)| section).collect();
        self.parts.truncate(self.parts.len() - fresh.len().min(exchangeable));
        for section in fresh {
            self.parts.push(Part { heading: outline::heading_of(corpus, section), sections: vec![section] });
        }
    }

    /// Adds the section that fits best; false when there is none left.
    pub fn extend(&mut self, corpus: &Corpus, topic: &TopicDraft) -> bool {
        let printed: Vec<Vector> = self.sections().map(|at| corpus.sections[at].vector.clone()).collect();
        let topic = corpus.query(&topic_words(topic));
        let share = 0.5 / printed.len().max(1) as f32;
        let wanted = Vector::blend(std::iter::once((&topic, 1.0)).chain(printed.iter().map(|vector| (vector, share))));
        let best = |of_sources: bool| {
            self.open_sections(corpus, of_sources)
                .into_iter()
                .map(|section| (corpus.sections[section].vector.cosine(&wanted), section))
                .filter(|(likeness, _)| *likeness >= EXTENSION_LIKENESS)
                .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
                .map(|(_, section)| section)
        };
        let Some(section) = best(true).or_else(|| best(false)) else { return false };
        self.insert(Part { heading: outline::heading_of(corpus, section), sections: vec![section] });
        true
    }

    /// Before the questions, which close an article.
    fn insert(&mut self, part: Part) {
        if self.sections().any(|section| part.sections.contains(&section)) {
            return;
        }
        let ends_with_questions = self.parts.last().is_some_and(|last| last.heading == self.questions_heading);
        let at = self.parts.len() - usize::from(ends_with_questions);
        self.parts.insert(at, part);
    }

    /// The same without its last part; nothing when too few would be left.
    pub fn without_last(&self) -> Option<Self> {
        let mut plan = self.clone();
        plan.parts.pop();
        (plan.parts.len() >= 2).then_some(plan)
    }

    pub fn sections(&self) -> impl Iterator<Item = usize> + '_ {
        self.lead.into_iter().chain(self.parts.iter().flat_map(|part| part.sections.iter().copied()))
    }

    /// Sections that may still be used, those of the brief's sources or all.
    fn open_sections(&self, corpus: &Corpus, of_sources: bool) -> Vec<usize> {
        let used: Vec<usize> = self.sections().collect();
        (0..corpus.sections.len())
            .filter(|at| {
                let page = corpus.sections[*at].page;
                let role_fits = corpus.pages[page].role != Role::Home || of_sources;
                corpus.is_matter(*at)
                    && !used.contains(at)
                    && !self.barred.contains(at)
                    && if of_sources { self.source_pages.contains(&page) } else { role_fits }
            })
            .collect()
    }

    pub fn words(&self, corpus: &Corpus) -> usize {
        self.sections().map(|section| corpus.sections[section].words).sum()
    }

    /// Pages in the order in which they are used.
    pub fn pages(&self, corpus: &Corpus) -> Vec<usize> {
        let mut pages: Vec<usize> = Vec::new();
        for section in self.sections() {
            let page = corpus.sections[section].page;
            if !pages.contains(&page) {
                pages.push(page);
            }
        }
        pages
    }

    pub fn urls(&self, corpus: &Corpus) -> Vec<String> {
        self.pages(corpus).into_iter().map(|page| corpus.pages[page].url.clone()).collect()
    }

    pub fn first_page<'a>(&self, corpus: &'a Corpus) -> Option<&'a Page> {
        self.pages(corpus).first().map(|page| &corpus.pages[*page])
    }

    /// Whether the article is about its first page as a whole, so that the page's description describes it too.
    pub fn is_about_its_page(&self, corpus: &Corpus) -> bool {
        let first = self.pages(corpus).first().copied();
        let of_first = self.sections().filter(|section| Some(corpus.sections[*section].page) == first).count();
        of_first >= 3 && self.lead.is_some()
    }

    /// One or two whole sentences from the beginning.
    pub fn first_sentences(&self, corpus: &Corpus, most_chars: usize) -> String {
        let Some(section) = self.sections().next() else { return String::new() };
        let mut text = String::new();
        let sentences = corpus.sections[section].blocks.iter().find_map(|block| match block {
            Block::Paragraph(sentences) => Some(sentences.as_slice()),
            _ => None,
        });
        for sentence in sentences.unwrap_or_default().iter().take(2) {
            if sentence.ends_with(':') || text.chars().count() + sentence.chars().count() >= most_chars {
                break;
            }
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(sentence);
        }
        text.replace('`', "")
    }
}

/// What the brief is about, as it goes into a sentence.
pub fn subject_of(corpus: &Corpus, topic: &TopicDraft) -> String {
    let in_title: Vec<String> = corpus.vocabulary.stems(&topic.title).collect();
    let names_it = |keyword: &&String| corpus.vocabulary.stems(keyword).all(|stem| in_title.contains(&stem));
    match topic.keywords.first().filter(names_it) {
        Some(keyword) => corpus.as_subject(keyword),
        None => format!("“{}”", topic.title),
    }
}
