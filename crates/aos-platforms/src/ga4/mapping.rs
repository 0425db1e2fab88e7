//! Between our words and GA4's, without a request. Source: contract `google.md`, section 4.

use aos_capabilities::connect::Target;
use url::Url;

use super::api::{PropertySummary, Settings, Summary};
use crate::google::last_part;

/// The property's page in Analytics.
pub(super) fn address(property: &str) -> Option<Url> {
    let id = last_part(property, "properties")?;
    Url::parse(&format!("https://analytics.google.com/analytics/web/#/p{id}/")).ok()
}

/// What can be connected; `None` for a name that is not of the contract's form.
pub(super) fn target(account: &Summary, property: &PropertySummary) -> Option<Target> {
    let id = last_part(&property.property, "properties")?;
    let kind = match property.property_type.as_str() {
        "PROPERTY_TYPE_SUBPROPERTY" => Some("part of another property"),
        "PROPERTY_TYPE_ROLLUP" => Some("several properties together"),
        _ => None,
    };
    let number = format!("property {id}");
    let parts = [Some(account.display_name.as_str()), Some(&*number), kind].into_iter().flatten();
    let name = if property.display_name.is_empty() { number.clone() } else { property.display_name.clone() };
    let settings =
        Settings { property: property.property.clone(), name: name.clone(), time_zone: None, currency: None };
    Some(Target {
        key: property.property.clone(),
        label: name,
        detail: parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · "),
        url: address(&property.property),
        tokens: None,
        settings: serde_json::to_value(settings).unwrap_or_default(),
        refusal: None,
    })
}
