//! What the simulated vendors know outlives the process when there is a folder for it.

use std::sync::Arc;

use aos_kernel::SystemClock;
use aos_sandbox::{Meta, Sandbox, SandboxConfig, Service};
use chrono::TimeDelta;
use serde_json::json;

use crate::{
    files::PNG,
    meta::EVERYTHING,
    support::{Stage, Steps, client},
};

async fn begun(folder: &std::path::Path, clock: Arc<Steps>) -> Stage {
    let config = SandboxConfig { clock: clock.clone(), folder: Some(folder.to_owned()), ..SandboxConfig::default() };
    Stage { sandbox: Sandbox::start(config).await.unwrap(), clock, http: client() }
}

#[tokio::test]
async fn tokens_posts_pictures_and_campaigns_are_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Steps::at(aos_kernel::Clock::now(&SystemClock)));
    let stage = begun(folder.path(), clock.clone()).await;
    let page = stage.page_token().await;
    let form = reqwest::multipart::Form::new().part("source", reqwest::multipart::Part::bytes(PNG).file_name("p.png"));
    let photos = stage.graph(&format!("{}/photos", Meta::PAGE_ID));
    let sent = stage.http.post(photos).bearer_auth(&page).multipart(form.text("caption", "Kept")).send().await.unwrap();
    assert_eq!(sent.status(), 200);
    let mailchimp = stage.sandbox.vendors().mailchimp().token_of("anna");
    let campaign = stage.http.post(stage.at("https://us21.api.mailchimp.com/3.0/campaigns")).bearer_auth(&mailchimp);
    assert_eq!(campaign.json(&json!({"type": "regular"})).send().await.unwrap().status(), 200);
    stage.meta().throttle(Service::MetaAds, TimeDelta::minutes(5));
    stage.sandbox.vendors().klaviyo().set_looks(1);
    stage.sandbox.stop().await;

    let stage = begun(folder.path(), clock).await;
    assert_eq!(stage.ask(&page, "me").await.json["id"], Meta::PAGE_ID);
    let shown = stage.sandbox.vendors().shown();
    let post = shown.iter().find(|own| own.text == "Kept").unwrap();
    assert_eq!(stage.http.get(&post.images[0].0).send().await.unwrap().bytes().await.unwrap(), PNG);
    assert_eq!(stage.sandbox.vendors().mailchimp().campaigns().len(), 1);
    let user = stage.long_token(&stage.meta().agree(&stage.dialog(EVERYTHING), "anna").unwrap()).await;
    assert_eq!(stage.ask(&user, "me/adaccounts").await.json["error"]["code"], 80_004, "the limit holds on");
}
