//! What a score is computed from: for every platform that declares it.

use super::{Case, Stage};

pub fn cases() -> Vec<Case> {
    crate::cases_on![what_is_read_says_when_and_what_is_missing, a_revoked_account_is_not_read]
}

async fn what_is_read_says_when_and_what_is_missing(stage: &Stage) {
    let evidence = stage.platform.inspect().unwrap().inspect(&stage.account()).await.unwrap();
    assert_eq!(evidence.taken_at, Some(crate::bench::now()));
    let something = !evidence.profile.is_empty()
        || evidence.followers.is_some()
        || evidence.subscribers.is_some()
        || !evidence.articles.is_empty();
    assert!(something, "{evidence:?}");
    for words in &evidence.missing {
        // A sentence may end with what the vendor said.
        assert!(words.ends_with(['.', '”']) && words.len() > 15, "not a sentence: {words}");
    }
}

async fn a_revoked_account_is_not_read(stage: &Stage) {
    (stage.staging.revoke)(&stage.sandbox);
    let error = stage.platform.inspect().unwrap().inspect(&stage.account()).await.unwrap_err();
    assert_eq!(error.kind, aos_capabilities::PlatformErrorKind::AuthExpired);
}
