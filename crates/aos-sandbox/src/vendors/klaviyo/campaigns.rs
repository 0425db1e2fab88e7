//! Campaigns and their messages (contract 2.4).

use aos_kernel::Timestamp;
use serde_json::{Value, json};

use super::{
    Klaviyo,
    problem::{Outcome, Problem},
    query,
    state::{Account, KlaviyoCampaign, KlaviyoStatus, State},
};
use crate::vendors::{arrival::Arrival, mailchimp::MailFigures};

const METHODS: &[&str] = &["static", "throttled", "immediate", "smart_send_time"];
const PERCENTAGES: &[u64] = &[1, 2, 5, 10, 11, 13, 14, 17, 20, 25, 33, 50];

fn time(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, |at| json!(at.format("%Y-%m-%dT%H:%M:%S+00:00").to_string()))
}

/// The account of a person.
pub(super) fn account<'a>(state: &'a mut State, person: &str) -> Result<&'a mut Account, Problem> {
    state.accounts.get_mut(person).ok_or_else(|| Problem::nobody(true))
}

/// What a body carries: `data` of the right type.
pub(super) fn data(arrival: &Arrival, kind: &str) -> Result<Value, Problem> {
    let body = arrival.json().ok_or_else(|| Problem::invalid("/data", "The body is not valid JSON."))?;
    if body["data"]["type"] != kind {
        return Err(Problem::invalid("/data/type", &format!("The type must be {kind}.")));
    }
    Ok(body["data"].clone())
}

pub(super) fn node(klaviyo: &Klaviyo, own: &KlaviyoCampaign, status: KlaviyoStatus) -> Value {
    json!({
        "type": "campaign",
        "id": own.id,
        "attributes": {
            "name": own.name,
            "status": status.as_str(),
            "archived": false,
            "audiences": {"included": own.included, "excluded": own.excluded},
            "send_options": own.send_options,
            "tracking_options": own.tracking_options,
            "send_strategy": own.send_strategy,
            "created_at": time(Some(own.created_at)),
            "scheduled_at": time(own.scheduled_at),
            "updated_at": time(Some(own.updated_at)),
            "send_time": time(own.send_at),
        },
        "relationships": {"campaign-messages": {"data": [{"type": "campaign-message", "id": own.message_id}]}},
        "links": {"self": klaviyo.api(&format!("campaigns/{}", own.id))},
    })
}

fn message_node(klaviyo: &Klaviyo, own: &KlaviyoCampaign) -> Value {
    let template = own.template.as_ref().map(|template| json!({"type": "template", "id": template.id}));
    json!({
        "type": "campaign-message",
        "id": own.message_id,
        "attributes": {
            "definition": {"channel": "email", "label": own.label, "content": own.content},
            "created_at": time(Some(own.created_at)),
            "updated_at": time(Some(own.updated_at)),
        },
        "relationships": {
            "campaign": {"data": {"type": "campaign", "id": own.id}},
            "template": {"data": template},
        },
        "links": {"self": klaviyo.api(&format!("campaign-messages/{}", own.message_id))},
    })
}

/// When the strategy sends; none: at once.
pub(super) fn planned(strategy: &Value, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
    let wrong = |name: &str, words: &str| Problem::invalid(&format!("/data/attributes/send_strategy/{name}"), words);
    let method = strategy["method"].as_str().unwrap_or_default();
    if !METHODS.contains(&method) {
        return Err(wrong("method", "The method must be one of static, throttled, immediate, smart_send_time."));
    }
    if method == "immediate" {
        return Ok(None);
    }
    let at = if method == "smart_send_time" {
        strategy["date"].as_str().and_then(|date| format!("{date}T12:00:00Z").parse::<Timestamp>().ok())
    } else {
        strategy["datetime"].as_str().and_then(|time| time.parse::<Timestamp>().ok())
    };
    let name = if method == "smart_send_time" { "date" } else { "datetime" };
    let at = at.ok_or_else(|| wrong(name, "This is not a time."))?;
    if method == "throttled" && !strategy["throttle_percentage"].as_u64().is_some_and(|own| PERCENTAGES.contains(&own))
    {
        return Err(wrong("throttle_percentage", "This percentage is not offered."));
    }
    if at <= now {
        return Err(wrong(name, "The send time must be in the future."));
    }
    Ok(Some(at))
}

fn ids(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|id| id.as_str().map(str::to_owned)).collect()
}

