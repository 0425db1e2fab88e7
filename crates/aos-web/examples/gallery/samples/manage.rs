//! Runs and everything under Manage.

use aos_web::{
    agents::views::{
        BudgetForm, ModelsPage, ProviderForm, ProviderView, RoleModel, RunPage, RunRow, RunStepView, RunView, RunsPage,
        UsageRow,
    },
    layout::Place,
    people::views::{AuditPage, AuditRow, TokenForm, TokenRow, TokensPage},
    reference::views::DesignPage,
    ui::{Choice, Choices},
    workflow::views::{DeadLetter, QueueRow, QueuesPage, ScheduleRow, WorkerRow},
};

use super::{CLIENT, Draw, Drawn, ago, done, strings};

pub fn render(draw: &Draw, path: &str) -> Drawn {
    match path {
        "/runs" => done(&runs(draw)),
        "/run" => done(&run(draw, false)),
        "/run-failed" => done(&run(draw, true)),
        "/tokens" => done(&tokens(draw)),
        "/audit" => done(&audit(draw)),
        "/models" => done(&models(draw, false)),
        "/models-add" => done(&models(draw, true)),
        "/queues" => done(&queues(draw)),
        "/design" => done(&DesignPage::new(draw.shell("Design", Place::Reference))),
        _ => None,
    }
}

fn runs(draw: &Draw) -> RunsPage {
    let row = |role: &str, title: &str, state: &str, model: &str, tokens, cost: &str, took: &str, minutes| RunRow {
        id: "run1".into(),
        role: role.into(),
        title: title.into(),
        client: "Harbour & Vale Dental".into(),
        state: state.into(),
        model: model.into(),
        tokens,
        cost: cost.into(),
        started: ago(minutes),
        took: took.into(),
    };
    RunsPage {
        shell: draw.shell("Runs", Place::Runs),
        runs: draw.some(vec![
            row(
                "copywriter",
                "Write “Gum health in pregnancy”",
                "running",
                "openai / gpt-5-mini",
                8_310,
                "$0.0142",
                "",
                2,
            ),
            row(
                "copywriter",
                "Write “How long do porcelain veneers last?”",
                "succeeded",
                "offline",
                0,
                "",
                "840 ms",
                30,
            ),
            row("seo_specialist", "Research ten topics", "failed", "openai / gpt-5-mini", 21_400, "$0.05", "48 s", 200),
        ]),
        states: Choices::plain(["running", "succeeded", "failed", "cancelled"], ""),
        roles: Choices::plain(["copywriter", "seo_specialist", "strategy"], ""),
        clients: Choices::plain(["Harbour & Vale Dental"], ""),
        more: None,
        ..RunsPage::default()
    }
}

