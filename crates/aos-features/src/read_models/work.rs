//! What a client's work shows beside its activities.

use std::collections::HashMap;

use aos_kernel::{ActivityId, ApprovalId, Result, RunId, TenantScope, Timestamp};
use aos_storage::{Conn, Sql, ToValue, from_row, params};

use super::condition;
use crate::activities::ActivityState;

/// The latest run of each of these activities, of those that an agent did.
///
/// # Errors
/// `Storage`.
pub async fn latest_runs(
    conn: &mut Conn,
    scope: TenantScope,
    activities: &[ActivityId],
) -> Result<HashMap<ActivityId, RunId>> {
    let sql = "SELECT activity_id, id FROM run WHERE tenant_id = $1 AND activity_id = ANY($2) ORDER BY id";
    let rows = conn.rows(sql, params![scope.tenant(), activities]).await?;
    // Ids sort by time, so the last one stays.
    rows.iter().map(|row| Ok((row.get("activity_id")?, row.get("id")?))).collect()
}

/// The decision that each of these approvals or of the works before them waits for, one for each.
///
/// # Errors
/// `Storage`.
pub async fn pending_decisions(
    conn: &mut Conn,
    scope: TenantScope,
    activities: &[ActivityId],
) -> Result<HashMap<ActivityId, ApprovalId>> {
    let sql = "SELECT p.id, p.activity_id, a.partner_id FROM approval p JOIN activity a ON a.id = p.activity_id
               WHERE p.tenant_id = $1 AND p.state = 'pending'
                 AND (p.activity_id = ANY($2) OR a.partner_id = ANY($2)) ORDER BY p.id DESC";
    let mut found = HashMap::new();
    for row in conn.rows(sql, params![scope.tenant(), activities]).await? {
        let id: ApprovalId = row.get("id")?;
        found.insert(row.get("activity_id")?, id);
        if let Some(maker) = row.get::<Option<ActivityId>>("partner_id")? {
            found.insert(maker, id);
        }
    }
    Ok(found)
}

/// One activity as a card of a board.
#[derive(Clone, Debug)]
pub struct Card {
    pub id: ActivityId,
    pub name: String,
    pub state: ActivityState,
    /// `agent`, `human` or `system`.
    pub assignee_kind: String,
    pub assignee_role: String,
    pub is_approval: bool,
    pub attempt: i64,
    pub error: Option<String>,
    /// The post's title, when the step repeats over posts.
    pub about: Option<String>,
    pub unit_id: Option<uuid::Uuid>,
    pub pipeline: String,
    pub template_key: String,
    pub updated_at: Timestamp,
}
from_row!(Card {
    id, name, parse state, assignee_kind, assignee_role, is_approval, attempt, error, about, unit_id, pipeline,
    template_key, updated_at
});

/// Which cards.
#[derive(Clone, Debug, Default)]
pub struct CardFilter {
    /// `agent`, `human` or `system`.
    pub assignee_kind: Option<String>,
    pub template_key: Option<String>,
}

/// More than this in one state nobody looks through; the list has them all.
pub const MOST_CARDS: i64 = 300;

// An approval is shown by the work that it decides on, where there is one.
const CARD: &str = "SELECT a.id, a.name, a.state, a.assignee_kind, a.assignee_role, a.is_approval, a.attempt, a.error,
        i.title AS about, a.unit_id, p.name AS pipeline, p.template_key, a.updated_at
    FROM activity AS a JOIN pipeline AS p ON p.id = a.pipeline_id
    LEFT JOIN content_item AS i ON i.id = a.unit_id AND a.unit_kind = 'content_item'
    WHERE (a.is_approval = FALSE OR a.partner_id IS NULL)";

/// A client's work that is not over, and what was completed since `since`; the last touched first.
///
/// # Errors
/// `Storage`.
pub async fn cards(conn: &mut Conn, scope: TenantScope, filter: &CardFilter, since: Timestamp) -> Result<Vec<Card>> {
    let mut cards = Vec::new();
    for over in [false, true] {
        let (mut sql, mut params) = (CARD.to_owned(), Vec::new());
        if over {
            condition(&mut sql, &mut params, "p.tenant_id = ?", scope.tenant());
            sql.push_str(" AND a.state = 'completed'");
            condition(&mut sql, &mut params, "a.updated_at > ?", since);
        } else {
            condition(&mut sql, &mut params, "a.tenant_id = ?", scope.tenant());
            sql.push_str(" AND a.state NOT IN ('completed', 'cancelled')");
        }
        if let Some(kind) = &filter.assignee_kind {
            condition(&mut sql, &mut params, "a.assignee_kind = ?", kind);
        }
        if let Some(key) = &filter.template_key {
            condition(&mut sql, &mut params, "p.template_key = ?", key);
        }
        params.push(MOST_CARDS.to_value());
        sql.push_str(&format!(" ORDER BY a.updated_at DESC, a.id DESC LIMIT ${}", params.len()));
        cards.extend(conn.all::<Card>(Sql::built(sql), params).await?);
    }
    Ok(cards)
}
