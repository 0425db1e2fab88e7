//! What is planned, scheduled and published between two moments, of one client or of all, and what has no date yet.

use aos_kernel::{AgencyScope, ChannelId, Error, Month, Result, TenantId, Timestamp};
use aos_storage::{Conn, FromRow, Row, Sql, ToValue, Value, from_row};
use uuid::Uuid;

use super::{condition, limited};
use crate::content::{ItemState, PublicationState, RequestState};

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryState {
    Post(ItemState),
    /// A brief of which no post was made yet.
    Request(RequestState),
}

/// One thing of the calendar.
#[derive(Clone, Debug)]
pub struct Entry {
    pub id: Uuid,
    pub tenant: TenantId,
    pub client: String,
    pub zone: String,
    pub title: String,
    pub state: EntryState,
    /// When it was published, or is to be; none for what has no date yet.
    pub at: Option<Timestamp>,
    /// For when its platform has it scheduled: another moment than `at` means that the move is on its way there.
    pub standing_at: Option<Timestamp>,
    pub publication: Option<PublicationState>,
    pub channel: Option<ChannelId>,
    pub published_url: Option<String>,
    pub problem: Option<String>,
}

impl FromRow for Entry {
    fn from_row(row: &Row) -> Result<Self> {
        let state = match row.get::<String>("what")?.as_str() {
            "post" => EntryState::Post(row.parse("state")?),
            "request" => EntryState::Request(row.parse("state")?),
            other => return Err(Error::internal(format!("a calendar entry that is {other}"))),
        };
        Ok(Self {
            id: row.get("id")?,
            tenant: row.get("tenant_id")?,
            client: row.get("client")?,
            zone: row.get("zone")?,
            title: row.get("title")?,
            state,
            at: row.get("at")?,
            standing_at: row.get("standing_at")?,
            publication: row.parse_opt("publication")?,
            channel: row.get("channel_id")?,
            published_url: row.get("published_url")?,
            problem: row.get("problem")?,
        })
    }
}

/// Which entries.
#[derive(Clone, Debug, Default)]
pub struct CalendarFilter {
    pub tenant: Option<TenantId>,
    pub show: Show,
}

aos_kernel::text_enum! {
    /// The parts of the calendar that a person chooses from.
    #[derive(Default)]
    pub enum Show {
        #[default]
        All = "all",
        /// Not on its site yet: requests and posts that are being made, reviewed or wait for their turn.
        Planned = "planned",
        /// On its site, to come out by itself.
        Scheduled = "scheduled",
        Published = "published",
        /// Failed, or past its time.
        Problem = "problem",
    }
}

/// More than this in one list nobody reads, and the page says so.
pub const MOST: i64 = 500;

const POST: &str =
    "SELECT 'post' AS what, i.id, i.tenant_id, t.name AS client, t.zone, i.title, i.state, p.state AS publication,
        p.channel_id, p.standing_at, i.published_url, i.problem";
const FROM_POST: &str = "FROM content_item AS i JOIN tenant AS t ON t.id = i.tenant_id
    LEFT JOIN publication AS p ON p.item_id = i.id WHERE t.state = 'active'";
/// A brief has no publication: it is joined for the columns alone.
const REQUEST: &str = "SELECT 'request' AS what, r.id, r.tenant_id, t.name AS client, t.zone, r.title, r.state,
        p.state AS publication, p.channel_id, p.standing_at, p.url AS published_url, p.problem, r.planned_at AS at
    FROM request AS r JOIN tenant AS t ON t.id = r.tenant_id LEFT JOIN publication AS p ON p.item_id = r.id
    WHERE t.state = 'active' AND r.state IN ('draft', 'pending_approval', 'rejected')";

/// Adds whose entries are asked for.
fn of(sql: &mut String, params: &mut Vec<Value>, scope: &AgencyScope, filter: &CalendarFilter, column: &str) {
    limited(sql, params, scope, column);
    if let Some(tenant) = filter.tenant {
        condition(sql, params, &format!("{column} = ?"), tenant);
    }
}

/// One kind of entry: what is selected of it, and the column with its time.
struct Kind {
    select: String,
    params: Vec<Value>,
    column: &'static str,
}

