//! Mailchimp against prepared answers: the requests as they leave, and what is made of what comes back.

use aos_capabilities::{
    Account, Platform, PlatformErrorKind,
    campaign::{Campaign, CampaignState, SendMode},
    connect::{Authorize, OAuthApp, Visit},
};
use aos_kernel::{Retry, Secret};
use chrono::TimeDelta;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Mailchimp, mapping};
use crate::{
    mailing::{self, tests::campaign},
    rehearsal::{Line, Stage, account, now, ok},
};

fn own() -> Account {
    account(json!({"dc": "us21"}))
}
fn wish(mode: SendMode) -> Campaign {
    campaign("*|UNSUB|*", mode)
}
fn standing(status: &str) -> Value {
    json!({"id": "f00", "status": status, "send_time": "2030-03-05T09:00:00+00:00", "emails_sent": 0,
        "long_archive_url": "https://us21.campaign-archive.com/f00", "recipients": {"recipient_count": 10},
        "settings": {"title": mailing::title(&wish(SendMode::Now))}})
}
fn none_listed() -> Line {
    ok(json!({"campaigns": [], "total_items": 0}))
}
fn ready() -> Line {
    ok(json!({"is_ready": true, "items": []}))
}
fn filled() -> Line {
    ok(json!({"html": "…"}))
}
fn done() -> Line {
    Line::Answer(204, Value::Null)
}
fn orders(stage: &Stage) -> usize {
    stage.asked().iter().filter(|line| line.contains("/actions/")).count()
}

#[tokio::test]
async fn a_campaign_is_made_filled_checked_and_sent_or_scheduled_as_the_contract_says() {
    let at = now() + TimeDelta::days(1);
    for (mode, word, state) in [
        (SendMode::Now, "sending", CampaignState::Sending),
        (SendMode::At(at), "schedule", CampaignState::Scheduled(at)),
        // Mailchimp's own word may be a moment late.
        (SendMode::Now, "save", CampaignState::Sending),
    ] {
        let stage = Stage::open([
            none_listed(),
            ok(standing("save")),
            filled(),
            ready(),
            ok(standing("save")),
            done(),
            ok(standing(word)),
        ])
        .await;
        let mailchimp = Mailchimp::new(stage.vendor());
        let sent = mailchimp.campaigns().unwrap().send(&own(), &wish(mode)).await.unwrap();
        assert_eq!((sent.id.as_str(), sent.state, sent.recipients), ("f00", state, Some(10)));
        if word != "save" {
            insta::assert_json_snapshot!(format!("mailchimp_{word}"), stage.requests());
        }
    }
}

#[tokio::test]
async fn a_draft_is_left_to_a_person() {
    let stage = Stage::open([none_listed(), ok(standing("save")), filled(), ok(standing("save"))]).await;
    let mailchimp = Mailchimp::new(stage.vendor());
    let sent = mailchimp.campaigns().unwrap().send(&own(), &wish(SendMode::Draft)).await.unwrap();
    assert_eq!((sent.state, orders(&stage)), (CampaignState::Draft, 0));
}

#[tokio::test]
async fn a_campaign_of_an_earlier_attempt_is_gone_on_with_and_one_that_went_out_is_left_alone() {
    let listed = |status| ok(json!({"campaigns": [standing(status)], "total_items": 1}));
    let stage = Stage::open([
        listed("save"),
        ok(standing("save")),
        filled(),
        ready(),
        ok(standing("save")),
        done(),
        ok(standing("sending")),
        listed("sent"),
        ok(standing("sent")),
    ])
    .await;
    let mailchimp = Mailchimp::new(stage.vendor());
    let campaigns = mailchimp.campaigns().unwrap();
    campaigns.send(&own(), &wish(SendMode::Now)).await.unwrap();
    assert!(stage.asked().iter().all(|line| !line.ends_with("/3.0/campaigns") || !line.starts_with("POST")));
    assert_eq!(campaigns.send(&own(), &wish(SendMode::Now)).await.unwrap().state, CampaignState::Sent);
    assert_eq!(campaigns.resume(&own(), "f00", &wish(SendMode::Now)).await.unwrap().state, CampaignState::Sent);
    assert_eq!((orders(&stage), stage.unasked()), (1, 0));
}

#[tokio::test]
async fn a_lost_answer_to_the_order_is_looked_up_and_else_unknown() {
    let begin = || [none_listed(), ok(standing("save")), filled(), ready(), ok(standing("save")), Line::Hangup];
    let stage = Stage::open(begin().into_iter().chain([ok(standing("sending"))])).await;
    let mailchimp = Mailchimp::new(stage.vendor());
    let sent = mailchimp.campaigns().unwrap().send(&own(), &wish(SendMode::Now)).await.unwrap();
    assert_eq!(sent.state, CampaignState::Sending);
    let stage = Stage::open(begin().into_iter().chain([ok(standing("save"))])).await;
    let mailchimp = Mailchimp::new(stage.vendor());
    let error = mailchimp.campaigns().unwrap().send(&own(), &wish(SendMode::Now)).await.unwrap_err();
    assert!(error.outcome_unknown, "it may go out in the next moment");
}

