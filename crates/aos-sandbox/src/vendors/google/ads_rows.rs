//! Google Ads: what queries find.

use std::cmp::Ordering;

use chrono::{NaiveDate, TimeDelta};
use serde_json::{Map, Value, json};

use super::{
    Desk,
    ads::{CUSTOMERS, Customer, Failure, MANAGER},
    figures,
    gaql::{self, Condition, Query},
};

/// Id, name, status, daily budget in micros, and what a usual day brings: impressions, clicks, cost in micros,
/// conversions.
type Campaign = (&'static str, &'static str, &'static str, i64, [(&'static str, i64); 4]);
const CAMPAIGNS: &[Campaign] = &[
    (
        "701",
        "Garden offices",
        "ENABLED",
        15_000_000,
        [("impressions", 320), ("clicks", 14), ("cost_micros", 11_200_000), ("conversions", 1)],
    ),
    (
        "702",
        "Timber workshops",
        "PAUSED",
        8_000_000,
        [("impressions", 0), ("clicks", 0), ("cost_micros", 0), ("conversions", 0)],
    ),
];

/// Fields that each resource knows.
const FIELDS: &[(&str, &[&str])] = &[
    (
        "customer",
        &["id", "resource_name", "descriptive_name", "currency_code", "time_zone", "manager", "status", "test_account"],
    ),
    (
        "customer_client",
        &[
            "id",
            "resource_name",
            "client_customer",
            "descriptive_name",
            "currency_code",
            "time_zone",
            "manager",
            "level",
            "status",
            "hidden",
            "test_account",
        ],
    ),
    ("campaign", &["id", "resource_name", "name", "status", "advertising_channel_type", "start_date_time"]),
    ("campaign_budget", &["id", "resource_name", "amount_micros"]),
    ("metrics", &["impressions", "clicks", "cost_micros", "conversions", "ctr", "average_cpc"]),
    ("segments", &["date"]),
];

/// Resources that the API has and that hold nothing here.
const EMPTY: &[&str] = &[
    "ad_group",
    "ad_group_ad",
    "ad_group_criterion",
    "campaign_criterion",
    "keyword_view",
    "search_term_view",
    "change_event",
    "lead_form_submission_data",
    "conversion_action",
];

/// A row before it is told: fields as queries name them.
type Row = Map<String, Value>;

/// Rows of a query, and its mask.
pub(super) fn rows(desk: &Desk<'_>, customer: &Customer, text: &str) -> Result<(Vec<Value>, String), Failure> {
    let query =
        gaql::parse(text).map_err(|words| Failure::query("UNEXPECTED_INPUT", format!("Error in query: {words}.")))?;
    let mask: Vec<String> = query.select.iter().map(|field| camel(field)).collect();
    let mask = mask.join(",");
    if EMPTY.contains(&query.from.as_str()) {
        return Ok((Vec::new(), mask));
    }
    if !matches!(query.from.as_str(), "customer" | "customer_client" | "campaign") {
        let words = format!("Invalid resource type in FROM clause: {}.", query.from);
        return Err(Failure::query("BAD_RESOURCE_TYPE_IN_FROM_CLAUSE", words));
    }
    let named = query
        .select
        .iter()
        .chain(query.conditions.iter().map(|own| &own.field))
        .chain(query.order.iter().map(|own| &own.0));
    for field in named {
        let known = field.split_once('.').is_some_and(|(resource, name)| {
            let fits = resource == query.from
                || matches!(resource, "metrics" | "segments" | "customer")
                || (resource == "campaign_budget" && query.from == "campaign");
            fits && FIELDS.iter().any(|(own, fields)| *own == resource && fields.contains(&name))
        });
        if !known {
            return Err(Failure::query("UNRECOGNIZED_FIELD", format!("Unrecognized field in the query: '{field}'.")));
        }
    }
    if customer.manager && query.select.iter().any(|field| field.starts_with("metrics.")) {
        let words = "Metrics cannot be requested for a manager account.";
        return Err(Failure::query("REQUESTED_METRICS_FOR_MANAGER", words));
    }
    let mut all: Vec<Row> = match query.from.as_str() {
        "customer" => dated(desk, &query, customer, vec![(account("customer", customer), "all")])?,
        "customer_client" => {
            let below = |own: &&Customer| customer.manager || own.id == customer.id;
            CUSTOMERS.iter().filter(below).map(|own| account("customer_client", own)).collect()
        }
        _ if customer.manager => Vec::new(),
        _ => dated(desk, &query, customer, CAMPAIGNS.iter().map(|own| (campaign(customer, own), own.0)).collect())?,
    };
    let outside = |own: &&Condition| own.field != "segments.date";
    all.retain(|row| query.conditions.iter().filter(outside).all(|own| holds(own, row)));
    for (field, backwards) in query.order.iter().rev() {
        all.sort_by(|a, b| {
            let order = compare(&text_of(a.get(field)), &text_of(b.get(field)));
            if *backwards { order.reverse() } else { order }
        });
    }
    all.truncate(query.limit.unwrap_or(usize::MAX));
    Ok((all.iter().map(|row| told(row, &query)).collect(), mask))
}

