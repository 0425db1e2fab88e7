//! Connections of all clients that need somebody.

use aos_features::{
    people::Permission,
    read_models::{
        channels::{self, Trouble, TroubledChannel},
        clients,
    },
};
use aos_kernel::PageSize;
use axum::extract::Query;

use super::views::{AttentionPage, AttentionRow};
use crate::{
    layout::{ClientTab, Place},
    paths,
    session::{After, Answer, Viewer},
    show::{Dial, next_page},
    ui::number::measured,
};

fn row(found: &TroubledChannel, platform: String, dial: Dial) -> AttentionRow {
    let state = match found.trouble {
        Trouble::Expired => "expired",
        Trouble::Ending => "expiring",
        Trouble::Renewal | Trouble::Check | Trouble::Warning => "warning",
    };
    let words = found.words.clone().unwrap_or_default();
    AttentionRow {
        client: found.client.clone(),
        client_href: paths::client(found.tenant),
        href: format!("{}/{}", paths::client_tab(found.tenant, ClientTab::Channels), found.channel),
        name: found.label.clone(),
        platform,
        state: state.to_owned(),
        words: match found.trouble {
            Trouble::Ending => "Somebody has to consent again before its access ends.".to_owned(),
            Trouble::Renewal => format!("Its access could not be renewed yet: {words}"),
            Trouble::Check => format!("The last check found out nothing: {words}"),
            Trouble::Expired | Trouble::Warning => words,
        },
        ends: found.ends_at.map(|at| dial.moment(at)),
        checked: dial.moment(found.checked_at),
        score: found.score.map(measured),
    }
}

/// `GET /portal/channels`.
pub(super) async fn page(viewer: Viewer, Query(asked): Query<After>) -> Answer {
    let scope = viewer.agency(Permission::SeeClient)?;
    let mut conn = viewer.read().await?;
    let found = channels::troubled(&mut conn, &scope, viewer.now, asked.after.as_ref(), PageSize::DEFAULT).await?;
    let dial = Dial { zone: crate::people::agency_zone(&mut conn).await?, now: viewer.now };
    let platforms = viewer.state.product.connections.platforms();
    let name = |id: &str| {
        platforms.get(id).map_or_else(|| crate::ui::states::label(id), |one| one.descriptor().name.to_owned())
    };
    let view = AttentionPage {
        shell: viewer.shell(&mut conn, "Channels", Place::Channels).await?,
        rows: found.items.iter().map(|one| row(one, name(&one.platform), dial)).collect(),
        any: !clients::names(&mut conn, &scope, 1).await?.is_empty(),
        more: next_page(paths::CHANNELS, &[], found.next.as_ref()),
    };
    viewer.page(&view)
}
