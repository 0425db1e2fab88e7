//! The agency's colour and logo.

use aos_kernel::Result;
use aos_storage::{Conn, ObjectKey, Tx, params};

use crate::people::branding::Branding;

pub async fn branding(conn: &mut Conn) -> Result<Option<Branding>> {
    conn.one("SELECT accent, logo_key, logo_type, logo_hash FROM agency_branding", params![]).await
}

pub async fn keep(tx: &mut Tx, branding: &Branding) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO agency_branding (only_one, accent, logo_key, logo_type, logo_hash, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (only_one) DO UPDATE SET accent = excluded.accent, logo_key = excluded.logo_key,
           logo_type = excluded.logo_type, logo_hash = excluded.logo_hash, updated_at = excluded.updated_at",
        params![
            true,
            branding.accent.as_deref(),
            branding.logo_key.as_ref().map(ObjectKey::as_str),
            branding.logo_type.as_deref(),
            branding.logo_hash.as_deref(),
            now
        ],
    )
    .await?;
    Ok(())
}
