//! Going to a platform to consent, and coming back.

use aos_features::{
    channels::{Arrived, Begin, Came, Chosen, Face as FaceKind, VisitStage},
    people::Permission,
};
use aos_kernel::{ChannelId, ConsentVisitId, Error, ErrorKind, Secret, TenantId};
use axum::{
    Form,
    extract::Query,
    response::{IntoResponse, Redirect},
};
use serde::Deserialize;

use super::{
    parts::{return_address, scopes},
    views::{AwayPage, ChoosePage, TargetRow},
};
use crate::{
    client::{Face, Side},
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::{ClientTab, Shell},
    session::{Answer, At, Viewer},
    workspace::Workspace,
};

/// What surrounds a page below the channels of a face.
pub(super) async fn shell(viewer: &Viewer, side: Side, id: TenantId, title: &str) -> aos_kernel::Result<Shell> {
    Ok(match side {
        Side::Portal => {
            Workspace::open(viewer, id, ClientTab::Channels, Permission::ConnectChannels).await?.titled(title).shell
        }
        Side::Client => {
            Face::open(viewer, id, "channels", "Channels").await?.below("Channels", "channels", title).shell
        }
    })
}

fn side_of(face: FaceKind) -> Side {
    match face {
        FaceKind::Portal => Side::Portal,
        FaceKind::Client => Side::Client,
    }
}

/// `POST {base}/channels/consents`: begins a visit. The way to the platform is a link on the answer, because the
/// browser's policy lets no form lead to another site.
pub(super) async fn begin(viewer: Viewer, side: Side, At(id): At<TenantId>, Form(fields): Form<Fields>) -> Answer {
    let scope = viewer.scope(id, Permission::ConnectChannels)?;
    let product = &viewer.state.product;
    let input = Begin {
        platform: fields.text("platform").to_owned(),
        face: match side {
            Side::Portal => FaceKind::Portal,
            Side::Client => FaceKind::Client,
        },
        redirect: return_address(&viewer.state.settings)?,
        again: fields.text("channel").parse::<ChannelId>().ok(),
        onboarding: fields.text("next") == "onboarding",
    };
    let onboarding = input.onboarding;
    let platform = product.connections.platforms().get(&input.platform).cloned();
    let begun = product.connections.begin(&product.db, viewer.principal.actor().clone(), scope, input).await;
    let departure = match begun {
        Ok(departure) => departure,
        Err(error) if matches!(error.kind(), ErrorKind::Conflict | ErrorKind::Outside) => {
            let words = error.help().map_or_else(|| error.message().to_owned(), |help| format!("{error} {help}"));
            return Ok(viewer.done(Flash::bad(words), &side.channels(id)));
        }
        Err(error) => return Err(error.into()),
    };
    let platform = platform.ok_or_else(|| Error::not_found("platform"))?;
    let descriptor = platform.descriptor();
    let view = AwayPage {
        shell: shell(&viewer, side, id, &format!("Connect {}", descriptor.name)).await?,
        platform: descriptor.name.to_owned(),
        simulated: descriptor.simulated,
        href: departure.url.to_string(),
        target: descriptor.consent.and_then(|consent| consent.target).map(str::to_owned),
        scopes: scopes(descriptor, None),
        back: if onboarding { side.onboarding_step(id, "channels") } else { side.channels(id) },
    };
    viewer.page(&view)
}

/// What a platform puts into the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Returned {
    state: String,
    code: Option<Secret>,
    error: Option<String>,
}

/// `GET /channels/return`: the one address that all platforms send people back to.
pub(super) async fn arrive(viewer: Viewer, Query(returned): Query<Returned>) -> Answer {
    let product = &viewer.state.product;
    let came = Came { state: returned.state, code: returned.code, error: returned.error };
    let actor = viewer.principal.actor().clone();
    let Arrived { visit, chosen } = product.connections.arrive(&product.db, actor, came).await?;
    // The right to the client is looked at again: it may have been taken back meanwhile.
    viewer.scope(visit.tenant_id, Permission::ConnectChannels)?;
    let side = side_of(visit.face);
    if let Some(chosen) = chosen.filter(|chosen| !chosen.connected.is_empty()) {
        return Ok(connected(&viewer, side, visit.tenant_id, visit.onboarding, &chosen));
    }
    let page = format!("{}/consents/{}", side.channels(visit.tenant_id), visit.id);
    Ok(Redirect::to(&page).into_response())
}

