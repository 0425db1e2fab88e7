//! Which events are told, to whom, and what counts as the same cause. Pure.
//!
//! What is read of each event's data:
//! - `activities.approval_requested`: `activity`, `title`, `role`
//! - `activities.approval_stalled`: `activity`, `title`, `role`, `stage`, `days`
//! - `activities.sent_back`: `title`, `made_by`; the event's reason
//! - `activities.person_assigned`: `role`, `name`, `attempt`
//! - `activities.failed`: `name`; the event's reason
//! - `content.publishing_gave_up`, `…_unconfirmed`, `content.schedule_missed`, `content.removed_on_site`: the reason
//! - `content.publishing_put_off`: `hours_late`; the reason
//! - `website.crawled`: `outcome`, `incomplete`
//! - `channels.expired`, `channels.renewal_delayed`, `channels.not_revoked`: `label`; the event's reason
//! - `channels.expiring`: `label`, `days`
//! - `strategy.month_opened`: `month`, `deliverables`
//! - `strategy.deliverable_at_risk`: `name`, `month`, `completed`, `target`
//! - `strategy.period_missed`: `name`, `month`
//! - `workflow.job_died`: `kind`, `queue`; the reason
//! - `notices.process_silent`: `roles`
//! - `notices.mail_undelivered`: the reason

use aos_kernel::{Actor, UserId};
use aos_workflow::Event;
use serde_json::{Value, json};

use super::model::NoticeKind;
use crate::people::Role;

/// The kinds that are subscribed to.
pub const EVENTS: [&str; 21] = [
    "activities.approval_requested",
    "activities.approval_stalled",
    "activities.sent_back",
    "activities.person_assigned",
    "activities.failed",
    "content.publishing_gave_up",
    "content.publishing_unconfirmed",
    "content.publishing_put_off",
    "content.schedule_missed",
    "content.removed_on_site",
    "website.crawled",
    "channels.expired",
    "channels.expiring",
    "channels.renewal_delayed",
    "channels.not_revoked",
    "strategy.month_opened",
    "strategy.deliverable_at_risk",
    "strategy.period_missed",
    "workflow.job_died",
    "notices.process_silent",
    "notices.mail_undelivered",
];

/// Events that are answered with a letter to one address instead of a notification.
pub const LETTERS: [&str; 3] = ["people.invited", "people.password_reset_requested", "people.email_change_requested"];

/// How long a platform may have a piece wait before somebody is told.
const HOURS_OF_NO_NEWS: i64 = 48;

/// Whom a notice concerns.
#[derive(Clone, Debug, PartialEq)]
pub enum Whom {
    /// Whoever holds one of the roles for the event's client.
    Roles(Vec<Role>),
    /// Whoever holds one of the roles for the whole agency.
    Agency(Vec<Role>),
    Person(UserId),
}

/// A notification to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    pub kind: NoticeKind,
    pub cause: String,
    pub whom: Whom,
    pub data: Value,
}

