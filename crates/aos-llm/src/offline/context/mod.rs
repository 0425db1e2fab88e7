//! The context file from the client's pages: every statement is a sentence of theirs with its page, or a measurement.

mod contact;
mod tone;

use aos_capabilities::{
    drafts::{ContextDraft, Gap, Product, Statement},
    model::{Material, ModelError},
};
use serde_json::Value;

use super::{
    corpus::{Block, Corpus, Section, roles::Role},
    error::nothing_to_say,
    text::{sentences::word_count, terms::Vector},
    words::{Words, words},
};

const MOST_PRODUCTS: usize = 12;
const MOST_PHRASES: usize = 15;

pub fn compose(material: &Material) -> Result<ContextDraft, ModelError> {
    let corpus = Corpus::read(material, &[]);
    if corpus.sections.is_empty() && material.pages.iter().all(|page| page.markdown.trim().is_empty()) {
        return Err(nothing_to_say(
            "None of the client's pages carries readable text.",
            "Check that the website was crawled, upload documents about the client, or write the context file by hand.",
        ));
    }
    let overview = overview(&corpus);
    let products = products(&corpus);
    let usps = usps(&corpus, &overview);
    let mut audience = typed_in(&material.answers, &["audience", "target_audience", "customers"]);
    audience.extend(cued(&corpus, &AUDIENCE_CUES, 4, &overview));
    let competitors = typed_in(&material.answers, &["competitors", "competitor"]);
    let mut tone = typed_in(&material.answers, &["tone", "voice", "brand_voice"]);
    tone.extend(tone::measure(&corpus));
    let contact = contact::find(material);
    let gaps = gaps(&corpus, &overview, &products, &usps, &audience, &competitors, &contact);
    Ok(ContextDraft {
        overview,
        products,
        usps,
        audience,
        tone,
        competitors,
        contact,
        key_phrases: corpus.key_phrases.iter().take(MOST_PHRASES).cloned().collect(),
        gaps,
    })
}

/// Whether the pages give a number to ring.
pub fn has_phone(material: &Material) -> bool {
    contact::find(material).iter().any(|statement| statement.text.starts_with("Phone: "))
}

/// The mail addresses that the pages carry, without any that only stand for an example.
pub fn mail_addresses(material: &Material) -> Vec<String> {
    contact::all_mail_addresses(material)
}

/// Who the client writes for, as the context file says it.
pub fn audience_in(material: &Material) -> Option<String> {
    let typed =
        typed_in(&material.answers, &["audience", "target_audience"]).into_iter().next().map(|typed| typed.text);
    // What a page says about its readers is a whole sentence; only a short typed phrase fits into one of ours.
    typed.filter(|text| word_count(text) <= 14).map(|text| text.trim_end_matches('.').to_owned())
}

/// What people typed in at onboarding under one of these names, wherever it stands in the answers.
fn typed_in(answers: &Value, names: &[&str]) -> Vec<Statement> {
    let mut found = Vec::new();
    collect(answers, names, false, &mut found);
    found.into_iter().take(8).map(|text| Statement { text, source: None }).collect()
}

fn collect(value: &Value, names: &[&str], named: bool, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                collect(value, names, named || names.contains(&name.as_str()), found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, names, named, found)),
        Value::String(text) if named && !text.trim().is_empty() => found.push(text.trim().to_owned()),
        _ => {}
    }
}

/// The most central sentences of the pages that say who the client is.
fn overview(corpus: &Corpus) -> Vec<Statement> {
    let mut statements = Vec::new();
    if let Some(home) = corpus.page_with(Role::Home).filter(|home| !home.description.is_empty()) {
        statements.push(Statement { text: home.description.clone(), source: Some(home.url.clone()) });
    }
    let telling = |role: Role| matches!(role, Role::About | Role::Home);
    let mut sections: Vec<&Section> =
        corpus.sections.iter().filter(|section| telling(corpus.pages[section.page].role)).collect();
    if sections.is_empty() {
        sections = corpus.sections.iter().take(12).collect();
    }
    let mut ranked = ranked_sentences(corpus, &sections, |position| 1.0 / (1.0 + position as f32 * 0.06));
    let mut chosen: Vec<Vector> = Vec::new();
    while statements.len() < 5 {
        // Maximal marginal relevance: the best sentence that does not repeat the ones before.
        let best = ranked
            .iter()
            .enumerate()
            .map(|(at, (score, text, _))| {
                let vector = corpus.query(text);
                let twin = chosen.iter().map(|other| other.cosine(&vector)).fold(0.0_f32, f32::max);
                (score - twin * 0.6, at)
            })
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        let Some((_, at)) = best else { break };
        let (_, text, source) = ranked.remove(at);
        chosen.push(corpus.query(&text));
        if !statements.iter().any(|statement: &Statement| statement.text.contains(&text)) {
            statements.push(Statement { text, source: Some(source) });
        }
    }
    statements
}

