//! Stories of the offline provider, over two small sites in `fixtures/` and the sandbox's sample site.

mod any_text;
mod articles;
mod drafts;
mod letters;
mod posts;
mod topics;

#[path = "../../../fixtures/mod.rs"]
mod fixtures;

use std::path::Path;

use aos_capabilities::{
    drafts::{ArticleDraft, TopicDraft, TopicList},
    model::Material,
};

use super::{
    article, corpus,
    text::markdown::{self, RawBlock},
};

fn english() -> Material {
    load("fixtures/english", "Harbour Cycles")
}

fn german() -> Material {
    load("fixtures/german", "Radwerk Nord")
}

/// A language without frame text of its own.
fn french() -> Material {
    load("fixtures/french", "Le Fournil du Port")
}

/// The sample site that demonstrations crawl: large enough for a month of posts.
fn sample_site() -> Material {
    load("../aos-sandbox/site/pages", "Harbour & Pine")
}

fn load(folder: &str, client: &str) -> Material {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    fixtures::load(&folder, client).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
}

fn topics(material: &Material, count: u32) -> TopicList {
    let mut material = material.clone();
    material.task.count = count;
    super::topics::compose(&material)
}

fn article_on(material: &Material, topic: &TopicDraft) -> (ArticleDraft, Vec<String>) {
    let mut material = material.clone();
    material.task.topic = Some(topic.clone());
    article::compose_with_frame(&material).unwrap()
}

/// All text of the pages, in a form for comparing.
fn words_of(material: &Material) -> String {
    let mut text = String::new();
    for page in &material.pages {
        for block in markdown::read(&page.markdown) {
            match block {
                RawBlock::Heading { text: part, .. } | RawBlock::Paragraph(part) => text.push_str(&part),
                RawBlock::List { items, .. } => text.push_str(&items.join("\n")),
                RawBlock::Code | RawBlock::Other => {}
            }
            text.push('\n');
        }
    }
    corpus::normalise(&markdown::unmark(&text))
}

/// The client's sentences in an article: everything but headings, links to sources and our own frame.
fn claimed(article: &ArticleDraft, frame: &[String]) -> Vec<String> {
    article
        .markdown
        .split("\n\n")
        .map(str::trim_end)
        .filter(|block| !frame.iter().any(|own| own == block))
        .filter(|block| !block.starts_with('#'))
        .flat_map(|block| markdown::read(block.split("\n>\n> — ").next().unwrap_or(block).trim_start_matches("> ")))
        .flat_map(|block| match block {
            RawBlock::Paragraph(text) => super::text::sentences::split(&text),
            RawBlock::List { items, .. } => items,
            _ => Vec::new(),
        })
        .collect()
}
