//! The calendar: what stands where, and moving it.

use std::sync::Arc;

use aos_capabilities::publish::{PublishMode, PublishedState};
use aos_features::{
    content::{self, ItemState, planning::moment_of, reschedule},
    people::Role,
    read_models::calendar::{self, CalendarFilter, Most},
    tenants,
};
use aos_kernel::{Actor, AgencyScope, ContentItemId, TenantId, TenantScope, Timestamp};
use aos_platforms::memory::Mishap;
use aos_storage::testing::kinds;
use aos_testkit::{SteppingClock, TestApp};
use axum::http::StatusCode;
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use chrono_tz::Tz;

use crate::{
    journey::{Journey, hidden, place},
    publishing::{approved, site_of},
    support::Browser,
};

/// Has a client live in this zone.
pub async fn lives_in(app: &TestApp, client: TenantId, zone: &str) {
    let mut tx = app.db.begin(Actor::user(app.administrator)).await.unwrap();
    let change = tenants::commands::ChangeTenant { zone: Some(zone.to_owned()), ..Default::default() };
    tenants::commands::change_tenant(&mut tx, TenantScope::granted(client), change).await.unwrap();
    tx.commit().await.unwrap();
}

/// A day well ahead, noon away from any change of clocks.
fn ahead(now: Timestamp, days: u64) -> NaiveDate {
    now.date_naive() + Days::new(days)
}

async fn post(journey: &Journey, id: ContentItemId) -> content::ContentItem {
    content::queries::item(&mut journey.app.db.read().await.unwrap(), journey.scope(), id).await.unwrap()
}

#[tokio::test]
async fn a_scheduled_post_is_moved_to_another_day_here_and_on_its_site_and_back_again() {
    for kind in kinds() {
        let journey = Journey::to_the_posts(kind).await;
        lives_in(&journey.app, journey.client, "Europe/Berlin").await;
        let zone = Tz::Europe__Berlin;
        let now = journey.app.db.clock().now();
        let (first, second) = (ahead(now, 3), ahead(now, 5));
        let nine = NaiveTime::from_hms_opt(9, 30, 0).unwrap();
        let (before, after) = (moment_of(first.and_time(nine), zone).at, moment_of(second.and_time(nine), zone).at);
        let local = format!("{first}T09:30");
        let item = approved(&journey, &[("mode", "schedule"), ("at", &local)]).await;
        let channel = site_of(&journey).await;
        let standing = || journey.app.practice.standing(channel)[0].state;
        assert_eq!(standing(), PublishedState::Scheduled(before));

        // It stands on its day in the client's zone, and can be dragged.
        let calendar = format!("/portal/clients/{}/calendar", journey.client);
        let shown = journey.browser.get(&format!("{calendar}?view=list&date={first}")).await;
        assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
        assert!(shown.body.contains("Times in Europe/Berlin"), "{}", shown.body);
        let entry = format!("id=\"e-{item}\" data-item data-entry draggable=\"true\"");
        assert!(shown.body.contains(&entry) && shown.body.contains("09:30"), "{}", shown.body);

        // A drop says the day alone; the time of day stays, and so does the approval.
        let path = format!("/portal/clients/{}/items/{item}/reschedule", journey.client);
        let day = second.to_string();
        let back = format!("{calendar}?view=list");
        let fields = [("date", day.as_str()), ("zone", "Europe/Berlin"), ("back", back.as_str())];
        let moved = journey.browser.submit(&path, &fields).await;
        assert_eq!(
            (moved.status, place(&moved)),
            (StatusCode::SEE_OTHER, format!("{back}#p-{item}")),
            "{}",
            moved.body
        );
        let planned = post(&journey, item).await;
        assert_eq!(planned.publish_mode, PublishMode::At(after));
        assert_eq!((planned.state, planned.approved_version), (ItemState::Scheduled, Some(1)));
        assert_eq!(standing(), PublishedState::Scheduled(before), "effects leave through a job");
        let waits = journey.browser.get(&format!("{calendar}?view=list&date={first}")).await.body;
        assert!(waits.contains("The site is being told its new time."), "{waits}");
        journey.app.work().await;
        assert_eq!(standing(), PublishedState::Scheduled(after));
        assert_eq!(journey.app.practice.standing(channel).len(), 1, "a move makes no second post");

        // Undo is the same command with the time before.
        let undone = journey.browser.submit(&path, &[("to", &before.to_rfc3339()), ("back", &calendar)]).await;
        assert_eq!(undone.status, StatusCode::SEE_OTHER, "{}", undone.body);
        journey.app.work().await;
        assert_eq!(standing(), PublishedState::Scheduled(before));
        let history = journey.browser.get(&format!("/portal/clients/{}/items/{item}", journey.client)).await.body;
        assert!(history.contains("moved the post to another time"), "{history}");

        // The site's answer to a move is lost: it is looked at, and the post stands once at the new time.
        journey.browser.submit(&path, &fields).await;
        journey.app.practice.fail_next(Mishap::AnswerLost);
        journey.app.work().await;
        let at_most_once = journey.app.practice.standing(channel).len();
        assert_eq!(at_most_once, 1);
        journey.end().await;
    }
}

