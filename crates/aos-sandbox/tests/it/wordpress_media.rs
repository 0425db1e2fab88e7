//! Uploads in both forms, and what a site refuses.

use aos_sandbox::{Fault, FaultKind, Role, Service};
use reqwest::multipart::{Form, Part};
use serde_json::json;

use crate::support::{Answer, Stage, stage};

/// The head of a PNG of 3 × 2 pixels.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x03\0\0\0\x02\x08\x02\0\0\0";

async fn upload(stage: &Stage, name: &str, bytes: &'static [u8], headers: &[(&str, &str)]) -> Answer {
    let mut request = stage
        .signed(stage.http.post(stage.wp("/media")), Role::Editor)
        .header("content-type", "image/png")
        .header("content-disposition", format!("attachment; filename=\"{name}\""));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(request.body(bytes).send().await.unwrap()).await
}

#[tokio::test]
async fn raw_bytes_become_a_file_that_anyone_can_fetch() {
    let stage = stage().await;
    let made = upload(&stage, "chart.png", PNG, &[]).await;
    assert_eq!((made.status, made.header("x-wp-upload-attachment-id")), (201, made.id().to_string().as_str()));
    assert_eq!((&made.json["media_details"]["width"], &made.json["mime_type"]), (&json!(3), &json!("image/png")));
    let url = made.json["source_url"].as_str().unwrap();
    assert!(url.ends_with("/wp-content/uploads/2026/03/chart.png"));
    assert_eq!(stage.http.get(url).send().await.unwrap().bytes().await.unwrap(), PNG);

    let again = upload(&stage, "chart.png", PNG, &[]).await;
    assert!(again.json["source_url"].as_str().unwrap().ends_with("chart-1.png"));
    let path = format!("/media/{}", made.id());
    let text = stage.post(Role::Editor, &path, json!({"alt_text": "A chart"})).await;
    assert_eq!(text.json["alt_text"], "A chart");

    let post = json!({"title": "With picture", "status": "publish", "featured_media": made.id()});
    assert_eq!(stage.post(Role::Editor, "/posts", post).await.json["featured_media"], made.id());
    assert_eq!(stage.delete(Role::Editor, &path).await.error(), (501, "rest_trash_not_supported"));
    assert_eq!(stage.delete(Role::Editor, &format!("{path}?force=true")).await.json["deleted"], true);
    assert_eq!(stage.sandbox.wordpress().posts()[0].featured_media, 0);
}

#[tokio::test]
async fn a_form_brings_file_and_texts_in_one_call() {
    let stage = stage().await;
    let form = Form::new().text("alt_text", "Two boats").part("file", Part::bytes(PNG).file_name("boats.png"));
    let sent = stage.signed(stage.http.post(stage.wp("/media")), Role::Author).multipart(form).send().await.unwrap();
    let made = Answer::of(sent).await;
    assert_eq!((made.status, &made.json["alt_text"]), (201, &json!("Two boats")));
}

#[tokio::test]
async fn what_is_missing_or_not_allowed_is_refused_in_wordpress_words() {
    let stage = stage().await;
    let bare = stage.signed(stage.http.post(stage.wp("/media")), Role::Editor);
    let code = |answer: Answer| (answer.status, answer.json["code"].as_str().unwrap().to_owned());
    let send = |request: reqwest::RequestBuilder| async { code(Answer::of(request.send().await.unwrap()).await) };
    assert_eq!(send(bare).await, (400, "rest_upload_no_data".into()));
    let untyped = stage.signed(stage.http.post(stage.wp("/media")), Role::Editor).body(PNG);
    assert_eq!(send(untyped).await, (400, "rest_upload_no_content_type".into()));
    let unnamed = stage.signed(stage.http.post(stage.wp("/media")), Role::Editor);
    let unnamed = unnamed.header("content-type", "image/png").body(PNG);
    assert_eq!(send(unnamed).await, (400, "rest_upload_no_content_disposition".into()));

    assert_eq!(upload(&stage, "", PNG, &[]).await.error(), (400, "rest_upload_invalid_disposition"));
    assert_eq!(upload(&stage, "x.svg", b"<svg/>", &[]).await.error(), (500, "rest_upload_unknown_error"));
    assert_eq!(upload(&stage, "x.png", b"<html>", &[]).await.error(), (500, "rest_upload_unknown_error"));
    let sum = [("content-md5", "00000000000000000000000000000000")];
    assert_eq!(upload(&stage, "x.png", PNG, &sum).await.error(), (412, "rest_upload_hash_mismatch"));
    assert!(stage.sandbox.wordpress().media().is_empty());
}

#[tokio::test]
async fn failed_thumbnails_leave_the_file_and_name_its_id() {
    let stage = stage().await;
    stage
        .sandbox
        .faults()
        .push(Fault::new(Service::WordPress, "/wp-json/wp/v2/media", FaultKind::ThumbnailsFailed).method("POST"));
    let failed = upload(&stage, "big.png", PNG, &[]).await;
    assert_eq!(failed.status, 500);
    let id = failed.header("x-wp-upload-attachment-id").to_owned();
    let path = format!("/media/{id}/post-process");
    let finished = stage.post(Role::Editor, &path, json!({"action": "create-image-subsizes"})).await;
    assert_eq!((finished.status, finished.id().to_string()), (200, id));
}
