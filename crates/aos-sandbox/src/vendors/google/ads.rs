//! Google Ads: which customers there are, and queries (contract: section 8, reading only).

use axum::{
    Json,
    http::{Method, StatusCode},
    response::{Html, IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{Desk, GoogleApi, GoogleRefusal, ads_rows::rows, holder, oauth, people::ANNA, token_of, token_offset};
use crate::vendors::arrival::Arrival;

pub(super) const MANAGER: &str = "1112223334";

/// An account of Google Ads.
pub(super) struct Customer {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) manager: bool,
    pub(super) level: u32,
    pub(super) status: &'static str,
}

/// Anna's manager account and what is below it.
pub(super) const CUSTOMERS: &[Customer] = &[
    Customer { id: MANAGER, name: "Harbour & Pine Group", manager: true, level: 0, status: "ENABLED" },
    Customer { id: "5556667778", name: "Harbour & Pine", manager: false, level: 1, status: "ENABLED" },
    Customer { id: "5556667779", name: "Harbour & Pine (old)", manager: false, level: 1, status: "CANCELED" },
];

/// A refusal in the shape of Google Ads.
pub(super) struct Failure {
    http: u16,
    status: &'static str,
    /// `authorizationError` and its code.
    class: &'static str,
    code: &'static str,
    words: String,
    details: Option<Value>,
}

impl Failure {
    fn new(http: u16, class: &'static str, code: &'static str, words: impl Into<String>) -> Self {
        let status = match http {
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            429 => "RESOURCE_EXHAUSTED",
            501 => "UNIMPLEMENTED",
            503 => "UNAVAILABLE",
            500..=599 => "INTERNAL",
            _ => "INVALID_ARGUMENT",
        };
        Self { http, status, class, code, words: words.into(), details: None }
    }
    pub(super) fn query(code: &'static str, words: impl Into<String>) -> Self {
        Self::new(400, "queryError", code, words)
    }
    fn body(&self, version: u32) -> Value {
        let mut error = json!({"errorCode": {self.class: self.code}, "message": self.words});
        if let Some(details) = &self.details {
            error["details"] = details.clone();
        }
        json!({"error": {
            "code": self.http, "message": "Request contains an invalid argument.", "status": self.status,
            "details": [{
                "@type": format!("type.googleapis.com/google.ads.googleads.v{version}.errors.GoogleAdsFailure"),
                "errors": [error], "requestId": "SandboxRequest",
            }],
        }})
    }
}

/// What a fault looks like here.
pub(super) fn fault(http: StatusCode) -> Value {
    let words = "The sandbox refuses on purpose.";
    let failure = match http.as_u16() {
        401 => Failure::new(401, "authenticationError", "OAUTH_TOKEN_INVALID", words),
        403 => Failure::new(403, "authorizationError", "USER_PERMISSION_DENIED", words),
        429 => Failure::new(429, "quotaError", "RESOURCE_TEMPORARILY_EXHAUSTED", words),
        other => Failure::new(other, "internalError", "INTERNAL_ERROR", words),
    };
    failure.body(25)
}

/// `googleads.googleapis.com`.
pub(super) fn route(desk: &mut Desk<'_>, arrival: &Arrival) -> Response {
    let version = arrival.path.first().and_then(|own| own.strip_prefix('v')?.parse::<u32>().ok()).unwrap_or_default();
    if version == 0 || version > desk.state.settings.ads_newest {
        let page = "<!DOCTYPE html><title>Error 404 (Not Found)</title><p>The requested URL was not found.</p>";
        return (StatusCode::NOT_FOUND, Html(page)).into_response();
    }
    match answer(desk, arrival, version) {
        Ok(body) => Json(body).into_response(),
        Err(failure) => {
            let http = StatusCode::from_u16(failure.http).unwrap_or(StatusCode::BAD_REQUEST);
            (http, Json(failure.body(version))).into_response()
        }
    }
}

fn answer(desk: &mut Desk<'_>, arrival: &Arrival, version: u32) -> Result<Value, Failure> {
    if version <= desk.state.settings.ads_shut_off {
        let words = format!("Version v{version} is deprecated. Requests to this version will be blocked.");
        return Err(Failure::new(400, "requestError", "UNSUPPORTED_VERSION", words));
    }
    let holder = holder(desk.state, arrival, oauth::ADWORDS, GoogleApi::Ads, desk.now).map_err(|problem| {
        let expired = problem.details.iter().any(|own| own["reason"] == "ACCESS_TOKEN_EXPIRED");
        match (problem.status, expired) {
            ("UNAUTHENTICATED", true) => {
                Failure::new(401, "authenticationError", "OAUTH_TOKEN_EXPIRED", problem.message)
            }
            ("UNAUTHENTICATED", false) => {
                Failure::new(401, "authenticationError", "OAUTH_TOKEN_INVALID", problem.message)
            }
            _ => Failure::new(403, "authorizationError", "MISSING_TOS", problem.message),
        }
    })?;
    if arrival.header("developer-token").is_some()
        && desk.state.settings.ads_refuses_developer_token.is_some_and(|from| version >= from)
    {
        let words = "Developer tokens are no longer supported.";
        return Err(Failure::new(400, "authorizationError", "DEVELOPER_TOKEN_INVALID", words));
    }
    if let Some(refusal) = desk.state.refusal(GoogleApi::Ads) {
        return Err(refused(refusal));
    }
    if holder.person != ANNA {
        let words = "User in the cookie is not a valid Ads user.";
        return Err(Failure::new(401, "authenticationError", "NOT_ADS_USER", words));
    }
    let parts = arrival.parts();
    match (&arrival.method, parts.get(1..).unwrap_or_default()) {
        (&Method::GET, ["customers:listAccessibleCustomers"]) => {
            Ok(json!({ "resourceNames": [format!("customers/{MANAGER}")] }))
        }
        (&Method::POST, ["customers", id, "googleAds:search"]) => {
            let customer = reachable(arrival, id)?;
            let body = arrival.json().unwrap_or_default();
            search(desk, customer, &body)
        }
        (&Method::POST, ["customers", id, "googleAds:searchStream"]) => {
            let customer = reachable(arrival, id)?;
            let query = arrival.json().unwrap_or_default();
            let (rows, mask) = rows(desk, customer, query["query"].as_str().unwrap_or_default())?;
            let size = desk.state.settings.ads_page_rows.max(1);
            let chunks = rows
                .chunks(size)
                .map(|rows| json!({"results": rows, "fieldMask": mask, "requestId": "SandboxRequest"}));
            let chunks: Vec<Value> = chunks.collect();
            // A stream without results has one chunk that says so.
            Ok(if chunks.is_empty() {
                json!([{"fieldMask": mask, "requestId": "SandboxRequest"}])
            } else {
                json!(chunks)
            })
        }
        (&Method::POST, ["customers", _, rest]) if rest.ends_with(":mutate") => {
            Err(Failure::new(501, "requestError", "UNKNOWN", "The sandbox changes nothing in Google Ads."))
        }
        _ => Err(Failure::new(404, "requestError", "UNKNOWN", "There is no such method.")),
    }
}

fn refused(refusal: GoogleRefusal) -> Failure {
    match refusal {
        GoogleRefusal::Quota { retry_seconds } => Failure {
            details: retry_seconds.map(|seconds| {
                json!({"quotaErrorDetails": {"rateScope": "ACCOUNT", "rateName": "Requests per second",
                    "retryDelay": format!("{seconds}s")}})
            }),
            ..Failure::new(429, "quotaError", "RESOURCE_TEMPORARILY_EXHAUSTED", "Too many requests. Retry later.")
        },
        GoogleRefusal::Denied => {
            Failure::new(403, "authorizationError", "USER_PERMISSION_DENIED", "User doesn't have permission.")
        }
        GoogleRefusal::Disabled | GoogleRefusal::NotApproved => Failure::new(
            403,
            "authorizationError",
            "CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION",
            "The Cloud project is only approved for use with test accounts.",
        ),
    }
}

/// The customer of a path, when the headers give a way to it.
fn reachable(arrival: &Arrival, id: &str) -> Result<&'static Customer, Failure> {
    let digits = |id: &str| id.len() == 10 && id.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(id) {
        return Err(Failure::new(400, "requestError", "INVALID_CUSTOMER_ID", format!("Invalid customer ID '{id}'.")));
    }
    let login = arrival.header("login-customer-id");
    if let Some(login) = login.filter(|login| !digits(login)) {
        let words = format!("Invalid login-customer-id '{login}': digits only.");
        return Err(Failure::new(400, "requestError", "INVALID_CUSTOMER_ID", words));
    }
    let denied = || {
        let words = "User doesn't have permission to access customer. Note: If you're accessing a client customer, the \
                     manager's customer id must be set in the 'login-customer-id' header.";
        Failure::new(403, "authorizationError", "USER_PERMISSION_DENIED", words)
    };
    let customer = CUSTOMERS.iter().find(|own| own.id == id).ok_or_else(denied)?;
    match login {
        None if customer.manager => {}
        Some(MANAGER) => {}
        _ => return Err(denied()),
    }
    if customer.status != "ENABLED" {
        let words = "The customer account can't be accessed because it is not yet enabled or has been deactivated.";
        return Err(Failure::new(403, "authorizationError", "CUSTOMER_NOT_ENABLED", words));
    }
    Ok(customer)
}

fn search(desk: &Desk<'_>, customer: &Customer, body: &Value) -> Result<Value, Failure> {
    if !body["pageSize"].is_null() {
        let words = "Setting the page size is not supported.";
        return Err(Failure::new(400, "requestError", "PAGE_SIZE_NOT_SUPPORTED", words));
    }
    let from = match body["pageToken"].as_str() {
        None | Some("") => 0,
        Some(token) => token_offset(token)
            .ok_or_else(|| Failure::new(400, "requestError", "INVALID_PAGE_TOKEN", "Page token is invalid."))?,
    };
    let (rows, mask) = rows(desk, customer, body["query"].as_str().unwrap_or_default())?;
    let size = desk.state.settings.ads_page_rows.max(1);
    let page: Vec<&Value> = rows.iter().skip(from).take(size).collect();
    let mut told = json!({ "fieldMask": mask });
    if !page.is_empty() {
        told["results"] = json!(page);
    }
    if from + size < rows.len() {
        told["nextPageToken"] = json!(token_of(from + size));
    }
    if body["searchSettings"]["returnTotalResultsCount"] == true {
        told["totalResultsCount"] = json!(rows.len().to_string());
    }
    Ok(told)
}
