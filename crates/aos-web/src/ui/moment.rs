//! A moment as a person reads it: "5 minutes ago", with date, time and zone on hover.

use aos_kernel::Timestamp;
use askama::Template;
use chrono::{DateTime, Datelike, TimeDelta};
use chrono_tz::Tz;

/// A moment in a client's (or the agency's) time zone. Renders itself as `<time>`.
///
/// The script refreshes the relative text, so a page that stays open does not lie.
#[derive(Clone, Debug, Default, PartialEq, Eq, Template)]
#[template(
    source = r#"<time datetime="{{ iso }}" title="{{ absolute }}" data-relative>{{ relative }}</time>"#,
    ext = "html"
)]
pub struct Moment {
    /// RFC 3339 in UTC, for programs.
    pub iso: String,
    /// `20 Nov 2026, 14:05 CET`.
    pub absolute: String,
    /// `5 minutes ago`, `in 3 days`, `12 Mar 2026`.
    pub relative: String,
}

impl Moment {
    /// `now` comes from the request's clock, so that a rendered page can be compared in a test.
    pub fn new(at: Timestamp, zone: Tz, now: Timestamp) -> Self {
        let local = at.with_timezone(&zone);
        Self {
            iso: at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            absolute: local.format("%-d %b %Y, %H:%M %Z").to_string(),
            relative: relative(&local, &now.with_timezone(&zone)),
        }
    }
}

/// Relative up to a week, then the date; the year only when it is another one.
fn relative(at: &DateTime<Tz>, now: &DateTime<Tz>) -> String {
    let gap = now.signed_duration_since(*at);
    let (past, span) = if gap < TimeDelta::zero() { (false, -gap) } else { (true, gap) };
    let said = |n: i64, unit: &str| {
        let s = if n == 1 { "" } else { "s" };
        if past { format!("{n} {unit}{s} ago") } else { format!("in {n} {unit}{s}") }
    };
    match span.num_seconds() {
        0..45 => "just now".into(),
        45..3_600 => said(span.num_minutes().max(1), "minute"),
        3_600..86_400 => said(span.num_hours(), "hour"),
        86_400..604_800 => said(span.num_days(), "day"),
        _ if at.year() == now.year() => at.format("%-d %b").to_string(),
        _ => at.format("%-d %b %Y").to_string(),
    }
}

/// A calendar day for reading: `20 Nov 2026`.
pub fn day(date: chrono::NaiveDate) -> String {
    date.format("%-d %b %Y").to_string()
}

/// The value of an `<input type="datetime-local">` in the given zone.
pub fn local_input(at: Timestamp, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%dT%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_shown_in_the_clients_zone() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let show = |at: &str| Moment::new(at.parse().unwrap(), chrono_tz::Europe::Berlin, now);
        assert_eq!(show("2026-11-20T11:15:00Z").relative, "45 minutes ago");
        assert_eq!(show("2026-11-20T11:15:00Z").absolute, "20 Nov 2026, 12:15 CET");
        assert_eq!(show("2026-11-21T13:00:00Z").relative, "in 1 day");
        assert_eq!(show("2025-03-12T11:15:00Z").relative, "12 Mar 2025");
        assert_eq!(
            show("2026-11-20T12:00:00Z").render().unwrap(),
            r#"<time datetime="2026-11-20T12:00:00Z" title="20 Nov 2026, 13:00 CET" data-relative>just now</time>"#
        );
    }
}
