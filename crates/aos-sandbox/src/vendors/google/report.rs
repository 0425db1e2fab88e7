//! Analytics Data: reports (contract: section 3).

use std::{cmp::Ordering, collections::BTreeMap, ops::RangeInclusive};

use axum::http::Method;
use chrono::{Datelike, NaiveDate, TimeDelta};
use serde_json::{Value, json};

use super::{Answered, Desk, GoogleApi, Problem, admitted, analytics, figures, filters, oauth, split_verb};
use crate::vendors::arrival::Arrival;

const MOST_ROWS: u64 = 250_000;

/// How visits of a day are made up: channel, source, medium, country, device, page, title, share.
type Part = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, &'static str, i64);
const PARTS: &[Part] = &[
    ("Organic Search", "google", "organic", "United Kingdom", "mobile", "/", "Harbour & Pine", 24),
    ("Organic Search", "google", "organic", "United Kingdom", "desktop", "/prices/", "Prices", 14),
    ("Organic Search", "bing", "organic", "Ireland", "desktop", "/guides/heating/", "Heating a garden room", 6),
    ("Direct", "(direct)", "(none)", "United Kingdom", "desktop", "/", "Harbour & Pine", 15),
    ("Direct", "(direct)", "(none)", "United Kingdom", "mobile", "/contact/", "Contact", 8),
    ("Referral", "gardenmagazine.example", "referral", "United Kingdom", "tablet", "/", "Harbour & Pine", 5),
    ("Organic Social", "instagram.com", "social", "United Kingdom", "mobile", "/case-studies/", "Case studies", 13),
    ("Paid Search", "google", "cpc", "United Kingdom", "mobile", "/prices/", "Prices", 11),
    ("Email", "newsletter", "email", "Germany", "desktop", "/case-studies/", "Case studies", 4),
];

/// What is counted, and how much of it a usual day has.
const COUNTS: &[(&str, i64)] = &[
    ("sessions", 180),
    ("totalUsers", 140),
    ("activeUsers", 135),
    ("newUsers", 90),
    ("screenPageViews", 420),
    ("engagedSessions", 110),
    ("keyEvents", 6),
    ("eventCount", 1_500),
    ("userEngagementDuration", 9_000),
    ("totalRevenue", 0),
];

/// What is computed of two counts: name, type, above, below.
const RATES: &[(&str, &str, &str, &str)] = &[
    ("engagementRate", "TYPE_FLOAT", "engagedSessions", "sessions"),
    ("sessionKeyEventRate", "TYPE_FLOAT", "keyEvents", "sessions"),
    ("averageSessionDuration", "TYPE_SECONDS", "userEngagementDuration", "sessions"),
    ("screenPageViewsPerSession", "TYPE_FLOAT", "screenPageViews", "sessions"),
    ("bounceRate", "TYPE_FLOAT", "engagedSessions", "sessions"),
];

const DIMENSIONS: &[&str] = &[
    "date",
    "year",
    "month",
    "yearMonth",
    "day",
    "sessionDefaultChannelGroup",
    "firstUserDefaultChannelGroup",
    "sessionSource",
    "sessionMedium",
    "sessionSourceMedium",
    "country",
    "deviceCategory",
    "pagePath",
    "landingPage",
    "landingPagePlusQueryString",
    "pageTitle",
    "hostName",
];

fn dimension(part: &Part, date: NaiveDate, name: &str) -> Option<String> {
    Some(match name {
        "date" => date.format("%Y%m%d").to_string(),
        "year" => date.year().to_string(),
        "month" => date.format("%m").to_string(),
        "yearMonth" => date.format("%Y%m").to_string(),
        "day" => date.format("%d").to_string(),
        "sessionDefaultChannelGroup" | "firstUserDefaultChannelGroup" => part.0.to_owned(),
        "sessionSource" => part.1.to_owned(),
        "sessionMedium" => part.2.to_owned(),
        "sessionSourceMedium" => format!("{} / {}", part.1, part.2),
        "country" => part.3.to_owned(),
        "deviceCategory" => part.4.to_owned(),
        "pagePath" | "landingPage" | "landingPagePlusQueryString" => part.5.to_owned(),
        "pageTitle" => part.6.to_owned(),
        "hostName" => "www.harbourandpine.example".to_owned(),
        _ => return None,
    })
}

