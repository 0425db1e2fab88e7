//! The client dashboard, the branding and a client's settings.

use aos_web::{
    branding::views::{BrandingPage, UsedColour},
    client::views::{
        ApprovalsPage, AskForm, AskHead, AskIdeasPage, AskPlanPage, AskPostPage, CalendarDay, CalendarEntry,
        CalendarPage, ChoosePage, ClientChannelsPage, ClientOnboardingPage, ComingRow, ContentPage, DecidedRow,
        HomePage, Idea, LateForm, OwnClient, PersonRow, PostPage, RequestFormPage, RequestPage, RequestRow,
        RequestsPage, SettingsPage, ShippedRow, Todo, Told,
    },
    forms::FieldErrors,
    layout::{ClientTab, Place},
    markdown,
    tenants::views::{NewClientForm, PolicyForm, SettingsPage as ClientSettings},
    ui::Choices,
    website::views::Swatch,
};

use super::{CLIENT, Draw, Drawn, ago, content, done, onboarding, plan};

fn base() -> String {
    format!("/client/{CLIENT}")
}

pub fn render(draw: &Draw, path: &str) -> Drawn {
    if let Some(slug) = path.strip_prefix("/face/onboarding/") {
        let wizard = onboarding::wizard(draw, slug, &base());
        return done(&ClientOnboardingPage { shell: draw.face("Getting started", "onboarding"), wizard });
    }
    match path {
        "/face" => done(&home(draw)),
        "/face/choose" => done(&choose(draw)),
        "/face/approvals" => done(&approvals(draw)),
        "/face/approve-post" => done(&post_to_approve(draw, false)),
        "/face/approve-late" => done(&post_to_approve(draw, true)),
        "/face/approve-ideas" => done(&ideas(draw)),
        "/face/approve-plan" => done(&AskPlanPage {
            shell: draw.face("Your plan", "approvals"),
            ask: ask("Its goals become yours, and this month’s work begins."),
            strategy: plan::strategy(),
        }),
        "/face/requests" => done(&requests(draw)),
        "/face/request" => done(&request(draw)),
        "/face/request-new" => done(&form(draw, false)),
        "/face/request-back" => done(&form(draw, true)),
        "/face/calendar" => done(&calendar(draw)),
        "/face/content" => done(&ContentPage {
            shell: draw.face("Content", "content"),
            tenant: CLIENT.into(),
            shipped: draw.some(shipped()),
            coming: draw.some(coming()),
            more: None,
        }),
        "/face/post" => done(&PostPage {
            shell: draw.face("Post", "content"),
            tenant: CLIENT.into(),
            article: content::article(),
            told: told("Published", "good"),
            url: Some("https://blog.harbourvale.example/veneers".into()),
            published: Some(ago(3_000)),
            planned: None,
            approval: None,
        }),
        "/face/channels" => done(&ClientChannelsPage {
            shell: draw.face("Channels", "channels"),
            part: onboarding::channels_part(draw, &base()),
        }),
        "/face/settings" => done(&settings(draw, "brand")),
        "/face/people" => done(&settings(draw, "people")),
        "/face/guidance" => done(&settings(draw, "guidance")),
        "/branding" => done(&branding(draw)),
        "/client/settings" => done(&client_settings(draw)),
        _ => None,
    }
}

fn told(words: &'static str, tone: &'static str) -> Told {
    Told { words, tone }
}

fn todo() -> Vec<Todo> {
    let one = |icon, title: &str, detail: &str, action, minutes| Todo {
        icon,
        title: title.into(),
        detail: detail.into(),
        href: "/face/approve-post".into(),
        action,
        since: Some(ago(minutes)),
    };
    vec![
        one(
            "file-text",
            "How long do veneers last?",
            "A post of 1,204 words, planned for 24 Nov, 09:00",
            "Look at it",
            90,
        ),
        one("list-checks", "8 ideas for posts", "Ideas for posts, before anything is written", "Look at it", 1_500),
        one(
            "plug",
            "Practice blog lets us in no more",
            "Its password was changed or taken back, so nothing can be published there.",
            "Connect again",
            4_000,
        ),
    ]
}

