//! From a month's plan to pieces that are out and counted: posts, newsletters, backlinks and ad copy.

use std::time::Duration;

use aos_capabilities::{drafts::MediaChoice, model::Purpose, publish::PublishMode};
use aos_features::{
    activities::Decision,
    channels::{self, ChannelState},
    content::{
        self, ItemState, NewRequest, PublicationState, RequestKind, RequestState,
        commands::Edit,
        model::{AdNetwork, PostText, RequestDetails},
    },
};
use aos_kernel::{Actor, ChannelId, ContentItemId, Result};
use aos_platforms::memory::Mishap;
use chrono::TimeDelta;
use serde_json::json;

use crate::studio::{PICTURE, Studio};

fn reject(notes: &str) -> Decision {
    Decision::Reject { notes: notes.to_owned() }
}

pub fn social(title: &str, channels: &[ChannelId]) -> NewRequest {
    NewRequest {
        kind: RequestKind::Social,
        title: title.to_owned(),
        brief: "What it says to whom.".to_owned(),
        channels: channels.to_vec(),
        ..NewRequest::default()
    }
}

/// One social post for each channel, approved and out or on its way.
pub async fn approved(studio: &Studio, title: &str, channels: &[ChannelId]) -> Vec<ContentItemId> {
    studio.raise(social(title, channels)).await.unwrap();
    studio.approve_all("request").await;
    let items: Vec<_> =
        studio.waiting("content_item").await.iter().map(|a| ContentItemId::from_uuid(a.subject.id)).collect();
    assert_eq!(items.len(), channels.len());
    studio.approve_all("content_item").await;
    items
}

pub async fn publication(studio: &Studio, item: ContentItemId) -> content::Publication {
    let mut conn = studio.db.read().await.unwrap();
    content::queries::publication(&mut conn, studio.scope, item).await.unwrap().unwrap()
}

async fn edit(studio: &Studio, item: ContentItemId, based_on: i64, text: PostText) -> Result<i64> {
    // By somebody else than who decides.
    let mut tx = studio.db.begin(Actor::system("test")).await.unwrap();
    let (steps, platforms) = (&studio.product.steps, studio.product.connections.platforms());
    let edit = Edit { based_on, text: text.into(), note: None };
    let version = content::commands::edit_item(&mut tx, steps, platforms, studio.scope, item, edit).await?;
    tx.commit().await?;
    Ok(version)
}

#[tokio::test]
async fn a_month_on_two_networks_makes_twelve_requests_twenty_four_posts_and_twelve_of_twelve() {
    for studio in Studio::each().await {
        let (words, pictures) = (studio.connect("memory_words").await, studio.connect("memory_pictures").await);
        studio.agree("social_posts", 12).await;
        let requests = studio.requests().await;
        assert_eq!(requests.len(), 12);
        assert!(requests.iter().all(|request| request.channels.len() == 2 && request.planned_at.is_some()));
        assert!(studio.items().await.is_empty(), "nothing is made before it is approved");

        assert_eq!(studio.approve_all("request").await, 12);
        let waiting = studio.waiting("content_item").await;
        assert_eq!(waiting.len(), 24);
        let of_network = waiting.iter().filter(|approval| approval.title.ends_with("· Practice network")).count();
        assert_eq!(of_network, 12, "{:?}", waiting[0].title);
        studio.approve_all("content_item").await;
        let items = studio.items().await;
        assert!(items.iter().all(|item| item.state == ItemState::Scheduled), "they wait for their days");
        assert!(studio.words.posts_on(words).is_empty());

        studio.days(14).await;
        let half = studio.count("social_posts").await;
        assert!(half.0 > 3 && half.0 < 10, "{half:?}");
        studio.days(15).await;
        let posts = [studio.words.posts_on(words), studio.pictures.posts_on(pictures)];
        assert_eq!(posts.each_ref().map(Vec::len), [12, 12]);
        assert!(posts[0].iter().all(|post| post.text.contains("memory_words") && post.pictures.is_empty()));
        assert!(posts[1].iter().all(|post| post.pictures == ["A roof of larch"]), "its keeper says what it shows");
        assert_eq!(studio.count("social_posts").await, (12, 12));
        assert!(studio.requests().await.iter().all(|request| request.state == RequestState::Completed));
        assert!(studio.failed().await.is_empty());
    }
}

