//! One's own account: name, address, password, second factor, sessions.

use aos_features::people::{
    self, Permission, Session, emails, providers, queries, sessions, settings, two_factor, two_factor::TwoFactor,
};
use aos_kernel::{Result, Secret, SessionId};
use axum::{Form, response::IntoResponse};

use super::{
    enter::door,
    roles::{tags, zone},
    views::{AccountPage, ConfirmEmailPage, SessionRow},
};
use crate::{
    app,
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::Place,
    paths,
    session::{Answer, At, Guest, Viewer},
    show::Dial,
};

/// What could not be taken, and as it was typed.
#[derive(Default)]
pub(super) struct Typed {
    pub name: Option<String>,
    pub email: String,
    pub errors: FieldErrors,
}

pub(super) async fn view(viewer: &Viewer, typed: Typed) -> Result<AccountPage> {
    let mut conn = viewer.read().await?;
    let (principal, user) = (&viewer.principal, viewer.principal.user());
    let dial = Dial { zone: zone(&mut conn).await?, now: viewer.now };
    let open = sessions::list(&mut conn, principal, viewer.now).await?;
    let state = two_factor::state(&mut conn, user).await?;
    let linked = providers::is_linked(&mut conn, user).await?;
    let provider = providers::provider(&mut conn).await?.map(|provider| provider.name);
    // Somebody without any client still has an account.
    let clients = match viewer.agency(Permission::SeeClient) {
        Ok(scope) => super::users::client_names(&mut conn, &scope).await?,
        Err(_) => Default::default(),
    };
    let memberships = queries::summary(&mut conn, user).await?.memberships;
    let sends_mail = crate::notices::sends_mail(&mut conn, &viewer.state).await?;
    Ok(AccountPage {
        sends_mail,
        name: typed.name.unwrap_or_else(|| principal.name().to_owned()),
        email: principal.email().to_owned(),
        new_email: typed.email,
        waiting_email: emails::waiting(&mut conn, principal, viewer.now).await?,
        errors: typed.errors,
        has_password: queries::has_password(&mut conn, user).await?,
        linked: linked.then(|| provider.unwrap_or_else(|| "a provider".to_owned())),
        two_factor: matches!(state, TwoFactor::On { .. }),
        two_factor_required: principal.is_staff() && settings::security(&mut conn).await?.two_factor_required,
        recovery_codes: match state {
            TwoFactor::On { recovery_codes, .. } => recovery_codes,
            _ => 0,
        },
        roles: tags(&memberships, &clients).into_iter().map(|tag| tag.words).collect(),
        sessions: open.into_iter().map(|session| row(session, dial, viewer.session)).collect(),
        password_length: people::SHORTEST_PASSWORD,
        shell: viewer.shell(&mut conn, "Your account", Place::Account).await?,
    })
}

/// A session in words.
pub(super) fn row(session: Session, dial: Dial, this: Option<SessionId>) -> SessionRow {
    SessionRow {
        is_this: this == Some(session.id),
        id: session.id.to_string(),
        device: device(session.user_agent.as_deref()),
        place: session.last_address.or(session.address),
        since: dial.moment(session.created_at),
        last_used: dial.moment(session.last_seen_at),
    }
}

/// "Firefox on Linux", as far as the browser's own words tell. They can say anything, so only known words are shown.
fn device(user_agent: Option<&str>) -> String {
    let text = user_agent.unwrap_or_default();
    let first = |known: &[(&'static str, &'static str)]| {
        known.iter().find(|(mark, _)| text.contains(mark)).map(|(_, name)| *name)
    };
    // Most browsers also name those that they want to be taken for, so the special ones come first.
    let browser = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Unknown device".to_owned(),
    }
}

/// `GET /account`.
pub(super) async fn page(viewer: Viewer) -> Answer {
    let view = view(&viewer, Typed::default()).await?;
    viewer.page(&view)
}

async fn again(viewer: Viewer, error: aos_kernel::Error, typed: Typed) -> Answer {
    let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
    let view = view(&viewer, Typed { errors, ..typed }).await?;
    viewer.form_again(&view)
}

