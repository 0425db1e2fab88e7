//! Newsletters: a month's plan, and the text in Markdown with its quotations linked to their pages.

mod draft;

use aos_capabilities::{
    drafts::{Brief, Gap, NewsletterIdea, NewsletterPlan},
    model::Material,
};

pub use self::draft::compose;
#[cfg(test)]
pub use self::draft::compose_with_frame;
use super::{
    context::audience_in,
    corpus::{Corpus, normalise},
    ideas::{self, Idea, Kind},
    passages,
    phrasebook::{Phrasebook, Turns, fill},
    revision::{NewTitle, Revision},
    topics::candidates::is_near,
};

/// A subject line is cut by many mail programs beyond this.
const LONGEST_SUBJECT: usize = 60;
/// Parts of one newsletter.
const PARTS: usize = 3;
const LEADS: &[Kind] = &[Kind::Offer, Kind::Show, Kind::Teach];

pub fn plan(material: &Material) -> NewsletterPlan {
    let wanted = usize::try_from(material.task.count.max(1)).unwrap_or(1);
    let corpus = Corpus::read(material, material.task.brief.as_ref().map_or(&[], Brief::sources));
    if let (Some(Brief::Newsletter(before)), Some(notes)) = (&material.task.brief, &material.task.notes) {
        return revise(material, &corpus, before, notes);
    }
    let clusters = clusters(&corpus, wanted, &material.task.taken);
    let days = ideas::days(material.task.days, clusters.len());
    let newsletters: Vec<NewsletterIdea> = clusters
        .iter()
        .zip(days)
        .enumerate()
        .map(|(at, (parts, date))| idea(material, &corpus, parts, at, date))
        .collect();
    let mut gaps = ideas::too_few(wanted, newsletters.len(), "newsletters");
    gaps.extend(audience_gap(material));
    NewsletterPlan { newsletters, gaps }
}

/// The lead of each newsletter with the sections that go with it, each section once in the whole plan.
fn clusters(corpus: &Corpus, wanted: usize, taken: &[String]) -> Vec<Vec<Idea>> {
    let taken: Vec<String> = taken.iter().map(|title| normalise(title)).collect();
    let mut open = ideas::choose(corpus, corpus.sections.len(), LEADS, &[], |_| 0.0);
    // Short openings say too little to be a part.
    open.retain(|idea| corpus.sections[idea.section].words >= 30);
    let mut clusters: Vec<Vec<Idea>> = Vec::new();
    while clusters.len() < wanted {
        let kind = LEADS[clusters.len() % LEADS.len()];
        let may_lead = |idea: &Idea| {
            !taken.contains(&normalise(&subject(corpus, idea.section)))
                && !clusters.iter().any(|other| subject(corpus, other[0].section) == subject(corpus, idea.section))
        };
        let lead =
            open.iter().position(|idea| idea.kind == kind && may_lead(idea)).or_else(|| open.iter().position(may_lead));
        let Some(lead) = lead else { break };
        let mut parts = vec![open.remove(lead)];
        while parts.len() < PARTS {
            let first = &corpus.sections[parts[0].section];
            let fits = |idea: &Idea| {
                let section = &corpus.sections[idea.section];
                let repeats = parts.iter().any(|part| {
                    let other = &corpus.sections[part.section];
                    other.page == section.page || is_near(corpus, &other.heading, &section.heading)
                });
                let likeness = section.vector.cosine(&first.vector);
                // Near in subject, from another page, and something else to read: the same thing thrice is no letter.
                let other_kind = if parts.iter().any(|part| part.kind == idea.kind) { 0.0 } else { 0.15 };
                (!repeats && likeness >= 0.08).then_some(likeness.min(0.3) + other_kind + idea.score * 0.1)
            };
            let next = (0..open.len())
                .filter_map(|at| fits(&open[at]).map(|likeness| (likeness, at)))
                .filter(|(likeness, _)| *likeness > 0.0)
                .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
            match next {
                Some((_, at)) => parts.push(open.remove(at)),
                None => break,
            }
        }
        if parts.len() < 2 {
            break;
        }
        clusters.push(parts);
    }
    clusters
}

