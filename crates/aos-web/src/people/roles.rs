//! Roles in words, for every page that names them.

use std::collections::HashMap;

use aos_features::people::{self, Grant, Membership, Role};
use aos_kernel::{Error, Result, TenantId};
use aos_storage::Conn;
use chrono_tz::Tz;

use super::views::{RoleChoice, RoleTag};
use crate::ui::states::label;

/// The agency's own time zone, for pages that concern no client.
pub(crate) async fn zone(conn: &mut Conn) -> Result<Tz> {
    Ok(people::queries::agency(conn).await?.zone.parse().unwrap_or(Tz::UTC))
}

/// What a role may do, in one sentence.
pub(super) const fn hint(role: Role) -> &'static str {
    match role {
        Role::Administrator => "Everything, users and models included.",
        Role::Consultant => "Every client’s work: plans, onboarding, channels; decides as a reviewer.",
        Role::Reviewer => "Reviews and edits posts.",
        Role::Approver => "Decides on strategies, requests and posts.",
        Role::TenantAdmin => "Speaks for one client: its channels, its context, its say in decisions.",
        Role::TenantMember => "Sees one client and raises requests for it.",
    }
}

/// "Administrator", "Member of Harbour Dental".
pub(super) fn words_of(role: Role, tenant: Option<TenantId>, clients: &HashMap<TenantId, String>) -> String {
    match tenant {
        Some(tenant) => {
            let client = clients.get(&tenant).map_or("an archived client", String::as_str);
            let what = if role == Role::TenantAdmin { "Administrator" } else { "Member" };
            format!("{what} of {client}")
        }
        None => label(role.as_str()),
    }
}

pub(super) fn tag(role: Role, tenant: Option<TenantId>, clients: &HashMap<TenantId, String>) -> RoleTag {
    RoleTag {
        words: words_of(role, tenant, clients),
        role: role.as_str().to_owned(),
        client: tenant.map_or_else(String::new, |tenant| tenant.to_string()),
    }
}

pub(super) fn tags(own: &[Membership], clients: &HashMap<TenantId, String>) -> Vec<RoleTag> {
    own.iter().map(|own| tag(own.role, own.tenant_id, clients)).collect()
}

pub(super) fn choice(role: Role) -> RoleChoice {
    let label = match role {
        Role::TenantAdmin => "Administrator of a client".to_owned(),
        Role::TenantMember => "Member of a client".to_owned(),
        staff => label(staff.as_str()),
    };
    RoleChoice {
        value: role.as_str().to_owned(),
        label,
        hint: hint(role).to_owned(),
        of_client: !role.is_agency_wide(),
    }
}

/// The role and the client that a form names.
pub(super) fn grant(role: &str, client: &str) -> Result<Grant> {
    let role: Role = role.parse().map_err(|_| Error::invalid("role", "Choose a role."))?;
    // The list of clients has a first entry for roles of the whole agency, which a staff role is in any case.
    let tenant: Option<TenantId> = if role.is_agency_wide() { None } else { client.parse().ok() };
    Grant::new(role, tenant)
}
