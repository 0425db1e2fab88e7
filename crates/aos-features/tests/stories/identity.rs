//! Passwords that were forgotten, second factors, sessions, and where staff may work from.

use aos_features::people::{
    Browser, Email, Entry, Grant, OfficeNetworks, PendingSignIn, Principal, Role, SignIn, commands, emails, queries,
    resets, sessions, settings, two_factor,
};
use aos_kernel::{AccountLinkId, Error, ErrorKind, NewEvent, Result, Secret, UserId};
use chrono::TimeDelta;

use crate::support::{PASSWORD, World, everywhere, new_user};

async fn enter(world: &World, email: &str, password: &str) -> Result<Entry> {
    let input = SignIn {
        email: email.to_owned(),
        password: Secret::new(password),
        address: Some("192.0.2.7".to_owned()),
        user_agent: None,
        previous: None,
    };
    sessions::sign_in(&world.db, input).await
}

async fn pending(world: &World, email: &str) -> PendingSignIn {
    match enter(world, email, PASSWORD).await.unwrap() {
        Entry::Code(pending) => pending,
        Entry::In(_) => panic!("no code was asked for"),
    }
}

async fn is_open(world: &World, token: &Secret) -> bool {
    let now = world.now();
    sessions::resolve(&mut world.read().await, token, now).await.unwrap().is_some()
}

/// The subject of the only event of this kind.
fn link_of(events: &[NewEvent], kind: &str) -> AccountLinkId {
    let mut subjects = events.iter().filter(|event| event.kind == kind).map(|event| &event.subject);
    let subject = subjects.next().unwrap_or_else(|| panic!("no {kind}"));
    assert!(subjects.next().is_none() && subject.kind == "account_link");
    AccountLinkId::from_uuid(subject.id)
}

async fn reset_link(world: &World, email: &str) -> Secret {
    world.events();
    resets::request(&world.db, email, None).await.unwrap();
    let id = link_of(&world.taken_events(), "people.password_reset_requested");
    assert_eq!(resets::recipient(&mut world.read().await, id).await.unwrap().unwrap().email, email);
    let mut tx = world.begin().await;
    let token = resets::issue_link(&mut tx, id).await.unwrap();
    tx.commit().await.unwrap();
    token
}

async fn reset(world: &World, token: &Secret, new: &str) -> Result<Entry> {
    resets::finish(&world.db, token, &Secret::new(new), &Browser::default()).await
}

