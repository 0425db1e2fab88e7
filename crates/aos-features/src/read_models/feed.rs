//! What happened at a client lately, without the engine's small steps.

use std::collections::HashMap;

use aos_kernel::{Result, TenantScope};
use aos_storage::{Conn, FromRow, params};
use aos_workflow::Event;
use uuid::Uuid;

/// What is told of a client. Transitions of activities are in the work's own history.
pub const TOLD: &[&str] = &[
    "channels.connected",
    "channels.disconnected",
    "channels.expired",
    "channels.improvement_proposed",
    "channels.restored",
    "channels.revoked",
    "channels.scored",
    "content.ad_copy_handed_over",
    "content.draft_on_site",
    "content.image_left_out",
    "content.item_approved",
    "content.item_edited",
    "content.item_rejected",
    "content.item_written",
    "content.newsletter_sent",
    "content.outreach_sent",
    "content.post_changed",
    "content.post_published",
    "content.post_scheduled",
    "content.publishing_gave_up",
    "content.publishing_put_off",
    "content.removed_on_site",
    "content.request_approved",
    "content.request_raised",
    "content.request_rejected",
    "content.rescheduled",
    "content.rescheduling_gave_up",
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

/// The newest first, with the titles of the posts and requests that they are about.
///
/// # Errors
/// `Storage`.
pub async fn latest(conn: &mut Conn, scope: TenantScope, limit: i64) -> Result<(Vec<Event>, HashMap<Uuid, String>)> {
    let told: Vec<String> = TOLD.iter().map(|kind| (*kind).to_owned()).collect();
    let sql = "SELECT e.seq, e.tenant_id, e.kind, e.subject_kind, e.subject_id, e.actor, e.why, e.data, e.at,
                      COALESCE(i.title, r.title) AS about
               FROM event AS e
               LEFT JOIN content_item AS i ON i.id = e.subject_id AND e.subject_kind = 'content_item'
               LEFT JOIN request AS r ON r.id = e.subject_id AND e.subject_kind = 'request'
               WHERE e.tenant_id = $1 AND e.kind = ANY($2) ORDER BY e.seq DESC LIMIT $3";
    let rows = conn.rows(sql, params![scope.tenant(), told, limit]).await?;
    let (mut events, mut titles) = (Vec::with_capacity(rows.len()), HashMap::new());
    for row in &rows {
        let event = Event::from_row(row)?;
        if let Some(title) = row.get::<Option<String>>("about")? {
            titles.insert(event.subject.id, title);
        }
        events.push(event);
    }
    Ok((events, titles))
}
