//! Signing in through a provider: who comes in, who does not, and by which account.

use std::sync::Mutex;

use aos_capabilities::sign_in::{Client, Identity, SignInProvider, Visit};
use aos_features::people::{
    Browser, Email, Entry, Grant, Permission, Role, commands,
    invitations::{self, NewInvitation},
    providers::{self, Arrival, Departure, ProviderInput},
    queries, sessions, two_factor,
};
use aos_kernel::{ErrorKind, Result, Secret};
use chrono::TimeDelta;
use url::Url;

use crate::support::{PASSWORD, World, everywhere, new_user};

/// Says what it is told to, to whoever brings the code `good`.
struct Provider(Mutex<Identity>);

impl Provider {
    fn knowing(subject: &str, email: &str) -> Self {
        Self(Mutex::new(Identity {
            issuer: "https://accounts.example".to_owned(),
            subject: subject.to_owned(),
            email: Some(email.to_owned()),
            email_verified: true,
            name: Some("Ben Okri".to_owned()),
        }))
    }
    fn but(self, change: impl FnOnce(&mut Identity)) -> Self {
        change(&mut self.0.lock().unwrap());
        self
    }
}

#[async_trait::async_trait]
impl SignInProvider for Provider {
    async fn check(&self, _: &Client) -> Result<()> {
        Ok(())
    }
    async fn departure(&self, client: &Client, visit: &Visit) -> Result<Url> {
        assert_eq!(client.client_secret.expose(), "of the client");
        Ok(Url::parse_with_params("https://accounts.example/authorize", [("state", visit.state.expose())]).unwrap())
    }
    async fn identify(&self, _: &Client, visit: &Visit, code: &Secret) -> Result<Identity> {
        assert_eq!((code.expose(), visit.verifier.expose().len()), ("good", 64));
        Ok(self.0.lock().unwrap().clone())
    }
}

fn callback() -> Url {
    "https://agency.example/sign-in/provider/callback".parse().unwrap()
}

fn input() -> ProviderInput {
    ProviderInput {
        name: "Example accounts".to_owned(),
        issuer: "https://accounts.example".to_owned(),
        client_id: "agency".to_owned(),
        client_secret: Some(Secret::new("of the client")),
        domains: vec!["Lighthouse.example".to_owned()],
        join: None,
        enabled: true,
    }
}

async fn save(world: &World, input: ProviderInput) {
    let mut tx = world.begin().await;
    providers::save(&mut tx, &world.credentials, &everywhere(), input).await.unwrap();
    tx.commit().await.unwrap();
}

async fn depart(world: &World, provider: &Provider) -> (Departure, String) {
    let departure = providers::depart(&world.db, &world.credentials, provider, callback(), "/portal").await.unwrap();
    let state = departure.url.query_pairs().find(|(key, _)| key == "state").unwrap().1.into_owned();
    (departure, state)
}

async fn arrive(world: &World, provider: &Provider, arrival: Arrival) -> Result<(Entry, String)> {
    let browser = Browser::default();
    providers::arrive(&world.db, &world.credentials, provider, callback(), arrival, &browser).await
}

async fn visit(world: &World, provider: &Provider) -> Result<Entry> {
    let (departure, state) = depart(world, provider).await;
    let arrival =
        Arrival { state, code: Some(Secret::new("good")), error: None, browser_secret: Some(departure.browser_secret) };
    Ok(arrive(world, provider, arrival).await?.0)
}

async fn add_ben(world: &World) -> aos_kernel::UserId {
    let mut tx = world.begin().await;
    let user = new_user("ben@lighthouse.example", "Ben").await;
    let grants = [Grant::agency_wide(Role::Reviewer).unwrap()];
    let id = commands::add_user(&mut tx, &everywhere(), user, &grants).await.unwrap();
    tx.commit().await.unwrap();
    id
}

#[tokio::test]
async fn a_verified_address_finds_its_account_and_the_link_holds_when_the_address_changes() {
    for world in World::each().await {
        world.set_up().await;
        let ben = add_ben(&world).await;
        save(&world, input()).await;
        let provider = Provider::knowing("sub-1", "Ben@Lighthouse.example");
        assert_eq!(visit(&world, &provider).await.unwrap().session().unwrap().user, ben);
        assert!(providers::is_linked(&mut world.read().await, ben).await.unwrap());

        // Another address at the provider: still the same person. Another person with the old address: not Ben.
        let moved = Provider::knowing("sub-1", "benedict@lighthouse.example");
        assert_eq!(visit(&world, &moved).await.unwrap().session().unwrap().user, ben);
        let stranger = Provider::knowing("sub-2", "ben@lighthouse.example");
        assert_eq!(visit(&world, &stranger).await.unwrap_err().code(), "linked_to_another");
        let mut tx = world.begin().await;
        providers::unlink(&mut tx, &everywhere(), ben).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(visit(&world, &stranger).await.unwrap().session().unwrap().user, ben);
    }
}