fn run(draw: &Draw, failed: bool) -> RunPage {
    let step = |number, kind: &str, title: &str, state: &str, tokens, cost: &str, took: &str| {
        RunStepView {
        number,
        kind: kind.into(),
        title: title.into(),
        state: state.into(),
        input: (kind == "tool").then(|| "{\n  \"query\": \"how long do veneers last\",\n  \"limit\": 5\n}".into()),
        output: (state == "succeeded").then(|| "[\n  {\n    \"url\": \"https://harbourvale.example/treatments/veneers\",\n    \"title\": \"Veneers\",\n    \"words\": 412\n  }\n]".into()),
        tokens,
        cost: cost.into(),
        took: took.into(),
        at: ago(2),
        error: (state == "failed").then(|| "The answer was not valid JSON: expected `,` at line 12. One repair was tried.".into()),
    }
    };
    RunPage {
        shell: draw.shell("Write “Gum health in pregnancy”", Place::Runs).under("Runs", "/runs"),
        run: RunView {
            id: "run1".into(),
            role: "copywriter".into(),
            title: "Write “Gum health in pregnancy”".into(),
            state: if failed { "failed" } else { "running" }.into(),
            client: "Harbour & Vale Dental".into(),
            client_id: CLIENT.into(),
            model: "openai / gpt-5-mini".into(),
            attempt: 1,
            context: Some((3, "/client/context".into())),
            skills: strings(&["copywriter v3", "brand-voice v1"]),
            tokens_in: 6_900,
            tokens_out: 1_410,
            cost: "$0.0142".into(),
            budget: Some("$0.50".into()),
            started: Some(ago(2)),
            took: if failed { "48 s".into() } else { String::new() },
            error: failed.then(|| "The model answered twice in a form that could not be read.".into()),
            help: failed.then(|| {
                "Try again, or choose another model for the copywriter under Models. Nothing was written.".into()
            }),
            output: failed.then(|| {
                "{\n  \"title\": \"Gum health in pregnancy\",\n  \"slug\": \"gum-health-in-pregnancy\",".into()
            }),
            can_cancel: !failed,
            can_retry: failed,
            ..RunView::default()
        },
        steps: draw.some(vec![
            step(1, "tool", "read_context", "succeeded", 0, "", "3 ms"),
            step(2, "tool", "search_pages", "succeeded", 0, "", "12 ms"),
            step(
                3,
                "model",
                "Draft the article",
                if failed { "failed" } else { "succeeded" },
                6_200,
                "$0.0098",
                "21 s",
            ),
            step(
                4,
                "model",
                "Repair: missing field “slug”",
                if failed { "failed" } else { "running" },
                2_110,
                "$0.0044",
                "9 s",
            ),
        ]),
    }
}

fn tokens(draw: &Draw) -> TokensPage {
    TokensPage {
        shell: draw.shell("API tokens", Place::Tokens),
        tokens: draw.some(vec![
            TokenRow {
                id: "t1".into(),
                name: "Reporting script".into(),
                prefix: "aos_7Kd2".into(),
                reads_only: true,
                created: ago(90_000),
                last_used: Some(ago(55)),
                expires: Some(ago(-40_000)),
                state: "active".into(),
            },
            TokenRow {
                id: "t2".into(),
                name: "Old import".into(),
                prefix: "aos_q91x".into(),
                reads_only: false,
                created: ago(200_000),
                last_used: None,
                expires: Some(ago(8_000)),
                state: "expired".into(),
            },
        ]),
        form: TokenForm { expires_days: "90".into(), ..TokenForm::default() },
        errors: Default::default(),
        created: draw.full.then(|| "aos_7Kd2mZ0vQe8rYb1nT5xWcA6hJ3uLpS9f".into()),
    }
}

fn audit(draw: &Draw) -> AuditPage {
    let entry = |who: &str, agent, kind: &str, what: &str, client: Option<&str>, why: Option<&str>, minutes| AuditRow {
        at: ago(minutes),
        who: who.into(),
        agent,
        kind: kind.into(),
        what: what.into(),
        about: kind.starts_with("people.").then(|| "Sam Okafor".to_owned()),
        href: Some("/client/item".into()),
        client: client.map(Into::into),
        why: why.map(Into::into),
    };
    AuditPage {
        shell: draw.shell("Audit", Place::Audit),
        entries: draw.some(vec![
            entry(
                "Noor Iqbal",
                false,
                "content.post_rejected",
                "Sent “How long do porcelain veneers last?” back",
                Some("Harbour & Vale Dental"),
                Some("Say how long they last in years."),
                190,
            ),
            entry(
                "WordPress",
                true,
                "content.post_published",
                "Published “Your child’s first visit”",
                Some("Harbour & Vale Dental"),
                None,
                2_000,
            ),
            entry(
                "Ada Moreau",
                false,
                "people.user_added",
                "Added Sam Okafor as member of Harbour & Vale Dental",
                None,
                None,
                2_400,
            ),
        ]),
        query: String::new(),
        person: None,
        kinds: Choices::plain(["Signing in", "Invitations", "Roles"], ""),
        clients: Choices::plain(["Harbour & Vale Dental", "Tide Coffee Roasters"], ""),
        from: String::new(),
        to: String::new(),
        filtered: false,
        older: draw.full.then(|| "?before=1".into()),
    }
}

