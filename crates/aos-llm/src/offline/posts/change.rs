//! A post changed by what a reviewer's notes ask for.

use aos_capabilities::drafts::{Gap, SocialDraft};

use super::{
    body::Body,
    draft::Writer,
    notes::{Change, Notes},
};
use crate::offline::{
    corpus::{Corpus, normalise},
    ideas,
    passages::{self, Piece},
    revision::{Length, NewTitle},
};

impl Writer<'_> {
    pub(super) fn change(
        &self,
        section: usize,
        body: &mut Body,
        draft: &mut SocialDraft,
        notes: &Notes,
        gaps: &mut Vec<Gap>,
    ) {
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
                fresh.break_up(self.style.paragraph, &self.corpus.language);
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
                    more.break_up(self.style.paragraph, &self.corpus.language);
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