#[tokio::test]
async fn an_address_that_is_not_verified_or_of_another_domain_does_not_count() {
    for world in World::each().await {
        world.set_up().await;
        add_ben(&world).await;
        save(&world, input()).await;
        let ben = || Provider::knowing("sub-1", "ben@lighthouse.example");
        let code = async |provider: Provider| visit(&world, &provider).await.unwrap_err().code();
        assert_eq!(code(ben().but(|who| who.email_verified = false)).await, "email_not_verified");
        assert_eq!(code(ben().but(|who| who.email = None)).await, "denied");
        for email in ["ben@elsewhere.example", "ben@evil-lighthouse.example", "ben@sub.lighthouse.example"] {
            assert_eq!(code(Provider::knowing("sub-1", email)).await, "domain_not_taken", "{email}");
        }
        assert_eq!(code(Provider::knowing("sub-3", "new@lighthouse.example")).await, "no_account");
        assert!(queries::user_by_email(&mut world.read().await, "new@lighthouse.example").await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_visit_is_good_once_and_for_its_own_browser() {
    for world in World::each().await {
        world.set_up().await;
        add_ben(&world).await;
        save(&world, input()).await;
        let provider = Provider::knowing("sub-1", "ben@lighthouse.example");
        let arrival = |state: &str, secret: Option<&Secret>| Arrival {
            state: state.to_owned(),
            code: Some(Secret::new("good")),
            error: None,
            browser_secret: secret.cloned(),
        };
        // Somebody else's browser, or none: and the state is spent.
        for secret in [None, Some(Secret::new("another"))] {
            let (departure, state) = depart(&world, &provider).await;
            let error = arrive(&world, &provider, arrival(&state, secret.as_ref())).await.unwrap_err();
            assert_eq!(error.code(), "visit_over");
            let own = arrival(&state, Some(&departure.browser_secret));
            assert_eq!(arrive(&world, &provider, own).await.unwrap_err().code(), "visit_over");
        }
        let (departure, state) = depart(&world, &provider).await;
        let (entry, next) = arrive(&world, &provider, arrival(&state, Some(&departure.browser_secret))).await.unwrap();
        assert_eq!((entry.session().is_ok(), next.as_str()), (true, "/portal"));
        let replayed = arrive(&world, &provider, arrival(&state, Some(&departure.browser_secret))).await;
        assert_eq!(replayed.unwrap_err().code(), "visit_over");

        let (departure, state) = depart(&world, &provider).await;
        world.clock.advance(TimeDelta::minutes(10));
        let late = arrive(&world, &provider, arrival(&state, Some(&departure.browser_secret))).await;
        assert_eq!(late.unwrap_err().code(), "visit_over");

        let (departure, state) = depart(&world, &provider).await;
        let declined = Arrival {
            code: None,
            error: Some("access_denied".to_owned()),
            ..arrival(&state, Some(&departure.browser_secret))
        };
        let error = arrive(&world, &provider, declined).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::Unauthenticated, "provider_said_no"));
        assert!(error.message().contains("did not agree"));
    }
}

#[tokio::test]
async fn somebody_new_joins_as_the_agency_says_or_as_they_were_invited() {
    for world in World::each().await {
        world.set_up().await;
        let ana = world.principal("ana@lighthouse.example").await;
        let acme = world.client("Acme", "UTC").await.id;
        let join = Some(Grant::new(Role::TenantMember, Some(acme)).unwrap());
        save(&world, ProviderInput { join, ..input() }).await;
        let session = visit(&world, &Provider::knowing("sub-1", "ben@lighthouse.example")).await.unwrap();
        let ben = queries::principal(&mut world.read().await, session.session().unwrap().user).await.unwrap();
        assert_eq!((ben.name(), ben.own_tenants()), ("Ben Okri", vec![acme]));
        assert!(!ben.can(acme, Permission::Decide));
        // Without a password, none is right, and there is none to be changed.
        let input = aos_features::people::SignIn {
            email: "ben@lighthouse.example".to_owned(),
            password: Secret::new(""),
            address: None,
            user_agent: None,
            previous: None,
        };
        assert_eq!(sessions::sign_in(&world.db, input).await.unwrap_err().code(), "wrong_sign_in");
        let (old, new) = (Secret::new(""), Secret::new(PASSWORD));
        let change = commands::change_password(&world.db, &ben, None, &old, &new).await;
        assert_eq!(change.unwrap_err().code(), "no_password");

        let mut tx = world.begin_as(ana.user()).await;
        let new = NewInvitation {
            email: Email::parse("cleo@lighthouse.example").unwrap(),
            grants: vec![Grant::agency_wide(Role::Approver).unwrap()],
        };
        invitations::invite(&mut tx, &ana, new).await.unwrap();
        tx.commit().await.unwrap();
        let session = visit(&world, &Provider::knowing("sub-2", "cleo@lighthouse.example")).await.unwrap();
        let cleo = queries::principal(&mut world.read().await, session.session().unwrap().user).await.unwrap();
        assert!(cleo.is_staff() && cleo.own_tenants().is_empty());
    }
}

#[tokio::test]
async fn a_deactivated_person_stays_out_and_a_second_factor_is_asked_for_here_too() {
    for world in World::each().await {
        world.set_up().await;
        let ben = add_ben(&world).await;
        save(&world, input()).await;
        let provider = Provider::knowing("sub-1", "ben@lighthouse.example");
        let principal = world.principal("ben@lighthouse.example").await;
        let mut tx = world.begin_as(ben).await;
        two_factor::start(&mut tx, &world.credentials, &principal).await.unwrap();
        tx.commit().await.unwrap();
        let setup = two_factor::setup(&mut world.read().await, &world.credentials, &principal).await.unwrap().unwrap();
        let code = two_factor::code_now(&setup.secret, world.now()).unwrap();
        two_factor::confirm(&world.db, &world.credentials, &principal, None, &code).await.unwrap();
        assert!(matches!(visit(&world, &provider).await.unwrap(), Entry::Code(_)));

        let mut tx = world.begin().await;
        commands::deactivate(&mut tx, &everywhere(), ben).await.unwrap();
        tx.commit().await.unwrap();
        let error = visit(&world, &provider).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
        assert!(error.message().contains("deactivated"));
    }
}

#[tokio::test]
async fn a_provider_is_kept_whole_or_not_at_all() {
    for world in World::each().await {
        world.set_up().await;
        let refused = async |input: ProviderInput| {
            let mut tx = world.begin().await;
            let error = providers::save(&mut tx, &world.credentials, &everywhere(), input).await.unwrap_err();
            tx.rollback().await.unwrap();
            error.field().map(str::to_owned)
        };
        let wrong = |change: fn(&mut ProviderInput)| {
            let mut input = input();
            change(&mut input);
            input
        };
        let anybody = Grant::agency_wide(Role::Reviewer);
        assert_eq!(anybody.map(|grant| grant.role), Some(Role::Reviewer));
        for (field, input) in [
            ("issuer", wrong(|input| input.issuer = "http://accounts.example".to_owned())),
            ("client_secret", wrong(|input| input.client_secret = None)),
            ("client_id", wrong(|input| input.client_id = " ".to_owned())),
            ("domains", wrong(|input| input.domains = vec!["not a domain".to_owned()])),
            ("join", wrong(|input| input.join = Grant::agency_wide(Role::Administrator))),
            (
                "domains",
                wrong(|input| {
                    input.join = Grant::agency_wide(Role::Reviewer);
                    input.domains.clear();
                }),
            ),
        ] {
            assert_eq!(refused(input).await.as_deref(), Some(field));
        }
        save(&world, input()).await;
        // The secret stays when it is not typed again, but never goes to another provider.
        save(&world, ProviderInput { client_secret: None, ..input() }).await;
        let elsewhere = ProviderInput { issuer: "https://evil.example".to_owned(), client_secret: None, ..input() };
        assert_eq!(refused(elsewhere).await.as_deref(), Some("client_secret"));
        let kept = providers::provider(&mut world.read().await).await.unwrap().unwrap();
        assert_eq!(kept.domains, ["lighthouse.example"]);

        let mut tx = world.begin().await;
        providers::remove(&mut tx, &world.credentials, &everywhere()).await.unwrap();
        tx.commit().await.unwrap();
        let provider = Provider::knowing("sub-1", "ana@lighthouse.example");
        let gone = providers::depart(&world.db, &world.credentials, &provider, callback(), "/").await.unwrap_err();
        assert_eq!(gone.code(), "no_provider");
    }
}