/// `conversions` is the old name of key events.
fn renamed(metric: &str) -> &str {
    if metric == "conversions" { "keyEvents" } else { metric }
}

/// The type of a metric; none: there is no such metric.
fn kind(metric: &str) -> Option<&'static str> {
    let metric = renamed(metric);
    match metric {
        "userEngagementDuration" => Some("TYPE_SECONDS"),
        "totalRevenue" => Some("TYPE_CURRENCY"),
        _ if COUNTS.iter().any(|(own, _)| *own == metric) => Some("TYPE_INTEGER"),
        _ => RATES.iter().find(|(own, ..)| *own == metric).map(|(_, kind, ..)| *kind),
    }
}

/// Counts of a row, in the order of [`COUNTS`].
type Counts = Vec<i64>;

fn metric(counts: &Counts, name: &str) -> f64 {
    let count = |name: &str| {
        let at = COUNTS.iter().position(|(own, _)| *own == name);
        let whole = at.and_then(|at| counts.get(at)).copied().unwrap_or_default();
        i32::try_from(whole).map_or(f64::from(i32::MAX), f64::from)
    };
    let name = renamed(name);
    match RATES.iter().find(|(own, ..)| *own == name) {
        Some(("bounceRate", _, above, below)) => 1.0 - count(above) / count(below).max(1.0),
        Some((_, _, above, below)) => count(above) / count(below).max(1.0),
        None => count(name),
    }
}

/// `analyticsdata.googleapis.com`.
pub(super) fn route(desk: &mut Desk<'_>, arrival: &Arrival) -> Answered {
    let holder = admitted(desk, arrival, oauth::ANALYTICS, GoogleApi::AnalyticsData)?;
    let (parts, verb) = split_verb(&arrival.path);
    let ["v1beta", "properties", id, rest @ ..] = parts.as_slice() else { return Err(Problem::not_found()) };
    if id.parse::<u64>().is_err() {
        return Err(Problem::invalid(
            "property",
            format!("Invalid property ID: {id}. A numeric Property ID is required."),
        ));
    }
    let property = format!("properties/{id}");
    if *id != "0" {
        analytics::readable(desk.state, &holder.person, &property)?;
    }
    let body = arrival.json();
    match (&arrival.method, rest, verb, body) {
        (&Method::GET, ["metadata"], None, _) => Ok(metadata(&property)),
        (&Method::POST, [], Some("runReport"), Some(body)) => run(desk, &property, &body),
        (&Method::POST, [], Some("batchRunReports"), Some(body)) => {
            let requests = body["requests"].as_array().map(Vec::as_slice).unwrap_or_default();
            if requests.len() > 5 {
                return Err(Problem::invalid("requests", "At most 5 requests are allowed."));
            }
            let reports: Result<Vec<Value>, Problem> = requests.iter().map(|own| run(desk, &property, own)).collect();
            Ok(json!({"reports": reports?, "kind": "analyticsData#batchRunReports"}))
        }
        (&Method::POST, [], Some("runReport" | "batchRunReports"), None) => {
            Err(Problem::invalid("request", "Invalid JSON payload received."))
        }
        _ => Err(Problem::not_found()),
    }
}

fn metadata(property: &str) -> Value {
    let dimensions: Vec<Value> =
        DIMENSIONS.iter().map(|name| json!({"apiName": name, "uiName": name, "category": "Sandbox"})).collect();
    let names = COUNTS.iter().map(|(name, _)| *name).chain(RATES.iter().map(|(name, ..)| *name));
    let metrics: Vec<Value> =
        names.map(|name| json!({"apiName": name, "uiName": name, "type": kind(name), "category": "Sandbox"})).collect();
    json!({"name": format!("{property}/metadata"), "dimensions": dimensions, "metrics": metrics})
}

