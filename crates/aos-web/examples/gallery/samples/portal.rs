//! Queue, clients, a client's overview and work.

use aos_web::{
    activities::views::{ActivityRow, PipelineView, QueueFilter, QueueItem, QueuePage, WorkPage},
    forms::FieldErrors,
    layout::{ClientTab, Place},
    live::Topic,
    people::views::{FirstRunForm, FirstRunPage, SignInForm, SignInPage},
    tenants::views::{CheckItem, ClientRow, ClientsPage, NewClientForm, NewClientPage, OverviewPage, UnderWay},
    ui::{Choice, Choices, Progress},
};

use super::{Draw, Drawn, ago, done, history, onboarding, plan, strings};

pub fn render(draw: &Draw, path: &str) -> Drawn {
    match path {
        "/sign-in" => done(&sign_in(draw)),
        "/first-run" => done(&first_run(draw)),
        "/portal" => done(&queue(draw)),
        "/clients" => done(&clients(draw)),
        "/clients/new" => done(&new_client(draw)),
        "/client" => done(&overview(draw)),
        "/client/work" => done(&work(draw)),
        _ => None,
    }
}

fn sign_in(draw: &Draw) -> SignInPage {
    let mut shell = draw.shell("Sign in", Place::Nowhere);
    shell.person = None;
    let mut errors = FieldErrors::default();
    if draw.full {
        errors.add("", "That e-mail and password do not belong together.");
    }
    let form = SignInForm { email: "ada@northlight.example".into(), next: "/portal".into() };
    let provider = draw.full.then(|| ("Google".to_owned(), "/sign-in/provider".to_owned()));
    SignInPage { shell, form, errors, notice: None, provider }
}

fn first_run(draw: &Draw) -> FirstRunPage {
    let mut shell = draw.shell("Set up", Place::Nowhere);
    (shell.person, shell.agency) = (None, String::new());
    let mut errors = FieldErrors::default();
    if draw.full {
        errors.add("password", "This is shorter than 12 characters.");
    }
    FirstRunPage {
        shell,
        form: FirstRunForm { agency: "Northlight Studio".into(), name: "Ada Moreau".into(), ..FirstRunForm::default() },
        errors,
        zones: Choices::time_zones("Europe/Berlin"),
        password_length: 12,
    }
}

fn item(kind: &str, title: &str, detail: &str, client: &str, minutes: i64) -> QueueItem {
    let href = match kind {
        "strategy" => "/approvals/strategy",
        "request_list" => "/approvals/requests",
        _ => "/approvals/post",
    };
    QueueItem {
        approval: format!("0198c2f0-0000-7000-8000-{minutes:012}"),
        hash: "9f2c4e1ab07d3356".into(),
        href: href.into(),
        kind: kind.into(),
        title: title.into(),
        detail: detail.into(),
        client: client.into(),
        client_href: "/client".into(),
        since: ago(minutes),
        can_decide: true,
        asks_once: kind == "post",
        consequence: "It is published on the client’s blog at once.".into(),
        ..QueueItem::default()
    }
}

fn items() -> Vec<QueueItem> {
    let mut list = vec![
        item(
            "post",
            "How long do porcelain veneers last?",
            "1,204 words · version 2 · main keyword “how long do veneers last”",
            "Harbour & Vale Dental",
            24,
        ),
        item(
            "strategy",
            "Strategy for the next six months",
            "3 goals, 4 deliverables, 18 pieces a month",
            "Tide Coffee Roasters",
            4_600,
        ),
        item(
            "request_list",
            "Ten blog posts for November",
            "10 briefs · 3 from pages with gaps",
            "Alder & Finch Law",
            1_500,
        ),
        item(
            "post",
            "Single origin or blend: what changes in the cup",
            "986 words · version 1",
            "Tide Coffee Roasters",
            95,
        ),
        item(
            "post",
            "What a will does not settle, and which papers you need beside it when there are children",
            "1,410 words · version 1",
            "Alder & Finch Law",
            130,
        ),
        item(
            "post",
            "Teeth whitening after a crown: what works",
            "1,088 words · version 3",
            "Harbour & Vale Dental",
            240,
        ),
        item(
            "request_list",
            "One ad-hoc request: new parking at the practice",
            "Raised by Noor Iqbal",
            "Harbour & Vale Dental",
            300,
        ),
    ];
    list[0].urgent = Some("Planned for tomorrow".into());
    list[1].urgent = Some("Waiting for 3 days".into());
    list[0].offline = true;
    list[5].offline = true;
    list[6].can_decide = false;
    list[6].why_not = Some("You asked for this, so somebody else decides.".into());
    list
}

