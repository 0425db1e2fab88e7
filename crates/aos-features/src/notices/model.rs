//! Notifications and their words. Pure.

use aos_kernel::{NotificationId, TenantId, Timestamp, text_enum};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

text_enum! {
    /// Why somebody is told.
    pub enum NoticeKind {
        /// Something waits for a decision by their role.
        ApprovalRequested = "approval_requested",
        /// A task waits for their role.
        TaskAssigned = "task_assigned",
        /// An activity failed for good; also when a budget is used up.
        ActivityFailed = "activity_failed",
        /// A crawl could not read the whole website.
        CrawlIncomplete = "crawl_incomplete",
        /// A platform no longer takes the channel's credentials.
        ChannelExpired = "channel_expired",
        /// A month passed without its work.
        MonthMissed = "month_missed",
    }
}

/// Something that a person is told.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Notification {
    pub id: NotificationId,
    pub tenant_id: TenantId,
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

    /// The words in English.
    pub fn words(&self) -> Words {
        let name = self.text("name");
        let why = self.text("why").map(str::to_owned);
        match self.kind {
            NoticeKind::ApprovalRequested => {
                let title = self.text("title").unwrap_or("Something");
                let title = match self.times {
                    1 => format!("Waiting for your decision: {title}"),
                    2 => format!("Waiting for your decision: {title} and one more"),
                    times => format!("Waiting for your decision: {title} and {} more", times - 1),
                };
                Words { title, body: None }
            }
            NoticeKind::TaskAssigned => Words {
                title: name.map_or_else(|| "A task waits for you".to_owned(), |name| format!("To do: {name}")),
                body: why,
            },
            NoticeKind::ActivityFailed => {
                let title = name.map_or_else(|| "An activity failed".to_owned(), |name| format!("Failed: {name}"));
                Words { title, body: why }
            }
            NoticeKind::CrawlIncomplete => Words { title: "The website was not read completely".to_owned(), body: why },
            NoticeKind::ChannelExpired => Words { title: "A channel has to be connected again".to_owned(), body: why },
            NoticeKind::MonthMissed => Words {
                title: format!(
                    "Missed: {}, {}",
                    name.unwrap_or("a deliverable"),
                    self.text("month").unwrap_or("a month")
                ),
                body: Some("The month was over before its work could begin.".to_owned()),
            },
        }
    }
}