fn names(body: &Value, list: &str, most: usize) -> Result<Vec<String>, Problem> {
    let names: Vec<String> = body[list]
        .as_array()
        .into_iter()
        .flatten()
        .map(|own| own["name"].as_str().unwrap_or_default().to_owned())
        .collect();
    if names.len() > most {
        return Err(Problem::invalid(list, format!("Requests are limited to {most} {list}.")));
    }
    let known =
        |name: &String| if list == "metrics" { kind(name).is_some() } else { DIMENSIONS.contains(&name.as_str()) };
    match names.iter().find(|name| !known(name)) {
        Some(name) => {
            Err(Problem::invalid(list, format!("Field {name} is not a valid {}.", list.trim_end_matches('s'))))
        }
        None => Ok(names),
    }
}

/// A day as requests write it, in the property's time zone.
fn day(text: &str, today: NaiveDate) -> Result<NaiveDate, Problem> {
    let ago = |days: i64| today - TimeDelta::days(days);
    let read = match text {
        "today" => Some(today),
        "yesterday" => Some(ago(1)),
        _ => match text.strip_suffix("daysAgo").and_then(|days| days.parse::<i64>().ok()) {
            Some(days) if (0..=4_000).contains(&days) => Some(ago(days)),
            _ => text.parse().ok(),
        },
    };
    read.ok_or_else(|| Problem::invalid("date_ranges", format!("Invalid date: {text}.")))
}

fn ranges(body: &Value, today: NaiveDate) -> Result<Vec<(String, RangeInclusive<NaiveDate>)>, Problem> {
    let given = body["dateRanges"].as_array().map(Vec::as_slice).unwrap_or_default();
    if given.is_empty() || given.len() > 4 {
        return Err(Problem::invalid("date_ranges", "1 to 4 date ranges are required."));
    }
    given
        .iter()
        .enumerate()
        .map(|(at, own)| {
            let text = |name: &str| own[name].as_str().unwrap_or_default();
            let range = day(text("startDate"), today)?..=day(text("endDate"), today)?;
            if range.is_empty() {
                return Err(Problem::invalid("date_ranges", "The start date is after the end date."));
            }
            let name = own["name"].as_str().map_or_else(|| format!("date_range_{at}"), str::to_owned);
            Ok((name, range))
        })
        .collect()
}

/// A whole number that may come as a text, as int64 does.
fn whole(value: &Value, usual: u64) -> Option<u64> {
    if value.is_null() { Some(usual) } else { value.as_u64().or_else(|| value.as_str()?.parse().ok()) }
}

fn run(desk: &Desk<'_>, property: &str, body: &Value) -> Answered {
    let today = desk.now.date_naive();
    let dimensions = names(body, "dimensions", 9)?;
    let metrics = names(body, "metrics", 10)?;
    if dimensions.is_empty() && metrics.is_empty() {
        return Err(Problem::invalid("metrics", "At least one dimension or metric is required."));
    }
    let ranges = ranges(body, today)?;
    let limit = whole(&body["limit"], 10_000).filter(|rows| (1..=MOST_ROWS).contains(rows));
    let limit = limit.ok_or_else(|| Problem::invalid("limit", "limit must be between 1 and 250000."))?;
    let offset = whole(&body["offset"], 0).ok_or_else(|| Problem::invalid("offset", "Invalid offset."))?;
    let mut headers: Vec<String> = dimensions.clone();
    if ranges.len() > 1 {
        headers.push("dateRange".to_owned());
    }
    let mut sums: BTreeMap<Vec<String>, Counts> = BTreeMap::new();
    let weights: Vec<i64> = PARTS.iter().map(|part| part.7).collect();
    for (name, range) in &ranges {
        for date in figures::known(range, today, 0) {
            let shares: Vec<Vec<i64>> = COUNTS
                .iter()
                .map(|(own, usual)| figures::share(figures::on(desk.state, property, own, date, *usual), &weights))
                .collect();
            for (at, part) in PARTS.iter().enumerate() {
                if !filters::passes(&body["dimensionFilter"], &|field| dimension(part, date, field))? {
                    continue;
                }
                let mut keys: Vec<String> = dimensions.iter().filter_map(|own| dimension(part, date, own)).collect();
                if ranges.len() > 1 {
                    keys.push(name.clone());
                }
                let sum = sums.entry(keys).or_insert_with(|| vec![0; COUNTS.len()]);
                for (total, share) in sum.iter_mut().zip(&shares) {
                    *total += share.get(at).copied().unwrap_or_default();
                }
            }
        }
    }
    let mut rows: Vec<(Vec<String>, Counts)> = Vec::new();
    for (keys, counts) in sums {
        let value = |field: &str| kind(field).map(|_| metric(&counts, field).to_string());
        // A row without anything is no row.
        if counts.iter().any(|count| *count != 0) && filters::passes(&body["metricFilter"], &value)? {
            rows.push((keys, counts));
        }
    }
    order(&mut rows, body, &headers)?;
    Ok(told(body, &headers, &metrics, &rows, limit, offset))
}

