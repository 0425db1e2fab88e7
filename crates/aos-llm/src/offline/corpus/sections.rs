//! Cutting a page into sections that can be printed on their own.

use std::collections::HashMap;

use super::clean::{self, Repeated};
use crate::offline::text::{
    language::Language,
    markdown::{RawBlock, unmark},
    sentences::{is_printable, is_printable_item, split, word_count},
    terms::Vector,
};

/// Small sub-sections join the one above them up to this many words.
const JOIN_UP_TO: usize = 190;
/// A section is cut off after the paragraph that reaches this many words.
const MAX_WORDS: usize = 240;
/// Less than this does not make a section.
const MIN_WORDS: usize = 18;

/// A part of a page under one heading, printable as it stands.
#[derive(Clone, Debug)]
pub struct Section {
    /// Position of its page in the corpus.
    pub page: usize,
    /// The page's own heading, or the page's title for what stands before the first one.
    pub heading: String,
    /// Stands at the top of its page, under its title.
    pub opens_page: bool,
    pub blocks: Vec<Block>,
    pub words: usize,
    pub vector: Vector,
}

/// What a section consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Consecutive sentences; the first one stands alone or follows the block before.
    Paragraph(Vec<String>),
    List {
        ordered: bool,
        items: Vec<String>,
    },
    Subheading(String),
}

impl Section {
    /// Sentences and items.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.blocks
            .iter()
            .flat_map(|block| match block {
                Block::Paragraph(texts) | Block::List { items: texts, .. } => texts.as_slice(),
                Block::Subheading(text) => std::slice::from_ref(text),
            })
            .map(String::as_str)
    }

    pub fn has_list(&self, at_least: usize) -> bool {
        self.blocks.iter().any(|block| matches!(block, Block::List { items, .. } if items.len() >= at_least))
    }

    pub fn has_steps(&self) -> bool {
        self.blocks.iter().any(|block| matches!(block, Block::List { ordered: true, items } if items.len() >= 3))
    }

    pub fn asks(&self) -> bool {
        self.heading.ends_with('?')
    }
}

struct Raw {
    level: u8,
    heading: String,
    opens_page: bool,
    blocks: Vec<Block>,
    words: usize,
}

/// The page's sections. `seen` holds what earlier pages said already: a sentence is printed from its first page only.
pub fn cut(
    page: usize,
    title: &str,
    blocks: &[RawBlock],
    repeated: &Repeated,
    seen: &mut HashMap<String, usize>,
    language: &Language,
) -> Vec<Section> {
    let mut raws = vec![Raw { level: 1, heading: title.to_owned(), opens_page: true, blocks: Vec::new(), words: 0 }];
    let mut reader = Reader { repeated, seen, language, page, unbroken: false, after_code: false };
    let mut aside = None;
    for (at, block) in blocks.iter().enumerate() {
        if let RawBlock::Heading { level, text } = block {
            let text = clean::heading(text);
            // What stands under “Related posts” stays aside until a heading of the same level.
            if aside.is_some_and(|side| *level > side) {
                continue;
            }
            aside = (*level > 1 && clean::is_side_heading(&text)).then_some(*level);
            reader.unbroken = false;
            reader.after_code = false;
            let names_page = *level == 1 || clean::normalise(&text) == clean::normalise(title);
            let still_opening = raws.len() == 1 && raws[0].blocks.is_empty() && names_page;
            if text.is_empty() || still_opening {
                continue;
            }
            raws.push(Raw { level: *level, heading: text, opens_page: false, blocks: Vec::new(), words: 0 });
        } else if aside.is_none()
            && let Some(raw) = raws.last_mut()
        {
            let before_list = matches!(blocks.get(at + 1), Some(RawBlock::List { .. }));
            reader.read(block, before_list, raw);
        }
    }
    join(raws).into_iter().filter_map(|raw| finish(page, title, raw)).collect()
}

struct Reader<'a> {
    repeated: &'a Repeated,
    seen: &'a mut HashMap<String, usize>,
    language: &'a Language,
    page: usize,
    /// Nothing was left out since the last text that was kept, so that what leans back finds its support.
    unbroken: bool,
    /// The last block was code.
    after_code: bool,
}

