//! Reading and un-reading.

use aos_kernel::{ActivityId, Error, NotificationId, Result};
use aos_storage::{Signal, Tx};

use super::store;
use crate::people::Principal;

/// Safe to repeat; the first time of reading is kept.
///
/// # Errors
/// `NotFound` for somebody else's; `Denied` for a token for reading.
pub async fn mark_read(tx: &mut Tx, principal: &Principal, id: NotificationId) -> Result<()> {
    principal.require_writing()?;
    if !store::notifications::mark_read(tx, principal.user(), id).await? {
        return Err(Error::not_found("notification"));
    }
    tx.signal(Signal::new("notices", principal.user()));
    Ok(())
}

/// # Errors
/// `NotFound` for somebody else's; `Denied` for a token for reading.
pub async fn mark_unread(tx: &mut Tx, principal: &Principal, id: NotificationId) -> Result<()> {
    principal.require_writing()?;
    if !store::notifications::mark_unread(tx, principal.user(), id).await? {
        return Err(Error::not_found("notification"));
    }
    tx.signal(Signal::new("notices", principal.user()));
    Ok(())
}

/// How many were unread.
///
/// # Errors
/// `Denied` for a token for reading.
pub async fn mark_all_read(tx: &mut Tx, principal: &Principal) -> Result<u64> {
    principal.require_writing()?;
    let read = store::notifications::mark_all_read(tx, principal.user()).await?;
    tx.signal(Signal::new("notices", principal.user()));
    Ok(read)
}

/// Reads what this person was told about a decision, as they look at it now or have decided.
///
/// # Errors
/// `Storage`.
pub async fn read_about_activity(tx: &mut Tx, principal: &Principal, activity: ActivityId) -> Result<()> {
    let causes = ["approval", "reminder", "escalated"].map(|cause| format!("{cause}:{activity}"));
    if store::notifications::mark_read_about(tx, principal.user(), &causes).await? > 0 {
        tx.signal(Signal::new("notices", principal.user()));
    }
    Ok(())
}
