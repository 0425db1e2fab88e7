//! Ad copy: which offers go to which network, and lines of whole sentences within the networks' limits.

mod draft;

use aos_capabilities::{
    drafts::{AdCopyIdea, AdCopyPlan, Brief},
    model::Material,
};

pub use self::draft::compose;
#[cfg(test)]
pub use self::draft::compose_with_frame;
use super::{
    context::audience_in,
    corpus::{Corpus, normalise, roles::Role},
    ideas, passages,
    phrasebook::{Turns, fill},
    revision::{NewTitle, Revision},
};

/// Both networks by turns; search first, where people say what they want.
const NETWORKS: [(&str, &str); 2] = [("google", "Google"), ("meta", "Meta")];

pub fn plan(material: &Material) -> AdCopyPlan {
    let wanted = usize::try_from(material.task.count.max(1)).unwrap_or(1);
    let corpus = Corpus::read(material, material.task.brief.as_ref().map_or(&[], Brief::sources));
    if let (Some(Brief::AdCopy(before)), Some(notes)) = (&material.task.brief, &material.task.notes) {
        return revise(material, &corpus, before, notes);
    }
    let mut sets: Vec<AdCopyIdea> = Vec::new();
    let offers = offers(&corpus);
    // Every offer once before any of them comes to the other network.
    'networks: for round in 0..NETWORKS.len() {
        for (at, page) in offers.iter().enumerate() {
            if sets.len() == wanted {
                break 'networks;
            }
            let set = idea(material, &corpus, *page, (at + round) % NETWORKS.len(), sets.len());
            let taken = material.task.taken.iter().any(|title| normalise(title) == normalise(&set.title));
            if !taken {
                sets.push(set);
            }
        }
    }
    AdCopyPlan { gaps: ideas::too_few(wanted, sets.len(), "sets of ad copy"), sets }
}

/// Pages that sell something and say it in sentences short enough; where none sells, what the site is about.
fn offers(corpus: &Corpus) -> Vec<usize> {
    let carries =
        |page: &usize| corpus.sections_of(*page).any(|section| !passages::strongest(corpus, section).is_empty());
    let of = |role: Role| (0..corpus.pages.len()).filter(move |page| corpus.pages[*page].role == role).filter(carries);
    let mut pages: Vec<usize> = of(Role::Offer).collect();
    if pages.is_empty() {
        pages = of(Role::Other).chain(of(Role::Home)).collect();
    }
    // People search for what the client names by a phrase of its own; “Before the room” is a turn of phrase.
    pages.sort_by_key(|page| !is_searched_for(corpus, *page));
    pages
}

fn is_searched_for(corpus: &Corpus, page: usize) -> bool {
    let title: Vec<String> = corpus.vocabulary.stems(&corpus.pages[page].title).collect();
    let named = |phrase: &String| corpus.vocabulary.stems(phrase).all(|stem| title.contains(&stem));
    corpus.key_phrases.iter().any(named)
}

fn idea(material: &Material, corpus: &Corpus, page: usize, network: usize, at: usize) -> AdCopyIdea {
    let turns = Turns::of(&corpus.language);
    let read = &corpus.pages[page];
    let title = read.title.clone();
    let keywords = keywords(corpus, page);
    let main = keywords.first().cloned().unwrap_or_else(|| corpus.casing.mid_sentence(&read.title));
    let quote = corpus.sections_of(page).find_map(|section| passages::strongest(corpus, section).into_iter().next());
    let (network, name) = NETWORKS[network];
    let values =
        [("h", main.as_str()), ("page", title.as_str()), ("quote", quote.as_deref().unwrap_or(&read.description))];
    AdCopyIdea {
        title: format!("{title} ({name})"),
        brief: fill(turns.ads[at % turns.ads.len()], &values),
        network: network.to_owned(),
        audience: audience_in(material).unwrap_or_else(|| fill(turns.ads_audience, &values)),
        keywords,
        final_url: url::Url::parse(&read.url)
            .ok()
            .filter(|url| url.scheme().starts_with("http"))
            .map(|_| read.url.clone()),
        sources: vec![read.url.clone()],
        notes: String::new(),
    }
}

/// The client's phrases that the page takes up, those of its title first.
fn keywords(corpus: &Corpus, page: usize) -> Vec<String> {
    let title: Vec<String> = corpus.vocabulary.stems(&corpus.pages[page].title).collect();
    let text: Vec<String> = corpus
        .sections_of(page)
        .flat_map(|section| corpus.sections[section].texts().collect::<Vec<_>>())
        .flat_map(|text| corpus.vocabulary.stems(text).collect::<Vec<_>>())
        .collect();
    let carried = |phrase: &str, by: &[String]| corpus.vocabulary.stems(phrase).all(|stem| by.contains(&stem));
    let (of_title, others): (Vec<&String>, Vec<&String>) = corpus
        .key_phrases
        .iter()
        .filter(|phrase| carried(phrase, &text) || carried(phrase, &title))
        .partition(|phrase| carried(phrase, &title));
    let others = others.into_iter().filter(|phrase| phrase.contains(' ') && ideas::is_name(corpus, phrase));
    of_title.into_iter().chain(others).take(6).cloned().collect()
}

fn revise(material: &Material, corpus: &Corpus, before: &AdCopyIdea, notes: &str) -> AdCopyPlan {
    let revision = Revision::read(notes, &before.title);
    let lower = notes.to_lowercase();
    let mut after = before.clone();
    let named: Vec<&(&str, &str)> = NETWORKS.iter().filter(|(network, _)| lower.contains(network)).collect();
    let mut gaps = Vec::new();
    match named.as_slice() {
        // “For Meta, please”, not “Google and Meta”.
        [(network, name)] if *network != before.network => {
            after.network = (*network).to_owned();
            for (_, other) in NETWORKS {
                after.title = after.title.replace(&format!("({other})"), &format!("({name})"));
            }
        }
        _ if revision.other_words => {
            let other =
                offers(corpus).into_iter().find(|page| Some(&corpus.pages[*page].url) != before.final_url.as_ref());
            let network = NETWORKS.iter().position(|(network, _)| *network == before.network).unwrap_or(0);
            match other {
                Some(page) => after = idea(material, corpus, page, network, super::seed(notes)),
                None => gaps.extend(ideas::too_few(1, 0, "other sets of ad copy")),
            }
            gaps.extend(revision.gaps("another offer was chosen"));
        }
        _ => {}
    }
    for keyword in &revision.add {
        if !after.keywords.contains(keyword) {
            after.keywords.insert(0, keyword.clone());
        }
    }
    after.keywords.retain(|keyword| !revision.drops(keyword));
    if let Some(NewTitle::This(title)) = revision.title {
        after.title = title;
    }
    AdCopyPlan { sets: vec![after], gaps }
}
