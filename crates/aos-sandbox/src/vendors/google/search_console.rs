//! Search Console: sites and search analytics (contract: section 5).

use std::collections::BTreeMap;

use axum::{
    Json,
    http::{Method, StatusCode},
    response::{IntoResponse, Response},
};
use chrono::{NaiveDate, TimeDelta};
use serde_json::{Value, json};

use super::{Answered, Desk, GoogleApi, Problem, admitted, figures, filters, oauth, people::ANNA};
use crate::vendors::arrival::Arrival;

/// Days until figures are final.
const BEHIND: i64 = 3;
const MOST_ROWS: u64 = 25_000;
/// What a usual day brings.
const CLICKS: i64 = 46;
const IMPRESSIONS: i64 = 1_380;

/// How searches of a day are made up: query (none: too rare to be told), page, country, device, share, position.
type Part = (Option<&'static str>, &'static str, &'static str, &'static str, i64, f64);
const PARTS: &[Part] = &[
    (Some("garden office"), "/garden-rooms/home-offices/", "gbr", "MOBILE", 22, 6.2),
    (Some("garden office"), "/garden-rooms/home-offices/", "gbr", "DESKTOP", 14, 5.1),
    (Some("timber workshop"), "/garden-rooms/workshops/", "gbr", "MOBILE", 12, 8.4),
    (Some("larch cladding"), "/materials/larch-cladding/", "gbr", "DESKTOP", 9, 11.7),
    (Some("garden room planning permission"), "/guides/planning-permission/", "gbr", "MOBILE", 11, 9.3),
    (Some("harbour and pine"), "/", "gbr", "MOBILE", 8, 1.1),
    (Some("harbour and pine"), "/", "irl", "DESKTOP", 2, 1.3),
    (None, "/guides/budgeting/", "gbr", "TABLET", 4, 14.0),
    (None, "/garden-rooms/studios/", "deu", "DESKTOP", 18, 12.5),
];

/// Sites of a person, each with what they may there.
fn sites(desk: &Desk<'_>, person: &str) -> Vec<(String, String)> {
    let own: &[(&str, &str)] = if person == ANNA {
        &[("sc-domain:harbourandpine.example", "siteOwner"), ("https://www.harbourandpine.example/", "siteFullUser")]
    } else {
        &[("https://ben-osei.example/", "siteUnverifiedUser")]
    };
    own.iter()
        .map(|(site, level)| {
            let upper = match *level {
                "siteOwner" => "SITE_OWNER",
                "siteFullUser" => "SITE_FULL_USER",
                _ => "SITE_UNVERIFIED_USER",
            };
            let level = if desk.state.settings.levels_in_upper_case { upper } else { level };
            ((*site).to_owned(), level.to_owned())
        })
        .collect()
}

/// `searchconsole.googleapis.com`, also as `www.googleapis.com`.
pub(super) fn route(desk: &mut Desk<'_>, arrival: &Arrival) -> Response {
    match answer(desk, arrival) {
        Ok(body) => Json(body).into_response(),
        Err(mut problem) => {
            // A quota is a 403 here.
            if problem.status == "RESOURCE_EXHAUSTED" {
                problem.http = StatusCode::FORBIDDEN;
            }
            (problem.http, Json(problem.older())).into_response()
        }
    }
}

fn answer(desk: &mut Desk<'_>, arrival: &Arrival) -> Answered {
    let holder = admitted(desk, arrival, oauth::WEBMASTERS, GoogleApi::SearchConsole)?;
    let own = sites(desk, &holder.person);
    let of = |site: &str| own.iter().find(|(url, _)| url == site);
    let told = |(url, level): &(String, String)| json!({"siteUrl": url, "permissionLevel": level});
    match (&arrival.method, arrival.parts().as_slice()) {
        (&Method::GET, ["webmasters", "v3", "sites"]) => {
            let all: Vec<Value> = own.iter().map(told).collect();
            Ok(if all.is_empty() { json!({}) } else { json!({ "siteEntry": all }) })
        }
        (&Method::GET, ["webmasters", "v3", "sites", site]) => of(site).map(told).ok_or_else(Problem::not_found),
        (&Method::POST, ["webmasters", "v3", "sites", site, "searchAnalytics", "query"]) => {
            match of(site).filter(|(_, level)| !level.to_ascii_lowercase().contains("unverified")) {
                Some((site, _)) => query(desk, site, &arrival.json().unwrap_or_default()),
                None => Err(Problem::denied(format!("User does not have sufficient permission for site '{site}'."))),
            }
        }
        _ => Err(Problem::not_found()),
    }
}

/// A word of the API in either of its spellings: `byPage`, `BY_PAGE`.
fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().replace('_', "").to_ascii_lowercase()
}

fn day(body: &Value, name: &str) -> Result<NaiveDate, Problem> {
    let text = body[name].as_str().unwrap_or_default();
    text.parse().map_err(|_| Problem::invalid(name, format!("'{text}' is no date in the form YYYY-MM-DD.")))
}

#[derive(Default)]
struct Sum {
    clicks: i64,
    impressions: i64,
    /// Position times impressions.
    position: f64,
}

