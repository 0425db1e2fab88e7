//! Files in two steps: Webflow says where and with what, then the bytes go to its storage (contract: section 2.4).

use axum::{
    body::Body,
    extract::{DefaultBodyLimit, FromRequest, Multipart, Request},
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use md5::{Digest, Md5};
use serde_json::{Value, json};

use super::{
    Answered, Desk, Ground, Problem, Reply,
    fields::IMAGE_BYTES,
    hex,
    state::{SITE, State, WebflowAsset, moment},
};
use crate::vendors::arrival::Arrival;

const DOCUMENT_BYTES: usize = 10 << 20;
const BUCKET: &str = "webflow-prod-assets";

/// What Webflow tells of an asset.
fn told(ground: &Ground, asset: &WebflowAsset) -> Value {
    json!({
        "id": asset.id, "siteId": SITE, "originalFileName": asset.file_name, "displayName": asset.file_name,
        "contentType": asset.content_type, "hostedUrl": ground.at(&asset.hosted()),
        "assetUrl": format!("https://s3.amazonaws.com/{BUCKET}/{}", key(asset)), "createdOn": moment(asset.created_at),
    })
}

fn key(asset: &WebflowAsset) -> String {
    format!("{SITE}/{}_{}", asset.id, asset.file_name)
}

/// What the form of the upload must hold, in this spelling.
fn details(asset: &WebflowAsset) -> Vec<(&'static str, String)> {
    vec![
        ("acl", "public-read".to_owned()),
        ("bucket", BUCKET.to_owned()),
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256".to_owned()),
        ("X-Amz-Credential", "SANDBOX/20260101/us-east-1/s3/aws4_request".to_owned()),
        ("X-Amz-Date", asset.created_at.format("%Y%m%dT%H%M%SZ").to_string()),
        ("key", key(asset)),
        ("Policy", STANDARD.encode(format!("policy of {}", asset.id))),
        ("X-Amz-Signature", hex(&Md5::digest(format!("signature of {}", asset.id)))),
        ("success_action_status", "201".to_owned()),
        ("content-type", asset.content_type.clone()),
        ("Cache-Control", "max-age=31536000, must-revalidate".to_owned()),
    ]
}

/// `/sites/{id}/assets` and `/assets/{id}`.
pub(super) fn route(desk: &mut Desk<'_>, arrival: &Arrival, id: Option<&str>) -> Answered {
    let uploaded = |state: &State, id: &str| {
        state.assets.iter().find(|own| own.id == id && own.bytes.is_some()).cloned().ok_or_else(Problem::not_found)
    };
    match (&arrival.method, id) {
        (&Method::POST, None) => announce(desk, arrival),
        (&Method::GET, None) => {
            let all = desk.state.assets.iter().filter(|own| own.bytes.is_some());
            let all: Vec<Value> = all.map(|own| told(desk.ground, own)).collect();
            let page = json!({"limit": 100, "offset": 0, "total": all.len()});
            Ok(Reply::ok(json!({"assets": all, "pagination": page})))
        }
        (&Method::GET, Some(id)) => Ok(Reply::ok(told(desk.ground, &uploaded(desk.state, id)?))),
        (&Method::DELETE, Some(id)) => {
            uploaded(desk.state, id)?;
            desk.state.assets.retain(|own| own.id != id);
            Ok(Reply::nothing())
        }
        _ => Err(Problem::not_found()),
    }
}

fn announce(desk: &mut Desk<'_>, arrival: &Arrival) -> Answered {
    let body = arrival.json().unwrap_or_default();
    let name = body["fileName"].as_str().unwrap_or_default();
    let hash = body["fileHash"].as_str().unwrap_or_default().to_ascii_lowercase();
    let content_type = mime_guess::from_path(name).first();
    let Some(content_type) = content_type.filter(|_| name.len() < 100 && !name.contains('/')) else {
        return Err(Problem::field("fileName", "A name with an extension, shorter than 100 characters, is asked for"));
    };
    if hash.len() != 32 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Problem::field("fileHash", "The MD5 of the file in hexadecimal is asked for"));
    }
    let asset = WebflowAsset {
        id: desk.state.next_id(),
        file_name: name.to_owned(),
        content_type: content_type.essence_str().to_owned(),
        hash,
        bytes: None,
        created_at: desk.now,
    };
    let mut body = told(desk.ground, &asset);
    body["uploadUrl"] = json!(desk.ground.at(&format!("https://s3.amazonaws.com/{BUCKET}")));
    body["uploadDetails"] = details(&asset).into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    desk.state.assets.push(asset);
    Ok(Reply::ok(body))
}

