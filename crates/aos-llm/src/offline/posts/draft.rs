//! The text of a post for one channel, from the section that its brief is about.

use aos_capabilities::{
    drafts::{ActionDraft, Brief, Gap, PostIdea, SocialDraft},
    model::{Material, ModelError, TaskChannel},
};
use serde::Deserialize;
use url::Url;

use super::{body::Body, media, notes::Notes, style::Style};
use crate::offline::{
    context::has_phone,
    corpus::{Corpus, roles::Role},
    error::nothing_to_say,
    ideas,
    passages::{self, Piece},
    phrasebook::{Turns, fill},
    text::sentences::word_count,
};

/// What was handed in before: as much of it as is needed.
#[derive(Debug, Default, Deserialize)]
struct Previous {
    #[serde(default)]
    text: String,
    title: Option<String>,
    link: Option<String>,
    action: Option<ActionDraft>,
    #[serde(default)]
    media: Vec<aos_capabilities::drafts::MediaChoice>,
}

pub fn compose(material: &Material) -> Result<SocialDraft, ModelError> {
    compose_with_frame(material).map(|(draft, _)| draft)
}

/// The draft and, apart, those of its blocks that are not the client's words.
pub fn compose_with_frame(material: &Material) -> Result<(SocialDraft, Vec<String>), ModelError> {
    let (Some(Brief::Post(idea)), Some(channel)) = (&material.task.brief, material.task.channels.first()) else {
        return Err(nothing_to_say(
            "There is no brief to write from.",
            "Approve a post with a brief and a channel first.",
        ));
    };
    let corpus = Corpus::read(material, &idea.sources);
    let notes = Notes::read(material.task.notes.as_deref().unwrap_or(&idea.notes), &idea.title);
    let before: Option<Previous> = material
        .task
        .previous
        .as_ref()
        .and_then(|value| serde_json::from_value(value.clone()).ok())
        .filter(|before: &Previous| !before.text.trim().is_empty());
    let Some(section) = ideas::find(&corpus, &idea.title, &idea.brief, &idea.sources, &[]) else {
        return Err(nothing_to_say(
            format!("No page of the client says enough about “{}”.", idea.title),
            "Name source pages in the brief, upload a document about it, or connect a model on the Models page.",
        ));
    };
    let writer = Writer {
        material,
        corpus: &corpus,
        turns: Turns::of(&corpus.language),
        style: Style::of(channel),
        channel,
        idea,
    };
    match before {
        Some(before) => writer.again(section, before, &notes),
        None => writer.first(section, &notes),
    }
}

pub(super) struct Writer<'a> {
    pub(super) material: &'a Material,
    pub(super) corpus: &'a Corpus,
    pub(super) turns: &'static Turns,
    pub(super) style: Style,
    pub(super) channel: &'a TaskChannel,
    pub(super) idea: &'a PostIdea,
}

