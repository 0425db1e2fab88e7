//! Reading what a command needs of some pipelines onto the board, and writing what it changed.

use std::collections::{BTreeSet, HashMap};

use aos_kernel::{ActivityId, AgencyScope, ApprovalId, Error, PipelineId, Result, Subject, TenantId, TenantScope};
use aos_storage::{BulkInsert, Conn, FromRow, Lock, Row, Tx, Value, params};

use crate::activities::{
    board::{Board, Line, Piece},
    events::assignee,
    model::{Activity, Approval, Assignee, Pipeline},
    plan::{Plan, Plans},
};

impl FromRow for Activity {
    fn from_row(row: &Row) -> Result<Self> {
        let role: String = row.get("assignee_role")?;
        let kind: String = row.get("assignee_kind")?;
        let unit_kind: Option<String> = row.get("unit_kind")?;
        let unit_id: Option<uuid::Uuid> = row.get("unit_id")?;
        Ok(Self {
            id: row.get("id")?,
            tenant_id: row.get("tenant_id")?,
            pipeline_id: row.get("pipeline_id")?,
            step_key: row.get("step_key")?,
            name: row.get("name")?,
            assignee: match kind.as_str() {
                "agent" => Assignee::Agent(role),
                "human" => Assignee::Human(role),
                _ => Assignee::System,
            },
            step_kind: row.get("step_kind")?,
            is_approval: row.get("is_approval")?,
            state: row.parse("state")?,
            unit: unit_kind.zip(unit_id).map(|(kind, id)| Subject { kind, id }),
            input: row.get("input")?,
            output: row.get("output")?,
            notes: row.get("notes")?,
            attempt: row.get("attempt")?,
            error: row.get("error")?,
            error_help: row.get("error_help")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
            completed_at: row.get("completed_at")?,
        })
    }
}

impl FromRow for Piece {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            activity: Activity::from_row(row)?,
            partner: row.get("partner_id")?,
            open_items: row.get("open_items")?,
            rework: list(row, "rework")?,
            units: list(row, "units")?,
        })
    }
}

impl FromRow for Pipeline {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            tenant_id: row.get("tenant_id")?,
            template_key: row.get("template_key")?,
            template_version: row.get("template_version")?,
            name: row.get("name")?,
            origin: row.json("origin")?,
            state: row.parse("state")?,
            created_at: row.get("created_at")?,
            completed_at: row.get("completed_at")?,
        })
    }
}

impl FromRow for Approval {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            tenant_id: row.get("tenant_id")?,
            activity_id: row.get("activity_id")?,
            pipeline_id: row.get("pipeline_id")?,
            subject: Subject { kind: row.get("subject_kind")?, id: row.get("subject_id")? },
            title: row.get("title")?,
            version: row.get("version")?,
            hash: row.get("hash")?,
            made_by: row.get("made_by")?,
            party: row.parse("party")?,
            role: row.get("role")?,
            state: row.parse("state")?,
            requested_at: row.get("requested_at")?,
            decided_at: row.get("decided_at")?,
            decided_by: row.parse_opt("decided_by")?,
            notes: row.get("notes")?,
        })
    }
}

/// A column that is NULL for an empty list, which most are.
fn list<T: serde::de::DeserializeOwned>(row: &Row, column: &str) -> Result<Vec<T>> {
    match row.get::<Option<serde_json::Value>>(column)? {
        Some(value) => serde_json::from_value(value).map_err(|e| Error::internal(format!("column {column}: {e}"))),
        None => Ok(Vec::new()),
    }
}

fn list_column<T: serde::Serialize>(items: &[T]) -> Result<Option<serde_json::Value>> {
    if items.is_empty() {
        return Ok(None);
    }
    serde_json::to_value(items).map(Some).map_err(Error::internal)
}

