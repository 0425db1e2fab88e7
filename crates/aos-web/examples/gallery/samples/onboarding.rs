//! Onboarding, context, channels, website.

use aos_web::{
    channels::views::{ChannelView, ChannelsPage, ChannelsPart, ConnectForm},
    forms::FieldErrors,
    layout::ClientTab,
    markdown,
    onboarding::views::{
        BaselineForm, BrandForm, ContextForm, ContextPage, ContextVersionRow, ContextView, DocumentRow, OnboardingPage,
        STEPS, Step, StepMark, SummaryPart, VoiceForm, Wizard,
    },
    ui::{Diff, Gap},
    website::views::{BrandView, CrawlView, FindingRow, PageRow, Swatch, WebsitePage},
};

use super::{CLIENT, Draw, Drawn, ago, done, strings};

pub fn render(draw: &Draw, path: &str) -> Drawn {
    if let Some(slug) = path.strip_prefix("/client/onboarding/") {
        let base = format!("/portal/clients/{CLIENT}");
        return done(&OnboardingPage {
            shell: draw.client_shell("Onboarding"),
            client: draw.client(ClientTab::Onboarding),
            wizard: wizard(draw, slug, &base),
        });
    }
    match path {
        "/client/context" => done(&context(draw, false)),
        "/client/context-edit" => done(&context(draw, true)),
        "/client/channels" => done(&channels(draw)),
        "/client/website" => done(&website(draw)),
        _ => None,
    }
}

pub fn crawl(state: &str) -> CrawlView {
    let runs = state == "running";
    CrawlView {
        id: "c1".into(),
        client_id: CLIENT.into(),
        state: state.into(),
        started: ago(if runs { 2 } else { 60_500 }),
        took: if runs { String::new() } else { "1 min 48 s".into() },
        pages: if runs { 412 } else { 1_169 },
        images: 84,
        documents: 6,
        failed: 3,
        skipped: 41,
        waiting: if runs { 530 } else { 0 },
        size: "38.2 MB".into(),
        limits: "2,000 pages, 500 MB, 15 minutes; robots.txt honoured".into(),
        incomplete: if state == "incomplete" {
            strings(&[
                "The limit of 2,000 pages was reached; about 900 known pages were not read.",
                "3 pages answered with an error.",
            ])
        } else {
            Vec::new()
        },
        can_start: !runs,
        can_cancel: runs,
        can_resume: state == "incomplete",
    }
}

pub fn brand() -> BrandView {
    let swatch = |hex: &str, role: &str, share| Swatch { hex: hex.into(), role: role.into(), share };
    BrandView {
        colours: vec![
            swatch("#1f4e5f", "Buttons, links", 34),
            swatch("#f4efe6", "Background", 28),
            swatch("#d98f5c", "Accents", 9),
            swatch("#20262b", "Text", 21),
        ],
        fonts: vec![("Fraunces".into(), "heading".into()), ("Source Sans 3".into(), "body".into())],
        logo: None,
        screenshot: Some("/sample.svg".into()),
        source: "rendered".into(),
        note: None,
    }
}

fn channel(state: &str) -> ChannelView {
    ChannelView {
        id: "ch1".into(),
        platform: "wordpress".into(),
        name: "Practice blog".into(),
        address: "https://blog.harbourvale.example".into(),
        account: "northlight (Editor)".into(),
        state: state.into(),
        checked: Some(ago(40)),
        problem: (state == "expired").then(|| "WordPress refuses the application password. Make a new one in the user’s profile and reconnect; what waits to be published goes on by itself.".into()),
        abilities: strings(&["Publish", "Draft", "Schedule", "Upload images"]),
        version: Some("WordPress 6.9".into()),
    }
}

