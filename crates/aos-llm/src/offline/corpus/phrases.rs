//! The words a client uses most for what they do.
//!
//! Phrases of one to three words between stop words and punctuation, ranked by how often and on how many pages they
//! stand, longer ones before the shorter ones that they contain (the C-value idea), with a bonus for headings.

use std::collections::{BTreeMap, BTreeSet};

use super::{Page, Section, normalise, roles::Role};
use crate::offline::text::{casing::Casing, terms::Vocabulary};
use crate::offline::words::{Words, has, words};

const MOST: usize = 40;

#[derive(Default)]
struct Phrase {
    count: u32,
    pages: BTreeSet<usize>,
    in_headings: u32,
    /// As written, preferring small letters.
    shown: String,
    words: usize,
    /// How often it stood inside a longer phrase that was counted too.
    inside_longer: u32,
}

pub fn key_phrases(
    vocabulary: &Vocabulary,
    casing: &Casing,
    pages: &[Page],
    sections: &[Section],
    client: &str,
) -> Vec<String> {
    let mut phrases: BTreeMap<String, Phrase> = BTreeMap::new();
    for section in sections {
        for text in section.texts() {
            add(vocabulary, text, section.page, false, &mut phrases);
        }
        // The heading of an opening is the page's title, which is counted once, below.
        if !section.opens_page {
            add(vocabulary, &section.heading, section.page, true, &mut phrases);
        }
    }
    for (number, page) in pages.iter().enumerate().filter(|(_, page)| page.role.is_source() && page.role != Role::Home)
    {
        add(vocabulary, &page.title, number, true, &mut phrases);
    }
    let client_words = normalise(client);
    // What no heading takes up is often not a phrase at all: “week ahead”, “spoke carries”.
    let heading_stems: BTreeSet<String> =
        sections.iter().flat_map(|section| vocabulary.stems(&section.heading)).collect();
    let frequent: Vec<(String, u32)> = phrases
        .iter()
        .filter(|(_, phrase)| phrase.count >= 2)
        .map(|(key, phrase)| (key.clone(), phrase.count))
        .collect();
    for (key, count) in &frequent {
        for part in parts(key) {
            if let Some(phrase) = phrases.get_mut(&part) {
                phrase.inside_longer = phrase.inside_longer.max(*count);
            }
        }
    }
    let mut ranked: Vec<(f64, &String, &Phrase)> = phrases
        .iter()
        .filter(|(key, phrase)| {
            let own_name = client_words.split(' ').any(|word| !word.is_empty() && key.split(' ').all(|k| k == word))
                || client_words.contains(key.as_str());
            // A single word says little; it counts where it stands in headings and is not part of a longer phrase.
            let carried = match phrase.words {
                1 => phrase.count >= 4 && phrase.in_headings > 0 && phrase.inside_longer * 4 < phrase.count,
                _ => {
                    let in_headings = key.split(' ').filter(|stem| heading_stems.contains(*stem)).count();
                    phrase.count >= 2 && in_headings == phrase.words || phrase.count >= 4 && in_headings > 0
                }
            };
            // People and places: “Ines Calder”. In German every noun has a capital.
            let is_name = phrase.words > 1
                && !casing.has_capital_nouns()
                && phrase.shown.split(' ').all(|word| word.starts_with(char::is_uppercase));
            let is_verb = casing.has_capital_nouns() && !phrase.shown.contains(char::is_uppercase);
            carried && !own_name && !is_name && !is_verb && phrase.shown.chars().count() > 3
        })
        .map(|(key, phrase)| {
            let alone = f64::from(phrase.count) - f64::from(phrase.inside_longer) * 0.8;
            let length = [0.0, 0.5, 1.6, 1.8][phrase.words.min(3)];
            let spread = 1.0 + (phrase.pages.len() as f64).ln();
            let headings = 1.0 + f64::from(phrase.in_headings.min(4)) * 0.5;
            (alone.max(0.0) * length * spread * headings, key, phrase)
        })
        .filter(|(score, ..)| *score > 0.0)
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let (single, long): (Vec<_>, Vec<_>) = ranked.into_iter().partition(|(_, _, phrase)| phrase.words == 1);
    let mut chosen: Vec<(String, String)> = Vec::new();
    for (_, key, phrase) in interleave(long, single) {
        let near = chosen.iter().any(|(other, _)| {
            other.split(' ').collect::<BTreeSet<_>>().is_superset(&key.split(' ').collect())
                || key.split(' ').collect::<BTreeSet<_>>().is_superset(&other.split(' ').collect())
                    && key.contains(' ')
                    && other.contains(' ')
        });
        if !near {
            chosen.push((key.clone(), casing.mid_sentence(&phrase.shown)));
        }
        if chosen.len() == MOST {
            break;
        }
    }
    chosen.into_iter().map(|(_, shown)| shown).collect()
}

/// Two long phrases, then a single word: words stand more often, phrases say more.
fn interleave<T>(long: Vec<T>, single: Vec<T>) -> Vec<T> {
    let (mut long, mut single) = (long.into_iter(), single.into_iter());
    let mut all = Vec::new();
    loop {
        let before = all.len();
        all.extend(long.by_ref().take(2));
        all.extend(single.next());
        if all.len() == before {
            return all;
        }
    }
}

/// The contiguous shorter phrases of a phrase of stems.
fn parts(key: &str) -> Vec<String> {
    let words: Vec<&str> = key.split(' ').collect();
    let mut parts = Vec::new();
    for length in 1..words.len() {
        for window in words.windows(length) {
            parts.push(window.join(" "));
        }
    }
    parts
}

fn add(vocabulary: &Vocabulary, text: &str, page: usize, heading: bool, phrases: &mut BTreeMap<String, Phrase>) {
    let mut run: Vec<&str> = Vec::new();
    for token in text.split_whitespace().chain(["."]) {
        let word = token.trim_matches(|c: char| !c.is_alphanumeric());
        let lower = word.to_lowercase();
        let usable = word.chars().count() > 1
            && word.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '’'))
            && !vocabulary.is_stop_word(&lower)
            && !has(&MEASURES, &lower)
            && !token.contains('`');
        if usable && !token.starts_with(|c: char| !c.is_alphanumeric()) {
            run.push(word);
        } else {
            flush(vocabulary, &run, page, heading, phrases);
            run.clear();
            if usable {
                run.push(word);
            }
        }
        // Punctuation after a word ends the phrase with it.
        if usable && token.ends_with(|c: char| !c.is_alphanumeric()) {
            flush(vocabulary, &run, page, heading, phrases);
            run.clear();
        }
    }
}

fn flush(vocabulary: &Vocabulary, run: &[&str], page: usize, heading: bool, phrases: &mut BTreeMap<String, Phrase>) {
    for length in 1..=run.len().min(3) {
        for window in run.windows(length) {
            let shown = window.join(" ");
            let key: Vec<String> = vocabulary.stems(&shown).collect();
            if key.len() != length {
                continue;
            }
            let phrase = phrases.entry(key.join(" ")).or_default();
            phrase.count += 1;
            phrase.in_headings += u32::from(heading);
            phrase.pages.insert(page);
            phrase.words = length;
            let small = |text: &str| text.chars().filter(|c| c.is_lowercase()).count();
            if phrase.shown.is_empty() || small(&shown) > small(&phrase.shown) && shown.len() == phrase.shown.len() {
                phrase.shown = shown;
            }
        }
    }
}

static MEASURES: Words = words!("measures");
