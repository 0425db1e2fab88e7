//! A client's work: pipelines with their activities.

use std::collections::HashMap;

use aos_features::{
    activities::{self, Activity, ActivityState, Assignee, PipelineState, Template},
    people::Permission,
    read_models::{
        owners,
        work::{self, Card, CardFilter},
    },
};
use aos_kernel::{ActivityId, ApprovalId, Cursor, PageSize, PipelineId, Result, RunId, TenantId, TenantScope};
use aos_storage::Conn;
use axum::extract::Query;
use chrono::TimeDelta;
use serde::Deserialize;

use super::views::{ActivityRow, BoardCard, BoardColumn, BoardPage, PipelineView, WorkPage};
use crate::{
    flash::Flash,
    layout::ClientTab,
    paths,
    session::{Answer, At, Viewer},
    show::{Dial, next_page, small},
    ui::{Choice, Choices, states::label},
    workspace::Workspace,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// `list` (default) or `board`.
    view: String,
    /// Whose: `agent`, `human`, `system`; empty: everybody's.
    who: String,
    /// A template's key.
    kind: String,
    state: String,
    after: Option<Cursor>,
}

/// `GET /portal/clients/{id}/work`.
pub(super) async fn page(viewer: Viewer, At(id): At<TenantId>, Query(asked): Query<Asked>) -> Answer {
    let mut open = Workspace::open(&viewer, id, ClientTab::Work, Permission::OperateWork).await?;
    if asked.view == "board" {
        return board(viewer, open, asked).await;
    }
    let (filter, state) = match asked.state.as_str() {
        "done" => ("done", Some(PipelineState::Completed)),
        "all" => ("all", None),
        _ => ("open", Some(PipelineState::Running)),
    };
    let size = PageSize::clamped(20);
    let page = activities::queries::pipelines(&mut open.conn, open.scope, state, asked.after.as_ref(), size).await?;
    let can_retry = viewer.can(id, Permission::OperateWork);
    let around = Around::of(&mut open.conn, open.scope, &page.items).await?;
    let whose = |row: &ActivityRow| asked.who.is_empty() || row.whose == asked.who;
    let pipelines: Vec<PipelineView> = page
        .items
        .iter()
        .filter(|one| asked.kind.is_empty() || one.pipeline.template_key == asked.kind)
        .map(|one| pipeline(one, &around, open.dial, id, can_retry))
        .map(|mut one| {
            one.activities.retain(whose);
            one
        })
        .filter(|one| !one.activities.is_empty())
        .collect();
    let filters = [("state", filter), ("who", asked.who.as_str()), ("kind", asked.kind.as_str())];
    let more = next_page(&paths::client_tab(id, ClientTab::Work), &filters, page.next.as_ref());
    let kinds = kinds(&mut open.conn, &asked.kind).await?;
    let view = WorkPage {
        shell: open.shell,
        client: open.head,
        pipelines,
        filter: filter.to_owned(),
        who: asked.who,
        kinds,
        more,
    };
    viewer.page(&view)
}

/// The pipelines that there are, for a filter.
async fn kinds(conn: &mut Conn, chosen: &str) -> Result<Choices> {
    let templates = activities::queries::templates(conn).await?;
    let kinds = templates.into_iter().map(|one| Choice::new(one.template.key, one.template.name)).collect();
    Ok(Choices::new(kinds, chosen))
}

/// What was completed this long ago still stands on the board.
const DONE_DAYS: i64 = 14;

