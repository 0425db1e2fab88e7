//! Klaviyo against prepared answers: the requests as they leave, and what is made of what comes back.

use aos_capabilities::{
    Account, Platform, PlatformErrorKind,
    campaign::{Campaign, CampaignState, SendMode},
    connect::{Authorize, OAuthApp, Visit},
};
use aos_kernel::{Retry, Secret};
use chrono::TimeDelta;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Klaviyo, mapping};
use crate::{
    mailing::{self, tests::campaign},
    rehearsal::{Line, Stage, account, now, ok},
};

fn own() -> Account {
    account(json!({"account_id": "Ab1"}))
}
fn wish(mode: SendMode) -> Campaign {
    campaign("{% unsubscribe %}", mode)
}
fn data(status: &str) -> Value {
    json!({"type": "campaign", "id": "01H", "attributes": {"name": mailing::title(&wish(SendMode::Now)), "status": status,
        "send_strategy": {"method": "static", "datetime": "2030-03-05T09:00:00+00:00"}},
        "relationships": {"campaign-messages": {"data": [{"type": "campaign-message", "id": "01M"}]}}})
}
fn standing(status: &str) -> Line {
    ok(json!({"data": data(status)}))
}
fn made(status: &str) -> Line {
    Line::Answer(201, json!({"data": data(status)}))
}
fn none_listed() -> Line {
    ok(json!({"data": [], "links": {"next": null}}))
}
fn text() -> Line {
    Line::Answer(201, json!({"data": {"type": "template", "id": "X"}}))
}
fn assigned() -> Line {
    ok(json!({"data": {"type": "campaign-message", "id": "01M"}}))
}
fn taken() -> Line {
    Line::Answer(202, json!({"data": {"type": "campaign-send-job", "id": "01H", "attributes": {"status": "queued"}}}))
}
fn no_job() -> Line {
    refused(404, "not_found")
}
fn refused(status: u16, code: &str) -> Line {
    Line::Answer(status, json!({"errors": [{"status": status, "code": code, "detail": "…"}]}))
}
fn orders(stage: &Stage) -> usize {
    stage.asked().iter().filter(|line| line.starts_with("POST") && line.ends_with("/campaign-send-jobs")).count()
}

#[tokio::test]
async fn a_campaign_is_written_made_filled_and_ordered_as_the_contract_says() {
    let at = now() + TimeDelta::days(1);
    for (mode, word, state) in [
        (SendMode::Now, "Sending", CampaignState::Sending),
        (SendMode::At(at), "Scheduled", CampaignState::Scheduled(at)),
        // Klaviyo takes the order and shows it a moment later.
        (SendMode::At(at), "Draft", CampaignState::Scheduled(at)),
    ] {
        let stage =
            Stage::open([none_listed(), text(), made("Draft"), assigned(), standing("Draft"), taken(), standing(word)])
                .await;
        let klaviyo = Klaviyo::new(stage.vendor());
        let sent = klaviyo.campaigns().unwrap().send(&own(), &wish(mode)).await.unwrap();
        assert_eq!((sent.id.as_str(), sent.state), ("01H", state));
        if word != "Draft" {
            insta::assert_json_snapshot!(format!("klaviyo_{}", word.to_lowercase()), stage.requests());
        }
    }
}

#[tokio::test]
async fn a_draft_of_an_earlier_attempt_is_filled_anew_and_ordered_once() {
    let listed = |status| ok(json!({"data": [data(status)], "links": {"next": null}}));
    let changed = || ok(json!({"data": {"id": "01H"}}));
    let stage = Stage::open([
        listed("Draft"),
        standing("Draft"),
        no_job(),
        text(),
        changed(),
        changed(),
        assigned(),
        standing("Draft"),
        taken(),
        standing("Sending"),
        // It went out meanwhile.
        standing("Sent"),
        // The order was taken and does not show yet.
        standing("Draft"),
        ok(json!({"data": {"id": "01H", "attributes": {"status": "processing"}}})),
    ])
    .await;
    let klaviyo = Klaviyo::new(stage.vendor());
    let campaigns = klaviyo.campaigns().unwrap();
    campaigns.send(&own(), &wish(SendMode::Now)).await.unwrap();
    insta::assert_json_snapshot!("klaviyo_resume", stage.requests());
    assert_eq!(campaigns.resume(&own(), "01H", &wish(SendMode::Now)).await.unwrap().state, CampaignState::Sent);
    assert_eq!(campaigns.resume(&own(), "01H", &wish(SendMode::Now)).await.unwrap().state, CampaignState::Sending);
    assert_eq!((orders(&stage), stage.unasked()), (1, 0));
}