fn queue(draw: &Draw) -> QueuePage {
    QueuePage {
        shell: draw.shell("Queue", Place::Queue),
        items: draw.some(items()),
        filter: QueueFilter::default(),
        kinds: vec![
            Choice::new("", "All").counted(7),
            Choice::new("post", "Posts").counted(4),
            Choice::new("request_list", "Requests").counted(2),
            Choice::new("strategy", "Strategies").counted(1),
        ],
        clients: Choices::new(
            vec![Choice::new("1", "Harbour & Vale Dental"), Choice::new("2", "Tide Coffee Roasters")],
            "",
        ),
        total: if draw.full { 7 } else { 0 },
        more: None,
        has_clients: true,
        under_way: strings(&[
            "Harbour & Vale Dental: four posts are being written",
            "Tide Coffee Roasters: the website is being read, 412 pages so far",
        ]),
    }
}

fn clients(draw: &Draw) -> ClientsPage {
    let row =
        |name: &str, website: &str, readiness: &str, pace: Option<(f64, f64, &str)>, waiting, alert: &str, minutes| {
            ClientRow {
                id: super::CLIENT.into(),
                name: name.into(),
                website: website.into(),
                readiness: readiness.into(),
                next_step: (readiness == "setup_needed").then(|| "Connect a channel".into()),
                pace: pace
                    .map(|(done, target, status)| Progress::new(done, target, Some(target * 0.65), status, "pieces")),
                waiting,
                alerts: if alert.is_empty() { Vec::new() } else { vec![alert.into()] },
                last_event: Some(ago(minutes)),
            }
        };
    ClientsPage {
        shell: draw.shell("Clients", Place::Clients),
        clients: draw.some(vec![
            row("Alder & Finch Law", "https://alderfinch.example", "ready", Some((9.0, 14.0, "on_track")), 2, "", 130),
            row(
                "Harbour & Vale Dental",
                "https://harbourvale.example",
                "ready",
                Some((6.0, 10.0, "at_risk")),
                3,
                "WordPress refuses the password",
                24,
            ),
            row("Kestrel Bikes", "https://kestrel.example", "setup_needed", None, 0, "", 8),
            row("Tide Coffee Roasters", "https://tidecoffee.example", "setup_needed", None, 2, "", 95),
            row(
                "Wren & Daughters Removals",
                "https://wrenremovals.example",
                "ready",
                Some((12.0, 12.0, "completed")),
                0,
                "",
                5_000,
            ),
        ]),
        query: String::new(),
        readiness: vec![
            Choice::new("", "All").counted(5),
            Choice::new("setup_needed", "Setup needed").counted(2),
            Choice::new("ready", "Ready").counted(3),
        ],
        selected_readiness: String::new(),
        sorts: aos_web::ui::Choices::new(
            vec![Choice::new("name", "Name"), Choice::new("waiting", "Most waiting")],
            "name",
        ),
        sort: "name",
        total: if draw.full { 5 } else { 0 },
        more: None,
        can_create: true,
    }
}

fn new_client(draw: &Draw) -> NewClientPage {
    let mut errors = FieldErrors::default();
    let mut form = NewClientForm::default();
    if draw.full {
        form = NewClientForm { name: "Kestrel Bikes".into(), website: "htp//kestrel".into(), time_zone: String::new() };
        errors.add("website", "This is not a web address. It begins with https:// or http://.");
    }
    NewClientPage {
        shell: draw.shell("New client", Place::Clients).under("Clients", "/clients"),
        form,
        errors,
        zones: Choices::time_zones("Europe/London"),
    }
}