async fn ben(world: &World, role: Role) -> UserId {
    let mut tx = world.begin().await;
    let user = new_user("ben@lighthouse.example", "Ben").await;
    let id = commands::add_user(&mut tx, &everywhere(), user, &[Grant::agency_wide(role).unwrap()]).await.unwrap();
    tx.commit().await.unwrap();
    id
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_once_and_ends_every_session() {
    for world in World::each().await {
        world.set_up().await;
        let before = enter(&world, "ana@lighthouse.example", PASSWORD).await.unwrap().session().unwrap();
        let first = reset_link(&world, "ana@lighthouse.example").await;
        let token = reset_link(&world, "ana@lighthouse.example").await;
        assert_eq!(reset(&world, &first, "a phrase of today").await.unwrap_err().code(), "link_unknown");
        assert_eq!(reset(&world, &token, "short").await.unwrap_err().field(), Some("password"));
        assert!(is_open(&world, &before.token).await);

        let session = reset(&world, &token, "a phrase of today").await.unwrap().session().unwrap();
        assert!(is_open(&world, &session.token).await && !is_open(&world, &before.token).await);
        assert_eq!(reset(&world, &token, "a phrase of others").await.unwrap_err().code(), "link_used");
        assert!(enter(&world, "ana@lighthouse.example", PASSWORD).await.is_err());
        enter(&world, "ana@lighthouse.example", "a phrase of today").await.unwrap();
    }
}

#[tokio::test]
async fn a_reset_link_works_for_an_hour() {
    for world in World::each().await {
        world.set_up().await;
        let token = reset_link(&world, "ana@lighthouse.example").await;
        world.clock.advance(TimeDelta::hours(1));
        assert_eq!(reset(&world, &token, "a phrase of today").await.unwrap_err().code(), "link_expired");
        // A link that somebody remembered after they signed in and changed their password is worth nothing.
        let token = reset_link(&world, "ana@lighthouse.example").await;
        let ana = world.principal("ana@lighthouse.example").await;
        let (old, new) = (Secret::new(PASSWORD), Secret::new("chosen in the account"));
        commands::change_password(&world.db, &ana, None, &old, &new).await.unwrap();
        assert_eq!(reset(&world, &token, "a phrase of today").await.unwrap_err().code(), "link_unknown");
    }
}

#[tokio::test]
async fn asking_for_a_new_password_tells_nobody_who_has_an_account() {
    for world in World::each().await {
        world.set_up().await;
        let id = ben(&world, Role::Reviewer).await;
        let mut tx = world.begin().await;
        commands::deactivate(&mut tx, &everywhere(), id).await.unwrap();
        tx.commit().await.unwrap();
        for (email, told) in
            [("ana@lighthouse.example", 1), ("nobody@lighthouse.example", 0), ("ben@lighthouse.example", 0)]
        {
            world.events();
            let mut answers: Vec<Option<String>> = Vec::new();
            for _ in 0..4 {
                answers.push(resets::request(&world.db, email, Some("192.0.2.9")).await.err().map(|e| e.to_string()));
            }
            assert_eq!(world.events().len(), told * 3, "{email}");
            assert_eq!(answers[..3], [None, None, None], "{email}");
            assert!(answers[3].as_deref().unwrap().contains("too many"), "{email}: {answers:?}");
        }
        assert_eq!(resets::request(&world.db, "not an address", None).await.unwrap_err().field(), Some("email"));
    }
}

/// Turns it on and gives the shared secret and the recovery codes.
async fn turn_on(world: &World, principal: &Principal) -> (Secret, Vec<Secret>) {
    let mut tx = world.begin_as(principal.user()).await;
    two_factor::start(&mut tx, &world.credentials, principal).await.unwrap();
    tx.commit().await.unwrap();
    let setup = two_factor::setup(&mut world.read().await, &world.credentials, principal).await.unwrap().unwrap();
    let code = code(world, &setup.secret);
    let codes = two_factor::confirm(&world.db, &world.credentials, principal, None, &code).await.unwrap();
    (setup.secret, codes)
}

fn code(world: &World, secret: &Secret) -> String {
    two_factor::code_now(secret, world.now()).unwrap()
}

async fn finish(world: &World, pending: &PendingSignIn, code: &str) -> Result<sessions::NewSession> {
    two_factor::finish_sign_in(&world.db, &world.credentials, &pending.token, code, &Browser::default()).await
}

fn refused_code(error: &Error) -> bool {
    error.kind() == ErrorKind::Invalid && error.field() == Some("code")
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_no_code_works_twice() {
    for world in World::each().await {
        world.set_up().await;
        let elsewhere = enter(&world, "ana@lighthouse.example", PASSWORD).await.unwrap().session().unwrap();
        let ana = world.principal("ana@lighthouse.example").await;
        let (secret, _) = turn_on(&world, &ana).await;
        assert!(!is_open(&world, &elsewhere.token).await, "who was in before comes in with a code now");

        let first = pending(&world, "ana@lighthouse.example").await;
        assert!(!is_open(&world, &first.token).await, "a pending sign-in is no session");
        // The code that turned it on was used.
        assert!(refused_code(&finish(&world, &first, &code(&world, &secret)).await.unwrap_err()));
        world.clock.advance(TimeDelta::seconds(30));
        let used = code(&world, &secret);
        let session = finish(&world, &first, &used).await.unwrap();
        assert!(is_open(&world, &session.token).await);
        assert_eq!(finish(&world, &first, &used).await.unwrap_err().code(), "code_too_late");

        let second = pending(&world, "ana@lighthouse.example").await;
        assert!(refused_code(&finish(&world, &second, &used).await.unwrap_err()), "replayed");
        world.clock.advance(TimeDelta::minutes(10));
        let late = finish(&world, &second, &code(&world, &secret)).await.unwrap_err();
        assert_eq!(late.code(), "code_too_late");

        // The shared secret lies in an envelope and nowhere else.
        assert_eq!(world.credentials.unreadable(&world.db).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn guessing_codes_is_slowed_down_and_a_right_password_does_not_start_anew() {
    for world in World::each().await {
        world.set_up().await;
        let ana = world.principal("ana@lighthouse.example").await;
        let (secret, _) = turn_on(&world, &ana).await;
        world.clock.advance(TimeDelta::seconds(30));
        for _ in 0..5 {
            let attempt = pending(&world, "ana@lighthouse.example").await;
            assert!(refused_code(&finish(&world, &attempt, "000000").await.unwrap_err()));
        }
        let attempt = pending(&world, "ana@lighthouse.example").await;
        let right = finish(&world, &attempt, &code(&world, &secret)).await.unwrap_err();
        assert_eq!(right.code(), "too_many_attempts");
        world.clock.advance(TimeDelta::seconds(30));
        finish(&world, &attempt, &code(&world, &secret)).await.unwrap();
    }
}

#[tokio::test]
async fn a_recovery_code_lets_in_once_and_new_ones_replace_the_old() {
    for world in World::each().await {
        world.set_up().await;
        let ana = world.principal("ana@lighthouse.example").await;
        let (_, codes) = turn_on(&world, &ana).await;
        assert_eq!(codes.len(), 10);
        let typed = format!(" {} ", codes[3].expose().to_uppercase());
        let attempt = pending(&world, "ana@lighthouse.example").await;
        finish(&world, &attempt, &typed).await.unwrap();
        let attempt = pending(&world, "ana@lighthouse.example").await;
        assert!(refused_code(&finish(&world, &attempt, &typed).await.unwrap_err()));

        let new =
            two_factor::renew_recovery_codes(&world.db, &world.credentials, &ana, codes[4].expose()).await.unwrap();
        assert!(refused_code(&finish(&world, &attempt, codes[5].expose()).await.unwrap_err()));
        finish(&world, &attempt, new[0].expose()).await.unwrap();
        let state = two_factor::state(&mut world.read().await, ana.user()).await.unwrap();
        assert!(matches!(state, two_factor::TwoFactor::On { recovery_codes: 9, .. }), "{state:?}");

        assert!(refused_code(&two_factor::turn_off(&world.db, &world.credentials, &ana, "000000").await.unwrap_err()));
        two_factor::turn_off(&world.db, &world.credentials, &ana, new[1].expose()).await.unwrap();
        enter(&world, "ana@lighthouse.example", PASSWORD).await.unwrap().session().unwrap();
    }
}

#[tokio::test]
async fn an_agency_that_asks_for_a_second_factor_sends_its_staff_to_set_one_up() {
    for world in World::each().await {
        let ana = world.set_up().await;
        let ben = ben(&world, Role::Reviewer).await;
        let client = world.client("Acme", "UTC").await.id;
        let mut tx = world.begin_as(ana).await;
        settings::require_two_factor(&mut tx, true).await.unwrap();
        let clara = new_user("clara@acme.example", "Clara").await;
        commands::add_client_person(&mut tx, crate::support::inside(client), clara, Role::TenantAdmin).await.unwrap();
        tx.commit().await.unwrap();

        let lacks = async |email: &str| {
            let session = enter(&world, email, PASSWORD).await.unwrap().session().unwrap();
            let now = world.now();
            let found = sessions::resolve(&mut world.read().await, &session.token, now).await.unwrap().unwrap();
            (found.must_set_up_two_factor, found.principal)
        };
        let (must, principal) = lacks("ben@lighthouse.example").await;
        assert!(must);
        assert!(!lacks("clara@acme.example").await.0, "a client's people are not asked");
        let (secret, codes) = turn_on(&world, &principal).await;
        let off = two_factor::turn_off(&world.db, &world.credentials, &principal, codes[0].expose()).await;
        assert_eq!(off.unwrap_err().code(), "two_factor_required");

        // Ben loses his phone: an administrator resets it, and he sets up the next one.
        let attempt = pending(&world, "ben@lighthouse.example").await;
        let mut tx = world.begin_as(ana).await;
        two_factor::reset(&mut tx, &world.credentials, &everywhere(), ben).await.unwrap();
        tx.commit().await.unwrap();
        world.clock.advance(TimeDelta::minutes(1));
        let stale = finish(&world, &attempt, &code(&world, &secret)).await.unwrap_err();
        assert_eq!(stale.code(), "code_too_late");
        assert!(lacks("ben@lighthouse.example").await.0);
    }
}

#[tokio::test]
async fn nobody_limits_the_office_to_a_place_where_they_are_not() {
    for world in World::each().await {
        let ana = world.set_up().await;
        let office = OfficeNetworks::parse("203.0.113.0/24").unwrap();
        for address in [Some("192.0.2.7"), None] {
            let mut tx = world.begin_as(ana).await;
            let refused = settings::limit_to_office(&mut tx, &office, address).await.unwrap_err();
            assert_eq!(refused.field(), Some("office_networks"));
            tx.rollback().await.unwrap();
        }
        let mut tx = world.begin_as(ana).await;
        settings::limit_to_office(&mut tx, &office, Some("203.0.113.9")).await.unwrap();
        tx.commit().await.unwrap();
        let session = enter(&world, "ana@lighthouse.example", PASSWORD).await.unwrap().session().unwrap();
        let now = world.now();
        let found = sessions::resolve(&mut world.read().await, &session.token, now).await.unwrap().unwrap();
        assert!(found.office.admit(Some("203.0.113.1")) && !found.office.admit(Some("192.0.2.7")));
        // Whoever is at the machine itself lifts it.
        let mut tx = world.begin().await;
        settings::limit_to_office(&mut tx, &OfficeNetworks::default(), None).await.unwrap();
        tx.commit().await.unwrap();
        assert!(settings::security(&mut world.read().await).await.unwrap().office_networks.is_empty());
    }
}

#[tokio::test]
async fn an_address_counts_once_its_mailbox_was_read() {
    for world in World::each().await {
        world.set_up().await;
        ben(&world, Role::Reviewer).await;
        let ana = world.principal("ana@lighthouse.example").await;
        let request =
            async |password: &str, email: &str| emails::request(&world.db, &ana, &Secret::new(password), email).await;
        assert_eq!(request("wrong", "ana@new.example").await.unwrap_err().field(), Some("current"));
        world.events();
        request(PASSWORD, "Ana@New.example").await.unwrap();
        let id = link_of(&world.taken_events(), "people.email_change_requested");
        let waiting = emails::waiting(&mut world.read().await, &ana, world.now()).await.unwrap();
        assert_eq!(waiting.as_deref(), Some("ana@new.example"));
        let mut tx = world.begin().await;
        let token = emails::issue_link(&mut tx, id).await.unwrap();
        // A link of one kind does nothing else.
        assert!(resets::issue_link(&mut tx, id).await.is_err());
        tx.commit().await.unwrap();
        assert!(reset(&world, &token, "a phrase of today").await.is_err());
        assert!(queries::user_by_email(&mut world.read().await, "ana@new.example").await.unwrap().is_none());

        emails::confirm(&world.db, &token).await.unwrap();
        assert_eq!(emails::confirm(&world.db, &token).await.unwrap_err().code(), "link_used");
        enter(&world, "ana@new.example", PASSWORD).await.unwrap();
        assert!(enter(&world, "ana@lighthouse.example", PASSWORD).await.is_err());

        // One that somebody else has is told to whoever reads mail there, and to nobody before.
        let ana = world.principal("ana@new.example").await;
        world.events();
        emails::request(&world.db, &ana, &Secret::new(PASSWORD), "ben@lighthouse.example").await.unwrap();
        let id = link_of(&world.taken_events(), "people.email_change_requested");
        let mut tx = world.begin().await;
        let token = emails::issue_link(&mut tx, id).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(emails::confirm(&world.db, &token).await.unwrap_err().code(), "email_taken");

        let mut tx = world.begin_as(ana.user()).await;
        let taken = Email::parse("ben@lighthouse.example").unwrap();
        let by_hand = commands::change_email(&mut tx, &everywhere(), ana.user(), &taken).await;
        assert_eq!(by_hand.unwrap_err().code(), "email_taken");
    }
}

#[tokio::test]
async fn an_administrator_hands_over_a_link_and_signs_somebody_out_everywhere() {
    for world in World::each().await {
        let ana = world.set_up().await;
        let id = ben(&world, Role::Reviewer).await;
        let session = enter(&world, "ben@lighthouse.example", PASSWORD).await.unwrap().session().unwrap();
        let mut tx = world.begin_as(ana).await;
        assert_eq!(sessions::of_user(&mut tx, &everywhere(), id, world.now()).await.unwrap().len(), 1);
        assert_eq!(sessions::end_all(&mut tx, &everywhere(), id).await.unwrap(), 1);
        assert_eq!(resets::copy_link(&mut tx, &everywhere(), ana).await.unwrap_err().code(), "yourself");
        let token = resets::copy_link(&mut tx, &everywhere(), id).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!is_open(&world, &session.token).await);
        assert!(queries::summary(&mut world.read().await, id).await.unwrap().last_seen_at.is_some());
        reset(&world, &token, "handed over by Ana").await.unwrap().session().unwrap();
        enter(&world, "ben@lighthouse.example", "handed over by Ana").await.unwrap();
    }
}
