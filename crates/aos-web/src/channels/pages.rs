//! Connecting, checking and disconnecting a client's platforms.

use aos_features::{
    channels::{self, ChannelState, Connect, Parting, queries},
    people::Permission,
};
use aos_kernel::{ChannelId, ErrorKind, Secret, TenantId, TenantScope};
use aos_storage::Conn;
use axum::{
    Form,
    extract::Query,
    response::{IntoResponse, Redirect},
};
use serde::Deserialize;

use super::{
    parts::{channel_view, ways},
    views::{ChannelsPage, ChannelsPart, ConnectForm},
};
use crate::{
    client::{Face, Side, views::ClientChannelsPage},
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::ClientTab,
    onboarding,
    session::{Answer, At, Viewer},
    show::Dial,
    workspace::Workspace,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    connect: String,
    channel: String,
}

/// The channels as both faces show them.
async fn part(
    viewer: &Viewer,
    (conn, scope, dial): (&mut Conn, TenantScope, Dial),
    base: String,
    form: ConnectForm,
    errors: FieldErrors,
    connecting: bool,
) -> aos_kernel::Result<ChannelsPart> {
    let can_edit = viewer.can(scope.tenant(), Permission::ConnectChannels);
    let found = channels::queries::connections(conn, scope).await?;
    let known = found.iter().map(|connection| &connection.channel).find(|one| one.id.to_string() == form.channel);
    let form = match known {
        Some(known) if form.site.is_empty() => ConnectForm {
            site: known.base_url.clone(),
            user: known.login.clone().unwrap_or_default(),
            channel: form.channel,
        },
        _ => form,
    };
    let mut ways = if can_edit { ways(viewer, conn).await? } else { Vec::new() };
    for way in &mut ways {
        let connected = |one: &&queries::Connection| {
            one.channel.platform == way.id && one.channel.state != ChannelState::Disconnected
        };
        way.connected = found.iter().filter(connected).count();
    }
    Ok(ChannelsPart {
        base,
        tenant: scope.tenant().to_string(),
        can_edit,
        channels: found.iter().map(|connection| channel_view(connection, dial, viewer)).collect(),
        ways,
        connecting: connecting && can_edit,
        form,
        errors,
    })
}

/// The page on a face; `again`: what was sent did not do.
async fn show(
    viewer: Viewer,
    side: Side,
    id: TenantId,
    form: ConnectForm,
    errors: FieldErrors,
    connecting: bool,
) -> Answer {
    let again = !errors.is_empty();
    match side {
        Side::Portal => {
            let mut open = Workspace::open(&viewer, id, ClientTab::Channels, Permission::ConnectChannels).await?;
            let rows = (&mut open.conn, open.scope, open.dial);
            let part = part(&viewer, rows, side.base(id), form, errors, connecting).await?;
            let view = ChannelsPage { shell: open.shell, client: open.head, part };
            if again { viewer.form_again(&view) } else { viewer.page(&view) }
        }
        Side::Client => {
            let mut open = Face::open(&viewer, id, "channels", "Channels").await?;
            let rows = (&mut open.conn, open.scope, open.dial);
            let part = part(&viewer, rows, side.base(id), form, errors, connecting).await?;
            let view = ClientChannelsPage { shell: open.shell, part };
            if again { viewer.form_again(&view) } else { viewer.page(&view) }
        }
    }
}

/// `GET {base}/channels`.
pub(super) async fn page(viewer: Viewer, side: Side, At(id): At<TenantId>, Query(asked): Query<Asked>) -> Answer {
    // Notices and older links name the platform; one that is connected by consent has its button on its own page.
    let by_consent =
        viewer.state.product.connections.platforms().get(&asked.connect).is_some_and(|one| one.authorize().is_some());
    if let Some(channel) = asked.channel.parse::<ChannelId>().ok().filter(|_| by_consent) {
        return Ok(Redirect::to(&format!("{}/{channel}", side.channels(id))).into_response());
    }
    let form = ConnectForm { channel: asked.channel, ..ConnectForm::default() };
    show(viewer, side, id, form, FieldErrors::default(), !asked.connect.is_empty() && !by_consent).await
}

/// `POST {base}/channels`: checked on the site before anything is kept.
pub(super) async fn connect(viewer: Viewer, side: Side, At(id): At<TenantId>, Form(fields): Form<Fields>) -> Answer {
    let scope = viewer.scope(id, Permission::ConnectChannels)?;
    let wizard = fields.text("next") == "onboarding";
    let form = ConnectForm {
        site: fields.text("site").to_owned(),
        user: fields.text("user").to_owned(),
        channel: fields.text("channel").to_owned(),
    };
    let input = Connect {
        platform: "wordpress".to_owned(),
        site: form.site.clone(),
        login: form.user.clone(),
        password: Secret::new(fields.raw("password")),
    };
    let product = &viewer.state.product;
    match product.connections.connect(&product.db, viewer.principal.actor().clone(), scope, input).await {
        Ok(_) => {
            let to = if wizard { side.onboarding_step(id, "channels") } else { side.channels(id) };
            Ok(viewer.done(Flash::good("Connected and checked."), &to))
        }
        Err(error) if error.kind() == ErrorKind::Internal || error.kind() == ErrorKind::Storage => Err(error.into()),
        Err(error) => {
            // What the site said belongs beside the form: its words, and what can be done.
            let mut errors = FieldErrors::default();
            let words = match error.help() {
                Some(help) => format!("{} {help}", error.message()),
                None => error.message().to_owned(),
            };
            let field = match error.field() {
                Some("login") => "user",
                Some(field @ ("site" | "password")) => field,
                _ => "",
            };
            errors.add(field, words);
            if wizard {
                return onboarding::connect_failed(viewer, side, id, form, errors).await;
            }
            show(viewer, side, id, form, errors, true).await
        }
    }
}

/// `POST …/channels/{id}/check`.
pub(super) async fn check(viewer: Viewer, side: Side, At((id, channel)): At<(TenantId, ChannelId)>) -> Answer {
    let scope = viewer.scope(id, Permission::ConnectChannels)?;
    let product = &viewer.state.product;
    let checked = product.connections.check(&product.db, viewer.principal.actor().clone(), scope, channel).await;
    let flash = match checked {
        Ok(channel) if channel.state == ChannelState::Connected => Flash::good("It answers, and its access works."),
        Ok(_) => Flash::warning("It answered, but is not connected."),
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(error.into()),
        Err(error) => Flash::bad(error.message()),
    };
    Ok(viewer.done(flash, &side.channels(id)))
}

/// `POST …/channels/{id}/disconnect`.
pub(super) async fn disconnect(viewer: Viewer, side: Side, At((id, channel)): At<(TenantId, ChannelId)>) -> Answer {
    let scope = viewer.scope(id, Permission::ConnectChannels)?;
    let mut tx = viewer.begin().await?;
    let parting = viewer.state.product.connections.disconnect(&mut tx, scope, channel).await?;
    tx.commit().await?;
    let flash = match parting {
        Parting::Forgotten => Flash::good("Disconnected; its password or access is deleted here."),
        Parting::Revoking => Flash::good("Disconnected; its access is being given back to the platform."),
        Parting::Kept(words) => Flash::warning(format!("Disconnected. {words}")),
    };
    Ok(viewer.done(flash, &side.channels(id)))
}
