//! What a post shows beside its words (contract 1.4).

use serde_json::{Value, json};

use super::{
    errors::Refused,
    posts::{only, text},
    state::{Content, State},
};

/// Video, document and several images make a `ugcPost`, the rest a `share`.
pub(super) fn is_user_generated(content: &Content) -> bool {
    match content {
        Content::Media { id, .. } => !id.starts_with("urn:li:image:"),
        Content::Images(_) => true,
        Content::Article { .. } | Content::Poll { .. } => false,
    }
}

pub(super) fn read(state: &mut State, given: &Value, author: &str) -> Result<Content, Refused> {
    let kinds = given.as_object().map(|own| own.keys().map(String::as_str).collect::<Vec<_>>()).unwrap_or_default();
    match kinds[..] {
        ["media"] => media(state, &given["media"], author),
        ["multiImage"] => images(state, &given["multiImage"], author),
        ["article"] => article(state, &given["article"], author),
        ["poll"] => poll(&given["poll"]),
        _ => Err(Refused::bad(
            "ERROR :: /content :: union type must hold exactly one of media, multiImage, article, poll",
        )),
    }
}

fn optional(value: &Value, name: &str) -> Result<Option<String>, Refused> {
    match value.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Refused::bad(format!("ERROR :: /content/{name} :: is not a string"))),
    }
}

/// An upload that can be shown: known, the author's own, whole and looked through.
fn usable(state: &mut State, urn: &str, kinds: &[&str], author: &str) -> Result<(), Refused> {
    let looks = state.settings.looks_until_ready;
    let fits = kinds.iter().any(|kind| urn.starts_with(&format!("urn:li:{kind}:")));
    let upload = state.uploads.get_mut(urn).filter(|_| fits);
    let upload = upload.ok_or_else(|| Refused::bad(format!("ERROR :: /content :: {urn} does not exist")))?;
    if upload.owner != author {
        return Err(Refused::bad(format!("ERROR :: /content :: {urn} is not owned by {author}")));
    }
    match upload.look(looks) {
        "AVAILABLE" => Ok(()),
        "PROCESSING_FAILED" => {
            Err(Refused::content("MEDIA_ASSET_PROCESSING_FAILED", format!("{urn} could not be processed")))
        }
        "PROCESSING" => Err(Refused::content("MEDIA_ASSET_PROCESSING", format!("{urn} is not ready"))),
        _ => Err(Refused::content("MEDIA_ASSET_WAITING_UPLOAD", format!("{urn} is not ready: nothing was uploaded"))),
    }
}

fn media(state: &mut State, given: &Value, author: &str) -> Result<Content, Refused> {
    only(given, "/content/media", &["id", "title", "altText"])?;
    let id = text(given, "/id")?.to_owned();
    usable(state, &id, &["image", "video", "document"], author)?;
    Ok(Content::Media { id, title: optional(given, "title")?, alt_text: optional(given, "altText")? })
}

fn images(state: &mut State, given: &Value, author: &str) -> Result<Content, Refused> {
    only(given, "/content/multiImage", &["images"])?;
    let list = given["images"].as_array().cloned().unwrap_or_default();
    if !(2..=20).contains(&list.len()) {
        return Err(Refused::content(
            "INVALID_IMAGE_COUNT",
            "ERROR :: /content/multiImage/images :: 2 to 20 are allowed",
        ));
    }
    let mut images = Vec::with_capacity(list.len());
    for image in &list {
        only(image, "/content/multiImage/images", &["id", "altText"])?;
        let id = text(image, "/id")?.to_owned();
        usable(state, &id, &["image"], author)?;
        images.push((id, optional(image, "altText")?));
    }
    Ok(Content::Images(images))
}

fn article(state: &mut State, given: &Value, author: &str) -> Result<Content, Refused> {
    only(given, "/content/article", &["source", "title", "description", "thumbnail", "thumbnailAltText"])?;
    let source = text(given, "/source")?.to_owned();
    if !url::Url::parse(&source).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
        return Err(Refused::bad(format!("ERROR :: /content/article/source :: \"{source}\" is not a URL")));
    }
    let title = text(given, "/title")?.to_owned();
    let thumbnail = optional(given, "thumbnail")?;
    if let Some(urn) = &thumbnail {
        usable(state, urn, &["image"], author)?;
    }
    Ok(Content::Article { source, title, description: optional(given, "description")?, thumbnail })
}

fn poll(given: &Value) -> Result<Content, Refused> {
    only(given, "/content/poll", &["question", "options", "settings"])?;
    let question = text(given, "/question")?.to_owned();
    let duration = text(given, "/settings/duration")?.to_owned();
    if !matches!(duration.as_str(), "ONE_DAY" | "THREE_DAYS" | "SEVEN_DAYS" | "FOURTEEN_DAYS") {
        return Err(Refused::bad(format!(
            "ERROR :: /content/poll/settings/duration :: \"{duration}\" is not an enum symbol"
        )));
    }
    let list = given["options"].as_array().cloned().unwrap_or_default();
    let options = list.iter().map(|option| text(option, "/text").map(str::to_owned)).collect::<Result<Vec<_>, _>>()?;
    let too_long = question.chars().count() > 140 || options.iter().any(|option| option.chars().count() > 30);
    if !(2..=4).contains(&options.len()) || too_long {
        let message = "ERROR :: /content/poll :: 2 to 4 options of 30 characters and a question of 140 are allowed";
        return Err(Refused::content("INVALID_POLL", message));
    }
    Ok(Content::Poll { question, options, duration })
}

pub(super) fn shape(content: &Content) -> Value {
    let text = |value: &Option<String>| value.as_ref().map_or(Value::Null, |text| json!(text));
    let mut body = match content {
        Content::Media { id, title, alt_text } => {
            json!({"media": {"id": id, "title": text(title), "altText": text(alt_text)}})
        }
        Content::Images(images) => {
            let images: Vec<Value> =
                images.iter().map(|(id, alt_text)| json!({"id": id, "altText": text(alt_text)})).collect();
            json!({"multiImage": {"images": images}})
        }
        Content::Article { source, title, description, thumbnail } => json!({"article": {
            "source": source, "title": title, "description": text(description), "thumbnail": text(thumbnail)}}),
        Content::Poll { question, options, duration } => {
            let options: Vec<Value> = options.iter().map(|option| json!({"text": option})).collect();
            json!({"poll": {"question": question, "options": options, "settings": {"duration": duration}}})
        }
    };
    // What was not given does not come back as null.
    for inner in body.as_object_mut().into_iter().flat_map(|own| own.values_mut()) {
        if let Some(fields) = inner.as_object_mut() {
            fields.retain(|_, value| !value.is_null());
        }
    }
    body
}
