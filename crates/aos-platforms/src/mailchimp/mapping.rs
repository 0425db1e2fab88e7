//! Between our words and Mailchimp's, without a request. Source: contract `email.md`, sections 1.2 to 1.5.

use aos_capabilities::{
    campaign::{Audience, Campaign, CampaignState, SendMode, Sender, SentCampaign},
    connect::Target,
    evidence::CampaignFigures,
    platform::AccountInfo,
};
use aos_kernel::Timestamp;
use chrono::DateTime;
use serde_json::Value;
use url::Url;

use super::{
    NAME,
    api::{
        CampaignBody, List, Metadata, RecipientsBody, Report, Root, Settings, SettingsBody, Standing, TrackingBody,
        is_data_centre,
    },
};
use crate::mailing;

/// The one account that a consent is for.
pub(super) fn target(metadata: &Metadata) -> Target {
    let refusal = (!is_data_centre(&metadata.dc)).then(|| {
        "Mailchimp did not say where the account is. Connect it again; if it stays like this, tell an administrator."
            .to_owned()
    });
    let settings = Settings { dc: metadata.dc.clone() };
    let name = metadata.accountname.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let mut detail = vec!["Account".to_owned()];
    detail.extend(metadata.login.as_ref().and_then(|login| login.email.clone()));
    detail.extend(metadata.role.clone());
    let number = match &metadata.user_id {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    };
    Target {
        key: number.unwrap_or_else(|| metadata.dc.clone()),
        label: name.unwrap_or("Mailchimp account").to_owned(),
        detail: detail.join(" · "),
        url: Url::parse(&administration(&settings)).ok(),
        tokens: None,
        settings: serde_json::to_value(&settings).unwrap_or_default(),
        refusal,
    }
}

/// Where a person signs in to see the account.
pub(super) fn administration(settings: &Settings) -> String {
    format!("https://{}.admin.mailchimp.com/", settings.dc)
}

/// What a check found. `seen_at` is where people see the account.
pub(super) fn account(root: &Root, settings: &Settings, seen_at: &str) -> AccountInfo {
    let role = root.role.clone().unwrap_or_default();
    let warning = match role.to_lowercase().as_str() {
        "viewer" => {
            Some("The login may only read: campaigns can't be made with it. Connect one with the role Manager.")
        }
        "author" => Some("The login may write campaigns but not send them. Connect one with the role Manager."),
        _ => None,
    };
    let name = root.account_name.clone().or_else(|| root.email.clone()).filter(|name| !name.trim().is_empty());
    let name = name.unwrap_or_else(|| "Mailchimp account".to_owned());
    let placeless = || Url::parse("https://mailchimp.com/").unwrap_or_else(|_| unreachable!("a constant"));
    AccountInfo {
        label: if role.is_empty() { name } else { format!("{name} ({role})") },
        url: Url::parse(seen_at).unwrap_or_else(|_| placeless()),
        scopes: if role.is_empty() { Vec::new() } else { vec![role] },
        settings: serde_json::to_value(settings).unwrap_or_default(),
        warnings: warning.map(ToOwned::to_owned).into_iter().collect(),
    }
}

pub(super) fn audience(list: List) -> Audience {
    let defaults = list.campaign_defaults;
    let sender = defaults
        .map(|own| Sender { name: own.from_name.unwrap_or_default(), address: own.from_email.unwrap_or_default() });
    Audience {
        id: list.id,
        name: list.name,
        members: list.stats.and_then(|stats| stats.member_count),
        sender: sender.unwrap_or_default(),
    }
}

/// What is sent to make a campaign, or to bring one that stands there to this text.
pub(super) fn body(campaign: &Campaign, new: bool) -> CampaignBody<'_> {
    CampaignBody {
        r#type: new.then_some("regular"),
        recipients: RecipientsBody { list_id: &campaign.audience },
        settings: SettingsBody {
            subject_line: &campaign.subject,
            preview_text: &campaign.preview,
            title: mailing::title(campaign),
            from_name: &campaign.sender.name,
            reply_to: &campaign.sender.address,
            auto_footer: false,
            inline_css: true,
        },
        tracking: TrackingBody { opens: true, html_clicks: true, text_clicks: false },
    }
}

/// How a campaign stands.
pub(super) fn sent(standing: &Standing) -> SentCampaign {
    let mut notes = Vec::new();
    let emails = standing.emails_sent.filter(|count| *count > 0);
    let state = match standing.status.as_str() {
        "save" | "paused" => CampaignState::Draft,
        "schedule" => match standing.send_time.as_deref().and_then(moment) {
            Some(time) => CampaignState::Scheduled(time),
            None => {
                notes.push(format!("The campaign is scheduled, and {NAME} did not say for when."));
                CampaignState::Sending
            }
        },
        "sent" => CampaignState::Sent,
        "canceled" | "canceling" | "cancelled" => {
            notes.push(format!("Somebody stopped the campaign in {NAME}."));
            CampaignState::Cancelled
        }
        "archived" if emails.is_some() => CampaignState::Sent,
        "archived" => CampaignState::Cancelled,
        _ => CampaignState::Sending,
    };
    let count = standing.recipients.as_ref().and_then(|own| own.recipient_count);
    let address = standing.long_archive_url.as_deref().or(standing.archive_url.as_deref());
    SentCampaign {
        id: standing.id.clone(),
        url: address.and_then(|text| Url::parse(text).ok()).filter(|url| matches!(url.scheme(), "https" | "http")),
        state,
        recipients: emails.or(count),
        notes,
    }
}

/// How a campaign stands after Mailchimp took the order: its own word may be a moment late.
pub(super) fn ordered(standing: Option<&Standing>, id: &str, mode: SendMode) -> SentCampaign {
    let taken = match mode {
        SendMode::At(time) => CampaignState::Scheduled(time),
        SendMode::Now | SendMode::Draft => CampaignState::Sending,
    };
    match standing.map(sent) {
        Some(sent) if sent.state != CampaignState::Draft => sent,
        Some(sent) => SentCampaign { state: taken, ..sent },
        None => SentCampaign { id: id.to_owned(), url: None, state: taken, recipients: None, notes: Vec::new() },
    }
}

/// A report's figures; none without the moment at which the campaign went out.
pub(super) fn figures(standing: &Standing, report: &Report) -> Option<CampaignFigures> {
    let sent_at =
        report.send_time.as_deref().and_then(moment).or_else(|| standing.send_time.as_deref().and_then(moment));
    Some(CampaignFigures {
        id: standing.id.clone(),
        sent_at: sent_at?,
        recipients: report.emails_sent.or(standing.emails_sent)?,
        opens: report.opens.as_ref().and_then(|opens| opens.unique_opens).unwrap_or_default(),
        clicks: report.clicks.as_ref().and_then(|clicks| clicks.unique_clicks).unwrap_or_default(),
        unsubscribes: report.unsubscribed.unwrap_or_default(),
    })
}

/// A moment as Mailchimp reads it.
pub(super) fn written(time: Timestamp) -> String {
    time.format("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}

pub(super) fn moment(text: &str) -> Option<Timestamp> {
    DateTime::parse_from_rfc3339(text.trim()).ok().map(|moment| moment.to_utc())
}