pub fn checklist() -> Vec<CheckItem> {
    let check = |done, title: &str, hint: &str, action: Option<(&str, &str)>| CheckItem {
        done,
        title: title.into(),
        hint: hint.into(),
        action: action.map(|(label, href)| (label.into(), href.into())),
    };
    vec![
        check(true, "Website read", "1,169 pages, 84 images, 6 documents.", None),
        check(true, "Brand voice", "Tone, audience and three things that set it apart.", None),
        check(
            false,
            "A channel to publish on",
            "Posts are written and reviewed without one, but cannot appear.",
            Some(("Connect WordPress", "/client/channels")),
        ),
        check(
            false,
            "Baseline",
            "Visits and leads today, so that goals can be measured.",
            Some(("Fill in", "/client/onboarding/baseline")),
        ),
    ]
}

fn overview(draw: &Draw) -> OverviewPage {
    OverviewPage {
        shell: draw
            .shell("Harbour & Vale Dental", Place::Clients)
            .under("Clients", "/clients")
            .listening(&Topic::named("crawl:c1")),
        client: draw.client(ClientTab::Overview),
        crawl: Some(onboarding::crawl(if draw.full { "complete" } else { "running" })),
        checklist: checklist(),
        goals: draw.some(plan::goals()),
        deliverables: draw.some(plan::deliverables()),
        period: draw.full.then(|| "November 2026, 10 days left".into()),
        waiting: draw.some(items().into_iter().filter(|item| item.client.starts_with("Harbour")).take(2).collect()),
        under_way: draw.some(vec![
            UnderWay {
                who: "Copywriter".into(),
                what: "Write “Gum health in pregnancy”".into(),
                href: "/run".into(),
                since: ago(2),
            },
            UnderWay {
                who: "Copywriter".into(),
                what: "Write “Invisible braces for adults”".into(),
                href: "/run".into(),
                since: ago(1),
            },
        ]),
        cost: draw.full.then(|| "$1.84".into()),
        events: if draw.full { history() } else { Default::default() },
    }
}

fn work(draw: &Draw) -> WorkPage {
    let step = |title: &str, state: &str, who: &str, agent, minutes| ActivityRow {
        id: format!("{minutes}-{state}"),
        title: title.into(),
        state: state.into(),
        who: who.into(),
        agent,
        since: ago(minutes),
        attempt: 1,
        href: Some("/client/item".into()),
        run_href: agent.then(|| "/run".into()),
        ..ActivityRow::default()
    };
    let unit = |row: ActivityRow| ActivityRow { nested: true, ..row };
    let blog = PipelineView {
        id: "1".into(),
        title: "Blog posts, November 2026".into(),
        template: "blog_posts".into(),
        state: "running".into(),
        started: ago(28_000),
        done: 19,
        total: 32,
        activities: vec![
            step("Research topics", "completed", "SEO specialist", true, 27_800),
            step("Approve the list of requests", "approved", "Ada Moreau", false, 26_000),
            unit(step("Write “How long do porcelain veneers last?”", "completed", "Copywriter", true, 30)),
            unit(step("Approve “How long do porcelain veneers last?”", "awaiting_approval", "Reviewers", false, 24)),
            unit(ActivityRow { blocked_by: Some("Waits for “Approve “How long do porcelain veneers last?””.".into()), run_href: None, ..step("Publish “How long do porcelain veneers last?”", "blocked", "WordPress", false, 24) }),
            unit(step("Write “Gum health in pregnancy”", "in_progress", "Copywriter", true, 2)),
            unit(ActivityRow { error: Some("WordPress answered “upload refused” to the image. Check that the user may upload files, then retry.".into()), attempt: 3, can_retry: true, ..step("Publish “Teeth whitening after a crown”", "failed", "WordPress", false, 55) }),
        ],
    };
    let setup = PipelineView {
        id: "2".into(),
        title: "Set-up chain".into(),
        template: "setup_chain".into(),
        state: "completed".into(),
        started: ago(60_000),
        done: 6,
        total: 6,
        activities: vec![step("Write the context file", "completed", "Onboarding agent", true, 59_000)],
    };
    WorkPage {
        shell: draw.client_shell("Work"),
        client: draw.client(ClientTab::Work),
        pipelines: draw.some(vec![blog, setup]),
        filter: "open".into(),
        more: None,
        ..WorkPage::default()
    }
}
