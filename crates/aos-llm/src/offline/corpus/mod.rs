//! The client's pages as something to compose from: pages with their role, cut into sections of printable sentences.
//!
//! What repeats on many pages (menus, footers, cookie notices) is gone, so is what leans on text that was left out.
//! A [`Section`] is the unit that topics reserve and articles print: whole paragraphs in their own order read well,
//! single sentences shuffled together do not.

mod clean;
mod phrases;
mod raw;
pub mod roles;
mod sections;

use std::collections::HashMap;

use aos_capabilities::model::{Material, MaterialPage};

use self::roles::Role;
use super::text::{
    casing::Casing,
    foreign::Foreign,
    language::Language,
    markdown::{self, RawBlock},
    terms::{Counts, Vector, Vocabulary},
};

pub use self::clean::{is_generic_heading, normalise};
pub use self::sections::{Block, Section};

/// Pages beyond this many add time and little else; those that a topic names are always read.
const MAX_PAGES: usize = 600;

/// What a section needs in common with a few words to be what they ask for.
const SAYS_ENOUGH: f32 = 0.15;

/// A page that was read.
#[derive(Debug)]
pub struct Page {
    pub url: String,
    /// Without the site's name.
    pub title: String,
    pub description: String,
    pub role: Role,
    /// Words of the page as crawled, boilerplate included.
    pub crawled_words: usize,
}

/// A client's words, ready for composing.
pub struct Corpus {
    pub client: String,
    pub language: Language,
    pub pages: Vec<Page>,
    pub sections: Vec<Section>,
    pub casing: Casing,
    pub vocabulary: Vocabulary,
    /// The words the client uses most for what they do, best first, as they would stand in a sentence.
    pub key_phrases: Vec<String>,
}

impl Corpus {
    /// Reads the material. `wanted` are URLs that must be read even where there are more pages than can be.
    pub fn read(material: &Material, wanted: &[String]) -> Self {
        let language = Language::of(material);
        let chosen = choose(material, wanted);
        let titles = clean::titles(&chosen, &material.client);
        let foreign = Foreign::to(&language);
        let read: Vec<_> = chosen.iter().map(|page| read_page(&page.markdown, &foreign)).collect();
        let repeated = clean::Repeated::find(&read);

        let mut pages = Vec::new();
        let mut sections = Vec::new();
        let mut seen = HashMap::new();
        for (number, (page, blocks)) in chosen.iter().zip(&read).enumerate() {
            let first_heading = clean::first_heading(blocks);
            let title = clean::page_title(&titles[number], &first_heading, &material.client);
            let role = Role::of(&page.url, &title, &first_heading);
            if role.is_source() {
                sections.extend(sections::cut(number, &title, blocks, &repeated, &mut seen, &language));
            }
            pages.push(Page {
                url: page.url.clone(),
                title,
                description: clean::description(&page.description, &chosen, &language),
                role,
                crawled_words: usize::try_from(page.word_count).unwrap_or(0),
            });
        }

        if pages.iter().any(|page| page.role == Role::Offer) {
            for page in pages.iter_mut().filter(|page| page.role == Role::Other && Role::is_guide(&page.url)) {
                page.role = Role::Blog;
            }
        }

        let mut casing = Casing::new(&language);
        for section in &sections {
            section.texts().for_each(|text| casing.learn(text));
        }
        let mut vocabulary = Vocabulary::new(language.clone());
        weigh(&mut vocabulary, &pages, &mut sections);
        let key_phrases = phrases::key_phrases(&vocabulary, &casing, &pages, &sections, &material.client);
        Self { client: client_name(material, &pages), language, pages, sections, casing, vocabulary, key_phrases }
    }

