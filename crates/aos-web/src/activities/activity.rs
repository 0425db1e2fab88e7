//! One activity: its whole history, its runs, what went in and came out, and what stands around it.

use aos_features::{
    activities::{self, Activity, ActivityState, PipelineView, Template, TemplateStep, queries::ActivityDetail},
    agents, content,
    people::Permission,
    read_models::{names::Names, owners},
};
use aos_kernel::{ActivityId, ContentItemId, Error, Result, TenantId, TenantScope};
use aos_workflow::Event;
use axum::{Form, extract::Query};
use serde_json::Value;

use super::{
    queue::Asked,
    views::{ActivityPage, Datum, Neighbour, RunLine},
    work::assignee,
};
use crate::{
    flash::Flash,
    forms::Fields,
    layout::ClientTab,
    paths,
    session::{Answer, At, Viewer},
    show::{Dial, count, small, who},
    ui::{Timeline, TimelineEvent, states::label},
    workspace::Workspace,
};

async fn owner(viewer: &Viewer, id: ActivityId) -> Result<TenantId> {
    let agency = viewer.agency(Permission::SeeClient)?;
    owners::of_activity(&mut viewer.read().await?, &agency, id).await
}

/// `GET /portal/activities/{id}`.
pub(super) async fn page(viewer: Viewer, At(id): At<ActivityId>) -> Answer {
    let tenant = owner(&viewer, id).await?;
    let mut open = Workspace::open(&viewer, tenant, ClientTab::Work, Permission::OperateWork).await?;
    let (conn, scope, dial) = (&mut open.conn, open.scope, open.dial);
    let ActivityDetail { activity, pipeline, approvals, events } =
        activities::queries::activity(conn, scope, id).await?;
    let line = activities::queries::pipeline(conn, scope, pipeline.id).await?;
    let template = activities::queries::templates_of(conn, scope, &[pipeline.id]).await?.remove(&pipeline.id);
    let names = Names::of(conn, events.iter().map(|event| &event.actor)).await?;
    let may = open.head.can_edit;
    let may_see_costs = viewer.can(tenant, Permission::SeeCosts);
    let runs = agents::queries::runs_of_activity(conn, scope, id).await?;
    let about = about(conn, scope, tenant, &activity).await?;
    let (who_has_it, agent) = assignee(&activity.assignee);
    let failed = activity.state == ActivityState::Failed;
    // What a decision follows on needs the things to decide on, which no plain form can bring.
    let gated = template.as_ref().is_some_and(|template| template.approval_of(&activity.step_key).is_some());
    let (before, after) = template.map(|template| around(&template, &line, &activity)).unwrap_or_default();
    let open_for_people = matches!(activity.state, ActivityState::Assigned | ActivityState::InProgress);
    let view = ActivityPage {
        id: id.to_string(),
        name: activity.name.clone(),
        state: activity.state.as_str().to_owned(),
        pipeline: pipeline.name.clone(),
        who: who_has_it,
        agent,
        attempt: small(activity.attempt),
        created: dial.moment(activity.created_at),
        since: dial.moment(activity.updated_at),
        about,
        error: activity.error.clone().filter(|_| failed),
        error_help: activity.error_help.clone().filter(|_| failed),
        notes: activity.notes.clone(),
        inputs: data(&activity.input, tenant),
        outputs: activity.output.as_ref().map(|output| data(output, tenant)).unwrap_or_default(),
        before,
        after,
        approvals: approvals
            .iter()
            .map(|one| (one.title.clone(), one.state.as_str().to_owned(), paths::approval(one.id)))
            .collect(),
        runs: runs
            .iter()
            .map(|run| RunLine {
                href: paths::run(run.id),
                state: run.state.as_str().to_owned(),
                attempt: small(run.attempt),
                model: run.model.clone().unwrap_or_else(|| if run.offline { "no model".into() } else { "—".into() }),
                tokens: count(run.input_tokens + run.output_tokens),
                cost: if may_see_costs && run.cost != aos_kernel::MicroUsd::default() {
                    run.cost.to_string()
                } else {
                    String::new()
                },
                started: dial.moment(run.started_at),
                took: run.finished_at.map(|end| Dial::took(run.started_at, end)).unwrap_or_default(),
                error: run.error.clone(),
            })
            .collect(),
        can_retry: failed && may,
        can_complete: activity.is_task() && open_for_people && !gated && may,
        can_cancel: may && !activity.state.is_over() && !activity.is_approval,
        events: history(&events, &names, dial),
        client: open.head.clone(),
        shell: open.titled(&activity.name).shell,
    };
    viewer.page(&view)
}

async fn about(
    conn: &mut aos_storage::Conn,
    scope: TenantScope,
    tenant: TenantId,
    activity: &Activity,
) -> Result<Option<(String, String)>> {
    let Some(unit) = activity.unit.as_ref().filter(|unit| unit.kind == content::CONTENT_ITEM) else { return Ok(None) };
    let post = content::queries::item(conn, scope, ContentItemId::from_uuid(unit.id)).await?;
    Ok(Some((post.title, paths::item(tenant, post.id))))
}

