//! How a site itself writes its words, so that a heading can go into the middle of a sentence.

use std::collections::HashMap;

use super::language::Language;

/// How often each word stands inside sentences in small and in capital letters.
#[derive(Debug, Default)]
pub struct Casing {
    counts: HashMap<String, (u32, u32)>,
    /// Nouns are written with a capital in this language.
    capital_nouns: bool,
    /// How often a word stands where nouns and adjectives do (after an article), and where verbs do (after "to").
    roles: HashMap<String, (u32, u32)>,
}

impl Casing {
    pub fn new(language: &Language) -> Self {
        Self { capital_nouns: *language == Language::German, ..Self::default() }
    }

    pub fn has_capital_nouns(&self) -> bool {
        self.capital_nouns
    }

    /// Learns from running text; the first word of a sentence says nothing.
    pub fn learn(&mut self, sentence: &str) {
        let mut before = String::new();
        for (at, word) in sentence.split_whitespace().enumerate() {
            let lower = core(word).to_lowercase();
            match before.as_str() {
                "the" | "a" | "an" | "our" | "your" | "each" | "every" | "of" | "with" | "for" => {
                    self.roles.entry(lower.clone()).or_default().0 += 1;
                }
                "to" | "can" | "should" | "must" | "will" | "you" | "we" | "they" | "not" => {
                    self.roles.entry(lower.clone()).or_default().1 += 1;
                }
                _ => {}
            }
            before = lower;
            if at == 0 {
                continue;
            }
            let word = word.trim_matches(|c: char| !c.is_alphanumeric());
            let Some(first) = word.chars().next() else { continue };
            let entry = self.counts.entry(word.to_lowercase()).or_default();
            if first.is_uppercase() {
                entry.1 += 1;
            } else {
                entry.0 += 1;
            }
        }
    }

    /// Whether a heading starts with a verb that tells the reader to do something: "Settle permission first".
    pub fn is_imperative(&self, heading: &str) -> bool {
        let first = heading.split_whitespace().next().map(|word| core(word).to_lowercase()).unwrap_or_default();
        !first.ends_with("ing") && self.roles.get(&first).is_some_and(|(thing, verb)| verb > thing)
    }

    /// The phrase as it would stand in the middle of a sentence: "Wheel Building" becomes "wheel building" where the
    /// site writes it so, "Shimano" stays.
    pub fn mid_sentence(&self, phrase: &str) -> String {
        let words: Vec<&str> = phrase.split(' ').collect();
        let mut lowered: Vec<String> = words.iter().map(|word| self.lowered(word)).collect();
        // What stands on both sides of an ampersand is one name: "Harbour & Pine", also where there is a harbour.
        for at in (1..words.len().saturating_sub(1)).filter(|at| words[*at] == "&") {
            let sides = [at - 1, at + 1];
            if sides.iter().any(|side| lowered[*side].starts_with(char::is_uppercase)) {
                sides.iter().for_each(|side| words[*side].clone_into(&mut lowered[*side]));
            }
        }
        // A heading in small letters has its first capital only from its place, also where the word is seen nowhere else.
        let others_are_small = words.len() > 1 && lowered[1..].iter().all(|word| !word.starts_with(char::is_uppercase));
        if others_are_small && !self.capital_nouns && !self.is_known(words[0]) && is_plain_capital(words[0]) {
            lowered[0] = words[0].to_lowercase();
        }
        lowered.join(" ")
    }

    /// The phrase as it would stand at the start of a sentence or as a heading.
    pub fn sentence_start(&self, phrase: &str) -> String {
        upper_first(&self.mid_sentence(phrase))
    }

    fn lowered(&self, word: &str) -> String {
        match self.counts.get(&core(word).to_lowercase()) {
            Some((lower, upper)) if lower > upper && is_plain_capital(word) => word.to_lowercase(),
            _ => word.to_owned(),
        }
    }

    fn is_known(&self, word: &str) -> bool {
        self.counts.contains_key(&core(word).to_lowercase())
    }
}

fn core(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// A capital letter and then small ones: not an abbreviation, a trade mark or code.
fn is_plain_capital(word: &str) -> bool {
    let core = core(word);
    core.starts_with(char::is_uppercase)
        && core.split('-').all(|part| !part.chars().skip(1).any(char::is_uppercase))
        && !word.contains('`')
}

/// The text with its first letter as a capital.
pub fn upper_first(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if first.is_alphabetic() => first.to_uppercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headline_is_lowered_only_where_the_site_writes_small() {
        let mut casing = Casing::default();
        casing.learn("We do wheel building with Shimano hubs.");
        assert_eq!(casing.mid_sentence("Wheel Building with Shimano"), "wheel building with Shimano");
        assert_eq!(casing.sentence_start("Wheel Building"), "Wheel building");
        assert_eq!(casing.mid_sentence("API design"), "API design");
        casing.learn("The rooms stand above the harbour, and in the garden of a house.");
        assert_eq!(casing.mid_sentence("Harbour & Pine"), "Harbour & Pine");
        assert_eq!(casing.mid_sentence("House & Garden"), "house & garden");
    }
}
