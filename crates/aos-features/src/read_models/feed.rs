//! What happened at a client lately, without the engine's small steps.

use aos_kernel::{Result, TenantScope};
use aos_storage::{Conn, params};
use aos_workflow::Event;

/// What is told of a client. Transitions of activities are in the work's own history.
pub const TOLD: &[&str] = &[
    "channels.connected",
    "channels.disconnected",
    "channels.expired",
    "content.draft_on_site",
    "content.item_approved",
    "content.item_edited",
    "content.item_rejected",
    "content.item_written",
    "content.post_published",
    "content.post_scheduled",
    "content.publishing_gave_up",
    "content.removed_on_site",
    "content.request_approved",
    "content.request_raised",
    "content.request_rejected",
    "onboarding.context_written",
    "onboarding.document_added",
    "onboarding.launched",
    "strategy.activated",
    "strategy.edited",
    "strategy.period_completed",
    "strategy.period_opened",
    "strategy.proposed",
    "strategy.rejected",
    "tenants.archived",
    "tenants.registered",
    "tenants.settings_changed",
    "website.crawl_cancelled",
    "website.crawled",
];

/// The newest first.
///
/// # Errors
/// `Storage`.
pub async fn latest(conn: &mut Conn, scope: TenantScope, limit: i64) -> Result<Vec<Event>> {
    let told: Vec<String> = TOLD.iter().map(|kind| (*kind).to_owned()).collect();
    let sql = "SELECT seq, tenant_id, kind, subject_kind, subject_id, actor, why, data, at FROM event
               WHERE tenant_id = $1 AND kind = ANY($2) ORDER BY seq DESC LIMIT $3";
    conn.all(sql, params![scope.tenant(), told, limit]).await
}
