//! Whole sentences of a section in their own order, for texts that are shorter than an article.

use super::{
    corpus::{Block, Corpus},
    text::{
        language::Language,
        sentences::{split, word_count},
    },
};

/// A list with more items, or longer ones, stays on its page.
const MOST_ITEMS: usize = 6;
const LONGEST_ITEM: usize = 26;
/// The sign before an item in plain text.
const BULLET: &str = "• ";

/// A paragraph or a list of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Sentences(Vec<String>),
    Items(Vec<String>),
}

impl Piece {
    pub fn words(&self) -> usize {
        self.texts().iter().map(|text| word_count(text)).sum()
    }

    pub fn texts(&self) -> &[String] {
        match self {
            Self::Sentences(texts) | Self::Items(texts) => texts,
        }
    }

    /// As plain text.
    pub fn plain(&self) -> String {
        match self {
            Self::Sentences(sentences) => sentences.join(" "),
            Self::Items(items) => items.iter().map(|item| format!("{BULLET}{item}")).collect::<Vec<_>>().join("\n"),
        }
    }

    /// Reads back what [`Piece::plain`] wrote, also after a person edited it.
    pub fn read(block: &str) -> Self {
        if block.starts_with(BULLET) {
            return Self::Items(block.lines().map(|line| line.trim_start_matches(BULLET).trim().to_owned()).collect());
        }
        Self::Sentences(split(block))
    }
}

pub fn words(pieces: &[Piece]) -> usize {
    pieces.iter().map(Piece::words).sum()
}

