//! When a failed job is tried again. Pure.

use std::time::Duration;

use aos_kernel::{Error, JobId, Retry};

use crate::Job;

/// The pause after the first failure; doubled after each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// A job whose worker dies again and again is what kills it.
const MAX_LOST_LEASES: i64 = 10;

/// What becomes of a job that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Again { after: Duration },
    Dead,
}

/// `job` as it was claimed, so its `failures` are those before this one.
pub fn verdict(job: &Job, error: &Error) -> Verdict {
    let failures = job.failures + 1;
    match error.retry() {
        Retry::Never => Verdict::Dead,
        _ if failures >= job.max_attempts => Verdict::Dead,
        Retry::Backoff => Verdict::Again { after: pause(job.id, failures) },
        Retry::After(after) => Verdict::Again { after },
    }
}

/// Doubling, with a fifth more or less, so that what failed together does not come back together. Which it is depends
/// on the job alone, so that a test sees the same each time it steps the clock.
pub fn pause(job: JobId, failures: i64) -> Duration {
    let doublings = u32::try_from(failures.clamp(1, 30) - 1).unwrap_or(0);
    let pause = FIRST_PAUSE.saturating_mul(1 << doublings.min(20)).min(LONGEST_PAUSE);
    // The tail of a UUIDv7 is random.
    let spread = (job.uuid().as_u128().wrapping_add(u128::from(doublings) * 7919) % 401) as f64 / 1000.0;
    pause.mul_f64(0.8 + spread)
}

/// Whether a job was claimed so often without ever ending that it must be what kills its worker.
pub fn kills_its_worker(attempts: i64, failures: i64) -> bool {
    attempts - failures > MAX_LOST_LEASES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour_and_differ_between_jobs() {
        let job = JobId::new();
        for (failures, seconds) in [(1, 5.0), (2, 10.0), (5, 80.0), (20, 3600.0), (i64::MAX, 3600.0)] {
            let pause = pause(job, failures).as_secs_f64();
            assert!((seconds * 0.8..=seconds * 1.21).contains(&pause), "{pause} after {failures}");
        }
        let pauses: std::collections::BTreeSet<_> = (0..50).map(|_| pause(JobId::new(), 3)).collect();
        assert!(pauses.len() > 10);
    }
}