#[tokio::test]
async fn a_lost_answer_to_the_order_is_looked_up_and_else_unknown() {
    let begin = || [none_listed(), text(), made("Draft"), assigned(), standing("Draft"), Line::Hangup];
    let send = async |after: Vec<Line>| {
        let stage = Stage::open(begin().into_iter().chain(after)).await;
        let klaviyo = Klaviyo::new(stage.vendor());
        klaviyo.campaigns().unwrap().send(&own(), &wish(SendMode::Now)).await
    };
    assert_eq!(send(vec![standing("Sending")]).await.unwrap().state, CampaignState::Sending);
    let queued = ok(json!({"data": {"attributes": {"status": "queued"}}}));
    assert_eq!(send(vec![standing("Draft"), queued]).await.unwrap().state, CampaignState::Sending);
    let error = send(vec![standing("Draft"), no_job()]).await.unwrap_err();
    assert!(error.outcome_unknown, "it may go out in the next moment");
}

#[tokio::test]
async fn a_text_that_could_not_be_brought_there_leaves_nothing_unknown() {
    let stage = Stage::open([none_listed(), Line::Hangup]).await;
    let klaviyo = Klaviyo::new(stage.vendor());
    let error = klaviyo.campaigns().unwrap().send(&own(), &wish(SendMode::Now)).await.unwrap_err();
    assert_eq!((error.kind, error.outcome_unknown), (PlatformErrorKind::Unavailable, false));
    let stage = Stage::open([none_listed(), text(), made("Draft"), refused(503, "service_unavailable")]).await;
    let klaviyo = Klaviyo::new(stage.vendor());
    let error = klaviyo.campaigns().unwrap().send(&own(), &wish(SendMode::Now)).await.unwrap_err();
    assert!(error.outcome_unknown, "a draft stands there");
}

#[tokio::test]
async fn only_klaviyos_own_word_says_that_a_campaign_is_gone() {
    let stage = Stage::open([refused(404, "not_found"), Line::Answer(404, Value::Null)]).await;
    let klaviyo = Klaviyo::new(stage.vendor());
    let campaigns = klaviyo.campaigns().unwrap();
    assert_eq!(campaigns.read(&own(), "01H").await.unwrap(), None);
    assert_eq!(campaigns.read(&own(), "01H").await.unwrap_err().kind, PlatformErrorKind::NotFound);
    assert_eq!(campaigns.read(&own(), "../accounts").await.unwrap(), None);
}

#[tokio::test]
async fn audiences_are_lists_and_segments_over_all_pages_and_the_access_stays_with_klaviyo() {
    let list = |id: &str| json!({"type": "list", "id": id, "attributes": {"name": format!("List {id}")}});
    let stage = Stage::open([
        ok(json!({"data": [{"id": "Ab1", "attributes": {"contact_information": {
            "default_sender_name": "Harbour", "default_sender_email": "news@harbour.test"}}}]})),
        ok(json!({"data": [list("Y6")], "links": {"next": "https://evil.test/api/lists?page%5Bcursor%5D=abc"}})),
        ok(json!({"data": [list("Y7")], "links": {"next": null}})),
        refused(403, "permission_denied"),
    ])
    .await;
    let klaviyo = Klaviyo::new(stage.vendor());
    let audiences = klaviyo.campaigns().unwrap().audiences(&own()).await.unwrap();
    let ids: Vec<&str> = audiences.iter().map(|audience| audience.id.as_str()).collect();
    assert_eq!((ids, audiences[0].sender.address.as_str()), (vec!["Y6", "Y7"], "news@harbour.test"));
    let next = &stage.asked()[2];
    assert!(next.starts_with("GET a.klaviyo.com/api/lists?") && next.ends_with("page%5Bcursor%5D=abc"), "{next}");
}

#[tokio::test]
async fn consent_goes_with_a_challenge_and_access_is_renewed_and_given_back() {
    let token = |refresh: Value| {
        ok(json!({"access_token": "access-canary", "refresh_token": refresh, "expires_in": 3600,
            "scope": "campaigns:read accounts:read"}))
    };
    let stage = Stage::open([
        token(json!("refresh-canary")),
        token(Value::Null),
        Line::Answer(400, json!({"error": "invalid_grant"})),
        ok(json!({})),
        Line::Answer(400, json!({"error": "invalid_grant"})),
        Line::Answer(401, json!({"error": "invalid_client"})),
    ])
    .await;
    let klaviyo = Klaviyo::new(stage.vendor());
    let app = OAuthApp {
        client_id: "agency-os".to_owned(),
        client_secret: Secret::new("application-canary"),
        redirect: "http://127.0.0.1:8080/back".parse().unwrap(),
    };
    // The pair of RFC 7636, appendix B.
    let verifier = Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    let visit = Visit { state: Secret::new("s"), verifier };
    let departure = klaviyo.departure(&app, &visit).unwrap();
    let challenge = departure.query_pairs().find(|(name, _)| name == "code_challenge").unwrap().1.into_owned();
    assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    let tokens = klaviyo.redeem(&app, &visit, &Secret::new("code-canary")).await.unwrap();
    assert_eq!(tokens.expires_at, Some(now() + TimeDelta::hours(1)));
    assert!(!klaviyo.descriptor().consent.unwrap().missing(tokens.scopes.as_deref()).is_empty());
    let renewed = klaviyo.refresh(&app, &tokens).await.unwrap();
    assert_eq!(renewed.refresh.unwrap().expose(), "refresh-canary", "the old one stays good");
    let error = klaviyo.refresh(&app, &tokens).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (PlatformErrorKind::AuthExpired, Retry::Never));
    for _ in 0..2 {
        klaviyo.revoke(&app, &tokens).await.unwrap();
    }
    let error = klaviyo.redeem(&app, &visit, &Secret::new("code-canary")).await.unwrap_err();
    assert_eq!(error.kind, PlatformErrorKind::PermissionMissing);
    assert!(!stage.requests().to_string().contains("canary"));
}

