//! Reading text: Markdown, sentences, words, casing and what a language needs to know for it.

pub mod casing;
pub mod foreign;
pub mod language;
pub mod markdown;
pub mod sentences;
pub mod terms;
