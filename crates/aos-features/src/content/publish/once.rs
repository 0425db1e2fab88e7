//! One attempt at a post or a newsletter, and what is known of those before it.

use aos_capabilities::{
    PlatformError, PlatformErrorKind,
    campaign::{CampaignState, SentCampaign},
    post::{PostState, PublishedPost},
};
use aos_kernel::{Actor, Error, NewEvent, PublicationId, Result, Retry, Subject, TenantScope, Timestamp};
use aos_storage::{Db, Tx};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use super::{Plan, Trouble, record_trouble};
use crate::content::{
    CONTENT_ITEM,
    model::{ContentItem, ContentVersion, Publication, PublicationState},
    quota::{self, Quota},
    store,
};

/// Answers that may be lost in a row until a person is asked.
const MOST_UNSEEN: i64 = 4;
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

/// What came of the step.
#[derive(Serialize, Deserialize)]
pub(super) struct Outcome {
    pub publication: PublicationId,
    pub seen: Seen,
}

/// One way to publish, for [`once`].
#[async_trait::async_trait]
pub(super) trait Attempt: Send + Sync {
    /// How long after an attempt the platform may still not show what it made.
    fn settles(&self) -> TimeDelta;
    fn validate(&self) -> Result<(), PlatformError>;
    async fn find(&self, since: Timestamp) -> Result<Option<Seen>, PlatformError>;
    async fn make(&self) -> Result<Seen, PlatformError>;
    /// Goes on with what was begun and left lying.
    async fn resume(&self, id: &str) -> Result<Seen, PlatformError>;
}

/// One attempt, unless an earlier one turns out to have worked.
pub(super) async fn once<A: Attempt>(db: &Db, scope: TenantScope, plan: &Plan, attempt: &A) -> Result<Seen, Trouble> {
    attempt.validate()?;
    let publication = &plan.publication;
    let now = db.clock().now();
    if let Some(first) = publication.first_attempt_at {
        match look(attempt, first).await? {
            Some(found) if found.state == SeenState::Draft => {
                record_attempt(db, scope, plan).await?;
                return Ok(attempt.resume(&found.id).await?);
            }
            // What the platform refused stays refused: this is another attempt.
            Some(Seen { state: SeenState::Rejected(_), .. }) if publication.state == PublicationState::Failed => {}
            Some(found) => return Ok(found),
            None if publication.state == PublicationState::Unconfirmed => unseen(plan, now, attempt.settles())?,
            None => {}
        }
    }
    if let Some(channel) = publication.channel_id
        && let Quota::NotBefore(at) = quota::may_publish(&mut db.read().await?, scope, channel).await?
    {
        let wait = (at - now).to_std().unwrap_or_default();
        let words = format!("{} takes no more from this account for now.", plan.name());
        let error = Error::limited("channel_quota", words).with_retry(Retry::After(wait));
        return Err(error.with_help("It is tried again when the platform takes more.").into());
    }
    record_attempt(db, scope, plan).await?;
    match attempt.make().await {
        Ok(seen) => Ok(seen),
        Err(error) if error.outcome_unknown => match look(attempt, now).await {
            Ok(Some(found)) if found.state == SeenState::Draft => Ok(attempt.resume(&found.id).await?),
            Ok(Some(found)) => Ok(found),
            // Not there now; it may still appear.
            Ok(None) | Err(_) => {
                let wait = attempt.settles().to_std().unwrap_or_default();
                Err(PlatformError { retry: Retry::After(wait), ..error }.into())
            }
        },
        Err(error) => Err(error.into()),
    }
}

/// A look that fails leaves unknown what was unknown.
async fn look<A: Attempt>(attempt: &A, first: Timestamp) -> Result<Option<Seen>, PlatformError> {
    attempt.find(first - SKEW).await.map_err(|error| PlatformError { outcome_unknown: true, ..error })
}

/// The answer was lost and nothing is to be seen: wait, make it again, or ask a person.
fn unseen(plan: &Plan, now: Timestamp, settles: TimeDelta) -> Result<()> {
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
    if publication.attempts >= MOST_UNSEEN && !has_looked {
        let words = format!(
            "Nobody knows whether “{title}” stands on {platform}: answers were lost, and it was not found there."
        );
        return Err(Error::outside("publishing_unconfirmed", words).with_help(
            "Look there. If it is missing, retry this activity: it is looked for once more and then sent.",
        ));
    }
    Ok(())
}

pub(super) async fn record_attempt(db: &Db, scope: TenantScope, plan: &Plan) -> Result<()> {
    let mut tx = db.begin(Actor::system("content")).await?;
    let Plan { item, version, publication, work_attempt, .. } = plan;
    record_attempt_of(&mut tx, scope, item, version, publication, *work_attempt).await?;
    tx.commit().await
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
) -> Result<()> {
    let (number, hash) = (version.version, &version.hash);
    if !store::attempt(tx, scope, publication, number, hash, work_attempt).await? {
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
    outcome: Result<Seen, Trouble>,
) -> Result<Value> {
    match outcome {
        Ok(Seen { state: SeenState::Rejected(words), id, .. }) => {
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
        Ok(seen) => serde_json::to_value(Outcome { publication: plan.publication.id, seen }).map_err(Error::internal),
        Err(trouble) => {
            record_trouble(db, scope, plan, &trouble).await?;
            Err(trouble.into())
        }
    }
}