#[tokio::test]
async fn a_request_counts_when_its_last_post_is_out_and_one_channel_does_not_stop_the_other() {
    for studio in Studio::each().await {
        let (words, pictures) = (studio.connect("memory_words").await, studio.connect("memory_pictures").await);
        studio.agree("social_posts", 1).await;
        studio.approve_all("request").await;
        studio.approve_all("content_item").await;
        studio.pictures.revoke(pictures);
        studio.days(5).await;
        assert_eq!(studio.words.posts_on(words).len(), 1);
        assert_eq!(studio.count("social_posts").await, (0, 1), "one of two posts is no request");
        let failed = studio.failed().await;
        assert_eq!(failed.len(), 1);
        assert!(failed[0].error.as_deref().unwrap().contains("disconnected"));
        let mut conn = studio.db.read().await.unwrap();
        let channel = channels::queries::channel(&mut conn, studio.scope, pictures).await.unwrap();
        assert_eq!(channel.state, ChannelState::Expired);
        drop(conn);
        let states: Vec<_> = studio.items().await.iter().map(|item| (item.channel_id, item.state)).collect();
        assert!(
            states.contains(&(Some(pictures), ItemState::Failed))
                && states.contains(&(Some(words), ItemState::Published))
        );

        // Somebody connects it again, and the work that failed goes on.
        studio.pictures.welcome_back(pictures);
        assert_eq!(studio.connect("memory_pictures").await, pictures);
        studio.retry(&failed[0]).await;
        assert_eq!(studio.pictures.posts_on(pictures).len(), 1);
        assert_eq!(studio.count("social_posts").await, (1, 1));
    }
}

#[tokio::test]
async fn whatever_happens_to_an_answer_there_is_one_post() {
    for studio in Studio::each().await {
        let words = studio.connect("memory_words").await;
        // The answer is lost, and the post is found at once.
        studio.words.fail_next(Mishap::AnswerLost);
        let found = approved(&studio, "First", &[words]).await[0];
        assert_eq!(studio.item(found).await.state, ItemState::Published);

        // It is lost, and the platform is away when it is looked for: nobody knows, until it is back.
        studio.words.fail_next(Mishap::AnswerLost);
        studio.words.fail_next(Mishap::Down);
        let unknown = approved(&studio, "Second", &[words]).await[0];
        assert_eq!(publication(&studio, unknown).await.state, PublicationState::Unconfirmed);
        assert_ne!(studio.item(unknown).await.state, ItemState::Failed);
        studio.step(TimeDelta::minutes(3)).await;
        assert_eq!(studio.item(unknown).await.state, ItemState::Published);

        // It certainly did not happen: it is tried again.
        studio.words.fail_next(Mishap::Down);
        let down = approved(&studio, "Third", &[words]).await[0];
        assert_eq!(publication(&studio, down).await.state, PublicationState::Failed);
        studio.step(TimeDelta::minutes(1)).await;
        assert_eq!(studio.item(down).await.state, ItemState::Published);

        // As asked by the platform.
        studio.words.fail_next(Mishap::Busy(Some(Duration::from_secs(300))));
        let busy = approved(&studio, "Fourth", &[words]).await[0];
        studio.step(TimeDelta::minutes(4)).await;
        assert_ne!(studio.item(busy).await.state, ItemState::Published);
        studio.step(TimeDelta::minutes(2)).await;
        assert_eq!(studio.item(busy).await.state, ItemState::Published);

        let posts = studio.words.posts_on(words);
        let items: std::collections::BTreeSet<_> = posts.iter().map(|post| post.item).collect();
        assert_eq!((posts.len(), items.len()), (4, 4), "{posts:?}");
    }
}

