//! From a plan to Markdown.

use std::collections::BTreeSet;

use aos_capabilities::drafts::TopicDraft;

use super::plan::{Plan, subject_of};
use crate::offline::{
    corpus::{Block, Corpus, roles::Role},
    outline,
    phrasebook::{Phrasebook, fill},
    seed,
    text::{
        language::Language,
        markdown::{escape, link},
        sentences::word_count,
    },
    topics::fill_inside,
};

/// At most this many passages stand out as quotations.
const MOST_QUOTES: usize = 3;

pub struct Printed {
    pub markdown: String,
    /// Blocks that are ours.
    pub frame: Vec<String>,
}

pub fn render(corpus: &Corpus, phrases: &Phrasebook, topic: &TopicDraft, plan: &Plan) -> Printed {
    let mut printer = Printer {
        corpus,
        phrases,
        seed: seed(&topic.title),
        blocks: Vec::new(),
        frame: Vec::new(),
        quotes: 0,
        linked: BTreeSet::new(),
        mores: 0,
    };
    if let Some(lead) = plan.lead {
        printer.section(lead, None, false);
    }
    printer.introduction(topic, plan);
    for (number, part) in plan.parts.iter().enumerate() {
        printer.blocks.push(format!("## {}", escape(&part.heading)));
        let several = part.sections.len() > 1;
        for section in &part.sections {
            if several {
                printer.blocks.push(format!("### {}", escape(&outline::heading_of(corpus, *section))));
            }
            printer.section(*section, Some(number), several);
        }
        printer.more(plan, number);
    }
    printer.closing(topic, plan);
    Printed { markdown: printer.blocks.join("\n\n") + "\n", frame: printer.frame }
}

struct Printer<'a> {
    corpus: &'a Corpus,
    phrases: &'a Phrasebook,
    seed: usize,
    blocks: Vec<String>,
    frame: Vec<String>,
    quotes: usize,
    /// Pages that the text links to already.
    linked: BTreeSet<usize>,
    mores: usize,
}

impl Printer<'_> {
    fn frame(&mut self, text: String) {
        self.frame.push(text.clone());
        self.blocks.push(text);
    }

    fn introduction(&mut self, topic: &TopicDraft, plan: &Plan) {
        let subject = subject_of(self.corpus, topic);
        let mut items = outline::row_items(self.corpus, &plan.parts, 6, &subject);
        items.truncate(4);
        // A row that names two of seven parts would seem to leave the others out.
        let (turns, list) = if items.len() >= 3 || items.len() >= 2 && plan.parts.len() <= 4 {
            (self.phrases.intros, self.phrases.row(&items))
        } else {
            (self.phrases.intros_without_list, String::new())
        };
        if turns.is_empty() {
            return;
        }
        let count = plan.pages(self.corpus).len();
        let pages = if count == 1 {
            self.phrases.one_page.to_owned()
        } else {
            fill_inside(self.phrases.several_pages, &[("n", &self.phrases.number(count))])
        };
        let text = fill(
            turns[self.seed % turns.len()],
            &[
                ("client", &escape(&self.corpus.client)),
                ("site", &escape(self.corpus.site_name())),
                ("s", &escape(&subject)),
                ("S", &escape(&self.corpus.casing.sentence_start(&subject))),
                ("pages", &pages),
                ("list", &escape(&list)),
            ],
        );
        self.frame(text);
    }

    fn section(&mut self, section: usize, part: Option<usize>, short: bool) {
        let page = self.corpus.sections[section].page;
        let may_quote = !short && part.is_some() && self.quotes < MOST_QUOTES && !self.linked.contains(&page);
        let quoted = if may_quote { quotable(self.corpus, section) } else { None };
        for (number, block) in self.corpus.sections[section].blocks.iter().enumerate() {
            match block {
                Block::Paragraph(sentences) => match quoted {
                    Some((at, from)) if at == number => {
                        if from > 0 {
                            self.blocks.push(paragraph(&sentences[..from]));
                        }
                        self.quote(&sentences[from..], page);
                    }
                    _ => self.blocks.push(paragraph(sentences)),
                },
                Block::List { ordered, items } => self.blocks.push(list(*ordered, items)),
                Block::Subheading(text) => {
                    let heading = self.corpus.casing.sentence_start(text);
                    self.blocks.push(format!("### {}", escape(&heading)));
                }
            }
        }
    }

    fn quote(&mut self, sentences: &[String], page: usize) {
        let page_ref = &self.corpus.pages[page];
        self.blocks.push(format!("> {}\n>\n> — {}", paragraph(sentences), link(&page_ref.title, &page_ref.url)));
        self.quotes += 1;
        self.linked.insert(page);
    }

    /// After the last part from a page that nothing links to yet.
    fn more(&mut self, plan: &Plan, part: usize) {
        let pages: BTreeSet<usize> =
            plan.parts[part].sections.iter().map(|at| self.corpus.sections[*at].page).collect();
        let [page] = pages.into_iter().collect::<Vec<_>>()[..] else { return };
        let comes_again = plan.parts[part + 1..]
            .iter()
            .flat_map(|part| &part.sections)
            .any(|at| self.corpus.sections[*at].page == page);
        if comes_again || self.linked.contains(&page) {
            return;
        }
        let turn = self.phrases.more[(self.seed + self.mores) % self.phrases.more.len()];
        let page_ref = &self.corpus.pages[page];
        let text = fill(turn, &[("link", &link(&page_ref.title, &page_ref.url))]);
        self.mores += 1;
        self.linked.insert(page);
        self.frame(text);
    }

    fn closing(&mut self, topic: &TopicDraft, plan: &Plan) {
        let client = escape(&self.corpus.client);
        let own =
            topic.outline.last().filter(|heading| super::is_our_closing(self.phrases, &self.corpus.client, heading));
        let turns = self.phrases.closings;
        let heading =
            own.cloned().unwrap_or_else(|| fill(turns[self.seed % turns.len()], &[("client", &self.corpus.client)]));
        self.blocks.push(format!("## {}", escape(&heading)));
        if let Some(turn) = pick(self.phrases.further, self.seed) {
            self.frame(fill(turn, &[("client", &client), ("site", &escape(self.corpus.site_name()))]));
        }
        let links: Vec<String> = plan
            .pages(self.corpus)
            .into_iter()
            .map(|page| {
                let page = &self.corpus.pages[page];
                let link = link(&page.title, &page.url);
                let short = word_count(&page.description) <= 28 && !page.description.is_empty();
                if short { format!("- {link}: {}", escape(&page.description)) } else { format!("- {link}") }
            })
            .collect();
        self.frame(links.join("\n"));
        if let Some(contact) = self.corpus.page_with(Role::Contact) {
            let word = fill_word(self.phrases.contact_word, &self.corpus.client, &self.corpus.language);
            let text = fill(self.phrases.contact, &[("client", &client), ("link", &link(&word, &contact.url))]);
            self.frame(text);
        }
    }
}

