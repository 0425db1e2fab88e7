//! A mail to one person at another site: why them, which page, one question.

use aos_capabilities::{
    drafts::{BacklinkTarget, Brief, Gap, OutreachDraft},
    model::{Material, ModelError},
};
use serde::Deserialize;
use url::Url;

use super::{same_site, sites};
use crate::offline::{
    corpus::{Corpus, Page, normalise, roles::Role},
    error::nothing_to_say,
    passages::{self, Piece},
    phrasebook::{Turns, fill},
    posts::notes::Notes,
    revision::{Length, NewTitle},
    text::{language::Language, sentences::word_count},
    topics::fill_inside,
};

/// Sentences of the client longer than this make the mail too long.
const LONGEST: usize = 32;

/// What was handed in before; a version calls its text the body.
#[derive(Debug, Deserialize)]
struct Previous {
    #[serde(default)]
    subject: String,
    #[serde(alias = "body")]
    text: String,
}

pub fn compose(material: &Material) -> Result<OutreachDraft, ModelError> {
    compose_with_frame(material).map(|(draft, _)| draft)
}

/// The draft and, apart, those of its paragraphs that are not the client's words.
pub fn compose_with_frame(material: &Material) -> Result<(OutreachDraft, Vec<String>), ModelError> {
    let Some(Brief::Backlink(target)) = &material.task.brief else {
        return Err(nothing_to_say("There is no brief to write from.", "Approve a site to write to first."));
    };
    let corpus = Corpus::read(material, &target.sources);
    let page = page(&corpus, target).ok_or_else(|| {
        nothing_to_say(
            "No page of the client is there that a link could lead to.",
            "Name the page in the brief, or crawl the client's website.",
        )
    })?;
    let before: Option<Previous> = material
        .task
        .previous
        .as_ref()
        .and_then(|value| serde_json::from_value(value.clone()).ok())
        .filter(|before: &Previous| !before.text.trim().is_empty());
    let notes = Notes::read(material.task.notes.as_deref().unwrap_or(&target.notes), &target.name);
    let mut writer = Writer { corpus: &corpus, target, page, gaps: Vec::new(), frame: Vec::new() };
    let (mut subject, mut paragraphs) = match &before {
        Some(before) => (before.subject.clone(), before.text.split("\n\n").map(str::to_owned).collect()),
        None => writer.mail(material),
    };
    writer.change(&mut paragraphs, &notes);
    if let Some(NewTitle::This(title)) = &notes.base.title {
        subject.clone_from(title);
    }
    let mut sources = target.sources.clone();
    if !sources.contains(&page.url) {
        sources.push(page.url.clone());
    }
    let text = paragraphs.join("\n\n");
    Ok((OutreachDraft { subject, text, sources, gaps: writer.gaps }, writer.frame))
}

/// The page that the link would lead to.
fn page<'a>(corpus: &'a Corpus, target: &BacklinkTarget) -> Option<&'a Page> {
    let of_url = |url: &String| corpus.pages.iter().find(|page| page.url == *url);
    target
        .link_to
        .as_ref()
        .and_then(of_url)
        .or_else(|| target.sources.iter().rev().find_map(of_url))
        .or_else(|| corpus.page_with(Role::Home))
        .or(corpus.pages.first())
}

struct Writer<'a> {
    corpus: &'a Corpus,
    target: &'a BacklinkTarget,
    page: &'a Page,
    gaps: Vec<Gap>,
    frame: Vec<String>,
}

