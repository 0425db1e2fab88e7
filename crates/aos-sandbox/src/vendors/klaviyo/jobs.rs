//! Sending, sizes, reports, templates and images (contract 2.3 and 2.4).

use aos_kernel::Timestamp;
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{
    Klaviyo,
    campaigns::{account, data, planned},
    problem::{Outcome, Problem},
    query,
    state::{KlaviyoCampaign, KlaviyoStatus, KlaviyoTemplate, State},
};
use crate::vendors::{arrival::Arrival, fetch::Fetched, pictures};

const MOST_TEMPLATES: usize = 1_000;
const LARGEST_IMAGE: usize = 5 << 20;

/// `POST /api/campaign-send-jobs`: sends or schedules, by the campaign's strategy.
pub(super) fn send(klaviyo: &Klaviyo, state: &mut State, person: &str, arrival: &Arrival, now: Timestamp) -> Outcome {
    let data = data(arrival, "campaign-send-job")?;
    let id = data["id"].as_str().unwrap_or_default().to_owned();
    let looks = state.looks;
    let account = account(state, person)?;
    let own = account.campaigns.get_mut(&id).ok_or_else(Problem::not_found)?;
    if own.status != KlaviyoStatus::Draft {
        return Err(Problem::conflict(&format!("The campaign can't be sent: it is {}.", own.status)));
    }
    let missing = ["subject", "from_email", "from_label"]
        .into_iter()
        .find(|name| own.content[*name].as_str().is_none_or(str::is_empty));
    if let Some(name) = missing {
        return Err(Problem::invalid("/data/id", &format!("The message of the campaign has no {name}.")));
    }
    if own.template.is_none() {
        return Err(Problem::invalid("/data/id", "The message of the campaign has no template."));
    }
    let at = planned(&own.send_strategy, now)?;
    own.scheduled_at = Some(now);
    own.updated_at = now;
    if let Some(at) = at {
        own.status = KlaviyoStatus::Scheduled;
        own.send_at = Some(at);
    } else {
        account.send(&id, now);
        state.sending.insert(id.clone(), looks);
    }
    Ok((202, Some(json!({"data": job_node(klaviyo, &id, "queued")}))))
}

fn job_node(klaviyo: &Klaviyo, id: &str, status: &str) -> Value {
    json!({"type": "campaign-send-job", "id": id, "attributes": {"status": status},
        "links": {"self": klaviyo.api(&format!("campaign-send-jobs/{id}"))}})
}

/// `GET /api/campaign-send-jobs/{id}`.
pub(super) fn job(klaviyo: &Klaviyo, state: &mut State, person: &str, id: &str) -> Outcome {
    let status = account(state, person)?.campaigns.get(id).ok_or_else(Problem::not_found)?.status;
    let word = match status {
        // There is no job before the campaign was sent.
        KlaviyoStatus::Draft => return Err(Problem::not_found()),
        KlaviyoStatus::Cancelled | KlaviyoStatus::NoRecipients => "cancelled",
        _ => match state.sending.get_mut(id) {
            Some(looks) if *looks > 0 => {
                *looks -= 1;
                "processing"
            }
            _ => "complete",
        },
    };
    Ok((200, Some(json!({"data": job_node(klaviyo, id, word)}))))
}

/// `PATCH /api/campaign-send-jobs/{id}`: stop it, or make it a draft again.
pub(super) fn cancel(state: &mut State, person: &str, id: &str, arrival: &Arrival, now: Timestamp) -> Outcome {
    let data = data(arrival, "campaign-send-job")?;
    let under_way = state.sending.get(id).is_some_and(|looks| *looks > 0);
    let own = account(state, person)?.campaigns.get_mut(id).ok_or_else(Problem::not_found)?;
    if own.status != KlaviyoStatus::Scheduled && !under_way {
        return Err(Problem::conflict(&format!("The campaign can't be cancelled: it is {}.", own.status)));
    }
    match data["attributes"]["action"].as_str() {
        Some("cancel") => own.status = KlaviyoStatus::Cancelled,
        Some("revert") if !under_way => {
            own.status = KlaviyoStatus::Draft;
            own.scheduled_at = None;
        }
        Some("revert") => return Err(Problem::conflict("The campaign is being sent.")),
        _ => return Err(Problem::invalid("/data/attributes/action", "The action must be cancel or revert.")),
    }
    own.send_at = None;
    own.updated_at = now;
    state.sending.remove(id);
    Ok((204, None))
}

