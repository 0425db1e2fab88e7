//! Signing in through a provider that speaks OpenID Connect, over real HTTP, and everything that must not work.

use std::sync::Arc;

use aos_kernel::SystemClock;
use aos_sandbox::{Account, Accounts, Fault, FaultKind, Lie, Sandbox, Service};
use aos_storage::{DbKind, testing::kinds};
use aos_testkit::TestApp;
use axum::http::StatusCode;
use url::Url;

use crate::{
    guest::Guest,
    journey::place,
    support::{Answer, Browser},
};

struct Stage {
    app: TestApp,
    accounts: Accounts,
}

impl Stage {
    async fn new(kind: DbKind) -> Self {
        let accounts = Sandbox::start_accounts(Arc::new(SystemClock), 0).await.unwrap();
        let host = accounts.issuer().trim_start_matches("http://").to_owned();
        let stage = Self { app: TestApp::allowing(kind, vec![host]).await, accounts };
        let saved = stage.save(&[]).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
        stage
    }
    /// Saves the provider, with some fields otherwise.
    async fn save(&self, otherwise: &[(&str, &str)]) -> Answer {
        let mut fields = vec![
            ("name", "Sandbox accounts"),
            ("issuer", self.accounts.issuer()),
            ("client_id", Accounts::CLIENT_ID),
            ("client_secret", Accounts::CLIENT_SECRET),
            ("domains", "agency.example"),
            ("join", ""),
            ("join_client", ""),
            ("enabled", "1"),
        ];
        for &(name, value) in otherwise {
            fields.retain(|(known, _)| *known != name);
            fields.push((name, value));
        }
        Browser::of(&self.app, self.app.administrator).await.submit("/manage/settings/sign-in", &fields).await
    }
    /// A browser that was sent to the provider, and where it was sent.
    async fn departed(&self) -> (Guest, Url) {
        let mut guest = Guest::new(self.app.router());
        let sign_in = guest.get("/sign-in?next=%2Fportal%2Fclients").await;
        assert!(sign_in.body.contains("Continue with Sandbox accounts"), "{}", sign_in.body);
        let away = guest.get("/sign-in/provider?next=%2Fportal%2Fclients").await;
        assert_eq!(away.status, StatusCode::SEE_OTHER, "{}", away.body);
        let to: Url = place(&away).parse().unwrap();
        (guest, to)
    }
    async fn come_back(&self, guest: &mut Guest, back: &Url) -> Answer {
        let path = format!("{}?{}", back.path(), back.query().unwrap_or_default());
        assert_eq!((back.host_str(), back.path()), (Some("agency.test"), "/sign-in/provider/callback"));
        guest.get(&path).await
    }
    async fn visit(&self, email: &str) -> (Guest, Answer) {
        let (mut guest, to) = self.departed().await;
        let back = self.accounts.agree(&to, email).unwrap();
        let answer = self.come_back(&mut guest, &back).await;
        (guest, answer)
    }
    async fn refused(&self, email: &str, words: &str) {
        let (guest, answer) = self.visit(email).await;
        assert!(answer.status.is_client_error() || answer.status.is_server_error(), "{words}: {}", answer.status);
        assert!(answer.body.contains(words), "{words}: {}", answer.body);
        assert!(!guest.is_in(), "{words}");
    }
}

#[tokio::test]
async fn somebody_signs_in_with_the_account_that_they_have_elsewhere() {
    for kind in kinds() {
        let stage = Stage::new(kind).await;
        stage.accounts.add("Ana@Agency.example", "Ana Silva");
        let (mut guest, to) = stage.departed().await;
        let asked = |name: &str| to.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        assert_eq!((asked("code_challenge_method").as_str(), asked("code_challenge").len()), ("S256", 43));
        assert!(asked("nonce").len() >= 40 && asked("state").len() >= 40 && asked("scope").contains("email"));
        let back = stage.accounts.agree(&to, "Ana@Agency.example").unwrap();
        let inside = stage.come_back(&mut guest, &back).await;
        assert_eq!(place(&inside), "/portal/clients", "{}", inside.body);
        assert_eq!(guest.get("/portal/clients").await.status, StatusCode::OK);

        // The same answer again, in this browser or in another, lets nobody in.
        let replayed = stage.come_back(&mut guest, &back).await;
        assert_eq!(replayed.status, StatusCode::UNAUTHORIZED);
        assert!(replayed.body.contains("This sign-in is over."));
        // The secret of the client stands nowhere.
        let page = Browser::of(&stage.app, stage.app.administrator).await.get("/manage/settings/sign-in").await;
        assert!(!page.body.contains(Accounts::CLIENT_SECRET) && page.body.contains("A secret is stored."));
    }
}

#[tokio::test]
async fn a_proof_that_is_wrong_in_any_way_lets_nobody_in() {
    let stage = Stage::new(kinds()[0]).await;
    stage.accounts.add("ana@agency.example", "Ana");
    for lie in [Lie::Nonce, Lie::Audience, Lie::Expired, Lie::Issuer, Lie::Signature, Lie::AccessToken] {
        stage.accounts.lie(lie);
        let (guest, answer) = stage.visit("ana@agency.example").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{lie:?}: {}", answer.body);
        assert!(answer.body.contains("does not prove who you are") && !guest.is_in(), "{lie:?}");
    }
    // And the next one is good.
    assert!(stage.visit("ana@agency.example").await.0.is_in());
}