#[tokio::test]
async fn what_fails_after_the_draft_was_made_says_that_a_draft_stands() {
    let stage =
        Stage::open([none_listed(), ok(standing("save")), Line::Answer(429, json!({"title": "TooManyRequests"}))])
            .await;
    let mailchimp = Mailchimp::new(stage.vendor());
    let error = mailchimp.campaigns().unwrap().send(&own(), &wish(SendMode::Now)).await.unwrap_err();
    assert_eq!((error.kind, error.outcome_unknown), (PlatformErrorKind::RateLimited, true));
    let refusal = ok(json!({"is_ready": false, "items": [
        {"type": "success", "heading": "Subject", "details": "…"},
        {"type": "error", "heading": "From", "details": "Verify the domain harbour.test."}]}));
    let stage = Stage::open([none_listed(), ok(standing("save")), filled(), refusal]).await;
    let mailchimp = Mailchimp::new(stage.vendor());
    let error = mailchimp.campaigns().unwrap().send(&own(), &wish(SendMode::Now)).await.unwrap_err();
    assert_eq!((error.kind, error.outcome_unknown), (PlatformErrorKind::Invalid("sender".to_owned()), false));
    assert!(error.message.contains("Verify the domain"), "{}", error.message);
    assert_eq!(orders(&stage), 0);
}

#[tokio::test]
async fn only_mailchimps_own_word_says_that_a_campaign_is_gone() {
    let gone = || Line::Answer(404, json!({"title": "Resource Not Found", "status": 404}));
    let stage = Stage::open([gone(), gone(), Line::Answer(404, Value::Null)]).await;
    let mailchimp = Mailchimp::new(stage.vendor());
    let campaigns = mailchimp.campaigns().unwrap();
    assert_eq!(campaigns.read(&own(), "f00").await.unwrap(), None);
    let error = campaigns.resume(&own(), "f00", &wish(SendMode::Now)).await.unwrap_err();
    assert_eq!(error.kind, PlatformErrorKind::NotFound);
    assert_eq!(campaigns.read(&own(), "f00").await.unwrap_err().kind, PlatformErrorKind::NotFound);
}

#[tokio::test]
async fn a_consent_says_in_which_data_centre_the_account_is() {
    let metadata = |dc: &str| {
        ok(json!({"dc": dc, "role": "owner", "accountname": "Harbour & Pine", "user_id": 1,
            "login": {"email": "anna@harbour.test"}}))
    };
    let stage = Stage::open([
        ok(json!({"access_token": "access-canary", "expires_in": 0, "scope": null})),
        metadata("us21"),
        metadata("evil.test/x"),
        Line::Answer(400, json!({"error": "invalid_grant"})),
    ])
    .await;
    let mailchimp = Mailchimp::new(stage.vendor());
    let app = OAuthApp {
        client_id: "agency-os".to_owned(),
        client_secret: Secret::new("application-canary"),
        redirect: "http://127.0.0.1:8080/back".parse().unwrap(),
    };
    let visit = Visit { state: Secret::new("s"), verifier: Secret::new("v".repeat(43)) };
    let tokens = mailchimp.redeem(&app, &visit, &Secret::new("code-canary")).await.unwrap();
    assert_eq!((tokens.expires_at, tokens.scopes.as_ref()), (None, None));
    let targets = mailchimp.targets(&app, &tokens).await.unwrap();
    assert_eq!((targets[0].key.as_str(), &targets[0].settings), ("1", &json!({"dc": "us21"})));
    assert_eq!(targets[0].detail, "Account · anna@harbour.test · owner");
    let elsewhere = mailchimp.targets(&app, &tokens).await.unwrap();
    assert!(elsewhere[0].refusal.is_some(), "the access must not be led to another host");
    let error = mailchimp.redeem(&app, &visit, &Secret::new("code-canary")).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (PlatformErrorKind::AuthExpired, Retry::Never));
    assert!(!stage.requests().to_string().contains("canary"));
}

#[tokio::test]
async fn evidence_counts_people_and_reads_the_reports() {
    let stage = Stage::open([
        ok(json!({"lists": [{"id": "a", "name": "News", "stats": {"member_count": 10}},
            {"id": "b", "name": "Trade", "stats": {"member_count": 5}}], "total_items": 2})),
        ok(json!({"campaigns": [standing("sent")], "total_items": 1})),
        ok(json!({"id": "f00", "emails_sent": 10, "unsubscribed": 1, "send_time": "2030-02-01T09:00:00+00:00",
            "opens": {"unique_opens": 3}, "clicks": {"unique_clicks": 1}})),
    ])
    .await;
    let mailchimp = Mailchimp::new(stage.vendor());
    let evidence = Platform::inspect(&mailchimp).unwrap().inspect(&own()).await.unwrap();
    assert_eq!((evidence.subscribers, evidence.campaigns.len()), (Some(15), 1));
    let figures = &evidence.campaigns[0];
    assert_eq!((figures.recipients, figures.opens, figures.clicks, figures.unsubscribes), (10, 3, 1, 1));
}

proptest! {
    #[test]
    fn no_campaign_and_no_account_makes_the_mapping_fail(
        id in ".{0,12}", status in ".{0,12}", time in ".{0,30}", count in any::<u64>(),
    ) {
        let standing = serde_json::from_value(json!({"id": id, "status": status, "send_time": time,
            "emails_sent": count, "long_archive_url": time})).unwrap();
        let report = serde_json::from_value(json!({"emails_sent": count, "send_time": time})).unwrap();
        let _ = (mapping::sent(&standing), mapping::figures(&standing, &report));
        let _ = mapping::ordered(Some(&standing), &id, SendMode::Now);
        let _ = mapping::target(&serde_json::from_value(json!({"dc": id, "user_id": time})).unwrap());
    }
}