#[tokio::test]
async fn a_post_that_is_not_found_for_long_is_sent_again_and_then_asks_a_person() {
    for studio in Studio::each().await {
        let words = studio.connect("memory_words").await;
        // Every attempt is swallowed: it makes nothing and its answer is lost.
        for _ in 0..4 {
            studio.words.fail_next(Mishap::Swallowed);
        }
        let item = approved(&studio, "Lost", &[words]).await[0];
        assert_eq!(publication(&studio, item).await.attempts, 1);
        studio.step(TimeDelta::seconds(30)).await;
        assert_eq!(publication(&studio, item).await.attempts, 1, "a feed may be slow, so nothing is repeated at once");
        for _ in 0..20 {
            studio.step(TimeDelta::minutes(2)).await;
        }
        let failed = studio.failed().await;
        assert_eq!(failed.len(), 1);
        assert!(failed[0].error.as_deref().unwrap().starts_with("Nobody knows whether"), "{:?}", failed[0].error);
        assert_eq!(publication(&studio, item).await.state, PublicationState::Unconfirmed);
        assert!(studio.words.posts_on(words).is_empty());
        // Somebody looked there and has it tried again.
        studio.retry(&failed[0]).await;
        studio.step(TimeDelta::minutes(2)).await;
        assert_eq!(studio.words.posts_on(words).len(), 1);
        assert_eq!(studio.item(item).await.state, ItemState::Published);
    }
}

#[tokio::test]
async fn a_rejection_returns_one_post_of_one_channel_to_whoever_wrote_it() {
    for studio in Studio::each().await {
        let (words, pictures) = (studio.connect("memory_words").await, studio.connect("memory_pictures").await);
        studio.raise(social("Roofs", &[words, pictures])).await.unwrap();
        studio.approve_all("request").await;
        let waiting = studio.waiting("content_item").await;
        let sent_back = waiting.iter().find(|approval| approval.title.contains("Practice pictures")).unwrap();
        studio.agents.asked.lock().unwrap().clear();
        studio.decide(std::slice::from_ref(sent_back), reject("Livelier, please.")).await.remove(0).unwrap();
        let asked = std::mem::take(&mut *studio.agents.asked.lock().unwrap());
        assert_eq!(asked.len(), 1, "only this post is written again");
        assert_eq!(asked[0].1.channels[0].platform, "memory_pictures");
        assert_eq!(asked[0].1.notes.as_deref(), Some("Livelier, please."));
        assert!(asked[0].1.previous.as_ref().is_some_and(|before| before["text"].as_str().unwrap().contains("Roofs")));

        let again = studio.waiting("content_item").await;
        let versions: Vec<_> =
            again.iter().map(|approval| (approval.title.contains("pictures"), approval.version)).collect();
        assert!(versions.contains(&(true, 2)) && versions.contains(&(false, 1)), "{versions:?}");
        studio.approve_all("content_item").await;
        assert!(studio.pictures.posts_on(pictures)[0].text.contains("Livelier"));
        assert_eq!(studio.words.posts_on(words).len(), 1);
    }
}

#[tokio::test]
async fn what_a_platform_would_not_take_is_written_again_then_shown_and_never_approved() {
    for studio in Studio::each().await {
        let words = studio.connect("memory_words").await;
        let long = json!({
            "text": "x".repeat(3_001), "title": null, "link": null, "action": null, "media": [], "sources": [], "gaps": [],
        });
        studio.agents.answer_always(Purpose::SocialPost, long);
        studio.raise(social("Long", &[words])).await.unwrap();
        studio.approve_all("request").await;
        let asked = studio.agents.asked.lock().unwrap().clone();
        assert!(asked[1].1.notes.as_deref().unwrap().contains("1 too long"), "{:?}", asked[1].1.notes);
        let waiting = studio.waiting("content_item").await;
        let item = ContentItemId::from_uuid(waiting[0].subject.id);
        let version =
            content::queries::version(&mut studio.db.read().await.unwrap(), studio.scope, item, 1).await.unwrap();
        assert!(version.gaps.iter().any(|gap| gap.what.contains("1 too long")), "{:?}", version.gaps);
        let refused = studio.decide(&waiting, Decision::Approve).await.remove(0).unwrap_err();
        assert_eq!(refused.code(), "breaks_rules");

        let text = |length: usize| PostText { text: "y".repeat(length), ..PostText::default() };
        assert_eq!(edit(&studio, item, 1, text(3_001)).await.unwrap_err().field(), Some("text"));
        let link = PostText { link: Some("somewhere".to_owned()), ..text(10) };
        assert_eq!(edit(&studio, item, 1, link).await.unwrap_err().field(), Some("link"));
        assert_eq!(edit(&studio, item, 1, text(3_000)).await.unwrap(), 2);
        studio.approve_all("content_item").await;
        assert_eq!(studio.words.posts_on(words)[0].text.len(), 3_000);
        let frozen = edit(&studio, item, 2, text(5)).await.unwrap_err();
        assert_eq!(frozen.code(), "frozen");
    }
}

