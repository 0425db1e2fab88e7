//! What the client's own people are told, and where it leads them.

use std::collections::BTreeSet;

use aos_features::{
    notices::{self, NoticeKind, Notification},
    onboarding, people,
    people::{Grant, Role},
    tenants::Party,
};
use aos_kernel::{Actor, AgencyScope, NewEvent, PageSize, Subject, TenantScope, UserId};
use aos_storage::testing::kinds;
use axum::http::StatusCode;
use serde_json::json;

use crate::{
    journey::{Journey, place},
    support::Browser,
};

/// The set-up, with something that the client's administrator does.
const WITH_A_TASK: &str = r#"{"key":"set_up","name":"Set-up","steps":[
    {"key":"photos","name":"Send us photos of your team","assignee":{"human":"admin"}},
    {"key":"context","name":"Write the context file","assignee":{"agent":"onboarding"},"kind":"onboarding.write_context",
     "blocked_by":["photos"]}]}"#;

async fn told(journey: &Journey, person: UserId) -> Vec<Notification> {
    let mut conn = journey.app.db.read().await.unwrap();
    let principal = people::queries::principal(&mut conn, person).await.unwrap();
    notices::queries::list(&mut conn, &principal, false, None, PageSize::DEFAULT).await.unwrap().items
}

/// Everything that one of a client's people can be told of happens to them.
async fn everything_happens(journey: &Journey, person: UserId, client: &Browser) {
    let (app, tenant) = (&journey.app, journey.client);
    let staff = Browser::of(app, app.administrator).await;
    let saved = [("route", "internal_then_client"), ("decides", "content_item")];
    staff.submit(&format!("/portal/clients/{tenant}/settings/approval"), &saved).await;
    app.work().await;

    // A post waits for them, and it waits on.
    let post = journey.waiting("content_item").await.remove(0).approval;
    let path = format!("/portal/approvals/{}/approve", post.id);
    let yes = journey.browser.submit(&path, &[("hash", post.hash.as_str()), ("mode", "draft")]).await;
    assert_eq!(yes.status, StatusCode::SEE_OTHER, "{}", yes.body);
    let mut tx = app.db.begin(Actor::system("test")).await.unwrap();
    let stalled = json!({ "activity": post.activity_id, "title": post.title, "role": "admin",
        "stage": "reminder", "days": 2 });
    tx.emit(NewEvent::new(tenant, "activities.approval_stalled", post.subject.clone()).with(stalled));

    // Their website lets nobody in any more.
    let mut conn = app.db.read().await.unwrap();
    let channel = aos_features::channels::queries::channels(&mut conn, journey.scope()).await.unwrap()[0].id;
    drop(conn);
    let about = || Subject::new("channel", channel);
    tx.emit(NewEvent::new(tenant, "channels.expired", about()).because("It was refused."));
    // The consent for another ends soon, and that of a third has to be ended by hand.
    tx.emit(NewEvent::new(tenant, "channels.expiring", about()).with(json!({ "label": "Our page", "days": 7 })));
    tx.emit(NewEvent::new(tenant, "channels.not_revoked", about()).because("The platform takes nothing back."));
    tx.commit().await.unwrap();

    // What they asked for comes back.
    let asked = [("title", "Open day"), ("brief", "On 12 May we open our workshop.")];
    client.submit(&format!("/client/{tenant}/requests"), &asked).await;
    let waiting = journey.waiting("request").await;
    let request = &waiting.iter().find(|one| one.approval.title == "Open day").unwrap().approval;
    let back = [("hash", request.hash.as_str()), ("notes", "From when to when?")];
    let back = journey.browser.submit(&format!("/portal/approvals/{}/reject", request.id), &back).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.body);

    // A second brand of theirs begins, and something is theirs to do there.
    let changed = staff.submit("/manage/templates/set_up", &[("based_on", "1"), ("json", WITH_A_TASK)]).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.body);
    let mut conn = app.db.read().await.unwrap();
    let website = aos_features::tenants::queries::tenant(&mut conn, journey.scope()).await.unwrap().website;
    drop(conn);
    let second = app.client_at("Linden Dental", &website).await;
    let mut tx = app.db.begin(Actor::user(app.administrator)).await.unwrap();
    let grant = Grant::new(Role::TenantAdmin, Some(second)).unwrap();
    people::commands::grant_role(&mut tx, &AgencyScope::all(), person, grant).await.unwrap();
    onboarding::commands::launch(&mut tx, TenantScope::granted(second)).await.unwrap();
    tx.commit().await.unwrap();
    app.work().await;
}