fn pick(turns: &'static [&'static str], seed: usize) -> Option<&'static str> {
    turns.get(seed % turns.len().max(1)).copied()
}

fn fill_word(template: &str, client: &str, language: &Language) -> String {
    match language {
        Language::English | Language::German => template.to_owned(),
        Language::Other(_) => fill(template, &[("client", client)]),
    }
}

/// A passage that can stand out: a short paragraph of its own, or the last sentence of a long one. The number of its
/// block, and of its first sentence.
fn quotable(corpus: &Corpus, section: usize) -> Option<(usize, usize)> {
    let blocks = &corpus.sections[section].blocks;
    let words = |sentences: &[String]| sentences.iter().map(|sentence| word_count(sentence)).sum::<usize>();
    let stands_alone = |sentence: &String| !sentence.ends_with([':', '?']) && !corpus.language.leans_back(sentence);
    let whole = blocks.iter().enumerate().skip(1).find_map(|(number, block)| match block {
        Block::Paragraph(sentences)
            if sentences.len() <= 3
                && (14..=60).contains(&words(sentences))
                && stands_alone(&sentences[0])
                && !sentences.last().is_some_and(|last| last.ends_with(':'))
                && !matches!(blocks.get(number + 1), Some(Block::List { .. }))
                // What comes next must not refer to the quotation.
                && !matches!(blocks.get(number + 1), Some(Block::Paragraph(next)) if corpus.language.leans_back(&next[0])) =>
        {
            Some((number, 0))
        }
        _ => None,
    });
    whole.or_else(|| {
        blocks.iter().enumerate().find_map(|(number, block)| match block {
            Block::Paragraph(sentences) if sentences.len() >= 3 => {
                let from = sentences.len() - 1;
                let next_leans = match blocks.get(number + 1) {
                    Some(Block::Paragraph(next)) => corpus.language.leans_back(&next[0]),
                    Some(Block::List { .. }) => true,
                    _ => false,
                };
                (stands_alone(&sentences[from]) && (9..=40).contains(&word_count(&sentences[from])) && !next_leans)
                    .then_some((number, from))
            }
            _ => None,
        })
    })
}

fn paragraph(sentences: &[String]) -> String {
    escape(&sentences.join(" "))
}

fn list(ordered: bool, items: &[String]) -> String {
    items
        .iter()
        .enumerate()
        .map(
            |(number, item)| {
                if ordered { format!("{}. {}", number + 1, escape(item)) } else { format!("- {}", escape(item)) }
            },
        )
        .collect::<Vec<_>>()
        .join("\n")
}