/// What is to be told of an event, if anything.
pub fn planned(event: &Event) -> Option<Planned> {
    let text = |key: &str| event.data.get(key).and_then(Value::as_str);
    let number = |key: &str| event.data.get(key).and_then(Value::as_i64);
    // Whoever runs the client's work looks after what went wrong.
    let carers = Whom::Roles(vec![Role::Consultant]);
    let operators = Whom::Agency(vec![Role::Administrator]);
    let id = event.subject.id;
    // All that one activity asks for is one cause: ten topics are one notification.
    let activity = || text("activity").map_or_else(|| id.to_string(), str::to_owned);
    let why = json!({ "why": event.why });
    let plan = |kind, cause: String, whom, data| Some(Planned { kind, cause, whom, data });
    match event.kind.as_str() {
        "activities.approval_requested" => plan(
            NoticeKind::ApprovalRequested,
            // What another role decides after the first one is another cause, for other people.
            format!("approval:{}", activity()),
            Whom::Roles(vec![role(text("role"))]),
            json!({ "title": text("title"), "activity": activity() }),
        ),
        "activities.approval_stalled" => {
            let data = json!({
                "title": text("title"), "activity": activity(), "role": text("role"), "days": number("days"),
            });
            match text("stage") {
                Some("escalation") => plan(
                    NoticeKind::ApprovalEscalated,
                    format!("escalated:{}", activity()),
                    Whom::Agency(vec![Role::Administrator, Role::Approver]),
                    data,
                ),
                _ => plan(
                    NoticeKind::ApprovalReminder,
                    format!("reminder:{}", activity()),
                    Whom::Roles(vec![role(text("role"))]),
                    data,
                ),
            }
        }
        "activities.sent_back" => {
            let maker = event.data.get("made_by").and_then(|by| serde_json::from_value::<Actor>(by.clone()).ok());
            let maker = maker.and_then(|by| by.person())?;
            let data = json!({ "title": text("title"), "why": event.why });
            plan(NoticeKind::WorkReturned, format!("returned:{id}"), Whom::Person(maker), data)
        }
        "activities.person_assigned" => plan(
            NoticeKind::TaskAssigned,
            format!("task:{id}"),
            Whom::Roles(vec![role(text("role"))]),
            json!({ "name": text("name"), "why": event.why }),
        ),
        "activities.failed" => plan(
            NoticeKind::ActivityFailed,
            format!("failed:{id}"),
            carers,
            json!({ "name": text("name"), "why": event.why }),
        ),
        "content.publishing_gave_up" | "content.schedule_missed" | "content.removed_on_site" => {
            plan(NoticeKind::PublicationFailed, format!("publication:{id}"), carers, why)
        }
        "content.publishing_unconfirmed" => {
            plan(NoticeKind::PublicationUnconfirmed, format!("unconfirmed:{id}"), carers, why)
        }
        // An account's daily limit is no news; a platform that takes nothing for days is.
        "content.publishing_put_off" if number("hours_late") >= Some(HOURS_OF_NO_NEWS) => {
            plan(NoticeKind::PublicationDelayed, format!("delayed:{id}"), carers, why)
        }
        "website.crawled" => match text("outcome") {
            Some("incomplete" | "failed") => plan(
                NoticeKind::CrawlIncomplete,
                format!("crawl:{id}"),
                carers,
                json!({ "why": reasons(event.data.get("incomplete")) }),
            ),
            _ => None,
        },
        "channels.expired" | "channels.expiring" | "channels.not_revoked" | "channels.renewal_delayed" => {
            let whom = Whom::Roles(vec![Role::TenantAdmin, Role::Consultant]);
            let data = json!({ "name": text("label"), "why": event.why, "days": number("days") });
            match event.kind.as_str() {
                "channels.expired" => plan(NoticeKind::ChannelExpired, format!("channel:{id}"), whom, data),
                "channels.expiring" => plan(NoticeKind::ChannelExpiring, format!("channel_ends:{id}"), whom, data),
                "channels.not_revoked" => plan(NoticeKind::ChannelNotRevoked, format!("revoke:{id}"), whom, data),
                _ => plan(NoticeKind::ChannelRenewalDelayed, format!("renewal:{id}"), carers, data),
            }
        }
        "strategy.month_opened" => plan(
            NoticeKind::MonthOpened,
            format!("month:{}:{}", event.tenant?, text("month").unwrap_or_default()),
            carers,
            json!({ "month": text("month"), "deliverables": number("deliverables") }),
        ),
        "strategy.deliverable_at_risk" => plan(
            NoticeKind::DeliverableAtRisk,
            format!("at_risk:{id}"),
            carers,
            json!({
                "name": text("name"), "month": text("month"), "completed": number("completed"), "target": number("target"),
            }),
        ),
        "strategy.period_missed" => plan(
            NoticeKind::MonthMissed,
            format!("missed:{id}"),
            carers,
            json!({ "name": text("name"), "month": text("month") }),
        ),
        // A notice about a notice that died would go in circles.
        "workflow.job_died" if !text("kind").is_some_and(|kind| kind.starts_with("notices.")) => plan(
            NoticeKind::DeadLetter,
            // One for each queue and day: a provider that is gone kills many jobs.
            format!("dead:{}:{}", text("queue").unwrap_or_default(), event.at.format("%Y-%m-%d")),
            operators,
            json!({ "name": text("kind"), "why": event.why }),
        ),
        "notices.process_silent" => {
            plan(NoticeKind::ProcessSilent, format!("process:{id}"), operators, json!({ "name": text("roles") }))
        }
        "notices.mail_undelivered" => {
            plan(NoticeKind::MailUndelivered, format!("mail:{}", event.at.format("%Y-%m-%d")), operators, why)
        }
        _ => None,
    }
}

