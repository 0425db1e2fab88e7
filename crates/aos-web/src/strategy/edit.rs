//! Editing a strategy while it waits for its approval: goals and deliverables as tables whose rows come and go.
//!
//! Adding and removing a row is a submission of its own that saves nothing, so it works without a script as well.

use aos_capabilities::drafts::{DeliverableDraft, GoalDraft, StrategyDraft};
use aos_features::{
    people::Permission,
    strategy::{
        self,
        model::{DELIVERABLE_TYPES, METRICS},
    },
};
use aos_kernel::{Error, Result, StrategyId, TenantId, TenantScope};
use axum::Form;

use super::{
    plan::as_text,
    views::{DeliverableInput, GoalInput, StrategyConflict, StrategyEditPage},
};
use crate::{
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::ClientTab,
    paths,
    session::{Answer, At, Viewer},
    show::small,
    ui::{Choice, Diff, states::label},
    workspace::Workspace,
};

/// What is typed, whether or not it makes sense.
#[derive(Default)]
struct Typed {
    base_version: u32,
    summary: String,
    rationale: String,
    goals: Vec<GoalInput>,
    deliverables: Vec<DeliverableInput>,
}

impl Typed {
    fn of(strategy: &strategy::Strategy) -> Self {
        let draft = &strategy.content;
        Self {
            base_version: small(strategy.revision),
            summary: draft.summary.clone(),
            rationale: draft.rationale.clone(),
            goals: draft
                .goals
                .iter()
                .map(|goal| GoalInput {
                    name: goal.name.clone(),
                    description: goal.description.clone(),
                    metric: goal.metric.clone(),
                    unit: goal.unit.clone(),
                    baseline: goal.baseline.map(|value| value.to_string()).unwrap_or_default(),
                    target: goal.target.to_string(),
                    months: goal.months.to_string(),
                    ..GoalInput::default()
                })
                .collect(),
            deliverables: draft
                .deliverables
                .iter()
                .map(|line| DeliverableInput {
                    name: line.name.clone(),
                    kind: line.deliverable_type.clone(),
                    monthly: line.monthly_quantity.to_string(),
                    goal: line.goal.to_string(),
                    rationale: line.rationale.clone(),
                    ..DeliverableInput::default()
                })
                .collect(),
        }
    }

    fn read(fields: &Fields) -> Self {
        let take = |row: &Fields, name: &str| row.text(name).to_owned();
        Self {
            base_version: fields.text("base_version").parse().unwrap_or_default(),
            summary: fields.text("summary").to_owned(),
            rationale: fields.text("rationale").to_owned(),
            goals: fields
                .rows("goals")
                .iter()
                .map(|row| GoalInput {
                    name: take(row, "name"),
                    description: take(row, "description"),
                    metric: take(row, "metric"),
                    unit: take(row, "unit"),
                    baseline: take(row, "baseline"),
                    target: take(row, "target"),
                    months: take(row, "months"),
                    ..GoalInput::default()
                })
                .collect(),
            deliverables: fields
                .rows("deliverables")
                .iter()
                .map(|row| DeliverableInput {
                    name: take(row, "name"),
                    kind: take(row, "kind"),
                    monthly: take(row, "monthly"),
                    goal: take(row, "goal"),
                    rationale: take(row, "rationale"),
                    ..DeliverableInput::default()
                })
                .collect(),
        }
    }

    /// Adds or takes away a row: `add:goals`, `remove:deliverables.2`.
    fn change(&mut self, wish: &str) {
        match wish {
            "add:goals" => self.goals.push(GoalInput { fresh: true, months: "6".to_owned(), ..GoalInput::default() }),
            "add:deliverables" => self.deliverables.push(DeliverableInput {
                fresh: true,
                monthly: "1".to_owned(),
                goal: "0".to_owned(),
                ..DeliverableInput::default()
            }),
            _ => {}
        }
        let row = |prefix: &str| wish.strip_prefix(prefix).and_then(|number| number.parse::<usize>().ok());
        if let Some(gone) = row("remove:goals.").filter(|row| *row < self.goals.len()) {
            self.goals.remove(gone);
            // Deliverables are led to the new places of their goals; one whose goal is gone serves none until a person
            // says which.
            for line in &mut self.deliverables {
                match line.goal.parse::<usize>() {
                    Ok(place) if place > gone => line.goal = (place - 1).to_string(),
                    Ok(place) if place == gone => line.goal = String::new(),
                    _ => {}
                }
            }
        }
        if let Some(gone) = row("remove:deliverables.").filter(|row| *row < self.deliverables.len()) {
            self.deliverables.remove(gone);
        }
    }

