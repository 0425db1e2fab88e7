//! Connected accounts over the JSON API.

use aos_features::{
    channels::{self, ChannelState, Connect, queries::Connection},
    people::Permission,
    tenants,
};
use aos_kernel::{ChannelId, Error, ErrorKind, Secret, TenantId};
use axum::{Json, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::{ActorView, Body, Caller, Listed, Made, Reply, Silent, SliceRouter, operations, words},
    session::At,
};

pub fn routes() -> SliceRouter {
    SliceRouter::default()
        .routes(operations!(list, connect))
        .routes(operations!(one))
        .routes(operations!(check))
        .routes(operations!(disconnect))
        .merge(super::api_consents::routes())
}

/// A connected account, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelView {
    pub id: Uuid,
    /// `wordpress`.
    pub platform: String,
    /// The account as people know it.
    pub label: String,
    pub url: String,
    pub login: Option<String>,
    /// What works, but not as one would wish.
    pub warnings: Vec<String>,
    #[schema(schema_with = words::channel_state)]
    pub state: ChannelState,
    /// Why it is not connected.
    pub problem: Option<String>,
    pub connected_by: ActorView,
    pub connected_at: DateTime<Utc>,
    pub checked_at: DateTime<Utc>,
    /// Why the last check found out nothing; the state is as it was.
    pub check_problem: Option<String>,
    /// When the access that is held now ends; null where no end is known.
    pub access_until: Option<DateTime<Utc>>,
    /// When it is renewed.
    pub renewal_at: Option<DateTime<Utc>>,
    /// Why it could not be renewed so far.
    pub renewal_problem: Option<String>,
    /// When somebody has to consent again.
    pub consent_ends_at: Option<DateTime<Utc>>,
    /// 0 to 100; null where none could be measured.
    pub score: Option<f64>,
    /// Against the score before.
    pub score_delta: Option<f64>,
}

impl From<Connection> for ChannelView {
    fn from(connection: Connection) -> Self {
        let Connection { channel, grant, score, .. } = connection;
        Self {
            id: channel.id.uuid(),
            platform: channel.platform,
            label: channel.label,
            url: channel.url,
            login: channel.login,
            warnings: channel.warnings,
            state: channel.state,
            problem: channel.problem,
            connected_by: channel.connected_by.into(),
            connected_at: channel.connected_at,
            checked_at: channel.checked_at,
            check_problem: channel.check_problem,
            access_until: grant.as_ref().and_then(|grant| grant.expires_at),
            renewal_at: grant.as_ref().and_then(|grant| grant.renew_at),
            renewal_problem: grant.as_ref().and_then(|grant| grant.problem.clone()),
            consent_ends_at: grant.as_ref().and_then(|grant| grant.ends_at),
            score: score.as_ref().and_then(|entry| entry.score),
            score_delta: score.and_then(|entry| entry.delta),
        }
    }
}

/// Whether an account still works. A passing error does not change the channel's state.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelCheck {
    pub works: bool,
    /// Why not, and what to do.
    pub problem: Option<String>,
    pub problem_help: Option<String>,
    pub channel: ChannelView,
}

/// An account to be connected by password. Connecting the same site again replaces its password.
#[derive(Deserialize, ToSchema)]
pub struct ConnectBody {
    /// `wordpress`.
    pub platform: String,
    /// The site's address.
    pub site: String,
    pub login: String,
    /// Kept encrypted, never shown. For WordPress: an application password.
    #[schema(value_type = String, write_only)]
    pub password: Secret,
}

/// The connections of a client.
#[utoipa::path(get, path = "/tenants/{tenant}/channels", tag = "channels", responses((status = 200, body = Listed<ChannelView>)))]
async fn list(caller: Caller, At(tenant): At<TenantId>) -> Reply<Listed<ChannelView>> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let channels = channels::queries::connections(&mut caller.read().await?, scope).await?;
    Ok(Json(Listed::all(channels, ChannelView::from)))
}

/// Connect an account. It is checked on the platform before anything is kept.
///
/// A site that can't be reached or refuses the password is wrong input here: correct it and send it again.
#[utoipa::path(post, path = "/tenants/{tenant}/channels", tag = "channels", request_body = ConnectBody, responses((status = 201, body = ChannelView)))]
async fn connect(caller: Caller, At(tenant): At<TenantId>, Body(body): Body<ConnectBody>) -> Made<ChannelView> {
    let scope = caller.scope(tenant, Permission::ConnectChannels)?;
    tenants::queries::tenant(&mut caller.read().await?, scope).await?;
    let ConnectBody { platform, site, login, password } = body;
    let product = &caller.state.product;
    let input = Connect { platform, site, login, password };
    let actor = caller.principal.actor().clone();
    let id = product.connections.connect(&product.db, actor, scope, input).await.map_err(wrong_account)?;
    let channel = channels::queries::connection(&mut caller.read().await?, scope, id).await?;
    Ok((StatusCode::CREATED, Json(channel.into())))
}

/// What the platform says of an account that somebody just entered is about their input.
fn wrong_account(error: Error) -> Error {
    if !matches!(error.kind(), ErrorKind::Outside | ErrorKind::Unavailable) {
        return error;
    }
    let field = if error.code() == "platform_auth_expired" { "password" } else { "site" };
    let invalid = Error::invalid(field, error.message());
    match error.help() {
        Some(help) => invalid.with_help(help),
        None => invalid,
    }
}

/// One connection.
#[utoipa::path(get, path = "/tenants/{tenant}/channels/{channel}", tag = "channels", responses((status = 200, body = ChannelView)))]
async fn one(caller: Caller, At((tenant, channel)): At<(TenantId, ChannelId)>) -> Reply<ChannelView> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    Ok(Json(channels::queries::connection(&mut caller.read().await?, scope, channel).await?.into()))
}

/// Ask the platform whether the account still works.
#[utoipa::path(post, path = "/tenants/{tenant}/channels/{channel}/check", tag = "channels", responses((status = 200, body = ChannelCheck)))]
async fn check(caller: Caller, At((tenant, id)): At<(TenantId, ChannelId)>) -> Reply<ChannelCheck> {
    let scope = caller.scope(tenant, Permission::ConnectChannels)?;
    let product = &caller.state.product;
    let actor = caller.principal.actor().clone();
    let refused = match product.connections.check(&product.db, actor, scope, id).await {
        Ok(_) => None,
        // That it does not work is what was asked.
        Err(error) if matches!(error.kind(), ErrorKind::Outside | ErrorKind::Unavailable) => Some(error),
        Err(error) => return Err(error.into()),
    };
    let channel = channels::queries::connection(&mut caller.read().await?, scope, id).await?;
    Ok(Json(ChannelCheck {
        works: refused.is_none(),
        problem: refused.as_ref().map(|error| error.message().to_owned()),
        problem_help: refused.as_ref().and_then(Error::help).map(str::to_owned),
        channel: channel.into(),
    }))
}

/// Forget an account's credentials, and give its access back to the platform. What was published stays readable.
#[utoipa::path(post, path = "/tenants/{tenant}/channels/{channel}/disconnect", tag = "channels", responses((status = 204, description = "Disconnected.")))]
async fn disconnect(caller: Caller, At((tenant, channel)): At<(TenantId, ChannelId)>) -> Silent {
    let scope = caller.scope(tenant, Permission::ConnectChannels)?;
    let mut tx = caller.begin().await?;
    caller.state.product.connections.disconnect(&mut tx, scope, channel).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