#[tokio::test]
async fn a_picture_that_is_not_there_is_left_out_and_one_that_is_needed_is_asked_for() {
    for studio in Studio::each().await {
        let pictures = studio.connect("memory_pictures").await;
        let missing = MediaChoice { media: "https://www.acme.example/none.jpg".to_owned(), alt: "None".to_owned() };
        studio.agents.answer_always(
            Purpose::SocialPost,
            json!({ "text": "Look", "title": null, "link": null, "action": null, "media": [missing], "sources": [], "gaps": [] }),
        );
        studio.raise(social("Look", &[pictures])).await.unwrap();
        studio.approve_all("request").await;
        let waiting = studio.waiting("content_item").await;
        let refused = studio.decide(&waiting, Decision::Approve).await.remove(0).unwrap_err();
        assert!(refused.message().contains("needs at least one image"), "{}", refused.message());
        let item = ContentItemId::from_uuid(waiting[0].subject.id);
        let media = content::model::MediaRef { media: PICTURE.to_owned(), alt: "A roof".to_owned() };
        let text = PostText { text: "Look".to_owned(), media: vec![media], ..PostText::default() };
        edit(&studio, item, 1, text).await.unwrap();
        studio.approve_all("content_item").await;
        assert_eq!(studio.pictures.posts_on(pictures)[0].pictures, ["A roof"]);
    }
}

#[tokio::test]
async fn a_post_waits_for_its_moment_follows_it_and_asks_for_a_new_one_when_it_passed() {
    for studio in Studio::each().await {
        let words = studio.connect("memory_words").await;
        let at = |text: &str| text.parse().unwrap();
        let plan = |title: &str, moment: &str| NewRequest { planned_at: Some(at(moment)), ..social(title, &[words]) };
        studio.raise(plan("Late", "2026-04-02T08:00:00Z")).await.unwrap();
        studio.approve_all("request").await;
        studio.days(2).await;
        let waiting = studio.waiting("content_item").await;
        let late = ContentItemId::from_uuid(waiting[0].subject.id);
        let refused = studio.decide(&waiting, Decision::Approve).await.remove(0).unwrap_err();
        assert_eq!(refused.code(), "time_passed");
        let move_to = async |item: ContentItemId, mode: PublishMode| -> Result<()> {
            let mut tx = studio.db.begin(Actor::user(studio.ana)).await.unwrap();
            content::reschedule::reschedule(&mut tx, studio.scope, item, mode).await?;
            tx.commit().await.unwrap();
            studio.work().await;
            Ok(())
        };
        move_to(late, PublishMode::At(at("2026-04-05T08:00:00Z"))).await.unwrap();
        studio.approve_all("content_item").await;
        assert_eq!(studio.item(late).await.state, ItemState::Scheduled);

        // Later, and to and fro: it comes out once, when it is planned for in the end.
        move_to(late, PublishMode::At(at("2026-04-09T08:00:00Z"))).await.unwrap();
        move_to(late, PublishMode::At(at("2026-04-05T08:00:00Z"))).await.unwrap();
        move_to(late, PublishMode::At(at("2026-04-07T08:00:00Z"))).await.unwrap();
        studio.days(3).await;
        assert!(studio.words.posts_on(words).is_empty(), "the sixth is too early");
        let taken = move_to(late, PublishMode::Draft).await.unwrap_err();
        assert_eq!(taken.code(), "waits");
        // Earlier: at once.
        move_to(late, PublishMode::Now).await.unwrap();
        assert_eq!(studio.words.posts_on(words).len(), 1);
        assert_eq!(studio.item(late).await.state, ItemState::Published);
        studio.days(6).await;
        assert_eq!(studio.words.posts_on(words).len(), 1);
        assert_eq!(move_to(late, PublishMode::Now).await.unwrap_err().code(), "published_already");
    }
}

