//! The plan as it stands, a strategy as it reads, and the page that decides on one.

use aos_capabilities::drafts::StrategyDraft;
use aos_features::{
    activities::{self, ApprovalState},
    agents,
    people::Permission,
    read_models::names::Names,
    strategy::{self, GoalView as Goal, PUBLISHED_POSTS, PeriodView, Revision, Strategy},
};
use aos_kernel::{RunId, StrategyId, Subject, TenantId, TenantScope};
use aos_storage::Conn;

use super::views::{
    DeliverableLine, DeliverableView, GoalLine, GoalView, PeriodRow, PlanPage, StrategyApprovalPage, StrategyPage,
    StrategyVersionRow, StrategyView,
};
use crate::{
    activities::Opened,
    layout::ClientTab,
    markdown::to_html,
    paths,
    session::{Answer, At, Viewer},
    show::{Dial, gaps, run_of, small, who},
    ui::{Diff, Progress, moment::day, number::measured, states::label},
    workspace::Workspace,
};

/// `GET /portal/clients/{id}/plan`.
pub(super) async fn page(viewer: Viewer, At(id): At<TenantId>) -> Answer {
    let mut open = Workspace::open(&viewer, id, ClientTab::Plan, Permission::Plan).await?;
    let (conn, scope, dial) = (&mut open.conn, open.scope, open.dial);
    let all = strategy::queries::strategies(conn, scope).await?;
    let names = Names::of(conn, all.iter().map(|one| &one.made_by)).await?;
    let pending = all.iter().find(|one| one.state == strategy::StrategyState::PendingApproval);
    let active = all.iter().find(|one| one.state == strategy::StrategyState::Active);
    let approval_href = match pending {
        Some(one) => approval_of(conn, scope, one.id).await?,
        None => None,
    };
    let shown = active.or(pending).or(all.first());
    let strategy = match shown {
        Some(one) => Some(strategy_view(conn, scope, one, &names, dial).await?),
        None => None,
    };
    let goals = strategy::queries::goals(conn, scope, false, viewer.now).await?;
    let month = strategy::queries::month(conn, scope, None, viewer.now).await?;
    let mut periods = Vec::new();
    for deliverable in strategy::queries::deliverables(conn, scope, false).await? {
        for period in strategy::queries::periods(conn, scope, deliverable.id, viewer.now).await?.into_iter().take(6) {
            periods.push(period);
        }
    }
    periods.sort_by_key(|period| std::cmp::Reverse(period.period.month));
    // Only what waits for a decision can be edited; another strategy is drafted anew.
    open.head.can_edit &= shown.is_some_and(|one| one.state == strategy::StrategyState::PendingApproval);
    let view = PlanPage {
        strategy,
        approval_href,
        goals: goals.iter().map(goal_view).collect(),
        deliverables: deliverable_views(&month, &goals, id),
        periods: periods.iter().map(period_row).collect(),
        versions: all
            .iter()
            .map(|one| StrategyVersionRow {
                version: small(one.number),
                state: one.state.as_str().to_owned(),
                made_by: who(&names, &one.made_by).0,
                at: dial.moment(one.created_at),
                href: paths::strategy(id, one.id),
                notes: one.rejection.clone(),
            })
            .collect(),
        shell: open.shell,
        client: open.head,
    };
    viewer.page(&view)
}

/// `GET /portal/clients/{id}/strategies/{id}`.
pub(super) async fn version(viewer: Viewer, At((id, strategy)): At<(TenantId, StrategyId)>) -> Answer {
    let mut open = Workspace::open(&viewer, id, ClientTab::Plan, Permission::Plan).await?;
    let one = strategy::queries::strategy(&mut open.conn, open.scope, strategy).await?;
    let names = Names::of(&mut open.conn, [&one.made_by]).await?;
    let view = strategy_view(&mut open.conn, open.scope, &one, &names, open.dial).await?;
    let revisions = strategy::queries::revisions(&mut open.conn, open.scope, strategy).await?;
    let open = open.titled(format!("Strategy {}", one.number));
    let view = StrategyPage { shell: open.shell, client: open.head, strategy: view, diff: revision_diff(&revisions) };
    viewer.page(&view)
}

/// The page that decides on a strategy.
pub(crate) async fn approval(viewer: Viewer, mut opened: Opened) -> Answer {
    let id = StrategyId::from_uuid(opened.approval.subject.id);
    let (conn, scope) = (&mut opened.conn, opened.scope);
    let one = strategy::queries::strategy(conn, scope, id).await?;
    let names = Names::of(conn, [&one.made_by]).await?;
    let strategy = strategy_view(conn, scope, &one, &names, opened.dial).await?;
    let revisions = strategy::queries::revisions(conn, scope, id).await?;
    opened.head.offline = one.offline;
    let may_edit = opened.head.open() && viewer.can(opened.tenant.id, Permission::Plan);
    let view = StrategyApprovalPage {
        shell: opened.shell,
        approval: opened.head,
        strategy,
        diff: revision_diff(&revisions),
        edit_href: may_edit.then(|| format!("{}/edit", paths::strategy(opened.tenant.id, id))),
    };
    viewer.page(&view)
}

/// Where the approval is that a strategy waits for.
async fn approval_of(conn: &mut Conn, scope: TenantScope, id: StrategyId) -> aos_kernel::Result<Option<String>> {
    let subject = Subject::new(strategy::STRATEGY, id);
    let approvals = activities::queries::approvals_of(conn, scope, &subject).await?;
    let pending = approvals.iter().rev().find(|approval| approval.state == ApprovalState::Pending);
    Ok(pending.map(|approval| paths::approval(approval.id)))
}

