//! The design gallery: every component in every state, from the running system.

use askama::Template;

use crate::{
    layout::Shell,
    ui::{Bar, Chart, Choices, Diff, Moment, Progress, Timeline, TimelineEvent, filters, states},
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
            choices: Choices::plain(["Europe/Berlin", "Europe/London", "America/New_York"], "Europe/London"),
        }
    }
}
