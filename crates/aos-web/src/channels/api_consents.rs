//! Connecting by consent over the JSON API: a program begins, a person consents in a browser, and either chooses.

use aos_features::{
    channels::{Begin, Face, VisitStage, queries},
    people::Permission,
    tenants,
};
use aos_kernel::{ChannelId, ConsentVisitId, TenantId};
use axum::{Json, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{api::ChannelView, parts};
use crate::{
    api::{Body, Caller, Listed, Made, Reply, SliceRouter, operations},
    session::At,
};

pub fn routes() -> SliceRouter {
    SliceRouter::default()
        .routes(operations!(platforms))
        .routes(operations!(begin))
        .routes(operations!(visit))
        .routes(operations!(choose))
}

/// A platform that can be connected.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlatformView {
    /// `linkedin`.
    pub id: String,
    pub name: String,
    /// Simulated: nothing leaves this installation.
    pub simulated: bool,
    /// The agency's application there is known; without it nobody can consent.
    pub ready: bool,
    /// What is chosen after the consent: `page`, `property`, `site`; null for one account.
    pub target: Option<String>,
    pub scopes: Vec<PlatformScope>,
}

/// What a platform is asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlatformScope {
    pub name: String,
    /// The end of "It is needed …".
    pub purpose: String,
    pub required: bool,
}

/// A consent to be begun.
#[derive(Deserialize, ToSchema)]
pub struct ConsentBody {
    /// `linkedin`.
    pub platform: String,
    /// The channel that is to be connected again.
    pub channel: Option<Uuid>,
}

/// Where a person goes to consent.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsentBegun {
    pub id: Uuid,
    /// To be opened by the person whose token began it, signed in here in the same browser.
    pub url: String,
    pub expires_at: DateTime<Utc>,
}

/// A consent and what can be connected with it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsentView {
    pub id: Uuid,
    pub platform: String,
    /// `away`, `redeeming`, `choosing`, `refused` or `done`.
    pub stage: String,
    /// Why nothing came of it, and what to do.
    pub problem: Option<String>,
    pub problem_help: Option<String>,
    pub expires_at: DateTime<Utc>,
    pub targets: Vec<TargetView>,
}

/// A page, property, site or account.
#[derive(Debug, Serialize, ToSchema)]
pub struct TargetView {
    pub key: String,
    pub label: String,
    pub detail: String,
    pub url: Option<String>,
    /// Why it can't be connected.
    pub refusal: Option<String>,
    /// The channel that it is here already.
    pub channel: Option<Uuid>,
}

/// What is to be connected.
#[derive(Deserialize, ToSchema)]
pub struct ChoiceBody {
    /// Keys of the consent's targets.
    pub targets: Vec<String>,
}

/// What came of a choice.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChosenView {
    pub connected: Vec<ChannelView>,
    pub refused: Vec<RefusedTargetView>,
}

/// A target that could not be connected.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefusedTargetView {
    pub key: String,
    pub label: String,
    pub problem: String,
    pub problem_help: Option<String>,
}

/// The platforms that are connected by consent.
#[utoipa::path(get, path = "/channel-platforms", tag = "channels", responses((status = 200, body = Listed<PlatformView>)))]
async fn platforms(caller: Caller) -> Reply<Listed<PlatformView>> {
    let apps = caller.state.product.connections.apps(&mut caller.read().await?).await?;
    Ok(Json(Listed::all(apps, |app| PlatformView {
        id: app.descriptor.id.to_owned(),
        name: app.descriptor.name.to_owned(),
        simulated: app.descriptor.simulated,
        ready: app.is_known(),
        target: app.descriptor.consent.and_then(|consent| consent.target).map(str::to_owned),
        scopes: parts::scopes(&app.descriptor, None)
            .into_iter()
            .map(|one| PlatformScope { name: one.name, purpose: one.purpose, required: one.required })
            .collect(),
    })))
}

/// Begin a consent. Its answer is the address at which the token's person consents.
#[utoipa::path(post, path = "/tenants/{tenant}/channels/consents", tag = "channels", request_body = ConsentBody, responses((status = 201, body = ConsentBegun)))]
async fn begin(caller: Caller, At(tenant): At<TenantId>, Body(body): Body<ConsentBody>) -> Made<ConsentBegun> {
    let scope = caller.scope(tenant, Permission::ConnectChannels)?;
    tenants::queries::tenant(&mut caller.read().await?, scope).await?;
    let product = &caller.state.product;
    let input = Begin {
        platform: body.platform,
        face: if caller.principal.is_staff() { Face::Portal } else { Face::Client },
        redirect: parts::return_address(&caller.state.settings)?,
        again: body.channel.map(ChannelId::from_uuid),
        onboarding: false,
    };
    let departure = product.connections.begin(&product.db, caller.principal.actor().clone(), scope, input).await?;
    let begun =
        ConsentBegun { id: departure.visit.uuid(), url: departure.url.to_string(), expires_at: departure.expires_at };
    Ok((StatusCode::CREATED, Json(begun)))
}

/// One consent, for whoever began it.
#[utoipa::path(get, path = "/tenants/{tenant}/channels/consents/{visit}", tag = "channels", responses((status = 200, body = ConsentView)))]
async fn visit(caller: Caller, At((tenant, visit)): At<(TenantId, ConsentVisitId)>) -> Reply<ConsentView> {
    let scope = caller.scope(tenant, Permission::ConnectChannels)?;
    let mut conn = caller.read().await?;
    let person = caller.principal.user();
    let (visit, offered) = caller.state.product.connections.visit(&mut conn, scope, person, visit).await?;
    let open = visit.stage == VisitStage::Choosing;
    Ok(Json(ConsentView {
        id: visit.id.uuid(),
        platform: visit.platform,
        stage: visit.stage.as_str().to_owned(),
        problem: visit.problem,
        problem_help: visit.help,
        expires_at: visit.expires_at,
        targets: offered
            .into_iter()
            .filter(|_| open)
            .map(|one| TargetView {
                key: one.key,
                label: one.label,
                detail: one.detail,
                url: one.url.map(String::from),
                refusal: one.refusal,
                channel: one.known.map(ChannelId::uuid),
            })
            .collect(),
    }))
}

/// Connect what was chosen. Each is checked on the platform first; when none opens, the choice stays open.
#[utoipa::path(post, path = "/tenants/{tenant}/channels/consents/{visit}/choose", tag = "channels", request_body = ChoiceBody, responses((status = 200, body = ChosenView)))]
async fn choose(
    caller: Caller,
    At((tenant, visit)): At<(TenantId, ConsentVisitId)>,
    Body(body): Body<ChoiceBody>,
) -> Reply<ChosenView> {
    let scope = caller.scope(tenant, Permission::ConnectChannels)?;
    let product = &caller.state.product;
    let actor = caller.principal.actor().clone();
    let chosen = product.connections.choose(&product.db, actor, scope, visit, &body.targets).await?;
    let mut conn = caller.read().await?;
    let mut connected = Vec::with_capacity(chosen.connected.len());
    for id in chosen.connected {
        connected.push(queries::connection(&mut conn, scope, id).await?.into());
    }
    let refused = chosen.refused.into_iter().map(|one| RefusedTargetView {
        key: one.key,
        label: one.label,
        problem: one.problem,
        problem_help: one.help,
    });
    Ok(Json(ChosenView { connected, refused: refused.collect() }))
}
