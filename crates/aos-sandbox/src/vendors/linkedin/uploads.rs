//! Images, documents and videos (contract 1.5).

use axum::{http::Method, response::Response};
use serde_json::{Value, json};

use super::{
    super::{
        call::{self, Call},
        grants::Holder,
        media::{self, Kind},
    },
    LinkedIn,
    api::{Outcome, needs},
    errors::Refused,
    posts::{may_write, text},
    state::{UPLOAD_HOURS, Upload},
};

const PART: u64 = 4 << 20;
const MOST_PIXELS: u64 = 36_152_320;
const LARGEST_DOCUMENT: usize = 100 << 20;

/// `image`, `document` or `video` of a URN.
fn kind_of(urn: &str) -> &str {
    urn.split(':').nth(2).unwrap_or_default()
}

fn id_of(urn: &str) -> &str {
    urn.rsplit(':').next().unwrap_or_default()
}

/// The extension under which a file is shown; none: it can't be processed.
fn extension(kind: &str, bytes: &[u8]) -> Option<&'static str> {
    match (kind, media::sniff(bytes)?) {
        ("image", found @ (Kind::Png | Kind::Jpeg | Kind::Gif)) => {
            let pixels = media::dimensions(bytes).map(|(width, height)| u64::from(width) * u64::from(height));
            pixels.filter(|pixels| *pixels > 0 && *pixels < MOST_PIXELS)?;
            Some(match found {
                Kind::Png => "png",
                Kind::Jpeg => "jpg",
                _ => "gif",
            })
        }
        ("document", Kind::Pdf) => Some("pdf"),
        ("document", Kind::OpenXml | Kind::Ole) => Some("bin"),
        ("video", found) if found.is_video() => Some("mp4"),
        _ => None,
    }
}

impl LinkedIn {
    pub(super) fn upload_action(&self, resource: &str, call: &Call, holder: &Holder) -> Outcome {
        if call.content_type() != "application/json" {
            return Err(Refused::content_type());
        }
        let sent = call.json().ok_or_else(|| Refused::bad("The body is not JSON"))?;
        match (call.asked("action").as_deref(), resource) {
            (Some("initializeUpload"), _) => self.start_upload(resource, &sent, call, holder),
            (Some("finalizeUpload"), "videos") => self.finish_video(&sent, holder),
            _ => Err(Refused::bad("Query parameter action must be initializeUpload")),
        }
    }

    fn start_upload(&self, resource: &str, sent: &Value, call: &Call, holder: &Holder) -> Outcome {
        let kind = resource.trim_end_matches('s');
        let owner = text(sent, "/initializeUploadRequest/owner")?.to_owned();
        let announced = sent.pointer("/initializeUploadRequest/fileSizeBytes").and_then(Value::as_u64);
        if kind == "video" && announced.is_none_or(|size| size == 0) {
            return Err(Refused::bad("ERROR :: /initializeUploadRequest/fileSizeBytes :: field is required"));
        }
        self.kept.change(|state| {
            may_write(state, &owner, holder, &format!("{resource}.ACTION-initializeUpload"))?;
            let id = format!("C4E{}", state.new_id());
            let urn = format!("urn:li:{kind}:{id}");
            let ends_at = call.now + UPLOAD_HOURS;
            let upload = Upload {
                owner,
                ends_at,
                announced,
                parts: std::collections::BTreeMap::new(),
                arrived: false,
                extension: None,
                looks: 0,
            };
            state.uploads.insert(urn.clone(), upload);
            let at = |part: u64| self.ground.at(&format!("https://www.linkedin.com/dms-uploads/{kind}/{id}/{part}"));
            let mut value = json!({"uploadUrlsExpireAt": ends_at.timestamp_millis(), kind: urn});
            if let Some(size) = announced.filter(|_| kind == "video") {
                let instructions: Vec<Value> = (0..size.div_ceil(PART))
                    .map(|part| {
                        let last = ((part + 1) * PART).min(size) - 1;
                        json!({"uploadUrl": at(part), "firstByte": part * PART, "lastByte": last})
                    })
                    .collect();
                value["uploadInstructions"] = instructions.into();
                value["uploadToken"] = "".into();
            } else {
                value = json!({"uploadUrlExpiresAt": ends_at.timestamp_millis(), "uploadUrl": at(0), kind: urn});
            }
            Ok(call::json(200, json!({ "value": value })))
        })
    }

