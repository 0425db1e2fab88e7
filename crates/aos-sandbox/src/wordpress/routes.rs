//! From a request to a route of the REST server and back.

use aos_kernel::Timestamp;
use axum::{
    body::Body,
    http::{Method, Response, StatusCode, header, request::Parts},
};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{
    auth, discovery,
    media::{self, Form},
    post_write, posts,
    rest::{Answer, Call, Outcome, Params, RestError, respond},
    state::{PostKind, State},
    terms::{self, Taxonomy},
    users,
};

/// The most requests that a batch may carry.
const BATCH: usize = 25;

/// A request whose body has been read.
pub(super) struct Arrived {
    pub(super) parts: Parts,
    pub(super) body: Bytes,
    pub(super) form: Option<Form>,
    pub(super) now: Timestamp,
}

pub(super) fn serve(state: &mut State, arrived: Arrived, route: String) -> Response<Body> {
    let mut params = Params::default();
    let outcome = read_call(state, arrived, route, &mut params).and_then(|call| dispatch(state, &call));
    respond(outcome, &params)
}

fn read_call(state: &mut State, arrived: Arrived, route: String, params: &mut Params) -> Result<Call, RestError> {
    let Arrived { parts, body, form, now } = arrived;
    let query = parts.uri.query().unwrap_or("").as_bytes();
    // The query is known before the body is looked at, so that `_envelope` also wraps a complaint about the body.
    params.add_pairs(query);
    params.0.remove("rest_route");
    let mut read = Params::default();
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    if content_type.starts_with("application/json") && !body.is_empty() {
        match serde_json::from_slice(&body) {
            Ok(Value::Object(fields)) => read.0 = fields,
            Ok(_) => {}
            Err(error) => {
                return Err(RestError::bad("rest_invalid_json", "Invalid JSON body passed.")
                    .with("json_error_code", 4)
                    .with("json_error_message", error.to_string()));
            }
        }
    } else if content_type.starts_with("application/x-www-form-urlencoded") {
        read.add_pairs(&body);
    }
    for (name, value) in form.iter().flat_map(|form| &form.fields) {
        read.0.insert(name.clone(), Value::String(value.clone()));
    }
    read.add_pairs(query);
    read.0.remove("rest_route");
    *params = read.clone();

    let caller = auth::caller(state, &parts.headers, now)?;
    if caller.is_none() && !state.settings.rest_for_guests {
        return Err(RestError::new(
            StatusCode::UNAUTHORIZED,
            "rest_login_required",
            "REST API restricted to authenticated users.",
        ));
    }
    let (user, password) = caller.unzip();
    let method = overridden(&parts, &read);
    Ok(Call { method, route, params: read, headers: parts.headers, body, form, user, password, now })
}

