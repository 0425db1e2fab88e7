//! Any text given as a schedule is refused, never comes, or comes later than now, and each time later than the last.
#![no_main]

#[path = "../../crates/aos-workflow/src/cron.rs"]
mod cron;

use chrono::{DateTime, Utc};
use libfuzzer_sys::fuzz_target;

const ZONES: [&str; 3] = ["UTC", "Europe/Paris", "Pacific/Kiritimati"];

fuzz_target!(|expression: &str| {
    for zone in ZONES {
        let Ok(table) = cron::Timetable::parse(expression, zone) else { continue };
        let mut moment: DateTime<Utc> = DateTime::UNIX_EPOCH;
        for _ in 0..5 {
            let Ok(next) = table.next_after(moment) else { break };
            assert!(next > moment, "{expression} in {zone}: {next} does not follow {moment}");
            moment = next;
        }
        let _ = table.last_until(DateTime::UNIX_EPOCH, moment);
    }
});
