//! The SQL of this slice.

use aos_capabilities::drafts::Gap;
use aos_kernel::{Actor, ContentHash, ContextVersionId, DocumentId, Result, TenantScope};
use aos_storage::{Conn, ObjectKey, Tx, params};
use serde_json::json;

use super::model::{Answers, ContextVersion, OnboardingDocument, OnboardingRecord, OnboardingStep};

pub(super) async fn record(conn: &mut Conn, scope: TenantScope) -> Result<OnboardingRecord> {
    let row = conn
        .row(
            "SELECT answers, saved, launched_at, launched_by, rounds, started_rounds, updated_at FROM onboarding
             WHERE tenant_id = $1",
            params![scope.tenant()],
        )
        .await?;
    let Some(row) = row else { return Ok(OnboardingRecord::default()) };
    Ok(OnboardingRecord {
        answers: row.json("answers")?,
        saved: row.json("saved")?,
        launched_at: row.get("launched_at")?,
        launched_by: row.parse_opt("launched_by")?,
        rounds: row.get("rounds")?,
        started_rounds: row.get("started_rounds")?,
        updated_at: Some(row.get("updated_at")?),
    })
}

/// Makes the row if it is not there, and keeps others from changing it until the commit.
pub(super) async fn lock(tx: &mut Tx, scope: TenantScope) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO onboarding (tenant_id, answers, saved, rounds, started_rounds, updated_at)
         VALUES ($1, $2, $3, 0, 0, $4) ON CONFLICT (tenant_id) DO UPDATE SET updated_at = $4",
        params![scope.tenant(), json!(Answers::default()), json!([]), now],
    )
    .await?;
    Ok(())
}

pub(super) async fn save_answers(
    tx: &mut Tx,
    scope: TenantScope,
    answers: &Answers,
    saved: &[OnboardingStep],
) -> Result<()> {
    tx.execute(
        "UPDATE onboarding SET answers = $2, saved = $3 WHERE tenant_id = $1",
        params![scope.tenant(), json!(answers), json!(saved)],
    )
    .await?;
    Ok(())
}

pub(super) async fn launch(tx: &mut Tx, scope: TenantScope) -> Result<()> {
    let (now, actor) = (tx.now(), tx.actor().clone());
    tx.execute(
        "UPDATE onboarding SET launched_at = COALESCE(launched_at, $2), launched_by = COALESCE(launched_by, $3),
           rounds = rounds + 1
         WHERE tenant_id = $1",
        params![scope.tenant(), now, &actor],
    )
    .await?;
    Ok(())
}

pub(super) async fn started(tx: &mut Tx, scope: TenantScope, round: i64) -> Result<()> {
    tx.execute("UPDATE onboarding SET started_rounds = $2 WHERE tenant_id = $1", params![scope.tenant(), round])
        .await?;
    Ok(())
}

pub(super) struct NewDocument<'a> {
    pub id: DocumentId,
    pub file_name: &'a str,
    pub content_type: &'a str,
    pub text: &'a str,
    pub word_count: i64,
    pub object_key: &'a ObjectKey,
    pub bytes: i64,
}

pub(super) async fn insert_document(tx: &mut Tx, scope: TenantScope, document: NewDocument<'_>) -> Result<()> {
    let (now, actor) = (tx.now(), tx.actor().clone());
    tx.execute(
        "INSERT INTO onboarding_document (tenant_id, id, file_name, content_type, text, word_count, object_key, bytes,
           uploaded_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            scope.tenant(),
            document.id,
            document.file_name,
            document.content_type,
            document.text,
            document.word_count,
            document.object_key,
            document.bytes,
            &actor,
            now
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn delete_document(tx: &mut Tx, scope: TenantScope, id: DocumentId) -> Result<bool> {
    let gone = tx
        .execute("DELETE FROM onboarding_document WHERE tenant_id = $1 AND id = $2", params![scope.tenant(), id])
        .await?;
    Ok(gone > 0)
}

pub(super) async fn documents(conn: &mut Conn, scope: TenantScope) -> Result<Vec<OnboardingDocument>> {
    conn.all(
        "SELECT id, file_name, content_type, word_count, bytes, object_key, uploaded_by, created_at
         FROM onboarding_document WHERE tenant_id = $1 ORDER BY created_at, id",
        params![scope.tenant()],
    )
    .await
}

/// File name, text and word count of every document.
pub(super) async fn document_texts(conn: &mut Conn, scope: TenantScope) -> Result<Vec<(String, String, i64)>> {
    conn.rows(
        "SELECT file_name, text, word_count FROM onboarding_document WHERE tenant_id = $1 ORDER BY created_at, id",
        params![scope.tenant()],
    )
    .await?
    .iter()
    .map(|row| Ok((row.get("file_name")?, row.get("text")?, row.get("word_count")?)))
    .collect()
}

const CONTEXT: &str = "id, version, markdown, hash, gaps, offline, made_by, note, created_at";

pub(super) async fn latest_context(conn: &mut Conn, scope: TenantScope) -> Result<Option<ContextVersion>> {
    let sql = format!("SELECT {CONTEXT} FROM context_version WHERE tenant_id = $1 ORDER BY version DESC LIMIT 1");
    conn.one(aos_storage::Sql::built(sql), params![scope.tenant()]).await
}

pub(super) async fn context(conn: &mut Conn, scope: TenantScope, version: i64) -> Result<Option<ContextVersion>> {
    let sql = format!("SELECT {CONTEXT} FROM context_version WHERE tenant_id = $1 AND version = $2");
    conn.one(aos_storage::Sql::built(sql), params![scope.tenant(), version]).await
}

pub(super) async fn contexts(conn: &mut Conn, scope: TenantScope) -> Result<Vec<ContextVersion>> {
    let sql = format!("SELECT {CONTEXT} FROM context_version WHERE tenant_id = $1 ORDER BY version DESC");
    conn.all(aos_storage::Sql::built(sql), params![scope.tenant()]).await
}

pub(super) struct NewContext<'a> {
    pub id: ContextVersionId,
    pub version: i64,
    pub markdown: &'a str,
    pub hash: &'a ContentHash,
    pub gaps: &'a [Gap],
    pub offline: bool,
    pub made_by: &'a Actor,
    pub note: Option<&'a str>,
}

pub(super) async fn insert_context(tx: &mut Tx, scope: TenantScope, context: NewContext<'_>) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO context_version (tenant_id, id, version, markdown, hash, gaps, offline, made_by, note, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            scope.tenant(),
            context.id,
            context.version,
            context.markdown,
            context.hash,
            json!(context.gaps),
            context.offline,
            context.made_by,
            context.note,
            now
        ],
    )
    .await?;
    Ok(())
}
