//! Business Profile: daily figures of a location (contract: section 6).

use axum::http::Method;
use chrono::{Datelike, NaiveDate};
use serde_json::{Value, json};

use super::{Answered, Desk, GoogleApi, Problem, admitted, figures, oauth, profile, split_verb};
use crate::vendors::arrival::Arrival;

/// Days until figures are there.
const BEHIND: i64 = 3;

/// Each metric with what a usual day brings.
const METRICS: &[(&str, i64)] = &[
    ("BUSINESS_IMPRESSIONS_DESKTOP_MAPS", 14),
    ("BUSINESS_IMPRESSIONS_DESKTOP_SEARCH", 42),
    ("BUSINESS_IMPRESSIONS_MOBILE_MAPS", 37),
    ("BUSINESS_IMPRESSIONS_MOBILE_SEARCH", 66),
    ("CALL_CLICKS", 3),
    ("WEBSITE_CLICKS", 11),
    ("BUSINESS_DIRECTION_REQUESTS", 6),
    ("BUSINESS_CONVERSATIONS", 0),
    ("BUSINESS_BOOKINGS", 0),
    ("BUSINESS_FOOD_ORDERS", 0),
    ("BUSINESS_FOOD_MENU_CLICKS", 0),
];

/// `businessprofileperformance.googleapis.com`.
pub(super) fn route(desk: &mut Desk<'_>, arrival: &Arrival) -> Answered {
    let holder = admitted(desk, arrival, oauth::BUSINESS, GoogleApi::Performance)?;
    let (parts, verb) = split_verb(&arrival.path);
    let (&Method::GET, ["v1", "locations", id], Some(verb)) = (&arrival.method, parts.as_slice(), verb) else {
        return Err(Problem::not_found());
    };
    let name = format!("locations/{id}");
    let place = desk.state.locations.iter().find(|own| own.name == name).ok_or_else(Problem::not_found)?;
    if !profile::manages(desk.state, &holder, &place.account) {
        return Err(Problem::denied("The caller does not have permission"));
    }
    let range = day(arrival, "startDate")?..=day(arrival, "endDate")?;
    if range.is_empty() {
        return Err(Problem::invalid("daily_range", "The start date must not be after the end date."));
    }
    let days = figures::known(&range, desk.now.date_naive(), BEHIND);
    let series = |metric: &str| -> Result<Value, Problem> {
        let known = METRICS.iter().find(|(own, _)| *own == metric);
        let usual = known.ok_or_else(|| Problem::invalid("daily_metrics", format!("Invalid value: {metric}")))?.1;
        let values: Vec<Value> = days
            .iter()
            .map(|day| {
                let value = figures::on(desk.state, &name, metric, *day, usual);
                let mut dated = json!({"date": {"year": day.year(), "month": day.month(), "day": day.day()}});
                // An absent value is zero.
                if value != 0 {
                    dated["value"] = json!(value.to_string());
                }
                dated
            })
            .collect();
        Ok(json!({ "datedValues": values }))
    };
    match verb {
        "fetchMultiDailyMetricsTimeSeries" => {
            let metrics = arrival.params("dailyMetrics");
            if metrics.is_empty() {
                return Err(Problem::invalid("daily_metrics", "daily_metrics is required."));
            }
            let told: Result<Vec<Value>, Problem> = metrics
                .iter()
                .map(|metric| Ok(json!({"dailyMetric": metric, "timeSeries": series(metric)?})))
                .collect();
            Ok(json!({"multiDailyMetricTimeSeries": [{"dailyMetricTimeSeries": told?}]}))
        }
        "getDailyMetricsTimeSeries" => {
            let metric = arrival.param("dailyMetric").unwrap_or_default();
            Ok(json!({ "timeSeries": series(&metric)? }))
        }
        _ => Err(Problem::not_found()),
    }
}

fn day(arrival: &Arrival, which: &str) -> Result<NaiveDate, Problem> {
    let part =
        |part: &str| arrival.param(&format!("dailyRange.{which}.{part}")).and_then(|text| text.parse::<u32>().ok());
    let date = part("year").zip(part("month")).zip(part("day"));
    date.and_then(|((year, month), day)| NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day))
        .ok_or_else(|| Problem::invalid(&format!("daily_range.{which}"), "A valid date is required."))
}
