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
    /// In the words of requests for a brief, and of items for a piece: `social`, `social_post`.
    pub kind: String,
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
            kind: row.get("kind")?,
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
    /// Of briefs only those that the client knows of: what was asked for beside the plan, and what they are asked about.
    pub for_client: bool,
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

/// What is read of a post, and what is shown of it.
const POST: Columns = Columns {
    table: "content_item",
    read: "c.id, c.tenant_id, c.kind, c.title, c.state, c.channel_id, c.published_url, c.problem",
    shown: "'post' AS what, i.id, i.tenant_id, t.name AS client, t.zone, i.kind, i.title, i.state,
        p.state AS publication, COALESCE(i.channel_id, p.channel_id) AS channel_id, p.standing_at, i.published_url,
        i.problem, i.at",
};
/// Of a brief; it has no publication, which is joined for the columns alone.
const REQUEST: Columns = Columns {
    table: "request",
    read: "c.id, c.tenant_id, c.kind, c.title, c.state",
    shown: "'request' AS what, i.id, i.tenant_id, t.name AS client, t.zone, i.kind, i.title, i.state,
        p.state AS publication, p.channel_id, p.standing_at, p.url AS published_url, p.problem, i.at",
};

struct Columns {
    table: &'static str,
    /// Of a row `c`.
    read: &'static str,
    /// Of what was read, `i`, and what stands beside it.
    shown: &'static str,
}
/// Asked of each row and not joined: else the databases begin with all clients and look at the work of each.
const ACTIVE: &str = "(SELECT state FROM tenant WHERE id = c.tenant_id) = 'active'";

/// Briefs of which no post was made yet; as the index of those without a date says it.
const BRIEFS: &str = "c.state IN ('draft', 'pending_approval', 'rejected')";
/// Briefs that the client knows of.
const KNOWN_TO_CLIENT: &str = " AND (c.period_id IS NULL
    OR EXISTS (SELECT 1 FROM approval AS a WHERE a.subject_id = c.id AND a.party = 'client'))";
/// As the index of them says it.
const UNDATED_POSTS: &str = "c.state NOT IN ('published', 'scheduled')";

/// Adds whose entries are asked for.
fn of(sql: &mut String, params: &mut Vec<Value>, scope: &AgencyScope, filter: &CalendarFilter, column: &str) {
    limited(sql, params, scope, column);
    if let Some(tenant) = filter.tenant {
        condition(sql, params, &format!("{column} = ?"), tenant);
    }
}

/// One kind of entry: which rows `c` of a table, what is shown of them, and the column with their time.
struct Kind {
    columns: Columns,
    rows: String,
    params: Vec<Value>,
    column: &'static str,
}

impl Kind {
    fn of(scope: &AgencyScope, filter: &CalendarFilter, columns: Columns, column: &'static str, rows: &str) -> Self {
        let (mut sql, mut params) = (format!("{ACTIVE} AND {rows}"), Vec::new());
        of(&mut sql, &mut params, scope, filter, "c.tenant_id");
        if filter.for_client && columns.table == "request" {
            sql.push_str(KNOWN_TO_CLIENT);
        }
        Self { columns, rows: sql, params, column }
    }

    /// The first rows that hold `more`.
    fn first(&self, more: &str, order: &str, limit: &str) -> String {
        let Self { columns: Columns { table, read, .. }, rows, column, .. } = self;
        format!("SELECT {read}, c.{column} AS at FROM {table} AS c WHERE {rows}{more} ORDER BY {order} LIMIT {limit}")
    }

    /// Rows, joined with what is shown beside them.
    fn shown(&self, rows: &str) -> String {
        format!(
            "SELECT {} FROM ({rows}) AS i
             JOIN tenant AS t ON t.id = i.tenant_id LEFT JOIN publication AS p ON p.item_id = i.id",
            self.columns.shown
        )
    }
}