#[tokio::test]
async fn what_a_network_is_busy_with_is_watched_and_what_it_refuses_or_loses_is_told() {
    for studio in Studio::each().await {
        let words = studio.connect("memory_words").await;
        studio.words.fail_next(Mishap::Slow(Duration::from_secs(600)));
        let slow = approved(&studio, "Slow", &[words]).await[0];
        assert_eq!(publication(&studio, slow).await.state, PublicationState::Processing);
        assert_ne!(studio.item(slow).await.state, ItemState::Published);
        for _ in 0..8 {
            studio.step(TimeDelta::minutes(2)).await;
        }
        let shown = studio.item(slow).await;
        assert_eq!(shown.state, ItemState::Published);
        assert!(shown.published_url.is_some());

        studio.words.fail_next(Mishap::RejectedLater);
        let refused = approved(&studio, "Refused", &[words]).await[0];
        studio.step(TimeDelta::minutes(3)).await;
        let item = studio.item(refused).await;
        assert_eq!(item.state, ItemState::Failed);
        assert!(item.problem.as_deref().unwrap().contains("It breaks the rules of the place."), "{:?}", item.problem);

        // It is made again with the platform's words, approved anew, and stands there once.
        let again = async |item: ContentItemId| {
            let mut tx = studio.db.begin(Actor::user(studio.ana)).await.unwrap();
            content::commands::make_again(&mut tx, &studio.product.steps, studio.scope, item).await?;
            tx.commit().await.unwrap();
            studio.work().await;
            Ok::<_, aos_kernel::Error>(())
        };
        again(refused).await.unwrap();
        assert_eq!(again(refused).await.unwrap_err().code(), "not_failed");
        let asked = studio.agents.asked.lock().unwrap().last().unwrap().1.clone();
        assert!(asked.notes.as_deref().unwrap().contains("It breaks the rules of the place."));
        assert_eq!(studio.approve_all("content_item").await, 1);
        assert_eq!(studio.item(refused).await.state, ItemState::Published);

        let post = studio.words.posts_on(words).into_iter().find(|post| post.item == slow).unwrap();
        studio.words.delete_post(words, post.id);
        studio.days(2).await;
        let gone = studio.item(slow).await;
        assert_eq!(
            (gone.state, gone.problem.as_deref()),
            (ItemState::Failed, Some("The post was removed on the platform."))
        );
    }
}

#[tokio::test]
async fn a_month_of_posts_for_the_business_profile_runs_to_ten_of_ten() {
    for studio in Studio::each().await {
        let places = studio.connect("memory_places").await;
        studio.agree("gbp_posts", 10).await;
        let requests = studio.requests().await;
        assert!(requests.iter().all(|request| request.kind == RequestKind::Gbp && request.format == "update"));
        studio.approve_all("request").await;
        studio.approve_all("content_item").await;
        studio.days(29).await;
        assert_eq!(studio.places.posts_on(places).len(), 10);
        assert_eq!(studio.count("gbp_posts").await, (10, 10));
    }
}

#[tokio::test]
async fn two_newsletters_go_out_once_each_to_the_audience() {
    for studio in Studio::each().await {
        let mail = studio.connect("memory_mail").await;
        studio.agree("newsletters", 2).await;
        studio.approve_all("request").await;
        // Of one the answer is lost: it is found by its item, and nobody gets it twice.
        studio.approve_all("content_item").await;
        assert!(studio.mail.campaigns_of(mail).is_empty(), "they wait for their days");
        studio.mail.fail_next(Mishap::AnswerLost);
        studio.days(29).await;
        let sent = studio.mail.campaigns_of(mail);
        assert_eq!(sent.len(), 2);
        assert!(sent.iter().all(|campaign| campaign.audience == "readers" && campaign.html.contains("*|UNSUB|*")));
        assert!(sent[0].html.contains("<h2>News</h2>"), "{}", sent[0].html);
        assert_eq!(studio.count("newsletters").await, (2, 2));
        let item = studio.items().await.remove(0);
        assert!(publication(&studio, item.id).await.notes.iter().any(|note| note.contains("412 people")));
    }
}

#[tokio::test]
async fn ten_sites_are_asked_by_hand_and_each_confirmation_counts() {
    for studio in Studio::each().await {
        studio.agree("backlinks", 10).await;
        let requests = studio.requests().await;
        assert!(requests.iter().all(|request| request.details.site.is_some() && request.channels.is_empty()));
        studio.approve_all("request").await;
        studio.approve_all("content_item").await;
        let tasks = studio.tasks().await;
        assert_eq!(tasks.len(), 10, "no channel sends a mail to one person, so a person does");
        assert_eq!(studio.count("backlinks").await, (0, 10));
        for (n, task) in tasks.iter().enumerate() {
            studio.hand_in(task, json!({ "notes": format!("Sent at noon, number {n}.") })).await;
        }
        assert_eq!(studio.count("backlinks").await, (10, 10));
        let item = studio.items().await.remove(0);
        let sent = publication(&studio, item.id).await;
        assert_eq!((sent.state, sent.channel_id, sent.version), (PublicationState::Live, None, 1));
        assert!(sent.notes[0].starts_with("Version 1 went to "), "{:?}", sent.notes);
        assert!(sent.notes[1].contains("Sent at noon"));
    }
}