fn shipped() -> Vec<ShippedRow> {
    let one = |title: &str, minutes, words| ShippedRow {
        title: title.into(),
        href: "/face/post".into(),
        url: Some("https://blog.harbourvale.example/whitening-at-home".into()),
        at: ago(minutes),
        words,
    };
    vec![
        one("Whitening at home or in the practice?", 2_600, 980),
        one("What a check-up costs, and what it finds", 7_200, 1_120),
        one("Your child’s first visit, step by step", 13_000, 840),
    ]
}

fn coming() -> Vec<ComingRow> {
    let one = |title: &str, told, planned: Option<&str>| ComingRow {
        title: title.into(),
        href: "/face/post".into(),
        told,
        planned: planned.map(str::to_owned),
    };
    vec![
        one("Five questions before an implant", told("Scheduled", "good"), Some("23 Nov, 09:00")),
        one("How long do veneers last?", told("Waits for you", "waiting"), Some("24 Nov, 09:00")),
        one("Night guards: who needs one", told("Your agency is checking it", "active"), None),
        one("Toothache on a Sunday", told("Being written", "active"), None),
    ]
}

fn home(draw: &Draw) -> HomePage {
    let start = Todo {
        icon: "rocket",
        title: "Tell your agency about your brand".into(),
        detail: "6 steps are left. What you fill in is kept as you go.".into(),
        href: "/face/onboarding/brand".into(),
        action: "Begin",
        since: None,
    };
    let mut deliverables = draw.some(plan::deliverables());
    deliverables.iter_mut().for_each(|one| one.work_href = None);
    HomePage {
        shell: draw.face("Home", "home"),
        base: base(),
        tenant: CLIENT.into(),
        first_name: "Maren".into(),
        period: "November 2026, 10 days left".into(),
        todo: if draw.full { todo() } else { vec![start] },
        goals: draw.some(plan::goals()),
        deliverables,
        shipped: draw.some(shipped()),
        coming: draw.some(coming()),
        beginning: (!draw.full).then_some("Your plan begins when your agency knows your brand."),
    }
}

fn choose(draw: &Draw) -> ChoosePage {
    let mut shell = draw.face("Your brands", "");
    if let Some(rail) = &mut shell.client {
        rail.id = String::new();
        rail.several = true;
    }
    let one = |name: &str, website: &str, waiting| OwnClient {
        name: name.into(),
        website: website.into(),
        href: "/face".into(),
        waiting,
    };
    let clients = vec![
        one("Harbour & Vale Dental", "https://harbourvale.example", 3),
        one("Harbour Kids", "https://harbourkids.example", 0),
    ];
    ChoosePage { shell, clients: draw.some(clients) }
}

fn approvals(draw: &Draw) -> ApprovalsPage {
    let row = |title: &str, approved, notes: Option<&str>| DecidedRow {
        title: title.into(),
        href: "/face/approve-post".into(),
        approved,
        by: "Maren Holt".into(),
        at: ago(5_000),
        notes: notes.map(str::to_owned),
    };
    ApprovalsPage {
        shell: draw.face("Approvals", "approvals"),
        tenant: CLIENT.into(),
        waiting: draw.some(todo().into_iter().take(2).collect()),
        decided: draw.some(vec![
            row("Whitening at home or in the practice?", true, None),
            row("Braces for adults", false, Some("We don’t do braces ourselves; please name the surgeon.")),
        ]),
        why_none: None,
        can_decide: true,
        looks_on: false,
    }
}

fn ask(consequence: &str) -> AskHead {
    AskHead {
        id: "a1".into(),
        action: format!("{}/approvals/a1", base()),
        hash: "5f2c9a".into(),
        since: ago(90),
        consequence: consequence.into(),
        can_decide: true,
        ..AskHead::default()
    }
}

