//! Strategy and its approval.

use aos_web::{
    layout::ClientTab,
    markdown,
    strategy::views::{
        DeliverableInput, DeliverableLine, DeliverableView, GoalInput, GoalLine, GoalView, PeriodRow, PlanPage,
        StrategyApprovalPage, StrategyEditPage, StrategyPage, StrategyVersionRow, StrategyView,
    },
    ui::{Diff, Gap, Progress},
};

use super::{Draw, Drawn, ago, approval, done, strings};

pub fn render(draw: &Draw, path: &str) -> Drawn {
    match path {
        "/approvals/strategy" => done(&approve(draw)),
        "/client/plan" => done(&plan(draw)),
        "/client/strategy" => done(&StrategyPage {
            shell: draw.client_shell("Strategy, version 1").under("Plan", "/client/plan"),
            client: draw.client(ClientTab::Plan),
            strategy: strategy(),
            diff: Some(diff()),
        }),
        "/client/strategy-edit" => done(&edit(draw)),
        _ => None,
    }
}

fn diff() -> Diff {
    Diff::between(
        "Version 1",
        "## Deliverables\n\n- Blog posts: 6 a month\n- Newsletters: 1 a month\n\n## Goals\n\n- 40 published posts in 6 months\n",
        "Version 2",
        "## Deliverables\n\n- Blog posts: 10 a month\n- Newsletters: 1 a month\n\n## Goals\n\n- 60 published posts in 6 months\n",
    )
}

pub fn strategy() -> StrategyView {
    let goal = |name: &str, description: &str, metric: &str, baseline: Option<&str>, target: &str| GoalLine {
        name: name.into(),
        description: description.into(),
        metric: metric.into(),
        baseline: baseline.map(Into::into),
        target: target.into(),
        due: "in 6 months".into(),
    };
    let line = |name: &str, kind: &str, monthly, goal: &str, why: &str, manual| DeliverableLine {
        name: name.into(),
        kind: kind.into(),
        monthly,
        goal: goal.into(),
        rationale: why.into(),
        manual,
    };
    StrategyView {
        id: "s2".into(),
        version: 2,
        state: "pending_approval".into(),
        summary: markdown::to_html(
            "Patients around the harbour search for answers before they search for a dentist. The site answers prices well and treatments hardly: **14 of 22 treatments have no page of their own**. Six months of explanatory posts close that gap and lead to the booking page.",
        ),
        rationale: markdown::to_html(
            "The strongest pages are about prices, which shows that visitors arrive late in their decision. Posts that answer earlier questions widen the entry.\n\n> “We explain first and treat second.” ([About us](https://harbourvale.example/about))\n\nTen posts a month is what the material carries without repeating itself.",
        ),
        goals: vec![
            goal(
                "A library that answers patients’ questions",
                "Posts that stand on the practice’s own words",
                "Published posts",
                Some("4"),
                "60 posts",
            ),
            goal(
                "More visits from search",
                "Organic sessions on treatment pages",
                "Sessions a month",
                Some("1,850"),
                "3,000 sessions",
            ),
            goal("Requests for appointments", "Forms sent from posts", "Leads a month", None, "25 leads"),
        ],
        deliverables: vec![
            line(
                "Blog posts",
                "blog_posts",
                10,
                "A library that answers patients’ questions",
                "Ten questions a month from the clients’ own key phrases.",
                false,
            ),
            line("Social posts", "social_posts", 6, "More visits from search", "One for each second blog post.", true),
            line(
                "Newsletter",
                "newsletters",
                1,
                "Requests for appointments",
                "Keeps present patients coming back.",
                true,
            ),
            line(
                "Website audit",
                "website_audit",
                1,
                "More visits from search",
                "Finds pages that lost their links.",
                false,
            ),
        ],
        monthly_total: 18,
        platforms: strings(&["wordpress", "newsletter"]),
        timeline: vec![
            ("Month 1".into(), "Questions about veneers, crowns and whitening".into()),
            ("Month 2".into(), "Children and pregnancy".into()),
            ("Months 3–6".into(), "Everything around implants; refresh what ranks".into()),
        ],
        gaps: vec![
            Gap {
                what: "No page says how many patients come from search.".into(),
                ask: "Fill in the baseline, or connect Search Console.".into(),
            },
            Gap {
                what: "Prices of implants are not on the site.".into(),
                ask: "Upload a price list, or say that prices stay out.".into(),
            },
        ],
        offline: true,
        made_by: "Strategy agent".into(),
        made_at: ago(4_600),
        context_version: Some(3),
        run_href: Some("/run".into()),
    }
}

