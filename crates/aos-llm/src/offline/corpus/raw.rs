//! A section while its page is being read: what was torn from its context leaves again, and small ones are joined.

use super::{
    clean,
    sections::{Block, Section},
};
use crate::offline::text::{sentences::word_count, terms::Vector};

/// Small sub-sections join the one above them up to this many words.
const JOIN_UP_TO: usize = 190;
/// Less than this does not make a section.
const MIN_WORDS: usize = 18;
/// So many single sentences in a row, each torn from what stood before it, are what is left of a table or a glossary.
const MIN_TORN: usize = 3;
/// A sentence of up to this many words is a remark on something more than a statement of its own.
const REMARK_WORDS: usize = 12;

/// What stands under one heading, so far.
pub struct Raw {
    pub level: u8,
    pub heading: String,
    pub opens_page: bool,
    pub blocks: Vec<Block>,
    pub words: usize,
    /// How many of the last blocks are a single sentence before which something was left out.
    torn: usize,
}

impl Raw {
    pub fn new(level: u8, heading: String, opens_page: bool) -> Self {
        Self { level, heading, opens_page, blocks: Vec::new(), words: 0, torn: 0 }
    }

    pub fn push(&mut self, block: Block, after_gap: bool) {
        let is_single = matches!(&block, Block::Paragraph(sentences) if sentences.len() == 1);
        if !(after_gap && is_single) {
            // What follows a remark without a gap goes on from it.
            self.drop_torn(usize::from(!after_gap));
        }
        self.words += words(&block);
        self.torn += usize::from(after_gap && is_single);
        self.blocks.push(block);
    }

    fn pop(&mut self) {
        if let Some(block) = self.blocks.pop() {
            self.words = self.words.saturating_sub(words(&block));
            self.torn = self.torn.saturating_sub(1);
        }
    }

    /// Ends a run of torn sentences, of which the last `kept` stay. Printed below each other, remarks such as “Between
    /// (inclusive of the range endpoints).” speak of nothing, and the statements among them are of the same table.
    pub fn drop_torn(&mut self, kept: usize) {
        let run = std::mem::take(&mut self.torn).saturating_sub(kept);
        let Some(end) = self.blocks.len().checked_sub(kept) else { return };
        let is_remark = |at: &usize| words(&self.blocks[*at]) <= REMARK_WORDS;
        let remarks: Vec<usize> = (end - run..end).filter(is_remark).collect();
        let ([first, .., last], true) = (&remarks[..], remarks.len() >= MIN_TORN) else { return };
        let torn = *first..=*last;
        if remarks.len() * 2 >= torn.clone().count() {
            for block in self.blocks.drain(torn) {
                self.words = self.words.saturating_sub(words(&block));
            }
        }
    }

    /// “It comes with:” says nothing once its list is gone.
    pub fn drop_intro(&mut self) {
        if let Some(Block::Paragraph(sentences)) = self.blocks.last_mut()
            && let Some(intro) = sentences.pop_if(|sentence| sentence.ends_with(':'))
        {
            self.words = self.words.saturating_sub(word_count(&intro));
            if sentences.is_empty() {
                self.pop();
            }
        }
    }

    /// “You can also drop both values:” and the like are lost without the code that they stand beside.
    pub fn drop_single_sentence(&mut self) -> bool {
        let single = matches!(self.blocks.last(), Some(Block::Paragraph(sentences)) if sentences.len() == 1);
        if single {
            self.pop();
        }
        single
    }
}

/// What a block adds to its section, sub-headings apart.
fn words(block: &Block) -> usize {
    match block {
        Block::Paragraph(texts) | Block::List { items: texts, .. } => texts.iter().map(|text| word_count(text)).sum(),
        Block::Subheading(_) => 0,
    }
}

/// Small sub-sections become part of the section above.
pub fn join(raws: Vec<Raw>) -> Vec<Raw> {
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

pub fn finish(page: usize, title: &str, mut raw: Raw) -> Option<Section> {
    // An introduction whose list never came.
    raw.drop_intro();
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
