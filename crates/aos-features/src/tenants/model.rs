//! Tenants and their settings. Pure.

use aos_kernel::{Actor, ClientGroupId, Error, MicroUsd, Month, Result, TenantId, Timestamp, text_enum};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use url::Url;

text_enum! {
    pub enum TenantState {
        Active = "active",
        /// Keeps its record; nothing new is made for it.
        Archived = "archived",
    }
}

/// One client brand.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tenant {
    pub id: TenantId,
    pub client_group_id: Option<ClientGroupId>,
    pub name: String,
    /// Names the client in addresses of pages: `acme-dental`. Never changes.
    pub slug: String,
    /// Normalised by [`website_url`].
    pub website: String,
    /// IANA name, e.g. `Europe/Berlin`. Months, dates and publishing times of this client are meant in it.
    pub zone: String,
    pub state: TenantState,
    pub settings: Settings,
    pub created_at: Timestamp,
    pub archived_at: Option<Timestamp>,
}

impl Tenant {
    /// The time zone; UTC if a later version of the zone database should no longer know it.
    pub fn tz(&self) -> Tz {
        self.zone.parse().unwrap_or(Tz::UTC)
    }
    /// The month that it is for this client.
    pub fn month_at(&self, now: Timestamp) -> Month {
        Month::of(now.with_timezone(&self.tz()).date_naive())
    }
    pub fn is_active(&self) -> bool {
        self.state == TenantState::Active
    }
}

/// Several brands of one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClientGroup {
    pub id: ClientGroupId,
    pub name: String,
    pub created_at: Timestamp,
}

/// What can be chosen for a client. A setting that is missing in the stored JSON has its default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub approval: ApprovalPolicy,
    pub publish: PublishDefaults,
    /// `None`: the agency's default counts.
    pub budgets: Option<Budgets>,
}

/// Who decides on this client's work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApprovalPolicy {
    pub route: ApprovalRoute,
    /// The kinds of things that the client decides on, of [`ApprovalPolicy::KINDS`], where the route leads to them.
    pub client_decides: Vec<String>,
    /// Whether somebody may approve what they made or asked for.
    pub allow_own_work: bool,
}

impl Default for ApprovalPolicy {
    fn default() -> Self {
        let client_decides = ["request", "content_item"].map(str::to_owned).to_vec();
        Self { route: ApprovalRoute::default(), client_decides, allow_own_work: false }
    }
}

impl ApprovalPolicy {
    /// What can be decided on, as approvals name it.
    pub const KINDS: [&str; 3] = ["request", "content_item", "strategy"];

    /// The sides that decide on a thing of this kind, one after the other. The client is not asked about what its own
    /// people made or asked for: with the agency's yes, both sides have said it.
    pub fn route_of(&self, kind: &str, made_by: Party) -> &'static [Party] {
        let asks_client = self.route == ApprovalRoute::InternalThenClient
            && made_by == Party::Agency
            && self.client_decides.iter().any(|decided| decided == kind);
        if asks_client { &[Party::Agency, Party::Client] } else { &[Party::Agency] }
    }
}

text_enum! {
    /// A side that has its say in an approval.
    #[derive(Default)]
    pub enum Party {
        /// The agency's staff.
        #[default]
        Agency = "agency",
        /// The client's own administrators.
        Client = "client",
    }
}

text_enum! {
    #[derive(Default)]
    pub enum ApprovalRoute {
        /// The agency's staff decide.
        #[default]
        InternalOnly = "internal_only",
        /// Staff decide first, then the client's administrator.
        InternalThenClient = "internal_then_client",
    }
}

/// How an approved piece goes out unless its request says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PublishDefaults {
    pub mode: PublishMode,
    /// Names of the categories on the client's site.
    pub categories: Vec<String>,
}

text_enum! {
    #[derive(Default)]
    pub enum PublishMode {
        /// Public at once.
        #[default]
        Now = "now",
        /// Left on the platform as a draft.
        Draft = "draft",
        /// Public at the planned time.
        Schedule = "schedule",
    }
}

/// What agents may spend for a client, in millionths of a US dollar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Budgets {
    /// In a calendar month of the client's time zone; `None`: as much as it takes.
    pub monthly: Option<MicroUsd>,
    /// In one run.
    pub per_run: MicroUsd,
}

/// What is built in, until an administrator chooses another default.
impl Default for Budgets {
    fn default() -> Self {
        Self { monthly: Some(MicroUsd(50_000_000)), per_run: MicroUsd(2_000_000) }
    }
}

impl Budgets {
    /// # Errors
    /// `Invalid` for a budget below nothing, or a run that may spend more than its month.
    pub fn validate(&self) -> Result<()> {
        if self.monthly.is_some_and(|monthly| monthly < MicroUsd::ZERO) {
            return Err(Error::invalid("budgets.monthly", "A budget can't be below nothing."));
        }
        let most = self.monthly.unwrap_or(MicroUsd(i64::MAX));
        if self.per_run < MicroUsd::ZERO || self.per_run > most {
            return Err(Error::invalid("budgets.per_run", "A run can spend between nothing and the month's budget."));
        }
        Ok(())
    }
}

