//! Business Profile: accounts and locations (contract: section 6).

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Map, Value, json};

use super::{
    Answered, Desk, GoogleApi, Problem, admitted, listed, oauth, paged, people, split_verb,
    state::{Location, State},
};
use crate::vendors::{arrival::Arrival, grants::Holder};

/// Fields of a location that a mask may name.
const FIELDS: &[&str] = &[
    "name",
    "languageCode",
    "storeCode",
    "title",
    "phoneNumbers",
    "categories",
    "storefrontAddress",
    "websiteUri",
    "regularHours",
    "specialHours",
    "serviceArea",
    "labels",
    "adWordsLocationExtensions",
    "latlng",
    "openInfo",
    "metadata",
    "profile",
    "relationshipData",
    "moreHours",
    "serviceItems",
];

/// Fields that their owner may change.
const CHANGEABLE: &[&str] = &[
    "storeCode",
    "title",
    "phoneNumbers",
    "categories",
    "storefrontAddress",
    "websiteUri",
    "regularHours",
    "specialHours",
    "serviceArea",
    "labels",
    "openInfo",
    "profile",
    "moreHours",
    "serviceItems",
];

/// Whether the person manages the account.
pub(super) fn manages(state: &State, holder: &Holder, account: &str) -> bool {
    people::accounts(&state.settings, &holder.person).iter().any(|own| own["name"] == account)
}

/// `accounts/{a}/locations/{l}` of a v4 path, when the person manages it.
pub(super) fn place<'a>(
    state: &'a State,
    holder: &Holder,
    account: &str,
    location: &str,
) -> Result<&'a Location, Problem> {
    if !manages(state, holder, &format!("accounts/{account}")) {
        return Err(Problem::denied("The caller does not have permission"));
    }
    let (account, name) = (format!("accounts/{account}"), format!("locations/{location}"));
    let found = state.locations.iter().find(|own| own.name == name && own.account == account);
    found.ok_or_else(Problem::not_found)
}

/// Counts a change of a profile, or refuses it when there were too many in the last minute.
pub(super) fn count_edit(desk: &mut Desk<'_>, name: &str) -> Result<(), Problem> {
    let (now, limit) = (desk.now, desk.state.settings.edits_per_minute);
    let Some(location) = desk.state.locations.iter_mut().find(|own| own.name == name) else { return Ok(()) };
    location.edits.retain(|at| *at + TimeDelta::minutes(1) > now);
    if limit.is_some_and(|limit| location.edits.len() >= limit) {
        return Err(Problem::exhausted("Edits per profile", Some(60)));
    }
    location.edits.push(now);
    Ok(())
}

/// `mybusinessaccountmanagement.googleapis.com`.
pub(super) fn accounts(desk: &mut Desk<'_>, arrival: &Arrival) -> Answered {
    let holder = admitted(desk, arrival, oauth::BUSINESS, GoogleApi::Accounts)?;
    let mut all = people::accounts(&desk.state.settings, &holder.person);
    match (&arrival.method, arrival.parts().as_slice()) {
        (&Method::GET, ["v1", "accounts"]) => {
            if let Some(filter) = arrival.param("filter").filter(|text| !text.is_empty()) {
                let wanted =
                    filter.strip_prefix("type=").ok_or_else(|| Problem::invalid("filter", "Invalid filter."))?;
                all.retain(|own| own["type"] == wanted);
            }
            let (page, next) = paged(arrival, all, 20, 20)?;
            Ok(listed("accounts", page, next))
        }
        (&Method::GET, ["v1", "accounts", id]) => {
            let name = format!("accounts/{id}");
            all.into_iter().find(|own| own["name"] == name.as_str()).ok_or_else(Problem::not_found)
        }
        _ => Err(Problem::not_found()),
    }
}

