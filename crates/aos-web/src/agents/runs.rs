//! Runs of agents: the list, and one step by step while it goes on.

use aos_features::{
    activities,
    agents::{self, Run, RunState, RunStep, RunStepKind},
    people::Permission,
    read_models::{
        owners,
        runs::{self, RunFilter, RunLine},
    },
    tenants,
};
use aos_kernel::{Cursor, Error, MicroUsd, PageSize, RunId, TenantId, TenantScope};
use axum::extract::Query;
use chrono_tz::Tz;
use serde::Deserialize;

use super::views::{RunPage, RunRow, RunStepView, RunView, RunsPage};
use crate::{
    flash::Flash,
    layout::{ClientTab, Place},
    live::Topic,
    paths,
    search::ClientFilter,
    session::{Answer, At, Viewer},
    show::{Dial, count, next_page, small},
    ui::{Choice, Choices, HandedIn, states::label},
};

/// The roles that agents have.
const ROLES: [&str; 5] = ["onboarding", "strategy", "seo-specialist", "content-researcher", "copywriter"];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    state: String,
    role: String,
    client: String,
    skill: String,
    after: Option<Cursor>,
}

/// The views' word for a state.
fn shown(state: RunState) -> &'static str {
    match state {
        RunState::Completed => "succeeded",
        other => other.as_str(),
    }
}

fn cost(amount: MicroUsd, may_see: bool) -> String {
    if may_see && amount != MicroUsd::ZERO { amount.to_string() } else { String::new() }
}

fn title(line: &RunLine) -> String {
    match &line.about {
        Some(about) => format!("{}: {about}", line.activity),
        None => line.activity.clone(),
    }
}

fn model(name: Option<&str>, offline: bool) -> String {
    if offline { "offline".to_owned() } else { name.unwrap_or("–").replace('/', " / ") }
}

/// `GET /portal/runs`.
pub(super) async fn list(viewer: Viewer, Query(asked): Query<Asked>) -> Answer {
    let scope = viewer.agency(Permission::SeeClient)?;
    let mut conn = viewer.read().await?;
    let clients = ClientFilter::of(&mut conn, &viewer.principal, &scope, &asked.client, "Every client").await?;
    let chosen = clients.query();
    let filter = RunFilter {
        tenant: clients.chosen(),
        state: RunState::ALL.iter().copied().find(|state| shown(*state) == asked.state),
        role: Some(asked.role.clone()).filter(|role| !role.is_empty()),
        skill: Some(asked.skill.clone()).filter(|skill| !skill.is_empty()),
    };
    let page = runs::runs(&mut conn, &scope, &filter, asked.after.as_ref(), PageSize::DEFAULT).await?;
    let shell = viewer.shell(&mut conn, "Runs", Place::Runs).await?.listening(&Topic::runs());
    let may_see = viewer.principal.can_in_agency(Permission::SeeCosts);
    let filters =
        [("state", asked.state.as_str()), ("role", &asked.role), ("client", &chosen), ("skill", &asked.skill)];
    let words = |value: &'static str| Choice::new(value, label(value));
    let view = RunsPage {
        shell,
        runs: page.items.iter().map(|line| row(line, &viewer, may_see)).collect(),
        states: Choices::new(RunState::ALL.iter().map(|state| words(shown(*state))).collect(), asked.state.clone()),
        roles: Choices::new(ROLES.map(words).into(), asked.role.clone()),
        clients,
        skill: asked.skill.clone(),
        more: next_page(paths::RUNS, &filters, page.next.as_ref()),
    };
    viewer.page(&view)
}

fn row(line: &RunLine, viewer: &Viewer, may_see: bool) -> RunRow {
    let zone: Tz = line.zone.parse().unwrap_or(Tz::UTC);
    RunRow {
        id: line.id.to_string(),
        role: line.role.clone(),
        title: title(line),
        client: line.client.clone(),
        state: shown(line.state).to_owned(),
        model: model(line.model.as_deref(), line.offline),
        tokens: count(line.tokens),
        cost: cost(line.cost, may_see),
        started: Dial { zone, now: viewer.now }.moment(line.started_at),
        took: line.finished_at.map(|end| Dial::took(line.started_at, end)).unwrap_or_default(),
    }
}

async fn scope_of(viewer: &Viewer, id: RunId, permission: Permission) -> aos_kernel::Result<(TenantId, TenantScope)> {
    let agency = viewer.agency(Permission::SeeClient)?;
    let tenant = owners::of_run(&mut viewer.read().await?, &agency, id).await?;
    Ok((tenant, viewer.scope(tenant, permission)?))
}

