//! What each person wants to be told, how, and when mail may reach them. Pure but for reading and writing it down.

use aos_kernel::{Error, Result, Timestamp, UserId};
use aos_storage::{Conn, Tx};
use chrono::{Days, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike};
use chrono_tz::Tz;
use serde::Serialize;

use super::{
    kinds::{MailWhen, NoticeKind},
    store,
};
use crate::people::{self, Permission, Principal, known_zone};

/// How a person is told of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Preference {
    pub kind: NoticeKind,
    pub in_app: bool,
    pub mail: MailWhen,
}

impl Preference {
    pub const fn usual(kind: NoticeKind) -> Self {
        let spec = kind.spec();
        Self { kind, in_app: spec.in_app, mail: spec.mail }
    }
}

/// Minutes of a day in which no mail goes out; may go over midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Quiet {
    pub from: u32,
    pub until: u32,
}

/// When mail may reach a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    pub zone: Tz,
    pub quiet: Option<Quiet>,
    /// Minute of the day at which the digest goes out.
    pub digest: u32,
}

impl Hours {
    /// Digests at eight, and no quiet hours.
    pub const fn usual(zone: Tz) -> Self {
        Self { zone, quiet: None, digest: 8 * 60 }
    }

    /// The first moment from `at` on that is not quiet.
    pub fn after_quiet(&self, at: Timestamp) -> Timestamp {
        let Some(quiet) = self.quiet.filter(|quiet| quiet.from != quiet.until) else { return at };
        let local = at.with_timezone(&self.zone);
        let minute = local.hour() * 60 + local.minute();
        let (is_quiet, next_day) = if quiet.from < quiet.until {
            ((quiet.from..quiet.until).contains(&minute), false)
        } else {
            (minute >= quiet.from || minute < quiet.until, minute >= quiet.from)
        };
        if !is_quiet {
            return at;
        }
        let day = local.date_naive() + Days::new(u64::from(next_day));
        self.moment(day.and_time(minutes(quiet.until)))
    }

    /// The day for which a digest is due at this moment, if its time has come.
    pub fn digest_day(&self, now: Timestamp) -> Option<chrono::NaiveDate> {
        let local = now.with_timezone(&self.zone);
        (local.hour() * 60 + local.minute() >= self.digest).then(|| local.date_naive())
    }

    /// A local time as a moment; one that the clocks skip is the first after the gap.
    fn moment(&self, local: NaiveDateTime) -> Timestamp {
        (0..=8)
            .find_map(|quarters| self.zone.from_local_datetime(&(local + TimeDelta::minutes(15 * quarters))).earliest())
            .map_or_else(|| local.and_utc(), |at| at.to_utc())
    }
}

fn minutes(of_day: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(of_day / 60 % 24, of_day % 60, 0).unwrap_or(NaiveTime::MIN)
}

