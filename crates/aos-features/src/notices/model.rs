//! Notifications and their words. Pure.

use aos_kernel::{NotificationId, TenantId, Timestamp};
use aos_storage::{FromRow, Row};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

pub use super::kinds::{MailWhen, NoticeGroup, NoticeKind, Spec};

/// Something that a person is told.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Notification {
    pub id: NotificationId,
    /// None for what concerns the agency itself.
    pub tenant_id: Option<TenantId>,
    pub kind: NoticeKind,
    /// Parameters of the words: `title`, `name`, `why`, `month`, `pages`.
    pub data: Value,
    /// What it is about, to link to.
    pub subject_kind: String,
    pub subject_id: Uuid,
    /// How often the same cause came up.
    pub times: i64,
    pub created_at: Timestamp,
    pub last_at: Timestamp,
    pub read_at: Option<Timestamp>,
}

impl FromRow for Notification {
    fn from_row(row: &Row) -> aos_kernel::Result<Self> {
        let tenant: Uuid = row.get("tenant_id")?;
        Ok(Self {
            id: row.get("id")?,
            tenant_id: (!tenant.is_nil()).then(|| TenantId::from_uuid(tenant)),
            kind: row.parse("kind")?,
            data: row.get("data")?,
            subject_kind: row.get("subject_kind")?,
            subject_id: row.get("subject_id")?,
            times: row.get("times")?,
            created_at: row.get("created_at")?,
            last_at: row.get("last_at")?,
            read_at: row.get("read_at")?,
        })
    }
}

/// What is shown of a notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Words {
    pub title: String,
    pub body: Option<String>,
}

impl Notification {
    fn text(&self, key: &str) -> Option<&str> {
        self.data.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
    }

    /// The activity whose decisions are asked for, of a notice about decisions.
    pub fn activity(&self) -> Option<Uuid> {
        self.text("activity").and_then(|id| id.parse().ok())
    }

    /// "Blog post 3 and 9 more".
    pub fn titles(&self) -> String {
        let title = self.text("title").unwrap_or("Something");
        match self.times {
            ..=1 => title.to_owned(),
            2 => format!("{title} and one more"),
            times => format!("{title} and {} more", times - 1),
        }
    }

    /// The words in English.
    pub fn words(&self) -> Words {
        let name = self.text("name");
        let why = self.text("why").map(str::to_owned);
        let named = |with: &str, without: &str| name.map_or_else(|| without.to_owned(), |name| format!("{with}{name}"));
        let days = self.data.get("days").and_then(Value::as_i64).unwrap_or(2);
        match self.kind {
            NoticeKind::ApprovalRequested => {
                Words { title: format!("Waiting for your decision: {}", self.titles()), body: None }
            }
            NoticeKind::ApprovalReminder => Words {
                title: format!("Still waiting for your decision: {}", self.text("title").unwrap_or("something")),
                body: Some(format!("It has waited for {days} working days.")),
            },
            NoticeKind::ApprovalEscalated => Words {
                title: format!("Nobody has decided yet: {}", self.text("title").unwrap_or("something")),
                body: Some(match self.text("role") {
                    Some(role) => format!("It has waited for {days} working days for the role “{role}”."),
                    None => format!("It has waited for {days} working days."),
                }),
            },
            NoticeKind::WorkReturned => {
                Words { title: format!("Sent back: {}", self.text("title").unwrap_or("your work")), body: why }
            }
            NoticeKind::TaskAssigned => Words { title: named("To do: ", "A task waits for you"), body: why },
            NoticeKind::ActivityFailed => Words { title: named("Failed: ", "An activity failed"), body: why },
            NoticeKind::PublicationFailed => Words { title: "A piece could not be published".to_owned(), body: why },
            NoticeKind::PublicationUnconfirmed => {
                Words { title: "It is not known yet whether a piece was published".to_owned(), body: why }
            }
            NoticeKind::PublicationDelayed => {
                Words { title: "A platform has a piece wait for days".to_owned(), body: why }
            }
            NoticeKind::CrawlIncomplete => Words { title: "The website was not read completely".to_owned(), body: why },
            NoticeKind::ChannelExpired => {
                Words { title: named("Connect it again: ", "A channel has to be connected again"), body: why }
            }
            NoticeKind::ChannelExpiring => Words {
                title: named("Its access ends soon: ", "A channel’s access ends soon"),
                body: Some(match days {
                    ..=0 => "It ends today. Connect it again, so that publishing goes on.".to_owned(),
                    1 => "It ends tomorrow. Connect it again, so that publishing goes on.".to_owned(),
                    days => format!("It ends in {days} days. Connect it again, so that publishing goes on."),
                }),
            },
            NoticeKind::ChannelRenewalDelayed => Words {
                title: named("Access not renewed yet: ", "A channel’s access could not be renewed yet"),
                body: why,
            },
            NoticeKind::ChannelNotRevoked => Words {
                title: named("End its access by hand: ", "A channel’s access has to be ended by hand"),
                body: why,
            },
            NoticeKind::MonthOpened => Words {
                title: format!("{} begins", self.text("month").unwrap_or("A month")),
                body: match self.data.get("deliverables").and_then(Value::as_i64) {
                    Some(1) => Some("The work on one deliverable is open.".to_owned()),
                    Some(n) => Some(format!("The work on {n} deliverables is open.")),
                    None => None,
                },
            },
            NoticeKind::DeliverableAtRisk => Words {
                title: format!(
                    "Behind: {}, {}",
                    name.unwrap_or("a deliverable"),
                    self.text("month").unwrap_or("this month")
                ),
                body: match (self.data.get("completed"), self.data.get("target")) {
                    (Some(done), Some(target)) => Some(format!("{done} of {target} are done.")),
                    _ => None,
                },
            },
            NoticeKind::MonthMissed => Words {
                title: format!(
                    "Missed: {}, {}",
                    name.unwrap_or("a deliverable"),
                    self.text("month").unwrap_or("a month")
                ),
                body: Some("The month was over before its work could begin.".to_owned()),
            },
            NoticeKind::Invitation => Words { title: "You are invited".to_owned(), body: None },
            NoticeKind::PasswordReset => Words { title: "Choose a new password".to_owned(), body: None },
            NoticeKind::EmailChange => Words { title: "Confirm your new address".to_owned(), body: None },
            NoticeKind::DeadLetter => Words {
                title: match self.times {
                    ..=1 => "A job failed for good".to_owned(),
                    times => format!("{times} jobs failed for good"),
                },
                body: match (name, why) {
                    (Some(name), Some(why)) => Some(format!("{name}: {why}")),
                    (name, why) => why.or_else(|| name.map(str::to_owned)),
                },
            },
            NoticeKind::ProcessSilent => Words {
                title: named("Stopped answering: ", "A process stopped answering"),
                body: Some("It did not end well. What it was at is taken up by another process.".to_owned()),
            },
            NoticeKind::MailUndelivered => Words {
                title: match self.times {
                    ..=1 => "A mail could not be delivered".to_owned(),
                    times => format!("{times} mails could not be delivered"),
                },
                body: why,
            },
        }
    }
}
