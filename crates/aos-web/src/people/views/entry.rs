//! Coming in: signing in and its second step, the first run, invitations, passwords that were forgotten.

use askama::Template;
use serde::Deserialize;

use crate::{
    forms::FieldErrors,
    layout::Shell,
    ui::{Choices, filters},
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
    /// The name of the provider on its button, and where the button leads.
    pub provider: Option<(String, String)>,
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

/// `GET/POST /sign-in/code`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "people/code.html")]
pub struct CodePage {
    pub shell: Shell,
    pub errors: FieldErrors,
    /// A path of ours.
    pub next: String,
}

/// `GET/POST /forgot`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "people/forgot.html")]
pub struct ForgotPage {
    pub shell: Shell,
    pub errors: FieldErrors,
    pub email: String,
    /// It was asked for: the same words whether there is such an account or not.
    pub sent: bool,
    /// Otherwise nobody is promised a mail.
    pub sends_mail: bool,
}

/// `GET/POST /reset/{token}`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "people/reset.html")]
pub struct ResetPage {
    pub shell: Shell,
    pub errors: FieldErrors,
    pub email: String,
    /// The shortest password that is taken.
    pub password_length: usize,
}

/// `GET/POST /join/{token}`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "people/join.html")]
pub struct JoinPage {
    pub shell: Shell,
    pub errors: FieldErrors,
    /// The address of this page, for its form and for coming back to it.
    pub href: String,
    /// Who invites; none: the agency.
    pub inviter: Option<String>,
    pub email: String,
    /// What they are invited to, each with what it means.
    pub roles: Vec<(String, String)>,
    pub name: String,
    /// The address has an account already: its person only accepts.
    pub has_account: bool,
    /// Signed in with that account.
    pub is_you: bool,
    /// Signed in, but as somebody else: their address.
    pub somebody_else: Option<String>,
    pub provider: Option<(String, String)>,
    pub password_length: usize,
}

/// `GET/POST /account/email/{token}`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "people/confirm_email.html")]
pub struct ConfirmEmailPage {
    pub shell: Shell,
    pub errors: FieldErrors,
    pub href: String,
    pub name: String,
    pub before: String,
    pub email: String,
}

/// A link that leads nowhere any more, and where to go instead.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "people/door.html")]
pub struct DoorPage {
    pub shell: Shell,
    pub icon: &'static str,
    pub what: String,
    pub help: Option<String>,
    /// Label and address, the first is the main one.
    pub actions: Vec<(&'static str, String)>,
}
