//! The text of a post for one channel, from the section that its brief is about.

use aos_capabilities::{
    drafts::{ActionDraft, Brief, Gap, PostIdea, SocialDraft},
    model::{Material, ModelError, TaskChannel},
};
use serde::Deserialize;
use url::Url;

use super::{
    body::Body,
    media,
    notes::{Change, Notes},
    style::Style,
};
use crate::offline::{
    context::has_phone,
    corpus::{Corpus, normalise, roles::Role},
    error::nothing_to_say,
    ideas,
    passages::{self, Piece},
    phrasebook::{Turns, fill},
    revision::{Length, NewTitle},
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

struct Writer<'a> {
    material: &'a Material,
    corpus: &'a Corpus,
    turns: &'static Turns,
    style: Style,
    channel: &'a TaskChannel,
    idea: &'a PostIdea,
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
    fn opening(&self, section: usize) -> Option<String> {
        let data = &self.corpus.sections[section];
        let says = data.asks() || word_count(&data.heading) >= 3 || self.style.is_local();
        // A page's own title says what a local post is about; elsewhere the last line names the page.
        let heading = if word_count(&data.heading) < 2 { &self.corpus.page_of(section).title } else { &data.heading };
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
        body.break_up(self.style.paragraph);
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

    fn change(&self, section: usize, body: &mut Body, draft: &mut SocialDraft, notes: &Notes, gaps: &mut Vec<Gap>) {
        for drop in &notes.base.drop {
            if !leave_out(self.corpus, body, drop) {
                gaps.push(Gap {
                    what: format!(
                        "Nothing about “{drop}” was found to leave out, or nothing would be left without it."
                    ),
                    ask: "Delete it in the editor.".to_owned(),
                });
            }
        }
        if notes.opening || notes.base.other_words {
            self.begin_anew(section, body);
        }
        for add in &notes.base.add {
            self.bring_in(body, draft, add, gaps);
        }
        self.resize(section, body, notes.base.length, gaps);
        match notes.hashtags {
            Some(Change::None) => body.hashtags.clear(),
            Some(Change::Fewer) => body.hashtags.truncate(body.hashtags.len() / 2),
            Some(Change::More) => {
                for tag in ideas::hashtags(self.corpus, section, self.channel.hashtags.unwrap_or(12).min(12)) {
                    if !body.hashtags.contains(&tag) {
                        body.hashtags.push(tag);
                    }
                }
            }
            None => {}
        }
        if notes.no_picture && !self.channel.media_required {
            draft.media.clear();
        }
        if notes.no_link {
            draft.link = None;
            body.last = body.last.take().filter(|last| !last.contains("://"));
        }
        if let Some(NewTitle::This(title)) = &notes.base.title
            && self.channel.title.is_some()
        {
            draft.title = Some(title.clone());
        }
        gaps.extend(notes.base.gaps("another beginning was chosen"));
    }

    /// Another passage of the page in front, in place of the one that the text began with.
    fn begin_anew(&self, section: usize, body: &mut Body) {
        let said = normalise(&body.print());
        let page = self.corpus.sections[section].page;
        let own = std::iter::once(section).chain(self.corpus.sections_of(page).filter(|other| *other != section));
        for other in own {
            if self.style.is_brief() {
                let fresh = passages::strongest(self.corpus, other).into_iter().find(|text| {
                    !said.contains(&normalise(text)) && self.channel.unit.measure(text) + 26 <= self.channel.text
                });
                if let Some(sentence) = fresh {
                    body.pieces = vec![Piece::Sentences(vec![sentence])];
                    return;
                }
                continue;
            }
            let unused: Vec<Vec<Piece>> = passages::runs(self.corpus, other)
                .into_iter()
                .filter(|run| run.iter().flat_map(Piece::texts).all(|text| !said.contains(&normalise(text))))
                .filter(|run| passages::words(run) >= 14)
                .collect();
            let alone = unused
                .into_iter()
                .next()
                .or_else(|| (other == section).then(|| self.later_start(other, body)).flatten());
            if let Some(run) = alone {
                let words = passages::words(&body.pieces).max(self.style.words.min(40));
                let mut fresh = Body { pieces: passages::take(&run, words, self.style.lists), ..Body::default() };
                fresh.break_up(self.style.paragraph);
                body.opening = if other == section { None } else { self.opening(other) };
                body.pieces = fresh.pieces;
                return;
            }
        }
    }

    /// The same passage from a later sentence on that can stand first.
    fn later_start(&self, section: usize, body: &Body) -> Option<Vec<Piece>> {
        let first = body.pieces.first()?.texts().first().map(|text| normalise(text))?;
        let run = passages::runs(self.corpus, section).into_iter().next()?;
        let sentences: Vec<&String> = run
            .iter()
            .flat_map(|piece| match piece {
                Piece::Sentences(texts) => texts.as_slice(),
                Piece::Items(_) => &[],
            })
            .collect();
        let had = sentences.iter().position(|text| normalise(text) == first).unwrap_or(0);
        let from =
            (had + 1..sentences.len()).find(|at| passages::stands_alone(&self.corpus.language, sentences[*at]))?;
        Some(vec![Piece::Sentences(sentences[from..].iter().map(|text| (*text).clone()).collect())])
    }

    fn bring_in(&self, body: &mut Body, draft: &mut SocialDraft, add: &str, gaps: &mut Vec<Gap>) {
        let said = normalise(&body.print());
        let query = self.corpus.query(add);
        let found = self.corpus.nearest(add, |section| !passages::strongest(self.corpus, section).is_empty());
        let sentence = found.and_then(|section| {
            passages::strongest(self.corpus, section)
                .into_iter()
                .filter(|text| !said.contains(&normalise(text)))
                .map(|text| (self.corpus.query(&text).cosine(&query), text))
                .filter(|(likeness, _)| *likeness > 0.0)
                .max_by(|a, b| a.0.total_cmp(&b.0))
                .map(|(_, text)| (section, text))
        });
        match sentence {
            Some((section, text)) if self.style.is_brief() => {
                body.pieces = vec![Piece::Sentences(vec![text])];
                draft.sources = vec![self.corpus.page_of(section).url.clone()];
            }
            Some((section, text)) => {
                body.pieces.push(Piece::Sentences(vec![text]));
                let url = self.corpus.page_of(section).url.clone();
                if !draft.sources.contains(&url) {
                    draft.sources.push(url);
                }
            }
            None => gaps.push(Gap {
                what: format!("No page of the client says enough about “{add}” to bring it in."),
                ask: "Upload a document that covers it, or write it in the editor.".to_owned(),
            }),
        }
    }

    fn resize(&self, section: usize, body: &mut Body, length: Option<Length>, gaps: &mut Vec<Gap>) {
        let had = passages::words(&body.pieces);
        let wanted = match length {
            Some(Length::Shorter) => had * 6 / 10,
            Some(Length::Longer) => had + had / 2,
            Some(Length::About(words)) => words,
            None => return,
        };
        let sentences = |body: &Body| body.pieces.iter().map(|piece| piece.texts().len()).sum::<usize>();
        while passages::words(&body.pieces) > wanted && sentences(body) > 1 {
            passages::shorten(&mut body.pieces);
        }
        if passages::words(&body.pieces) < wanted && length != Some(Length::Shorter) {
            let said = normalise(&body.print());
            let page = self.corpus.sections[section].page;
            let own = std::iter::once(section).chain(self.corpus.sections_of(page).filter(|other| *other != section));
            'pages: for run in own.flat_map(|other| passages::runs(self.corpus, other)) {
                // What stands in the text already is passed over; the rest of a run goes on where the text stopped.
                let rest = after(&run, &said);
                let room = wanted.saturating_sub(passages::words(&body.pieces));
                if room < 8 {
                    break 'pages;
                }
                if !rest.is_empty() {
                    let mut more = Body { pieces: passages::take(&rest, room, self.style.lists), ..Body::default() };
                    more.break_up(self.style.paragraph);
                    body.pieces.extend(more.pieces);
                }
            }
        }
        let has = passages::words(&body.pieces);
        let missed = match length {
            Some(Length::Shorter) => has >= had,
            Some(Length::Longer) => has <= had,
            _ => has.abs_diff(wanted) * 3 > wanted,
        };
        if missed {
            gaps.push(Gap {
                what: format!(
                    "The length could not be changed as asked: the text has {has} words of the client's pages."
                ),
                ask: "Change it in the editor, or name another page in the brief.".to_owned(),
            });
        }
    }
}