/// Takes over what a body says of the campaign itself.
fn take(account: &Account, own: &mut KlaviyoCampaign, attributes: &Value, now: Timestamp) -> Result<(), Problem> {
    if let Some(name) = attributes["name"].as_str() {
        name.clone_into(&mut own.name);
    }
    if let Some(audiences) = attributes.get("audiences") {
        let (included, excluded) = (ids(&audiences["included"]), ids(&audiences["excluded"]));
        if included.iter().chain(&excluded).any(|id| account.members(id).is_none()) {
            return Err(Problem::invalid("/data/attributes/audiences", "There is no list or segment with this id."));
        }
        (own.included, own.excluded) = (included, excluded);
    }
    if let Some(strategy) = attributes.get("send_strategy") {
        planned(strategy, now)?;
        own.send_strategy = strategy.clone();
    }
    for (name, place) in [("send_options", &mut own.send_options), ("tracking_options", &mut own.tracking_options)] {
        if let Some(value) = attributes.get(name) {
            *place = value.clone();
        }
    }
    own.updated_at = now;
    Ok(())
}

/// Takes over what a body says of the message.
fn take_message(own: &mut KlaviyoCampaign, attributes: &Value, pointer: &str) -> Result<(), Problem> {
    let definition = &attributes["definition"];
    if definition["channel"].as_str().is_some_and(|channel| channel != "email") {
        return Err(Problem::invalid(&format!("{pointer}/definition/channel"), "Only email is simulated here."));
    }
    if let Some(label) = definition["label"].as_str() {
        label.clone_into(&mut own.label);
    }
    for (name, value) in definition["content"].as_object().into_iter().flatten() {
        let is_address = value.as_str().is_some_and(|text| text.contains('@') && !text.contains(' '));
        if matches!(name.as_str(), "from_email" | "reply_to_email") && !value.is_null() && !is_address {
            let pointer = format!("{pointer}/definition/content/{name}");
            return Err(Problem::invalid(&pointer, "This is not an email address."));
        }
        own.content[name] = value.clone();
    }
    Ok(())
}

/// `POST /api/campaigns`.
pub(super) fn create(klaviyo: &Klaviyo, state: &mut State, person: &str, arrival: &Arrival, now: Timestamp) -> Outcome {
    let data = data(arrival, "campaign")?;
    let attributes = &data["attributes"];
    if attributes["name"].as_str().is_none_or(str::is_empty) {
        return Err(Problem::invalid("/data/attributes/name", "A name is required."));
    }
    if ids(&attributes["audiences"]["included"]).is_empty() {
        return Err(Problem::invalid("/data/attributes/audiences/included", "An audience is required."));
    }
    let messages = &attributes["campaign-messages"]["data"];
    let pointer = "/data/attributes/campaign-messages/data/0/attributes";
    if messages.as_array().map(Vec::len) != Some(1) || messages[0]["type"] != "campaign-message" {
        return Err(Problem::invalid("/data/attributes/campaign-messages", "One message is required."));
    }
    let (number, born) = (state.number(), state.requests);
    let account = account(state, person)?;
    let mut own = KlaviyoCampaign {
        id: format!("01HBP{number:021}"),
        message_id: format!("01MBP{number:021}"),
        name: String::new(),
        status: KlaviyoStatus::Draft,
        included: Vec::new(),
        excluded: Vec::new(),
        send_strategy: json!({"method": "immediate"}),
        send_options: json!({"use_smart_sending": true}),
        tracking_options: json!({"is_tracking_clicks": true, "is_tracking_opens": true}),
        label: String::new(),
        content: json!({}),
        template: None,
        created_at: now,
        updated_at: now,
        scheduled_at: None,
        send_at: None,
        recipients: 0,
        figures: MailFigures::default(),
        born,
    };
    take(account, &mut own, attributes, now)?;
    take_message(&mut own, &messages[0]["attributes"], pointer)?;
    let told = json!({"data": node(klaviyo, &own, own.status)});
    account.campaigns.insert(own.id.clone(), own);
    Ok((201, Some(told)))
}

/// `POST /api/campaign-clone`.
pub(super) fn copy(klaviyo: &Klaviyo, state: &mut State, person: &str, arrival: &Arrival, now: Timestamp) -> Outcome {
    let data = data(arrival, "campaign")?;
    let (number, born) = (state.number(), state.requests);
    let account = account(state, person)?;
    let old = account.campaigns.get(data["id"].as_str().unwrap_or_default()).ok_or_else(Problem::not_found)?;
    let name = data["attributes"]["new_name"].as_str().map_or_else(|| format!("{} - Clone", old.name), str::to_owned);
    let own = KlaviyoCampaign {
        id: format!("01HBP{number:021}"),
        message_id: format!("01MBP{number:021}"),
        name,
        status: KlaviyoStatus::Draft,
        created_at: now,
        updated_at: now,
        scheduled_at: None,
        send_at: None,
        recipients: 0,
        figures: MailFigures::default(),
        born,
        ..old.clone()
    };
    let told = json!({"data": node(klaviyo, &own, own.status)});
    account.campaigns.insert(own.id.clone(), own);
    Ok((201, Some(told)))
}

