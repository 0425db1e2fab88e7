//! What travels over the wire, as far as it is used. Source: contract `email.md`, section 1.

use aos_capabilities::Account;
use aos_kernel::Secret;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What connecting learned: kept with the channel and given back with every account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    /// The data centre, which is a part of the host's name: `us21`.
    pub dc: String,
}

impl Settings {
    /// None where the settings name no data centre that can stand in a host's name.
    pub fn of(account: &Account) -> Option<Self> {
        Self::deserialize(&account.settings).ok().filter(|settings| is_data_centre(&settings.dc))
    }
}

/// Letters and digits only: anything else would lead the access to another host.
pub(super) fn is_data_centre(text: &str) -> bool {
    (2..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

/// `POST login.mailchimp.com/oauth2/token`.
#[derive(Debug, Deserialize)]
pub(super) struct TokenBody {
    pub access_token: Secret,
}

/// `GET login.mailchimp.com/oauth2/metadata`.
#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    pub dc: String,
    #[serde(default)]
    pub role: Option<String>,
    #[serde(default)]
    pub accountname: Option<String>,
    /// A number.
    #[serde(default)]
    pub user_id: Value,
    #[serde(default)]
    pub login: Option<Login>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Login {
    #[serde(default)]
    pub email: Option<String>,
}

/// `GET /`.
#[derive(Debug, Deserialize)]
pub(super) struct Root {
    #[serde(default)]
    pub account_name: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    /// `owner`, `admin`, `manager`, `author`, `viewer`.
    #[serde(default)]
    pub role: Option<String>,
}

impl Root {
    pub const FIELDS: &str = "account_id,account_name,email,login_id,role,dc";
}

/// `GET lists`.
#[derive(Debug, Deserialize)]
pub(super) struct Lists {
    #[serde(default)]
    pub lists: Vec<List>,
    #[serde(default)]
    pub total_items: u64,
}

#[derive(Debug, Deserialize)]
pub(super) struct List {
    pub id: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub stats: Option<Stats>,
    #[serde(default)]
    pub campaign_defaults: Option<Defaults>,
}

impl List {
    pub const FIELDS: &str = "lists.id,lists.name,lists.stats.member_count,lists.campaign_defaults,total_items";
}

#[derive(Debug, Deserialize)]
pub(super) struct Stats {
    #[serde(default)]
    pub member_count: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Defaults {
    #[serde(default)]
    pub from_name: Option<String>,
    #[serde(default)]
    pub from_email: Option<String>,
}

/// `GET campaigns`.
#[derive(Debug, Deserialize)]
pub(super) struct Campaigns {
    #[serde(default)]
    pub campaigns: Vec<Standing>,
    #[serde(default)]
    pub total_items: u64,
}

/// A campaign as it stands there.
#[derive(Debug, Deserialize)]
pub(super) struct Standing {
    pub id: String,
    #[serde(default)]
    pub status: String,
    /// Empty until it is known.
    #[serde(default)]
    pub send_time: Option<String>,
    #[serde(default)]
    pub emails_sent: Option<u64>,
    #[serde(default)]
    pub long_archive_url: Option<String>,
    #[serde(default)]
    pub archive_url: Option<String>,
    #[serde(default)]
    pub recipients: Option<Recipients>,
    #[serde(default)]
    pub settings: Option<StandingSettings>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Recipients {
    #[serde(default)]
    pub recipient_count: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct StandingSettings {
    #[serde(default)]
    pub title: Option<String>,
}

impl Standing {
    pub const FIELDS: &str =
        "id,status,send_time,emails_sent,long_archive_url,archive_url,recipients.recipient_count,settings.title";
    pub const LISTED: &str = "campaigns.id,campaigns.status,campaigns.send_time,campaigns.emails_sent,\
                              campaigns.long_archive_url,campaigns.archive_url,campaigns.recipients.recipient_count,\
                              campaigns.settings.title,total_items";
}

/// What is sent to make or change a campaign.
#[derive(Debug, Serialize)]
pub(super) struct CampaignBody<'a> {
    /// Only of a new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<&'static str>,
    pub recipients: RecipientsBody<'a>,
    pub settings: SettingsBody<'a>,
    pub tracking: TrackingBody,
}

#[derive(Debug, Serialize)]
pub(super) struct RecipientsBody<'a> {
    pub list_id: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct SettingsBody<'a> {
    pub subject_line: &'a str,
    pub preview_text: &'a str,
    pub title: String,
    pub from_name: &'a str,
    pub reply_to: &'a str,
    pub auto_footer: bool,
    pub inline_css: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct TrackingBody {
    pub opens: bool,
    pub html_clicks: bool,
    pub text_clicks: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct ContentBody<'a> {
    pub html: &'a str,
    pub plain_text: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct ScheduleBody {
    pub schedule_time: String,
    pub timewarp: bool,
}

/// `GET campaigns/{id}/send-checklist`.
#[derive(Debug, Deserialize)]
pub(super) struct Checklist {
    #[serde(default)]
    pub is_ready: bool,
    #[serde(default)]
    pub items: Vec<ChecklistItem>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ChecklistItem {
    #[serde(default)]
    pub r#type: String,
    #[serde(default)]
    pub heading: String,
    #[serde(default)]
    pub details: String,
}

/// `GET reports/{id}`.
#[derive(Debug, Deserialize)]
pub(super) struct Report {
    #[serde(default)]
    pub emails_sent: Option<u64>,
    #[serde(default)]
    pub unsubscribed: Option<u64>,
    #[serde(default)]
    pub send_time: Option<String>,
    #[serde(default)]
    pub opens: Option<Opens>,
    #[serde(default)]
    pub clicks: Option<Clicks>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Opens {
    #[serde(default)]
    pub unique_opens: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Clicks {
    #[serde(default)]
    pub unique_clicks: Option<u64>,
}

/// A refusal in Mailchimp's shape.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Problem {
    pub title: String,
    #[serde(default)]
    pub detail: Option<String>,
    #[serde(default)]
    pub errors: Vec<FieldError>,
}

#[derive(Debug, Deserialize)]
pub(super) struct FieldError {
    #[serde(default)]
    pub field: String,
    #[serde(default)]
    pub message: String,
}
