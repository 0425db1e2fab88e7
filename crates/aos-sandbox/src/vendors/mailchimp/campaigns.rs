//! Campaigns (contract 1.5): made, changed, filled, read, listed, removed.

use aos_kernel::Timestamp;
use serde_json::{Value, json};

use super::{
    Mailchimp,
    problem::{Outcome, Problem},
    state::{MailAudience, MailFigures, MailchimpCampaign, MailchimpStatus, State, recipients},
};
use crate::vendors::arrival::Arrival;

const KINDS: &[&str] = &["regular", "plaintext", "absplit", "rss", "variate"];
const TIME: &str = "%Y-%m-%dT%H:%M:%S+00:00";
const LARGEST_PAGE: usize = 1_000;

/// `count` and `offset`.
pub(super) fn paged<T>(arrival: &Arrival, items: Vec<T>) -> Result<Vec<T>, Problem> {
    let number = |name: &str, usual: usize| match arrival.param(name) {
        None => Ok(usual),
        Some(text) => text.parse().map_err(|_| Problem::invalid(name, "This value should be of type integer.")),
    };
    let count = number("count", 10)?;
    if count > LARGEST_PAGE {
        return Err(Problem::invalid("count", "This value should be 1000 or less."));
    }
    Ok(items.into_iter().skip(number("offset", 0)?).take(count).collect())
}

fn time(at: Option<Timestamp>) -> String {
    at.map(|at| at.format(TIME).to_string()).unwrap_or_default()
}

/// Where a mail can be read here.
pub(super) fn archive(mailchimp: &Mailchimp, id: &str) -> String {
    mailchimp.ground.at(&format!("https://us21.campaign-archive.com/{id}"))
}

pub(super) fn node(
    mailchimp: &Mailchimp,
    own: &MailchimpCampaign,
    audiences: &[MailAudience],
    status: MailchimpStatus,
) -> Value {
    let list = audiences.iter().find(|list| Some(&list.id) == own.list_id.as_ref());
    let segment = own.segment_id.map(|id| json!({"saved_segment_id": id}));
    json!({
        "id": own.id,
        "web_id": own.web_id,
        "type": own.kind,
        "status": status.as_str(),
        "create_time": time(Some(own.created_at)),
        "archive_url": mailchimp.ground.at(&format!("https://eepurl.com/{}", own.id)),
        "long_archive_url": archive(mailchimp, &own.id),
        "emails_sent": if status == MailchimpStatus::Sent { own.emails_sent } else { 0 },
        "send_time": time(own.send_at.filter(|_| status != MailchimpStatus::Save)),
        "content_type": "html",
        "needs_block_refresh": false,
        "resendable": false,
        "recipients": {
            "list_id": own.list_id.clone().unwrap_or_default(),
            "list_is_active": list.is_some(),
            "list_name": list.map(|list| list.name.clone()).unwrap_or_default(),
            "segment_opts": segment,
            "recipient_count": recipients(own, audiences),
        },
        "settings": own.settings,
        "tracking": own.tracking,
        "delivery_status": {"enabled": false},
    })
}

fn body(arrival: &Arrival) -> Result<Value, Problem> {
    arrival.json().filter(Value::is_object).ok_or_else(Problem::unreadable)
}

/// The audience and the segment that a body names.
fn readers(body: &Value, audiences: &[MailAudience]) -> Result<(Option<String>, Option<u64>), Problem> {
    let Some(id) = body["recipients"]["list_id"].as_str().filter(|id| !id.is_empty()) else { return Ok((None, None)) };
    let list = audiences.iter().find(|list| list.id == id);
    let list = list.ok_or_else(|| Problem::invalid("recipients.list_id", "The list is not valid."))?;
    let segment = &body["recipients"]["segment_opts"]["saved_segment_id"];
    let segment = segment.as_u64().or_else(|| segment.as_str()?.parse().ok()).filter(|id| *id != 0);
    if segment.is_some_and(|id| !list.segments.iter().any(|(own, _, _)| *own == id.to_string())) {
        return Err(Problem::invalid("recipients.segment_opts.saved_segment_id", "The segment is not valid."));
    }
    Ok((Some(id.to_owned()), segment))
}

