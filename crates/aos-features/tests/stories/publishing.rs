//! Publishing honours the account: what it may do in a day, over all processes, and access that ends under way.

use std::{collections::BTreeSet, time::Duration};

use aos_features::{
    channels::{self, ChannelState, limits},
    content::{ContentItem, ItemState, NewRequest, PublicationState, RequestKind},
};
use aos_kernel::{Actor, ChannelId};
use aos_platforms::{
    Memory,
    memory::{Mishap, network::Turn},
};
use chrono::TimeDelta;

use crate::{
    content::{approved, publication, social},
    studio::{Studio, work_of},
};

/// A network that takes so many posts of an account in a day.
fn a_day(most: u32) -> impl Fn(Memory) -> Memory {
    move |network| network.described(|one| one.posts.as_mut().unwrap().per_day = Some(most))
}

/// So many posts that wait for the same moment, an hour from now.
async fn due_together(studio: &Studio, channel: ChannelId, posts: usize) {
    let planned_at = Some(studio.db.clock().now() + TimeDelta::hours(1));
    for n in 0..posts {
        let request = NewRequest { planned_at, ..social(&format!("Number {n}"), &[channel]) };
        studio.raise(request).await.unwrap();
    }
    assert_eq!(studio.approve_all("request").await, posts);
    assert_eq!(studio.approve_all("content_item").await, posts);
    studio.clock.advance(TimeDelta::hours(1));
}

async fn waiting(studio: &Studio) -> Vec<ContentItem> {
    let items = studio.items().await;
    items.into_iter().filter(|item| item.state == ItemState::Scheduled).collect()
}

