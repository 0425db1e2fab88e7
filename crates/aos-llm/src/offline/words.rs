//! Lists of words and phrases, one file each under `words/`, compiled in.
//!
//! One phrase a line, `#` for a comment; `_` at an end is a space, so that a cue can ask for whole words.

use std::sync::LazyLock;

/// A list, read when it is first used.
pub type Words = LazyLock<Vec<String>>;

/// The list in `words/NAME.txt`.
macro_rules! words {
    ($name:literal) => {
        std::sync::LazyLock::new(|| {
            $crate::offline::words::read(include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/src/offline/words/",
                $name,
                ".txt"
            )))
        })
    };
}
pub(crate) use words;

pub fn read(text: &str) -> Vec<String> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| line.replace('_', " ")).collect()
}

/// Whether the list has this word.
pub fn has(list: &Words, word: &str) -> bool {
    list.iter().any(|known| known == word)
}
