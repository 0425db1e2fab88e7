//! First run, signing in, roles, tokens, the audit log.

use aos_features::people::{
    Access, AuditFilter, Email, Grant, HashedPassword, Permission, Role, SignIn, SignedIn, UserFilter,
    api_tokens::{self, NewApiToken},
    audit, commands, queries, sessions,
};
use aos_kernel::{AgencyScope, ErrorKind, PageSize, Result, Secret, TenantId, UserId};
use chrono::TimeDelta;

use crate::support::{PASSWORD, World, everywhere, inside, new_user};

async fn sign_in(world: &World, email: &str, password: &str) -> Result<sessions::NewSession> {
    let input = SignIn {
        email: email.to_owned(),
        password: Secret::new(password),
        address: Some("192.0.2.7".to_owned()),
        user_agent: Some("Firefox".to_owned()),
        previous: None,
    };
    sessions::sign_in(&world.db, input).await?.session()
}

async fn resolve(world: &World, token: &Secret) -> Option<SignedIn> {
    sessions::resolve(&mut world.read().await, token, world.now()).await.unwrap()
}

async fn add(world: &World, email: &str, grants: &[Grant]) -> UserId {
    let user = new_user(email, "Somebody").await;
    let mut tx = world.begin().await;
    let id = commands::add_user(&mut tx, &everywhere(), user, grants).await.unwrap();
    tx.commit().await.unwrap();
    id
}

fn staff(role: Role) -> Grant {
    Grant::agency_wide(role).unwrap()
}

#[tokio::test]
async fn the_agency_is_set_up_once_however_many_try() {
    for world in World::each().await {
        assert!(!queries::is_set_up(&mut world.read().await).await.unwrap());
        let ana = world.set_up().await;
        assert!(queries::is_set_up(&mut world.read().await).await.unwrap());
        assert_eq!(world.events(), ["people.agency_set_up"]);
        assert_eq!(queries::agency(&mut world.read().await).await.unwrap().zone, "Europe/Lisbon");

        let mallory = new_user("mallory@example.com", "Mallory").await;
        let mut tx = world.begin().await;
        let error = commands::set_up_agency(&mut tx, "Mine now", "UTC", mallory).await.unwrap_err();
        assert_eq!(error.code(), "already_set_up");
        tx.rollback().await.unwrap();

        let ana_signed_in = world.principal("Ana@Lighthouse.example ").await;
        assert_eq!(ana_signed_in.user(), ana);
        assert!(ana_signed_in.require(Permission::ManageUsers).is_ok());
        assert!(queries::user_by_email(&mut world.read().await, "mallory@example.com").await.unwrap().is_none());
    }
}

#[tokio::test]
async fn two_first_runs_at_the_same_moment_make_one_agency() {
    for world in World::each().await {
        let run = async |email: &'static str| {
            let user = new_user(email, "First").await;
            let mut tx = world.begin().await;
            commands::set_up_agency(&mut tx, "Lighthouse", "UTC", user).await?;
            tx.commit().await
        };
        let (one, two) = tokio::join!(run("one@example.com"), run("two@example.com"));
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        assert_eq!(one.and(two).unwrap_err().code(), "already_set_up");
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_read_the_same() {
    for world in World::each().await {
        world.set_up().await;
        let wrong = sign_in(&world, "ana@lighthouse.example", "not the phrase at all").await.unwrap_err();
        let unknown = sign_in(&world, "nobody@lighthouse.example", PASSWORD).await.unwrap_err();
        assert_eq!(wrong.kind(), ErrorKind::Unauthenticated);
        assert_eq!(
            (wrong.kind(), wrong.code(), wrong.message(), wrong.help()),
            (unknown.kind(), unknown.code(), unknown.message(), unknown.help())
        );
    }
}

#[tokio::test]
async fn guessing_is_slowed_down_for_known_and_unknown_accounts_alike() {
    for world in World::each().await {
        world.set_up().await;
        for email in ["ana@lighthouse.example", "nobody@lighthouse.example"] {
            for _ in 0..5 {
                let error = sign_in(&world, email, "a wrong long phrase").await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{email}");
            }
            let error = sign_in(&world, email, PASSWORD).await.unwrap_err();
            assert_eq!(error.code(), "too_many_attempts", "{email}");
        }
        // The right password after the wait clears the account's count.
        world.clock.advance(TimeDelta::seconds(2));
        sign_in(&world, "ana@lighthouse.example", PASSWORD).await.unwrap();
        for _ in 0..4 {
            let error = sign_in(&world, "ana@lighthouse.example", "a wrong long phrase").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unauthenticated);
        }
        sign_in(&world, "ana@lighthouse.example", PASSWORD).await.unwrap();
    }
}

