//! Mail: who gets which, when, once; and what becomes of one that does not arrive.

use aos_capabilities::mail::{MailErrorKind, MailSecurity};
use aos_features::{
    notices::{
        EVENTS, MailWhen, NoticeKind,
        mail::{self, MailState, NewServer},
        preferences::{self, NewHours, Preference},
        queries,
    },
    people::{self, Email, Grant, Role, invitations::NewInvitation},
};
use aos_kernel::{ApprovalId, ErrorKind, NewEvent, PageSize, Secret, Subject, TenantId, UserId};
use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;

use crate::support::{World, everywhere, new_user};

async fn staff(world: &World, email: &str, role: Role) -> UserId {
    let user = new_user(email, "Somebody").await;
    let mut tx = world.begin().await;
    let grant = Grant::agency_wide(role).unwrap();
    let id = people::commands::add_user(&mut tx, &everywhere(), user, &[grant]).await.unwrap();
    tx.commit().await.unwrap();
    id
}

const PASSWORD: &str = "canary-mail-password";

fn server() -> NewServer {
    NewServer {
        host: "Smtp.Lighthouse.example".to_owned(),
        port: 587,
        security: MailSecurity::StartTls,
        login: "os".to_owned(),
        password: Some(Secret::new(PASSWORD)),
        sender_name: String::new(),
        sender_address: "os@lighthouse.example".to_owned(),
    }
}

async fn with_mail(world: &World) {
    world.set_up().await;
    has_mail(world).await;
}

/// Its agency sends mail.
pub async fn has_mail(world: &World) {
    let ana = world.principal("ana@lighthouse.example").await;
    let mut tx = world.begin_as(ana.user()).await;
    mail::save_server(&mut tx, &world.post, &world.credentials, &ana, server()).await.unwrap();
    tx.commit().await.unwrap();
}

fn failed(tenant: TenantId) -> NewEvent {
    NewEvent::new(tenant, "content.publishing_gave_up", Subject { kind: "content_item".to_owned(), id: Uuid::now_v7() })
        .because("WordPress is gone.")
}

/// Long enough for what waits to gather more.
async fn later(world: &World) {
    world.clock.advance(TimeDelta::minutes(1));
    world.work().await;
}

async fn states(world: &World) -> Vec<MailState> {
    let ana = world.principal("ana@lighthouse.example").await;
    let page = queries::mails(&mut world.read().await, &ana, false, None, PageSize::DEFAULT).await.unwrap();
    page.items.into_iter().map(|mail| mail.state).collect()
}

#[tokio::test]
async fn a_notice_is_mailed_after_a_moment_once_and_names_the_agency_and_the_client() {
    for world in World::each().await {
        with_mail(&world).await;
        let acme = world.client("Acme", "UTC").await;
        staff(&world, "dan@lighthouse.example", Role::Consultant).await;
        let event = failed(acme.id);
        world.tell(event.clone()).await;
        world.tell(event).await;
        assert!(world.mailer.taken().is_empty(), "it waits for more of the same");
        later(&world).await;
        let mails = world.mailer.taken();
        assert_eq!(mails.len(), 1, "{mails:?}");
        let mail = &mails[0];
        assert_eq!(mail.to.address, "dan@lighthouse.example");
        assert_eq!(mail.subject, "A piece could not be published (Acme)");
        for part in [&mail.text, &mail.html] {
            assert!(part.contains("Lighthouse") && part.contains("WordPress is gone."), "{part}");
            assert!(part.contains("https://os.lighthouse.example/n/"), "{part}");
        }
        assert!(mail.message_id.ends_with("@lighthouse.example"));
        later(&world).await;
        assert!(world.mailer.taken().is_empty());
    }
}

fn asks(tenant: TenantId, activity: Uuid, title: &str) -> NewEvent {
    NewEvent::new(tenant, "activities.approval_requested", Subject::new("approval", ApprovalId::new()))
        .with(json!({ "activity": activity, "title": title, "role": "reviewer" }))
}

