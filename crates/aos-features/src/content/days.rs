//! On which days of a month its pieces come out. Pure.

use aos_kernel::{Month, Timestamp};
use chrono::{Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Weekday};
use chrono_tz::Tz;

use super::planning::moment_of;

/// Somebody has to approve, write and approve again before anything comes out.
const LEAD: Days = Days::new(2);
/// With less than this left of a month the days of the next week count too.
const LEAST: TimeDelta = TimeDelta::days(3);
/// When people read, until a client says otherwise.
const HOUR: NaiveTime = NaiveTime::from_hms_opt(10, 0, 0).expect("an hour of the day");

/// The days of a month on which something may still come out, the first and the last.
pub fn open(month: Month, today: NaiveDate) -> (NaiveDate, NaiveDate) {
    let (first, last) = (month.first_day(), month.next().first_day() - TimeDelta::days(1));
    let from = first.max(today + LEAD);
    (from, if last - from < LEAST { from + Days::new(7) } else { last })
}

/// A moment for each piece: on the day that it wishes for, where that is open; the others spread evenly over the working
/// days. Each lies ahead of `now`.
pub fn spread(wished: &[Option<NaiveDate>], open: (NaiveDate, NaiveDate), zone: Tz, now: Timestamp) -> Vec<Timestamp> {
    let (from, to) = open;
    let works = |day: &NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    let mut days: Vec<NaiveDate> = from.iter_days().take_while(|day| *day <= to).filter(works).collect();
    if days.is_empty() {
        days.push(from);
    }
    let fits = |day: &Option<NaiveDate>| day.filter(|day| (from..=to).contains(day));
    let free = wished.iter().filter(|day| fits(day).is_none()).count().max(1);
    let mut placed = 0;
    wished
        .iter()
        .map(|day| {
            let day = fits(day).unwrap_or_else(|| {
                let day = days[(placed * days.len() / free).min(days.len() - 1)];
                placed += 1;
                day
            });
            let at = moment_of(day.and_time(HOUR), zone).at;
            if at > now { at } else { now + TimeDelta::days(1) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_days_of_a_month_begin_after_today_and_run_over_where_it_ends() {
        let april: Month = "2026-04".parse().unwrap();
        assert_eq!(open(april, day("2026-04-01")), (day("2026-04-03"), day("2026-04-30")));
        assert_eq!(open(april, day("2026-03-20")), (day("2026-04-01"), day("2026-04-30")));
        assert_eq!(open(april, day("2026-04-29")), (day("2026-05-01"), day("2026-05-08")));
    }

    #[test]
    fn wishes_are_kept_and_the_rest_is_spread_over_working_days() {
        let open = (day("2026-04-03"), day("2026-04-30"));
        let wished = [Some(day("2026-04-11")), None, None, Some(day("2026-05-11")), None];
        let now = "2026-04-01T09:00:00Z".parse().unwrap();
        let moments = spread(&wished, open, Tz::Europe__Berlin, now);
        let days: Vec<String> = moments.iter().map(|at| at.format("%m-%d %H:%M").to_string()).collect();
        assert_eq!(days, ["04-11 08:00", "04-03 08:00", "04-10 08:00", "04-17 08:00", "04-24 08:00"]);
    }
}
