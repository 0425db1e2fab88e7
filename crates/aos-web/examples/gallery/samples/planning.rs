//! The calendar, the board, one activity, a brief that is edited.

use aos_web::{
    activities::views::{ActivityPage, BoardCard, BoardColumn, BoardPage, Datum, Neighbour, RunLine},
    content::{
        calendar::views::{CalendarDay, CalendarItem, CalendarPage, CalendarTab, CalendarView, DueLine, MoveForm},
        views::{EditRequestPage, RequestForm},
    },
    layout::{ClientTab, Place},
};

use super::{Draw, Drawn, ago, done, history};

pub fn render(draw: &Draw, path: &str) -> Drawn {
    match path {
        "/calendar" => done(&CalendarPage {
            shell: draw.shell("Calendar", Place::Calendar),
            calendar: calendar(draw, "month", true),
            topics: "queue".into(),
        }),
        "/client/calendar" => done(&CalendarTab {
            shell: draw.client_shell("Calendar"),
            client: draw.client(ClientTab::Calendar),
            calendar: calendar(draw, "list", false),
            topics: "tenant:1".into(),
        }),
        "/client/board" => done(&board(draw)),
        "/client/activity" => done(&activity(draw)),
        "/client/request-edit" => done(&EditRequestPage {
            shell: draw.client_shell("Edit “How long do porcelain veneers last?”"),
            client: draw.client(ClientTab::Content),
            id: "r1".into(),
            form: RequestForm {
                title: "How long do porcelain veneers last?".into(),
                brief: "For patients who are weighing the cost.".into(),
                keywords: "porcelain veneers, veneers lifespan".into(),
                base_version: 2,
                ..RequestForm::default()
            },
            zone: "Europe/Berlin".into(),
            ..EditRequestPage::default()
        }),
        _ => None,
    }
}

fn item(n: u32, title: &str, state: &str, tone: &str, time: &str) -> CalendarItem {
    let published = state == "published";
    CalendarItem {
        id: format!("i{n}"),
        kind: if state == "pending_approval" { "request" } else { "post" }.into(),
        reference: format!("post:i{n}"),
        title: title.into(),
        client: "Harbour & Vale Dental".into(),
        href: Some("/client/item".into()),
        state: state.into(),
        tone: tone.into(),
        date: "2026-11-20".into(),
        time: time.into(),
        zone: "Europe/Berlin".into(),
        zone_note: "CET".into(),
        published_url: published.then(|| "https://blog.harbourvale.example/a".into()),
        movable: !published,
        action: "/move".into(),
        move_href: (!published).then(|| "?move=1".into()),
        ..CalendarItem::default()
    }
}

fn calendar(draw: &Draw, view: &str, across: bool) -> CalendarView {
    let on_day = |number: u32| match number {
        3 => vec![item(1, "Your child’s first visit, step by step", "published", "good", "09:00")],
        20 => vec![
            item(2, "Gum health in pregnancy", "scheduled", "active", "08:30"),
            item(3, "How long do porcelain veneers last?", "review", "waiting", "14:00"),
        ],
        25 => vec![CalendarItem {
            note: Some("WordPress answered “upload refused” to the image.".into()),
            ..item(4, "Teeth whitening after a crown: what works", "failed", "bad", "10:00")
        }],
        _ => Vec::new(),
    };
    let day = |number: u32| CalendarDay {
        date: format!("2026-11-{number:02}"),
        number,
        label: format!("{number} November 2026"),
        short: format!("{number} Nov"),
        today: number == 20,
        past: number < 20,
        href: "?view=list".into(),
        items: draw.some(on_day(number)),
        due: if number == 30 && draw.full {
            vec![DueLine {
                what: "Blog posts".into(),
                href: "/client/plan".into(),
                done: 4,
                target: 10,
                ..DueLine::default()
            }]
        } else {
            Vec::new()
        },
        ..CalendarDay::default()
    };
    let mut days: Vec<CalendarDay> = (1..=30).map(day).collect();
    if view == "list" {
        days.retain(|day| !day.items.is_empty() || !day.due.is_empty());
    }
    let undated = draw.some(vec![item(5, "What a root canal feels like today", "draft", "quiet", "")]);
    CalendarView {
        view: view.into(),
        title: "November 2026".into(),
        weekdays: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"].map(Into::into).into(),
        kinds: ["Month", "Week", "List"].map(|kind| (kind.into(), "?".into(), kind.to_lowercase() == view)).into(),
        shows: ["All", "Planned", "Scheduled", "Published", "Problem"]
            .map(|show| (show.into(), "?".into(), show == "All"))
            .into(),
        zone: "Europe/Berlin (CET)".into(),
        across,
        count: if draw.full { 4 } else { 0 },
        days,
        undated,
        movable: draw.full,
        moving: (draw.full && !across).then(|| MoveForm {
            title: "Gum health in pregnancy".into(),
            action: "/move".into(),
            date: "2026-11-20".into(),
            time: "08:30".into(),
            zone: "Europe/Berlin".into(),
            scheduled: true,
            panel: "?move=1".into(),
            back: "?".into(),
        }),
        ..CalendarView::default()
    }
}

