//! Between our words and Klaviyo's, without a request. Source: contract `email.md`, sections 2.1 to 2.4.

use std::collections::BTreeMap;

use aos_capabilities::{
    campaign::{Audience, Campaign, CampaignState, SendMode, Sender, SentCampaign},
    connect::{Target, Tokens},
    evidence::CampaignFigures,
    platform::AccountInfo,
};
use aos_kernel::{Secret, Timestamp};
use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};
use url::Url;

use super::{
    NAME,
    api::{AccountData, AudienceData, CampaignData, ReportRow, Settings, TokenBody, resource},
};
use crate::mailing;

/// Where a person sees the account.
pub(super) const ADMINISTRATION: &str = "https://www.klaviyo.com/dashboard";
/// So long a refresh token lives without use.
const UNUSED: TimeDelta = TimeDelta::days(90);
const LONGEST: i64 = 366 * 86_400;

/// What came back for a code or a refresh token. `before` is kept where nothing new came.
pub(super) fn tokens(body: TokenBody, before: Option<&Tokens>, now: Timestamp) -> Tokens {
    let seconds = body.expires_in.filter(|seconds| (1..=LONGEST).contains(seconds));
    let refresh: Option<Secret> =
        body.refresh_token.filter(|token| !token.is_empty()).or_else(|| before?.refresh.clone());
    let scopes = body
        .scope
        .map(|words| words.split([' ', ',']).filter(|word| !word.is_empty()).map(ToOwned::to_owned).collect());
    Tokens {
        access: body.access_token,
        refresh_expires_at: refresh.as_ref().map(|_| now + UNUSED),
        refresh,
        expires_at: seconds.map(|seconds| now + TimeDelta::seconds(seconds)),
        scopes: scopes.filter(|scopes: &Vec<String>| !scopes.is_empty()).or_else(|| before?.scopes.clone()),
    }
}

fn settings(account: &AccountData) -> Value {
    let settings = Settings { account_id: account.id.clone(), timezone: account.attributes.timezone.clone() };
    serde_json::to_value(&settings).unwrap_or_default()
}

fn label(account: &AccountData) -> String {
    let contact = account.attributes.contact_information.as_ref();
    let name = contact.and_then(|contact| contact.organization_name.as_deref()).map(str::trim);
    name.filter(|name| !name.is_empty()).map_or_else(|| format!("Klaviyo account {}", account.id), ToOwned::to_owned)
}

/// The one account that a consent is for.
pub(super) fn target(account: &AccountData) -> Target {
    let mut detail = vec!["Account".to_owned()];
    detail.extend(account.attributes.contact_information.as_ref().and_then(|own| own.default_sender_email.clone()));
    if account.attributes.test_account == Some(true) {
        detail.push("test account".to_owned());
    }
    Target {
        key: account.id.clone(),
        label: label(account),
        detail: detail.join(" · "),
        url: None,
        tokens: None,
        settings: settings(account),
        refusal: None,
    }
}

/// What a check found. `seen_at` is where people see the account.
pub(super) fn account(found: &AccountData, seen_at: &str) -> AccountInfo {
    let test = found.attributes.test_account == Some(true);
    let placeless = || Url::parse(ADMINISTRATION).unwrap_or_else(|_| unreachable!("a constant"));
    AccountInfo {
        label: label(found),
        url: Url::parse(seen_at).unwrap_or_else(|_| placeless()),
        scopes: Vec::new(),
        settings: settings(found),
        warnings: test.then(|| "This is a test account at Klaviyo.".to_owned()).into_iter().collect(),
    }
}

/// Klaviyo suggests one sender for all audiences of an account.
pub(super) fn sender(account: &AccountData) -> Sender {
    let contact = account.attributes.contact_information.as_ref();
    Sender {
        name: contact.and_then(|own| own.default_sender_name.clone()).unwrap_or_default(),
        address: contact.and_then(|own| own.default_sender_email.clone()).unwrap_or_default(),
    }
}

pub(super) fn audience(data: AudienceData, word: &str, sender: &Sender) -> Audience {
    let name = data.attributes.name.filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| format!("{word} {}", data.id));
    Audience { name, id: data.id, members: data.attributes.profile_count, sender: sender.clone() }
}

/// The text as Klaviyo takes it. Its mark stands for a whole link; where it was put as the address of a link, the mark
/// that stands for the address alone is meant.
pub(super) fn html(text: &str) -> String {
    const WHOLE: &str = "{% unsubscribe %}";
    const ADDRESS: &str = "{% unsubscribe_link %}";
    let mut text = text.to_owned();
    for quote in ['"', '\''] {
        text = text.replace(&format!("href={quote}{WHOLE}{quote}"), &format!("href={quote}{ADDRESS}{quote}"));
    }
    text
}

pub(super) fn template(campaign: &Campaign) -> Value {
    let attributes = json!({
        "name": mailing::title(campaign),
        "editor_type": "CODE",
        "html": html(&campaign.html),
        "text": campaign.text,
    });
    resource("template", None, Some(attributes))
}

fn strategy(mode: SendMode) -> Value {
    match mode {
        SendMode::At(time) => json!({"method": "static", "datetime": written(time), "options": {"is_local": false}}),
        SendMode::Now | SendMode::Draft => json!({"method": "immediate"}),
    }
}

