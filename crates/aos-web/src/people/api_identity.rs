//! Invitations, one person's access and the agency's rules for signing in, over the JSON API.

use aos_features::people::{
    self, Email, OfficeNetworks, Permission,
    invitations::{self, Invitation, NewInvitation},
    resets, sessions, settings, two_factor,
};
use aos_kernel::{InvitationId, TenantId, UserId};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::api::GrantView;
use crate::{
    api::{Asked, Body, Caller, Listed, Paging, Reply, ShownOnce, Silent, SliceRouter, operations},
    error::WebError,
    paths,
    session::At,
};

pub(super) fn routes() -> SliceRouter {
    SliceRouter::default()
        .routes(operations!(invited, invite))
        .routes(operations!(send_again))
        .routes(operations!(revoke))
        .routes(operations!(link))
        .routes(operations!(change_email))
        .routes(operations!(password_link))
        .routes(operations!(sign_out))
        .routes(operations!(reset_two_factor))
        .routes(operations!(security, change_security))
}

/// An invitation that is open.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationView {
    pub id: Uuid,
    pub email: String,
    pub roles: Vec<GrantView>,
    /// Who invited; null for the command line.
    pub invited_by: Option<Uuid>,
    pub created_at: DateTime<Utc>,
    /// The last time that it was sent.
    pub sent_at: DateTime<Utc>,
    /// It can be accepted until then, and sent again after it.
    pub expires_at: DateTime<Utc>,
}

impl From<Invitation> for InvitationView {
    fn from(own: Invitation) -> Self {
        let view = |grant: &people::Grant| GrantView { role: grant.role, tenant_id: grant.tenant.map(TenantId::uuid) };
        Self {
            id: own.id.uuid(),
            email: own.email,
            roles: own.grants.iter().map(view).collect(),
            invited_by: own.invited_by.map(UserId::uuid),
            created_at: own.created_at,
            sent_at: own.sent_at,
            expires_at: own.expires_at,
        }
    }
}

/// Somebody to be invited.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewInvitationBody {
    #[schema(max_length = 254)]
    pub email: String,
    #[schema(min_items = 1, max_items = 50)]
    pub roles: Vec<GrantView>,
}

/// What was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationMade {
    pub id: Uuid,
}

/// A link to hand over. It is shown now and never again, and one that was made or sent before stops working.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkView {
    pub url: String,
}

/// An address to sign in with.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeEmail {
    #[schema(max_length = 254)]
    pub email: String,
}

/// What the agency asks of its staff.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SecurityView {
    /// Staff set up a second factor before anything else.
    pub two_factor_required: bool,
    /// Networks in CIDR notation that the staff's faces can be used from; empty: from anywhere.
    #[schema(max_items = 100, example = json!(["203.0.113.0/24"]))]
    pub office_networks: Vec<String>,
}

/// The invitations that are open, the newest first.
#[utoipa::path(get, path = "/invitations", tag = "users", params(Paging), responses((status = 200, body = Listed<InvitationView>)))]
async fn invited(caller: Caller, Asked(paging): Asked<Paging>) -> Reply<Listed<InvitationView>> {
    let agency = caller.agency(Permission::ManageClientPeople)?;
    let after = paging.after()?;
    let page = invitations::list(&mut caller.read().await?, &agency, None, after.as_ref(), paging.size()).await?;
    Ok(Json(Listed::page(page, InvitationView::from)))
}

/// Invite somebody by e-mail.
///
/// Roles of the agency are an administrator's to give; those of a client also its own administrator's.
#[utoipa::path(post, path = "/invitations", tag = "users", request_body = NewInvitationBody, responses((status = 201, body = InvitationMade)))]
async fn invite(caller: Caller, Body(body): Body<NewInvitationBody>) -> Result<Response, WebError> {
    let email = Email::parse(&body.email)?;
    let grants = body.roles.iter().map(GrantView::grant).collect::<aos_kernel::Result<Vec<_>>>()?;
    let mut tx = caller.begin().await?;
    let id = invitations::invite(&mut tx, &caller.principal, NewInvitation { email, grants }).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(InvitationMade { id: id.uuid() })).into_response())
}

