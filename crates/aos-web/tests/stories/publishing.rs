//! What becomes of an approved post on the client's site, and what a person can do about it.

use aos_features::{
    channels,
    content::{self, ItemState},
};
use aos_kernel::{ChannelId, ContentItemId};
use aos_platforms::memory::Mishap;
use aos_storage::testing::kinds;
use axum::http::StatusCode;

use crate::{
    journey::{Journey, hidden, place},
    support::Browser,
};

/// The first post that waits, approved like this.
pub async fn approved(journey: &Journey, more: &[(&str, &str)]) -> ContentItemId {
    let approval = journey.waiting("content_item").await.remove(0).approval;
    let path = format!("/portal/approvals/{}", approval.id);
    let hash = hidden(&journey.browser.get(&path).await.body, "hash");
    let fields = [&[("hash", hash.as_str())], more].concat();
    let answer = journey.browser.submit(&format!("{path}/approve"), &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    journey.app.work().await;
    ContentItemId::from_uuid(approval.subject.id)
}

pub async fn site_of(journey: &Journey) -> ChannelId {
    let mut conn = journey.app.db.read().await.unwrap();
    channels::queries::channels(&mut conn, journey.scope()).await.unwrap()[0].id
}

#[tokio::test]
async fn a_post_whose_image_the_site_refuses_is_published_without_it_when_a_person_says_so() {
    for kind in kinds() {
        let journey = Journey::to_the_posts(kind).await;
        journey.app.practice.fail_next(Mishap::ImageRefused);
        let item = approved(&journey, &[("mode", "now")]).await;
        let page = format!("/portal/clients/{}/items/{item}", journey.client);
        let failed = journey.browser.get(&page).await;
        assert!(failed.body.contains("does not take this image"), "{}", failed.body);
        assert!(failed.body.contains("Publish without the image"), "{}", failed.body);

        // The client's own people have another face, and can't take the image away.
        let writer = journey.app.person("Mia", aos_features::people::Role::TenantMember, Some(journey.client)).await;
        let writer = Browser::of(&journey.app, writer).await;
        assert!(!writer.get(&page).await.body.contains("Publish without the image"));
        let refused = writer.submit(&format!("{page}/publication/without-image"), &[]).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{}", refused.body);

        let before =
            content::queries::version(&mut journey.app.db.read().await.unwrap(), journey.scope(), item, 1).await;
        let answer = journey.browser.submit(&format!("{page}/publication/without-image"), &[]).await;
        assert_eq!((answer.status, place(&answer)), (StatusCode::SEE_OTHER, page.clone()), "{}", answer.body);
        journey.app.work().await;

        let standing = journey.app.practice.standing(site_of(&journey).await);
        assert_eq!(standing.len(), 1);
        assert!(standing[0].article.image.is_none(), "the image went out all the same");
        let mut conn = journey.app.db.read().await.unwrap();
        let post = content::queries::item(&mut conn, journey.scope(), item).await.unwrap();
        assert_eq!((post.state, post.without_image), (ItemState::Published, true));
        let frozen = content::queries::version(&mut conn, journey.scope(), item, 1).await.unwrap();
        assert_eq!(frozen.hash, before.unwrap().hash, "what was approved stays as it was");
        drop(conn);
        let told = journey.browser.get(&page).await.body;
        assert!(told.contains("published without its image"), "{told}");
        // It is done once: there is nothing left to take away.
        let again = journey.browser.submit(&format!("{page}/publication/without-image"), &[]).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.body);

        // With nothing going wrong the image goes out.
        approved(&journey, &[("mode", "now")]).await;
        let standing = journey.app.practice.standing(site_of(&journey).await);
        assert!(standing.last().is_some_and(|post| post.article.image.is_some()), "the sample's posts have an image");
        journey.end().await;
    }
}

#[tokio::test]
async fn work_shows_its_runs_what_it_waits_for_and_what_is_still_to_come() {
    for kind in kinds() {
        let journey = Journey::to_the_posts(kind).await;
        let work = journey.browser.get(&format!("/portal/clients/{}/work", journey.client)).await.body;
        assert!(work.contains("href=\"/portal/runs/"), "{work}");
        assert!(work.contains("Waits for a decision."), "{work}");
        let waiting = journey.waiting("content_item").await;
        assert!(work.contains(&format!("/portal/approvals/{}", waiting[0].approval.id)), "{work}");
        assert!(work.contains("Waits for “Review and approve the blog post”."), "{work}");
        journey.end().await;
    }
}

#[tokio::test]
async fn a_published_post_is_written_anew_and_what_readers_see_changes_when_somebody_else_approves_it() {
    for kind in kinds() {
        let journey = Journey::to_the_posts(kind).await;
        let item = approved(&journey, &[("mode", "now")]).await;
        let page = format!("/portal/clients/{}/items/{item}", journey.client);
        assert!(journey.browser.get(&page).await.body.contains(&format!("{page}/edit")));
        let editor = journey.browser.get(&format!("{page}/edit")).await.body;
        let base = hidden(&editor, "base_version");
        let words = "Larch needs no paint at all.\n\nIt turns grey, and lasts.";
        let fields = [("base_version", base.as_str()), ("title", "What larch needs"), ("markdown", words)];
        let saved = journey.browser.submit(&format!("{page}/edit"), &fields).await;
        assert_eq!((saved.status, place(&saved)), (StatusCode::SEE_OTHER, page.clone()), "{}", saved.body);

        let shown = journey.browser.get(&page).await.body;
        assert!(shown.contains("Version 1 stands on the site") && shown.contains("waits for a decision"), "{shown}");
        let site = site_of(&journey).await;
        assert!(!journey.app.practice.standing(site)[0].article.html.contains("no paint at all"));

        // Whoever wrote it does not decide; whoever does sees what it replaces, and nothing is to be planned.
        let waits = |one: &aos_features::activities::PendingApproval| one.approval.subject.id == item.uuid();
        let approval = journey.waiting("content_item").await.into_iter().find(waits).unwrap().approval;
        let path = format!("/portal/approvals/{}", approval.id);
        assert!(journey.browser.get(&path).await.body.contains("somebody else decides"));
        let other = journey.app.person("Ruth", aos_features::people::Role::Reviewer, None).await;
        let other = Browser::of(&journey.app, other).await;
        let asked = other.get(&path).await.body;
        assert!(asked.contains("is replaced by this text at once"), "{asked}");
        assert!(!asked.contains("Put there as a draft"), "{asked}");
        let hash = hidden(&asked, "hash");
        let fields = [("hash", hash.as_str()), ("mode", "now")];
        let done = other.submit(&format!("{path}/approve"), &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
        journey.app.work().await;
        let standing = journey.app.practice.standing(site);
        assert_eq!(standing.len(), 1, "the same post");
        assert_eq!(standing[0].article.title, "What larch needs");
        let shown = journey.browser.get(&page).await.body;
        assert!(!shown.contains("stands on the site") && shown.contains("brought version 2"), "{shown}");
        journey.end().await;
    }
}
