//! Views that people saved.

use aos_kernel::{Result, SavedViewId, UserId};
use aos_storage::{Conn, Tx, from_row, params};

use crate::people::saved_views::{SavedPlace, SavedView};

from_row!(SavedView { id, user_id, owner, parse place, name, query, shared, created_at, updated_at });

/// Somebody's own views of a list and, for staff, those that others share: own ones first, each by name.
pub async fn list(
    conn: &mut Conn,
    user: UserId,
    place: Option<SavedPlace>,
    with_shared: bool,
) -> Result<Vec<SavedView>> {
    conn.all(
        "SELECT v.id, v.user_id, u.name AS owner, v.place, v.name, v.query, v.shared, v.created_at, v.updated_at
         FROM saved_view AS v JOIN user_account AS u ON u.id = v.user_id
         WHERE (v.user_id = $1 OR (v.shared AND $3)) AND ($2 IS NULL OR v.place = $2)
         ORDER BY v.place, CASE WHEN v.user_id = $1 THEN 0 ELSE 1 END, lower(v.name), v.id",
        params![user, place.map(SavedPlace::as_str), with_shared],
    )
    .await
}

pub async fn one(conn: &mut Conn, id: SavedViewId) -> Result<Option<SavedView>> {
    conn.one(
        "SELECT v.id, v.user_id, u.name AS owner, v.place, v.name, v.query, v.shared, v.created_at, v.updated_at
         FROM saved_view AS v JOIN user_account AS u ON u.id = v.user_id WHERE v.id = $1",
        params![id],
    )
    .await
}

pub async fn insert(tx: &mut Tx, view: &SavedView) -> Result<()> {
    tx.execute(
        "INSERT INTO saved_view (id, user_id, place, name, query, shared, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
        params![view.id, view.user_id, view.place.as_str(), &view.name, &view.query, view.shared, view.created_at],
    )
    .await?;
    Ok(())
}

pub async fn update(tx: &mut Tx, view: &SavedView) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE saved_view SET name = $2, query = $3, shared = $4, updated_at = $5 WHERE id = $1",
        params![view.id, &view.name, &view.query, view.shared, now],
    )
    .await?;
    Ok(())
}

pub async fn delete(tx: &mut Tx, id: SavedViewId) -> Result<()> {
    tx.execute("DELETE FROM saved_view WHERE id = $1", params![id]).await?;
    Ok(())
}
