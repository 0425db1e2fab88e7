//! A client's own people, as they and the agency see them.

use super::OneTime;
use crate::{forms::FieldErrors, ui::Moment};

/// Who signs in for a client and who is invited: include `people/of_client.html` with this as `people`.
#[derive(Clone, Debug, Default)]
pub struct PeoplePart {
    /// Where its forms go: the settings' own address.
    pub action: String,
    /// The agency looks at it, in its own words.
    pub portal: bool,
    pub can_manage: bool,
    /// Otherwise a link is all that can be offered.
    pub sends_mail: bool,
    pub rows: Vec<PersonRow>,
    pub invitations: Vec<ClientInvitationRow>,
    /// The form is open, as it was refused.
    pub open: bool,
    pub invite: ClientInviteForm,
    pub errors: FieldErrors,
    pub one_time: Option<OneTime>,
}

#[derive(Clone, Debug, Default)]
pub struct PersonRow {
    pub id: String,
    pub name: String,
    pub email: String,
    /// In words: "Administrator", "Member".
    pub role: &'static str,
    pub administers: bool,
    pub active: bool,
    pub last_seen: Option<Moment>,
    pub is_you: bool,
    pub can_change: bool,
    /// Nobody else of the client administers it.
    pub is_last: bool,
}

/// Somebody who was invited and has not joined yet.
#[derive(Clone, Debug, Default)]
pub struct ClientInvitationRow {
    pub id: String,
    pub email: String,
    pub role: &'static str,
    /// `invited` or `expired`.
    pub state: String,
    pub inviter: Option<String>,
    pub sent: Moment,
    pub expires: Moment,
    /// Otherwise it gives something elsewhere too, and is the agency's to change.
    pub can_change: bool,
}

#[derive(Clone, Debug, Default)]
pub struct ClientInviteForm {
    pub email: String,
    /// `member` or `admin`.
    pub role: String,
}