fn models(draw: &Draw, editing: bool) -> ModelsPage {
    let usage = |client: &str, calls, tokens_in, tokens_out, cost: &str, budget: Option<&str>, state: &str| UsageRow {
        client: client.into(),
        calls,
        tokens_in,
        tokens_out,
        cost: cost.into(),
        budget: budget.map(Into::into),
        state: state.into(),
    };
    let offline = ProviderView {
        id: "offline".into(),
        name: "Offline".into(),
        dialect: "offline".into(),
        model: "extraction and templates".into(),
        price: "Costs nothing".into(),
        state: "active".into(),
        built_in: true,
        is_default: !draw.full,
        ..ProviderView::default()
    };
    let openai = ProviderView {
        id: "p1".into(),
        name: "OpenAI".into(),
        dialect: "openai".into(),
        base_url: "https://api.openai.com/v1".into(),
        model: "gpt-5-mini".into(),
        key: Some("stored, encrypted".into()),
        price: "$0.25 in, $2.00 out per million tokens".into(),
        state: "active".into(),
        is_default: true,
        built_in: false,
    };
    ModelsPage {
        shell: draw.shell("Models", Place::Models),
        providers: if draw.full { vec![openai, offline] } else { vec![offline] },
        form: ProviderForm::default(),
        errors: Default::default(),
        dialects: Choices::new(
            vec![
                Choice::new("openai", "OpenAI-compatible"),
                Choice::new("anthropic", "Anthropic"),
                Choice::new("gemini", "Gemini"),
            ],
            "openai",
        ),
        editing,
        roles: vec![
            RoleModel { role: "copywriter".into(), model: "default".into(), skill: "copywriter v3".into() },
            RoleModel { role: "seo_specialist".into(), model: "default".into(), skill: "seo-specialist v2".into() },
        ],
        month: "November 2026".into(),
        usage: draw.some(vec![
            usage("Harbour & Vale Dental", 212, 1_402_118, 301_220, "$1.84", None, "ok"),
            usage("Tide Coffee Roasters", 840, 9_001_442, 1_411_008, "$18.71", Some("$20.00"), "near_budget"),
        ]),
        total: usage("", 1_052, 10_403_560, 1_712_228, "$20.55", None, "ok"),
        budget_clients: Choices::plain(["Harbour & Vale Dental", "Tide Coffee Roasters"], ""),
        budget: BudgetForm { per_run: "2.00".into(), ..BudgetForm::default() },
        ..ModelsPage::default()
    }
}

fn queues(draw: &Draw) -> QueuesPage {
    let queue = |name: &str, waiting, running, oldest: Option<i64>, failed| QueueRow {
        name: name.into(),
        waiting,
        running,
        retrying: failed,
        oldest: oldest.map(ago),
        failed,
    };
    QueuesPage {
        shell: draw.shell("Queues", Place::Queues),
        queues: draw.some(vec![
            queue("copywriter", 4, 2, Some(3), 0),
            queue("publish", 1, 0, Some(12), 2),
            queue("system", 0, 1, None, 0),
        ]),
        dead: draw.some(vec![DeadLetter {
            id: "j1".into(),
            kind: "content.publish".into(),
            client: Some("Harbour & Vale Dental".into()),
            error: "WordPress answered “upload refused” to the image.".into(),
            attempts: 8,
            at: ago(55),
            href: Some("/client/item".into()),
        }]),
        dead_total: u64::from(draw.full),
        workers: draw.some(vec![WorkerRow {
            name: "northlight-1".into(),
            state: "running".into(),
            roles: "web, worker, scheduler".into(),
            seen: ago(0),
        }]),
        schedules: vec![ScheduleRow {
            name: "Open the month".into(),
            when: "Every hour, in each client’s time zone".into(),
            last: Some(ago(20)),
            next: Some(ago(-40)),
        }],
    }
}