async fn state(studio: &Studio, channel: ChannelId) -> ChannelState {
    let mut conn = studio.db.read().await.unwrap();
    channels::queries::channel(&mut conn, studio.scope, channel).await.unwrap().state
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_together_publish_what_an_account_may_and_the_rest_has_its_turn() {
    for studio in Studio::each_with(a_day(3)).await {
        let (words, other) = (studio.connect("memory_words").await, studio.another_process().await);
        due_together(&studio, words, 8).await;
        for (days, out) in [3, 6, 8].into_iter().enumerate() {
            tokio::join!(work_of(&studio.product, "one"), work_of(&other, "two"));
            let posts = studio.words.posts_on(words);
            let items: BTreeSet<_> = posts.iter().map(|post| post.item).collect();
            assert_eq!((posts.len(), items.len()), (out, out));
            let waiting = waiting(&studio).await;
            assert_eq!(waiting.len(), 8 - out);
            for item in &waiting {
                let told =
                    format!("Practice network takes no more from this account before 2026-04-0{} 10:00 UTC.", days + 2);
                assert_eq!(item.problem.as_deref(), Some(told.as_str()));
                let publication = publication(&studio, item.id).await;
                assert_eq!((publication.state, publication.attempts), (PublicationState::Intended, 0));
            }
            assert!(studio.failed().await.is_empty(), "to wait is no failure");
            let told = "SELECT COUNT(*) AS n FROM notification WHERE kind = 'publication_delayed'";
            let told = studio.db.read().await.unwrap().count(told, vec![]).await.unwrap();
            assert_eq!(told, if days == 0 { 0 } else { 2 }, "only of those that wait for two days somebody is told");
            studio.clock.advance(TimeDelta::days(1));
        }
        assert!(studio.items().await.iter().all(|item| item.problem.is_none()));
    }
}

#[tokio::test]
async fn what_certainly_did_not_happen_does_not_count() {
    for studio in Studio::each_with(a_day(1)).await {
        let words = studio.connect("memory_words").await;
        studio.words.fail_next(Mishap::Down);
        let first = approved(&studio, "First", &[words]).await[0];
        assert_eq!(publication(&studio, first).await.state, PublicationState::Failed);
        let second = approved(&studio, "Second", &[words]).await[0];
        assert_eq!(studio.item(second).await.state, ItemState::Published, "the one of this day is still there");
        studio.step(TimeDelta::minutes(1)).await;
        let told = studio.item(first).await.problem;
        assert!(told.is_some_and(|told| told.ends_with("before 2026-04-02 09:00 UTC.")));
        studio.step(TimeDelta::hours(23)).await;
        assert_eq!(studio.words.posts_on(words).len(), 1);
        studio.step(TimeDelta::hours(1)).await;
        assert_eq!(studio.item(first).await.state, ItemState::Published);

        // Of a lost answer nobody knows, so it counts: what is found later took the day's one.
        studio.step(TimeDelta::days(2)).await;
        studio.words.fail_next(Mishap::AnswerLost);
        let third = approved(&studio, "Third", &[words]).await[0];
        assert_eq!(studio.item(third).await.state, ItemState::Published);
        let fourth = approved(&studio, "Fourth", &[words]).await[0];
        assert_eq!(studio.item(fourth).await.state, ItemState::Scheduled);
        assert!(studio.failed().await.is_empty());
    }
}

#[tokio::test]
async fn a_platform_that_asks_to_be_left_alone_is_by_everything_that_goes_to_it() {
    for studio in Studio::each().await {
        let (places, pictures) = (studio.connect("memory_places").await, studio.connect("memory_pictures").await);
        studio.places.fail_next(Mishap::Busy(Some(Duration::from_secs(600))));
        let post = |title: &str| NewRequest { kind: RequestKind::Gbp, ..social(title, &[places]) };
        for title in ["Open", "Closed"] {
            studio.raise(post(title)).await.unwrap();
        }
        studio.approve_all("request").await;
        studio.approve_all("content_item").await;
        let told: Vec<_> = waiting(&studio).await.into_iter().map(|item| item.problem.unwrap()).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told.iter().all(|told| told.ends_with("before 2026-04-01 09:10 UTC.")), "{told:?}");
        assert!(told.iter().any(|told| told.starts_with("Practice place asks for fewer requests")), "{told:?}");
        approved(&studio, "Elsewhere", &[pictures]).await;
        assert_eq!(studio.pictures.posts_on(pictures).len(), 1, "another account is not held up");
        studio.step(TimeDelta::minutes(9)).await;
        assert!(studio.places.posts_on(places).is_empty());
        studio.step(TimeDelta::minutes(1)).await;
        assert_eq!(studio.places.posts_on(places).len(), 2);

        // Newsletters wait in the same way, and come out once.
        let mail = studio.connect("memory_mail").await;
        let mut tx = studio.db.begin(Actor::system("test")).await.unwrap();
        let until = Some(tx.now() + TimeDelta::hours(2));
        limits::note_left(&mut tx, studio.scope, mail, 0, until).await.unwrap();
        tx.commit().await.unwrap();
        let letter = NewRequest { kind: RequestKind::Newsletter, ..social("Letter", &[mail]) };
        studio.raise(letter).await.unwrap();
        studio.approve_all("request").await;
        studio.approve_all("content_item").await;
        assert!(studio.mail.campaigns_of(mail).is_empty());
        assert_eq!(waiting(&studio).await.len(), 1);
        studio.step(TimeDelta::hours(2)).await;
        assert_eq!(studio.mail.campaigns_of(mail).len(), 1);
        assert!(waiting(&studio).await.is_empty() && studio.failed().await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_whose_access_is_refused_under_way_renew_it_once_and_both_go_on() {
    for studio in Studio::each().await {
        let (page, other) = (studio.connect_page().await, studio.another_process().await);
        due_together(&studio, page, 2).await;
        // Ended by the network before its time; the next renewal waits, so that both stand before it.
        studio.network.end_access();
        studio.network.hold();
        let released = async {
            let both_stand_before_it = async {
                while studio.network.refused_posts() < 2 || studio.network.asked().0 == 0 {
                    tokio::task::yield_now().await;
                }
            };
            tokio::time::timeout(Duration::from_secs(10), both_stand_before_it)
                .await
                .expect("a renewal and two refusals");
            // The second one looks whether the first is through before it is.
            tokio::time::timeout(Duration::from_millis(100), std::future::pending::<()>()).await.unwrap_err();
            studio.network.release();
        };
        tokio::join!(work_of(&studio.product, "one"), work_of(&other, "two"), released);
        assert_eq!((studio.network.asked().0, studio.network.refused_posts()), (1, 2));
        let posts = studio.network.wall().posts_on(page);
        assert_eq!(posts.len(), 2, "each is out, once");
        for post in posts {
            let publication = publication(&studio, post.item).await;
            assert_eq!((publication.state, publication.attempts), (PublicationState::Live, 1));
        }
        assert_eq!(state(&studio, page).await, ChannelState::Connected);
    }
}

#[tokio::test]
async fn a_channel_is_expired_only_when_its_access_can_not_be_renewed() {
    for studio in Studio::each().await {
        let page = studio.connect_page().await;
        // The renewal does not answer for now: that says nothing about the access.
        studio.network.end_access();
        studio.network.next_renewal(Turn::Down);
        let delayed = approved(&studio, "Delayed", &[page]).await[0];
        assert_eq!(publication(&studio, delayed).await.state, PublicationState::Failed);
        assert_eq!(state(&studio, page).await, ChannelState::Connected);
        studio.step(TimeDelta::minutes(1)).await;
        assert_eq!(studio.item(delayed).await.state, ItemState::Published);

        // Somebody took their consent back.
        studio.network.take_back("anna");
        let refused = approved(&studio, "Refused", &[page]).await[0];
        assert_eq!(state(&studio, page).await, ChannelState::Expired);
        let item = studio.item(refused).await;
        assert_eq!(item.state, ItemState::Failed);
        assert_eq!(item.problem.as_deref(), Some("The practice network does not take this access any more."));
        assert_eq!(item.problem_help.as_deref(), Some("Connect it again."));
        assert_eq!(studio.network.wall().posts_on(page).len(), 1);
        let told = "SELECT COUNT(*) AS n FROM notification WHERE kind = 'channel_expired'";
        assert_eq!(studio.db.read().await.unwrap().count(told, vec![]).await.unwrap(), 1, "somebody is told");
    }
}

#[tokio::test]
async fn access_that_is_refused_as_soon_as_it_is_renewed_is_over() {
    for studio in Studio::each().await {
        let page = studio.connect_page().await;
        studio.network.end_access();
        studio.network.next_renewal(Turn::RefusedAgain);
        let refused = approved(&studio, "Refused", &[page]).await[0];
        assert_eq!(studio.item(refused).await.state, ItemState::Failed);
        assert_eq!(studio.network.asked().0, 1, "it is not renewed over and over");
        assert_eq!(state(&studio, page).await, ChannelState::Expired);
        assert!(studio.network.wall().posts_on(page).is_empty());
    }
}

#[tokio::test]
async fn where_a_look_may_miss_a_post_a_person_looks_before_anything_is_repeated() {
    for studio in Studio::each_with(Memory::hiding).await {
        let words = studio.connect("memory_words").await;
        studio.words.fail_next(Mishap::AnswerLost);
        let item = approved(&studio, "Private", &[words]).await[0];
        for _ in 0..20 {
            assert_eq!(publication(&studio, item).await.state, PublicationState::Unconfirmed);
            studio.step(TimeDelta::minutes(2)).await;
        }
        assert_eq!(studio.words.posts_on(words).len(), 1, "it stands there, and nobody made it twice");
        assert_eq!(publication(&studio, item).await.attempts, 1);
        let failed = studio.failed().await;
        let told = failed[0].error.as_deref().unwrap();
        assert!(told.starts_with("Nobody knows whether") && told.ends_with("does not show us every post."), "{told}");
        // Somebody looked, deleted what was there, and has it sent again.
        let id = studio.words.posts_on(words)[0].id;
        studio.words.delete_post(words, id);
        studio.retry(&failed[0]).await;
        assert_eq!(studio.words.posts_on(words).len(), 1);
        assert_eq!(studio.item(item).await.state, ItemState::Published);
    }
}
