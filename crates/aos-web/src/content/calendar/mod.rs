//! The calendar: what is planned, scheduled and published, across clients or for one, and moving it.
//!
//! [`view`] makes the part that the portal, a client's workspace and a client's own dashboard have in common; each page
//! says what may be done there and where things lead to ([`Around`]).

mod days;
mod hours;
mod moves;
mod pages;
pub mod views;

pub(super) use moves::{item as move_item, request as move_request};
pub(super) use pages::{all, one};

use aos_features::{
    content::planning::moment_of,
    read_models::calendar::{self, CalendarFilter, Due, Entry, EntryState, Most, Show},
};
use aos_kernel::{AgencyScope, ContentItemId, Month, RequestId, Result, TenantId, Timestamp};
use aos_storage::Conn;
use chrono::{Datelike, Days, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use serde::Deserialize;

use self::{
    days::{Span, View},
    views::{CalendarDay, CalendarItem, CalendarView, DueLine, MoveForm},
};
use crate::{
    client::views::Told,
    paths,
    search::ClientFilter,
    ui::{Choices, moment::day, states},
};

/// What a calendar's address says: `?view=week&date=2026-11-20&client=…&show=planned&zone=Europe/Berlin&move=post:…`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub view: String,
    /// A day of the span that is shown; today, when it is empty.
    pub date: String,
    pub client: String,
    pub show: String,
    /// The zone of days and times; empty: each client's own.
    pub zone: String,
    /// `post:ID` or `request:ID`, whose move is open as a form.
    #[serde(rename = "move")]
    pub moving: String,
    /// What was typed into that form before it was refused.
    pub day: String,
    pub time: String,
}

/// Where a calendar stands and what may be done there.
pub struct Around<'a> {
    /// Its own address, without a query.
    pub base: String,
    /// The rows that may be shown.
    pub scope: &'a AgencyScope,
    /// For one client.
    pub tenant: Option<TenantId>,
    /// Of all clients', the one to whom it is narrowed.
    pub chosen: Option<TenantId>,
    /// The zone where each client's own is not one: of "today", and of the one client.
    pub zone: Tz,
    pub now: Timestamp,
    /// Whether this person may move a client's things.
    pub may_move: &'a (dyn Fn(TenantId) -> bool + Sync),
    /// Where a thing leads to; none for what has no page on this face.
    pub href: &'a (dyn Fn(TenantId, EntryState, uuid::Uuid) -> Option<String> + Sync),
    /// Where a deliverable that is due leads to.
    pub due: &'a (dyn Fn(TenantId) -> String + Sync),
    /// The client's own people look: what they know of, in their words.
    pub told: Option<Telling<'a>>,
}

/// What the client reads of a thing's state.
pub type Telling<'a> = &'a (dyn Fn(&Entry) -> Told + Sync);

/// At most this many without a date stand beside the days.
const UNDATED: i64 = 60;
/// A crowded day of a month shows the first ones and how many more there are, so that it stretches no week.
const IN_A_MONTH: usize = 4;
/// A week has room for more.
const IN_A_WEEK: usize = 16;
/// Of a calendar that is too full to be read whole, each day has its first ones and "more".
const OF_A_MONTH: Most = Most { few: 300, each: 5 };
const OF_A_WEEK: Most = Most { few: 300, each: 17 };
/// Deliverables that are due on a day.
const DUE: i64 = 5;
/// A client has a deliverable for each kind of work.
const DUE_OF_ONE: i64 = 60;

