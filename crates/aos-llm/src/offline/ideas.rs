//! What a plan's pieces are about: sections of the client's pages, each used once, from as many pages as there are.

use std::collections::{BTreeMap, BTreeSet};

use aos_capabilities::drafts::Gap;

use super::{
    corpus::{Corpus, normalise, roles::Role},
    passages,
    text::{language::Language, sentences::word_count},
};

/// What a piece does for its readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Teach,
    /// Shows the client's work or people.
    Show,
    Offer,
}

/// A section that carries a piece.
#[derive(Clone, Debug)]
pub struct Idea {
    pub section: usize,
    pub kind: Kind,
    /// As it stands in the calendar.
    pub title: String,
    /// The sentence that it rests on.
    pub quote: String,
    pub score: f32,
}

const OF_A_ROW: [&str; 10] =
    ["step", "example", "part", "option", "stage", "schritt", "beispiel", "teil", "stufe", "variante"];
const LONGEST_TITLE: usize = 90;

/// All that could carry a piece, in the order of the pages.
pub fn all(corpus: &Corpus) -> Vec<Idea> {
    let mut titles: BTreeMap<String, usize> = BTreeMap::new();
    let mut ideas: Vec<Idea> = (0..corpus.sections.len()).filter_map(|section| idea(corpus, section)).collect();
    // Two pages may have a section of one name under one title; only the first can be told by it.
    ideas.retain(|idea| {
        let seen = titles.entry(normalise(&idea.title)).or_default();
        *seen += 1;
        *seen == 1
    });
    ideas
}

fn idea(corpus: &Corpus, section: usize) -> Option<Idea> {
    let data = &corpus.sections[section];
    // “Step four”, “Example two”: one of a row that stands elsewhere.
    let first = normalise(&data.heading).split(' ').next().unwrap_or_default().to_owned();
    if OF_A_ROW.contains(&first.as_str()) {
        return None;
    }
    let quote = passages::strongest(corpus, section).into_iter().next()?;
    let opening = passages::runs(corpus, section).into_iter().next()?;
    let words = passages::words(&opening);
    let page = corpus.page_of(section);
    let kind = match page.role {
        Role::Case | Role::About => Kind::Show,
        Role::Offer if data.opens_page => Kind::Offer,
        _ => Kind::Teach,
    };
    let pages_own = matches!(page.role, Role::Home) && data.opens_page;
    let figure = quote.contains(|c: char| c.is_ascii_digit());
    let hook = data.asks() || word_count(&data.heading) >= 3;
    let mut score = (words.min(110) as f32) / 110.0;
    score += if figure { 0.2 } else { 0.0 };
    score += if hook { 0.25 } else { 0.0 };
    score += if passages::stands_alone(&corpus.language, &first_of(&opening)) { 0.2 } else { 0.0 };
    score -= if pages_own { 0.5 } else { 0.0 };
    // “What it does”, “Sound”: a heading that says little by itself.
    let bare = word_count(&data.heading) < 2 || normalise(&data.heading).split(' ').any(|word| word == "it");
    score -= if bare { 0.25 } else { 0.0 };
    (words >= 14).then(|| Idea { section, kind, title: title(corpus, section), quote, score })
}

fn first_of(pieces: &[passages::Piece]) -> String {
    pieces.first().and_then(|piece| piece.texts().first()).cloned().unwrap_or_default()
}

/// “Home offices in the garden: distance is the point”; a question needs no page beside it.
pub fn title(corpus: &Corpus, section: usize) -> String {
    let data = &corpus.sections[section];
    let page = corpus.page_of(section).title.clone();
    let heading = &data.heading;
    let whole_page = data.opens_page || normalise(heading).contains(&normalise(&page)) || page.is_empty();
    let long = if whole_page || data.asks() { heading.clone() } else { format!("{page}: {}", lower(corpus, heading)) };
    let fits = |text: &str| text.chars().count() <= LONGEST_TITLE;
    if fits(&long) { long } else { corpus.casing.sentence_start(heading) }
}

/// A heading inside a sentence.
pub fn lower(corpus: &Corpus, heading: &str) -> String {
    let inside = corpus.casing.mid_sentence(heading);
    let first = inside.split_whitespace().next().unwrap_or_default();
    // Article, preposition, question word: small inside a sentence also where the site never writes it there.
    let small = corpus.vocabulary.is_stop_word(&first.to_lowercase()) && first != "I";
    if small && (corpus.language == Language::English || !corpus.casing.has_capital_nouns()) {
        let mut letters = inside.chars();
        letters.next().map_or_else(String::new, |letter| letter.to_lowercase().chain(letters).collect())
    } else {
        inside
    }
}

/// Up to `wanted` ideas whose titles are not taken, by turns of `pattern`, from pages that had the fewest so far.
pub fn choose(
    corpus: &Corpus,
    wanted: usize,
    pattern: &[Kind],
    taken: &[String],
    bonus: impl Fn(&Idea) -> f32,
) -> Vec<Idea> {
    let taken: Vec<String> = taken.iter().map(|title| normalise(title)).collect();
    let mut open: Vec<Idea> = all(corpus);
    open.retain(|idea| !taken.contains(&normalise(&idea.title)));
    let mut used: BTreeMap<usize, usize> = BTreeMap::new();
    let mut chosen: Vec<Idea> = Vec::new();
    while chosen.len() < wanted && !open.is_empty() {
        let turn = pattern.get(chosen.len() % pattern.len().max(1)).copied().unwrap_or(Kind::Teach);
        let offers = chosen.iter().filter(|idea| idea.kind == Kind::Offer).count();
        let worth = |idea: &Idea| {
            let page = corpus.sections[idea.section].page;
            let again = used.get(&page).copied().unwrap_or(0) as f32;
            // At most one in four sells, as long as there is anything else.
            let sells = if idea.kind == Kind::Offer && offers * 4 >= chosen.len() + 3 { 3.0 } else { 0.0 };
            let same = if idea.kind == turn { 1.0 } else { 0.0 };
            idea.score + same + bonus(idea) - again * 1.2 - sells
        };
        let best = (0..open.len()).max_by(|a, b| worth(&open[*a]).total_cmp(&worth(&open[*b])).then(b.cmp(a)));
        let Some(best) = best else { break };
        let idea = open.remove(best);
        *used.entry(corpus.sections[idea.section].page).or_default() += 1;
        chosen.push(idea);
    }
    chosen
}

