//! How a month and a goal are doing: what was reached against where the calendar says it ought to be. Pure; nobody types
//! a status in.

use aos_kernel::{Month, TimeRange, Timestamp, text_enum};
use chrono::{Days, LocalResult, NaiveDate, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use serde::Serialize;

text_enum! {
    /// Status of a deliverable in a month.
    pub enum PeriodStatus {
        OnTrack = "on_track",
        AtRisk = "at_risk",
        Completed = "completed",
        /// The month is over and something is missing.
        Missed = "missed",
    }
}

text_enum! {
    /// Status of a goal.
    pub enum GoalStatus {
        OnTrack = "on_track",
        AtRisk = "at_risk",
        Achieved = "achieved",
        /// Its day is over and the target was not reached.
        Missed = "missed",
    }
}

/// How far behind an even pace is still on track: a fifth of the whole, as work comes in batches.
const SLACK: f64 = 0.2;
/// A deliverable of one or two a month is not at risk before three quarters of one ought to be there.
const SLACK_UNITS: f64 = 0.75;

/// The moment at which a day begins in a zone. Where the clocks skip midnight, the first moment after the gap; where they
/// show it twice, the first of the two.
pub fn day_begins(day: NaiveDate, zone: Tz) -> Timestamp {
    let midnight = day.and_time(NaiveTime::MIN);
    // No zone has ever skipped more than a day, in steps of a quarter of an hour or more.
    (0..=96)
        .map(|quarters| midnight + TimeDelta::minutes(15 * quarters))
        .find_map(|local| match zone.from_local_datetime(&local) {
            LocalResult::Single(at) => Some(at),
            LocalResult::Ambiguous(first, _) => Some(first),
            LocalResult::None => None,
        })
        .map_or_else(|| midnight.and_utc(), |at| at.to_utc())
}

/// The moments that a month covers in a zone.
pub fn month_range(month: Month, zone: Tz) -> TimeRange {
    TimeRange { start: day_begins(month.first_day(), zone), end: day_begins(month.next().first_day(), zone) }
}

/// The day that it is in a zone.
pub fn day_at(now: Timestamp, zone: Tz) -> NaiveDate {
    now.with_timezone(&zone).date_naive()
}

/// The month that it is in a zone.
pub fn month_at(now: Timestamp, zone: Tz) -> Month {
    Month::of(day_at(now, zone))
}

/// How much of a span is over: 0 to 1.
fn elapsed(span: TimeRange, now: Timestamp) -> f64 {
    let whole = (span.end - span.start).as_seconds_f64();
    if whole <= 0.0 { 1.0 } else { ((now - span.start).as_seconds_f64() / whole).clamp(0.0, 1.0) }
}

/// A month's figures and how they are doing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Pace {
    pub target: i64,
    pub completed: i64,
    /// Where an even pace would be now.
    pub expected: f64,
    pub status: PeriodStatus,
}

/// The pace of a period. `opened_at` is when its work could begin: a deliverable agreed in the middle of a month is
/// measured from then on; `None` when the month was over before.
pub fn period_pace(
    target: i64,
    completed: i64,
    month: Month,
    opened_at: Option<Timestamp>,
    zone: Tz,
    now: Timestamp,
) -> Pace {
    let mut span = month_range(month, zone);
    if let Some(opened_at) = opened_at {
        span.start = span.start.max(opened_at.min(span.end));
    }
    let expected = target as f64 * elapsed(span, now);
    let behind = expected - completed as f64;
    let status = if completed >= target {
        PeriodStatus::Completed
    } else if now >= span.end {
        PeriodStatus::Missed
    } else if behind > (SLACK * target as f64).max(SLACK_UNITS) {
        PeriodStatus::AtRisk
    } else {
        PeriodStatus::OnTrack
    };
    Pace { target, completed, expected, status }
}

/// What a goal's status is computed from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GoalFigures {
    /// Where it began; 0 when nobody knew.
    pub baseline: Option<f64>,
    pub target: f64,
    /// The last value; none while nothing was counted or entered.
    pub current: Option<f64>,
    pub started_on: NaiveDate,
    /// The last day on which it can be reached.
    pub target_date: NaiveDate,
}