/// Puts pipelines on the board and keeps them for this transaction: whoever changes anything of a pipeline comes here
/// first, in the order of the ids, so that two of them never wait for each other in a circle.
pub async fn lock_lines(
    tx: &mut Tx,
    scope: &AgencyScope,
    plans: &Plans,
    board: &mut Board,
    ids: &[PipelineId],
) -> Result<()> {
    let sql = tx.locking("SELECT * FROM pipeline WHERE id = ANY($1) ORDER BY id", Lock::Wait);
    for row in tx.rows(sql, params![ids]).await? {
        let pipeline = Pipeline::from_row(&row)?;
        if !scope.allows(pipeline.tenant_id) {
            continue;
        }
        let template_id = row.get("template_id")?;
        let plan = match plans.get(template_id) {
            Some(plan) => plan,
            None => plans.put(template_id, Plan::new(super::template_by_id(tx, template_id).await?)),
        };
        let line = Line {
            plan,
            template_id,
            key: row.get("key")?,
            input: row.get("input")?,
            open: row.get("open_activities")?,
            pipeline,
        };
        board.lines.insert(line.pipeline.id, line);
    }
    Ok(())
}

pub async fn lock_lines_of_approvals(
    tx: &mut Tx,
    scope: &AgencyScope,
    plans: &Plans,
    board: &mut Board,
    ids: &[ApprovalId],
) -> Result<()> {
    let rows = tx.rows("SELECT DISTINCT pipeline_id FROM approval WHERE id = ANY($1)", params![ids]).await?;
    let lines = rows.iter().map(|row| row.get("pipeline_id")).collect::<Result<Vec<PipelineId>>>()?;
    lock_lines(tx, scope, plans, board, &lines).await
}

/// Activities of pipelines that are on the board.
pub async fn pieces(tx: &mut Tx, board: &mut Board, ids: &[ActivityId]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let found: Vec<Piece> = tx.all("SELECT * FROM activity WHERE id = ANY($1)", params![ids]).await?;
    put(board, found);
    Ok(())
}

/// Activities that were read before: only what may have changed since, as most of a row never does.
pub async fn refreshed(tx: &mut Tx, board: &mut Board, known: &[&Activity]) -> Result<()> {
    let by_id: HashMap<ActivityId, &Activity> = known.iter().map(|activity| (activity.id, *activity)).collect();
    let ids: Vec<ActivityId> = by_id.keys().copied().collect();
    let rows = tx
        .rows(
            "SELECT id, state, notes, attempt, partner_id, open_items, rework, units FROM activity WHERE id = ANY($1)",
            params![ids.as_slice()],
        )
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        if let Some(known) = by_id.get(&row.get("id")?) {
            let activity = Activity {
                state: row.parse("state")?,
                notes: row.get("notes")?,
                attempt: row.get("attempt")?,
                ..(*known).clone()
            };
            found.push(Piece {
                activity,
                partner: row.get("partner_id")?,
                open_items: row.get("open_items")?,
                rework: list(row, "rework")?,
                units: list(row, "units")?,
            });
        }
    }
    put(board, found);
    Ok(())
}

/// All activities of some pipelines.
pub async fn pieces_of_lines(tx: &mut Tx, board: &mut Board, lines: &[PipelineId]) -> Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let found: Vec<Piece> = tx.all("SELECT * FROM activity WHERE pipeline_id = ANY($1)", params![lines]).await?;
    put(board, found);
    Ok(())
}

fn put(board: &mut Board, found: Vec<Piece>) {
    for piece in found {
        if board.lines.contains_key(&piece.activity.pipeline_id) {
            board.pieces.insert(piece.activity.id, piece);
        }
    }
}

pub async fn approvals(tx: &mut Tx, board: &mut Board, ids: &[ApprovalId]) -> Result<()> {
    let found: Vec<Approval> = tx.all("SELECT * FROM approval WHERE id = ANY($1)", params![ids]).await?;
    put_approvals(board, found);
    Ok(())
}

pub async fn approvals_of_activities(tx: &mut Tx, board: &mut Board, activities: &[ActivityId]) -> Result<()> {
    let found: Vec<Approval> =
        tx.all("SELECT * FROM approval WHERE activity_id = ANY($1)", params![activities]).await?;
    put_approvals(board, found);
    Ok(())
}

fn put_approvals(board: &mut Board, found: Vec<Approval>) {
    for approval in found {
        if board.lines.contains_key(&approval.pipeline_id) {
            board.approvals.insert(approval.id, approval);
        }
    }
}

