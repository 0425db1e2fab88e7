//! The lines of a set: headings, key phrases and whole sentences of the client that are short enough as they stand.

use std::collections::BTreeSet;

use aos_capabilities::{
    drafts::{AdCopyDraft, AdCopyIdea, Brief, Gap},
    model::{Material, ModelError},
};
use serde::Deserialize;

use crate::offline::{
    corpus::{Corpus, is_generic_heading, normalise, roles::Role},
    error::nothing_to_say,
    passages,
    phrasebook::Turns,
    posts::notes::Notes,
    revision::Length,
    text::{casing::upper_first, sentences::word_count},
};

/// How long the lines of a network may be, and how many are made.
struct Limits {
    headline: usize,
    headlines: usize,
    description: usize,
    descriptions: usize,
    primary: usize,
    primaries: usize,
}

const GOOGLE: Limits =
    Limits { headline: 30, headlines: 12, description: 90, descriptions: 4, primary: 0, primaries: 0 };
const META: Limits =
    Limits { headline: 40, headlines: 4, description: 30, descriptions: 2, primary: 125, primaries: 3 };

/// What was handed in before: as much of it as is needed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Previous {
    headlines: Vec<String>,
    descriptions: Vec<String>,
    primary_texts: Vec<String>,
}

pub fn compose(material: &Material) -> Result<AdCopyDraft, ModelError> {
    compose_with_frame(material).map(|(draft, _)| draft)
}

/// The draft and, apart, those of its lines that are not the client's words.
pub fn compose_with_frame(material: &Material) -> Result<(AdCopyDraft, Vec<String>), ModelError> {
    let Some(Brief::AdCopy(idea)) = &material.task.brief else {
        return Err(nothing_to_say("There is no brief to write from.", "Approve a set of ad copy with a brief first."));
    };
    let corpus = Corpus::read(material, &idea.sources);
    let notes = Notes::read(material.task.notes.as_deref().unwrap_or(&idea.notes), &idea.title);
    let before: Option<Previous> =
        material.task.previous.as_ref().and_then(|value| serde_json::from_value(value.clone()).ok());
    let limits = if idea.network == "meta" { META } else { GOOGLE };
    let Some(final_url) = final_url(&corpus, idea) else {
        return Err(nothing_to_say(
            "No page of the client is there that a click could lead to.",
            "Name the page in the brief, or crawl the client's website.",
        ));
    };
    let page = corpus.pages.iter().position(|page| page.url == final_url);
    let maker = Maker { corpus: &corpus, idea, page, turns: Turns::of(&corpus.language), notes: &notes };
    let mut sets = maker.make(&limits, before.as_ref());
    let mut gaps = maker.gaps(&limits, &sets);
    if sets.headlines.is_empty() || limits.primary == 0 && sets.descriptions.is_empty() {
        return Err(nothing_to_say(
            format!("The client's pages carry no line on “{}” that is short enough for an ad.", idea.title),
            "Write the set by hand, or connect a model on the Models page.",
        ));
    }
    if before.is_some() {
        gaps.extend(notes.base.gaps("other lines were chosen where the pages have some"));
    }
    sets.final_url.clone_from(&final_url);
    sets.sources = if idea.sources.is_empty() { vec![final_url] } else { idea.sources.clone() };
    sets.gaps = gaps;
    let frame = maker.turns.ad_headlines.iter().chain(maker.turns.ad_lines).map(|line| (*line).to_owned()).collect();
    Ok((sets, frame))
}

fn final_url(corpus: &Corpus, idea: &AdCopyIdea) -> Option<String> {
    let web = |url: &&String| url.starts_with("http://") || url.starts_with("https://");
    let home = corpus.page_with(Role::Home).map(|page| &page.url);
    idea.final_url.as_ref().or_else(|| idea.sources.iter().find(web)).or(home).filter(web).cloned()
}

struct Maker<'a> {
    corpus: &'a Corpus,
    idea: &'a AdCopyIdea,
    page: Option<usize>,
    turns: &'static Turns,
    notes: &'a Notes,
}

