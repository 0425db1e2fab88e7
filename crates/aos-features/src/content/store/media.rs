//! The SQL of the media library.

use aos_kernel::{MediaId, Result, TenantScope, Timestamp};
use aos_storage::{BulkInsert, Conn, Sql, Tx, params};

use crate::content::library::{MediaFile, Used};

const MEDIA: &str = "id, origin, source_url, object_key, file_name, content_type, width, height, bytes, hash, alt,
    added_by, created_at, removed_at";

/// Keeps a file, unless its bytes are there already.
pub async fn insert_media(tx: &mut Tx, scope: TenantScope, file: &MediaFile) -> Result<()> {
    tx.execute(
        "INSERT INTO media (tenant_id, id, origin, source_url, object_key, file_name, content_type, width, height, bytes,
           hash, alt, added_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         ON CONFLICT (tenant_id, hash) DO NOTHING",
        params![
            scope.tenant(),
            file.id,
            file.origin.as_str(),
            file.source_url.as_deref(),
            file.object_key.as_str(),
            &file.file_name,
            &file.content_type,
            file.width,
            file.height,
            file.bytes,
            &file.hash,
            &file.alt,
            &file.added_by,
            file.created_at
        ],
    )
    .await?;
    Ok(())
}

/// One that was taken out is there again, as it is brought now.
pub async fn revive_media(tx: &mut Tx, scope: TenantScope, id: MediaId, brought: &MediaFile) -> Result<()> {
    tx.execute(
        "UPDATE media SET removed_at = NULL, origin = $3, file_name = $4, alt = $5, added_by = $6, created_at = $7
         WHERE tenant_id = $1 AND id = $2",
        params![
            scope.tenant(),
            id,
            brought.origin.as_str(),
            &brought.file_name,
            &brought.alt,
            &brought.added_by,
            brought.created_at
        ],
    )
    .await?;
    Ok(())
}

pub async fn set_alt(tx: &mut Tx, scope: TenantScope, id: MediaId, alt: &str) -> Result<()> {
    tx.execute("UPDATE media SET alt = $3 WHERE tenant_id = $1 AND id = $2", params![scope.tenant(), id, alt]).await?;
    Ok(())
}

pub async fn remove_media(tx: &mut Tx, scope: TenantScope, id: MediaId) -> Result<()> {
    let now = tx.now();
    tx.execute("UPDATE media SET removed_at = $3 WHERE tenant_id = $1 AND id = $2", params![scope.tenant(), id, now])
        .await?;
    Ok(())
}

/// Also one that was taken out.
pub async fn media(conn: &mut Conn, scope: TenantScope, id: MediaId) -> Result<Option<MediaFile>> {
    let sql = format!("SELECT {MEDIA} FROM media WHERE tenant_id = $1 AND id = $2");
    conn.one(Sql::built(sql), params![scope.tenant(), id]).await
}

/// Also one that was taken out.
pub async fn media_of_hash(conn: &mut Conn, scope: TenantScope, hash: &str) -> Result<Option<MediaFile>> {
    let sql = format!("SELECT {MEDIA} FROM media WHERE tenant_id = $1 AND hash = $2");
    conn.one(Sql::built(sql), params![scope.tenant(), hash]).await
}

/// What is there, the newest first.
pub async fn all_media(
    conn: &mut Conn,
    scope: TenantScope,
    before: Option<(Timestamp, MediaId)>,
    limit: i64,
) -> Result<Vec<MediaFile>> {
    let (at, id) = before.unzip();
    let sql = match at {
        Some(_) => format!(
            "SELECT {MEDIA} FROM media WHERE tenant_id = $1 AND removed_at IS NULL AND (created_at < $2 OR (created_at = $2 AND id < $3))
             ORDER BY created_at DESC, id DESC LIMIT $4"
        ),
        None => format!(
            "SELECT {MEDIA} FROM media WHERE tenant_id = $1 AND removed_at IS NULL
             ORDER BY created_at DESC, id DESC LIMIT $2"
        ),
    };
    let params = match (at, id) {
        (Some(at), Some(id)) => params![scope.tenant(), at, id, limit],
        _ => params![scope.tenant(), limit],
    };
    conn.all(Sql::built(sql), params).await
}

/// What is known of an address: none that it was never looked at, `Some(None)` that it can't be taken in.
pub async fn media_at(conn: &mut Conn, scope: TenantScope, address: &str) -> Result<Option<Option<MediaId>>> {
    let row = conn
        .row(
            "SELECT media_id FROM media_address WHERE tenant_id = $1 AND address = $2",
            params![scope.tenant(), address],
        )
        .await?;
    row.map(|row| row.get("media_id")).transpose()
}

/// All addresses that were looked at, with what stands there.
pub async fn addresses(conn: &mut Conn, scope: TenantScope) -> Result<Vec<(String, Option<MediaId>)>> {
    conn.rows("SELECT address, media_id FROM media_address WHERE tenant_id = $1", params![scope.tenant()])
        .await?
        .iter()
        .map(|row| Ok((row.get("address")?, row.get("media_id")?)))
        .collect()
}

pub async fn put_address(tx: &mut Tx, scope: TenantScope, address: &str, media: Option<MediaId>) -> Result<()> {
    let mut rows = BulkInsert::new(
        "media_address",
        &["tenant_id", "address", "media_id"],
        "ON CONFLICT (tenant_id, address) DO NOTHING",
    );
    rows.row(params![scope.tenant(), address, media]);
    rows.write(tx).await.map(drop)
}

/// Content items whose present or approved text may hold media, the last touched first.
pub async fn media_users(conn: &mut Conn, scope: TenantScope, unpublished: bool, limit: i64) -> Result<Vec<Used>> {
    let only = if unpublished { "AND i.state <> 'published'" } else { "" };
    let sql = format!(
        "SELECT i.id AS item, i.title, i.state, v.image, CAST(v.parts AS TEXT) AS parts
         FROM content_item AS i
           JOIN content_version AS v ON v.item_id = i.id AND v.tenant_id = i.tenant_id
             AND v.version IN (i.current_version, COALESCE(i.approved_version, i.current_version))
         WHERE i.tenant_id = $1 AND (v.image IS NOT NULL OR v.parts IS NOT NULL) {only}
         ORDER BY i.updated_at DESC, i.id LIMIT $2"
    );
    conn.all(Sql::built(sql), params![scope.tenant(), limit]).await
}

/// Whoever takes a file in, brings it or takes it out does so in turn.
pub async fn lock_media(tx: &mut Tx, scope: TenantScope) -> Result<()> {
    tx.lock(&format!("content.media.{}", scope.tenant())).await
}