    pub fn sections_of(&self, page: usize) -> impl Iterator<Item = usize> + '_ {
        self.sections.iter().enumerate().filter(move |(_, section)| section.page == page).map(|(number, _)| number)
    }

    /// The phrase as a subject, by how the site uses it: what it gives "a" becomes a plural ("site surveys"), what it
    /// gives "the" keeps it ("the timber frame"), what needs no article gets none ("larch cladding").
    pub fn as_subject(&self, phrase: &str) -> String {
        if self.language != Language::English || phrase.starts_with("the ") || phrase.contains(" and ") {
            return phrase.to_owned();
        }
        let needle = format!(" {} ", normalise(phrase));
        let (mut indefinite, mut definite, mut bare) = (0_usize, 0_usize, 0_usize);
        for text in self.sections.iter().flat_map(Section::texts) {
            let text = format!(" {} ", normalise(text));
            for (at, _) in text.match_indices(&needle) {
                match text[..at].rsplit(' ').next().unwrap_or_default() {
                    "a" | "an" => indefinite += 1,
                    "the" | "our" | "your" | "this" | "that" | "each" | "every" | "one" | "its" => definite += 1,
                    _ => bare += 1,
                }
            }
        }
        if indefinite + definite <= bare {
            phrase.to_owned()
        } else if indefinite >= definite {
            plural(phrase)
        } else {
            format!("the {phrase}")
        }
    }

    pub fn page_of(&self, section: usize) -> &Page {
        &self.pages[self.sections[section].page]
    }

    pub fn page_with(&self, role: Role) -> Option<&Page> {
        self.pages.iter().find(|page| page.role == role)
    }

    /// Whether articles may use a section: a home page opens with who the client is, which is not what an article is about.
    pub fn is_matter(&self, section: usize) -> bool {
        !(self.sections[section].opens_page && self.page_of(section).role == Role::Home)
    }

    /// The section that says most about something, among those that may be used; nothing when none says enough.
    pub fn nearest(&self, wish: &str, may: impl Fn(usize) -> bool) -> Option<usize> {
        let query = self.query(wish);
        (0..self.sections.len())
            .filter(|section| self.is_matter(*section) && may(*section))
            .map(|section| (self.sections[section].vector.cosine(&query), section))
            .filter(|(likeness, _)| *likeness >= SAYS_ENOUGH)
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
            .map(|(_, section)| section)
    }

    /// Words that can be printed, in all.
    pub fn words(&self) -> usize {
        self.sections.iter().map(|section| section.words).sum()
    }

    /// The client's name as it goes after an article: “the Guardian website”, not “the The Guardian website”.
    pub fn site_name(&self) -> &str {
        self.client.strip_prefix("The ").unwrap_or(&self.client)
    }

    pub fn query(&self, text: &str) -> Vector {
        self.vocabulary.query(text)
    }
}

/// The page's blocks. What is in another language is left where it is.
fn read_page(markdown: &str, foreign: &Foreign) -> Vec<RawBlock> {
    let mut blocks = markdown::read(markdown);
    for block in &mut blocks {
        let is_foreign = match block {
            RawBlock::Paragraph(text) => foreign.contains(text),
            RawBlock::List { items, .. } => foreign.contains(&items.join(" ")),
            RawBlock::Heading { .. } | RawBlock::Code | RawBlock::Other => false,
        };
        if is_foreign {
            *block = RawBlock::Other;
        }
    }
    blocks
}

fn choose<'a>(material: &'a Material, wanted: &[String]) -> Vec<&'a MaterialPage> {
    let mut urls = std::collections::HashSet::new();
    let mut texts = std::collections::HashSet::new();
    let mut room = MAX_PAGES;
    material
        .pages
        .iter()
        .filter(|page| urls.insert(page.url.as_str()) && texts.insert(page.markdown.as_str()))
        .filter(|page| {
            if wanted.contains(&page.url) {
                return true;
            }
            room = room.saturating_sub(1);
            room > 0
        })
        .collect()
}

fn plural(phrase: &str) -> String {
    let consonant_before_y = phrase.ends_with('y') && !["ay", "ey", "oy", "uy"].iter().any(|end| phrase.ends_with(end));
    if phrase.ends_with('s') || phrase.ends_with('S') {
        phrase.to_owned()
    } else if consonant_before_y {
        format!("{}ies", &phrase[..phrase.len() - 1])
    } else if ["x", "ch", "sh"].iter().any(|end| phrase.ends_with(end)) {
        format!("{phrase}es")
    } else {
        format!("{phrase}s")
    }
}

/// Gives every section its vector: headings count double, the page's title once more.
fn weigh(vocabulary: &mut Vocabulary, pages: &[Page], sections: &mut [Section]) {
    let mut all = Vec::with_capacity(sections.len());
    for section in sections.iter() {
        let mut counts = Counts::default();
        for text in section.texts() {
            vocabulary.count(text, 1.0, &mut counts);
        }
        vocabulary.count(&section.heading, 2.0, &mut counts);
        vocabulary.count(&pages[section.page].title, 1.0, &mut counts);
        vocabulary.register(&counts);
        all.push(counts);
    }
    for (section, counts) in sections.iter_mut().zip(&all) {
        section.vector = vocabulary.vector(counts);
    }
}

fn client_name(material: &Material, pages: &[Page]) -> String {
    if !material.client.trim().is_empty() {
        return material.client.trim().to_owned();
    }
    let host = url::Url::parse(&material.website).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.or_else(|| pages.first().map(|page| page.title.clone())).unwrap_or_default()
}
