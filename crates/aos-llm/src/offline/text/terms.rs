//! Words as vectors: tokens, their weight by rarity (TF-IDF), and how alike two texts are (cosine).

use std::collections::HashMap;

use yake_rust::StopWords;

use super::language::Language;

/// Number of a term in the vocabulary.
pub type TermId = u32;

/// Term weights of unit length, ordered by term.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vector(Vec<(TermId, f32)>);

impl Vector {
    /// From 0 (nothing in common) to 1.
    pub fn cosine(&self, other: &Self) -> f32 {
        let (mut a, mut b, mut sum) = (0, 0, 0.0);
        while let (Some((left, x)), Some((right, y))) = (self.0.get(a), other.0.get(b)) {
            match left.cmp(right) {
                std::cmp::Ordering::Less => a += 1,
                std::cmp::Ordering::Greater => b += 1,
                std::cmp::Ordering::Equal => {
                    sum += x * y;
                    a += 1;
                    b += 1;
                }
            }
        }
        sum
    }

    /// The weighted sum of vectors, of unit length again.
    pub fn blend<'a>(parts: impl IntoIterator<Item = (&'a Self, f32)>) -> Self {
        let mut weights: HashMap<TermId, f32> = HashMap::new();
        for (vector, weight) in parts {
            for (term, value) in &vector.0 {
                *weights.entry(*term).or_default() += value * weight;
            }
        }
        Self::unit(weights)
    }

    fn unit(weights: HashMap<TermId, f32>) -> Self {
        let mut terms: Vec<_> = weights.into_iter().collect();
        terms.sort_unstable_by_key(|(term, _)| *term);
        // Summed in term order: floating-point sums depend on order, and the result has to be the same each time.
        let length = terms.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
        if length > 0.0 {
            for (_, value) in &mut terms {
                *value /= length;
            }
        }
        Self(terms)
    }
}

/// Counts of terms in one text, before their rarity is known.
#[derive(Clone, Debug, Default)]
pub struct Counts(HashMap<TermId, f32>);

/// All terms of a site, with the number of texts each occurs in.
pub struct Vocabulary {
    language: Language,
    stop_words: StopWords,
    ids: HashMap<String, TermId>,
    texts_with: Vec<u32>,
    texts: u32,
}

impl Vocabulary {
    pub fn new(language: Language) -> Self {
        let stop_words = language.stop_words();
        Self { language, stop_words, ids: HashMap::new(), texts_with: Vec::new(), texts: 0 }
    }

    pub fn is_stop_word(&self, lower: &str) -> bool {
        self.stop_words.contains(lower)
    }

    /// The stems of a text's words that carry meaning.
    pub fn stems<'a>(&'a self, text: &'a str) -> impl Iterator<Item = String> + 'a {
        words(text)
            .filter(|word| !self.is_stop_word(word) && word.chars().count() > 1)
            .map(|word| self.language.stem(&word))
    }

    /// Adds a text's terms to its counts.
    pub fn count(&mut self, text: &str, weight: f32, counts: &mut Counts) {
        let stems: Vec<String> = self.stems(text).collect();
        for stem in stems {
            let next = self.ids.len() as TermId;
            let id = *self.ids.entry(stem).or_insert(next);
            *counts.0.entry(id).or_default() += weight;
        }
    }

    /// Says that `counts` is a whole text, so that the rarity of its terms can be known.
    pub fn register(&mut self, counts: &Counts) {
        self.texts += 1;
        self.texts_with.resize(self.ids.len(), 0);
        for id in counts.0.keys() {
            self.texts_with[*id as usize] += 1;
        }
    }

    /// The weight that rarity gives to each count.
    pub fn vector(&self, counts: &Counts) -> Vector {
        let weights = counts.0.iter().map(|(id, count)| (*id, (1.0 + count).ln() * self.rarity(*id))).collect();
        Vector::unit(weights)
    }

    /// The vector of words that need not be in the vocabulary (they then count for nothing).
    pub fn query(&self, text: &str) -> Vector {
        let mut weights: HashMap<TermId, f32> = HashMap::new();
        for stem in self.stems(text) {
            if let Some(id) = self.ids.get(&stem) {
                *weights.entry(*id).or_default() += self.rarity(*id);
            }
        }
        Vector::unit(weights)
    }

    /// In how many texts a stem occurs.
    pub fn texts_with(&self, stem: &str) -> u32 {
        self.ids.get(stem).and_then(|id| self.texts_with.get(*id as usize)).copied().unwrap_or(0)
    }

    fn rarity(&self, id: TermId) -> f32 {
        let with = self.texts_with.get(id as usize).copied().unwrap_or(0).max(1) as f32;
        (1.0 + self.texts as f32 / with).ln()
    }
}

/// Words in lower case, without punctuation; hyphens and apostrophes inside stay.
pub fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '\'' | '’')))
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
        .filter(|word| word.chars().any(char::is_alphabetic))
}

/// Share of the shorter text's stems that the other has too, from 0 to 1: how near two titles are.
pub fn overlap(vocabulary: &Vocabulary, a: &str, b: &str) -> f32 {
    let collect = |text: &str| vocabulary.stems(text).collect::<std::collections::BTreeSet<_>>();
    let (a, b) = (collect(a), collect(b));
    let shorter = a.len().min(b.len());
    if shorter == 0 { 0.0 } else { a.intersection(&b).count() as f32 / shorter as f32 }
}