fn post_to_approve(draw: &Draw, late: bool) -> AskPostPage {
    let mut errors = FieldErrors::default();
    if late && draw.full {
        errors.add("at", "Choose the day and the time.");
    }
    AskPostPage {
        shell: draw.face("How long do veneers last?", "approvals").under("Approvals", "/face/approvals"),
        ask: ask("When you approve, it appears on Practice blog on 24 Nov, 09:00."),
        article: content::article(),
        diff: (draw.full && !late).then(content::diff),
        brief: Some(content::brief(1, "How long do veneers last?", "approved")),
        late: late.then(|| LateForm {
            mode: "schedule".into(),
            at: "2026-11-19T09:00".into(),
            zone: "Europe/London".into(),
        }),
        errors,
    }
}

fn ideas(draw: &Draw) -> AskIdeasPage {
    let idea = |number, title: &str, open| Idea {
        brief: content::brief(number, title, "pending_approval"),
        open,
        told: if open { told("Waits for you", "waiting") } else { told("Being made", "active") },
    };
    let mut ideas = vec![idea(1, "How long do veneers last?", true)];
    if draw.full {
        ideas.push(idea(2, "Night guards: who needs one", true));
        ideas.push(idea(3, "Toothache on a Sunday", false));
    }
    let title = if draw.full { "3 ideas for posts" } else { "How long do veneers last?" };
    AskIdeasPage {
        shell: draw.face(title, "approvals").under("Approvals", "/face/approvals"),
        ask: ask("Your agency writes the posts that you choose. Each comes to you once more before it appears."),
        ideas,
    }
}

fn requests(draw: &Draw) -> RequestsPage {
    let row = |title: &str, told, notes: Option<&str>| RequestRow {
        title: title.into(),
        href: "/face/request".into(),
        by: "Maren Holt".into(),
        at: ago(2_000),
        told,
        notes: notes.map(str::to_owned),
        url: None,
    };
    RequestsPage {
        shell: draw.face("Requests", "requests"),
        base: base(),
        tenant: CLIENT.into(),
        requests: draw.some(vec![
            row("Open day on 12 May", told("Your agency is looking at it", "active"), None),
            row("New hygienist", told("Came back to you", "warning"), Some("What is her name, and from when?")),
            row("Closed in August", told("Published", "good"), None),
        ]),
        can_ask: true,
        more: None,
    }
}

fn request(draw: &Draw) -> RequestPage {
    RequestPage {
        shell: draw.face("Open day on 12 May", "requests").under("Requests", "/face/requests"),
        base: base(),
        tenant: CLIENT.into(),
        brief: content::brief(1, "Open day on 12 May", "pending_approval"),
        by: "Maren Holt".into(),
        at: ago(2_000),
        told: told("Being written", "active"),
        stations: vec![
            ("Sent", true, false),
            ("Agreed", true, false),
            ("Written", false, true),
            ("Approved", false, false),
            ("Published", false, false),
        ],
        post: draw.full.then(|| "/face/post".into()),
        url: None,
        approval: draw.full.then(|| "/face/approve-post".into()),
        close: (!draw.full).then(|| format!("{}/requests/r1/close", base())),
    }
}

fn form(draw: &Draw, back: bool) -> RequestFormPage {
    let mut errors = FieldErrors::default();
    if draw.full && !back {
        errors.add("brief", "Say in a sentence or two what the post should tell, and whom.");
    }
    RequestFormPage {
        shell: draw.face(if back { "New hygienist" } else { "New request" }, "requests"),
        base: base(),
        action: format!("{}/requests", base()),
        form: AskForm { title: "New hygienist".into(), ..AskForm::default() },
        errors,
        notes: back.then(|| "What is her name, and from when?".into()),
        close: back.then(|| format!("{}/requests/r1/close", base())),
    }
}

fn calendar(draw: &Draw) -> CalendarPage {
    let entry = |time: &str, title: &str, told| CalendarEntry {
        time: time.into(),
        title: title.into(),
        href: "/face/post".into(),
        told,
    };
    let day = |label: &str, today, entries| CalendarDay { label: label.into(), today, entries };
    CalendarPage {
        shell: draw.face("Calendar", "calendar"),
        tenant: CLIENT.into(),
        zone: "Europe/London".into(),
        month: "November 2026".into(),
        previous: "2026-10".into(),
        next: "2026-12".into(),
        days: draw.some(vec![
            day("Wed 18 Nov", false, vec![entry("16:20", "Whitening at home?", told("Published", "good"))]),
            day("Fri 20 Nov", true, vec![entry("09:00", "What a check-up costs", told("Published", "good"))]),
            day(
                "Tue 24 Nov",
                false,
                vec![
                    entry("09:00", "How long do veneers last?", told("Waits for you", "waiting")),
                    entry("15:00", "Five questions before an implant", told("Scheduled", "good")),
                ],
            ),
        ]),
        unplanned: draw.some(coming().into_iter().skip(2).collect()),
    }
}

