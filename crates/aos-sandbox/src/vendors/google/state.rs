//! What the simulated Google keeps, and how it can be set up.

use std::collections::{BTreeMap, BTreeSet};

use aos_kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{people, posts::LocalPost, reviews::Review};
use crate::vendors::grants::Grants;

aos_kernel::text_enum! {
    /// One of Google's APIs, by its host.
    pub enum GoogleApi {
        Accounts = "mybusinessaccountmanagement.googleapis.com",
        Information = "mybusinessbusinessinformation.googleapis.com",
        Posts = "mybusiness.googleapis.com",
        Performance = "businessprofileperformance.googleapis.com",
        SearchConsole = "searchconsole.googleapis.com",
        AnalyticsAdmin = "analyticsadmin.googleapis.com",
        AnalyticsData = "analyticsdata.googleapis.com",
        Ads = "googleads.googleapis.com",
    }
}

/// What an API refuses on demand, in its own shape: see [`super::Google::refuse`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GoogleRefusal {
    /// The quota is used up; the seconds go where the API tells them.
    Quota { retry_seconds: Option<u64> },
    /// The API is not switched on in the application's project.
    Disabled,
    /// The person may not.
    Denied,
    /// Google Ads: the project may not touch production accounts yet. Elsewhere as `Disabled`.
    NotApproved,
}

/// How the simulated Google is set up.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct GoogleSettings {
    /// Addresses to go back to, character for character; empty: any on this machine.
    pub redirects: Vec<String>,
    /// The application is not verified yet: refresh tokens end after a week.
    pub testing: bool,
    /// Live refresh tokens of one person; the oldest is dropped without a word.
    pub refresh_tokens: usize,
    /// How often a new post is looked at and still `PROCESSING`.
    pub looks_until_live: u32,
    /// A new post is missing from lists until this many further requests came.
    pub requests_until_listed: u32,
    /// A post with a telephone number in its text is rejected.
    pub rejects_phone_numbers: bool,
    /// Changes of one profile in a minute; none: no limit.
    pub edits_per_minute: Option<usize>,
    /// Location groups without locations that Anna manages besides her own.
    pub more_accounts: usize,
    /// Further locations below Anna's group.
    pub more_locations: usize,
    /// Analytics accounts that Anna sees besides her own.
    pub more_properties: usize,
    /// Search Console writes levels as `SITE_OWNER` instead of `siteOwner`.
    pub levels_in_upper_case: bool,
    /// Rows in a page of Google Ads, and in a chunk of a stream.
    pub ads_page_rows: usize,
    /// Versions of the Google Ads API up to this one are shut off, and the newest that there is.
    pub ads_shut_off: u32,
    pub ads_newest: u32,
    /// From this version on a developer token is refused instead of ignored.
    pub ads_refuses_developer_token: Option<u32>,
}

impl Default for GoogleSettings {
    fn default() -> Self {
        Self {
            redirects: Vec::new(),
            testing: false,
            refresh_tokens: 100,
            looks_until_live: 1,
            requests_until_listed: 0,
            rejects_phone_numbers: true,
            edits_per_minute: None,
            more_accounts: 0,
            more_locations: 0,
            more_properties: 0,
            levels_in_upper_case: false,
            ads_page_rows: 10_000,
            ads_shut_off: 22,
            ads_newest: 26,
            ads_refuses_developer_token: None,
        }
    }
}

/// A refresh token that still opens something.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct LiveRefresh {
    pub(super) token: String,
    pub(super) person: String,
    pub(super) used_at: Timestamp,
}

/// A profile on Google Maps.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Location {
    /// `locations/555`.
    pub(super) name: String,
    /// `accounts/102`.
    pub(super) account: String,
    /// As the API tells it, all fields.
    pub(super) data: Value,
    /// When it was changed lately.
    pub(super) edits: Vec<Timestamp>,
}

impl Location {
    pub(super) fn title(&self) -> &str {
        self.data["title"].as_str().unwrap_or_default()
    }
    /// Whether what its owner says goes to Maps.
    pub(super) fn has_voice(&self) -> bool {
        self.data["metadata"]["hasVoiceOfMerchant"] == true
    }
}

/// A fetched picture or film.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Picture {
    pub(super) content_type: String,
    /// In base64, because the state is kept as JSON.
    pub(super) bytes: String,
}

/// Everything that Google knows.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) settings: GoogleSettings,
    pub(super) grants: Grants,
    /// Codes whose consent brings a refresh token.
    pub(super) offline: BTreeSet<String>,
    /// What each person has allowed so far.
    pub(super) allowed: BTreeMap<String, BTreeSet<String>>,
    /// The oldest first.
    pub(super) refresh: Vec<LiveRefresh>,
    pub(super) refusals: Vec<(GoogleApi, GoogleRefusal, u32)>,
    pub(super) locations: Vec<Location>,
    /// The newest last.
    pub(super) posts: Vec<LocalPost>,
    /// The next post is rejected, whatever it says.
    pub(super) reject_next: bool,
    pub(super) reviews: Vec<Review>,
    pub(super) pictures: BTreeMap<String, Picture>,
    /// Figures that were set, by subject, metric and day.
    pub(super) figures: BTreeMap<String, i64>,
    /// Counts what is made, for ids.
    pub(super) count: u64,
}

impl State {
    pub(super) fn fresh(now: Timestamp) -> Self {
        Self {
            settings: GoogleSettings::default(),
            grants: Grants::default(),
            offline: BTreeSet::new(),
            allowed: BTreeMap::new(),
            refresh: Vec::new(),
            refusals: Vec::new(),
            locations: people::locations(),
            posts: Vec::new(),
            reject_next: false,
            reviews: people::reviews(now),
            pictures: BTreeMap::new(),
            figures: BTreeMap::new(),
            count: 0,
        }
    }

    /// An id that was not given before.
    pub(super) fn next_id(&mut self) -> u64 {
        self.count += 1;
        7_000_000_000_000_000 + self.count
    }

    /// The refusal that waits for an API, once fewer.
    pub(super) fn refusal(&mut self, api: GoogleApi) -> Option<GoogleRefusal> {
        let at = self.refusals.iter().position(|(own, ..)| *own == api)?;
        let kind = self.refusals[at].1;
        self.refusals[at].2 = self.refusals[at].2.saturating_sub(1);
        if self.refusals[at].2 == 0 {
            self.refusals.remove(at);
        }
        Some(kind)
    }
}