/// The calendar as its address asks for it.
///
/// # Errors
/// `Storage`.
pub async fn view(conn: &mut Conn, around: &Around<'_>, asked: &Asked) -> Result<CalendarView> {
    let chosen: Option<Tz> = if around.tenant.is_some() { Some(around.zone) } else { asked.zone.parse().ok() };
    let here = chosen.unwrap_or(around.zone);
    let today = around.now.with_timezone(&here).date_naive();
    let view: View = asked.view.parse().unwrap_or_default();
    let span = Span::around(view, asked.date.parse().unwrap_or(today));
    let tenant = around.tenant.or(around.chosen);
    let for_client = around.told.is_some();
    // What failed is the agency's business, and they see it.
    let offered = |show: &Show| !for_client || *show != Show::Problem;
    let show = asked.show.parse().ok().filter(offered).unwrap_or_default();
    let filter = CalendarFilter { tenant, show, for_client };

    let links = Links { base: &around.base, asked, view };
    let item = |entry: &Entry| item_of(entry, chosen, around, &links);
    let mut days: Vec<CalendarDay> = span.days().map(|date| empty_day(date, today, &span, &links)).collect();
    let full = fill(conn, around, &filter, &span, chosen, &mut days, &item).await?;
    let moving = asked.moving.as_str();
    for day in &mut days {
        shorten(day, view, moving);
    }
    let undated = if matches!(filter.show, Show::All | Show::Planned) {
        calendar::undated(conn, around.scope, &filter, UNDATED).await?
    } else {
        Vec::new()
    };
    if filter.show == Show::All {
        for month in span.months_that_end() {
            let last = (month.next().first_day() - Days::new(1)).to_string();
            let across = tenant.is_none();
            let most = if across { DUE } else { DUE_OF_ONE };
            let due = calendar::due(conn, around.scope, &filter, month, most + 1).await?;
            if let Some(slot) = days.iter_mut().find(|day| day.date == last) {
                let room = usize::try_from(most).unwrap_or(0);
                slot.more_due = (across && due.len() > room).then(|| format!("{}?sort=behind", paths::CLIENTS));
                slot.due = due.into_iter().take(room).map(|one| due_line(one, around)).collect();
            }
        }
    }
    if view == View::List {
        days.retain(|day| !day.items.is_empty() || !day.due.is_empty());
    }
    let undated: Vec<CalendarItem> = undated.iter().map(item).collect();
    let moving = move_form(asked, days.iter().flat_map(|day| &day.items).chain(&undated), &links);
    let count = days.iter().map(|day| day.items.len() as u64).sum();
    let movable = days.iter().flat_map(|day| &day.items).chain(&undated).any(|item| item.movable);
    let hours = if view == View::Week { hours::by_hour(&mut days) } else { Vec::new() };
    Ok(CalendarView {
        title: span.title(),
        weekdays: span.weekdays(),
        kinds: View::ALL
            .iter()
            .map(|one| (one.label().to_owned(), links.to(&[("view", one.as_str()), ("move", "")]), *one == view))
            .collect(),
        view: view.as_str().to_owned(),
        previous: links.to(&[("date", &span.previous().to_string()), ("move", "")]),
        next: links.to(&[("date", &span.next().to_string()), ("move", "")]),
        today: links.to(&[("date", ""), ("move", "")]),
        shows: Show::ALL
            .iter()
            .filter(|show| offered(show))
            .map(|show| {
                let value = if *show == Show::All { "" } else { show.as_str() };
                let href = links.to(&[("show", value), ("move", "")]);
                (states::label(show.as_str()), href, *show == filter.show)
            })
            .collect(),
        zone: match chosen {
            Some(zone) => zone_words(zone, around.now),
            None => "each client’s own time zone".to_owned(),
        },
        zone_name: chosen.map_or_else(String::new, |zone| zone.name().to_owned()),
        zones: Choices::default(),
        clients: ClientFilter::default(),
        back: links.to(&[("move", "")]),
        asked: asked.clone(),
        across: around.tenant.is_none(),
        reads_only: for_client,
        movable,
        days,
        hours,
        undated,
        moving,
        count,
        full,
    })
}

