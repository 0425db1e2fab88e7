//! Uploaded files (contract 1.4): raw bytes or a multipart form, what a site refuses, texts, removal.

use axum::{
    body::Body,
    extract::{FromRequest, Multipart, Request},
    http::{StatusCode, header, request::Parts},
};
use bytes::Bytes;
use md5::{Digest, Md5};
use serde_json::{Value, json};

use super::{
    posts::{deleted, page_link},
    rest::{Answer, Call, Outcome, RestError, Wrong},
    shape,
    state::{Media, State},
};
use crate::observe::ATTACHMENT_ID;

/// A multipart form, read before the site is locked.
#[derive(Default)]
pub(super) struct Form {
    pub(super) fields: Vec<(String, String)>,
    /// Name and bytes of the field `file`.
    pub(super) file: Option<(String, Bytes)>,
}

/// Reads a multipart body; none when the request is not a form. A broken form gives what was readable.
pub(super) async fn read_form(parts: &Parts, body: &Bytes) -> Option<Form> {
    let content_type = parts.headers.get(header::CONTENT_TYPE)?;
    if !content_type.to_str().ok()?.starts_with("multipart/form-data") {
        return None;
    }
    let mut request = Request::new(Body::from(body.clone()));
    request.headers_mut().insert(header::CONTENT_TYPE, content_type.clone());
    // Without this axum stops at 2 MB; the layer before us has limited the body already.
    axum::extract::DefaultBodyLimit::apply(axum::extract::DefaultBodyLimit::disable(), &mut request);
    let mut parts = Multipart::from_request(request, &()).await.ok()?;
    let mut form = Form::default();
    while let Ok(Some(field)) = parts.next_field().await {
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        let Ok(bytes) = field.bytes().await else { break };
        match file_name {
            Some(file_name) if name == "file" => form.file = Some((file_name, bytes)),
            Some(_) => {}
            None => form.fields.push((name, String::from_utf8_lossy(&bytes).into_owned())),
        }
    }
    Some(form)
}

/// The first image format whose signature the bytes carry: its extensions, the first being the usual one.
fn sniff(bytes: &[u8]) -> Option<&'static [&'static str]> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some(&["png"]),
        [0xFF, 0xD8, 0xFF, ..] => Some(&["jpg", "jpeg", "jpe"]),
        [b'G', b'I', b'F', b'8', ..] => Some(&["gif"]),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(&["webp"]),
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', b'f', ..] => Some(&["avif"]),
        _ => None,
    }
}

const IMAGES: &[&str] = &["png", "jpg", "jpeg", "jpe", "gif", "webp", "avif"];
/// Other types that a site takes by default; svg, html and exe are not among them.
const OTHERS: &[&str] = &["pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "txt", "csv", "zip", "mp3", "mp4", "mov"];

/// Width and height from the head of a PNG, GIF or JPEG.
fn dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    let be16 = |at: usize| Some(u32::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?])));
    let le16 = |at: usize| Some(u32::from(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?])));
    match sniff(bytes)?[0] {
        "png" => {
            let be32 = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
            Some((be32(16)?, be32(20)?))
        }
        "gif" => Some((le16(6)?, le16(8)?)),
        "jpg" => {
            let mut at = 2;
            while let Some([0xFF, marker]) = bytes.get(at..at + 2) {
                // Start-of-frame markers carry the size; C4, C8 and CC are not frames.
                if matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC) {
                    return Some((be16(at + 7)?, be16(at + 5)?));
                }
                at += 2 + be16(at + 2)? as usize;
            }
            None
        }
        _ => None,
    }
}

/// `filename` of `attachment; filename="chart.png"`.
fn disposition_name(value: &str) -> Option<String> {
    let (kind, parameters) = value.split_once(';')?;
    if !matches!(kind.trim(), "attachment" | "inline" | "form-data") {
        return None;
    }
    parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        (name.trim() == "filename" && !value.is_empty()).then(|| value.to_owned())
    })
}