/// What a reader of the API sees: `Sending` for as many looks as the sandbox was told.
fn status(state: &mut State, own: &KlaviyoCampaign) -> KlaviyoStatus {
    match state.sending.get_mut(&own.id) {
        Some(looks) if *looks > 0 => {
            *looks -= 1;
            KlaviyoStatus::Sending
        }
        _ => own.status,
    }
}

/// Messages beside the campaigns, where they were asked for.
fn included(klaviyo: &Klaviyo, arrival: &Arrival, campaigns: &[KlaviyoCampaign]) -> Option<Value> {
    let asked = arrival.param("include")?.split(',').any(|name| name == "campaign-messages");
    asked.then(|| query::sparse(arrival, campaigns.iter().map(|own| message_node(klaviyo, own)).collect()).into())
}

/// `GET /api/campaigns/{id}`.
pub(super) fn read(klaviyo: &Klaviyo, state: &mut State, person: &str, id: &str, arrival: &Arrival) -> Outcome {
    let own = account(state, person)?.campaigns.get(id).cloned().ok_or_else(Problem::not_found)?;
    let status = status(state, &own);
    let mut told = json!({"data": query::sparse(arrival, vec![node(klaviyo, &own, status)])[0]});
    if let Some(messages) = included(klaviyo, arrival, &[own]) {
        told["included"] = messages;
    }
    Ok((200, Some(told)))
}

/// `GET /api/campaigns/{id}/campaign-messages`.
pub(super) fn messages(klaviyo: &Klaviyo, state: &mut State, person: &str, id: &str) -> Outcome {
    let own = account(state, person)?.campaigns.get(id).ok_or_else(Problem::not_found)?;
    Ok((200, Some(json!({"data": [message_node(klaviyo, own)]}))))
}

/// `GET /api/campaigns`: the filter on the channel is required.
pub(super) fn list(klaviyo: &Klaviyo, state: &mut State, person: &str, arrival: &Arrival) -> Outcome {
    let conditions = query::filter(arrival)?;
    let channel = conditions.iter().find(|own| own.field == "messages.channel" && own.operator == "equals");
    let channel =
        channel.ok_or_else(|| Problem::invalid("filter", "A channel filter is required to list campaigns."))?;
    let is_email = match channel.value.as_str() {
        "email" => true,
        "sms" | "mobile_push" => false,
        _ => return Err(Problem::invalid("filter", "This channel is unknown.")),
    };
    let (requests, lag) = (state.requests, state.lag);
    let mut found: Vec<KlaviyoCampaign> = Vec::new();
    for own in account(state, person)?.campaigns.values().filter(|own| is_email && requests > own.born + lag) {
        let mut fits = true;
        for condition in conditions.iter().filter(|own| own.field != "messages.channel") {
            fits &= holds(condition, own)?;
        }
        if fits {
            found.push(own.clone());
        }
    }
    let sort = arrival.param("sort").unwrap_or_else(|| "-updated_at".to_owned());
    let key: fn(&KlaviyoCampaign) -> (String, String) = match sort.trim_start_matches('-') {
        "created_at" => |own| (own.created_at.to_rfc3339(), own.id.clone()),
        "scheduled_at" => |own| (own.scheduled_at.map(|at| at.to_rfc3339()).unwrap_or_default(), own.id.clone()),
        "updated_at" => |own| (own.updated_at.to_rfc3339(), own.id.clone()),
        "name" => |own| (own.name.clone(), own.id.clone()),
        "id" => |own| (String::new(), own.id.clone()),
        _ => return Err(Problem::invalid("sort", "This field can't be sorted by.")),
    };
    found.sort_by_key(key);
    if sort.starts_with('-') {
        found.reverse();
    }
    let nodes = found.iter().map(|own| node(klaviyo, own, own.status)).collect();
    let mut told = query::page(arrival, &klaviyo.api("campaigns"), nodes, (100, 100))?;
    if let Some(messages) = included(klaviyo, arrival, &found) {
        told["included"] = messages;
    }
    Ok((200, Some(told)))
}