#[tokio::test]
async fn whatever_one_of_the_clients_people_is_told_leads_to_a_page_that_they_may_open() {
    for kind in kinds() {
        let journey = Journey::to_the_posts(kind).await;
        let maren = journey.app.person("Maren", Role::TenantAdmin, Some(journey.client)).await;
        let client = Browser::of(&journey.app, maren).await;
        everything_happens(&journey, maren, &client).await;

        let told = told(&journey, maren).await;
        let made: BTreeSet<NoticeKind> = told.iter().map(|notice| notice.kind).collect();
        for kind in NoticeKind::ALL {
            assert_eq!(made.contains(kind), kind.spec().for_clients, "{kind}");
        }
        let bell = client.get(&format!("/client/{}", journey.client)).await;
        assert!(bell.body.contains(&format!("Notifications, {} unread", told.len())), "{}", bell.body);
        let list = client.get("/notifications").await;
        assert!(list.body.contains("rail--client") && list.body.contains("Linden Dental"), "{}", list.body);
        for notice in &told {
            assert!(list.body.contains(&format!("/n/{}\"", notice.id)), "{}", notice.kind);
            let opened = place(&client.get(&format!("/n/{}", notice.id)).await);
            let own = format!("/client/{}/", notice.tenant_id.unwrap());
            let part = opened.strip_prefix(&own).unwrap_or_else(|| panic!("{} leads to {opened}", notice.kind));
            let page = client.get(&opened).await;
            assert_eq!(page.status, StatusCode::OK, "{} leads to {opened}: {}", notice.kind, page.body);
            let expected = match notice.kind {
                NoticeKind::ApprovalRequested | NoticeKind::ApprovalReminder => "approvals/",
                NoticeKind::WorkReturned => "requests/",
                NoticeKind::TaskAssigned => "tasks/",
                _ => "channels",
            };
            assert!(part.starts_with(expected), "{} leads to {opened}", notice.kind);
        }
        let choices = client.get("/account/notifications").await;
        assert!(choices.body.contains("rail--client") && choices.body.contains("<th>Here</th>"), "{}", choices.body);
        assert!(!choices.body.contains("A deliverable falls behind"), "that is the agency’s business");

        // The task is theirs to finish, and another person of the client reads it only.
        let task = told.iter().find(|notice| notice.kind == NoticeKind::TaskAssigned).unwrap();
        let (path, brand) = (format!("/client/{}/tasks/{}", task.tenant_id.unwrap(), task.subject_id), task.tenant_id);
        let home = client.get(&format!("/client/{}", brand.unwrap())).await;
        assert!(home.body.contains("Send us photos of your team") && home.body.contains(&path), "{}", home.body);
        let sam = journey.app.person("Sam", Role::TenantMember, brand).await;
        let sam = Browser::of(&journey.app, sam).await;
        assert!(sam.get(&path).await.body.contains("An administrator of your company does this."));
        assert_eq!(sam.submit(&path, &[("notes", "x")]).await.status, StatusCode::FORBIDDEN);
        let done = client.submit(&path, &[("notes", "They are in the folder.")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
        let page = client.get(&path).await;
        assert!(page.body.contains("They are in the folder.") && !page.body.contains("It is done"), "{}", page.body);
        journey.end().await;
    }
}

#[tokio::test]
async fn looking_at_what_is_asked_reads_what_was_told_of_it() {
    let journey = Journey::to_the_posts(kinds()[0]).await;
    let maren = journey.app.person("Maren", Role::TenantAdmin, Some(journey.client)).await;
    let client = Browser::of(&journey.app, maren).await;
    everything_happens(&journey, maren, &client).await;
    let told = told(&journey, maren).await;
    let asked = told.iter().find(|notice| notice.kind == NoticeKind::ApprovalRequested).unwrap();
    let waiting = journey.waiting("content_item").await;
    let approval = waiting.iter().find(|one| one.approval.party == Party::Client).unwrap().approval.id;
    client.get(&format!("/client/{}/approvals/{approval}", journey.client)).await;
    let mut conn = journey.app.db.read().await.unwrap();
    let principal = people::queries::principal(&mut conn, maren).await.unwrap();
    let seen = notices::queries::notification(&mut conn, &principal, asked.id).await.unwrap();
    assert!(seen.read_at.is_some());
    drop(conn);
    journey.end().await;
}
