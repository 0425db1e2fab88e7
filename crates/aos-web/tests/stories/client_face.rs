//! The client's own people on their dashboard: what they see, what they decide, what they ask for.

use aos_features::{
    activities::ApprovalState,
    content::{self, ItemState, RequestState},
    onboarding,
    people::{Permission, Role},
    tenants::{self, ApprovalRoute, Party},
};
use aos_kernel::{Actor, RequestId};
use aos_storage::testing::kinds;
use axum::http::StatusCode;

use crate::{
    journey::{Journey, hidden, place},
    support::Browser,
};

/// The client is asked after the agency, on these kinds.
async fn ask_client(journey: &Journey, decides: &[&str]) {
    let mut fields = vec![("route", "internal_then_client")];
    fields.extend(decides.iter().map(|kind| ("decides", *kind)));
    let path = format!("/portal/clients/{}/settings/approval", journey.client);
    let staff = Browser::of(&journey.app, journey.app.administrator).await;
    let saved = staff.submit(&path, &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    journey.app.work().await;
}

#[tokio::test]
async fn a_post_goes_out_only_after_the_agency_and_then_the_client_approved_the_same_version() {
    for kind in kinds() {
        let journey = Journey::to_the_posts(kind).await;
        ask_client(&journey, &["request", "content_item"]).await;
        let base = format!("/client/{}", journey.client);
        let maren = journey.app.person("Maren", Role::TenantAdmin, Some(journey.client)).await;
        let sam = journey.app.person("Sam", Role::TenantMember, Some(journey.client)).await;
        let (client, member) = (Browser::of(&journey.app, maren).await, Browser::of(&journey.app, sam).await);

        // Before the agency's yes, the client is not asked and finds nothing there.
        let approval = journey.waiting("content_item").await.remove(0).approval;
        assert_eq!(approval.party, Party::Agency);
        let early = client.get(&format!("{base}/approvals/{}", approval.id)).await;
        assert_eq!(early.status, StatusCode::NOT_FOUND);
        let page = client.get(&format!("{base}/approvals")).await;
        assert!(page.body.contains("Nothing waits for you"), "{}", page.body);

        let portal = format!("/portal/approvals/{}", approval.id);
        let hash = approval.hash.as_str();
        let yes = journey.browser.submit(&format!("{portal}/approve"), &[("hash", hash), ("mode", "now")]).await;
        assert_eq!(yes.status, StatusCode::SEE_OTHER, "{}", yes.body);
        journey.app.work().await;
        let asked = journey.waiting("content_item").await.into_iter().map(|one| one.approval);
        let asked = asked.into_iter().find(|one| one.party == Party::Client).unwrap();
        assert_eq!((&asked.hash, &asked.subject), (&approval.hash, &approval.subject));
        assert!(published(&journey).await.is_empty(), "nothing is published before the client's yes");

        // The agency's administrator sees it and can't decide in the client's place.
        let staff = Browser::of(&journey.app, journey.app.administrator).await;
        let path = format!("{base}/approvals/{}", asked.id);
        let looked = staff.get(&path).await;
        assert!(looked.body.contains("You see this as the client does"), "{}", looked.body);
        let tried = staff.submit(&format!("{path}/approve"), &[("hash", asked.hash.as_str())]).await;
        assert_eq!(tried.status, StatusCode::FORBIDDEN, "{}", tried.body);

        // The client reads it as it will look, in words of their own; a member reads and does not decide.
        let home = client.get(&base).await;
        assert!(home.body.contains("Waits for you") && home.body.contains(&format!("{path}\"")), "{}", home.body);
        let page = client.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(page.body.contains("The article as it will look"), "{}", page.body);
        let list = client.get(&format!("{base}/approvals")).await;
        for word in ["activity", "pipeline", "awaiting approval", "content item"] {
            for page in [&home, &list] {
                let main = page.body.split("<main").nth(1).unwrap().to_lowercase();
                assert!(!main.contains(word), "the client reads “{word}”: {main}");
            }
        }
        let read = member.get(&path).await;
        assert!(read.body.contains("An administrator of your company decides"), "{}", read.body);
        assert_eq!(
            member.submit(&format!("{path}/approve"), &[("hash", asked.hash.as_str())]).await.status,
            StatusCode::FORBIDDEN
        );

        let shown = hidden(&page.body, "hash");
        let done = client.submit(&format!("{path}/approve"), &[("hash", &shown)]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
        assert_eq!(journey.state_of(asked.id).await, ApprovalState::Approved);
        journey.app.work().await;
        assert_eq!(published(&journey).await, [approval.subject.id.to_string()]);
        let content = client.get(&format!("{base}/content")).await;
        assert!(content.body.contains("On your site"), "{}", content.body);

        // A second click is harmless, and the page says who decided.
        let again = client.submit(&format!("{path}/approve"), &[("hash", &shown)]).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        let page = client.get(&path).await;
        assert!(page.body.contains("Maren approved this"), "{}", page.body);
        journey.end().await;
    }
}

async fn published(journey: &Journey) -> Vec<String> {
    let mut conn = journey.app.db.read().await.unwrap();
    let size = aos_kernel::PageSize::clamped(50);
    let items = content::queries::items(&mut conn, journey.scope(), &[ItemState::Published], None, size).await.unwrap();
    items.items.into_iter().map(|item| item.id.to_string()).collect()
}

#[tokio::test]
async fn what_the_client_sends_back_is_changed_with_their_words_and_goes_both_ways_again() {
    for kind in kinds() {
        let journey = Journey::to_the_posts(kind).await;
        ask_client(&journey, &["content_item"]).await;
        let maren = journey.app.person("Maren", Role::TenantAdmin, Some(journey.client)).await;
        let client = Browser::of(&journey.app, maren).await;
        let first = journey.waiting("content_item").await.remove(0).approval;
        let approve = async |approval: &aos_features::activities::Approval| {
            let path = format!("/portal/approvals/{}/approve", approval.id);
            let fields = [("hash", approval.hash.as_str()), ("mode", "draft")];
            assert_eq!(journey.browser.submit(&path, &fields).await.status, StatusCode::SEE_OTHER);
        };
        approve(&first).await;
        let of = async |party: Party| {
            let waiting = journey.waiting("content_item").await;
            waiting.into_iter().map(|one| one.approval).find(|one| one.party == party && one.subject == first.subject)
        };
        let asked = of(Party::Client).await.unwrap();
        let path = format!("/client/{}/approvals/{}", journey.client, asked.id);
        let hash = asked.hash.as_str();
        let without = client.submit(&format!("{path}/reject"), &[("hash", hash), ("notes", " ")]).await;
        assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
        let back = client.submit(&format!("{path}/reject"), &[("hash", hash), ("notes", "Name our surgeon.")]).await;
        assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.body);
        journey.app.work().await;
        let again = of(Party::Agency).await.expect("the agency decides on the new version first");
        assert_eq!(again.version, 2);
        assert!(of(Party::Client).await.is_none());
        approve(&again).await;
        let asked = of(Party::Client).await.unwrap();
        let page = client.get(&format!("/client/{}/approvals/{}", journey.client, asked.id)).await;
        assert!(page.body.contains("What changed since you saw it"), "{}", page.body);
        journey.end().await;
    }
}

#[tokio::test]
async fn a_request_of_the_clients_waits_for_the_agency_comes_back_and_is_sent_again() {
    for kind in kinds() {
        let journey = Journey::begin(kind).await;
        ask_client(&journey, &["request", "content_item"]).await;
        let maren = journey.app.person("Maren", Role::TenantAdmin, Some(journey.client)).await;
        let client = Browser::of(&journey.app, maren).await;
        let base = format!("/client/{}/requests", journey.client);
        let empty = client.get(&base).await;
        assert!(empty.body.contains("No requests yet"), "{}", empty.body);
        let bad = client.submit(&base, &[("title", "Open day"), ("brief", " ")]).await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(bad.body.contains("value=\"Open day\""), "what was typed is kept: {}", bad.body);
        let sent = client.submit(&base, &[("title", "Open day"), ("brief", "On 12 May we open our workshop.")]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        let path = place(&sent);
        let page = client.get(&path).await;
        assert!(page.body.contains("Your agency is looking at it"), "{}", page.body);
        let queue = journey.browser.get("/portal").await;
        assert!(queue.body.contains("</span>Blog post</p>"), "a lone request says what it asks for: {}", queue.body);

        let sent_back = async |notes: &str| {
            let waiting = journey.waiting("request").await;
            let asked = &waiting.iter().find(|one| one.approval.title == "Open day").unwrap().approval;
            assert_eq!(asked.party, Party::Agency, "tenant admins’ requests wait for the agency");
            let fields = [("hash", asked.hash.as_str()), ("notes", notes)];
            let back = journey.browser.submit(&format!("/portal/approvals/{}/reject", asked.id), &fields).await;
            assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.body);
        };
        sent_back("From when to when?").await;
        let page = client.get(&path).await;
        assert!(page.body.contains("From when to when?") && page.body.contains("Send again"), "{}", page.body);
        let fields =
            [("base_version", "1"), ("title", "Open day"), ("brief", "On 12 May, ten to four, we open our workshop.")];
        let again = client.submit(&path, &fields).await;
        assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.body);

        // The agency's yes is enough: the client asked for it. The post itself comes to them before it appears.
        let waiting = journey.waiting("request").await;
        let asked = &waiting.iter().find(|one| one.approval.title == "Open day").unwrap().approval;
        let yes = journey
            .browser
            .submit(&format!("/portal/approvals/{}/approve", asked.id), &[("hash", asked.hash.as_str())])
            .await;
        assert_eq!(yes.status, StatusCode::SEE_OTHER, "{}", yes.body);
        let id: RequestId = path.rsplit('/').next().unwrap().parse().unwrap();
        let mut conn = journey.app.db.read().await.unwrap();
        let request = content::queries::request(&mut conn, journey.scope(), id).await.unwrap();
        assert_eq!(request.state, RequestState::InProgress);
        drop(conn);
        let late = client.submit(&format!("{path}/close"), &[]).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "work has begun");

        // Another one is taken back before anybody decided.
        let sent = client.submit(&base, &[("title", "Closed in August"), ("brief", "We are away.")]).await;
        let path = place(&sent);
        assert_eq!(client.submit(&format!("{path}/close"), &[]).await.status, StatusCode::SEE_OTHER);
        let page = client.get(&path).await;
        assert!(page.body.contains("Taken back"), "{}", page.body);
        assert!(journey.waiting("request").await.iter().all(|one| one.approval.title != "Closed in August"));
        journey.end().await;
    }
}

