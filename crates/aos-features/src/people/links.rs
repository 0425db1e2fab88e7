//! Links that go to a mailbox and prove that whoever follows them reads it. Only a hash of each is kept; a new one takes
//! the place of the one before.

use aos_kernel::{AccountLinkId, Error, Result, Secret, Timestamp, UserId, text_enum};
use aos_storage::{Conn, Tx};
use chrono::TimeDelta;

use super::{store::links as store, tokens};

text_enum! {
    /// What following a link does.
    pub enum Purpose { PasswordReset = "password_reset", EmailChange = "email_change" }
}

impl Purpose {
    /// How long a link works.
    pub const fn lifetime(self) -> TimeDelta {
        match self {
            Self::PasswordReset => TimeDelta::hours(1),
            Self::EmailChange => TimeDelta::hours(24),
        }
    }
}

/// A link as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountLink {
    pub id: AccountLinkId,
    pub user_id: UserId,
    pub purpose: Purpose,
    /// The address that it confirms, for a change of address.
    pub email: Option<String>,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

/// Prepares a link of this purpose; those before it stop working.
pub(super) async fn prepare(tx: &mut Tx, user: UserId, purpose: Purpose, email: Option<&str>) -> Result<AccountLinkId> {
    store::withdraw(tx, user, Some(purpose)).await?;
    let (id, until) = (AccountLinkId::new(), tx.now() + purpose.lifetime());
    store::insert(tx, id, user, purpose, email, until).await?;
    Ok(id)
}

/// Makes the link's token; the clock of its lifetime begins now.
pub(super) async fn issue(tx: &mut Tx, id: AccountLinkId, purpose: Purpose) -> Result<Secret> {
    let token = tokens::random();
    let until = tx.now() + purpose.lifetime();
    let known = store::by_id(tx, id).await?.is_some_and(|link| link.purpose == purpose);
    if known && store::set_token(tx, id, &tokens::digest(token.expose()), until).await? {
        Ok(token)
    } else {
        Err(Error::not_found("link"))
    }
}

/// A link that can be followed now.
///
/// # Errors
/// `Conflict` `link_used` or `link_expired`; `NotFound` for a link that never was, or was replaced.
pub(super) async fn good(conn: &mut Conn, token: &Secret, purpose: Purpose, now: Timestamp) -> Result<AccountLink> {
    let link = store::by_token(conn, &tokens::digest(token.expose()), purpose).await?;
    let link = link.ok_or_else(|| {
        Error::new(aos_kernel::ErrorKind::NotFound, "link_unknown", "This link does not work.")
            .with_help("It may be incomplete, or a newer one took its place. Ask for a new one.")
    })?;
    if link.used_at.is_some() {
        return Err(used());
    }
    if link.expires_at <= now {
        return Err(Error::conflict("link_expired", "This link has run out.").with_help("Ask for a new one."));
    }
    Ok(link)
}

pub(super) fn used() -> Error {
    Error::conflict("link_used", "This link was used already.").with_help("If it was not you, ask for a new one.")
}
