//! What people are told, decide from a mail, and find.

use aos_features::read_models::search::Piece;
use aos_web::{
    activities::views::{MailedDecided, MailedPage, MailedPiece},
    layout::Place,
    markdown::to_html,
    notices::views::{
        ChoiceGroup, ChoiceRow, ChoicesPage, HoursForm, MailForm, MailLine, MailPage, NoticeLine, NoticesPage,
        PatienceForm,
    },
    search::views::{Hit, SearchPage},
    ui::{Choice, Choices},
    workflow::views::{Part, SystemPage, WorkerRow},
};

use super::{CLIENT, Draw, Drawn, ago, done};

pub fn render(draw: &Draw, path: &str) -> Drawn {
    match path {
        "/notifications" => done(&notices(draw)),
        "/account/notifications" => done(&choices(draw)),
        "/mail" => done(&mail(draw)),
        "/system" => done(&system(draw)),
        "/search" => done(&search(draw)),
        "/mailed" => done(&mailed(draw)),
        _ => None,
    }
}

fn notices(draw: &Draw) -> NoticesPage {
    let line = |title: &str, body: Option<&str>, client: Option<&str>, minutes, unread| NoticeLine {
        id: "n1".into(),
        href: "/portal".into(),
        title: title.into(),
        body: body.map(Into::into),
        client: client.map(Into::into),
        at: ago(minutes),
        unread,
    };
    let client = Some("Harbour & Vale Dental");
    NoticesPage {
        shell: draw.shell("Notifications", Place::Nowhere),
        topic: "notices:ada".into(),
        unread_only: false,
        unread: if draw.full { 2 } else { 0 },
        lines: draw.some(vec![
            line("Waiting for your decision: How long do veneers last? and 9 more", None, client, 4, true),
            line("A channel has to be connected again", Some("WordPress refuses the password."), client, 75, true),
            line("November 2026 begins", Some("The work on 4 deliverables is open."), client, 3_000, false),
            line(
                "A mail could not be delivered",
                Some("The server does not deliver to this address."),
                None,
                4_000,
                false,
            ),
        ]),
        more: None,
    }
}

fn choices(draw: &Draw) -> ChoicesPage {
    let when = |selected: &str| {
        let options = [("at_once", "At once"), ("digest", "In the daily digest"), ("off", "No mail")];
        Choices::new(options.into_iter().map(|(value, label)| Choice::new(value, label)).collect(), selected)
    };
    let row = |kind: &str, label: &str, in_app, mail: &str| ChoiceRow {
        kind: kind.into(),
        label: label.into(),
        in_app,
        mail: when(mail),
    };
    ChoicesPage {
        shell: draw.shell("What I am told", Place::Nowhere).under("Notifications", "/notifications"),
        address: "ada@northlight.example".into(),
        has_mail: draw.full,
        groups: vec![
            ChoiceGroup {
                title: "Decisions".into(),
                rows: vec![
                    row("approval_requested", "Something waits for my decision", true, "at_once"),
                    row("approval_reminder", "It still waits after some days", true, "at_once"),
                ],
            },
            ChoiceGroup {
                title: "Work".into(),
                rows: vec![row("activity_failed", "An activity failed", true, "digest")],
            },
        ],
        zones: Choices::time_zones("Europe/Berlin"),
        hours: HoursForm {
            zone: "Europe/Berlin".into(),
            quiet_from: if draw.full { "20:00".into() } else { String::new() },
            quiet_until: if draw.full { "07:30".into() } else { String::new() },
            digest: "08:00".into(),
        },
        ..ChoicesPage::default()
    }
}

