//! Which days a calendar shows. Pure.

use aos_kernel::Month;
use chrono::{Datelike, Days, NaiveDate};

use super::month;

aos_kernel::text_enum! {
    /// How the days are laid out.
    #[derive(Default)]
    pub enum View { #[default] Month = "month", Week = "week", List = "list" }
}

impl View {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Month => "Month",
            Self::Week => "Week",
            Self::List => "List",
        }
    }
}

/// A list shows this many days.
const LISTED: u64 = 30;

/// Days in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    view: View,
    /// The day that was asked for.
    date: NaiveDate,
    pub first: NaiveDate,
    length: u64,
}

fn monday(date: NaiveDate) -> NaiveDate {
    date - Days::new(u64::from(date.weekday().num_days_from_monday()))
}

impl Span {
    /// The days of a view that hold `date`; weeks begin on Monday. A month is drawn in whole weeks.
    pub fn around(view: View, date: NaiveDate) -> Self {
        // Far enough from the ends of what dates can say that nothing below overflows.
        let date = date.clamp(
            NaiveDate::from_ymd_opt(1970, 1, 1).unwrap_or_default(),
            NaiveDate::from_ymd_opt(9990, 1, 1).unwrap_or_default(),
        );
        let (first, length) = match view {
            View::Week => (monday(date), 7),
            View::List => (date, LISTED),
            View::Month => {
                let first = monday(month(date).first_day());
                let until = month(date).next().first_day();
                let days = u64::try_from((until - first).num_days()).unwrap_or(0);
                (first, days.div_ceil(7) * 7)
            }
        };
        Self { view, date, first, length }
    }
    pub fn days(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let first = self.first;
        (0..self.length).map(move |n| first + Days::new(n))
    }
    /// The day after the last.
    pub fn end(&self) -> NaiveDate {
        self.first + Days::new(self.length)
    }
    pub fn is_list(&self) -> bool {
        self.view == View::List
    }
    pub fn is_week(&self) -> bool {
        self.view == View::Week
    }
    /// A day of the span before.
    pub fn previous(&self) -> NaiveDate {
        match self.view {
            View::Month => month(month(self.date).first_day() - Days::new(1)).first_day(),
            View::Week => self.first - Days::new(7),
            View::List => self.first - Days::new(LISTED),
        }
    }
    pub fn next(&self) -> NaiveDate {
        match self.view {
            View::Month => month(self.date).next().first_day(),
            View::Week | View::List => self.end(),
        }
    }
    /// Drawn only because weeks are whole.
    pub fn is_outside(&self, date: NaiveDate) -> bool {
        self.view == View::Month && month(date) != month(self.date)
    }
    /// Months whose last day is in the span.
    pub fn months_that_end(&self) -> Vec<Month> {
        self.days().filter(|date| (*date + Days::new(1)).day() == 1).map(month).collect()
    }
    pub fn title(&self) -> String {
        let last = self.end() - Days::new(1);
        match self.view {
            View::Month => month(self.date).label(),
            _ if self.first.year() != last.year() => {
                format!("{} – {}", self.first.format("%-d %b %Y"), last.format("%-d %b %Y"))
            }
            _ if month(self.first) != month(last) => {
                format!("{} – {}", self.first.format("%-d %b"), last.format("%-d %b %Y"))
            }
            _ => format!("{} – {}", self.first.format("%-d"), last.format("%-d %B %Y")),
        }
    }
    /// The heads of the columns; none for a list.
    pub fn weekdays(&self) -> Vec<String> {
        if self.view == View::List {
            return Vec::new();
        }
        self.days().take(7).map(|date| date.format("%a").to_string()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_is_drawn_in_whole_weeks_and_walks_from_one_to_the_next() {
        let november = Span::around(View::Month, day("2026-11-20"));
        assert_eq!((november.first, november.end()), (day("2026-10-26"), day("2026-12-07")));
        assert!(november.is_outside(day("2026-10-31")) && !november.is_outside(day("2026-11-30")));
        assert_eq!((november.previous(), november.next()), (day("2026-10-01"), day("2026-12-01")));
        assert_eq!(november.months_that_end().len(), 2);
        // February 2027 begins on a Monday and has four weeks.
        assert_eq!(Span::around(View::Month, day("2027-02-10")).days().count(), 28);
    }

    #[test]
    fn a_week_and_a_list_say_from_when_to_when() {
        let week = Span::around(View::Week, day("2026-12-31"));
        assert_eq!(week.title(), "28 Dec 2026 – 3 Jan 2027");
        assert_eq!((week.previous(), week.next()), (day("2026-12-21"), day("2027-01-04")));
        assert_eq!(Span::around(View::Week, day("2026-11-18")).title(), "16 – 22 November 2026");
        assert_eq!(Span::around(View::List, day("2026-11-18")).title(), "18 Nov – 17 Dec 2026");
        for odd in ["0001-01-01", "9999-12-31"] {
            assert!(Span::around(View::Month, day(odd)).days().count() >= 28);
        }
    }
}
