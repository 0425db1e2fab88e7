//! Sites, their collections, and publishing a whole site (contract: sections 2.2 and 2.3).

use axum::http::StatusCode;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    Answered, Desk, Problem, Reply,
    state::{Collection, LOCALE, SHORT_NAME, SITE, SUBDOMAIN, State, moment},
};
use crate::vendors::arrival::Arrival;

/// The site as the API tells it.
pub(super) fn site(state: &State) -> Value {
    let domains: Vec<Value> = state.domains().iter().map(|(id, url)| domain(state, id, url)).collect();
    json!({
        "id": SITE, "workspaceId": "65f0000000000000000000a0", "displayName": "Harbour & Pine",
        "shortName": SHORT_NAME, "timeZone": "Europe/London",
        "lastPublished": state.published.values().max().map(|at| moment(*at)), "customDomains": domains,
        "locales": {
            "primary": {"id": "65f0000000000000000000c0", "cmsLocaleId": LOCALE, "enabled": true,
                "displayName": "English", "redirect": false, "subdirectory": "", "tag": "en"},
            "secondary": [],
        },
    })
}

fn domain(state: &State, id: &str, url: &str) -> Value {
    json!({"id": id, "url": url, "lastPublished": state.published.get(id).map(|at| moment(*at))})
}

/// A collection in a list.
pub(super) fn summary(state: &State, collection: &Collection) -> Value {
    let own = state.items.iter().filter(|own| own.collection == collection.id);
    json!({"id": collection.id, "displayName": collection.name, "singularName": collection.singular,
        "slug": collection.slug, "lastUpdated": own.map(|own| own.updated_at).max().map(moment)})
}

/// A collection with its fields.
pub(super) fn collection(state: &State, collection: &Collection) -> Value {
    let fields: Vec<Value> = collection
        .fields
        .iter()
        .enumerate()
        .map(|(at, field)| {
            let options: Vec<Value> = field.options.iter().map(|(id, name)| json!({"id": id, "name": name})).collect();
            let validations = match field.kind {
                "Option" => json!({ "options": options }),
                "Reference" => json!({ "collectionId": field.of }),
                _ => Value::Null,
            };
            json!({
                "id": format!("{}{at:02x}", &collection.id[..22]), "isRequired": field.required, "isEditable": true,
                "type": field.kind, "slug": field.slug, "displayName": field.name, "helpText": null,
                "validations": validations,
            })
        })
        .collect();
    let mut told = summary(state, collection);
    told["fields"] = json!(fields);
    told
}

/// `POST /sites/{id}/publish`: everything that is no draft goes live.
pub(super) fn publish(desk: &mut Desk<'_>, arrival: &Arrival) -> Answered {
    let body = arrival.json().unwrap_or_default();
    let chosen: Vec<&str> = body["customDomains"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let own = desk.state.domains();
    if chosen.iter().any(|id| own.iter().all(|(known, _)| known != id)) {
        return Err(Problem::bad_request("Requested an invalid Domain. Please send a valid custom domain URI."));
    }
    let subdomain = body["publishToWebflowSubdomain"] == true;
    if chosen.is_empty() && !subdomain {
        return Err(Problem::bad_request("No domains to publish to."));
    }
    if desk.state.published_at.is_some_and(|at| at + TimeDelta::minutes(1) > desk.now) {
        return Err(Problem::too_many());
    }
    desk.state.published_at = Some(desk.now);
    for id in &chosen {
        desk.state.published.insert((*id).to_owned(), desk.now);
    }
    if subdomain {
        desk.state.published.insert(SUBDOMAIN.to_owned(), desk.now);
    }
    for item in &mut desk.state.items {
        if item.is_archived {
            item.live = None;
        } else if !item.is_draft {
            item.publish(desk.now);
        }
    }
    let told: Vec<Value> =
        own.iter().filter(|(id, _)| chosen.contains(id)).map(|(id, url)| domain(desk.state, id, url)).collect();
    let body = json!({"customDomains": told, "publishToWebflowSubdomain": subdomain});
    Ok(Reply { http: StatusCode::ACCEPTED, body })
}
