//! Topics for blog posts from the client's own key phrases and pages: each one is carried by enough of their own words
//! for an article, and any two share only a part of them.

pub mod candidates;
mod revise;
mod select;
pub mod subject;
pub mod titles;

use aos_capabilities::{
    drafts::{Gap, TopicDraft, TopicList},
    model::Material,
};

use self::{
    candidates::{Candidate, Kind, is_near},
    select::{Bounds, Reserved, Selection, select},
    subject::Shape,
    titles::Titles,
};
use super::{
    context::audience_in,
    corpus::{Corpus, roles::Role},
    outline::{self, Part},
    phrasebook::{Phrasebook, fill},
    text::language::Language,
};

/// Tried one after the other: first with most room between the articles, then with less.
const BOUNDS: [Bounds; 3] = [
    Bounds { at_least: 540, target: 640, shared: 0.15, likeness: 0.13 },
    Bounds { at_least: 490, target: 560, shared: 0.3, likeness: 0.10 },
    Bounds { at_least: 470, target: 520, shared: 0.42, likeness: 0.06 },
];

struct Chosen<'a> {
    candidate: &'a Candidate,
    selection: Selection,
}

/// Proposes up to `task.count` topics, or revises the one that was sent back; what the material does not carry becomes a
/// gap.
pub fn compose(material: &Material) -> TopicList {
    match (&material.task.topic, &material.task.notes) {
        (Some(topic), Some(notes)) => revise::revise(material, topic, notes, propose),
        _ => propose(material),
    }
}

fn propose(material: &Material) -> TopicList {
    let wanted = usize::try_from(material.task.count.max(1)).unwrap_or(1);
    let corpus = Corpus::read(material, &[]);
    let phrases = Phrasebook::of(&corpus.language);
    let all = candidates::candidates(&corpus);
    let chosen = choose(&corpus, &all, wanted, &material.task.taken);
    let audience = audience_in(material);
    let mut titles = Titles::default();
    let topics: Vec<TopicDraft> =
        chosen.iter().map(|chosen| draft(&corpus, phrases, chosen, &mut titles, audience.as_deref())).collect();
    TopicList { gaps: gaps(&corpus, wanted, topics.len()), topics }
}

/// How many articles the pages carry without repeating each other, counted up to `most`.
pub fn carried(corpus: &Corpus, most: usize) -> usize {
    choose(corpus, &candidates::candidates(corpus), most, &[]).len()
}

fn choose<'a>(corpus: &Corpus, all: &'a [Candidate], wanted: usize, taken: &[String]) -> Vec<Chosen<'a>> {
    let mut reserved = Reserved::none(corpus);
    let mut done: Vec<bool> = vec![false; all.len()];
    reserve_taken(corpus, all, taken, &mut reserved, &mut done);
    let mut chosen: Vec<Chosen<'_>> = Vec::new();
    for (round, bounds) in BOUNDS.into_iter().enumerate() {
        while chosen.len() < wanted {
            // A pair uses up what two articles could be about: only when nothing else is left.
            let open = |candidate: &Candidate| candidate.kind != Kind::Pair || round + 1 == BOUNDS.len();
            let Some((at, selection)) = best(corpus, all, &done, &chosen, &reserved, bounds, open) else { break };
            done[at] = true;
            reserved.add(&selection);
            chosen.push(Chosen { candidate: &all[at], selection });
        }
    }
    chosen
}

/// Articles that exist print their sections already. Titles are made the same way each time, so a taken title is
/// recognised as the candidate it came from.
fn reserve_taken(corpus: &Corpus, all: &[Candidate], taken: &[String], reserved: &mut Reserved, done: &mut [bool]) {
    for title in taken {
        for (at, candidate) in all.iter().enumerate() {
            if is_near(corpus, &candidate.subject.start, title) && !done[at] {
                done[at] = true;
                if let Some(selection) = select(corpus, candidate, reserved, BOUNDS[1]) {
                    reserved.add(&selection);
                }
            }
        }
    }
}

