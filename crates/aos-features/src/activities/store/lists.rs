//! Lists and figures for the screens.

use aos_kernel::{ActivityId, AgencyScope, ApprovalId, PipelineId, Result, Subject, TenantId, TenantScope, Timestamp};
use aos_storage::{Conn, FromRow, Row, params};

use crate::{
    activities::{
        model::{Activity, Approval, Pipeline, PipelineState},
        queries::{ApprovalFilter, HumanTask, PendingApproval, Waiting},
    },
    tenants::Party,
};

pub async fn pipeline_of(conn: &mut Conn, scope: TenantScope, id: ActivityId) -> Result<Option<PipelineId>> {
    let row = conn
        .row("SELECT pipeline_id FROM activity WHERE id = $1 AND tenant_id = $2", params![id, scope.tenant()])
        .await?;
    row.map(|row| row.get("pipeline_id")).transpose()
}

impl FromRow for PendingApproval {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            approval: Approval::from_row(row)?,
            pipeline_name: row.get("pipeline_name")?,
            template_key: row.get("template_key")?,
        })
    }
}

/// Oldest first, those after `after`.
pub async fn pending(
    conn: &mut Conn,
    scope: &AgencyScope,
    filter: &ApprovalFilter,
    after: ApprovalId,
    limit: i64,
) -> Result<Vec<PendingApproval>> {
    let any_role = filter.roles.is_empty();
    let kind = filter.subject_kind.as_deref().unwrap_or("");
    let tenants: Option<Vec<TenantId>> = match filter.tenant {
        Some(tenant) => Some(if scope.allows(tenant) { vec![tenant] } else { Vec::new() }),
        None => scope.limit().map(<[TenantId]>::to_vec),
    };
    match tenants {
        None => {
            conn.all(
                "SELECT a.*, p.name AS pipeline_name, p.template_key FROM approval a JOIN pipeline p ON p.id = a.pipeline_id
                 WHERE a.state = 'pending' AND a.id > $1 AND ($2 = TRUE OR a.role = ANY($3)) AND ($4 = '' OR a.subject_kind = $4)
                 ORDER BY a.id LIMIT $5",
                params![after, any_role, filter.roles.clone(), kind, limit],
            )
            .await
        }
        Some(tenants) => {
            conn.all(
                "SELECT a.*, p.name AS pipeline_name, p.template_key FROM approval a JOIN pipeline p ON p.id = a.pipeline_id
                 WHERE a.state = 'pending' AND a.id > $1 AND ($2 = TRUE OR a.role = ANY($3)) AND ($4 = '' OR a.subject_kind = $4)
                 AND a.tenant_id = ANY($6) ORDER BY a.id LIMIT $5",
                params![after, any_role, filter.roles.clone(), kind, limit, tenants.as_slice()],
            )
            .await
        }
    }
}

pub async fn approval(conn: &mut Conn, scope: TenantScope, id: ApprovalId) -> Result<Option<Approval>> {
    conn.one("SELECT * FROM approval WHERE id = $1 AND tenant_id = $2", params![id, scope.tenant()]).await
}

/// What waits for one side's decision.
pub async fn pending_of_party(conn: &mut Conn, scope: TenantScope, party: Party) -> Result<Vec<Approval>> {
    conn.all(
        "SELECT * FROM approval WHERE tenant_id = $1 AND state = 'pending' AND party = $2 ORDER BY id",
        params![scope.tenant(), party.as_str()],
    )
    .await
}

/// How much waits for a decision, by tenant and role, and since when.
pub async fn waiting(conn: &mut Conn, scope: &AgencyScope) -> Result<Vec<Waiting>> {
    let rows = match scope.limit() {
        None => {
            conn.rows(
                "SELECT tenant_id, role, COUNT(*) AS n, MIN(requested_at) AS since FROM approval WHERE state = 'pending'
                 GROUP BY tenant_id, role ORDER BY since",
                vec![],
            )
            .await?
        }
        Some(tenants) => {
            conn.rows(
                "SELECT tenant_id, role, COUNT(*) AS n, MIN(requested_at) AS since FROM approval WHERE state = 'pending'
                 AND tenant_id = ANY($1) GROUP BY tenant_id, role ORDER BY since",
                params![tenants],
            )
            .await?
        }
    };
    rows.iter()
        .map(|row| {
            Ok(Waiting {
                tenant: row.get("tenant_id")?,
                role: row.get("role")?,
                count: row.get("n")?,
                since: row.get("since")?,
            })
        })
        .collect()
}

impl FromRow for HumanTask {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self { activity: Activity::from_row(row)?, pipeline_name: row.get("pipeline_name")? })
    }
}

/// Work that people hand in, for some roles; oldest first, those after `after`.
pub async fn human_tasks(
    conn: &mut Conn,
    scope: &AgencyScope,
    roles: &[String],
    after: ActivityId,
    limit: i64,
) -> Result<Vec<HumanTask>> {
    match scope.limit() {
        None => {
            conn.all(
                "SELECT a.*, p.name AS pipeline_name FROM activity a JOIN pipeline p ON p.id = a.pipeline_id
                 WHERE a.assignee_role = ANY($1) AND a.assignee_kind = 'human' AND a.is_approval = FALSE
                 AND a.state NOT IN ('completed', 'cancelled') AND a.id > $2 ORDER BY a.id LIMIT $3",
                params![roles.to_vec(), after, limit],
            )
            .await
        }
        Some(tenants) => {
            conn.all(
                "SELECT a.*, p.name AS pipeline_name FROM activity a JOIN pipeline p ON p.id = a.pipeline_id
                 WHERE a.assignee_role = ANY($1) AND a.assignee_kind = 'human' AND a.is_approval = FALSE
                 AND a.state NOT IN ('completed', 'cancelled') AND a.id > $2 AND a.tenant_id = ANY($4)
                 ORDER BY a.id LIMIT $3",
                params![roles.to_vec(), after, limit, tenants],
            )
            .await
        }
    }
}

