//! Clients over the JSON API.

use aos_features::{
    people::Permission,
    read_models,
    tenants::{self, ChangeTenant, NewTenant, TenantFilter},
};
use aos_kernel::{ClientGroupId, MicroUsd, TenantId};
use axum::{Json, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    api::{ActorView, Asked, Body, Caller, Listed, Made, Paging, Reply, SliceRouter, operations, words},
    session::At,
};

pub fn routes() -> SliceRouter {
    SliceRouter::default()
        .routes(operations!(list, register))
        .routes(operations!(one, change))
        .routes(operations!(settings))
        .routes(operations!(budget))
        .routes(operations!(default_budget, change_default_budget))
        .routes(operations!(archive))
        .routes(operations!(restore))
        .routes(operations!(readiness))
}

/// One client brand.
#[derive(Debug, Serialize, ToSchema)]
pub struct TenantView {
    pub id: Uuid,
    pub client_group_id: Option<Uuid>,
    pub name: String,
    /// Names the client in addresses. Never changes.
    pub slug: String,
    pub website: String,
    /// IANA name. Months and publishing times of this client are meant in it.
    pub time_zone: String,
    #[schema(schema_with = words::tenant_state)]
    pub state: tenants::TenantState,
    pub settings: SettingsView,
    pub created_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

impl From<tenants::Tenant> for TenantView {
    fn from(tenant: tenants::Tenant) -> Self {
        Self {
            id: tenant.id.uuid(),
            client_group_id: tenant.client_group_id.map(ClientGroupId::uuid),
            name: tenant.name,
            slug: tenant.slug,
            website: tenant.website,
            time_zone: tenant.zone,
            state: tenant.state,
            settings: tenant.settings.into(),
            created_at: tenant.created_at,
            archived_at: tenant.archived_at,
        }
    }
}

/// What can be chosen for a client.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SettingsView {
    pub approval: ApprovalPolicyView,
    pub publish: PublishDefaultsView,
    /// Null or left out: the agency's default counts.
    pub budgets: Option<BudgetsView>,
}

/// Who decides on this client's work.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ApprovalPolicyView {
    #[schema(schema_with = words::approval_route)]
    pub route: tenants::ApprovalRoute,
    /// What the client decides on after the agency, where the route leads to them: `request`, `content_item`, `strategy`.
    /// Left out: requests and posts.
    #[serde(default = "usually_clients")]
    pub client_decides: Vec<String>,
    /// Whether somebody may approve what they made or asked for.
    pub allow_own_work: bool,
}

fn usually_clients() -> Vec<String> {
    tenants::ApprovalPolicy::default().client_decides
}

/// How an approved piece goes out unless its request says otherwise.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PublishDefaultsView {
    #[schema(schema_with = words::publish_default)]
    pub mode: tenants::PublishMode,
    /// Names of the categories on the client's site.
    pub categories: Vec<String>,
}

/// What agents may spend for a client, in millionths of a US dollar.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BudgetsView {
    /// In a calendar month; null: as much as it takes.
    #[schema(minimum = 0)]
    pub monthly_micro_usd: Option<i64>,
    #[schema(minimum = 0)]
    pub per_run_micro_usd: i64,
}

impl From<tenants::Budgets> for BudgetsView {
    fn from(budgets: tenants::Budgets) -> Self {
        Self { monthly_micro_usd: budgets.monthly.map(|amount| amount.0), per_run_micro_usd: budgets.per_run.0 }
    }
}

impl From<BudgetsView> for tenants::Budgets {
    fn from(view: BudgetsView) -> Self {
        Self { monthly: view.monthly_micro_usd.map(MicroUsd), per_run: MicroUsd(view.per_run_micro_usd) }
    }
}

impl From<tenants::Settings> for SettingsView {
    fn from(settings: tenants::Settings) -> Self {
        let tenants::Settings { approval, publish, budgets } = settings;
        Self {
            approval: ApprovalPolicyView {
                route: approval.route,
                client_decides: approval.client_decides,
                allow_own_work: approval.allow_own_work,
            },
            publish: PublishDefaultsView { mode: publish.mode, categories: publish.categories },
            budgets: budgets.map(BudgetsView::from),
        }
    }
}

impl From<SettingsView> for tenants::Settings {
    fn from(view: SettingsView) -> Self {
        let SettingsView { approval, publish, budgets } = view;
        Self {
            approval: tenants::ApprovalPolicy {
                route: approval.route,
                client_decides: approval.client_decides,
                allow_own_work: approval.allow_own_work,
            },
            publish: tenants::PublishDefaults { mode: publish.mode, categories: publish.categories },
            budgets: budgets.map(tenants::Budgets::from),
        }
    }
}

