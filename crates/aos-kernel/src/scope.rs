//! Proof of whose data may be touched. A store function that reads or writes a tenant's rows takes one of these, so a
//! query without a tenant does not compile; `xtask tidy` keeps the short list of places that may make one.

use crate::TenantId;

/// Permission to touch one tenant's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TenantScope(TenantId);

impl TenantScope {
    /// Made where the right was checked (`people`), or where the system acts for the tenant that a job, a schedule or
    /// a row of the tenant itself names. `xtask tidy` lists the callers.
    pub const fn granted(tenant: TenantId) -> Self {
        Self(tenant)
    }
    pub const fn tenant(self) -> TenantId {
        self.0
    }
}

/// Permission to look across tenants: the portal's own lists, the scheduler, an administrator's pages. A query that
/// takes it is on the list of agency-wide ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgencyScope(Option<Vec<TenantId>>);

impl AgencyScope {
    /// Every tenant: an agency-wide role, or the system itself.
    pub const fn all() -> Self {
        Self(None)
    }
    /// Only these: a person with memberships in some.
    pub fn only(tenants: Vec<TenantId>) -> Self {
        Self(Some(tenants))
    }
    /// `None`: no limit. `Some`: the tenants to which a query must restrict itself.
    pub fn limit(&self) -> Option<&[TenantId]> {
        self.0.as_deref()
    }
    pub fn allows(&self, tenant: TenantId) -> bool {
        self.0.as_ref().is_none_or(|tenants| tenants.contains(&tenant))
    }
}
