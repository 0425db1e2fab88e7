//! Items of collections: staged and live (contract: section 2.3).

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::{
    Answered, Desk, Problem, Reply,
    fields::{self, FetchedFiles},
    state::{Collection, LOCALE, WebflowItem},
};
use crate::vendors::arrival::Arrival;

const MOST: usize = 100;
const NOT_PUBLISHABLE: &str = "Site is published to multiple domains at different times";

/// Everything below `/collections/{id}/items`; `rest` is what follows.
pub(super) fn route(
    desk: &mut Desk<'_>,
    arrival: &Arrival,
    collection: &Collection,
    rest: &[&str],
    fetched: &FetchedFiles,
) -> Answered {
    let answer = match (&arrival.method, rest) {
        (&Method::GET, []) => list(desk, arrival, collection, false),
        (&Method::GET, ["live"]) => list(desk, arrival, collection, true),
        (&Method::POST, []) => return create(desk, arrival, collection, false, fetched),
        (&Method::POST, ["live"]) => return create(desk, arrival, collection, true, fetched),
        (&Method::PATCH, []) => change_many(desk, arrival, collection, false, fetched),
        (&Method::PATCH, ["live"]) => change_many(desk, arrival, collection, true, fetched),
        (&Method::POST, ["publish"]) => publish(desk, arrival, collection),
        (&Method::DELETE, []) => remove_many(desk, arrival, collection, false),
        (&Method::DELETE, ["live"]) => remove_many(desk, arrival, collection, true),
        (&Method::GET, [id]) => find(desk, collection, id).map(|own| Reply::ok(own.told(&own.fields))),
        (&Method::GET, [id, "live"]) => {
            let item = find(desk, collection, id)?;
            item.live.as_ref().map(|live| Reply::ok(item.told(live))).ok_or_else(Problem::not_found)
        }
        (&Method::PATCH, [id]) => one(desk, arrival, collection, id, false, fetched),
        (&Method::PATCH, [id, "live"]) => one(desk, arrival, collection, id, true, fetched),
        (&Method::DELETE, [id]) => remove(desk, collection, id).map(|()| Reply::nothing()),
        (&Method::DELETE, [id, "live"]) => unpublish(desk, collection, id).map(|()| Reply::nothing()),
        _ => Err(Problem::not_found()),
    };
    for item in &mut desk.state.items {
        item.unlisted_for = item.unlisted_for.saturating_sub(1);
    }
    answer
}

fn find<'a>(desk: &'a mut Desk<'_>, collection: &Collection, id: &str) -> Result<&'a mut WebflowItem, Problem> {
    let found = desk.state.items.iter_mut().find(|own| own.collection == collection.id && own.id == id);
    found.ok_or_else(Problem::not_found)
}

fn list(desk: &mut Desk<'_>, arrival: &Arrival, collection: &Collection, live: bool) -> Answered {
    let number = |name: &str, usual: usize| match arrival.param(name).as_deref() {
        None | Some("") => Ok(usual),
        Some(text) => text.parse::<usize>().map_err(|_| Problem::field(name, "Expected a number")),
    };
    let (offset, limit) = (number("offset", 0)?, number("limit", MOST)?);
    if limit > MOST {
        return Err(Problem::field("limit", "Value must be at most 100"));
    }
    if arrival.param("cmsLocaleId").is_some_and(|own| !own.is_empty() && own.split(',').all(|id| id != LOCALE)) {
        return Err(Problem::not_found());
    }
    let (name, slug) = (arrival.param("name"), arrival.param("slug"));
    let is = |fields: &Map<String, Value>, field: &str, wanted: &Option<String>| {
        wanted.as_ref().is_none_or(|own| fields.get(field).and_then(Value::as_str) == Some(own))
    };
    let mut all: Vec<(&WebflowItem, &Map<String, Value>)> = desk
        .state
        .items
        .iter()
        .filter(|own| own.collection == collection.id && own.unlisted_for == 0)
        .filter_map(|own| if live { own.live.as_ref().map(|fields| (own, fields)) } else { Some((own, &own.fields)) })
        .filter(|(_, fields)| is(fields, "name", &name) && is(fields, "slug", &slug))
        .collect();
    match arrival.param("sortBy").as_deref() {
        None | Some("") => {}
        Some("lastPublished") => all.sort_by_key(|(own, _)| own.published_at),
        Some("lastUpdated") => all.sort_by_key(|(own, _)| own.updated_at),
        Some("createdOn") => all.sort_by_key(|(own, _)| own.created_at),
        Some("name") => all.sort_by(|a, b| a.0.text("name").cmp(b.0.text("name"))),
        Some("slug") => all.sort_by(|a, b| a.0.text("slug").cmp(b.0.text("slug"))),
        Some(_) => return Err(Problem::field("sortBy", "Unknown field to sort by")),
    }
    if arrival.param("sortOrder").as_deref() == Some("desc") {
        all.reverse();
    }
    let total = all.len();
    let page: Vec<Value> = all.iter().skip(offset).take(limit).map(|(own, fields)| own.told(fields)).collect();
    Ok(Reply::ok(json!({"items": page, "pagination": {"limit": limit, "offset": offset, "total": total}})))
}

