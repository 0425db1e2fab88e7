//! What must hold when publishing goes on twice at once.

use aos_features::{
    activities,
    content::{NewRequest, PUBLISH_POST, RequestKind},
    steps::{StepContext, Work},
};
use aos_kernel::PageSize;
use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;

use crate::studio::Studio;

#[tokio::test]
async fn a_worker_that_was_held_up_publishes_nothing_that_another_took_up() {
    for studio in Studio::each().await {
        let words = studio.connect("memory_words").await;
        let request = NewRequest {
            kind: RequestKind::Social,
            title: "Roofs".to_owned(),
            brief: "What it says to whom.".to_owned(),
            channels: vec![words],
            planned_at: Some(studio.db.clock().now() + TimeDelta::days(1)),
            ..NewRequest::default()
        };
        studio.raise(request).await.unwrap();
        studio.approve_all("request").await;
        studio.approve_all("content_item").await;

        let mut conn = studio.db.read().await.unwrap();
        let pipelines = activities::queries::pipelines(&mut conn, studio.scope, None, None, PageSize::DEFAULT).await;
        drop(conn);
        let mut all = pipelines.unwrap().items.into_iter().flat_map(|view| view.activities);
        let activity = all.find(|activity| activity.step_kind.as_deref() == Some(PUBLISH_POST)).unwrap();
        let work = Work { scope: studio.scope, activity, rework: None };
        let step = studio.product.steps.step(PUBLISH_POST).unwrap();
        let cx = StepContext { db: studio.db.clone(), cancel: CancellationToken::new() };
        // Both read that nothing was attempted yet, before either says that it does; or the later one finds the post.
        let (one, other) = tokio::join!(step.run(&cx, &work), step.run(&cx, &work));
        assert_eq!(studio.words.posts_on(words).len(), 1);
        assert!(one.is_ok() || other.is_ok(), "{one:?} {other:?}");
        for error in [one, other].into_iter().filter_map(Result::err) {
            assert_eq!(error.code(), "publishing_elsewhere");
        }
    }
}
