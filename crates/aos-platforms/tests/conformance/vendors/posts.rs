//! Publishing posts: for every platform that declares it.

use aos_capabilities::{
    PlatformErrorKind,
    post::{Post, PostState, PublishPosts},
};
use aos_kernel::Retry;
use chrono::TimeDelta;

use super::{Case, Stage};
use crate::bench::now;

pub fn cases() -> Vec<Case> {
    crate::cases_on![
        a_post_stands_as_it_was_written,
        a_post_with_a_picture_is_published,
        words_with_the_platforms_own_signs_come_through_whole,
        a_post_is_found_by_its_words_and_its_time,
        a_post_that_somebody_deleted_is_gone,
        what_a_look_may_miss_is_never_called_absent,
        an_id_from_elsewhere_is_not_there,
        the_same_words_twice_are_told_where_the_platform_refuses_them,
        a_revoked_account_publishes_nothing,
        an_ended_token_publishes_nothing,
        a_text_over_the_limit_is_refused_before_a_request,
        what_the_rules_do_not_take_is_refused_before_a_request,
    ]
}

pub fn publisher(stage: &Stage) -> &dyn PublishPosts {
    stage.platform.posts().expect("a platform that declares posts can publish them")
}

async fn a_post_stands_as_it_was_written(stage: &Stage) {
    let published = publisher(stage).publish(&stage.account(), &stage.post("Autumn in the workshop")).await.unwrap();
    assert_eq!(stage.standing(), 1);
    let read = async || publisher(stage).read(&stage.account(), &published.id).await.unwrap().unwrap();
    let mut found = read().await;
    // Some vendors take a moment, which a later look sees the end of.
    for _ in 0..3 {
        if found.state == PostState::Processing {
            found = read().await;
        }
    }
    assert_eq!(found.id, published.id);
    assert_eq!(found.state, PostState::Live);
    let read = found;
    assert!(read.url.or(published.url).is_some_and(|url| url.scheme().starts_with("http")));
    let shown = stage.sandbox.vendors().shown();
    assert!(shown.iter().any(|one| one.text.contains("Autumn in the workshop")), "{shown:?}");
}

async fn a_post_with_a_picture_is_published(stage: &Stage) {
    let post = Post { media: vec![stage.picture()], ..stage.post("How it looks now") };
    let published = publisher(stage).publish(&stage.account(), &post).await.unwrap();
    assert_eq!(published.notes, Vec::<String>::new());
    let shown = stage.sandbox.vendors().shown();
    assert!(shown.iter().any(|one| one.text.contains("How it looks now") && !one.images.is_empty()), "{shown:?}");
}

async fn words_with_the_platforms_own_signs_come_through_whole(stage: &Stage) {
    let words = "Doors (oak) & windows [ash] *new* #workshop_2030 {soon} ~ 5 < 6 | a_b \\ “quotes” – 100 % “Größe”";
    publisher(stage).publish(&stage.account(), &stage.post(words)).await.unwrap();
    let shown = stage.sandbox.vendors().shown();
    assert!(shown.iter().any(|one| one.text == words), "{shown:?}");
}

async fn a_post_is_found_by_its_words_and_its_time(stage: &Stage) {
    let post = stage.post("Ten years of timber frames\n\nAnd what we learned.");
    let find = async |post: &Post, since| publisher(stage).find(&stage.account(), post, since).await.unwrap();
    assert_eq!(find(&post, now()).await, None);
    let published = publisher(stage).publish(&stage.account(), &post).await.unwrap();
    assert_eq!(find(&post, now()).await.map(|found| found.id), Some(published.id));
    assert_eq!(find(&post, now() + TimeDelta::hours(1)).await, None, "it was made before");
    assert_eq!(find(&stage.post("Ten years of timber"), now()).await, None, "other words are another post");
}

async fn a_post_that_somebody_deleted_is_gone(stage: &Stage) {
    let post = stage.post("Here for a moment");
    let published = publisher(stage).publish(&stage.account(), &post).await.unwrap();
    (stage.staging.delete)(&stage.sandbox, &published.id);
    assert_eq!(publisher(stage).read(&stage.account(), &published.id).await.unwrap(), None);
    assert_eq!(publisher(stage).find(&stage.account(), &post, now()).await.unwrap(), None);
}