fn account(resource: &str, own: &Customer) -> Row {
    let name = if resource == "customer" {
        format!("customers/{}", own.id)
    } else {
        format!("customers/{MANAGER}/customerClients/{}", own.id)
    };
    let level = if resource == "customer" { 0 } else { own.level };
    let fields = [
        ("resource_name", json!(name)),
        ("client_customer", json!(format!("customers/{}", own.id))),
        ("id", json!(own.id)),
        ("descriptive_name", json!(own.name)),
        ("currency_code", json!("GBP")),
        ("time_zone", json!("Europe/London")),
        ("manager", json!(own.manager)),
        ("level", json!(level.to_string())),
        ("status", json!(own.status)),
        ("hidden", json!(false)),
        ("test_account", json!(false)),
    ];
    fields.into_iter().map(|(field, value)| (format!("{resource}.{field}"), value)).collect()
}

fn campaign(customer: &Customer, (id, name, status, budget, _): &Campaign) -> Row {
    let of = |kind: &str| format!("customers/{}/{kind}/{id}", customer.id);
    let fields = [
        ("campaign.resource_name", json!(of("campaigns"))),
        ("campaign.id", json!(id)),
        ("campaign.name", json!(name)),
        ("campaign.status", json!(status)),
        ("campaign.advertising_channel_type", json!("SEARCH")),
        ("campaign.start_date_time", json!("2025-03-01 00:00:00")),
        ("campaign_budget.resource_name", json!(of("campaignBudgets"))),
        ("campaign_budget.id", json!(id)),
        ("campaign_budget.amount_micros", json!(budget.to_string())),
    ];
    let mut row: Row = fields.into_iter().map(|(field, value)| (field.to_owned(), value)).collect();
    row.extend(account("customer", customer));
    row
}

/// Adds figures: a row for each day where the day is asked for, else their sum. `of` is the campaign, or `all`.
fn dated(desk: &Desk<'_>, query: &Query, customer: &Customer, rows: Vec<(Row, &str)>) -> Result<Vec<Row>, Failure> {
    let asks = |start: &str| query.select.iter().any(|field| field.starts_with(start));
    if !asks("metrics.") && !asks("segments.") {
        return Ok(rows.into_iter().map(|(row, _)| row).collect());
    }
    let days = days(desk, query)?;
    let mut all = Vec::new();
    for (row, of) in rows {
        let counts = |day: NaiveDate| -> Vec<(&str, i64)> {
            let mut sums: Vec<(&str, i64)> = Vec::new();
            for (id, _, _, _, figures_of) in CAMPAIGNS.iter().filter(|own| of == "all" || own.0 == of) {
                let subject = format!("customers/{}/campaigns/{id}", customer.id);
                for (metric, usual) in figures_of {
                    let value = figures::on(desk.state, &subject, metric, day, *usual);
                    match sums.iter_mut().find(|(own, _)| own == metric) {
                        Some((_, sum)) => *sum += value,
                        None => sums.push((metric, value)),
                    }
                }
            }
            sums
        };
        if asks("segments.date") {
            for day in &days {
                let mut row = with_metrics(row.clone(), &counts(*day));
                row.insert("segments.date".to_owned(), json!(day.to_string()));
                // Days without anything are left out.
                if counts(*day).iter().any(|(_, value)| *value != 0) {
                    all.push(row);
                }
            }
        } else {
            let mut sums: Vec<(&str, i64)> = Vec::new();
            for (metric, value) in days.iter().flat_map(|day| counts(*day)) {
                match sums.iter_mut().find(|(own, _)| *own == metric) {
                    Some((_, sum)) => *sum += value,
                    None => sums.push((metric, value)),
                }
            }
            all.push(with_metrics(row, &sums));
        }
    }
    Ok(all)
}

