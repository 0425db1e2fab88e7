//! Publishing articles: for every platform that declares it.

use aos_capabilities::{
    PlatformErrorKind,
    publish::{Article, PublishMode, PublishedState},
};
use aos_kernel::{ContentItemId, Retry};
use chrono::TimeDelta;

use crate::{
    Case,
    articles::{article, illustrated},
    bench::{Bench, now},
    cases,
};

pub fn cases() -> Vec<Case> {
    cases![
        an_article_stands_as_wished,
        a_moment_to_come_is_kept_or_refused,
        an_article_with_everything_is_published_without_a_note,
        an_item_is_found_by_itself_only,
        an_item_is_found_in_every_state,
        an_update_changes_the_same_article,
        a_plan_can_be_brought_forward_and_taken_back,
        two_articles_may_wish_for_one_address,
        an_article_that_somebody_deleted_is_gone,
        an_article_in_the_bin_is_said_to_be_there,
        an_id_from_elsewhere_is_not_there,
        a_revoked_account_publishes_nothing,
        an_article_without_a_title_is_refused_before_a_request,
    ]
}

async fn an_article_stands_as_wished(bench: &dyn Bench) {
    let later = now() + TimeDelta::days(3);
    let mut wished = 0;
    for (mode, state) in [
        (PublishMode::Draft, PublishedState::Draft),
        (PublishMode::Now, PublishedState::Live),
        (PublishMode::At(later), PublishedState::Scheduled(later)),
        (PublishMode::At(now() - TimeDelta::days(1)), PublishedState::Live),
    ]
    .into_iter()
    .filter(|(_, state)| bench.publisher().schedules() || !matches!(state, PublishedState::Scheduled(_)))
    {
        wished += 1;
        let wish = Article { mode, slug: format!("as-wished-{}", bench.standing()), ..article() };
        let published = bench.publisher().publish(&bench.account(), &wish).await.unwrap();
        assert_eq!(published.state, state);
        let read = bench.publisher().read(&bench.account(), &published.id).await.unwrap().unwrap();
        assert_eq!((read.state, &read.url), (state, &published.url));
    }
    assert_eq!(bench.standing(), wished);
}

/// What schedules nothing says so before anything is sent; the product keeps the article until its moment.
async fn a_moment_to_come_is_kept_or_refused(bench: &dyn Bench) {
    let (account, before) = (bench.account(), bench.requests());
    let wish = Article { mode: PublishMode::At(now() + TimeDelta::days(3)), ..article() };
    let outcome = bench.publisher().publish(&account, &wish).await;
    if bench.publisher().schedules() {
        assert_eq!(outcome.unwrap().state, PublishedState::Scheduled(now() + TimeDelta::days(3)));
    } else {
        assert_eq!(outcome.unwrap_err().kind, PlatformErrorKind::Unsupported);
        assert_eq!((bench.requests(), bench.standing()), (before, 0));
    }
}

async fn an_article_with_everything_is_published_without_a_note(bench: &dyn Bench) {
    let published = bench.publisher().publish(&bench.account(), &illustrated()).await.unwrap();
    assert_eq!(published.notes.len(), usize::from(!bench.sets_terms()), "{:?}", published.notes);
}

async fn an_item_is_found_by_itself_only(bench: &dyn Bench) {
    let article = article();
    let find = async |item, slug| bench.publisher().find(&bench.account(), item, slug).await.unwrap();
    assert_eq!(find(article.item, "roof-care").await, None);
    let published = bench.publisher().publish(&bench.account(), &article).await.unwrap();
    for slug in ["roof-care", "another-address", ""] {
        assert_eq!(find(article.item, slug).await.map(|found| found.id), Some(published.id.clone()), "{slug}");
    }
    assert_eq!(find(ContentItemId::new(), "roof-care").await, None, "the same address is not the same item");
}

async fn an_item_is_found_in_every_state(bench: &dyn Bench) {
    let planned = bench.publisher().schedules().then_some(PublishMode::At(now() + TimeDelta::days(1)));
    for mode in [PublishMode::Draft, PublishMode::Now].into_iter().chain(planned) {
        let article = Article { mode, ..article() };
        let published = bench.publisher().publish(&bench.account(), &article).await.unwrap();
        let found = bench.publisher().find(&bench.account(), article.item, &article.slug).await.unwrap().unwrap();
        assert_eq!((found.id, found.state), (published.id, published.state));
    }
}

