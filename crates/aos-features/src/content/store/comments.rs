//! The SQL of comments.

use aos_kernel::{Actor, ContentItemId, Result, TenantScope};
use aos_storage::{Conn, Sql, Tx, params};

use crate::content::comments::{Comment, CommentId};

const COMMENT: &str = "id, item_id, thread_id, version, quote, prefix, suffix, body, author, created_at, resolved_at,
    resolved_by";

pub async fn insert_comment(tx: &mut Tx, scope: TenantScope, comment: &Comment) -> Result<()> {
    tx.execute(
        "INSERT INTO content_comment (tenant_id, id, item_id, thread_id, version, quote, prefix, suffix, body, author,
           created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            scope.tenant(),
            comment.id,
            comment.item_id,
            comment.thread_id,
            comment.version,
            &comment.quote,
            &comment.prefix,
            &comment.suffix,
            &comment.body,
            &comment.author,
            comment.created_at
        ],
    )
    .await?;
    Ok(())
}

/// With whoever resolved it; none opens it again.
pub async fn resolve_comment(tx: &mut Tx, scope: TenantScope, id: CommentId, by: Option<&Actor>) -> Result<()> {
    let at = by.map(|_| tx.now());
    tx.execute(
        "UPDATE content_comment SET resolved_at = $3, resolved_by = $4 WHERE tenant_id = $1 AND id = $2",
        params![scope.tenant(), id, at, by.map(ToString::to_string)],
    )
    .await?;
    Ok(())
}

pub async fn comment(conn: &mut Conn, scope: TenantScope, id: CommentId) -> Result<Option<Comment>> {
    let sql = format!("SELECT {COMMENT} FROM content_comment WHERE tenant_id = $1 AND id = $2");
    conn.one(Sql::built(sql), params![scope.tenant(), id]).await
}

/// In the order in which they were written.
pub async fn comments(conn: &mut Conn, scope: TenantScope, item: ContentItemId) -> Result<Vec<Comment>> {
    let sql = format!("SELECT {COMMENT} FROM content_comment WHERE tenant_id = $1 AND item_id = $2 ORDER BY id");
    conn.all(Sql::built(sql), params![scope.tenant(), item]).await
}
