//! What an editor wants to know of a text: its length, how hard it is to read, and where its keywords stand. Pure.

use serde::Serialize;

use super::model::ArticleText;
use crate::markdown::{self, BlockKind};

/// Words that a grown person reads in a minute, silently and of ordinary prose.
const WORDS_PER_MINUTE: usize = 238;
/// Search results cut titles and descriptions about here.
pub const TITLE_SHOWN: usize = 60;
pub const EXCERPT_SHOWN: usize = 160;
/// Under this many words a figure about sentences says nothing.
const ENOUGH_WORDS: usize = 50;

/// The figures of one text.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Measures {
    /// Those a reader sees: markup and link targets are not counted.
    pub words: usize,
    pub sentences: usize,
    /// Minutes, at least one as soon as there is a word.
    pub reading_minutes: usize,
    /// LIX: words in a sentence, on average, plus the share of words with more than six letters in percent. It needs no
    /// dictionary of syllables, so it means the same in every language that is written with spaces. None for a text that
    /// is too short to say.
    pub lix: Option<f64>,
    /// Characters.
    pub title_length: usize,
    pub excerpt_length: usize,
    pub keywords: Vec<KeywordUse>,
}

/// Where one keyword stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct KeywordUse {
    pub keyword: String,
    /// In the running text, headings and tables; not in title, excerpt and address.
    pub count: usize,
    pub in_title: bool,
    pub in_slug: bool,
    pub in_excerpt: bool,
    /// In the first paragraph.
    pub in_opening: bool,
    pub in_headings: usize,
}

/// How hard a text is to read, in the words of LIX's own scale.
pub fn difficulty(lix: f64) -> &'static str {
    match lix {
        lix if lix < 25.0 => "very easy",
        lix if lix < 35.0 => "easy",
        lix if lix < 45.0 => "medium",
        lix if lix < 55.0 => "hard",
        _ => "very hard",
    }
}

/// Measures an article against the keywords of its brief.
pub fn measure(text: &ArticleText, keywords: &[String]) -> Measures {
    let blocks = markdown::blocks(&text.markdown);
    let words: usize = blocks.iter().map(|block| markdown::words(&block.text).count()).sum();
    let (mut prose, mut long, mut sentences) = (0, 0, 0);
    for block in blocks.iter().filter(|block| block.kind == BlockKind::Paragraph) {
        let (own, own_sentences) = (markdown::words(&block.text), sentences_of(&block.text));
        for word in own {
            prose += 1;
            long += usize::from(word.chars().filter(|c| c.is_alphabetic()).count() > 6);
        }
        sentences += own_sentences;
    }
    let lix = (prose >= ENOUGH_WORDS && sentences > 0)
        .then(|| prose as f64 / sentences as f64 + 100.0 * long as f64 / prose as f64);
    let opening = blocks.iter().find(|block| block.kind == BlockKind::Paragraph).map(|block| folded(&block.text));
    let all: Vec<Vec<String>> = blocks.iter().map(|block| folded(&block.text)).collect();
    let slug = text.slug.split('-').map(str::to_owned).collect::<Vec<_>>();
    let use_of = |keyword: &String| {
        let wanted = folded(keyword);
        let stands = |words: &[String]| occurrences(words, &wanted);
        let address: Vec<String> = super::model::slug(keyword).split('-').map(str::to_owned).collect();
        KeywordUse {
            keyword: keyword.clone(),
            count: all.iter().map(|words| stands(words)).sum(),
            in_title: stands(&folded(&text.title)) > 0,
            in_slug: occurrences(&slug, &address) > 0,
            in_excerpt: stands(&folded(&text.excerpt)) > 0,
            in_opening: opening.as_ref().is_some_and(|words| stands(words) > 0),
            in_headings: blocks
                .iter()
                .zip(&all)
                .filter(|(block, words)| matches!(block.kind, BlockKind::Heading(_)) && stands(words) > 0)
                .count(),
        }
    };
    Measures {
        words,
        sentences,
        reading_minutes: words.div_ceil(WORDS_PER_MINUTE),
        lix,
        title_length: text.title.chars().count(),
        excerpt_length: text.excerpt.chars().count(),
        keywords: keywords.iter().filter(|keyword| !keyword.trim().is_empty()).map(use_of).collect(),
    }
}

/// A sentence ends with its mark before a space or the end; what has words and no mark is one too.
fn sentences_of(text: &str) -> usize {
    let mut count = 0;
    let mut words_since = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        words_since |= letter.is_alphanumeric();
        let ends = matches!(letter, '.' | '!' | '?' | '…' | '。')
            && letters.peek().is_none_or(|next| next.is_whitespace() || "\"'”’»)".contains(*next));
        if ends && words_since {
            count += 1;
            words_since = false;
        }
    }
    count + usize::from(words_since)
}

/// Words in lower case, without what surrounds them: "Larch," is the word of the keyword "larch".
fn folded(text: &str) -> Vec<String> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | '/'))
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
        .filter(|word| !word.is_empty())
        .collect()
}

/// How often these words stand there one after the other; a plural's “s” is the same word.
fn occurrences(words: &[String], wanted: &[String]) -> usize {
    if wanted.is_empty() {
        return 0;
    }
    let same = |a: &String, b: &String| a == b || a.strip_suffix('s') == Some(b) || b.strip_suffix('s') == Some(a);
    words.windows(wanted.len()).filter(|window| window.iter().zip(wanted).all(|(a, b)| same(a, b))).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn article(title: &str, markdown: &str) -> ArticleText {
        let text = ArticleText { title: title.into(), markdown: markdown.into(), ..ArticleText::default() };
        ArticleText { slug: super::super::model::slug(title), ..text }
    }

    #[test]
    fn keywords_are_found_where_a_reader_finds_them() {
        let text = article(
            "Larch cladding, explained",
            "Larch cladding lasts. A [link](https://larch-cladding.example).\n\n## Looking after larch cladding\n\n- Larch-cladding needs no paint.\n",
        );
        let found = measure(&text, &["larch cladding".to_owned(), "green roof".to_owned(), " ".to_owned()]);
        let [larch, roof] = found.keywords.as_slice() else { panic!("{found:?}") };
        assert_eq!((larch.count, larch.in_headings), (3, 1), "an address is not read");
        assert!(larch.in_title && larch.in_slug && larch.in_opening && !larch.in_excerpt);
        assert_eq!(roof.count, 0);
    }

    #[test]
    fn how_hard_a_text_is_needs_no_dictionary() {
        let easy = "We cut the wood. It is dry. ".repeat(10);
        let hard = "Dimensional stability notwithstanding, hygroscopic materials necessitate professional conditioning procedures throughout. ".repeat(8);
        let lix = |text: &str| measure(&article("T", text), &[]).lix.unwrap();
        assert_eq!(lix(&easy), 3.5);
        assert!(lix(&hard) > 60.0, "{}", lix(&hard));
        assert_eq!((difficulty(lix(&easy)), difficulty(lix(&hard))), ("very easy", "very hard"));
        assert_eq!(measure(&article("T", "Too short."), &[]).lix, None);
        assert_eq!(sentences_of("It costs 2.50 € at acme.test today. Really?! Yes"), 3);
    }

    proptest! {
        #[test]
        fn any_text_can_be_measured(markdown in ".{0,400}", keyword in ".{0,20}") {
            let found = measure(&article("Title", &markdown), &[keyword]);
            prop_assert!(found.lix.is_none_or(|lix| lix.is_finite() && lix >= 0.0));
            prop_assert!(found.reading_minutes <= found.words);
        }
    }
}