async fn board(viewer: Viewer, mut open: Workspace, asked: Asked) -> Answer {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let filter = CardFilter { assignee_kind: given(&asked.who), template_key: given(&asked.kind) };
    let since = viewer.now - TimeDelta::days(DONE_DAYS);
    let cards = work::cards(&mut open.conn, open.scope, &filter, since).await?;
    let ids: Vec<ActivityId> = cards.iter().map(|card| card.id).collect();
    let decisions = work::pending_decisions(&mut open.conn, open.scope, &ids).await?;
    let columns = [
        ("To do", "Nobody has begun yet.", &[ActivityState::Created, ActivityState::Assigned][..]),
        ("In progress", "Agents and people are at it.", &[ActivityState::InProgress, ActivityState::Rejected]),
        ("Waits for a decision", "A person says yes or no.", &[ActivityState::AwaitingApproval]),
        ("Failed", "Look why, then try again.", &[ActivityState::Failed]),
        ("Done", "In the last 14 days.", &[ActivityState::Approved, ActivityState::Completed]),
    ];
    let place = |card: &Card| {
        // A gate that nobody's work stands before is itself what waits.
        let waits = card.is_approval && !card.state.is_over();
        let state = if waits { ActivityState::AwaitingApproval } else { card.state };
        columns.iter().position(|(_, _, states)| states.contains(&state))
    };
    let mut view: Vec<BoardColumn> = columns
        .iter()
        .map(|(name, hint, _)| BoardColumn { name: (*name).to_owned(), hint: (*hint).to_owned(), cards: Vec::new() })
        .collect();
    for card in &cards {
        let Some(column) = place(card).and_then(|place| view.get_mut(place)) else { continue };
        let (who, agent) = match card.assignee_kind.as_str() {
            "system" => ("Agency OS".to_owned(), false),
            kind => (label(&card.assignee_role), kind == "agent"),
        };
        column.cards.push(BoardCard {
            id: card.id.to_string(),
            href: paths::activity(card.id),
            title: card.about.clone().unwrap_or_else(|| card.name.clone()),
            step: if card.about.is_some() { card.name.clone() } else { card.pipeline.clone() },
            state: card.state.as_str().to_owned(),
            who,
            agent,
            since: open.dial.moment(card.updated_at),
            attempt: small(card.attempt),
            error: card.error.clone().filter(|_| card.state == ActivityState::Failed),
            decision_href: decisions.get(&card.id).map(paths::approval),
        });
    }
    let kinds = kinds(&mut open.conn, &asked.kind).await?;
    let full = i64::try_from(cards.len()).unwrap_or(i64::MAX) >= work::MOST_CARDS;
    let board = BoardPage { shell: open.shell, client: open.head, columns: view, who: asked.who, kinds, full };
    viewer.page(&board)
}

/// What stands beside the activities of some pipelines.
struct Around {
    templates: HashMap<PipelineId, Template>,
    runs: HashMap<ActivityId, RunId>,
    decisions: HashMap<ActivityId, ApprovalId>,
}

impl Around {
    async fn of(conn: &mut Conn, scope: TenantScope, pipelines: &[activities::PipelineView]) -> Result<Self> {
        let lines: Vec<PipelineId> = pipelines.iter().map(|one| one.pipeline.id).collect();
        let ids: Vec<ActivityId> = pipelines.iter().flat_map(|one| &one.activities).map(|one| one.id).collect();
        Ok(Self {
            templates: activities::queries::templates_of(conn, scope, &lines).await?,
            runs: work::latest_runs(conn, scope, &ids).await?,
            decisions: work::pending_decisions(conn, scope, &ids).await?,
        })
    }
}

fn pipeline(
    one: &activities::PipelineView,
    around: &Around,
    dial: Dial,
    tenant: TenantId,
    can_retry: bool,
) -> PipelineView {
    let mut rows: Vec<&Activity> = one.activities.iter().collect();
    rows.sort_by_key(|activity| activity.id);
    let done = rows.iter().filter(|activity| activity.state.is_over()).count();
    PipelineView {
        id: one.pipeline.id.to_string(),
        title: one.pipeline.name.clone(),
        template: one.pipeline.template_key.clone(),
        state: if rows.iter().any(|activity| activity.state == ActivityState::Failed) {
            "failed".to_owned()
        } else {
            one.pipeline.state.as_str().to_owned()
        },
        started: dial.moment(one.pipeline.created_at),
        done: done as u64,
        total: rows.len() as u64,
        activities: rows
            .iter()
            .map(|activity| row(activity, around, dial, tenant, can_retry))
            .chain(not_begun(one, &rows, around, dial))
            .collect(),
    }
}

