//! The agency, people and the audit log over the JSON API.

use aos_features::people::{
    self, AuditFilter, Email, Grant, HashedPassword, Permission, Principal, UserFilter, commands::NewUser,
};
use aos_kernel::{Actor, TenantId, UserId};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    api::{ActorView, Asked, Body, Caller, Listed, Paging, Reply, ShownOnce, Silent, SliceRouter, operations, words},
    error::WebError,
    session::At,
};

pub fn routes() -> SliceRouter {
    SliceRouter::default()
        .routes(operations!(agency, change_agency))
        .routes(operations!(me))
        .routes(operations!(list, add))
        .routes(operations!(rename))
        .routes(operations!(grant))
        .routes(operations!(withdraw))
        .routes(operations!(deactivate))
        .routes(operations!(reactivate))
        .routes(operations!(reset_password))
        .routes(operations!(audit))
        .merge(super::api_identity::routes())
}

/// The company that runs this installation.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgencyView {
    pub id: Uuid,
    pub name: String,
    /// IANA name, e.g. `Europe/Berlin`.
    pub time_zone: String,
    pub created_at: DateTime<Utc>,
}

/// What is to be changed of the agency.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeAgency {
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// IANA name.
    pub time_zone: String,
}

/// A role and where it counts.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct GrantView {
    #[schema(schema_with = words::role)]
    pub role: people::Role,
    /// The client, for the roles of a client's people (`admin`, `member`) and only for those.
    pub tenant_id: Option<Uuid>,
}

impl GrantView {
    pub(super) fn grant(&self) -> aos_kernel::Result<Grant> {
        Grant::new(self.role, self.tenant_id.map(TenantId::from_uuid))
    }
}

/// Who is asking.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    pub user_id: Uuid,
    pub name: String,
    pub email: String,
    pub roles: Vec<GrantView>,
    /// The token that was sent; null for a browser's session.
    pub token_id: Option<Uuid>,
}

impl From<&Principal> for Me {
    fn from(principal: &Principal) -> Self {
        let token_id = match principal.actor() {
            Actor::Token { id, .. } => Some(id.uuid()),
            _ => None,
        };
        let view = |grant: &Grant| GrantView { role: grant.role, tenant_id: grant.tenant.map(TenantId::uuid) };
        Self {
            user_id: principal.user().uuid(),
            name: principal.name().to_owned(),
            email: principal.email().to_owned(),
            roles: principal.grants().iter().map(view).collect(),
            token_id,
        }
    }
}

/// Somebody who can sign in.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserView {
    pub id: Uuid,
    pub email: String,
    pub name: String,
    pub active: bool,
    pub roles: Vec<GrantView>,
    /// Set while they hold a one-time password: until when it lets them in.
    pub one_time_until: Option<DateTime<Utc>>,
    /// The last time that they signed in or used a session.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// Their second factor is on.
    pub two_factor: bool,
    pub created_at: DateTime<Utc>,
}

impl From<people::UserSummary> for UserView {
    fn from(summary: people::UserSummary) -> Self {
        let people::UserSummary { user, memberships, last_seen_at, two_factor } = summary;
        let roles = memberships
            .into_iter()
            .map(|own| GrantView { role: own.role, tenant_id: own.tenant_id.map(TenantId::uuid) });
        Self {
            active: user.is_active(),
            id: user.id.uuid(),
            email: user.email,
            name: user.name,
            roles: roles.collect(),
            one_time_until: user.one_time_until,
            last_seen_at,
            two_factor,
            created_at: user.created_at,
        }
    }
}

/// Somebody to be added.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewUserBody {
    #[schema(max_length = 254)]
    pub email: String,
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    #[schema(min_items = 1)]
    pub roles: Vec<GrantView>,
}

/// A password to hand over. It is shown now and never again, works for seven days and has to be changed at the first
/// sign-in.
#[derive(Debug, Serialize, ToSchema)]
pub struct OneTimePassword {
    pub user_id: Uuid,
    pub one_time_password: String,
}

/// A name to be changed.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeName {
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
}