/// `mybusinessbusinessinformation.googleapis.com`.
pub(super) fn locations(desk: &mut Desk<'_>, arrival: &Arrival) -> Answered {
    let holder = admitted(desk, arrival, oauth::BUSINESS, GoogleApi::Information)?;
    let (parts, verb) = split_verb(&arrival.path);
    match (&arrival.method, parts.as_slice(), verb) {
        (&Method::GET, ["v1", "accounts", account, "locations"], None) => {
            let mask = read_mask(arrival)?;
            let account = format!("accounts/{account}");
            if !manages(desk.state, &holder, &account) {
                return Err(Problem::denied("The caller does not have permission"));
            }
            let own = desk.state.locations.iter().filter(|own| own.account == account).map(|own| own.data.clone());
            let mut all: Vec<Value> = own.collect();
            if account == "accounts/102" {
                all.extend(people::more_locations(&desk.state.settings));
            }
            let total = all.len();
            let (page, next) = paged(arrival, all, 10, 100)?;
            let mut body = listed("locations", page.iter().map(|data| masked(data, &mask)).collect(), next);
            if total > 0 {
                body["totalSize"] = json!(total);
            }
            Ok(body)
        }
        (&Method::GET, ["v1", "locations", id], None) => {
            let mask = read_mask(arrival)?;
            Ok(masked(&own(desk.state, &holder, id)?.data, &mask))
        }
        (&Method::GET, ["v1", "locations", id], Some("getGoogleUpdated")) => {
            let mask = read_mask(arrival)?;
            Ok(json!({ "location": masked(&own(desk.state, &holder, id)?.data, &mask), "diffMask": "" }))
        }
        (&Method::PATCH, ["v1", "locations", id], None) => change(desk, arrival, &holder, id),
        _ => Err(Problem::not_found()),
    }
}

fn own<'a>(state: &'a State, holder: &Holder, id: &str) -> Result<&'a Location, Problem> {
    let name = format!("locations/{id}");
    let found = state.locations.iter().find(|own| own.name == name).ok_or_else(Problem::not_found)?;
    // What is not the person's own can't be told from what is not there.
    if manages(state, holder, &found.account) { Ok(found) } else { Err(Problem::not_found()) }
}

fn read_mask(arrival: &Arrival) -> Result<Vec<String>, Problem> {
    let text = arrival.param("readMask").unwrap_or_default();
    let mask: Vec<String> = text.split(',').map(str::trim).filter(|own| !own.is_empty()).map(str::to_owned).collect();
    if mask.is_empty() {
        return Err(Problem::invalid("read_mask", "read_mask is required."));
    }
    match mask.iter().find(|path| !FIELDS.contains(&first(path))) {
        Some(unknown) => Err(Problem::invalid("read_mask", format!("Invalid field mask provided: {unknown}"))),
        None => Ok(mask),
    }
}

fn first(path: &str) -> &str {
    path.split('.').next().unwrap_or_default()
}

/// Only the named fields; a path of two parts names a field of a field.
fn masked(data: &Value, mask: &[String]) -> Value {
    let mut shown = Map::new();
    for path in mask {
        match path.split_once('.') {
            None => {
                if let Some(value) = data.get(path) {
                    shown.insert(path.clone(), value.clone());
                }
            }
            Some((outer, inner)) => {
                if let Some(value) = data.get(outer).and_then(|own| own.get(inner)) {
                    let entry = shown.entry(outer).or_insert_with(|| json!({}));
                    entry[inner] = value.clone();
                }
            }
        }
    }
    Value::Object(shown)
}

fn change(desk: &mut Desk<'_>, arrival: &Arrival, holder: &Holder, id: &str) -> Answered {
    let name = own(desk.state, holder, id)?.name.clone();
    let Some(Value::Object(body)) = arrival.json() else {
        return Err(Problem::invalid("location", "Invalid JSON payload received."));
    };
    let mask = arrival.param("updateMask").unwrap_or_default();
    let paths: Vec<&str> = mask.split(',').map(str::trim).filter(|path| !path.is_empty()).collect();
    if paths.is_empty() {
        return Err(Problem::invalid("update_mask", "update_mask is required."));
    }
    if let Some(path) = paths.iter().find(|path| !CHANGEABLE.contains(&first(path))) {
        return Err(Problem::invalid("update_mask", format!("Invalid field mask provided: {path}")));
    }
    let description = body.get("profile").and_then(|own| own["description"].as_str()).unwrap_or_default();
    if description.chars().count() > 750 {
        return Err(Problem::invalid("location.profile.description", "Description is too long."));
    }
    if arrival.param("validateOnly").as_deref() == Some("true") {
        return Ok(own(desk.state, holder, id)?.data.clone());
    }
    count_edit(desk, &name)?;
    let Some(location) = desk.state.locations.iter_mut().find(|own| own.name == name) else {
        return Err(Problem::not_found());
    };
    for path in paths {
        // Fields of fields are replaced with the whole field: telephone numbers and categories are one.
        let field = first(path);
        match body.get(field) {
            Some(value) => location.data[field] = value.clone(),
            None => {
                location.data.as_object_mut().map(|own| own.remove(field));
            }
        }
    }
    Ok(location.data.clone())
}
