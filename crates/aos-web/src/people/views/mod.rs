//! What the pages about people show: coming in, one's own account, users, the agency's settings, API tokens, audit.

mod account;
mod entry;
mod of_client;
mod settings;
mod users;

pub use account::{AccountPage, SessionRow, TwoFactorPage, TwoFactorStep};
pub use entry::{
    CodePage, ConfirmEmailPage, DoorPage, FirstRunForm, FirstRunPage, ForgotPage, JoinPage, PasswordPage, ResetPage,
    SignInForm, SignInPage,
};
pub use of_client::{ClientInvitationRow, ClientInviteForm, PeoplePart, PersonRow};
pub use settings::{ProviderForm, ProviderView, SettingsPage, SignInSettingsPage};
pub use users::{
    InvitationRow, InviteForm, OneTime, RoleChoice, RoleTag, UserForm, UserPage, UserRow, UserTokenRow, UsersPage,
};

use askama::Template;
use serde::Deserialize;

use crate::{
    forms::FieldErrors,
    layout::Shell,
    ui::{Choice, Choices, Moment, filters},
};

/// `GET /portal/tokens`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "people/tokens.html")]
pub struct TokensPage {
    pub shell: Shell,
    pub tokens: Vec<TokenRow>,
    pub form: TokenForm,
    pub errors: FieldErrors,
    /// The secret, shown once.
    pub created: Option<String>,
    /// An address that a program can try its token on.
    pub example: String,
}

#[derive(Clone, Debug, Default)]
pub struct TokenRow {
    pub id: String,
    pub name: String,
    /// The first characters, to recognise it.
    pub prefix: String,
    /// Changes nothing.
    pub reads_only: bool,
    pub created: Moment,
    pub last_used: Option<Moment>,
    pub expires: Option<Moment>,
    /// `active` or `expired`.
    pub state: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TokenForm {
    pub name: String,
    /// `read` or `write`.
    pub access: String,
    /// Days until it expires; empty: never.
    pub expires_days: String,
}

/// `GET /manage/audit`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "people/audit.html")]
pub struct AuditPage {
    pub shell: Shell,
    pub entries: Vec<AuditRow>,
    /// Search text, from the URL.
    pub query: String,
    /// One person's acts only: their id and name.
    pub person: Option<(String, String)>,
    /// Kinds of entries to filter by; the selected one from the URL.
    pub kinds: Choices,
    pub clients: Choices,
    /// Calendar days, `2026-11-20`.
    pub from: String,
    pub to: String,
    pub filtered: bool,
    /// Address of the next page.
    pub older: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct AuditRow {
    pub at: Moment,
    pub who: String,
    pub agent: bool,
    /// `content.post_published` and the like.
    pub kind: String,
    pub what: String,
    /// The person that it was about, when somebody else did it.
    pub about: Option<String>,
    pub href: Option<String>,
    pub client: Option<String>,
    /// From where, or why.
    pub why: Option<String>,
}

impl TokensPage {
    /// What a token may do.
    pub(crate) fn accesses(&self) -> Choices {
        let all = vec![Choice::new("write", "Read and change"), Choice::new("read", "Read only")];
        Choices::new(all, self.form.access.clone())
    }
    /// How long a token may live.
    pub(crate) fn lifetimes(&self) -> Choices {
        Choices::new(
            vec![
                Choice::new("30", "30 days"),
                Choice::new("90", "90 days"),
                Choice::new("365", "One year"),
                Choice::new("", "Does not expire"),
            ],
            self.form.expires_days.clone(),
        )
    }
}
