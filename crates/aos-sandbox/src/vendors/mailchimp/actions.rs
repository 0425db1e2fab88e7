//! Sending (contract 1.5): the checklist, tests, now, at a time, not any more; and the report afterwards.

use aos_kernel::Timestamp;
use chrono::Timelike;
use serde_json::{Value, json};

use super::{
    campaigns::{self, is_address, open_campaign},
    problem::{Outcome, Problem},
    state::{Account, MailchimpCampaign, MailchimpStatus, State, finish, recipients},
};
use crate::vendors::arrival::Arrival;

/// What stands in the way, as the checklist tells it.
fn checks(account: &Account, campaign: &MailchimpCampaign) -> Vec<(u64, &'static str, Result<String, &'static str>)> {
    let people = recipients(campaign, &account.audiences);
    let given = |name: &str, missing: &'static str| match campaign.setting(name) {
        "" => Err(missing),
        text => Ok(text.to_owned()),
    };
    let reply_to = given("reply_to", "You have not entered a reply-to address.")
        .and_then(|address| if is_address(&address) { Ok(address) } else { Err("The reply-to address is not valid.") });
    let content = if campaign.html.is_empty() && campaign.plain_text.is_empty() {
        Err("You have not designed your campaign yet.")
    } else {
        Ok("The content is there.".to_owned())
    };
    vec![
        (501, "List", if people > 0 { Ok(format!("{people} recipients")) } else { Err("There are no recipients.") }),
        (502, "Subject", given("subject_line", "You have not entered a subject line.")),
        (503, "From name", given("from_name", "You have not entered a from name.")),
        (504, "Replies", reply_to),
        (505, "Content", content),
    ]
}

/// `GET /campaigns/{id}/send-checklist`.
pub(super) fn checklist(state: &State, person: &str, id: &str) -> Outcome {
    let account = state.accounts.get(person).ok_or_else(|| Problem::key(true))?;
    let campaign = account.campaigns.get(id).ok_or_else(Problem::not_found)?;
    let checks = checks(account, campaign);
    let ready = checks.iter().all(|(_, _, check)| check.is_ok());
    let items: Vec<Value> = checks
        .into_iter()
        .map(|(id, heading, check)| match check {
            Ok(details) => json!({"type": "success", "id": id, "heading": heading, "details": details}),
            Err(details) => json!({"type": "error", "id": id, "heading": heading, "details": details}),
        })
        .collect();
    Ok(Some(json!({"is_ready": ready, "items": items})))
}

fn must_be_ready(state: &State, person: &str, id: &str) -> Result<(), Problem> {
    let account = state.accounts.get(person).ok_or_else(|| Problem::key(true))?;
    let campaign = account.campaigns.get(id).ok_or_else(Problem::not_found)?;
    let wrong = checks(account, campaign).into_iter().find_map(|(_, _, check)| check.err());
    wrong.map_or(Ok(()), |wrong| Err(Problem::action(&format!("Your Campaign is not ready to send. {wrong}"))))
}

/// `POST /campaigns/{id}/actions/{action}`.
pub(super) fn act(
    state: &mut State,
    person: &str,
    id: &str,
    action: &str,
    arrival: &Arrival,
    now: Timestamp,
) -> Outcome {
    let account = state.accounts.get(person).ok_or_else(|| Problem::key(true))?;
    let status = account.campaigns.get(id).ok_or_else(Problem::not_found)?.status;
    match action {
        "send" => {
            if !matches!(status, MailchimpStatus::Save | MailchimpStatus::Paused) {
                return Err(Problem::action("This campaign was sent already, or is on its way."));
            }
            must_be_ready(state, person, id)?;
            if let Some(account) = state.accounts.get_mut(person)
                && let Some(campaign) = account.campaigns.get_mut(id)
            {
                finish(campaign, &account.audiences, now);
            }
            state.sending.insert(id.to_owned(), state.looks);
        }
        "schedule" => schedule(state, person, id, arrival, now)?,
        "unschedule" => {
            if status != MailchimpStatus::Schedule {
                return Err(Problem::action("This campaign is not scheduled."));
            }
            change(state, person, id, |campaign| {
                campaign.status = MailchimpStatus::Save;
                campaign.send_at = None;
            });
        }
        "test" => {
            let addresses: Vec<String> = arrival
                .json()
                .and_then(|body| Some(body["test_emails"].as_array()?.clone()))
                .unwrap_or_default()
                .iter()
                .filter_map(|address| address.as_str().map(str::to_owned))
                .collect();
            if addresses.is_empty() || !addresses.iter().all(|address| is_address(address)) {
                return Err(Problem::invalid("test_emails", "Valid email addresses are needed."));
            }
            must_be_ready(state, person, id)?;
            change(state, person, id, |campaign| campaign.tested_with.extend(addresses));
        }
        "cancel-send" if state.sending.get(id).is_some_and(|looks| *looks > 0) => {
            state.sending.remove(id);
            change(state, person, id, |campaign| campaign.status = MailchimpStatus::Canceled);
        }
        "cancel-send" => return Err(Problem::action("This campaign is not being sent.")),
        "pause" | "resume" => return Err(Problem::action("Only RSS campaigns can be paused and resumed.")),
        _ => return Err(Problem::not_found()),
    }
    Ok(None)
}