/// What of a section can stand in a short text: runs of pieces, each of which begins with a sentence that needs nothing
/// before it. What was left out ends a run.
pub fn runs(corpus: &Corpus, section: usize) -> Vec<Vec<Piece>> {
    let section = &corpus.sections[section];
    let mut runs: Vec<Vec<Piece>> = vec![Vec::new()];
    for (number, block) in section.blocks.iter().enumerate() {
        match block {
            Block::Paragraph(sentences) => {
                let list_follows = section.blocks.get(number + 1).is_some_and(|next| list_of(next).is_some());
                paragraph(&corpus.language, sentences, list_follows, &mut runs);
            }
            Block::List { .. } => match list_of(block) {
                Some(items) => {
                    if let Some(run) = runs.last_mut().filter(|run| !run.is_empty()) {
                        run.push(Piece::Items(items.clone()));
                    }
                }
                None => runs.push(Vec::new()),
            },
            Block::Subheading(_) => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

fn paragraph(language: &Language, sentences: &[String], list_follows: bool, runs: &mut Vec<Vec<Piece>>) {
    let mut kept: Vec<String> = Vec::new();
    for (at, sentence) in sentences.iter().enumerate() {
        let announces = sentence.ends_with(':') && !(list_follows && at + 1 == sentences.len());
        let begins = kept.is_empty() && runs.last().is_none_or(Vec::is_empty);
        if announces || !is_plain(sentence) || begins && language.leans_back(sentence) {
            if !kept.is_empty()
                && let Some(run) = runs.last_mut()
            {
                run.push(Piece::Sentences(std::mem::take(&mut kept)));
            }
            if runs.last().is_some_and(|run| !run.is_empty()) {
                runs.push(Vec::new());
            }
            continue;
        }
        kept.push(sentence.replace('`', ""));
    }
    if !kept.is_empty()
        && let Some(run) = runs.last_mut()
    {
        run.push(Piece::Sentences(kept));
    }
}

/// A sign for a hashtag or a mention would mean something else on a platform than on the page.
fn is_plain(text: &str) -> bool {
    !text.contains(['#', '@', '\u{e000}', '\u{e001}'])
}

fn list_of(block: &Block) -> Option<&Vec<String>> {
    match block {
        Block::List { items, .. }
            if items.len() <= MOST_ITEMS
                && items
                    .iter()
                    .all(|item| word_count(item) <= LONGEST_ITEM && is_plain(item) && !item.contains('`')) =>
        {
            Some(items)
        }
        _ => None,
    }
}

/// As much from the beginning as `most` words hold, whole sentences only. At least the first one, when it is a
/// statement.
pub fn take(pieces: &[Piece], most: usize, lists: bool) -> Vec<Piece> {
    let mut taken: Vec<Piece> = Vec::new();
    let mut room = most;
    for piece in pieces {
        match piece {
            Piece::Items(items) => {
                if !lists || piece.words() > room {
                    break;
                }
                room -= piece.words();
                taken.push(Piece::Items(items.clone()));
            }
            Piece::Sentences(sentences) => {
                let mut kept = Vec::new();
                for sentence in sentences {
                    let words = word_count(sentence);
                    if words > room && !(taken.is_empty() && kept.is_empty()) {
                        room = 0;
                        break;
                    }
                    room = room.saturating_sub(words);
                    kept.push(sentence.clone());
                }
                let all = kept.len() == sentences.len();
                if !kept.is_empty() {
                    taken.push(Piece::Sentences(kept));
                }
                if !all {
                    break;
                }
            }
        }
    }
    settle(&mut taken);
    taken
}

/// Takes away the last sentence, or the last list. Nothing is left when there was only one.
pub fn shorten(pieces: &mut Vec<Piece>) {
    if let Some(Piece::Sentences(sentences)) = pieces.last_mut()
        && sentences.len() > 1
    {
        sentences.pop();
    } else {
        pieces.pop();
    }
    settle(pieces);
}

/// A text does not end with what announces something or asks.
fn settle(pieces: &mut Vec<Piece>) {
    while let Some(Piece::Sentences(sentences)) = pieces.last_mut() {
        if sentences.last().is_some_and(|last| !last.ends_with([':', '?'])) {
            break;
        }
        sentences.pop();
        if sentences.is_empty() {
            pieces.pop();
        }
    }
}

/// Whether a sentence can stand alone before people who have read nothing else.
pub fn stands_alone(language: &Language, sentence: &str) -> bool {
    // “For rain: over a year it keeps back …”, “With that, they last”.
    let early: Vec<String> = sentence.split_whitespace().take(7).map(str::to_lowercase).collect();
    let pronoun = *language == Language::English
        && early
            .iter()
            .any(|word| matches!(word.trim_end_matches([',', '.']), "it" | "its" | "they" | "them" | "their"));
    let announced = early.iter().take(4).any(|word| word.ends_with(':'));
    !pronoun
        && !announced
        && !sentence.ends_with([':', '?'])
        && !sentence.starts_with(['“', '"', '„'])
        && !language.leans_back(sentence)
}

/// The sentences of a section that can stand alone, those worth the most first: of a good length, with a figure, and
/// naming what the section is about.
pub fn strongest(corpus: &Corpus, section: usize) -> Vec<String> {
    let all = runs(corpus, section);
    let about = format!("{} {}", corpus.page_of(section).title, corpus.sections[section].heading);
    let about: Vec<String> = corpus.vocabulary.stems(&about).collect();
    let names = |text: &str| corpus.vocabulary.stems(text).any(|stem| about.contains(&stem));
    let mut ranked: Vec<(usize, usize, &String)> = all
        .iter()
        .flatten()
        .filter_map(|piece| match piece {
            Piece::Sentences(sentences) => Some(sentences),
            Piece::Items(_) => None,
        })
        .flatten()
        .filter(|sentence| stands_alone(&corpus.language, sentence))
        .enumerate()
        .map(|(at, sentence)| {
            let words = word_count(sentence);
            let length = if (9..=28).contains(&words) { 0 } else { 3 };
            let figure = usize::from(!sentence.contains(|c: char| c.is_ascii_digit()));
            let named = if names(sentence) { 0 } else { 2 };
            // “The building was lifted”: which one stands elsewhere.
            let first: String = sentence.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
            let pointing = if first.starts_with("The ") && !names(&first) { 2 } else { 0 };
            (length + figure + named + pointing + at.min(4), at, sentence)
        })
        .collect();
    ranked.sort_by_key(|(rank, at, _)| (*rank, *at));
    ranked.into_iter().map(|(.., sentence)| sentence.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_sentences_are_taken_and_none_that_announces_what_is_gone() {
        let say = |text: &str| Piece::Sentences(split(text));
        let list = Piece::Items(vec!["A mat.".into(), "A rope.".into()]);
        let pieces = [say("A gym needs air. It needs a floor, too:"), list.clone(), say("Ask us.")];
        assert_eq!(take(&pieces, 99, false), [say("A gym needs air.")]);
        assert_eq!(take(&pieces, 13, true), [say("A gym needs air. It needs a floor, too:"), list]);
        assert_eq!(take(&pieces, 1, true), [say("A gym needs air.")], "the first one in any case");
        let read = Piece::read(&pieces[1].plain());
        assert_eq!(read, pieces[1]);
    }
}
