//! The text of a newsletter: an opening, parts that each link to their page, and one thing to do.

use aos_capabilities::{
    drafts::{Brief, Gap, NewsletterDraft, NewsletterIdea},
    model::{Material, ModelError},
};
use serde::Deserialize;

use super::LONGEST_SUBJECT;
use crate::offline::{
    corpus::{Corpus, normalise, roles::Role},
    error::nothing_to_say,
    ideas,
    passages::{self, Piece},
    phrasebook::{Turns, fill},
    posts::notes::Notes,
    revision::{Length, NewTitle},
    text::{
        markdown::{escape, link},
        sentences::word_count,
    },
};

/// Words of one part, about.
const PART_WORDS: usize = 75;
const LEAD_WORDS: usize = 95;
const LONGEST_PREVIEW: usize = 120;
/// At most this many parts are made where the brief has no outline.
const USUAL_PARTS: usize = 3;

/// What was handed in before: as much of it as is needed.
#[derive(Debug, Deserialize)]
struct Previous {
    #[serde(default)]
    subject: String,
    #[serde(default)]
    preview: String,
    markdown: String,
}

pub fn compose(material: &Material) -> Result<NewsletterDraft, ModelError> {
    compose_with_frame(material).map(|(draft, _)| draft)
}

/// The draft and, apart, those of its blocks that are not the client's words.
pub fn compose_with_frame(material: &Material) -> Result<(NewsletterDraft, Vec<String>), ModelError> {
    let Some(Brief::Newsletter(idea)) = &material.task.brief else {
        return Err(nothing_to_say("There is no brief to write from.", "Approve a newsletter with a brief first."));
    };
    let corpus = Corpus::read(material, &idea.sources);
    let notes = Notes::read(material.task.notes.as_deref().unwrap_or(&idea.notes), &idea.title);
    let before: Option<Previous> = material
        .task
        .previous
        .as_ref()
        .and_then(|value| serde_json::from_value(value.clone()).ok())
        .filter(|before: &Previous| !before.markdown.trim().is_empty());
    let mut writer = Writer {
        corpus: &corpus,
        turns: Turns::of(&corpus.language),
        idea,
        used: Vec::new(),
        gaps: Vec::new(),
        frame: Vec::new(),
    };
    let mut letter = match &before {
        Some(before) => Letter::read(&before.markdown),
        None => writer.letter()?,
    };
    writer.change(&mut letter, &notes);
    let subject = writer.subject(before.as_ref(), &notes);
    let preview = before
        .map(|before| before.preview)
        .filter(|preview| !preview.trim().is_empty() && !notes.opening)
        .unwrap_or_else(|| writer.preview(&letter, &subject));
    let printed = letter.print();
    let sources = writer.sources(&printed);
    Ok((NewsletterDraft { subject, preview, markdown: printed, sources, gaps: writer.gaps }, writer.frame))
}

/// A newsletter in its blocks of Markdown.
#[derive(Clone, Debug, Default, PartialEq)]
struct Letter {
    lead: Vec<String>,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq)]
struct Part {
    heading: String,
    blocks: Vec<String>,
}

impl Letter {
    fn read(markdown: &str) -> Self {
        let mut letter = Self::default();
        for block in markdown.split("\n\n").map(str::trim).filter(|block| !block.is_empty()) {
            match block.strip_prefix("## ") {
                Some(heading) => letter.parts.push(Part { heading: heading.to_owned(), blocks: Vec::new() }),
                None => {
                    letter.parts.last_mut().map_or(&mut letter.lead, |part| &mut part.blocks).push(block.to_owned())
                }
            }
        }
        letter
    }

    fn print(&self) -> String {
        let parts = self
            .parts
            .iter()
            .flat_map(|part| std::iter::once(format!("## {}", part.heading)).chain(part.blocks.iter().cloned()));
        self.lead.iter().cloned().chain(parts).collect::<Vec<_>>().join("\n\n") + "\n"
    }
}

