//! Media (contract 2.3): images in one request, videos and GIFs in segments, alternative texts.

use std::collections::BTreeMap;

use axum::http::Method;
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    super::{
        call::{self, Call, Part},
        grants::Holder,
        media::{self, Kind},
    },
    X,
    api::{Outcome, needs},
    errors::Refused,
    posts::media_key,
    state::{State, Upload},
};

const LASTS: i64 = 86_400;

fn largest(category: &str) -> u64 {
    match category {
        "tweet_image" => 5 << 20,
        "tweet_gif" => 15 << 20,
        _ => 512 << 20,
    }
}

/// Extension of a file that is what its category says.
fn extension(category: &str, bytes: &[u8]) -> Option<&'static str> {
    match (category, media::sniff(bytes)?) {
        ("tweet_image", Kind::Png) => Some("png"),
        ("tweet_image", Kind::Jpeg) => Some("jpg"),
        ("tweet_image", Kind::Webp) => Some("webp"),
        ("tweet_image" | "tweet_gif", Kind::Gif) => {
            let fits = media::dimensions(bytes).is_some_and(|(width, height)| width <= 1_280 && height <= 1_080);
            fits.then_some("gif")
        }
        ("tweet_video", kind) if kind.is_video() => Some("mp4"),
        _ => None,
    }
}

fn part<'a>(parts: Option<&'a [Part]>, name: &str) -> Option<&'a Part> {
    parts?.iter().find(|part| part.name == name)
}

fn part_text(parts: Option<&[Part]>, name: &str) -> Option<String> {
    part(parts, name).map(|part| String::from_utf8_lossy(&part.bytes).into_owned())
}

impl X {
    pub(super) fn media(&self, call: &Call, holder: &Holder, pieces: &[&str], parts: Option<&[Part]>) -> Outcome {
        needs(holder, &["media.write"])?;
        match (&call.method, pieces) {
            (&Method::POST, ["upload"]) => self.image(call, holder, parts),
            (&Method::GET, ["upload"]) => self.status(call, holder),
            (&Method::POST, ["upload", "initialize"]) => self.initialize(call, holder),
            (&Method::POST, ["upload", id, "append"]) => self.append(id, call, holder, parts),
            (&Method::POST, ["upload", id, "finalize"]) => self.finalize(id, holder),
            (&Method::POST, ["metadata"]) => self.describe(call, holder),
            _ => Err(Refused::not_found("resource", &call.path)),
        }
    }

    fn image(&self, call: &Call, holder: &Holder, parts: Option<&[Part]>) -> Outcome {
        let json = call.json().unwrap_or(Value::Null);
        let word = |name: &str| part_text(parts, name).or_else(|| json[name].as_str().map(str::to_owned));
        let category = word("media_category").unwrap_or_default();
        if category != "tweet_image" {
            return Err(Refused::invalid("media_category", format!("[{category}] can't be uploaded in one request")));
        }
        let bytes = part(parts, "media")
            .map(|part| part.bytes.clone())
            .or_else(|| STANDARD.decode(json["media"].as_str()?).ok().map(Bytes::from))
            .filter(|bytes| !bytes.is_empty())
            .ok_or_else(|| Refused::invalid("media", "`media` is missing or can't be read"))?;
        if bytes.len() as u64 > largest(&category) {
            return Err(Refused::invalid("media", "The file is larger than 5 MB"));
        }
        let own = extension(&category, &bytes);
        let own = own.ok_or_else(|| Refused::invalid("media", "The file is of no type that is supported"))?;
        self.kept.change(|state| {
            let size = bytes.len() as u64;
            let id = started(state, &category, size, call, holder);
            if let Some(upload) = state.uploads.get_mut(&id) {
                (upload.whole, upload.extension) = (true, Some(own.to_owned()));
            }
            self.blobs.put(&id, bytes);
            Ok(call::json(200, json!({"data": data(&id, size)})))
        })
    }

    fn initialize(&self, call: &Call, holder: &Holder) -> Outcome {
        let sent = call.json().filter(|_| call.content_type() == "application/json");
        let sent = sent.ok_or_else(|| Refused::invalid("body", "The body must be JSON"))?;
        let category = sent["media_category"].as_str().unwrap_or_default();
        let fits = match sent["media_type"].as_str() {
            Some("video/mp4" | "video/quicktime" | "video/webm") => category == "tweet_video",
            Some("image/gif") => category == "tweet_gif",
            Some("image/jpeg" | "image/png" | "image/webp") => category == "tweet_image",
            _ => false,
        };
        if !fits {
            return Err(Refused::invalid("media_type", "`media_type` and `media_category` do not fit"));
        }
        let size = sent["total_bytes"].as_u64().filter(|size| (1..=largest(category)).contains(size));
        let size = size.ok_or_else(|| Refused::invalid("total_bytes", "`total_bytes` is missing or too large"))?;
        self.kept.change(|state| {
            let id = started(state, category, size, call, holder);
            Ok(call::json(200, json!({"data": data(&id, size)})))
        })
    }

