//! Deciding: the queue, a post's page, two people at once.

use aos_features::{
    activities::ApprovalState,
    content::{
        self, ItemState,
        commands::Edit,
        model::{ArticleText, ItemText},
    },
    people::Role,
};
use aos_kernel::{Actor, ContentItemId};
use aos_storage::testing::kinds;
use axum::http::StatusCode;

use crate::{
    journey::{Journey, hidden, place},
    support::Browser,
};

#[tokio::test]
async fn ten_posts_are_decided_from_the_queue_and_one_of_them_goes_back_with_notes() {
    for kind in kinds() {
        let journey = Journey::to_the_posts(kind).await;
        let browser = &journey.browser;
        let queue = browser.get("/portal?kind=post&mine=1").await;
        assert_eq!(queue.status, StatusCode::OK, "{}", queue.body);
        let waiting = journey.waiting("content_item").await;
        assert_eq!(waiting.len(), 10);
        for one in &waiting {
            let shown = format!("{}:{}", one.approval.id, one.approval.hash.as_str());
            assert!(queue.body.contains(&shown), "{} is not in the queue as it can be decided", one.approval.title);
        }

        // Notes are required, and nothing is decided without them.
        let (last, others) = waiting.split_last().unwrap();
        let path = format!("/portal/approvals/{}/reject", last.approval.id);
        let hash = last.approval.hash.as_str();
        let without = browser.submit(&path, &[("hash", hash), ("notes", " ")]).await;
        assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(journey.state_of(last.approval.id).await, ApprovalState::Pending);
        let back = browser.submit(&path, &[("hash", hash), ("notes", "Say how long it takes.")]).await;
        assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.body);
        assert_eq!(journey.state_of(last.approval.id).await, ApprovalState::Rejected);

        // The others in one go, exactly as they were shown.
        let shown: Vec<String> =
            others.iter().map(|one| format!("{}:{}", one.approval.id, one.approval.hash.as_str())).collect();
        let mut fields: Vec<(&str, &str)> = shown.iter().map(|one| ("approval", one.as_str())).collect();
        fields.push(("decision", "approve"));
        let done = browser.submit("/portal/queue/decide", &fields).await;
        assert_eq!((done.status, place(&done).as_str()), (StatusCode::SEE_OTHER, "/portal"));
        for one in others {
            assert_eq!(journey.state_of(one.approval.id).await, ApprovalState::Approved, "{}", one.approval.title);
        }

        // Nine are published, and the one that was sent back is written again.
        journey.app.work().await;
        let mut conn = journey.app.db.read().await.unwrap();
        let counts = content::queries::counts(&mut conn, journey.scope()).await.unwrap();
        drop(conn);
        assert_eq!(counts.iter().find(|(state, _)| *state == ItemState::Published).map(|(_, n)| *n), Some(9));
        let again = journey.waiting("content_item").await;
        assert_eq!(again.len(), 1);
        assert_eq!(again[0].approval.version, 2);
        let page = browser.get(&format!("/portal/approvals/{}", again[0].approval.id)).await;
        assert!(page.body.contains("What changed since the last version"), "{}", page.body);
        assert!(page.body.contains("Say how long it takes."), "{}", page.body);
        journey.end().await;
    }
}

