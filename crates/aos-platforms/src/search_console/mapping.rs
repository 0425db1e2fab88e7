//! Between our words and Search Console's, without a request. Source: contract `google.md`, section 5.

use aos_capabilities::connect::Target;
use url::Url;

use super::api::{Settings, Site};

/// What a person may do with a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Owner,
    FullUser,
    RestrictedUser,
    /// A word that is newer than this client.
    Other,
    Unverified,
}

impl Level {
    /// The contract knows two spellings: `siteOwner` and `SITE_OWNER`.
    pub fn of(word: &str) -> Self {
        let word: String = word.chars().filter(|c| *c != '_').collect::<String>().to_ascii_lowercase();
        match word.strip_prefix("site").unwrap_or(&word) {
            "owner" => Self::Owner,
            "fulluser" => Self::FullUser,
            "restricteduser" => Self::RestrictedUser,
            "unverifieduser" => Self::Unverified,
            _ => Self::Other,
        }
    }
    pub const fn words(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::FullUser => "full user",
            Self::RestrictedUser => "restricted user",
            Self::Other => "access not named",
            Self::Unverified => "not verified",
        }
    }
}

const UNVERIFIED: &str = "This Google account has not proved that the site is theirs, so Search Console shows no data. \
                          Verify the site in Search Console, or ask an owner to add the account there.";

/// A domain with everything below it.
fn domain(site_url: &str) -> Option<&str> {
    site_url.strip_prefix("sc-domain:")
}

/// The site as people know it.
pub(super) fn label(site_url: &str) -> String {
    domain(site_url).unwrap_or(site_url).to_owned()
}

/// The site's page in Search Console.
pub(super) fn address(site_url: &str) -> Option<Url> {
    Url::parse_with_params("https://search.google.com/search-console", [("resource_id", site_url)]).ok()
}

pub(super) fn target(site: &Site) -> Target {
    let level = Level::of(&site.permission_level);
    let kind = if domain(&site.site_url).is_some() { "Domain" } else { "Address" };
    Target {
        key: site.site_url.clone(),
        label: label(&site.site_url),
        detail: format!("{kind} · {}", level.words()),
        url: address(&site.site_url),
        tokens: None,
        settings: serde_json::to_value(Settings { site_url: site.site_url.clone() }).unwrap_or_default(),
        refusal: refusal(level).map(ToOwned::to_owned),
    }
}

/// Why a site at this level is of no use.
pub(super) fn refusal(level: Level) -> Option<&'static str> {
    (level == Level::Unverified).then_some(UNVERIFIED)
}
