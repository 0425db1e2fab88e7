//! What Mailchimp knows: two accounts, each with audiences, templates, files and campaigns.

use std::collections::BTreeMap;

use aos_kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::vendors::grants::Grants;

/// What readers did with a mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailFigures {
    pub opens: u64,
    pub unique_opens: u64,
    pub clicks: u64,
    pub unique_clicks: u64,
    pub unsubscribed: u64,
    pub bounces: u64,
}

/// An audience.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailAudience {
    pub id: String,
    pub name: String,
    pub members: u64,
    /// Id, name and members of each saved segment.
    pub segments: Vec<(String, String, u64)>,
}

aos_kernel::text_enum! {
    /// Where a campaign stands, in Mailchimp's words.
    pub enum MailchimpStatus {
        Save = "save", Paused = "paused", Schedule = "schedule", Sending = "sending", Sent = "sent",
        Canceled = "canceled", Canceling = "canceling", Archived = "archived",
    }
}

/// A campaign as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MailchimpCampaign {
    pub id: String,
    pub web_id: u64,
    pub kind: String,
    pub status: MailchimpStatus,
    pub created_at: Timestamp,
    /// When it is to go out, or went out.
    pub send_at: Option<Timestamp>,
    pub list_id: Option<String>,
    pub segment_id: Option<u64>,
    /// `settings` as they were sent, with the defaults.
    pub settings: Value,
    pub tracking: Value,
    pub html: String,
    pub plain_text: String,
    pub emails_sent: u64,
    /// Addresses that got a test of it.
    pub tested_with: Vec<String>,
    pub figures: MailFigures,
    pub(super) born: u64,
}

impl MailchimpCampaign {
    pub(super) fn setting(&self, name: &str) -> &str {
        self.settings[name].as_str().unwrap_or_default()
    }
    pub fn subject(&self) -> &str {
        self.setting("subject_line")
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Template {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) html: String,
    pub(super) made_at: Timestamp,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) number: u64,
    pub(super) audiences: Vec<MailAudience>,
    pub(super) templates: Vec<Template>,
    pub(super) campaigns: BTreeMap<String, MailchimpCampaign>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) grants: Grants,
    pub(super) accounts: BTreeMap<String, Account>,
    /// Persons whose API key was deleted.
    pub(super) keyless: Vec<String>,
    pub(super) requests: u64,
    pub(super) made: u64,
    /// Requests before a new campaign is in the list.
    pub(super) lag: u64,
    /// Looks at a campaign that say `sending` after it was sent.
    pub(super) looks: u32,
    pub(super) sending: BTreeMap<String, u32>,
    /// Requests yet to answer 429.
    pub(super) limited: u32,
    /// The plan can't schedule.
    pub(super) free_plan: bool,
}

impl State {
    pub(super) fn fresh() -> Self {
        let account = |name: &str, email: &str, number| Account {
            name: name.to_owned(),
            email: email.to_owned(),
            number,
            audiences: Vec::new(),
            templates: Vec::new(),
            campaigns: BTreeMap::new(),
        };
        let mut anna = account("Harbour & Pine", "anna@harbourandpine.example", 7_100_001);
        anna.audiences = vec![
            MailAudience {
                id: "a1b2c3d4e5".to_owned(),
                name: "Newsletter".to_owned(),
                members: 412,
                segments: vec![("4201".to_owned(), "Asked for a brochure".to_owned(), 96)],
            },
            MailAudience {
                id: "f6a7b8c9d0".to_owned(),
                name: "Past clients".to_owned(),
                members: 58,
                segments: Vec::new(),
            },
        ];
        Self {
            grants: Grants::default(),
            accounts: BTreeMap::from([
                ("anna".to_owned(), anna),
                ("ben".to_owned(), account("Ben Osei", "ben@osei.example", 7_100_002)),
            ]),
            keyless: Vec::new(),
            requests: 0,
            made: 0,
            lag: 0,
            looks: 0,
            sending: BTreeMap::new(),
            limited: 0,
            free_plan: false,
        }
    }

    pub(super) fn number(&mut self) -> u64 {
        self.made += 1;
        self.made
    }

    /// What is due by the clock is sent.
    pub(super) fn send_due(&mut self, now: Timestamp) {
        let due = |own: &MailchimpCampaign| {
            own.status == MailchimpStatus::Schedule && own.send_at.is_some_and(|at| at <= now)
        };
        for account in self.accounts.values_mut() {
            for campaign in account.campaigns.values_mut().filter(|own| due(own)) {
                let at = campaign.send_at.unwrap_or(now);
                finish(campaign, &account.audiences, at);
            }
        }
    }
}

/// The campaign is with its readers.
pub(super) fn finish(campaign: &mut MailchimpCampaign, audiences: &[MailAudience], at: Timestamp) {
    campaign.status = MailchimpStatus::Sent;
    campaign.send_at = Some(at);
    campaign.emails_sent = recipients(campaign, audiences);
}

/// How many people a campaign goes to.
pub(super) fn recipients(campaign: &MailchimpCampaign, audiences: &[MailAudience]) -> u64 {
    let Some(list) = audiences.iter().find(|own| Some(&own.id) == campaign.list_id.as_ref()) else { return 0 };
    match campaign.segment_id {
        None => list.members,
        Some(id) => {
            let segment = list.segments.iter().find(|(own, _, _)| *own == id.to_string());
            segment.map_or(0, |(_, _, members)| *members)
        }
    }
}

pub(super) fn list_node(account: &Account, list: &MailAudience) -> Value {
    json!({
        "id": list.id,
        "web_id": 1,
        "name": list.name,
        "campaign_defaults": {"from_name": account.name, "from_email": account.email, "subject": "", "language": "en"},
        "permission_reminder": "You asked for news on our site.",
        "visibility": "prv",
        "stats": {"member_count": list.members, "unsubscribe_count": 4, "cleaned_count": 1,
            "campaign_count": account.campaigns.len(), "open_rate": 31.5, "click_rate": 4.2},
    })
}
