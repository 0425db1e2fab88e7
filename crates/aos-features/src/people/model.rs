//! Users, roles and the one table of who may do what. Pure.

use std::fmt;

use aos_kernel::{
    AgencyId, ApiTokenId, Error, MembershipId, Result, SessionId, TenantId, Timestamp, UserId, text_enum,
};
use serde::{Deserialize, Deserializer, Serialize};

/// The company that runs this installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Agency {
    pub id: AgencyId,
    pub name: String,
    /// IANA name, e.g. `Europe/Berlin`.
    pub zone: String,
    pub created_at: Timestamp,
}

text_enum! {
    /// What somebody is: four roles of the agency's staff, which count for every client, and two of a client's own
    /// people, which count for that client.
    pub enum Role {
        Administrator = "administrator",
        Consultant = "consultant",
        Reviewer = "reviewer",
        Approver = "approver",
        /// Speaks for the client: connects channels, decides where the client has a say.
        TenantAdmin = "admin",
        TenantMember = "member",
    }
}

text_enum! {
    /// Something that a person may or may not do. Commands are guarded by these, never by a role.
    pub enum Permission {
        /// See a client and everything that belongs to it.
        SeeClient = "see_client",
        /// Register clients, change who they are, archive them.
        ManageClients = "manage_clients",
        /// Change a client's policies, publishing defaults and budgets.
        ConfigureClient = "configure_client",
        /// Fill in the onboarding, bring documents, edit the context file.
        EditContext = "edit_context",
        /// Connect, test and disconnect channels.
        ConnectChannels = "connect_channels",
        /// Raise a request.
        RaiseRequests = "raise_requests",
        /// Edit requests and content.
        EditContent = "edit_content",
        /// Edit strategies, goals and deliverables.
        Plan = "plan",
        /// Decide on an approval; which ones, [`super::Principal::fills`] says.
        Decide = "decide",
        /// Start, retry and cancel work.
        OperateWork = "operate_work",
        /// See what agents cost.
        SeeCosts = "see_costs",
        /// Add and deactivate people of one client.
        ManageClientPeople = "manage_client_people",
        /// Add and deactivate staff, give roles.
        ManageUsers = "manage_users",
        /// Edit pipeline templates, agents, skills, models.
        ManageAgents = "manage_agents",
        /// Queues, health, credentials of the agency.
        OperateSystem = "operate_system",
        /// Read the audit log.
        SeeAudit = "see_audit",
    }
}

impl Permission {
    /// Whether it changes nothing, so that a token that may only read has it.
    pub const fn only_reads(self) -> bool {
        matches!(self, Self::SeeClient | Self::SeeCosts | Self::SeeAudit)
    }
}

impl Role {
    /// Counts for every client rather than for one.
    pub const fn is_agency_wide(self) -> bool {
        matches!(self, Self::Administrator | Self::Consultant | Self::Reviewer | Self::Approver)
    }

    /// The table of rights.
    pub const fn may(self, permission: Permission) -> bool {
        use Permission as P;
        match self {
            Self::Administrator => true,
            Self::Consultant => matches!(
                permission,
                P::SeeClient
                    | P::ManageClients
                    | P::ConfigureClient
                    | P::EditContext
                    | P::ConnectChannels
                    | P::RaiseRequests
                    | P::EditContent
                    | P::Plan
                    | P::Decide
                    | P::OperateWork
                    | P::SeeCosts
                    | P::ManageClientPeople
            ),
            Self::Approver => matches!(
                permission,
                P::SeeClient | P::RaiseRequests | P::EditContent | P::Plan | P::Decide | P::OperateWork | P::SeeCosts
            ),
            Self::Reviewer => {
                matches!(permission, P::SeeClient | P::RaiseRequests | P::EditContent | P::Decide | P::OperateWork)
            }
            Self::TenantAdmin => matches!(
                permission,
                P::SeeClient
                    | P::EditContext
                    | P::ConnectChannels
                    | P::RaiseRequests
                    | P::EditContent
                    | P::Decide
                    | P::ManageClientPeople
            ),
            Self::TenantMember => matches!(permission, P::SeeClient | P::RaiseRequests),
        }
    }

    /// Whether somebody of this role does what a template's step asks of the human role `wanted`: an approver can also
    /// review, and a consultant reviews for a colleague who is away. The client's own steps are the client's.
    pub const fn fills(self, wanted: Self) -> bool {
        match wanted {
            Self::Administrator => matches!(self, Self::Administrator),
            Self::Consultant => matches!(self, Self::Administrator | Self::Consultant),
            Self::Reviewer => {
                matches!(self, Self::Administrator | Self::Consultant | Self::Approver | Self::Reviewer)
            }
            Self::Approver => matches!(self, Self::Administrator | Self::Approver),
            Self::TenantAdmin => matches!(self, Self::Administrator | Self::TenantAdmin),
            Self::TenantMember => matches!(self, Self::Administrator | Self::TenantAdmin | Self::TenantMember),
        }
    }
}

/// A role and where it counts: `tenant` is set exactly for the roles of a client's people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Grant {
    pub role: Role,
    pub tenant: Option<TenantId>,
}