/// The three calls of a size: ask, look, read.
pub(super) fn estimation(state: &mut State, person: &str, path: &[&str], arrival: &Arrival) -> Outcome {
    let account = account(state, person)?;
    let known = |id: &str| account.campaigns.get(id).ok_or_else(Problem::not_found);
    let job = |id: &str, status: &str| json!({"data": {"type": "campaign-recipient-estimation-job", "id": id, "attributes": {"status": status}}});
    match (arrival.method.as_str(), path) {
        ("POST", ["campaign-recipient-estimation-jobs"]) => {
            let data = data(arrival, "campaign-recipient-estimation-job")?;
            let id = data["id"].as_str().unwrap_or_default();
            known(id).map(|_| (202, Some(job(id, "queued"))))
        }
        ("GET", ["campaign-recipient-estimation-jobs", id]) => known(id).map(|_| (200, Some(job(id, "complete")))),
        ("GET", ["campaign-recipient-estimations", id]) => {
            let count = account.recipients(known(id)?);
            Ok((
                200,
                Some(json!({"data": {"type": "campaign-recipient-estimation", "id": id,
                "attributes": {"estimated_recipient_count": count}}})),
            ))
        }
        _ => Err(Problem::method()),
    }
}

/// `POST /api/campaign-values-reports`.
pub(super) fn report(state: &mut State, person: &str, arrival: &Arrival) -> Outcome {
    let data = data(arrival, "campaign-values-report")?;
    let attributes = &data["attributes"];
    let needed = |name: &str| Problem::invalid(&format!("/data/attributes/{name}"), "This field is required.");
    let statistics = attributes["statistics"].as_array().ok_or_else(|| needed("statistics"))?;
    if attributes["conversion_metric_id"].as_str().is_none_or(str::is_empty) {
        return Err(needed("conversion_metric_id"));
    }
    let timeframe = &attributes["timeframe"];
    let between = timeframe["start"].is_string() && timeframe["end"].is_string();
    if !(between || timeframe["key"].is_string()) {
        return Err(needed("timeframe"));
    }
    let conditions = query::conditions(attributes["filter"].as_str().unwrap_or_default())
        .ok_or_else(|| Problem::invalid("/data/attributes/filter", "The filter can't be read."))?;
    let wanted = |own: &KlaviyoCampaign| {
        let of_campaign = conditions.iter().filter(|condition| condition.field == "campaign_id");
        of_campaign.into_iter().all(|condition| condition.value.split(',').any(|id| id.trim() == own.id))
    };
    let mut results = Vec::new();
    for own in account(state, person)?.campaigns.values() {
        if own.status != KlaviyoStatus::Sent || !wanted(own) {
            continue;
        }
        let mut told = Map::new();
        for name in statistics.iter().filter_map(Value::as_str) {
            let value = statistic(own, name)
                .ok_or_else(|| Problem::invalid("/data/attributes/statistics", &format!("{name} is unknown.")))?;
            told.insert(name.to_owned(), value);
        }
        results.push(json!({
            "groupings": {"campaign_id": own.id, "campaign_message_id": own.message_id, "send_channel": "email"},
            "statistics": told,
        }));
    }
    Ok((
        200,
        Some(json!({"data": {"type": "campaign-values-report", "id": format!("report-{}", state.number()),
        "attributes": {"results": results}}})),
    ))
}

fn statistic(own: &KlaviyoCampaign, name: &str) -> Option<Value> {
    let (figures, sent) = (&own.figures, own.recipients);
    let rate = |part: u64| json!(if sent == 0 { 0.0 } else { part as f64 / sent as f64 });
    Some(match name {
        "recipients" => json!(sent),
        "delivered" => json!(sent.saturating_sub(figures.bounces)),
        "delivery_rate" => rate(sent.saturating_sub(figures.bounces)),
        "opens" => json!(figures.opens),
        "opens_unique" => json!(figures.unique_opens),
        "open_rate" => rate(figures.unique_opens),
        "clicks" => json!(figures.clicks),
        "clicks_unique" => json!(figures.unique_clicks),
        "click_rate" => rate(figures.unique_clicks),
        "click_to_open_rate" if figures.unique_opens == 0 => json!(0.0),
        "click_to_open_rate" => json!(figures.unique_clicks as f64 / figures.unique_opens as f64),
        "unsubscribes" | "unsubscribe_uniques" => json!(figures.unsubscribed),
        "unsubscribe_rate" => rate(figures.unsubscribed),
        "bounced" | "failed" => json!(figures.bounces),
        "bounce_rate" | "failed_rate" => rate(figures.bounces),
        "spam_complaints" | "conversions" | "conversion_uniques" => json!(0),
        "spam_complaint_rate" | "conversion_rate" | "conversion_value" | "revenue_per_recipient" => json!(0.0),
        _ => return None,
    })
}

fn template_node(klaviyo: &Klaviyo, own: &KlaviyoTemplate) -> Value {
    json!({"type": "template", "id": own.id,
        "attributes": {"name": own.name, "editor_type": "CODE", "html": own.html, "text": own.text},
        "links": {"self": klaviyo.api(&format!("templates/{}", own.id))}})
}