/// `GET /portal/runs/{id}`.
pub(super) async fn page(viewer: Viewer, At(id): At<RunId>) -> Answer {
    let (tenant, scope) = scope_of(&viewer, id, Permission::SeeClient).await?;
    let mut conn = viewer.read().await?;
    let run = agents::queries::run(&mut conn, scope, id).await?;
    let steps = agents::queries::steps(&mut conn, scope, id).await?;
    let line = runs::line(&mut conn, scope, id).await?.ok_or_else(|| Error::not_found("run"))?;
    let client = tenants::queries::tenant(&mut conn, scope).await?;
    let may_see = viewer.can(tenant, Permission::SeeCosts);
    let may_operate = viewer.can(tenant, Permission::OperateWork);
    let activity = activities::queries::activity(&mut conn, scope, run.activity_id).await?.activity;
    let can_retry = may_operate && activity.state == activities::ActivityState::Failed;
    let dial = Dial { zone: client.tz(), now: viewer.now };
    let mut shell = viewer.shell(&mut conn, title(&line), Place::Runs).await?.under("Runs", paths::RUNS);
    if run.state == RunState::Running {
        shell = shell.listening(&Topic::run(id));
    }
    let per_run = tenants::queries::budgets(&mut conn, scope).await?.per_run;
    let budget = may_see.then(|| per_run.to_string());
    let view = RunPage {
        shell,
        run: RunView {
            client: client.name.clone(),
            budget,
            can_cancel: may_operate && run.state == RunState::Running && !run.cancel_requested,
            can_retry,
            ..run_view(&run, &line, dial, may_see)
        },
        steps: step_views(&run, &steps, dial, may_see),
    };
    viewer.page(&view)
}

fn run_view(run: &Run, line: &RunLine, dial: Dial, may_see: bool) -> RunView {
    let tenant = run.tenant_id;
    let context = run.context_version.map(|version| {
        (small(version), format!("{}?version={version}", paths::client_tab(tenant, ClientTab::Context)))
    });
    let result_href = match &line.unit {
        Some(unit) if unit.kind == "content_item" => Some(("See the post".to_owned(), paths::item(tenant, unit.id))),
        _ => None,
    };
    RunView {
        id: run.id.to_string(),
        role: run.role.clone(),
        title: title(line),
        state: shown(run.state).to_owned(),
        client_id: tenant.to_string(),
        model: model(run.model.as_deref(), run.offline),
        offline: run.offline,
        attempt: small(run.attempt),
        context,
        skills: run.skills.clone(),
        tokens_in: count(run.input_tokens),
        tokens_out: count(run.output_tokens),
        cost: cost(run.cost, may_see),
        started: Some(dial.moment(run.started_at)),
        took: Dial::took(run.started_at, run.finished_at.unwrap_or(dial.now)),
        error: run.error.clone(),
        help: run.error_help.clone(),
        handed: run.output.as_ref().map(HandedIn::of).filter(|handed| !handed.fields.is_empty()),
        output: run.output.as_ref().and_then(|output| serde_json::to_string_pretty(output).ok()),
        result_href,
        ..RunView::default()
    }
}

fn step_views(run: &Run, steps: &[RunStep], dial: Dial, may_see: bool) -> Vec<RunStepView> {
    let ends = steps.iter().skip(1).map(|step| Some(step.at)).chain([run.finished_at]);
    steps
        .iter()
        .zip(ends)
        .map(|(step, end)| RunStepView {
            number: small(step.number),
            kind: match step.kind {
                RunStepKind::ModelCall => "model",
                RunStepKind::ToolCall => "tool",
                RunStepKind::Note => "note",
            }
            .to_owned(),
            title: step.title.clone(),
            state: match (step.failed, end) {
                (true, _) => "failed",
                (false, Some(_)) => "succeeded",
                (false, None) => "running",
            }
            .to_owned(),
            input: None,
            output: Some(step.detail.clone()).filter(|detail| !detail.is_empty() && !step.failed),
            tokens: count(step.input_tokens + step.output_tokens),
            cost: cost(step.cost, may_see),
            took: end.map(|end| Dial::took(step.at, end)).unwrap_or_default(),
            at: dial.moment(step.at),
            error: Some(step.detail.clone()).filter(|_| step.failed),
        })
        .collect()
}

/// `POST /portal/runs/{id}/cancel`.
pub(super) async fn cancel(viewer: Viewer, At(id): At<RunId>) -> Answer {
    let (_, scope) = scope_of(&viewer, id, Permission::OperateWork).await?;
    let mut tx = viewer.begin().await?;
    agents::commands::cancel_run(&mut tx, scope, id).await?;
    tx.commit().await?;
    Ok(viewer.done(Flash::good("The run stops after the call that is under way."), &paths::run(id)))
}

/// `POST /portal/runs/{id}/retry`: the activity is tried again, in a run of its own.
pub(super) async fn retry(viewer: Viewer, At(id): At<RunId>) -> Answer {
    let (tenant, scope) = scope_of(&viewer, id, Permission::OperateWork).await?;
    let mut tx = viewer.begin().await?;
    let run = agents::queries::run(&mut tx, scope, id).await?;
    activities::commands::retry_activity(&mut tx, &viewer.state.product.steps, scope, run.activity_id).await?;
    tx.commit().await?;
    let flash = Flash::good("It is tried again; the new run appears in the list.");
    Ok(viewer.done(flash, &paths::client_tab(tenant, ClientTab::Work)))
}
