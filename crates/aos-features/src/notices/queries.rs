//! What a person was told. Of clients that they may no longer see, nothing.

use aos_kernel::{AgencyScope, Cursor, Error, Page, PageSize, Result};
use aos_storage::Conn;
use chrono::DateTime;

use super::{model::Notification, store};
use crate::people::{Permission, Principal};

/// What this person may see now; nothing when they have no role any more.
fn visible(principal: &Principal) -> AgencyScope {
    principal.agency_scope(Permission::SeeClient).unwrap_or_else(|_| AgencyScope::only(Vec::new()))
}

/// Notifications, the newest first.
///
/// # Errors
/// `Storage`; `Invalid` for a cursor that this query did not make.
pub async fn list(
    conn: &mut Conn,
    principal: &Principal,
    unread_only: bool,
    after: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<Notification>> {
    let bad = || Error::invalid("after", "This does not continue a list of ours.");
    let before = match after {
        Some(cursor) => {
            let (micros, id) = cursor.as_str().split_once(' ').ok_or_else(bad)?;
            let at = micros.parse().ok().and_then(DateTime::from_timestamp_micros).ok_or_else(bad)?;
            Some((at, id.parse().map_err(|_| bad())?))
        }
        None => None,
    };
    let rows = store::list(conn, &visible(principal), principal.user(), unread_only, before, size).await?;
    Ok(Page::from_surplus(rows, size, |last| Cursor::new(format!("{} {}", last.last_at.timestamp_micros(), last.id))))
}

/// How many are unread.
///
/// # Errors
/// `Storage`.
pub async fn unread(conn: &mut Conn, principal: &Principal) -> Result<i64> {
    store::unread(conn, &visible(principal), principal.user()).await
}