/// All approvals that one thing ever had, the oldest first.
pub async fn approvals_of_subject(conn: &mut Conn, scope: TenantScope, subject: &Subject) -> Result<Vec<Approval>> {
    conn.all(
        "SELECT * FROM approval WHERE subject_id = $1 AND subject_kind = $2 AND tenant_id = $3 ORDER BY id",
        params![subject.id, subject.kind.as_str(), scope.tenant()],
    )
    .await
}

/// Pipelines that were started with one of these keys.
pub async fn pipelines_with_keys(
    tx: &mut Tx,
    keys: &[(TenantId, String)],
) -> Result<Vec<(TenantId, String, PipelineId)>> {
    let values = keys.iter().flat_map(|(tenant, key)| params![*tenant, key.as_str()]).collect();
    let rows = tx
        .rows_values(
            "SELECT p.tenant_id, p.key, p.id FROM (VALUES ",
            ") AS v JOIN pipeline p ON p.tenant_id = v.column1 AND p.key = v.column2",
            vec![],
            2,
            values,
        )
        .await?;
    rows.iter().map(|row| Ok((row.get("tenant_id")?, row.get("key")?, row.get("id")?))).collect()
}

/// Writes everything that changed.
pub async fn write(tx: &mut Tx, board: Board) -> Result<()> {
    let Board { lines, pieces, approvals, changes, .. } = board;
    let missing = || Error::internal("a change without its row on the board");
    let new_lines: BTreeSet<PipelineId> = changes.new_lines.iter().copied().collect();
    insert_lines(tx, changes.new_lines.iter().filter_map(|id| lines.get(id))).await?;
    update_lines(tx, changes.changed_lines.difference(&new_lines).filter_map(|id| lines.get(id))).await?;
    let new_pieces: BTreeSet<ActivityId> = changes.new_pieces.iter().copied().collect();
    let mut insert = BulkInsert::new("activity", ACTIVITY, "");
    for id in &changes.new_pieces {
        insert.row(activity_values(pieces.get(id).ok_or_else(missing)?)?);
    }
    insert.write(tx).await?;
    let mut values: Vec<Value> = Vec::new();
    for id in changes.moved_pieces.iter().filter(|id| !new_pieces.contains(id) && !changes.changed_pieces.contains(id))
    {
        let a = &pieces.get(id).ok_or_else(missing)?.activity;
        values.extend(params![a.id, a.state.as_str(), a.updated_at, a.completed_at]);
    }
    tx.execute_values(
        "UPDATE activity SET state = v.column2, updated_at = v.column3, completed_at = v.column4 FROM (VALUES ",
        ") AS v WHERE activity.id = v.column1",
        4,
        values,
    )
    .await?;
    let mut values = Vec::new();
    for id in changes.changed_pieces.difference(&new_pieces) {
        values.extend(activity_changes(pieces.get(id).ok_or_else(missing)?)?);
    }
    tx.execute_values(
        "UPDATE activity SET state = v.column2, output = v.column3, notes = v.column4, rework = v.column5,
         units = v.column6, partner_id = v.column7, open_items = v.column8, attempt = v.column9, error = v.column10,
         error_help = v.column11, updated_at = v.column12, completed_at = v.column13 FROM (VALUES ",
        ") AS v WHERE activity.id = v.column1",
        13,
        values,
    )
    .await?;
    let new_approvals: BTreeSet<ApprovalId> = changes.new_approvals.iter().copied().collect();
    let mut insert = BulkInsert::new("approval", APPROVAL, "");
    for id in &changes.new_approvals {
        insert.row(approval_values(approvals.get(id).ok_or_else(missing)?));
    }
    insert.write(tx).await?;
    let mut values: Vec<Value> = Vec::new();
    for id in changes.changed_approvals.difference(&new_approvals) {
        let a = approvals.get(id).ok_or_else(missing)?;
        values.extend(params![
            a.id,
            a.state.as_str(),
            a.title.as_str(),
            a.version,
            &a.hash,
            &a.made_by,
            a.decided_at,
            a.decided_by.as_ref(),
            a.notes.as_deref(),
        ]);
    }
    tx.execute_values(
        "UPDATE approval SET state = v.column2, title = v.column3, version = v.column4, hash = v.column5,
         made_by = v.column6, decided_at = v.column7, decided_by = v.column8, notes = v.column9 FROM (VALUES ",
        ") AS v WHERE approval.id = v.column1",
        9,
        values,
    )
    .await?;
    for (actor, event) in changes.events {
        tx.emit_by(actor, event);
    }
    for job in changes.jobs {
        tx.enqueue(job);
    }
    Ok(())
}

const PIPELINE: &[&str] = &[
    "tenant_id",
    "id",
    "template_id",
    "template_key",
    "template_version",
    "name",
    "origin",
    "key",
    "input",
    "state",
    "open_activities",
    "created_at",
    "completed_at",
];

async fn insert_lines<'a>(tx: &mut Tx, lines: impl Iterator<Item = &'a Line>) -> Result<()> {
    let mut insert = BulkInsert::new("pipeline", PIPELINE, "");
    for line in lines {
        let p = &line.pipeline;
        insert.row(params![
            p.tenant_id,
            p.id,
            line.template_id,
            p.template_key.as_str(),
            p.template_version,
            p.name.as_str(),
            serde_json::to_value(&p.origin).map_err(Error::internal)?,
            line.key.as_str(),
            &line.input,
            p.state.as_str(),
            line.open,
            p.created_at,
            p.completed_at,
        ]);
    }
    insert.write(tx).await?;
    Ok(())
}

async fn update_lines<'a>(tx: &mut Tx, lines: impl Iterator<Item = &'a Line>) -> Result<()> {
    let values: Vec<Value> = lines
        .flat_map(|line| params![line.pipeline.id, line.pipeline.state.as_str(), line.open, line.pipeline.completed_at])
        .collect();
    tx.execute_values(
        "UPDATE pipeline SET state = v.column2, open_activities = v.column3, completed_at = v.column4 FROM (VALUES ",
        ") AS v WHERE pipeline.id = v.column1",
        4,
        values,
    )
    .await?;
    Ok(())
}