/// Settings over the older ones.
fn settings(mut own: Value, sent: &Value) -> Result<Value, Problem> {
    for (name, value) in sent.as_object().into_iter().flatten() {
        own[name] = value.clone();
    }
    if let Some(address) = own["reply_to"].as_str().filter(|address| !address.is_empty())
        && !is_address(address)
    {
        return Err(Problem::invalid("settings.reply_to", "This value should be a valid email address."));
    }
    Ok(own)
}

pub(super) fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.starts_with('.') && !text.contains(char::is_whitespace)
    })
}

/// `POST /campaigns`.
pub(super) fn create(
    mailchimp: &Mailchimp,
    state: &mut State,
    person: &str,
    arrival: &Arrival,
    now: Timestamp,
) -> Outcome {
    let body = body(arrival)?;
    let kind = body["type"].as_str().unwrap_or_default();
    if !KINDS.contains(&kind) {
        return Err(Problem::invalid("type", "This value should be one of regular, plaintext, absplit, rss, variate."));
    }
    let number = state.number();
    let born = state.requests;
    let account = state.accounts.get_mut(person).ok_or_else(|| Problem::key(true))?;
    let (list_id, segment_id) = readers(&body, &account.audiences)?;
    let fresh = json!({"subject_line": "", "preview_text": "", "title": "", "from_name": "", "reply_to": "",
        "to_name": "", "folder_id": "", "auto_footer": false, "inline_css": false});
    let mut campaign = MailchimpCampaign {
        id: format!("{number:010x}"),
        web_id: 9_000 + number,
        kind: kind.to_owned(),
        status: MailchimpStatus::Save,
        created_at: now,
        send_at: None,
        list_id,
        segment_id,
        settings: settings(fresh, &body["settings"])?,
        tracking: body.get("tracking").cloned().unwrap_or_else(|| json!({"opens": true, "html_clicks": true})),
        html: String::new(),
        plain_text: String::new(),
        emails_sent: 0,
        tested_with: Vec::new(),
        figures: MailFigures::default(),
        born,
    };
    if let Some(id) = body["settings"]["template_id"].as_u64() {
        let template = account.templates.iter().find(|template| template.id == id);
        let template =
            template.ok_or_else(|| Problem::invalid("settings.template_id", "The template is not valid."))?;
        campaign.html.clone_from(&template.html);
    }
    let told = node(mailchimp, &campaign, &account.audiences, campaign.status);
    account.campaigns.insert(campaign.id.clone(), campaign);
    Ok(Some(told))
}

/// `POST …/actions/replicate`.
pub(super) fn replicate(mailchimp: &Mailchimp, state: &mut State, person: &str, id: &str, now: Timestamp) -> Outcome {
    let number = state.number();
    let born = state.requests;
    let account = state.accounts.get_mut(person).ok_or_else(|| Problem::key(true))?;
    let mut copy = account.campaigns.get(id).cloned().ok_or_else(Problem::not_found)?;
    copy.id = format!("{number:010x}");
    copy.web_id = 9_000 + number;
    copy.status = MailchimpStatus::Save;
    copy.created_at = now;
    copy.send_at = None;
    copy.emails_sent = 0;
    copy.tested_with.clear();
    copy.figures = MailFigures::default();
    copy.born = born;
    let told = node(mailchimp, &copy, &account.audiences, copy.status);
    account.campaigns.insert(copy.id.clone(), copy);
    Ok(Some(told))
}

/// What can still be changed; a mail that is under way can't.
pub(super) fn open_campaign<'a>(
    state: &'a mut State,
    person: &str,
    id: &str,
) -> Result<&'a mut MailchimpCampaign, Problem> {
    let account = state.accounts.get_mut(person).ok_or_else(|| Problem::key(true))?;
    let campaign = account.campaigns.get_mut(id).ok_or_else(Problem::not_found)?;
    if matches!(campaign.status, MailchimpStatus::Save | MailchimpStatus::Paused) {
        return Ok(campaign);
    }
    Err(Problem::action("This campaign can't be edited: it is scheduled, being sent or was sent."))
}

