//! Money set aside for one attempt, and what it cost in the end.

use std::sync::Arc;

use aos_capabilities::model::{Ledger, LedgerCall, ModelError, Price, Usage};
use aos_kernel::{LedgerEntryId, MicroUsd};

use crate::providers::Call;

/// Characters of a prompt that make a token, counted low so that a reservation is rather too large.
const CHARS_PER_TOKEN: usize = 3;

/// What `usage` costs; cached input has a price of its own.
pub fn cost(price: &Price, usage: Usage) -> MicroUsd {
    let fresh = (usage.input - usage.cached_input).max(0);
    price.input.per_million(fresh)
        + price.cached_input.per_million(usage.cached_input)
        + price.output.per_million(usage.output)
}

/// An open reservation. Dropping it without settling (the caller was cancelled) settles it as failed, at the price of
/// the prompt: the provider has read it.
pub struct Reservation {
    ledger: Arc<dyn Ledger>,
    entry: LedgerEntryId,
    price: Price,
    input_tokens: i64,
    open: bool,
}

impl Reservation {
    /// # Errors
    /// The ledger's: a budget is used up.
    pub async fn make(ledger: &Arc<dyn Ledger>, who: &LedgerCall, call: &Call<'_>) -> Result<Self, ModelError> {
        let price = call.provider.price;
        let input_tokens = estimate(call);
        let at_most =
            cost(&price, Usage { input: input_tokens, cached_input: 0, output: i64::from(call.max_output_tokens) });
        let entry = ledger.reserve(who, at_most).await?;
        Ok(Self { ledger: ledger.clone(), entry, price, input_tokens, open: true })
    }

    /// The prompt's estimated size.
    pub fn input_tokens(&self) -> i64 {
        self.input_tokens
    }

    pub async fn settle(mut self, usage: Usage, failed: bool) -> Result<(), ModelError> {
        let settled = self.ledger.settle(self.entry, usage, cost(&self.price, usage), failed).await;
        self.open = false;
        settled
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if !self.open {
            return;
        }
        let usage = Usage { input: self.input_tokens, ..Usage::default() };
        let (ledger, entry, amount) = (self.ledger.clone(), self.entry, cost(&self.price, usage));
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(failure) = ledger.settle(entry, usage, amount, true).await {
                    tracing::error!("a cancelled model call could not be settled: {failure}");
                }
            });
        }
    }
}

fn estimate(call: &Call<'_>) -> i64 {
    let json = |value: &dyn Fn() -> serde_json::Result<String>| value().map_or(0, |text| text.len());
    let tools: usize = call
        .tools
        .iter()
        .map(|tool| tool.name.len() + tool.description.len() + json(&|| serde_json::to_string(&tool.parameters)))
        .sum();
    let schema = call.output.map_or(0, |output| json(&|| serde_json::to_string(&output.schema)));
    let messages = json(&|| serde_json::to_string(call.messages));
    let bytes = call.system.len() + messages + tools + schema;
    i64::try_from(bytes / CHARS_PER_TOKEN + 1).unwrap_or(i64::MAX)
}
