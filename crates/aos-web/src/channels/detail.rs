//! One connection with its score.

use aos_features::{
    channels::{queries, score::Dimension},
    people::Permission,
};
use aos_kernel::{ChannelId, TenantId, Timestamp};

use super::{
    consent::shell,
    parts::channel_view,
    views::{DetailPage, DimensionRow},
};
use crate::{
    client::Side,
    flash::Flash,
    session::{Answer, At, Viewer},
    show::Dial,
    ui::{Bar, Chart, number::measured},
};

fn dimension(one: &Dimension, open: &[(String, Timestamp)], dial: Dial) -> DimensionRow {
    DimensionRow {
        label: one.label.clone(),
        weight: one.weight,
        formula: one.formula.clone(),
        value: one.value.map(measured),
        filled: one.value.map_or(0, |value| value.clamp(0.0, 100.0).round() as u32),
        low: one.is_low(),
        evidence: one.evidence.clone(),
        advice: if one.value.is_some_and(|value| value < 100.0) { one.advice.clone() } else { String::new() },
        open: open.iter().find(|(key, _)| *key == one.key).map(|(_, since)| dial.moment(*since)),
    }
}

/// `GET {base}/channels/{channel}`.
pub(super) async fn page(viewer: Viewer, side: Side, At((id, channel)): At<(TenantId, ChannelId)>) -> Answer {
    let scope = viewer.scope(id, Permission::SeeClient)?;
    let mut conn = viewer.read().await?;
    let zone = aos_features::tenants::queries::zone(&mut conn, scope).await?;
    let dial = Dial { zone, now: viewer.now };
    let connection = queries::connection(&mut conn, scope, channel).await?;
    let scores = queries::scores(&mut conn, scope, channel).await?;
    let open = queries::open_improvements(&mut conn, scope, channel).await?;
    drop(conn);
    let bars = scores.iter().filter_map(|entry| {
        let value = entry.score?;
        let label = entry.at.with_timezone(&zone).format("%-d %b %Y").to_string();
        Some(Bar { label, value, words: measured(value) })
    });
    let bars: Vec<Bar> = bars.collect();
    let latest = connection.score.as_ref();
    let view = DetailPage {
        shell: shell(&viewer, side, id, &connection.channel.label).await?,
        base: side.base(id),
        can_edit: viewer.can(id, Permission::ConnectChannels),
        dimensions: latest
            .map_or_else(Vec::new, |entry| entry.dimensions.iter().map(|one| dimension(one, &open, dial)).collect()),
        weighed: latest.map_or(0, |entry| {
            let measured = entry.dimensions.iter().filter(|one| one.value.is_some());
            measured.map(|one| one.weight).sum()
        }),
        missing: latest.map(|entry| entry.missing.clone()).unwrap_or_default(),
        scores: bars.len(),
        trend: Chart::new("Health score", "Day", bars),
        channel: channel_view(&connection, dial, &viewer),
    };
    viewer.page(&view)
}

/// `POST …/channels/{channel}/score`.
pub(super) async fn score(viewer: Viewer, side: Side, At((id, channel)): At<(TenantId, ChannelId)>) -> Answer {
    let scope = viewer.scope(id, Permission::ConnectChannels)?;
    let mut tx = viewer.begin().await?;
    viewer.state.product.connections.score_now(&mut tx, scope, channel).await?;
    tx.commit().await?;
    let to = format!("{}/{channel}", side.channels(id));
    Ok(viewer.done(Flash::good("It is being scored; the score appears here in a moment."), &to))
}
