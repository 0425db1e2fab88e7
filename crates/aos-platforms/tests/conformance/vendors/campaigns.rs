//! Sending campaigns: for every platform that declares it.

use aos_capabilities::{
    PlatformErrorKind,
    campaign::{Campaign, CampaignState, SendCampaigns, SendMode},
};
use aos_kernel::{ContentItemId, Retry};
use chrono::TimeDelta;

use super::{Case, Stage};
use crate::bench::now;

pub fn cases() -> Vec<Case> {
    crate::cases_on![
        a_campaign_goes_out_once,
        a_campaign_is_scheduled_or_left_as_a_draft,
        a_draft_that_an_earlier_attempt_left_is_sent_and_not_made_again,
        what_was_sent_is_not_sent_again,
        a_campaign_that_somebody_deleted_is_gone,
        a_revoked_account_sends_nothing,
        what_the_rules_do_not_take_is_refused_before_a_request,
    ]
}

pub fn sender(stage: &Stage) -> &dyn SendCampaigns {
    stage.platform.campaigns().expect("a platform that declares campaigns can send them")
}

async fn a_campaign_goes_out_once(stage: &Stage) {
    let campaign = stage.campaign("Autumn news", SendMode::Now).await;
    assert_eq!(sender(stage).find(&stage.account(), campaign.item).await.unwrap(), None);
    let sent = sender(stage).send(&stage.account(), &campaign).await.unwrap();
    assert!(matches!(sent.state, CampaignState::Sending | CampaignState::Sent), "{sent:?}");
    assert_eq!(stage.standing(), 1);
    let found = sender(stage).find(&stage.account(), campaign.item).await.unwrap().unwrap();
    assert_eq!(found.id, sent.id);
    assert_eq!(sender(stage).find(&stage.account(), ContentItemId::new()).await.unwrap(), None);
}

async fn a_campaign_is_scheduled_or_left_as_a_draft(stage: &Stage) {
    let at = now() + TimeDelta::days(2);
    for (mode, state) in [(SendMode::At(at), CampaignState::Scheduled(at)), (SendMode::Draft, CampaignState::Draft)] {
        let campaign = stage.campaign(&format!("News {}", stage.standing()), mode).await;
        let sent = sender(stage).send(&stage.account(), &campaign).await.unwrap();
        assert_eq!(sent.state, state);
        let read = sender(stage).read(&stage.account(), &sent.id).await.unwrap().unwrap();
        assert_eq!(read.state, state);
    }
}

async fn a_draft_that_an_earlier_attempt_left_is_sent_and_not_made_again(stage: &Stage) {
    let campaign = stage.campaign("Half way", SendMode::Draft).await;
    let draft = sender(stage).send(&stage.account(), &campaign).await.unwrap();
    let campaign = Campaign { mode: SendMode::Now, ..campaign };
    let sent = sender(stage).resume(&stage.account(), &draft.id, &campaign).await.unwrap();
    assert_eq!(sent.id, draft.id);
    assert!(matches!(sent.state, CampaignState::Sending | CampaignState::Sent));
    assert_eq!(stage.standing(), 1);
}

async fn what_was_sent_is_not_sent_again(stage: &Stage) {
    let campaign = stage.campaign("Once", SendMode::Now).await;
    let sent = sender(stage).send(&stage.account(), &campaign).await.unwrap();
    let again = sender(stage).resume(&stage.account(), &sent.id, &campaign).await.unwrap();
    assert_eq!(again.id, sent.id);
    assert!(matches!(again.state, CampaignState::Sending | CampaignState::Sent));
    assert_eq!(stage.standing(), 1);
}

async fn a_campaign_that_somebody_deleted_is_gone(stage: &Stage) {
    let campaign = stage.campaign("Gone", SendMode::Draft).await;
    let draft = sender(stage).send(&stage.account(), &campaign).await.unwrap();
    (stage.staging.delete)(&stage.sandbox, &draft.id);
    assert_eq!(sender(stage).read(&stage.account(), &draft.id).await.unwrap(), None);
    assert_eq!(sender(stage).find(&stage.account(), campaign.item).await.unwrap(), None);
    let error = sender(stage).resume(&stage.account(), &draft.id, &campaign).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (PlatformErrorKind::NotFound, Retry::Never));
}

async fn a_revoked_account_sends_nothing(stage: &Stage) {
    let campaign = stage.campaign("Not sent", SendMode::Now).await;
    (stage.staging.revoke)(&stage.sandbox);
    let error = sender(stage).send(&stage.account(), &campaign).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (PlatformErrorKind::AuthExpired, Retry::Never));
    assert!(!error.outcome_unknown);
    assert_eq!(stage.standing(), 0);
}

async fn what_the_rules_do_not_take_is_refused_before_a_request(stage: &Stage) {
    let rules = stage.platform.descriptor().campaigns.unwrap();
    let good = stage.campaign("Good", SendMode::Now).await;
    let before = stage.requests();
    for (field, bad) in [
        ("subject", Campaign { subject: "a".repeat(rules.subject_characters + 1), ..good.clone() }),
        ("subject", Campaign { subject: " ".to_owned(), ..good.clone() }),
        ("html", Campaign { html: "<p>No way to leave.</p>".to_owned(), ..good.clone() }),
        ("audience", Campaign { audience: String::new(), ..good.clone() }),
    ] {
        let error = sender(stage).send(&stage.account(), &bad).await.unwrap_err();
        assert_eq!(error.kind, PlatformErrorKind::Invalid(field.to_owned()));
    }
    assert_eq!((stage.requests(), stage.standing()), (before, 0));
}