/// Sentences that stand alone with their likeness to the whole site, times a weight by position.
fn ranked_sentences(
    corpus: &Corpus,
    sections: &[&Section],
    weight: impl Fn(usize) -> f32,
) -> Vec<(f32, String, String)> {
    let centre = Vector::blend(corpus.sections.iter().map(|section| (&section.vector, 1.0)));
    let mut ranked = Vec::new();
    for section in sections {
        for sentence in standing_sentences(corpus, section) {
            // Who the client is says itself where their name or “we” stands.
            let lower = format!(" {} ", super::corpus::normalise(sentence));
            let own = lower.contains(&format!(" {} ", super::corpus::normalise(&corpus.client)))
                || [" we ", " our ", " wir ", " unsere "].iter().any(|word| lower.contains(word));
            let score = corpus.query(sentence).cosine(&centre) * weight(ranked.len()) * if own { 1.5 } else { 1.0 };
            ranked.push((score, sentence.to_owned(), corpus.pages[section.page].url.clone()));
        }
    }
    ranked
}

fn standing_sentences<'a>(corpus: &'a Corpus, section: &'a Section) -> impl Iterator<Item = &'a str> {
    section
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Paragraph(sentences) => Some(sentences),
            _ => None,
        })
        .flatten()
        .map(String::as_str)
        .filter(|sentence| !corpus.language.leans_back(sentence) && !sentence.ends_with([':', '?']))
}

fn products(corpus: &Corpus) -> Vec<Product> {
    let of_pages =
        corpus.pages.iter().enumerate().filter(|(_, page)| page.role == Role::Offer).filter_map(|(at, page)| {
            let first = corpus.sections_of(at).next()?;
            let description = if page.description.is_empty() {
                standing_sentences(corpus, &corpus.sections[first]).take(2).collect::<Vec<_>>().join(" ")
            } else {
                page.description.clone()
            };
            (!description.is_empty() && !page.title.is_empty()).then(|| Product {
                name: page.title.clone(),
                description,
                source: Some(page.url.clone()),
            })
        });
    of_pages.take(MOST_PRODUCTS).collect()
}

fn usps(corpus: &Corpus, overview: &[Statement]) -> Vec<Statement> {
    cued(corpus, &USP_CUES, 6, overview)
}

/// Sentences with one of the cues, those with more of them first, at most two from one page.
fn cued(corpus: &Corpus, cues: &Words, most: usize, but: &[Statement]) -> Vec<Statement> {
    let mut found: Vec<(usize, usize, &str, &str)> = Vec::new();
    for section in &corpus.sections {
        let page = &corpus.pages[section.page];
        if matches!(page.role, Role::Blog | Role::Case | Role::Other) && corpus.page_with(Role::Offer).is_some() {
            continue;
        }
        for sentence in standing_sentences(corpus, section).filter(|sentence| word_count(sentence) <= 32) {
            let padded = format!(" {} ", super::corpus::normalise(sentence));
            let hits = cues.iter().filter(|cue| padded.contains(cue.as_str())).count();
            if hits > 0 && !but.iter().any(|statement| statement.text.contains(sentence)) {
                found.push((hits, found.len(), sentence, &page.url));
            }
        }
    }
    found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut statements: Vec<Statement> = Vec::new();
    for (_, _, text, url) in found {
        let from_page = statements.iter().filter(|statement| statement.source.as_deref() == Some(url)).count();
        if from_page < 2 && statements.len() < most {
            statements.push(Statement { text: text.to_owned(), source: Some(url.to_owned()) });
        }
    }
    statements
}

fn gaps(
    corpus: &Corpus,
    overview: &[Statement],
    products: &[Product],
    usps: &[Statement],
    audience: &[Statement],
    competitors: &[Statement],
    contact: &[Statement],
) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut missing = |is_missing: bool, what: &str, ask: &str| {
        if is_missing {
            gaps.push(Gap { what: what.to_owned(), ask: ask.to_owned() });
        }
    };
    missing(
        corpus.words() < 600,
        &format!("The pages carry only about {} usable words in all.", corpus.words() / 10 * 10),
        "Upload documents about the client, or check whether the crawl reached the whole site.",
    );
    missing(
        overview.is_empty(),
        "No page says in whole sentences what the client does.",
        "Write two or three sentences about the client into the overview.",
    );
    missing(
        products.is_empty(),
        "No page was recognised as describing a product or service.",
        "List what the client sells, or upload a price list or brochure.",
    );
    missing(
        usps.is_empty(),
        "No page says what sets the client apart.",
        "Ask the client what their customers choose them for, and write it down.",
    );
    missing(
        audience.is_empty(),
        "No page says who the customers are.",
        "Upload a document that describes them, or write it into the context file.",
    );
    missing(
        competitors.is_empty(),
        "The client's pages do not name competitors, and they are never guessed.",
        "Name the competitors that the client itself watches.",
    );
    missing(
        contact.is_empty(),
        "No e-mail address, phone number or postal address was found.",
        "Add the person or address that readers should turn to.",
    );
    gaps
}

static USP_CUES: Words = words!("usp_cues");
static AUDIENCE_CUES: Words = words!("audience_cues");