/// Activities that failed and wait for somebody to look; oldest first, those after `after`.
pub async fn failed(conn: &mut Conn, scope: &AgencyScope, after: ActivityId, limit: i64) -> Result<Vec<HumanTask>> {
    match scope.limit() {
        None => {
            conn.all(
                "SELECT a.*, p.name AS pipeline_name FROM activity a JOIN pipeline p ON p.id = a.pipeline_id
                 WHERE a.state = 'failed' AND a.id > $1 ORDER BY a.id LIMIT $2",
                params![after, limit],
            )
            .await
        }
        Some(tenants) => {
            conn.all(
                "SELECT a.*, p.name AS pipeline_name FROM activity a JOIN pipeline p ON p.id = a.pipeline_id
                 WHERE a.state = 'failed' AND a.id > $1 AND a.tenant_id = ANY($3) ORDER BY a.id LIMIT $2",
                params![after, limit, tenants],
            )
            .await
        }
    }
}

/// Newest first, those before `before`.
pub async fn pipelines(
    conn: &mut Conn,
    scope: TenantScope,
    state: Option<PipelineState>,
    before: (Timestamp, PipelineId),
    limit: i64,
) -> Result<Vec<Pipeline>> {
    conn.all(
        "SELECT * FROM pipeline WHERE tenant_id = $1 AND (created_at, id) < ($2, $3) AND ($4 = '' OR state = $4)
         ORDER BY created_at DESC, id DESC LIMIT $5",
        params![scope.tenant(), before.0, before.1, state.map_or("", PipelineState::as_str), limit],
    )
    .await
}

pub async fn pipeline(conn: &mut Conn, scope: TenantScope, id: PipelineId) -> Result<Option<Pipeline>> {
    conn.one("SELECT * FROM pipeline WHERE id = $1 AND tenant_id = $2", params![id, scope.tenant()]).await
}

pub async fn pipeline_input(conn: &mut Conn, scope: TenantScope, id: PipelineId) -> Result<Option<serde_json::Value>> {
    let row =
        conn.row("SELECT input FROM pipeline WHERE id = $1 AND tenant_id = $2", params![id, scope.tenant()]).await?;
    row.map(|row| row.get("input")).transpose()
}

/// In the order in which they came about.
pub async fn activities_of(conn: &mut Conn, scope: TenantScope, pipelines: &[PipelineId]) -> Result<Vec<Activity>> {
    conn.all(
        "SELECT * FROM activity WHERE pipeline_id = ANY($1) AND tenant_id = $2 ORDER BY id",
        params![pipelines, scope.tenant()],
    )
    .await
}

pub async fn activity(conn: &mut Conn, scope: TenantScope, id: ActivityId) -> Result<Option<Activity>> {
    conn.one("SELECT * FROM activity WHERE id = $1 AND tenant_id = $2", params![id, scope.tenant()]).await
}

/// The open work of the product itself for a unit: what may wait for a moment.
pub async fn waiting_for_unit(conn: &mut Conn, scope: TenantScope, unit: &Subject) -> Result<Vec<Activity>> {
    conn.all(
        "SELECT * FROM activity WHERE tenant_id = $1 AND unit_id = $2 AND unit_kind = $3 AND assignee_kind = 'system'
           AND state IN ('assigned', 'in_progress')
         ORDER BY id",
        params![scope.tenant(), unit.id, unit.kind.as_str()],
    )
    .await
}

/// The work for a unit that is not over, failed work included.
pub async fn open_for_unit(conn: &mut Conn, scope: TenantScope, unit: &Subject) -> Result<Vec<Activity>> {
    conn.all(
        "SELECT * FROM activity WHERE tenant_id = $1 AND unit_id = $2 AND unit_kind = $3
           AND state NOT IN ('completed', 'cancelled')
         ORDER BY id",
        params![scope.tenant(), unit.id, unit.kind.as_str()],
    )
    .await
}

pub async fn approvals_of_activity(conn: &mut Conn, scope: TenantScope, id: ActivityId) -> Result<Vec<Approval>> {
    conn.all(
        "SELECT * FROM approval WHERE activity_id = $1 AND tenant_id = $2 ORDER BY id",
        params![id, scope.tenant()],
    )
    .await
}

/// Activities that are not over, by assignee and state.
pub async fn open_counts(conn: &mut Conn, scope: TenantScope) -> Result<Vec<(String, String, i64)>> {
    let rows = conn
        .rows(
            "SELECT assignee_kind, state, COUNT(*) AS n FROM activity
             WHERE tenant_id = $1 AND state NOT IN ('completed', 'cancelled') GROUP BY assignee_kind, state",
            params![scope.tenant()],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get("assignee_kind")?, row.get("state")?, row.get("n")?))).collect()
}