/// A minute of the day as people write it: `22:30`.
pub fn clock(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// # Errors
/// `Invalid` for the field.
pub fn minute_of_day(field: &str, text: &str) -> Result<u32> {
    let bad = || Error::invalid(field, "Enter a time such as 22:30.");
    let (hours, minutes) = text.trim().split_once(':').ok_or_else(bad)?;
    let (hours, minutes): (u32, u32) = (hours.parse().map_err(|_| bad())?, minutes.parse().map_err(|_| bad())?);
    if hours < 24 && minutes < 60 { Ok(hours * 60 + minutes) } else { Err(bad()) }
}

/// A person's choices, each kind that they can get.
#[derive(Clone, Debug)]
pub struct Choices {
    pub kinds: Vec<Preference>,
    pub hours: Hours,
}

/// Whether this kind can reach this person at all, so that it makes sense to choose.
pub fn concerns(principal: &Principal, kind: NoticeKind) -> bool {
    let spec = kind.spec();
    if spec.letter {
        return false;
    }
    if spec.for_operators {
        return principal.can_in_agency(Permission::OperateSystem);
    }
    principal.is_staff() || spec.for_clients
}

/// # Errors
/// `Storage`.
pub async fn choices(conn: &mut Conn, principal: &Principal) -> Result<Choices> {
    let own = store::preferences::of_person(conn, principal.user()).await?;
    let kinds = NoticeKind::ALL
        .iter()
        .copied()
        .filter(|kind| concerns(principal, *kind))
        .map(|kind| own.iter().copied().find(|choice| choice.kind == kind).unwrap_or(Preference::usual(kind)));
    let kinds = kinds.collect();
    Ok(Choices { kinds, hours: hours_of(conn, principal.user()).await? })
}

/// # Errors
/// `Storage`.
pub(super) async fn hours_of(conn: &mut Conn, user: UserId) -> Result<Hours> {
    if let Some(hours) = store::preferences::hours(conn, &[user]).await?.remove(&user) {
        return Ok(hours);
    }
    Ok(Hours::usual(agency_zone(conn).await?))
}

pub(super) async fn agency_zone(conn: &mut Conn) -> Result<Tz> {
    match people::queries::agency(conn).await {
        Ok(agency) => Ok(agency.zone.parse().unwrap_or(Tz::UTC)),
        Err(error) if error.kind() == aos_kernel::ErrorKind::NotFound => Ok(Tz::UTC),
        Err(error) => Err(error),
    }
}

/// What a person enters about the hours.
#[derive(Clone, Debug, Default)]
pub struct NewHours {
    pub zone: String,
    /// Both empty: no quiet hours.
    pub quiet_from: String,
    pub quiet_until: String,
    pub digest: String,
}

/// Keeps a person's own choices. Kinds that do not concern them are left out.
///
/// # Errors
/// `Invalid` with the field; `Denied` for a token for reading.
pub async fn choose(tx: &mut Tx, principal: &Principal, kinds: &[Preference], hours: &NewHours) -> Result<()> {
    principal.require_writing()?;
    let zone = known_zone(&hours.zone)?;
    let quiet = match (hours.quiet_from.trim(), hours.quiet_until.trim()) {
        ("", "") => None,
        ("", _) => return Err(Error::invalid("quiet_from", "Say also when the quiet hours begin.")),
        (_, "") => return Err(Error::invalid("quiet_until", "Say also when the quiet hours end.")),
        (from, until) => {
            let quiet = Quiet { from: minute_of_day("quiet_from", from)?, until: minute_of_day("quiet_until", until)? };
            if quiet.from == quiet.until {
                return Err(Error::invalid("quiet_until", "This would be quiet all day. Switch mail off instead."));
            }
            Some(quiet)
        }
    };
    let hours = Hours { zone, quiet, digest: minute_of_day("digest", &hours.digest)? };
    store::preferences::put_hours(tx, principal.user(), &hours).await?;
    // Of a kind that is named twice the last choice counts, as if they had come one after the other.
    let last = |at: usize| !kinds[at + 1..].iter().any(|later| later.kind == kinds[at].kind);
    let own: Vec<Preference> = kinds
        .iter()
        .enumerate()
        .filter(|(at, choice)| last(*at) && concerns(principal, choice.kind))
        .map(|(_, choice)| *choice)
        .collect();
    store::preferences::put(tx, principal.user(), &own).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(zone: Tz, from: u32, until: u32) -> Hours {
        Hours { quiet: Some(Quiet { from, until }), ..Hours::usual(zone) }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_mail_waits_until_the_quiet_hours_of_its_reader_are_over() {
        let night = hours(chrono_tz::Europe::Berlin, 22 * 60, 7 * 60);
        // 23:30 and 03:00 in Berlin wait until seven; noon does not.
        assert_eq!(night.after_quiet(at("2026-04-01T21:30:00Z")), at("2026-04-02T05:00:00Z"));
        assert_eq!(night.after_quiet(at("2026-04-02T01:00:00Z")), at("2026-04-02T05:00:00Z"));
        assert_eq!(night.after_quiet(at("2026-04-02T10:00:00Z")), at("2026-04-02T10:00:00Z"));
        assert_eq!(night.after_quiet(at("2026-04-02T05:00:00Z")), at("2026-04-02T05:00:00Z"));
        let siesta = hours(chrono_tz::UTC, 13 * 60, 15 * 60);
        assert_eq!(siesta.after_quiet(at("2026-04-01T14:59:00Z")), at("2026-04-01T15:00:00Z"));
        assert_eq!(siesta.after_quiet(at("2026-04-01T12:59:00Z")), at("2026-04-01T12:59:00Z"));
    }

    #[test]
    fn an_end_of_the_quiet_hours_that_the_clocks_skip_comes_after_the_gap() {
        // On the last Sunday of March 2026 two o'clock in Berlin does not exist.
        let night = hours(chrono_tz::Europe::Berlin, 22 * 60, 2 * 60 + 30);
        assert_eq!(night.after_quiet(at("2026-03-29T00:00:00Z")), at("2026-03-29T01:00:00Z"));
    }

    #[test]
    fn a_digest_is_due_from_its_time_on() {
        let hours = Hours::usual(chrono_tz::America::Los_Angeles);
        assert_eq!(hours.digest_day(at("2026-04-01T14:59:00Z")), None);
        assert_eq!(hours.digest_day(at("2026-04-01T15:00:00Z")), "2026-04-01".parse().ok());
        assert_eq!(minute_of_day("digest", "08:05").unwrap(), 485);
        for bad in ["", "8", "24:00", "12:60", "x:y"] {
            assert!(minute_of_day("digest", bad).is_err(), "{bad}");
        }
        assert_eq!(clock(485), "08:05");
    }
}