fn mail(draw: &Draw) -> MailPage {
    let line = |to: &str, kind: &str, state: &str, says: &str, help: Option<&str>, minutes, can_repeat| MailLine {
        id: "m1".into(),
        to: to.into(),
        kind: kind.into(),
        state: state.into(),
        says: Some(says.into()),
        help: help.map(Into::into),
        attempts: 1,
        at: ago(minutes),
        can_repeat,
    };
    MailPage {
        shell: draw.shell("Mail", Place::Mail),
        is_set: draw.full,
        form: MailForm {
            host: if draw.full { "smtp.northlight.example".into() } else { String::new() },
            port: "587".into(),
            security: "starttls".into(),
            has_password: draw.full,
            ..MailForm::default()
        },
        securities: Choices::new(vec![Choice::new("starttls", "STARTTLS (usually port 587)")], "starttls"),
        own_address: "ada@northlight.example".into(),
        patience: PatienceForm { remind_days: "2".into(), escalate_days: "4".into() },
        mails: draw.some(vec![
            line("noor@northlight.example", "Approval requested", "sent", "2.0.0 Ok: queued as 4XyZ", None, 2, false),
            line("sam@harbour.example", "Invitation", "retrying", "(450: Greylisted) Not now.", None, 12, false),
            line(
                "kim@harbour.example",
                "Approval reminder",
                "unconfirmed",
                "The server took the mail in but never said whether it keeps it.",
                Some("It may have arrived, so it is not sent again by itself."),
                40,
                true,
            ),
            line("old@harbour.example", "Daily digest", "failed", "(550: No such user).", None, 90, true),
        ]),
        ..MailPage::default()
    }
}

fn system(draw: &Draw) -> SystemPage {
    let part = |name: &str, state: &str, says: &str, help: Option<&str>| Part {
        name: name.into(),
        state: state.into(),
        says: says.into(),
        help: help.map(Into::into),
        href: None,
    };
    let mut shell = draw.shell("System", Place::System);
    let alarm = (!draw.full).then(|| "Neither a worker nor a scheduler is running, so nothing is done.".to_owned());
    shell.alarm.clone_from(&alarm);
    SystemPage {
        shell,
        alarm,
        processes: draw.some(vec![WorkerRow {
            name: "4711".into(),
            state: "running".into(),
            roles: "web, worker, scheduler".into(),
            seen: ago(0),
        }]),
        parts: vec![
            part("Database", "ok", "SQLite, one file; one process serves it.", None),
            part("Queues", "failed", "2 running, 4 ready, 1 given up.", Some("Look at the dead letters.")),
            part("Mail", "unset", "No mail server is set.", None),
            part("Browser", "warning", "None is found here.", None),
        ],
    }
}

fn pieces(parts: &[(&str, bool)]) -> Vec<Piece> {
    parts.iter().map(|(text, hit)| Piece { text: (*text).to_owned(), hit: *hit }).collect()
}

fn search(draw: &Draw) -> SearchPage {
    let hit = |kind: &str, icon: &str, title: &[(&str, bool)], excerpt: &[(&str, bool)]| Hit {
        kind: kind.into(),
        icon: icon.into(),
        title: pieces(title),
        excerpt: pieces(excerpt),
        client: Some("Harbour & Vale Dental".into()),
        href: format!("/client/{CLIENT}"),
        outside: kind == "Page",
    };
    SearchPage {
        shell: draw.shell("Search", Place::Nowhere),
        typed: if draw.full { "ven".into() } else { "zzz".into() },
        kinds: [("", "All"), ("tenant", "Clients"), ("content_item", "Posts")]
            .into_iter()
            .map(|(value, label)| Choice::new(value, label))
            .collect(),
        hits: draw.some(vec![
            hit("Post", "file-text", &[("How long do ", false), ("veneers", true), (" last?", false)], &[]),
            hit("Page", "globe", &[("Prices", false)], &[("A ", false), ("veneer", true), (" begins at £480.", false)]),
        ]),
        ..SearchPage::default()
    }
}

fn mailed(draw: &Draw) -> MailedPage {
    let mut shell =
        draw.shell(if draw.full { "How long do veneers last?" } else { "Nothing to decide" }, Place::Nowhere);
    shell.person = None;
    MailedPage {
        shell,
        client: "Harbour & Vale Dental".into(),
        reader: "Kim Vale".into(),
        changed: draw.full,
        pieces: draw.some(vec![MailedPiece {
            value: "a:b".into(),
            kind: "Post".into(),
            title: "How long do veneers last?".into(),
            lead: "Ten to fifteen years, and what decides it.".into(),
            html: to_html("## What they are made of\n\nPorcelain lasts longer than composite."),
            facts: vec![("Categories".into(), "Advice".into())],
            consequence: "Once everybody has approved it, it is published at once.".into(),
            offline: true,
            since: ago(300),
        }]),
        decided: vec![MailedDecided {
            title: "Gum health in pregnancy".into(),
            state: "approved".into(),
            by: "Kim Vale".into(),
            at: ago(20),
            notes: None,
        }],
        expires: ago(-20_000),
        ..MailedPage::default()
    }
}