/// `POST /account/name`.
pub(super) async fn rename(viewer: Viewer, Form(fields): Form<Fields>) -> Answer {
    let name = fields.text("name").to_owned();
    let mut tx = viewer.begin().await?;
    match people::commands::rename_user(&mut tx, viewer.principal.user(), &name).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(viewer.done(Flash::good("Your name is changed."), paths::ACCOUNT))
        }
        Err(error) => again(viewer, error, Typed { name: Some(name), ..Typed::default() }).await,
    }
}

/// `POST /account/email`: the address counts once the link that is mailed there was followed.
pub(super) async fn change_email(viewer: Viewer, Form(fields): Form<Fields>) -> Answer {
    let (email, current) = (fields.text("email").to_owned(), Secret::new(fields.raw("current")));
    match emails::request(&viewer.state.product.db, &viewer.principal, &current, &email).await {
        Ok(()) => {
            let words = format!("Open the link in the mail to {email}. Until then you sign in with the old address.");
            Ok(viewer.done(Flash::good(words), paths::ACCOUNT))
        }
        Err(error) => again(viewer, error, Typed { email, ..Typed::default() }).await,
    }
}

fn elsewhere() -> Vec<(&'static str, String)> {
    vec![("To your account", paths::ACCOUNT.to_owned())]
}

async fn confirm_view(guest: &Guest, token: &str, errors: FieldErrors) -> Result<ConfirmEmailPage> {
    let mut conn = guest.state.product.db.read().await?;
    let (user, email) = emails::look(&mut conn, &Secret::new(token), guest.now).await?;
    drop(conn);
    Ok(ConfirmEmailPage {
        shell: guest.branded("Confirm your address").await?,
        errors,
        href: paths::confirm_email(token),
        name: user.name,
        before: user.email,
        email,
    })
}

/// `GET /account/email/{token}`: shows only; a look of a mail program changes nothing.
pub(super) async fn confirm_page(guest: Guest, At(token): At<String>) -> Answer {
    match confirm_view(&guest, &token, FieldErrors::default()).await {
        Ok(view) => {
            let page = app::page(&view)?;
            Ok((guest.jar, page).into_response())
        }
        Err(error) => door(guest, "Confirm your address", error, elsewhere()).await,
    }
}

/// `POST /account/email/{token}`.
pub(super) async fn confirm(guest: Guest, At(token): At<String>) -> Answer {
    match emails::confirm(&guest.state.product.db, &Secret::new(token.as_str())).await {
        Ok(()) => {
            let words = Flash::good("Your address is confirmed. You sign in with it from now on.");
            Ok(words.redirect(&guest.state.signer, paths::ACCOUNT))
        }
        Err(error) if error.code() == "email_taken" => {
            let errors = FieldErrors::of(&error).unwrap_or_default();
            app::form_again(&confirm_view(&guest, &token, errors).await?)
        }
        Err(error) => door(guest, "Confirm your address", error, elsewhere()).await,
    }
}

/// `POST /account/sessions/{session}/end`. One that ended meanwhile is what was wanted.
pub(super) async fn end(viewer: Viewer, At(session): At<SessionId>) -> Answer {
    let mut tx = viewer.begin().await?;
    sessions::end(&mut tx, &viewer.principal, session).await?;
    tx.commit().await?;
    Ok(viewer.done(Flash::good("That device is signed out."), paths::ACCOUNT))
}

/// `POST /account/sessions/end`.
pub(super) async fn end_others(viewer: Viewer) -> Answer {
    let mut tx = viewer.begin().await?;
    let ended = sessions::end_others(&mut tx, &viewer.principal, viewer.session).await?;
    tx.commit().await?;
    let words = match ended {
        0 => "You were signed in nowhere else.".to_owned(),
        1 => "One other session is ended.".to_owned(),
        n => format!("{n} other sessions are ended."),
    };
    Ok(viewer.done(Flash::good(words), paths::ACCOUNT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_named_by_known_words_only() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
        let edge =
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36 Edg/142.0";
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile/15E148 Safari/604.1";
        assert_eq!(device(Some(chrome)), "Chrome on Linux");
        assert_eq!(device(Some(edge)), "Edge on Windows");
        assert_eq!(device(Some(phone)), "Safari on iPhone");
        assert_eq!(device(Some("<script>")), "Unknown device");
        assert_eq!(device(None), "Unknown device");
    }
}
