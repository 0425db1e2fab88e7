//! Sending one mail to one person, once.

use std::fmt;

use aos_kernel::{ErrorKind, Retry, Secret, Timestamp, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How the way to the mail server is protected.
    pub enum MailSecurity {
        /// Encrypted from the first byte, usually port 465.
        Tls = "tls",
        /// Encrypted before anything is said that matters, usually port 587. A server that can't is not used.
        StartTls = "starttls",
        /// In clear: for a server on this machine or in its own network.
        None = "none",
    }
}

/// Whom we speak to, and as whom. Made for one operation, never stored, never logged.
#[derive(Clone, Debug)]
pub struct MailServer {
    /// Name or address.
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    pub login: Option<MailLogin>,
    pub sender: Mailbox,
}

#[derive(Clone, Debug)]
pub struct MailLogin {
    pub user: String,
    pub password: Secret,
}

/// A name and an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// As people read it; may be empty.
    pub name: String,
    pub address: String,
}

/// A mail to one person.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Without angle brackets: `<key>@<domain>`. The same for every attempt, so that a receiver can know it again.
    pub message_id: String,
    pub date: Timestamp,
    pub to: Mailbox,
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// The server took the mail and is answerable for it from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailAccepted {
    /// The server's own words, which often name its queue: `2.0.0 Ok: queued as 4XyZ`.
    pub answer: String,
}

/// Why a mail was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailErrorKind {
    /// The settings can't be right: an address that is none, a host that may not be reached.
    Settings,
    /// No connection, or it broke before the mail was handed over.
    Unavailable,
    /// The connection can't be encrypted as the settings demand.
    Insecure,
    /// User or password are refused.
    Auth,
    /// The server does not take mail from this sender.
    Sender,
    /// The server does not take mail for this person.
    Recipient,
    /// The server does not take this mail.
    Refused,
    /// The server does not take it now: full, slow, greylisting. A 4yz answer.
    Busy,
    /// The connection broke after the mail was handed over and before the server said what becomes of it.
    Unanswered,
}

/// A mail that was not taken, or of which we can't know.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MailError {
    pub kind: MailErrorKind,
    pub retry: Retry,
    /// The server may have taken it all the same. Nobody can be asked, so it is never repeated without a person.
    pub outcome_unknown: bool,
    /// The SMTP code, where the server answered: 550.
    pub code: Option<u16>,
    /// What happened, for a person. No secret.
    pub message: String,
    /// What a person should do.
    pub help: Option<String>,
}

impl MailError {
    pub fn new(kind: MailErrorKind, message: impl Into<String>) -> Self {
        let retry = match kind {
            MailErrorKind::Unavailable | MailErrorKind::Busy => Retry::Backoff,
            _ => Retry::Never,
        };
        let outcome_unknown = kind == MailErrorKind::Unanswered;
        Self { kind, retry, outcome_unknown, code: None, message: message.into(), help: None }
    }
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
    #[must_use]
    pub fn with_code(mut self, code: u16) -> Self {
        self.code = Some(code);
        self
    }
}

impl fmt::Display for MailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
impl std::error::Error for MailError {}

impl From<MailError> for aos_kernel::Error {
    fn from(error: MailError) -> Self {
        let (kind, code) = match error.kind {
            MailErrorKind::Settings => (ErrorKind::Outside, "mail_settings"),
            MailErrorKind::Unavailable => (ErrorKind::Unavailable, "mail_unavailable"),
            MailErrorKind::Insecure => (ErrorKind::Outside, "mail_insecure"),
            MailErrorKind::Auth => (ErrorKind::Outside, "mail_auth"),
            MailErrorKind::Sender => (ErrorKind::Outside, "mail_sender_refused"),
            MailErrorKind::Recipient => (ErrorKind::Outside, "mail_recipient_refused"),
            MailErrorKind::Refused => (ErrorKind::Outside, "mail_refused"),
            MailErrorKind::Busy => (ErrorKind::Unavailable, "mail_busy"),
            MailErrorKind::Unanswered => (ErrorKind::Outside, "mail_unanswered"),
        };
        let mut public = Self::new(kind, code, error.message).with_retry(error.retry);
        if let Some(help) = error.help {
            public = public.with_help(help);
        }
        public
    }
}

/// A client of mail servers. Stateless: the server comes with each call.
#[async_trait::async_trait]
pub trait Mailer: Send + Sync {
    /// Makes one attempt. The caller has recorded its intent before.
    ///
    /// # Errors
    /// With `outcome_unknown` when the server may have taken the mail all the same.
    async fn send(&self, server: &MailServer, mail: &Mail) -> Result<MailAccepted, MailError>;
}
