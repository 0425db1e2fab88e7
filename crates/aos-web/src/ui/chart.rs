//! A bar chart with its figures as a table behind it.

use askama::Template;

/// What was measured over time, oldest first. Drawn as SVG, because the content policy allows no inline styles.
#[derive(Clone, Debug, Default, PartialEq, Template)]
#[template(path = "ui/chart.html")]
pub struct Chart {
    /// What the bars are: "Posts published".
    pub title: String,
    /// The head of the table's first column: "Month".
    pub over: String,
    pub bars: Vec<Bar>,
}

/// One bar.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bar {
    pub label: String,
    /// Not below zero.
    pub value: f64,
    /// The value as people read it: "1,204", "€ 12.40".
    pub words: String,
}

/// A bar as it is drawn, in percent of the plot.
struct Drawn<'a> {
    bar: &'a Bar,
    x: String,
    y: String,
    width: String,
    height: String,
}

impl Chart {
    pub fn new(title: impl Into<String>, over: impl Into<String>, bars: Vec<Bar>) -> Self {
        Self { title: title.into(), over: over.into(), bars }
    }

    fn highest(&self) -> Option<&Bar> {
        self.bars.iter().max_by(|a, b| a.value.total_cmp(&b.value)).filter(|bar| bar.value > 0.0)
    }

    fn drawn(&self) -> Vec<Drawn<'_>> {
        let highest = self.highest().map_or(1.0, |bar| bar.value);
        let step = 100.0 / self.bars.len().max(1) as f64;
        let percent = |value: f64| format!("{value:.2}%");
        let draw = |(at, bar): (usize, &'_ Bar)| (at, (bar.value / highest).clamp(0.0, 1.0) * 100.0);
        let heights = self.bars.iter().enumerate().map(draw);
        heights
            .zip(&self.bars)
            .map(|((at, height), bar)| Drawn {
                bar,
                x: percent(step * at as f64 + step * 0.12),
                y: percent(100.0 - height),
                width: percent(step * 0.76),
                height: percent(height),
            })
            .collect()
    }

    /// One sentence for those who don't see the bars.
    fn sentence(&self) -> String {
        match (self.highest(), self.bars.first(), self.bars.last()) {
            (Some(highest), Some(first), Some(last)) => format!(
                "{}: {} in {} to {} in {}; the most was {} in {}",
                self.title, first.words, first.label, last.words, last.label, highest.words, highest.label
            ),
            _ => format!("{}: nothing yet", self.title),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(label: &str, value: f64) -> Bar {
        Bar { label: label.into(), value, words: value.to_string() }
    }

    #[test]
    fn bars_share_the_width_and_the_highest_takes_the_height() {
        let chart = Chart::new("Posts", "Month", vec![bar("June", 5.0), bar("July", 10.0)]);
        let drawn = chart.drawn();
        assert_eq!((drawn[0].y.as_str(), drawn[0].height.as_str()), ("50.00%", "50.00%"));
        assert_eq!((drawn[1].x.as_str(), drawn[1].height.as_str()), ("56.00%", "100.00%"));
        assert_eq!(chart.sentence(), "Posts: 5 in June to 10 in July; the most was 10 in July");
        assert_eq!(Chart::new("Posts", "Month", vec![bar("June", 0.0)]).drawn()[0].height, "0.00%");
        assert_eq!(Chart::default().sentence(), ": nothing yet");
    }
}
