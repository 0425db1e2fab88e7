//! A whole agency: people of each role, and clients at every stage of the journey, side by side.

use anyhow::Result;
use aos_features::tenants::{self, ApprovalRoute};
use aos_kernel::TenantScope;
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
    ("Atelier Größe & Söhne, Manufaktur für Gartenhäuser", "Europe/Berlin", Stage::Briefs),
    ("Sorrel Garden Rooms", "Europe/Madrid", Stage::Posts),
    ("Kestrel Workshops", "Australia/Lord_Howe", Stage::Strategy),
    ("Willow & Wren", "Asia/Kolkata", Stage::Website),
];
/// The client whose own administrator decides after the agency's staff.
const OWN_SAY: &str = "Birchwood Studio";
/// How many of its posts the staff have approved.
const APPROVED_BY_STAFF: usize = 4;

/// Takes every client to its stage, all at once.
pub async fn open(app: &App, cast: &Cast, places: &Places, screen: &Screen) -> Result<Vec<Ending>> {
    cast.add_colleagues(&app.product).await?;
    let plans = CLIENTS.map(|(client, zone, stage)| Plan {
        client: client.to_owned(),
        zone: zone.to_owned(),
        stage,
        waits: false,
    });
    let journeys = plans.iter().map(|plan| async move {
        let voice = Voice::of(screen, &plan.client);
        let ending = Journey::new(app, cast, places, plan, voice.clone()).travel().await?;
        if plan.client == OWN_SAY {
            give_own_say(app, cast, TenantScope::granted(ending.client_id()), &voice).await?;
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
    cast.add_client_people(&app.product, scope).await?;
    let waiting = reviewer::pending(app, scope).await?;
    reviewer::approve(app, cast, scope, &waiting[..waiting.len().min(APPROVED_BY_STAFF)], voice).await?;
    voice.done("The client's own people decide on what the staff approved");
    Ok(())
}