/// The agency's default budget, and who chose it when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DefaultBudget {
    pub budgets: Budgets,
    /// None while it is what is built in.
    pub chosen: Option<(Actor, Timestamp)>,
}

impl Settings {
    /// # Errors
    /// `Invalid` as [`Budgets::validate`], and for what nobody decides on or a category without a name.
    pub fn validate(&self) -> Result<()> {
        if let Some(budgets) = &self.budgets {
            budgets.validate()?;
        }
        if self.approval.client_decides.iter().any(|kind| !ApprovalPolicy::KINDS.contains(&kind.as_str())) {
            return Err(Error::invalid("approval.client_decides", "Choose among requests, posts and strategies."));
        }
        if self.publish.categories.iter().any(|name| name.trim().is_empty()) {
            return Err(Error::invalid("publish.categories", "A category needs a name."));
        }
        Ok(())
    }
}

/// Which clients to list.
#[derive(Clone, Debug, Default)]
pub struct TenantFilter {
    pub state: Option<TenantState>,
    pub group: Option<ClientGroupId>,
    /// Part of the name or the website.
    pub search: Option<String>,
}

/// A website's address as a person types it, in the one form that is kept: with a scheme, in lower case where case does
/// not count, without credentials, query and fragment.
///
/// # Errors
/// `Invalid` for the field `website`.
pub fn website_url(text: &str) -> Result<Url> {
    let text = text.trim();
    let bad =
        || Error::invalid("website", format!("“{text}” is not the address of a website such as https://example.com."));
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let mut url = Url::parse(&with_scheme).map_err(|_| bad())?;
    let has_host = url.host_str().is_some_and(|host| !host.is_empty());
    if !matches!(url.scheme(), "http" | "https") || !has_host || text.chars().any(char::is_whitespace) {
        return Err(bad());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::invalid("website", "Leave user name and password out of the address."));
    }
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

/// The name as a part of an address: ASCII letters and digits with dashes between, at most 40 characters. `None` when the
/// name holds none, e.g. one in another script.
pub(super) fn slug_of(name: &str) -> Option<String> {
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if c == '&' {
            slug.push_str(if slug.ends_with('-') { "and-" } else { "-and-" });
        } else if let Some(plain) = without_accent(c) {
            slug.push_str(plain);
        } else if !matches!(c, '\'' | '’') && !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= 40 {
            break;
        }
    }
    slug.truncate(40);
    let slug = slug.trim_matches('-');
    if slug.is_empty() { None } else { Some(slug.to_owned()) }
}

/// The accented letters of European company names; others end a word.
fn without_accent(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' => "e",
        'ğ' | 'ģ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => "i",
        'ķ' => "k",
        'ł' | 'ľ' | 'ļ' => "l",
        'ñ' | 'ń' | 'ň' | 'ņ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ō' | 'ő' => "o",
        'ö' | 'ø' | 'œ' => "oe",
        'ŕ' | 'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ß' => "ss",
        'ť' | 'ţ' | 'ț' => "t",
        'ù' | 'ú' | 'û' | 'ū' | 'ů' | 'ű' => "u",
        'ü' => "ue",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_website_is_kept_in_one_form() {
        for (typed, kept) in [
            ("Acme.example", "https://acme.example/"),
            (" https://WWW.Acme.example/Shop?utm=1#top ", "https://www.acme.example/Shop"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/"),
            ("bücher.example", "https://xn--bcher-kva.example/"),
        ] {
            assert_eq!(website_url(typed).unwrap().as_str(), kept);
        }
        for bad in
            ["", "https://", "ftp://acme.example", "javascript://x", "acme corp.example", "https://u:p@acme.example"]
        {
            assert_eq!(website_url(bad).unwrap_err().field(), Some("website"), "{bad}");
        }
    }

    #[test]
    fn a_slug_is_readable() {
        assert_eq!(slug_of("Müller & Söhne GmbH").as_deref(), Some("mueller-and-soehne-gmbh"));
        assert_eq!(slug_of("  Joe’s  Café! ").as_deref(), Some("joes-cafe"));
        assert_eq!(slug_of("株式会社"), None);
        assert!(slug_of(&"long name ".repeat(20)).unwrap().len() <= 40);
    }

    #[test]
    fn settings_of_an_older_version_get_the_new_defaults() {
        let settings: Settings = serde_json::from_str(r#"{"approval":{"allow_own_work":true}}"#).unwrap();
        assert!(settings.approval.allow_own_work);
        assert_eq!(settings.budgets, None);
        let too_much = Budgets { monthly: Some(MicroUsd(5)), per_run: MicroUsd(6) };
        let spendthrift = Settings { budgets: Some(too_much), ..Settings::default() };
        assert_eq!(spendthrift.validate().unwrap_err().field(), Some("budgets.per_run"));
    }
}