fn definition(campaign: &Campaign) -> Value {
    json!({
        "channel": "email",
        "label": "Main",
        "content": {
            "subject": campaign.subject,
            "preview_text": campaign.preview,
            "from_email": campaign.sender.address,
            "from_label": campaign.sender.name,
            "reply_to_email": campaign.sender.address,
        },
    })
}

/// What is sent to make a campaign.
pub(super) fn new_campaign(campaign: &Campaign) -> Value {
    let message = json!({"type": "campaign-message", "attributes": {"definition": definition(campaign)}});
    let attributes = json!({
        "name": mailing::title(campaign),
        "audiences": {"included": [campaign.audience], "excluded": []},
        "send_strategy": strategy(campaign.mode),
        "send_options": {"use_smart_sending": true},
        "tracking_options": {"is_tracking_clicks": true, "is_tracking_opens": true},
        "campaign-messages": {"data": [message]},
    });
    resource("campaign", None, Some(attributes))
}

/// What is sent to bring a draft to this audience and time.
pub(super) fn changed_campaign(id: &str, campaign: &Campaign) -> Value {
    let attributes = json!({
        "name": mailing::title(campaign),
        "audiences": {"included": [campaign.audience], "excluded": []},
        "send_strategy": strategy(campaign.mode),
    });
    resource("campaign", Some(id), Some(attributes))
}

pub(super) fn changed_message(id: &str, campaign: &Campaign) -> Value {
    resource("campaign-message", Some(id), Some(json!({"definition": definition(campaign)})))
}

pub(super) fn assignment(message: &str, template: &str) -> Value {
    let mut body = resource("campaign-message", Some(message), None);
    body["data"]["relationships"] = json!({"template": {"data": {"type": "template", "id": template}}});
    body
}

/// How a campaign stands.
pub(super) fn sent(campaign: &CampaignData) -> SentCampaign {
    let mut notes = Vec::new();
    let attributes = &campaign.attributes;
    let planned = attributes.send_strategy.as_ref().and_then(|own| own.datetime.as_deref());
    let planned = planned.or(attributes.send_time.as_deref()).and_then(moment);
    let status = attributes.status.as_deref().unwrap_or("Unknown").trim();
    let state = match status.to_lowercase().as_str() {
        "draft" => CampaignState::Draft,
        "preparing to schedule" | "scheduled" => planned.map_or(CampaignState::Sending, CampaignState::Scheduled),
        "sent" => CampaignState::Sent,
        word if word.starts_with("cancelled") || word.starts_with("canceled") => {
            let reason = status.split_once(':').map(|(_, reason)| reason.trim()).filter(|reason| !reason.is_empty());
            notes.push(reason.map_or_else(
                || format!("Somebody stopped the campaign in {NAME}."),
                |reason| format!("{NAME} stopped the campaign: {reason}."),
            ));
            CampaignState::Cancelled
        }
        "unknown" | "" => {
            notes.push(format!("{NAME} does not say how the campaign stands."));
            CampaignState::Sending
        }
        _ => CampaignState::Sending,
    };
    SentCampaign { id: campaign.id.clone(), url: None, state, recipients: None, notes }
}

/// How a campaign stands after Klaviyo took the order: its own word may be a moment late.
pub(super) fn ordered(campaign: Option<&CampaignData>, id: &str, mode: SendMode) -> SentCampaign {
    let taken = match mode {
        SendMode::At(time) => CampaignState::Scheduled(time),
        SendMode::Now | SendMode::Draft => CampaignState::Sending,
    };
    match campaign.map(sent) {
        Some(sent) if sent.state != CampaignState::Draft => sent,
        Some(sent) => SentCampaign { state: taken, ..sent },
        None => SentCampaign { id: id.to_owned(), url: None, state: taken, recipients: None, notes: Vec::new() },
    }
}

/// Figures of the campaigns that went out, from the rows of a report, of which a campaign may have several.
pub(super) fn figures(campaigns: &[CampaignData], rows: &[ReportRow]) -> Vec<CampaignFigures> {
    let mut sums: BTreeMap<&str, [u64; 4]> = BTreeMap::new();
    for row in rows {
        let Some(id) = row.groupings.get("campaign_id").and_then(Value::as_str) else { continue };
        let sum = sums.entry(id).or_default();
        for (at, name) in ["recipients", "opens_unique", "clicks_unique", "unsubscribes"].into_iter().enumerate() {
            // Klaviyo writes whole numbers as 12.0 too.
            let value = row.statistics.get(name).and_then(Value::as_f64).unwrap_or_default();
            sum[at] = sum[at].saturating_add(value.max(0.0) as u64);
        }
    }
    let figure = |campaign: &CampaignData| {
        let [recipients, opens, clicks, unsubscribes] = *sums.get(campaign.id.as_str())?;
        let sent_at = campaign.attributes.send_time.as_deref().and_then(moment)?;
        Some(CampaignFigures { id: campaign.id.clone(), sent_at, recipients, opens, clicks, unsubscribes })
    };
    campaigns.iter().filter_map(figure).collect()
}

/// A moment as Klaviyo reads it.
pub(super) fn written(time: Timestamp) -> String {
    time.format("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}

fn moment(text: &str) -> Option<Timestamp> {
    DateTime::parse_from_rfc3339(text.trim()).ok().map(|moment| moment.to_utc())
}
