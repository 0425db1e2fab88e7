//! Sites that might link to the client, and the mail that asks one of them.
//!
//! Only sites that the client's own pages link to are named: the material knows no others, and a guess is no target.

mod mail;

use std::collections::BTreeMap;

use aos_capabilities::{
    drafts::{BacklinkTarget, BacklinkTargets, Brief, Gap},
    model::Material,
};
use url::Url;

pub use self::mail::compose;
#[cfg(test)]
pub use self::mail::compose_with_frame;
use super::{
    context::mail_addresses,
    corpus::{Corpus, normalise, roles::Role},
    phrasebook::{Turns, fill},
    revision::Revision,
    text::{
        markdown,
        sentences::{split, word_count},
    },
    words::{Words, has, words},
};

/// Sentences that name somebody without a link are shown as gaps, this many.
const MOST_NAMED: usize = 4;

/// A site that a page links to.
#[derive(Clone, Debug)]
pub struct Site {
    pub url: String,
    host: String,
    pub name: String,
    /// The client's page that names it.
    pub page: String,
    pub page_title: String,
    /// The client's sentence that does.
    pub said: String,
    /// It is called a partner, a supplier, a member, the press.
    near: bool,
}

pub fn plan(material: &Material) -> BacklinkTargets {
    let wanted = usize::try_from(material.task.count.max(1)).unwrap_or(1);
    let corpus = Corpus::read(material, material.task.brief.as_ref().map_or(&[], Brief::sources));
    if let (Some(Brief::Backlink(before)), Some(notes)) = (&material.task.brief, &material.task.notes) {
        return revise(material, &corpus, before, notes);
    }
    let taken: Vec<String> = material.task.taken.iter().map(|title| normalise(title)).collect();
    let mut found = sites(material, &corpus);
    found.retain(|site| !taken.contains(&normalise(&site.name)));
    let targets: Vec<BacklinkTarget> =
        found.iter().take(wanted).enumerate().map(|(at, site)| target(material, &corpus, site, at)).collect();
    let gaps = gaps(material, &corpus, wanted, targets.len());
    BacklinkTargets { targets, gaps }
}

/// The sites that the client's pages link to, those that are called something near first. Each host once.
pub fn sites(material: &Material, corpus: &Corpus) -> Vec<Site> {
    let own = host(&material.website);
    let mut found: BTreeMap<String, (usize, Site)> = BTreeMap::new();
    for (number, page) in material.pages.iter().enumerate() {
        if Role::of(&page.url, &page.title, "") == Role::Legal {
            continue;
        }
        let own_host = host(&page.url).or_else(|| own.clone());
        let title = corpus.pages.iter().find(|read| read.url == page.url).map_or(&page.title, |read| &read.title);
        for link in markdown::links(&page.markdown) {
            let Some(host) = host(&link.url) else { continue };
            let is_own = [&own, &own_host].into_iter().flatten().any(|own| same_site(own, &host));
            if is_own || ELSEWHERE.iter().any(|known| same_site(known, &host)) {
                continue;
            }
            let said = sentence_with(&link.around, &link.text);
            let cue = format!(" {} {} ", normalise(&link.heading), normalise(&said));
            let near = CUES.iter().any(|word| cue.contains(&format!(" {word}")));
            let name = name(&link.text, &host);
            let site = Site {
                url: link.url,
                host: host.clone(),
                name,
                page: page.url.clone(),
                page_title: title.clone(),
                said,
                near,
            };
            let known = found.entry(host).or_insert_with(|| (number, site.clone()));
            if site.near && !known.1.near || word_count(&known.1.said) < 4 && word_count(&site.said) >= 4 {
                known.1 = site;
            }
        }
    }
    let mut sites: Vec<(usize, Site)> = found.into_values().collect();
    sites.sort_by(|a, b| b.1.near.cmp(&a.1.near).then(a.0.cmp(&b.0)).then_with(|| a.1.host.cmp(&b.1.host)));
    sites.into_iter().map(|(_, site)| site).collect()
}

fn host(address: &str) -> Option<String> {
    let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let host = url.host_str()?.trim_start_matches("www.").to_lowercase();
    host.contains('.').then_some(host)
}

/// The same host, or one is a part of the other: `shop.acme.test` is Acme's.
pub fn same_site(known: &str, host: &str) -> bool {
    host == known || host.ends_with(&format!(".{known}")) || known.ends_with(&format!(".{host}"))
}

fn sentence_with(around: &str, text: &str) -> String {
    split(around).into_iter().find(|sentence| sentence.contains(text)).unwrap_or_else(|| around.to_owned())
}

/// The link's words where they are a name; “here” and whole sentences are not.
fn name(text: &str, host: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_name = (1..=7).contains(&words.len())
        && words.iter().any(|word| word.starts_with(char::is_uppercase))
        && !text.contains("://")
        && !has(&NOT_NAMES, &normalise(text));
    if is_name { text.trim().to_owned() } else { host.to_owned() }
}

