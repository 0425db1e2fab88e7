//! Manage → Users.

use askama::Template;
use serde::Deserialize;

use super::SessionRow;
use crate::{
    forms::FieldErrors,
    layout::Shell,
    ui::{Choices, Moment, Timeline, filters},
};

/// `GET /manage/users`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "people/users.html")]
pub struct UsersPage {
    pub shell: Shell,
    pub users: Vec<UserRow>,
    /// Open invitations; empty when the filters leave them out.
    pub invitations: Vec<InvitationRow>,
    /// The filters, from the URL.
    pub query: String,
    pub states: Choices,
    pub roles: Choices,
    pub clients: Choices,
    pub filtered: bool,
    /// Address of the next page.
    pub more: Option<String>,
    /// The form of the dialog that is open: `invite` or `add`; empty: none.
    pub open: &'static str,
    pub invite: InviteForm,
    pub add: UserForm,
    pub errors: FieldErrors,
    /// The roles of the agency's staff, to be ticked.
    pub staff_roles: Vec<RoleChoice>,
    /// All roles, for somebody who is added with a password.
    pub all_roles: Vec<RoleChoice>,
    /// Every client, to be chosen.
    pub member_clients: Choices,
    /// Otherwise a link is all that can be offered.
    pub sends_mail: bool,
    /// Shown once, right after it was made.
    pub one_time: Option<OneTime>,
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
    pub two_factor: bool,
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

/// Somebody who was invited and has not joined yet.
#[derive(Clone, Debug, Default)]
pub struct InvitationRow {
    pub id: String,
    pub email: String,
    pub roles: Vec<RoleTag>,
    pub inviter: Option<String>,
    pub sent: Moment,
    pub expires: Moment,
    /// `invited` or `expired`.
    pub state: String,
}

/// Somebody to be added with a one-time password.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct UserForm {
    pub name: String,
    pub email: String,
    pub role: String,
    /// Tenant id for a client role.
    pub client: String,
}

/// Somebody to be invited.
#[derive(Clone, Debug, Default)]
pub struct InviteForm {
    pub email: String,
    /// The ticked roles of the agency.
    pub roles: Vec<String>,
    /// Tenant ids.
    pub client: String,
    /// `member` or `admin` of that client.
    pub client_role: String,
}

impl InviteForm {
    pub(crate) fn has(&self, role: &str) -> bool {
        self.roles.iter().any(|own| own == role)
    }
}

/// A secret that stands on this one page and nowhere else.
#[derive(Clone, Debug, Default)]
pub struct OneTime {
    /// "One-time password for sam@agency.example".
    pub title: String,
    pub hint: String,
    pub secret: String,
}

/// `GET /manage/users/{user}`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "people/user.html")]
pub struct UserPage {
    pub shell: Shell,
    pub user: UserRow,
    pub since: Moment,
    /// The name and the address as they are being changed.
    pub name: String,
    pub email: String,
    pub errors: FieldErrors,
    pub role_choices: Vec<RoleChoice>,
    pub clients: Choices,
    /// Has a password of their own, rather than a provider's account alone.
    pub has_password: bool,
    /// Signs in through the provider too: its name.
    pub linked: Option<String>,
    /// Set while they hold a one-time password: until when it lets them in.
    pub one_time_until: Option<Moment>,
    pub sessions: Vec<SessionRow>,
    pub tokens: Vec<UserTokenRow>,
    pub acts: Timeline,
    /// All they did.
    pub audit_href: String,
    pub sends_mail: bool,
    pub one_time: Option<OneTime>,
}

#[derive(Clone, Debug, Default)]
pub struct UserTokenRow {
    pub id: String,
    pub name: String,
    pub prefix: String,
    pub reads_only: bool,
    pub last_used: Option<Moment>,
    pub expires: Option<Moment>,
}