pub(crate) async fn strategy_view(
    conn: &mut Conn,
    scope: TenantScope,
    one: &Strategy,
    names: &Names,
    dial: Dial,
) -> aos_kernel::Result<StrategyView> {
    let context_version = match one.run_id {
        Some(run) => context_of(conn, scope, run).await?,
        None => None,
    };
    let draft = &one.content;
    Ok(StrategyView {
        id: one.id.to_string(),
        version: small(one.number),
        state: one.state.as_str().to_owned(),
        summary: to_html(&draft.summary),
        rationale: to_html(&draft.rationale),
        goals: draft.goals.iter().map(goal_line).collect(),
        deliverables: draft
            .deliverables
            .iter()
            .map(|line| DeliverableLine {
                name: line.name.clone(),
                kind: line.deliverable_type.clone(),
                monthly: line.monthly_quantity,
                goal: draft.goals.get(line.goal).map(|goal| goal.name.clone()).unwrap_or_default(),
                rationale: line.rationale.clone(),
                manual: line.deliverable_type != "blog_posts",
            })
            .collect(),
        monthly_total: draft.deliverables.iter().map(|line| line.monthly_quantity).sum(),
        platforms: draft.platforms.clone(),
        timeline: draft.timeline.iter().map(|entry| (format!("Month {}", entry.month), entry.focus.clone())).collect(),
        gaps: gaps(&draft.gaps),
        offline: one.offline,
        made_by: who(names, &one.made_by).0,
        made_at: dial.moment(one.created_at),
        context_version,
        run_href: run_of(&one.made_by),
    })
}

async fn context_of(conn: &mut Conn, scope: TenantScope, run: RunId) -> aos_kernel::Result<Option<u32>> {
    match agents::queries::run(conn, scope, run).await {
        Ok(run) => Ok(run.context_version.map(small)),
        // Old runs may be gone; the strategy stays readable.
        Err(error) if error.kind() == aos_kernel::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn goal_line(goal: &aos_capabilities::drafts::GoalDraft) -> GoalLine {
    GoalLine {
        name: goal.name.clone(),
        description: goal.description.clone(),
        metric: label(&goal.metric),
        baseline: goal.baseline.map(measured),
        target: format!("{} {}", measured(goal.target), goal.unit),
        due: if goal.months == 1 { "in 1 month".to_owned() } else { format!("in {} months", goal.months) },
    }
}

/// A goal as it stands, with where its figure comes from.
pub(crate) fn goal_view(view: &Goal) -> GoalView {
    let goal = &view.goal;
    let from = goal.baseline.unwrap_or(0.0);
    GoalView {
        id: goal.id.to_string(),
        name: goal.name.clone(),
        metric: label(&goal.metric),
        status: view.status.as_str().to_owned(),
        progress: Progress::new(
            goal.current_value.unwrap_or(from),
            goal.target,
            None,
            view.status.as_str(),
            goal.unit.clone(),
        ),
        due: format!("by {}", day(goal.target_date)),
        source: if goal.metric == PUBLISHED_POSTS {
            "Counted from published posts".to_owned()
        } else if goal.current_value.is_some() {
            "Entered by a person".to_owned()
        } else {
            "Not measured yet".to_owned()
        },
    }
}

/// The present month of each deliverable.
pub(crate) fn deliverable_views(month: &[PeriodView], goals: &[Goal], tenant: TenantId) -> Vec<DeliverableView> {
    month
        .iter()
        .map(|view| {
            let goal = goals.iter().find(|goal| Some(goal.goal.id) == view.deliverable.goal_id);
            DeliverableView {
                id: view.deliverable.id.to_string(),
                name: view.deliverable.name.clone(),
                kind: view.deliverable.deliverable_type.clone(),
                status: view.pace.status.as_str().to_owned(),
                progress: progress(view),
                goal: goal.map(|goal| goal.goal.name.clone()).unwrap_or_default(),
                work_href: Some(paths::client_tab(tenant, ClientTab::Work)),
            }
        })
        .collect()
}

fn progress(view: &PeriodView) -> Progress {
    let (done, target) = (view.pace.completed as f64, view.pace.target as f64);
    let unit = label(&view.deliverable.deliverable_type).to_lowercase();
    Progress::new(done, target, Some(view.pace.expected), view.pace.status.as_str(), unit)
}

fn period_row(view: &PeriodView) -> PeriodRow {
    PeriodRow {
        month: view.period.month.label(),
        deliverable: view.deliverable.name.clone(),
        status: view.pace.status.as_str().to_owned(),
        progress: progress(view),
    }
}

/// What the last edit changed.
fn revision_diff(revisions: &[Revision]) -> Option<Diff> {
    let [new, old, ..] = revisions else { return None };
    let name = |revision: &Revision| format!("Draft {}", revision.revision);
    Some(Diff::between(name(old), &as_text(&old.content), name(new), &as_text(&new.content)))
}

/// A strategy as text, for comparing.
pub(super) fn as_text(draft: &StrategyDraft) -> String {
    let mut lines = vec![draft.summary.clone(), String::new()];
    for goal in &draft.goals {
        lines.push(format!("Goal: {} – {} {} in {} months", goal.name, measured(goal.target), goal.unit, goal.months));
        lines.push(goal.description.clone());
    }
    for line in &draft.deliverables {
        lines.push(format!("Each month: {} × {} ({})", line.monthly_quantity, line.name, line.rationale));
    }
    for entry in &draft.timeline {
        lines.push(format!("Month {}: {}", entry.month, entry.focus));
    }
    lines.push(draft.rationale.clone());
    lines.join("\n")
}
