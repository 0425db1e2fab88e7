//! What people were told.

use std::collections::BTreeMap;

use aos_kernel::{AgencyScope, NotificationId, PageSize, Result, Subject, TenantId, Timestamp, UserId};
use aos_storage::{BulkInsert, Conn, Tx, params};
use uuid::Uuid;

use crate::notices::{events::Planned, model::Notification};

/// One notification to be made, or to be counted up.
pub struct Told<'a> {
    pub person: UserId,
    pub tenant: Option<TenantId>,
    pub planned: &'a Planned,
    pub subject: &'a Subject,
    pub in_app: bool,
    /// It waits for the daily digest.
    pub digest: bool,
}

/// Tells each of these people. The same cause again is counted and unread again.
pub async fn tell(tx: &mut Tx, told: &[Told<'_>]) -> Result<()> {
    let now = tx.now();
    // One statement can't change one row twice, so the same cause for the same person is put together first.
    let mut together: BTreeMap<(UserId, &str), (&Told<'_>, i64)> = BTreeMap::new();
    for one in told {
        let entry = together.entry((one.person, one.planned.cause.as_str())).or_insert((one, 0));
        *entry = (one, entry.1 + 1);
    }
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
            "in_app",
            "digest_at",
        ],
        "ON CONFLICT (user_id, cause) DO UPDATE SET times = notification.times + excluded.times, data = excluded.data,
           last_at = excluded.last_at, read_at = NULL, in_app = excluded.in_app,
           digest_at = COALESCE(notification.digest_at, excluded.digest_at)",
    );
    for ((person, cause), (one, times)) in together {
        rows.row(params![
            NotificationId::new(),
            one.tenant.map_or(Uuid::nil(), TenantId::uuid),
            person,
            cause,
            one.planned.kind.as_str(),
            &one.planned.data,
            one.subject.kind.as_str(),
            one.subject.id,
            times,
            now,
            now,
            one.in_app,
            one.digest.then_some(now)
        ]);
    }
    rows.write(tx).await?;
    Ok(())
}

const COLUMNS: &str = "id, tenant_id, kind, data, subject_kind, subject_id, times, created_at, last_at, read_at";

/// Which clients a reader sees: all with the agency's own, or these.
fn visible(agency: &AgencyScope) -> (bool, Vec<Uuid>) {
    match agency.limit() {
        None => (true, Vec::new()),
        Some(own) => (false, own.iter().map(|tenant| tenant.uuid()).chain([Uuid::nil()]).collect()),
    }
}

/// The newest first, one more than asked for; before the moment and id of the last one of the page before.
pub async fn list(
    conn: &mut Conn,
    agency: &AgencyScope,
    user: UserId,
    unread_only: bool,
    before: Option<(Timestamp, NotificationId)>,
    size: PageSize,
) -> Result<Vec<Notification>> {
    let (all, own) = visible(agency);
    let (before_at, before_id) = before.unzip();
    conn.all(
        aos_storage::Sql::built(format!(
            "SELECT {COLUMNS} FROM notification
             WHERE user_id = $1 AND in_app AND ($2 OR tenant_id = ANY($3)) AND (NOT $4 OR read_at IS NULL)
               AND ($5 IS NULL OR (last_at, id) < ($5, $6))
             ORDER BY last_at DESC, id DESC LIMIT $7"
        )),
        params![user, all, own, unread_only, before_at, before_id, size.get() + 1],
    )
    .await
}

pub async fn one(
    conn: &mut Conn,
    agency: &AgencyScope,
    user: UserId,
    id: NotificationId,
) -> Result<Option<Notification>> {
    let (all, own) = visible(agency);
    conn.one(
        aos_storage::Sql::built(format!(
            "SELECT {COLUMNS} FROM notification WHERE user_id = $1 AND id = $2 AND ($3 OR tenant_id = ANY($4))"
        )),
        params![user, id, all, own],
    )
    .await
}

/// What a person was told of one cause.
pub async fn of_cause(
    conn: &mut Conn,
    agency: &AgencyScope,
    user: UserId,
    cause: &str,
) -> Result<Option<Notification>> {
    let (all, own) = visible(agency);
    conn.one(
        aos_storage::Sql::built(format!(
            "SELECT {COLUMNS} FROM notification WHERE user_id = $1 AND cause = $2 AND ($3 OR tenant_id = ANY($4))"
        )),
        params![user, cause, all, own],
    )
    .await
}