struct Writer<'a> {
    corpus: &'a Corpus,
    turns: &'static Turns,
    idea: &'a NewsletterIdea,
    used: Vec<usize>,
    gaps: Vec<Gap>,
    frame: Vec<String>,
}

impl Writer<'_> {
    fn letter(&mut self) -> Result<Letter, ModelError> {
        let mut sections = self.sections();
        if sections.is_empty() {
            return Err(nothing_to_say(
                format!("No page of the client says enough about “{}”.", self.idea.title),
                "Name source pages in the brief, upload a document about it, or connect a model on the Models page.",
            ));
        }
        let lead = sections.remove(0);
        let mut letter = Letter { lead: self.blocks(lead, LEAD_WORDS, false), parts: Vec::new() };
        letter.lead.extend(self.read_on(lead));
        for section in sections {
            let quoted = letter.parts.iter().flat_map(|part| &part.blocks).any(|block| block.starts_with("> "));
            let part = self.part(section, !quoted);
            letter.parts.push(part);
        }
        letter.parts.extend(self.closing(lead));
        Ok(letter)
    }

    /// The sections of the outline; without one, the best of the sources.
    fn sections(&mut self) -> Vec<usize> {
        let mut sections: Vec<usize> = Vec::new();
        for heading in &self.idea.outline {
            let key = normalise(heading);
            let exact = (0..self.corpus.sections.len()).find(|at| {
                let own = normalise(&self.corpus.sections[*at].heading) == key;
                own && self.idea.sources.contains(&self.corpus.page_of(*at).url) && !sections.contains(at)
            });
            let found = exact.or_else(|| ideas::find(self.corpus, heading, "", &[], &sections));
            match found.filter(|at| !passages::runs(self.corpus, *at).is_empty()) {
                Some(section) if !sections.contains(&section) => sections.push(section),
                _ => self.gaps.push(Gap {
                    what: format!("The outline asks for “{heading}”; no page of the client says enough about it."),
                    ask: "Upload a document that covers it, or take it out of the outline.".to_owned(),
                }),
            }
        }
        while sections.len() < USUAL_PARTS && self.idea.outline.is_empty() {
            let (title, brief) = (&self.idea.title, &self.idea.brief);
            match ideas::find(self.corpus, title, brief, &self.idea.sources, &sections) {
                Some(section) => sections.push(section),
                None => break,
            }
        }
        self.used.clone_from(&sections);
        sections
    }

    /// A section's sentences as blocks, at most so many words; with its last short paragraph as a quotation if asked.
    fn blocks(&self, section: usize, most: usize, quoted: bool) -> Vec<String> {
        let mut pieces: Vec<Piece> = Vec::new();
        for run in passages::runs(self.corpus, section) {
            let room = most.saturating_sub(passages::words(&pieces));
            if !pieces.is_empty() && room < 20 {
                break;
            }
            pieces.extend(passages::take(&run, room, true));
        }
        let page = self.corpus.page_of(section);
        let mut blocks: Vec<String> = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Sentences(sentences) => escape(&sentences.join(" ")),
                Piece::Items(items) => {
                    items.iter().map(|item| format!("- {}", escape(item))).collect::<Vec<_>>().join("\n")
                }
            })
            .collect();
        if quoted && let Some(Piece::Sentences(sentences)) = pieces.last() {
            let at = sentences.len() - 1;
            let alone = passages::stands_alone(&self.corpus.language, &sentences[at]);
            if alone && (8..=36).contains(&word_count(&sentences[at])) && (at > 0 || pieces.len() > 1) {
                blocks.pop();
                if at > 0 {
                    blocks.push(escape(&sentences[..at].join(" ")));
                }
                blocks.push(format!("> {}\n>\n> — {}", escape(&sentences[at]), link(&page.title, &page.url)));
            }
        }
        blocks
    }

    fn part(&mut self, section: usize, quoted: bool) -> Part {
        let data = &self.corpus.sections[section];
        let heading = if data.asks() { data.heading.clone() } else { self.corpus.casing.sentence_start(&data.heading) };
        let mut blocks = self.blocks(section, PART_WORDS, quoted);
        // The quotation links to the page already.
        if !blocks.last().is_some_and(|last| last.starts_with("> ")) {
            blocks.extend(self.read_on(section));
        }
        Part { heading: escape(&heading), blocks }
    }

    fn read_on(&mut self, section: usize) -> Option<String> {
        let page = self.corpus.page_of(section);
        let turns = self.turns.part_link;
        let turn = turns.get((crate::offline::seed(&self.idea.title) + section) % turns.len().max(1))?;
        let text = fill(turn, &[("link", &link(&page.title, &page.url))]);
        self.frame.push(text.clone());
        Some(text)
    }

    /// One thing to do.
    fn closing(&mut self, lead: usize) -> Option<Part> {
        let client = &self.corpus.client;
        let (heading, text) = match self.corpus.page_with(Role::Contact) {
            Some(contact) => {
                let word = fill(self.turns.contact_word, &[("client", client)]);
                let word =
                    if self.turns.contact_word.starts_with('{') { word } else { self.turns.contact_word.to_owned() };
                (self.turns.contact_heading, fill(self.turns.contact, &[("link", &link(&word, &contact.url))]))
            }
            None => {
                let page = self.corpus.page_of(lead);
                ("{client}", fill(self.turns.go_on, &[("link", &link(&page.title, &page.url))]))
            }
        };
        let heading = escape(&fill(heading, &[("client", client)]));
        self.frame.push(format!("## {heading}"));
        self.frame.push(text.clone());
        Some(Part { heading, blocks: vec![text] })
    }

    fn subject(&self, before: Option<&Previous>, notes: &Notes) -> String {
        let had = before.map(|before| before.subject.trim()).filter(|subject| !subject.is_empty());
        match &notes.base.title {
            Some(NewTitle::This(title)) => title.clone(),
            Some(NewTitle::Another) => {
                let had = had.unwrap_or(&self.idea.title);
                let other = self.idea.outline.iter().chain([&self.idea.title]);
                let short =
                    |text: &&String| text.chars().count() <= LONGEST_SUBJECT && normalise(text) != normalise(had);
                other.filter(|text| word_count(text) >= 2).find(short).map_or_else(|| had.to_owned(), Clone::clone)
            }
            None => had.unwrap_or(&self.idea.title).to_owned(),
        }
    }

    /// The first sentences that go on where the subject stops, whole and within what is shown.
    fn preview(&self, letter: &Letter, subject: &str) -> String {
        let page = self.idea.sources.first().and_then(|url| self.corpus.pages.iter().find(|page| page.url == *url));
        let described = page.map(|page| page.description.as_str()).filter(|text| !text.is_empty());
        let said: Vec<String> = letter.lead.iter().flat_map(|block| Piece::read(block).texts().to_vec()).collect();
        let short = |text: &&str| {
            text.chars().count() <= LONGEST_PREVIEW && normalise(text) != normalise(subject) && !text.contains("](")
        };
        // What the letter opens with is read a moment later; the page's own description says something else.
        let plain = |text: &str| text.replace('\\', "");
        described
            .into_iter()
            .chain(self.used.first().into_iter().flat_map(|at| self.corpus.sections[*at].texts()))
            .chain(said.iter().map(String::as_str))
            .find(short)
            .map(plain)
            .unwrap_or_default()
    }

    fn sources(&self, markdown: &str) -> Vec<String> {
        let linked = self.corpus.pages.iter().map(|page| page.url.clone()).filter(|url| {
            let contact = self.corpus.page_with(Role::Contact).is_some_and(|contact| contact.url == *url);
            !contact && (markdown.contains(&format!("]({url})")) || self.idea.sources.contains(url))
        });
        let mut sources: Vec<String> = linked.collect();
        // As the brief has them, first things first.
        sources.sort_by_key(|url| self.idea.sources.iter().position(|own| own == url).unwrap_or(usize::MAX));
        sources
    }

    fn change(&mut self, letter: &mut Letter, notes: &Notes) {
        for drop in &notes.base.drop {
            let named = normalise(drop);
            let had = letter.clone();
            letter.parts.retain(|part| !normalise(&part.heading).contains(&named));
            if *letter == had {
                let keeps = |block: &String| !normalise(block).contains(&named);
                letter.lead.retain(keeps);
                letter.parts.iter_mut().for_each(|part| part.blocks.retain(keeps));
                letter.parts.retain(|part| !part.blocks.is_empty());
            }
            if *letter == had || letter.lead.is_empty() && letter.parts.is_empty() {
                *letter = had;
                self.gaps.push(Gap {
                    what: format!("Nothing about “{drop}” was found to leave out."),
                    ask: "Name the part by its heading, or delete it in the editor.".to_owned(),
                });
            }
        }
        for add in &notes.base.add {
            let said = normalise(&letter.print());
            let fresh = |section: usize| {
                let runs = passages::runs(self.corpus, section);
                runs.first().is_some_and(|run| !run[0].texts().iter().any(|text| said.contains(&normalise(text))))
            };
            match self.corpus.nearest(add, fresh) {
                Some(section) => self.insert(letter, section),
                None => self.gaps.push(Gap {
                    what: format!("No page of the client says enough about “{add}”."),
                    ask: "Upload a document that covers it, or write it in the editor.".to_owned(),
                }),
            }
        }
        if notes.opening || notes.base.other_words {
            self.begin_anew(letter);
        }
        match notes.base.length {
            Some(Length::Shorter) => shorten(letter),
            Some(Length::Longer) => {
                if let Some(section) = self.more(letter) {
                    self.insert(letter, section);
                } else {
                    self.gaps.push(Gap {
                        what: "The length could not be changed as asked: the pages of the brief carry no more."
                            .to_owned(),
                        ask: "Name another page in the brief, or write it in the editor.".to_owned(),
                    });
                }
            }
            Some(Length::About(words)) => {
                while word_count(&letter.print()) < words {
                    let Some(section) = self.more(letter) else { break };
                    self.insert(letter, section);
                }
                while word_count(&letter.print()) > words + words / 5 {
                    let had = letter.clone();
                    shorten(letter);
                    if *letter == had {
                        break;
                    }
                }
            }
            None => {}
        }
        self.gaps.extend(notes.base.gaps("another beginning was chosen"));
    }

    /// A part more, before the last one, which says what to do.
    fn insert(&mut self, letter: &mut Letter, section: usize) {
        let part = self.part(section, false);
        let at = letter.parts.len().saturating_sub(1);
        letter.parts.insert(at, part);
    }

    /// The next section about the same thing that is not in the letter yet.
    fn more(&self, letter: &Letter) -> Option<usize> {
        let said = normalise(&letter.print());
        let barred: Vec<usize> = (0..self.corpus.sections.len())
            .filter(|at| {
                let runs = passages::runs(self.corpus, *at);
                runs.first().is_none_or(|run| run[0].texts().iter().any(|text| said.contains(&normalise(text))))
            })
            .collect();
        ideas::find(self.corpus, &self.idea.title, &self.idea.brief, &self.idea.sources, &barred)
    }

    /// Another lead: a section that is not in the letter yet.
    fn begin_anew(&mut self, letter: &mut Letter) {
        if let Some(section) = self.more(letter) {
            letter.lead = self.blocks(section, LEAD_WORDS, false);
            letter.lead.extend(self.read_on(section));
            self.used.insert(0, section);
        }
    }
}

/// Takes away the last part but the one that says what to do; of a single part, its last block but the link.
fn shorten(letter: &mut Letter) {
    if letter.parts.len() > 2 {
        letter.parts.remove(letter.parts.len() - 2);
    } else if letter.lead.len() > 2 {
        letter.lead.remove(letter.lead.len() - 2);
    }
}