    /// The form over what the strategy holds beside it (platforms, timeline, gaps).
    fn draft(&self, before: StrategyDraft) -> Result<StrategyDraft> {
        let goals = self.goals.iter().enumerate().map(|(n, row)| {
            let number = |field: &str, text: &str| {
                let at = format!("goals.{n}.{field}");
                text.replace(',', ".").parse::<f64>().map_err(|_| Error::invalid(at, "This is not a number."))
            };
            let months = row.months.parse();
            Ok(GoalDraft {
                name: row.name.clone(),
                description: row.description.clone(),
                metric: row.metric.clone(),
                unit: row.unit.clone(),
                baseline: if row.baseline.is_empty() { None } else { Some(number("baseline", &row.baseline)?) },
                target: number("target", &row.target)?,
                months: months
                    .map_err(|_| Error::invalid(format!("goals.{n}.months"), "This is not a number of months."))?,
            })
        });
        let deliverables = self.deliverables.iter().enumerate().map(|(n, row)| {
            let bad = |field: &str, words: &str| Error::invalid(format!("deliverables.{n}.{field}"), words);
            let goal: usize = row.goal.parse().map_err(|_| bad("goal", "Choose the goal that it serves."))?;
            Ok(DeliverableDraft {
                deliverable_type: row.kind.clone(),
                name: row.name.clone(),
                monthly_quantity: row
                    .monthly
                    .parse()
                    .map_err(|_| bad("monthly_quantity", "This is not a number of pieces a month."))?,
                goal,
                rationale: row.rationale.clone(),
            })
        });
        Ok(StrategyDraft {
            summary: self.summary.clone(),
            rationale: self.rationale.clone(),
            goals: goals.collect::<Result<_>>()?,
            deliverables: deliverables.collect::<Result<_>>()?,
            ..before
        })
    }

    /// Words about one row stand in it: `goals.0.metric`.
    fn mark(&mut self, field: &str, words: &str) -> bool {
        let Some((list, rest)) = field.split_once('.') else { return false };
        let Some((row, part)) = rest.split_once('.') else { return false };
        let Ok(row) = row.parse::<usize>() else { return false };
        let part = match part {
            "deliverable_type" => "kind",
            "monthly_quantity" => "monthly",
            other => other,
        };
        let problem = match list {
            "goals" => self.goals.get_mut(row).map(|row| &mut row.problem),
            "deliverables" => self.deliverables.get_mut(row).map(|row| &mut row.problem),
            _ => None,
        };
        let Some(problem) = problem else { return false };
        *problem = Some((part.to_owned(), words.to_owned()));
        true
    }
}

async fn view(
    viewer: &Viewer,
    tenant: TenantId,
    strategy: StrategyId,
    typed: Option<Typed>,
    errors: FieldErrors,
    conflict: bool,
) -> Result<StrategyEditPage> {
    let mut open = Workspace::open(viewer, tenant, ClientTab::Plan, Permission::Plan).await?;
    let one = strategy::queries::strategy(&mut open.conn, open.scope, strategy).await?;
    let mut typed = typed.unwrap_or_else(|| Typed::of(&one));
    let conflict = conflict.then(|| {
        let own = typed.draft(one.content.clone()).unwrap_or_else(|_| one.content.clone());
        StrategyConflict {
            at: open.dial.moment(one.updated_at),
            diff: Diff::between(
                format!("Version {}", one.revision),
                &as_text(&one.content),
                "Your version",
                &as_text(&own),
            ),
        }
    });
    if conflict.is_some() {
        // After a look at the other one, saving again goes on top of it.
        typed.base_version = small(one.revision);
    }
    let open = open.titled(format!("Edit strategy {}", one.number));
    let choices = |values: &[&str]| values.iter().map(|value| Choice::new(*value, label(value))).collect();
    let monthly = typed.deliverables.iter().filter_map(|row| row.monthly.parse::<u64>().ok()).sum();
    Ok(StrategyEditPage {
        shell: open.shell,
        client: open.head,
        strategy_id: strategy.to_string(),
        base_version: typed.base_version,
        summary: typed.summary,
        rationale: typed.rationale,
        goals: typed.goals,
        deliverables: typed.deliverables,
        monthly_total: monthly,
        metrics: choices(&METRICS),
        kinds: choices(&DELIVERABLE_TYPES),
        conflict,
        errors,
    })
}