/// A client to be registered.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewTenantBody {
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// `https://example.com`.
    pub website: String,
    /// IANA name.
    pub time_zone: String,
    pub client_group_id: Option<Uuid>,
    /// Left out: the usual ones.
    pub settings: Option<SettingsView>,
}

/// What is to be changed of a client; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeTenantBody {
    #[schema(min_length = 1, max_length = 120)]
    pub name: Option<String>,
    pub website: Option<String>,
    /// IANA name.
    pub time_zone: Option<String>,
    /// Null takes the client out of its group.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Uuid>)]
    pub client_group_id: Option<Option<Uuid>>,
}

/// Tells a null from a field that was left out.
pub(crate) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(input: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(input).map(Some)
}

/// How far a client's set-up is, from what is there now.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadinessView {
    #[schema(schema_with = words::readiness)]
    pub state: tenants::ReadinessState,
    pub checklist: Vec<ChecklistItemView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ChecklistItemView {
    /// `website`, `context`, `strategy`, `channel`, `deliverables`, `dashboard`.
    pub key: &'static str,
    pub label: &'static str,
    pub done: bool,
    /// What a person can do while it is not.
    pub help: &'static str,
}

impl From<tenants::Readiness> for ReadinessView {
    fn from(readiness: tenants::Readiness) -> Self {
        let view = |item: tenants::ChecklistItem| ChecklistItemView {
            key: item.key,
            label: item.label,
            done: item.done,
            help: item.help,
        };
        Self { state: readiness.state, checklist: readiness.checklist.into_iter().map(view).collect() }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TenantQuery {
    #[param(schema_with = words::tenant_state, required = false)]
    pub state: Option<tenants::TenantState>,
    /// A client group.
    pub group: Option<Uuid>,
    /// Part of the name or the website.
    pub search: Option<String>,
}

/// Clients by name.
#[utoipa::path(get, path = "/tenants", tag = "tenants", params(TenantQuery, Paging), responses((status = 200, body = Listed<TenantView>)))]
async fn list(
    caller: Caller,
    Asked(query): Asked<TenantQuery>,
    Asked(paging): Asked<Paging>,
) -> Reply<Listed<TenantView>> {
    let agency = caller.agency(Permission::SeeClient)?;
    let filter =
        TenantFilter { state: query.state, group: query.group.map(ClientGroupId::from_uuid), search: query.search };
    let after = paging.after()?;
    let page =
        tenants::queries::tenants(&mut caller.read().await?, &agency, &filter, after.as_ref(), paging.size()).await?;
    Ok(Json(Listed::page(page, TenantView::from)))
}

/// Register a client.
///
/// The first crawl of the website begins by itself.
#[utoipa::path(post, path = "/tenants", tag = "tenants", request_body = NewTenantBody, responses((status = 201, body = TenantView)))]
async fn register(caller: Caller, Body(body): Body<NewTenantBody>) -> Made<TenantView> {
    let agency = caller.agency(Permission::ManageClients)?;
    let input = NewTenant {
        name: body.name,
        website: body.website,
        zone: body.time_zone,
        client_group_id: body.client_group_id.map(ClientGroupId::from_uuid),
        settings: body.settings.map(Into::into).unwrap_or_default(),
    };
    let mut tx = caller.begin().await?;
    let tenant = tenants::commands::register_tenant(&mut tx, &agency, input).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(tenant.into())))
}

/// One client.
#[utoipa::path(get, path = "/tenants/{tenant}", tag = "tenants", responses((status = 200, body = TenantView)))]
async fn one(caller: Caller, At(tenant): At<TenantId>) -> Reply<TenantView> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    Ok(Json(tenants::queries::tenant(&mut caller.read().await?, scope).await?.into()))
}

/// Change who a client is. The slug stays.
#[utoipa::path(patch, path = "/tenants/{tenant}", tag = "tenants", request_body = ChangeTenantBody, responses((status = 200, body = TenantView)))]
async fn change(caller: Caller, At(tenant): At<TenantId>, Body(body): Body<ChangeTenantBody>) -> Reply<TenantView> {
    let scope = caller.scope(tenant, Permission::ManageClients)?;
    let change = ChangeTenant {
        name: body.name,
        website: body.website,
        zone: body.time_zone,
        client_group_id: body.client_group_id.map(|group| group.map(ClientGroupId::from_uuid)),
    };
    let mut tx = caller.begin().await?;
    let tenant = tenants::commands::change_tenant(&mut tx, scope, change).await?;
    tx.commit().await?;
    Ok(Json(tenant.into()))
}

