//! What the agency asks of everybody who signs in.

use aos_kernel::{Error, Result};
use aos_storage::{Conn, Tx, from_row, params};

use crate::people::{office::OfficeNetworks, settings::Security};

from_row!(Security { two_factor_required, json office_networks });

pub async fn security(conn: &mut Conn) -> Result<Option<Security>> {
    conn.one("SELECT two_factor_required, office_networks FROM agency", params![]).await
}

pub async fn set_two_factor_required(tx: &mut Tx, required: bool) -> Result<()> {
    tx.execute("UPDATE agency SET two_factor_required = $1", params![required]).await?;
    Ok(())
}

pub async fn set_office_networks(tx: &mut Tx, networks: &OfficeNetworks) -> Result<()> {
    let networks = serde_json::to_value(networks).map_err(Error::internal)?;
    tx.execute("UPDATE agency SET office_networks = $1", params![networks]).await?;
    Ok(())
}
