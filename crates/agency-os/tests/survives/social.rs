//! Kill anywhere, on social channels: from a website to a month of posts, each approved and published at a moment of its
//! own. The platforms live on, and show each post once.
//!
//! Most kills fall while posts are published, and the platforms answer slowly, so that what has happened there already is
//! often not known here. `AGENCY_OS_KILLS` and `AGENCY_OS_SEED` are as for the blog.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use aos_kernel::{AgencyScope, PageSize, SystemClock};
use aos_sandbox::{Service, Shown};
use aos_storage::{Db, DbKind, DbOptions, testing};
use aos_workflow::EventFilter;
use futures::future::join_all;
use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::{
    installation::Installation,
    kills::{KILLS_A_JOURNEY, Moment, number, survive},
    places::Places,
};

/// Journeys side by side: the platforms that each connects.
const LANES: [[Service; 2]; 2] = [[Service::LinkedIn, Service::Instagram], [Service::Facebook, Service::X]];
/// What a month of the demonstration agrees, for each platform.
const REQUESTS: usize = 12;
/// How long a platform takes to answer once it has published.
const ANSWERS_WITHIN: Duration = Duration::from_millis(200);

fn moment(random: &mut StdRng) -> Moment {
    if random.random_ratio(1, 3) {
        return Moment::any(random);
    }
    Moment::Publishing(Duration::from_millis(random.random_range(0..700)))
}

/// One client's month, with an installation and platforms of its own; how often it was killed.
async fn month(kind: DbKind, platforms: [Service; 2], kills: u32, random: &mut StdRng) -> u32 {
    let places = Places::open().await;
    for (service, path) in [
        (Service::LinkedIn, "/api.linkedin.com/rest/posts"),
        (Service::X, "/api.x.com/2/tweets"),
        (Service::Facebook, "/graph.facebook.com/"),
        (Service::Instagram, "/graph.facebook.com/"),
    ] {
        places.answer_slowly(service, path, ANSWERS_WITHIN);
    }
    let installation = Installation::new(kind, &places).await;
    let names = platforms.map(|service| service.to_string()).join(",");
    let start = async || installation.social_journey("Harbour & Pine", &names);
    let (killed, said) = survive(start, kills, || moment(random)).await;

    assert!(said.contains("Deliverable  Social posts: 12/12"), "after {killed} kills:\n{said}");
    let shown = places.shown();
    let told: BTreeSet<&str> = said.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    let stand: BTreeSet<&str> = shown.iter().map(|post| post.url.as_str()).collect();
    assert_eq!(told, stand, "after {killed} kills the journey tells of other posts than stand there");
    for service in platforms {
        let mut texts = BTreeMap::<&str, usize>::new();
        for Shown { text, .. } in shown.iter().filter(|post| post.service == service) {
            *texts.entry(text).or_default() += 1;
        }
        assert_eq!(texts.values().sum::<usize>(), REQUESTS, "{service} after {killed} kills: {texts:#?}");
        assert!(texts.values().all(|n| *n == 1), "{service} shows a post twice after {killed} kills: {texts:#?}");
    }
    assert_eq!(shown.len(), REQUESTS * platforms.len(), "something stands elsewhere: {shown:#?}");
    assert_eq!(connections(&installation).await, platforms.len(), "an account was connected twice");
    installation.examine().await;
    drop(installation);
    places.close().await;
    killed
}

/// How often an account was connected.
async fn connections(installation: &Installation<'_>) -> usize {
    let file = || format!("sqlite:{}", installation.folder().join("agency-os.sqlite").display());
    let options = DbOptions::new(installation.database.clone().unwrap_or_else(file));
    let db = Db::connect(&options, Arc::new(SystemClock)).await.expect("the installation's database");
    let filter = EventFilter { tenant: None, kind: Some("channels.connected".to_owned()) };
    let mut conn = db.read().await.expect("a connection");
    let events = aos_workflow::recent(&mut conn, &AgencyScope::all(), &filter, None, PageSize::DEFAULT).await;
    drop(conn);
    db.close().await;
    events.expect("the history").items.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_killed_anywhere_publishes_every_social_post_once() {
    let kills = u32::try_from(number("AGENCY_OS_KILLS", 20)).expect("a number of kills");
    let share = kills / u32::try_from(LANES.len()).expect("a few");
    for kind in testing::kinds() {
        let lanes = LANES.iter().zip(number("AGENCY_OS_SEED", 7)..).map(|(platforms, seed)| async move {
            let mut random = StdRng::seed_from_u64(seed);
            let (mut killed, mut months) = (0, 0);
            while killed < share {
                killed += month(kind, *platforms, (share - killed).min(KILLS_A_JOURNEY), &mut random).await;
                months += 1;
            }
            (killed, months)
        });
        let (killed, months) =
            join_all(lanes).await.into_iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        println!("{kind:?}: {killed} kills, {months} months, {} posts, each once", months * 2 * REQUESTS);
    }
}
