//! What the agency asks of everybody who signs in: a second factor of its staff, and the networks that they work from.

use aos_kernel::{Actor, Error, Result, Subject};
use aos_storage::{Conn, Tx};
use serde::Serialize;
use serde_json::json;

use super::{
    audit::{self, NewAuditEntry},
    office::OfficeNetworks,
    store::{settings as store, users},
};

/// The agency's rules for signing in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Security {
    /// Staff set up a second factor before anything else.
    pub two_factor_required: bool,
    /// Outside of these, staff see none of their faces; empty: no limit.
    pub office_networks: OfficeNetworks,
}

/// # Errors
/// `NotFound` before the first run.
pub async fn security(conn: &mut Conn) -> Result<Security> {
    store::security(conn).await?.ok_or_else(|| Error::not_found("agency"))
}

async fn note(tx: &mut Tx, action: &'static str, detail: serde_json::Value) -> Result<()> {
    let agency = users::agency(tx).await?.ok_or_else(|| Error::not_found("agency"))?;
    let subject = Subject::new("agency", agency.id);
    tx.emit(aos_kernel::NewEvent::new(None, action, subject.clone()).with(detail.clone()));
    audit::record(tx, NewAuditEntry::new(None, action, subject).with(detail)).await
}

/// Asks the staff for a second factor, or no longer.
///
/// # Errors
/// `NotFound` before the first run.
pub async fn require_two_factor(tx: &mut Tx, required: bool) -> Result<()> {
    if security(tx).await?.two_factor_required == required {
        return Ok(());
    }
    store::set_two_factor_required(tx, required).await?;
    note(tx, "people.two_factor_requirement_changed", json!({ "required": required })).await
}

/// Limits the staff's faces to these networks; an empty list lifts the limit. `address` is where the asker comes from: a
/// list that would lock them out is refused.
///
/// # Errors
/// `Invalid` for the field `office_networks` when the list does not hold the asker's own address.
pub async fn limit_to_office(tx: &mut Tx, networks: &OfficeNetworks, address: Option<&str>) -> Result<()> {
    // Whoever is at the machine itself can't be locked out.
    let on_the_machine = matches!(tx.actor(), Actor::System { .. });
    if !on_the_machine && !networks.admit(address) {
        let you = address.map_or_else(
            || "Where you come from is not known".to_owned(),
            |address| format!("You come from {address}, which none of these networks holds"),
        );
        return Err(Error::invalid("office_networks", format!("{you}; this would lock you out."))
            .with_help("Add your own address. Behind a proxy, name the proxy under server.trusted_proxies first."));
    }
    if security(tx).await?.office_networks == *networks {
        return Ok(());
    }
    store::set_office_networks(tx, networks).await?;
    note(tx, "people.office_networks_changed", json!({ "networks": networks })).await
}
