//! Connecting: for every platform.

use aos_capabilities::{Capability, PlatformErrorKind};
use aos_kernel::Retry;

use crate::{Case, bench::Bench, cases};

pub fn cases() -> Vec<Case> {
    cases![
        a_good_account_is_recognised,
        a_revoked_account_is_told_so,
        what_is_declared_is_implemented_and_nothing_else,
        no_secret_shows,
    ]
}

async fn a_good_account_is_recognised(bench: &dyn Bench) {
    let info = bench.platform().check(&bench.account()).await.unwrap();
    assert!(!info.label.is_empty());
    assert!(info.url.as_str().starts_with("http"));
    assert!(!info.scopes.is_empty());
}

async fn a_revoked_account_is_told_so(bench: &dyn Bench) {
    bench.revoke();
    let error = bench.platform().check(&bench.account()).await.unwrap_err();
    assert_eq!((&error.kind, error.retry), (&PlatformErrorKind::AuthExpired, Retry::Never));
    assert!(!error.outcome_unknown);
    assert!(error.help.is_some(), "a person has to know what to do");
}

async fn what_is_declared_is_implemented_and_nothing_else(bench: &dyn Bench) {
    let platform = bench.platform();
    let declared = platform.descriptor().capabilities.contains(&Capability::PublishArticle);
    assert_eq!(declared, platform.publish().is_some());
    assert!(platform.descriptor().capabilities.contains(&Capability::Connect));
}

async fn no_secret_shows(bench: &dyn Bench) {
    let account = bench.account();
    let info = bench.platform().check(&account).await.unwrap();
    bench.revoke();
    let error = bench.platform().check(&account).await.unwrap_err();
    let shown = format!("{account:?} {info:?} {error:?} {error} {}", bench.records());
    let secret = account.secret.expose();
    assert!(!shown.contains(secret), "the password shows");
    assert!(!shown.contains(&secret.replace(' ', "")), "the password shows without its spaces");
}