/// Send an invitation again, for another week.
#[utoipa::path(post, path = "/invitations/{invitation}/send", tag = "users", responses((status = 204, description = "Sent.")))]
async fn send_again(caller: Caller, At(id): At<InvitationId>) -> Silent {
    let mut tx = caller.begin().await?;
    invitations::send_again(&mut tx, &caller.principal, id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take an invitation back.
#[utoipa::path(post, path = "/invitations/{invitation}/revoke", tag = "users", responses((status = 204, description = "Taken back.")))]
async fn revoke(caller: Caller, At(id): At<InvitationId>) -> Silent {
    let mut tx = caller.begin().await?;
    invitations::revoke(&mut tx, &caller.principal, id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn once(status: StatusCode, url: String) -> Response {
    let mut response = (status, Json(LinkView { url })).into_response();
    response.extensions_mut().insert(ShownOnce);
    response
}

/// Make a link to an invitation, to hand over.
#[utoipa::path(post, path = "/invitations/{invitation}/link", tag = "users", responses((status = 200, body = LinkView)))]
async fn link(caller: Caller, At(id): At<InvitationId>) -> Result<Response, WebError> {
    let mut tx = caller.begin().await?;
    let token = invitations::copy_link(&mut tx, &caller.principal, id).await?;
    tx.commit().await?;
    Ok(once(StatusCode::OK, caller.url(&paths::join(token.expose()))?))
}

/// Change the address that somebody signs in with.
#[utoipa::path(put, path = "/users/{user}/email", tag = "users", request_body = ChangeEmail, responses((status = 204, description = "Changed.")))]
async fn change_email(caller: Caller, At(user): At<UserId>, Body(body): Body<ChangeEmail>) -> Silent {
    let agency = caller.agency(Permission::ManageUsers)?;
    let email = Email::parse(&body.email)?;
    let mut tx = caller.begin().await?;
    people::commands::change_email(&mut tx, &agency, user, &email).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make a link to a new password, good for an hour and once.
///
/// The present password works until it is used.
#[utoipa::path(post, path = "/users/{user}/password-link", tag = "users", responses((status = 200, body = LinkView)))]
async fn password_link(caller: Caller, At(user): At<UserId>) -> Result<Response, WebError> {
    let agency = caller.agency(Permission::ManageUsers)?;
    let mut tx = caller.begin().await?;
    let token = resets::copy_link(&mut tx, &agency, user).await?;
    tx.commit().await?;
    Ok(once(StatusCode::OK, caller.url(&paths::reset(token.expose()))?))
}

/// Sign somebody out everywhere.
#[utoipa::path(post, path = "/users/{user}/sign-out", tag = "users", responses((status = 204, description = "Signed out.")))]
async fn sign_out(caller: Caller, At(user): At<UserId>) -> Silent {
    let agency = caller.agency(Permission::ManageUsers)?;
    let mut tx = caller.begin().await?;
    sessions::end_all(&mut tx, &agency, user).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take somebody's second factor away, who lost their device; their sessions end.
#[utoipa::path(post, path = "/users/{user}/two-factor/reset", tag = "users", responses((status = 204, description = "Gone.")))]
async fn reset_two_factor(caller: Caller, At(user): At<UserId>) -> Silent {
    let agency = caller.agency(Permission::ManageUsers)?;
    let mut tx = caller.begin().await?;
    two_factor::reset(&mut tx, caller.credentials(), &agency, user).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the agency asks of its staff when they sign in.
#[utoipa::path(get, path = "/agency/security", tag = "agency", responses((status = 200, body = SecurityView)))]
async fn security(caller: Caller) -> Reply<SecurityView> {
    caller.require(Permission::SeeAudit)?;
    let rules = settings::security(&mut caller.read().await?).await?;
    Ok(Json(SecurityView {
        two_factor_required: rules.two_factor_required,
        office_networks: rules.office_networks.words(),
    }))
}

/// Change what the agency asks of its staff.
///
/// A list of networks that does not hold the asker's own address is refused.
#[utoipa::path(put, path = "/agency/security", tag = "agency", request_body = SecurityView, responses((status = 204, description = "Changed.")))]
async fn change_security(caller: Caller, Body(body): Body<SecurityView>) -> Silent {
    caller.require(Permission::OperateSystem)?;
    let networks = OfficeNetworks::parse(&body.office_networks.join("\n"))?;
    let mut tx = caller.begin().await?;
    settings::require_two_factor(&mut tx, body.two_factor_required).await?;
    settings::limit_to_office(&mut tx, &networks, caller.address.as_deref()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
