//! How often somebody may try to sign in, to give a code or to have a password reset: each account and each address for
//! itself, kept in the database so that several processes count together.
//!
//! An attempt is counted before the password is looked at and taken back when it was right, so that many attempts at the
//! same moment don't all slip through.

use std::net::IpAddr;

use aos_kernel::{Actor, Error, Result, Retry, Timestamp, UserId};
use aos_storage::Db;
use chrono::TimeDelta;

use super::{store::access as store, tokens::digest};

/// Wrong passwords for one account before it has to wait.
const FREE_FOR_ACCOUNT: i64 = 5;
/// Wrong passwords from one address before it has to wait; more, as an office shares one.
const FREE_FOR_ADDRESS: i64 = 30;
/// Wrong codes of the second factor before it has to wait.
const FREE_FOR_CODES: i64 = 5;
/// Requests for a new password for one account, whether it exists or not, and from one address.
const FREE_RESETS: i64 = 3;
const FREE_RESETS_FROM_ADDRESS: i64 = 20;
/// The longest wait. Not longer, because a stranger could keep somebody out with it.
const LONGEST: TimeDelta = TimeDelta::minutes(15);
/// Attempts are forgotten after this time without another one.
pub(super) const FORGOTTEN_AFTER: TimeDelta = TimeDelta::hours(24);

/// What an attempt counts against, and how many are free there.
pub(super) struct Attempt {
    account: (String, i64),
    address: Option<(String, i64)>,
    /// What was tried, in words: "to sign in".
    words: &'static str,
}

impl Attempt {
    /// To sign in with a password.
    pub fn new(email: &str, address: Option<&str>) -> Self {
        Self {
            account: (digest(&format!("account:{email}")), FREE_FOR_ACCOUNT),
            address: address.map(|address| (digest(&format!("address:{}", network(address))), FREE_FOR_ADDRESS)),
            words: "to sign in",
        }
    }
    /// At a code of somebody's second factor, wherever it comes from.
    pub fn at_code(user: UserId) -> Self {
        Self { account: (digest(&format!("code:{user}")), FREE_FOR_CODES), address: None, words: "with a code" }
    }
    /// To have a password reset; never taken back.
    pub fn at_reset(email: &str, address: Option<&str>) -> Self {
        let from = |address: &str| (digest(&format!("reset-from:{}", network(address))), FREE_RESETS_FROM_ADDRESS);
        Self {
            account: (digest(&format!("reset:{email}")), FREE_RESETS),
            address: address.map(from),
            words: "to reset this password",
        }
    }

    fn keys(&self) -> impl Iterator<Item = &(String, i64)> {
        std::iter::once(&self.account).chain(self.address.as_ref())
    }

    /// Counts it as failed, until [`Attempt::succeeded`].
    ///
    /// # Errors
    /// `Limited` with the time to wait.
    pub async fn begin(&self, db: &Db) -> Result<()> {
        let mut tx = db.begin(Actor::system("people")).await?;
        let now = tx.now();
        let keys: Vec<String> = self.keys().map(|(key, _)| key.clone()).collect();
        if let Some(until) = store::blocked_until(&mut tx, &keys, now).await? {
            return Err(wait(until - now, self.words));
        }
        for (key, free) in self.keys() {
            match store::count_attempt(&mut tx, key, now - FORGOTTEN_AFTER).await? {
                Some(failures) => {
                    let until = pause(failures, *free).map(|pause| now + pause);
                    store::block(&mut tx, key, until).await?;
                }
                None => return Err(wait(TimeDelta::seconds(1), self.words)),
            }
        }
        tx.commit().await
    }

    /// Takes it back, and forgets the account's failures before it.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn succeeded(&self, tx: &mut aos_storage::Tx) -> Result<()> {
        store::forget_attempts(tx, &self.account.0).await?;
        if let Some((address, _)) = &self.address {
            store::uncount_attempt(tx, address).await?;
        }
        Ok(())
    }
}

/// How long to wait after this many failures: nothing at first, then doubling.
fn pause(failures: i64, free: i64) -> Option<TimeDelta> {
    let beyond = failures - free;
    if beyond < 0 {
        return None;
    }
    // Twenty doublings are far beyond the longest wait.
    let seconds = 1_i64 << beyond.min(20);
    Some(TimeDelta::seconds(seconds).min(LONGEST))
}

fn wait(left: TimeDelta, what: &str) -> Error {
    let seconds = left.num_seconds().max(1);
    let words = if seconds < 90 { format!("{seconds} seconds") } else { format!("{} minutes", (seconds + 59) / 60) };
    Error::limited("too_many_attempts", format!("There were too many attempts {what}. Try again in {words}."))
        .with_retry(Retry::After(left.to_std().unwrap_or_default()))
}

/// Somebody with IPv6 has a whole network of 2⁶⁴ addresses, so that network counts as one.
fn network(address: &str) -> String {
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V6(v6)) if v6.to_ipv4_mapped().is_none() => {
            v6.segments()[..4].iter().map(|part| format!("{part:x}")).collect::<Vec<_>>().join(":")
        }
        Ok(ip) => ip.to_canonical().to_string(),
        Err(_) => address.to_owned(),
    }
}

/// The moment before which counts are of no more use.
pub(super) fn forgotten_before(now: Timestamp) -> Timestamp {
    now - FORGOTTEN_AFTER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_and_has_an_end() {
        let seconds = |failures| pause(failures, 5).map(|pause| pause.num_seconds());
        assert_eq!([4, 5, 6, 7, 8].map(seconds), [None, Some(1), Some(2), Some(4), Some(8)]);
        assert_eq!([15, 68, 69, 5_000].map(seconds), [Some(900); 4]);
    }

    #[test]
    fn addresses_of_one_network_count_together() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::9"));
        assert_ne!(network("2001:db8:1:2::9"), network("2001:db8:1:3::9"));
        assert_eq!(network("::ffff:192.0.2.7"), network("192.0.2.7"));
        assert_ne!(network("192.0.2.7"), network("192.0.2.8"));
    }
}
