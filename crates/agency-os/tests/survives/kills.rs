//! Kill anywhere: the program is killed at random moments on its way from a website to ten published posts, and started
//! again each time. Nothing is lost, nothing is done twice, and each post stands on the site once.
//!
//! `AGENCY_OS_KILLS` says how often (20 unless it is set) and `AGENCY_OS_SEED` at which moments. A journey that is
//! complete is followed by the next client's until all kills are spent.

use std::{collections::BTreeMap, time::Duration};

use aos_storage::testing;
use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::{
    installation::{Installation, Process},
    places::Places,
};

/// What the sample site's strategy promises for a month.
const POSTS: usize = 10;
/// Kills of one journey. A job that its worker dies of more often than this is given up, and rightly: it looks like the
/// cause.
pub const KILLS_A_JOURNEY: u32 = 10;
pub const ALL_ROLES: &str = "web,worker,scheduler";

/// When a process is killed.
pub enum Moment {
    /// While it opens its database and takes up what was under way.
    Starting(Duration),
    /// So long after it began to work.
    Working(Duration),
    /// So long after it first told of something published.
    Publishing(Duration),
}

impl Moment {
    pub fn any(random: &mut StdRng) -> Self {
        if random.random_ratio(1, 6) {
            Self::Starting(Duration::from_millis(random.random_range(5..400)))
        } else {
            Self::Working(Duration::from_millis(random.random_range(0..1_500)))
        }
    }
}

/// Goes on with a client's journey until it is complete or the kills are spent, then lets it end; how often it was killed
/// and what it said at last.
pub async fn survive(
    start: impl AsyncFn() -> Process,
    kills: u32,
    mut moment: impl FnMut() -> Moment,
) -> (u32, String) {
    for killed in 0..kills {
        let mut process = start().await;
        let after = match moment() {
            Moment::Starting(after) => after,
            Moment::Working(after) => {
                assert!(process.says("Portal").await, "it did not start after {killed} kills");
                after
            }
            // One that comes to its end before is over in no time.
            Moment::Publishing(after) => {
                process.tells_of(" published").await;
                after
            }
        };
        if process.ends_within(after).await {
            return (killed, process.ends().await);
        }
        process.kill().await;
    }
    (kills, start().await.ends().await)
}

pub fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_killed_anywhere_publishes_every_post_once() {
    let kills = u32::try_from(number("AGENCY_OS_KILLS", 20)).expect("a number of kills");
    for kind in testing::kinds() {
        let mut random = StdRng::seed_from_u64(number("AGENCY_OS_SEED", 7));
        let places = Places::open().await;
        let installation = Installation::new(kind, &places).await;
        let (mut killed, mut journeys) = (0, 0);
        while killed < kills {
            let before = places.posts().await;
            let client = format!("Client {}", journeys + 1);
            let next = (kills - killed).min(KILLS_A_JOURNEY);
            let start = async || installation.journey(&client, ALL_ROLES).await;
            killed += survive(start, next, || Moment::any(&mut random)).await.0;
            journeys += 1;
            let mut titles = BTreeMap::<String, usize>::new();
            for (_, title) in places.posts().await.into_iter().filter(|(id, _)| !before.contains_key(id)) {
                *titles.entry(title).or_default() += 1;
            }
            assert_eq!(titles.values().sum::<usize>(), POSTS, "after {killed} kills: {titles:#?}");
            assert!(titles.values().all(|n| *n == 1), "a post twice after {killed} kills: {titles:#?}");
        }
        installation.examine().await;
        println!("{kind:?}: {killed} kills, {journeys} journeys, {} posts, each once", journeys * POSTS);
        drop(installation);
        places.close().await;
    }
}
