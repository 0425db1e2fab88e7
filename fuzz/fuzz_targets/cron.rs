//! Any text given as a schedule is refused, never comes, or comes later than now, and each time later than the last.
#![no_main]

#[path = "../../crates/aos-workflow/src/cron.rs"]
mod cron;

use chrono::{DateTime, Utc};
use libfuzzer_sys::fuzz_target;

/// A zone whose clocks change, which is where schedules go wrong.
const ZONE: &str = "Europe/Paris";

fuzz_target!(|expression: &str| {
    let Ok(table) = cron::Timetable::parse(expression, ZONE) else { return };
    let mut moment: DateTime<Utc> = DateTime::UNIX_EPOCH;
    for _ in 0..5 {
        let Ok(next) = table.next_after(moment) else { return };
        assert!(next > moment, "{expression}: {next} does not follow {moment}");
        moment = next;
    }
    let _ = table.last_until(DateTime::UNIX_EPOCH, moment);
});