fn connected(viewer: &Viewer, side: Side, id: TenantId, onboarding: bool, chosen: &Chosen) -> axum::response::Response {
    let to = if onboarding { side.onboarding_step(id, "channels") } else { side.channels(id) };
    let refused: Vec<String> = chosen.refused.iter().map(|one| format!("{}: {}", one.label, one.problem)).collect();
    let flash = match (chosen.connected.len(), refused.is_empty()) {
        (1, true) => Flash::good("Connected and checked."),
        (n, true) => Flash::good(format!("{n} channels are connected and checked.")),
        (n, false) => Flash::warning(format!("{n} connected; not connected: {}", refused.join(" "))),
    };
    viewer.done(flash, &to)
}

/// The page of a visit.
async fn show(
    viewer: Viewer,
    side: Side,
    id: TenantId,
    visit: ConsentVisitId,
    refused: Vec<(String, String)>,
    errors: FieldErrors,
) -> Answer {
    let again = !errors.is_empty();
    let scope = viewer.scope(id, Permission::ConnectChannels)?;
    let connections = &viewer.state.product.connections;
    let mut conn = viewer.read().await?;
    let (visit, offered) = connections.visit(&mut conn, scope, viewer.principal.user(), visit).await?;
    drop(conn);
    let platform = connections.platforms().get(&visit.platform).ok_or_else(|| Error::not_found("platform"))?;
    let descriptor = platform.descriptor();
    let target = descriptor.consent.and_then(|consent| consent.target).unwrap_or("account");
    let over = visit.stage == VisitStage::Choosing && visit.expires_at <= viewer.now;
    let (problem, help) = match visit.stage {
        VisitStage::Choosing if !over => (None, None),
        VisitStage::Refused => (visit.problem.clone(), visit.help.clone()),
        VisitStage::Done => {
            (Some("This consent is done; what was connected stands among the channels.".to_owned()), None)
        }
        _ => (Some("This consent is over.".to_owned()), Some("Begin again; it takes a minute.".to_owned())),
    };
    let single = offered.iter().filter(|one| one.refusal.is_none()).count() == 1;
    let view = ChoosePage {
        shell: shell(&viewer, side, id, &format!("Connect {}", descriptor.name)).await?,
        platform: descriptor.name.to_owned(),
        platform_id: visit.platform.clone(),
        simulated: descriptor.simulated,
        target: target.to_owned(),
        action: format!("{}/consents/{}", side.channels(id), visit.id),
        again: format!("{}/consents", side.channels(id)),
        channel: visit.channel_id.map(|id| id.to_string()).unwrap_or_default(),
        onboarding: visit.onboarding,
        back: if visit.onboarding { side.onboarding_step(id, "channels") } else { side.channels(id) },
        targets: offered
            .into_iter()
            .filter(|_| problem.is_none())
            .map(|one| TargetRow {
                ticked: one.refusal.is_none() && (single || one.wanted),
                known: one.known.is_some(),
                href: one.url.filter(|url| matches!(url.scheme(), "http" | "https")).map(String::from),
                key: one.key,
                label: one.label,
                detail: one.detail,
                refusal: one.refusal,
            })
            .collect(),
        problem,
        help,
        refused,
        errors,
    };
    if again { viewer.form_again(&view) } else { viewer.page(&view) }
}

/// `GET {base}/channels/consents/{visit}`.
pub(super) async fn page(viewer: Viewer, side: Side, At((id, visit)): At<(TenantId, ConsentVisitId)>) -> Answer {
    show(viewer, side, id, visit, Vec::new(), FieldErrors::default()).await
}

/// `POST {base}/channels/consents/{visit}`: connects what was chosen.
pub(super) async fn choose(
    viewer: Viewer,
    side: Side,
    At((id, visit)): At<(TenantId, ConsentVisitId)>,
    Form(fields): Form<Fields>,
) -> Answer {
    let scope = viewer.scope(id, Permission::ConnectChannels)?;
    let product = &viewer.state.product;
    let keys: Vec<String> = fields.all("target").into_iter().map(str::to_owned).collect();
    let actor = viewer.principal.actor().clone();
    match product.connections.choose(&product.db, actor, scope, visit, &keys).await {
        Ok(chosen) if chosen.connected.is_empty() => {
            let mut errors = FieldErrors::default();
            errors.add("", "Nothing could be connected.");
            let words = |one: aos_features::channels::RefusedTarget| {
                (one.label, one.help.map_or(one.problem.clone(), |help| format!("{} {help}", one.problem)))
            };
            show(viewer, side, id, visit, chosen.refused.into_iter().map(words).collect(), errors).await
        }
        Ok(chosen) => Ok(connected(&viewer, side, id, fields.text("next") == "onboarding", &chosen)),
        Err(error) if error.field() == Some("target") => {
            let mut errors = FieldErrors::default();
            errors.add("", error.message());
            show(viewer, side, id, visit, Vec::new(), errors).await
        }
        Err(error) => Err(error.into()),
    }
}
