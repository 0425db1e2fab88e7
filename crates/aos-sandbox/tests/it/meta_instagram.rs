//! Publishing on Instagram, as contract `meta.md` 6 has it.

use aos_sandbox::{Meta, PostFigures, Service};
use chrono::TimeDelta;
use serde_json::json;

use crate::{
    files::{MP4, files},
    meta::code,
    support::{Answer, Stage, stage},
};

struct Set {
    stage: Stage,
    page: String,
    files: String,
}

async fn set() -> Set {
    let stage = stage().await;
    Set { page: stage.page_token().await, files: files().await, stage }
}

impl Set {
    async fn container(&self, form: &[(&str, &str)]) -> Answer {
        self.stage.send(&self.page, &format!("{}/media", Meta::INSTAGRAM_ID), form).await
    }
    async fn image(&self, file: &str, form: &[(&str, &str)]) -> Answer {
        let url = format!("{}/{file}", self.files);
        self.container(&[&[("image_url", &*url)], form].concat()).await
    }
    async fn publish(&self, container: &str) -> Answer {
        let form = [("creation_id", container)];
        self.stage.send(&self.page, &format!("{}/media_publish", Meta::INSTAGRAM_ID), &form).await
    }
    async fn status(&self, container: &str) -> String {
        let answer = self.stage.ask(&self.page, &format!("{container}?fields=status_code,status")).await;
        answer.json["status_code"].as_str().unwrap().to_owned()
    }
}

