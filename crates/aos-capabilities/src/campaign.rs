//! Sending a mail to an audience that the platform keeps, once.

use aos_kernel::{ContentItemId, Timestamp};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{Account, PlatformError};

/// What a platform takes as a campaign, as data.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CampaignRules {
    pub subject_characters: usize,
    pub preview_characters: usize,
    pub html_bytes: usize,
    /// The platform sends at these minutes of an hour only: 15 for quarter hours; none: at any minute.
    pub minutes: Option<u32>,
    /// What stands for the link with which a reader leaves, as in `*|UNSUB|*`; the text must hold it.
    pub unsubscribe: &'static str,
}

/// A mail for many, ready to be sent as it is.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// Which item this is: carried in the campaign's inner name, so that it can be found again.
    pub item: ContentItemId,
    /// For the platform's own lists; readers do not see it.
    pub name: String,
    pub subject: String,
    /// What mail programs show beside the subject.
    pub preview: String,
    /// A whole page with [`CampaignRules::unsubscribe`] in it.
    pub html: String,
    pub text: String,
    pub sender: Sender,
    /// The platform's id of the audience.
    pub audience: String,
    pub mode: SendMode,
}

/// Whom readers see as the sender.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    pub name: String,
    pub address: String,
}

/// When it goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendMode {
    /// Stands at the platform; a person sends it there.
    Draft,
    Now,
    At(Timestamp),
}

/// Whom it may go to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audience {
    pub id: String,
    pub name: String,
    /// None where the platform does not say.
    pub members: Option<u64>,
    /// As the audience's own settings suggest.
    pub sender: Sender,
}

/// What stands on the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentCampaign {
    pub id: String,
    /// Where it can be read in a browser.
    pub url: Option<Url>,
    pub state: CampaignState,
    pub recipients: Option<u64>,
    pub notes: Vec<String>,
}

/// How it stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignState {
    Draft,
    Scheduled(Timestamp),
    Sending,
    Sent,
    /// Somebody stopped it on the platform.
    Cancelled,
}

/// Sending campaigns.
#[async_trait::async_trait]
pub trait SendCampaigns: Send + Sync {
    /// Looks for what the platform would refuse, without a request.
    ///
    /// # Errors
    /// `Invalid` with the field (`subject`, `preview`, `html`, `audience`, `sender`, `time`).
    fn validate(&self, campaign: &Campaign) -> Result<(), PlatformError>;

    /// # Errors
    /// As any read.
    async fn audiences(&self, account: &Account) -> Result<Vec<Audience>, PlatformError>;

    /// Makes the campaign, fills it and sends or schedules it: one attempt. The caller has recorded its intent before.
    ///
    /// # Errors
    /// With `outcome_unknown` when it may stand there, or may have been sent, all the same.
    async fn send(&self, account: &Account, campaign: &Campaign) -> Result<SentCampaign, PlatformError>;

    /// Looks for a campaign that an earlier attempt made.
    ///
    /// # Errors
    /// Only when it could not look; "not there" is `Ok(None)`.
    async fn find(&self, account: &Account, item: ContentItemId) -> Result<Option<SentCampaign>, PlatformError>;

    /// Goes on with one that stands there as a draft: fills it and sends or schedules it. Reads its state first, so one
    /// that went out meanwhile is answered as it is.
    ///
    /// # Errors
    /// As [`SendCampaigns::send`]; `NotFound` when somebody deleted it.
    async fn resume(&self, account: &Account, id: &str, campaign: &Campaign) -> Result<SentCampaign, PlatformError>;

    /// How it stands now; `None` when it is gone.
    ///
    /// # Errors
    /// Only when it could not look.
    async fn read(&self, account: &Account, id: &str) -> Result<Option<SentCampaign>, PlatformError>;
}
