//! What goes wrong at the vendor: the right decision, the right words, and never a second post or mail.

use std::time::Duration;

use aos_capabilities::{Capability, PlatformError, PlatformErrorKind as Kind, campaign::SendMode};
use aos_sandbox::FaultKind;

use super::{Stage, campaigns::sender, posts::publisher};
use crate::{
    Running,
    bench::{Again, now},
};

/// What can go wrong. The names are the ends of the trials' names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    Unauthorized,
    Forbidden,
    Busy,
    BusyForSevenSeconds,
    Failed500,
    Failed502,
    Failed503,
    Failed500AfterEffect,
    DroppedBeforeEffect,
    DroppedAfterEffect,
    DroppedInBody,
    BodySlow,
    JsonCutOff,
    HtmlPage503,
    HtmlPage200,
    Redirected,
}

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
    Mishap::HtmlPage503,
    Mishap::HtmlPage200,
    Mishap::Redirected,
];

impl Mishap {
    pub fn name(self) -> String {
        let mut name = String::new();
        for c in format!("{self:?}").chars() {
            if c.is_ascii_uppercase() && !name.is_empty() {
                name.push('_');
            }
            name.push(c.to_ascii_lowercase());
        }
        name
    }

    pub fn fault(self) -> FaultKind {
        match self {
            Self::Unauthorized => FaultKind::Status(401),
            Self::Forbidden => FaultKind::Status(403),
            Self::Busy => FaultKind::RateLimited { retry_after: None },
            Self::BusyForSevenSeconds => FaultKind::RateLimited { retry_after: Some(7) },
            Self::Failed500 => FaultKind::Status(500),
            Self::Failed502 => FaultKind::Status(502),
            Self::Failed503 => FaultKind::Status(503),
            Self::Failed500AfterEffect => FaultKind::StatusAfterEffect(500),
            Self::DroppedBeforeEffect => FaultKind::DropBeforeEffect,
            Self::DroppedAfterEffect => FaultKind::DropAfterEffect,
            Self::DroppedInBody => FaultKind::DropInBody,
            Self::BodySlow => FaultKind::SlowBody { milliseconds: 20 },
            Self::JsonCutOff => FaultKind::MalformedJson,
            Self::HtmlPage503 => FaultKind::HtmlPage { status: 503 },
            Self::HtmlPage200 => FaultKind::HtmlPage { status: 200 },
            Self::Redirected => FaultKind::Redirect { to: "https://elsewhere.test/".to_owned() },
        }
    }

    /// What a caller must learn. `None`: the client copes by itself.
    fn expected(self) -> Option<(&'static [Kind], Option<Again>)> {
        Some(match self {
            Self::BodySlow => return None,
            Self::Unauthorized => (&[Kind::AuthExpired], Some(Again::Never)),
            Self::Forbidden => (&[Kind::PermissionMissing], Some(Again::Never)),
            Self::Busy => (&[Kind::RateLimited], None),
            Self::BusyForSevenSeconds => (&[Kind::RateLimited], Some(Again::After(Duration::from_secs(7)))),
            Self::Failed500
            | Self::Failed502
            | Self::Failed503
            | Self::Failed500AfterEffect
            | Self::DroppedBeforeEffect
            | Self::DroppedAfterEffect
            | Self::DroppedInBody => (&[Kind::Unavailable], Some(Again::Later)),
            Self::HtmlPage503 => (&[Kind::Unavailable, Kind::UnexpectedResponse], Some(Again::Later)),
            Self::JsonCutOff | Self::HtmlPage200 => (&[Kind::UnexpectedResponse], None),
            Self::Redirected => (&[Kind::UnexpectedResponse, Kind::NotFound], Some(Again::Never)),
        })
    }

    /// Whether the request may have had its effect, seen from the client.
    const fn may_have_happened(self) -> bool {
        matches!(
            self,
            Self::Failed500
                | Self::Failed502
                | Self::Failed503
                | Self::Failed500AfterEffect
                | Self::DroppedBeforeEffect
                | Self::DroppedAfterEffect
                | Self::DroppedInBody
                | Self::JsonCutOff
                | Self::HtmlPage503
                | Self::HtmlPage200
        )
    }
}

fn judge(stage: &Stage, mishap: Mishap, error: &PlatformError) {
    let (kinds, again) = mishap.expected().unwrap();
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
            assert!(mishap.may_have_happened() || !error.outcome_unknown, "{error:?}");
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
        assert!(mishap.may_have_happened() || !error.outcome_unknown, "{error:?}");
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
                assert!(mishap.expected().is_none(), "an answer was made of {mishap:?}");
                assert_eq!(found, Some(id));
            }
            Err(error) => {
                judge(stage, mishap, &error);
                assert!(!error.outcome_unknown, "reading changes nothing");
            }
        }
    })
}