    /// `PUT` to an address that was given out.
    pub(super) fn receive(&self, call: &Call) -> Response {
        let outcome = self.holder(call).and_then(|holder| {
            let pieces = call.segments();
            let [_, kind, id, part] = pieces[..] else { return Err(Refused::missing("The upload")) };
            if call.method != Method::PUT {
                return Err(Refused::method());
            }
            let part: u32 = part.parse().map_err(|_| Refused::missing("The upload"))?;
            self.take(&format!("urn:li:{kind}:{id}"), part, call, &holder)
        });
        outcome.unwrap_or_else(|refused| refused.answer())
    }

    fn take(&self, urn: &str, part: u32, call: &Call, holder: &Holder) -> Outcome {
        self.kept.change(|state| {
            let owner = state.uploads.get(urn).map(|upload| upload.owner.clone());
            may_write(state, &owner.ok_or_else(|| Refused::missing("The upload"))?, holder, "uploads.PUT")?;
            let upload = state.uploads.get_mut(urn).ok_or_else(|| Refused::missing("The upload"))?;
            if upload.ends_at < call.now {
                return Err(Refused::bad("The upload address has expired"));
            }
            if call.body.is_empty() {
                return Err(Refused::bad("The body is empty"));
            }
            let kind = kind_of(urn);
            if kind != "video" {
                let fits = kind != "document" || call.body.len() <= LARGEST_DOCUMENT;
                upload.extension = extension(kind, &call.body).filter(|_| fits).map(str::to_owned);
                upload.arrived = true;
                self.blobs.put(id_of(urn), call.body.clone());
                return Ok(call::bare(201));
            }
            let size = upload.announced.unwrap_or(0);
            let from = u64::from(part) * PART;
            if from >= size || call.body.len() as u64 != (size - from).min(PART) {
                return Err(Refused::bad("The part has not the size that was announced"));
            }
            let etag = format!("etag-{}-{part}", id_of(urn));
            upload.parts.insert(part, etag.clone());
            self.blobs.put(&format!("{}-{part}", id_of(urn)), call.body.clone());
            Ok(call::with(call::bare(200), "etag", etag))
        })
    }

    fn finish_video(&self, sent: &Value, holder: &Holder) -> Outcome {
        let urn = text(sent, "/finalizeUploadRequest/video")?;
        let ids = sent.pointer("/finalizeUploadRequest/uploadedPartIds").and_then(Value::as_array);
        let ids: Vec<&str> = ids.into_iter().flatten().filter_map(Value::as_str).collect();
        self.kept.change(|state| {
            let owner = state.uploads.get(urn).map(|upload| upload.owner.clone());
            let owner = owner.ok_or_else(|| Refused::bad(format!("{urn} does not exist")))?;
            may_write(state, &owner, holder, "videos.ACTION-finalizeUpload")?;
            let upload = state.uploads.get_mut(urn).ok_or_else(|| Refused::missing("The upload"))?;
            let own: Vec<&str> = upload.parts.values().map(String::as_str).collect();
            let expected = upload.announced.unwrap_or(0).div_ceil(PART);
            if own.len() as u64 != expected || ids != own {
                return Err(Refused::bad("ERROR :: /finalizeUploadRequest/uploadedPartIds :: parts are missing"));
            }
            let whole: Vec<u8> = (0..own.len())
                .filter_map(|part| self.blobs.get(&format!("{}-{part}", id_of(urn))))
                .flat_map(|bytes| bytes.to_vec())
                .collect();
            upload.extension = extension("video", &whole).map(str::to_owned);
            upload.arrived = true;
            self.blobs.put(id_of(urn), whole.into());
            Ok(call::json(200, json!({})))
        })
    }

    /// `GET` of an upload: how far it is.
    pub(super) fn upload_state(&self, urn: &str, holder: &Holder) -> Outcome {
        // A token that can do no more than post as its member is refused here.
        needs(holder, &["w_organization_social", "r_organization_social"], &format!("{}s.GET", kind_of(urn)))?;
        self.kept.change(|state| {
            let looks = state.settings.looks_until_ready;
            let upload = state.uploads.get_mut(urn).ok_or_else(|| Refused::missing(urn))?;
            let status = upload.look(looks);
            Ok(call::json(200, json!({"id": urn, "owner": upload.owner, "status": status})))
        })
    }
}
