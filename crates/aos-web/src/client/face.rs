//! Where a page stands: which face it belongs to, and what surrounds it on the client's.

use aos_features::{
    onboarding,
    people::{self, Permission, Principal},
    read_models::{owners, queue},
    tenants::{self, Tenant},
};
use aos_kernel::{AgencyScope, ApprovalId, CrawlId, Error, MediaId, Result, TenantId, TenantScope};
use aos_storage::Conn;
use axum::{
    extract::FromRequestParts,
    http::{Method, request::Parts},
    response::{IntoResponse, Redirect, Response},
};

use crate::{
    error::WebError,
    layout::{ClientRail, ClientTab, Place, Shell},
    live::Topic,
    paths,
    session::Viewer,
    show::{Dial, count},
    state::AppState,
};

/// The face that a page belongs to, for what both show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Portal,
    Client,
}

impl FromRequestParts<AppState> for Side {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> std::result::Result<Self, Self::Rejection> {
        Ok(if parts.uri.path().starts_with("/client/") { Self::Client } else { Self::Portal })
    }
}

impl Side {
    pub fn base(self, tenant: TenantId) -> String {
        match self {
            Self::Portal => paths::client(tenant),
            Self::Client => format!("{}/{tenant}", paths::CLIENT_FACE),
        }
    }
    pub fn channels(self, tenant: TenantId) -> String {
        match self {
            Self::Portal => paths::client_tab(tenant, ClientTab::Channels),
            Self::Client => format!("{}/channels", self.base(tenant)),
        }
    }
    pub fn onboarding_step(self, tenant: TenantId, step: &str) -> String {
        format!("{}/onboarding/{step}", self.base(tenant))
    }
    pub fn media(self, tenant: TenantId, image: MediaId) -> String {
        format!("{}/media/{image}", self.base(tenant))
    }
    pub fn screenshot(self, tenant: TenantId, crawl: CrawlId) -> String {
        format!("{}/screenshots/{crawl}", self.base(tenant))
    }
}

/// The roles of the client's own people, as approvals name them.
pub(super) fn clients_roles() -> Vec<String> {
    [people::Role::TenantAdmin, people::Role::TenantMember].map(|role| role.as_str().to_owned()).to_vec()
}

/// What waits for the client's own people.
pub(super) fn waiting_for_client(tenant: TenantId) -> queue::QueueFilter {
    queue::QueueFilter { tenant: Some(tenant), roles: clients_roles(), ..queue::QueueFilter::default() }
}

/// The rail. Without a client, it is that of whoever belongs to one alone, or the one beside the choice.
///
/// # Errors
/// `Storage`.
pub(crate) async fn rail(
    viewer: &Viewer,
    conn: &mut Conn,
    tenant: Option<&Tenant>,
    place: &'static str,
) -> Result<ClientRail> {
    let own = viewer.principal.own_tenants();
    let mut rail = ClientRail {
        place,
        several: own.len() > 1,
        brand: crate::branding::brand(conn).await?,
        ..ClientRail::default()
    };
    let found = match (tenant, own.as_slice()) {
        (Some(tenant), _) => Some(tenant.clone()),
        (None, [only]) => {
            let scope = viewer.scope(*only, Permission::SeeClient)?;
            Some(tenants::queries::tenant(conn, scope).await?)
        }
        (None, _) => None,
    };
    let Some(tenant) = found else { return Ok(rail) };
    let scope = viewer.scope(tenant.id, Permission::SeeClient)?;
    let record = onboarding::queries::record(conn, scope).await?;
    let only = AgencyScope::only(vec![tenant.id]);
    let waiting = queue::counts(conn, &only, &waiting_for_client(tenant.id)).await?;
    rail.id = tenant.id.to_string();
    rail.name = tenant.name;
    rail.waiting = count(waiting.iter().map(|(_, n)| n).sum());
    let all = onboarding::OnboardingStep::ALL.len();
    rail.steps_left = if record.launched_at.is_some() { 0 } else { all - record.saved.len().min(all - 1) };
    rail.looks_on = viewer.principal.is_staff();
    Ok(rail)
}

/// A page of one client's dashboard.
pub(crate) struct Face {
    pub conn: Conn,
    pub scope: TenantScope,
    pub tenant: Tenant,
    pub dial: Dial,
    pub shell: Shell,
}

impl Face {
    /// # Errors
    /// `NotFound` for a client that is not there or not theirs.
    pub async fn open(viewer: &Viewer, id: TenantId, place: &'static str, title: &str) -> Result<Self> {
        let scope = viewer.scope(id, Permission::SeeClient)?;
        let mut conn = viewer.read().await?;
        let tenant = tenants::queries::tenant(&mut conn, scope).await?;
        let dial = Dial { zone: tenant.tz(), now: viewer.now };
        let rail = rail(viewer, &mut conn, Some(&tenant), place).await?;
        let mut shell =
            viewer.shell_without_rail(&mut conn, title, Place::Nowhere).await?.listening(&Topic::tenant(id));
        shell.client = Some(rail);
        if place != "home" {
            shell = shell.under(&tenant.name, Side::Client.base(id));
        }
        Ok(Self { conn, scope, tenant, dial, shell })
    }

    /// A page below one of the rail's.
    #[must_use]
    pub fn below(mut self, label: &str, href: &str, title: impl Into<String>) -> Self {
        self.shell = self.shell.under(label, format!("{}/{href}", Side::Client.base(self.tenant.id)));
        self.shell.title = title.into();
        self
    }
}

/// Whether an address belongs to the agency's own faces. What everybody has of their own is not.
pub(crate) fn is_agencys(path: &str) -> bool {
    let below = |face: &str| path.strip_prefix(face).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    (below("/portal") || below("/manage") || below("/reference"))
        && path != paths::LIVE
        && !path.starts_with(paths::TOKENS)
}

/// Where one of the client's people is led who asks for a page of the agency's: to their own one, if there is one.
pub(crate) async fn instead(state: &AppState, principal: &Principal, parts: &Parts) -> Response {
    match own_page(state, principal, parts).await {
        Ok(place) => Redirect::to(&place).into_response(),
        Err(error) => WebError(error).into_response(),
    }
}

async fn own_page(state: &AppState, principal: &Principal, parts: &Parts) -> Result<String> {
    let missing = || Error::not_found("page");
    let path = parts.uri.path();
    if parts.method != Method::GET {
        return Err(missing());
    }
    if path == paths::QUEUE || path == paths::CLIENTS {
        return Ok(paths::CLIENT_FACE.to_owned());
    }
    // Links in messages name an approval without its client.
    if let Some(id) = path.strip_prefix("/portal/approvals/").and_then(|id| id.parse::<ApprovalId>().ok()) {
        let scope = principal.agency_scope(Permission::SeeClient)?;
        let owner = owners::of_approval(&mut state.product.db.read().await?, &scope, id).await?;
        return Ok(format!("{}/approvals/{id}", Side::Client.base(owner)));
    }
    let client = path.strip_prefix("/portal/clients/").and_then(|id| id.parse::<TenantId>().ok());
    let own = client.filter(|client| principal.can(*client, Permission::SeeClient)).ok_or_else(missing)?;
    Ok(Side::Client.base(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_has_is_no_page_of_the_agencys() {
        for path in ["/portal", "/portal/clients/x", "/manage/users", "/reference/design"] {
            assert!(is_agencys(path), "{path}");
        }
        for path in ["/client", "/portal/live", "/portal/tokens", "/portalx", "/password", "/"] {
            assert!(!is_agencys(path), "{path}");
        }
    }
}
