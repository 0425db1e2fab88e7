//! Cutting a page into sections that can be printed on their own.

use std::collections::HashMap;

use super::{
    clean::{self, Repeated},
    raw::{self, Raw},
};
use crate::offline::text::{
    language::Language,
    markdown::{RawBlock, unmark},
    sentences::{is_printable, is_printable_item, split, word_count},
    terms::Vector,
};

/// A section is cut off after the paragraph that reaches this many words.
const MAX_WORDS: usize = 240;
/// A list is cut off after this many items.
const MAX_ITEMS: usize = 14;

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

/// The page's sections. `seen` holds what earlier pages said already: a sentence is printed from its first page only.
pub fn cut(
    page: usize,
    title: &str,
    blocks: &[RawBlock],
    repeated: &Repeated,
    seen: &mut HashMap<String, usize>,
    language: &Language,
) -> Vec<Section> {
    let mut raws = vec![Raw::new(1, title.to_owned(), true)];
    let mut reader = Reader { repeated, seen, language, page, unbroken: false, after_code: false };
    let mut aside = None;
    for (at, block) in blocks.iter().enumerate() {
        if let RawBlock::Heading { level, text } = block {
            let text = clean::heading(text);
            // What stands under “Related posts” stays aside until a heading of the same level.
            if aside.is_some_and(|side| *level > side) {
                continue;
            }
            if clean::is_admonition(&text) {
                reader.unbroken = false;
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
            raws.push(Raw::new(*level, text, false));
        } else if aside.is_none()
            && let Some(raw) = raws.last_mut()
        {
            let before_list = matches!(blocks.get(at + 1), Some(RawBlock::List { .. }));
            reader.read(block, before_list, raw);
        }
    }
    raws.iter_mut().for_each(|raw| raw.drop_torn(0));
    raw::join(raws).into_iter().filter_map(|raw| raw::finish(page, title, raw)).collect()
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
                let mut after_gap = !self.unbroken;
                for marked in split(text) {
                    let is_intro = before_list && marked.ends_with(':') && text.ends_with(&marked);
                    let sentence = unmark(&marked);
                    let points_elsewhere = marked != sentence && self.language.is_pointer(&sentence);
                    if !points_elsewhere && self.takes(&sentence, is_intro, &raw.heading) {
                        kept.push(sentence);
                        self.unbroken = true;
                    } else {
                        // Sentences after a gap would be glued to the wrong ones: they start a paragraph of their own.
                        self.unbroken = false;
                        if !kept.is_empty() {
                            raw.push(Block::Paragraph(std::mem::take(&mut kept)), after_gap);
                        }
                        after_gap = true;
                    }
                }
                if !kept.is_empty() {
                    raw.push(Block::Paragraph(kept), after_gap);
                    if std::mem::take(&mut self.after_code) && raw.drop_single_sentence() {
                        self.unbroken = false;
                    }
                }
            }
            RawBlock::List { ordered, items } => {
                let kept: Vec<String> = items
                    .iter()
                    .map(|item| without_pointers(item, self.language))
                    .filter_map(|item| printable_item(item, *ordered, self.language))
                    .filter(|item| !self.repeated.contains(item) && self.is_new(item))
                    .collect();
                // A list with holes is worse than none, above all one of steps.
                let whole = kept.len() == items.len() || (!ordered && kept.len() * 4 >= items.len() * 3);
                if kept.len() >= 2 && whole {
                    let items = kept.into_iter().take(MAX_ITEMS).collect();
                    raw.push(Block::List { ordered: *ordered, items }, !self.unbroken);
                    self.unbroken = true;
                } else {
                    raw.drop_intro();
                    self.unbroken = false;
                }
            }
            RawBlock::Code => {
                raw.drop_intro();
                raw.drop_single_sentence();
                self.unbroken = false;
                self.after_code = true;
            }
            RawBlock::Other => {
                raw.drop_intro();
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

/// The item as far as it can be printed. Of a long one in a list without an order its first sentences tell enough; half
/// a step does not.
fn printable_item(item: String, ordered: bool, language: &Language) -> Option<String> {
    if is_printable_item(&item, language) {
        return Some(item);
    }
    if ordered {
        return None;
    }
    let mut told = String::new();
    for sentence in split(&item) {
        let longer = if told.is_empty() { sentence } else { format!("{told} {sentence}") };
        if word_count(&longer) > 1 && !is_printable_item(&longer, language) {
            break;
        }
        told = longer;
    }
    (word_count(&told) > 1).then_some(told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offline::text::markdown;

    fn sections_of(markdown: &str) -> Vec<Section> {
        let blocks = markdown::read(markdown);
        let repeated = Repeated::find(&[]);
        cut(0, "Pages", &blocks, &repeated, &mut HashMap::new(), &Language::English)
    }

    fn paragraphs(sections: &[Section]) -> Vec<String> {
        sections
            .iter()
            .flat_map(|section| &section.blocks)
            .filter_map(|block| match block {
                Block::Paragraph(sentences) => Some(sentences.join(" ")),
                _ => None,
            })
            .collect()
    }

    /// A list of definitions, as crawled: what is defined can't be printed, and what it means says nothing alone.
    #[test]
    fn remarks_whose_subjects_are_lost_are_left_out_together() {
        let lead = "Two values are compared with an operator, which answers whether they stand in that relation.";
        let closing = "An answer is unknown where one of the two values is, whichever operator was chosen for them.";
        let torn = "`a BETWEEN b AND c` → `boolean`\n\nBetween (inclusive of the range endpoints).\n\n\
                    `2 BETWEEN 1 AND 3` → `t`\n\n`a IS DISTINCT FROM b` → `boolean`\n\nNot equal, treating null as \
                    comparable.\n\n`a IS NULL` → `boolean`\n\nTest whether value is null.\n\n`a IS TRUE` → `boolean`";
        let sections = sections_of(&format!("# Pages\n\n## Comparing\n\n{lead}\n\n{torn}\n\n{closing}"));
        assert_eq!(paragraphs(&sections), [lead, closing]);
        assert_eq!(sections[0].words, word_count(lead) + word_count(closing));
        // At the end of a section it is no different.
        let sections = sections_of(&format!("# Pages\n\n## Comparing\n\n{lead} {closing}\n\n{torn}"));
        assert_eq!(paragraphs(&sections), [format!("{lead} {closing}")]);
    }

    #[test]
    fn definitions_are_told_with_their_terms() {
        let clauses = "which holds for every kind of index that the server knows today and ".repeat(5);
        let sections = sections_of(&format!(
            "# Pages\n\n## Parameters\n\nAn operator class is made from these parts, of which most are optional.\n\n\
             - `name`: The name of the class to be created. The name can be schema-qualified.\n\n- `DEFAULT`: If present, \
             the class becomes the default. At most one may be, {clauses}so it stays.\n\n- `STORAGE`: The type that is \
             stored. For example:\n\n  ```\n  STORAGE int\n  ```\n\n  That was short.\n"
        ));
        let items = [
            "`name`: The name of the class to be created. The name can be schema-qualified.",
            "`DEFAULT`: If present, the class becomes the default.",
            "`STORAGE`: The type that is stored.",
        ];
        let list = Block::List { ordered: false, items: items.map(str::to_owned).to_vec() };
        assert_eq!(sections[0].blocks[1], list);
    }

    #[test]
    fn a_remark_is_part_of_its_section() {
        let before = "Ordinary operators yield null, not true or false, when either input is null.";
        let remark = "The predicate is highly recommended where an application expects the answer to be true.";
        let sections = sections_of(&format!("# Pages\n\n## Nulls\n\n{before}\n\n## Tip\n\n{remark}\n\n## After\n"));
        assert_eq!(sections.len(), 1);
        assert_eq!(sections[0].heading, "Nulls");
        assert_eq!(paragraphs(&sections), [before, remark]);
    }

    /// Short lines are a way of writing, too.
    #[test]
    fn short_paragraphs_that_follow_each_other_stay() {
        let lines = [
            "We build wheels by hand.",
            "We true each of them twice.",
            "We ride them before you do.",
            "Then they are yours for good.",
        ];
        let sections = sections_of(&format!("# Pages\n\n## Wheels\n\n{}", lines.join("\n\n")));
        assert_eq!(paragraphs(&sections), lines);
    }
}
