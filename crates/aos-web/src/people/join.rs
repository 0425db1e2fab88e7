//! Joining by an invitation.

use std::collections::HashMap;

use aos_features::{
    people::{self, invitations, invitations::Invited},
    read_models::clients,
};
use aos_kernel::{Actor, AgencyScope, Error, Result, Secret, TenantId};
use axum::{Form, response::IntoResponse};

use super::{
    enter::{agency_name, door, entered, provider_button, with_next},
    roles::{hint, words_of},
    views::JoinPage,
};
use crate::{
    app,
    flash::Flash,
    forms::{FieldErrors, Fields},
    paths,
    session::{Answer, At, Guest},
};

async fn closed(guest: Guest, error: Error) -> Answer {
    door(guest, "Join", error, vec![("Sign in", paths::SIGN_IN.to_owned())]).await
}

async fn view(guest: &Guest, token: &str, invited: Invited, name: String, errors: FieldErrors) -> Result<JoinPage> {
    let Invited { invitation, account } = invited;
    let tenants: Vec<TenantId> = invitation.grants.iter().filter_map(|grant| grant.tenant).collect();
    let mut conn = guest.state.product.db.read().await?;
    // Whoever holds the link is told the clients that it names, and no others.
    let most = i64::try_from(tenants.len()).unwrap_or(1).max(1);
    let names: HashMap<TenantId, String> =
        clients::names(&mut conn, &AgencyScope::only(tenants), most).await?.into_iter().collect();
    drop(conn);
    let signed_in = guest.signed_in().await?;
    let is_you = signed_in.as_ref().is_some_and(|own| account.as_ref().is_some_and(|a| a.id == own.principal.user()));
    let href = paths::join(token);
    let mut shell = guest.branded("").await?;
    shell.title = format!("Join {}", shell.agency);
    Ok(JoinPage {
        roles: invitation
            .grants
            .iter()
            .map(|grant| (words_of(grant.role, grant.tenant, &names), hint(grant.role).to_owned()))
            .collect(),
        provider: provider_button(guest, if account.is_some() { &href } else { "/" }).await?,
        shell,
        errors,
        inviter: invitation.inviter,
        email: invitation.email,
        name,
        has_account: account.is_some(),
        is_you,
        somebody_else: signed_in.filter(|_| !is_you).map(|own| own.principal.email().to_owned()),
        password_length: people::SHORTEST_PASSWORD,
        href,
    })
}

/// `GET /join/{token}`.
pub(super) async fn page(guest: Guest, At(token): At<String>) -> Answer {
    let mut conn = guest.state.product.db.read().await?;
    let invited = match invitations::look(&mut conn, &Secret::new(token.as_str()), guest.now).await {
        Ok(invited) => invited,
        Err(error) => return closed(guest, error).await,
    };
    drop(conn);
    let view = view(&guest, &token, invited, String::new(), FieldErrors::default()).await?;
    let page = app::page(&view)?;
    Ok((guest.jar, page).into_response())
}

/// `POST /join/{token}`: makes the account, or adds to the one of whoever is signed in.
pub(super) async fn join(guest: Guest, At(token): At<String>, Form(fields): Form<Fields>) -> Answer {
    let secret = Secret::new(token.as_str());
    let agency = agency_name(&guest).await?;
    let mut conn = guest.state.product.db.read().await?;
    let invited = match invitations::look(&mut conn, &secret, guest.now).await {
        Ok(invited) => invited,
        Err(error) => return closed(guest, error).await,
    };
    drop(conn);
    if invited.account.is_some() {
        return match guest.signed_in().await? {
            Some(own) => {
                let mut tx = guest.state.product.db.begin(Actor::user(own.principal.user())).await?;
                if let Err(error) = invitations::accept(&mut tx, &own.principal, &secret).await {
                    return match FieldErrors::of(&error) {
                        Some(errors) => app::form_again(&view(&guest, &token, invited, String::new(), errors).await?),
                        None => closed(guest, error).await,
                    };
                }
                tx.commit().await?;
                let words = Flash::good("Accepted. What you may do now is yours.");
                Ok(words.redirect(&guest.state.signer, "/"))
            }
            None => {
                let to = with_next(paths::SIGN_IN, &paths::join(&token));
                Ok(axum::response::Redirect::to(&to).into_response())
            }
        };
    }
    let name = fields.text("name").to_owned();
    let password = Secret::new(fields.raw("password"));
    match invitations::join(&guest.state.product.db, &secret, &name, &password, &guest.browser()).await {
        Ok(entry) => Ok(entered(guest, entry, "/", Some(Flash::good(format!("Welcome to {agency}."))))),
        Err(error) if error.field().is_some() => {
            let errors = FieldErrors::of(&error).unwrap_or_default();
            app::form_again(&view(&guest, &token, invited, name, errors).await?)
        }
        Err(error) => closed(guest, error).await,
    }
}
