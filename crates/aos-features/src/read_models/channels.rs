//! Connections that need a person, across clients.

use aos_kernel::{AgencyScope, ChannelId, Cursor, Page, PageSize, Result, TenantId, Timestamp};
use aos_storage::{Conn, FromRow, Row, Sql, ToValue};
use chrono::TimeDelta;

use super::limited;

/// Access that ends sooner than this is shown.
const SOON: TimeDelta = TimeDelta::days(14);

aos_kernel::text_enum! {
    /// Why a connection needs somebody, the worst first.
    pub enum Trouble {
        /// The platform takes its access no more.
        Expired = "expired",
        /// Only a person can renew its access, and it ends soon.
        Ending = "ending",
        /// Its access could not be renewed so far.
        Renewal = "renewal",
        /// The last check found out nothing.
        Check = "check",
        /// It works, but not as one would wish.
        Warning = "warning",
    }
}

/// A connection that needs somebody.
#[derive(Clone, Debug)]
pub struct TroubledChannel {
    pub tenant: TenantId,
    pub client: String,
    pub channel: ChannelId,
    pub platform: String,
    pub label: String,
    pub trouble: Trouble,
    /// What the platform or the program says of it.
    pub words: Option<String>,
    /// When its access ends.
    pub ends_at: Option<Timestamp>,
    pub checked_at: Timestamp,
    pub score: Option<f64>,
}

impl FromRow for TroubledChannel {
    fn from_row(row: &Row) -> Result<Self> {
        let trouble = match row.get::<i64>("rank")? {
            0 => Trouble::Expired,
            1 => Trouble::Ending,
            2 => Trouble::Renewal,
            3 => Trouble::Check,
            _ => Trouble::Warning,
        };
        let warnings: Vec<String> = row.json("warnings")?;
        let words: Option<String> = match trouble {
            Trouble::Expired => row.get("problem")?,
            Trouble::Ending => None,
            Trouble::Renewal => row.get("renewal_problem")?,
            Trouble::Check => row.get("check_problem")?,
            Trouble::Warning => Some(warnings.join(" ")),
        };
        Ok(Self {
            tenant: row.get("tenant_id")?,
            client: row.get("client")?,
            channel: row.get("id")?,
            platform: row.get("platform")?,
            label: row.get("label")?,
            trouble,
            words,
            ends_at: row.get("ends_at")?,
            checked_at: row.get("checked_at")?,
            score: row.get("score")?,
        })
    }
}

/// What a cursor goes on from: the rank, then the channel.
fn after_row(row: &TroubledChannel) -> Cursor {
    let rank = Trouble::ALL.iter().position(|one| *one == row.trouble).unwrap_or(0);
    Cursor::new(format!("{rank} {}", row.channel))
}

/// The connections of active clients that need somebody, the worst first.
///
/// # Errors
/// `Invalid` for a cursor that this query did not make; `Storage`.
pub async fn troubled(
    conn: &mut Conn,
    scope: &AgencyScope,
    now: Timestamp,
    after: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<TroubledChannel>> {
    let mut params = vec![(now + SOON).to_value()];
    let mut sql = "SELECT * FROM (SELECT h.tenant_id, t.name AS client, h.id, h.platform, h.label, h.problem,
          h.check_problem, h.warnings, h.checked_at, g.problem AS renewal_problem, g.ends_at,
          (SELECT s.score FROM channel_score AS s WHERE s.tenant_id = h.tenant_id AND s.channel_id = h.id
           ORDER BY s.at DESC, s.id DESC LIMIT 1) AS score,
          CAST(CASE WHEN h.state = 'expired' THEN 0 WHEN g.ends_at <= $1 THEN 1 WHEN g.problem IS NOT NULL THEN 2
               WHEN h.check_problem IS NOT NULL THEN 3 ELSE 4 END AS bigint) AS rank
        FROM channel AS h
        JOIN tenant AS t ON t.id = h.tenant_id AND t.state = 'active'
        LEFT JOIN channel_grant AS g ON g.tenant_id = h.tenant_id AND g.id = h.grant_id AND g.state = 'good'
        WHERE h.state <> 'disconnected' AND (h.state = 'expired' OR g.ends_at <= $1 OR g.problem IS NOT NULL
          OR h.check_problem IS NOT NULL OR h.warnings <> '[]')"
        .to_owned();
    limited(&mut sql, &mut params, scope, "h.tenant_id");
    sql.push_str(") AS found WHERE TRUE");
    if let Some(cursor) = after {
        let bad = || aos_kernel::Error::invalid("after", "This does not continue a list of ours.");
        let (rank, id) = cursor.as_str().split_once(' ').ok_or_else(bad)?;
        params.push(rank.parse::<i64>().map_err(|_| bad())?.to_value());
        params.push(id.parse::<ChannelId>().map_err(|_| bad())?.to_value());
        let (rank, id) = (params.len() - 1, params.len());
        sql.push_str(&format!(" AND (rank, id) > (${rank}, ${id})"));
    }
    params.push((size.get() + 1).to_value());
    sql.push_str(&format!(" ORDER BY rank, id LIMIT ${}", params.len()));
    let rows = conn.all(Sql::built(sql), params).await?;
    Ok(Page::from_surplus(rows, size, after_row))
}
