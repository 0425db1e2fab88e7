//! What reviewers say about the words of a post: threads that survive edits, are answered and resolved.

use aos_kernel::{Actor, ContentItemId, Error, Id, Named, NewEvent, Result, Subject, TenantScope, Timestamp};
use aos_storage::{Conn, Signal, Tx, from_row};
use serde::Serialize;
use serde_json::json;

use super::{
    CONTENT_ITEM,
    anchor::{self, Place},
    commands,
    model::ItemState,
    store,
};
use crate::markdown;

/// Marker of [`CommentId`].
pub enum CommentMark {}
impl Named for CommentMark {
    const NAME: &'static str = "comment";
}
/// Identifies one comment.
pub type CommentId = Id<CommentMark>;

/// One comment, as it was written.
#[derive(Clone, Debug, Serialize)]
pub struct Comment {
    pub id: CommentId,
    pub item_id: ContentItemId,
    /// The comment that began the thread; its own id for that one.
    pub thread_id: CommentId,
    /// The version that was read.
    pub version: i64,
    /// The words that it is about, as a reader reads them; empty: about the whole post.
    pub quote: String,
    pub prefix: String,
    pub suffix: String,
    pub body: String,
    pub author: Actor,
    pub created_at: Timestamp,
    pub resolved_at: Option<Timestamp>,
    pub resolved_by: Option<Actor>,
}
from_row!(Comment {
    id, item_id, thread_id, version, quote, prefix, suffix, body, author, created_at, resolved_at, parse_opt resolved_by
});

/// A thread, with where its words stand by now.
#[derive(Clone, Debug, Serialize)]
pub struct Thread {
    pub first: Comment,
    pub answers: Vec<Comment>,
    #[serde(skip)]
    pub place: Where,
}

/// Where a thread's words stand in the present version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Where {
    /// It is about the whole post.
    Everywhere,
    At(Place),
    /// No longer in the text.
    Gone,
}

/// What somebody says about some words.
#[derive(Clone, Debug, Default)]
pub struct NewComment {
    pub quote: String,
    pub prefix: String,
    pub suffix: String,
    pub body: String,
}

const LONGEST_BODY: usize = 5_000;
const LONGEST_QUOTE: usize = 2_000;
/// This much of what stands around the words is kept, in characters.
const AROUND: usize = 64;

fn body_of(text: &str) -> Result<String> {
    let body = text.trim();
    if body.is_empty() {
        return Err(Error::invalid("body", "Write what you want to say."));
    }
    if body.chars().count() > LONGEST_BODY {
        return Err(Error::invalid("body", format!("A comment has at most {LONGEST_BODY} characters.")));
    }
    Ok(body.to_owned())
}

/// Begins a thread on the present version.
///
/// # Errors
/// `Invalid` for an empty comment, or for words that do not stand in the text; `Conflict` while nothing is written.
pub async fn comment(tx: &mut Tx, scope: TenantScope, item: ContentItemId, new: NewComment) -> Result<CommentId> {
    let body = body_of(&new.body)?;
    let post = commands::item(tx, scope, item).await?;
    let Some(version) = store::version(tx, scope, item, post.current_version).await? else {
        return Err(Error::conflict("nothing_written", "Nothing is written yet that could be commented on."));
    };
    let quote = anchor::folded(&new.quote);
    if quote.chars().count() > LONGEST_QUOTE {
        return Err(Error::invalid("quote", "Choose fewer words."));
    }
    let text = anchor::folded(&markdown::plain_text(&version.markdown));
    let (quote, prefix, suffix) = if quote.is_empty() {
        (quote, String::new(), String::new())
    } else {
        let place = anchor::find(&text, &quote, &new.prefix, &new.suffix)
            .filter(|place| place.same)
            .ok_or_else(|| Error::invalid("quote", "These words do not stand in the text as it is now."))?;
        let letters: Vec<char> = text.chars().collect();
        let part = |from: usize, to: usize| letters[from..to].iter().collect::<String>();
        let prefix = part(place.start.saturating_sub(AROUND), place.start);
        (quote, prefix, part(place.end, (place.end + AROUND).min(letters.len())))
    };
    let id = CommentId::new();
    let comment = Comment {
        id,
        item_id: item,
        thread_id: id,
        version: post.current_version,
        quote,
        prefix,
        suffix,
        body,
        author: tx.actor().clone(),
        created_at: tx.now(),
        resolved_at: None,
        resolved_by: None,
    };
    store::insert_comment(tx, scope, &comment).await?;
    say(tx, scope, &comment, "content.commented");
    Ok(id)
}

