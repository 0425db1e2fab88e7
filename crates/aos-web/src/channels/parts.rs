//! What pages show of connections and of the ways to make one.

use aos_capabilities::{
    Capability, Descriptor,
    platform::{AuthKind, ChannelType},
};
use aos_features::{
    channels::{self, ChannelState, RevocationState, queries::Connection},
    people::Permission,
};
use aos_kernel::{Error, Result};
use aos_storage::Conn;
use url::Url;

use super::views::{ChannelView, ScopeLine, ScoreView, Way};
use crate::{session::Viewer, show::Dial, state::WebSettings, ui::number::measured};

/// Where the platforms send people back to: what is registered there.
pub(crate) fn return_address(settings: &WebSettings) -> Result<Url> {
    settings.public_url.join(channels::RETURN).map_err(Error::internal)
}

/// Kinds of platform in the order in which they are offered.
const KINDS: [(ChannelType, &str); 7] = [
    (ChannelType::Cms, "Websites"),
    (ChannelType::Social, "Social"),
    (ChannelType::Local, "Local"),
    (ChannelType::Email, "Newsletters"),
    (ChannelType::Analytics, "Analytics"),
    (ChannelType::Ads, "Ads"),
    (ChannelType::Website, "Website"),
];

fn kind_of(channel: ChannelType) -> &'static str {
    KINDS.iter().find(|(own, _)| *own == channel).map_or("Others", |(_, words)| words)
}

/// A capability in a person's words; connecting itself is none.
fn ability(capability: Capability) -> Option<&'static str> {
    match capability {
        Capability::PublishArticle => Some("Publish articles"),
        Capability::PublishPost => Some("Publish posts"),
        Capability::SendCampaign => Some("Send newsletters"),
        Capability::Inspect => Some("Health score"),
        Capability::Connect | Capability::Authorize => None,
    }
}

fn abilities(descriptor: &Descriptor) -> Vec<String> {
    descriptor.capabilities.iter().copied().filter_map(ability).map(str::to_owned).collect()
}

/// What a platform asks for in words, and whether it was granted.
pub(crate) fn scopes(descriptor: &Descriptor, granted: Option<&[String]>) -> Vec<ScopeLine> {
    let Some(consent) = descriptor.consent else { return Vec::new() };
    let missing = consent.missing(granted);
    consent
        .scopes
        .iter()
        .map(|scope| ScopeLine {
            name: scope.name.to_owned(),
            purpose: scope.purpose.to_owned(),
            required: scope.required,
            granted: !missing.contains(scope),
        })
        .collect()
}

/// A connection without its secret.
pub(crate) fn channel_view(connection: &Connection, dial: Dial, viewer: &Viewer) -> ChannelView {
    let Connection { channel, grant, score, revocation } = connection;
    let platform = viewer.state.product.connections.platforms().get(&channel.platform);
    let descriptor = platform.map(|platform| platform.descriptor());
    let warnings = (!channel.warnings.is_empty()).then(|| channel.warnings.join(" "));
    let connected = channel.state == ChannelState::Connected;
    let ends = grant.as_ref().and_then(|grant| grant.ends_at);
    let revoked = revocation.as_ref().map(|revocation| match (revocation.state, &revocation.words) {
        (RevocationState::Waiting, _) => "Its access is being given back.".to_owned(),
        (RevocationState::Revoked, _) => "Its access was given back.".to_owned(),
        (RevocationState::ByHand | RevocationState::Failed, words) => words.clone().unwrap_or_default(),
    });
    ChannelView {
        id: channel.id.to_string(),
        platform: channel.platform.clone(),
        platform_name: descriptor
            .map_or_else(|| crate::ui::states::label(&channel.platform), |one| one.name.to_owned()),
        name: channel.label.clone(),
        address: channel.url.clone(),
        account: channel.login.clone().unwrap_or_default(),
        state: if connected && ends.is_some_and(|at| at - dial.now < chrono::TimeDelta::days(7)) {
            "expiring".to_owned()
        } else {
            channel.state.as_str().to_owned()
        },
        disconnected: channel.state == ChannelState::Disconnected,
        checked: Some(dial.moment(channel.checked_at)),
        problem: channel.problem.clone(),
        warning: warnings.filter(|_| connected),
        check_problem: channel.check_problem.clone().filter(|_| connected),
        renewal_problem: grant.as_ref().and_then(|grant| grant.problem.clone()).filter(|_| connected),
        abilities: descriptor.map(abilities).unwrap_or_default(),
        by_consent: descriptor.is_some_and(|one| one.consent.is_some()),
        by_password: descriptor.is_none_or(|one| one.consent.is_none()),
        simulated: descriptor.is_some_and(|one| one.simulated),
        scopes: match (descriptor, grant) {
            (Some(descriptor), Some(grant)) => scopes(descriptor, grant.scopes.as_deref()),
            _ => Vec::new(),
        },
        until: grant.as_ref().and_then(|grant| grant.expires_at).map(|at| dial.moment(at)),
        renews: grant.as_ref().and_then(|grant| grant.renew_at).map(|at| dial.moment(at)),
        ends: ends.map(|at| dial.moment(at)),
        revoked,
        score: score.as_ref().filter(|_| channel.state != ChannelState::Disconnected).map(|entry| ScoreView {
            measured: entry.score.is_some(),
            words: entry.score.map_or_else(|| "not measurable".to_owned(), measured),
            delta: entry.delta.filter(|delta| *delta != 0.0).map(delta_words),
            better: entry.delta.is_some_and(|delta| delta > 0.0),
            at: dial.moment(entry.at),
        }),
        scored: viewer.state.product.connections.can_score(&channel.platform),
    }
}

/// "+4.2" or "−3".
pub(super) fn delta_words(delta: f64) -> String {
    let sign = if delta < 0.0 { "−" } else { "+" };
    format!("{sign}{}", measured(delta.abs()))
}

/// The ways to connect another account, by name.
///
/// # Errors
/// `Storage`.
pub(crate) async fn ways(viewer: &Viewer, conn: &mut Conn) -> Result<Vec<Way>> {
    let connections = &viewer.state.product.connections;
    let apps = connections.apps(conn).await?;
    let operates = viewer.principal.can_in_agency(Permission::OperateSystem);
    let mut ways: Vec<Way> = apps
        .iter()
        .map(|app| Way {
            id: app.descriptor.id.to_owned(),
            name: app.descriptor.name.to_owned(),
            abilities: abilities(&app.descriptor).join(", "),
            simulated: app.descriptor.simulated,
            ready: app.is_known(),
            enter: operates && !app.is_known(),
            by_consent: true,
            kind: kind_of(app.descriptor.channel_type),
            connected: 0,
        })
        .collect();
    for platform in connections.platforms().iter() {
        let one = platform.descriptor();
        if one.auth == AuthKind::ApplicationPassword && one.consent.is_none() {
            ways.push(Way {
                id: one.id.to_owned(),
                name: one.name.to_owned(),
                abilities: abilities(one).join(", "),
                simulated: one.simulated,
                ready: true,
                enter: false,
                by_consent: false,
                kind: kind_of(one.channel_type),
                connected: 0,
            });
        }
    }
    let place = |way: &Way| KINDS.iter().position(|(_, kind)| *kind == way.kind);
    ways.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.name.cmp(&b.name)));
    Ok(ways)
}
