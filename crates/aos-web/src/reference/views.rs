//! The design gallery: every component in every state, from the running system.

use askama::Template;

use crate::{
    forms::FieldErrors,
    layout::{ApprovalHead, Decision, Shell},
    saved::views::{SavedBar, SavedLink},
    ui::{
        Bar, Chart, Choices, Diff, Frames, Gap, Graph, GraphNode, HandedIn, Moment, Progress, Source, Timeline,
        TimelineEvent, VersionRow, filters, states,
    },
};

/// `GET /reference/design`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "reference/design.html")]
pub struct DesignPage {
    pub shell: Shell,
    pub progress: Vec<Progress>,
    pub diff: Diff,
    pub timeline: Timeline,
    pub choices: Choices,
    pub chart: Chart,
    pub no_chart: Chart,
    pub at: Moment,
    /// The head of an approval in each state, and one for the dialog that rejects.
    pub approvals: Vec<ApprovalHead>,
    pub approval: ApprovalHead,
    pub saved: SavedBar,
    pub versions: Vec<VersionRow>,
    pub graph: Graph,
    pub handed: HandedIn,
    pub frames: Frames,
    pub long_frames: Frames,
    pub errors: FieldErrors,
    pub gaps: Vec<Gap>,
    pub sources: Vec<Source>,
}

/// A stretch of the colour tokens, as drawn.
const COLOURS: &[&str] = &[
    "canvas",
    "surface",
    "sunken",
    "raised",
    "line",
    "line-strong",
    "text",
    "muted",
    "accent",
    "accent-soft",
    "good",
    "good-soft",
    "warning",
    "warning-soft",
    "bad",
    "bad-soft",
    "waiting",
    "waiting-soft",
    "active",
    "active-soft",
];
const SPACES: &[&str] = &["1", "2", "3", "4", "5", "6", "7", "8"];
const SIZES: &[&str] = &["xs", "sm", "md", "lg", "xl", "2xl"];

