//! Whoever is asking, with what they may do: made once for a request, asked by every page and command before it acts.

use aos_kernel::{Actor, AgencyScope, Error, Result, TenantId, TenantScope, UserId};
use serde::Serialize;

use super::model::{Access, Grant, Permission, Role};

/// A signed-in person, or a program with their token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Principal {
    user: UserId,
    actor: Actor,
    name: String,
    email: String,
    grants: Vec<Grant>,
    access: Access,
}

impl Principal {
    pub(super) fn new(user: UserId, name: String, email: String, grants: Vec<Grant>) -> Self {
        Self { user, actor: Actor::user(user), name, email, grants, access: Access::Write }
    }
    /// The same person, acting through one of their tokens.
    pub(super) fn through(mut self, actor: Actor, access: Access) -> Self {
        self.actor = actor;
        self.access = access;
        self
    }

    pub fn user(&self) -> UserId {
        self.user
    }
    /// Who a transaction is opened for.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }
    pub fn name(&self) -> &str {
        &self.name
    }
    pub fn email(&self) -> &str {
        &self.email
    }
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }
    /// Agency staff, with a role that counts for every client.
    pub fn is_staff(&self) -> bool {
        self.grants.iter().any(|grant| grant.role.is_agency_wide())
    }
    /// The clients whose own people they belong to.
    pub fn own_tenants(&self) -> Vec<TenantId> {
        self.grants.iter().filter_map(|grant| grant.tenant).collect()
    }

    /// One of the client's own administrators, by a membership there and not by a role of the agency's.
    pub fn speaks_for(&self, tenant: TenantId) -> bool {
        self.access_allows(Permission::Decide)
            && self.grants.iter().any(|grant| grant.tenant == Some(tenant) && grant.role.fills(Role::TenantAdmin))
    }

    fn roles_in(&self, tenant: TenantId) -> impl Iterator<Item = Role> + '_ {
        self.grants.iter().filter(move |grant| grant.tenant.is_none_or(|own| own == tenant)).map(|grant| grant.role)
    }
    fn access_allows(&self, permission: Permission) -> bool {
        self.access == Access::Write || permission.only_reads()
    }

    /// Whether they may do this for this client. For showing or hiding; acting needs a scope.
    pub fn can(&self, tenant: TenantId, permission: Permission) -> bool {
        self.access_allows(permission) && self.roles_in(tenant).any(|role| role.may(permission))
    }
    /// Whether an agency-wide role of theirs may do this.
    pub fn can_in_agency(&self, permission: Permission) -> bool {
        self.access_allows(permission)
            && self.grants.iter().any(|grant| grant.role.is_agency_wide() && grant.role.may(permission))
    }
    /// Whether they do what a step asks of this human role, for this client.
    pub fn fills(&self, tenant: TenantId, wanted: Role) -> bool {
        self.access_allows(Permission::Decide) && self.roles_in(tenant).any(|role| role.fills(wanted))
    }

    /// The right to one client's rows. That the client exists is for the query that follows to find out.
    ///
    /// # Errors
    /// `NotFound` for a client that is not theirs to see, so that nobody learns which ones there are; `Denied` when they
    /// see it but may not do this.
    pub fn tenant_scope(&self, tenant: TenantId, permission: Permission) -> Result<TenantScope> {
        if !self.can(tenant, Permission::SeeClient) {
            return Err(Error::not_found("client"));
        }
        if !self.can(tenant, permission) {
            return Err(self.denied());
        }
        Ok(TenantScope::granted(tenant))
    }

    /// The right to look across clients: all of them for staff, their own for a client's people.
    ///
    /// # Errors
    /// `Denied` when no role of theirs may do this anywhere.
    pub fn agency_scope(&self, permission: Permission) -> Result<AgencyScope> {
        if self.can_in_agency(permission) {
            return Ok(AgencyScope::all());
        }
        let tenants: Vec<TenantId> =
            self.own_tenants().into_iter().filter(|&tenant| self.can(tenant, permission)).collect();
        if tenants.is_empty() { Err(self.denied()) } else { Ok(AgencyScope::only(tenants)) }
    }

    /// The right to something of the agency itself.
    ///
    /// # Errors
    /// `Denied` without an agency-wide role that may do it.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.can_in_agency(permission) { Ok(()) } else { Err(self.denied()) }
    }

    /// Whether they may change what is their own alone: everybody but a token for reading.
    ///
    /// # Errors
    /// `Denied` for such a token.
    pub fn require_writing(&self) -> Result<()> {
        if self.access == Access::Write { Ok(()) } else { Err(self.denied()) }
    }

    fn denied(&self) -> Error {
        if self.access == Access::Read {
            return Error::denied("This token may only read.").with_help("Use a token that may also write.");
        }
        Error::denied("Your role does not allow this.").with_help("Ask an administrator of the agency.")
    }
}

