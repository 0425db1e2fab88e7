//! Posting to the page (contract 5): feed, photos, edits, removal.

use aos_kernel::Timestamp;
use bytes::Bytes;
use chrono::TimeDelta;
use serde_json::{Value, json};
use url::Url;

use super::{
    Meta,
    call::Call,
    error::{GraphError, Outcome},
    login::Asker,
    pages::may_post,
    state::{FacebookPhoto, FacebookPost, FacebookPostState, PostFigures, State},
};
use crate::vendors::{fetch::Fetched, pictures};

const LONGEST_MESSAGE: usize = 63_206;
const LARGEST_PHOTO: usize = 10 << 20;
/// The same words again within this time are a duplicate.
const DUPLICATE: TimeDelta = TimeDelta::hours(24);

/// A result of fetching an address, where the call named one.
pub(super) type FetchedMedia = Option<Result<Fetched, String>>;

/// `published`, `scheduled_publish_time`: when readers see it.
fn timing(call: &Call) -> Result<(FacebookPostState, Option<Timestamp>), GraphError> {
    let published = call.truth("published")?.unwrap_or(true);
    let Some(time) = call.time("scheduled_publish_time")? else {
        return Ok((if published { FacebookPostState::Published } else { FacebookPostState::Unpublished }, None));
    };
    if published {
        return Err(GraphError::parameter("(#100) You cannot specify a scheduled publish time on a published post."));
    }
    in_window(time, call.now)?;
    Ok((FacebookPostState::Scheduled, Some(time)))
}

fn in_window(time: Timestamp, now: Timestamp) -> Result<(), GraphError> {
    if time < now + TimeDelta::minutes(10) || time > now + TimeDelta::days(30) {
        return Err(GraphError::parameter(
            "(#100) The specified scheduled publish time is invalid: it must be 10 minutes to 30 days ahead.",
        ));
    }
    Ok(())
}

fn checked_message(state: &State, call: &Call, name: &str) -> Result<String, GraphError> {
    let message = call.text(name).or_else(|| call.text("message")).unwrap_or_default().to_owned();
    if message.chars().count() > LONGEST_MESSAGE {
        return Err(GraphError::parameter("(#100) The message is too long."));
    }
    let repeated = |post: &FacebookPost| {
        post.message == message && post.link.as_deref() == call.text("link") && post.updated_at > call.now - DUPLICATE
    };
    if !message.is_empty() && state.posts.values().rev().any(repeated) {
        return Err(GraphError::new(506, 1_455_006, "(#506) Duplicate status message"));
    }
    Ok(message)
}

fn checked_link(state: &State, call: &Call) -> Result<Option<String>, GraphError> {
    let Some(link) = call.text("link") else { return Ok(None) };
    let can_be_fetched = Url::parse(link).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if !can_be_fetched || state.behaviour.broken.contains(link) {
        return Err(GraphError::new(1_609_005, None, "(#1609005) The link could not be fetched."));
    }
    Ok(Some(link.to_owned()))
}

/// `POST /{page}/feed`.
pub(super) fn feed(state: &mut State, asker: &Asker, call: &Call) -> Outcome {
    may_post(state, asker)?;
    let (timed, message, link) = (timing(call)?, checked_message(state, call, "message")?, checked_link(state, call)?);
    let attached = attached(state, call)?;
    if message.is_empty() && link.is_none() && attached.is_empty() {
        return Err(GraphError::parameter("(#100) Missing message or attachment"));
    }
    let photos = attached.iter().filter_map(|id| state.loose.remove(id)).collect();
    let id = keep(state, call, message, link, photos, timed);
    Ok(json!({"id": id}))
}

/// The ids of `attached_media`: a JSON list, or `attached_media[0]=…` as forms write it.
fn attached(state: &State, call: &Call) -> Result<Vec<String>, GraphError> {
    let wrong = || GraphError::parameter("(#100) Param attached_media must be an array of media.");
    let mut items: Vec<Value> = match call.json("attached_media")? {
        Some(Value::Array(items)) => items,
        Some(_) => return Err(wrong()),
        None => Vec::new(),
    };
    for (_, text) in call.params.iter().filter(|(name, _)| name.starts_with("attached_media[")) {
        items.push(serde_json::from_str(text).map_err(|_| wrong())?);
    }
    let mut ids = Vec::new();
    for item in items {
        let id = match &item["media_fbid"] {
            Value::String(id) => id.clone(),
            Value::Number(id) => id.to_string(),
            _ => return Err(wrong()),
        };
        if !state.loose.contains_key(&id) || ids.contains(&id) {
            return Err(GraphError::parameter(&format!(
                "(#100) The photo {id} is not an unpublished photo of this page."
            )));
        }
        ids.push(id);
    }
    Ok(ids)
}

