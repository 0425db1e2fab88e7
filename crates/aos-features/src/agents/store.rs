//! The SQL of this slice.

use aos_capabilities::model::{LedgerCall, Purpose, Usage};
use aos_kernel::{
    ActivityId, Actor, AgencyScope, ContentHash, CredentialId, LedgerEntryId, MicroUsd, ModelProviderId, Result, RunId,
    SkillVersionId, TenantScope, Timestamp,
};
use aos_storage::{Conn, Sql, Tx, params};
use serde_json::json;

use super::{
    model::{ModelProvider, NewProvider, Run, RunState, RunStep, RunStepKind, Spending},
    skills::SkillVersion,
};

const RUN: &str = "id, tenant_id, activity_id, attempt, role, purpose, state, model, offline, context_version, skills,
    input_tokens, output_tokens, cost, output, error, error_help, cancel_requested, started_at, finished_at";

pub(super) struct NewRun<'a> {
    pub id: RunId,
    pub activity: ActivityId,
    pub attempt: i64,
    pub role: &'a str,
    pub purpose: Purpose,
    pub context_version: Option<i64>,
    pub skills: &'a [String],
}

pub(super) async fn insert_run(tx: &mut Tx, scope: TenantScope, run: NewRun<'_>) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO run (tenant_id, id, activity_id, attempt, role, purpose, state, offline, context_version, skills,
           input_tokens, output_tokens, cost, started_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'running', FALSE, $7, $8, 0, 0, 0, $9)",
        params![
            scope.tenant(),
            run.id,
            run.activity,
            run.attempt,
            run.role,
            run.purpose.as_str(),
            run.context_version,
            json!(run.skills),
            now
        ],
    )
    .await?;
    Ok(())
}

/// Runs of the activity that were cut off by the end of their process.
pub(super) async fn close_orphans(tx: &mut Tx, scope: TenantScope, activity: ActivityId) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE run SET state = 'failed', error = $3, finished_at = $4
         WHERE tenant_id = $1 AND activity_id = $2 AND state = 'running'",
        params![scope.tenant(), activity, "The run was interrupted; the work was started again.", now],
    )
    .await?;
    Ok(())
}

pub(super) struct RunEnd<'a> {
    pub state: RunState,
    pub model: Option<&'a str>,
    pub offline: bool,
    pub output: Option<&'a serde_json::Value>,
    pub error: Option<&'a str>,
    pub error_help: Option<&'a str>,
}

pub(super) async fn finish_run(tx: &mut Tx, scope: TenantScope, id: RunId, end: RunEnd<'_>) -> Result<bool> {
    let now = tx.now();
    let changed = tx
        .execute(
            "UPDATE run SET state = $3, model = $4, offline = $5, output = $6, error = $7, error_help = $8, finished_at = $9
             WHERE tenant_id = $1 AND id = $2 AND state = 'running'",
            params![
                scope.tenant(), id, end.state.as_str(), end.model, end.offline, end.output, end.error, end.error_help,
                now
            ],
        )
        .await?;
    Ok(changed > 0)
}

pub(super) struct NewStep<'a> {
    pub number: i64,
    pub kind: RunStepKind,
    pub title: &'a str,
    pub detail: &'a str,
    pub failed: bool,
    pub usage: Usage,
    pub cost: MicroUsd,
}

pub(super) async fn insert_step(tx: &mut Tx, scope: TenantScope, run: RunId, step: NewStep<'_>) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO run_step (tenant_id, run_id, number, kind, title, detail, failed, input_tokens, output_tokens, cost, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            scope.tenant(), run, step.number, step.kind.as_str(), step.title, step.detail, step.failed,
            step.usage.input, step.usage.output, step.cost, now
        ],
    )
    .await?;
    tx.execute(
        "UPDATE run SET input_tokens = input_tokens + $3, output_tokens = output_tokens + $4, cost = cost + $5
         WHERE tenant_id = $1 AND id = $2",
        params![scope.tenant(), run, step.usage.input, step.usage.output, step.cost],
    )
    .await?;
    Ok(())
}

pub(super) async fn request_cancel(tx: &mut Tx, scope: TenantScope, id: RunId) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE run SET cancel_requested = TRUE WHERE tenant_id = $1 AND id = $2 AND state = 'running'",
            params![scope.tenant(), id],
        )
        .await?;
    Ok(changed > 0)
}

