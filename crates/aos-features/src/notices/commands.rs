//! Reading and un-reading.

use aos_kernel::{Error, NotificationId, Result};
use aos_storage::{Signal, Tx};

use super::store;
use crate::people::Principal;

/// Safe to repeat; the first time of reading is kept.
///
/// # Errors
/// `NotFound` for somebody else's.
pub async fn mark_read(tx: &mut Tx, principal: &Principal, id: NotificationId) -> Result<()> {
    if !store::mark_read(tx, principal.user(), id).await? {
        return Err(Error::not_found("notification"));
    }
    tx.signal(Signal::new("notices", principal.user()));
    Ok(())
}

/// # Errors
/// `NotFound` for somebody else's.
pub async fn mark_unread(tx: &mut Tx, principal: &Principal, id: NotificationId) -> Result<()> {
    if !store::mark_unread(tx, principal.user(), id).await? {
        return Err(Error::not_found("notification"));
    }
    tx.signal(Signal::new("notices", principal.user()));
    Ok(())
}

/// How many were unread.
///
/// # Errors
/// `Storage`.
pub async fn mark_all_read(tx: &mut Tx, principal: &Principal) -> Result<u64> {
    let read = store::mark_all_read(tx, principal.user()).await?;
    tx.signal(Signal::new("notices", principal.user()));
    Ok(read)
}