/// Templates: made, read, listed, changed, removed, shown.
pub(super) fn templates(
    klaviyo: &Klaviyo,
    state: &mut State,
    person: &str,
    path: &[&str],
    arrival: &Arrival,
) -> Outcome {
    let number = state.number();
    let account = account(state, person)?;
    match (arrival.method.as_str(), path) {
        ("POST", ["templates"]) => {
            let data = data(arrival, "template")?;
            let attributes = &data["attributes"];
            let text = |name: &str| attributes[name].as_str().unwrap_or_default().to_owned();
            if text("name").is_empty() {
                return Err(Problem::invalid("/data/attributes/name", "A name is required."));
            }
            if !matches!(text("editor_type").as_str(), "CODE" | "USER_DRAGGABLE") {
                return Err(Problem::invalid("/data/attributes/editor_type", "The editor_type must be CODE."));
            }
            if account.templates.len() >= MOST_TEMPLATES {
                return Err(Problem::invalid("/data", "The account has as many templates as it can have."));
            }
            let own = KlaviyoTemplate {
                id: format!("Tm{number:04}"),
                name: text("name"),
                html: text("html"),
                text: text("text"),
            };
            let told = json!({"data": template_node(klaviyo, &own)});
            account.templates.insert(own.id.clone(), own);
            Ok((201, Some(told)))
        }
        ("GET", ["templates"]) => {
            let nodes = account.templates.values().map(|own| template_node(klaviyo, own)).collect();
            Ok((200, Some(query::page(arrival, &klaviyo.api("templates"), nodes, (10, 10))?)))
        }
        ("POST", ["template-render"]) => {
            let data = data(arrival, "template")?;
            let own = account.templates.get(data["id"].as_str().unwrap_or_default()).ok_or_else(Problem::not_found)?;
            let mut own = own.clone();
            for (name, value) in data["attributes"]["context"].as_object().into_iter().flatten() {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                own.html = own.html.replace(&format!("{{{{ {name} }}}}"), &value);
            }
            Ok((201, Some(json!({"data": template_node(klaviyo, &own)}))))
        }
        ("GET", ["templates", id]) => {
            let own = account.templates.get(*id).ok_or_else(Problem::not_found)?;
            Ok((200, Some(json!({"data": template_node(klaviyo, own)}))))
        }
        ("PATCH", ["templates", id]) => {
            let data = data(arrival, "template")?;
            let own = account.templates.get_mut(*id).ok_or_else(Problem::not_found)?;
            for (name, place) in [("name", &mut own.name), ("html", &mut own.html), ("text", &mut own.text)] {
                if let Some(text) = data["attributes"][name].as_str() {
                    text.clone_into(place);
                }
            }
            Ok((200, Some(json!({"data": template_node(klaviyo, own)}))))
        }
        ("DELETE", ["templates", id]) => {
            account.templates.remove(*id).map(|_| (204, None)).ok_or_else(Problem::not_found)
        }
        _ => Err(Problem::method()),
    }
}

/// `POST /api/images`: from an address or a `data:` URI.
pub(super) fn image(
    klaviyo: &Klaviyo,
    state: &mut State,
    arrival: &Arrival,
    fetched: Option<Result<Fetched, String>>,
) -> Outcome {
    let data = data(arrival, "image")?;
    let wrong = |words: &str| Problem::invalid("/data/attributes/import_from_url", words);
    let from = data["attributes"]["import_from_url"].as_str().ok_or_else(|| wrong("This field is required."))?;
    let bytes = match fetched {
        Some(Ok(fetched)) if fetched.content_type.starts_with("text/") => {
            return Err(wrong("The address leads to a page, not to an image."));
        }
        Some(Ok(fetched)) => fetched.bytes,
        Some(Err(why)) => return Err(wrong(&format!("The image could not be fetched: {why}."))),
        None => {
            let text = from.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
            let bytes = text.and_then(|(_, text)| STANDARD.decode(text).ok());
            Bytes::from(bytes.ok_or_else(|| wrong("This is no address and no data URI."))?)
        }
    };
    let known = matches!(pictures::sniff(&bytes), Some(("png" | "jpg" | "gif", _)));
    if !known || bytes.len() > LARGEST_IMAGE {
        return Err(wrong("The image must be a JPEG, PNG or GIF of at most 5 MB."));
    }
    let (file, size) = (klaviyo.pictures.put(&bytes), bytes.len());
    let id = state.number().to_string();
    let name = data["attributes"]["name"].as_str().unwrap_or(&file);
    Ok((
        201,
        Some(json!({"data": {"type": "image", "id": id, "attributes": {"name": name, "size": size,
        "image_url": klaviyo.ground.at(&format!("https://d3k81ch9hvuctc.cloudfront.net/{file}")),
        "hidden": data["attributes"]["hidden"].as_bool().unwrap_or_default()}}})),
    ))
}
