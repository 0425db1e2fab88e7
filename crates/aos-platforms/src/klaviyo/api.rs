//! What travels over the wire, as far as it is used. Source: contract `email.md`, section 2.

use aos_kernel::Secret;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

/// `POST oauth/token`.
#[derive(Debug, Deserialize)]
pub(super) struct TokenBody {
    pub access_token: Secret,
    #[serde(default)]
    pub refresh_token: Option<Secret>,
    /// Seconds.
    #[serde(default)]
    pub expires_in: Option<i64>,
    /// Words with spaces between.
    #[serde(default)]
    pub scope: Option<String>,
}

/// A list of resources.
#[derive(Debug, Deserialize)]
pub(super) struct Many<T> {
    #[serde(default = "Vec::new")]
    pub data: Vec<T>,
    #[serde(default)]
    pub links: Option<Links>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Links {
    #[serde(default)]
    pub next: Option<String>,
}

impl<T> Many<T> {
    /// What brings the next page. Only the cursor is taken from the address, so that the access never goes where an
    /// answer says.
    pub fn cursor(&self) -> Option<String> {
        let next = Url::parse(self.links.as_ref()?.next.as_deref()?).ok()?;
        next.query_pairs().find(|(name, _)| name == "page[cursor]").map(|(_, cursor)| cursor.into_owned())
    }
}

/// One resource.
#[derive(Debug, Deserialize)]
pub(super) struct One<T> {
    pub data: T,
}

/// A resource of which only the id matters.
#[derive(Debug, Deserialize)]
pub(super) struct Made {
    pub id: String,
}

/// What is kept with the channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    pub account_id: String,
    #[serde(default)]
    pub timezone: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct AccountData {
    pub id: String,
    #[serde(default)]
    pub attributes: AccountAttributes,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct AccountAttributes {
    #[serde(default)]
    pub contact_information: Option<ContactInformation>,
    #[serde(default)]
    pub timezone: Option<String>,
    #[serde(default)]
    pub test_account: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct ContactInformation {
    #[serde(default)]
    pub organization_name: Option<String>,
    #[serde(default)]
    pub default_sender_email: Option<String>,
    #[serde(default)]
    pub default_sender_name: Option<String>,
}

/// A list or a segment.
#[derive(Debug, Deserialize)]
pub(super) struct AudienceData {
    pub id: String,
    #[serde(default)]
    pub attributes: AudienceAttributes,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct AudienceAttributes {
    #[serde(default)]
    pub name: Option<String>,
    /// Only where it was asked for.
    #[serde(default)]
    pub profile_count: Option<u64>,
}

/// A campaign as it stands there.
#[derive(Debug, Deserialize)]
pub(super) struct CampaignData {
    pub id: String,
    #[serde(default)]
    pub attributes: CampaignAttributes,
    #[serde(default)]
    pub relationships: Option<Relationships>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct CampaignAttributes {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub status: Option<String>,
    #[serde(default)]
    pub send_strategy: Option<Strategy>,
    #[serde(default)]
    pub send_time: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Strategy {
    #[serde(default)]
    pub datetime: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Relationships {
    #[serde(default, rename = "campaign-messages")]
    pub messages: Option<Many<Made>>,
}

impl CampaignData {
    /// The one message that a campaign of ours has.
    pub fn message(&self) -> Option<&str> {
        let messages = self.relationships.as_ref()?.messages.as_ref()?;
        messages.data.first().map(|message| message.id.as_str())
    }
}

/// `GET campaign-send-jobs/{id}`.
#[derive(Debug, Deserialize)]
pub(super) struct JobData {
    #[serde(default)]
    pub attributes: JobAttributes,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct JobAttributes {
    /// `queued`, `processing`, `complete`, `cancelled`.
    #[serde(default)]
    pub status: Option<String>,
}

/// `GET metrics`.
#[derive(Debug, Deserialize)]
pub(super) struct MetricData {
    pub id: String,
    #[serde(default)]
    pub attributes: MetricAttributes,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct MetricAttributes {
    #[serde(default)]
    pub name: Option<String>,
}

/// `POST campaign-values-reports`.
#[derive(Debug, Deserialize)]
pub(super) struct ReportData {
    #[serde(default)]
    pub attributes: ReportAttributes,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct ReportAttributes {
    #[serde(default)]
    pub results: Vec<ReportRow>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ReportRow {
    #[serde(default)]
    pub groupings: Value,
    #[serde(default)]
    pub statistics: Value,
}

/// A refusal in the shape of JSON:API.
#[derive(Debug, Deserialize)]
pub(super) struct Problems {
    pub errors: Vec<Problem>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Problem {
    #[serde(default)]
    pub code: Option<String>,
    #[serde(default)]
    pub detail: Option<String>,
    #[serde(default)]
    pub source: Option<Source>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Source {
    #[serde(default)]
    pub pointer: Option<String>,
}

/// A resource as it is sent.
pub(super) fn resource(kind: &str, id: Option<&str>, attributes: Option<Value>) -> Value {
    let mut data = json!({"type": kind});
    if let Some(id) = id {
        data["id"] = json!(id);
    }
    if let Some(attributes) = attributes {
        data["attributes"] = attributes;
    }
    json!({"data": data})
}
