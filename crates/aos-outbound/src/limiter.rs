//! No account is called more often than its platform allows.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
};

use governor::{DefaultKeyedRateLimiter, Quota};

/// Above this many accounts, those that have been quiet are forgotten.
const ACCOUNTS_KEPT: usize = 10_000;

/// Requests that share a limit: those of one account on one platform.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RateKey {
    /// Anything that names the account, e.g. `wordpress:<channel id>`. No secret.
    pub account: String,
    /// Requests per minute; 0 means no limit.
    pub per_minute: u32,
}

/// One limiter per rate, each with a state per account.
#[derive(Default)]
pub(crate) struct Limiters(Mutex<HashMap<NonZeroU32, Arc<DefaultKeyedRateLimiter<String>>>>);

impl Limiters {
    /// Waits until the account may be called again. Lets short bursts through: a tenth of a minute's allowance.
    pub async fn wait(&self, key: &RateKey) {
        let Some(per_minute) = NonZeroU32::new(key.per_minute) else { return };
        let limiter = {
            let mut limiters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            limiters
                .entry(per_minute)
                .or_insert_with(|| {
                    let burst = NonZeroU32::new(per_minute.get() / 10).unwrap_or(NonZeroU32::MIN);
                    Arc::new(DefaultKeyedRateLimiter::keyed(Quota::per_minute(per_minute).allow_burst(burst)))
                })
                .clone()
        };
        if limiter.len() > ACCOUNTS_KEPT {
            limiter.retain_recent();
        }
        limiter.until_key_ready(&key.account).await;
    }
}
