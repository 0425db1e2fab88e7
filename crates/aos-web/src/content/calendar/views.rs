//! The shapes of the calendar's pages.

use askama::Template;

use super::Asked;
use crate::{
    layout::{ClientHead, ClientTab, Shell},
    search::ClientFilter,
    ui::{Choices, filters},
};

/// `GET /portal/calendar`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "content/calendar.html")]
pub struct CalendarPage {
    pub shell: Shell,
    pub calendar: CalendarView,
    /// What the part listens to.
    pub topics: String,
}

/// `GET /portal/clients/{id}/calendar`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "content/calendar_tab.html")]
pub struct CalendarTab {
    pub shell: Shell,
    pub client: ClientHead,
    pub calendar: CalendarView,
    pub topics: String,
}

/// The part that every calendar has: include `content/calendar_body.html` with this as `calendar`, the shell as `shell`
/// and the live topics as `topics`.
#[derive(Clone, Debug, Default)]
pub struct CalendarView {
    pub asked: Asked,
    /// `month`, `week` or `list`.
    pub view: String,
    /// "November 2026".
    pub title: String,
    /// Heads of the columns; none for a list.
    pub weekdays: Vec<String>,
    /// Month, week and list: words, address, whether it is this one.
    pub kinds: Vec<(String, String, bool)>,
    /// All, planned, scheduled, …: in the same shape.
    pub shows: Vec<(String, String, bool)>,
    pub previous: String,
    pub next: String,
    pub today: String,
    /// "Europe/Berlin (CET)", or that each client's own counts.
    pub zone: String,
    pub zone_name: String,
    pub zones: Choices,
    pub clients: ClientFilter,
    /// Over several clients: their names are shown.
    pub across: bool,
    pub days: Vec<CalendarDay>,
    /// The hours beside a week: 9, "09:00".
    pub hours: Vec<(u32, String)>,
    /// What has no date yet.
    pub undated: Vec<CalendarItem>,
    /// Something here may be moved by this person.
    pub movable: bool,
    /// The client's own people look at it.
    pub reads_only: bool,
    pub moving: Option<MoveForm>,
    /// Where a move leads back to: this address.
    pub back: String,
    /// How many stand on the days that are shown.
    pub count: u64,
    /// There are more than are shown.
    pub full: bool,
}

impl CalendarView {
    pub(crate) fn why_empty(&self) -> &'static str {
        if self.reads_only {
            "Posts stand on their day once your agency has planned them, and when they were published."
        } else {
            "Requests and posts appear here as soon as they have a date; what has none yet can be dragged here."
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct CalendarDay {
    /// `2026-11-20`.
    pub date: String,
    pub number: u32,
    /// "Friday, 20 November 2026".
    pub label: String,
    /// "Fri 20 Nov".
    pub short: String,
    pub today: bool,
    pub past: bool,
    /// Of another month, drawn because weeks are whole.
    pub outside: bool,
    /// The list from this day on.
    pub href: String,
    /// Empty in a week, where they stand at their hours.
    pub items: Vec<CalendarItem>,
    /// The hours of a week's day that hold something.
    pub hours: Vec<CalendarHour>,
    /// "3 more", of which the day's list has all.
    pub more: Option<String>,
    /// More stand on it than were counted.
    pub uncounted: bool,
    pub due: Vec<DueLine>,
    /// Where to see what else is due, when it is more than is named.
    pub more_due: Option<String>,
}

impl CalendarDay {
    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty() && self.hours.is_empty() && self.due.is_empty()
    }
}

/// An hour of a day.
#[derive(Clone, Debug, Default)]
pub struct CalendarHour {
    /// 0 to 23.
    pub hour: u32,
    pub items: Vec<CalendarItem>,
}

/// A deliverable whose month ends on a day.
#[derive(Clone, Debug, Default)]
pub struct DueLine {
    pub what: String,
    pub client: Option<String>,
    pub href: String,
    pub done: u64,
    pub target: u64,
    pub met: bool,
}

/// A post, or a brief of which none was made yet.
#[derive(Clone, Debug, Default)]
pub struct CalendarItem {
    pub id: String,
    /// `post` or `request`.
    pub kind: String,
    /// `post:ID`.
    pub reference: String,
    pub title: String,
    pub client: String,
    pub href: Option<String>,
    pub state: String,
    /// As of [`crate::ui::states::Tone`].
    pub tone: String,
    /// The state in the client's words; empty: in the agency's.
    pub words: &'static str,
    /// In the zone that it is shown in; both are empty for what has no date.
    pub date: String,
    pub time: String,
    pub zone: String,
    /// "CET", or "09:00 CET for the client".
    pub zone_note: String,
    pub published_url: Option<String>,
    /// What is wrong, or under way.
    pub note: Option<String>,
    /// The platform is being told its new time.
    pub on_its_way: bool,
    pub movable: bool,
    /// Where its move goes.
    pub action: String,
    /// Where its move is a form.
    pub move_href: Option<String>,
}

impl CalendarItem {
    /// A shape beside the colour.
    pub(crate) fn icon(&self) -> &'static str {
        match (self.state.as_str(), self.kind.as_str()) {
            ("published", _) => "circle-check",
            ("scheduled", _) => "clock",
            ("failed", _) => "triangle-alert",
            ("review" | "pending_approval", _) => "eye",
            (_, "request") => "list-checks",
            ("approved", _) => "check",
            _ => "circle-dashed",
        }
    }
}

/// The form that moves one thing.
#[derive(Clone, Debug, Default)]
pub struct MoveForm {
    pub title: String,
    pub action: String,
    pub date: String,
    pub time: String,
    pub zone: String,
    /// It stands on its site, which is told.
    pub scheduled: bool,
    /// This form's own address, for when what was typed is refused.
    pub panel: String,
    pub back: String,
}