/// The kinds of entries that are asked for.
fn kinds(scope: &AgencyScope, filter: &CalendarFilter, now: Timestamp) -> Vec<Kind> {
    let mut kinds = Vec::new();
    if matches!(filter.show, Show::All | Show::Published) {
        let (mut select, mut params) = (format!("{POST}, i.published_at AS at {FROM_POST}"), Vec::new());
        of(&mut select, &mut params, scope, filter, "i.tenant_id");
        select.push_str(" AND i.state = 'published'");
        kinds.push(Kind { select, params, column: "i.published_at" });
    }
    if filter.show != Show::Published {
        let (mut select, mut params) = (format!("{POST}, i.planned_at AS at {FROM_POST}"), Vec::new());
        of(&mut select, &mut params, scope, filter, "i.tenant_id");
        match filter.show {
            Show::Scheduled => select.push_str(" AND i.state = 'scheduled'"),
            Show::Planned => select.push_str(" AND i.state IN ('draft', 'writing', 'review', 'approved')"),
            Show::Problem => condition(
                &mut select,
                &mut params,
                "(i.state = 'failed' OR (i.state <> 'published' AND i.planned_at < ?))",
                now,
            ),
            Show::All | Show::Published => select.push_str(" AND i.state <> 'published'"),
        }
        kinds.push(Kind { select, params, column: "i.planned_at" });
    }
    if matches!(filter.show, Show::All | Show::Planned | Show::Problem) {
        let (mut select, mut params) = (REQUEST.to_owned(), Vec::new());
        of(&mut select, &mut params, scope, filter, "r.tenant_id");
        if filter.show == Show::Problem {
            condition(&mut select, &mut params, "r.planned_at < ?", now);
        }
        kinds.push(Kind { select, params, column: "r.planned_at" });
    }
    kinds
}

/// Entries from `from` up to, not including, `to`, in the order of their time: at most [`MOST`] of each kind.
///
/// # Errors
/// `Storage`.
pub async fn entries(
    conn: &mut Conn,
    scope: &AgencyScope,
    filter: &CalendarFilter,
    from: Timestamp,
    to: Timestamp,
    now: Timestamp,
) -> Result<Vec<Entry>> {
    let mut found: Vec<Entry> = Vec::new();
    for Kind { mut select, mut params, column } in kinds(scope, filter, now) {
        condition(&mut select, &mut params, &format!("{column} >= ?"), from);
        condition(&mut select, &mut params, &format!("{column} < ?"), to);
        params.push(MOST.to_value());
        select.push_str(&format!(" ORDER BY {column}, 2 LIMIT ${}", params.len()));
        found.extend(conn.all::<Entry>(Sql::built(select), params).await?);
    }
    Ok(in_order(found))
}

fn in_order(mut found: Vec<Entry>) -> Vec<Entry> {
    found.sort_by_key(|entry| (entry.at, entry.id));
    // One that was tried on two channels is still one thing.
    found.dedup_by_key(|entry| entry.id);
    found
}

/// The first entries of each of many days.
#[derive(Clone, Debug, Default)]
pub struct EachDay {
    /// In the order of their time.
    pub entries: Vec<Entry>,
    /// The days that have more than these, by their place among those that were asked for.
    pub cut: Vec<usize>,
}

/// The first `each` entries of every kind in each of the days between these moments: what a month of thousands of clients
/// costs does not grow with what they publish.
///
/// # Errors
/// `Storage`.
pub async fn each_day(
    conn: &mut Conn,
    scope: &AgencyScope,
    filter: &CalendarFilter,
    midnights: &[Timestamp],
    each: i64,
    now: Timestamp,
) -> Result<EachDay> {
    let mut found = EachDay::default();
    for Kind { select, mut params, column } in kinds(scope, filter, now) {
        let mut bound = |value: Value| {
            params.push(value);
            format!("${}", params.len())
        };
        // One more than is shown tells that there are more.
        let limit = bound((each + 1).to_value());
        let edges: Vec<String> = midnights.iter().map(|at| bound(at.to_value())).collect();
        let day = |edge: &[String]| match edge {
            [begin, end] => format!(
                "SELECT * FROM ({select} AND {column} >= {begin} AND {column} < {end} ORDER BY {column}, 2 LIMIT {limit}) AS d"
            ),
            _ => String::new(),
        };
        let sql = edges.windows(2).map(day).collect::<Vec<_>>().join(" UNION ALL ");
        let rows = in_order(conn.all::<Entry>(Sql::built(sql), params).await?);
        let room = usize::try_from(each).unwrap_or(0);
        let counts = by_day(&rows, midnights);
        found.cut.extend(counts.iter().enumerate().filter(|(_, count)| **count > room).map(|(day, _)| day));
        found.entries.extend(rows);
    }
    found.entries = in_order(found.entries);
    Ok(found)
}