/// How much of the way from the baseline to the target is done: 0 at the baseline, 1 at the target, also for a goal that
/// is reached by going down (a cost, a position).
pub fn goal_progress(goal: GoalFigures) -> f64 {
    let from = goal.baseline.unwrap_or(0.0);
    let current = goal.current.unwrap_or(from);
    let way = goal.target - from;
    if way == 0.0 { if current >= goal.target { 1.0 } else { 0.0 } } else { (current - from) / way }
}

/// The status of a goal.
pub fn goal_status(goal: GoalFigures, zone: Tz, now: Timestamp) -> GoalStatus {
    let span = TimeRange {
        start: day_begins(goal.started_on, zone),
        end: day_begins(goal.target_date.checked_add_days(Days::new(1)).unwrap_or(goal.target_date), zone),
    };
    let progress = goal_progress(goal);
    if progress >= 1.0 {
        GoalStatus::Achieved
    } else if now >= span.end {
        GoalStatus::Missed
    } else if elapsed(span, now) - progress > SLACK {
        GoalStatus::AtRisk
    } else {
        GoalStatus::OnTrack
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const APRIL: &str = "2026-04";

    fn at(moment: &str) -> Timestamp {
        moment.parse().unwrap()
    }
    fn zone(name: &str) -> Tz {
        name.parse().unwrap()
    }
    fn status(target: i64, completed: i64, now: &str) -> PeriodStatus {
        let opened = Some(at("2026-04-01T00:00:00Z"));
        period_pace(target, completed, APRIL.parse().unwrap(), opened, Tz::UTC, at(now)).status
    }

    #[test]
    fn a_month_begins_and_ends_where_the_client_lives() {
        let range = |month: &str, name| {
            let range = month_range(month.parse().unwrap(), zone(name));
            (range.start.to_rfc3339(), range.end.to_rfc3339())
        };
        assert_eq!(
            range(APRIL, "Asia/Tokyo"),
            ("2026-03-31T15:00:00+00:00".to_owned(), "2026-04-30T15:00:00+00:00".to_owned())
        );
        // Summer time begins within this one and ends within that one: 743 and 745 hours.
        let hours = |month: &str| {
            let range = month_range(month.parse().unwrap(), zone("Europe/Berlin"));
            (range.end - range.start).num_hours()
        };
        assert_eq!((hours("2026-03"), hours("2026-10")), (743, 745));
        // Half and quarter hours.
        assert_eq!(range(APRIL, "Asia/Kathmandu").0, "2026-03-31T18:15:00+00:00");
    }

    #[test]
    fn a_day_begins_also_where_midnight_does_not_exist_or_comes_twice() {
        // Paraguay skipped midnight on 1 October 2023; Lebanon's days of change likewise begin at one o'clock.
        let day = "2023-10-01".parse().unwrap();
        assert_eq!(day_begins(day, zone("America/Asuncion")).to_rfc3339(), "2023-10-01T04:00:00+00:00");
        // Havana shows midnight twice on 5 November 2023: the day begins with the first.
        let day = "2023-11-05".parse().unwrap();
        assert_eq!(day_begins(day, zone("America/Havana")).to_rfc3339(), "2023-11-05T04:00:00+00:00");
        // Samoa had no 30 December 2011 at all.
        let day = "2011-12-30".parse().unwrap();
        assert_eq!(day_begins(day, zone("Pacific/Apia")).to_rfc3339(), "2011-12-30T10:00:00+00:00");
    }

    #[test]
    fn every_months_edges_meet_in_every_zone() {
        let moment = TimeDelta::microseconds(1);
        for zone in chrono_tz::TZ_VARIANTS {
            let mut month: Month = "2009-12".parse().unwrap();
            while month.first_day() < "2031-01-01".parse().unwrap() {
                let range = month_range(month, zone);
                assert_eq!(month_at(range.start, zone), month, "{zone} {month}");
                assert_eq!(month_at(range.end - moment, zone), month, "{zone} {month}");
                assert_eq!(range.end, month_range(month.next(), zone).start, "{zone} {month}");
                month = month.next();
            }
        }
    }

    #[test]
    fn the_same_moment_lies_in_different_months() {
        let now = at("2026-04-30T23:30:00Z");
        assert_eq!(month_at(now, zone("Pacific/Kiritimati")).to_string(), "2026-05");
        assert_eq!(month_at(now, zone("America/New_York")).to_string(), APRIL);
    }

    #[test]
    fn a_month_is_on_track_at_risk_completed_or_missed_by_the_calendar() {
        assert_eq!(status(10, 0, "2026-04-01T00:00:00Z"), PeriodStatus::OnTrack);
        assert_eq!(status(10, 0, "2026-04-06T00:00:00Z"), PeriodStatus::OnTrack);
        assert_eq!(status(10, 0, "2026-04-08T00:00:00Z"), PeriodStatus::AtRisk);
        assert_eq!(status(10, 3, "2026-04-16T00:00:00Z"), PeriodStatus::OnTrack);
        assert_eq!(status(10, 2, "2026-04-16T12:00:00Z"), PeriodStatus::AtRisk);
        assert_eq!(status(10, 10, "2026-04-02T00:00:00Z"), PeriodStatus::Completed);
        assert_eq!(status(10, 11, "2026-06-01T00:00:00Z"), PeriodStatus::Completed);
        assert_eq!(status(10, 9, "2026-04-30T23:59:59Z"), PeriodStatus::OnTrack);
        assert_eq!(status(10, 9, "2026-05-01T00:00:00Z"), PeriodStatus::Missed);
        // One a month is at risk in its last quarter only.
        assert_eq!(status(1, 0, "2026-04-23T00:00:00Z"), PeriodStatus::OnTrack);
        assert_eq!(status(1, 0, "2026-04-24T00:00:00Z"), PeriodStatus::AtRisk);
    }

    #[test]
    fn the_last_hour_counts_where_the_client_lives() {
        let pace = |name: &str| {
            period_pace(10, 9, APRIL.parse().unwrap(), None, zone(name), at("2026-04-30T20:00:00Z")).status
        };
        assert_eq!(pace("Asia/Tokyo"), PeriodStatus::Missed);
        assert_eq!(pace("America/New_York"), PeriodStatus::OnTrack);
    }

    #[test]
    fn a_month_opened_late_is_measured_from_then_on() {
        let opened = Some(at("2026-04-20T00:00:00Z"));
        let pace = |now: &str| period_pace(10, 0, APRIL.parse().unwrap(), opened, Tz::UTC, at(now));
        assert_eq!(pace("2026-04-21T00:00:00Z").status, PeriodStatus::OnTrack);
        assert_eq!(pace("2026-04-25T12:00:00Z").expected.round() as i64, 5);
        assert_eq!(pace("2026-04-25T12:00:00Z").status, PeriodStatus::AtRisk);
    }

    fn goal(baseline: Option<f64>, target: f64, current: Option<f64>) -> GoalFigures {
        GoalFigures {
            baseline,
            target,
            current,
            started_on: "2026-01-01".parse().unwrap(),
            target_date: "2026-12-31".parse().unwrap(),
        }
    }

    #[test]
    fn a_goal_is_measured_on_its_way_from_the_baseline() {
        let status = |goal, now: &str| goal_status(goal, Tz::UTC, at(now));
        let halfway = "2026-07-02T12:00:00Z";
        assert_eq!(status(goal(None, 60.0, None), "2026-02-01T00:00:00Z"), GoalStatus::OnTrack);
        assert_eq!(status(goal(None, 60.0, Some(10.0)), halfway), GoalStatus::AtRisk);
        assert_eq!(status(goal(None, 60.0, Some(20.0)), halfway), GoalStatus::OnTrack);
        assert_eq!(status(goal(Some(1000.0), 1400.0, Some(1100.0)), halfway), GoalStatus::AtRisk);
        assert_eq!(status(goal(Some(1000.0), 1400.0, Some(1400.0)), halfway), GoalStatus::Achieved);
        // Downwards: from position 20 to position 3.
        assert_eq!(status(goal(Some(20.0), 3.0, Some(9.0)), halfway), GoalStatus::OnTrack);
        assert_eq!(status(goal(Some(20.0), 3.0, Some(3.0)), halfway), GoalStatus::Achieved);
        assert_eq!(status(goal(Some(20.0), 3.0, Some(25.0)), halfway), GoalStatus::AtRisk);
    }

    #[test]
    fn the_target_date_itself_still_counts() {
        let goal = goal(None, 60.0, Some(50.0));
        let late = |name: &str| goal_status(goal, zone(name), at("2027-01-01T04:00:00Z"));
        assert_eq!(late("UTC"), GoalStatus::Missed);
        assert_eq!(late("America/New_York"), GoalStatus::OnTrack);
    }
}