fn order(rows: &mut [(Vec<String>, Counts)], body: &Value, headers: &[String]) -> Result<(), Problem> {
    let orders = body["orderBys"].as_array().map(Vec::as_slice).unwrap_or_default();
    // The last first, because sorting keeps what was sorted before.
    for own in orders.iter().rev() {
        let backwards = own["desc"] == true;
        let turn = |order: Ordering| if backwards { order.reverse() } else { order };
        if let Some(name) = own["metric"]["metricName"].as_str() {
            kind(name).ok_or_else(|| Problem::invalid("order_bys", format!("Field {name} is not a valid metric.")))?;
            rows.sort_by(|a, b| turn(metric(&a.1, name).total_cmp(&metric(&b.1, name))));
        } else {
            let name = own["dimension"]["dimensionName"].as_str().unwrap_or_default();
            let at = headers.iter().position(|header| header == name);
            let at = at.ok_or_else(|| Problem::invalid("order_bys", format!("{name} is not in the request.")))?;
            rows.sort_by(|a, b| turn(a.0.get(at).cmp(&b.0.get(at))));
        }
    }
    Ok(())
}

fn told(
    body: &Value,
    headers: &[String],
    metrics: &[String],
    rows: &[(Vec<String>, Counts)],
    limit: u64,
    offset: u64,
) -> Value {
    let texts = |all: &[String]| -> Vec<Value> { all.iter().map(|text| json!({ "value": text })).collect() };
    let values = |counts: &Counts| -> Vec<Value> {
        metrics.iter().map(|name| json!({"value": metric(counts, name).to_string()})).collect()
    };
    let page: Vec<Value> = rows
        .iter()
        .skip(usize::try_from(offset).unwrap_or(usize::MAX))
        .take(usize::try_from(limit).unwrap_or(usize::MAX))
        .map(|(keys, counts)| json!({"dimensionValues": texts(keys), "metricValues": values(counts)}))
        .collect();
    let types: Vec<Value> = metrics.iter().map(|name| json!({"name": name, "type": kind(name)})).collect();
    let mut report = json!({
        "metricHeaders": types,
        "metadata": {"currencyCode": "GBP", "timeZone": "Europe/London"},
        "kind": "analyticsData#runReport",
    });
    if !headers.is_empty() {
        report["dimensionHeaders"] = headers.iter().map(|name| json!({ "name": name })).collect();
    }
    if !rows.is_empty() {
        report["rowCount"] = json!(rows.len());
    }
    if !page.is_empty() {
        report["rows"] = json!(page);
    }
    let totals = body["metricAggregations"].as_array().is_some_and(|own| own.iter().any(|one| one == "TOTAL"));
    if totals && !rows.is_empty() {
        let mut sum: Counts = vec![0; COUNTS.len()];
        for (_, counts) in rows {
            sum.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
        }
        let keys: Vec<String> = headers.iter().map(|_| "RESERVED_TOTAL".to_owned()).collect();
        report["totals"] = json!([{"dimensionValues": texts(&keys), "metricValues": values(&sum)}]);
    }
    if body["returnPropertyQuota"] == true {
        report["propertyQuota"] = json!({
            "tokensPerDay": {"consumed": 3, "remaining": 199_997},
            "tokensPerHour": {"consumed": 3, "remaining": 39_997},
            "concurrentRequests": {"remaining": 10}, "serverErrorsPerProjectPerHour": {"remaining": 10},
        });
    }
    report
}
