//! Manage → Audit: who did what, when and why.

use std::collections::HashMap;

use aos_features::{
    people::{self, AuditEntry, AuditFilter, Permission},
    read_models::{clients, names::Names},
};
use aos_kernel::{Cursor, PageSize, TenantId};
use axum::extract::Query;
use serde::Deserialize;
use serde_json::Value;

use super::{
    users::zone,
    views::{AuditPage, AuditRow},
};
use crate::{
    layout::Place,
    paths,
    session::{Answer, Viewer},
    show::{Dial, next_page, who},
    ui::{Choice, Choices, states::label},
};

/// The slices that note acts.
const KINDS: [&str; 2] = ["people", "tenants"];
/// Clients whose names are looked up for the rows.
const MOST_CLIENTS: i64 = 10_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    kind: String,
    after: Option<Cursor>,
}

/// `GET /manage/audit`.
pub(super) async fn page(viewer: Viewer, Query(asked): Query<Asked>) -> Answer {
    let scope = viewer.agency(Permission::SeeAudit)?;
    let mut conn = viewer.read().await?;
    let search = asked.q.trim();
    // An address or a name finds the person's own acts; other words find nobody's.
    let user = match search {
        "" => None,
        words => {
            let found = people::queries::users(&mut conn, &scope, Some(words), None, PageSize::clamped(1)).await?;
            found.items.into_iter().next().map(|summary| summary.user.id)
        }
    };
    let nobody = !search.is_empty() && user.is_none();
    let kind = KINDS.contains(&asked.kind.as_str()).then(|| format!("{}.", asked.kind));
    let filter = AuditFilter { user, action: kind, ..AuditFilter::default() };
    let size = PageSize::DEFAULT;
    let page = people::audit::list(&mut conn, &scope, &filter, asked.after.as_ref(), size).await?;
    let entries = if nobody { Vec::new() } else { page.items };
    let names = Names::of(&mut conn, entries.iter().map(|entry| &entry.actor)).await?;
    let clients: HashMap<TenantId, String> =
        clients::names(&mut conn, &scope, MOST_CLIENTS).await?.into_iter().collect();
    let dial = Dial { zone: zone(&mut conn).await?, now: viewer.now };
    let mut kinds = vec![];
    kinds.extend(KINDS.iter().map(|kind| Choice::new(*kind, label(kind))));
    let filters = [("q", asked.q.as_str()), ("kind", asked.kind.as_str())];
    let view = AuditPage {
        shell: viewer.shell(&mut conn, "Audit", Place::Audit).await?,
        entries: entries.iter().map(|entry| row(entry, &names, &clients, dial)).collect(),
        older: if nobody { None } else { next_page(paths::AUDIT, &filters, page.next.as_ref()) },
        kinds: Choices::new(kinds, asked.kind.clone()),
        query: asked.q,
    };
    viewer.page(&view)
}

fn row(entry: &AuditEntry, names: &Names, clients: &HashMap<TenantId, String>, dial: Dial) -> AuditRow {
    let (who, agent) = who(names, &entry.actor);
    let (_, act) = entry.action.split_once('.').unwrap_or(("", &entry.action));
    let text = |key: &str| entry.detail.get(key).and_then(Value::as_str);
    let what = match text("name").or_else(|| text("email")).or_else(|| text("role")) {
        Some(detail) => format!("{}: {detail}", label(act)),
        None => label(act),
    };
    AuditRow {
        at: dial.moment(entry.at),
        who,
        agent,
        kind: entry.action.clone(),
        what,
        href: (entry.subject_kind == "tenant").then(|| paths::client(entry.subject_id)),
        client: entry.tenant_id.and_then(|tenant| clients.get(&tenant).cloned()),
        why: None,
    }
}
