//! Between our words and those of Meta Ads, without a request. Source: contract `meta.md`, section 7.

use aos_capabilities::{connect::Target, platform::AccountInfo};
use aos_kernel::Timestamp;
use url::Url;

use super::{
    FACE,
    api::{AdAccount, Settings},
};
use crate::meta::{self, api, pages::Granted};

/// How an ad account stands, and what follows for connecting it. The numbers are those of the Marketing API.
fn status(account: &AdAccount) -> (&'static str, Standing) {
    match api::number(&account.account_status) {
        Some(1 | 201) => ("active", Standing::Good),
        Some(2) => ("disabled", Standing::Warn("Meta has disabled the ad account: nothing is shown there.")),
        Some(3) => ("unsettled", Standing::Warn("The ad account has an unpaid bill: ads may stop.")),
        Some(7) => ("under review", Standing::Warn("Meta is reviewing the ad account: ads may not be shown.")),
        Some(8) => ("payment pending", Standing::Warn("A payment of the ad account is pending.")),
        Some(9) => ("in grace period", Standing::Warn("The ad account has an unpaid bill: ads will stop soon.")),
        Some(100) => ("closing", Standing::Warn("The ad account is being closed.")),
        Some(101 | 202) => ("closed", Standing::Closed),
        _ => ("status unknown", Standing::Good),
    }
}

enum Standing {
    Good,
    Warn(&'static str),
    Closed,
}

/// An ad account that may be chosen, or why not.
pub(super) fn target(account: &AdAccount, granted: &Granted) -> Target {
    let id = with_prefix(account);
    let (word, standing) = status(account);
    let refusal = if !meta::is_id(&id) {
        Some("Meta gave an id for this ad account that can't be used.".to_owned())
    } else if matches!(standing, Standing::Closed) {
        Some("The ad account is closed. Open it again in Ads Manager, or choose another one.".to_owned())
    } else {
        None
    };
    let zone = account.timezone_name.clone().filter(|zone| !zone.is_empty());
    let mut detail: Vec<String> = account.currency.iter().filter(|code| !code.is_empty()).cloned().collect();
    detail.extend(zone.clone());
    detail.push(word.to_owned());
    detail.push(id.trim_start_matches("act_").to_owned());
    let settings = Settings {
        ad_account: id.clone(),
        currency: account.currency.clone(),
        timezone: zone,
        granted: granted.clone(),
    };
    Target {
        label: label(account, &id),
        detail: detail.join(" · "),
        url: None,
        key: id,
        tokens: None,
        settings: serde_json::to_value(&settings).unwrap_or_default(),
        refusal,
    }
}

/// What a check found. `seen_at` is where people see the ad account.
pub(super) fn account(
    found: &AdAccount,
    settings: &Settings,
    seen_at: &str,
    busy: bool,
    now: Timestamp,
) -> AccountInfo {
    let mut warnings: Vec<String> = settings.granted.warning(FACE.name, FACE.noun, now).into_iter().collect();
    match status(found).1 {
        Standing::Good => {}
        Standing::Warn(words) => warnings.push(words.to_owned()),
        Standing::Closed => warnings.push("The ad account is closed.".to_owned()),
    }
    if busy {
        warnings.push("Meta's allowance for this ad account is nearly used up: reading may wait.".to_owned());
    }
    let settings = Settings {
        currency: found.currency.clone().or_else(|| settings.currency.clone()),
        timezone: found.timezone_name.clone().or_else(|| settings.timezone.clone()),
        ..settings.clone()
    };
    let placeless = || Url::parse("https://adsmanager.facebook.com/").unwrap_or_else(|_| unreachable!("a constant"));
    AccountInfo {
        label: label(found, &settings.ad_account),
        url: Url::parse(seen_at).unwrap_or_else(|_| placeless()),
        scopes: Vec::new(),
        settings: serde_json::to_value(&settings).unwrap_or_default(),
        warnings,
    }
}

/// Where a person sees the ad account.
pub(super) fn manager(id: &str) -> String {
    format!("https://adsmanager.facebook.com/adsmanager/manage/campaigns?act={}", id.trim_start_matches("act_"))
}

fn label(account: &AdAccount, id: &str) -> String {
    let name = account.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    name.map_or_else(|| format!("Ad account {}", id.trim_start_matches("act_")), ToOwned::to_owned)
}

/// Lists sometimes give only the number.
fn with_prefix(account: &AdAccount) -> String {
    let id = if account.id.0.is_empty() { account.account_id.clone().unwrap_or_default() } else { account.id.clone() };
    if id.0.is_empty() || id.0.starts_with("act_") { id.0 } else { format!("act_{}", id.0) }
}