#[tokio::test]
async fn four_sets_of_ad_copy_are_handed_over_within_their_networks_limits() {
    for studio in Studio::each().await {
        studio.agree("ad_copy_sets", 4).await;
        studio.approve_all("request").await;
        let items = studio.items().await;
        for item in &items {
            let mut conn = studio.db.read().await.unwrap();
            let version = content::queries::version(&mut conn, studio.scope, item.id, 1).await.unwrap();
            let copy = version.text.ad_copy().unwrap();
            assert_eq!(
                copy.final_url, "https://www.acme.example/roofs",
                "where a click leads was approved with the brief"
            );
            assert_eq!(copy.network == AdNetwork::Google, copy.primary_texts.is_empty());
            assert!(version.markdown.contains("## Headlines") && version.word_count > 5);
        }
        assert_eq!(studio.approve_all("content_item").await, 4);
        for task in studio.tasks().await {
            studio.hand_in(&task, json!({})).await;
        }
        assert_eq!(studio.count("ad_copy_sets").await, (4, 4));
        assert!(studio.requests().await.iter().all(|request| request.state == RequestState::Completed));
    }
}

#[tokio::test]
async fn anybody_may_ask_for_a_piece_of_any_kind_beside_the_plan() {
    for studio in Studio::each().await {
        let none = studio.raise(social("No channel", &[])).await.unwrap_err();
        assert_eq!(none.field(), Some("channels"));
        let (words, _) = (studio.connect("memory_words").await, studio.connect("memory_pictures").await);
        studio.connect("memory_places").await;
        studio.connect("memory_mail").await;
        assert_eq!(studio.raise(social("Which", &[])).await.unwrap_err().field(), Some("channels"));
        assert_eq!(studio.raise(social("Unknown", &[ChannelId::new()])).await.unwrap_err().field(), Some("channels"));
        let of = |kind: RequestKind, details: RequestDetails| NewRequest {
            kind,
            title: format!("One {kind}"),
            brief: "What it says to whom.".to_owned(),
            details,
            ..NewRequest::default()
        };
        let nothing = RequestDetails::default;
        studio.raise(social("One post", &[words])).await.unwrap();
        studio.raise(of(RequestKind::Gbp, nothing())).await.unwrap();
        studio.raise(of(RequestKind::Newsletter, nothing())).await.unwrap();
        let site = RequestDetails { site: Some("b.example".to_owned()), ..nothing() };
        studio.raise(of(RequestKind::Backlink, site)).await.unwrap();
        let network = RequestDetails { network: Some(AdNetwork::Meta), ..nothing() };
        studio.raise(of(RequestKind::AdCopy, network)).await.unwrap();
        assert_eq!(studio.approve_all("request").await, 5);
        assert_eq!(studio.approve_all("content_item").await, 5);
        for task in studio.tasks().await {
            studio.hand_in(&task, json!({})).await;
        }
        let requests = studio.requests().await;
        let open: Vec<_> = requests
            .iter()
            .filter(|request| request.state != RequestState::Completed)
            .map(|r| (r.kind, r.state))
            .collect();
        assert_eq!(open, []);
        // The read models of every screen show them.
        let mut conn = studio.db.read().await.unwrap();
        let size = aos_kernel::PageSize::clamped(50);
        let asked = aos_features::read_models::client::asked(&mut conn, studio.scope, None, size).await.unwrap();
        assert_eq!(asked.items.len(), 5);
        let shipped = aos_features::read_models::client::shipped(&mut conn, studio.scope, None, size).await.unwrap();
        assert_eq!(shipped.items.len(), 5);
        let posts = aos_features::read_models::content::posts(&mut conn, studio.scope, None, None, size).await.unwrap();
        assert_eq!(posts.items.len(), 5);
    }
}
