//! Editing a strategy while it waits for its approval.

use aos_capabilities::drafts::{DeliverableDraft, GoalDraft, StrategyDraft};
use aos_features::{people::Permission, strategy};
use aos_kernel::{Error, Result, StrategyId, TenantId};
use axum::Form;

use super::views::{DeliverableInput, GoalInput, StrategyEditPage};
use crate::{
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::ClientTab,
    paths,
    session::{Answer, At, Viewer},
    show::small,
    workspace::Workspace,
};

/// `GET /portal/clients/{id}/strategies/{id}/edit`.
pub(super) async fn page(viewer: Viewer, At((id, strategy)): At<(TenantId, StrategyId)>) -> Answer {
    viewer.scope(id, Permission::Plan)?;
    let mut open = Workspace::open(&viewer, id, ClientTab::Plan, Permission::Plan).await?;
    let one = strategy::queries::strategy(&mut open.conn, open.scope, strategy).await?;
    let open = open.titled(format!("Edit strategy {}", one.number));
    let draft = one.content;
    let text = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let view = StrategyEditPage {
        shell: open.shell,
        client: open.head,
        strategy_id: strategy.to_string(),
        base_version: small(one.revision),
        summary: draft.summary,
        rationale: draft.rationale,
        goals: draft
            .goals
            .into_iter()
            .map(|goal| GoalInput {
                name: goal.name,
                description: goal.description,
                metric: goal.metric,
                unit: goal.unit,
                baseline: text(goal.baseline),
                target: goal.target.to_string(),
                months: goal.months.to_string(),
            })
            .collect(),
        deliverables: draft
            .deliverables
            .into_iter()
            .map(|line| DeliverableInput {
                name: line.name,
                kind: line.deliverable_type,
                monthly: line.monthly_quantity.to_string(),
                goal: line.goal.to_string(),
                rationale: line.rationale,
            })
            .collect(),
        errors: FieldErrors::default(),
    };
    viewer.page(&view)
}

/// `POST /portal/clients/{id}/strategies/{id}/edit`.
pub(super) async fn save(
    viewer: Viewer,
    At((id, strategy)): At<(TenantId, StrategyId)>,
    Form(fields): Form<Fields>,
) -> Answer {
    let scope = viewer.scope(id, Permission::Plan)?;
    match try_save(&viewer, scope, strategy, &fields).await {
        Ok(()) => Ok(viewer.done(
            Flash::good("Saved. It waits for a decision as it stands now."),
            &paths::client_tab(id, ClientTab::Plan),
        )),
        Err(error) => {
            let Some(mut errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            // The rows have no place for words of their own, so they stand above the form.
            if error.field().is_some_and(|field| !matches!(field, "summary" | "rationale")) {
                errors.add("", format!("{} ({})", error.message(), error.field().unwrap_or_default()));
            }
            let open = Workspace::open(&viewer, id, ClientTab::Plan, Permission::Plan).await?;
            let open = open.titled("Edit the strategy");
            let rows = |prefix: &str| fields.rows(prefix);
            let take = |row: &Fields, name: &str| row.text(name).to_owned();
            let view = StrategyEditPage {
                shell: open.shell,
                client: open.head,
                strategy_id: strategy.to_string(),
                base_version: fields.text("base_version").parse().unwrap_or_default(),
                summary: fields.text("summary").to_owned(),
                rationale: fields.text("rationale").to_owned(),
                goals: rows("goals")
                    .iter()
                    .map(|row| GoalInput {
                        name: take(row, "name"),
                        description: take(row, "description"),
                        metric: take(row, "metric"),
                        unit: take(row, "unit"),
                        baseline: take(row, "baseline"),
                        target: take(row, "target"),
                        months: take(row, "months"),
                    })
                    .collect(),
                deliverables: rows("deliverables")
                    .iter()
                    .map(|row| DeliverableInput {
                        name: take(row, "name"),
                        kind: take(row, "kind"),
                        monthly: take(row, "monthly"),
                        goal: take(row, "goal"),
                        rationale: take(row, "rationale"),
                    })
                    .collect(),
                errors,
            };
            viewer.form_again(&view)
        }
    }
}

async fn try_save(
    viewer: &Viewer,
    scope: aos_kernel::TenantScope,
    strategy: StrategyId,
    fields: &Fields,
) -> Result<()> {
    let mut tx = viewer.begin().await?;
    let before = strategy::queries::strategy(&mut tx, scope, strategy).await?;
    let content = read(fields, before.content)?;
    let seen = fields.parse("base_version", "a version")?;
    let waiting = viewer.state.product.steps.as_ref();
    strategy::commands::edit(&mut tx, waiting, scope, strategy, seen, content).await?;
    tx.commit().await
}

/// The form over what the strategy holds beside it (platforms, timeline, gaps).
fn read(fields: &Fields, before: StrategyDraft) -> Result<StrategyDraft> {
    let mut goals = Vec::new();
    // A goal that is left out moves the ones behind it, so deliverables are led to the new places.
    let mut places = Vec::new();
    for row in fields.rows("goals") {
        let kept = !row.text("name").is_empty();
        places.push(kept.then_some(goals.len()));
        if !kept {
            continue;
        }
        let baseline = match row.text("baseline") {
            "" => None,
            _ => Some(row.parse("baseline", "a number")?),
        };
        goals.push(GoalDraft {
            name: row.text("name").to_owned(),
            description: row.text("description").to_owned(),
            metric: row.text("metric").to_owned(),
            unit: row.text("unit").to_owned(),
            baseline,
            target: row.parse("target", "a number")?,
            months: row.parse("months", "a number of months")?,
        });
    }
    let mut deliverables = Vec::new();
    for row in fields.rows("deliverables").iter().filter(|row| !row.text("name").is_empty()) {
        let wanted: usize = row.parse("goal", "one of the goals")?;
        let goal = places.get(wanted).copied().flatten().ok_or_else(|| {
            Error::invalid("goal", format!("“{}” serves a goal that was left out.", row.text("name")))
        })?;
        deliverables.push(DeliverableDraft {
            deliverable_type: row.text("kind").to_owned(),
            name: row.text("name").to_owned(),
            monthly_quantity: row.parse("monthly", "a number of pieces a month")?,
            goal,
            rationale: row.text("rationale").to_owned(),
        });
    }
    Ok(StrategyDraft {
        summary: fields.text("summary").to_owned(),
        rationale: fields.text("rationale").to_owned(),
        goals,
        deliverables,
        ..before
    })
}
