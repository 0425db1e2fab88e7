//! Scores: at connection, monthly, with what they set off.

use aos_capabilities::evidence::{Evidence, PostFigures, ProfilePart};
use aos_features::{
    channels::{ScoreEntry, close_improvement, queries},
    strategy,
};
use aos_kernel::{ChannelId, ImprovementId, TenantId};
use chrono::TimeDelta;

use crate::{
    channels::{client_of, connected, page},
    support::{World, inside},
};

fn evidence(world: &World, posts: i64) -> Evidence {
    let part = |part: &str, filled| ProfilePart { part: part.to_owned(), filled };
    let post = |n: i64| PostFigures {
        id: n.to_string(),
        url: None,
        published_at: world.now() - TimeDelta::hours(n * 12 + 1),
        kind: "image".to_owned(),
        characters: 200,
        hashtags: 3,
        impressions: Some(1000),
        engagements: Some(40),
    };
    Evidence {
        profile: vec![part("logo", true), part("cover image", false)],
        posts: (0..posts).map(post).collect(),
        ..Evidence::default()
    }
}

async fn scores(world: &World, tenant: TenantId, channel: ChannelId) -> Vec<ScoreEntry> {
    queries::scores(&mut world.read().await, inside(tenant), channel).await.unwrap()
}

#[tokio::test]
async fn a_channel_is_scored_when_it_is_connected_and_each_month_with_the_difference() {
    for world in World::each().await {
        let (acme, ana) = client_of(&world, vec![page()]).await;
        let mut tx = world.begin().await;
        aos_features::channels::put_schedules(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        world.network.show(evidence(&world, 2));
        let channel = connected(&world, acme, ana).await;
        world.work().await;
        let first = scores(&world, acme, channel).await;
        assert_eq!(first.len(), 1);
        assert_eq!(first[0].delta, None);
        let growth = first[0].dimensions.iter().find(|one| one.key == "follower_growth").unwrap();
        assert_eq!(growth.value, None, "{growth:?}");

        // The first of May, and the day over which the channels are spread.
        world.clock.advance(TimeDelta::days(30));
        world.network.show(evidence(&world, 18));
        world.work().await;
        world.clock.advance(TimeDelta::hours(21));
        world.work().await;
        let both = scores(&world, acme, channel).await;
        assert_eq!(both.len(), 2);
        let (before, after) = (both[0].score.unwrap(), both[1].score.unwrap());
        assert!(after > before);
        assert!((both[1].delta.unwrap() - (after - before)).abs() < 0.06);
    }
}

#[tokio::test]
async fn what_is_low_proposes_work_once_while_it_is_open() {
    for world in World::each().await {
        let (acme, ana) = client_of(&world, vec![page()]).await;
        world.network.show(evidence(&world, 1));
        let channel = connected(&world, acme, ana).await;
        world.work().await;
        let proposed = || {
            let events = world.taken_events();
            let proposals = events.into_iter().filter(|event| event.kind == "channels.improvement_proposed");
            proposals.map(|event| event.data["pipeline"].clone()).collect::<Vec<_>>()
        };
        let first = proposed();
        let names: Vec<_> = first.iter().map(|pipeline| pipeline["input"]["dimension"].as_str().unwrap()).collect();
        assert_eq!(names, ["Post frequency", "Content variety"]);
        assert_eq!(first[0]["template_key"], "channel_improvement");
        assert!(first[0]["input"]["what_to_do"].as_str().unwrap().contains("20 posts a month"));
        let score_again = async || {
            world.clock.advance(TimeDelta::minutes(1));
            let mut tx = world.begin_as(ana).await;
            world.connections.score_now(&mut tx, inside(acme), channel).await.unwrap();
            tx.commit().await.unwrap();
            world.work().await;
        };
        score_again().await;
        assert_eq!(proposed().len(), 0);
        assert_eq!(queries::open_improvements(&mut world.read().await, inside(acme), channel).await.unwrap().len(), 2);

        let improvement: ImprovementId = serde_json::from_value(first[0]["input"]["improvement"].clone()).unwrap();
        let mut tx = world.begin().await;
        close_improvement(&mut tx, inside(acme), improvement).await.unwrap();
        tx.commit().await.unwrap();
        score_again().await;
        assert_eq!(proposed().len(), 1);
    }
}

#[tokio::test]
async fn a_goal_follows_the_score_of_the_channel_that_it_names() {
    for world in World::each().await {
        let (acme, ana) = client_of(&world, vec![page()]).await;
        let goal = aos_capabilities::drafts::GoalDraft {
            name: "Improve the Practice Network score to 80".to_owned(),
            description: String::new(),
            metric: "channel_score".to_owned(),
            unit: "points".to_owned(),
            baseline: None,
            target: 80.0,
            months: 3,
        };
        let mut tx = world.begin_as(ana).await;
        strategy::plan::add_goal(&mut tx, inside(acme), &goal).await.unwrap();
        tx.commit().await.unwrap();
        world.network.show(evidence(&world, 12));
        let channel = connected(&world, acme, ana).await;
        world.work().await;
        let now = world.now();
        let goals = strategy::queries::goals(&mut world.read().await, inside(acme), false, now).await.unwrap();
        let score = scores(&world, acme, channel).await[0].score;
        assert!(score.is_some());
        assert_eq!(goals[0].goal.current_value, score);
    }
}
