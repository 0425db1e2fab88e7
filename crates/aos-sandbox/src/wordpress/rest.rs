//! The frame of WordPress's REST server: parameters from everywhere, answers, and errors in its shape.

use aos_kernel::Timestamp;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header},
    response::IntoResponse,
};
use bytes::Bytes;
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::{media::Form, state::User};

/// A call of a route.
pub(super) struct Call {
    pub(super) method: Method,
    /// Without the root: `/wp/v2/posts/7`.
    pub(super) route: String,
    pub(super) params: Params,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// The body, when it is a multipart form.
    pub(super) form: Option<Form>,
    pub(super) user: Option<User>,
    /// Uuid of the application password in use.
    pub(super) password: Option<String>,
    pub(super) now: Timestamp,
}

impl Call {
    pub(super) fn can(&self, capability: &str) -> bool {
        self.user.as_ref().is_some_and(|user| user.role.can(capability))
    }
    pub(super) fn user_id(&self) -> u64 {
        self.user.as_ref().map_or(0, |user| user.id)
    }
    pub(super) fn editing(&self) -> bool {
        self.params.text("context").as_deref() == Some("edit")
    }
    /// 401 for guests, 403 for accounts: what WordPress calls the authorization-required code.
    pub(super) fn denied(&self, code: &'static str, message: &str) -> RestError {
        let status = if self.user.is_some() { StatusCode::FORBIDDEN } else { StatusCode::UNAUTHORIZED };
        RestError::new(status, code, message)
    }
}

/// Parameters of a call, from JSON, form and query; JSON wins over form, form over query.
#[derive(Clone, Debug, Default)]
pub(super) struct Params(pub(super) Map<String, Value>);

impl Params {
    /// Adds pairs of a query or form; `status[]=a&status[]=b` becomes a list. What is there already stays.
    pub(super) fn add_pairs(&mut self, encoded: &[u8]) {
        let mut found: Map<String, Value> = Map::new();
        for (name, value) in url::form_urlencoded::parse(encoded) {
            match name.strip_suffix("[]") {
                Some(name) => match found.entry(name).or_insert_with(|| Value::Array(Vec::new())) {
                    Value::Array(list) => list.push(Value::String(value.into_owned())),
                    other => *other = Value::String(value.into_owned()),
                },
                None => {
                    found.insert(name.into_owned(), Value::String(value.into_owned()));
                }
            }
        }
        for (name, value) in found {
            self.0.entry(name).or_insert(value);
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }
    /// Text; numbers and booleans count as text, as in PHP.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            _ => None,
        }
    }
    pub(super) fn flag(&self, name: &str) -> bool {
        matches!(self.text(name).as_deref(), Some("true" | "1"))
    }
    /// Several values: a list, or text with commas.
    pub(super) fn list(&self, name: &str) -> Option<Vec<String>> {
        match self.get(name)? {
            Value::Array(items) => {
                Some(items.iter().map(|i| i.as_str().map_or_else(|| i.to_string(), str::to_owned)).collect())
            }
            _ => {
                Some(self.text(name)?.split(',').map(|part| part.trim().to_owned()).filter(|p| !p.is_empty()).collect())
            }
        }
    }
    /// A whole number within bounds, or the default.
    pub(super) fn number(&self, name: &str, default: u64, least: u64, most: u64, wrong: &mut Wrong) -> u64 {
        let Some(text) = self.text(name) else { return default };
        match text.parse::<u64>() {
            Ok(number) if (least..=most).contains(&number) => number,
            Ok(_) => {
                let bounds = if most == u64::MAX {
                    format!("{name} must be greater than or equal to {least}")
                } else {
                    format!("{name} must be between {least} (inclusive) and {most} (inclusive)")
                };
                wrong.add(name, "rest_out_of_bounds", bounds);
                default
            }
            Err(_) => {
                wrong.add(name, "rest_invalid_type", format!("{name} is not of type integer."));
                default
            }
        }
    }
    /// A list of ids.
    pub(super) fn ids(&self, name: &str, wrong: &mut Wrong) -> Option<Vec<u64>> {
        let mut ids = Vec::new();
        for (at, text) in self.list(name)?.iter().enumerate() {
            match text.parse() {
                Ok(id) => ids.push(id),
                Err(_) => wrong.add(name, "rest_invalid_type", format!("{name}[{at}] is not of type integer.")),
            }
        }
        Some(ids)
    }
    /// One of several words.
    pub(super) fn one_of(&self, name: &str, words: &[&str], wrong: &mut Wrong) -> Option<String> {
        let text = self.text(name)?;
        if words.contains(&text.as_str()) {
            return Some(text);
        }
        wrong.add(name, "rest_not_in_enum", not_in_enum(name, words));
        None
    }
    /// A date; without a zone it is local to the site (`minutes` ahead of UTC). An empty text is no date.
    pub(super) fn date(&self, name: &str, minutes: i32, wrong: &mut Wrong) -> Option<Timestamp> {
        let text = self.text(name).filter(|text| !text.is_empty())?;
        let date = parse_date(&text, minutes);
        if date.is_none() {
            wrong.add(name, "rest_invalid_date", "Invalid date.".to_owned());
        }
        date
    }
}

/// `status is not one of publish, future, draft, pending, and private.`
pub(super) fn not_in_enum(name: &str, words: &[&str]) -> String {
    match words.split_last() {
        Some((last, [])) => format!("{name} is not {last}."),
        Some((last, first)) => format!("{name} is not one of {}, and {last}.", first.join(", ")),
        None => format!("{name} is not valid."),
    }
}

