//! What goes wrong at the vendor: the right decision, the right words, and never a second post or mail.

use std::time::Duration;

use aos_capabilities::{Capability, PlatformError, PlatformErrorKind as Kind, campaign::SendMode};

use super::{Stage, campaigns::sender, posts::publisher};
use crate::{
    Running,
    bench::{Again, Mishap, now},
};

/// What can go wrong at every vendor.
pub const MISHAPS: [Mishap; 16] = [
    Mishap::Unauthorized,
    Mishap::Forbidden,
    Mishap::Busy,
    Mishap::BusyForSevenSeconds,
    Mishap::Failed500,
    Mishap::Failed502,
    Mishap::Failed503,
    Mishap::Failed500AfterEffect,
    Mishap::DroppedBeforeEffect,
    Mishap::DroppedAfterEffect,
    Mishap::DroppedInBody,
    Mishap::BodySlow,
    Mishap::JsonCutOff,
    Mishap::MaintenancePage503,
    Mishap::LoginPage200,
    Mishap::Redirected,
];

/// What a caller must learn. `None`: the client copes by itself.
fn expected(mishap: Mishap) -> Option<(&'static [Kind], Option<Again>)> {
    Some(match mishap {
        Mishap::BodySlow => return None,
        Mishap::Unauthorized => (&[Kind::AuthExpired], Some(Again::Never)),
        Mishap::Forbidden => (&[Kind::PermissionMissing], Some(Again::Never)),
        Mishap::Busy => (&[Kind::RateLimited], None),
        Mishap::BusyForSevenSeconds => (&[Kind::RateLimited], Some(Again::After(Duration::from_secs(7)))),
        Mishap::Failed500
        | Mishap::Failed502
        | Mishap::Failed503
        | Mishap::Failed500AfterEffect
        | Mishap::DroppedBeforeEffect
        | Mishap::DroppedAfterEffect
        | Mishap::DroppedInBody => (&[Kind::Unavailable], Some(Again::Later)),
        Mishap::MaintenancePage503 => (&[Kind::Unavailable, Kind::UnexpectedResponse], Some(Again::Later)),
        Mishap::JsonCutOff | Mishap::LoginPage200 => (&[Kind::UnexpectedResponse], None),
        Mishap::Redirected => (&[Kind::UnexpectedResponse, Kind::NotFound], Some(Again::Never)),
        other => unreachable!("no vendor is tried with {other:?}"),
    })
}

/// Whether the request may have had its effect, seen from the client.
const fn may_have_happened(mishap: Mishap) -> bool {
    matches!(
        mishap,
        Mishap::Failed500
            | Mishap::Failed502
            | Mishap::Failed503
            | Mishap::Failed500AfterEffect
            | Mishap::DroppedBeforeEffect
            | Mishap::DroppedAfterEffect
            | Mishap::DroppedInBody
            | Mishap::JsonCutOff
            | Mishap::MaintenancePage503
            | Mishap::LoginPage200
    )
}

fn judge(stage: &Stage, mishap: Mishap, error: &PlatformError) {
    let (kinds, again) = expected(mishap).unwrap();
    assert!(kinds.contains(&error.kind), "{error:?}");
    if let Some(again) = again {
        assert_eq!(Again::from(error.retry), again, "{error:?}");
    }
    assert_eq!(error.platform, stage.platform.descriptor().id);
    for words in [Some(&error.message), error.help.as_ref()] {
        let words = words.expect("a failure says what happened and what to do");
        assert!(words.ends_with('.') && words.len() > 15, "not a sentence: {words}");
        assert!(!words.contains("Some(") && !words.contains("http_"), "not for people: {words}");
    }
}

/// A mishap at the request that makes the post or the campaign.
pub fn create(stage: &Stage, mishap: Mishap) -> Running<'_> {
    if stage.declares(Capability::PublishPost) {
        Box::pin(post(stage, mishap))
    } else {
        Box::pin(campaign(stage, mishap))
    }
}

async fn post(stage: &Stage, mishap: Mishap) {
    let (account, post) = (stage.account(), stage.post("Never twice"));
    stage.arrange(mishap, stage.staging.create, 1);
    let outcome = publisher(stage).publish(&account, &post).await;
    stage.end_arrangements();
    match outcome {
        // An answer without a body that matters (an id in a header) may do with less than the contract says.
        Ok(_) => assert_eq!(stage.standing(), 1),
        Err(error) => {
            judge(stage, mishap, &error);
            // Where the answer can't tell, the client must say so; where it certainly did not happen, it must not.
            if stage.standing() == 1 {
                assert!(error.outcome_unknown, "it stands there: {error:?}");
            }
            assert!(may_have_happened(mishap) || !error.outcome_unknown, "{error:?}");
            let found = publisher(stage).find(&account, &post, now()).await.unwrap();
            assert_eq!(found.is_some(), stage.standing() == 1);
            if found.is_none() {
                publisher(stage).publish(&account, &post).await.unwrap();
            }
        }
    }
    assert_eq!(stage.standing(), 1);
}

async fn campaign(stage: &Stage, mishap: Mishap) {
    let account = stage.account();
    let campaign = stage.campaign("Never twice", SendMode::Now).await;
    stage.arrange(mishap, stage.staging.create, 1);
    let outcome = sender(stage).send(&account, &campaign).await;
    stage.end_arrangements();
    if let Err(error) = outcome {
        judge(stage, mishap, &error);
        if stage.standing() == 1 {
            assert!(error.outcome_unknown, "it stands there: {error:?}");
        }
        assert!(may_have_happened(mishap) || !error.outcome_unknown, "{error:?}");
        match sender(stage).find(&account, campaign.item).await.unwrap() {
            Some(found) => sender(stage).resume(&account, &found.id, &campaign).await.unwrap(),
            None => sender(stage).send(&account, &campaign).await.unwrap(),
        };
    }
    assert_eq!(stage.standing(), 1);
}

/// A mishap at the requests that read.
pub fn read(stage: &Stage, mishap: Mishap) -> Running<'_> {
    Box::pin(async move {
        let account = stage.account();
        let posts = stage.declares(Capability::PublishPost);
        let id = if posts {
            publisher(stage).publish(&account, &stage.post("To be read")).await.unwrap().id
        } else {
            let campaign = stage.campaign("To be read", SendMode::Draft).await;
            sender(stage).send(&account, &campaign).await.unwrap().id
        };
        // Often enough for the client's own retries of reads.
        stage.arrange(mishap, stage.staging.read, 5);
        let outcome = if posts {
            publisher(stage).read(&account, &id).await.map(|found| found.map(|post| post.id))
        } else {
            sender(stage).read(&account, &id).await.map(|found| found.map(|campaign| campaign.id))
        };
        match outcome {
            Ok(found) => {
                assert!(expected(mishap).is_none(), "an answer was made of {mishap:?}");
                assert_eq!(found, Some(id));
            }
            Err(error) => {
                judge(stage, mishap, &error);
                assert!(!error.outcome_unknown, "reading changes nothing");
            }
        }
    })
}
