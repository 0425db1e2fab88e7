//! Connecting by consent over HTTP, on both faces and for programs; each connection's page; the agency's applications.

use aos_capabilities::evidence::{Evidence, ProfilePart};
use aos_features::{
    activities,
    channels::{ChannelState, queries},
    people::{Access, Role},
};
use aos_kernel::{AgencyScope, PageSize, TenantId, TenantScope};
use aos_platforms::memory::network::{ID, Page};
use aos_storage::testing::kinds;
use aos_testkit::{REGISTERED, REGISTERED_SECRET, TestApp};
use axum::http::StatusCode;
use serde_json::json;
use url::Url;

use crate::{
    journey::place,
    support::{Answer, Browser, Program},
};

/// The way to the network that a page shows.
fn way(answer: &Answer) -> Url {
    let start = "href=\"https://network.example/consent?";
    let rest = answer.body.split_once(start).unwrap_or_else(|| panic!("no way in {}", answer.body)).1;
    let query = rest.split_once('"').unwrap().0.replace("&#38;", "&").replace("&amp;", "&");
    Url::parse(&format!("https://network.example/consent?{query}")).unwrap()
}

/// What a browser asks for that is sent back to this address.
fn path(back: &Url) -> String {
    format!("{}?{}", back.path(), back.query().unwrap_or_default())
}

async fn connect(app: &TestApp, browser: &Browser, base: &str) -> Answer {
    let away = browser.submit(&format!("{base}/channels/consents"), &[("platform", ID)]).await;
    assert_eq!(away.status, StatusCode::OK, "{}", away.body);
    let back = browser.get(&path(&app.network.agree_to_all(&way(&away), "anna"))).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.body);
    let choice = place(&back);
    assert!(choice.starts_with(&format!("{base}/channels/consents/")), "{choice}");
    browser.submit(&choice, &[("target", "page-1")]).await
}

async fn channel(app: &TestApp, client: TenantId) -> aos_features::channels::Channel {
    let mut conn = app.db.read().await.unwrap();
    let all = queries::channels(&mut conn, TenantScope::granted(client)).await.unwrap();
    all.into_iter().find(|channel| channel.platform == ID).unwrap()
}

