//! What a person was told. Of clients that they may no longer see, nothing.

use aos_kernel::{AgencyScope, Cursor, Error, MailId, NotificationId, Page, PageSize, Result, Timestamp};
use aos_storage::Conn;
use chrono::DateTime;

use super::{
    mail::{MailRow, MailState},
    model::Notification,
    store,
};
use crate::people::{Permission, Principal};

/// What this person may see now; nothing when they have no role any more.
pub(super) fn visible(principal: &Principal) -> AgencyScope {
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
    let rows =
        store::notifications::list(conn, &visible(principal), principal.user(), unread_only, before, size).await?;
    Ok(Page::from_surplus(rows, size, |last| Cursor::new(format!("{} {}", last.last_at.timestamp_micros(), last.id))))
}

/// More than this are not counted: nobody reads the difference.
pub const MOST_COUNTED: i64 = 100;

/// How many are unread, at most [`MOST_COUNTED`].
///
/// # Errors
/// `Storage`.
pub async fn unread(conn: &mut Conn, principal: &Principal) -> Result<i64> {
    store::notifications::unread(conn, &visible(principal), principal.user(), MOST_COUNTED).await
}

/// One of this person's own.
///
/// # Errors
/// `NotFound`, also for one of a client that they may no longer see.
pub async fn notification(conn: &mut Conn, principal: &Principal, id: NotificationId) -> Result<Notification> {
    let found = store::notifications::one(conn, &visible(principal), principal.user(), id).await?;
    found.ok_or_else(|| Error::not_found("notification"))
}

/// Mails, the newest first; on request those that did not arrive or of which nobody knows.
///
/// # Errors
/// `Denied`; `Storage`; `Invalid` for a cursor that this query did not make.
pub async fn mails(
    conn: &mut Conn,
    principal: &Principal,
    trouble_only: bool,
    after: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<MailRow>> {
    principal.require(Permission::OperateSystem)?;
    let before = after.map(Cursor::row).transpose()?;
    let rows = store::mail::list(conn, trouble_only, before, size).await?;
    Ok(Page::from_surplus(rows, size, |last: &MailRow| Cursor::after_row(last.created_at, last.id)))
}

/// One mail.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn mail(conn: &mut Conn, principal: &Principal, id: MailId) -> Result<MailRow> {
    principal.require(Permission::OperateSystem)?;
    store::mail::mail(conn, id).await?.ok_or_else(|| Error::not_found("mail"))
}

/// How many mails of the last day are in each state.
///
/// # Errors
/// `Storage`.
pub async fn mail_counts(conn: &mut Conn, since: Timestamp) -> Result<Vec<(MailState, i64)>> {
    store::mail::counts(conn, since).await
}