#[tokio::test]
async fn posts_that_are_finished_one_after_the_other_are_one_letter_with_a_link_for_each() {
    for world in World::each().await {
        with_mail(&world).await;
        let (acme, zenith) = (world.client("Acme", "UTC").await, world.client("Zenith", "UTC").await);
        staff(&world, "ben@lighthouse.example", Role::Reviewer).await;
        let posts: Vec<Uuid> = (0..3).map(|_| Uuid::now_v7()).collect();
        for (n, post) in posts.iter().enumerate() {
            world.tell(asks(acme.id, *post, &format!("Post {n}"))).await;
        }
        world.tell(asks(acme.id, Uuid::nil(), "Decided already")).await;
        world.tell(asks(zenith.id, Uuid::now_v7(), "Of another client")).await;
        later(&world).await;
        let mut mails = world.mailer.taken();
        mails.sort_by(|a, b| a.subject.cmp(&b.subject));
        let subjects: Vec<&str> = mails.iter().map(|mail| mail.subject.as_str()).collect();
        assert_eq!(
            subjects,
            ["Waiting for your decision: 3 things (Acme)", "Waiting for your decision: Of another client (Zenith)"]
        );
        for (n, post) in posts.iter().enumerate() {
            let link = format!("https://os.lighthouse.example/a/secret-{post}");
            assert!(mails[0].text.contains(&format!("- Post {n}\n  {link}\n")), "{}", mails[0].text);
            assert!(mails[0].html.contains(&link), "{}", mails[0].html);
        }
        assert!(!mails[0].text.contains("Decided already"), "{}", mails[0].text);
        // What is asked for later is another letter, and repeats nothing.
        world.tell(asks(acme.id, Uuid::now_v7(), "Post 4")).await;
        later(&world).await;
        let next = world.mailer.taken();
        assert_eq!(next.len(), 1, "{next:?}");
        assert_eq!(next[0].subject, "Waiting for your decision: Post 4 (Acme)");
    }
}

#[tokio::test]
async fn what_was_read_in_the_portal_first_is_not_mailed() {
    for world in World::each().await {
        with_mail(&world).await;
        let acme = world.client("Acme", "UTC").await;
        staff(&world, "dan@lighthouse.example", Role::Consultant).await;
        world.tell(failed(acme.id)).await;
        let dan = world.principal("dan@lighthouse.example").await;
        let mut tx = world.begin_as(dan.user()).await;
        aos_features::notices::commands::mark_all_read(&mut tx, &dan).await.unwrap();
        tx.commit().await.unwrap();
        later(&world).await;
        assert!(world.mailer.taken().is_empty());
        assert_eq!(states(&world).await, [MailState::Skipped]);
    }
}