#[tokio::test]
async fn a_drop_on_what_has_passed_is_refused_with_words_and_what_is_published_stays() {
    for kind in kinds() {
        let journey = Journey::to_the_posts(kind).await;
        let now = journey.app.db.clock().now();
        let waiting = journey.waiting("content_item").await;
        let item = ContentItemId::from_uuid(waiting[1].approval.subject.id);
        let path = format!("/portal/clients/{}/items/{item}/reschedule", journey.client);
        let calendar = format!("/portal/clients/{}/calendar", journey.client);
        let yesterday = (now.date_naive() - Days::new(1)).to_string();
        let panel = format!("{calendar}?move=post:{item}");
        let fields = [("date", yesterday.as_str()), ("time", "10:15"), ("panel", panel.as_str())];
        let refused = journey.browser.submit(&path, &fields).await;
        assert_eq!(refused.status, StatusCode::SEE_OTHER, "{}", refused.body);
        // What was typed is still in the form that the answer leads to.
        let again = journey.browser.get(&place(&refused)).await.body;
        assert!(again.contains(&format!("value=\"{yesterday}\"")) && again.contains("value=\"10:15\""), "{again}");
        assert_eq!(post(&journey, item).await.planned_at(), None);
        for bad in [[("date", "soon")], [("date", "2026-02-30")], [("to", "whenever")]] {
            journey.browser.submit(&path, &bad).await;
            assert_eq!(post(&journey, item).await.planned_at(), None);
        }

        let done = approved(&journey, &[("mode", "now")]).await;
        let mut tx = journey.app.db.begin(Actor::user(journey.app.administrator)).await.unwrap();
        let later = PublishMode::At(now + TimeDelta::days(2));
        let error = reschedule::reschedule(&mut tx, journey.scope(), done, later).await.unwrap_err();
        assert_eq!(error.code(), "published_already");
        drop(tx);
        let page = journey.browser.get(&format!("{calendar}?show=published")).await.body;
        assert!(page.contains(&format!("id=\"e-{done}\" data-item>")), "what is published can't be dragged: {page}");

        // The client's own people have a face of their own: for them there is nothing here.
        let reader = journey.app.person("Rea", Role::TenantMember, Some(journey.client)).await;
        let reader = Browser::of(&journey.app, reader).await;
        assert!(!reader.get(&calendar).await.body.contains("data-entry"));
        let day = ahead(now, 4).to_string();
        assert_eq!(reader.submit(&path, &[("date", &day)]).await.status, StatusCode::NOT_FOUND);
        journey.end().await;
    }
}

#[tokio::test]
async fn a_plan_that_passed_while_a_post_waited_asks_for_a_new_time() {
    for kind in kinds() {
        let clock = Arc::new(SteppingClock::at("2026-03-24T09:00:00Z"));
        let journey = Journey::to_the_posts_at(kind, clock.clone()).await;
        lives_in(&journey.app, journey.client, "Europe/Berlin").await;
        let approval = journey.waiting("content_item").await.remove(0).approval;
        let item = ContentItemId::from_uuid(approval.subject.id);
        let move_to = format!("/portal/clients/{}/items/{item}/reschedule", journey.client);

        // In the night in which the clocks are put forward there is no half past two, and whoever drops it there is told.
        let moved = journey.browser.submit(&move_to, &[("date", "2026-03-29"), ("time", "02:30")]).await;
        assert_eq!(moved.status, StatusCode::SEE_OTHER, "{}", moved.body);
        let planned = post(&journey, item).await.planned_at();
        assert_eq!(planned, Some("2026-03-29T01:30:00Z".parse().unwrap()), "it is moved forward, to half past three");
        let told = journey.browser.after(&moved).await.body;
        assert!(told.contains("The clocks are put forward then, so it is 03:30."), "{told}");
        assert!(told.contains(">Undo</button>"), "{told}");

        clock.advance(TimeDelta::days(6));
        // Whoever was signed in has to do so again by now.
        let colleague = journey.app.person("Carl", Role::Approver, None).await;
        let colleague = Browser::of(&journey.app, colleague).await;
        let path = format!("/portal/approvals/{}", approval.id);
        let page = colleague.get(&path).await.body;
        let words = "It was planned for 29 March, 03:30, which passed while it waited. Choose a new time.";
        assert!(page.contains(words), "{page}");
        assert!(page.contains("value=\"2026-03-31T03:30\""), "the same time of day on the next day: {page}");
        let hash = hidden(&page, "hash");
        let late = colleague.submit(&format!("{path}/approve"), &[("hash", &hash)]).await;
        assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", late.body);
        assert!(late.body.contains("Choose a new time"), "it is said beside the post: {}", late.body);
        let fields = [("hash", hash.as_str()), ("mode", "schedule"), ("at", "2026-03-31T09:00")];
        let approved = colleague.submit(&format!("{path}/approve"), &fields).await;
        assert_eq!(approved.status, StatusCode::SEE_OTHER, "{}", approved.body);
        journey.end().await;
    }
}

