//! Who calls: Basic authentication with a login name or e-mail and an application password (contract 1.2).

use aos_kernel::Timestamp;
use axum::http::{HeaderMap, StatusCode, header};
use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    rest::RestError,
    state::{State, User},
};

/// Account and uuid of the password in use; none for a guest.
pub(super) type Caller = Option<(User, String)>;

/// Reads the caller. Wrong credentials make a guest, unless the site names them.
pub(super) fn caller(state: &mut State, headers: &HeaderMap, now: Timestamp) -> Result<Caller, RestError> {
    if state.settings.authorization_dropped || !state.settings.application_passwords {
        return Ok(None);
    }
    let Some((login, password)) = basic(headers) else { return Ok(None) };
    let named = state.settings.names_wrong_credentials;
    let refused = |code, message: &str| {
        if named { Err(RestError::new(StatusCode::UNAUTHORIZED, code, message)) } else { Ok(None) }
    };
    let Some(user) = state.users.iter_mut().find(|u| u.login == login || u.email.eq_ignore_ascii_case(&login)) else {
        return refused("invalid_username", "Unknown username. Check again or try your email address.");
    };
    let bare: String = password.chars().filter(char::is_ascii_alphanumeric).collect();
    let Some(known) = user.passwords.iter_mut().find(|known| known.secret == bare) else {
        return refused("incorrect_password", "The provided password is an invalid application password.");
    };
    known.last_used = Some(now);
    let uuid = known.uuid.clone();
    Ok(Some((user.clone(), uuid)))
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (login, password) = decoded.split_once(':')?;
    Some((login.to_owned(), password.to_owned()))
}