/// An act as it was noted.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditView {
    pub id: Uuid,
    pub tenant_id: Option<Uuid>,
    pub at: DateTime<Utc>,
    pub actor: ActorView,
    /// `people.role_granted` and the like.
    pub action: String,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub detail: serde_json::Value,
}

impl From<people::AuditEntry> for AuditView {
    fn from(entry: people::AuditEntry) -> Self {
        Self {
            id: entry.id.uuid(),
            tenant_id: entry.tenant_id.map(TenantId::uuid),
            at: entry.at,
            actor: entry.actor.into(),
            action: entry.action,
            subject_kind: entry.subject_kind,
            subject_id: entry.subject_id,
            detail: entry.detail,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UserQuery {
    /// Part of a name or an e-mail address.
    pub search: Option<String>,
    /// Whether they may sign in.
    pub active: Option<bool>,
    /// Has this role, for the agency or for a client.
    #[param(schema_with = words::role)]
    pub role: Option<people::Role>,
    /// One of this client's own people.
    pub tenant: Option<Uuid>,
    /// Whether their second factor is on.
    pub two_factor: Option<bool>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    pub tenant: Option<Uuid>,
    /// The person, also where one of their tokens acted.
    pub user: Option<Uuid>,
    /// What it was about.
    pub subject: Option<Uuid>,
    /// The beginning of the action: `people.`.
    pub action: Option<String>,
    /// From this moment on.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub until: Option<DateTime<Utc>>,
}

/// The agency.
#[utoipa::path(get, path = "/agency", tag = "agency", responses((status = 200, body = AgencyView)))]
async fn agency(caller: Caller) -> Reply<AgencyView> {
    let agency = people::queries::agency(&mut caller.read().await?).await?;
    Ok(Json(AgencyView {
        id: agency.id.uuid(),
        name: agency.name,
        time_zone: agency.zone,
        created_at: agency.created_at,
    }))
}

/// Change the agency's name and time zone.
#[utoipa::path(put, path = "/agency", tag = "agency", request_body = ChangeAgency, responses((status = 204, description = "Changed.")))]
async fn change_agency(caller: Caller, Body(body): Body<ChangeAgency>) -> Silent {
    caller.require(Permission::OperateSystem)?;
    let mut tx = caller.begin().await?;
    people::commands::rename_agency(&mut tx, &body.name, &body.time_zone).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who is asking, and what they may do.
#[utoipa::path(get, path = "/me", tag = "agency", responses((status = 200, body = Me)))]
async fn me(caller: Caller) -> Reply<Me> {
    Ok(Json(Me::from(&caller.principal)))
}

/// People by name.
#[utoipa::path(get, path = "/users", tag = "users", params(UserQuery, Paging), responses((status = 200, body = Listed<UserView>)))]
async fn list(caller: Caller, Asked(query): Asked<UserQuery>, Asked(paging): Asked<Paging>) -> Reply<Listed<UserView>> {
    let agency = caller.agency(Permission::ManageUsers)?;
    let after = paging.after()?;
    let filter = UserFilter {
        search: query.search,
        active: query.active,
        role: query.role,
        tenant: query.tenant.map(TenantId::from_uuid),
        two_factor: query.two_factor,
    };
    let page =
        people::queries::users(&mut caller.read().await?, &agency, &filter, after.as_ref(), paging.size()).await?;
    Ok(Json(Listed::page(page, UserView::from)))
}

/// Add somebody.
///
/// The answer holds their one-time password, which is shown once.
#[utoipa::path(post, path = "/users", tag = "users", request_body = NewUserBody, responses((status = 201, body = OneTimePassword)))]
async fn add(caller: Caller, Body(body): Body<NewUserBody>) -> Result<Response, WebError> {
    let agency = caller.agency(Permission::ManageUsers)?;
    let email = Email::parse(&body.email)?;
    let grants = body.roles.iter().map(GrantView::grant).collect::<aos_kernel::Result<Vec<_>>>()?;
    let (shown, password) = HashedPassword::one_time().await?;
    let mut tx = caller.begin().await?;
    let new = NewUser { email, name: body.name, password };
    let id = people::commands::add_user(&mut tx, &agency, new, &grants).await?;
    tx.commit().await?;
    Ok(one_time(StatusCode::CREATED, id, shown.expose()))
}

fn one_time(status: StatusCode, user: UserId, password: &str) -> Response {
    let answer = OneTimePassword { user_id: user.uuid(), one_time_password: password.to_owned() };
    let mut response = (status, Json(answer)).into_response();
    response.extensions_mut().insert(ShownOnce);
    response
}

/// Change somebody's name.
#[utoipa::path(patch, path = "/users/{user}", tag = "users", request_body = ChangeName, responses((status = 204, description = "Changed.")))]
async fn rename(caller: Caller, At(user): At<UserId>, Body(body): Body<ChangeName>) -> Silent {
    caller.require(Permission::ManageUsers)?;
    let mut tx = caller.begin().await?;
    people::commands::rename_user(&mut tx, user, &body.name).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give a role.
///
/// In a client, it takes the place of the role before.
#[utoipa::path(post, path = "/users/{user}/roles", tag = "users", request_body = GrantView, responses((status = 204, description = "Given.")))]
async fn grant(caller: Caller, At(user): At<UserId>, Body(body): Body<GrantView>) -> Silent {
    let agency = caller.agency(Permission::ManageUsers)?;
    let mut tx = caller.begin().await?;
    people::commands::grant_role(&mut tx, &agency, user, body.grant()?).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take an agency-wide role away.
#[utoipa::path(delete, path = "/users/{user}/roles/{role}", tag = "users", responses((status = 204, description = "Taken away.")))]
async fn withdraw(caller: Caller, At((user, role)): At<(UserId, people::Role)>) -> Silent {
    let agency = caller.agency(Permission::ManageUsers)?;
    let mut tx = caller.begin().await?;
    people::commands::withdraw_role(&mut tx, &agency, user, role).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shut somebody out: their sessions end and their tokens are revoked.
#[utoipa::path(post, path = "/users/{user}/deactivate", tag = "users", responses((status = 204, description = "Shut out.")))]
async fn deactivate(caller: Caller, At(user): At<UserId>) -> Silent {
    let agency = caller.agency(Permission::ManageUsers)?;
    let mut tx = caller.begin().await?;
    people::commands::deactivate(&mut tx, &agency, user).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let somebody in again. Their tokens stay revoked.
#[utoipa::path(post, path = "/users/{user}/reactivate", tag = "users", responses((status = 204, description = "Let in.")))]
async fn reactivate(caller: Caller, At(user): At<UserId>) -> Silent {
    let agency = caller.agency(Permission::ManageUsers)?;
    let mut tx = caller.begin().await?;
    people::commands::reactivate(&mut tx, &agency, user).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Set a one-time password for somebody who forgot theirs; their sessions end.
#[utoipa::path(post, path = "/users/{user}/password", tag = "users", responses((status = 200, body = OneTimePassword)))]
async fn reset_password(caller: Caller, At(user): At<UserId>) -> Result<Response, WebError> {
    let agency = caller.agency(Permission::ManageUsers)?;
    let (shown, password) = HashedPassword::one_time().await?;
    let mut tx = caller.begin().await?;
    people::commands::reset_password(&mut tx, &agency, user, &password).await?;
    tx.commit().await?;
    Ok(one_time(StatusCode::OK, user, shown.expose()))
}

/// Who did what, the newest first.
#[utoipa::path(get, path = "/audit", tag = "users", params(AuditQuery, Paging), responses((status = 200, body = Listed<AuditView>)))]
async fn audit(
    caller: Caller,
    Asked(query): Asked<AuditQuery>,
    Asked(paging): Asked<Paging>,
) -> Reply<Listed<AuditView>> {
    let agency = caller.agency(Permission::SeeAudit)?;
    let filter = AuditFilter {
        tenant: query.tenant.map(TenantId::from_uuid),
        user: query.user.map(UserId::from_uuid),
        subject: query.subject,
        action: query.action,
        from: query.from,
        until: query.until,
    };
    let after = paging.after()?;
    let page = people::audit::list(&mut caller.read().await?, &agency, &filter, after.as_ref(), paging.size()).await?;
    Ok(Json(Listed::page(page, AuditView::from)))
}