/// Several items of a body, or the one that it is, and whether there were several.
fn sent(arrival: &Arrival) -> Result<(Vec<Map<String, Value>>, bool), Problem> {
    let Some(Value::Object(body)) = arrival.json() else { return Err(Problem::bad_request("Invalid JSON")) };
    let Some(items) = body.get("items") else { return Ok((vec![body], false)) };
    let items = items.as_array().map(Vec::as_slice).unwrap_or_default();
    if items.is_empty() || items.len() > MOST {
        return Err(Problem::field("items", "1 to 100 items are asked for"));
    }
    let all: Option<Vec<_>> = items.iter().map(|item| item.as_object().cloned()).collect();
    all.map(|all| (all, true)).ok_or_else(|| Problem::field("items", "Expected objects"))
}

fn skips_invalid_files(arrival: &Arrival) -> bool {
    arrival.param("skipInvalidFiles").as_deref() != Some("false")
}

fn flag(body: &Map<String, Value>, name: &str) -> Result<Option<bool>, Problem> {
    match body.get(name) {
        None => Ok(None),
        Some(Value::Bool(value)) => Ok(Some(*value)),
        Some(_) => Err(Problem::field(name, "Expected a boolean")),
    }
}

fn create(
    desk: &mut Desk<'_>,
    arrival: &Arrival,
    collection: &Collection,
    live: bool,
    fetched: &FetchedFiles,
) -> Answered {
    if live && !desk.state.publishable() {
        return Err(Problem::conflict(NOT_PUBLISHABLE));
    }
    let (bodies, several) = sent(arrival)?;
    let before = desk.state.items.len();
    for body in &bodies {
        let made = new_item(desk, arrival, collection, body, live, fetched);
        match made {
            Ok(item) => desk.state.items.push(item),
            Err(problem) => {
                // All or none.
                desk.state.items.truncate(before);
                return Err(problem);
            }
        }
    }
    let told: Vec<Value> = desk.state.items[before..].iter().map(|own| own.told(&own.fields)).collect();
    let body = if several { json!({ "items": told }) } else { told.into_iter().next().unwrap_or_default() };
    Ok(Reply { http: StatusCode::ACCEPTED, body })
}

fn new_item(
    desk: &mut Desk<'_>,
    arrival: &Arrival,
    collection: &Collection,
    body: &Map<String, Value>,
    live: bool,
    fetched: &FetchedFiles,
) -> Result<WebflowItem, Problem> {
    let Some(given) = body.get("fieldData").and_then(Value::as_object) else {
        return Err(Problem::field("fieldData", "Value is required"));
    };
    let mut item = WebflowItem {
        id: desk.state.next_id(),
        collection: collection.id.to_owned(),
        is_draft: flag(body, "isDraft")?.unwrap_or(true),
        is_archived: flag(body, "isArchived")?.unwrap_or(false),
        fields: Map::new(),
        live: None,
        created_at: desk.now,
        updated_at: desk.now,
        published_at: None,
        unlisted_for: desk.state.settings.requests_until_listed,
    };
    fields::write(desk, collection, &mut item, given, fetched, skips_invalid_files(arrival))?;
    if live {
        item.publish(desk.now);
    }
    Ok(item)
}

