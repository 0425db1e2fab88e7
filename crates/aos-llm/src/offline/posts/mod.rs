//! Posts for social channels and for the Google Business Profile: a month's plan, and the text for one channel.

mod body;
mod change;
mod draft;
mod media;
pub mod notes;
mod style;

use std::collections::BTreeSet;

use aos_capabilities::{
    drafts::{Brief, Gap, PostIdea, PostPlan},
    model::{Material, Purpose, TaskChannel},
};

pub use self::draft::compose;
#[cfg(test)]
pub use self::draft::compose_with_frame;
use self::{notes::PlanNotes, style::Style};
use super::{
    context::audience_in,
    corpus::{Corpus, roles::Role},
    ideas::{self, Idea, Kind},
    passages,
    phrasebook::{Phrasebook, Turns, fill},
};

const SOCIAL: &[Kind] = &[Kind::Teach, Kind::Show, Kind::Teach, Kind::Offer];
const LOCAL: &[Kind] = &[Kind::Offer, Kind::Teach, Kind::Show, Kind::Teach];
/// What is said on the platform decides on the format; these are the ones that can be filled from pages.
const PICTURE: [&str; 2] = ["image", "update"];
const WORDS: [&str; 3] = ["link", "update", "text"];

/// A month's posts, or the one that was sent back, changed.
pub fn plan(material: &Material, purpose: Purpose) -> PostPlan {
    let wanted = usize::try_from(material.task.count.max(1)).unwrap_or(1);
    let planner = Planner::new(material, purpose);
    if let (Some(Brief::Post(before)), Some(notes)) = (&material.task.brief, &material.task.notes) {
        return planner.revise(before, notes);
    }
    let (pattern, local) = if purpose == Purpose::GbpPlan { (LOCAL, true) } else { (SOCIAL, false) };
    let places = if local { place_words(&planner.corpus, material) } else { BTreeSet::new() };
    let chosen = ideas::choose(&planner.corpus, wanted, pattern, &material.task.taken, |idea| {
        let pictured = if planner.picture(idea.section).is_some() { 0.15 } else { 0.0 };
        pictured + nearness(&planner.corpus, idea, &places)
    });
    let days = ideas::days(material.task.days, chosen.len());
    let posts: Vec<PostIdea> =
        chosen.iter().zip(days).enumerate().map(|(at, (idea, date))| planner.post(idea, at, date)).collect();
    let mut gaps = ideas::too_few(wanted, posts.len(), "posts");
    gaps.extend(planner.picture_gap());
    PostPlan { posts, gaps }
}

struct Planner<'a> {
    material: &'a Material,
    corpus: Corpus,
    turns: &'static Turns,
    local: bool,
}

impl<'a> Planner<'a> {
    fn new(material: &'a Material, purpose: Purpose) -> Self {
        let corpus = Corpus::read(material, material.task.brief.as_ref().map_or(&[], Brief::sources));
        let turns = Turns::of(&corpus.language);
        Self { material, corpus, turns, local: purpose == Purpose::GbpPlan }
    }