fn people() -> Vec<PersonRow> {
    let one = |name: &str, role: &str, active, is_you| PersonRow {
        id: "u".into(),
        name: name.into(),
        email: format!("{}@harbourvale.example", name.to_lowercase().replace(' ', ".")),
        role: role.into(),
        active,
        last_seen: Some(ago(300)),
        is_you,
        can_remove: !is_you,
    };
    vec![one("Maren Holt", "Administrator", true, true), one("Sam Okoro", "Member", true, false)]
}

fn settings(draw: &Draw, tab: &'static str) -> SettingsPage {
    SettingsPage {
        shell: draw.face("Settings", "settings"),
        base: base(),
        tab,
        zone: "Europe/London".into(),
        website: "https://harbourvale.example".into(),
        colours: draw.some(onboarding::brand().colours),
        fonts: draw.some(vec!["Fraunces".into(), "Source Sans 3".into()]),
        logo: None,
        voice: draw.some(vec![("Tone of voice".into(), "Warm and plain.".into())]),
        can_edit: true,
        people: draw.some(people()),
        policy: "Your agency approves the work first, then one of your administrators. Nothing appears before both have.",
        context: draw.full.then(|| markdown::to_html("## Overview\n\nA family practice at the old harbour.")),
        skills: vec![("Writing an article".into(), markdown::to_html("Begin with the reader’s question."))],
    }
}

fn branding(draw: &Draw) -> BrandingPage {
    let swatch = |hex: &str| Swatch { hex: hex.into(), ..Swatch::default() };
    let mut errors = FieldErrors::default();
    if !draw.full {
        errors.add("accent", "“teal” is not a colour such as #1f6feb.");
    }
    BrandingPage {
        shell: draw.shell("Branding", Place::Branding),
        accent: if draw.full { "#0f766e" } else { "teal" }.into(),
        used: draw.full.then(|| UsedColour {
            light: swatch("#0f766e"),
            on_light: swatch("#ffffff"),
            dark: swatch("#5fa49e"),
            on_dark: swatch("#101216"),
            light_contrast: "5.5".into(),
            dark_contrast: "6.6".into(),
            note: Some("On dark grounds it is lightened a little, so that words in it and on it can be read.".into()),
        }),
        logo: draw.full.then(|| "/sample.svg".into()),
        errors,
        takes: "PNG, JPEG or WebP, up to 512 kB.".into(),
    }
}

fn client_settings(draw: &Draw) -> ClientSettings {
    ClientSettings {
        shell: draw.client_shell("Settings"),
        client: draw.client(ClientTab::Settings),
        form: NewClientForm {
            name: "Harbour & Vale Dental".into(),
            website: "https://harbourvale.example".into(),
            time_zone: "Europe/London".into(),
        },
        zones: Choices::plain(["Europe/Berlin", "Europe/London"], "Europe/London"),
        errors: FieldErrors::default(),
        can_manage: true,
        can_configure: true,
        can_manage_people: true,
        policy: PolicyForm {
            route: "internal_then_client".into(),
            decides: vec![
                ("strategy", "Plans: goals and deliverables", false),
                ("request", "Ideas, before they are written", true),
                ("content_item", "Posts, before they are published", true),
            ],
            own_work: false,
        },
        people: draw.some(people()),
        nobody_decides: !draw.full,
        archived: None,
        dashboard: "/face".into(),
        colours: draw.some(onboarding::brand().colours),
        fonts: draw.some(vec!["Fraunces".into()]),
        brand_href: "/client/onboarding/brand".into(),
    }
}