#[tokio::test]
async fn the_clients_people_never_see_a_page_of_the_agencys_and_land_on_their_own() {
    for kind in kinds() {
        let journey = Journey::to_the_posts(kind).await;
        let maren = journey.app.person("Maren", Role::TenantAdmin, Some(journey.client)).await;
        let client = Browser::of(&journey.app, maren).await;
        let base = format!("/client/{}", journey.client);
        assert_eq!(place(&client.get("/portal").await), "/client");
        assert_eq!(place(&client.get("/client").await), base);
        assert_eq!(place(&client.get(&format!("/portal/clients/{}/work", journey.client)).await).as_str(), "");
        assert_eq!(place(&client.get(&format!("/portal/clients/{}", journey.client)).await), base);
        let approval = journey.waiting("content_item").await.remove(0).approval;
        let link = client.get(&format!("/portal/approvals/{}", approval.id)).await;
        assert_eq!(place(&link), format!("{base}/approvals/{}", approval.id));
        for path in ["/portal/runs", "/portal/content", "/manage/users", "/manage/queues", "/reference/design"] {
            assert_eq!(client.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        for (path, words) in [
            ("", "Hello Maren"),
            ("/approvals", "Approvals"),
            ("/requests/new", "What is it about?"),
            ("/calendar", "Times in"),
            ("/content", "On its way"),
            ("/channels", "Where your agency publishes for you"),
            ("/settings", "Your brand"),
            ("/settings?tab=people", "Maren"),
            ("/settings?tab=guidance", "What we know about you"),
        ] {
            let page = client.get(&format!("{base}{path}")).await;
            assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
            assert!(page.body.contains(words), "{path} does not say “{words}”: {}", page.body);
            let links = page.body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
            let foreign: Vec<&str> =
                links.filter(|href| href.starts_with("/portal") || href.starts_with("/manage")).collect();
            assert!(foreign.is_empty(), "{path} links to the agency's pages: {foreign:?}");
        }

        // Somebody of two clients chooses; somebody of none reads why there is nothing.
        let other = journey.app.client("Second Brand").await;
        let mut tx = journey.app.db.begin(Actor::user(journey.app.administrator)).await.unwrap();
        let grant = aos_features::people::Grant::new(Role::TenantMember, Some(other)).unwrap();
        let everywhere = aos_kernel::AgencyScope::all();
        aos_features::people::commands::grant_role(&mut tx, &everywhere, maren, grant).await.unwrap();
        tx.commit().await.unwrap();
        let choice = client.get("/client").await;
        assert!(choice.body.contains("Second Brand") && choice.body.contains("Harbour"), "{}", choice.body);
        journey.end().await;
    }
}

#[tokio::test]
async fn the_wizard_is_filled_in_by_the_client_goes_on_where_they_left_and_is_read_before_the_launch() {
    for kind in kinds() {
        let app = aos_testkit::TestApp::new(kind).await;
        let client = app.client("Own Brand").await;
        let maren = app.person("Maren", Role::TenantAdmin, Some(client)).await;
        let sam = app.person("Sam", Role::TenantMember, Some(client)).await;
        let (browser, member) = (Browser::of(&app, maren).await, Browser::of(&app, sam).await);
        let base = format!("/client/{client}/onboarding");
        assert_eq!(place(&browser.get(&base).await), format!("{base}/channels"));
        assert_eq!(place(&browser.submit(&format!("{base}/channels"), &[]).await), format!("{base}/voice"));
        let voice = [("tone", "Warm and plain."), ("competitors", "rival.example")];
        assert_eq!(member.submit(&format!("{base}/voice"), &voice).await.status, StatusCode::FORBIDDEN);
        assert_eq!(place(&browser.submit(&format!("{base}/voice"), &voice).await), format!("{base}/brand"));
        assert_eq!(place(&browser.get(&base).await), format!("{base}/brand"), "it goes on where it was left");
        let bad = browser.submit(&format!("{base}/brand"), &[("primary", "teal"), ("body_font", "Inter")]).await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(bad.body.contains("value=\"teal\"") && bad.body.contains("value=\"Inter\""), "{}", bad.body);
        let brand = [("primary", "#0f766e"), ("body_font", "Inter")];
        assert_eq!(place(&browser.submit(&format!("{base}/brand"), &brand).await), format!("{base}/documents"));
        assert_eq!(place(&browser.submit(&format!("{base}/documents"), &[]).await), format!("{base}/baseline"));
        let figures = [("sessions", "1,850"), ("leads", "")];
        assert_eq!(place(&browser.submit(&format!("{base}/baseline"), &figures).await), format!("{base}/launch"));
        let summary = browser.get(&format!("{base}/launch")).await;
        for words in ["Warm and plain.", "rival.example", "#0f766e", "Inter", "1,850", "Nothing is published until"] {
            assert!(summary.body.contains(words), "the summary does not say “{words}”: {}", summary.body);
        }
        let launched = browser.submit(&format!("{base}/launch"), &[]).await;
        assert_eq!(place(&launched), format!("/client/{client}"));
        let scope = aos_kernel::TenantScope::granted(client);
        let record = onboarding::queries::record(&mut app.db.read().await.unwrap(), scope).await.unwrap();
        assert_eq!(record.saved.len(), 6);
        assert!(record.launched_at.is_some());
    }
}

#[tokio::test]
async fn the_policy_is_chosen_in_the_settings_and_over_the_api_and_only_by_who_may() {
    for kind in kinds() {
        let app = aos_testkit::TestApp::new(kind).await;
        let client = app.client("Own Brand").await;
        let reviewer = app.person("Rosa", Role::Reviewer, None).await;
        let path = format!("/portal/clients/{client}/settings");
        let rosa = Browser::of(&app, reviewer).await;
        let policy = [("route", "internal_then_client"), ("decides", "strategy"), ("own_work", "1")];
        assert_eq!(rosa.submit(&format!("{path}/approval"), &policy).await.status, StatusCode::FORBIDDEN);
        assert_eq!(rosa.get(&path).await.status, StatusCode::OK);
        let ana = Browser::of(&app, app.administrator).await;
        assert_eq!(ana.submit(&format!("{path}/approval"), &policy).await.status, StatusCode::SEE_OTHER);
        let scope = aos_kernel::TenantScope::granted(client);
        let settings = tenants::queries::settings(&mut app.db.read().await.unwrap(), scope).await.unwrap();
        assert_eq!(settings.approval.route, ApprovalRoute::InternalThenClient);
        assert_eq!(
            (settings.approval.client_decides, settings.approval.allow_own_work),
            (vec!["strategy".to_owned()], true)
        );
        let page = ana.get(&path).await;
        assert!(page.body.contains("Nobody of the client may decide yet"), "{}", page.body);

        // Basics come back with what is wrong; archiving ends it and can be undone.
        let bad = ana.submit(&path, &[("name", ""), ("website", "x.example"), ("time_zone", "UTC")]).await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        let fields = [("name", "New Name"), ("website", "x.example"), ("time_zone", "Europe/Berlin")];
        assert_eq!(ana.submit(&path, &fields).await.status, StatusCode::SEE_OTHER);
        ana.submit(&format!("{path}/archive"), &[]).await;
        let page = ana.get(&path).await;
        assert!(page.body.contains("Archived") && page.body.contains("New Name"), "{}", page.body);
        ana.submit(&format!("{path}/restore"), &[]).await;
        let tenant = tenants::queries::tenant(&mut app.db.read().await.unwrap(), scope).await.unwrap();
        assert!(tenant.is_active() && tenant.zone == "Europe/Berlin");
        assert!(Role::Consultant.may(Permission::ConfigureClient));
    }
}

#[tokio::test]
async fn the_agencys_colour_and_logo_stand_on_the_clients_pages() {
    for kind in kinds() {
        let app = aos_testkit::TestApp::new(kind).await;
        let client = app.client("Own Brand").await;
        let maren = app.person("Maren", Role::TenantAdmin, Some(client)).await;
        let reviewer = app.person("Rosa", Role::Reviewer, None).await;
        let ana = Browser::of(&app, app.administrator).await;
        let path = "/manage/settings/branding";
        assert_eq!(Browser::of(&app, reviewer).await.get(path).await.status, StatusCode::FORBIDDEN);
        let bad = ana.submit(path, &[("accent", "teal")]).await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(bad.body.contains("value=\"teal\""), "{}", bad.body);
        assert_eq!(ana.submit(path, &[("accent", "#FFE066")]).await.status, StatusCode::SEE_OTHER);
        let page = ana.get(path).await;
        assert!(page.body.contains("darkened"), "a light yellow can't be read on white: {}", page.body);
        let home = Browser::of(&app, maren).await.get(&format!("/client/{client}")).await;
        assert!(home.body.contains("/brand/style.css?v=ffe066"), "{}", home.body);
        let style = ana.get("/brand/style.css?v=ffe066").await;
        assert!(style.body.contains("--accent: light-dark(") && style.kind().starts_with("text/css"), "{}", style.body);

        let refused = ana.upload(&format!("{path}/logo"), "logo", "logo.png", b"<svg onload='x()'/>").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
        assert!(refused.body.contains("not a PNG, JPEG or WebP"), "{}", refused.body);
        assert_eq!(ana.get("/brand/logo").await.status, StatusCode::NOT_FOUND);
        let kept = ana.upload(&format!("{path}/logo"), "logo", "x.gif", b"\x89PNG\r\n\x1a\n rest").await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.body);
        let home = Browser::of(&app, maren).await.get(&format!("/client/{client}")).await;
        assert!(home.body.contains("/brand/logo?v="), "{}", home.body);
        ana.submit(&format!("{path}/logo/remove"), &[]).await;
        assert_eq!(ana.get("/brand/logo").await.status, StatusCode::NOT_FOUND);
    }
}