impl Maker<'_> {
    fn make(&self, limits: &Limits, before: Option<&Previous>) -> AdCopyDraft {
        let other_lines = self.notes.base.other_words || self.notes.opening;
        let none = Vec::new();
        let pick = |had: &dyn Fn(&Previous) -> &Vec<String>, new: Vec<String>, most: usize, longest: usize| {
            let had = before.map_or(&none, had);
            let fits = |line: &String| line.chars().count() <= longest && !self.drops(line);
            let mut lines: Vec<String> = Vec::new();
            let wanted = self.wanted(most, had.len());
            // What a person kept stays; asked for other words, what was there comes last.
            let (first, second): (Vec<String>, Vec<String>) =
                if other_lines { (new, had.clone()) } else { (had.clone(), new) };
            let first: Vec<String> =
                if other_lines { first.into_iter().filter(|line| !had.contains(line)).collect() } else { first };
            // Without notes on it a set keeps its number of lines.
            for line in first.into_iter().chain(second).filter(fits) {
                let key = |text: &str| self.corpus.vocabulary.stems(text).collect::<BTreeSet<_>>();
                // “Garden rooms” and “Garden room” are one line.
                let known = lines
                    .iter()
                    .any(|own| normalise(own) == normalise(&line) || !key(&line).is_empty() && key(own) == key(&line));
                if !known && !normalise(&line).is_empty() && lines.len() < wanted {
                    lines.push(line);
                }
            }
            lines
        };
        AdCopyDraft {
            headlines: pick(&|b| &b.headlines, self.headlines(limits.headline), limits.headlines, limits.headline),
            descriptions: pick(
                &|b| &b.descriptions,
                self.descriptions(limits.description),
                limits.descriptions,
                limits.description,
            ),
            primary_texts: pick(
                &|b| &b.primary_texts,
                self.sentences(limits.primary),
                limits.primaries,
                limits.primary,
            ),
            final_url: String::new(),
            sources: Vec::new(),
            gaps: Vec::new(),
        }
    }

    fn wanted(&self, most: usize, had: usize) -> usize {
        match self.notes.base.length {
            Some(Length::Shorter) if had > 0 => (had * 2 / 3).max(if most > 4 { 3 } else { most.min(2) }),
            _ => most.max(had),
        }
    }

    fn drops(&self, line: &str) -> bool {
        self.notes.base.drop.iter().any(|drop| normalise(line).contains(&normalise(drop)))
    }

    /// Title, main keywords, headings and the client's name, then lines that any client may use.
    fn headlines(&self, longest: usize) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let keywords: Vec<&String> =
            self.notes.base.add.iter().chain(&self.idea.keywords).filter(|phrase| !phrase.trim().is_empty()).collect();
        // Only what the pages speak of: a note may ask for a word that none of them knows.
        let known = |phrase: &&&String| {
            let mut stems = self.corpus.vocabulary.stems(phrase).peekable();
            stems.peek().is_some() && stems.all(|stem| self.corpus.vocabulary.texts_with(&stem) > 0)
        };
        let page = self.page.map(|page| &self.corpus.pages[page]);
        lines.extend(page.map(|page| page.title.clone()));
        lines.extend(keywords.iter().filter(|phrase| known(phrase)).take(3).map(|phrase| upper_first(phrase)));
        lines.extend(self.headings());
        lines.push(self.corpus.client.clone());
        lines.extend(self.turns.ad_headlines.iter().map(|line| (*line).to_owned()));
        lines.retain(|line| {
            line.chars().count() <= longest && !line.contains('!') && line.chars().any(char::is_alphabetic)
        });
        lines
    }

    /// Headings of the page that say something where nothing else stands.
    fn headings(&self) -> Vec<String> {
        let Some(page) = self.page else { return Vec::new() };
        let needs_page = |heading: &str| {
            let first = normalise(heading).split(' ').next().unwrap_or_default().to_owned();
            let asks =
                ["which", "what", "how", "when", "where", "why", "who", "was", "wie", "wann", "wo", "warum", "welche"];
            let question = asks.contains(&first.as_str()) && !heading.ends_with('?');
            // “For work”, “Before the room”: what they belong to stands on the page.
            let article = matches!(first.as_str(), "a" | "an" | "the" | "der" | "die" | "das" | "ein" | "eine");
            let loose = self.corpus.vocabulary.is_stop_word(&first) && !article && word_count(heading) < 4;
            question || loose
        };
        self.corpus
            .sections_of(page)
            .map(|section| &self.corpus.sections[section])
            .filter(|section| !section.opens_page && word_count(&section.heading) >= 2)
            .filter(|section| !is_generic_heading(&section.heading) && !needs_page(&section.heading))
            .map(|section| self.corpus.casing.sentence_start(&section.heading))
            .filter(|heading| !heading.contains([':', '`', '#', '@']))
            .collect()
    }

    fn descriptions(&self, longest: usize) -> Vec<String> {
        if longest < 60 {
            // At Meta a few words beside the headline: those of headings, the last of which the headlines leave out.
            return self.headings().into_iter().rev().filter(|line| line.chars().count() <= longest).collect();
        }
        let mut lines = self.sentences(longest);
        lines.extend(self.turns.ad_lines.iter().map(|line| (*line).to_owned()));
        lines
    }

    /// Whole sentences that fit: of the page, then of the brief's other pages and those nearest to them.
    fn sentences(&self, longest: usize) -> Vec<String> {
        if longest == 0 {
            return Vec::new();
        }
        let about = format!("{} {} {}", self.idea.title, self.idea.keywords.join(" "), self.corpus.client);
        let about: Vec<String> = self.corpus.vocabulary.stems(&about).collect();
        // Beside any headline a line has to say itself what it speaks of.
        let names = |line: &str| self.corpus.vocabulary.stems(line).any(|stem| about.contains(&stem));
        let fits = |line: &String| {
            line.chars().count() <= longest && !line.contains('!') && word_count(line) >= 4 && names(line)
        };
        let mut seen = BTreeSet::new();
        let mut lines: Vec<String> = Vec::new();
        let own = self.page.into_iter().flat_map(|page| self.corpus.sections_of(page));
        let query = self.corpus.query(&format!("{} {}", self.idea.title, self.idea.keywords.join(" ")));
        let mut near: Vec<(f32, usize)> = (0..self.corpus.sections.len())
            .filter(|section| Some(self.corpus.sections[*section].page) != self.page)
            .filter(|section| !matches!(self.corpus.page_of(*section).role, Role::Case))
            .map(|section| (self.corpus.sections[section].vector.cosine(&query), section))
            .filter(|(likeness, _)| *likeness >= 0.15)
            .collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let described =
            self.page.map(|page| self.corpus.pages[page].description.clone()).filter(|text| !text.is_empty());
        lines.extend(described);
        // One of each section before a second of any, so that the lines do not all say the same.
        let sections: Vec<usize> = own.chain(near.into_iter().map(|(_, section)| section).take(8)).collect();
        let of: Vec<Vec<String>> = sections
            .iter()
            .map(|section| passages::strongest(self.corpus, *section).into_iter().filter(fits).collect())
            .collect();
        for round in 0..2 {
            lines.extend(of.iter().filter_map(|lines| lines.get(round).cloned()));
        }
        lines.retain(|line| fits(line) && seen.insert(normalise(line)));
        lines
    }

    fn gaps(&self, limits: &Limits, draft: &AdCopyDraft) -> Vec<Gap> {
        let least = if limits.primary == 0 {
            [(draft.headlines.len(), 3, "headlines"), (draft.descriptions.len(), 2, "descriptions")]
        } else {
            [(draft.headlines.len(), 1, "headlines"), (draft.primary_texts.len(), 1, "primary texts")]
        };
        least
            .into_iter()
            .filter(|(has, least, _)| has < least)
            .map(|(has, least, name)| Gap {
                what: format!(
                    "The page carries {has} lines that are short enough; the network takes at least {least} {name}."
                ),
                ask: "Write the missing lines in the editor, or connect a model on the Models page.".to_owned(),
            })
            .collect()
    }
}