/// What the newsletter is about, short enough for a list of mails.
fn subject(corpus: &Corpus, section: usize) -> String {
    let data = &corpus.sections[section];
    let page = corpus.page_of(section).title.clone();
    let short = |text: &str| text.chars().count() <= LONGEST_SUBJECT && !text.is_empty();
    let with_heading = ideas::title(corpus, section);
    if data.asks() && short(&data.heading) {
        data.heading.clone()
    } else if short(&with_heading) {
        with_heading
    } else if short(&page) {
        page
    } else {
        corpus.casing.sentence_start(&data.heading)
    }
}

fn heading(corpus: &Corpus, idea: &Idea) -> String {
    let data = &corpus.sections[idea.section];
    if data.asks() { data.heading.clone() } else { corpus.casing.sentence_start(&data.heading) }
}

fn idea(material: &Material, corpus: &Corpus, parts: &[Idea], at: usize, date: Option<String>) -> NewsletterIdea {
    let turns = Turns::of(&corpus.language);
    let outline: Vec<String> = parts.iter().map(|part| heading(corpus, part)).collect();
    let quoted: Vec<String> = outline[1..].iter().map(|heading| quotes(corpus, heading)).collect();
    let mut sources: Vec<String> = Vec::new();
    for part in parts {
        let url = corpus.page_of(part.section).url.clone();
        if !sources.contains(&url) {
            sources.push(url);
        }
    }
    let brief = fill(
        turns.newsletter[at % turns.newsletter.len()],
        &[
            ("page", &corpus.page_of(parts[0].section).title),
            ("list", &Phrasebook::of(&corpus.language).row(&quoted)),
            ("quote", &parts[0].quote),
        ],
    );
    NewsletterIdea {
        title: subject(corpus, parts[0].section),
        brief,
        audience: audience_in(material).unwrap_or_else(|| turns.readers.to_owned()),
        // Which of several is for a person to say.
        list: match material.task.audiences.as_slice() {
            [one] => Some(one.id.clone()),
            _ => None,
        },
        outline,
        date,
        sources,
        notes: String::new(),
    }
}

fn quotes(corpus: &Corpus, text: &str) -> String {
    if corpus.casing.has_capital_nouns() { format!("„{text}“") } else { format!("“{text}”") }
}

fn audience_gap(material: &Material) -> Option<Gap> {
    (material.task.audiences.len() > 1).then(|| Gap {
        what: "There are several audiences, and no page says which of them a newsletter is for.".to_owned(),
        ask: "Choose the audience in each brief, or connect a model on the Models page.".to_owned(),
    })
}

fn revise(material: &Material, corpus: &Corpus, before: &NewsletterIdea, notes: &str) -> NewsletterPlan {
    let revision = Revision::read(notes, &before.title);
    let mut after = before.clone();
    let mut gaps = revision.gaps("another lead was chosen");
    if revision.other_words || revision.title == Some(NewTitle::Another) {
        let mut taken = material.task.taken.clone();
        taken.push(before.title.clone());
        let other = clusters(corpus, 3, &taken)
            .into_iter()
            .find(|parts| !before.sources.contains(&corpus.page_of(parts[0].section).url));
        if let Some(parts) = other {
            let made = idea(material, corpus, &parts, super::seed(notes), before.date.clone());
            after = NewsletterIdea { list: before.list.clone(), notes: before.notes.clone(), ..made };
        }
    }
    let had = after.outline.len();
    after.outline.retain(|heading| !revision.drops(heading));
    let missing = revision.drop.len().saturating_sub(had - after.outline.len());
    if missing > 0 {
        gaps.push(Gap {
            what: format!("No part about “{}” was found to leave out.", revision.drop.join("”, “")),
            ask: "Name the part by its heading, or take it out of the outline by hand.".to_owned(),
        });
    }
    for add in &revision.add {
        match corpus.nearest(add, |section| !passages::runs(corpus, section).is_empty()) {
            Some(section) => {
                after.outline.push(corpus.casing.sentence_start(&corpus.sections[section].heading));
                let url = corpus.page_of(section).url.clone();
                if !after.sources.contains(&url) {
                    after.sources.push(url);
                }
            }
            None => gaps.push(Gap {
                what: format!("No page of the client says enough about “{add}”."),
                ask: "Upload a document that covers it.".to_owned(),
            }),
        }
    }
    if let Some(NewTitle::This(title)) = revision.title {
        after.title = title;
    }
    NewsletterPlan { newsletters: vec![after], gaps }
}