/// `PATCH /campaigns/{id}`.
pub(super) fn change(mailchimp: &Mailchimp, state: &mut State, person: &str, id: &str, arrival: &Arrival) -> Outcome {
    let body = body(arrival)?;
    let audiences = state.accounts.get(person).map(|account| account.audiences.clone()).unwrap_or_default();
    let campaign = open_campaign(state, person, id)?;
    if body.get("recipients").is_some() {
        (campaign.list_id, campaign.segment_id) = readers(&body, &audiences)?;
    }
    campaign.settings = settings(campaign.settings.clone(), &body["settings"])?;
    if let Some(tracking) = body.get("tracking") {
        campaign.tracking = tracking.clone();
    }
    Ok(Some(node(mailchimp, campaign, &audiences, campaign.status)))
}

/// `PUT /campaigns/{id}/content`.
pub(super) fn fill(mailchimp: &Mailchimp, state: &mut State, person: &str, id: &str, arrival: &Arrival) -> Outcome {
    let body = body(arrival)?;
    let templates = state.accounts.get(person).map(|account| account.templates.clone()).unwrap_or_default();
    let campaign = open_campaign(state, person, id)?;
    if let Some(html) = body["html"].as_str() {
        html.clone_into(&mut campaign.html);
    } else if let Some(template) = body["template"]["id"].as_u64() {
        let template = templates.iter().find(|own| own.id == template);
        let template = template.ok_or_else(|| Problem::invalid("template.id", "The template is not valid."))?;
        let sections = body["template"]["sections"].as_object();
        campaign.html = sections
            .into_iter()
            .flatten()
            .fold(template.html.clone(), |html, (name, text)| filled(&html, name, text.as_str().unwrap_or_default()));
    } else if body["plain_text"].as_str().is_none() {
        return Err(Problem::invalid("content", "One of html, plain_text and template is needed here."));
    }
    if let Some(text) = body["plain_text"].as_str() {
        text.clone_into(&mut campaign.plain_text);
    }
    Ok(Some(content(mailchimp, campaign)))
}

/// The template with new content in the element that carries `mc:edit="name"`.
fn filled(html: &str, name: &str, text: &str) -> String {
    let Some(mark) = html.find(&format!("mc:edit=\"{name}\"")) else { return html.to_owned() };
    let opening = html[..mark].rfind('<').unwrap_or(mark);
    let tag = crate::html::tag_name(&html[opening..]);
    let Some(start) = html[mark..].find('>').map(|at| mark + at + 1) else { return html.to_owned() };
    let Some(end) = html[start..].find(&format!("</{tag}")).map(|at| start + at) else { return html.to_owned() };
    format!("{}{text}{}", &html[..start], &html[end..])
}

/// The sections of a template with what stands in them.
pub(super) fn sections(html: &str) -> Value {
    let mut found = serde_json::Map::new();
    for (at, _) in html.match_indices("mc:edit=\"") {
        let name = html[at + 9..].split('"').next().unwrap_or_default();
        let start = html[at..].find('>').map_or(html.len(), |close| at + close + 1);
        let end = html[start..].find("</").map_or(html.len(), |close| start + close);
        found.insert(name.to_owned(), json!(html[start..end]));
    }
    Value::Object(found)
}

/// The mail as it is sent: with a way out of the list, which Mailchimp adds where it is missing.
pub(super) fn sent_html(campaign: &MailchimpCampaign) -> String {
    if campaign.html.is_empty() {
        return format!("<pre>{}</pre>", crate::html::escape(&campaign.plain_text));
    }
    if campaign.html.contains("*|UNSUB|*") {
        return campaign.html.clone();
    }
    let footer = "<p><a href=\"*|UNSUB|*\">Unsubscribe</a> · *|LIST:ADDRESS|*</p>";
    match campaign.html.rfind("</body>") {
        Some(at) => format!("{}{footer}{}", &campaign.html[..at], &campaign.html[at..]),
        None => format!("{}{footer}", campaign.html),
    }
}

fn content(mailchimp: &Mailchimp, campaign: &MailchimpCampaign) -> Value {
    let plain = if campaign.plain_text.is_empty() {
        crate::html::plain_text(&campaign.html)
    } else {
        campaign.plain_text.clone()
    };
    json!({"plain_text": plain, "html": sent_html(campaign), "archive_html": sent_html(campaign),
        "archive_url": archive(mailchimp, &campaign.id)})
}

