//! What Klaviyo knows: two accounts, each with lists, segments, templates and campaigns.

use std::collections::BTreeMap;

use aos_kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::vendors::{
    grants::Grants,
    mailchimp::{MailAudience, MailFigures},
};

aos_kernel::text_enum! {
    /// Where a campaign stands, in Klaviyo's words.
    pub enum KlaviyoStatus {
        Draft = "Draft", Scheduled = "Scheduled", Sending = "Sending", Sent = "Sent", Cancelled = "Cancelled",
        NoRecipients = "Cancelled: No Recipients",
    }
}

/// What a template was when the message took it over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KlaviyoTemplate {
    pub id: String,
    pub name: String,
    pub html: String,
    pub text: String,
}

/// A campaign with its one message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KlaviyoCampaign {
    pub id: String,
    pub message_id: String,
    pub name: String,
    pub status: KlaviyoStatus,
    pub included: Vec<String>,
    pub excluded: Vec<String>,
    pub send_strategy: Value,
    pub send_options: Value,
    pub tracking_options: Value,
    pub label: String,
    /// `subject`, `preview_text`, `from_email`, `from_label`, `reply_to_email`.
    pub content: Value,
    /// The copy that was assigned; later edits of the template do not reach it.
    pub template: Option<KlaviyoTemplate>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub scheduled_at: Option<Timestamp>,
    /// When it goes out, or went out.
    pub send_at: Option<Timestamp>,
    pub recipients: u64,
    pub figures: MailFigures,
    pub(super) born: u64,
}

impl KlaviyoCampaign {
    pub fn subject(&self) -> &str {
        self.content["subject"].as_str().unwrap_or_default()
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Account {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) lists: Vec<MailAudience>,
    pub(super) segments: Vec<MailAudience>,
    pub(super) templates: BTreeMap<String, KlaviyoTemplate>,
    pub(super) campaigns: BTreeMap<String, KlaviyoCampaign>,
}

impl Account {
    /// Members of a list or segment.
    pub(super) fn members(&self, id: &str) -> Option<u64> {
        self.lists.iter().chain(&self.segments).find(|own| own.id == id).map(|own| own.members)
    }
    /// How many a campaign goes to, as if nobody stood in two lists.
    pub(super) fn recipients(&self, campaign: &KlaviyoCampaign) -> u64 {
        let sum = |ids: &[String]| ids.iter().filter_map(|id| self.members(id)).sum::<u64>();
        sum(&campaign.included).saturating_sub(sum(&campaign.excluded))
    }
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) grants: Grants,
    pub(super) accounts: BTreeMap<String, Account>,
    pub(super) keyless: Vec<String>,
    pub(super) requests: u64,
    pub(super) made: u64,
    /// Requests before a new campaign is in the list.
    pub(super) lag: u64,
    /// Looks at a campaign that say `Sending` after it was sent, and at its job that say `processing`.
    pub(super) looks: u32,
    pub(super) sending: BTreeMap<String, u32>,
    /// Requests yet to answer 429, and the seconds to wait.
    pub(super) limited: (u32, u64),
    /// A refresh brings another refresh token.
    pub(super) rotates: bool,
}

impl State {
    pub(super) fn fresh() -> Self {
        let account = |id: &str, name: &str, email: &str| Account {
            id: id.to_owned(),
            name: name.to_owned(),
            email: email.to_owned(),
            lists: Vec::new(),
            segments: Vec::new(),
            templates: BTreeMap::new(),
            campaigns: BTreeMap::new(),
        };
        let audience = |id: &str, name: &str, members| MailAudience {
            id: id.to_owned(),
            name: name.to_owned(),
            members,
            segments: Vec::new(),
        };
        let mut anna = account("HbPn01", "Harbour & Pine", "anna@harbourandpine.example");
        anna.lists = vec![audience("Y6nRLr", "Newsletter", 412), audience("Wx2PqK", "Past clients", 58)];
        anna.segments = vec![audience("SgM7aB", "Opened in the last 90 days", 230)];
        Self {
            grants: Grants::default(),
            accounts: BTreeMap::from([
                ("anna".to_owned(), anna),
                ("ben".to_owned(), account("BnOs02", "Ben Osei", "ben@osei.example")),
            ]),
            keyless: Vec::new(),
            requests: 0,
            made: 0,
            lag: 0,
            looks: 0,
            sending: BTreeMap::new(),
            limited: (0, 0),
            rotates: false,
        }
    }

    pub(super) fn number(&mut self) -> u64 {
        self.made += 1;
        self.made
    }

    /// What is due by the clock is sent.
    pub(super) fn send_due(&mut self, now: Timestamp) {
        for account in self.accounts.values_mut() {
            let due: Vec<(String, Timestamp)> = account
                .campaigns
                .values()
                .filter(|own| own.status == KlaviyoStatus::Scheduled)
                .filter_map(|own| Some((own.id.clone(), own.send_at.filter(|at| *at <= now)?)))
                .collect();
            for (id, at) in due {
                account.send(&id, at);
            }
        }
    }
}

impl Account {
    /// The campaign is with its readers, or there are none.
    pub(super) fn send(&mut self, id: &str, at: Timestamp) {
        let recipients = self.campaigns.get(id).map_or(0, |campaign| self.recipients(campaign));
        if let Some(campaign) = self.campaigns.get_mut(id) {
            campaign.status = if recipients == 0 { KlaviyoStatus::NoRecipients } else { KlaviyoStatus::Sent };
            campaign.send_at = Some(at);
            campaign.updated_at = at;
            campaign.recipients = recipients;
        }
    }
}