pub fn wizard(draw: &Draw, slug: &str, base: &str) -> Wizard {
    let mut errors = FieldErrors::default();
    let step = match slug {
        "channels" => {
            if draw.full {
                errors.add("password", "WordPress knows the user but refuses this password.");
            }
            Step::Channels {
                connecting: true,
                connected: draw.some(vec![channel("connected")]),
                form: ConnectForm {
                    site: "https://blog.harbourvale.example".into(),
                    user: "northlight".into(),
                    channel: String::new(),
                },
            }
        }
        "voice" => Step::Voice(VoiceForm {
            tone: "Warm and plain. Explains without talking down.".into(),
            audience: "Adults around the harbour, many with children.".into(),
            personality: "A neighbour who happens to be a dentist.".into(),
            ..VoiceForm::default()
        }),
        "brand" => Step::Brand {
            found: draw.full.then(brand),
            reading: !draw.full,
            form: BrandForm {
                primary: "#1f4e5f".into(),
                secondary: "#f4efe6".into(),
                heading_font: "Fraunces".into(),
                ..BrandForm::default()
            },
        },
        "documents" => Step::Documents {
            documents: draw.some(vec![
                DocumentRow {
                    id: "d1".into(),
                    name: "Price list 2026.pdf".into(),
                    detail: "PDF, 1.4 MB, 3,120 words".into(),
                    at: ago(60),
                    state: "ready".into(),
                    error: None,
                },
                DocumentRow {
                    id: "d2".into(),
                    name: "Scan of a leaflet.pdf".into(),
                    detail: "PDF, 6.2 MB".into(),
                    at: ago(58),
                    state: "failed".into(),
                    error: Some("It holds pictures only, no text. Upload a version with text.".into()),
                },
            ]),
            takes: "PDF, Word, Markdown or plain text, up to 20 MB each.".into(),
        },
        "baseline" => {
            Step::Baseline(BaselineForm { sessions: "1850".into(), followers: "420".into(), ..BaselineForm::default() })
        }
        _ => Step::Launch { summary: summary(draw), reading: !draw.full, launched: None },
    };
    let current = STEPS.iter().position(|(name, _)| *name == slug).unwrap_or(0);
    Wizard {
        base: base.to_owned(),
        after: format!("{base}/work"),
        can_edit: true,
        steps: STEPS
            .iter()
            .enumerate()
            .map(|(at, (name, label))| StepMark { slug: (*name).into(), label: (*label).into(), done: at < current })
            .collect(),
        step,
        errors,
    }
}

fn summary(draw: &Draw) -> Vec<SummaryPart> {
    let part = |at: usize, lines: &[(&str, &str)], otherwise: &str| SummaryPart {
        slug: STEPS[at].0.into(),
        label: STEPS[at].1.into(),
        lines: draw.some(lines.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()),
        otherwise: otherwise.into(),
        colours: if at == 2 && draw.full { brand().colours } else { Vec::new() },
    };
    vec![
        part(
            0,
            &[("Practice blog", "https://blog.harbourvale.example")],
            "Nothing is published until a channel is connected.",
        ),
        part(
            1,
            &[("Tone of voice", "Warm and plain. Explains without talking down.")],
            "The voice is taken from the website.",
        ),
        part(2, &[("Fonts", "Fraunces, Source Sans 3")], "Colours and fonts are taken from the website."),
        part(3, &[], "The work begins from the website alone."),
        part(4, &[("Visits a month", "1,850"), ("Followers", "420")], "Goals are measured from the first figures."),
    ]
}

const CONTEXT: &str = "# Harbour & Vale Dental

## Overview