pub(super) async fn run(conn: &mut Conn, scope: TenantScope, id: RunId) -> Result<Option<Run>> {
    let sql = format!("SELECT {RUN} FROM run WHERE tenant_id = $1 AND id = $2");
    conn.one(Sql::built(sql), params![scope.tenant(), id]).await
}

pub(super) async fn runs_of_activity(conn: &mut Conn, scope: TenantScope, activity: ActivityId) -> Result<Vec<Run>> {
    let sql =
        format!("SELECT {RUN} FROM run WHERE tenant_id = $1 AND activity_id = $2 ORDER BY started_at DESC, id DESC");
    conn.all(Sql::built(sql), params![scope.tenant(), activity]).await
}

/// Agency-wide: the newest runs of the tenants that the reader may see, before a moment.
pub(super) async fn runs(
    conn: &mut Conn,
    scope: &AgencyScope,
    before: Option<(Timestamp, RunId)>,
    limit: i64,
) -> Result<Vec<Run>> {
    let mut values = params![scope.limit().is_none(), scope.limit().unwrap_or_default(), limit];
    let after = match before {
        Some((at, id)) => {
            values.extend(params![at, id]);
            "AND (started_at < $4 OR (started_at = $4 AND id < $5))"
        }
        None => "",
    };
    let sql = format!(
        "SELECT {RUN} FROM run WHERE ($1 OR tenant_id = ANY($2)) {after} ORDER BY started_at DESC, id DESC LIMIT $3"
    );
    conn.all(Sql::built(sql), values).await
}

pub(super) async fn steps(conn: &mut Conn, scope: TenantScope, run: RunId) -> Result<Vec<RunStep>> {
    conn.all(
        "SELECT number, kind, title, detail, failed, input_tokens, output_tokens, cost, at FROM run_step
         WHERE tenant_id = $1 AND run_id = $2 ORDER BY number",
        params![scope.tenant(), run],
    )
    .await
}

pub(super) async fn insert_entry(
    tx: &mut Tx,
    scope: TenantScope,
    id: LedgerEntryId,
    call: &LedgerCall,
    amount: MicroUsd,
) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO ledger_entry (tenant_id, id, run_id, purpose, provider, model, state, amount, input_tokens,
           output_tokens, failed, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'reserved', $7, 0, 0, FALSE, $8)",
        params![scope.tenant(), id, call.run, call.purpose.as_str(), &call.provider, &call.model, amount, now],
    )
    .await?;
    Ok(())
}

/// Agency-wide by nature: the entry's id is all that the gateway gives back; it was made under a tenant.
pub(super) async fn settle_entry(
    tx: &mut Tx,
    id: LedgerEntryId,
    usage: Usage,
    cost: MicroUsd,
    failed: bool,
) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE ledger_entry SET state = 'settled', amount = $2, input_tokens = $3, output_tokens = $4, failed = $5,
           settled_at = $6
         WHERE id = $1 AND state = 'reserved'",
        params![id, cost, usage.input, usage.output, failed, now],
    )
    .await?;
    Ok(())
}

/// Spent and set aside by a tenant since a moment.
pub(super) async fn spent_since(conn: &mut Conn, scope: TenantScope, since: Timestamp) -> Result<MicroUsd> {
    conn.count(
        "SELECT CAST(COALESCE(SUM(amount), 0) AS bigint) AS n FROM ledger_entry
         WHERE tenant_id = $1 AND created_at >= $2",
        params![scope.tenant(), since],
    )
    .await
    .map(MicroUsd)
}

pub(super) async fn spent_by_run(conn: &mut Conn, scope: TenantScope, run: RunId) -> Result<MicroUsd> {
    conn.count(
        "SELECT CAST(COALESCE(SUM(amount), 0) AS bigint) AS n FROM ledger_entry WHERE tenant_id = $1 AND run_id = $2",
        params![scope.tenant(), run],
    )
    .await
    .map(MicroUsd)
}