    fn append(&self, id: &str, call: &Call, holder: &Holder, parts: Option<&[Part]>) -> Outcome {
        let index = part_text(parts, "segment_index").and_then(|text| text.parse::<u32>().ok());
        let index = index.filter(|index| *index <= 999);
        let index = index.ok_or_else(|| Refused::invalid("segment_index", "`segment_index` is not 0 to 999"))?;
        let bytes = part(parts, "media").map(|part| part.bytes.clone()).filter(|bytes| !bytes.is_empty());
        let bytes = bytes.ok_or_else(|| Refused::invalid("media", "`media` is missing"))?;
        self.kept.change(|state| {
            let upload = own(state, id, holder, call)?;
            let others: u64 = upload.segments.iter().filter(|(own, _)| **own != index).map(|(_, size)| size).sum();
            if upload.whole || others + bytes.len() as u64 > upload.announced {
                return Err(Refused::invalid("media", "More bytes than `total_bytes`"));
            }
            upload.segments.insert(index, bytes.len() as u64);
            let ends = upload.expires_at.timestamp();
            self.blobs.put(&format!("{id}-{index}"), bytes);
            Ok(call::json(200, json!({"data": {"expires_at": ends}})))
        })
    }

    fn finalize(&self, id: &str, holder: &Holder) -> Outcome {
        self.kept.change(|state| {
            let looks = state.settings.looks_until_ready;
            let upload = state.uploads.get_mut(id).filter(|upload| upload.by == holder.person);
            let upload = upload.ok_or_else(|| Refused::invalid("id", "Media id not found."))?;
            if upload.segments.values().sum::<u64>() != upload.announced {
                return Err(Refused::invalid("id", "Segments do not add up to provided total file size."));
            }
            let whole: Vec<u8> = upload
                .segments
                .keys()
                .filter_map(|index| self.blobs.get(&format!("{id}-{index}")))
                .flat_map(|bytes| bytes.to_vec())
                .collect();
            upload.extension = extension(&upload.category, &whole).map(str::to_owned);
            if upload.extension.is_none() && !upload.is_processed() {
                return Err(Refused::invalid("media", "The file is of no type that is supported"));
            }
            upload.whole = true;
            let mut body = data(id, whole.len() as u64);
            if upload.is_processed() {
                body["processing_info"] = processing(upload, looks);
            }
            self.blobs.put(id, whole.into());
            Ok(call::json(200, json!({ "data": body })))
        })
    }

    fn status(&self, call: &Call, holder: &Holder) -> Outcome {
        if call.asked("command").as_deref() != Some("STATUS") {
            return Err(Refused::invalid("command", "`command` must be STATUS"));
        }
        let id = call.asked("media_id").unwrap_or_default();
        self.kept.change(|state| {
            let looks = state.settings.looks_until_ready;
            let upload = own(state, &id, holder, call)?;
            let mut body = data(&id, upload.announced);
            if upload.whole && upload.is_processed() {
                upload.looks += 1;
                body["processing_info"] = processing(upload, looks);
            }
            Ok(call::json(200, json!({ "data": body })))
        })
    }

    fn describe(&self, call: &Call, holder: &Holder) -> Outcome {
        let sent = call.json().unwrap_or(Value::Null);
        let id = sent["id"].as_str().unwrap_or_default();
        let text = sent.pointer("/metadata/alt_text/text").and_then(Value::as_str);
        let text = text.filter(|text| (1..=1_000).contains(&text.chars().count()));
        let text =
            text.ok_or_else(|| Refused::invalid("alt_text", "An alternative text of 1 to 1000 characters is needed"))?;
        self.kept.change(|state| {
            let upload = own(state, id, holder, call)?;
            if upload.category == "tweet_video" {
                return Err(Refused::invalid("id", "Alternative texts are for images and GIFs"));
            }
            upload.alt_text = Some(text.to_owned());
            Ok(call::json(200, json!({"data": {"id": id, "associated_metadata": {"alt_text": {"text": text}}}})))
        })
    }
}

fn started(state: &mut State, category: &str, size: u64, call: &Call, holder: &Holder) -> String {
    let id = state.new_id().to_string();
    let upload = Upload {
        by: holder.person.clone(),
        category: category.to_owned(),
        expires_at: call.now + TimeDelta::seconds(LASTS),
        announced: size,
        segments: BTreeMap::new(),
        whole: false,
        extension: None,
        looks: 0,
        alt_text: None,
    };
    state.uploads.insert(id.clone(), upload);
    id
}

fn own<'a>(state: &'a mut State, id: &str, holder: &Holder, call: &Call) -> Result<&'a mut Upload, Refused> {
    let upload = state.uploads.get_mut(id).filter(|own| own.by == holder.person && own.expires_at > call.now);
    upload.ok_or_else(|| Refused::invalid("media_id", "Media id not found."))
}

fn data(id: &str, size: u64) -> Value {
    json!({"id": id, "media_key": media_key(id), "expires_after_secs": LASTS, "size": size})
}

fn processing(upload: &Upload, looks_until_ready: u32) -> Value {
    let state = upload.progress(looks_until_ready);
    let mut body = json!({ "state": state });
    match state {
        "succeeded" => body["progress_percent"] = 100.into(),
        "failed" => {
            body["error"] = json!({"code": 1, "name": "InvalidMedia", "message": "Unsupported video format"});
        }
        _ => body["check_after_secs"] = 1.into(),
    }
    body
}
