//! A client's workspace: what each of its tabs needs before its own part.

use aos_features::{
    people::Permission,
    read_models,
    tenants::{self, Readiness, Tenant},
};
use aos_kernel::{Result, TenantId, TenantScope};
use aos_storage::Conn;

use crate::{
    layout::{ClientHead, ClientTab, Place, Shell},
    live::Topic,
    paths,
    session::Viewer,
    show::Dial,
};

/// One client, opened by somebody who may see it.
pub struct Workspace {
    pub conn: Conn,
    pub scope: TenantScope,
    pub tenant: Tenant,
    pub readiness: Readiness,
    pub dial: Dial,
    pub head: ClientHead,
    pub shell: Shell,
}

impl Workspace {
    /// Opens a tab. `editing` is the right that its buttons need.
    ///
    /// # Errors
    /// `NotFound` for a client that is not there or not theirs.
    pub async fn open(viewer: &Viewer, id: TenantId, tab: ClientTab, editing: Permission) -> Result<Self> {
        let scope = viewer.scope(id, Permission::SeeClient)?;
        let mut conn = viewer.read().await?;
        let tenant = tenants::queries::tenant(&mut conn, scope).await?;
        let readiness = Readiness::of(read_models::clients::records(&mut conn, scope).await?);
        let head = ClientHead {
            id: id.to_string(),
            name: tenant.name.clone(),
            website: tenant.website.clone(),
            readiness: readiness.state.as_str().to_owned(),
            tab,
            can_edit: viewer.can(id, editing),
        };
        let shell = viewer.shell(&mut conn, &tenant.name, Place::Clients).await?;
        let mut shell = shell.under("Clients", paths::CLIENTS).listening(&Topic::tenant(id));
        if tab != ClientTab::Overview {
            shell = shell.under(&tenant.name, paths::client(id));
            shell.title = tab.label().to_owned();
        }
        let dial = Dial { zone: tenant.tz(), now: viewer.now };
        Ok(Self { conn, scope, tenant, readiness, dial, head, shell })
    }

    /// A page below a tab, with its own title.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        let tab = self.head.tab;
        if tab != ClientTab::Overview {
            self.shell = self.shell.under(tab.label(), paths::client_tab(self.tenant.id, tab));
        }
        self.shell.title = title.into();
        self
    }
}