#[tokio::test]
async fn both_faces_lead_to_the_platform_back_and_to_what_is_chosen() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let client = app.client("Acme").await;
        let admin = app.person("Theo", Role::TenantAdmin, Some(client)).await;
        let refused =
            Page { refusal: Some("You are no administrator of it.".to_owned()), ..Page::new("page-2", "Old") };
        app.network.person("anna", vec![Page::new("page-1", "Harbour"), refused]);
        let theirs = Browser::of(&app, admin).await;
        let staff = Browser::of(&app, app.administrator).await;
        for (browser, base) in [(&staff, format!("/portal/clients/{client}")), (&theirs, format!("/client/{client}"))] {
            let page = browser.get(&format!("{base}/channels")).await.body;
            assert!(page.contains("Practice network") && page.contains("simulated"), "{page}");
            let away = browser.submit(&format!("{base}/channels/consents"), &[("platform", ID)]).await;
            for words in ["to publish posts on the page", "pages.write", "is simulated", "choose which page"] {
                assert!(away.body.contains(words), "{words}: {}", away.body);
            }
            let back = path(&app.network.agree_to_all(&way(&away), "anna"));
            let choice = place(&browser.get(&back).await);
            let page = browser.get(&choice).await;
            assert!(page.body.contains("Harbour") && page.body.contains("You are no administrator of it."));
            let nothing = browser.submit(&choice, &[]).await;
            assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(nothing.body.contains("Choose what is to be connected."), "{}", nothing.body);
            let done = browser.submit(&choice, &[("target", "page-1")]).await;
            assert_eq!(place(&done), format!("{base}/channels"), "{}", done.body);
            assert!(browser.after(&done).await.body.contains("Connected and checked."));

            // The same address again asks nothing of the platform, and says so.
            let replayed = browser.get(&back).await;
            assert_eq!(replayed.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(replayed.body.contains("This consent was used already."), "{}", replayed.body);
            assert!(browser.get(&choice).await.body.contains("This consent is done"));
        }
        // Both connected the same page: it is one channel.
        let mut conn = app.db.read().await.unwrap();
        assert_eq!(queries::channels(&mut conn, TenantScope::granted(client)).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn what_goes_wrong_on_the_way_is_a_page_with_the_way_to_begin_again() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let client = app.client("Acme").await;
        let base = format!("/portal/clients/{client}");
        app.network.person("anna", vec![Page::new("page-1", "Harbour")]);
        app.network.person("ben", vec![]);
        let browser = Browser::of(&app, app.administrator).await;
        let away = async || browser.submit(&format!("{base}/channels/consents"), &[("platform", ID)]).await;
        for (back, words) in [
            (app.network.deny(&way(&away().await)), "You did not agree at Practice network"),
            (
                app.network.agree(&way(&away().await), "anna", &["pages.read"]),
                "which is needed to publish posts on the page",
            ),
            (app.network.agree_to_all(&way(&away().await), "ben"), "shows no page for the account"),
        ] {
            let page = browser.get(&place(&browser.get(&path(&back)).await)).await;
            assert_eq!(page.status, StatusCode::OK);
            assert!(page.body.contains(words) && page.body.contains("Begin again"), "{words}: {}", page.body);
        }
        let unknown = browser.get("/channels/return?state=x&code=y").await;
        assert!(unknown.body.contains("This consent was not begun here."), "{}", unknown.body);
        // Somebody else's way back opens nothing, and takes nothing from whoever began.
        let back = path(&app.network.agree_to_all(&way(&away().await), "anna"));
        let other = app.person("Paula", Role::Consultant, None).await;
        let others = Browser::of(&app, other).await;
        assert_eq!(others.get(&back).await.status, StatusCode::FORBIDDEN);
        let choice = place(&browser.get(&back).await);
        assert_eq!(others.get(&choice).await.status, StatusCode::NOT_FOUND);
        assert_eq!(others.submit(&choice, &[("target", "page-1")]).await.status, StatusCode::NOT_FOUND);
        // Without a sign-in, it waits for one.
        let missing = browser.submit(&format!("{base}/channels/consents"), &[("platform", REGISTERED)]).await;
        assert!(browser.after(&missing).await.body.contains("has not entered its application"), "{}", missing.body);
    }
}