/// Replace a client's settings.
#[utoipa::path(put, path = "/tenants/{tenant}/settings", tag = "tenants", request_body = SettingsView, responses((status = 200, body = TenantView)))]
async fn settings(caller: Caller, At(tenant): At<TenantId>, Body(body): Body<SettingsView>) -> Reply<TenantView> {
    let scope = caller.scope(tenant, Permission::ConfigureClient)?;
    let mut tx = caller.begin().await?;
    let tenant = tenants::commands::change_settings(&mut tx, scope, body.into()).await?;
    tx.commit().await?;
    Ok(Json(tenant.into()))
}

/// What counts for one client, and whether it is its own.
#[derive(Debug, Serialize, ToSchema)]
pub struct BudgetView {
    /// False: the agency's default counts.
    pub own: bool,
    pub budgets: BudgetsView,
}

/// What counts for every client that has no budget of its own.
#[derive(Debug, Serialize, ToSchema)]
pub struct DefaultBudgetView {
    pub budgets: BudgetsView,
    /// Null while it is what is built in.
    pub chosen_by: Option<ActorView>,
    pub chosen_at: Option<DateTime<Utc>>,
}

/// What agents may spend for a client: its own budget, or else the agency's default.
#[utoipa::path(get, path = "/tenants/{tenant}/budget", tag = "tenants", responses((status = 200, body = BudgetView)))]
async fn budget(caller: Caller, At(tenant): At<TenantId>) -> Reply<BudgetView> {
    let scope = caller.scope(tenant, Permission::SeeCosts)?;
    let mut conn = caller.read().await?;
    let own = tenants::queries::settings(&mut conn, scope).await?.budgets.is_some();
    Ok(Json(BudgetView { own, budgets: tenants::queries::budgets(&mut conn, scope).await?.into() }))
}

async fn kept_default(caller: &Caller) -> aos_kernel::Result<DefaultBudgetView> {
    let default = tenants::queries::default_budget(&mut caller.read().await?).await?;
    let (by, at) = default.chosen.unzip();
    Ok(DefaultBudgetView { budgets: default.budgets.into(), chosen_by: by.map(ActorView::from), chosen_at: at })
}

/// What agents may spend for each client that has no budget of its own.
#[utoipa::path(get, path = "/default-budget", tag = "tenants", responses((status = 200, body = DefaultBudgetView)))]
async fn default_budget(caller: Caller) -> Reply<DefaultBudgetView> {
    caller.require(Permission::SeeCosts)?;
    Ok(Json(kept_default(&caller).await?))
}

/// Choose what agents may spend for each client that has no budget of its own. It counts from the next call on.
#[utoipa::path(put, path = "/default-budget", tag = "tenants", request_body = BudgetsView, responses((status = 200, body = DefaultBudgetView)))]
async fn change_default_budget(caller: Caller, Body(body): Body<BudgetsView>) -> Reply<DefaultBudgetView> {
    let agency = caller.agency(Permission::ManageAgents)?;
    let mut tx = caller.begin().await?;
    tenants::commands::change_default_budget(&mut tx, &agency, body.into()).await?;
    tx.commit().await?;
    Ok(Json(kept_default(&caller).await?))
}

/// End the work for a client; its record stays.
#[utoipa::path(post, path = "/tenants/{tenant}/archive", tag = "tenants", responses((status = 200, body = TenantView)))]
async fn archive(caller: Caller, At(tenant): At<TenantId>) -> Reply<TenantView> {
    let scope = caller.scope(tenant, Permission::ManageClients)?;
    let mut tx = caller.begin().await?;
    let tenant = tenants::commands::archive_tenant(&mut tx, scope).await?;
    tx.commit().await?;
    Ok(Json(tenant.into()))
}

/// Take up the work for a client again.
#[utoipa::path(post, path = "/tenants/{tenant}/restore", tag = "tenants", responses((status = 200, body = TenantView)))]
async fn restore(caller: Caller, At(tenant): At<TenantId>) -> Reply<TenantView> {
    let scope = caller.scope(tenant, Permission::ManageClients)?;
    let mut tx = caller.begin().await?;
    let tenant = tenants::commands::restore_tenant(&mut tx, scope).await?;
    tx.commit().await?;
    Ok(Json(tenant.into()))
}

/// How far a client's set-up is.
#[utoipa::path(get, path = "/tenants/{tenant}/readiness", tag = "tenants", responses((status = 200, body = ReadinessView)))]
async fn readiness(caller: Caller, At(tenant): At<TenantId>) -> Reply<ReadinessView> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let mut conn = caller.read().await?;
    tenants::queries::tenant(&mut conn, scope).await?;
    Ok(Json(tenants::Readiness::of(read_models::clients::records(&mut conn, scope).await?).into()))
}