fn keep(
    state: &mut State,
    call: &Call,
    message: String,
    link: Option<String>,
    photos: Vec<FacebookPhoto>,
    (timed, scheduled_for): (FacebookPostState, Option<Timestamp>),
) -> String {
    let id = format!("{}_{}", Meta::PAGE_ID, 122_100_000_000_000_u64 + state.number());
    let post = FacebookPost {
        id: id.clone(),
        message,
        link,
        photos,
        state: timed,
        scheduled_for,
        created_at: call.now,
        updated_at: call.now,
        figures: PostFigures::default(),
        born: state.requests,
    };
    state.posts.insert(id.clone(), post);
    id
}

/// `POST /{page}/photos`.
pub(super) fn photo(meta: &Meta, state: &mut State, asker: &Asker, call: &Call, fetched: FetchedMedia) -> Outcome {
    may_post(state, asker)?;
    let timed = timing(call)?;
    let bytes = photo_bytes(call, fetched)?;
    let alone = timed.0 == FacebookPostState::Unpublished;
    let message = if alone { String::new() } else { checked_message(state, call, "caption")? };
    let photo = FacebookPhoto {
        id: (122_900_000_000_000_u64 + state.number()).to_string(),
        file: meta.pictures.put(&bytes),
        alt_text: call.text("alt_text_custom").unwrap_or_default().to_owned(),
    };
    let id = photo.id.clone();
    if alone {
        state.loose.insert(id.clone(), photo);
        return Ok(json!({"id": id}));
    }
    let post_id = keep(state, call, message, None, vec![photo], timed);
    Ok(json!({"id": id, "post_id": post_id}))
}

fn photo_bytes(call: &Call, fetched: FetchedMedia) -> Result<Bytes, GraphError> {
    let bytes = match (&call.file, fetched) {
        (Some(bytes), _) => bytes.clone(),
        (None, Some(Ok(fetched))) => fetched.bytes,
        (None, Some(Err(why))) => {
            return Err(GraphError::new(
                1_609_005,
                None,
                &format!("(#1609005) The picture could not be fetched: {why}."),
            ));
        }
        (None, None) => return Err(GraphError::new(324, None, "(#324) Requires upload file")),
    };
    let is_picture = pictures::sniff(&bytes).is_some_and(|(_, media_type)| media_type.starts_with("image/"));
    if !is_picture || bytes.len() > LARGEST_PHOTO {
        return Err(GraphError::new(324, 2_069_019, "(#324) Missing or invalid image file"));
    }
    Ok(bytes)
}

/// `POST /{post}`: new words, another time, or live at once.
pub(super) fn edit(state: &mut State, asker: &Asker, call: &Call) -> Outcome {
    may_post(state, asker)?;
    let id = &call.path[0];
    let (publish, time) = (call.truth("is_published")?, call.time("scheduled_publish_time")?);
    let message = call.text("message").map(str::to_owned);
    let now = call.now;
    let post = state.posts.get_mut(id).ok_or_else(|| GraphError::not_visible(id))?;
    if message.as_ref().is_some_and(|message| message.chars().count() > LONGEST_MESSAGE) {
        return Err(GraphError::parameter("(#100) The message is too long."));
    }
    if post.state == FacebookPostState::Published && (time.is_some() || publish == Some(false)) {
        return Err(GraphError::parameter("(#100) A published post can't be scheduled."));
    }
    if let Some(time) = time {
        in_window(time, now)?;
        post.state = FacebookPostState::Scheduled;
        post.scheduled_for = Some(time);
    }
    if publish == Some(true) && post.state != FacebookPostState::Published {
        post.state = FacebookPostState::Published;
        post.created_at = now;
        post.scheduled_for = None;
    }
    if let Some(message) = message {
        post.message = message;
    }
    post.updated_at = now;
    Ok(json!({"success": true}))
}

/// `DELETE /{post}`, and of a photo that waits.
pub(super) fn delete(state: &mut State, asker: &Asker, id: &str) -> Outcome {
    may_post(state, asker)?;
    let gone = state.posts.remove(id).is_some() || state.loose.remove(id).is_some();
    if gone { Ok(json!({"success": true})) } else { Err(GraphError::not_visible(id)) }
}
