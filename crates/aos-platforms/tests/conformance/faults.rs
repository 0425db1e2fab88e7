//! What goes wrong on the other side: the right decision, the right words, and never a second article.

use std::time::Duration;

use aos_capabilities::PlatformErrorKind as Kind;

use crate::{
    articles::article,
    bench::{Again, Bench, Mishap, Request},
};

/// What a caller should learn from a failed write.
struct Expected {
    kind: Kind,
    again: Again,
    /// For a write of an article; never for a read.
    unknown: bool,
    /// Whether the article stands there all the same.
    happened: bool,
}

/// `None`: the client copes by itself.
fn expected(bench: &dyn Bench, mishap: Mishap) -> Option<Expected> {
    use Mishap as M;
    let (kind, again, unknown, happened) = match mishap {
        M::BodySlow | M::PhpNotice => return None,
        M::Unreachable => (Kind::Unavailable, Again::Later, false, false),
        M::Unauthorized => (Kind::AuthExpired, Again::Never, false, false),
        M::Forbidden | M::Firewall403 => (Kind::PermissionMissing, Again::Never, false, false),
        M::RouteMissing => (Kind::NotFound, Again::Never, false, false),
        M::Conflict => (Kind::Conflict, Again::Never, false, false),
        M::Busy => (Kind::RateLimited, Again::Later, false, false),
        M::BusyForSevenSeconds => (Kind::RateLimited, Again::After(Duration::from_secs(7)), false, false),
        M::Failed500 | M::Failed502 | M::Failed503 | M::MaintenancePage503 | M::DroppedBeforeEffect => {
            (Kind::Unavailable, Again::Later, true, false)
        }
        M::Failed500AfterEffect | M::DroppedAfterEffect | M::DroppedInBody => {
            (Kind::Unavailable, Again::Later, true, true)
        }
        M::JsonCutOff => (Kind::UnexpectedResponse, Again::Later, true, true),
        M::LoginPage200 => (Kind::UnexpectedResponse, bench.after_a_page(), true, false),
        M::Redirected => (Kind::UnexpectedResponse, Again::Never, false, false),
    };
    Some(Expected { kind, again, unknown, happened })
}

pub async fn publish(bench: &dyn Bench, mishap: Mishap) {
    let (account, article) = (bench.account(), article());
    bench.arrange(mishap, Request::Write);
    let outcome = bench.publisher().publish(&bench.account(), &article).await;
    let Some(expected) = expected(bench, mishap) else {
        let published = outcome.unwrap();
        assert_eq!(published.notes.len(), usize::from(mishap == Mishap::PhpNotice), "{:?}", published.notes);
        assert_eq!(bench.standing(), 1);
        return;
    };
    let error = outcome.unwrap_err();
    assert_eq!(error.kind, expected.kind, "{error:?}");
    assert_eq!(Again::from(error.retry), expected.again, "{error:?}");
    assert_eq!(error.outcome_unknown, expected.unknown, "{error:?}");
    assert_eq!(error.platform, bench.platform().descriptor().id);
    assert_eq!(bench.standing(), usize::from(expected.happened));
    for words in [Some(&error.message), error.help.as_ref()] {
        let words = words.expect("a failure says what happened and what to do");
        assert!(words.ends_with('.') && words.len() > 15, "not a sentence: {words}");
        assert!(!words.contains("Some(") && !words.contains("http_"), "not for people: {words}");
    }

    // What a caller does: look when the outcome is unknown, and repeat only what certainly did not happen.
    bench.reach_again();
    let found = bench.publisher().find(&account, article.item, &article.slug).await.unwrap();
    assert_eq!(found.is_some(), expected.happened);
    if found.is_none() {
        bench.publisher().publish(&account, &article).await.unwrap();
    }
    assert_eq!(bench.standing(), 1);
}

pub async fn read(bench: &dyn Bench, mishap: Mishap) {
    let (account, article) = (bench.account(), article());
    let published = bench.publisher().publish(&account, &article).await.unwrap();
    bench.arrange(mishap, Request::Read);
    let outcome = bench.publisher().read(&bench.account(), &published.id).await;
    let Some(expected) = expected(bench, mishap) else {
        assert_eq!(outcome.unwrap().unwrap().id, published.id);
        return;
    };
    let error = outcome.unwrap_err();
    assert_eq!(error.kind, expected.kind, "{error:?}");
    assert_eq!(Again::from(error.retry), expected.again, "{error:?}");
    assert!(!error.outcome_unknown, "reading changes nothing");
}