/// What of a run comes after the sentences that were said already.
fn after(run: &[Piece], said: &str) -> Vec<Piece> {
    let mut rest: Vec<Piece> = Vec::new();
    for piece in run {
        let fresh: Vec<String> =
            piece.texts().iter().filter(|text| !said.contains(&normalise(text))).cloned().collect();
        if fresh.is_empty() {
            continue;
        }
        rest.push(match piece {
            Piece::Sentences(_) => Piece::Sentences(fresh),
            Piece::Items(_) => Piece::Items(fresh),
        });
    }
    rest
}

/// Takes out the sentences that speak of something, and those that lean on them. False when there were none, or when
/// nothing would be left.
fn leave_out(corpus: &Corpus, body: &mut Body, drop: &str) -> bool {
    let named = normalise(drop);
    let stems: Vec<String> = corpus.vocabulary.stems(drop).collect();
    let speaks = |text: &str| {
        let own: Vec<String> = corpus.vocabulary.stems(text).collect();
        normalise(text).contains(&named) || !stems.is_empty() && stems.iter().all(|stem| own.contains(stem))
    };
    let mut found = false;
    let mut pieces = Vec::new();
    let mut gone = false;
    for piece in &body.pieces {
        let mut kept = Vec::new();
        for text in piece.texts() {
            let leans = gone && corpus.language.leans_back(text);
            gone = speaks(text) || leans;
            found |= gone;
            if !gone {
                kept.push(text.clone());
            }
        }
        if !kept.is_empty() {
            pieces.push(match piece {
                Piece::Sentences(_) => Piece::Sentences(kept),
                Piece::Items(_) => Piece::Items(kept),
            });
        }
    }
    let tag = named.replace(' ', "");
    let tags = body.hashtags.len();
    body.hashtags.retain(|own| normalise(own).replace(' ', "") != tag);
    found |= tags != body.hashtags.len();
    if body.opening.as_deref().is_some_and(speaks) {
        (body.opening, found) = (None, true);
    }
    if pieces.is_empty() {
        return false;
    }
    body.pieces = pieces;
    found
}