fn sent_file(call: &Call) -> Result<(String, Bytes), RestError> {
    if let Some(form) = &call.form {
        let none = || RestError::bad("rest_upload_no_data", "No data supplied.");
        let (name, bytes) = form.file.clone().ok_or_else(none)?;
        return if bytes.is_empty() { Err(none()) } else { Ok((name, bytes)) };
    }
    if call.body.is_empty() {
        return Err(RestError::bad("rest_upload_no_data", "No data supplied."));
    }
    if !call.headers.contains_key(header::CONTENT_TYPE) {
        return Err(RestError::bad("rest_upload_no_content_type", "No Content-Type supplied."));
    }
    let Some(disposition) = call.headers.get(header::CONTENT_DISPOSITION) else {
        return Err(RestError::bad("rest_upload_no_content_disposition", "No Content-Disposition supplied."));
    };
    let name = disposition.to_str().ok().and_then(disposition_name).ok_or_else(|| {
        RestError::bad(
            "rest_upload_invalid_disposition",
            "Invalid Content-Disposition supplied. Content-Disposition needs to be formatted as \
             `attachment; filename=\"image.png\"` or similar.",
        )
    })?;
    if let Some(sum) = call.headers.get("content-md5").and_then(|value| value.to_str().ok()) {
        let actual: String = Md5::digest(&call.body).iter().map(|byte| format!("{byte:02x}")).collect();
        if !sum.trim().eq_ignore_ascii_case(&actual) {
            let message = "Content hash did not match expected.";
            return Err(RestError::new(StatusCode::PRECONDITION_FAILED, "rest_upload_hash_mismatch", message));
        }
    }
    Ok((name, call.body.clone()))
}

/// File name without a path or odd characters, with the extension that the bytes really have.
fn accepted_name(name: &str, bytes: &[u8]) -> Result<(String, String), RestError> {
    let refused = || {
        let message = "Sorry, you are not allowed to upload this file type.";
        RestError::new(StatusCode::INTERNAL_SERVER_ERROR, "rest_upload_unknown_error", message)
    };
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let (stem, extension) = name.rsplit_once('.').ok_or_else(refused)?;
    let extension = extension.to_ascii_lowercase();
    let stem: String =
        stem.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' }).collect();
    let stem = if stem.trim_matches('-').is_empty() { "file".to_owned() } else { stem.trim_matches('-').to_owned() };
    if IMAGES.contains(&extension.as_str()) {
        // An image that is really of another format gets that format's extension; what is no image is refused.
        let formats = sniff(bytes).ok_or_else(refused)?;
        let fitting = if formats.contains(&extension.as_str()) { extension } else { formats[0].to_owned() };
        return Ok((stem, fitting));
    }
    if OTHERS.contains(&extension.as_str()) { Ok((stem, extension)) } else { Err(refused()) }
}

pub(super) fn upload(state: &mut State, call: &Call) -> Outcome {
    if !call.can("upload_files") {
        let code = "rest_cannot_create";
        return Err(call.denied(code, "Sorry, you are not allowed to upload media on this site."));
    }
    let (name, bytes) = sent_file(call)?;
    let (stem, extension) = accepted_name(&name, &bytes)?;
    let folder = state.local(call.now).format("%Y/%m").to_string();
    let taken = |file: &str| state.media.values().any(|media| media.file == file);
    let first = format!("{folder}/{stem}.{extension}");
    let file = if taken(&first) {
        (1..).map(|n| format!("{folder}/{stem}-{n}.{extension}")).find(|file| !taken(file)).unwrap_or(first)
    } else {
        first
    };
    let mime_type = mime_guess::from_ext(&extension).first_or_octet_stream().essence_str().to_owned();
    let size = dimensions(&bytes);
    let id = state.new_id();
    let mut media = Media {
        id,
        file,
        mime_type,
        title: stem,
        alt_text: String::new(),
        caption: String::new(),
        description: String::new(),
        post: 0,
        author: call.user_id(),
        date: call.now,
        modified: call.now,
        width: size.map(|(width, _)| width),
        height: size.map(|(_, height)| height),
        bytes,
    };
    // With a raw body these come from the query, with a form from its fields.
    describe(&mut media, call);
    let shown = shape::media(state, &media, true);
    state.media.insert(id, media);
    let mut answer = Answer::created(state.rest_url(&format!("/wp/v2/media/{id}")), shown);
    answer.headers.push((ATTACHMENT_ID, id.to_string()));
    Ok(answer)
}