#[tokio::test]
async fn mail_waits_for_the_end_of_quiet_hours_and_is_left_out_when_it_is_switched_off() {
    for world in World::each().await {
        with_mail(&world).await;
        let acme = world.client("Acme", "UTC").await;
        for email in ["dan@lighthouse.example", "eva@lighthouse.example"] {
            staff(&world, email, Role::Consultant).await;
        }
        let choose = async |email: &str, mail: MailWhen, hours: NewHours| {
            let who = world.principal(email).await;
            let mut tx = world.begin_as(who.user()).await;
            let kind = Preference { kind: NoticeKind::PublicationFailed, in_app: mail != MailWhen::Off, mail };
            preferences::choose(&mut tx, &who, &[kind], &hours).await.unwrap();
            tx.commit().await.unwrap();
        };
        let zone = || NewHours { zone: "Europe/Berlin".to_owned(), digest: "08:00".to_owned(), ..NewHours::default() };
        // It is eleven in Berlin.
        let quiet = NewHours { quiet_from: "10:00".to_owned(), quiet_until: "14:00".to_owned(), ..zone() };
        choose("dan@lighthouse.example", MailWhen::AtOnce, quiet).await;
        choose("eva@lighthouse.example", MailWhen::Off, zone()).await;
        world.tell(failed(acme.id)).await;
        later(&world).await;
        assert!(world.mailer.taken().is_empty());
        let eva = world.principal("eva@lighthouse.example").await;
        assert_eq!(queries::unread(&mut world.read().await, &eva).await.unwrap(), 0);
        world.clock.advance(TimeDelta::hours(3));
        world.work().await;
        let mails = world.mailer.taken();
        assert_eq!(mails.iter().map(|mail| mail.to.address.as_str()).collect::<Vec<_>>(), ["dan@lighthouse.example"]);

        let dan = world.principal("dan@lighthouse.example").await;
        let mut tx = world.begin_as(dan.user()).await;
        for (bad, field) in [
            (NewHours { quiet_from: "22:00".to_owned(), ..zone() }, "quiet_until"),
            (NewHours { zone: "Mars/Base".to_owned(), ..zone() }, "zone"),
            (NewHours { digest: "25:00".to_owned(), ..zone() }, "digest"),
        ] {
            let refused = preferences::choose(&mut tx, &dan, &[], &bad).await.unwrap_err();
            assert_eq!(refused.field(), Some(field));
        }
        tx.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn a_digest_gathers_a_day_and_goes_out_once_at_its_time() {
    for world in World::each().await {
        with_mail(&world).await;
        let mut tx = world.begin().await;
        aos_features::notices::put_schedules(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let acme = world.client("Acme", "UTC").await;
        staff(&world, "dan@lighthouse.example", Role::Consultant).await;
        for name in ["Write the post", "Publish the post"] {
            let subject = Subject { kind: "activity".to_owned(), id: Uuid::now_v7() };
            let event =
                NewEvent::new(acme.id, "activities.failed", subject).because("No.").with(json!({ "name": name }));
            world.tell(event).await;
        }
        // At nine UTC it is ten in Lisbon, where the agency is: today's time has passed, so it goes out at once.
        world.clock.advance(TimeDelta::minutes(20));
        world.work().await;
        let mails = world.mailer.taken();
        assert_eq!(mails.len(), 1, "{mails:?}");
        assert_eq!(mails[0].subject, "Your day: 2 things to know");
        assert!(mails[0].text.contains("Failed: Write the post") && mails[0].text.contains("Failed: Publish the post"));

        let subject = Subject { kind: "activity".to_owned(), id: Uuid::now_v7() };
        world.tell(NewEvent::new(acme.id, "activities.failed", subject).with(json!({ "name": "Third" }))).await;
        world.clock.advance(TimeDelta::hours(10));
        world.work().await;
        assert!(world.mailer.taken().is_empty(), "the next digest is tomorrow's");
        world.clock.advance(TimeDelta::hours(12));
        world.work().await;
        let mails = world.mailer.taken();
        assert_eq!(mails.len(), 1);
        assert!(mails[0].text.contains("Third") && !mails[0].text.contains("Write the post"));
    }
}

#[tokio::test]
async fn a_server_that_is_busy_is_asked_again_and_one_that_refuses_is_told_of() {
    for world in World::each().await {
        with_mail(&world).await;
        let acme = world.client("Acme", "UTC").await;
        staff(&world, "dan@lighthouse.example", Role::Consultant).await;
        world.mailer.fail_next(MailErrorKind::Busy);
        world.tell(failed(acme.id)).await;
        later(&world).await;
        assert!(world.mailer.taken().is_empty());
        assert_eq!(states(&world).await, [MailState::Waiting]);
        world.clock.advance(TimeDelta::minutes(1));
        world.work().await;
        let first = world.mailer.taken();
        assert_eq!(first.len(), 1);
        assert_eq!(states(&world).await, [MailState::Sent]);

        world.mailer.fail_next(MailErrorKind::Recipient);
        world.tell(failed(acme.id)).await;
        later(&world).await;
        assert!(world.mailer.taken().is_empty());
        let ana = world.principal("ana@lighthouse.example").await;
        let trouble = queries::mails(&mut world.read().await, &ana, true, None, PageSize::DEFAULT).await.unwrap().items;
        assert_eq!(trouble[0].state, MailState::Failed);
        let told = queries::list(&mut world.read().await, &ana, true, None, PageSize::DEFAULT).await.unwrap().items;
        assert_eq!(told[0].kind, NoticeKind::MailUndelivered);
        // A person sends it again: the same mail, with the same id.
        let mut tx = world.begin_as(ana.user()).await;
        mail::send_again(&mut tx, &ana, trouble[0].id).await.unwrap();
        tx.commit().await.unwrap();
        world.work().await;
        assert_eq!(world.mailer.taken().len(), 1);
        let mut tx = world.begin_as(ana.user()).await;
        assert_eq!(mail::send_again(&mut tx, &ana, trouble[0].id).await.unwrap_err().kind(), ErrorKind::Conflict);
        tx.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn a_mail_of_which_nobody_knows_is_never_sent_again_by_itself() {
    for world in World::each().await {
        with_mail(&world).await;
        let acme = world.client("Acme", "UTC").await;
        staff(&world, "dan@lighthouse.example", Role::Consultant).await;
        world.mailer.fail_next(MailErrorKind::Unanswered);
        world.tell(failed(acme.id)).await;
        later(&world).await;
        world.clock.advance(TimeDelta::days(2));
        world.work().await;
        assert!(world.mailer.taken().iter().all(|mail| mail.to.address != "dan@lighthouse.example"));
        let ana = world.principal("ana@lighthouse.example").await;
        let trouble = queries::mails(&mut world.read().await, &ana, true, None, PageSize::DEFAULT).await.unwrap().items;
        assert_eq!(trouble[0].state, MailState::Unconfirmed);
    }
}

#[tokio::test]
async fn a_test_mail_goes_to_whoever_asks_and_the_password_is_given_to_no_other_server() {
    for world in World::each().await {
        with_mail(&world).await;
        let ana = world.principal("ana@lighthouse.example").await;
        let mut tx = world.begin_as(ana.user()).await;
        mail::send_test(&mut tx, &world.post, &ana).await.unwrap();
        tx.commit().await.unwrap();
        world.work().await;
        let (server_used, sent) = world.mailer.sent.lock().unwrap().pop().unwrap();
        assert_eq!(sent.to.address, "ana@lighthouse.example");
        assert_eq!(server_used.login.unwrap().password.expose(), PASSWORD);
        assert_eq!(
            (server_used.host.as_str(), server_used.sender.name.as_str()),
            ("smtp.lighthouse.example", "Lighthouse")
        );

        let mut tx = world.begin_as(ana.user()).await;
        let elsewhere = NewServer { host: "evil.example".to_owned(), password: None, ..server() };
        let refused = mail::save_server(&mut tx, &world.post, &world.credentials, &ana, elsewhere).await.unwrap_err();
        assert_eq!(refused.field(), Some("password"));
        let clear = NewServer { security: MailSecurity::None, ..server() };
        let refused = mail::save_server(&mut tx, &world.post, &world.credentials, &ana, clear).await.unwrap_err();
        assert_eq!(refused.field(), Some("security"));
        // What is left out stays as it is.
        let renamed = NewServer { sender_name: "News".to_owned(), password: None, ..server() };
        mail::save_server(&mut tx, &world.post, &world.credentials, &ana, renamed).await.unwrap();
        tx.commit().await.unwrap();
        let dan = staff(&world, "dan@lighthouse.example", Role::Consultant).await;
        let who = world.principal("dan@lighthouse.example").await;
        let mut tx = world.begin_as(dan).await;
        assert_eq!(mail::send_test(&mut tx, &world.post, &who).await.unwrap_err().kind(), ErrorKind::Denied);
        tx.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn whoever_is_invited_or_forgot_their_password_gets_a_link_of_their_own() {
    for world in World::each().await {
        with_mail(&world).await;
        let ana = world.principal("ana@lighthouse.example").await;
        let mut tx = world.begin_as(ana.user()).await;
        let new = NewInvitation {
            email: Email::parse("nina@lighthouse.example").unwrap(),
            grants: vec![Grant::agency_wide(Role::Reviewer).unwrap()],
        };
        let invitation = people::invitations::invite(&mut tx, &ana, new).await.unwrap();
        tx.commit().await.unwrap();
        // The mail's own job, and then the letter that it makes.
        world.work().await;
        let mails = world.mailer.taken();
        assert_eq!(mails.len(), 1, "{mails:?}");
        assert_eq!(mails[0].to.address, "nina@lighthouse.example");
        assert!(mails[0].text.contains("https://os.lighthouse.example/join/"), "{}", mails[0].text);

        // Taken back before it could go out, nothing is sent.
        let mut tx = world.begin_as(ana.user()).await;
        people::invitations::send_again(&mut tx, &ana, invitation).await.unwrap();
        people::invitations::revoke(&mut tx, &ana, invitation).await.unwrap();
        tx.commit().await.unwrap();
        world.work().await;
        assert!(world.mailer.taken().is_empty());

        people::resets::request(&world.db, "ana@lighthouse.example", None).await.unwrap();
        world.work().await;
        let mails = world.mailer.taken();
        assert_eq!(mails.len(), 1, "{mails:?}");
        assert!(mails[0].text.contains("https://os.lighthouse.example/reset/"), "{}", mails[0].text);
        // Somebody without an account gets nothing, as the page promised nothing.
        people::resets::request(&world.db, "nobody@lighthouse.example", None).await.unwrap();
        world.work().await;
        assert!(world.mailer.taken().is_empty());

        // A new address is confirmed by whoever reads mail there.
        let current = Secret::new(crate::support::PASSWORD);
        people::emails::request(&world.db, &ana, &current, "ana.new@lighthouse.example").await.unwrap();
        world.work().await;
        let mails = world.mailer.taken();
        assert_eq!(mails.len(), 1, "{mails:?}");
        assert_eq!(mails[0].to.address, "ana.new@lighthouse.example");
        assert!(mails[0].text.contains("https://os.lighthouse.example/account/email/"), "{}", mails[0].text);
    }
}

/// Every event that is declared reaches somebody; so none can be declared and forgotten.
#[tokio::test]
async fn every_declared_event_is_told_to_somebody() {
    for world in World::each().await {
        with_mail(&world).await;
        let acme = world.client("Acme", "UTC").await;
        let dan = staff(&world, "dan@lighthouse.example", Role::Consultant).await;
        for kind in EVENTS {
            let subject = Subject::new("approval", ApprovalId::new());
            let data = json!({
                "role": "consultant", "title": "T", "name": "N", "activity": Uuid::now_v7(), "outcome": "failed",
                "made_by": aos_kernel::Actor::user(dan), "stage": "reminder", "month": "2026-04", "kind": "x", "queue": kind,
                "hours_late": 72,
            });
            let before = told(&world).await;
            world.tell(NewEvent::new(acme.id, kind, subject).because("So it is.").with(data)).await;
            assert!(told(&world).await > before, "{kind} reached nobody");
        }
    }
}

/// Notifications of Ana, who administers, and Dan, who consults.
async fn told(world: &World) -> usize {
    let mut sum = 0;
    for email in ["ana@lighthouse.example", "dan@lighthouse.example"] {
        let who = world.principal(email).await;
        let page = queries::list(&mut world.read().await, &who, false, None, PageSize::clamped(200)).await.unwrap();
        for item in &page.items {
            assert!(!item.words().title.is_empty());
        }
        sum += page.items.len();
    }
    sum
}