/// How many of these lie between each two midnights.
fn by_day(rows: &[Entry], midnights: &[Timestamp]) -> Vec<usize> {
    let mut counts = vec![0; midnights.len()];
    for at in rows.iter().filter_map(|row| row.at) {
        let day = midnights.partition_point(|midnight| *midnight <= at);
        if let Some(count) = day.checked_sub(1).and_then(|day| counts.get_mut(day)) {
            *count += 1;
        }
    }
    counts
}

/// What is under way and has no date yet, the oldest first, at most `limit`.
///
/// # Errors
/// `Storage`.
pub async fn undated(conn: &mut Conn, scope: &AgencyScope, filter: &CalendarFilter, limit: i64) -> Result<Vec<Entry>> {
    let (mut sql, mut params) = (format!("{POST}, i.planned_at AS at {FROM_POST}"), Vec::new());
    of(&mut sql, &mut params, scope, filter, "i.tenant_id");
    sql.push_str(" AND i.state NOT IN ('published', 'scheduled') AND i.planned_at IS NULL");
    params.push(limit.to_value());
    sql.push_str(&format!(" ORDER BY i.id LIMIT ${}", params.len()));
    let mut found = conn.all::<Entry>(Sql::built(sql), params).await?;
    let (mut sql, mut params) = (REQUEST.to_owned(), Vec::new());
    of(&mut sql, &mut params, scope, filter, "r.tenant_id");
    sql.push_str(" AND r.planned_at IS NULL");
    params.push(limit.to_value());
    sql.push_str(&format!(" ORDER BY r.id LIMIT ${}", params.len()));
    found.extend(conn.all::<Entry>(Sql::built(sql), params).await?);
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// What a client's plan asks for in a month: due on its last day.
#[derive(Clone, Debug)]
pub struct Due {
    pub tenant: TenantId,
    pub client: String,
    pub deliverable: String,
    pub month: Month,
    pub target: i64,
    pub completed: i64,
}
from_row!(Due { tenant, client, deliverable, parse month, target, completed });

/// What is due in a month, by client and name; at most `limit` of all.
///
/// # Errors
/// `Storage`.
pub async fn due(
    conn: &mut Conn,
    scope: &AgencyScope,
    filter: &CalendarFilter,
    month: Month,
    limit: i64,
) -> Result<Vec<Due>> {
    let mut sql = "SELECT p.tenant_id AS tenant, t.name AS client, d.name AS deliverable, p.month, p.target,
            p.completed_count AS completed
        FROM period AS p JOIN deliverable AS d ON d.id = p.deliverable_id JOIN tenant AS t ON t.id = p.tenant_id
        WHERE t.state = 'active'"
        .to_owned();
    let mut params = Vec::new();
    of(&mut sql, &mut params, scope, filter, "p.tenant_id");
    condition(&mut sql, &mut params, "p.month = ?", month.to_string());
    params.push(limit.to_value());
    // The database takes the oldest, which needs no look at all of them.
    sql.push_str(&format!(" ORDER BY p.id LIMIT ${}", params.len()));
    let mut due: Vec<Due> = conn.all(Sql::built(sql), params).await?;
    due.sort_by(|a, b| (&a.client, &a.deliverable).cmp(&(&b.client, &b.deliverable)));
    Ok(due)
}

/// The time zones of the clients in the scope: what a view across them is offered in.
///
/// # Errors
/// `Storage`.
pub async fn zones(conn: &mut Conn, scope: &AgencyScope) -> Result<Vec<String>> {
    let (mut sql, mut params) =
        ("SELECT DISTINCT t.zone FROM tenant AS t WHERE t.state = 'active'".to_owned(), Vec::new());
    limited(&mut sql, &mut params, scope, "t.id");
    sql.push_str(" ORDER BY t.zone LIMIT 200");
    conn.rows(Sql::built(sql), params).await?.iter().map(|row| row.get("zone")).collect()
}
