//! Connecting, checking and disconnecting a client's platforms.

use aos_capabilities::Capability;
use aos_features::{
    channels::{self, Channel, ChannelState, Connect},
    people::Permission,
};
use aos_kernel::{ChannelId, ErrorKind, Secret, TenantId, TenantScope};
use aos_storage::Conn;
use axum::{Form, extract::Query};
use serde::Deserialize;

use super::views::{ChannelView, ChannelsPage, ChannelsPart, ConnectForm};
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

/// A channel without its secret.
pub(crate) fn channel_view(channel: &Channel, dial: Dial, viewer: &Viewer) -> ChannelView {
    let platform = viewer.state.product.connections.platforms().get(&channel.platform);
    let abilities = platform.map(|platform| platform.descriptor().capabilities).unwrap_or_default();
    let problem = channel.problem.clone().or_else(|| match channel.warnings.as_slice() {
        [] => None,
        warnings => Some(warnings.join(" ")),
    });
    ChannelView {
        id: channel.id.to_string(),
        platform: channel.platform.clone(),
        name: channel.label.clone(),
        address: channel.url.clone(),
        account: channel.login.clone().unwrap_or_default(),
        state: channel.state.as_str().to_owned(),
        checked: Some(dial.moment(channel.checked_at)),
        problem,
        abilities: abilities.iter().copied().filter_map(ability).map(str::to_owned).collect(),
        version: None,
    }
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
    let found = channels::queries::channels(conn, scope).await?;
    let form = match found.iter().find(|channel| channel.id.to_string() == form.channel) {
        Some(known) if form.site.is_empty() => ConnectForm {
            site: known.base_url.clone(),
            user: known.login.clone().unwrap_or_default(),
            channel: form.channel,
        },
        _ => form,
    };
    Ok(ChannelsPart {
        base,
        tenant: scope.tenant().to_string(),
        can_edit,
        channels: found.iter().map(|channel| channel_view(channel, dial, viewer)).collect(),
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
    let form = ConnectForm { channel: asked.channel, ..ConnectForm::default() };
    show(viewer, side, id, form, FieldErrors::default(), !asked.connect.is_empty()).await
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
        Ok(channel) if channel.state == ChannelState::Connected => Flash::good("It answers, and the password works."),
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
    viewer.state.product.connections.disconnect(&mut tx, scope, channel).await?;
    tx.commit().await?;
    let flash = Flash::good("Disconnected; its password is deleted here.");
    Ok(viewer.done(flash, &side.channels(id)))
}
