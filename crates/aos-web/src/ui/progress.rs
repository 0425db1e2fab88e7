//! Progress against a target, with a mark where today ought to be.

use askama::Template;

/// `6/10` and its pace. Drawn as SVG, because the content policy allows no inline styles.
#[derive(Clone, Debug, Default, PartialEq, Template)]
#[template(path = "ui/progress.html")]
pub struct Progress {
    /// Done so far, in the target's unit.
    pub done: f64,
    pub target: f64,
    /// Where today ought to be, in the target's unit; `None` where there is no pace (a goal without a baseline).
    pub expected: Option<f64>,
    /// `on_track`, `at_risk`, `completed`, `achieved` or `missed`: gives the bar its colour.
    pub status: String,
    /// What is counted: "posts".
    pub unit: String,
}

impl Progress {
    pub fn new(
        done: f64,
        target: f64,
        expected: Option<f64>,
        status: impl Into<String>,
        unit: impl Into<String>,
    ) -> Self {
        Self { done, target, expected, status: status.into(), unit: unit.into() }
    }
    /// Share of the target from 0 to 100.
    fn percent(&self, value: f64) -> f64 {
        if self.target > 0.0 { (value / self.target * 100.0).clamp(0.0, 100.0) } else { 0.0 }
    }
    fn filled(&self) -> String {
        format!("{:.1}%", self.percent(self.done))
    }
    fn mark(&self) -> Option<String> {
        self.expected.map(|expected| format!("{:.1}%", self.percent(expected).clamp(0.4, 99.6)))
    }
    fn tone(&self) -> &'static str {
        super::states::look(&self.status).as_str()
    }
    fn done_text(&self) -> String {
        super::number::measured(self.done)
    }
    fn target_text(&self) -> String {
        super::number::measured(self.target)
    }
    /// One sentence for those who don't see the bar.
    fn sentence(&self) -> String {
        let (done, target, unit) = (self.done_text(), self.target_text(), &self.unit);
        match self.expected {
            Some(expected) => {
                format!("{done} of {target} {unit}; {} expected by today", super::number::measured(expected))
            }
            None => format!("{done} of {target} {unit}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_stands_where_today_ought_to_be() {
        let progress = Progress::new(6.0, 10.0, Some(7.0), "at_risk", "posts");
        assert_eq!(progress.filled(), "60.0%");
        assert_eq!(progress.mark().as_deref(), Some("70.0%"));
        assert_eq!(progress.sentence(), "6 of 10 posts; 7 expected by today");
        assert_eq!(Progress::new(3.0, 0.0, None, "", "posts").filled(), "0.0%");
    }
}