A family practice at the old harbour, founded in 1998. Two dentists, one hygienist. ([About us](https://harbourvale.example/about))

## Products

- **Veneers**, porcelain and composite ([Treatments](https://harbourvale.example/treatments/veneers))
- **Whitening**, in the practice and at home
- **Implants**, together with a surgeon

## What sets it apart

- Open until eight on Tuesdays and Thursdays
- Repairs before replacements

## Audience

Families within 20 minutes, commuters after work.
";

fn context(draw: &Draw, editing: bool) -> ContextPage {
    let version = |version, by: &str, agent, minutes, current| ContextVersionRow {
        version,
        made_by: by.into(),
        agent,
        at: ago(minutes),
        current,
        href: format!("?version={version}"),
        diff_href: (version > 1).then(|| format!("?version={version}&diff=1")),
        runs: u64::from(version) * 4,
        ..ContextVersionRow::default()
    };
    ContextPage {
        shell: draw.client_shell("Context"),
        client: draw.client(ClientTab::Context),
        context: draw.full.then(|| ContextView {
            version: 3,
            html: markdown::to_html(CONTEXT),
            words: 742,
            made_by: "Ada Moreau".into(),
            agent: false,
            at: ago(5_000),
            offline: false,
            gaps: vec![Gap { what: "No page names competitors.".into(), ask: "List them under Brand voice.".into() }],
            old: false,
        }),
        waiting_for: "The onboarding agent writes it when onboarding is launched, from the website and your documents."
            .into(),
        versions: vec![
            version(3, "Ada Moreau", false, 5_000, true),
            version(2, "Onboarding agent", true, 8_000, false),
            version(1, "Onboarding agent", true, 8_600, false),
        ],
        editing: editing.then(|| ContextForm { base_version: 3, markdown: CONTEXT.into() }),
        errors: FieldErrors::default(),
        conflict: None,
        diff: (draw.full && !editing).then(|| {
            Diff::between(
                "Version 2",
                "- Open until eight\n",
                "Version 3",
                "- Open until eight on Tuesdays and Thursdays\n",
            )
        }),
        ..ContextPage::default()
    }
}

fn channels(draw: &Draw) -> ChannelsPage {
    ChannelsPage {
        shell: draw.client_shell("Channels"),
        client: draw.client(ClientTab::Channels),
        part: channels_part(draw, &format!("/portal/clients/{CLIENT}")),
    }
}

pub fn channels_part(draw: &Draw, base: &str) -> ChannelsPart {
    ChannelsPart {
        base: base.to_owned(),
        tenant: CLIENT.into(),
        can_edit: true,
        channels: draw.some(vec![
            channel("connected"),
            ChannelView {
                id: "ch2".into(),
                name: "Old blog".into(),
                address: "https://old.harbourvale.example".into(),
                ..channel("expired")
            },
        ]),
        form: ConnectForm::default(),
        errors: FieldErrors::default(),
        connecting: false,
    }
}

fn website(draw: &Draw) -> WebsitePage {
    let page = |url: &str, title: &str, words, depth, findings| PageRow {
        url: format!("https://harbourvale.example{url}"),
        title: title.into(),
        status: 200,
        words,
        depth,
        findings,
        rendered: false,
    };
    let finding = |severity: &str, message: &str, pages| FindingRow {
        severity: severity.into(),
        message: message.into(),
        url: None,
        pages,
    };
    WebsitePage {
        shell: draw.client_shell("Brand & website"),
        client: draw.client(ClientTab::Website),
        crawl: draw.full.then(|| crawl("incomplete")),
        brand: draw.full.then(brand),
        findings: draw.some(vec![
            finding("error", "The page answers “not found”, and 4 pages link to it.", 1),
            finding("warning", "No description for search results.", 38),
            finding("info", "robots.txt asks for a pause of 1 second between requests; it was kept.", 1),
        ]),
        pages: draw.some(vec![
            page("/", "Harbour & Vale Dental – family dentists at the harbour", 640, 0, 0),
            page("/treatments/veneers", "Veneers", 412, 2, 1),
            page("/treatments/implants-and-everything-that-comes-with-them", "Implants", 1_288, 2, 0),
            page("/prices", "", 310, 1, 2),
        ]),
        pages_total: if draw.full { 1_169 } else { 0 },
        query: String::new(),
        finding_kinds: Vec::new(),
        more: None,
    }
}