/// Answers a thread, which opens it again.
///
/// # Errors
/// `NotFound`; `Invalid` for an empty answer.
pub async fn answer(tx: &mut Tx, scope: TenantScope, thread: CommentId, text: &str) -> Result<CommentId> {
    let body = body_of(text)?;
    let first = first(tx, scope, thread).await?;
    let id = CommentId::new();
    let comment = Comment {
        id,
        body,
        quote: String::new(),
        prefix: String::new(),
        suffix: String::new(),
        author: tx.actor().clone(),
        created_at: tx.now(),
        resolved_at: None,
        resolved_by: None,
        ..first
    };
    store::insert_comment(tx, scope, &comment).await?;
    if first.resolved_at.is_some() {
        store::resolve_comment(tx, scope, thread, None).await?;
    }
    say(tx, scope, &comment, "content.commented");
    Ok(id)
}

/// Says that a thread is done with, or not after all. Harmless when it is so already.
///
/// # Errors
/// `NotFound`.
pub async fn resolve(tx: &mut Tx, scope: TenantScope, thread: CommentId, done: bool) -> Result<()> {
    let first = first(tx, scope, thread).await?;
    if first.resolved_at.is_some() == done {
        return Ok(());
    }
    let by = tx.actor().clone();
    store::resolve_comment(tx, scope, thread, done.then_some(&by)).await?;
    say(tx, scope, &first, if done { "content.comment_resolved" } else { "content.comment_reopened" });
    Ok(())
}

async fn first(tx: &mut Tx, scope: TenantScope, thread: CommentId) -> Result<Comment> {
    let found = store::comment(tx, scope, thread).await?;
    found.filter(|comment| comment.thread_id == comment.id).ok_or_else(|| Error::not_found("comment"))
}

fn say(tx: &mut Tx, scope: TenantScope, comment: &Comment, kind: &str) {
    let event = NewEvent::new(scope.tenant(), kind, Subject::new(CONTENT_ITEM, comment.item_id))
        .with(json!({ "comment": comment.id, "thread": comment.thread_id, "version": comment.version }));
    tx.emit(if kind == "content.commented" { event.because(comment.body.clone()) } else { event });
    tx.signal(Signal::new("tenant", scope.tenant()));
}

/// The threads of an item in the order in which their words stand in its present version; those about the whole post
/// first, those whose words are gone last.
///
/// # Errors
/// `Storage`.
pub async fn threads(conn: &mut Conn, scope: TenantScope, item: ContentItemId) -> Result<Vec<Thread>> {
    let comments = store::comments(conn, scope, item).await?;
    if comments.is_empty() {
        return Ok(Vec::new());
    }
    let post = store::item(conn, scope, item).await?.ok_or_else(|| Error::not_found("content item"))?;
    let version = store::version(conn, scope, item, post.current_version).await?;
    let text = version.map(|version| anchor::folded(&markdown::plain_text(&version.markdown)));
    let text = text.unwrap_or_default();
    let mut threads: Vec<Thread> = Vec::new();
    for comment in comments {
        if comment.id == comment.thread_id {
            let place = if comment.quote.is_empty() {
                Where::Everywhere
            } else {
                anchor::find(&text, &comment.quote, &comment.prefix, &comment.suffix).map_or(Where::Gone, Where::At)
            };
            threads.push(Thread { first: comment, answers: Vec::new(), place });
        } else if let Some(thread) = threads.iter_mut().find(|thread| thread.first.id == comment.thread_id) {
            thread.answers.push(comment);
        }
    }
    threads.sort_by_key(|thread| match &thread.place {
        Where::Everywhere => (0, 0),
        Where::At(place) => (1, place.start),
        Where::Gone => (2, 0),
    });
    Ok(threads)
}

/// What is still open, in words for whoever writes the next version.
///
/// # Errors
/// `Storage`.
pub(super) async fn open_notes(conn: &mut Conn, scope: TenantScope, item: ContentItemId) -> Result<Vec<String>> {
    let open = threads(conn, scope, item).await?.into_iter().filter(|thread| thread.first.resolved_at.is_none());
    Ok(open
        .map(|thread| {
            let said = std::iter::once(&thread.first).chain(&thread.answers);
            let said = said.map(|comment| comment.body.as_str()).collect::<Vec<_>>().join(" / ");
            match &thread.place {
                Where::At(place) => format!("About “{}”: {said}", place.words),
                Where::Everywhere => said,
                Where::Gone => format!("About words that are gone by now (“{}”): {said}", thread.first.quote),
            }
        })
        .collect())
}

/// Whether there is still somebody who would read a comment.
pub const fn may_be_commented(state: ItemState) -> bool {
    !matches!(state, ItemState::Draft)
}