    fn picture(&self, section: usize) -> Option<&'a aos_capabilities::model::MaterialImage> {
        media::of_page(&self.corpus, &self.material.images, section)
    }

    fn post(&self, idea: &Idea, at: usize, date: Option<String>) -> PostIdea {
        let corpus = &self.corpus;
        let section = &corpus.sections[idea.section];
        let page = corpus.page_of(idea.section);
        let briefs = match idea.kind {
            Kind::Teach => self.turns.teach,
            Kind::Show => self.turns.show,
            Kind::Offer => self.turns.offer,
        };
        let heading = if section.opens_page {
            self.turns.whole.to_owned()
        } else if section.asks() {
            section.heading.clone()
        } else {
            ideas::lower(corpus, &section.heading)
        };
        let values = [
            ("page", page.title.as_str()),
            ("h", heading.trim_end_matches(['.', ':', '!'])),
            ("quote", idea.quote.as_str()),
            ("client", corpus.client.as_str()),
        ];
        let phrases = Phrasebook::of(&corpus.language);
        let typed = audience_in(self.material);
        let audience = typed.unwrap_or_else(|| {
            let own = match idea.kind {
                _ if self.local => self.turns.local_audience,
                Kind::Show => self.turns.show_audience,
                Kind::Offer => self.turns.offer_audience,
                Kind::Teach => phrases.audience,
            };
            own.to_owned()
        });
        let turn = match idea.kind {
            // The first turn is for questions, the others for all else.
            Kind::Teach if section.asks() => 0,
            Kind::Teach => 1 + at % (briefs.len() - 1),
            Kind::Show | Kind::Offer => at % briefs.len(),
        };
        let brief = fill(briefs[turn], &values);
        PostIdea {
            title: idea.title.clone(),
            brief,
            audience,
            channels: self.channels(idea.section),
            format: self.format(idea.section),
            date,
            sources: vec![page.url.clone()],
            notes: String::new(),
        }
    }

    /// The channels of the task, without those whose rules the section can't meet. Where nothing is taken without a
    /// picture, the draft takes one of another page when the section's own has none.
    fn channels(&self, section: usize) -> Vec<String> {
        let channels = &self.material.task.channels;
        let fits = |channel: &&TaskChannel| {
            let pictured = !channel.media_required
                || !media::choose(&self.corpus, &self.material.images, section, channel).is_empty();
            let said = !Style::of(channel).is_brief()
                || passages::strongest(&self.corpus, section)
                    .iter()
                    .any(|sentence| channel.unit.measure(sentence) + 30 <= channel.text);
            pictured && said
        };
        let fitting: Vec<String> = channels.iter().filter(fits).map(|channel| channel.key.clone()).collect();
        if fitting.is_empty() { channels.iter().map(|channel| channel.key.clone()).collect() } else { fitting }
    }

    fn format(&self, section: usize) -> String {
        let formats = &self.material.task.formats;
        let wishes: &[&str] = if self.picture(section).is_some() { &PICTURE } else { &WORDS };
        let offered = |wish: &&&str| formats.iter().any(|format| format == **wish);
        let chosen = wishes.iter().find(offered).or_else(|| WORDS.iter().find(offered));
        chosen.map(|wish| (*wish).to_owned()).or_else(|| formats.first().cloned()).unwrap_or_default()
    }

    fn picture_gap(&self) -> Option<Gap> {
        let needs = self.material.task.channels.iter().find(|channel| channel.media_required)?;
        let any = (0..self.corpus.sections.len()).any(|section| self.picture(section).is_some());
        (!any).then(|| Gap {
            what: format!(
                "{} takes no post without a picture, and no page has one with words that say what it shows.",
                needs.name
            ),
            ask: "Upload pictures of the client, each with a line that says what it shows.".to_owned(),
        })
    }

    /// The idea after the notes: what they name is changed, the rest stays.
    fn revise(&self, before: &PostIdea, notes: &str) -> PostPlan {
        let mut asked =
            PlanNotes::read(notes, &before.title, &self.material.task.channels, &self.material.task.formats);
        let mut post = before.clone();
        let mut gaps = Vec::new();
        let had = ideas::find(&self.corpus, &before.title, &before.brief, &before.sources, &[]);
        let barred: Vec<usize> = had.into_iter().collect();
        if !asked.add.is_empty() || asked.other_idea {
            let wish = asked.add.join(" ");
            let other = if asked.add.is_empty() {
                ideas::choose(&self.corpus, 4, SOCIAL, &self.material.task.taken, |idea| self.nearby(idea, before))
                    .into_iter()
                    .find(|idea| !barred.contains(&idea.section) && idea.title != before.title)
            } else {
                let section = self.corpus.nearest(&wish, |section| !passages::runs(&self.corpus, section).is_empty());
                ideas::all(&self.corpus).into_iter().find(|idea| Some(idea.section) == section)
            };
            match other {
                Some(idea) => {
                    let made = self.post(&idea, super::seed(&idea.title), before.date.clone());
                    post = PostIdea { channels: before.channels.clone(), notes: before.notes.clone(), ..made };
                }
                None => asked.unmet.push(notes.trim().to_owned()),
            }
        }
        asked.apply(&mut post);
        gaps.extend(asked.unmet.iter().map(|note| Gap {
            what: format!("“{note}” could not be followed without a model."),
            ask: "Change the brief by hand, or connect a model on the Models page and send it back again.".to_owned(),
        }));
        PostPlan { posts: vec![post], gaps }
    }

    /// What is sent back comes again with something like it: from the same pages first.
    fn nearby(&self, idea: &Idea, before: &PostIdea) -> f32 {
        if before.sources.contains(&self.corpus.page_of(idea.section).url) { 1.5 } else { 0.0 }
    }
}

/// The names of places and people that the contact page and pages about an area use: what is near speaks of them.
fn place_words(corpus: &Corpus, material: &Material) -> BTreeSet<String> {
    let is_local = |url: &str, title: &str| {
        let address = url.to_lowercase();
        Role::of(url, title, "") == Role::Contact
            || ["area", "location", "standort", "region", "anfahrt", "einzugsgebiet"]
                .iter()
                .any(|word| address.contains(word))
    };
    let client = corpus.client.to_lowercase();
    // Where every noun has a capital, a name is not told from a thing.
    if corpus.casing.has_capital_nouns() {
        return BTreeSet::new();
    }
    material
        .pages
        .iter()
        .filter(|page| is_local(&page.url, &page.title))
        .flat_map(|page| page.markdown.split_whitespace().zip(page.markdown.split_whitespace().skip(1)))
        // The first word of a sentence has its capital from there.
        .filter(|(before, _)| before.ends_with(|c: char| c.is_alphanumeric() || c == ','))
        .map(|(_, word)| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.chars().count() > 3 && word.starts_with(char::is_uppercase))
        .filter(|word| corpus.casing.mid_sentence(word) == **word && !client.contains(&word.to_lowercase()))
        .map(str::to_owned)
        .collect()
}

fn nearness(corpus: &Corpus, idea: &Idea, places: &BTreeSet<String>) -> f32 {
    let named = corpus.sections[idea.section]
        .texts()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| places.contains(*word))
        .collect::<BTreeSet<_>>();
    (named.len().min(3) as f32) * 0.3
}