/// What a reader of the API sees: `sending` for as many looks as the sandbox was told.
fn status(state: &mut State, id: &str, status: MailchimpStatus) -> MailchimpStatus {
    match state.sending.get_mut(id) {
        Some(looks) if *looks > 0 => {
            *looks -= 1;
            MailchimpStatus::Sending
        }
        _ => status,
    }
}

/// `GET /campaigns/{id}` and its content.
pub(super) fn read(mailchimp: &Mailchimp, state: &mut State, person: &str, id: &str, part: Option<&str>) -> Outcome {
    let account = state.accounts.get(person).ok_or_else(|| Problem::key(true))?;
    let (campaign, audiences) =
        (account.campaigns.get(id).cloned().ok_or_else(Problem::not_found)?, account.audiences.clone());
    if part == Some("content") {
        return Ok(Some(content(mailchimp, &campaign)));
    }
    let status = status(state, id, campaign.status);
    Ok(Some(node(mailchimp, &campaign, &audiences, status)))
}

/// `GET /campaigns`.
pub(super) fn list(mailchimp: &Mailchimp, state: &State, person: &str, arrival: &Arrival) -> Outcome {
    let account = state.accounts.get(person).ok_or_else(|| Problem::key(true))?;
    let time = |name: &str| match arrival.param(name) {
        None => Ok(None),
        Some(text) => text.parse::<Timestamp>().map(Some).map_err(|_| Problem::invalid(name, "This is not a time.")),
    };
    let (since, before) = (time("since_create_time")?, time("before_create_time")?);
    let (sent_since, sent_before) = (time("since_send_time")?, time("before_send_time")?);
    let is = |name: &str, own: &str| arrival.param(name).is_none_or(|wanted| wanted == own);
    let mut found: Vec<&MailchimpCampaign> = account
        .campaigns
        .values()
        .filter(|own| state.requests > own.born + state.lag)
        .filter(|own| is("status", own.status.as_str()) && is("type", &own.kind))
        .filter(|own| is("list_id", own.list_id.as_deref().unwrap_or_default()))
        .filter(|own| since.is_none_or(|since| own.created_at > since))
        .filter(|own| before.is_none_or(|before| own.created_at < before))
        .filter(|own| sent_since.is_none_or(|since| own.send_at.is_some_and(|at| at > since)))
        .filter(|own| sent_before.is_none_or(|before| own.send_at.is_some_and(|at| at < before)))
        .collect();
    match arrival.param("sort_field").as_deref() {
        None | Some("create_time") => found.sort_by_key(|own| (own.created_at, own.web_id)),
        Some("send_time") => found.sort_by_key(|own| (own.send_at, own.web_id)),
        Some(_) => return Err(Problem::invalid("sort_field", "This value should be one of create_time, send_time.")),
    }
    if arrival.param("sort_dir").is_none_or(|direction| direction.eq_ignore_ascii_case("DESC")) {
        found.reverse();
    }
    let total = found.len();
    let shown = paged(arrival, found)?;
    let campaigns: Vec<Value> =
        shown.into_iter().map(|own| node(mailchimp, own, &account.audiences, own.status)).collect();
    Ok(Some(json!({"campaigns": campaigns, "total_items": total})))
}

/// `DELETE /campaigns/{id}`.
pub(super) fn delete(state: &mut State, person: &str, id: &str) -> Outcome {
    let account = state.accounts.get_mut(person).ok_or_else(|| Problem::key(true))?;
    let campaign = account.campaigns.get(id).ok_or_else(Problem::not_found)?;
    if matches!(campaign.status, MailchimpStatus::Schedule | MailchimpStatus::Sending) {
        return Err(Problem::action("A scheduled campaign must be unscheduled before it is deleted."));
    }
    account.campaigns.remove(id);
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_of_a_template_are_filled_by_their_name() {
        let html = "<body><div mc:edit=\"body\" class=\"x\"><p>Old</p></div><p mc:edit=\"end\">Bye</p></body>";
        let new = filled(&filled(html, "body", "<p>New</p>"), "nothing", "?");
        assert_eq!(new, html.replace("Old", "New"));
        assert_eq!(sections(html)["end"], "Bye");
    }
}
