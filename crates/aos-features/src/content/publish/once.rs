//! One attempt at a post or a newsletter, and what is known of those before it.

use aos_capabilities::{
    Account, PlatformError, PlatformErrorKind,
    campaign::{CampaignState, SentCampaign},
    post::{PostState, PublishedPost},
};
use aos_kernel::{Error, NewEvent, PublicationId, Result, Retry, Subject, TenantScope, Timestamp};
use aos_storage::{Db, Tx};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use super::{
    Plan, Trouble,
    access::Access,
    permit::{Begun, begin, not_done},
    record_trouble,
};
use crate::{
    content::{
        CONTENT_ITEM,
        model::{ContentItem, ContentVersion, Publication, PublicationState},
        store,
    },
    steps::PutOff,
};

/// Answers that may be lost in a row until a person is asked.
const MOST_UNSEEN: i64 = 4;
/// How long is waited for what may not be shown yet, where what is not shown may stand there all the same.
const MAY_STAY_HIDDEN: TimeDelta = TimeDelta::minutes(30);
const LOOK_THERE: &str = "Look there. If it is missing, retry this activity: it is looked for once more and then sent.";
/// Clocks of platforms differ from ours by no more.
const SKEW: TimeDelta = TimeDelta::minutes(2);

/// What stands on a platform, of any kind but an article.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Seen {
    pub id: String,
    pub url: Option<Url>,
    pub state: SeenState,
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SeenState {
    Live,
    /// Taken, and not before anybody's eyes yet.
    Processing,
    /// Begun, and left lying.
    Draft,
    /// Refused or stopped there, in words for a person.
    Rejected(String),
}

impl From<PublishedPost> for Seen {
    fn from(post: PublishedPost) -> Self {
        let state = match post.state {
            PostState::Live => SeenState::Live,
            PostState::Processing => SeenState::Processing,
            PostState::Rejected(words) => SeenState::Rejected(words),
        };
        Self { id: post.id, url: post.url, state, notes: post.notes }
    }
}

impl From<SentCampaign> for Seen {
    fn from(campaign: SentCampaign) -> Self {
        let state = match campaign.state {
            CampaignState::Sent => SeenState::Live,
            CampaignState::Sending | CampaignState::Scheduled(_) => SeenState::Processing,
            CampaignState::Draft => SeenState::Draft,
            CampaignState::Cancelled => SeenState::Rejected("Somebody stopped it on the platform.".to_owned()),
        };
        let mut notes = campaign.notes;
        notes.extend(campaign.recipients.map(|people| format!("It went to {people} people.")));
        Self { id: campaign.id, url: campaign.url, state, notes }
    }
}

/// What came of an attempt.
#[derive(Serialize, Deserialize)]
pub(super) enum Made {
    Seen(Seen),
    /// None was made yet.
    PutOff(PutOff),
}

/// What came of the step.
#[derive(Serialize, Deserialize)]
pub(super) struct Outcome {
    pub publication: PublicationId,
    pub made: Made,
}

/// One way to publish, for [`once`].
#[async_trait::async_trait]
pub(super) trait Attempt: Send + Sync {
    /// How long after an attempt the platform may still not show what it made.
    fn settles(&self) -> TimeDelta;
    fn validate(&self) -> Result<(), PlatformError>;
    /// Whether a look sees whatever stands there.
    fn sees_all(&self) -> bool {
        true
    }
    async fn find(&self, account: &Account, since: Timestamp) -> Result<Option<Seen>, PlatformError>;
    async fn make(&self, account: &Account) -> Result<Seen, PlatformError>;
    /// Goes on with what was begun and left lying.
    async fn resume(&self, account: &Account, id: &str) -> Result<Seen, PlatformError>;
}

/// One attempt, unless an earlier one turns out to have worked or the account may do no more for now.
pub(super) async fn once<A: Attempt>(db: &Db, scope: TenantScope, plan: &Plan, attempt: &A) -> Result<Made, Trouble> {
    attempt.validate()?;
    let publication = &plan.publication;
    let now = db.clock().now();
    let mut access = plan.access(db, scope);
    let mut lying = None;
    if let Some(first) = publication.first_attempt_at {
        match look(attempt, &mut access, first).await? {
            Some(found) if found.state == SeenState::Draft => lying = Some(found.id),
            // What the platform refused stays refused: this is another attempt.
            Some(Seen { state: SeenState::Rejected(_), .. }) if publication.state == PublicationState::Failed => {}
            Some(found) => return Ok(Made::Seen(found)),
            None if publication.state == PublicationState::Unconfirmed => unseen(plan, now, attempt)?,
            None => {}
        }
    }
    let permit = match begin(db, scope, plan, Leaves::New).await? {
        Begun::Now(permit) => permit,
        Begun::Later(put_off) => return Ok(Made::PutOff(put_off)),
    };
    let lost = match send(attempt, &mut access, lying.as_deref()).await {
        Ok(seen) => return Ok(Made::Seen(seen)),
        Err(error) if !error.outcome_unknown => {
            return Ok(Made::PutOff(not_done(db, scope, plan, permit, error).await?));
        }
        // It still lies there as long as it is under way, so a look says nothing yet.
        Err(error) if lying.is_some() => return Err(error.into()),
        Err(error) => error,
    };
    match look(attempt, &mut access, now).await {
        Ok(Some(found)) if found.state == SeenState::Draft => {
            Ok(Made::Seen(send(attempt, &mut access, Some(&found.id)).await?))
        }
        Ok(Some(found)) => Ok(Made::Seen(found)),
        // Not there now; it may still appear.
        Ok(None) | Err(_) => {
            let wait = attempt.settles().to_std().unwrap_or_default();
            Err(PlatformError { retry: Retry::After(wait), ..lost }.into())
        }
    }
}