fn best(
    corpus: &Corpus,
    all: &[Candidate],
    done: &[bool],
    chosen: &[Chosen<'_>],
    reserved: &Reserved,
    bounds: Bounds,
    open: impl Fn(&Candidate) -> bool,
) -> Option<(usize, Selection)> {
    let mut ranked: Vec<(f32, usize)> = all
        .iter()
        .enumerate()
        .filter(|(at, candidate)| {
            !done[*at]
                && open(candidate)
                && !chosen.iter().any(|other| is_near(corpus, &other.candidate.subject.start, &candidate.subject.start))
        })
        .map(|(at, candidate)| (candidate.score - crowding(candidate, chosen), at))
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    ranked.into_iter().find_map(|(_, at)| select(corpus, &all[at], reserved, bounds).map(|selection| (at, selection)))
}

/// What speaks against a candidate because of those chosen already: ten topics of one kind read like a list of pages.
fn crowding(candidate: &Candidate, chosen: &[Chosen<'_>]) -> f32 {
    let same_kind = chosen.iter().filter(|other| other.candidate.kind == candidate.kind).count() as f32;
    let likest = chosen.iter().map(|other| other.candidate.vector.cosine(&candidate.vector)).fold(0.0_f32, f32::max);
    same_kind * 0.03 + (likest - 0.5).max(0.0) * 0.8
}

fn draft(
    corpus: &Corpus,
    phrases: &Phrasebook,
    chosen: &Chosen<'_>,
    titles: &mut Titles,
    audience: Option<&str>,
) -> TopicDraft {
    let Chosen { candidate, selection } = chosen;
    let candidate = &as_subject(corpus, candidate);
    let chosen = &Chosen { candidate, selection: selection.clone() };
    let subject = &candidate.subject;
    let lead = selection.sections.first().copied().filter(|section| outline::is_lead(corpus, *section));
    let rest = &selection.sections[usize::from(lead.is_some())..];
    let parts = outline::parts(corpus, phrases, rest);
    let title = titles.make(corpus, phrases, candidate, &selection.sections, &parts, None);
    let seed = super::seed(&title);
    let mut headings: Vec<String> = parts.iter().map(|part| part.heading.clone()).collect();
    headings.push(fill(phrases.closings[seed % phrases.closings.len()], &[("client", &corpus.client)]));
    let sources = source_urls(corpus, &selection.sections);
    let audience = audience.map_or_else(|| fill(phrases.audience, &[("s", &subject.inside)]), str::to_owned);
    TopicDraft {
        brief: brief(corpus, phrases, chosen, &parts, &audience, sources.len(), seed),
        keywords: keywords(corpus, chosen),
        search_intent: intent(corpus, chosen).to_owned(),
        outline: headings,
        notes: String::new(),
        audience,
        sources,
        title,
    }
}

/// “A practical guide to site surveys”: the number and the article that the subject needs inside a title.
fn as_subject(corpus: &Corpus, candidate: &Candidate) -> Candidate {
    let mut candidate = candidate.clone();
    if candidate.subject.shape == Shape::Noun {
        candidate.subject.inside = corpus.as_subject(&candidate.subject.inside);
        // What is meant inside a sentence is meant at the start, too.
        let (inside, start) = (candidate.subject.inside.to_lowercase(), candidate.subject.start.to_lowercase());
        if inside.starts_with(&start) || inside.ends_with(&start) {
            candidate.subject.start = corpus.casing.sentence_start(&candidate.subject.inside);
        }
    }
    candidate
}

/// Pages in the order in which the article uses them.
fn source_urls(corpus: &Corpus, sections: &[usize]) -> Vec<String> {
    let mut urls: Vec<String> = Vec::new();
    for section in sections {
        let url = &corpus.page_of(*section).url;
        if !urls.contains(url) {
            urls.push(url.clone());
        }
    }
    urls
}

fn brief(
    corpus: &Corpus,
    phrases: &Phrasebook,
    chosen: &Chosen<'_>,
    parts: &[Part],
    audience: &str,
    pages: usize,
    seed: usize,
) -> String {
    let Chosen { candidate, selection } = chosen;
    let subject = &candidate.subject;
    let rows = outline::row_items(corpus, parts, 6, &subject.start);
    let list = if rows.len() >= 2 {
        phrases.row(&rows[..rows.len().min(4)])
    } else {
        let quoted: Vec<String> = parts.iter().take(3).map(|part| format!("“{}”", part.heading)).collect();
        phrases.row(&quoted)
    };
    let first =
        rows.first().cloned().or_else(|| parts.first().map(|part| format!("“{}”", part.heading))).unwrap_or_default();
    let last = rows.last().filter(|last| **last != first).cloned();
    let last = last.or_else(|| parts.last().map(|part| format!("“{}”", part.heading))).unwrap_or_default();
    let reasons = &phrases.brief_reasons;
    let reason = match candidate.kind {
        Kind::Question => reasons.asked,
        Kind::Offer => reasons.offer,
        Kind::Pair => reasons.pair,
        _ if candidate.pages >= 3 => reasons.prominent,
        _ => reasons.plain,
    };
    let inside = match &candidate.other {
        Some(other) => phrases.row(&[subject.inside.clone(), other.inside.clone()]),
        None if subject.shape == Shape::Question => format!("“{}”", subject.start),
        None => subject.inside.clone(),
    };
    let sources = if pages == 1 {
        phrases.one_page.to_owned()
    } else {
        fill_inside(phrases.several_pages, &[("n", &phrases.number(pages))])
    };
    let reason =
        fill(reason, &[("s", &subject.inside), ("S", &subject.start), ("count", &phrases.number(candidate.pages))]);
    let words = (selection.words / 10 * 10).to_string();
    // Not every turn fits without two parts to name.
    let turns = if rows.len() >= 2 { phrases.brief } else { &phrases.brief[..1] };
    // German nouns keep their capital anywhere.
    let audience_inside = if corpus.language == Language::German { audience.to_owned() } else { lower_start(audience) };
    fill(
        turns[seed % turns.len()],
        &[
            ("s", &inside),
            ("S", &subject.start),
            ("audience", &audience_inside),
            ("list", &list),
            ("a", &first),
            ("b", &last),
            ("reason", &reason),
            ("sources", &sources),
            ("words", &words),
        ],
    )
}

/// As [`fill`], for text that goes into the middle of a sentence.
pub fn fill_inside(template: &str, values: &[(&str, &str)]) -> String {
    lower_start(&fill(template, values))
}

/// Lower-cases the first letter unless the first word is a name or an abbreviation (another capital in it).
fn lower_start(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if !chars.clone().take_while(|c| c.is_alphanumeric()).any(char::is_uppercase) => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => text.to_owned(),
    }
}

fn keywords(corpus: &Corpus, chosen: &Chosen<'_>) -> Vec<String> {
    let subject = &chosen.candidate.subject;
    let main = if subject.shape == Shape::Question {
        corpus
            .key_phrases
            .iter()
            .max_by(|a, b| {
                let near = |phrase: &str| corpus.query(phrase).cosine(&chosen.candidate.vector);
                near(a).total_cmp(&near(b))
            })
            .cloned()
            .unwrap_or_else(|| subject.inside.clone())
    } else {
        subject.inside.clone()
    };
    let main =
        ["the ", "a ", "an "].iter().find_map(|article| main.strip_prefix(article)).map_or(main.clone(), str::to_owned);
    let mut keywords = vec![main];
    keywords.extend(chosen.candidate.other.as_ref().map(|other| other.inside.clone()));
    let mut near: Vec<(f32, &String)> = corpus
        .key_phrases
        .iter()
        .map(|phrase| {
            let query = corpus.query(phrase);
            let carried =
                chosen.selection.sections.iter().map(|at| corpus.sections[*at].vector.cosine(&query)).sum::<f32>();
            (carried, phrase)
        })
        .filter(|(carried, _)| *carried > 0.4)
        .collect();
    // Phrases before single words, which only fill up.
    near.sort_by(|a, b| {
        let single = |phrase: &str| !phrase.contains(' ');
        single(a.1).cmp(&single(b.1)).then(b.0.total_cmp(&a.0)).then_with(|| a.1.cmp(b.1))
    });
    for (_, phrase) in near {
        let room = if phrase.contains(' ') { 6 } else { 3 };
        if keywords.len() < room && !keywords.iter().any(|keyword| is_near(corpus, keyword, phrase)) {
            keywords.push(phrase.clone());
        }
    }
    keywords
}

fn intent(corpus: &Corpus, chosen: &Chosen<'_>) -> &'static str {
    let sections = &chosen.selection.sections;
    let offers = sections.iter().filter(|at| corpus.page_of(**at).role == Role::Offer).count();
    let commercial = matches!(chosen.candidate.kind, Kind::Offer | Kind::Pair) && offers * 2 >= sections.len();
    if commercial { "commercial" } else { "informational" }
}

fn gaps(corpus: &Corpus, wanted: usize, found: usize) -> Vec<Gap> {
    if found >= wanted {
        return Vec::new();
    }
    let what = match found {
        0 if corpus.words() < 10 => "The client's pages carry no text that an article could be made from.".to_owned(),
        0 if corpus.words() < 600 => format!(
            "The client's pages carry about {} usable words in all, too few for an article of 600.",
            corpus.words() / 10 * 10
        ),
        0 => format!(
            "The client's pages carry about {} usable words, but on no one subject enough for an article of 600.",
            corpus.words() / 10 * 10
        ),
        _ => format!(
            "The client's pages carry material for {found} of {wanted} articles. Any more would repeat what the others say."
        ),
    };
    vec![Gap {
        what,
        ask:
            "Upload documents about what the client does (brochures, price lists, answers to customers), add pages to \
              the website, or connect a model on the Models page."
                .to_owned(),
    }]
}
