//! Accounts, and the application passwords of the caller (contract 1.2).

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::{
    rest::{Answer, Call, Outcome, RestError, wp_date},
    state::{AppPassword, Role, State, User},
};

fn caller(call: &Call) -> Result<&User, RestError> {
    call.user.as_ref().ok_or_else(|| {
        RestError::new(StatusCode::UNAUTHORIZED, "rest_not_logged_in", "You are not currently logged in.")
    })
}

fn shape(state: &State, user: &User, editing: bool) -> Value {
    let mut shown = json!({
        "id": user.id, "name": user.name, "url": "", "description": "",
        "link": format!("{}/author/{}/", state.origin, user.login), "slug": user.login,
        "avatar_urls": {}, "meta": [],
    });
    if editing && let Value::Object(fields) = &mut shown {
        let capabilities: Map<String, Value> =
            user.role.capabilities().iter().map(|c| ((*c).to_owned(), Value::Bool(true))).collect();
        fields.insert("username".into(), user.login.clone().into());
        fields.insert("email".into(), user.email.clone().into());
        fields.insert("roles".into(), json!([user.role]));
        fields.insert("capabilities".into(), Value::Object(capabilities));
        fields.insert("locale".into(), "en_US".into());
    }
    shown
}

/// `GET /users/me`: roles and capabilities only with `context=edit`.
pub(super) fn me(state: &State, call: &Call) -> Outcome {
    Ok(Answer::ok(shape(state, caller(call)?, call.editing())))
}

/// `GET /users`: guests see who has published; writers see authors; a filter by capability needs `list_users`.
pub(super) fn list(state: &State, call: &Call) -> Outcome {
    let refused = |message: &str| Err(call.denied("rest_user_cannot_view", message));
    if (call.params.get("capabilities").is_some() || call.params.get("roles").is_some()) && !call.can("list_users") {
        return refused("Sorry, you are not allowed to filter users by capability.");
    }
    if call.editing() && !call.can("list_users") {
        return Err(call.denied("rest_forbidden_context", "Sorry, you are not allowed to list users."));
    }
    let by_who = call.params.text("who").as_deref() == Some("authors");
    if by_who && !call.can("edit_posts") {
        return refused("Sorry, you are not allowed to query users by this parameter.");
    }
    let everyone = by_who || call.can("list_users");
    let shown: Vec<Value> = state
        .users
        .iter()
        .filter(|user| everyone || state.posts.values().any(|p| p.author == user.id && p.is_public()))
        .map(|user| shape(state, user, call.editing()))
        .collect();
    let total = shown.len();
    Ok(Answer::page(shown, total, 1, 100, |_| String::new()))
}

/// `GET /settings`: administrators only.
pub(super) fn settings(state: &State, call: &Call) -> Outcome {
    if call.user.as_ref().is_none_or(|user| user.role != Role::Administrator) {
        return Err(call.denied("rest_forbidden", "Sorry, you are not allowed to do that."));
    }
    Ok(Answer::ok(json!({
        "title": state.settings.name, "description": state.settings.tagline, "url": state.origin,
        "email": "administrator@sandbox.test", "timezone": "", "date_format": "F j, Y", "time_format": "g:i a",
        "start_of_week": 1, "language": "", "default_category": 1, "posts_per_page": 10,
    })))
}

fn password_shape(password: &AppPassword) -> Value {
    json!({
        "uuid": password.uuid, "app_id": password.app_id, "name": password.name,
        "created": wp_date(password.created), "last_used": password.last_used.map(wp_date),
        "last_ip": password.last_used.map(|_| "127.0.0.1"),
    })
}

pub(super) fn passwords(state: &State, call: &Call) -> Outcome {
    let id = caller(call)?.id;
    let known = state.user(id).map(|user| user.passwords.iter().map(password_shape).collect()).unwrap_or_default();
    Ok(Answer::ok(Value::Array(known)))
}

/// Says which password the caller uses.
pub(super) fn introspect(state: &State, call: &Call) -> Outcome {
    let id = caller(call)?.id;
    let used = call.password.as_deref();
    state
        .user(id)
        .and_then(|user| user.passwords.iter().find(|p| Some(p.uuid.as_str()) == used))
        .map(|password| Answer::ok(password_shape(password)))
        .ok_or_else(|| RestError::gone("rest_application_password_not_found", "Application password not found."))
}

/// Makes a password; this answer is the only one that ever shows it.
pub(super) fn new_password(state: &mut State, call: &Call) -> Outcome {
    let id = caller(call)?.id;
    let name = call.params.text("name").unwrap_or_default();
    if name.trim().is_empty() {
        return Err(
            RestError::bad("rest_missing_callback_param", "Missing parameter(s): name").with("params", json!(["name"]))
        );
    }
    let app_id = call.params.text("app_id").unwrap_or_default();
    let password = AppPassword::generate(&name, &app_id, call.now);
    let mut shown = password_shape(&password);
    shown["password"] = password.secret.clone().into();
    if let Some(user) = state.users.iter_mut().find(|user| user.id == id) {
        user.passwords.push(password);
    }
    Ok(Answer::created(state.rest_url(&format!("/wp/v2/users/{id}/application-passwords")), shown))
}

pub(super) fn delete_password(state: &mut State, call: &Call, uuid: &str) -> Outcome {
    let id = caller(call)?.id;
    let Some(user) = state.users.iter_mut().find(|user| user.id == id) else {
        return Err(RestError::gone("rest_user_invalid_id", "Invalid user ID."));
    };
    let Some(at) = user.passwords.iter().position(|password| password.uuid == uuid) else {
        return Err(RestError::gone("rest_application_password_not_found", "Application password not found."));
    };
    let previous = user.passwords.remove(at);
    Ok(Answer::ok(json!({"deleted": true, "previous": password_shape(&previous)})))
}
