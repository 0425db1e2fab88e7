//! Registering clients and changing what is known of them.

use aos_kernel::{AgencyScope, ClientGroupId, Error, ErrorKind, NewEvent, Result, Subject, TenantId, TenantScope};
use aos_storage::{Signal, Tx};
use serde_json::json;

use super::{
    model::{Budgets, ClientGroup, Settings, Tenant, TenantState, slug_of, website_url},
    queries, store,
};
use crate::people::{self, NewAuditEntry, audit, known_zone, plain_name};

/// A client to be registered.
#[derive(Clone, Debug)]
pub struct NewTenant {
    pub name: String,
    /// As typed; see [`website_url`].
    pub website: String,
    /// IANA name.
    pub zone: String,
    pub client_group_id: Option<ClientGroupId>,
    pub settings: Settings,
}

/// Registers a client. Whoever hears `tenants.registered` begins the crawl and the onboarding.
///
/// # Errors
/// `Invalid` for an empty name, an address that is none, an unknown time zone or group, or settings that don't fit;
/// `Denied` for a scope of some clients only.
pub async fn register_tenant(tx: &mut Tx, agency: &AgencyScope, input: NewTenant) -> Result<Tenant> {
    whole_agency(agency)?;
    let name = plain_name("name", &input.name, 120)?;
    let website = website_url(&input.website)?;
    let zone = known_zone(&input.zone)?;
    input.settings.validate()?;
    known_group(tx, input.client_group_id).await?;
    let slug = free_slug(tx, &name, website.host_str().unwrap_or_default()).await?;
    let tenant = Tenant {
        id: TenantId::new(),
        client_group_id: input.client_group_id,
        name,
        slug,
        website: website.into(),
        zone: zone.name().to_owned(),
        state: TenantState::Active,
        settings: input.settings,
        created_at: tx.now(),
        archived_at: None,
    };
    store::insert(tx, &tenant).await?;
    say(
        tx,
        &tenant,
        "tenants.registered",
        json!({ "name": tenant.name, "slug": tenant.slug, "website": tenant.website, "zone": tenant.zone }),
    )
    .await?;
    Ok(tenant)
}

/// Makes the transactions that change the same client's plan wait for each other, so that what one reads is still so when
/// it writes.
///
/// # Errors
/// `NotFound`.
pub async fn lock(tx: &mut Tx, scope: TenantScope) -> Result<()> {
    if store::lock(tx, scope).await? { Ok(()) } else { Err(Error::not_found("client")) }
}

/// What can be changed of a client; `None` leaves it.
#[derive(Clone, Debug, Default)]
pub struct ChangeTenant {
    pub name: Option<String>,
    pub website: Option<String>,
    pub zone: Option<String>,
    /// `Some(None)` takes the client out of its group.
    pub client_group_id: Option<Option<ClientGroupId>>,
}

/// Changes who a client is. The slug stays.
///
/// # Errors
/// `NotFound`; `Invalid` as [`register_tenant`].
pub async fn change_tenant(tx: &mut Tx, scope: TenantScope, change: ChangeTenant) -> Result<Tenant> {
    let before = queries::tenant(tx, scope).await?;
    let mut tenant = before.clone();
    if let Some(name) = change.name {
        tenant.name = plain_name("name", &name, 120)?;
    }
    if let Some(website) = change.website {
        tenant.website = website_url(&website)?.into();
    }
    if let Some(zone) = change.zone {
        known_zone(&zone)?.name().clone_into(&mut tenant.zone);
    }
    if let Some(group) = change.client_group_id {
        known_group(tx, group).await?;
        tenant.client_group_id = group;
    }
    if tenant == before {
        return Ok(tenant);
    }
    store::update(tx, scope, &tenant).await?;
    let detail = json!({
        "name": tenant.name, "website": tenant.website, "zone": tenant.zone,
        "website_changed": tenant.website != before.website,
    });
    say(tx, &tenant, "tenants.changed", detail).await?;
    Ok(tenant)
}

/// Replaces a client's settings.
///
/// # Errors
/// `NotFound`; `Invalid` for settings that don't fit.
pub async fn change_settings(tx: &mut Tx, scope: TenantScope, settings: Settings) -> Result<Tenant> {
    settings.validate()?;
    let mut tenant = queries::tenant(tx, scope).await?;
    if tenant.settings == settings {
        return Ok(tenant);
    }
    let before = std::mem::replace(&mut tenant.settings, settings);
    store::update(tx, scope, &tenant).await?;
    let detail = json!({ "before": before, "after": tenant.settings });
    say(tx, &tenant, "tenants.settings_changed", detail).await?;
    Ok(tenant)
}