fn id(answer: &Answer) -> String {
    answer.json["id"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

#[tokio::test]
async fn a_picture_is_contained_watched_and_published_once() {
    let set = set().await;
    let found = set.stage.ask(&set.page, &format!("{}?fields=instagram_business_account", Meta::PAGE_ID)).await.json;
    assert_eq!(found["instagram_business_account"]["id"], Meta::INSTAGRAM_ID);
    set.stage.meta().set_looks(2);
    let container = id(&set.image("1080x1350.jpg", &[("caption", "Larch #garden"), ("alt_text", "An office")]).await);
    assert_eq!(code(&set.publish(&container).await), (9007, 2_207_027));
    let seen = [set.status(&container).await, set.status(&container).await, set.status(&container).await];
    assert_eq!(seen, ["IN_PROGRESS", "IN_PROGRESS", "FINISHED"]);
    let medium = id(&set.publish(&container).await);
    assert_eq!(set.status(&container).await, "PUBLISHED");
    assert_eq!(code(&set.publish(&container).await), (24, 2_207_006));
    assert_eq!(set.stage.meta().media().len(), 1);

    let figures = PostFigures { likes: 12, comments: 3, reach: 400, ..PostFigures::default() };
    set.stage.meta().set_figures(&medium, figures);
    let read =
        set.stage.ask(&set.page, &format!("{medium}?fields=permalink,media_type,timestamp,like_count")).await.json;
    assert_eq!((&read["media_type"], &read["like_count"]), (&json!("IMAGE"), &json!(12)));
    let opened = set.stage.http.get(read["permalink"].as_str().unwrap()).send().await.unwrap().text().await.unwrap();
    assert!(opened.contains("Larch #garden") && opened.contains("An office"));
    let list = set.stage.ask(&set.page, &format!("{}/media?fields=id,caption", Meta::INSTAGRAM_ID)).await.json;
    assert_eq!(list["data"][0]["caption"], "Larch #garden");
    let profile = set.stage.ask(&set.page, &format!("{}?fields=followers_count,media_count", Meta::INSTAGRAM_ID)).await;
    assert_eq!(profile.json["media_count"], 1);
    assert!(set.stage.sandbox.requests().of(Service::Instagram).len() > 5);
}

#[tokio::test]
async fn what_instagram_does_not_take_is_refused_with_its_code() {
    let set = set().await;
    let refusals = [
        (set.image("picture.png", &[]).await, (36_001, 2_207_005)),
        (set.image("large.jpg", &[]).await, (36_000, 2_207_004)),
        (set.image("900x1600.jpg", &[]).await, (36_003, 2_207_009)),
        (set.image("2000x1000.jpg", &[]).await, (36_003, 2_207_009)),
        (set.image("none", &[]).await, (9004, 2_207_052)),
        (set.image("1080x1080.jpg", &[("caption", &"a".repeat(2_201))]).await, (36_004, 2_207_010)),
        (set.image("1080x1080.jpg", &[("caption", &"#a ".repeat(31))]).await, (100, 2_207_040)),
        (set.container(&[("media_type", "CAROUSEL"), ("children", "1")]).await, (100, 2_207_028)),
        (set.container(&[("caption", "nothing else")]).await, (100, 0)),
    ];
    for (answer, wanted) in refusals {
        assert_eq!((answer.status, code(&answer)), (400, wanted));
    }
    assert!(set.stage.meta().media().is_empty());
}

#[tokio::test]
async fn a_carousel_has_its_items_and_a_reel_its_bytes() {
    let set = set().await;
    let item = [("is_carousel_item", "true")];
    let first = id(&set.image("1080x1080.jpg", &item).await);
    let second = id(&set.image("1080x1350.jpg", &item).await);
    let children = format!("{first},{second}");
    let album = [("media_type", "CAROUSEL"), ("children", &*children), ("caption", "Both")];
    let album = id(&set.container(&album).await);
    set.publish(&album).await;
    assert_eq!(set.stage.meta().media()[0].files.len(), 2);
    assert_ne!(code(&set.publish(&first).await), (0, 0), "an item is not published by itself");

    let reel = set.container(&[("media_type", "REELS"), ("upload_type", "resumable"), ("caption", "Film")]).await;
    let uri = reel.json["uri"].as_str().unwrap();
    assert!(uri.contains("/rupload.facebook.com/ig-api-upload/v26.0/"));
    assert_eq!(set.status(&id(&reel)).await, "IN_PROGRESS");
    let upload = set.stage.http.post(uri).header("authorization", format!("OAuth {}", set.page));
    let sent = upload.header("offset", "0").header("file_size", MP4.len()).body(MP4).send().await.unwrap();
    assert_eq!(sent.status(), 200);
    assert_eq!(set.status(&id(&reel)).await, "FINISHED");
    assert_eq!(set.publish(&id(&reel)).await.status, 200);

    let url = format!("{}/1080x1080.jpg", set.files);
    let broken = id(&set.container(&[("media_type", "REELS"), ("video_url", &url)]).await);
    assert_eq!(set.status(&broken).await, "ERROR");
}

#[tokio::test]
async fn containers_end_after_a_day_and_the_quota_comes_back_with_time() {
    let set = set().await;
    let old = id(&set.image("1080x1080.jpg", &[]).await);
    set.stage.clock.forward(TimeDelta::hours(24));
    assert_eq!(set.status(&old).await, "EXPIRED");
    assert_eq!(code(&set.publish(&old).await), (24, 2_207_008));

    set.stage.meta().set_quota(2, 1);
    let first = id(&set.image("1080x1080.jpg", &[]).await);
    assert_eq!(set.publish(&first).await.status, 200);
    let quota = format!("{}/content_publishing_limit?fields=quota_usage,config", Meta::INSTAGRAM_ID);
    let told = set.stage.ask(&set.page, &quota).await.json;
    assert_eq!(told, json!({"data": [{"quota_usage": 2, "config": {"quota_total": 2, "quota_duration": 86_400}}]}));
    let second = id(&set.image("1080x1080.jpg", &[]).await);
    assert_eq!(code(&set.publish(&second).await), (9, 2_207_042));
    set.stage.meta().set_quota(1, 0);
    set.stage.clock.forward(TimeDelta::hours(24));
    let third = id(&set.image("1080x1080.jpg", &[]).await);
    assert_eq!(set.publish(&third).await.status, 200);
}