/// The section that a brief is about: the one that its title names, else the nearest on its pages, else anywhere.
pub fn find(corpus: &Corpus, title: &str, brief: &str, sources: &[String], barred: &[usize]) -> Option<usize> {
    let may = |section: &usize| !barred.contains(section) && !passages::runs(corpus, *section).is_empty();
    let of_sources: Vec<usize> = (0..corpus.sections.len())
        .filter(|section| sources.contains(&corpus.page_of(*section).url))
        .filter(may)
        .collect();
    let key = normalise(title);
    let named = of_sources.iter().copied().find(|section| normalise(&self::title(corpus, *section)) == key);
    let query = corpus.query(&format!("{title} {title} {brief}"));
    let nearest = |sections: &[usize], least: f32| {
        sections
            .iter()
            .map(|section| (corpus.sections[*section].vector.cosine(&query), *section))
            .filter(|(likeness, _)| *likeness >= least)
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
            .map(|(_, section)| section)
    };
    let everywhere: Vec<usize> = (0..corpus.sections.len()).filter(may).collect();
    named.or_else(|| nearest(&of_sources, 0.0)).or_else(|| nearest(&everywhere, 0.12))
}

/// What is said when a plan has fewer pieces than asked for; `what` is their name in the plural.
pub fn too_few(wanted: usize, found: usize, what: &str) -> Vec<Gap> {
    if found >= wanted {
        return Vec::new();
    }
    vec![Gap {
        what: format!(
            "The client's pages carry material for {found} of {wanted} {what}. Any more would repeat what the others say."
        ),
        ask: "Upload documents about what the client does (news, references, answers to customers), add pages to the \
              website, or connect a model on the Models page."
            .to_owned(),
    }]
}

/// `count` days as texts, spread evenly over the working days of the range.
pub fn days(range: Option<(chrono::NaiveDate, chrono::NaiveDate)>, count: usize) -> Vec<Option<String>> {
    use chrono::{Datelike, Weekday};
    let Some((first, last)) = range else { return vec![None; count] };
    // A plan covers a month; a range that somebody mistyped is cut.
    let mut open: Vec<_> = first.iter_days().take_while(|day| *day <= last).take(400).collect();
    let weekday = |day: &chrono::NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    if open.iter().any(weekday) {
        open.retain(weekday);
    }
    (0..count).map(|at| open.get((at * open.len() + open.len() / 2) / count.max(1)).map(ToString::to_string)).collect()
}

/// Whether the client uses a phrase as a name: in a title or heading, word beside word. “Rooms stand” is none.
pub fn is_name(corpus: &Corpus, phrase: &str) -> bool {
    let stems = |text: &str| corpus.vocabulary.stems(text).collect::<Vec<_>>();
    let wanted = stems(phrase);
    let beside = |text: &str| !wanted.is_empty() && stems(text).windows(wanted.len()).any(|row| row == wanted);
    let titles = corpus.pages.iter().map(|page| page.title.as_str());
    let headings = corpus.sections.iter().map(|section| section.heading.as_str());
    titles.chain(headings).any(beside)
}

/// Hashtags from the key phrases that a section takes up, best first; then those that the whole site is about.
pub fn hashtags(corpus: &Corpus, section: usize, most: usize) -> Vec<String> {
    let data = &corpus.sections[section];
    let stems = |text: &str| corpus.vocabulary.stems(text).collect::<BTreeSet<_>>();
    let title = format!("{} {}", corpus.page_of(section).title, data.heading);
    let named = stems(&title);
    let said: BTreeSet<String> = data.texts().chain([title.as_str()]).flat_map(stems).collect();
    let is_phrase = |phrase: &str| phrase.contains(' ') && is_name(corpus, phrase);
    let of_title = |phrase: &&String| {
        let own = stems(phrase);
        !own.is_empty() && own.is_subset(&named) && (is_phrase(phrase) || !phrase.contains(' '))
    };
    let of_text = |phrase: &&String| is_phrase(phrase) && stems(phrase).is_subset(&said);
    let first = corpus.key_phrases.iter().filter(of_title);
    let second = corpus.key_phrases.iter().filter(of_text);
    let site = corpus.key_phrases.iter().filter(|phrase| is_phrase(phrase)).take(2);
    let mut tags: Vec<String> = Vec::new();
    for phrase in first.chain(second).chain(site) {
        let tag = hashtag(phrase);
        let new = !tags.iter().any(|own| own.eq_ignore_ascii_case(&tag));
        if new && (5..=28).contains(&tag.chars().count()) && tags.len() < most {
            tags.push(tag);
        }
    }
    tags
}

/// “larch cladding” as `#LarchCladding`; nothing where it could not be one word.
fn hashtag(phrase: &str) -> String {
    let word: String = phrase.split(|c: char| !c.is_alphanumeric()).map(super::text::casing::upper_first).collect();
    if word.chars().next().is_some_and(char::is_alphabetic) { format!("#{word}") } else { String::new() }
}