fn change(
    desk: &mut Desk<'_>,
    arrival: &Arrival,
    collection: &Collection,
    id: &str,
    body: &Map<String, Value>,
    live: bool,
    fetched: &FetchedFiles,
) -> Result<Value, Problem> {
    let mut item = find(desk, collection, id)?.clone();
    if live && (!desk.state.publishable() || item.live.is_none()) {
        return Err(Problem::conflict("Live PATCH updates can't be applied to items that have never been published"));
    }
    item.is_draft = flag(body, "isDraft")?.unwrap_or(item.is_draft);
    item.is_archived = flag(body, "isArchived")?.unwrap_or(item.is_archived);
    if let Some(given) = body.get("fieldData") {
        let given = given.as_object().ok_or_else(|| Problem::field("fieldData", "Expected an object"))?;
        fields::write(desk, collection, &mut item, given, fetched, skips_invalid_files(arrival))?;
    }
    item.updated_at = desk.now;
    if live {
        item.publish(desk.now);
    }
    let told = item.told(&item.fields);
    *find(desk, collection, id)? = item;
    Ok(told)
}

fn one(
    desk: &mut Desk<'_>,
    arrival: &Arrival,
    collection: &Collection,
    id: &str,
    live: bool,
    fetched: &FetchedFiles,
) -> Answered {
    let Some(Value::Object(body)) = arrival.json() else { return Err(Problem::bad_request("Invalid JSON")) };
    change(desk, arrival, collection, id, &body, live, fetched).map(Reply::ok)
}

fn change_many(
    desk: &mut Desk<'_>,
    arrival: &Arrival,
    collection: &Collection,
    live: bool,
    fetched: &FetchedFiles,
) -> Answered {
    let (bodies, _) = sent(arrival)?;
    let before = desk.state.items.clone();
    let mut told = Vec::new();
    for body in &bodies {
        let id = body.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        match change(desk, arrival, collection, &id, body, live, fetched) {
            Ok(item) => told.push(item),
            Err(problem) => {
                desk.state.items = before;
                return Err(problem);
            }
        }
    }
    Ok(Reply::ok(json!({ "items": told })))
}

/// Ids of a body in either of its forms.
fn ids(arrival: &Arrival) -> Result<Vec<String>, Problem> {
    let body = arrival.json().unwrap_or_default();
    let list = |name: &str| body[name].as_array().cloned().unwrap_or_default();
    let mut ids: Vec<Value> = list("itemIds");
    ids.extend(list("items").into_iter().map(|own| own["id"].clone()));
    let ids: Option<Vec<String>> = ids.iter().map(|id| id.as_str().map(str::to_owned)).collect();
    ids.filter(|ids| !ids.is_empty() && ids.len() <= MOST)
        .ok_or_else(|| Problem::field("itemIds", "1 to 100 ids are asked for"))
}

fn publish(desk: &mut Desk<'_>, arrival: &Arrival, collection: &Collection) -> Answered {
    let ids = ids(arrival)?;
    if !desk.state.publishable() {
        return Err(Problem::conflict(NOT_PUBLISHABLE));
    }
    let (now, failure) = (desk.now, desk.state.next_publish_error.take());
    let (mut published, mut errors) = (Vec::new(), Vec::new());
    for id in ids {
        match (find(desk, collection, &id), &failure) {
            (_, Some(words)) => errors.push(words.clone()),
            (Ok(item), None) if item.is_archived => errors.push(format!("Staging item ID {id} is archived.")),
            (Ok(item), None) => {
                item.publish(now);
                published.push(id);
            }
            (Err(_), None) => errors.push(format!("Staging item ID {id} not found.")),
        }
    }
    let body = json!({"publishedItemIds": published, "errors": errors});
    Ok(Reply { http: StatusCode::ACCEPTED, body })
}

fn remove(desk: &mut Desk<'_>, collection: &Collection, id: &str) -> Result<(), Problem> {
    find(desk, collection, id)?;
    desk.state.items.retain(|own| own.id != id);
    Ok(())
}

/// The public no longer sees it; it stands as a draft.
fn unpublish(desk: &mut Desk<'_>, collection: &Collection, id: &str) -> Result<(), Problem> {
    let item = find(desk, collection, id)?;
    item.live.take().ok_or_else(Problem::not_found)?;
    item.is_draft = true;
    Ok(())
}

fn remove_many(desk: &mut Desk<'_>, arrival: &Arrival, collection: &Collection, live: bool) -> Answered {
    let ids = ids(arrival)?;
    for id in &ids {
        find(desk, collection, id)?;
    }
    for id in &ids {
        if live { unpublish(desk, collection, id)? } else { remove(desk, collection, id)? }
    }
    Ok(Reply::nothing())
}