async fn what_a_look_may_miss_is_never_called_absent(stage: &Stage) {
    assert_eq!(publisher(stage).finds_all(), stage.staging.hide.is_none(), "it says so");
    if let Some(hide) = stage.staging.hide {
        hide(&stage.sandbox);
    }
    let post = stage.post("Shown to few");
    publisher(stage).publish(&stage.account(), &post).await.unwrap();
    assert_eq!(stage.standing(), 1);
    let found = publisher(stage).find(&stage.account(), &post, now()).await.unwrap();
    assert_eq!(found.is_some(), publisher(stage).finds_all());
}

async fn an_id_from_elsewhere_is_not_there(stage: &Stage) {
    for id in ["999999999999", "not-an-id", "", "1/../2"] {
        assert_eq!(publisher(stage).read(&stage.account(), id).await.unwrap(), None, "{id}");
    }
}

async fn the_same_words_twice_are_told_where_the_platform_refuses_them(stage: &Stage) {
    let post = stage.post("Said once");
    publisher(stage).publish(&stage.account(), &post).await.unwrap();
    let again = publisher(stage).publish(&stage.account(), &stage.post("Said once")).await;
    if stage.staging.refuses_twins {
        let error = again.unwrap_err();
        assert_eq!(
            (error.kind, error.retry, error.outcome_unknown),
            (PlatformErrorKind::Conflict, Retry::Never, false)
        );
        assert_eq!(stage.standing(), 1);
    } else {
        again.unwrap();
        assert_eq!(stage.standing(), 2);
    }
}

async fn a_revoked_account_publishes_nothing(stage: &Stage) {
    (stage.staging.revoke)(&stage.sandbox);
    refused(stage, PlatformErrorKind::AuthExpired).await;
}

async fn an_ended_token_publishes_nothing(stage: &Stage) {
    (stage.staging.expire)(&stage.sandbox);
    let error = publisher(stage).publish(&stage.account(), &stage.post("Too late")).await;
    // A page's own token has no end, so nothing ends there.
    if let Err(error) = error {
        assert_eq!((error.kind, error.retry), (PlatformErrorKind::AuthExpired, Retry::Never));
        assert_eq!(stage.standing(), 0);
    } else {
        assert_eq!(stage.standing(), 1);
    }
}

async fn refused(stage: &Stage, kind: PlatformErrorKind) {
    let error = publisher(stage).publish(&stage.account(), &stage.post("Not to be seen")).await.unwrap_err();
    assert_eq!((&error.kind, error.retry), (&kind, Retry::Never), "{error:?}");
    assert!(!error.outcome_unknown);
    assert_eq!(stage.standing(), 0);
}

async fn a_text_over_the_limit_is_refused_before_a_request(stage: &Stage) {
    let rules = stage.platform.descriptor().posts.unwrap();
    let before = stage.requests();
    assert!(publisher(stage).validate(&stage.post(&"a".repeat(rules.text))).is_ok(), "the limit itself is allowed");
    for text in ["a".repeat(rules.text + 1), "👍".repeat(rules.text + 1)] {
        let error = publisher(stage).publish(&stage.account(), &stage.post(&text)).await.unwrap_err();
        assert_eq!(error.kind, PlatformErrorKind::Invalid("text".to_owned()));
        assert!(!error.outcome_unknown);
    }
    assert_eq!((stage.requests(), stage.standing()), (before, 0));
}

async fn what_the_rules_do_not_take_is_refused_before_a_request(stage: &Stage) {
    let rules = stage.platform.descriptor().posts.unwrap();
    let before = stage.requests();
    let mut unknown = stage.picture();
    unknown.content_type = "image/x-unknown".to_owned();
    let mut nameless = stage.picture();
    nameless.alt = " ".to_owned();
    let most = rules.media.iter().map(|rule| rule.most).max().unwrap_or_default();
    let crowd = vec![stage.picture(); most + 1];
    for media in [vec![unknown], vec![nameless], crowd] {
        let post = Post { media, ..stage.post("Pictures") };
        let error = publisher(stage).publish(&stage.account(), &post).await.unwrap_err();
        assert_eq!(error.kind, PlatformErrorKind::Invalid("media".to_owned()), "{error:?}");
    }
    if rules.media_required {
        let post = Post { media: Vec::new(), ..stage.post("No picture") };
        let error = publisher(stage).publish(&stage.account(), &post).await.unwrap_err();
        assert_eq!(error.kind, PlatformErrorKind::Invalid("media".to_owned()));
    }
    assert_eq!((stage.requests(), stage.standing()), (before, 0));
}