/// `GET /portal/clients/{id}/strategies/{id}/edit`.
pub(super) async fn page(viewer: Viewer, At((id, strategy)): At<(TenantId, StrategyId)>) -> Answer {
    viewer.scope(id, Permission::Plan)?;
    let view = view(&viewer, id, strategy, None, FieldErrors::default(), false).await?;
    viewer.page(&view)
}

/// `POST /portal/clients/{id}/strategies/{id}/edit`.
pub(super) async fn save(
    viewer: Viewer,
    At((id, strategy)): At<(TenantId, StrategyId)>,
    Form(fields): Form<Fields>,
) -> Answer {
    let scope = viewer.scope(id, Permission::Plan)?;
    let mut typed = Typed::read(&fields);
    let wish = fields.text("change");
    if !wish.is_empty() {
        typed.change(wish);
        let view = view(&viewer, id, strategy, Some(typed), FieldErrors::default(), false).await?;
        return viewer.page(&view);
    }
    match try_save(&viewer, scope, strategy, &typed).await {
        Ok(()) => Ok(viewer.done(
            Flash::good("Saved. It waits for a decision as it stands now."),
            &paths::client_tab(id, ClientTab::Plan),
        )),
        Err(error) => {
            let Some(mut errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            let conflict = error.code() == "edited_meanwhile";
            let field = error.field().unwrap_or_default().to_owned();
            if conflict {
                errors = FieldErrors::default();
            } else if typed.mark(&field, error.message()) {
                errors = FieldErrors::default();
                errors.add("", "Something below is not right yet; nothing was saved.");
            } else if !matches!(field.as_str(), "" | "summary" | "rationale") {
                errors.add("", error.message());
            }
            let view = view(&viewer, id, strategy, Some(typed), errors, conflict).await?;
            viewer.form_again(&view)
        }
    }
}

async fn try_save(viewer: &Viewer, scope: TenantScope, strategy: StrategyId, typed: &Typed) -> Result<()> {
    let mut tx = viewer.begin().await?;
    let before = strategy::queries::strategy(&mut tx, scope, strategy).await?;
    let seen = i64::from(typed.base_version);
    if before.revision != seen && before.state == strategy::StrategyState::PendingApproval {
        // Before what was typed is read: an unfinished row must not hide that somebody was faster.
        return Err(Error::conflict("edited_meanwhile", "Somebody else edited this strategy meanwhile."));
    }
    let content = typed.draft(before.content)?;
    let waiting = viewer.state.product.steps.as_ref();
    strategy::commands::edit(&mut tx, waiting, scope, strategy, seen, content).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_that_goes_leads_deliverables_to_the_new_places() {
        let goal = |name: &str| GoalInput { name: name.to_owned(), ..GoalInput::default() };
        let line = |goal: &str| DeliverableInput { goal: goal.to_owned(), ..DeliverableInput::default() };
        let mut typed = Typed {
            goals: vec![goal("A"), goal("B"), goal("C")],
            deliverables: vec![line("0"), line("1"), line("2")],
            ..Typed::default()
        };
        typed.change("remove:goals.1");
        let goals: Vec<&str> = typed.deliverables.iter().map(|line| line.goal.as_str()).collect();
        assert_eq!(goals, ["0", "", "1"]);
        typed.change("remove:deliverables.9");
        typed.change("remove:goals.x");
        typed.change("add:deliverables");
        assert_eq!((typed.goals.len(), typed.deliverables.len()), (2, 4));
        // What has no goal is told in its row.
        let before = serde_json::json!({
            "summary": "", "goals": [], "deliverables": [], "platforms": [], "timeline": [], "rationale": "", "gaps": []
        });
        let error = typed.draft(serde_json::from_value(before).unwrap()).unwrap_err();
        assert!(error.field().is_some_and(|field| field.starts_with("goals.0.")), "{error:?}");
        assert!(typed.mark("deliverables.1.monthly_quantity", "no") && !typed.mark("summary", "no"));
        assert_eq!(typed.deliverables[1].problem.as_ref().map(|(part, _)| part.as_str()), Some("monthly"));
    }
}
