//! The secrets over the JSON API: which there are, never what they are.

use aos_features::{
    people::Permission,
    read_models::credentials::{self, CredentialFilter, CredentialKind, CredentialLine, Used},
};
use aos_kernel::TenantId;
use aos_storage::MasterKeys;
use axum::Json;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::pages::{key_rows, key_word};
use crate::api::{ActorView, Asked, Caller, Listed, Paging, Reply, SliceRouter, SubjectView, operations, words};

pub fn routes() -> SliceRouter {
    SliceRouter::default().routes(operations!(list)).routes(operations!(master_keys))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CredentialQuery {
    #[param(schema_with = words::credential_kind, required = false)]
    pub kind: Option<CredentialKind>,
    pub tenant: Option<Uuid>,
}

/// A secret that the installation keeps, without its value.
#[derive(Debug, Serialize, ToSchema)]
pub struct CredentialView {
    pub id: Uuid,
    #[schema(schema_with = words::credential_kind)]
    pub kind: CredentialKind,
    /// The client whose it is; null for the agency's own.
    pub tenant_id: Option<Uuid>,
    pub client: Option<String>,
    /// What uses it, where that has an id: a `channel`, a `model_provider`, a `user`.
    pub used_by: Option<SubjectView>,
    /// The name of what uses it; null when nothing does any more.
    pub used_name: Option<String>,
    /// Null where that was not noted.
    pub made_by: Option<ActorView>,
    /// When this value was entered.
    pub made_at: DateTime<Utc>,
    /// The name of the master key that wraps it.
    pub master_key: String,
    /// `current`, `older_key` (a rotation did not come to its end), `missing_key` (it can't be opened).
    pub master_key_state: &'static str,
    pub wrapped_at: DateTime<Utc>,
    /// When it last worked, as far as that is known.
    pub worked_at: Option<DateTime<Utc>>,
}

impl CredentialView {
    fn of(line: CredentialLine, keys: &MasterKeys) -> Self {
        let subject = |kind: &str, id: Uuid| Some(SubjectView { kind: kind.to_owned(), id });
        let (used_by, used_name) = match line.used {
            Used::Channel { id, label, .. } => (subject("channel", id.uuid()), Some(label)),
            Used::ModelProvider { id, name } => (subject("model_provider", id.uuid()), Some(name)),
            Used::Person { id, name } => (subject("user", id.uuid()), Some(name)),
            Used::PlatformApp { platform: name }
            | Used::MailServer { host: name }
            | Used::SignInProvider { name }
            | Used::Inside { purpose: name } => (None, Some(name)),
            Used::Nowhere => (None, None),
        };
        let (tenant_id, client) = line.tenant.map_or((None, None), |(id, name)| (Some(id.uuid()), Some(name)));
        Self {
            id: line.id.uuid(),
            kind: line.kind,
            tenant_id,
            client,
            used_by,
            used_name,
            made_by: line.made_by.map(ActorView::from),
            made_at: line.made_at,
            master_key_state: key_word(keys.state_of(&line.key)),
            master_key: line.key,
            wrapped_at: line.wrapped_at,
            worked_at: line.worked_at,
        }
    }
}

/// A master key, by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct MasterKeyView {
    pub name: String,
    /// `current`, `older_key` (opens what is not wrapped anew yet), `missing_key` (what it wraps can't be opened).
    pub state: String,
    /// How many secrets it wraps.
    pub wraps: u64,
}

/// The secrets that this installation keeps, the latest first. None of them is ever given.
#[utoipa::path(get, path = "/credentials", tag = "engine", params(CredentialQuery, Paging), responses((status = 200, body = Listed<CredentialView>)))]
async fn list(
    caller: Caller,
    Asked(query): Asked<CredentialQuery>,
    Asked(paging): Asked<Paging>,
) -> Reply<Listed<CredentialView>> {
    caller.require(Permission::OperateSystem)?;
    let agency = caller.agency(Permission::OperateSystem)?;
    let filter = CredentialFilter { kind: query.kind, tenant: query.tenant.map(TenantId::from_uuid), not_under: None };
    let after = paging.after()?;
    let keys = caller.credentials().master_keys();
    let mut conn = caller.read().await?;
    let page = credentials::credentials(&mut conn, &agency, &filter, after.as_ref(), paging.size()).await?;
    Ok(Json(Listed::page(page, |line| CredentialView::of(line, &keys))))
}

/// The master keys by name, the present one first, with how many secrets each wraps.
#[utoipa::path(get, path = "/credentials/master-keys", tag = "engine", responses((status = 200, body = Listed<MasterKeyView>)))]
async fn master_keys(caller: Caller) -> Reply<Listed<MasterKeyView>> {
    caller.require(Permission::OperateSystem)?;
    let agency = caller.agency(Permission::OperateSystem)?;
    let by_key = credentials::by_key(&mut caller.read().await?, &agency).await?;
    let rows = key_rows(&by_key, &caller.credentials().master_keys());
    Ok(Json(Listed::all(rows, |row| MasterKeyView { name: row.name, state: row.state, wraps: row.wraps })))
}