const ACTIVITY: &[&str] = &[
    "tenant_id",
    "id",
    "pipeline_id",
    "step_key",
    "name",
    "assignee_kind",
    "assignee_role",
    "step_kind",
    "is_approval",
    "state",
    "unit_kind",
    "unit_id",
    "partner_id",
    "input",
    "output",
    "rework",
    "units",
    "open_items",
    "attempt",
    "created_at",
    "updated_at",
    "completed_at",
];

fn activity_values(piece: &Piece) -> Result<Vec<Value>> {
    let a = &piece.activity;
    let (kind, role) = assignee(&a.assignee);
    Ok(params![
        a.tenant_id,
        a.id,
        a.pipeline_id,
        a.step_key.as_str(),
        a.name.as_str(),
        kind,
        role,
        a.step_kind.as_deref(),
        a.is_approval,
        a.state.as_str(),
        a.unit.as_ref().map(|unit| unit.kind.as_str()),
        a.unit.as_ref().map(|unit| unit.id),
        piece.partner,
        &a.input,
        a.output.as_ref(),
        list_column(&piece.rework)?,
        list_column(&piece.units)?,
        piece.open_items,
        a.attempt,
        a.created_at,
        a.updated_at,
        a.completed_at,
    ])
}

fn activity_changes(piece: &Piece) -> Result<Vec<Value>> {
    let a = &piece.activity;
    Ok(params![
        a.id,
        a.state.as_str(),
        a.output.as_ref(),
        a.notes.as_deref(),
        list_column(&piece.rework)?,
        list_column(&piece.units)?,
        piece.partner,
        piece.open_items,
        a.attempt,
        a.error.as_deref(),
        a.error_help.as_deref(),
        a.updated_at,
        a.completed_at,
    ])
}

const APPROVAL: &[&str] = &[
    "tenant_id",
    "id",
    "activity_id",
    "pipeline_id",
    "subject_kind",
    "subject_id",
    "title",
    "version",
    "hash",
    "made_by",
    "party",
    "role",
    "state",
    "requested_at",
];

fn approval_values(a: &Approval) -> Vec<Value> {
    params![
        a.tenant_id,
        a.id,
        a.activity_id,
        a.pipeline_id,
        a.subject.kind.as_str(),
        a.subject.id,
        a.title.as_str(),
        a.version,
        &a.hash,
        &a.made_by,
        a.party.as_str(),
        a.role.as_str(),
        a.state.as_str(),
        a.requested_at,
    ]
}
