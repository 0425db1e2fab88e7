//! Lists that many pages share: choices of a form, a history of events, sources, gaps.

use askama::Template;

use super::Moment;

/// One entry of a select, a filter or a set of radio buttons.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
    /// Shown beside a filter's label; `None`: not counted.
    pub count: Option<u64>,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), count: None }
    }
    #[must_use]
    pub fn counted(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }
}

/// The `<option>`s of a select.
#[derive(Clone, Debug, Default, PartialEq, Eq, Template)]
#[template(path = "ui/choices.html")]
pub struct Choices {
    pub options: Vec<Choice>,
    pub selected: String,
}

impl Choices {
    pub fn new(options: Vec<Choice>, selected: impl Into<String>) -> Self {
        Self { options, selected: selected.into() }
    }
    /// Values that are their own words, such as time zones.
    pub fn plain<S: Into<String>>(values: impl IntoIterator<Item = S>, selected: impl Into<String>) -> Self {
        let options =
            values.into_iter().map(Into::into).map(|value: String| Choice::new(value.clone(), value)).collect();
        Self::new(options, selected)
    }
    /// Every time zone, with the ones people look for under their usual names.
    pub fn time_zones(selected: impl Into<String>) -> Self {
        Self::plain(chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()), selected)
    }
}

/// What happened, newest first. Renders itself.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "ui/timeline.html")]
pub struct Timeline {
    pub events: Vec<TimelineEvent>,
}

/// One thing that happened.
#[derive(Clone, Debug, Default)]
pub struct TimelineEvent {
    /// A person's or an agent's name.
    pub who: String,
    pub agent: bool,
    /// The whole sentence without the name: "approved the strategy, version 2".
    pub what: String,
    /// Notes or the reason, when there is one.
    pub why: Option<String>,
    /// Where the thing is; `None`: no page of its own.
    pub href: Option<String>,
    pub at: Moment,
    /// A state from the vocabulary, for the colour of the dot.
    pub state: String,
}

impl TimelineEvent {
    fn tone(&self) -> &'static str {
        super::states::look(&self.state).as_str()
    }
}

/// One version in a history of versions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionRow {
    pub version: u32,
    /// Shows what it changed; `None` for the first.
    pub href: Option<String>,
    pub by: String,
    pub at: Moment,
    /// The one that is in use.
    pub current: bool,
    /// The one whose changes are shown.
    pub shown: bool,
}

/// Where a fact stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// Link for the reader: `http(s)` only, checked by [`Source::page`].
    pub href: Option<String>,
    pub label: String,
}

impl Source {
    /// A page of a website. An address that is not `http(s)` is shown, not linked.
    pub fn page(url: &str) -> Self {
        let safe = url.starts_with("https://") || url.starts_with("http://");
        Self { href: safe.then(|| url.to_owned()), label: url.to_owned() }
    }
    /// Something without an address, such as an uploaded document.
    pub fn named(label: impl Into<String>) -> Self {
        Self { href: None, label: label.into() }
    }
}

/// What the material did not carry, and what a person could bring.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gap {
    pub what: String,
    pub ask: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_could_run_a_script_is_not_linked() {
        assert_eq!(Source::page("javascript:alert(1)").href, None);
        assert!(Source::page("https://example.com/a").href.is_some());
    }
}
