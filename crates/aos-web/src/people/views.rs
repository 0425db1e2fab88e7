//! Sign-in, first run, users, API tokens, audit.

use askama::Template;
use serde::Deserialize;

use crate::{
    forms::FieldErrors,
    layout::Shell,
    ui::{Choice, Choices, Moment, filters},
};

/// `GET/POST /sign-in`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "people/sign_in.html")]
pub struct SignInPage {
    pub shell: Shell,
    pub form: SignInForm,
    pub errors: FieldErrors,
    /// Why the person is here: "You were signed out after a long pause."
    pub notice: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct SignInForm {
    #[serde(default)]
    pub email: String,
    /// A path of ours; see [`crate::forms::safe_next`].
    #[serde(default)]
    pub next: String,
}

/// `GET/POST /first-run`: only while the installation has no agency.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "people/first_run.html")]
pub struct FirstRunPage {
    pub shell: Shell,
    pub form: FirstRunForm,
    pub errors: FieldErrors,
    /// The zones to choose from, with the one of the form selected.
    pub zones: Choices,
    /// The shortest password that is taken.
    pub password_length: usize,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct FirstRunForm {
    pub agency: String,
    pub time_zone: String,
    pub name: String,
    pub email: String,
}

/// `GET/POST /password`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "people/password.html")]
pub struct PasswordPage {
    pub shell: Shell,
    pub errors: FieldErrors,
    /// The shortest password that is taken.
    pub password_length: usize,
}

/// `GET /manage/users`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "people/users.html")]
pub struct UsersPage {
    pub shell: Shell,
    pub users: Vec<UserRow>,
    /// Roles of the agency and of a client, in one list.
    pub roles: Vec<RoleChoice>,
    pub clients: Choices,
    pub form: UserForm,
    pub errors: FieldErrors,
    /// Shown once, right after a person was added or a password was reset.
    pub one_time: Option<OneTimePassword>,
    /// Address of the next page.
    pub more: Option<String>,
}

/// A role and what it may do, in one sentence.
#[derive(Clone, Debug, Default)]
pub struct RoleChoice {
    pub value: String,
    pub label: String,
    pub hint: String,
    /// Concerns one client, so a client is chosen too.
    pub of_client: bool,
}

#[derive(Clone, Debug, Default)]
pub struct UserRow {
    pub id: String,
    pub name: String,
    pub email: String,
    pub roles: Vec<RoleTag>,
    /// `active` or `disabled`.
    pub state: String,
    pub last_seen: Option<Moment>,
    /// The signed-in person: can't disable themselves.
    pub is_you: bool,
}

/// A role that somebody has.
#[derive(Clone, Debug, Default)]
pub struct RoleTag {
    /// "Administrator", "Member of Harbour Dental".
    pub words: String,
    pub role: String,
    /// Tenant id for a client role.
    pub client: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct UserForm {
    pub name: String,
    pub email: String,
    pub role: String,
    /// Tenant id for a client role.
    pub client: String,
}

#[derive(Clone, Debug, Default)]
pub struct OneTimePassword {
    pub email: String,
    pub password: String,
}

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
    /// Kinds of entries to filter by; the selected one from the URL.
    pub kinds: Choices,
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
    pub href: Option<String>,
    pub client: Option<String>,
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
