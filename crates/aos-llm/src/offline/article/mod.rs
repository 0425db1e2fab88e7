//! An article from the client's own pages: sections chosen by the brief's outline and sources, printed as they stand.

pub mod image;
mod plan;
mod render;
mod slug;

use aos_capabilities::{
    drafts::{ArticleDraft, Gap, TopicDraft},
    model::{Material, ModelError},
};

use serde::Deserialize;

use self::plan::{Passages, Plan};
use super::{
    corpus::{Corpus, normalise},
    error::nothing_to_say,
    outline,
    phrasebook::{Phrasebook, fill},
    revision::{Length, NewTitle, Revision},
    text::sentences::word_count,
    topics::titles,
};

/// An article has at least this many words.
const MIN_WORDS: usize = 600;

/// Of which at least this many are the client's own and not ours.
const MIN_OWN_WORDS: usize = 420;

/// What was handed in before: as much of it as is needed.
#[derive(Debug, Deserialize)]
pub struct Previous {
    title: String,
    markdown: String,
}

pub fn compose(material: &Material) -> Result<ArticleDraft, ModelError> {
    compose_with_frame(material).map(|(draft, _)| draft)
}

/// The article and, apart, those of its blocks that are not the client's words.
pub fn compose_with_frame(material: &Material) -> Result<(ArticleDraft, Vec<String>), ModelError> {
    let Some(topic) = &material.task.topic else {
        return Err(nothing_to_say("There is no brief to write from.", "Approve a request with a brief first."));
    };
    let corpus = Corpus::read(material, &topic.sources);
    let phrases = Phrasebook::of(&corpus.language);
    let before: Option<Previous> =
        material.task.previous.as_ref().and_then(|value| serde_json::from_value(value.clone()).ok());
    // Without a reviewer's notes, those that stand in the brief itself.
    let notes = material.task.notes.as_deref().unwrap_or(&topic.notes);
    let revision = Revision::read(notes, &topic.title);

    let with = |passages| write(material, topic, &corpus, phrases, &revision, before.as_ref(), passages);
    // Sent back with words that only a writer could follow, an article still comes back, and says what is not done.
    with(Passages::Others)
        .or_else(|error| if revision.other_words && before.is_some() { with(Passages::Same) } else { Err(error) })
}

fn write(
    material: &Material,
    topic: &TopicDraft,
    corpus: &Corpus,
    phrases: &Phrasebook,
    revision: &Revision,
    before: Option<&Previous>,
    passages: Passages,
) -> Result<(ArticleDraft, Vec<String>), ModelError> {
    let mut plan = Plan::make(corpus, phrases, topic, revision, before, passages);
    let mut gaps = std::mem::take(&mut plan.gaps);
    let mut printed = render::render(corpus, phrases, topic, &plan);
    let wanted = wanted_words(revision, before);
    while word_count(&printed.markdown) < wanted && plan.extend(corpus, topic) {
        printed = render::render(corpus, phrases, topic, &plan);
    }
    // Asked for a shorter one: parts go from the end as long as an article is left.
    if revision.length == Some(Length::Shorter) {
        while let Some(smaller) = plan.without_last() {
            let shorter = render::render(corpus, phrases, topic, &smaller);
            if word_count(&printed.markdown) <= wanted || word_count(&shorter.markdown) < MIN_WORDS {
                break;
            }
            (plan, printed) = (smaller, shorter);
        }
    }
    let words = word_count(&printed.markdown);
    let own_words = words - printed.frame.iter().map(|block| word_count(block)).sum::<usize>();
    if words < MIN_WORDS || own_words < MIN_OWN_WORDS {
        return Err(nothing_to_say(
            format!(
                "The client's pages carry about {} words on “{}”; an article needs {MIN_WORDS}.",
                plan.words(corpus) / 10 * 10,
                topic.title
            ),
            "Name more source pages in the brief, upload documents about the subject, or connect a model on the Models page.",
        ));
    }
    gaps.extend(length_gap(revision, before, words));

    let title = title(revision, topic, before, corpus, phrases, &plan);
    let subject = plan::subject_of(corpus, topic);
    let excerpt = excerpt(corpus, phrases, &plan, &subject);
    let answers = title.ends_with('?');
    let category = fill(if answers { phrases.answers } else { phrases.guides }, &[("client", &corpus.client)]);
    let draft = ArticleDraft {
        slug: slug::slug(&title),
        excerpt,
        image: image::choose(
            corpus,
            &material.images,
            &plan.urls(corpus),
            &format!("{title} {}", topic.keywords.join(" ")),
        )
        .map(|image| image.url.clone()),
        categories: vec![category],
        tags: topic.keywords.iter().filter(|keyword| keyword.chars().count() <= 40).take(5).cloned().collect(),
        sources: plan.urls(corpus),
        markdown: printed.markdown,
        title,
        gaps,
    };
    Ok((draft, printed.frame))
}