fn change(state: &mut State, person: &str, id: &str, change: impl FnOnce(&mut MailchimpCampaign)) {
    let campaign = state.accounts.get_mut(person).and_then(|account| account.campaigns.get_mut(id));
    if let Some(campaign) = campaign {
        change(campaign);
    }
}

fn schedule(state: &mut State, person: &str, id: &str, arrival: &Arrival, now: Timestamp) -> Result<(), Problem> {
    if state.free_plan {
        return Err(Problem::forbidden("Scheduling is not part of your plan."));
    }
    let body = arrival.json().ok_or_else(Problem::unreadable)?;
    let wrong = |message: &str| Problem::invalid("schedule_time", message);
    let text = body["schedule_time"].as_str().ok_or_else(|| wrong("This field is required."))?;
    let at: Timestamp = text.parse().map_err(|_| wrong("This is not a time."))?;
    if at <= now {
        return Err(wrong("The time must be in the future."));
    }
    if !at.minute().is_multiple_of(15) || at.second() != 0 || at.nanosecond() != 0 {
        return Err(wrong("Campaigns may only be scheduled on the quarter-hour."));
    }
    if body["timewarp"] == true && body["batch_delivery"].is_object() {
        return Err(Problem::invalid("batch_delivery", "Timewarp and batch delivery can't be combined."));
    }
    must_be_ready(state, person, id)?;
    let campaign = open_campaign(state, person, id)?;
    campaign.status = MailchimpStatus::Schedule;
    campaign.send_at = Some(at);
    Ok(())
}

/// `GET /reports/{id}` and its clicks.
pub(super) fn report(state: &State, person: &str, id: &str, part: Option<&str>) -> Outcome {
    let account = state.accounts.get(person).ok_or_else(|| Problem::key(true))?;
    let campaign = account.campaigns.get(id).filter(|own| own.status == MailchimpStatus::Sent);
    let campaign = campaign.ok_or_else(Problem::not_found)?;
    match part {
        None => Ok(Some(report_node(campaign))),
        Some("click-details") => Ok(Some(json!({"urls_clicked": [], "campaign_id": id, "total_items": 0}))),
        Some(_) => Err(Problem::not_found()),
    }
}

/// `GET /reports`.
pub(super) fn reports(state: &State, person: &str, arrival: &Arrival) -> Outcome {
    let account = state.accounts.get(person).ok_or_else(|| Problem::key(true))?;
    let mut sent: Vec<&MailchimpCampaign> =
        account.campaigns.values().filter(|own| own.status == MailchimpStatus::Sent).collect();
    sent.sort_by_key(|own| std::cmp::Reverse((own.send_at, own.web_id)));
    let total = sent.len();
    let reports: Vec<Value> = campaigns::paged(arrival, sent)?.into_iter().map(report_node).collect();
    Ok(Some(json!({"reports": reports, "total_items": total})))
}

fn rate(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn report_node(campaign: &MailchimpCampaign) -> Value {
    let figures = &campaign.figures;
    let sent = campaign.emails_sent;
    json!({
        "id": campaign.id,
        "campaign_title": campaign.setting("title"),
        "type": campaign.kind,
        "list_id": campaign.list_id,
        "subject_line": campaign.subject(),
        "emails_sent": sent,
        "abuse_reports": 0,
        "unsubscribed": figures.unsubscribed,
        "send_time": campaign.send_at.map(|at| at.format("%Y-%m-%dT%H:%M:%S+00:00").to_string()),
        "bounces": {"hard_bounces": figures.bounces, "soft_bounces": 0, "syntax_errors": 0},
        "opens": {"opens_total": figures.opens, "unique_opens": figures.unique_opens,
            "open_rate": rate(figures.unique_opens, sent), "proxy_excluded_unique_opens": figures.unique_opens},
        "clicks": {"clicks_total": figures.clicks, "unique_clicks": figures.unique_clicks,
            "click_rate": rate(figures.unique_clicks, sent)},
    })
}