/// The role that a step names; one that nobody can have falls to whoever runs the client's work.
fn role(name: Option<&str>) -> Role {
    name.and_then(|name| name.parse().ok()).unwrap_or(Role::Consultant)
}

/// The reasons in one text.
fn reasons(list: Option<&Value>) -> Option<String> {
    let list: Vec<&str> = list?.as_array()?.iter().filter_map(Value::as_str).collect();
    (!list.is_empty()).then(|| list.join(" "))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use aos_kernel::{Actor, Subject, UserId};
    use uuid::Uuid;

    use super::*;

    fn event(kind: &str, data: Value) -> Event {
        Event {
            seq: 0,
            tenant: Some(aos_kernel::TenantId::new()),
            kind: kind.to_owned(),
            subject: Subject { kind: "request".to_owned(), id: Uuid::now_v7() },
            actor: Actor::system("test"),
            why: Some("The budget is used up.".to_owned()),
            data,
            at: "2026-04-01T09:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn ten_topics_of_one_activity_are_one_cause() {
        let ask = |activity: &str| {
            planned(&event(
                "activities.approval_requested",
                json!({ "activity": activity, "title": "T", "role": "reviewer" }),
            ))
            .unwrap()
        };
        assert_eq!(ask("a").cause, ask("a").cause);
        assert_ne!(ask("a").cause, ask("b").cause);
        assert_eq!(ask("a").whom, Whom::Roles(vec![Role::Reviewer]));
    }

    #[test]
    fn a_whole_crawl_is_no_news_and_a_cut_one_says_why() {
        assert_eq!(planned(&event("website.crawled", json!({ "outcome": "complete" }))), None);
        let cut = json!({ "outcome": "incomplete", "incomplete": ["It has more than 500 pages.", "robots.txt forbids /shop."] });
        let told = planned(&event("website.crawled", cut)).unwrap();
        assert_eq!(told.data["why"], "It has more than 500 pages. robots.txt forbids /shop.");
    }

    #[test]
    fn a_days_limit_is_no_news_and_days_without_an_end_are() {
        let put_off = |hours: i64| planned(&event("content.publishing_put_off", json!({ "hours_late": hours })));
        assert_eq!(put_off(24), None);
        assert_eq!(put_off(72).map(|told| told.kind), Some(NoticeKind::PublicationDelayed));
    }

    #[test]
    fn a_notice_that_died_is_not_told_by_a_notice() {
        assert_eq!(planned(&event("workflow.job_died", json!({ "kind": "notices.tell" }))), None);
    }

    #[test]
    fn every_event_that_is_subscribed_to_makes_a_notice_and_every_kind_is_made_by_one() {
        let mut made = BTreeSet::new();
        for kind in EVENTS {
            for stage in ["reminder", "escalation"] {
                let maker = Actor::user(UserId::new());
                let data = json!({ "outcome": "failed", "role": "reviewer", "stage": stage, "made_by": maker, "kind": "x", "hours_late": 48 });
                made.insert(planned(&event(kind, data)).unwrap_or_else(|| panic!("{kind}")).kind);
            }
        }
        assert_eq!(planned(&event("content.item_edited", json!({}))), None);
        for kind in NoticeKind::ALL {
            assert!(made.contains(kind) || kind.spec().letter, "nothing makes {kind}");
        }
        assert_eq!(NoticeKind::ALL.iter().filter(|kind| kind.spec().letter).count(), LETTERS.len());
    }
}
