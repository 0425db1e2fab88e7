//! Money for the ledger. Model prices are fractions of a cent per call, so amounts are counted in millionths of a US dollar.

use std::{
    fmt,
    iter::Sum,
    ops::{Add, Sub},
};

use serde::{Deserialize, Serialize};

/// Millionths of a US dollar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MicroUsd(pub i64);

impl MicroUsd {
    pub const ZERO: Self = Self(0);
    pub fn from_usd(dollars: f64) -> Self {
        Self((dollars * 1_000_000.0).round() as i64)
    }
    /// The price of `tokens` at `self` per million tokens, rounded up so that a budget is never overrun by rounding.
    pub fn per_million(self, tokens: i64) -> Self {
        let product = i128::from(self.0) * i128::from(tokens);
        Self(i64::try_from((product + 999_999) / 1_000_000).unwrap_or(i64::MAX))
    }
}
impl Add for MicroUsd {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}
impl Sub for MicroUsd {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}
impl Sum for MicroUsd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}
/// `$1.25`; four decimals below one cent, so that a cheap call does not read as free.
impl fmt::Display for MicroUsd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, micros) = if self.0 < 0 { ("-", self.0.unsigned_abs()) } else { ("", self.0.unsigned_abs()) };
        if micros == 0 || micros >= 10_000 {
            write!(f, "{sign}${}.{:02}", micros / 1_000_000, micros % 1_000_000 / 10_000)
        } else {
            write!(f, "{sign}$0.{:04}", micros / 100)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_rounded_up_and_shown_with_its_currency() {
        let per_million = MicroUsd::from_usd(2.5);
        assert_eq!(per_million.per_million(1), MicroUsd(3));
        assert_eq!(per_million.per_million(1_000_000).to_string(), "$2.50");
        assert_eq!(MicroUsd(450).to_string(), "$0.0004");
        assert_eq!(MicroUsd(-1_250_000).to_string(), "-$1.25");
        assert_eq!(MicroUsd::ZERO.to_string(), "$0.00");
    }
}