fn query(desk: &Desk<'_>, site: &str, body: &Value) -> Answered {
    let range = day(body, "startDate")?..=day(body, "endDate")?;
    if range.is_empty() {
        return Err(Problem::invalid("endDate", "The end date is before the start date."));
    }
    let number = |name: &str, usual: u64| body[name].as_u64().or(body[name].is_null().then_some(usual));
    let limit = number("rowLimit", 1_000).filter(|rows| (1..=MOST_ROWS).contains(rows));
    let limit = limit.ok_or_else(|| Problem::invalid("rowLimit", "rowLimit must be between 1 and 25000."))?;
    let start = number("startRow", 0).ok_or_else(|| Problem::invalid("startRow", "startRow must not be negative."))?;
    let dimensions: Vec<String> = body["dimensions"].as_array().into_iter().flatten().map(word).collect();
    let kind = word(if body["type"].is_null() { &body["searchType"] } else { &body["type"] });
    let state = word(&body["dataState"]);
    for dimension in &dimensions {
        match dimension.as_str() {
            "date" | "page" | "country" | "device" | "searchappearance" => {}
            "query" if !matches!(kind.as_str(), "discover" | "googlenews") => {}
            "hour" if state == "hourlyall" => {}
            other => return Err(Problem::invalid("dimensions", format!("The dimension {other} can't be used here."))),
        }
    }
    let tests = tests(body)?;
    let by_page = dimensions.iter().any(|own| own == "page") || tests.iter().any(|test| test.dimension == "page");
    if by_page && word(&body["aggregationType"]) == "byproperty" {
        return Err(Problem::invalid("aggregationType", "byProperty can't be used with the page dimension."));
    }
    // Days end in California.
    let today = (desk.now - TimeDelta::hours(8)).date_naive();
    let behind = if state.is_empty() || state == "final" { BEHIND } else { 0 };
    let known = figures::known(&range, today, behind);
    let mut sums: BTreeMap<Vec<String>, Sum> = BTreeMap::new();
    // Only web search has figures here.
    let searched = matches!(kind.as_str(), "" | "web") && dimensions.iter().all(|own| own != "searchappearance");
    let weights: Vec<i64> = PARTS.iter().map(|part| part.4).collect();
    for date in known.into_iter().filter(|_| searched) {
        let clicks = figures::share(figures::on(desk.state, site, "clicks", date, CLICKS), &weights);
        let shown = figures::share(figures::on(desk.state, site, "impressions", date, IMPRESSIONS), &weights);
        for ((part, clicks), shown) in PARTS.iter().zip(clicks).zip(shown) {
            let value = |dimension: &str| match dimension {
                "date" => Some(date.to_string()),
                "query" => part.0.map(str::to_owned),
                "page" => Some(format!("https://www.harbourandpine.example{}", part.1)),
                "country" => Some(part.2.to_owned()),
                "device" => Some(part.3.to_owned()),
                _ => Some(String::new()),
            };
            // What was asked too rarely is told in no row by query, and counts in the rest.
            let keys: Option<Vec<String>> = dimensions.iter().map(|own| value(own)).collect();
            let fits = tests.iter().all(|test| value(&test.dimension).is_some_and(|own| test.holds(&own)));
            let Some(keys) = keys.filter(|_| fits && (clicks > 0 || shown > 0)) else { continue };
            let sum = sums.entry(keys).or_default();
            sum.clicks += clicks;
            sum.impressions += shown;
            sum.position += part.5 * float(shown);
        }
    }
    let mut rows: Vec<(Vec<String>, Sum)> = sums.into_iter().collect();
    if !dimensions.iter().any(|own| own == "date") {
        rows.sort_by_key(|(_, sum)| std::cmp::Reverse(sum.clicks));
    }
    let rows: Vec<Value> = rows
        .iter()
        .skip(usize::try_from(start).unwrap_or(usize::MAX))
        .take(usize::try_from(limit).unwrap_or(usize::MAX))
        .map(|(keys, sum)| row(keys, sum))
        .collect();
    let mut told = json!({"responseAggregationType": if by_page { "byPage" } else { "byProperty" }});
    if !rows.is_empty() {
        told["rows"] = json!(rows);
    }
    if behind == 0 {
        told["metadata"] = json!({"firstIncompleteDate": (today - TimeDelta::days(BEHIND - 1)).to_string()});
    }
    Ok(told)
}

fn row(keys: &[String], sum: &Sum) -> Value {
    let shown = float(sum.impressions).max(1.0);
    let mut row = json!({"clicks": float(sum.clicks), "impressions": float(sum.impressions),
        "ctr": float(sum.clicks) / shown, "position": sum.position / shown});
    if !keys.is_empty() {
        row["keys"] = json!(keys);
    }
    row
}

/// Counts here are far below what a float holds exactly.
fn float(number: i64) -> f64 {
    i32::try_from(number).map_or(f64::from(i32::MAX), f64::from)
}

/// One filter.
struct Test {
    dimension: String,
    operator: String,
    expression: String,
}

impl Test {
    fn holds(&self, value: &str) -> bool {
        let (value, wanted) = (value.to_lowercase(), self.expression.to_lowercase());
        match self.operator.as_str() {
            "notequals" => value != wanted,
            "contains" => value.contains(&wanted),
            "notcontains" => !value.contains(&wanted),
            "includingregex" => filters::pattern(&wanted, &value, false),
            "excludingregex" => !filters::pattern(&wanted, &value, false),
            _ => value == wanted,
        }
    }
}

fn tests(body: &Value) -> Result<Vec<Test>, Problem> {
    let groups = body["dimensionFilterGroups"].as_array().into_iter().flatten();
    let filters = groups.flat_map(|group| group["filters"].as_array().into_iter().flatten());
    filters
        .map(|filter| {
            let test = Test {
                dimension: word(&filter["dimension"]),
                operator: word(&filter["operator"]),
                expression: filter["expression"].as_str().unwrap_or_default().to_owned(),
            };
            let known = matches!(
                test.operator.as_str(),
                "" | "equals" | "notequals" | "contains" | "notcontains" | "includingregex" | "excludingregex"
            );
            let dimension = matches!(test.dimension.as_str(), "query" | "page" | "country" | "device");
            if known && dimension {
                Ok(test)
            } else {
                Err(Problem::invalid("dimensionFilterGroups", "Unknown dimension or operator in a filter."))
            }
        })
        .collect()
}