/// Proxies that block verbs are passed by a POST that names the verb it means.
fn overridden(parts: &Parts, params: &Params) -> Method {
    let header = parts.headers.get("x-http-method-override").and_then(|v| v.to_str().ok()).map(str::to_owned);
    let wanted = params.text("_method").or(header).and_then(|m| m.to_ascii_uppercase().parse().ok());
    match wanted {
        Some(method) if parts.method == Method::POST => method,
        _ if parts.method == Method::HEAD => Method::GET,
        _ => parts.method.clone(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Get,
    /// On an item POST, PUT and PATCH mean the same.
    Write,
    Delete,
}

fn dispatch(state: &mut State, call: &Call) -> Outcome {
    let segments: Vec<&str> = call.route.split('/').filter(|s| !s.is_empty()).collect();
    let verb = match call.method {
        Method::GET => Verb::Get,
        Method::POST | Method::PUT | Method::PATCH => Verb::Write,
        Method::DELETE => Verb::Delete,
        Method::OPTIONS => return Ok(discovery::options(&segments)),
        _ => return Err(no_route()),
    };
    let creates = call.method == Method::POST;
    match (verb, &segments[..]) {
        (Verb::Get, []) => Ok(discovery::index(state)),
        (Verb::Get, ["wp", "v2"]) => Ok(discovery::namespace()),
        (Verb::Write, ["batch", "v1"]) if creates => batch(state, call),
        (verb, ["wp", "v2", base, rest @ ..]) => {
            if let Ok(kind) = base.parse::<PostKind>() {
                return of_posts(state, call, kind, verb, rest);
            }
            if let Some(taxonomy) = Taxonomy::of_base(base) {
                return of_terms(state, call, taxonomy, verb, rest);
            }
            match (verb, *base, rest) {
                (Verb::Get, "media", []) => media::list(state, call),
                (Verb::Write, "media", []) if creates => media::upload(state, call),
                (Verb::Get, "media", [id]) => media::get(state, call, number(id)?),
                (Verb::Write, "media", [id]) => media::update(state, call, number(id)?),
                (Verb::Delete, "media", [id]) => media::delete(state, call, number(id)?),
                (Verb::Write, "media", [id, "post-process"]) if creates => {
                    media::post_process(state, call, number(id)?)
                }
                (Verb::Get, "users", []) => users::list(state, call),
                (Verb::Get, "users", ["me"]) => users::me(state, call),
                (Verb::Get, "users", ["me", "application-passwords"]) => users::passwords(state, call),
                (Verb::Write, "users", ["me", "application-passwords"]) if creates => users::new_password(state, call),
                (Verb::Get, "users", ["me", "application-passwords", "introspect"]) => users::introspect(state, call),
                (Verb::Delete, "users", ["me", "application-passwords", uuid]) => {
                    users::delete_password(state, call, uuid)
                }
                (Verb::Get, "types", []) => discovery::types(state, call),
                (Verb::Get, "taxonomies", []) => discovery::taxonomies(state, call),
                (Verb::Get, "settings", []) => users::settings(state, call),
                _ => Err(no_route()),
            }
        }
        _ => Err(no_route()),
    }
}

fn of_posts(state: &mut State, call: &Call, kind: PostKind, verb: Verb, rest: &[&str]) -> Outcome {
    match (verb, rest) {
        (Verb::Get, []) => posts::list(state, call, kind),
        (Verb::Write, []) if call.method == Method::POST => post_write::create(state, call, kind),
        (Verb::Get, [id]) => posts::get(state, call, kind, number(id)?),
        (Verb::Write, [id]) => post_write::update(state, call, kind, number(id)?),
        (Verb::Delete, [id]) => post_write::delete(state, call, kind, number(id)?),
        _ => Err(no_route()),
    }
}

fn of_terms(state: &mut State, call: &Call, taxonomy: Taxonomy, verb: Verb, rest: &[&str]) -> Outcome {
    match (verb, rest) {
        (Verb::Get, []) => terms::list(state, call, taxonomy),
        (Verb::Write, []) if call.method == Method::POST => terms::create(state, call, taxonomy),
        (Verb::Get, [id]) => terms::get(state, taxonomy, number(id)?),
        (Verb::Write, [id]) => terms::update(state, call, taxonomy, number(id)?),
        (Verb::Delete, [id]) => terms::delete(state, call, taxonomy, number(id)?),
        _ => Err(no_route()),
    }
}

fn number(segment: &str) -> Result<u64, RestError> {
    segment.parse().map_err(|_| no_route())
}

fn no_route() -> RestError {
    RestError::gone("rest_no_route", "No route was found matching the URL and request method.")
}

/// Carries out requests one by one; each answer stands in the same place as its request.
fn batch(state: &mut State, call: &Call) -> Outcome {
    let Some(Value::Array(requests)) = call.params.get("requests") else {
        return Err(RestError::bad("rest_missing_callback_param", "Missing parameter(s): requests")
            .with("params", json!(["requests"])));
    };
    if requests.len() > BATCH {
        return Err(RestError::bad("rest_invalid_param", "Invalid parameter(s): requests")
            .with("params", json!({"requests": format!("requests must contain at most {BATCH} items.")})));
    }
    let mut responses = Vec::new();
    for request in requests {
        let outcome = batched(state, call, request);
        let (status, headers, body) = match outcome {
            Ok(answer) => {
                let headers: Map<String, Value> =
                    answer.headers.into_iter().map(|(name, value)| (name.to_string(), value.into())).collect();
                (answer.status, headers, answer.body)
            }
            Err(error) => (error.status, Map::new(), error.body()),
        };
        responses.push(json!({"body": body, "status": status.as_u16(), "headers": headers}));
    }
    Ok(Answer { status: StatusCode::MULTI_STATUS, headers: Vec::new(), body: json!({"responses": responses}) })
}

fn batched(state: &mut State, call: &Call, request: &Value) -> Outcome {
    let path = request["path"].as_str().unwrap_or("");
    let (route, query) = path.split_once('?').unwrap_or((path, ""));
    if !route.starts_with("/wp/v2/") {
        return Err(RestError::bad("rest_batch_not_allowed", "The requested route does not support batch requests."));
    }
    let mut params = Params::default();
    if let Value::Object(fields) = &request["body"] {
        params.0 = fields.clone();
    }
    params.add_pairs(query.as_bytes());
    let method = request["method"].as_str().unwrap_or("POST").parse().map_err(|_| no_route())?;
    let one = Call {
        method,
        route: route.to_owned(),
        params,
        headers: call.headers.clone(),
        body: Bytes::new(),
        form: None,
        user: call.user.clone(),
        password: call.password.clone(),
        now: call.now,
    };
    dispatch(state, &one)
}
