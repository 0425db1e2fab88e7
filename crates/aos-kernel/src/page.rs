//! Keyset paging: a page never shifts when rows are added before it.

use chrono::DateTime;
use serde::{Deserialize, Serialize};

use crate::{Error, Id, Named, Result, Timestamp};

/// How many rows at most: 1 to 200.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSize(i64);

impl PageSize {
    pub const DEFAULT: Self = Self(50);
    pub const MAX: i64 = 200;
    /// Clamped, because a page that is too large is never what a person wanted.
    pub fn clamped(size: i64) -> Self {
        Self(size.clamp(1, Self::MAX))
    }
    pub fn get(self) -> i64 {
        self.0
    }
}
impl Default for PageSize {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Opaque to callers: the last row of the page before. Only the query that made it can read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(String);

impl Cursor {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// After the row with this moment and id, in a list that is sorted by both.
    pub fn after_row<T: Named>(at: Timestamp, id: Id<T>) -> Self {
        Self(format!("{}.{id}", at.timestamp_micros()))
    }
    /// Reads what [`Cursor::after_row`] wrote.
    ///
    /// # Errors
    /// `Invalid` for a text that it did not write.
    pub fn row<T: Named>(&self) -> Result<(Timestamp, Id<T>)> {
        let read = || {
            let (at, id) = self.0.split_once('.')?;
            Some((DateTime::from_timestamp_micros(at.parse().ok()?)?, id.parse().ok()?))
        };
        read().ok_or_else(|| Error::invalid("after", "This page link is not valid any more; begin at the first page."))
    }
}

/// Some rows and where the next ones begin.
#[derive(Clone, Debug, Serialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// `items` holds up to one row more than `size`; the surplus row only tells that there is a next page.
    pub fn from_surplus(mut items: Vec<T>, size: PageSize, cursor: impl FnOnce(&T) -> Cursor) -> Self {
        let size = usize::try_from(size.get()).unwrap_or(usize::MAX);
        let more = items.len() > size;
        items.truncate(size);
        let next = if more { items.last().map(cursor) } else { None };
        Self { items, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_surplus_row_only_says_that_there_is_more() {
        let page = Page::from_surplus(vec![1, 2, 3], PageSize::clamped(2), |n| Cursor::new(n.to_string()));
        assert_eq!((page.items, page.next), (vec![1, 2], Some(Cursor::new("2"))));
        let last = Page::from_surplus(vec![1, 2], PageSize::clamped(2), |n| Cursor::new(n.to_string()));
        assert_eq!(last.next, None);
    }
}