async fn an_update_changes_the_same_article(bench: &dyn Bench) {
    let mut article = illustrated();
    let first = bench.publisher().publish(&bench.account(), &article).await.unwrap();
    article.title = "Roof care, revised".to_owned();
    article.image = None;
    article.tags.clear();
    let second = bench.publisher().update(&bench.account(), &first.id, &article).await.unwrap();
    assert_eq!((&second.id, second.state), (&first.id, PublishedState::Live));
    assert_eq!(second.notes, Vec::<String>::new());
    assert_eq!(bench.standing(), 1);
}

async fn a_plan_can_be_brought_forward_and_taken_back(bench: &dyn Bench) {
    if !bench.publisher().schedules() {
        return;
    }
    let mut article = Article { mode: PublishMode::At(now() + TimeDelta::days(9)), ..article() };
    let planned = bench.publisher().publish(&bench.account(), &article).await.unwrap();
    for (mode, state) in [
        (PublishMode::At(now() + TimeDelta::days(2)), PublishedState::Scheduled(now() + TimeDelta::days(2))),
        (PublishMode::Draft, PublishedState::Draft),
        (PublishMode::At(now() + TimeDelta::days(4)), PublishedState::Scheduled(now() + TimeDelta::days(4))),
        (PublishMode::Now, PublishedState::Live),
    ] {
        article.mode = mode;
        let updated = bench.publisher().update(&bench.account(), &planned.id, &article).await.unwrap();
        assert_eq!(updated.state, state);
    }
}

async fn two_articles_may_wish_for_one_address(bench: &dyn Bench) {
    let (one, other) = (article(), article());
    let first = bench.publisher().publish(&bench.account(), &one).await.unwrap();
    let second = bench.publisher().publish(&bench.account(), &other).await.unwrap();
    assert_ne!((&first.id, &first.url), (&second.id, &second.url));
    assert!(second.notes.iter().any(|note| note.contains("roof-care-2")), "{:?}", second.notes);
    let found = bench.publisher().find(&bench.account(), other.item, "roof-care").await.unwrap().unwrap();
    assert_eq!(found.id, second.id);
}

async fn an_article_that_somebody_deleted_is_gone(bench: &dyn Bench) {
    let article = article();
    let published = bench.publisher().publish(&bench.account(), &article).await.unwrap();
    bench.delete(&published.id);
    assert_eq!(bench.publisher().read(&bench.account(), &published.id).await.unwrap(), None);
    assert_eq!(bench.publisher().find(&bench.account(), article.item, &article.slug).await.unwrap(), None);
    let error = bench.publisher().update(&bench.account(), &published.id, &article).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (PlatformErrorKind::NotFound, Retry::Never));
    assert_eq!(bench.standing(), 0);
}

async fn an_article_in_the_bin_is_said_to_be_there(bench: &dyn Bench) {
    let article = article();
    let published = bench.publisher().publish(&bench.account(), &article).await.unwrap();
    bench.bin(&published.id).await;
    let read = bench.publisher().read(&bench.account(), &published.id).await.unwrap().unwrap();
    assert_eq!(read.state, PublishedState::Trashed);
    let found = bench.publisher().find(&bench.account(), article.item, &article.slug).await.unwrap().unwrap();
    assert_eq!(found.state, PublishedState::Trashed);
    let error = bench.publisher().update(&bench.account(), &published.id, &article).await.unwrap_err();
    assert_eq!(error.kind, PlatformErrorKind::NotFound, "the bin is not opened behind anybody's back");
}

async fn an_id_from_elsewhere_is_not_there(bench: &dyn Bench) {
    for id in ["999999", "not-an-id", "", "1/../2"] {
        assert_eq!(bench.publisher().read(&bench.account(), id).await.unwrap(), None, "{id}");
    }
}

async fn a_revoked_account_publishes_nothing(bench: &dyn Bench) {
    bench.revoke();
    let error = bench.publisher().publish(&bench.account(), &illustrated()).await.unwrap_err();
    assert_eq!((&error.kind, error.retry), (&PlatformErrorKind::AuthExpired, Retry::Never));
    assert!(!error.outcome_unknown);
    assert_eq!(bench.standing(), 0);
}

async fn an_article_without_a_title_is_refused_before_a_request(bench: &dyn Bench) {
    let account = bench.account();
    let before = bench.requests();
    let nameless = Article { title: "  ".to_owned(), ..article() };
    let error = bench.publisher().publish(&account, &nameless).await.unwrap_err();
    assert_eq!(error.kind, PlatformErrorKind::Invalid("title".to_owned()));
    assert_eq!(bench.requests(), before);
}