#[tokio::test]
async fn a_brief_is_planned_and_the_post_that_it_becomes_takes_the_time_over() {
    for kind in kinds() {
        let clock = Arc::new(SteppingClock::at("2026-03-24T09:00:00Z"));
        let journey = Journey::begin_at(kind, clock.clone()).await;
        let fields = [("title", "How thick should insulation be"), ("brief", "For people who build in the north.")];
        let raised = journey.browser.submit(&format!("/portal/clients/{}/requests", journey.client), &fields).await;
        let request = place(&raised);
        let admin = Browser::of(&journey.app, journey.app.administrator).await;
        let tray = admin.get("/portal/calendar").await.body;
        assert!(tray.contains("Without a date") && tray.contains("How thick should insulation be"), "{tray}");
        let moved = admin.submit(&format!("{request}/reschedule"), &[("date", "2026-04-02")]).await;
        assert_eq!(moved.status, StatusCode::SEE_OTHER, "{}", moved.body);
        let week = admin.get("/portal/calendar?view=week&date=2026-04-02&zone=America/New_York").await.body;
        assert!(week.contains("05:00"), "nine in UTC is five in New York: {week}");
        assert!(week.contains("09:00 UTC for the client"), "{week}");
        let waiting = journey.waiting("request").await;
        let one = waiting.iter().find(|one| one.approval.title.starts_with("How thick")).unwrap();
        let hash = hidden(&admin.get(&format!("/portal/approvals/{}", one.approval.id)).await.body, "hash");
        let path = format!("/portal/approvals/{}/approve", one.approval.id);
        assert_eq!(admin.submit(&path, &[("hash", &hash)]).await.status, StatusCode::SEE_OTHER);
        journey.app.work().await;
        let item = ContentItemId::from_uuid(journey.waiting("content_item").await[0].approval.subject.id);
        assert_eq!(post(&journey, item).await.planned_at(), Some("2026-04-02T09:00:00Z".parse().unwrap()));
        // Of a brief that became a post the post is moved.
        let late = admin.submit(&format!("{request}/reschedule"), &[("date", "2026-04-09")]).await;
        assert!(admin.after(&late).await.body.contains("Move the post that it became."));
        journey.end().await;
    }
}

#[tokio::test]
async fn a_crowded_day_stretches_no_week_and_its_list_has_everything() {
    for kind in kinds() {
        let clock = Arc::new(SteppingClock::at("2026-03-24T09:00:00Z"));
        let journey = Journey::begin_at(kind, clock).await;
        lives_in(&journey.app, journey.client, "Pacific/Auckland").await;
        // Late in the evening there is early in the morning here, on the same day; early there is the day before here.
        let day = |at: &str| at.parse::<Timestamp>().unwrap();
        let plan = async |titles: std::ops::Range<u32>, at: Timestamp| {
            let mut tx = journey.app.db.begin(Actor::user(journey.app.administrator)).await.unwrap();
            for n in titles {
                let wish =
                    content::NewRequest { title: format!("Question {n}"), brief: "Why?".into(), ..Default::default() };
                let product = &journey.app.product;
                let platforms = product.connections.platforms();
                let id = content::commands::raise_request(&mut tx, &product.steps, platforms, journey.scope(), wish);
                let id = id.await.unwrap();
                reschedule::plan_request(&mut tx, journey.scope(), id, Some(at)).await.unwrap();
            }
            tx.commit().await.unwrap();
        };
        plan(0..7, day("2026-04-02T20:30:00Z")).await;
        let admin = Browser::of(&journey.app, journey.app.administrator).await;
        for calendar in ["/portal/calendar".to_owned(), format!("/portal/clients/{}/calendar", journey.client)] {
            let month = admin.get(&format!("{calendar}?view=month&date=2026-04-03")).await.body;
            assert_eq!(month.matches("data-title=\"Question").count(), 4, "{month}");
            assert!(month.contains(">3 more</a>") && month.contains("3 more on Friday, 3 April 2026"), "{month}");
            let list = admin.get(&format!("{calendar}?view=list&date=2026-04-03")).await.body;
            assert_eq!(list.matches("data-title=\"Question").count(), 7, "{list}");
            let week = admin.get(&format!("{calendar}?view=week&date=2026-04-03")).await.body;
            assert_eq!(week.matches("data-title=\"Question").count(), 7, "{week}");
            // What is being moved is shown wherever it stands.
            let moved = list.split("move=request%3A").nth(7).unwrap().split('&').next().unwrap();
            let moved = moved.split('"').next().unwrap();
            let moving = admin.get(&format!("{calendar}?view=month&date=2026-04-03&move=request:{moved}")).await.body;
            assert_eq!(moving.matches("data-title=\"Question").count(), 5, "{moving}");
        }
        // Where there are too many to read them all, a day has its first ones, and says that there are more.
        plan(7..9, day("2026-04-05T20:30:00Z")).await;
        let midnights: Vec<Timestamp> = (1..8).map(|n| day(&format!("2026-04-0{n}T12:00:00Z"))).collect();
        let mut conn = journey.app.db.read().await.unwrap();
        let (scope, filter) = (AgencyScope::all(), CalendarFilter::default());
        let mut read = async |few, each| {
            let most = Most { few, each };
            calendar::each_day(&mut conn, &scope, &filter, &midnights, most, journey.app.db.clock().now())
                .await
                .unwrap()
        };
        let (whole, cut) = (read(9, 3).await, read(8, 3).await);
        assert_eq!((whole.entries.len(), whole.cut), (9, vec![]));
        // One more than is shown, which is how one knows.
        assert_eq!((cut.entries.len(), cut.cut), (4 + 2, vec![1]));
        journey.end().await;
    }
}

