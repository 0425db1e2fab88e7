//! The SQL of this slice.

use aos_kernel::{AgencyScope, NotificationId, PageSize, Result, Subject, TenantId, TenantScope, Timestamp, UserId};
use aos_storage::{BulkInsert, Conn, Tx, from_row, params};

use super::{events::Planned, model::Notification};

from_row!(Notification {
    id, tenant_id, parse kind, data, subject_kind, subject_id, times, created_at, last_at, read_at
});

/// Tells each of these people.
pub(super) async fn tell(
    tx: &mut Tx,
    scope: TenantScope,
    people: &[UserId],
    planned: &Planned,
    subject: &Subject,
) -> Result<()> {
    let now = tx.now();
    let mut rows = BulkInsert::new(
        "notification",
        &[
            "id",
            "tenant_id",
            "user_id",
            "cause",
            "kind",
            "data",
            "subject_kind",
            "subject_id",
            "times",
            "created_at",
            "last_at",
        ],
        "ON CONFLICT (user_id, cause) DO UPDATE SET times = notification.times + 1, data = excluded.data,
           last_at = excluded.last_at, read_at = NULL",
    );
    for person in people {
        rows.row(params![
            NotificationId::new(),
            scope.tenant(),
            *person,
            planned.cause.as_str(),
            planned.kind.as_str(),
            &planned.data,
            subject.kind.as_str(),
            subject.id,
            1_i64,
            now,
            now
        ]);
    }
    rows.write(tx).await?;
    Ok(())
}

/// The newest first, one more than asked for; before the moment and id of the last one of the page before.
pub(super) async fn list(
    conn: &mut Conn,
    agency: &AgencyScope,
    user: UserId,
    unread_only: bool,
    before: Option<(Timestamp, NotificationId)>,
    size: PageSize,
) -> Result<Vec<Notification>> {
    let limit: Option<&[TenantId]> = agency.limit();
    let (before_at, before_id) = before.unzip();
    conn.all(
        "SELECT id, tenant_id, kind, data, subject_kind, subject_id, times, created_at, last_at, read_at
         FROM notification
         WHERE user_id = $1 AND ($2 OR tenant_id = ANY($3)) AND (NOT $4 OR read_at IS NULL)
           AND ($5 IS NULL OR (last_at, id) < ($5, $6))
         ORDER BY last_at DESC, id DESC LIMIT $7",
        params![user, limit.is_none(), limit.unwrap_or_default(), unread_only, before_at, before_id, size.get() + 1],
    )
    .await
}

pub(super) async fn unread(conn: &mut Conn, agency: &AgencyScope, user: UserId) -> Result<i64> {
    let limit: Option<&[TenantId]> = agency.limit();
    conn.count(
        "SELECT COUNT(*) AS n FROM notification
         WHERE user_id = $1 AND read_at IS NULL AND ($2 OR tenant_id = ANY($3))",
        params![user, limit.is_none(), limit.unwrap_or_default()],
    )
    .await
}

pub(super) async fn mark_read(tx: &mut Tx, user: UserId, id: NotificationId) -> Result<bool> {
    let now = tx.now();
    let known = tx
        .execute(
            "UPDATE notification SET read_at = COALESCE(read_at, $3) WHERE user_id = $1 AND id = $2",
            params![user, id, now],
        )
        .await?;
    Ok(known > 0)
}

pub(super) async fn mark_unread(tx: &mut Tx, user: UserId, id: NotificationId) -> Result<bool> {
    let known =
        tx.execute("UPDATE notification SET read_at = NULL WHERE user_id = $1 AND id = $2", params![user, id]).await?;
    Ok(known > 0)
}

pub(super) async fn mark_all_read(tx: &mut Tx, user: UserId) -> Result<u64> {
    let now = tx.now();
    tx.execute("UPDATE notification SET read_at = $2 WHERE user_id = $1 AND read_at IS NULL", params![user, now]).await
}