pub fn goals() -> Vec<GoalView> {
    let goal = |name: &str, metric: &str, status: &str, progress, source: &str| GoalView {
        id: "g".into(),
        name: name.into(),
        metric: metric.into(),
        status: status.into(),
        progress,
        due: "by 30 Apr 2027".into(),
        source: source.into(),
    };
    vec![
        goal(
            "A library that answers patients’ questions",
            "Published posts",
            "on_track",
            Progress::new(21.0, 60.0, Some(19.0), "on_track", "posts"),
            "counted from published posts",
        ),
        goal(
            "More visits from search",
            "Sessions a month",
            "at_risk",
            Progress::new(1_910.0, 3_000.0, Some(2_300.0), "at_risk", "sessions"),
            "entered by hand on 1 Nov",
        ),
    ]
}

pub fn deliverables() -> Vec<DeliverableView> {
    let one = |name: &str, kind: &str, status: &str, done, target, expected| DeliverableView {
        id: "d".into(),
        name: name.into(),
        kind: kind.into(),
        status: status.into(),
        progress: Progress::new(done, target, Some(expected), status, "pieces"),
        goal: "A library that answers patients’ questions".into(),
        work_href: Some("/client/work".into()),
    };
    vec![
        one("Blog posts", "blog_posts", "at_risk", 6.0, 10.0, 7.0),
        one("Social posts", "social_posts", "on_track", 5.0, 6.0, 4.0),
        one("Newsletter", "newsletters", "completed", 1.0, 1.0, 0.7),
    ]
}

fn approve(draw: &Draw) -> StrategyApprovalPage {
    let mut head = approval("strategy");
    head.made_by = "Strategy agent".into();
    head.since = ago(4_600);
    head.urgent = Some("Waiting for 3 days".into());
    head.consequence =
        "Three goals and four deliverables become active, November opens, and the research for ten blog posts starts."
            .into();
    head.asks_once = false;
    StrategyApprovalPage {
        shell: draw.client_shell("Strategy for the next six months"),
        approval: head,
        strategy: strategy(),
        diff: draw.full.then(diff),
        edit_href: Some("/client/strategy-edit".into()),
    }
}

fn plan(draw: &Draw) -> PlanPage {
    let mut active = strategy();
    active.state = "active".into();
    let period = |month: &str, done, status: &str| PeriodRow {
        month: month.into(),
        deliverable: "Blog posts".into(),
        status: status.into(),
        progress: Progress::new(done, 10.0, None, status, "posts"),
    };
    PlanPage {
        shell: draw.client_shell("Plan"),
        client: draw.client(ClientTab::Plan),
        strategy: draw.full.then_some(active),
        approval_href: draw.full.then(|| "/approvals/strategy".into()),
        goals: draw.some(goals()),
        deliverables: draw.some(deliverables()),
        periods: vec![
            period("November 2026", 6.0, "at_risk"),
            period("October 2026", 10.0, "completed"),
            period("September 2026", 5.0, "missed"),
        ],
        versions: vec![
            StrategyVersionRow {
                version: 2,
                state: "active".into(),
                made_by: "Strategy agent".into(),
                at: ago(4_600),
                href: "/client/strategy".into(),
                notes: None,
            },
            StrategyVersionRow {
                version: 1,
                state: "rejected".into(),
                made_by: "Strategy agent".into(),
                at: ago(9_000),
                href: "/client/strategy".into(),
                notes: Some("Six posts are too few for what the site leaves open.".into()),
            },
        ],
    }
}

fn edit(draw: &Draw) -> StrategyEditPage {
    let view = strategy();
    StrategyEditPage {
        shell: draw.client_shell("Edit the strategy").under("Plan", "/client/plan"),
        client: draw.client(ClientTab::Plan),
        strategy_id: view.id,
        base_version: view.version,
        summary: "Patients around the harbour search for answers before they search for a dentist.".into(),
        rationale: "The strongest pages are about prices.".into(),
        goals: view
            .goals
            .iter()
            .map(|goal| GoalInput {
                name: goal.name.clone(),
                description: goal.description.clone(),
                metric: "published_posts".into(),
                unit: "posts".into(),
                baseline: "4".into(),
                target: "60".into(),
                months: "6".into(),
                ..GoalInput::default()
            })
            .collect(),
        deliverables: view
            .deliverables
            .iter()
            .map(|one| DeliverableInput {
                name: one.name.clone(),
                kind: one.kind.clone(),
                monthly: one.monthly.to_string(),
                goal: "0".into(),
                rationale: one.rationale.clone(),
                ..DeliverableInput::default()
            })
            .collect(),
        errors: Default::default(),
        ..StrategyEditPage::default()
    }
}