impl Writer<'_> {
    fn mail(&mut self, material: &Material) -> (String, Vec<String>) {
        let words = &Turns::of(&self.corpus.language).outreach;
        let host = Url::parse(&self.target.site).ok().and_then(|url| url.host_str().map(str::to_owned));
        let named = sites(material, self.corpus).into_iter().find(|site| {
            site.url == self.target.site
                || host.as_deref().is_some_and(|host| {
                    Url::parse(&site.url).is_ok_and(|url| url.host_str().is_some_and(|own| same_site(own, host)))
                })
        });
        let name = if self.target.name.trim().is_empty() { host.unwrap_or_default() } else { self.target.name.clone() };
        let values = |page: &str, url: &str| {
            [
                ("client", self.corpus.client.clone()),
                ("name", name.clone()),
                ("page", page.to_owned()),
                ("url", url.to_owned()),
            ]
        };
        let say = |template: &str, page: &str, url: &str, inside: bool| {
            let values = values(page, url);
            let values: Vec<(&str, &str)> = values.iter().map(|(key, value)| (*key, value.as_str())).collect();
            if inside { fill_inside(template, &values) } else { fill(template, &values) }
        };
        // After “Guten Tag,” the sentence goes on in small letters.
        let inside = self.corpus.language == Language::German;
        let hello = match self.target.contact_name.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
            Some(person) => fill(words.hello_name, &[("name", person)]),
            None => words.hello.to_owned(),
        };
        let reason = match &named {
            Some(site) => say(words.named, &site.page_title, &site.page, inside),
            None => {
                self.gaps.push(Gap {
                    what: format!("No page of the client says what ties it to {name}."),
                    ask: "Write the reason into the first sentence before the mail is sent.".to_owned(),
                });
                say(words.unnamed, "", "", inside)
            }
        };
        let about = say(words.about, "", "", false);
        let offered = say(words.page, &self.page.title, &self.page.url, false);
        let ask = say(words.ask, "", "", false);
        let regards = say(words.regards, "", "", false);
        self.frame = vec![hello.clone(), reason.clone(), offered.clone(), ask.clone(), regards.clone(), about.clone()];
        let own = self.self_description().unwrap_or(about);
        let mut paragraphs = vec![hello, reason, own, offered];
        paragraphs.extend(self.page_says());
        paragraphs.extend([ask, regards]);
        let subject = say(words.subject, &self.page.title, "", false);
        // A long name would be cut in the list of mails.
        let subject = if subject.chars().count() <= 90 { subject } else { self.page.title.clone() };
        (subject, paragraphs)
    }

    /// What the client says of itself where visitors arrive.
    fn self_description(&self) -> Option<String> {
        let client = normalise(&self.corpus.client);
        let first = |role: Role| {
            let page = self.corpus.pages.iter().position(|page| page.role == role)?;
            let section = self.corpus.sections_of(page).next()?;
            passages::strongest(self.corpus, section)
                .into_iter()
                .find(|sentence| normalise(sentence).contains(&client) && word_count(sentence) <= LONGEST)
        };
        first(Role::Home).or_else(|| first(Role::About))
    }

    /// What the page is about, in its own words.
    fn page_says(&self) -> Option<String> {
        let described = Some(self.page.description.clone()).filter(|text| (6..=LONGEST).contains(&word_count(text)));
        let page = self.corpus.pages.iter().position(|page| page.url == self.page.url)?;
        described.or_else(|| {
            self.corpus
                .sections_of(page)
                .flat_map(|section| passages::strongest(self.corpus, section))
                .find(|sentence| word_count(sentence) <= LONGEST)
        })
    }

    fn change(&mut self, paragraphs: &mut Vec<String>, notes: &Notes) {
        let mut unmet = false;
        for drop in &notes.base.drop {
            let named = normalise(drop);
            let had = paragraphs.len();
            // The greeting and the name at the end stay.
            let last = had.saturating_sub(1);
            let mut at = 0;
            paragraphs.retain(|paragraph| {
                let keep = at == 0 || at == last || !normalise(paragraph).contains(&named);
                at += 1;
                keep
            });
            unmet |= paragraphs.len() == had;
        }
        match notes.base.length {
            Some(Length::Shorter) => {
                // What the page says goes first, then what the client says of itself.
                let place = paragraphs
                    .iter()
                    .rposition(|text| !text.contains("://") && !text.contains('?') && !text.contains('\n'));
                match place.filter(|at| *at > 0 && *at + 1 < paragraphs.len()) {
                    Some(at) => drop(paragraphs.remove(at)),
                    None => unmet = true,
                }
            }
            Some(Length::Longer) => {
                let said = normalise(&paragraphs.join(" "));
                let page = self.corpus.pages.iter().position(|page| page.url == self.page.url);
                let more = page.into_iter().flat_map(|page| self.corpus.sections_of(page)).find_map(|section| {
                    let run = passages::runs(self.corpus, section).into_iter().next()?;
                    let taken = passages::take(&run, 40, false);
                    let new = taken.iter().flat_map(Piece::texts).all(|text| !said.contains(&normalise(text)));
                    (new && !taken.is_empty()).then(|| taken.iter().map(Piece::plain).collect::<Vec<_>>().join(" "))
                });
                match more {
                    Some(text) => paragraphs.insert(paragraphs.len().saturating_sub(2), text),
                    None => unmet = true,
                }
            }
            Some(Length::About(_)) => unmet = true,
            None => {}
        }
        if unmet || notes.opening || !notes.base.add.is_empty() {
            self.gaps.push(Gap {
                what: "Not all that the notes ask for can be done without a model.".to_owned(),
                ask: "Change the mail in the editor, or connect a model on the Models page and send it back again."
                    .to_owned(),
            });
        }
        self.gaps.extend(notes.base.gaps("the mail stays as it is"));
    }
}
