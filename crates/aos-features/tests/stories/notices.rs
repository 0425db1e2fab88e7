//! Who is told what.

use aos_features::{
    notices::{NoticeKind, commands, queries},
    people::{self, Grant, Role},
};
use aos_kernel::{ApprovalId, ErrorKind, NewEvent, PageSize, Subject, TenantId, UserId};
use serde_json::json;
use uuid::Uuid;

use crate::support::{World, everywhere, inside, new_user};

async fn staff(world: &World, email: &str, role: Role) -> UserId {
    let user = new_user(email, "Somebody").await;
    let mut tx = world.begin().await;
    let grant = Grant::agency_wide(role).unwrap();
    let id = people::commands::add_user(&mut tx, &everywhere(), user, &[grant]).await.unwrap();
    tx.commit().await.unwrap();
    id
}

fn asks(tenant: TenantId, activity: &str, title: &str) -> NewEvent {
    NewEvent::new(tenant, "activities.approval_requested", Subject::new("approval", ApprovalId::new()))
        .with(json!({ "activity": activity, "title": title, "role": "reviewer" }))
}

#[tokio::test]
async fn ten_topics_to_decide_on_are_one_notification_for_each_reviewer() {
    for world in World::each().await {
        world.set_up().await;
        let acme = world.client("Acme", "UTC").await;
        staff(&world, "ben@lighthouse.example", Role::Reviewer).await;
        staff(&world, "cleo@lighthouse.example", Role::Reviewer).await;
        staff(&world, "dan@lighthouse.example", Role::Consultant).await;
        for topic in 1..=10 {
            world.tell(asks(acme.id, "one", &format!("Topic {topic}"))).await;
        }
        let ben = world.principal("ben@lighthouse.example").await;
        let page = queries::list(&mut world.read().await, &ben, false, None, PageSize::DEFAULT).await.unwrap();
        assert_eq!(page.items.len(), 1);
        assert_eq!(page.items[0].words().title, "Waiting for your decision: Topic 10 and 9 more");
        let unread = async |email: &str| {
            let who = world.principal(email).await;
            queries::unread(&mut world.read().await, &who).await.unwrap()
        };
        assert_eq!(unread("cleo@lighthouse.example").await, 1);
        assert_eq!(unread("dan@lighthouse.example").await, 0);
        assert_eq!(unread("ana@lighthouse.example").await, 0);
    }
}

#[tokio::test]
async fn what_was_read_is_unread_again_when_its_cause_comes_back() {
    for world in World::each().await {
        world.set_up().await;
        let acme = world.client("Acme", "UTC").await;
        let ben = staff(&world, "ben@lighthouse.example", Role::Reviewer).await;
        world.tell(asks(acme.id, "one", "Strategy 1")).await;
        let ben_signed_in = world.principal("ben@lighthouse.example").await;
        let list = async || {
            queries::list(&mut world.read().await, &ben_signed_in, true, None, PageSize::DEFAULT).await.unwrap().items
        };
        let id = list().await[0].id;

        let ana = world.principal("ana@lighthouse.example").await;
        let mut tx = world.begin_as(ana.user()).await;
        assert_eq!(commands::mark_read(&mut tx, &ana, id).await.unwrap_err().kind(), ErrorKind::NotFound);
        tx.rollback().await.unwrap();
        let mut tx = world.begin_as(ben).await;
        commands::mark_read(&mut tx, &ben_signed_in, id).await.unwrap();
        tx.commit().await.unwrap();
        assert!(list().await.is_empty());

        world.tell(asks(acme.id, "one", "Strategy 1")).await;
        assert_eq!(list().await.len(), 1);
        let mut tx = world.begin_as(ben).await;
        assert_eq!(commands::mark_all_read(&mut tx, &ben_signed_in).await.unwrap(), 1);
        commands::mark_unread(&mut tx, &ben_signed_in, id).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(queries::unread(&mut world.read().await, &ben_signed_in).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn failures_reach_the_consultants_and_a_lost_channel_the_client_too() {
    for world in World::each().await {
        world.set_up().await;
        let acme = world.client("Acme", "UTC").await;
        staff(&world, "dan@lighthouse.example", Role::Consultant).await;
        let clara = new_user("clara@acme.example", "Clara").await;
        let mut tx = world.begin().await;
        people::commands::add_client_person(&mut tx, inside(acme.id), clara, Role::TenantAdmin).await.unwrap();
        tx.commit().await.unwrap();

        let subject = |kind: &str| Subject { kind: kind.to_owned(), id: Uuid::now_v7() };
        let failed = NewEvent::new(acme.id, "activities.failed", subject("activity"))
            .because("The client’s budget for April is used up.")
            .with(json!({ "name": "Write the blog post" }));
        world.tell(failed).await;
        let crawled = json!({ "outcome": "incomplete", "incomplete": ["It has more than 500 pages."] });
        world.tell(NewEvent::new(acme.id, "website.crawled", subject("crawl")).with(crawled)).await;
        let expired = NewEvent::new(acme.id, "channels.expired", subject("channel")).because("WordPress said no.");
        world.tell(expired).await;

        let kinds = async |email: &str| {
            let who = world.principal(email).await;
            let page = queries::list(&mut world.read().await, &who, true, None, PageSize::DEFAULT).await.unwrap();
            page.items.into_iter().map(|notice| (notice.kind, notice.words().body)).collect::<Vec<_>>()
        };
        let dan = kinds("dan@lighthouse.example").await;
        assert_eq!(dan.len(), 3);
        let failure = (NoticeKind::ActivityFailed, Some("The client’s budget for April is used up.".to_owned()));
        assert!(dan.contains(&failure));
        assert!(dan.contains(&(NoticeKind::CrawlIncomplete, Some("It has more than 500 pages.".to_owned()))));
        let clara = kinds("clara@acme.example").await;
        assert_eq!(clara, [(NoticeKind::ChannelExpired, Some("WordPress said no.".to_owned()))]);

        // Somebody who left the client no longer reads what they were told of it.
        let id =
            people::queries::user_by_email(&mut world.read().await, "clara@acme.example").await.unwrap().unwrap().id;
        let mut tx = world.begin().await;
        people::commands::remove_client_person(&mut tx, inside(acme.id), id).await.unwrap();
        tx.commit().await.unwrap();
        assert!(kinds("clara@acme.example").await.is_empty());
    }
}

#[tokio::test]
async fn nobody_is_told_of_what_they_did_themselves_and_lists_go_on() {
    for world in World::each().await {
        world.set_up().await;
        let acme = world.client("Acme", "UTC").await;
        let ben = staff(&world, "ben@lighthouse.example", Role::Reviewer).await;
        staff(&world, "cleo@lighthouse.example", Role::Reviewer).await;
        for activity in ["one", "two", "three"] {
            let mut tx = world.begin_as(ben).await;
            tx.emit(asks(acme.id, activity, activity));
            tx.commit().await.unwrap();
            world.work().await;
        }
        let ben = world.principal("ben@lighthouse.example").await;
        assert_eq!(queries::unread(&mut world.read().await, &ben).await.unwrap(), 0);
        let cleo = world.principal("cleo@lighthouse.example").await;
        let first = queries::list(&mut world.read().await, &cleo, false, None, PageSize::clamped(2)).await.unwrap();
        let after = first.next.as_ref();
        let rest = queries::list(&mut world.read().await, &cleo, false, after, PageSize::clamped(2)).await.unwrap();
        assert_eq!((first.items.len(), rest.items.len()), (2, 1));
    }
}