impl Grant {
    /// # Errors
    /// `Invalid` for an agency-wide role in one client, or a client's role in none.
    pub fn new(role: Role, tenant: Option<TenantId>) -> Result<Self> {
        match (role.is_agency_wide(), tenant) {
            (true, Some(_)) => {
                Err(Error::invalid("role", "This role counts for every client; it can't be given for one."))
            }
            (false, None) => Err(Error::invalid("role", "This role is for one client; say which.")),
            _ => Ok(Self { role, tenant }),
        }
    }
    pub const fn agency_wide(role: Role) -> Option<Self> {
        if role.is_agency_wide() { Some(Self { role, tenant: None }) } else { None }
    }
}

/// A grant as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Membership {
    pub id: MembershipId,
    pub user_id: UserId,
    pub tenant_id: Option<TenantId>,
    pub role: Role,
    pub created_at: Timestamp,
}

impl Membership {
    pub const fn grant(&self) -> Grant {
        Grant { role: self.role, tenant: self.tenant_id }
    }
}

/// Somebody who can sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub name: String,
    /// Set while they hold a one-time password, which they have to change at their first sign-in.
    pub one_time_until: Option<Timestamp>,
    pub disabled_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

impl User {
    pub fn is_active(&self) -> bool {
        self.disabled_at.is_none()
    }
}

/// A user with what they may do, for lists.
#[derive(Clone, Debug, Serialize)]
pub struct UserSummary {
    #[serde(flatten)]
    pub user: User,
    pub memberships: Vec<Membership>,
    /// The last time that they signed in or used a session; none when they never did.
    pub last_seen_at: Option<Timestamp>,
    /// Their second factor is on.
    pub two_factor: bool,
}

/// A place where somebody is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Session {
    pub id: SessionId,
    pub user_id: UserId,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
    /// Where it began.
    pub address: Option<String>,
    /// Where it was used last, when that is known.
    pub last_address: Option<String>,
    pub user_agent: Option<String>,
}

text_enum! {
    /// What a program may do with a person's token.
    pub enum Access { Read = "read", Write = "write" }
}

/// A program's key to what its person may do. The key itself was shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ApiToken {
    pub id: ApiTokenId,
    pub user_id: UserId,
    pub name: String,
    /// The first characters of the key.
    pub starts_with: String,
    pub access: Access,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

/// An e-mail address in the one form that accounts are found by: without spaces around it, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// # Errors
    /// `Invalid` for what can't be an address. Whether mail arrives there is not asked.
    pub fn parse(text: &str) -> Result<Self> {
        let email = text.trim().to_lowercase();
        let plausible = email.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && !domain.contains('@')
                && domain.split('.').count() >= 2
                && domain.split('.').all(|label| !label.is_empty())
        });
        let clean = !email.chars().any(|c| c.is_whitespace() || c.is_control());
        if plausible && clean && email.len() <= 254 {
            Ok(Self(email))
        } else {
            Err(Error::invalid("email", "This is not an e-mail address."))
        }
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// A name as people write it: trimmed, not empty, at most `max` characters, no control characters.
///
/// # Errors
/// `Invalid` for the field.
pub(crate) fn plain_name(field: &str, text: &str, max: usize) -> Result<String> {
    let name = text.trim();
    if name.is_empty() {
        return Err(Error::invalid(field, "This can't be empty."));
    }
    if name.chars().count() > max {
        return Err(Error::invalid(field, format!("This can have at most {max} characters.")));
    }
    if name.chars().any(char::is_control) {
        return Err(Error::invalid(field, "This holds characters that can't be shown."));
    }
    Ok(name.to_owned())
}

/// An IANA time zone that exists.
///
/// # Errors
/// `Invalid` for the field `zone`.
pub(crate) fn known_zone(text: &str) -> Result<chrono_tz::Tz> {
    text.trim()
        .parse()
        .map_err(|_| Error::invalid("zone", format!("“{}” is not a time zone such as Europe/Berlin.", text.trim())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_however_it_was_typed() {
        assert_eq!(Email::parse(" Ana.Silva@Example.COM ").unwrap().as_str(), "ana.silva@example.com");
        for bad in
            ["", "ana", "@example.com", "ana@", "ana@host", "a@b@c.d", "ana silva@example.com", "ana@example..com"]
        {
            assert_eq!(Email::parse(bad).unwrap_err().field(), Some("email"), "{bad}");
        }
    }

    #[test]
    fn the_table_gives_clients_people_nothing_of_the_agency() {
        use Permission as P;
        let agency_only =
            [P::ManageClients, P::ManageUsers, P::ManageAgents, P::OperateSystem, P::SeeAudit, P::SeeCosts, P::Plan];
        for role in Role::ALL.iter().filter(|role| !role.is_agency_wide()) {
            for permission in agency_only {
                assert!(!role.may(permission), "{role} may {permission}");
            }
        }
        assert!(Role::ALL.iter().all(|role| role.may(P::SeeClient)));
        assert!(Permission::ALL.iter().all(|&permission| Role::Administrator.may(permission)));
    }

    #[test]
    fn an_approver_can_review_and_a_reviewer_cannot_approve() {
        assert!(Role::Approver.fills(Role::Reviewer));
        assert!(!Role::Reviewer.fills(Role::Approver));
        assert!(!Role::Consultant.fills(Role::TenantAdmin));
        assert!(Role::ALL.iter().all(|&role| role.fills(role)));
    }

    #[test]
    fn a_grant_says_where_it_counts() {
        assert!(Grant::new(Role::Reviewer, Some(TenantId::new())).is_err());
        assert!(Grant::new(Role::TenantAdmin, None).is_err());
        assert!(Grant::new(Role::TenantAdmin, Some(TenantId::new())).is_ok());
    }
}
