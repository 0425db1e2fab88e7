//! The hours of a week. Pure.

use super::views::{CalendarDay, CalendarHour, CalendarItem};

/// The hours that a week shows in any case, those of an office.
const USUAL: (u32, u32) = (8, 18);

fn hour_of(item: &CalendarItem) -> u32 {
    item.time.split(':').next().and_then(|hour| hour.parse().ok()).filter(|hour| *hour < 24).unwrap_or(0)
}

/// Puts what a week's days hold at its hours; the hours that stand beside it: from the first that is needed to the last.
pub(super) fn by_hour(days: &mut [CalendarDay]) -> Vec<(u32, String)> {
    let (mut first, mut last) = USUAL;
    for day in days.iter_mut() {
        let mut items = std::mem::take(&mut day.items);
        // Over several time zones the order of moments is not that of the clock.
        items.sort_by(|one, other| one.time.cmp(&other.time));
        for item in items {
            let hour = hour_of(&item);
            (first, last) = (first.min(hour), last.max(hour));
            match day.hours.last_mut().filter(|slot| slot.hour == hour) {
                Some(slot) => slot.items.push(item),
                None => day.hours.push(CalendarHour { hour, items: vec![item] }),
            }
        }
    }
    (first..=last).map(|hour| (hour, format!("{hour:02}:00"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(times: &[&str]) -> CalendarDay {
        let items = times.iter().map(|time| CalendarItem { time: (*time).to_owned(), ..CalendarItem::default() });
        CalendarDay { items: items.collect(), ..CalendarDay::default() }
    }

    #[test]
    fn a_week_stands_at_its_hours_and_shows_early_and_late_ones_only_when_they_are_needed() {
        let mut days = [at(&["14:30", "09:00", "09:45"]), at(&[])];
        let rail = by_hour(&mut days);
        assert_eq!((rail.first().unwrap().1.as_str(), rail.last().unwrap().1.as_str()), ("08:00", "18:00"));
        let hours: Vec<(u32, usize)> = days[0].hours.iter().map(|slot| (slot.hour, slot.items.len())).collect();
        assert_eq!(hours, [(9, 2), (14, 1)]);
        assert!(days[0].items.is_empty() && days[1].is_empty());
        let rail = by_hour(&mut [at(&["23:30", "05:00"])]);
        assert_eq!((rail.first().unwrap().0, rail.last().unwrap().0), (5, 23));
    }
}