fn board(draw: &Draw) -> BoardPage {
    let card = |id: &str, title: &str, step: &str, state: &str, agent| BoardCard {
        id: id.into(),
        href: "/client/activity".into(),
        title: title.into(),
        step: step.into(),
        state: state.into(),
        who: if agent { "Copywriter" } else { "Agency OS" }.into(),
        agent,
        since: ago(24),
        attempt: 1,
        ..BoardCard::default()
    };
    let write = "Write the blog post";
    let columns = [
        ("To do", vec![card("a1", "Gum health in pregnancy", write, "assigned", true)]),
        ("In progress", vec![card("a2", "What a root canal feels like today", write, "in_progress", true)]),
        (
            "Waits for a decision",
            vec![BoardCard {
                decision_href: Some("/approvals/post".into()),
                ..card("a3", "How long do porcelain veneers last?", write, "awaiting_approval", true)
            }],
        ),
        (
            "Failed",
            vec![BoardCard {
                error: Some("WordPress answered “upload refused” to the image.".into()),
                attempt: 3,
                ..card("a4", "Teeth whitening after a crown", "Publish the blog post", "failed", false)
            }],
        ),
        ("Done", vec![card("a5", "Read the website", "Website audit", "completed", false)]),
    ];
    BoardPage {
        shell: draw.client_shell("Work"),
        client: draw.client(ClientTab::Work),
        columns: columns
            .into_iter()
            .map(|(name, cards)| BoardColumn {
                name: name.into(),
                hint: "Nothing here.".into(),
                cards: draw.some(cards),
            })
            .collect(),
        ..BoardPage::default()
    }
}

fn activity(draw: &Draw) -> ActivityPage {
    ActivityPage {
        shell: draw.client_shell("Write the blog post"),
        client: draw.client(ClientTab::Work),
        id: "a4".into(),
        name: "Write the blog post".into(),
        state: "failed".into(),
        pipeline: "Blog posts, November 2026".into(),
        who: "Copywriter".into(),
        agent: true,
        attempt: 3,
        created: ago(300),
        since: ago(24),
        about: Some(("How long do porcelain veneers last?".into(), "/client/item".into())),
        error: Some("The model did not answer in time.".into()),
        error_help: Some("Try again, or choose another model under Manage → Models.".into()),
        inputs: vec![Datum { name: "Quantity".into(), text: "10".into(), ..Datum::default() }],
        before: vec![Neighbour {
            name: "Approve the topics".into(),
            state: "completed".into(),
            count: 1,
            ..Neighbour::default()
        }],
        after: vec![Neighbour {
            name: "Review and approve the blog post".into(),
            state: "blocked".into(),
            ..Neighbour::default()
        }],
        runs: draw.some(vec![RunLine {
            href: "/run-failed".into(),
            state: "failed".into(),
            attempt: 3,
            model: "local/qwen3".into(),
            tokens: 12_044,
            cost: "$0.0412".into(),
            started: ago(24),
            took: "12 s".into(),
            error: Some("The model did not answer in time.".into()),
        }]),
        can_retry: true,
        can_cancel: true,
        events: history(),
        ..ActivityPage::default()
    }
}
