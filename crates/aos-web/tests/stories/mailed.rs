//! Deciding from a mailed link, the bell, and the agency's mail.

use aos_features::{
    activities::{ApprovalState, links},
    notices, people,
    people::Role,
};
use aos_kernel::{Actor, MediaId, Secret, UserId};
use aos_sandbox::{MailSink, Sandbox, SandboxConfig};
use aos_storage::testing::kinds;
use aos_testkit::TestApp;
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use chrono::TimeDelta;

use crate::{
    journey::{Journey, hidden, place},
    support::{Answer, Browser, ask},
};

/// Somebody's browser that never signed in.
struct Stranger {
    router: Router,
}

impl Stranger {
    fn of(app: &TestApp) -> Self {
        Self { router: app.router() }
    }
    async fn open(&self, method: &str, path: &str) -> Answer {
        let request = Request::builder().method(method).uri(path).header(header::ACCEPT, "text/html");
        ask(&self.router, request.body(Body::empty()).unwrap()).await
    }
    /// Looks at the page and sends its form.
    async fn decide(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.open("GET", path).await;
        let cookie = page.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
        let token =
            page.body.split_once("name=\"_csrf\" value=\"").map_or("", |(_, rest)| rest.split('"').next().unwrap());
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("_csrf", token).extend_pairs(fields);
        let request = Request::post(path)
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        ask(&self.router, request.body(Body::from(form.finish())).unwrap()).await
    }
}

async fn link(journey: &Journey, kind: &str, person: UserId) -> (String, Secret) {
    let activity = journey.waiting(kind).await[0].approval.activity_id;
    let mut tx = journey.app.db.begin(Actor::system("test")).await.unwrap();
    let secret = links::issue(&mut tx, journey.scope(), activity, person).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    (format!("/a/{}", secret.expose()), secret)
}

