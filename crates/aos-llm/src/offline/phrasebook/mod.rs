//! The sentences that are ours and not the client's: titles, introductions, connectives, briefs. One file per language.
//!
//! None of them states a fact about the client's subject. They speak of the pages and their parts, which can be seen.
//! Placeholders in braces: `{s}` subject inside a sentence, `{S}` at its start, `{a}` `{b}` `{c}` parts of the outline,
//! `{client}`, `{site}` (the client's name after an article), `{n}` a number in words, `{N}` the same at the start, `{list}` parts in a row, `{link}`.

mod english;
mod german;
mod neutral;
mod turns;

pub use self::turns::Turns;
use super::text::{casing::upper_first, language::Language};

/// What a subject must come with for a title to be true of the article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    /// Two or three parts whose headings are short noun phrases.
    TwoParts,
    ThreeParts,
    /// The lead is something that the client sells.
    Offer,
    /// The lead is not something that the client sells.
    NoOffer,
    /// A list of four or more.
    List,
    /// An ordered list.
    Steps,
    /// Questions with their answers.
    Questions,
}

pub struct TitleTemplate {
    pub text: &'static str,
    pub needs: Needs,
}

const fn title(text: &'static str, needs: Needs) -> TitleTemplate {
    TitleTemplate { text, needs }
}

pub struct Phrasebook {
    pub and: &'static str,
    pub numbers: [&'static str; 13],
    /// For subjects that are things ("wheel building").
    pub noun_titles: &'static [TitleTemplate],
    /// For subjects that are doings ("choosing a saddle").
    pub doing_titles: &'static [TitleTemplate],
    /// For subjects such as "How to true a wheel".
    pub how_titles: &'static [TitleTemplate],
    /// For two subjects, `{S}` and `{b}`.
    pub pair_titles: &'static [TitleTemplate],
    pub questions_heading: &'static str,
    pub closings: &'static [&'static str],
    /// Introductions; with `{list}` and without.
    pub intros: &'static [&'static str],
    pub intros_without_list: &'static [&'static str],
    /// One page or several, for `{pages}` of an introduction.
    pub one_page: &'static str,
    pub several_pages: &'static str,
    /// Leads from a part to its page: `{link}`.
    pub more: &'static [&'static str],
    /// Before the list at the end; `{client}`.
    pub further: &'static [&'static str],
    /// `{link}`, `{client}`.
    pub contact: &'static str,
    pub contact_word: &'static str,
    pub excerpt: &'static str,
    pub brief: &'static [&'static str],
    pub brief_reasons: Reasons,
    pub audience: &'static str,
    pub guides: &'static str,
    pub answers: &'static str,
}

/// Why a topic is worth writing, each measurable.
pub struct Reasons {
    /// `{count}`, `{pages}`, `{s}`.
    pub prominent: &'static str,
    pub asked: &'static str,
    pub offer: &'static str,
    pub pair: &'static str,
    pub plain: &'static str,
}

impl Phrasebook {
    pub fn of(language: &Language) -> &'static Self {
        match language {
            Language::German => &german::PHRASES,
            Language::English => &english::PHRASES,
            Language::Other(_) => &neutral::PHRASES,
        }
    }

    /// "three", or digits for more than twelve.
    pub fn number(&self, n: usize) -> String {
        self.numbers.get(n).map_or_else(|| n.to_string(), |word| (*word).to_owned())
    }

    /// "a, b and c"; only commas where there is no word for "and".
    pub fn row(&self, items: &[String]) -> String {
        match items {
            [] => String::new(),
            [one] => one.clone(),
            all if self.and.is_empty() => all.join(", "),
            [most @ .., last] => format!("{} {} {last}", most.join(", "), self.and),
        }
    }
}

/// Puts values into a template's placeholders.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len() + 64);
    let mut rest = template;
    // One pass, so that a brace in a value is never taken for a placeholder.
    while let Some(open) = rest.find('{') {
        text.push_str(&rest[..open]);
        let after = &rest[open + 1..];
        let (name, tail) = after.split_once('}').unwrap_or((after, ""));
        text.push_str(values.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value));
        rest = tail;
    }
    text.push_str(rest);
    upper_first(&text)
}
