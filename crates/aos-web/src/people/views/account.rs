//! One's own account.

use askama::Template;

use crate::{
    forms::FieldErrors,
    layout::Shell,
    ui::{Moment, filters},
};

/// `GET /account`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "people/account.html")]
pub struct AccountPage {
    pub shell: Shell,
    pub name: String,
    pub email: String,
    /// As typed, when it could not be taken.
    pub new_email: String,
    /// An address that waits to be confirmed.
    pub waiting_email: Option<String>,
    pub errors: FieldErrors,
    pub has_password: bool,
    /// Otherwise no link can be sent to another address.
    pub sends_mail: bool,
    /// The provider's name, for somebody who signs in through it.
    pub linked: Option<String>,
    pub two_factor: bool,
    /// The agency asks for it.
    pub two_factor_required: bool,
    /// Codes that were not used; few of them are worth a warning.
    pub recovery_codes: i64,
    pub roles: Vec<String>,
    pub sessions: Vec<SessionRow>,
    pub password_length: usize,
}

/// A place where somebody is signed in.
#[derive(Clone, Debug, Default)]
pub struct SessionRow {
    pub id: String,
    /// "Firefox on Linux".
    pub device: String,
    /// The address where it was used last.
    pub place: Option<String>,
    pub since: Moment,
    pub last_used: Moment,
    /// The session that shows this page.
    pub is_this: bool,
}

/// Where somebody stands with their second factor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TwoFactorStep {
    #[default]
    Off,
    /// The picture and the secret for the app.
    Scan {
        /// A `data:` address of an SVG image.
        picture: String,
        /// In groups of four.
        secret: String,
    },
    On {
        since: Moment,
        recovery_codes: i64,
    },
}

/// `GET /account/two-factor`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "people/two_factor.html")]
pub struct TwoFactorPage {
    pub shell: Shell,
    pub step: TwoFactorStep,
    pub errors: FieldErrors,
    /// The form that `errors` belong to: `confirm`, `codes` or `off`.
    pub form: &'static str,
    /// The agency asks for it, so it can't be turned off.
    pub required: bool,
    /// They see nothing else until it is set up.
    pub forced: bool,
    /// Recovery codes, shown once.
    pub codes: Vec<String>,
}

impl TwoFactorPage {
    /// The words beside the code of one of the forms.
    pub(crate) fn wrong(&self, form: &str) -> Option<&str> {
        if self.form == form { self.errors.of_field("code").or_else(|| self.errors.general()) } else { None }
    }
}
