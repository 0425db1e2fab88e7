//! Analytics Admin: what a person sees (contract: section 4).

use axum::http::Method;
use serde_json::{Value, json};

use super::{
    Answered, Desk, GoogleApi, Problem, admitted, listed, oauth, paged,
    people::ANNA,
    state::{GoogleSettings, State},
};
use crate::vendors::arrival::Arrival;

/// Account, property and name of each property that a person sees.
pub(super) fn properties(settings: &GoogleSettings, person: &str) -> Vec<(String, String, String)> {
    if person != ANNA {
        return Vec::new();
    }
    let more = (0..settings.more_properties).map(|n| {
        (format!("accounts/{}", 2_000 + n), format!("properties/{}", 400_000 + n), format!("Project {}", n + 1))
    });
    // Anna's own comes last, so that whoever reads one page only misses it.
    let own = ("accounts/1001".to_owned(), "properties/345001".to_owned(), "Harbour & Pine website".to_owned());
    more.chain([own]).collect()
}

/// Whether the person may read the property.
pub(super) fn readable(state: &State, person: &str, property: &str) -> Result<(), Problem> {
    if properties(&state.settings, person).iter().any(|(_, own, _)| own == property) {
        return Ok(());
    }
    Err(Problem::denied("User does not have sufficient permissions for this property."))
}

fn told((account, property, name): &(String, String, String)) -> Value {
    json!({
        "name": property, "parent": account, "account": account, "displayName": name,
        "propertyType": "PROPERTY_TYPE_ORDINARY", "timeZone": "Europe/London", "currencyCode": "GBP",
        "serviceLevel": "GOOGLE_ANALYTICS_STANDARD", "industryCategory": "HOME_AND_GARDEN",
        "createTime": "2023-05-04T08:00:00Z", "updateTime": "2025-02-01T08:00:00Z",
    })
}

/// `analyticsadmin.googleapis.com`.
pub(super) fn route(desk: &mut Desk<'_>, arrival: &Arrival) -> Answered {
    let holder = admitted(desk, arrival, oauth::ANALYTICS, GoogleApi::AnalyticsAdmin)?;
    let all = properties(&desk.state.settings, &holder.person);
    if arrival.method != Method::GET {
        return Err(Problem::not_found());
    }
    match arrival.parts().as_slice() {
        ["v1beta", "accountSummaries"] => {
            let summaries = all
                .iter()
                .map(|(account, property, name)| {
                    let id = account.trim_start_matches("accounts/");
                    let account_name = if id == "1001" { "Harbour & Pine" } else { name };
                    json!({
                        "name": format!("accountSummaries/{id}"), "account": account, "displayName": account_name,
                        "propertySummaries": [{"property": property, "displayName": name,
                            "propertyType": "PROPERTY_TYPE_ORDINARY", "parent": account}],
                    })
                })
                .collect();
            let (page, next) = paged(arrival, summaries, 50, 200)?;
            Ok(listed("accountSummaries", page, next))
        }
        ["v1beta", "properties"] => {
            let filter = arrival.param("filter").unwrap_or_default();
            let account = filter.strip_prefix("parent:").or_else(|| filter.strip_prefix("ancestor:"));
            let account = account.ok_or_else(|| Problem::invalid("filter", "A filter is required."))?;
            let own = all.iter().filter(|(own, ..)| own == account).map(told).collect();
            let (page, next) = paged(arrival, own, 50, 200)?;
            Ok(listed("properties", page, next))
        }
        ["v1beta", "properties", id, rest @ ..] => {
            let name = format!("properties/{id}");
            readable(desk.state, &holder.person, &name)?;
            match rest {
                [] => all.iter().find(|(_, own, _)| *own == name).map(told).ok_or_else(Problem::not_found),
                ["dataStreams"] => Ok(json!({"dataStreams": [{
                    "name": format!("{name}/dataStreams/1"), "type": "WEB_DATA_STREAM", "displayName": "Website",
                    "webStreamData": {"measurementId": "G-HARBOUR01",
                        "defaultUri": "https://www.harbourandpine.example"},
                }]})),
                ["keyEvents"] => Ok(json!({"keyEvents": [{
                    "name": format!("{name}/keyEvents/1"), "eventName": "generate_lead", "custom": false,
                    "deletable": true, "countingMethod": "ONCE_PER_EVENT", "createTime": "2023-05-04T08:00:00Z",
                }]})),
                _ => Err(Problem::not_found()),
            }
        }
        _ => Err(Problem::not_found()),
    }
}