/// What a person was asked to decide on for a client since a moment and has not read, the oldest first.
pub async fn asked_since(
    conn: &mut Conn,
    agency: &AgencyScope,
    (user, tenant): (UserId, TenantId),
    kind: &str,
    since: Timestamp,
) -> Result<Vec<Notification>> {
    let (all, own) = visible(agency);
    conn.all(
        aos_storage::Sql::built(format!(
            "SELECT {COLUMNS} FROM notification
             WHERE user_id = $1 AND tenant_id = $2 AND kind = $3 AND last_at >= $4 AND read_at IS NULL
               AND ($5 OR tenant_id = ANY($6))
             ORDER BY last_at, id LIMIT 100"
        )),
        params![user, tenant, kind, since, all, own],
    )
    .await
}

/// Whether anybody was told of a cause.
pub async fn is_told(conn: &mut Conn, cause: &str) -> Result<bool> {
    Ok(conn.row("SELECT 1 AS one FROM notification WHERE cause = $1", params![cause]).await?.is_some())
}

pub async fn unread(conn: &mut Conn, agency: &AgencyScope, user: UserId, most: i64) -> Result<i64> {
    let (all, own) = visible(agency);
    conn.count(
        "SELECT COUNT(*) AS n FROM (
           SELECT 1 AS one FROM notification
           WHERE user_id = $1 AND read_at IS NULL AND in_app AND ($2 OR tenant_id = ANY($3)) LIMIT $4) AS unread",
        params![user, all, own, most],
    )
    .await
}

pub async fn mark_read(tx: &mut Tx, user: UserId, id: NotificationId) -> Result<bool> {
    let now = tx.now();
    let known = tx
        .execute(
            "UPDATE notification SET read_at = COALESCE(read_at, $3) WHERE user_id = $1 AND id = $2",
            params![user, id, now],
        )
        .await?;
    Ok(known > 0)
}

/// Reads what a person was told about one thing, because they look at the thing itself.
pub async fn mark_read_about(tx: &mut Tx, user: UserId, causes: &[String]) -> Result<u64> {
    let now = tx.now();
    tx.execute(
        "UPDATE notification SET read_at = $3 WHERE user_id = $1 AND read_at IS NULL AND cause = ANY($2)",
        params![user, causes.to_vec(), now],
    )
    .await
}

pub async fn mark_unread(tx: &mut Tx, user: UserId, id: NotificationId) -> Result<bool> {
    let known =
        tx.execute("UPDATE notification SET read_at = NULL WHERE user_id = $1 AND id = $2", params![user, id]).await?;
    Ok(known > 0)
}

pub async fn mark_all_read(tx: &mut Tx, user: UserId) -> Result<u64> {
    let now = tx.now();
    tx.execute("UPDATE notification SET read_at = $2 WHERE user_id = $1 AND read_at IS NULL", params![user, now]).await
}

/// People for whom something waits for a digest.
pub async fn people_with_digests(conn: &mut Conn) -> Result<Vec<UserId>> {
    let rows = conn
        .rows(
            "SELECT user_id FROM notification WHERE digest_at IS NOT NULL GROUP BY user_id ORDER BY user_id",
            params![],
        )
        .await?;
    rows.iter().map(|row| row.get("user_id")).collect()
}

/// Takes what waits for a person's digest out of the waiting; those that are still unread, the newest first.
pub async fn take_digest(tx: &mut Tx, user: UserId) -> Result<Vec<NotificationId>> {
    let rows = tx
        .rows(
            "SELECT id, read_at FROM notification WHERE user_id = $1 AND digest_at IS NOT NULL
             ORDER BY last_at DESC, id DESC",
            params![user],
        )
        .await?;
    tx.execute("UPDATE notification SET digest_at = NULL WHERE user_id = $1 AND digest_at IS NOT NULL", params![user])
        .await?;
    let mut unread = Vec::new();
    for row in &rows {
        if row.get::<Option<Timestamp>>("read_at")?.is_none() {
            unread.push(row.get("id")?);
        }
    }
    Ok(unread)
}
