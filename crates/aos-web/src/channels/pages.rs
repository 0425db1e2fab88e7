//! Connecting, checking and disconnecting a client's platforms.

use aos_capabilities::Capability;
use aos_features::{
    channels::{self, Channel, ChannelState, Connect},
    people::Permission,
};
use aos_kernel::{ChannelId, ErrorKind, Secret, TenantId};
use axum::{Form, extract::Query};
use serde::Deserialize;

use super::views::{ChannelView, ChannelsPage, ConnectForm};
use crate::{
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::ClientTab,
    onboarding, paths,
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
        Capability::Connect => None,
    }
}

async fn view(
    viewer: &Viewer,
    id: TenantId,
    form: ConnectForm,
    errors: FieldErrors,
    connecting: bool,
) -> aos_kernel::Result<ChannelsPage> {
    let mut open = Workspace::open(viewer, id, ClientTab::Channels, Permission::ConnectChannels).await?;
    let found = channels::queries::channels(&mut open.conn, open.scope).await?;
    let form = match found.iter().find(|channel| channel.id.to_string() == form.channel) {
        Some(known) if form.site.is_empty() => ConnectForm {
            site: known.base_url.clone(),
            user: known.login.clone().unwrap_or_default(),
            channel: form.channel,
        },
        _ => form,
    };
    Ok(ChannelsPage {
        shell: open.shell,
        channels: found.iter().map(|channel| channel_view(channel, open.dial, viewer)).collect(),
        connecting: connecting && open.head.can_edit,
        client: open.head,
        form,
        errors,
    })
}

/// `GET /portal/clients/{id}/channels`.
pub(super) async fn page(viewer: Viewer, At(id): At<TenantId>, Query(asked): Query<Asked>) -> Answer {
    let form = ConnectForm { channel: asked.channel, ..ConnectForm::default() };
    let view = view(&viewer, id, form, FieldErrors::default(), !asked.connect.is_empty()).await?;
    viewer.page(&view)
}

/// `POST /portal/clients/{id}/channels`: checked on the site before anything is kept.
pub(super) async fn connect(viewer: Viewer, At(id): At<TenantId>, Form(fields): Form<Fields>) -> Answer {
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
            let to =
                if wizard { paths::onboarding_step(id, "voice") } else { paths::client_tab(id, ClientTab::Channels) };
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
                return onboarding::connect_failed(viewer, id, form, errors).await;
            }
            let view = view(&viewer, id, form, errors, true).await?;
            viewer.form_again(&view)
        }
    }
}

/// `POST …/channels/{id}/check`.
pub(super) async fn check(viewer: Viewer, At((id, channel)): At<(TenantId, ChannelId)>) -> Answer {
    let scope = viewer.scope(id, Permission::ConnectChannels)?;
    let product = &viewer.state.product;
    let checked = product.connections.check(&product.db, viewer.principal.actor().clone(), scope, channel).await;
    let flash = match checked {
        Ok(channel) if channel.state == ChannelState::Connected => Flash::good("It answers, and the password works."),
        Ok(_) => Flash::warning("It answered, but is not connected."),
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(error.into()),
        Err(error) => Flash::bad(error.message()),
    };
    Ok(viewer.done(flash, &paths::client_tab(id, ClientTab::Channels)))
}

/// `POST …/channels/{id}/disconnect`.
pub(super) async fn disconnect(viewer: Viewer, At((id, channel)): At<(TenantId, ChannelId)>) -> Answer {
    let scope = viewer.scope(id, Permission::ConnectChannels)?;
    let mut tx = viewer.begin().await?;
    viewer.state.product.connections.disconnect(&mut tx, scope, channel).await?;
    tx.commit().await?;
    let flash = Flash::good("Disconnected; its password is deleted here.");
    Ok(viewer.done(flash, &paths::client_tab(id, ClientTab::Channels)))
}
