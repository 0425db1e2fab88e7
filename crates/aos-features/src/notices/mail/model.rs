//! Mails and the server as they are kept. Pure.

use aos_capabilities::mail::MailSecurity;
use aos_kernel::{CredentialId, MailId, NewJob, Timestamp, UserId, text_enum};
use serde::Serialize;
use serde_json::{Value, json};

text_enum! {
    /// What became of a mail.
    pub enum MailState {
        /// Its time has not come, or it is tried again.
        Waiting = "waiting",
        /// An attempt is under way; or its process was killed in it.
        Sending = "sending",
        /// The server took it.
        Sent = "sent",
        /// It was handed over, but the server never said whether it keeps it.
        Unconfirmed = "unconfirmed",
        /// The server refuses it, or could not be reached for long.
        Failed = "failed",
        /// Not needed any more: it was read in the portal, or nobody is there to read it.
        Skipped = "skipped",
    }
}

/// The agency's server as it is kept.
#[derive(Clone, Debug)]
pub struct StoredServer {
    pub host: String,
    pub port: i64,
    pub security: MailSecurity,
    pub login: Option<String>,
    pub credential_id: Option<CredentialId>,
    pub sender_name: String,
    pub sender_address: String,
    pub updated_at: Timestamp,
}

/// A mail that somebody should get.
#[derive(Clone, Debug)]
pub struct NewMail {
    pub id: MailId,
    pub key: String,
    pub user: Option<UserId>,
    pub address: String,
    pub name: String,
    /// A kind of notice, `digest` or `test`.
    pub kind: String,
    pub cause: Option<String>,
    pub data: Value,
    pub due_at: Timestamp,
}

impl NewMail {
    /// The job that sends it.
    pub fn job(&self) -> NewJob {
        job(self.id, self.due_at, 1)
    }
}

/// The job that sends a mail; `round` tells a person's wish to send it again from the first time.
pub(super) fn job(id: MailId, at: Timestamp, round: i64) -> NewJob {
    // About half a day of growing pauses: servers that do not know a sender yet answer "later" for hours.
    NewJob::new(super::SEND, None, "mail", json!({ "mail": id }))
        .keyed(format!("mail:{id}:{round}"))
        .at(at)
        .attempts(20)
}

/// A mail as it stands.
#[derive(Clone, Debug, Serialize)]
pub struct MailRow {
    pub id: MailId,
    #[serde(skip)]
    pub key: String,
    pub user_id: Option<UserId>,
    pub address: String,
    pub name: String,
    pub kind: String,
    #[serde(skip)]
    pub data: Value,
    pub state: MailState,
    pub attempts: i64,
    pub answer: Option<String>,
    pub problem: Option<String>,
    pub help: Option<String>,
    pub created_at: Timestamp,
    pub due_at: Timestamp,
    pub settled_at: Option<Timestamp>,
}