#[tokio::test]
async fn whom_the_provider_does_not_vouch_for_stays_outside() {
    for kind in kinds() {
        let stage = Stage::new(kind).await;
        let account = |email: &str, verified: bool| Account {
            subject: format!("subject-of-{email}"),
            email: Some(email.to_owned()),
            email_verified: verified,
            name: "Somebody".to_owned(),
        };
        stage.accounts.add_account(account("ana@agency.example", false));
        stage.accounts.add_account(account("ana@elsewhere.example", true));
        stage.accounts.add_account(account("new@agency.example", true));
        stage.refused("ana@agency.example", "has not verified your e-mail address").await;
        stage.refused("ana@elsewhere.example", "Addresses of elsewhere.example").await;
        stage.refused("new@agency.example", "has no account here").await;

        let (mut guest, to) = stage.departed().await;
        let back = stage.accounts.decline(&to).unwrap();
        let declined = stage.come_back(&mut guest, &back).await;
        assert!(declined.body.contains("You did not agree at Sandbox accounts"), "{}", declined.body);

        // Somebody who is sent to another's answer does not come in with it.
        let (_, to) = stage.departed().await;
        let back = stage.accounts.agree(&to, "new@agency.example").unwrap();
        let mut victim = Guest::new(stage.app.router());
        let planted = stage.come_back(&mut victim, &back).await;
        assert_eq!(planted.status, StatusCode::UNAUTHORIZED);
        assert!(!victim.is_in());

        let joins = stage.save(&[("join", "reviewer"), ("client_secret", "")]).await;
        assert_eq!(joins.status, StatusCode::SEE_OTHER, "{}", joins.body);
        let (mut new, answer) = stage.visit("new@agency.example").await;
        assert_eq!(place(&answer), "/portal/clients", "{}", answer.body);
        assert_eq!(new.get("/portal").await.status, StatusCode::OK);
        assert_eq!(new.get("/manage/users").await.status, StatusCode::FORBIDDEN);
        assert!(new.get("/account").await.body.contains("You have none: you sign in through Sandbox accounts."));
    }
}

#[tokio::test]
async fn a_provider_that_is_away_or_misconfigured_says_what_to_look_at() {
    let stage = Stage::new(kinds()[0]).await;
    stage.accounts.add("ana@agency.example", "Ana");
    stage.accounts.tell_only_when_asked();
    assert!(stage.visit("ana@agency.example").await.0.is_in(), "the address is asked for where the proof has none");

    for (path, kind) in [
        ("/.well-known", FaultKind::MalformedJson),
        ("/.well-known", FaultKind::HtmlPage { status: 200 }),
        ("/.well-known", FaultKind::Redirect { to: "http://127.0.0.1:1/".to_owned() }),
        ("/.well-known", FaultKind::Status(503)),
        ("/jwks", FaultKind::DropBeforeEffect),
    ] {
        stage.accounts.faults().push(Fault::new(Service::Accounts, path, kind.clone()));
        let mut guest = Guest::new(stage.app.router());
        let answer = guest.get("/sign-in/provider").await;
        assert!(answer.status.is_server_error(), "{kind:?}: {} {}", answer.status, answer.body);
        assert!(answer.body.contains("Back to sign-in"), "{kind:?}: {}", answer.body);
    }
    for kind in [FaultKind::MalformedJson, FaultKind::DropAfterEffect, FaultKind::Status(500)] {
        stage.accounts.faults().push(Fault::new(Service::Accounts, "/token", kind.clone()));
        let (guest, answer) = stage.visit("ana@agency.example").await;
        assert!(answer.status.is_server_error() && !guest.is_in(), "{kind:?}: {} {}", answer.status, answer.body);
    }
    stage.save(&[("client_secret", "not the secret")]).await;
    stage.refused("ana@agency.example", "does not know this installation").await;

    let administrator = Browser::of(&stage.app, stage.app.administrator).await;
    let bad = stage.save(&[("issuer", "http://accounts.example.com")]).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.body.contains("has to begin with https://"));
    administrator.submit("/manage/settings/sign-in/remove", &[]).await;
    assert!(!Guest::new(stage.app.router()).get("/sign-in").await.body.contains("Continue with"));
}

#[tokio::test]
async fn whatever_comes_back_from_elsewhere_is_answered_with_a_page_and_lets_nobody_in() {
    use proptest::{
        strategy::{Strategy, ValueTree},
        test_runner::TestRunner,
    };
    let stage = Stage::new(DbKind::Sqlite).await;
    let (mut guest, to) = stage.departed().await;
    let state = to.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let text = "[ -~]{0,40}|\\PC{0,20}|(%[0-9a-fA-F]{0,2}){0,8}";
    let name = "state|code|error|error_description|[a-z]{1,6}";
    // Some carry the state that was given out, so that more than the first check is met.
    let pair = (name, text, proptest::bool::weighted(0.3)).prop_map(move |(name, value, own)| match own {
        true => format!("state={state}"),
        false => format!("{name}={value}"),
    });
    let queries = proptest::collection::vec(pair, 0..6);
    let mut runner = TestRunner::deterministic();
    for _ in 0..200 {
        let raw = queries.new_tree(&mut runner).unwrap().current().join("&");
        // As a browser sends it: what may not stand in an address is written with per cent signs, others stay as they are.
        let query: String = raw
            .bytes()
            .map(|byte| match byte {
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => char::from(byte).to_string(),
                _ if b"-._~%=&+:/?@!$'()*,;".contains(&byte) => char::from(byte).to_string(),
                _ => format!("%{byte:02X}"),
            })
            .collect();
        let answer = guest.get(&format!("/sign-in/provider/callback?{query}")).await;
        assert!(answer.status.is_client_error(), "{query}: {}", answer.status);
        assert!(answer.body.contains("Back to sign-in") || answer.body.contains("<h1"), "{query}: {}", answer.body);
        assert!(!guest.is_in(), "{query}");
    }
}