fn holds(condition: &query::Condition, own: &KlaviyoCampaign) -> Result<bool, Problem> {
    let at = match condition.field.as_str() {
        "created_at" => Some(own.created_at),
        "updated_at" => Some(own.updated_at),
        "scheduled_at" => own.scheduled_at,
        "name" if condition.operator == "contains" => return Ok(own.name.contains(&condition.value)),
        "status" if condition.operator == "equals" => return Ok(own.status.as_str() == condition.value),
        "status" if condition.operator == "any" => {
            return Ok(condition.value.split(',').any(|status| status.trim() == own.status.as_str()));
        }
        "archived" => return Ok(condition.value == "false"),
        _ => return Err(Problem::invalid("filter", &format!("{} can't be filtered by.", condition.field))),
    };
    let wanted: Timestamp = condition.value.parse().map_err(|_| Problem::invalid("filter", "This is not a time."))?;
    match condition.operator.as_str() {
        "greater-than" => Ok(at.is_some_and(|at| at > wanted)),
        "greater-or-equal" => Ok(at.is_some_and(|at| at >= wanted)),
        "less-than" => Ok(at.is_some_and(|at| at < wanted)),
        "less-or-equal" => Ok(at.is_some_and(|at| at <= wanted)),
        _ => Err(Problem::invalid("filter", "This operator does not go with the field.")),
    }
}

/// A campaign that can still be changed.
fn draft<'a>(account: &'a mut Account, id: &str) -> Result<&'a mut KlaviyoCampaign, Problem> {
    let own = account.campaigns.get_mut(id).ok_or_else(Problem::not_found)?;
    if own.status == KlaviyoStatus::Draft {
        return Ok(own);
    }
    Err(Problem::conflict(&format!("The campaign can't be changed: it is {}.", own.status)))
}

/// `PATCH /api/campaigns/{id}`.
pub(super) fn change(
    klaviyo: &Klaviyo,
    state: &mut State,
    person: &str,
    id: &str,
    arrival: &Arrival,
    now: Timestamp,
) -> Outcome {
    let data = data(arrival, "campaign")?;
    let account = account(state, person)?;
    let mut own = draft(account, id)?.clone();
    take(account, &mut own, &data["attributes"], now)?;
    let told = json!({"data": node(klaviyo, &own, own.status)});
    account.campaigns.insert(own.id.clone(), own);
    Ok((200, Some(told)))
}

fn of_message(account: &Account, message: &str) -> Result<String, Problem> {
    let own = account.campaigns.values().find(|own| own.message_id == message);
    own.map(|own| own.id.clone()).ok_or_else(Problem::not_found)
}

/// `GET` and `PATCH /api/campaign-messages/{id}`.
pub(super) fn message(
    klaviyo: &Klaviyo,
    state: &mut State,
    person: &str,
    id: &str,
    arrival: &Arrival,
    now: Timestamp,
) -> Outcome {
    let account = account(state, person)?;
    let campaign = of_message(account, id)?;
    if arrival.method == "PATCH" {
        let data = data(arrival, "campaign-message")?;
        let own = draft(account, &campaign)?;
        take_message(own, &data["attributes"], "/data/attributes")?;
        own.updated_at = now;
    }
    let own = account.campaigns.get(&campaign).ok_or_else(Problem::not_found)?;
    Ok((200, Some(json!({"data": message_node(klaviyo, own)}))))
}

/// `POST /api/campaign-message-assign-template`: the template is copied.
pub(super) fn assign(klaviyo: &Klaviyo, state: &mut State, person: &str, arrival: &Arrival, now: Timestamp) -> Outcome {
    let data = data(arrival, "campaign-message")?;
    let account = account(state, person)?;
    let campaign = of_message(account, data["id"].as_str().unwrap_or_default())?;
    let template = data["relationships"]["template"]["data"]["id"].as_str().unwrap_or_default();
    let pointer = "/data/relationships/template/data/id";
    let template = account.templates.get(template).cloned();
    let template = template.ok_or_else(|| Problem::invalid(pointer, "There is no template with this id."))?;
    let own = draft(account, &campaign)?;
    own.template = Some(template);
    own.updated_at = now;
    Ok((200, Some(json!({"data": message_node(klaviyo, own)}))))
}

/// `DELETE /api/campaigns/{id}`.
pub(super) fn delete(state: &mut State, person: &str, id: &str) -> Outcome {
    let account = account(state, person)?;
    match account.campaigns.get(id).ok_or_else(Problem::not_found)?.status {
        KlaviyoStatus::Scheduled | KlaviyoStatus::Sending => {
            Err(Problem::conflict("A campaign that is scheduled must be cancelled before it is deleted."))
        }
        _ => {
            account.campaigns.remove(id);
            Ok((204, None))
        }
    }
}
