//! The secrets, without their values.

use askama::Template;

use crate::{
    channels::views::ScopeLine,
    forms::FieldErrors,
    layout::Shell,
    search::ClientFilter,
    ui::{Choices, Moment, filters},
};

/// `GET /manage/credentials`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "credentials/credentials.html")]
pub struct CredentialsPage {
    pub shell: Shell,
    pub credentials: Vec<CredentialRow>,
    /// All of them, whatever the filters show.
    pub total: u64,
    pub keys: Vec<KeyRow>,
    /// Wrapped under a key from before.
    pub older: u64,
    /// Wrapped under a key that is not here.
    pub missing: u64,
    /// The master keys stand in a file, so a command changes them.
    pub in_file: bool,
    /// The mail server's password stands in the settings file, so it is not in the list.
    pub mail_elsewhere: bool,
    pub kinds: Choices,
    pub clients: ClientFilter,
    pub key_states: Choices,
    pub filtered: bool,
    pub more: Option<String>,
}

/// A master key and what it wraps.
#[derive(Clone, Debug, Default)]
pub struct KeyRow {
    pub name: String,
    /// `current`, `older_key`, `missing_key`.
    pub state: String,
    pub wraps: u64,
}

#[derive(Clone, Debug, Default)]
pub struct CredentialRow {
    /// "Application password".
    pub kind: String,
    pub icon: &'static str,
    /// Where it is used, and where it is replaced.
    pub used: String,
    pub href: Option<String>,
    /// What the place it is used at says of it, when that is not as it should be: `expired`, `disconnected`.
    pub trouble: Option<String>,
    /// The client whose it is, with where that is; none for the agency's own.
    pub client: Option<(String, String)>,
    /// The person whose it is.
    pub person: bool,
    /// None where it was not noted.
    pub by: Option<String>,
    pub at: Moment,
    pub key: String,
    pub key_state: String,
    pub worked: Option<Moment>,
}

/// `GET /manage/credentials/applications`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "credentials/apps.html")]
pub struct AppsPage {
    pub shell: Shell,
    /// Where the platforms send people back to: registered there, character for character.
    pub redirect: String,
    /// Applications that nobody entered yet.
    pub missing: usize,
    pub apps: Vec<AppRow>,
}

/// The agency's application at a platform.
#[derive(Clone, Debug, Default)]
pub struct AppRow {
    pub id: String,
    pub name: String,
    pub registered_at: String,
    pub scopes: Vec<ScopeLine>,
    pub client_id: String,
    pub known: bool,
    /// Known without anybody entering it.
    pub simulated: bool,
    pub tested: Option<Moment>,
    pub problem: Option<String>,
    pub by: Option<String>,
    pub at: Option<Moment>,
    pub version: Option<VersionLine>,
    /// Its form is open.
    pub open: bool,
    pub errors: FieldErrors,
}

/// The version of a vendor's interface that is spoken.
#[derive(Clone, Debug, Default)]
pub struct VersionLine {
    pub name: String,
    /// The day on which the vendor stops answering it.
    pub sunset: Option<String>,
    /// `bad`, `warning` or nothing.
    pub tone: &'static str,
    /// What to set.
    pub setting: String,
}
