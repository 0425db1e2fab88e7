//! Which events are told, to whom, and what counts as the same cause. Pure.
//!
//! What is read of each event's data:
//! - `activities.approval_requested`: `activity`, `title`, `role`
//! - `activities.person_assigned`: `role`, `name`, `attempt`
//! - `activities.failed`: `name`; the event's reason
//! - `website.crawled`: `outcome`, `incomplete`
//! - `channels.expired`: the event's reason
//! - `strategy.period_missed`: `name`, `month`

use aos_workflow::Event;
use serde_json::{Value, json};

use super::model::NoticeKind;
use crate::people::Role;

/// The kinds that are subscribed to.
pub const EVENTS: [&str; 6] = [
    "activities.approval_requested",
    "activities.person_assigned",
    "activities.failed",
    "website.crawled",
    "channels.expired",
    "strategy.period_missed",
];

/// A notification to be made, for whoever holds one of the roles.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    pub kind: NoticeKind,
    pub cause: String,
    pub roles: Vec<Role>,
    pub data: Value,
}

/// What is to be told of an event, if anything.
pub fn planned(event: &Event) -> Option<Planned> {
    let text = |key: &str| event.data.get(key).and_then(Value::as_str);
    // Whoever runs the client's work looks after what went wrong.
    let carers = vec![Role::Consultant];
    let id = event.subject.id;
    Some(match event.kind.as_str() {
        "activities.approval_requested" => Planned {
            kind: NoticeKind::ApprovalRequested,
            // All that one activity asks for is one cause: ten topics are one notification.
            cause: format!("approval:{}", text("activity").map_or_else(|| id.to_string(), str::to_owned)),
            roles: vec![role(text("role"))],
            data: json!({ "title": text("title") }),
        },
        "activities.person_assigned" => Planned {
            kind: NoticeKind::TaskAssigned,
            cause: format!("task:{id}"),
            roles: vec![role(text("role"))],
            data: json!({ "name": text("name"), "why": event.why }),
        },
        "activities.failed" => Planned {
            kind: NoticeKind::ActivityFailed,
            cause: format!("failed:{id}"),
            roles: carers,
            data: json!({ "name": text("name"), "why": event.why }),
        },
        "website.crawled" => match text("outcome") {
            Some("incomplete" | "failed") => Planned {
                kind: NoticeKind::CrawlIncomplete,
                cause: format!("crawl:{id}"),
                roles: carers,
                data: json!({ "why": reasons(event.data.get("incomplete")) }),
            },
            _ => return None,
        },
        "channels.expired" => Planned {
            kind: NoticeKind::ChannelExpired,
            cause: format!("channel:{id}"),
            roles: vec![Role::TenantAdmin, Role::Consultant],
            data: json!({ "why": event.why }),
        },
        "strategy.period_missed" => Planned {
            kind: NoticeKind::MonthMissed,
            cause: format!("missed:{id}"),
            roles: carers,
            data: json!({ "name": text("name"), "month": text("month") }),
        },
        _ => return None,
    })
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
    use aos_kernel::{Actor, Subject};
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
        assert_eq!(ask("a").roles, [Role::Reviewer]);
    }

    #[test]
    fn a_whole_crawl_is_no_news_and_a_cut_one_says_why() {
        assert_eq!(planned(&event("website.crawled", json!({ "outcome": "complete" }))), None);
        let cut = json!({ "outcome": "incomplete", "incomplete": ["It has more than 500 pages.", "robots.txt forbids /shop."] });
        let told = planned(&event("website.crawled", cut)).unwrap();
        assert_eq!(told.data["why"], "It has more than 500 pages. robots.txt forbids /shop.");
    }

    #[test]
    fn every_event_that_is_subscribed_to_can_be_told() {
        for kind in EVENTS {
            let data = json!({ "outcome": "failed", "role": "reviewer" });
            assert!(planned(&event(kind, data)).is_some(), "{kind}");
        }
        assert_eq!(planned(&event("content.item_edited", json!({}))), None);
    }
}
