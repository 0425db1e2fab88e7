//! A clock that stands still until a test moves it.

use std::sync::{Mutex, PoisonError};

use aos_kernel::{Clock, Timestamp};
use chrono::TimeDelta;

/// Tells the time it was set to.
#[derive(Debug)]
pub struct SteppingClock(Mutex<Timestamp>);

impl SteppingClock {
    /// Stands at a moment written as in RFC 3339: `2026-04-01T09:00:00Z`.
    ///
    /// # Panics
    /// When the text is no moment: the test is wrong.
    pub fn at(moment: &str) -> Self {
        let clock = Self(Mutex::default());
        clock.set(moment);
        clock
    }
    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
    /// Moves to a moment, also back, as a corrected clock does.
    ///
    /// # Panics
    /// As [`SteppingClock::at`].
    pub fn set(&self, moment: &str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
            moment.parse().expect("a moment such as 2026-04-01T09:00:00Z");
    }
}

impl Clock for SteppingClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
