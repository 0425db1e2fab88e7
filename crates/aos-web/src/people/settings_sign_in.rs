//! Manage → Settings → Sign-in: the provider that people may sign in with.

use aos_features::{
    people::{
        Permission, Role,
        providers::{self, ProviderInput},
    },
    read_models::clients,
};
use aos_kernel::{Result, Secret};
use axum::Form;

use super::{
    provider::callback,
    roles::{choice, grant, zone},
    users::MOST_CLIENTS,
    views::{ProviderForm, ProviderView, SignInSettingsPage},
};
use crate::{
    flash::Flash,
    forms::{FieldErrors, Fields, list},
    layout::Place,
    paths,
    session::{Answer, Viewer},
    show::Dial,
    ui::{Choice, Choices},
};

async fn view(viewer: &Viewer, form: Option<ProviderForm>, errors: FieldErrors) -> Result<SignInSettingsPage> {
    let agency = viewer.agency(Permission::OperateSystem)?;
    let mut conn = viewer.read().await?;
    let kept = providers::provider(&mut conn).await?;
    let dial = Dial { zone: zone(&mut conn).await?, now: viewer.now };
    let provider = kept.as_ref().map(|provider| ProviderView {
        name: provider.name.clone(),
        state: if provider.enabled { "active" } else { "disabled" }.to_owned(),
        changed: dial.moment(provider.updated_at),
    });
    let form = form.unwrap_or_else(|| match kept {
        Some(provider) => ProviderForm {
            name: provider.name,
            issuer: provider.issuer,
            client_id: provider.client_id,
            domains: provider.domains.join("\n"),
            join: provider.join.map_or_else(String::new, |grant| grant.role.as_str().to_owned()),
            join_client: provider
                .join
                .and_then(|grant| grant.tenant)
                .map_or_else(String::new, |tenant| tenant.to_string()),
            enabled: provider.enabled,
        },
        None => ProviderForm { enabled: true, ..ProviderForm::default() },
    });
    let mut joins = vec![Choice::new("", "They are refused; invite them first")];
    let roles = Role::ALL.iter().copied().filter(|role| *role != Role::Administrator);
    joins.extend(roles.map(|role| Choice::new(role.as_str(), format!("They join as {}", lower(&choice(role).label)))));
    let listed = clients::names(&mut conn, &agency, MOST_CLIENTS).await?;
    let clients = listed.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect();
    Ok(SignInSettingsPage {
        shell: viewer.shell(&mut conn, "Sign-in provider", Place::Settings).await?.under("Settings", paths::SETTINGS),
        errors,
        provider,
        callback: callback(&viewer.state.settings)?.into(),
        joins: Choices::new(joins, form.join.clone()),
        clients: Choices::new(clients, form.join_client.clone()),
        form,
    })
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// `GET /manage/settings/sign-in`.
pub(super) async fn page(viewer: Viewer) -> Answer {
    let view = view(&viewer, None, FieldErrors::default()).await?;
    viewer.page(&view)
}

fn read(fields: &Fields) -> ProviderForm {
    let text = |name: &str| fields.text(name).to_owned();
    ProviderForm {
        name: text("name"),
        issuer: text("issuer"),
        client_id: text("client_id"),
        domains: text("domains"),
        join: text("join"),
        join_client: text("join_client"),
        enabled: fields.checked("enabled"),
    }
}

/// `POST /manage/settings/sign-in`.
pub(super) async fn save(viewer: Viewer, Form(fields): Form<Fields>) -> Answer {
    let form = read(&fields);
    match try_save(&viewer, &form, Secret::new(fields.raw("client_secret"))).await {
        Ok(()) => Ok(viewer.done(Flash::good("Saved. Check the connection next."), paths::SETTINGS_SIGN_IN)),
        Err(error) => {
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            let view = view(&viewer, Some(form), errors.renamed("role", "join_client")).await?;
            viewer.form_again(&view)
        }
    }
}

async fn try_save(viewer: &Viewer, form: &ProviderForm, secret: Secret) -> Result<()> {
    let agency = viewer.agency(Permission::OperateSystem)?;
    let join = if form.join.is_empty() { None } else { Some(grant(&form.join, &form.join_client)?) };
    let input = ProviderInput {
        name: form.name.clone(),
        issuer: form.issuer.clone(),
        client_id: form.client_id.clone(),
        client_secret: Some(secret).filter(|secret| !secret.is_empty()),
        domains: list(&form.domains),
        join,
        enabled: form.enabled,
    };
    let mut tx = viewer.begin().await?;
    providers::save(&mut tx, &viewer.state.product.credentials, &agency, input).await?;
    tx.commit().await
}

/// `POST /manage/settings/sign-in/remove`.
pub(super) async fn remove(viewer: Viewer) -> Answer {
    let agency = viewer.agency(Permission::OperateSystem)?;
    let mut tx = viewer.begin().await?;
    providers::remove(&mut tx, &viewer.state.product.credentials, &agency).await?;
    tx.commit().await?;
    Ok(viewer
        .done(Flash::good("The provider is removed. People sign in with their passwords."), paths::SETTINGS_SIGN_IN))
}

/// `POST /manage/settings/sign-in/check`: asks the provider, without a person.
pub(super) async fn check(viewer: Viewer) -> Answer {
    viewer.agency(Permission::OperateSystem)?;
    let product = &viewer.state.product;
    let callback = callback(&viewer.state.settings)?;
    let checked = providers::check(&product.db, &product.credentials, &*product.sign_in, callback).await;
    let words = match checked {
        Ok(()) => Flash::good("The provider answers. Sign in with it once to be sure of id and secret."),
        Err(error) => {
            let help = error.help().map_or_else(String::new, |help| format!(" {help}"));
            Flash::bad(format!("{}{help}", error.message()))
        }
    };
    Ok(viewer.done(words, paths::SETTINGS_SIGN_IN))
}