#[tokio::test]
async fn evidence_comes_from_one_report_and_names_what_is_missing() {
    let campaign = |id: &str, time: &str| json!({"id": id, "attributes": {"status": "Sent", "send_time": time}});
    let row = |id: &str, opens: f64| {
        json!({"groupings": {"campaign_id": id}, "statistics": {"recipients": 10.0, "opens_unique": opens,
            "clicks_unique": 1.0, "unsubscribes": 0.0}})
    };
    let stage = Stage::open([
        ok(json!({"data": [{"id": "Y6", "attributes": {"name": "News"}}]})),
        ok(json!({"data": {"id": "Y6", "attributes": {"name": "News"}}})),
        ok(json!({"data": [campaign("01H", "2030-02-01T09:00:00+00:00"), campaign("01G", "2020-01-01T00:00:00Z")]})),
        ok(json!({"data": [{"id": "m1", "attributes": {"name": "Opened"}}, {"id": "m2", "attributes": {"name": "Placed Order"}}]})),
        ok(json!({"data": {"attributes": {"results": [row("01H", 3.0), row("01H", 2.0), row("01G", 9.0)]}}})),
    ])
    .await;
    let klaviyo = Klaviyo::new(stage.vendor());
    let evidence = Platform::inspect(&klaviyo).unwrap().inspect(&own()).await.unwrap();
    assert_eq!((evidence.subscribers, evidence.campaigns.len()), (None, 1));
    assert_eq!((evidence.campaigns[0].recipients, evidence.campaigns[0].opens), (20, 5));
    assert_eq!(evidence.missing.len(), 1);
    assert!(stage.requests()[4].to_string().contains(r#""conversion_metric_id":"m2""#));
}

#[test]
fn the_mark_in_a_link_becomes_the_one_that_stands_for_an_address() {
    let link = r#"<a href="{% unsubscribe %}">Leave</a> or {% unsubscribe %}"#;
    assert_eq!(mapping::html(link), r#"<a href="{% unsubscribe_link %}">Leave</a> or {% unsubscribe %}"#);
}

#[test]
fn every_state_of_the_contract_has_its_meaning() {
    let state = |status: &str| {
        let sent = mapping::sent(&serde_json::from_value(data(status)).unwrap());
        (sent.state, sent.notes)
    };
    let at = "2030-03-05T09:00:00Z".parse().unwrap();
    for (status, expected) in [
        ("Draft", CampaignState::Draft),
        ("Preparing to schedule", CampaignState::Scheduled(at)),
        ("Scheduled", CampaignState::Scheduled(at)),
        ("Adding Recipients", CampaignState::Sending),
        ("Preparing to send", CampaignState::Sending),
        ("Queued without Recipients", CampaignState::Sending),
        ("Sending", CampaignState::Sending),
        ("Sending Segments", CampaignState::Sending),
        ("Variations Sent", CampaignState::Sending),
        ("Sent", CampaignState::Sent),
        ("Cancelled", CampaignState::Cancelled),
        ("Unknown", CampaignState::Sending),
    ] {
        assert_eq!(state(status).0, expected, "{status}");
    }
    let (cancelled, notes) = state("Cancelled: No Recipients");
    assert_eq!(
        (cancelled, notes),
        (CampaignState::Cancelled, vec!["Klaviyo stopped the campaign: No Recipients.".to_owned()])
    );
}

proptest! {
    #[test]
    fn no_campaign_and_no_account_makes_the_mapping_fail(
        id in ".{0,12}", status in ".{0,20}", time in ".{0,30}", value in any::<f64>(),
    ) {
        let campaign = serde_json::from_value(json!({"id": id, "attributes": {"status": status, "send_time": time,
            "send_strategy": {"datetime": time}}})).unwrap();
        let row = serde_json::from_value(json!({"groupings": {"campaign_id": id}, "statistics": {"recipients": value}})).unwrap();
        let _ = (mapping::sent(&campaign), mapping::ordered(Some(&campaign), &id, SendMode::Now));
        let _ = mapping::figures(&[campaign], &[row]);
        let account = serde_json::from_value(json!({"id": id, "attributes": {"contact_information":
            {"organization_name": status}}})).unwrap();
        let _ = (mapping::target(&account), mapping::account(&account, &time), mapping::html(&status));
    }
}