fn describe(media: &mut Media, call: &Call) {
    let raw = |name: &str| match call.params.get(name) {
        Some(Value::Object(fields)) => fields.get("raw").and_then(Value::as_str).map(str::to_owned),
        _ => call.params.text(name),
    };
    if let Some(title) = raw("title") {
        media.title = title;
    }
    if let Some(alt_text) = raw("alt_text") {
        media.alt_text = alt_text;
    }
    if let Some(caption) = raw("caption") {
        media.caption = caption;
    }
    if let Some(description) = raw("description") {
        media.description = description;
    }
    if let Some(post) = raw("post").and_then(|text| text.parse().ok()) {
        media.post = post;
    }
}

fn find(state: &State, id: u64) -> Result<&Media, RestError> {
    state.media.get(&id).ok_or_else(|| RestError::gone("rest_post_invalid_id", "Invalid post ID."))
}

fn may_edit(call: &Call, media: &Media) -> bool {
    call.can("edit_others_posts") || (call.can("upload_files") && media.author == call.user_id())
}

pub(super) fn get(state: &State, call: &Call, id: u64) -> Outcome {
    let media = find(state, id)?;
    if call.editing() && !may_edit(call, media) {
        return Err(call.denied("rest_forbidden_context", "Sorry, you are not allowed to edit this post."));
    }
    Ok(Answer::ok(shape::media(state, media, call.editing())))
}

pub(super) fn list(state: &State, call: &Call) -> Outcome {
    let mut wrong = Wrong::default();
    let page = call.params.number("page", 1, 1, u64::MAX, &mut wrong);
    let per_page = call.params.number("per_page", 10, 1, 100, &mut wrong);
    wrong.check()?;
    if call.editing() && !call.can("upload_files") {
        return Err(
            call.denied("rest_forbidden_context", "Sorry, you are not allowed to edit posts in this post type.")
        );
    }
    let search = call.params.text("search").map(|text| text.to_lowercase());
    let slugs = call.params.list("slug");
    let found: Vec<&Media> = state
        .media
        .values()
        .rev()
        .filter(|media| slugs.as_ref().is_none_or(|slugs| slugs.contains(&shape::media_slug(media))))
        .filter(|media| {
            search.as_ref().is_none_or(|s| {
                media.title.to_lowercase().contains(s.as_str()) || media.file.to_lowercase().contains(s.as_str())
            })
        })
        .collect();
    let skipped = usize::try_from((page - 1).saturating_mul(per_page)).unwrap_or(usize::MAX);
    let shown: Vec<Value> = found
        .iter()
        .skip(skipped)
        .take(per_page as usize)
        .map(|media| shape::media(state, media, call.editing()))
        .collect();
    Ok(Answer::page(shown, found.len(), page, per_page, |page| page_link(state, call, page)))
}

pub(super) fn update(state: &mut State, call: &Call, id: u64) -> Outcome {
    let mut media = find(state, id)?.clone();
    if !may_edit(call, &media) {
        return Err(call.denied("rest_cannot_edit", "Sorry, you are not allowed to edit this post."));
    }
    describe(&mut media, call);
    media.modified = call.now;
    let shown = shape::media(state, &media, true);
    state.media.insert(id, media);
    Ok(Answer::ok(shown))
}

/// Files have no trash.
pub(super) fn delete(state: &mut State, call: &Call, id: u64) -> Outcome {
    let media = find(state, id)?;
    if !may_edit(call, media) {
        return Err(call.denied("rest_cannot_delete", "Sorry, you are not allowed to delete this post."));
    }
    if !call.params.flag("force") {
        let message = "The post does not support trashing. Set 'force=true' to delete.";
        return Err(RestError::new(StatusCode::NOT_IMPLEMENTED, "rest_trash_not_supported", message));
    }
    let shown = shape::media(state, media, true);
    state.media.remove(&id);
    for post in state.posts.values_mut().filter(|post| post.featured_media == id) {
        post.featured_media = 0;
    }
    Ok(deleted(shown))
}

/// Finishes an upload whose smaller sizes failed.
pub(super) fn post_process(state: &State, call: &Call, id: u64) -> Outcome {
    let media = find(state, id)?;
    if !may_edit(call, media) {
        return Err(call.denied("rest_cannot_edit", "Sorry, you are not allowed to edit this post."));
    }
    if call.params.text("action").as_deref() != Some("create-image-subsizes") {
        return Err(RestError::bad("rest_invalid_param", "Invalid parameter(s): action")
            .with("params", json!({"action": "action is not create-image-subsizes."})));
    }
    Ok(Answer::ok(shape::media(state, media, true)))
}