fn parse_date(text: &str, minutes: i32) -> Option<Timestamp> {
    if let Ok(zoned) = DateTime::parse_from_rfc3339(text) {
        return Some(zoned.with_timezone(&Utc));
    }
    let local = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))?;
    Some(local.and_utc() - TimeDelta::minutes(minutes.into()))
}

/// How WordPress writes dates: no zone.
pub(super) fn wp_date(at: Timestamp) -> String {
    at.format("%Y-%m-%dT%H:%M:%S").to_string()
}

/// Collects what is wrong with parameters, so that all of it is said at once.
#[derive(Default)]
pub(super) struct Wrong(Vec<(String, &'static str, String)>);

impl Wrong {
    pub(super) fn add(&mut self, name: &str, code: &'static str, message: String) {
        self.0.push((name.to_owned(), code, message));
    }
    pub(super) fn check(self) -> Result<(), RestError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let names = self.0.iter().map(|(name, ..)| name.as_str()).collect::<Vec<_>>().join(", ");
        let mut error =
            RestError::new(StatusCode::BAD_REQUEST, "rest_invalid_param", format!("Invalid parameter(s): {names}"));
        let (mut params, mut details) = (Map::new(), Map::new());
        for (name, code, message) in self.0 {
            details.insert(name.clone(), json!({"code": code, "message": message, "data": null}));
            params.insert(name, Value::String(message));
        }
        error.data.insert("params".into(), Value::Object(params));
        error.data.insert("details".into(), Value::Object(details));
        Err(error)
    }
}

/// An error as WordPress words it.
#[derive(Debug)]
pub(super) struct RestError {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
    /// Beside `status` in `data`.
    pub(super) data: Map<String, Value>,
    /// Core forgets the status for some codes: then `data` is null and the answer is 500.
    pub(super) bare: bool,
    pub(super) additional: Option<Value>,
}

impl RestError {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), data: Map::new(), bare: false, additional: None }
    }
    pub(super) fn bad(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }
    pub(super) fn gone(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.data.insert(name.into(), value.into());
        self
    }
    pub(super) fn body(&self) -> Value {
        let mut data = Map::from_iter([("status".to_owned(), json!(self.status.as_u16()))]);
        data.extend(self.data.clone());
        let data = if self.bare { Value::Null } else { Value::Object(data) };
        let mut body = json!({"code": self.code, "message": self.message, "data": data});
        if let (Some(additional), Value::Object(body)) = (&self.additional, &mut body) {
            body.insert("additional_data".into(), additional.clone());
        }
        body
    }
}

/// A successful answer before it becomes bytes.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(HeaderName, String)>,
    pub(super) body: Value,
}

pub(super) type Outcome = Result<Answer, RestError>;

impl Answer {
    pub(super) fn ok(body: Value) -> Self {
        Self { status: StatusCode::OK, headers: Vec::new(), body }
    }
    pub(super) fn created(location: String, body: Value) -> Self {
        Self { status: StatusCode::CREATED, headers: vec![(header::LOCATION, location)], body }
    }
    /// A page of a list with the headers of contract 1.6; `link` makes the address of another page.
    pub(super) fn page(
        items: Vec<Value>,
        total: usize,
        page: u64,
        per_page: u64,
        link: impl Fn(u64) -> String,
    ) -> Self {
        let pages = (total as u64).div_ceil(per_page);
        let mut headers = vec![
            (HeaderName::from_static("x-wp-total"), total.to_string()),
            (HeaderName::from_static("x-wp-totalpages"), pages.to_string()),
        ];
        let mut links = Vec::new();
        if page > 1 {
            links.push(format!("<{}>; rel=\"prev\"", link(page - 1)));
        }
        if page < pages {
            links.push(format!("<{}>; rel=\"next\"", link(page + 1)));
        }
        if !links.is_empty() {
            headers.push((header::LINK, links.join(", ")));
        }
        Self { status: StatusCode::OK, headers, body: Value::Array(items) }
    }
}

/// Turns an outcome into bytes, with `_fields` and `_envelope` applied.
pub(super) fn respond(outcome: Outcome, params: &Params) -> Response<Body> {
    let mut answer =
        outcome.unwrap_or_else(|error| Answer { status: error.status, headers: Vec::new(), body: error.body() });
    if let Some(fields) = params.list("_fields").filter(|_| answer.status.is_success()) {
        answer.body = match answer.body {
            Value::Array(items) => Value::Array(items.iter().map(|item| trim(item, &fields)).collect()),
            one => trim(&one, &fields),
        };
    }
    if params.0.contains_key("_envelope") {
        let headers: Map<String, Value> =
            answer.headers.iter().map(|(name, value)| (name.to_string(), Value::String(value.clone()))).collect();
        answer = Answer::ok(json!({"body": answer.body, "status": answer.status.as_u16(), "headers": headers}));
    }
    let mut response = (answer.status, axum::Json(answer.body)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=UTF-8"));
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn trim(item: &Value, fields: &[String]) -> Value {
    let mut kept = Value::Object(Map::new());
    for field in fields {
        let pointer = format!("/{}", field.replace('.', "/"));
        let Some(value) = item.pointer(&pointer) else { continue };
        let mut place = &mut kept;
        for part in field.split('.') {
            let Value::Object(map) = place else { break };
            place = map.entry(part).or_insert_with(|| Value::Object(Map::new()));
        }
        *place = value.clone();
    }
    kept
}