#[cfg(test)]
mod tests {
    use aos_kernel::{ApiTokenId, ErrorKind};

    use super::*;

    fn somebody(grants: &[(Role, Option<TenantId>)]) -> Principal {
        let grants = grants.iter().map(|&(role, tenant)| Grant::new(role, tenant).unwrap()).collect();
        Principal::new(UserId::new(), "Ana".to_owned(), "ana@example.com".to_owned(), grants)
    }

    #[test]
    fn a_foreign_client_is_not_found_and_too_low_a_role_is_denied() {
        let (own, foreign) = (TenantId::new(), TenantId::new());
        let member = somebody(&[(Role::TenantMember, Some(own))]);
        assert!(member.tenant_scope(own, Permission::RaiseRequests).is_ok());
        assert_eq!(member.tenant_scope(own, Permission::Decide).unwrap_err().kind(), ErrorKind::Denied);
        for permission in Permission::ALL {
            assert_eq!(member.tenant_scope(foreign, *permission).unwrap_err().kind(), ErrorKind::NotFound);
        }
    }

    #[test]
    fn staff_see_every_client_and_a_clients_people_only_their_own() {
        let own = TenantId::new();
        let staff = somebody(&[(Role::Consultant, None)]);
        assert_eq!(staff.agency_scope(Permission::SeeClient).unwrap(), AgencyScope::all());
        assert!(staff.tenant_scope(TenantId::new(), Permission::Plan).is_ok());
        let client = somebody(&[(Role::TenantAdmin, Some(own))]);
        assert_eq!(client.agency_scope(Permission::SeeClient).unwrap(), AgencyScope::only(vec![own]));
        assert_eq!(client.agency_scope(Permission::ManageUsers).unwrap_err().kind(), ErrorKind::Denied);
        assert_eq!(client.require(Permission::SeeClient).unwrap_err().kind(), ErrorKind::Denied);
        assert!(somebody(&[]).agency_scope(Permission::SeeClient).is_err());
    }

    #[test]
    fn a_role_in_one_client_counts_in_no_other() {
        let (first, second) = (TenantId::new(), TenantId::new());
        let both = somebody(&[(Role::TenantAdmin, Some(first)), (Role::TenantMember, Some(second))]);
        assert!(both.can(first, Permission::Decide));
        assert!(!both.can(second, Permission::Decide));
        assert!(both.fills(first, Role::TenantAdmin) && !both.fills(second, Role::TenantAdmin));
    }

    #[test]
    fn a_token_that_may_only_read_changes_nothing() {
        let token = somebody(&[(Role::Administrator, None)]);
        let actor = Actor::Token { id: ApiTokenId::new(), user: token.user() };
        let token = token.through(actor.clone(), Access::Read);
        assert_eq!(token.actor(), &actor);
        assert!(token.tenant_scope(TenantId::new(), Permission::SeeClient).is_ok());
        assert_eq!(token.tenant_scope(TenantId::new(), Permission::Plan).unwrap_err().kind(), ErrorKind::Denied);
        assert!(!token.fills(TenantId::new(), Role::Reviewer));
    }
}