/// The title after the notes: the reviewer's, another turn of ours, or the one it had.
fn title(
    revision: &Revision,
    topic: &TopicDraft,
    before: Option<&Previous>,
    corpus: &Corpus,
    phrases: &Phrasebook,
    plan: &Plan,
) -> String {
    let had = before.map_or(topic.title.as_str(), |draft| draft.title.as_str());
    let changed = match &revision.title {
        Some(NewTitle::This(title)) => Some(title.clone()),
        Some(NewTitle::Another) => {
            let sections: Vec<usize> = plan.sections().collect();
            titles::another(corpus, phrases, topic, &sections, &plan.parts, had)
        }
        None => None,
    };
    changed.unwrap_or_else(|| had.to_owned())
}

fn wanted_words(revision: &Revision, before: Option<&Previous>) -> usize {
    let had = before.map_or(MIN_WORDS, |draft| word_count(&draft.markdown));
    match revision.length {
        Some(Length::About(words)) => words.clamp(MIN_WORDS, 3_000),
        Some(Length::Longer) => had + had / 3,
        Some(Length::Shorter) => (had * 7 / 10).max(MIN_WORDS),
        None => MIN_WORDS + 10,
    }
}

fn length_gap(revision: &Revision, before: Option<&Previous>, words: usize) -> Option<Gap> {
    let had = before.map_or(0, |draft| word_count(&draft.markdown));
    let missed = match revision.length {
        Some(Length::Longer) => words <= had,
        Some(Length::Shorter) => words >= had && had > 0,
        Some(Length::About(wanted)) => words.abs_diff(wanted) * 4 > wanted,
        None => false,
    };
    missed.then(|| Gap {
        what: format!("The length could not be changed as asked: the article has {words} words."),
        ask: "Articles have at least 600 words, and the client's pages carry only so much on a subject. Upload documents \
              about it, or cut the text by hand."
            .to_owned(),
    })
}

/// The first sentence or two of what the article is about.
fn excerpt(corpus: &Corpus, phrases: &Phrasebook, plan: &Plan, subject: &str) -> String {
    let description = plan.first_page(corpus).map(|page| page.description.as_str()).unwrap_or_default();
    if !description.is_empty() && description.chars().count() <= 280 && plan.is_about_its_page(corpus) {
        return description.to_owned();
    }
    let opening = plan.first_sentences(corpus, 240);
    if !opening.is_empty() {
        return opening;
    }
    let rows = outline::row_items(corpus, &plan.parts, 6, subject);
    let list = phrases.row(&rows[..rows.len().min(3)]);
    fill(phrases.excerpt, &[("client", &corpus.client), ("s", subject), ("S", subject), ("list", &list)])
}

/// Whether a heading is one of ours for the last part, which is made and not taken from the pages.
fn is_our_closing(phrases: &Phrasebook, client: &str, heading: &str) -> bool {
    let heading = normalise(heading);
    phrases.closings.iter().any(|closing| normalise(&fill(closing, &[("client", client)])) == heading)
}

/// Whether an outline asks for what every article has anyway (an introduction, a last part) or what would have to be
/// written (a conclusion).
fn is_frame(phrases: &Phrasebook, client: &str, heading: &str) -> bool {
    const FRAMES: [&str; 12] = [
        "introduction",
        "intro",
        "conclusion",
        "summary",
        "next steps",
        "references",
        "call to action",
        "einleitung",
        "einführung",
        "fazit",
        "zusammenfassung",
        "quellen",
    ];
    is_our_closing(phrases, client, heading) || FRAMES.contains(&normalise(heading).as_str())
}

fn topic_words(topic: &TopicDraft) -> String {
    format!("{} {}", topic.title, topic.keywords.join(" "))
}