/// Sends it, or goes on with what lies there.
async fn send<A: Attempt>(attempt: &A, access: &mut Access<'_>, lying: Option<&str>) -> Result<Seen, PlatformError> {
    let act = |account| async move {
        match lying {
            Some(id) => attempt.resume(&account, id).await,
            None => attempt.make(&account).await,
        }
    };
    access.with(act).await
}

/// A look that fails leaves unknown what was unknown.
async fn look<A: Attempt>(
    attempt: &A,
    access: &mut Access<'_>,
    first: Timestamp,
) -> Result<Option<Seen>, PlatformError> {
    let found = access.with(|account| async move { attempt.find(&account, first - SKEW).await }).await;
    found.map_err(|error| PlatformError { outcome_unknown: true, ..error })
}

/// The answer was lost and nothing is to be seen: wait, make it again, or ask a person.
fn unseen<A: Attempt>(plan: &Plan, now: Timestamp, attempt: &A) -> Result<()> {
    let settles = attempt.settles();
    let settles = if attempt.sees_all() { settles } else { settles.max(MAY_STAY_HIDDEN) };
    let publication = &plan.publication;
    let (title, platform) = (&plan.item.title, plan.name());
    let waited = publication.last_attempt_at.map_or(settles, |last| now - last);
    if waited < settles {
        let words = format!("The answer of {platform} about “{title}” was lost, and it is not to be seen there yet.");
        let error = Error::unavailable("publishing_unconfirmed", words);
        let wait = (settles - waited).to_std().unwrap_or_default();
        return Err(error
            .with_retry(Retry::After(wait))
            .with_help("It is looked for again before anything is repeated."));
    }
    let has_looked = publication.work_attempt.is_some_and(|before| plan.work_attempt > before);
    if !attempt.sees_all() && !has_looked {
        let words = format!(
            "Nobody knows whether “{title}” stands on {platform}: the answer was lost, and {platform} does not show us \
             every post."
        );
        return Err(Error::outside("publishing_unconfirmed", words).with_help(LOOK_THERE));
    }
    if publication.attempts >= MOST_UNSEEN && !has_looked {
        let words = format!(
            "Nobody knows whether “{title}” stands on {platform}: answers were lost, and it was not found there."
        );
        return Err(Error::outside("publishing_unconfirmed", words).with_help(LOOK_THERE));
    }
    Ok(())
}

/// What an attempt leaves on the platform if nobody ever hears of its outcome.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaves {
    /// The new text or nothing, so what is found there is the new one.
    New,
    /// The new text or the one before it, so what is found there counts as the old one: changing it again is harmless.
    Either,
}

/// From now on its outcome is unknown until somebody says otherwise.
///
/// # Errors
/// `Unavailable` when somebody else made an attempt meanwhile: a worker that was held up for longer than its lease lasts
/// goes on with what it read before, while another has taken the work up.
pub(super) async fn record_attempt_of(
    tx: &mut Tx,
    scope: TenantScope,
    item: &ContentItem,
    version: &ContentVersion,
    publication: &Publication,
    work_attempt: i64,
    leaves: Leaves,
) -> Result<()> {
    let (number, hash) = (version.version, &version.hash);
    let known = match leaves {
        Leaves::New => (number, hash),
        Leaves::Either => (publication.version, &publication.hash),
    };
    if !store::attempt(tx, scope, publication, known, work_attempt).await? {
        let words = format!("“{}” is being published by another worker.", item.title);
        let error = Error::unavailable("publishing_elsewhere", words);
        return Err(error.with_retry(Retry::Backoff).with_help("It is looked at again in a moment."));
    }
    tx.emit(
        NewEvent::new(scope.tenant(), "content.publishing_attempted", Subject::new(CONTENT_ITEM, item.id))
            .with(json!({ "version": number, "hash": hash })),
    );
    Ok(())
}

/// What came of an attempt as the step's result: what the platform refused is a failure, in its words.
pub(super) async fn concluded(
    db: &Db,
    scope: TenantScope,
    plan: &Plan,
    outcome: Result<Made, Trouble>,
) -> Result<Value> {
    match outcome {
        Ok(Made::Seen(Seen { state: SeenState::Rejected(words), id, .. })) => {
            let error = PlatformError {
                kind: PlatformErrorKind::Invalid("text".to_owned()),
                retry: Retry::Never,
                outcome_unknown: false,
                platform: plan.platform.descriptor().id.to_owned(),
                operation: "publish".to_owned(),
                provider_code: None,
                message: format!("{} took “{}” and then refused it: {words}", plan.name(), plan.item.title),
                help: Some("Change what it refuses on the platform, then retry this activity; or cancel it and have the post made again.".to_owned()),
            };
            let trouble = Trouble::Platform(error);
            record_trouble(db, scope, plan, &trouble).await?;
            tracing::info!(id, "a platform refused what it had taken");
            Err(trouble.into())
        }
        Ok(made) => serde_json::to_value(Outcome { publication: plan.publication.id, made }).map_err(Error::internal),
        Err(trouble) => {
            record_trouble(db, scope, plan, &trouble).await?;
            Err(trouble.into())
        }
    }
}