#[tokio::test]
async fn a_connection_has_a_page_with_its_score_and_what_is_low_becomes_work() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let client = app.client("Acme").await;
        let base = format!("/portal/clients/{client}");
        app.network.person("anna", vec![Page::new("page-1", "Harbour")]);
        let part = |part: &str, filled| ProfilePart { part: part.to_owned(), filled };
        let profile = vec![part("logo", true), part("cover image", false), part("hours", false)];
        app.network.show(Evidence { profile, ..Evidence::default() });
        let browser = Browser::of(&app, app.administrator).await;
        connect(&app, &browser, &base).await;
        let id = channel(&app, client).await.id;
        let detail = format!("{base}/channels/{id}");
        assert!(browser.get(&detail).await.body.contains("the first score appears here"));
        app.work().await;
        let page = browser.get(&detail).await.body;
        for words in [
            "Profile completeness",
            "Fill in: cover image, hours.",
            "not measurable",
            "to find your pages",
            "Work on it is open since",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains("canary"), "{page}");
        let work = browser.get(&format!("{base}/work")).await.body;
        assert!(work.contains("Practice network, Harbour: profile completeness"), "{work}");
        let again = browser.submit(&format!("{detail}/score"), &[]).await;
        assert_eq!(place(&again), detail);
        app.work().await;
        let list = browser.get(&format!("{base}/channels")).await.body;
        assert!(list.contains("Health score"), "{list}");
        let page = browser.get(&detail).await.body;
        assert!(page.contains("Figures"), "two scores make a trend with its table: {page}");

        // The consultant who did it ends it, and it can be proposed again.
        let open = async || {
            let mut conn = app.db.read().await.unwrap();
            queries::open_improvements(&mut conn, TenantScope::granted(client), id).await.unwrap().len()
        };
        let before = open().await;
        let mut conn = app.db.read().await.unwrap();
        let scope = AgencyScope::only(vec![client]);
        let roles = ["consultant".to_owned()];
        let tasks = activities::queries::human_tasks(&mut conn, &scope, &roles, None, PageSize::DEFAULT);
        let tasks = tasks.await.unwrap();
        let activity = tasks.items[0].activity.id;
        drop(conn);
        let hand_in = format!("/portal/activities/{activity}/complete");
        let queue = browser.get(&format!("/portal?client={client}")).await.body.replace("&#38;", "&");
        assert!(queue.contains("To be done by hand"), "{queue}");
        assert!(queue.contains(&format!("{hand_in}?client={client}&from=queue")), "{queue}");
        // Somebody of another role sees whose it is, and whom it doesn't wait for.
        let reviewer = app.person("Ruth", Role::Reviewer, None).await;
        let theirs = Browser::of(&app, reviewer).await;
        let queue = theirs.get("/portal?kind=task").await.body;
        assert!(queue.contains("This is for the role “consultant”.") && !queue.contains(&hand_in), "{queue}");
        let queue = theirs.get("/portal?kind=task&mine=1").await.body;
        assert!(queue.contains("Nothing matches this filter"), "{queue}");

        let done = browser.submit(&format!("{hand_in}?kind=task&from=queue"), &[("notes", "Done.")]).await;
        assert_eq!((done.status, place(&done).as_str()), (StatusCode::SEE_OTHER, "/portal?kind=task"), "{}", done.body);
        app.work().await;
        assert_eq!(open().await, before - 1);
        assert!(!browser.get("/portal?kind=task").await.body.contains(&hand_in));
    }
}

