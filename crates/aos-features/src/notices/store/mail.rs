//! The mail server, and every mail that is or was to be sent.

use aos_kernel::{CredentialId, MailId, PageSize, Result, Timestamp};
use aos_storage::{BulkInsert, Conn, Tx, from_row, params};
use uuid::Uuid;

use crate::notices::mail::{MailRow, MailState, NewMail, StoredServer};

from_row!(StoredServer { host, port, parse security, login, credential_id, sender_name, sender_address, updated_at });
from_row!(MailRow {
    id, key, user_id, address, name, kind, data, parse state, attempts, answer, problem, help, created_at, due_at,
    settled_at
});

const COLUMNS: &str = "id, key, user_id, address, name, kind, data, state, attempts, answer, problem, help,
    created_at, due_at, settled_at";

pub async fn server(conn: &mut Conn) -> Result<Option<StoredServer>> {
    conn.one(
        "SELECT host, port, security, login, credential_id, sender_name, sender_address, updated_at FROM mail_server",
        params![],
    )
    .await
}

pub async fn put_server(tx: &mut Tx, server: &StoredServer) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO mail_server (id, only_one, host, port, security, login, credential_id, sender_name, sender_address,
           updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (only_one) DO UPDATE SET host = excluded.host, port = excluded.port, security = excluded.security,
           login = excluded.login, credential_id = excluded.credential_id, sender_name = excluded.sender_name,
           sender_address = excluded.sender_address, updated_at = excluded.updated_at",
        params![
            Uuid::now_v7(),
            true,
            server.host.as_str(),
            server.port,
            server.security.as_str(),
            server.login.as_deref(),
            server.credential_id,
            server.sender_name.as_str(),
            server.sender_address.as_str(),
            now
        ],
    )
    .await?;
    Ok(())
}

pub async fn remove_server(tx: &mut Tx) -> Result<Option<CredentialId>> {
    let known = server(tx).await?;
    tx.execute("DELETE FROM mail_server", params![]).await?;
    Ok(known.and_then(|known| known.credential_id))
}

/// Keeps the wishes that are new: neither the same again, nor a second one about what waits already.
pub async fn insert(tx: &mut Tx, mails: &[NewMail]) -> Result<()> {
    let now = tx.now();
    let mut rows = BulkInsert::new(
        "mail",
        &[
            "id",
            "key",
            "user_id",
            "address",
            "name",
            "kind",
            "cause",
            "data",
            "state",
            "attempts",
            "created_at",
            "due_at",
        ],
        "ON CONFLICT DO NOTHING",
    );
    for mail in mails {
        rows.row(params![
            mail.id,
            mail.key.as_str(),
            mail.user,
            mail.address.as_str(),
            mail.name.as_str(),
            mail.kind.as_str(),
            mail.cause.as_deref(),
            &mail.data,
            MailState::Waiting.as_str(),
            0_i64,
            now,
            mail.due_at
        ]);
    }
    rows.write(tx).await?;
    Ok(())
}

pub async fn mail(conn: &mut Conn, id: MailId) -> Result<Option<MailRow>> {
    conn.one(aos_storage::Sql::built(format!("SELECT {COLUMNS} FROM mail WHERE id = $1")), params![id]).await
}

pub async fn mail_by_key(conn: &mut Conn, key: &str) -> Result<Option<MailRow>> {
    conn.one(aos_storage::Sql::built(format!("SELECT {COLUMNS} FROM mail WHERE key = $1")), params![key]).await
}

/// Writes the intent. Answers whether the mail waited; one that does not was or is being sent.
pub async fn intend(tx: &mut Tx, id: MailId) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE mail SET state = 'sending', attempts = attempts + 1, cause = NULL WHERE id = $1 AND state = 'waiting'",
            params![id],
        )
        .await?;
    Ok(changed > 0)
}

/// Records what became of a mail that was in this state.
pub async fn settle(
    tx: &mut Tx,
    id: MailId,
    from: MailState,
    to: MailState,
    answer: Option<&str>,
    trouble: Option<(&str, Option<&str>)>,
) -> Result<bool> {
    let settled_at = (to != MailState::Waiting).then(|| tx.now());
    let (problem, help) = trouble.unzip();
    let changed = tx
        .execute(
            "UPDATE mail SET state = $3, answer = $4, problem = $5, help = $6, settled_at = $7
             WHERE id = $1 AND state = $2",
            params![id, from.as_str(), to.as_str(), answer, problem, help.flatten(), settled_at],
        )
        .await?;
    Ok(changed > 0)
}

/// Lets a mail go out once more, by a person's wish.
pub async fn again(tx: &mut Tx, id: MailId) -> Result<bool> {
    let now = tx.now();
    let changed = tx
        .execute(
            "UPDATE mail SET state = 'waiting', due_at = $2, problem = NULL, help = NULL, settled_at = NULL, cause = NULL
             WHERE id = $1 AND state IN ('unconfirmed', 'failed', 'skipped')",
            params![id, now],
        )
        .await?;
    Ok(changed > 0)
}

/// The newest first, one more than asked for.
pub async fn list(
    conn: &mut Conn,
    trouble_only: bool,
    before: Option<(Timestamp, MailId)>,
    size: PageSize,
) -> Result<Vec<MailRow>> {
    let (at, id) = before.unzip();
    conn.all(
        aos_storage::Sql::built(format!(
            "SELECT {COLUMNS} FROM mail WHERE (NOT $1 OR state IN ('unconfirmed', 'failed'))
               AND ($2 IS NULL OR (created_at, id) < ($2, $3))
             ORDER BY created_at DESC, id DESC LIMIT $4"
        )),
        params![trouble_only, at, id, size.get() + 1],
    )
    .await
}

/// How many mails are in each state since a moment.
pub async fn counts(conn: &mut Conn, since: Timestamp) -> Result<Vec<(MailState, i64)>> {
    let rows = conn
        .rows("SELECT state, COUNT(*) AS n FROM mail WHERE created_at >= $1 GROUP BY state", params![since])
        .await?;
    rows.iter().map(|row| Ok((row.parse("state")?, row.get("n")?))).collect()
}