fn with_metrics(mut row: Row, counts: &[(&str, i64)]) -> Row {
    for (metric, value) in counts {
        // Counts are int64, conversions a number.
        let value = if *metric == "conversions" { json!(*value as f64) } else { json!(value.to_string()) };
        row.insert(format!("metrics.{metric}"), value);
    }
    row
}

fn days(desk: &Desk<'_>, query: &Query) -> Result<Vec<NaiveDate>, Failure> {
    let today = desk.now.date_naive();
    let ago = |days: i64| today - TimeDelta::days(days);
    let mut range = ago(30)..=today;
    for own in query.conditions.iter().filter(|own| own.field == "segments.date") {
        let day = |at: usize| own.values.get(at).and_then(|text| text.parse::<NaiveDate>().ok());
        let invalid = || Failure::query("INVALID_VALUE_WITH_DURING_OPERATOR", "Invalid date or range.");
        range = match (own.operator.as_str(), own.values.first().map(String::as_str)) {
            ("DURING", Some("LAST_7_DAYS")) => ago(7)..=ago(1),
            ("DURING", Some("LAST_14_DAYS")) => ago(14)..=ago(1),
            ("DURING", Some("LAST_30_DAYS")) => ago(30)..=ago(1),
            ("DURING", Some("TODAY")) => today..=today,
            ("DURING", Some("YESTERDAY")) => ago(1)..=ago(1),
            ("BETWEEN", _) => day(0).ok_or_else(invalid)?..=day(1).ok_or_else(invalid)?,
            ("=", _) => day(0).ok_or_else(invalid)?..=day(0).ok_or_else(invalid)?,
            (">=" | ">", _) => day(0).ok_or_else(invalid)?..=*range.end(),
            ("<=" | "<", _) => *range.start()..=day(0).ok_or_else(invalid)?,
            _ => return Err(invalid()),
        };
    }
    Ok(figures::known(&range, today, 0))
}

fn text_of(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

/// Numbers by their size, everything else as text.
fn compare(a: &str, b: &str) -> Ordering {
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a.total_cmp(&b),
        _ => a.cmp(b),
    }
}

fn holds(condition: &Condition, row: &Row) -> bool {
    let own = text_of(row.get(&condition.field));
    let is = |wanted: &String| own.eq_ignore_ascii_case(wanted);
    let first = condition.values.first().cloned().unwrap_or_default();
    let order = compare(&own, &first);
    match condition.operator.as_str() {
        "=" => is(&first),
        "!=" => !is(&first),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        ">=" => order.is_ge(),
        "IN" => condition.values.iter().any(is),
        "NOT IN" => !condition.values.iter().any(is),
        "LIKE" => own.contains(first.trim_matches('%')),
        "NOT LIKE" => !own.contains(first.trim_matches('%')),
        "BETWEEN" => order.is_ge() && condition.values.get(1).is_some_and(|last| compare(&own, last).is_le()),
        _ => false,
    }
}

/// `campaign_budget.amount_micros` as `campaignBudget.amountMicros`.
fn camel(field: &str) -> String {
    let mut told = String::new();
    let mut upper = false;
    for c in field.chars() {
        if c == '_' {
            upper = true;
        } else {
            told.push(if upper { c.to_ascii_uppercase() } else { c });
            upper = false;
        }
    }
    told
}

/// A row as JSON: nested, in camel case, with the name of its resource; zeros are left out.
fn told(row: &Row, query: &Query) -> Value {
    let mut told = json!({});
    let name = format!("{}.resource_name", query.from);
    for field in query.select.iter().chain([&name]) {
        let Some(value) = row.get(field) else { continue };
        if field.starts_with("metrics.") && matches!(text_of(Some(value)).as_str(), "0" | "0.0") {
            continue;
        }
        if let Some((resource, own)) = field.split_once('.') {
            told[camel(resource)][camel(own)] = value.clone();
        }
    }
    told
}
