//! A day and a time of day in a zone, as people plan in them, and the moment that is meant. Pure.
//!
//! Twice a year the clocks of most zones make a local time mean nothing or two things. A calendar can't refuse to drop a
//! post on such a day, so each has one rule, and whoever planned is told which was applied.

use aos_kernel::Timestamp;
use chrono::{LocalResult, NaiveDateTime, TimeDelta, TimeZone};
use chrono_tz::Tz;

/// What became of a local time that does not exist, or exists twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockChange {
    /// The clocks skip it: it was moved forward by what they skip, to this local time.
    Skipped { became: NaiveDateTime },
    /// The clocks show it twice: the earlier one is meant.
    Repeated,
}

/// The moment of a local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    pub at: Timestamp,
    pub change: Option<ClockChange>,
}

/// The farthest that clocks were ever put forward is a day, in Samoa in 2011.
const LONGEST_GAP: i64 = 24 * 60;
/// Zones change at whole quarters of an hour.
const STEP: i64 = 15;

/// The moment that a local time means: one that the clocks skip is moved forward, of one that they show twice it is the
/// earlier.
pub fn moment_of(local: NaiveDateTime, zone: Tz) -> Planned {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) => Planned { at: at.to_utc(), change: None },
        LocalResult::Ambiguous(one, other) => {
            Planned { at: one.to_utc().min(other.to_utc()), change: Some(ClockChange::Repeated) }
        }
        LocalResult::None => {
            // As if the clocks had not been changed: what was half past two before is half past three after.
            let before = (1..=LONGEST_GAP / STEP).find_map(|n| {
                let gap = TimeDelta::minutes(n * STEP);
                zone.from_local_datetime(&(local - gap)).latest().map(|at| at.to_utc() + gap)
            });
            let at = before.unwrap_or_else(|| local.and_utc());
            let became = at.with_timezone(&zone).naive_local();
            Planned { at, change: Some(ClockChange::Skipped { became }) }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use proptest::prelude::*;

    use super::*;

    fn local(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
    }

    /// Zone, local time, the moment, what was said about it.
    const CASES: &[(Tz, &str, &str, &str)] = &[
        (Tz::Europe__Berlin, "2026-11-24 09:00", "2026-11-24T08:00:00Z", ""),
        (Tz::Europe__Berlin, "2026-07-24 09:00", "2026-07-24T07:00:00Z", ""),
        // Forward, in the last hour of March's last Sunday: from two to three.
        (Tz::Europe__Berlin, "2026-03-29 01:59", "2026-03-29T00:59:00Z", ""),
        (Tz::Europe__Berlin, "2026-03-29 02:00", "2026-03-29T01:00:00Z", "2026-03-29 03:00"),
        (Tz::Europe__Berlin, "2026-03-29 02:30", "2026-03-29T01:30:00Z", "2026-03-29 03:30"),
        (Tz::Europe__Berlin, "2026-03-29 03:00", "2026-03-29T01:00:00Z", ""),
        // Back, from three to two.
        (Tz::Europe__Berlin, "2026-10-25 02:30", "2026-10-25T00:30:00Z", "twice"),
        (Tz::Europe__Berlin, "2026-10-25 03:00", "2026-10-25T02:00:00Z", ""),
        (Tz::America__New_York, "2026-03-08 02:30", "2026-03-08T07:30:00Z", "2026-03-08 03:30"),
        (Tz::America__New_York, "2026-11-01 01:30", "2026-11-01T05:30:00Z", "twice"),
        // Half an hour only.
        (Tz::Australia__Lord_Howe, "2026-10-04 02:15", "2026-10-03T15:45:00Z", "2026-10-04 02:45"),
        (Tz::Australia__Lord_Howe, "2026-04-05 01:45", "2026-04-04T14:45:00Z", "twice"),
        // At midnight, so that the day begins at one.
        (Tz::Africa__Cairo, "2026-04-24 00:10", "2026-04-23T22:10:00Z", "2026-04-24 01:10"),
        // A whole day was left out.
        (Tz::Pacific__Apia, "2011-12-30 10:00", "2011-12-30T20:00:00Z", "2011-12-31 10:00"),
        // Zones that never change.
        (Tz::Asia__Kolkata, "2026-03-29 02:30", "2026-03-28T21:00:00Z", ""),
        (Tz::UTC, "2026-03-29 02:30", "2026-03-29T02:30:00Z", ""),
    ];

    #[test]
    fn a_local_time_means_one_moment_also_where_the_clocks_change() {
        for (zone, said, at, told) in CASES {
            let planned = moment_of(local(said), *zone);
            assert_eq!(planned.at, at.parse::<Timestamp>().unwrap(), "{zone} {said}");
            let change = match *told {
                "" => None,
                "twice" => Some(ClockChange::Repeated),
                became => Some(ClockChange::Skipped { became: local(became) }),
            };
            assert_eq!(planned.change, change, "{zone} {said}");
        }
    }

    proptest! {
        /// Whatever the zone and the day: the clock there shows what was asked for, or a later time when it skips that.
        #[test]
        fn the_clock_on_the_wall_agrees(
            zone in proptest::sample::select(chrono_tz::TZ_VARIANTS.to_vec()),
            day in 0..25_000i64,
            minute in 0..1440i64,
        ) {
            let start = NaiveDate::from_ymd_opt(1975, 1, 1).unwrap().and_hms_opt(0, 0, 0).unwrap();
            let asked = start + TimeDelta::days(day) + TimeDelta::minutes(minute);
            let planned = moment_of(asked, zone);
            let wall = planned.at.with_timezone(&zone).naive_local();
            match planned.change {
                Some(ClockChange::Skipped { became }) => prop_assert!(wall == became && wall > asked, "{zone} {asked}"),
                _ => prop_assert_eq!(wall, asked, "{}", zone),
            }
        }
    }
}
