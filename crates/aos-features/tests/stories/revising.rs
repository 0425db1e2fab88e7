//! An article that stands on the client's site is written anew.

use aos_features::{
    content::{
        self, ItemState, NewRequest, PublicationState, RequestKind,
        commands::Edit,
        model::{ArticleText, ItemText},
    },
    tenants::{self, ApprovalPolicy, Settings},
};
use aos_kernel::{Actor, ChannelId, ContentItemId, Result};
use aos_platforms::memory::Mishap;
use chrono::TimeDelta;

use crate::studio::Studio;

/// A client with a channel and one piece that is out on it.
async fn published(studio: &Studio, kind: RequestKind, platform: &str) -> (ChannelId, ContentItemId) {
    let channel = studio.connect(platform).await;
    let request = NewRequest {
        kind,
        title: "Roofs".to_owned(),
        brief: "What lasts.".to_owned(),
        channels: if kind == RequestKind::Blog { Vec::new() } else { vec![channel] },
        planned_at: Some(studio.db.clock().now() + TimeDelta::hours(1)),
        ..NewRequest::default()
    };
    studio.raise(request).await.unwrap();
    studio.approve_all("request").await;
    studio.approve_all("content_item").await;
    studio.days(1).await;
    let item = studio.items().await.remove(0);
    assert_eq!(item.state, ItemState::Published);
    (channel, item.id)
}

/// Says it in other words.
async fn say(studio: &Studio, item: ContentItemId, words: &str) -> Result<i64> {
    let mut tx = studio.db.begin(Actor::user(studio.ana)).await.unwrap();
    let based_on = content::queries::item(&mut tx, studio.scope, item).await?.current_version;
    let ItemText::Article(before) = content::queries::version(&mut tx, studio.scope, item, based_on).await?.text else {
        panic!("an article of another kind")
    };
    let text = ItemText::Article(ArticleText { markdown: words.to_owned(), ..before });
    let (steps, platforms) = (&studio.product.steps, studio.product.connections.platforms());
    let edit = Edit { based_on, text, note: None };
    let version = content::commands::edit_item(&mut tx, steps, platforms, studio.scope, item, edit).await?;
    tx.commit().await?;
    studio.work().await;
    Ok(version)
}

/// Whoever wrote it may decide on it, as in an agency of one.
async fn alone(studio: &Studio) {
    let mut tx = studio.db.begin(Actor::user(studio.ana)).await.unwrap();
    let approval = ApprovalPolicy { allow_own_work: true, ..ApprovalPolicy::default() };
    let settings = Settings { approval, ..Settings::default() };
    tenants::commands::change_settings(&mut tx, studio.scope, settings).await.unwrap();
    tx.commit().await.unwrap();
}

fn stands(studio: &Studio, site: ChannelId) -> Vec<String> {
    studio.site.standing(site).into_iter().map(|post| post.article.html).collect()
}

#[tokio::test]
async fn a_new_text_replaces_what_stands_there_once_somebody_approved_it() {
    for studio in Studio::each().await {
        let (site, item) = published(&studio, RequestKind::Blog, "memory").await;
        alone(&studio).await;
        let (before, counted) = (studio.item(item).await, stands(&studio, site));
        assert_eq!(say(&studio, item, "Oak lasts for centuries.").await.unwrap(), 2);
        assert_eq!(stands(&studio, site), counted, "nobody approved it yet");
        assert_eq!(studio.item(item).await.state, ItemState::Published);

        // Sent back, it is changed by whoever wrote it, and changed once more while it waits.
        let waiting = studio.waiting("content_item").await;
        assert_eq!(waiting.len(), 1);
        let notes = aos_features::activities::Decision::Reject { notes: "Not for centuries.".to_owned() };
        studio.decide(&waiting, notes).await[0].as_ref().unwrap();
        assert_eq!(studio.item(item).await.state, ItemState::Published);
        say(&studio, item, "Oak lasts for a century.").await.unwrap();
        assert_eq!(say(&studio, item, "Oak lasts for a hundred years.").await.unwrap(), 4);
        assert_eq!(studio.approve_all("content_item").await, 1);

        let now = stands(&studio, site);
        assert_eq!(now.len(), 1, "the same post, not a second one");
        assert!(now[0].contains("Oak lasts for a hundred years."), "{now:?}");
        let after = studio.item(item).await;
        assert_eq!((after.state, after.published_at), (ItemState::Published, before.published_at));
        assert_eq!((after.approved_version, after.published_url), (Some(4), before.published_url));

        // It is the same again and again, and each time the last one that was approved stands there.
        say(&studio, item, "Ask us about oak.").await.unwrap();
        studio.approve_all("content_item").await;
        assert!(stands(&studio, site)[0].contains("Ask us about oak."));
        assert!(studio.waiting("content_item").await.is_empty());
    }
}

#[tokio::test]
async fn a_change_that_was_lost_on_its_way_is_made_again_and_never_taken_for_done() {
    for studio in Studio::each().await {
        let (site, item) = published(&studio, RequestKind::Blog, "memory").await;
        alone(&studio).await;
        // The answer is lost and nothing happened, which nobody can tell from the outside.
        studio.site.fail_next(Mishap::Swallowed);
        say(&studio, item, "Oak lasts longer.").await.unwrap();
        studio.approve_all("content_item").await;
        assert!(!stands(&studio, site)[0].contains("Oak"), "it was swallowed");
        assert!(say(&studio, item, "Meanwhile.").await.is_err(), "what was approved is on its way");
        for _ in 0..6 {
            studio.step(TimeDelta::minutes(10)).await;
        }
        assert!(stands(&studio, site)[0].contains("Oak lasts longer."));
        let mut conn = studio.db.read().await.unwrap();
        let publication = content::queries::publication(&mut conn, studio.scope, item).await.unwrap().unwrap();
        assert_eq!((publication.state, publication.version), (PublicationState::Live, 2));
        drop(conn);

        // A site that is down changes nothing, and the old text stays known for what it is.
        studio.site.fail_next(Mishap::Down);
        say(&studio, item, "Larch again.").await.unwrap();
        studio.approve_all("content_item").await;
        assert!(stands(&studio, site)[0].contains("Oak lasts longer."));
        for _ in 0..6 {
            studio.step(TimeDelta::minutes(10)).await;
        }
        assert!(stands(&studio, site)[0].contains("Larch again."));
        assert_eq!(stands(&studio, site).len(), 1);
    }
}

#[tokio::test]
async fn what_went_out_on_a_network_is_not_written_anew() {
    for studio in Studio::each().await {
        let (_, item) = published(&studio, RequestKind::Social, "memory_words").await;
        let mut tx = studio.db.begin(Actor::user(studio.ana)).await.unwrap();
        let text = content::queries::version(&mut tx, studio.scope, item, 1).await.unwrap().text;
        let ItemText::Post(mut post) = text else { panic!("a post of another kind") };
        post.text.push('!');
        let edit = Edit { based_on: 1, text: ItemText::Post(post), note: None };
        let (steps, platforms) = (&studio.product.steps, studio.product.connections.platforms());
        let refused = content::commands::edit_item(&mut tx, steps, platforms, studio.scope, item, edit).await;
        assert_eq!(refused.unwrap_err().code(), "frozen");
    }
}