#[tokio::test]
async fn a_link_preview_decides_nothing_and_a_deliberate_click_decides_once() {
    for kind in kinds() {
        let journey = Journey::to_the_posts(kind).await;
        let person = journey.app.person("Petra", Role::Approver, None).await;
        let (path, secret) = link(&journey, "content_item", person).await;
        let approval = journey.waiting("content_item").await[0].approval.clone();
        let stranger = Stranger::of(&journey.app);
        for method in ["GET", "HEAD", "GET"] {
            let page = stranger.open(method, &path).await;
            assert_eq!(page.status, StatusCode::OK);
            assert_eq!(page.headers[header::REFERRER_POLICY], "no-referrer");
            assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
        }
        let page = stranger.open("GET", &path).await;
        assert!(page.body.contains(&approval.title) && page.body.contains("for Petra"), "{}", page.body);
        assert_eq!(journey.state_of(approval.id).await, ApprovalState::Pending);
        // A form without the page's own token is not ours.
        let shown = format!("{}:{}", approval.id, approval.hash.as_str());
        let forged = Request::post(&path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let forged = forged.body(Body::from(format!("approval={shown}&decision=approve"))).unwrap();
        assert_eq!(ask(&stranger.router, forged).await.status, StatusCode::FORBIDDEN);
        // Sending back needs words.
        let empty = stranger.decide(&path, &[("approval", &shown), ("decision", "reject"), ("notes", " ")]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(journey.state_of(approval.id).await, ApprovalState::Pending);

        let done = stranger.decide(&path, &[("approval", &shown), ("decision", "approve")]).await;
        assert_eq!((done.status, place(&done).as_str()), (StatusCode::SEE_OTHER, path.as_str()));
        assert_eq!(journey.state_of(approval.id).await, ApprovalState::Approved);
        let page = stranger.open("GET", &path).await;
        assert!(page.body.contains("Nothing to decide") && page.body.contains("by Petra"), "{}", page.body);
        // A second click, or somebody who was slower, changes nothing and is told.
        let again = stranger.decide(&path, &[("approval", &shown), ("decision", "reject"), ("notes", "No")]).await;
        assert_eq!(again.status, StatusCode::FORBIDDEN, "the page has no form any more");
        assert_eq!(journey.state_of(approval.id).await, ApprovalState::Approved);

        // Two weeks later it is too old; and it is nobody's once its person is gone.
        let mut conn = journey.app.db.read().await.unwrap();
        let later = journey.app.db.clock().now() + TimeDelta::days(15);
        let old = links::open(&mut conn, &secret, later).await.unwrap_err();
        assert_eq!(old.code(), "link_expired");
        drop(conn);
        let mut tx = journey.app.db.begin(Actor::user(journey.app.administrator)).await.unwrap();
        people::commands::deactivate(&mut tx, &aos_kernel::AgencyScope::all(), person).await.unwrap();
        tx.commit().await.unwrap();
        let page = stranger.open("GET", &path).await;
        assert!(page.body.contains("leads nowhere") && !page.body.contains(&approval.title), "{}", page.body);
        let unknown = stranger.open("GET", "/a/no-such-link").await;
        assert!(unknown.body.contains("leads nowhere"));
        journey.end().await;
    }
}

#[tokio::test]
async fn a_link_shows_the_pictures_of_what_it_asks_about_and_no_made_up_link_does() {
    for kind in kinds() {
        let journey = Journey::to_the_posts(kind).await;
        let person = journey.app.person("Petra", Role::Approver, None).await;
        let (path, _) = link(&journey, "content_item", person).await;
        let stranger = Stranger::of(&journey.app);
        let page = stranger.open("GET", &path).await;
        let (_, rest) = page.body.split_once(&format!("src=\"{path}/media/")).expect("a picture");
        let id = rest.split('"').next().unwrap();
        let picture = stranger.open("GET", &format!("{path}/media/{id}")).await;
        assert_eq!(picture.status, StatusCode::OK);
        assert!(picture.headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("image/"));
        for nowhere in [format!("/a/no-such-link/media/{id}"), format!("{path}/media/{}", MediaId::new())] {
            assert_eq!(stranger.open("GET", &nowhere).await.status, StatusCode::NOT_FOUND, "{nowhere}");
        }
        journey.end().await;
    }
}

#[tokio::test]
async fn what_changed_since_the_mail_is_shown_anew_and_the_old_version_is_not_approved() {
    for kind in kinds() {
        let journey = Journey::to_the_posts(kind).await;
        let person = journey.app.person("Petra", Role::Approver, None).await;
        let (path, _) = link(&journey, "content_item", person).await;
        let before = journey.waiting("content_item").await[0].approval.clone();
        let edit = journey.browser.get(&format!("/portal/approvals/{}?edit=1", before.id)).await;
        let base = hidden(&edit.body, "base_version");
        let fields = [
            ("base_version", base.as_str()),
            ("title", "A better title"),
            ("slug", "a-better-title"),
            ("excerpt", "Short."),
            ("markdown", "## Better\n\nQuite another text."),
            ("categories", ""),
            ("tags", ""),
        ];
        let saved = journey.browser.submit(&format!("/portal/approvals/{}/edit", before.id), &fields).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
        let stranger = Stranger::of(&journey.app);
        let page = stranger.open("GET", &path).await;
        assert!(page.body.contains("changed since the mail was written"), "{}", page.body);
        assert!(page.body.contains("Quite another text."));
        let stale = format!("{}:{}", before.id, before.hash.as_str());
        stranger.decide(&path, &[("approval", &stale), ("decision", "approve")]).await;
        assert_eq!(journey.state_of(before.id).await, ApprovalState::Pending);
        let fresh = hidden(&page.body, "approval");
        stranger.decide(&path, &[("approval", &fresh), ("decision", "approve")]).await;
        assert_eq!(journey.state_of(before.id).await, ApprovalState::Approved);
        journey.end().await;
    }
}

#[tokio::test]
async fn the_bell_counts_what_is_unread_and_a_notice_leads_to_what_it_is_about() {
    for kind in kinds() {
        let journey = Journey::begin(kind).await;
        // Paula came after the strategy was asked for, so a new question is asked for her.
        let approval = journey.waiting("strategy").await[0].approval.clone();
        let mut tx = journey.app.db.begin(Actor::system("test")).await.unwrap();
        tx.emit(
            aos_kernel::NewEvent::new(journey.client, "activities.approval_requested", approval.subject.clone()).with(
                serde_json::json!({ "activity": approval.activity_id, "title": approval.title, "role": "approver" }),
            ),
        );
        tx.commit().await.unwrap();
        journey.app.work().await;
        let page = journey.browser.get("/portal").await;
        assert!(page.body.contains("Notifications, 1 unread"), "{}", page.body);
        let list = journey.browser.get("/notifications").await;
        let (_, rest) = list.body.split_once("href=\"/n/").unwrap();
        let id = rest.split('"').next().unwrap();
        let opened = journey.browser.get(&format!("/n/{id}")).await;
        assert_eq!(place(&opened), format!("/portal/approvals/{}", approval.id));
        assert!(!journey.browser.get("/portal").await.body.contains("unread"));
        let other = journey.app.person("Rea", Role::Reviewer, None).await;
        let other = Browser::of(&journey.app, other).await;
        assert_eq!(other.get(&format!("/n/{id}")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(other.submit(&format!("/notifications/{id}/read"), &[]).await.status, StatusCode::NOT_FOUND);
        journey.end().await;
    }
}

#[tokio::test]
async fn what_a_person_chose_is_kept_and_a_wrong_time_loses_nothing() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let browser = Browser::of(&app, app.administrator).await;
        let page = browser.get("/account/notifications").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        let mut fields = vec![
            ("mail.activity_failed", "off"),
            ("in_app.approval_requested", "1"),
            ("mail.approval_requested", "digest"),
            ("zone", "Europe/Berlin"),
            ("quiet_from", "22:00"),
            ("quiet_until", "late"),
            ("digest", "07:30"),
        ];
        let refused = browser.submit("/account/notifications", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("value=\"22:00\"") && refused.body.contains("value=\"07:30\""));
        fields[5] = ("quiet_until", "07:00");
        assert_eq!(browser.submit("/account/notifications", &fields).await.status, StatusCode::SEE_OTHER);
        let principal = people::queries::principal(&mut app.db.read().await.unwrap(), app.administrator).await.unwrap();
        let mut conn = app.db.read().await.unwrap();
        let chosen = notices::preferences::choices(&mut conn, &principal).await.unwrap();
        let of = |kind| chosen.kinds.iter().find(|one| one.kind == kind).copied().unwrap();
        let failed = of(notices::NoticeKind::ActivityFailed);
        assert_eq!((failed.in_app, failed.mail), (false, notices::MailWhen::Off));
        assert_eq!(of(notices::NoticeKind::ApprovalRequested).mail, notices::MailWhen::Digest);
        assert_eq!(chosen.hours.digest, 450);
    }
}

#[tokio::test]
async fn a_test_mail_goes_through_the_server_that_was_entered_and_its_password_is_shown_nowhere() {
    for kind in kinds() {
        let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
        let port = sandbox.mail().port().to_string();
        let app = TestApp::allowing(kind, vec![format!("{}:{port}", MailSink::HOST)]).await;
        let browser = Browser::of(&app, app.administrator).await;
        assert!(browser.submit("/manage/mail/test", &[]).await.status == StatusCode::SEE_OTHER);
        let mut fields = vec![
            ("host", MailSink::HOST),
            ("port", port.as_str()),
            ("security", "none"),
            ("login", MailSink::USER),
            ("password", MailSink::PASSWORD),
            ("sender_address", "os@agency"),
            ("sender_name", ""),
        ];
        let refused = browser.submit("/manage/mail", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!refused.body.contains(MailSink::PASSWORD));
        fields[5] = ("sender_address", "os@agency.example");
        let saved = browser.submit("/manage/mail", &fields).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
        browser.submit("/manage/mail/test", &[]).await;
        app.work().await;
        let mails = sandbox.mail().mails_to("ana@agency.example");
        assert_eq!(mails.len(), 1);
        assert!(mails[0].signed_in && mails[0].text.contains("Northlight"), "{:?}", mails[0]);
        let page = browser.get("/manage/mail").await;
        assert!(page.body.contains("ana@agency.example") && !page.body.contains(MailSink::PASSWORD), "{}", page.body);
        sandbox.stop().await;
    }
}