fn target(material: &Material, corpus: &Corpus, site: &Site, at: usize) -> BacklinkTarget {
    let turns = Turns::of(&corpus.language);
    let to = link_to(corpus, site);
    let to_title = to.map_or(corpus.client.as_str(), |page| corpus.pages[page].title.as_str());
    let link_to = to.map(|page| corpus.pages[page].url.clone());
    // A bare name in a list says less than the line that it stands in, but that is all there is.
    let quote = if site.said.trim().is_empty() { &site.name } else { &site.said };
    let angle = fill(
        turns.angle[at % turns.angle.len()],
        &[("page", &site.page_title), ("name", &site.name), ("quote", quote), ("to", to_title)],
    );
    let mut sources = vec![site.page.clone()];
    sources.extend(link_to.clone().filter(|url| *url != site.page));
    BacklinkTarget {
        site: site.url.clone(),
        name: site.name.clone(),
        contact_name: None,
        contact_address: mail_addresses(material).into_iter().find(|address| {
            address.rsplit_once('@').is_some_and(|(_, host)| same_site(&site.host, &host.to_lowercase()))
        }),
        angle,
        link_to,
        sources,
        notes: String::new(),
    }
}

/// The client's page that is of most use to the site's readers: what is nearest to how the client speaks of the site.
fn link_to(corpus: &Corpus, site: &Site) -> Option<usize> {
    let query = corpus.query(&format!("{} {}", site.said, site.page_title));
    let useful = |page: usize| matches!(corpus.pages[page].role, Role::Offer | Role::Case | Role::Blog | Role::Other);
    let best = |other: bool| {
        (0..corpus.sections.len())
            .filter(|section| useful(corpus.sections[*section].page))
            .filter(|section| !other || corpus.page_of(*section).url != site.page)
            .map(|section| {
                let page = corpus.sections[section].page;
                // Readers elsewhere gain most by what explains or shows something.
                let use_of = match corpus.pages[page].role {
                    Role::Blog => 0.12,
                    Role::Case => 0.08,
                    Role::Offer => 0.04,
                    _ => 0.0,
                };
                (corpus.sections[section].vector.cosine(&query) + use_of, page)
            })
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
            .filter(|(likeness, _)| *likeness > 0.1)
            .map(|(_, page)| page)
    };
    best(true).or_else(|| best(false)).or_else(|| corpus.pages.iter().position(|page| page.role == Role::Home))
}

fn gaps(material: &Material, corpus: &Corpus, wanted: usize, found: usize) -> Vec<Gap> {
    if found >= wanted {
        return Vec::new();
    }
    let mut gaps = vec![Gap {
        what: match found {
            0 => "No page of the client links to another organisation that could be asked for a link.".to_owned(),
            _ => format!("The client's pages link to {found} sites that could be asked; {wanted} are wanted."),
        },
        ask:
            "Write down partners, suppliers, associations, directories and local press that know the client, each with \
              its web address, in a document on the Onboarding page, or connect a model on the Models page."
                .to_owned(),
    }];
    gaps.extend(named(material, corpus).into_iter().map(|(title, said)| Gap {
        what: format!("“{title}” names somebody who might link, without an address: “{said}”"),
        ask: "Find out the web address and add it to the page, or make a request for the site by hand.".to_owned(),
    }));
    gaps
}

/// Sentences that speak of partners and the like where no link stands.
fn named(material: &Material, corpus: &Corpus) -> Vec<(String, String)> {
    let linked: Vec<String> = sites(material, corpus).into_iter().map(|site| site.said).collect();
    let speaks = |text: &str| {
        let padded = format!(" {} ", normalise(text));
        let of_somebody = CUES.iter().any(|word| padded.contains(&format!(" {word}")));
        // A capital inside the sentence: somebody or some place is meant.
        let name = text
            .split_whitespace()
            .skip(1)
            .any(|word| word.starts_with(char::is_uppercase) && corpus.casing.mid_sentence(word) == word);
        of_somebody && name
    };
    corpus
        .sections
        .iter()
        .flat_map(|section| section.texts().map(move |text| (section.page, text)))
        .filter(|(_, text)| speaks(text) && !linked.iter().any(|said| said == text))
        .map(|(page, text)| (corpus.pages[page].title.clone(), text.to_owned()))
        .take(MOST_NAMED)
        .collect()
}

fn revise(material: &Material, corpus: &Corpus, before: &BacklinkTarget, notes: &str) -> BacklinkTargets {
    let revision = Revision::read(notes, &before.name);
    let mut after = before.clone();
    let mut gaps = Vec::new();
    for add in &revision.add {
        if let Some(section) = corpus.nearest(add, |_| true) {
            let page = corpus.page_of(section);
            after.link_to = Some(page.url.clone());
            if !after.sources.contains(&page.url) {
                after.sources.push(page.url.clone());
            }
        }
    }
    if revision.other_words || !revision.drop.is_empty() {
        let other = sites(material, corpus).into_iter().find(|site| {
            let taken = material.task.taken.iter().any(|title| normalise(title) == normalise(&site.name));
            !taken && host(&before.site).is_none_or(|had| !same_site(&had, &site.host)) && site.name != before.name
        });
        match other {
            Some(site) => after = target(material, corpus, &site, super::seed(notes)),
            None => gaps.extend(self::gaps(material, corpus, 1, 0)),
        }
    }
    gaps.extend(revision.gaps("the target is the next one that the pages link to"));
    BacklinkTargets { targets: vec![after], gaps }
}

static CUES: Words = words!("link_cues");
static ELSEWHERE: Words = words!("not_link_targets");
static NOT_NAMES: Words = words!("not_names");