impl Writer<'_> {
    fn first(&self, section: usize, notes: &Notes) -> Result<(SocialDraft, Vec<String>), ModelError> {
        let mut gaps = Vec::new();
        let media = if self.wants_words_only() {
            Vec::new()
        } else {
            media::choose(self.corpus, &self.material.images, section, self.channel)
        };
        let action = self.action(section);
        let beside = self.channel.link && media.is_empty() && action.is_none();
        let url = self.url(section);
        let mut body = Body {
            opening: self.opening(section),
            pieces: self.pieces(section),
            last: self.last(section, beside, action.as_ref()),
            hashtags: ideas::hashtags(self.corpus, section, self.style.hashtags),
        };
        let mut draft = SocialDraft {
            text: String::new(),
            title: self.channel.title.and_then(|most| self.title(section, most)),
            link: url.clone().filter(|_| beside),
            action,
            media,
            sources: vec![self.corpus.page_of(section).url.clone()],
            gaps: Vec::new(),
        };
        // Notes in the brief itself count from the start.
        self.change(section, &mut body, &mut draft, notes, &mut gaps);
        self.finish(body, draft, gaps)
    }

    /// The version that was sent back, changed by what the notes ask for: what a person edited in it stays.
    fn again(&self, section: usize, before: Previous, notes: &Notes) -> Result<(SocialDraft, Vec<String>), ModelError> {
        let mut gaps = Vec::new();
        let mut body = Body::read(&before.text);
        let mut draft = SocialDraft {
            text: String::new(),
            title: before.title,
            link: before.link,
            action: before.action,
            media: before.media,
            sources: vec![self.corpus.page_of(section).url.clone()],
            gaps: Vec::new(),
        };
        if !self.channel.link {
            draft.link = None;
        }
        draft.action = draft.action.filter(|action| self.channel.actions.contains(&action.kind));
        draft.media.truncate(self.channel.images);
        if draft.media.is_empty() && self.channel.media_required {
            draft.media = media::choose(self.corpus, &self.material.images, section, self.channel);
        }
        self.change(section, &mut body, &mut draft, notes, &mut gaps);
        self.finish(body, draft, gaps)
    }

    fn finish(
        &self,
        mut body: Body,
        mut draft: SocialDraft,
        mut gaps: Vec<Gap>,
    ) -> Result<(SocialDraft, Vec<String>), ModelError> {
        if !body.fit(self.channel) {
            return Err(nothing_to_say(
                format!("No whole sentence about “{}” fits into a post on {}.", self.idea.title, self.channel.name),
                "Choose another page in the brief, write the post by hand, or connect a model on the Models page.",
            ));
        }
        draft.text = body.print();
        draft.title = draft.title.filter(|title| self.channel.title.is_some_and(|most| title.chars().count() <= most));
        if draft.media.is_empty() && self.channel.media_required {
            gaps.push(Gap {
                what: format!(
                    "{} takes no post without a picture, and the material has none with words that say what it shows.",
                    self.channel.name
                ),
                ask: "Choose or upload a picture before you approve the post.".to_owned(),
            });
        }
        draft.gaps = gaps;
        let mut frame: Vec<String> = body.last.into_iter().collect();
        frame.push(body.hashtags.join(" "));
        Ok((draft, frame))
    }

    fn wants_words_only(&self) -> bool {
        matches!(self.idea.format.as_str(), "text" | "link") && !self.channel.media_required
    }

    /// The heading above the text, where it says something by itself.
    pub(super) fn opening(&self, section: usize) -> Option<String> {
        let data = &self.corpus.sections[section];
        let page = self.corpus.page_of(section);
        // On a map the page's title says what the post is about; elsewhere the last line names the page.
        let by_page = self.style.is_local() && !data.asks() && page.role != Role::About;
        let heading = if by_page { &page.title } else { &data.heading };
        let says = by_page || data.asks() || word_count(heading) >= 3;
        let plain = !heading.contains(['#', '@', '`']) && !heading.trim().is_empty();
        (self.style.opening && says && plain).then(|| {
            if heading.ends_with('?') {
                heading.clone()
            } else {
                self.corpus.casing.sentence_start(heading.trim_end_matches(['.', ':']))
            }
        })
    }

    fn pieces(&self, section: usize) -> Vec<Piece> {
        if self.style.is_brief() {
            let room = |sentence: &&String| self.channel.unit.measure(sentence) + 26 <= self.channel.text;
            let strongest = passages::strongest(self.corpus, section);
            let others = self.corpus.sections_of(self.corpus.sections[section].page);
            let fitting = strongest.iter().find(room).cloned().or_else(|| {
                others.flat_map(|other| passages::strongest(self.corpus, other)).find(|sentence| room(&sentence))
            });
            let sentence = fitting.or_else(|| strongest.into_iter().min_by_key(|text| self.channel.unit.measure(text)));
            return sentence.into_iter().map(|sentence| Piece::Sentences(vec![sentence])).collect();
        }
        let runs = passages::runs(self.corpus, section);
        let mut pieces: Vec<Piece> = Vec::new();
        for run in runs {
            let room = self.style.words.saturating_sub(passages::words(&pieces));
            // The next run begins anew; half a thought at the end is worse than none.
            if !pieces.is_empty() && room < 20 {
                break;
            }
            pieces.extend(passages::take(&run, room, self.style.lists));
        }
        let mut body = Body { pieces, ..Body::default() };
        body.break_up(self.style.paragraph, &self.corpus.language);
        body.pieces
    }

    fn url(&self, section: usize) -> Option<String> {
        let url = &self.corpus.page_of(section).url;
        Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https")).map(|_| url.clone())
    }

    fn last(&self, section: usize, beside: bool, action: Option<&ActionDraft>) -> Option<String> {
        let seed = crate::offline::seed(&self.idea.title);
        let pick = |turns: &'static [&'static str]| turns.get(seed % turns.len().max(1)).copied();
        let page = &self.corpus.page_of(section).title;
        if let Some(action) = action {
            let turns = if action.url.is_none() { self.turns.call } else { self.turns.button };
            return pick(turns).map(str::to_owned);
        }
        let url = self.url(section)?;
        if beside {
            return None;
        }
        if self.style.is_brief() {
            return Some(url);
        }
        let name = if page.contains(['#', '@', '“', '”']) { self.corpus.client.as_str() } else { page.as_str() };
        if self.style.hides_addresses() {
            let host = Url::parse(&url).ok()?.host_str()?.trim_start_matches("www.").to_owned();
            return pick(self.turns.read_on_host).map(|turn| fill(turn, &[("page", name), ("host", &host)]));
        }
        pick(self.turns.read_on).map(|turn| fill(turn, &[("page", name), ("url", &url)]))
    }

    /// The button: to ring up for what is sold, else to read on.
    fn action(&self, section: usize) -> Option<ActionDraft> {
        let of = |wish: &str| {
            let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
            self.channel.actions.iter().find(|action| letters(action) == wish).cloned()
        };
        let offers =
            matches!(self.corpus.page_of(section).role, Role::Offer) && self.corpus.sections[section].opens_page;
        if offers
            && has_phone(self.material)
            && let Some(kind) = of("call")
        {
            return Some(ActionDraft { kind, url: None });
        }
        let url = self.url(section)?;
        Some(ActionDraft { kind: of("learnmore")?, url: Some(url) })
    }

    fn title(&self, section: usize, most: usize) -> Option<String> {
        let heading = &self.corpus.sections[section].heading;
        [&self.idea.title, heading]
            .into_iter()
            .find(|title| title.chars().count() <= most && !title.is_empty())
            .cloned()
    }
}