/// A week of the calendar: the day, what its cell adds to its class, and its things by tone, icon and words.
type CalendarExample = (u32, &'static str, &'static [(&'static str, &'static str, &'static str)]);
const CALENDAR: &[CalendarExample] = &[
    (16, " cal-day--outside cal-day--empty", &[]),
    (17, "", &[("good", "circle-check", "Published: how to choose a dentist for the whole family")]),
    (18, "", &[("active", "clock", "Scheduled on the site"), ("waiting", "eye", "Waits for review")]),
    (
        19,
        "",
        &[("warning", "triangle-alert", "Its time has passed"), ("bad", "triangle-alert", "Could not be published")],
    ),
    (20, " cal-day--today", &[("quiet", "list-checks", "A request that is planned")]),
    (21, " cal-day--empty", &[]),
    (22, " cal-day--empty", &[]),
];

fn approval(at: &Moment) -> ApprovalHead {
    ApprovalHead {
        id: "00000000-0000-0000-0000-000000000000".into(),
        kind: "post".into(),
        client: "Harbour & Vale".into(),
        client_id: "00000000-0000-0000-0000-000000000000".into(),
        made_by: "Copywriter".into(),
        made_by_agent: true,
        since: at.clone(),
        specimen: true,
        ..ApprovalHead::default()
    }
}

/// Waiting and urgent in a walk through the queue, not this person's to decide, and decided.
fn approvals(at: &Moment) -> Vec<ApprovalHead> {
    let own = approval(at);
    let waits = ApprovalHead {
        urgent: Some("Planned for tomorrow".into()),
        offline: true,
        can_decide: true,
        position: Some("3 of 12".into()),
        previous: Some("#main".into()),
        next: Some("#main".into()),
        run_href: Some("#main".into()),
        ..own.clone()
    };
    let not_theirs =
        ApprovalHead { why_not: Some("You asked for this, so somebody else decides.".into()), ..own.clone() };
    let decision = Decision {
        verdict: "rejected".into(),
        by: "Noor Iqbal".into(),
        at: at.clone(),
        notes: Some("Say how long, in years.".into()),
    };
    vec![waits, not_theirs, ApprovalHead { decided: Some(decision), ..own }]
}

fn saved() -> SavedBar {
    let link = |name: &str, current, by: Option<&str>| SavedLink {
        name: name.into(),
        href: "#main".into(),
        current,
        shared: by.is_some(),
        by: by.map(Into::into),
    };
    SavedBar {
        place: "clients",
        list: "#main",
        present: "readiness=setup_needed".into(),
        links: vec![link("To set up", true, None), link("Furthest behind", false, Some("Noor Iqbal"))],
        can_save: true,
    }
}

fn versions(at: &Moment) -> Vec<VersionRow> {
    let row = |version, current, shown| VersionRow {
        version,
        href: (version > 1).then(|| "#main".into()),
        by: "Ada Moreau".into(),
        at: at.clone(),
        current,
        shown,
    };
    vec![row(3, true, false), row(2, false, true), row(1, false, false)]
}

fn graph() -> Graph {
    let node = |label: &str, detail: &str, state: &str, gate, many, after: &[usize]| GraphNode {
        label: label.into(),
        detail: detail.into(),
        state: state.into(),
        gate,
        many,
        href: None,
        after: after.to_vec(),
    };
    Graph::new(
        "Blog posts: research, approval, writing, review, publishing",
        vec![
            node("Research topics", "SEO specialist", "completed", false, false, &[]),
            node("Approve topics", "Approver", "completed", true, false, &[0]),
            node("Write the article", "Copywriter", "running", false, true, &[1]),
            node("Review the article", "Reviewer", "awaiting_approval", true, true, &[2]),
            node("Publish", "Agency OS", "failed", false, true, &[3]),
            node("Report", "", "", false, false, &[4]),
        ],
    )
}

fn handed() -> HandedIn {
    HandedIn::of(&serde_json::json!({
        "title": "How long do veneers last?",
        "excerpt": "Ten to fifteen years, when they are looked after.",
        "markdown": "Porcelain veneers last **10 to 15 years**.",
        "tags": ["veneers", "care"],
        "sources": ["https://harbour.example/veneers", "document:Prices.pdf"],
        "gaps": [{ "what": "No page says what a veneer costs.", "ask": "Bring the price list." }],
    }))
}

impl DesignPage {
    /// With the gallery's own examples; they stand for no client.
    pub fn new(shell: Shell) -> Self {
        let progress =
            [(6.0, 7.0, "at_risk"), (8.0, 7.0, "on_track"), (10.0, 10.0, "completed"), (2.0, 10.0, "missed")]
                .map(|(done, expected, status)| Progress::new(done, 10.0, Some(expected), status, "posts"))
                .into();
        let at = Moment {
            iso: "2026-11-20T11:15:00Z".into(),
            absolute: "20 Nov 2026, 12:15 CET".into(),
            relative: "45 minutes ago".into(),
        };
        let event = |who: &str, agent, what: &str, why: Option<&str>, state: &str| TimelineEvent {
            who: who.into(),
            agent,
            what: what.into(),
            why: why.map(Into::into),
            href: None,
            at: at.clone(),
            state: state.into(),
        };
        Self {
            shell,
            progress,
            diff: Diff::between(
                "Version 1",
                "Veneers last a long time.\n\nAsk us about the price.\n",
                "Version 2",
                "Porcelain veneers last 10 to 15 years.\n\nAsk us about the price.\n",
            ),
            timeline: Timeline {
                events: vec![
                    event("Ada Moreau", false, "approved the post", None, "approved"),
                    event("Ada Moreau", false, "sent the post back", Some("Say how long, in years."), "rejected"),
                    event("Copywriter", true, "wrote version 1", None, "writing"),
                ],
            },
            chart: Chart::new(
                "Posts published",
                "Month",
                [("June", 4), ("July", 6), ("August", 5), ("September", 8), ("October", 10), ("November", 7)]
                    .map(|(label, n)| Bar { label: label.into(), value: f64::from(n), words: n.to_string() })
                    .into(),
            ),
            no_chart: Chart::new("Newsletters sent", "Month", Vec::new()),
            approvals: approvals(&at),
            approval: approval(&at),
            saved: saved(),
            versions: versions(&at),
            graph: graph(),
            handed: handed(),
            frames: Frames::new(
                "https://harbour.example/blog/how-long-do-veneers-last",
                "How long do veneers last?",
                "Ten to fifteen years, when they are looked after. What shortens that, and what it costs to replace one.",
                "",
                None,
            ),
            long_frames: Frames::new(
                "https://harbour.example/blog/everything-about-veneers",
                "Everything that anybody has ever wanted to know about veneers and did not dare to ask",
                "",
                "Porcelain veneers last ten to fifteen years. What shortens that depends on a few things that are easily \
                 told, and that a dentist sees at the first visit if somebody tells them what they eat and how they sleep.",
                None,
            ),
            errors: FieldErrors::of(&aos_kernel::Error::invalid("", "The form was not saved: choose a client first."))
                .unwrap_or_default(),
            gaps: vec![Gap { what: "No page says what a veneer costs.".into(), ask: "Bring the price list.".into() }],
            sources: vec![Source::page("https://harbour.example/veneers"), Source::named("Prices.pdf")],
            at,
            choices: Choices::plain(["Europe/Berlin", "Europe/London", "America/New_York"], "Europe/London"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    /// As somebody sees it who is signed in.
    fn drawn() -> String {
        let shell = Shell { person: Some(crate::layout::Person::default()), ..Shell::default() };
        DesignPage::new(shell).render().unwrap()
    }

    fn folder(path: &str) -> Vec<(String, String)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        files
            .filter(|file| file.is_file())
            .map(|file| (file.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&file).unwrap()))
            .collect()
    }

    /// What a template draws first that tells it apart: the beginning of its first class, else of its first tag.
    fn mark(template: &str) -> String {
        let class = template.split("class=\"").nth(1).and_then(|rest| rest.split(['"', ' ', '{']).next());
        match class {
            Some(class) => format!("class=\"{class}"),
            None => format!("<{}", template.split('<').nth(1).unwrap().split(['"', '{']).next().unwrap()),
        }
    }

    #[test]
    fn every_template_of_the_parts_is_on_the_page() {
        let page = drawn();
        for (name, text) in folder("templates/ui").into_iter().filter(|(name, _)| name != "macros.html") {
            assert!(page.contains(&mark(&text)), "ui/{name} is not on the page of the design: {}", mark(&text));
        }
        let own: String = folder("templates/reference/design").into_iter().map(|(_, text)| text).collect();
        let own = own + include_str!("../../templates/reference/design.html");
        // Used by the dialogs that are there.
        let own = own + include_str!("../../templates/ui/reject.html");
        for rest in include_str!("../../templates/ui/macros.html").split("{% macro ").skip(1) {
            let name = rest.split('(').next().unwrap();
            assert!(own.contains(&format!("ui::{name}(")), "the macro {name} is not on the page of the design");
        }
    }

    /// Blocks and their variants in a style sheet: `badge`, `badge--good`; the parts inside of a block come with it.
    fn classes(css: &str) -> BTreeSet<String> {
        let name =
            |rest: &str| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
        let selectors = css.split('}').filter_map(|rule| rule.rsplit_once('{').map(|(selector, _)| selector));
        let names = selectors.flat_map(|selector| selector.split('.').skip(1)).map(name);
        names
            .filter(|name: &String| !name.contains("__") && name.starts_with(|c: char| c.is_ascii_lowercase()))
            .collect()
    }

    /// What the style sheets of the parts name for the places that parts stand in.
    const NO_PARTS: [&str; 2] = ["client-body", "js"];

    #[test]
    fn every_part_of_the_style_sheets_is_on_the_page_in_each_of_its_variants() {
        let page = drawn();
        let used: BTreeSet<&str> = page
            .split("class=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .flat_map(str::split_whitespace)
            .collect();
        for (name, css) in folder("ui/src/styles") {
            if !["parts.css", "controls.css", "frames.css", "graph.css", "prose.css"].contains(&name.as_str()) {
                continue;
            }
            for class in classes(&css) {
                let there = used.contains(class.as_str()) || NO_PARTS.contains(&class.as_str());
                assert!(there, "{name}: .{class} is not on the page of the design");
            }
        }
    }
}