#[tokio::test]
async fn a_session_ends_when_idle_and_at_the_latest_after_two_weeks() {
    for world in World::each().await {
        world.set_up().await;
        let session = sign_in(&world, "ana@lighthouse.example", PASSWORD).await.unwrap();
        assert!(!resolve(&world, &session.token).await.unwrap().note_use);
        for _ in 0..27 {
            world.clock.advance(TimeDelta::hours(11));
            let signed_in = resolve(&world, &session.token).await.expect("still in use");
            assert!(signed_in.note_use);
            let mut tx = world.begin().await;
            sessions::touch(&mut tx, session.id, None).await.unwrap();
            tx.commit().await.unwrap();
        }
        // 297 hours in use; idle for twelve ends it.
        world.clock.advance(TimeDelta::hours(12));
        assert!(resolve(&world, &session.token).await.is_none());

        let session = sign_in(&world, "ana@lighthouse.example", PASSWORD).await.unwrap();
        for _ in 0..14 {
            world.clock.advance(TimeDelta::hours(12) - TimeDelta::minutes(1));
            world.clock.advance(TimeDelta::minutes(1) - TimeDelta::seconds(1));
            let mut tx = world.begin().await;
            sessions::touch(&mut tx, session.id, None).await.unwrap();
            tx.commit().await.unwrap();
        }
        assert!(resolve(&world, &session.token).await.is_some());
        world.clock.advance(TimeDelta::days(7) + TimeDelta::minutes(1));
        assert!(resolve(&world, &session.token).await.is_none());
        let mut tx = world.begin().await;
        assert!(sessions::sweep(&mut tx).await.unwrap() >= 2);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn signing_in_again_ends_the_session_that_the_browser_held() {
    for world in World::each().await {
        world.set_up().await;
        let first = sign_in(&world, "ana@lighthouse.example", PASSWORD).await.unwrap();
        let input = SignIn {
            email: "ana@lighthouse.example".to_owned(),
            password: Secret::new(PASSWORD),
            address: None,
            user_agent: None,
            previous: Some(first.token.clone()),
        };
        let second = sessions::sign_in(&world.db, input).await.unwrap().session().unwrap();
        assert_ne!(first.token, second.token);
        assert!(resolve(&world, &first.token).await.is_none());
        assert!(resolve(&world, &second.token).await.is_some());
    }
}

#[tokio::test]
async fn a_person_sees_and_ends_their_sessions_and_nobody_elses() {
    for world in World::each().await {
        world.set_up().await;
        add(&world, "ben@lighthouse.example", &[staff(Role::Reviewer)]).await;
        let here = sign_in(&world, "ana@lighthouse.example", PASSWORD).await.unwrap();
        let there = sign_in(&world, "ana@lighthouse.example", PASSWORD).await.unwrap();
        let ana = resolve(&world, &here.token).await.unwrap().principal;
        let ben = world.principal("ben@lighthouse.example").await;

        let now = world.now();
        let open = sessions::list(&mut world.read().await, &ana, now).await.unwrap();
        assert_eq!(open.len(), 2);
        assert_eq!(open[0].user_agent.as_deref(), Some("Firefox"));

        let mut tx = world.begin_as(ben.user()).await;
        assert_eq!(sessions::end(&mut tx, &ben, there.id).await.unwrap_err().kind(), ErrorKind::NotFound);
        tx.rollback().await.unwrap();

        let mut tx = world.begin_as(ana.user()).await;
        assert_eq!(sessions::end_others(&mut tx, &ana, Some(here.id)).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert!(resolve(&world, &there.token).await.is_none());
        assert!(resolve(&world, &here.token).await.is_some());
    }
}

#[tokio::test]
async fn somebody_new_comes_in_with_a_one_time_password_and_chooses_their_own() {
    for world in World::each().await {
        world.set_up().await;
        let (shown, hashed) = HashedPassword::one_time().await.unwrap();
        let mut tx = world.begin().await;
        let ben = commands::NewUser {
            email: Email::parse("ben@lighthouse.example").unwrap(),
            name: "Ben".to_owned(),
            password: hashed,
        };
        commands::add_user(&mut tx, &everywhere(), ben, &[staff(Role::Consultant)]).await.unwrap();
        tx.commit().await.unwrap();

        let session = sign_in(&world, "ben@lighthouse.example", shown.expose()).await.unwrap();
        assert!(session.must_change_password);
        let signed_in = resolve(&world, &session.token).await.unwrap();
        assert!(signed_in.must_change_password);

        let own = Secret::new("my very own phrase");
        let wrong = commands::change_password(&world.db, &signed_in.principal, Some(session.id), &own, &own).await;
        assert_eq!(wrong.unwrap_err().field(), Some("current"));
        commands::change_password(&world.db, &signed_in.principal, Some(session.id), &shown, &own).await.unwrap();
        assert!(!resolve(&world, &session.token).await.unwrap().must_change_password);
        assert!(sign_in(&world, "ben@lighthouse.example", shown.expose()).await.is_err());
        assert!(!sign_in(&world, "ben@lighthouse.example", own.expose()).await.unwrap().must_change_password);
    }
}

#[tokio::test]
async fn a_one_time_password_runs_out_after_a_week() {
    for world in World::each().await {
        world.set_up().await;
        let ben = add(&world, "ben@lighthouse.example", &[staff(Role::Reviewer)]).await;
        let (shown, hashed) = HashedPassword::one_time().await.unwrap();
        let mut tx = world.begin().await;
        commands::reset_password(&mut tx, &everywhere(), ben, &hashed).await.unwrap();
        tx.commit().await.unwrap();
        world.clock.advance(TimeDelta::days(7));
        assert_eq!(
            sign_in(&world, "ben@lighthouse.example", shown.expose()).await.unwrap_err().code(),
            "wrong_sign_in"
        );
    }
}

#[tokio::test]
async fn a_deactivated_person_is_out_at_once_and_everywhere() {
    for world in World::each().await {
        world.set_up().await;
        let ben = add(&world, "ben@lighthouse.example", &[staff(Role::Reviewer)]).await;
        let session = sign_in(&world, "ben@lighthouse.example", PASSWORD).await.unwrap();
        let principal = resolve(&world, &session.token).await.unwrap().principal;
        let mut tx = world.begin_as(ben).await;
        let input = NewApiToken { name: "script".to_owned(), access: Access::Write, expires_at: None };
        let (_, key) = api_tokens::create(&mut tx, &principal, input).await.unwrap();
        tx.commit().await.unwrap();
        world.events();

        for _ in 0..2 {
            let mut tx = world.begin().await;
            commands::deactivate(&mut tx, &everywhere(), ben).await.unwrap();
            tx.commit().await.unwrap();
        }
        assert_eq!(world.events(), ["people.user_deactivated"]);
        assert!(resolve(&world, &session.token).await.is_none());
        let now = world.now();
        assert!(api_tokens::resolve(&mut world.read().await, &key, now).await.unwrap().is_none());
        assert_eq!(sign_in(&world, "ben@lighthouse.example", PASSWORD).await.unwrap_err().code(), "wrong_sign_in");
    }
}

#[tokio::test]
async fn the_last_administrator_stays() {
    for world in World::each().await {
        let ana = world.set_up().await;
        let mut tx = world.begin().await;
        let error = commands::deactivate(&mut tx, &everywhere(), ana).await.unwrap_err();
        assert_eq!(error.code(), "last_administrator");
        tx.rollback().await.unwrap();

        add(&world, "ben@lighthouse.example", &[staff(Role::Administrator)]).await;
        let mut tx = world.begin().await;
        commands::withdraw_role(&mut tx, &everywhere(), ana, Role::Administrator).await.unwrap();
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_token_acts_for_its_person_and_a_reading_one_changes_nothing() {
    for world in World::each().await {
        let ana = world.set_up().await;
        let ana_signed_in = world.principal("ana@lighthouse.example").await;
        let input =
            |access| NewApiToken { name: "CI".to_owned(), access, expires_at: Some(world.now() + TimeDelta::days(30)) };
        let mut tx = world.begin_as(ana).await;
        let (writer, write_key) = api_tokens::create(&mut tx, &ana_signed_in, input(Access::Write)).await.unwrap();
        let (_, read_key) = api_tokens::create(&mut tx, &ana_signed_in, input(Access::Read)).await.unwrap();
        tx.commit().await.unwrap();
        assert!(write_key.expose().starts_with("aos_"));
        assert!(write_key.expose().starts_with(&writer.starts_with) && writer.starts_with.len() == 10);

        let now = world.now();
        let program = api_tokens::resolve(&mut world.read().await, &write_key, now).await.unwrap().unwrap();
        assert_eq!(program.principal.actor().person(), Some(ana));
        assert!(program.principal.require(Permission::ManageUsers).is_ok() && program.note_use);
        let mut tx = world.begin_as(ana).await;
        assert!(api_tokens::create(&mut tx, &program.principal, input(Access::Write)).await.is_err());
        tx.rollback().await.unwrap();

        let reader = api_tokens::resolve(&mut world.read().await, &read_key, now).await.unwrap().unwrap();
        assert!(reader.principal.require(Permission::SeeAudit).is_ok());
        assert_eq!(reader.principal.require(Permission::ManageUsers).unwrap_err().kind(), ErrorKind::Denied);

        let mut tx = world.begin_as(ana).await;
        api_tokens::revoke(&mut tx, &ana_signed_in, writer.id).await.unwrap();
        tx.commit().await.unwrap();
        assert!(api_tokens::resolve(&mut world.read().await, &write_key, now).await.unwrap().is_none());
        world.clock.advance(TimeDelta::days(30));
        let later = world.now();
        assert!(api_tokens::resolve(&mut world.read().await, &read_key, later).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_clients_person_sees_one_client_and_staff_see_all() {
    for world in World::each().await {
        world.set_up().await;
        let (acme, other) = (TenantId::new(), TenantId::new());
        let mut tx = world.begin().await;
        let clara = new_user("clara@acme.example", "Clara").await;
        let id = commands::add_client_person(&mut tx, inside(acme), clara, Role::TenantMember).await.unwrap();
        tx.commit().await.unwrap();
        let mut clara = world.principal("clara@acme.example").await;
        assert!(clara.tenant_scope(acme, Permission::SeeClient).is_ok());
        assert_eq!(clara.tenant_scope(acme, Permission::Decide).unwrap_err().kind(), ErrorKind::Denied);
        assert_eq!(clara.tenant_scope(other, Permission::SeeClient).unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(clara.agency_scope(Permission::SeeClient).unwrap(), AgencyScope::only(vec![acme]));

        // Added again with a higher role: one membership, the new role, the same account.
        let again = new_user("clara@acme.example", "Clara").await;
        let mut tx = world.begin().await;
        assert_eq!(commands::add_client_person(&mut tx, inside(acme), again, Role::TenantAdmin).await.unwrap(), id);
        let staff_role = new_user("eve@acme.example", "Eve").await;
        assert!(commands::add_client_person(&mut tx, inside(acme), staff_role, Role::Approver).await.is_err());
        tx.commit().await.unwrap();
        clara = world.principal("clara@acme.example").await;
        assert!(clara.tenant_scope(acme, Permission::Decide).is_ok() && clara.grants().len() == 1);

        let seen = queries::users(
            &mut world.read().await,
            &AgencyScope::only(vec![acme]),
            &UserFilter::default(),
            None,
            PageSize::DEFAULT,
        )
        .await
        .unwrap();
        assert_eq!(seen.items.iter().map(|person| person.user.name.as_str()).collect::<Vec<_>>(), ["Clara"]);
        assert!(world.principal("ana@lighthouse.example").await.tenant_scope(other, Permission::Plan).is_ok());
    }
}

#[tokio::test]
async fn whoever_holds_a_role_is_told_and_administrators_where_nobody_does() {
    for world in World::each().await {
        let ana = world.set_up().await;
        let acme = inside(TenantId::new());
        let told = async |role| queries::people_with_role(&mut world.read().await, acme, role).await.unwrap();
        assert_eq!(told(Role::Reviewer).await, [ana]);
        let ben = add(&world, "ben@lighthouse.example", &[staff(Role::Reviewer), staff(Role::Consultant)]).await;
        assert_eq!(told(Role::Reviewer).await, [ben]);
        let mut tx = world.begin().await;
        let clara = new_user("clara@acme.example", "Clara").await;
        let clara = commands::add_client_person(&mut tx, acme, clara, Role::TenantAdmin).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(told(Role::TenantAdmin).await, [clara]);
    }
}

#[tokio::test]
async fn people_are_listed_by_name_in_pages() {
    for world in World::each().await {
        world.set_up().await;
        for email in ["d@x.example", "b@x.example", "c@x.example"] {
            add(&world, email, &[staff(Role::Reviewer)]).await;
        }
        let mut after = None;
        let mut seen = Vec::new();
        loop {
            let page = queries::users(
                &mut world.read().await,
                &everywhere(),
                &UserFilter::default(),
                after.as_ref(),
                PageSize::clamped(2),
            )
            .await
            .unwrap();
            seen.extend(page.items.into_iter().map(|person| (person.user.email, person.memberships.len())));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 4);
        assert_eq!(seen[0], ("ana@lighthouse.example".to_owned(), 1));
        let found =
            queries::users(&mut world.read().await, &everywhere(), &UserFilter::named("C@X"), None, PageSize::DEFAULT)
                .await
                .unwrap();
        assert_eq!(found.items.len(), 1);
    }
}

#[tokio::test]
async fn the_audit_log_says_who_did_what_and_holds_no_secret() {
    for world in World::each().await {
        let ana = world.set_up().await;
        let ana_signed_in = world.principal("ana@lighthouse.example").await;
        let mut tx = world.begin_as(ana).await;
        let input = NewApiToken { name: "CI".to_owned(), access: Access::Read, expires_at: None };
        let (token, key) = api_tokens::create(&mut tx, &ana_signed_in, input).await.unwrap();
        tx.commit().await.unwrap();

        let log = async |scope: &AgencyScope, filter: &AuditFilter, size: i64| {
            audit::list(&mut world.read().await, scope, filter, None, PageSize::clamped(size)).await.unwrap()
        };
        let all = log(&everywhere(), &AuditFilter::default(), 50).await.items;
        let actions: Vec<_> = all.iter().map(|entry| entry.action.as_str()).collect();
        assert_eq!(actions, ["people.token_created", "people.signed_in", "people.agency_set_up"]);
        assert_eq!(all[0].actor.person(), Some(ana));
        assert_eq!(all[0].subject_id, token.id.uuid());
        let text = serde_json::to_string(&all).unwrap();
        assert!(!text.contains(key.expose()) && !text.contains(PASSWORD) && !text.contains("argon2"));

        let filter = AuditFilter { user: Some(ana), action: Some("people.token".to_owned()), ..AuditFilter::default() };
        let some = log(&everywhere(), &filter, 1).await;
        assert_eq!((some.items.len(), some.next), (1, None));
        // A client's administrator sees nothing of the agency.
        let theirs = AgencyScope::only(vec![TenantId::new()]);
        assert!(log(&theirs, &AuditFilter::default(), 50).await.items.is_empty());
    }
}
