//! Who asks over the JSON API, and what their handlers need.

use aos_features::people::{Permission, Principal};
use aos_kernel::{AgencyScope, Error, Result, TenantId, TenantScope, Timestamp};
use aos_storage::{Conn, Credentials, Tx};
use axum::{extract::FromRequestParts, http::request::Parts};

use crate::{error::WebError, session::SignedIn, state::AppState};

/// A program with a token, or a person's browser on our own pages.
pub struct Caller {
    pub state: AppState,
    pub principal: Principal,
    /// The address that they come from, as far as it can be believed.
    pub address: Option<String>,
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, WebError> {
        // The guard of repeated requests has asked already.
        let found = match parts.extensions.get::<SignedIn>() {
            Some(found) => found.clone(),
            None => SignedIn::from_request_parts(parts, state).await?,
        };
        Ok(Self { state: state.clone(), principal: found.principal, address: found.address })
    }
}

impl Caller {
    /// The right to one client's rows; a foreign client is not found.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn scope(&self, tenant: TenantId, permission: Permission) -> Result<TenantScope> {
        self.principal.tenant_scope(tenant, permission)
    }
    /// The right to look across the clients that are theirs.
    ///
    /// # Errors
    /// `Denied`.
    pub fn agency(&self, permission: Permission) -> Result<AgencyScope> {
        self.principal.agency_scope(permission)
    }
    /// The right to something of the agency itself.
    ///
    /// # Errors
    /// `Denied`.
    pub fn require(&self, permission: Permission) -> Result<()> {
        self.principal.require(permission)
    }
    /// A connection to read with.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn read(&self) -> Result<Conn> {
        self.state.product.db.read().await
    }
    /// A transaction in their name.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn begin(&self) -> Result<Tx> {
        self.state.product.db.begin(self.principal.actor().clone()).await
    }
    /// What opens stored secrets.
    pub fn credentials(&self) -> &Credentials {
        &self.state.product.credentials
    }
    /// One of our paths as people open it.
    ///
    /// # Errors
    /// `Internal` for what is no path.
    pub fn url(&self, path: &str) -> Result<String> {
        self.state.settings.public_url.join(path).map(Into::into).map_err(Error::internal)
    }
    pub fn now(&self) -> Timestamp {
        self.state.product.db.clock().now()
    }
}
