//! Figures of a day: what was set for it, or an even course that is the same at every look. Parts of a day always add
//! up to it.

use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};

use super::state::State;

pub(super) fn key(subject: &str, metric: &str, date: NaiveDate) -> String {
    format!("{subject} {metric} {date}")
}

/// A number from a text that is the same on every machine (FNV-1a).
fn number_of(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// What a subject had on a day: as it was set, or about `usual`, with quiet Sundays.
pub(super) fn on(state: &State, subject: &str, metric: &str, date: NaiveDate, usual: i64) -> i64 {
    let key = key(subject, metric, date);
    if let Some(set) = state.figures.get(&key) {
        return *set;
    }
    let percent = match date.weekday() {
        Weekday::Sun => 60,
        Weekday::Sat => 80,
        _ => 100,
    };
    let wobble = i64::try_from(number_of(&key) % 21).unwrap_or_default() - 10;
    usual * (percent + wobble) / 100
}

/// Shares a total out by weights, without losing any.
pub(super) fn share(total: i64, weights: &[i64]) -> Vec<i64> {
    let sum = weights.iter().sum::<i64>().max(1);
    let mut parts: Vec<i64> = weights.iter().map(|weight| total * weight / sum).collect();
    let given: i64 = parts.iter().sum();
    if let Some(first) = parts.first_mut() {
        *first += total - given;
    }
    parts
}

/// The days of a range, at most three years of them.
pub(super) fn days(range: &RangeInclusive<NaiveDate>) -> Vec<NaiveDate> {
    range.start().iter_days().take_while(|day| day <= range.end()).take(1_100).collect()
}

/// The days of a range up to what is known: `behind` days before today.
pub(super) fn known(range: &RangeInclusive<NaiveDate>, today: NaiveDate, behind: i64) -> Vec<NaiveDate> {
    let last = today - TimeDelta::days(behind);
    days(range).into_iter().filter(|day| *day <= last).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_to_the_whole() {
        for total in [0, 1, 7, 100, 12_345] {
            assert_eq!(share(total, &[5, 3, 2, 1]).iter().sum::<i64>(), total);
        }
    }
}