/// The steps right before and right after, as they stand for the same unit.
fn around(template: &Template, line: &PipelineView, activity: &Activity) -> (Vec<Neighbour>, Vec<Neighbour>) {
    let Some(own) = template.step(&activity.step_key) else { return Default::default() };
    let names =
        |step: &TemplateStep, key: &str| step.blocked_by.iter().chain(&step.input_from).any(|before| before == key);
    let neighbour = |step: &TemplateStep| {
        let same = |one: &&Activity| {
            one.step_key == step.key && (one.unit.is_none() || activity.unit.is_none() || one.unit == activity.unit)
        };
        let found: Vec<&Activity> = line.activities.iter().filter(same).collect();
        // Of several the one that is furthest behind says how the step stands.
        let worst = found.iter().find(|one| !one.state.is_over()).or(found.first());
        Neighbour {
            name: step.name.clone(),
            state: worst.map_or("blocked", |one| one.state.as_str()).to_owned(),
            href: (found.len() == 1).then(|| found.first().map(|one| paths::activity(one.id))).flatten(),
            count: found.len() as u64,
        }
    };
    let before = template.steps.iter().filter(|step| names(own, &step.key)).map(neighbour).collect();
    let after = template.steps.iter().filter(|step| names(step, &own.key)).map(neighbour).collect();
    (before, after)
}

/// Most values are words or numbers; the rest is shown as it is kept.
fn data(value: &Value, tenant: TenantId) -> Vec<Datum> {
    let Value::Object(members) = value else {
        return if value.is_null() { Vec::new() } else { vec![datum("Value", value, tenant)] };
    };
    members
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| datum(&label(name), value, tenant))
        .collect()
}

fn datum(name: &str, value: &Value, tenant: TenantId) -> Datum {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Array(list) if list.is_empty() => "none".to_owned(),
        Value::Number(_) => value.to_string(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    };
    let href = match name {
        "Run" => Some(paths::run(&text)),
        "Request" => Some(paths::request(tenant, &text)),
        "Url" if text.starts_with("https://") || text.starts_with("http://") => Some(text.clone()),
        _ => None,
    };
    let long = text.contains('\n') || text.chars().count() > 200;
    Datum { name: name.to_owned(), text, href, long }
}

/// Every transition, with who, when and why; the newest first.
fn history(events: &[Event], names: &Names, dial: Dial) -> Timeline {
    let told = |event: &Event| {
        let text = |key: &str| event.data.get(key).and_then(Value::as_str).map(label);
        let attempt = event.data.get("attempt").and_then(Value::as_i64).unwrap_or(1);
        let what = match event.kind.strip_prefix("activities.")? {
            "created" => "made it".to_owned(),
            "assigned" => match text("agent").or_else(|| text("human")) {
                Some(whom) => format!("gave it to the {}", whom.to_lowercase()),
                None => "took it on".to_owned(),
            },
            "in_progress" if attempt > 1 => format!("began attempt {attempt}"),
            "in_progress" => "began".to_owned(),
            "awaiting_approval" => "handed it in for a decision".to_owned(),
            "approved" => "approved it".to_owned(),
            "completed" => "completed it".to_owned(),
            "failed" => "gave up".to_owned(),
            "rejected" => "sent it back".to_owned(),
            "cancelled" => "stopped it for good".to_owned(),
            _ => return None,
        };
        let (who, agent) = who(names, &event.actor);
        Some(TimelineEvent {
            who,
            agent,
            what,
            why: event.why.clone(),
            href: None,
            at: dial.moment(event.at),
            state: event.kind.trim_start_matches("activities.").to_owned(),
        })
    };
    Timeline { events: events.iter().rev().filter_map(told).collect() }
}

/// `POST /portal/activities/{id}/complete`: a person hands in what they did; from the queue, back to it.
pub(super) async fn complete(
    viewer: Viewer,
    At(id): At<ActivityId>,
    Query(asked): Query<Asked>,
    Form(fields): Form<Fields>,
) -> Answer {
    let tenant = owner(&viewer, id).await?;
    let scope = viewer.scope(tenant, Permission::OperateWork)?;
    let output = serde_json::json!({ "notes": fields.text("notes") });
    let mut tx = viewer.begin().await?;
    let steps = &viewer.state.product.steps;
    activities::commands::complete_human(&mut tx, steps, scope, id, output, Vec::new()).await?;
    tx.commit().await?;
    let back = if asked.comes_from_queue() { asked.back() } else { paths::activity(id) };
    Ok(viewer.done(Flash::good("It is done; what waited for it goes on."), &back))
}

/// `POST /portal/activities/{id}/cancel`.
pub(super) async fn cancel(viewer: Viewer, At(id): At<ActivityId>, Form(fields): Form<Fields>) -> Answer {
    let tenant = owner(&viewer, id).await?;
    let scope = viewer.scope(tenant, Permission::OperateWork)?;
    let why = fields.text("why");
    if why.is_empty() {
        return Err(Error::invalid("why", "Say why it is stopped; it stands in its history.").into());
    }
    let mut tx = viewer.begin().await?;
    activities::commands::cancel_activity(&mut tx, &viewer.state.product.steps, scope, id, why).await?;
    tx.commit().await?;
    Ok(viewer.done(Flash::good("Stopped."), &paths::activity(id)))
}
