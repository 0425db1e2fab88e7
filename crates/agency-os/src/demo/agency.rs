//! A whole agency: people of each role, and clients at every stage of the journey, side by side.

use anyhow::Result;
use aos_capabilities::publish::PublishMode;
use aos_features::{
    content::{self, ItemState, NewRequest, RequestState, planning::moment_of},
    tenants::{self, ApprovalRoute},
};
use aos_kernel::{PageSize, TenantScope, Timestamp};
use chrono::{Datelike, Days, NaiveTime, Weekday};
use futures::future::try_join_all;

use super::{
    journey::{Ending, Journey, Plan, Stage},
    people::Cast,
    places::Places,
    reviewer,
    screen::{Screen, Voice},
};
use crate::assemble::{App, plain};

/// Who is there: name, time zone, how far. The zones lie on both sides of the date line and of daylight saving.
const CLIENTS: [(&str, &str, Stage); 7] = [
    ("Harbour & Pine", "Europe/London", Stage::Published),
    ("Northwind Cabins", "America/New_York", Stage::Posts),
    (OWN_SAY, "America/Los_Angeles", Stage::Posts),
    (PLANNED, "Europe/Berlin", Stage::Briefs),
    ("Sorrel Garden Rooms", "Europe/Madrid", Stage::Posts),
    ("Kestrel Workshops", "Australia/Lord_Howe", Stage::Strategy),
    ("Willow & Wren", "Asia/Kolkata", Stage::Website),
];
/// The client whose own administrator decides after the agency's staff.
const OWN_SAY: &str = "Birchwood Studio";
/// A client whose briefs are planned before they are approved.
const PLANNED: &str = "Atelier Größe & Söhne, Manufaktur für Gartenhäuser";
/// How many of its posts the staff have approved.
const APPROVED_BY_STAFF: usize = 4;
/// When posts come out.
const HALF_PAST_NINE: chrono::TimeDelta = chrono::TimeDelta::minutes(9 * 60 + 30);

/// Takes every client to its stage, all at once.
pub async fn open(app: &App, cast: &Cast, places: &Places, screen: &Screen) -> Result<Vec<Ending>> {
    cast.add_colleagues(&app.product).await?;
    let plans = CLIENTS.map(|(client, zone, stage)| Plan {
        client: client.to_owned(),
        zone: zone.to_owned(),
        stage,
        social: Vec::new(),
        waits: false,
    });
    let journeys = plans.iter().map(|plan| async move {
        let voice = Voice::of(screen, &plan.client);
        let ending = Journey::new(app, cast, places, plan, voice.clone()).travel().await?;
        let scope = TenantScope::granted(ending.client_id());
        if plan.client == OWN_SAY {
            give_own_say(app, cast, scope, &voice).await?;
        }
        if plan.client == OWN_SAY || plan.client == PLANNED {
            give_days(app, cast, scope, &voice).await?;
        }
        anyhow::Ok(ending)
    });
    try_join_all(journeys).await
}

/// Lets the client decide too, and has the staff approve some posts, which wait for the client from then on.
async fn give_own_say(app: &App, cast: &Cast, scope: TenantScope, voice: &Voice<'_>) -> Result<()> {
    let mut tx = app.product.db.begin(cast.administrator.actor().clone()).await.map_err(plain)?;
    let mut settings = tenants::queries::settings(&mut tx, scope).await.map_err(plain)?;
    if settings.approval.route == ApprovalRoute::InternalThenClient {
        return Ok(());
    }
    settings.approval.route = ApprovalRoute::InternalThenClient;
    tenants::commands::change_settings(&mut tx, scope, settings).await.map_err(plain)?;
    tx.commit().await.map_err(plain)?;
    let speaker = cast.add_client_people(&app.product, scope).await?;
    let mut waiting = reviewer::pending(app, scope).await?;
    // Those are the same in each run, whichever was written first.
    waiting.sort_by(|a, b| b.approval.title.cmp(&a.approval.title));
    reviewer::approve(app, cast, scope, &waiting[..waiting.len().min(APPROVED_BY_STAFF)], voice).await?;
    voice.done("The client's own people decide on what the staff approved");
    if let Some(speaker) = speaker {
        let mut tx = app.product.db.begin(speaker).await.map_err(plain)?;
        content::commands::raise_request(
            &mut tx,
            &app.product.steps,
            app.product.connections.platforms(),
            scope,
            wish(),
        )
        .await
        .map_err(plain)?;
        tx.commit().await.map_err(plain)?;
        voice.done("The client asks for a post of its own");
    }
    Ok(())
}

/// Gives whatever is not out yet a day of its own: the working days that follow, at half past nine where the client is.
async fn give_days(app: &App, cast: &Cast, scope: TenantScope, voice: &Voice<'_>) -> Result<()> {
    let mut tx = app.product.db.begin(cast.administrator.actor().clone()).await.map_err(plain)?;
    let zone = tenants::queries::tenant(&mut tx, scope).await.map_err(plain)?.tz();
    let today = tx.now().with_timezone(&zone).date_naive();
    let mut mornings = (1..)
        .map(|days| today + Days::new(days))
        .filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
        .map(|day| moment_of(day.and_time(NaiveTime::MIN + HALF_PAST_NINE), zone).at);
    let mut next = || -> Timestamp { mornings.next().unwrap_or_default() };
    let all = PageSize::clamped(PageSize::MAX);
    let open = [RequestState::PendingApproval];
    let requests = content::queries::requests(&mut tx, scope, &open, None, all).await.map_err(plain)?;
    let unpublished = [ItemState::Review, ItemState::Approved];
    let items = content::queries::items(&mut tx, scope, &unpublished, None, all).await.map_err(plain)?;
    let planned = requests.items.len() + items.items.len();
    for request in requests.items {
        content::reschedule::plan_request(&mut tx, scope, request.id, Some(next())).await.map_err(plain)?;
    }
    for item in items.items {
        content::reschedule::reschedule(&mut tx, scope, item.id, PublishMode::At(next())).await.map_err(plain)?;
    }
    tx.commit().await.map_err(plain)?;
    voice.done(&format!("{planned} posts have their day in the calendar"));
    Ok(())
}

/// What a client asks for by itself.
fn wish() -> NewRequest {
    NewRequest {
        title: "Moving a garden room to another house".into(),
        brief: "People ask us whether a garden room can move with them. Say when it can, and what it takes.".into(),
        ..NewRequest::default()
    }
}
