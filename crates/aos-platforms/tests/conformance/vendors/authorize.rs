//! Connecting by consent: for every platform that declares it.

use aos_capabilities::{
    Capability, PlatformErrorKind,
    connect::{Renewal, Tokens},
};
use aos_kernel::{Retry, Secret};

use super::{Case, Stage};

/// What holds for an account once it is connected.
pub fn connected_cases() -> Vec<Case> {
    crate::cases_on![
        a_good_account_is_recognised,
        a_revoked_account_is_told_so,
        what_is_declared_is_implemented,
        no_secret_shows
    ]
}

pub fn cases() -> Vec<Case> {
    crate::cases_on![
        the_way_there_says_who_asks_for_what_and_where_to_go_back,
        a_refusal_comes_back_without_a_code,
        a_code_works_once,
        a_made_up_code_is_refused,
        a_wrong_secret_of_the_application_is_refused,
        access_is_renewed_as_the_descriptor_says,
        access_that_was_taken_back_is_not_renewed,
        giving_access_back_ends_it_or_says_where_a_person_does,
        who_has_nothing_there_is_offered_nothing,
        a_scope_that_was_unticked_is_told,
    ]
}

async fn a_good_account_is_recognised(stage: &Stage) {
    let info = stage.platform.check(&stage.account()).await.unwrap();
    assert!(!info.label.is_empty());
    assert!(info.url.as_str().starts_with("http"));
}

async fn a_revoked_account_is_told_so(stage: &Stage) {
    (stage.staging.revoke)(&stage.sandbox);
    let error = stage.platform.check(&stage.account()).await.unwrap_err();
    assert_eq!((&error.kind, error.retry), (&PlatformErrorKind::AuthExpired, Retry::Never), "{error:?}");
    assert!(!error.outcome_unknown);
    assert!(error.help.is_some(), "a person has to know what to do");
}

async fn what_is_declared_is_implemented(stage: &Stage) {
    let (platform, descriptor) = (&stage.platform, stage.platform.descriptor());
    for (capability, there, described) in [
        (Capability::Authorize, platform.authorize().is_some(), descriptor.consent.is_some()),
        (Capability::PublishPost, platform.posts().is_some(), descriptor.posts.is_some()),
        (Capability::SendCampaign, platform.campaigns().is_some(), descriptor.campaigns.is_some()),
        (Capability::PublishArticle, platform.publish().is_some(), platform.publish().is_some()),
        (Capability::Inspect, platform.inspect().is_some(), platform.inspect().is_some()),
    ] {
        let declared = stage.declares(capability);
        assert_eq!((there, described), (declared, declared), "{capability}");
    }
    assert!(descriptor.simulated, "a platform of the sandbox says that it is simulated");
}

async fn no_secret_shows(stage: &Stage) {
    let (account, app) = (stage.account(), stage.app());
    let (tokens, target) = stage.connect("anna").await;
    let info = stage.platform.check(&account).await.unwrap();
    (stage.staging.revoke)(&stage.sandbox);
    let error = stage.platform.check(&account).await.unwrap_err();
    let refused =
        stage.authorize().redeem(&app, &Stage::visit(), &Secret::new("a-made-up-code-0815")).await.unwrap_err();
    let records = stage.records();
    let shown = format!("{account:?} {info:?} {error:?} {error} {refused:?} {tokens:?} {target:?} {app:?} {records}");
    let mut secrets = vec![account.secret, tokens.access, app.client_secret, Stage::visit().verifier];
    secrets.extend(tokens.refresh);
    secrets.extend(target.tokens.map(|own| own.access));
    for secret in secrets {
        assert!(!shown.contains(secret.expose()), "{} shows", secret.expose());
    }
}

async fn the_way_there_says_who_asks_for_what_and_where_to_go_back(stage: &Stage) {
    let departure = stage.authorize().departure(&stage.app(), &Stage::visit()).unwrap();
    let pairs: Vec<(String, String)> = departure.query_pairs().into_owned().collect();
    let values: Vec<&str> = pairs.iter().map(|(_, value)| value.as_str()).collect();
    let (app, visit) = (stage.app(), Stage::visit());
    for wanted in [app.client_id.as_str(), app.redirect.as_str(), visit.state.expose(), "code"] {
        assert!(values.contains(&wanted), "{wanted} is missing in {departure}");
    }
    assert!(!departure.as_str().contains(visit.verifier.expose()), "the verifier stays here");
    assert!(!departure.as_str().contains(app.client_secret.expose()), "the secret stays here");
    let consent = stage.platform.descriptor().consent.unwrap();
    assert_eq!(pairs.iter().any(|(name, _)| name == "code_challenge"), consent.pkce);
    let scopes = pairs.iter().find(|(name, _)| name == "scope").map(|(_, value)| value.as_str()).unwrap_or_default();
    for scope in consent.scopes {
        assert!(scopes.split([' ', ',']).any(|own| own == scope.name), "{} is not asked for: {scopes}", scope.name);
    }
}

async fn a_refusal_comes_back_without_a_code(stage: &Stage) {
    let departure = stage.authorize().departure(&stage.app(), &Stage::visit()).unwrap();
    let back = (stage.staging.decline)(&stage.sandbox, &departure).unwrap();
    assert!(back.query_pairs().any(|(name, _)| name == "error"), "{back}");
    assert!(
        back.query_pairs().any(|(name, value)| name == "state" && value == Stage::visit().state.expose()),
        "{back}"
    );
    assert!(back.query_pairs().all(|(name, _)| name != "code"), "{back}");
}