/// Agency-wide: what each client's work cost since a moment, the dearest first.
pub(super) async fn spending(conn: &mut Conn, scope: &AgencyScope, since: Timestamp) -> Result<Vec<Spending>> {
    conn.all(
        "SELECT tenant_id, CAST(SUM(amount) AS bigint) AS cost, CAST(SUM(input_tokens) AS bigint) AS input_tokens,
           CAST(SUM(output_tokens) AS bigint) AS output_tokens, COUNT(*) AS calls
         FROM ledger_entry WHERE created_at >= $1 AND ($2 OR tenant_id = ANY($3))
         GROUP BY tenant_id ORDER BY 2 DESC, 5 DESC LIMIT 200",
        params![since, scope.limit().is_none(), scope.limit().unwrap_or_default()],
    )
    .await
}

const PROVIDER: &str = "id, name, dialect, base_url, model, credential_id, input_price, cached_price, output_price,
    requests_per_minute, position, enabled";

/// Agency-wide: providers belong to the agency.
pub(super) async fn providers(conn: &mut Conn) -> Result<Vec<ModelProvider>> {
    let sql = format!("SELECT {PROVIDER} FROM model_provider ORDER BY position, name");
    conn.all(Sql::built(sql), vec![]).await
}

pub(super) async fn provider(conn: &mut Conn, id: ModelProviderId) -> Result<Option<ModelProvider>> {
    let sql = format!("SELECT {PROVIDER} FROM model_provider WHERE id = $1");
    conn.one(Sql::built(sql), params![id]).await
}

pub(super) async fn upsert_provider(
    tx: &mut Tx,
    id: ModelProviderId,
    provider: &NewProvider,
    credential: Option<CredentialId>,
) -> Result<()> {
    let (now, actor) = (tx.now(), tx.actor().clone());
    tx.execute(
        "INSERT INTO model_provider (id, name, dialect, base_url, model, credential_id, input_price, cached_price,
           output_price, requests_per_minute, position, enabled, updated_by, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
           (SELECT COALESCE(MAX(position), 0) + 1 FROM model_provider), $11, $12, $13)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, dialect = excluded.dialect, base_url = excluded.base_url,
           model = excluded.model, credential_id = excluded.credential_id, input_price = excluded.input_price,
           cached_price = excluded.cached_price, output_price = excluded.output_price,
           requests_per_minute = excluded.requests_per_minute, enabled = excluded.enabled,
           updated_by = excluded.updated_by, updated_at = excluded.updated_at",
        params![
            id,
            provider.name.trim(),
            provider.dialect.as_str(),
            provider.base_url.as_deref(),
            provider.model.trim(),
            credential,
            provider.price.input,
            provider.price.cached_input,
            provider.price.output,
            provider.requests_per_minute,
            provider.enabled,
            &actor,
            now
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn delete_provider(tx: &mut Tx, id: ModelProviderId) -> Result<bool> {
    Ok(tx.execute("DELETE FROM model_provider WHERE id = $1", params![id]).await? > 0)
}

pub(super) async fn skill_text_known(conn: &mut Conn, name: &str, hash: &ContentHash) -> Result<bool> {
    let n = conn
        .count("SELECT COUNT(*) AS n FROM skill_version WHERE name = $1 AND hash = $2", params![name, hash])
        .await?;
    Ok(n > 0)
}

pub(super) async fn insert_skill(
    tx: &mut Tx,
    name: &str,
    hash: &ContentHash,
    text: &str,
    made_by: &Actor,
) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO skill_version (id, name, version, hash, text, made_by, created_at)
         VALUES ($1, $2, (SELECT COALESCE(MAX(version), 0) + 1 FROM skill_version WHERE name = $2), $3, $4, $5, $6)",
        params![SkillVersionId::new(), name, hash, text, made_by, now],
    )
    .await?;
    Ok(())
}

/// Agency-wide: all versions of one skill, the newest first.
pub(super) async fn skill_versions(conn: &mut Conn, name: &str) -> Result<Vec<SkillVersion>> {
    conn.all(
        "SELECT id, name, version, text, made_by, created_at FROM skill_version WHERE name = $1 ORDER BY version DESC",
        params![name],
    )
    .await
}

/// Agency-wide: the newest version of each skill.
pub(super) async fn skills(conn: &mut Conn) -> Result<Vec<SkillVersion>> {
    conn.all(
        "SELECT s.id, s.name, s.version, s.text, s.made_by, s.created_at FROM skill_version AS s
         WHERE s.version = (SELECT MAX(t.version) FROM skill_version AS t WHERE t.name = s.name) ORDER BY s.name",
        vec![],
    )
    .await
}