#[tokio::test]
async fn the_client_reads_the_calendar_in_their_own_words_and_moves_nothing() {
    for kind in kinds() {
        let journey = Journey::to_the_posts(kind).await;
        lives_in(&journey.app, journey.client, "Europe/Berlin").await;
        let now = journey.app.db.clock().now();
        let first = ahead(now, 3);
        let item = approved(&journey, &[("mode", "schedule"), ("at", &format!("{first}T09:30"))]).await;
        let maren = journey.app.person("Maren", Role::TenantAdmin, Some(journey.client)).await;
        let client = Browser::of(&journey.app, maren).await;
        let calendar = format!("/client/{}/calendar", journey.client);
        for view in ["month", "week", "list"] {
            let shown = client.get(&format!("{calendar}?view={view}&date={first}")).await;
            assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
            assert!(shown.body.contains("Times in Europe/Berlin") && shown.body.contains("09:30"), "{}", shown.body);
            let link = format!("href=\"/client/{}/content/{item}\"", journey.client);
            assert!(shown.body.contains(&link) && shown.body.contains("Scheduled, "), "{view}: {}", shown.body);
            // No page of the agency's, nothing to drag, and none of the agency's troubles.
            let main = shown.body.split("<main").nth(1).unwrap();
            for not_theirs in ["/portal", "draggable=\"true\"", "data-entry", "show=problem"] {
                assert!(!main.contains(not_theirs), "{view} has {not_theirs}: {main}");
            }
        }
        let path = format!("/portal/clients/{}/items/{item}/reschedule", journey.client);
        let moved = client.submit(&path, &[("date", &ahead(now, 5).to_string())]).await;
        assert_eq!(moved.status, StatusCode::NOT_FOUND);

        journey.end().await;
    }
}

#[tokio::test]
async fn of_what_is_not_agreed_yet_the_client_sees_what_they_asked_for_and_no_ideas_of_the_agencys() {
    for kind in kinds() {
        let journey = Journey::begin(kind).await;
        let plan = journey.waiting("strategy").await.remove(0).approval;
        let fields = [("hash", plan.hash.as_str()), ("notes", "")];
        let yes = journey.browser.submit(&format!("/portal/approvals/{}/approve", plan.id), &fields).await;
        assert_eq!(yes.status, StatusCode::SEE_OTHER, "{}", yes.body);
        journey.app.work().await;
        let maren = journey.app.person("Maren", Role::TenantAdmin, Some(journey.client)).await;
        let client = Browser::of(&journey.app, maren).await;
        let asked = [("title", "Open day"), ("brief", "On 12 May we open our workshop.")];
        client.submit(&format!("/client/{}/requests", journey.client), &asked).await;
        let ideas = journey.waiting("request").await;
        let idea = &ideas.iter().find(|one| one.approval.title != "Open day").unwrap().approval.title;
        let shown = client.get(&format!("/client/{}/calendar", journey.client)).await;
        assert!(
            shown.body.contains("Open day") && shown.body.contains("Your agency is looking at it"),
            "{}",
            shown.body
        );
        assert!(!shown.body.contains(idea.as_str()), "{idea}: {}", shown.body);
        let staff = journey.browser.get(&format!("/portal/clients/{}/calendar", journey.client)).await;
        assert!(staff.body.contains(idea.as_str()) && staff.body.contains("Open day"), "{}", staff.body);
        journey.end().await;
    }
}