/// Puts what is asked for on its days; answers whether a list has more than it shows.
async fn fill(
    conn: &mut Conn,
    around: &Around<'_>,
    filter: &CalendarFilter,
    span: &Span,
    chosen: Option<Tz>,
    days: &mut [CalendarDay],
    item: &(dyn Fn(&Entry) -> CalendarItem + Sync),
) -> Result<bool> {
    let zone = chosen.unwrap_or(around.zone);
    // A day wider on both sides, so that it is wide enough for every zone; the days themselves decide.
    let midnights: Vec<Timestamp> = (0..span.days().count() as u64 + 3)
        .map(|n| moment_of((span.first - Days::new(1) + Days::new(n)).and_time(NaiveTime::MIN), zone).at)
        .collect();
    let (entries, cut, full) = if span.is_list() {
        let (from, to) = (midnights.first().copied(), midnights.last().copied());
        let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
        let entries = calendar::entries(conn, around.scope, filter, from, to, around.now).await?;
        let full = i64::try_from(entries.len()).unwrap_or(i64::MAX) >= calendar::MOST;
        (entries, Vec::new(), full)
    } else {
        let most = if span.is_week() { OF_A_WEEK } else { OF_A_MONTH };
        let each = calendar::each_day(conn, around.scope, filter, &midnights, most, around.now).await?;
        (each.entries, each.cut, false)
    };
    for item in entries.iter().map(item) {
        if let Some(slot) = days.iter_mut().find(|day| day.date == item.date) {
            slot.items.push(item);
        }
    }
    // Where each client's own zone counts, what was left out may stand on the day before or after.
    let reach = usize::from(chosen.is_none());
    for cut in cut {
        // The first of the midnights is that of the day before the first.
        for at in (cut.saturating_sub(reach)..=cut + reach).filter_map(|at| at.checked_sub(1)) {
            if let Some(slot) = days.get_mut(at) {
                slot.uncounted = true;
            }
        }
    }
    Ok(full)
}

/// Leaves out of a crowded day what does not fit, but for what is being moved.
fn shorten(day: &mut CalendarDay, view: View, moving: &str) {
    let room = match view {
        View::Month => IN_A_MONTH,
        View::Week => IN_A_WEEK,
        View::List => return,
    };
    // "1 more" would take as much room as the one.
    if day.items.len() <= room + 1 && !day.uncounted {
        return;
    }
    let left_out = day.items.len().saturating_sub(room);
    let kept = day.items.iter().position(|item| item.reference == moving).filter(|at| *at >= room);
    let kept = kept.map(|at| day.items.remove(at));
    day.items.truncate(room);
    day.items.extend(kept);
    day.more = Some(if day.uncounted { "More".to_owned() } else { format!("{left_out} more") });
}

/// "Europe/Berlin (CET)".
pub fn zone_words(zone: Tz, now: Timestamp) -> String {
    format!("{} ({})", zone.name(), now.with_timezone(&zone).format("%Z"))
}

fn empty_day(date: NaiveDate, today: NaiveDate, span: &Span, links: &Links<'_>) -> CalendarDay {
    CalendarDay {
        date: date.to_string(),
        number: date.day(),
        label: date.format("%A, %-d %B %Y").to_string(),
        short: date.format("%a %-d %b").to_string(),
        today: date == today,
        past: date < today,
        outside: span.is_outside(date),
        href: links.to(&[("view", "list"), ("date", &date.to_string()), ("move", "")]),
        ..CalendarDay::default()
    }
}

fn due_line(due: Due, around: &Around<'_>) -> DueLine {
    DueLine {
        what: due.deliverable,
        client: around.tenant.is_none().then_some(due.client),
        href: (around.due)(due.tenant),
        done: u64::try_from(due.completed).unwrap_or(0),
        target: u64::try_from(due.target).unwrap_or(0),
        met: due.completed >= due.target,
    }
}

