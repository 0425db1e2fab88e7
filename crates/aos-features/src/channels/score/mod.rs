//! How well a channel is set up and does, from 0 to 100. Pure: from what the platform gave, and nothing else.
//!
//! Each platform has its dimensions, with a weight, a formula in words and the evidence that it rests on. What could not
//! be measured is left out of the mean and says so; a figure is never made up.

mod measures;
mod sets;
#[cfg(test)]
mod tests;

use aos_capabilities::{evidence::Evidence, platform::ChannelType};
use aos_kernel::Timestamp;
use serde::{Deserialize, Serialize};

/// Below this a dimension proposes work.
pub const LOW: f64 = 50.0;

/// One side of how a channel does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dimension {
    /// `post_frequency`.
    pub key: String,
    pub label: String,
    /// In percent; those of a platform make 100.
    pub weight: u32,
    /// How it is counted, in words.
    pub formula: String,
    /// 0 to 100; none when it could not be measured.
    pub value: Option<f64>,
    /// What it rests on: "12 posts in the last 30 days". Of one that was not measured: why.
    pub evidence: String,
    /// What would better it.
    pub advice: String,
}

impl Dimension {
    pub fn is_low(&self) -> bool {
        self.value.is_some_and(|value| value < LOW)
    }
}

/// What a look at a channel gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The weighted mean of what was measured; none when nothing was.
    pub score: Option<f64>,
    pub dimensions: Vec<Dimension>,
}

/// A dimension of a platform.
struct Spec {
    key: &'static str,
    label: &'static str,
    weight: u32,
    formula: &'static str,
    measure: fn(&Evidence, Timestamp) -> Measured,
}

/// What came of looking at one dimension.
enum Measured {
    Value {
        value: f64,
        evidence: String,
        advice: String,
    },
    /// Why not.
    Not(String),
}

/// Whether channels of this kind have a score at all.
pub fn is_scored(platform: &str, kind: ChannelType) -> bool {
    !sets::of(platform, kind).is_empty()
}

/// The score of what was read of an account at this moment.
pub fn of(platform: &str, kind: ChannelType, evidence: &Evidence, now: Timestamp) -> Score {
    let at = evidence.taken_at.unwrap_or(now);
    let dimensions: Vec<Dimension> =
        sets::of(platform, kind).iter().map(|spec| looked_at(spec, evidence, at)).collect();
    let measured = dimensions.iter().filter_map(|one| one.value.map(|value| (f64::from(one.weight), value)));
    let (weights, sum) =
        measured.fold((0.0, 0.0), |(weights, sum), (weight, value)| (weights + weight, sum + weight * value));
    let score = (weights > 0.0).then(|| tenths(sum / weights));
    Score { score, dimensions }
}

fn looked_at(spec: &Spec, evidence: &Evidence, at: Timestamp) -> Dimension {
    let (value, evidence, advice) = match (spec.measure)(evidence, at) {
        Measured::Value { value, evidence, advice } => (Some(tenths(value.clamp(0.0, 100.0))), evidence, advice),
        Measured::Not(why) => (None, why, String::new()),
    };
    Dimension {
        key: spec.key.to_owned(),
        label: spec.label.to_owned(),
        weight: spec.weight,
        formula: spec.formula.to_owned(),
        value,
        evidence,
        advice,
    }
}

/// One digit behind the point is as exact as people read it.
fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