/// The form of an upload, in order; what comes after the file is not read, as at the real storage.
pub(super) struct Upload {
    fields: Vec<(String, String)>,
    file: Option<Bytes>,
}

/// Reads the form of an upload.
pub(super) async fn read(arrival: &Arrival) -> Option<Upload> {
    let content_type = arrival.headers.get(header::CONTENT_TYPE)?;
    let mut request = Request::new(Body::from(arrival.body.clone()));
    request.headers_mut().insert(header::CONTENT_TYPE, content_type.clone());
    // Without this axum stops at 2 MB; the layer before us has limited the body already.
    DefaultBodyLimit::apply(DefaultBodyLimit::disable(), &mut request);
    let mut parts = Multipart::from_request(request, &()).await.ok()?;
    let mut upload = Upload { fields: Vec::new(), file: None };
    while let Ok(Some(field)) = parts.next_field().await {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.ok()?;
        if name == "file" {
            upload.file = Some(bytes);
            break;
        }
        upload.fields.push((name, String::from_utf8_lossy(&bytes).into_owned()));
    }
    Some(upload)
}

fn refused(http: StatusCode, code: &str, words: &str) -> Response {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{words}</Message></Error>"
    );
    (http, [(header::CONTENT_TYPE, "application/xml")], body).into_response()
}

/// `POST https://s3.amazonaws.com/…`.
pub(super) fn store(state: &mut State, ground: &Ground, upload: Option<Upload>) -> Response {
    let Some(Upload { fields, file: Some(file) }) = upload else {
        let words = "POST requires exactly one file upload per request.";
        return refused(StatusCode::BAD_REQUEST, "InvalidArgument", words);
    };
    let value = |name: &str| fields.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.as_str());
    let found = state.assets.iter_mut().find(|own| key(own) == value("key"));
    let Some(asset) = found.filter(|own| details(own).iter().all(|(name, wanted)| value(name) == wanted)) else {
        let words = "Invalid according to Policy: Policy Condition failed";
        return refused(StatusCode::FORBIDDEN, "AccessDenied", words);
    };
    let most = if asset.content_type.starts_with("image/") { IMAGE_BYTES } else { DOCUMENT_BYTES };
    if file.len() > most {
        let words = "Your proposed upload exceeds the maximum allowed size";
        return refused(StatusCode::BAD_REQUEST, "EntityTooLarge", words);
    }
    if hex(&Md5::digest(&file)) != asset.hash {
        return refused(StatusCode::BAD_REQUEST, "BadDigest", "The MD5 you specified did not match what we received.");
    }
    asset.bytes = Some(STANDARD.encode(&file));
    let location = ground.at(&asset.hosted());
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PostResponse><Location>{location}</Location>\
         <Bucket>{BUCKET}</Bucket><Key>{}</Key></PostResponse>",
        key(asset)
    );
    (StatusCode::CREATED, [(header::CONTENT_TYPE, "application/xml")], body).into_response()
}

/// A file as the public loads it.
pub(super) fn hosted(state: &State, arrival: &Arrival) -> Response {
    let id = arrival.path.last().and_then(|name| name.split('_').next()).unwrap_or_default();
    let found = state.assets.iter().find(|own| own.id == id);
    match found.and_then(|own| Some((own, STANDARD.decode(own.bytes.as_ref()?).ok()?))) {
        Some((own, bytes)) => ([(header::CONTENT_TYPE, own.content_type.clone())], bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