/// Chooses what agents may spend for each client that has no budget of its own. It counts from the next call on.
///
/// # Errors
/// `Invalid` as [`Budgets::validate`]; `Denied` for a scope of some clients only.
pub async fn change_default_budget(tx: &mut Tx, agency: &AgencyScope, budgets: Budgets) -> Result<()> {
    whole_agency(agency)?;
    budgets.validate()?;
    let before = queries::default_budget(tx).await?;
    if before.budgets == budgets && before.chosen.is_some() {
        return Ok(());
    }
    store::put_default_budget(tx, &budgets).await?;
    let subject = Subject::new("agency", people::queries::agency(tx).await?.id);
    let detail = json!({ "before": before.budgets, "after": budgets });
    tx.emit(NewEvent::new(None, "tenants.default_budget_changed", subject.clone()).with(detail.clone()));
    audit::record(tx, NewAuditEntry::new(None, "tenants.default_budget_changed", subject).with(detail)).await
}

/// Ends the work for a client; its record stays. Safe to repeat.
///
/// # Errors
/// `NotFound`.
pub async fn archive_tenant(tx: &mut Tx, scope: TenantScope) -> Result<Tenant> {
    set_state(tx, scope, TenantState::Archived, "tenants.archived").await
}

/// Takes up the work for a client again. Safe to repeat.
///
/// # Errors
/// `NotFound`.
pub async fn restore_tenant(tx: &mut Tx, scope: TenantScope) -> Result<Tenant> {
    set_state(tx, scope, TenantState::Active, "tenants.restored").await
}

async fn set_state(tx: &mut Tx, scope: TenantScope, state: TenantState, event: &'static str) -> Result<Tenant> {
    let mut tenant = queries::tenant(tx, scope).await?;
    if tenant.state != state {
        tenant.state = state;
        tenant.archived_at = (state == TenantState::Archived).then(|| tx.now());
        store::update(tx, scope, &tenant).await?;
        say(tx, &tenant, event, json!({})).await?;
    }
    Ok(tenant)
}

/// Makes a group for several brands of one client.
///
/// # Errors
/// `Conflict` `group_exists`; `Invalid` for an empty name; `Denied` for a scope of some clients only.
pub async fn add_client_group(tx: &mut Tx, agency: &AgencyScope, name: &str) -> Result<ClientGroup> {
    whole_agency(agency)?;
    let group = ClientGroup { id: ClientGroupId::new(), name: plain_name("name", name, 120)?, created_at: tx.now() };
    store::insert_group(tx, group.id, &group.name).await.map_err(group_exists)?;
    let entry = NewAuditEntry::new(None, "tenants.group_added", Subject::new("client_group", group.id));
    audit::record(tx, entry.with(json!({ "name": group.name }))).await?;
    Ok(group)
}

/// # Errors
/// `NotFound`; otherwise as [`add_client_group`].
pub async fn rename_client_group(tx: &mut Tx, agency: &AgencyScope, id: ClientGroupId, name: &str) -> Result<()> {
    whole_agency(agency)?;
    let name = plain_name("name", name, 120)?;
    if store::rename_group(tx, id, &name).await.map_err(group_exists)? == 0 {
        return Err(Error::not_found("client group"));
    }
    let entry = NewAuditEntry::new(None, "tenants.group_renamed", Subject::new("client_group", id));
    audit::record(tx, entry.with(json!({ "name": name }))).await
}

fn group_exists(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Conflict => Error::conflict("group_exists", "There is a client group of this name already."),
        _ => error,
    }
}

fn whole_agency(agency: &AgencyScope) -> Result<()> {
    if agency.limit().is_none() { Ok(()) } else { Err(Error::denied("Only the agency's staff may do this.")) }
}

async fn known_group(tx: &mut Tx, group: Option<ClientGroupId>) -> Result<()> {
    match group {
        Some(id) if !store::group_exists(tx, id).await? => {
            Err(Error::invalid("client_group_id", "There is no such client group."))
        }
        _ => Ok(()),
    }
}

/// The name as a slug, or the website's host, with a number behind it where it is taken.
async fn free_slug(tx: &mut Tx, name: &str, host: &str) -> Result<String> {
    let base = slug_of(name).or_else(|| slug_of(host)).unwrap_or_else(|| "client".to_owned());
    let taken = store::slugs_like(tx, &base).await?;
    let mut slug = base.clone();
    let mut number = 2;
    while taken.contains(&slug) {
        slug = format!("{base}-{number}");
        number += 1;
    }
    Ok(slug)
}

/// Tells the rest of the system, the audit log and whoever looks at the client now.
async fn say(tx: &mut Tx, tenant: &Tenant, what: &'static str, detail: serde_json::Value) -> Result<()> {
    let subject = Subject::new("tenant", tenant.id);
    tx.emit(NewEvent::new(tenant.id, what, subject.clone()).with(detail.clone()));
    tx.signal(Signal::new("tenant", tenant.id));
    audit::record(tx, NewAuditEntry::new(tenant.id, what, subject).with(detail)).await
}