#[tokio::test]
async fn what_changed_since_somebody_looked_is_not_decided_and_no_edit_is_lost() {
    for kind in kinds() {
        let journey = Journey::to_the_posts(kind).await;
        let browser = &journey.browser;
        let approval = journey.waiting("content_item").await.remove(0).approval;
        let item = ContentItemId::from_uuid(approval.subject.id);
        let path = format!("/portal/approvals/{}", approval.id);
        let editor = browser.get(&format!("{path}?edit=1")).await;
        assert_eq!(editor.status, StatusCode::OK, "{}", editor.body);
        assert_eq!(hidden(&editor.body, "base_version"), "1");

        // Meanwhile somebody else saves a version.
        let mut tx = journey.app.db.begin(Actor::user(journey.app.administrator)).await.unwrap();
        let text =
            ArticleText { title: approval.title.clone(), markdown: "Their text.".to_owned(), ..ArticleText::default() };
        let product = &journey.app.product;
        let edit = Edit { based_on: 1, text: ItemText::Article(text), note: None };
        let platforms = product.connections.platforms();
        content::commands::edit_item(&mut tx, &product.steps, platforms, journey.scope(), item, edit).await.unwrap();
        tx.commit().await.unwrap();

        // What was looked at is gone, so it is not approved.
        let stale =
            browser.submit(&format!("{path}/approve"), &[("hash", approval.hash.as_str()), ("mode", "now")]).await;
        assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.body);
        assert_eq!(journey.state_of(approval.id).await, ApprovalState::Pending);

        // The text of the slower one is still there, beside the other, and is saved on top of it.
        let fields = [("base_version", "1"), ("title", "Another title"), ("markdown", "My own text.")];
        let conflict = browser.submit(&format!("{path}/edit"), &fields).await;
        assert_eq!(conflict.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(conflict.body.contains("Ana saved another version"), "{}", conflict.body);
        assert!(conflict.body.contains("My own text.") && conflict.body.contains("Their"), "{}", conflict.body);
        let fields = [("base_version", "2"), ("title", "Another title"), ("markdown", "My own text.")];
        let saved = browser.submit(&format!("{path}/edit"), &fields).await;
        assert_eq!((saved.status, place(&saved)), (StatusCode::SEE_OTHER, path.clone()), "{}", saved.body);
        let versions =
            content::queries::versions(&mut journey.app.db.read().await.unwrap(), journey.scope(), item).await.unwrap();
        assert_eq!((versions.len(), &*versions[0].text.markdown()), (3, "My own text."));

        // Whoever wrote the last version doesn't approve it; a colleague does, and chooses how it is published.
        let own = browser.get(&path).await;
        assert!(own.body.contains("You made this, so somebody else decides."), "{}", own.body);
        let colleague = journey.app.person("Carl", Role::Approver, None).await;
        let colleague = Browser::of(&journey.app, colleague).await;
        let hash = hidden(&colleague.get(&path).await.body, "hash");
        let late = [("hash", hash.as_str()), ("mode", "schedule"), ("at", "")];
        let unclear = colleague.submit(&format!("{path}/approve"), &late).await;
        assert_eq!(unclear.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", unclear.body);
        assert!(unclear.body.contains("Choose the day and the time."), "{}", unclear.body);
        let fields = [("hash", hash.as_str()), ("mode", "draft")];
        let approved = colleague.submit(&format!("{path}/approve"), &fields).await;
        assert_eq!(approved.status, StatusCode::SEE_OTHER, "{}", approved.body);
        assert_eq!(journey.state_of(approval.id).await, ApprovalState::Approved);
        journey.end().await;
    }
}

#[tokio::test]
async fn every_tab_of_a_client_shows_what_is_there() {
    for kind in kinds() {
        let journey = Journey::to_the_posts(kind).await;
        let browser = Browser::of(&journey.app, journey.app.administrator).await;
        let client = format!("/portal/clients/{}", journey.client);
        for (path, words) in [
            ("", "Deliverables"),
            ("/plan", "Strategy, version 1"),
            ("/work", "Blog posts"),
            ("/work?state=all", "Set-up chain"),
            ("/content", "Review"),
            ("/content?kind=requests", "In progress"),
            ("/onboarding/channels", "practice.example"),
            ("/onboarding/voice", "Tone of voice"),
            ("/onboarding/brand", "Colours"),
            ("/onboarding/documents", "Choose files"),
            ("/onboarding/baseline", "Visits a month"),
            ("/onboarding/launch", "Launched"),
            ("/context", "Version 1"),
            ("/context?edit=1", "Save as version 2"),
            ("/channels", "practice.example"),
            ("/website", "Crawl of the website"),
            ("/website?q=garden", "garden"),
            ("/requests/new", "Working title"),
        ] {
            let page = browser.get(&format!("{client}{path}")).await;
            assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
            assert!(page.body.contains(words), "{path} does not say “{words}”: {}", page.body);
        }
        for path in
            ["/portal", "/portal/clients?q=harbour", "/portal/content?state=review", "/portal/runs?role=copywriter"]
        {
            let page = browser.get(path).await;
            assert!(page.status == StatusCode::OK && page.body.contains("Harbour"), "{path}: {}", page.body);
        }
        let by_name = browser.get("/portal/clients/harbour-and-pine").await;
        assert_eq!(place(&by_name), client);
        journey.end().await;
    }
}
