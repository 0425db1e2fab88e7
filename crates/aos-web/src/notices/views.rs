//! Notifications, choices and mail.

use askama::Template;
use serde::Deserialize;

use crate::{
    forms::FieldErrors,
    layout::Shell,
    ui::{Choices, Moment, filters},
};

/// `GET /manage/mail`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "notices/mail.html")]
pub struct MailPage {
    pub shell: Shell,
    pub is_set: bool,
    /// The settings file names the server, so the page can't change it.
    pub from_file: bool,
    pub form: MailForm,
    pub securities: Choices,
    /// Whom a test mail goes to.
    pub own_address: String,
    pub patience: PatienceForm,
    pub errors: FieldErrors,
    /// Only what did not arrive is shown.
    pub trouble: bool,
    pub mails: Vec<MailLine>,
    pub more: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct MailForm {
    pub host: String,
    pub port: String,
    pub security: String,
    pub login: String,
    pub has_password: bool,
    pub sender_name: String,
    pub sender_address: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PatienceForm {
    pub remind_days: String,
    pub escalate_days: String,
}

#[derive(Clone, Debug, Default)]
pub struct MailLine {
    pub id: String,
    pub to: String,
    /// What it is about, in words.
    pub kind: String,
    /// `waiting`, `retrying`, `sending`, `sent`, `unconfirmed`, `failed`, `skipped`.
    pub state: String,
    /// The server's words, or what went wrong.
    pub says: Option<String>,
    pub help: Option<String>,
    pub attempts: u64,
    pub at: Moment,
    pub can_repeat: bool,
}

/// `GET /notifications`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "notices/list.html")]
pub struct NoticesPage {
    pub shell: Shell,
    /// What announces a change of this list.
    pub topic: String,
    pub unread_only: bool,
    pub unread: u64,
    pub lines: Vec<NoticeLine>,
    pub more: Option<String>,
}

impl NoticesPage {
    pub(crate) fn why_empty(&self) -> &'static str {
        if self.shell.client.is_some() {
            "When your agency has something for you to look at, or needs you, it stands here."
        } else {
            "When something waits for you, fails or falls behind, it stands here."
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct NoticeLine {
    pub id: String,
    /// Reads it and leads to what it is about.
    pub href: String,
    pub title: String,
    pub body: Option<String>,
    pub client: Option<String>,
    pub at: Moment,
    pub unread: bool,
}

/// `GET /account/notifications`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "notices/choices.html")]
pub struct ChoicesPage {
    pub shell: Shell,
    /// Where mail goes to.
    pub address: String,
    /// The agency has a mail server.
    pub has_mail: bool,
    pub groups: Vec<ChoiceGroup>,
    pub zones: Choices,
    pub hours: HoursForm,
    pub errors: FieldErrors,
}

#[derive(Clone, Debug, Default)]
pub struct ChoiceGroup {
    pub title: String,
    pub rows: Vec<ChoiceRow>,
}

#[derive(Clone, Debug, Default)]
pub struct ChoiceRow {
    pub kind: String,
    pub label: String,
    pub in_app: bool,
    pub mail: Choices,
}

#[derive(Clone, Debug, Default)]
pub struct HoursForm {
    pub zone: String,
    pub quiet_from: String,
    pub quiet_until: String,
    pub digest: String,
}