/// The kinds of entries that are asked for, each with a date. Their states are asked for so that no index of states is
/// taken for it: the one of the dates finds the first of a day.
fn kinds(scope: &AgencyScope, filter: &CalendarFilter, now: Timestamp) -> Vec<Kind> {
    let mut kinds = Vec::new();
    if matches!(filter.show, Show::All | Show::Published) {
        kinds.push(Kind::of(scope, filter, POST, "published_at", "(c.state = 'published') IS TRUE"));
    }
    if filter.show != Show::Published {
        let rows = match filter.show {
            Show::Scheduled => "(c.state = 'scheduled') IS TRUE",
            Show::Planned => "(c.state IN ('draft', 'writing', 'review', 'approved')) IS TRUE",
            Show::All | Show::Published | Show::Problem => "c.state <> 'published'",
        };
        let mut kind = Kind::of(scope, filter, POST, "planned_at", rows);
        if filter.show == Show::Problem {
            condition(&mut kind.rows, &mut kind.params, "(c.state = 'failed' OR c.planned_at < ?)", now);
        }
        kinds.push(kind);
    }
    if matches!(filter.show, Show::All | Show::Planned | Show::Problem) {
        let mut kind = Kind::of(scope, filter, REQUEST, "planned_at", &format!("({BRIEFS}) IS TRUE"));
        if filter.show == Show::Problem {
            condition(&mut kind.rows, &mut kind.params, "c.planned_at < ?", now);
        }
        kinds.push(kind);
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
    for mut kind in kinds(scope, filter, now) {
        let (column, mut more) = (kind.column, String::new());
        condition(&mut more, &mut kind.params, &format!("c.{column} >= ?"), from);
        condition(&mut more, &mut kind.params, &format!("c.{column} < ?"), to);
        kind.params.push(MOST.to_value());
        let sql = kind.shown(&kind.first(&more, &format!("c.{column}, c.id"), &format!("${}", kind.params.len())));
        found.extend(conn.all::<Entry>(Sql::built(sql), kind.params).await?);
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

/// How much of a calendar is read.
#[derive(Clone, Copy, Debug)]
pub struct Most {
    /// So many entries of a kind are read as they come.
    pub few: i64,
    /// Of more than those the first of each day, this many.
    pub each: i64,
}

/// All entries between the first and the last of these moments where they are few; else the first of every kind in each
/// of the days between, so that what a month of thousands of clients costs does not grow with what they publish.
///
/// # Errors
/// `Storage`.
pub async fn each_day(
    conn: &mut Conn,
    scope: &AgencyScope,
    filter: &CalendarFilter,
    midnights: &[Timestamp],
    most: Most,
    now: Timestamp,
) -> Result<EachDay> {
    let mut found = EachDay::default();
    for mut kind in kinds(scope, filter, now) {
        if is_few(conn, (scope, filter), &kind, midnights, most.few).await? {
            found.entries.extend(all_of(conn, kind, midnights).await?);
            continue;
        }
        let mut params = std::mem::take(&mut kind.params);
        let mut bound = |value: Value| {
            params.push(value);
            format!("${}", params.len())
        };
        // One more than is shown tells that there are more.
        let limit = bound((most.each + 1).to_value());
        let edges: Vec<String> = midnights.iter().map(|at| bound(at.to_value())).collect();
        let (column, order) = (kind.column, format!("c.{}, c.id", kind.column));
        let day = |edge: &[String]| match edge {
            [begin, end] => kind.first(&format!(" AND c.{column} >= {begin} AND c.{column} < {end}"), &order, &limit),
            _ => String::new(),
        };
        let days: Vec<String> = edges.windows(2).map(|edge| format!("SELECT * FROM ({}) AS day", day(edge))).collect();
        // The days are put together before anything is joined: one join, however many days.
        let sql = kind.shown(&days.join(" UNION ALL "));
        let rows = in_order(conn.all::<Entry>(Sql::built(sql), params).await?);
        let room = usize::try_from(most.each).unwrap_or(0);
        let counts = by_day(&rows, midnights);
        found.cut.extend(counts.iter().enumerate().filter(|(_, count)| **count > room).map(|(day, _)| day));
        found.entries.extend(rows);
    }
    found.entries = in_order(found.entries);
    Ok(found)
}

/// Whether rows of a kind are few between the first and the last of these moments. Counts what the index of the dates
/// holds, whatever its state, so that a calendar that is too full to be read whole is not read in part first.
async fn is_few(
    conn: &mut Conn,
    (scope, filter): (&AgencyScope, &CalendarFilter),
    kind: &Kind,
    midnights: &[Timestamp],
    few: i64,
) -> Result<bool> {
    let (Some(from), Some(to)) = (midnights.first(), midnights.last()) else { return Ok(true) };
    let (mut rows, mut params, column) = ("TRUE".to_owned(), Vec::new(), kind.column);
    of(&mut rows, &mut params, scope, filter, "c.tenant_id");
    condition(&mut rows, &mut params, &format!("c.{column} >= ?"), *from);
    condition(&mut rows, &mut params, &format!("c.{column} < ?"), *to);
    params.push((few + 1).to_value());
    let sql = format!(
        "SELECT count(*) AS counted FROM (SELECT 1 FROM {} AS c WHERE {rows} LIMIT ${}) AS first",
        kind.columns.table,
        params.len()
    );
    Ok(conn.one::<Counted>(Sql::built(sql), params).await?.is_none_or(|found| found.counted <= few))
}

struct Counted {
    counted: i64,
}
from_row!(Counted { counted });

/// All of a kind between the first and the last of these moments.
async fn all_of(conn: &mut Conn, mut kind: Kind, midnights: &[Timestamp]) -> Result<Vec<Entry>> {
    let (Some(from), Some(to)) = (midnights.first(), midnights.last()) else { return Ok(Vec::new()) };
    let (mut more, column) = (String::new(), kind.column);
    condition(&mut more, &mut kind.params, &format!("c.{column} >= ?"), *from);
    condition(&mut more, &mut kind.params, &format!("c.{column} < ?"), *to);
    kind.params.push(MOST.to_value());
    let sql = kind.shown(&kind.first(&more, &format!("c.{column}, c.id"), &format!("${}", kind.params.len())));
    conn.all(Sql::built(sql), kind.params).await
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
    let mut found = Vec::new();
    for (columns, rows) in [(POST, UNDATED_POSTS), (REQUEST, BRIEFS)] {
        let mut kind = Kind::of(scope, filter, columns, "planned_at", rows);
        kind.params.push(limit.to_value());
        let limit = format!("${}", kind.params.len());
        let sql = kind.shown(&kind.first(" AND c.planned_at IS NULL", "c.id", &limit));
        let mut rows = conn.all::<Entry>(Sql::built(sql), kind.params).await?;
        rows.sort_by_key(|entry| entry.id);
        rows.dedup_by_key(|entry| entry.id);
        found.extend(rows);
    }
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
    if scope.limit().is_none() {
        // From one zone to the next by the index: thousands of clients live in a few.
        let sql = "WITH RECURSIVE step (zone) AS (
              SELECT MIN(zone) FROM tenant WHERE state = 'active'
              UNION ALL
              SELECT (SELECT MIN(t.zone) FROM tenant AS t WHERE t.state = 'active' AND t.zone > step.zone)
                FROM step WHERE step.zone IS NOT NULL
            )
            SELECT zone FROM step WHERE zone IS NOT NULL ORDER BY zone LIMIT 200";
        return conn.rows(sql, Vec::new()).await?.iter().map(|row| row.get("zone")).collect();
    }
    let (mut sql, mut params) =
        ("SELECT DISTINCT t.zone FROM tenant AS t WHERE t.state = 'active'".to_owned(), Vec::new());
    limited(&mut sql, &mut params, scope, "t.id");
    sql.push_str(" ORDER BY t.zone LIMIT 200");
    conn.rows(Sql::built(sql), params).await?.iter().map(|row| row.get("zone")).collect()
}