async fn a_code_works_once(stage: &Stage) {
    let code = stage.code("anna", None);
    let tokens = stage.authorize().redeem(&stage.app(), &Stage::visit(), &code).await.unwrap();
    assert!(!tokens.access.expose().is_empty());
    let error = stage.authorize().redeem(&stage.app(), &Stage::visit(), &code).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (PlatformErrorKind::AuthExpired, Retry::Never));
}

async fn a_made_up_code_is_refused(stage: &Stage) {
    let made_up = Secret::new("no-code-of-this-vendor");
    let error = stage.authorize().redeem(&stage.app(), &Stage::visit(), &made_up).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (PlatformErrorKind::AuthExpired, Retry::Never));
}

async fn a_wrong_secret_of_the_application_is_refused(stage: &Stage) {
    let mut app = stage.app();
    app.client_secret = Secret::new("another-secret-entirely");
    let code = stage.code("anna", None);
    let error = stage.authorize().redeem(&app, &Stage::visit(), &code).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (PlatformErrorKind::PermissionMissing, Retry::Never));
}

/// Whether the platform still takes these tokens.
async fn opens(stage: &Stage, tokens: &Tokens) -> bool {
    stage.authorize().targets(&stage.app(), tokens).await.is_ok()
}

async fn access_is_renewed_as_the_descriptor_says(stage: &Stage) {
    let (tokens, _) = stage.connect("anna").await;
    let renewal = stage.platform.descriptor().consent.unwrap().renewal;
    match renewal {
        Renewal::Lasting | Renewal::Rotating => {
            let first = tokens.refresh.clone().expect("a refresh token");
            assert!(tokens.expires_at.is_some(), "access that is renewed has an end");
            (stage.staging.expire)(&stage.sandbox);
            assert!(!opens(stage, &tokens).await, "the old access has ended");
            let renewed = stage.authorize().refresh(&stage.app(), &tokens).await.unwrap();
            assert!(opens(stage, &renewed).await);
            let second =
                renewed.refresh.expect("what is answered replaces all of the old, so it holds a refresh token");
            if renewal == Renewal::Rotating {
                assert_ne!(first.expose(), second.expose());
            }
        }
        Renewal::Never | Renewal::ByConsent => {
            assert_eq!(tokens.refresh.map(|_| ()), None);
            let tokens = Tokens { refresh: None, ..stage.connect("anna").await.0 };
            let error = stage.authorize().refresh(&stage.app(), &tokens).await.unwrap_err();
            assert_eq!((error.kind, error.retry), (PlatformErrorKind::Unsupported, Retry::Never));
        }
    }
}

async fn access_that_was_taken_back_is_not_renewed(stage: &Stage) {
    let (tokens, _) = stage.connect("anna").await;
    if tokens.refresh.is_none() {
        return;
    }
    (stage.staging.revoke)(&stage.sandbox);
    let error = stage.authorize().refresh(&stage.app(), &tokens).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (PlatformErrorKind::AuthExpired, Retry::Never));
}

async fn giving_access_back_ends_it_or_says_where_a_person_does(stage: &Stage) {
    let (tokens, _) = stage.connect("anna").await;
    match stage.authorize().revoke(&stage.app(), &tokens).await {
        Ok(()) => {
            assert!(!opens(stage, &tokens).await, "it was given back and opens all the same");
            stage.authorize().revoke(&stage.app(), &tokens).await.expect("giving it back again is harmless");
        }
        Err(error) => {
            assert_eq!(error.kind, PlatformErrorKind::Unsupported, "{error:?}");
            assert!(format!("{} {}", error.message, error.help.unwrap_or_default()).len() > 40);
        }
    }
}

async fn who_has_nothing_there_is_offered_nothing(stage: &Stage) {
    if !stage.staging.ben_has_nothing {
        return;
    }
    let code = stage.code("ben", None);
    let tokens = stage.authorize().redeem(&stage.app(), &Stage::visit(), &code).await.unwrap();
    match stage.authorize().targets(&stage.app(), &tokens).await {
        Ok(targets) => assert!(targets.iter().all(|target| target.refusal.is_some()), "{targets:?}"),
        // Some vendors know of no empty list: they say that the person does not use them.
        Err(error) => assert!(error.retry == Retry::Never && error.help.is_some(), "{error:?}"),
    }
}

async fn a_scope_that_was_unticked_is_told(stage: &Stage) {
    let consent = stage.platform.descriptor().consent.unwrap();
    // Whoever unticks the only one agrees to nothing, which the vendors take for a refusal.
    let Some((left_out, kept)) = consent.scopes.split_last().filter(|(_, kept)| !kept.is_empty()) else { return };
    let kept: Vec<&str> = kept.iter().map(|scope| scope.name).collect();
    let code = stage.code("anna", Some(&kept));
    let tokens = stage.authorize().redeem(&stage.app(), &Stage::visit(), &code).await.unwrap();
    let missing = consent.missing(tokens.scopes.as_deref());
    assert_eq!(missing.iter().map(|scope| scope.name).collect::<Vec<_>>(), [left_out.name]);
    assert!(missing[0].purpose.starts_with("to "), "“It is needed {}”", missing[0].purpose);
}