fn item_of(entry: &Entry, chosen: Option<Tz>, around: &Around<'_>, links: &Links<'_>) -> CalendarItem {
    let own: Tz = entry.zone.parse().unwrap_or(Tz::UTC);
    let zone = chosen.unwrap_or(own);
    let local = entry.at.map(|at| at.with_timezone(&zone));
    let (kind, state, published) = match entry.state {
        EntryState::Post(state) => ("post", state.as_str(), state == aos_features::content::ItemState::Published),
        EntryState::Request(state) => ("request", state.as_str(), false),
    };
    let scheduled = state == "scheduled";
    let late = !published && entry.at.is_some_and(|at| at < around.now);
    let on_its_way = scheduled && entry.standing_at.is_some() && entry.standing_at != entry.at;
    let reference = format!("{kind}:{}", entry.id);
    let action = match entry.state {
        EntryState::Post(_) => paths::item(entry.tenant, ContentItemId::from_uuid(entry.id)),
        EntryState::Request(_) => paths::request(entry.tenant, RequestId::from_uuid(entry.id)),
    };
    let movable = !published && (around.may_move)(entry.tenant);
    let told = around.told.map(|told| told(entry));
    let note = if let Some(told) = &told {
        // Seen without colours too, where it is not as one would expect.
        matches!(told.tone, "waiting" | "warning").then(|| told.words.to_owned())
    } else if on_its_way {
        Some("The site is being told its new time.".to_owned())
    } else if late && !scheduled {
        Some("Its time has passed; give it a new one.".to_owned())
    } else {
        entry.problem.clone()
    };
    CalendarItem {
        id: entry.id.to_string(),
        kind: kind.to_owned(),
        title: entry.title.clone(),
        client: entry.client.clone(),
        href: (around.href)(entry.tenant, entry.state, entry.id),
        state: state.to_owned(),
        tone: match &told {
            Some(told) => told.tone,
            None if late && !scheduled => "warning",
            None => states::look(state).as_str(),
        }
        .to_owned(),
        words: told.map_or("", |told| told.words),
        date: local.map(|local| local.date_naive().to_string()).unwrap_or_default(),
        time: local.map(|local| local.format("%H:%M").to_string()).unwrap_or_default(),
        zone: zone.name().to_owned(),
        // Said where it could be mistaken: in a view that mixes zones, or in another zone than the client's.
        zone_note: match (local, chosen, entry.at) {
            (Some(local), None, _) => local.format("%Z").to_string(),
            (Some(_), Some(zone), Some(at)) if zone != own => {
                format!("{} {}", at.with_timezone(&own).format("%H:%M %Z"), "for the client")
            }
            _ => String::new(),
        },
        published_url: entry.published_url.clone().filter(|_| published),
        note,
        on_its_way,
        action: format!("{action}/reschedule"),
        move_href: movable.then(|| links.to(&[("move", &reference)])),
        movable,
        reference,
    }
}

fn move_form<'a>(
    asked: &Asked,
    mut items: impl Iterator<Item = &'a CalendarItem>,
    links: &Links<'_>,
) -> Option<MoveForm> {
    let item = items.find(|item| item.movable && item.reference == asked.moving)?;
    let typed = |typed: &str, now: &str| if typed.is_empty() { now.to_owned() } else { typed.to_owned() };
    Some(MoveForm {
        title: item.title.clone(),
        action: item.action.clone(),
        date: typed(&asked.day, &item.date),
        time: typed(&asked.time, if item.time.is_empty() { "09:00" } else { &item.time }),
        zone: item.zone.clone(),
        scheduled: item.state == "scheduled",
        panel: links.to(&[("move", &item.reference)]),
        back: links.to(&[("move", "")]),
    })
}

/// Addresses of this calendar, with some of what was asked changed.
struct Links<'a> {
    base: &'a str,
    asked: &'a Asked,
    view: View,
}

impl Links<'_> {
    fn to(&self, changes: &[(&str, &str)]) -> String {
        let asked = self.asked;
        let own = [
            ("view", if asked.view.is_empty() { "" } else { self.view.as_str() }),
            ("date", asked.date.as_str()),
            ("client", &asked.client),
            ("show", &asked.show),
            ("zone", &asked.zone),
            ("move", &asked.moving),
        ];
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in own {
            let value = changes.iter().find(|(changed, _)| *changed == name).map_or(value, |(_, value)| value);
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        let query = query.finish();
        if query.is_empty() { self.base.to_owned() } else { format!("{}?{query}", self.base) }
    }
}

/// The zones that a view across clients can be shown in.
///
/// # Errors
/// `Storage`.
pub async fn zones(conn: &mut Conn, around: &Around<'_>, chosen: &str) -> Result<Choices> {
    let mut zones = calendar::zones(conn, around.scope).await?;
    zones.extend([around.zone.name().to_owned(), "UTC".to_owned()]);
    // What somebody shared stays, also where no client lives there.
    zones.extend(Some(chosen.to_owned()).filter(|zone| !zone.is_empty()));
    zones.sort();
    zones.dedup();
    Ok(Choices::plain(zones, chosen))
}

/// "Tue 24 Nov 2026, 09:00 CET".
fn words(at: Timestamp, zone: Tz) -> String {
    let local = at.with_timezone(&zone);
    format!("{} {}, {}", local.format("%a"), day(local.date_naive()), local.format("%H:%M %Z"))
}

/// The month of a day.
fn month(date: NaiveDate) -> Month {
    Month::of(date)
}