/// Steps of a running pipeline that something holds back, so that a person sees what is still to come and why not now.
fn not_begun(one: &activities::PipelineView, rows: &[&Activity], around: &Around, dial: Dial) -> Vec<ActivityRow> {
    let Some(template) = around.templates.get(&one.pipeline.id) else { return Vec::new() };
    if one.pipeline.state != PipelineState::Running {
        return Vec::new();
    }
    // A pipeline that was entered in its middle never does the steps before that.
    let first = rows.iter().filter_map(|row| template.steps.iter().position(|step| step.key == row.step_key)).min();
    let later = |key: &str| template.steps.iter().position(|step| step.key == key) >= first;
    let begun = |key: &str| rows.iter().any(|row| row.step_key == key);
    template
        .not_begun(&begun)
        .into_iter()
        .filter(|(step, _)| later(&step.key))
        .map(|(step, waits)| {
            let (who, agent) = assignee(&step.assignee);
            ActivityRow {
                title: step.name.clone(),
                state: "blocked".to_owned(),
                who,
                agent,
                since: dial.moment(one.pipeline.created_at),
                whose: whose(&step.assignee).to_owned(),
                blocked_by: waits.last().map(|name| format!("Waits for “{name}”.")),
                nested: step.repeat_per_unit,
                ..ActivityRow::default()
            }
        })
        .collect()
}

/// `agent`, `human` or `system`.
const fn whose(assignee: &Assignee) -> &'static str {
    match assignee {
        Assignee::Agent(_) => "agent",
        Assignee::Human(_) => "human",
        Assignee::System => "system",
    }
}

/// Who has it, in words, and whether that is an agent.
pub(super) fn assignee(assignee: &Assignee) -> (String, bool) {
    match assignee {
        Assignee::Agent(role) => (label(role), true),
        Assignee::Human(role) => (label(role), false),
        Assignee::System => ("Agency OS".to_owned(), false),
    }
}

fn row(activity: &Activity, around: &Around, dial: Dial, tenant: TenantId, can_retry: bool) -> ActivityRow {
    let (who, agent) = assignee(&activity.assignee);
    let decision = around.decisions.get(&activity.id);
    let whose = whose(&activity.assignee).to_owned();
    let blocked_by = decision.is_some() && !activity.is_approval;
    let failed = activity.state == ActivityState::Failed;
    let error = activity.error.as_ref().filter(|_| failed).map(|error| match &activity.error_help {
        Some(help) => format!("{error} {help}"),
        None => error.clone(),
    });
    ActivityRow {
        id: activity.id.to_string(),
        title: activity.name.clone(),
        activity_href: paths::activity(activity.id),
        whose,
        state: activity.state.as_str().to_owned(),
        who,
        agent,
        since: dial.moment(activity.updated_at),
        blocked_by: blocked_by.then(|| "Waits for a decision.".to_owned()),
        decision_href: decision.map(paths::approval),
        error,
        attempt: small(activity.attempt),
        href: activity
            .unit
            .as_ref()
            .filter(|unit| unit.kind == "content_item")
            .map(|unit| paths::item(tenant, unit.id)),
        run_href: around.runs.get(&activity.id).map(paths::run),
        can_retry: failed && can_retry,
        nested: activity.unit.is_some(),
    }
}

/// `POST /portal/activities/{id}/retry`.
pub(super) async fn retry(viewer: Viewer, At(id): At<ActivityId>) -> Answer {
    let agency = viewer.agency(Permission::SeeClient)?;
    let tenant = owners::of_activity(&mut viewer.read().await?, &agency, id).await?;
    let scope = viewer.scope(tenant, Permission::OperateWork)?;
    let mut tx = viewer.begin().await?;
    activities::commands::retry_activity(&mut tx, &viewer.state.product.steps, scope, id).await?;
    tx.commit().await?;
    Ok(viewer.done(Flash::good("It is tried again now."), &paths::activity(id)))
}
