//! A brief that was sent back with notes.

use aos_capabilities::{
    drafts::{Gap, TopicDraft, TopicList},
    model::Material,
};

use super::titles;
use crate::offline::{
    corpus::{Corpus, normalise},
    outline::{self, Part},
    phrasebook::Phrasebook,
    revision::{NewTitle, Revision},
};

/// What the brief becomes by its notes. Where they ask for what needs a writer, `propose` finds another topic; with
/// none left the list stays empty, and the gap says why.
pub fn revise(
    material: &Material,
    topic: &TopicDraft,
    notes: &str,
    propose: impl FnOnce(&Material) -> TopicList,
) -> TopicList {
    let revision = Revision::read(notes, &topic.title);
    if revision.other_words {
        let mut list = propose(material);
        let instead = if list.topics.is_empty() { "the brief stays as it was" } else { "another topic was chosen" };
        list.gaps.extend(revision.gaps(instead));
        return list;
    }
    let corpus = Corpus::read(material, &topic.sources);
    let mut topic = topic.clone();
    let mut gaps = Vec::new();
    drop_headings(&mut topic, &revision, &mut gaps);
    for wish in &revision.add {
        add(&corpus, &mut topic, wish, &mut gaps);
    }
    if revision.length.is_some() {
        // Length is the writer's matter: the note goes along with the brief.
        topic.notes = [topic.notes.as_str(), notes]
            .iter()
            .filter(|text| !text.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join("\n");
    }
    match &revision.title {
        Some(NewTitle::This(title)) => topic.title.clone_from(title),
        Some(NewTitle::Another) => {
            let sections = sections_of(&corpus, &topic);
            let parts: Vec<Part> = outline::parts(&corpus, Phrasebook::of(&corpus.language), &sections);
            let phrases = Phrasebook::of(&corpus.language);
            if let Some(title) = titles::another(&corpus, phrases, &topic, &sections, &parts, &topic.title) {
                topic.title = title;
            }
        }
        None => {}
    }
    TopicList { topics: vec![topic], gaps }
}

fn drop_headings(topic: &mut TopicDraft, revision: &Revision, gaps: &mut Vec<Gap>) {
    for drop in &revision.drop {
        let named = normalise(drop);
        let before = topic.outline.len();
        topic.outline.retain(|heading| !normalise(heading).contains(&named));
        if topic.outline.len() == before {
            gaps.push(Gap {
                what: format!("The outline has no part about “{drop}”."),
                ask: "Name the part by its heading, or change the outline by hand.".to_owned(),
            });
        }
    }
}

fn add(corpus: &Corpus, topic: &mut TopicDraft, wish: &str, gaps: &mut Vec<Gap>) {
    let Some(section) = corpus.nearest(wish, |_| true) else {
        gaps.push(Gap {
            what: format!("The notes ask for “{wish}”; no page of the client says enough about it."),
            ask: "Upload a document that covers it, or connect a model on the Models page.".to_owned(),
        });
        return;
    };
    let heading = outline::heading_of(corpus, section);
    if !topic.outline.contains(&heading) {
        // The last heading closes the article.
        let at = topic.outline.len().saturating_sub(1);
        topic.outline.insert(at, heading);
    }
    let url = &corpus.page_of(section).url;
    if !topic.sources.contains(url) {
        topic.sources.push(url.clone());
    }
}

/// The sections that the brief's outline names.
fn sections_of(corpus: &Corpus, topic: &TopicDraft) -> Vec<usize> {
    let wanted: Vec<String> = topic.outline.iter().map(|heading| normalise(heading)).collect();
    (0..corpus.sections.len())
        .filter(|section| topic.sources.contains(&corpus.page_of(*section).url))
        .filter(|section| wanted.contains(&normalise(&outline::heading_of(corpus, *section))))
        .collect()
}
