//! Who goes next. Pure: the claim reads what there is, this decides.

use std::collections::{BTreeMap, BTreeSet};

use aos_kernel::{JobId, Timestamp};
use uuid::Uuid;

use crate::QueueLimit;

/// The jobs of one tenant in one queue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lane {
    pub queue: String,
    /// The column's value; nil for the agency itself.
    pub tenant: Uuid,
}

/// A ready job that could be claimed.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub id: JobId,
    pub lane: Lane,
    pub priority: i64,
    pub run_at: Timestamp,
}

/// How many run, by queue and by lane.
#[derive(Clone, Debug, Default)]
pub struct Running {
    queues: BTreeMap<String, u64>,
    lanes: BTreeMap<Lane, u64>,
}

impl Running {
    pub fn add(&mut self, lane: &Lane, n: u64) {
        *self.queues.entry(lane.queue.clone()).or_default() += n;
        *self.lanes.entry(lane.clone()).or_default() += n;
    }
    pub fn queue_has_room(&self, queue: &str, limit: QueueLimit) -> bool {
        let running = self.queues.get(queue).copied().unwrap_or(0);
        limit.total.is_none_or(|most| running < u64::from(most))
    }
    pub fn has_room(&self, lane: &Lane, limit: QueueLimit) -> bool {
        let running = self.lanes.get(lane).copied().unwrap_or(0);
        self.queue_has_room(&lane.queue, limit) && limit.per_tenant.is_none_or(|most| running < u64::from(most))
    }
}

/// Where the next claim begins in each queue, so that every lane has its turn however many there are. Each process keeps
/// its own: one that starts anew begins at the first lane, and no lane waits for more than one round of any process.
#[derive(Clone, Debug, Default)]
pub struct Cursors(BTreeMap<String, Uuid>);

impl Cursors {
    pub fn of(&self, queue: &str) -> Uuid {
        self.0.get(queue).copied().unwrap_or(Uuid::nil())
    }

    /// Moves behind the last lane of each queue that was served; where a limit let none through, behind all that were
    /// looked at.
    pub fn pass(&mut self, looked_at: &[Lane], served: &BTreeSet<Lane>) {
        let mut last: BTreeMap<&str, (Uuid, bool)> = BTreeMap::new();
        for lane in looked_at {
            let is_served = served.contains(lane);
            match last.get(lane.queue.as_str()) {
                Some((_, true)) if !is_served => {}
                _ => {
                    last.insert(&lane.queue, (lane.tenant, is_served));
                }
            }
        }
        for (queue, (tenant, _)) in last {
            self.0.insert(queue.to_owned(), Uuid::from_u128(tenant.as_u128().wrapping_add(1)));
        }
    }
}

/// How many jobs of each lane to look at, so that `capacity` is used up even when some lanes are short.
pub fn look_ahead(capacity: usize, lanes: usize) -> usize {
    (2 * capacity).div_ceil(lanes.max(1)).clamp(1, capacity.max(1))
}

/// One job of each lane in turn, in the order of `lanes`, until the capacity or the limits are used up. `candidates` are
/// in the order in which they go within their lane.
pub fn pick(
    lanes: &[Lane],
    candidates: Vec<Candidate>,
    mut running: Running,
    limit: impl Fn(&str) -> QueueLimit,
    capacity: usize,
) -> (Vec<JobId>, BTreeSet<Lane>) {
    let mut waiting: BTreeMap<&Lane, std::vec::IntoIter<JobId>> = BTreeMap::new();
    let mut by_lane: BTreeMap<Lane, Vec<JobId>> = BTreeMap::new();
    for candidate in candidates {
        by_lane.entry(candidate.lane).or_default().push(candidate.id);
    }
    for lane in lanes {
        if let Some(jobs) = by_lane.remove(lane) {
            waiting.insert(lane, jobs.into_iter());
        }
    }
    let (mut picked, mut served) = (Vec::new(), BTreeSet::new());
    loop {
        let before = picked.len();
        for lane in lanes {
            if picked.len() == capacity {
                return (picked, served);
            }
            if !running.has_room(lane, limit(&lane.queue)) {
                continue;
            }
            if let Some(job) = waiting.get_mut(lane).and_then(Iterator::next) {
                running.add(lane, 1);
                served.insert(lane.clone());
                picked.push(job);
            }
        }
        if picked.len() == before {
            return (picked, served);
        }
    }
}

#[cfg(test)]
mod tests {
    use aos_kernel::{Clock, SystemClock};

    use super::*;

    fn lane(queue: &str, tenant: u128) -> Lane {
        Lane { queue: queue.into(), tenant: Uuid::from_u128(tenant) }
    }
    fn jobs(lane: &Lane, n: usize) -> Vec<Candidate> {
        let run_at = SystemClock.now();
        (0..n).map(|_| Candidate { id: JobId::new(), lane: lane.clone(), priority: 0, run_at }).collect()
    }

    #[test]
    fn a_lane_with_one_job_goes_before_the_second_job_of_a_long_one() {
        let (long, short) = (lane("q", 1), lane("q", 2));
        let (many, one) = (jobs(&long, 10), jobs(&short, 1));
        let expected = [many[0].id, one[0].id, many[1].id];
        let candidates = many.into_iter().chain(one).collect();
        let (picked, served) = pick(&[long, short], candidates, Running::default(), |_| QueueLimit::default(), 3);
        assert_eq!((picked.as_slice(), served.len()), (expected.as_slice(), 2));
    }

    #[test]
    fn limits_hold_for_a_tenant_and_for_the_whole_queue() {
        let lanes = [lane("q", 1), lane("q", 2), lane("q", 3)];
        let candidates: Vec<_> = lanes.iter().flat_map(|lane| jobs(lane, 9)).collect();
        let mut running = Running::default();
        running.add(&lanes[0], 1);
        let limit = |_: &str| QueueLimit { total: Some(5), per_tenant: Some(2) };
        let (picked, _) = pick(&lanes, candidates.clone(), running, limit, 100);
        let of =
            |lane: &Lane| picked.iter().filter(|id| candidates.iter().any(|c| c.id == **id && c.lane == *lane)).count();
        assert_eq!(lanes.each_ref().map(of), [1, 2, 1]);
    }

    #[test]
    fn the_cursor_passes_those_that_were_served_and_stays_before_those_that_were_not() {
        let lanes = [lane("q", 1), lane("q", 2), lane("q", 3), lane("r", 9)];
        let mut cursors = Cursors::default();
        cursors.pass(&lanes, &BTreeSet::from([lanes[0].clone()]));
        assert_eq!((cursors.of("q"), cursors.of("r")), (Uuid::from_u128(2), Uuid::from_u128(10)));
    }
}