#[tokio::test]
async fn what_needs_somebody_stands_on_one_page_for_all_clients_and_reconnecting_takes_it_away() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let client = app.client("Acme").await;
        let base = format!("/portal/clients/{client}");
        app.network.person("anna", vec![Page::new("page-1", "Harbour")]);
        let browser = Browser::of(&app, app.administrator).await;
        connect(&app, &browser, &base).await;
        assert!(browser.get("/portal/channels").await.body.contains("Every connection works"));
        app.network.take_back("anna");
        let id = channel(&app, client).await.id;
        let checked = browser.submit(&format!("{base}/channels/{id}/check"), &[]).await;
        assert!(browser.after(&checked).await.body.contains("does not take this access any more"));
        let page = browser.get("/portal/channels").await.body;
        assert!(page.contains("Harbour") && page.contains("Acme") && page.contains("Expired"), "{page}");

        let fields = [("platform", ID), ("channel", &id.to_string())];
        let away = browser.submit(&format!("{base}/channels/consents"), &fields).await;
        let back = browser.get(&path(&app.network.agree_to_all(&way(&away), "anna"))).await;
        assert_eq!(place(&back), format!("{base}/channels"), "nothing has to be chosen again");
        assert_eq!(channel(&app, client).await.id, id);
        assert!(browser.get("/portal/channels").await.body.contains("Every connection works"));

        let parted = browser.submit(&format!("{base}/channels/{id}/disconnect"), &[]).await;
        assert!(browser.after(&parted).await.body.contains("is being given back"));
        app.work().await;
        assert_eq!((app.network.asked().1, channel(&app, client).await.state), (1, ChannelState::Disconnected));
        assert!(browser.get(&format!("{base}/channels")).await.body.contains("Its access was given back."));
        // Of the clients' people, nobody sees the page of all.
        let admin = app.person("Theo", Role::TenantAdmin, Some(client)).await;
        let theirs = Browser::of(&app, admin).await.get("/portal/channels").await;
        assert_ne!(theirs.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn administrators_enter_the_agencys_applications_and_never_see_a_secret_again() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let browser = Browser::of(&app, app.administrator).await;
        let place_of = "/manage/credentials/applications";
        let page = browser.get(place_of).await.body;
        for words in [
            "http://agency.test/channels/return",
            "One application is missing",
            "needs no registration",
            "It is simulated here",
            "platforms.registered_network.api_version",
            "until 31 Jan 2025",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let one = format!("{place_of}/{REGISTERED}");
        let empty = browser.submit(&one, &[("client_id", ""), ("client_secret", "x")]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        let test = async || browser.after(&browser.submit(&format!("{one}/test"), &[]).await).await.body;
        browser.submit(&one, &[("client_id", "ours"), ("client_secret", "canary-wrong")]).await;
        let page = test().await;
        assert!(page.contains("does not know the agency") && page.contains("The last test failed"), "{page}");
        browser.submit(&one, &[("client_id", "ours"), ("client_secret", REGISTERED_SECRET)]).await;
        let page = test().await;
        assert!(page.contains("knows the application") && !page.contains("canary"), "{page}");
        let secrets = browser.get("/manage/credentials?kind=platform_app").await.body;
        assert!(secrets.contains(place_of) && !secrets.contains("canary"), "{secrets}");
        let simulated =
            browser.submit(&format!("{place_of}/{ID}"), &[("client_id", "x"), ("client_secret", "y")]).await;
        assert_eq!(simulated.status, StatusCode::CONFLICT);
        assert_eq!(browser.submit(&format!("{one}/remove"), &[]).await.status, StatusCode::SEE_OTHER);
        let consultant = app.person("Paula", Role::Consultant, None).await;
        let others = Browser::of(&app, consultant).await;
        assert_eq!(others.get(place_of).await.status, StatusCode::FORBIDDEN);
        assert_eq!(others.submit(&one, &[("client_id", "x")]).await.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn a_program_begins_a_consent_chooses_checks_and_disconnects() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let client = app.client("Acme").await;
        app.network.person("anna", vec![Page::new("page-1", "Harbour")]);
        let program = Program::new(&app, app.token(app.administrator, Access::Write).await);
        let browser = Browser::of(&app, app.administrator).await;
        let platforms = program.get("/channel-platforms").await.json();
        assert_eq!(platforms["items"][0]["name"], "Practice network");
        assert_eq!(platforms["items"][1]["ready"], false);

        let channels = format!("/tenants/{client}/channels");
        let refused = program.post(&format!("{channels}/consents"), json!({ "platform": "memory" })).await;
        assert_eq!(refused.refused(422), "invalid");
        let refused = program.post(&format!("{channels}/consents"), json!({ "platform": REGISTERED })).await;
        assert_eq!(refused.refused(409), "platform_app_missing");
        let begun = program.post(&format!("{channels}/consents"), json!({ "platform": ID })).await;
        assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.body);
        let begun = begun.json();
        let visit = format!("{channels}/consents/{}", begun["id"].as_str().unwrap());
        assert_eq!(program.get(&visit).await.json()["stage"], "away");
        let url: Url = begun["url"].as_str().unwrap().parse().unwrap();
        browser.get(&path(&app.network.agree_to_all(&url, "anna"))).await;
        let open = program.get(&visit).await;
        assert_eq!(
            (&open.json()["stage"], &open.json()["targets"][0]["label"]),
            (&json!("choosing"), &json!("Harbour"))
        );
        let chosen = program.post(&format!("{visit}/choose"), json!({ "targets": ["page-1"] })).await;
        assert_eq!(chosen.status, StatusCode::OK, "{}", chosen.body);
        let channel = chosen.json()["connected"][0].clone();
        assert!(channel["renewal_at"].is_string() && channel["access_until"].is_string(), "{channel}");
        let one = format!("{channels}/{}", channel["id"].as_str().unwrap());
        assert_eq!(program.post(&format!("{one}/check"), json!({})).await.json()["works"], true);
        app.work().await;
        assert_eq!(program.post(&format!("{one}/disconnect"), json!({})).await.status, StatusCode::NO_CONTENT);
        app.work().await;
        assert_eq!(program.get(&one).await.json()["state"], "disconnected");
        for answer in [&open, &chosen] {
            assert!(!answer.body.contains("canary"), "{}", answer.body);
        }
    }
}
