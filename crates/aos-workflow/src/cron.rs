//! When a schedule fires: a cron expression in a time zone. Pure.

use std::str::FromStr;

use aos_kernel::{Error, Result, Timestamp};
use chrono::Utc;
use chrono_tz::Tz;
use croner::Cron;

/// A parsed schedule.
#[derive(Debug)]
pub struct Timetable {
    cron: Cron,
    zone: Tz,
}

impl Timetable {
    /// `cron` has five fields (minute to day of week), or six with seconds before them; `zone` is a name such as
    /// `Europe/Paris`.
    ///
    /// # Errors
    /// `Invalid` with the field that can't be read.
    pub fn parse(cron: &str, zone: &str) -> Result<Self> {
        let zone = Tz::from_str(zone)
            .map_err(|_| Error::invalid("zone", format!("“{zone}” is not the name of a time zone.")))?;
        let refusal = || Error::invalid("cron", format!("“{cron}” is not a schedule such as “0 6 1 * *”."));
        // croner reads a list without members as a field that never matches, and then looks for that moment for ever.
        if cron.split_whitespace().any(|field| field.split(',').any(str::is_empty)) {
            return Err(refusal());
        }
        let cron = Cron::from_str(cron).map_err(|e| refusal().with_context(e))?;
        Ok(Self { cron, zone })
    }

    /// The first time after `moment`.
    ///
    /// # Errors
    /// `Invalid` when there is none, as for the 30th of February.
    pub fn next_after(&self, moment: Timestamp) -> Result<Timestamp> {
        self.cron
            .find_next_occurrence(&moment.with_timezone(&self.zone), false)
            .map(|at| at.with_timezone(&Utc))
            .map_err(|e| {
                Error::invalid("cron", "This schedule never comes.").with_context(format!("{}: {e}", self.cron))
            })
    }

    /// The last time up to `moment`, not before `first`.
    ///
    /// # Errors
    /// As [`Timetable::next_after`].
    pub fn last_until(&self, first: Timestamp, moment: Timestamp) -> Result<Timestamp> {
        let local = moment.with_timezone(&self.zone);
        let last = self.cron.find_previous_occurrence(&local, true).map_err(|e| {
            Error::invalid("cron", "This schedule never comes.").with_context(format!("{}: {e}", self.cron))
        })?;
        Ok(last.with_timezone(&Utc).max(first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_first_of_the_month_is_the_clients_own() {
        let paris = Timetable::parse("0 0 1 * *", "Europe/Paris").unwrap();
        assert_eq!(paris.next_after(at("2026-03-31T21:59:59Z")).unwrap(), at("2026-03-31T22:00:00Z"));
        let kiritimati = Timetable::parse("0 0 1 * *", "Pacific/Kiritimati").unwrap();
        assert_eq!(kiritimati.next_after(at("2026-03-31T00:00:00Z")).unwrap(), at("2026-03-31T10:00:00Z"));
    }

    #[test]
    fn an_hour_that_summer_time_skips_still_fires_once_that_day() {
        let table = Timetable::parse("30 2 * * *", "Europe/Paris").unwrap();
        let first = table.next_after(at("2026-03-28T12:00:00Z")).unwrap();
        let second = table.next_after(first).unwrap();
        assert_eq!(first.date_naive().to_string(), "2026-03-29");
        assert_eq!(second, at("2026-03-30T00:30:00Z"));
    }

    #[test]
    fn what_can_not_be_read_or_never_comes_is_refused_with_its_field() {
        assert_eq!(Timetable::parse("0 0 1 * *", "Mars/Olympus").unwrap_err().field(), Some("zone"));
        assert_eq!(Timetable::parse("sometimes", "UTC").unwrap_err().field(), Some("cron"));
        assert_eq!(Timetable::parse(", 15-18 * *  * *", "UTC").unwrap_err().field(), Some("cron"));
        assert_eq!(Timetable::parse("0 0 1, * *", "UTC").unwrap_err().field(), Some("cron"));
        let never = Timetable::parse("0 0 30 2 *", "UTC").unwrap();
        assert_eq!(never.next_after(at("2026-01-01T00:00:00Z")).unwrap_err().field(), Some("cron"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(cron in "\\PC{0,40}", like in "[0-9*/,L#W? -]{0,30}") {
            let _ = Timetable::parse(&cron, "UTC");
            if let Ok(table) = Timetable::parse(&like, "Europe/Paris") {
                let moment = at("2026-03-28T12:00:00Z");
                if let Ok(next) = table.next_after(moment) {
                    proptest::prop_assert!(next > moment);
                }
            }
        }
    }
}