impl Reader<'_> {
    fn read(&mut self, block: &RawBlock, before_list: bool, raw: &mut Raw) {
        if raw.words >= MAX_WORDS {
            return;
        }
        match block {
            RawBlock::Paragraph(text) => {
                let mut kept = Vec::new();
                for marked in split(text) {
                    let is_intro = before_list && marked.ends_with(':') && text.ends_with(&marked);
                    let sentence = unmark(&marked);
                    let points_elsewhere = marked != sentence && self.language.is_pointer(&sentence);
                    if !points_elsewhere && self.takes(&sentence, is_intro, &raw.heading) {
                        raw.words += word_count(&sentence);
                        kept.push(sentence);
                        self.unbroken = true;
                    } else {
                        // Sentences after a gap would be glued to the wrong ones: they start a paragraph of their own.
                        self.unbroken = false;
                        if !kept.is_empty() {
                            raw.blocks.push(Block::Paragraph(std::mem::take(&mut kept)));
                        }
                    }
                }
                if !kept.is_empty() {
                    raw.blocks.push(Block::Paragraph(kept));
                    if std::mem::take(&mut self.after_code) && drop_single_sentence(raw) {
                        self.unbroken = false;
                    }
                }
            }
            RawBlock::List { ordered, items } => {
                let kept: Vec<String> = items
                    .iter()
                    .map(|item| without_pointers(item, self.language))
                    .filter(|item| {
                        is_printable_item(item, self.language) && !self.repeated.contains(item) && self.is_new(item)
                    })
                    .collect();
                // A list with holes is worse than none, above all one of steps.
                let whole = kept.len() == items.len() || (!ordered && kept.len() * 4 >= items.len() * 3);
                if kept.len() >= 2 && whole {
                    raw.words += kept.iter().map(|item| word_count(item)).sum::<usize>();
                    raw.blocks.push(Block::List { ordered: *ordered, items: kept.into_iter().take(14).collect() });
                    self.unbroken = true;
                } else {
                    self.drop_intro(raw);
                    self.unbroken = false;
                }
            }
            RawBlock::Code => {
                self.drop_intro(raw);
                drop_single_sentence(raw);
                self.unbroken = false;
                self.after_code = true;
            }
            RawBlock::Other => {
                self.drop_intro(raw);
                self.unbroken = false;
            }
            RawBlock::Heading { .. } => {}
        }
    }

    fn takes(&mut self, sentence: &str, is_intro: bool, heading: &str) -> bool {
        let printable = if is_intro {
            word_count(sentence) >= 3 && is_printable_item(sentence.trim_end_matches(':'), self.language)
        } else {
            is_printable(sentence, self.language)
        };
        // An answer may say “It does” or “Yes”: its question stands right above.
        let supported = self.unbroken || heading.ends_with('?') || !self.language.leans_back(sentence);
        printable && supported && !self.repeated.contains(sentence) && self.is_new(sentence)
    }

    fn is_new(&mut self, text: &str) -> bool {
        let key = clean::normalise(text);
        // Within a page a repetition is dropped too: teasers at the top often repeat the text below.
        if self.seen.contains_key(&key) {
            return false;
        }
        self.seen.insert(key, self.page);
        true
    }

    /// “It comes with:” says nothing once its list is gone.
    fn drop_intro(&self, raw: &mut Raw) {
        if let Some(Block::Paragraph(sentences)) = raw.blocks.last_mut()
            && sentences.last().is_some_and(|sentence| sentence.ends_with(':'))
        {
            let words = sentences.pop().map_or(0, |sentence| word_count(&sentence));
            raw.words = raw.words.saturating_sub(words);
            if sentences.is_empty() {
                raw.blocks.pop();
            }
        }
    }
}

/// The item without its sentences that only send the reader elsewhere ("See green roofs.").
fn without_pointers(marked: &str, language: &Language) -> String {
    let sentences = split(marked);
    let only_one = sentences.len() == 1;
    let kept: Vec<String> = sentences
        .into_iter()
        .filter(|sentence| only_one || unmark(sentence) == *sentence || !language.is_pointer(&unmark(sentence)))
        .map(|sentence| unmark(&sentence))
        .collect();
    kept.join(" ")
}

/// “You can also drop both values:” and the like are lost without the code that they stand beside.
fn drop_single_sentence(raw: &mut Raw) -> bool {
    let single = matches!(raw.blocks.last(), Some(Block::Paragraph(sentences)) if sentences.len() == 1);
    if single && let Some(Block::Paragraph(sentences)) = raw.blocks.pop() {
        raw.words = raw.words.saturating_sub(sentences.iter().map(|sentence| word_count(sentence)).sum());
    }
    single
}

/// Small sub-sections become part of the section above.
fn join(raws: Vec<Raw>) -> Vec<Raw> {
    let mut joined: Vec<Raw> = Vec::new();
    for raw in raws {
        let fits = joined
            .last()
            .is_some_and(|last| !last.opens_page && raw.level > last.level && last.words + raw.words <= JOIN_UP_TO);
        match joined.last_mut() {
            Some(last) if fits => {
                if !raw.blocks.is_empty() {
                    last.words += raw.words;
                    last.blocks.push(Block::Subheading(raw.heading));
                    last.blocks.extend(raw.blocks);
                }
            }
            _ => joined.push(raw),
        }
    }
    joined
}

fn finish(page: usize, title: &str, mut raw: Raw) -> Option<Section> {
    // An introduction whose list never came.
    if let Some(Block::Paragraph(sentences)) = raw.blocks.last()
        && sentences.last().is_some_and(|sentence| sentence.ends_with(':'))
    {
        let Some(Block::Paragraph(mut sentences)) = raw.blocks.pop() else { return None };
        raw.words = raw.words.saturating_sub(sentences.pop().map_or(0, |sentence| word_count(&sentence)));
        if !sentences.is_empty() {
            raw.blocks.push(Block::Paragraph(sentences));
        }
    }
    if raw.words < MIN_WORDS || !raw.blocks.iter().any(|block| matches!(block, Block::Paragraph(_))) {
        return None;
    }
    let heading = if raw.opens_page || !clean::is_generic_heading(&raw.heading) || title.is_empty() {
        raw.heading
    } else {
        format!("{title}: {}", raw.heading)
    };
    Some(Section {
        page,
        heading,
        opens_page: raw.opens_page,
        blocks: raw.blocks,
        words: raw.words,
        vector: Vector::default(),
    })
}
