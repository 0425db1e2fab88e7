//! The gateway: providers in order, retries with growing pauses, a checked answer, every cent in the ledger.
//!
//! Each attempt is reserved before it leaves and settled whatever becomes of it, also when the caller is cancelled.
//! A provider that is down, at its limit or too slow gives way to the next one; a refusal of the key or of the request
//! does not, because it needs a person.

use std::{sync::Arc, time::Duration};

use aos_capabilities::model::{
    DeltaSink, Dialect, Ledger, LedgerCall, Message, ModelError, ModelErrorKind, ModelGateway, ModelReply,
    ModelRequest, ProviderConfig, ProviderSource, StopReason, Usage,
};
use aos_kernel::{Clock, MicroUsd, Retry};
use aos_outbound::Outbound;
use async_trait::async_trait;
use tracing::{Instrument, Span, field::Empty};

use crate::{
    check::Checker,
    error::{self, without_secrets},
    exchange::{Outcome, exchange},
    offline,
    providers::{Answer, Call, Speak, speaker},
    reservation::{Reservation, cost},
};

/// The first pause before a repeated attempt; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
/// A provider that asks for a longer pause is given up for this call: the next provider, or a later run, is quicker.
const LONGEST_ASKED_PAUSE: Duration = Duration::from_secs(60);
/// Answers that do not fit the schema are asked for again this often.
const REPAIRS: u32 = 1;

/// How the gateway waits; a test need not.
#[async_trait]
pub trait Sleeper: Send + Sync {
    async fn sleep(&self, pause: Duration);
}

/// Waits for real.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealSleeper;

#[async_trait]
impl Sleeper for RealSleeper {
    async fn sleep(&self, pause: Duration) {
        tokio::time::sleep(pause).await;
    }
}

/// See the module.
pub struct Gateway {
    outbound: Outbound,
    source: Arc<dyn ProviderSource>,
    ledger: Arc<dyn Ledger>,
    clock: Arc<dyn Clock>,
    sleeper: Arc<dyn Sleeper>,
    log_payloads: bool,
}

impl Gateway {
    pub fn new(
        outbound: Outbound,
        source: Arc<dyn ProviderSource>,
        ledger: Arc<dyn Ledger>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { outbound, source, ledger, clock, sleeper: Arc::new(RealSleeper), log_payloads: false }
    }

    #[must_use]
    pub fn with_sleeper(mut self, sleeper: Arc<dyn Sleeper>) -> Self {
        self.sleeper = sleeper;
        self
    }

    /// Writes prompts and answers to the log (target `aos_llm::payload`, level debug), without keys. Off unless a person
    /// turned it on: payloads hold clients' data.
    #[must_use]
    pub fn with_payload_logging(mut self, on: bool) -> Self {
        self.log_payloads = on;
        self
    }

    /// The providers to try, in order. An empty list means offline.
    async fn order(&self, request: &ModelRequest) -> Result<Vec<ProviderConfig>, ModelError> {
        let mut providers = self.source.providers().await.map_err(|failure| {
            let mut error = error::error(ModelErrorKind::Unavailable, failure.retry(), failure.message(), None);
            error.help = failure.help().map(str::to_owned);
            error
        })?;
        let Some(wanted) = request.model.as_deref().filter(|_| !providers.is_empty()) else { return Ok(providers) };
        let (name, model) = wanted.split_once('/').unwrap_or((wanted, ""));
        let Some(at) = providers.iter().position(|provider| provider.name == name) else {
            return Err(error::error(
                ModelErrorKind::BadRequest,
                Retry::Never,
                format!("The model “{wanted}” is asked for, but no provider is called “{name}”."),
                Some("Add the provider on the Models page, or choose another model for this agent."),
            ));
        };
        let mut first = providers.remove(at);
        if !model.is_empty() {
            model.clone_into(&mut first.model);
        }
        providers.insert(0, first);
        Ok(providers)
    }

    async fn ask(
        &self,
        provider: &ProviderConfig,
        speaker: &'static dyn Speak,
        request: &ModelRequest,
        sink: Option<&dyn DeltaSink>,
    ) -> Result<ModelReply, ModelError> {
        let checker = match &request.output {
            Some(schema) => Some(Checker::new(schema).map_err(|reason| error::bad_schema(&schema.name, &reason))?),
            None => None,
        };
        let mut messages = request.messages.clone();
        let mut spent = (Usage::default(), MicroUsd::ZERO);
        let mut repairs = 0;
        loop {
            let call = Call {
                provider,
                model: &provider.model,
                system: &request.system,
                messages: &messages,
                tools: &request.tools,
                output: request.output.as_ref(),
                max_output_tokens: request.max_output_tokens,
                stream: sink.is_some(),
            };
            let answer = self.attempts(&call, speaker, request, sink, &mut spent).await?;
            let reply = |answer: Answer, output| ModelReply {
                text: answer.text,
                tool_calls: answer.tool_calls,
                output,
                stop: answer.stop,
                usage: spent.0,
                cost: spent.1,
                model: format!("{}/{}", provider.name, provider.model),
                offline: false,
                repairs,
            };
            let Some(checker) = checker.as_ref().filter(|_| answer.tool_calls.is_empty()) else {
                return if answer.stop == StopReason::Refused {
                    Err(error::refused(provider))
                } else {
                    Ok(reply(answer, None))
                };
            };
            let errors = match (checker.check(&answer.text), answer.stop) {
                (Ok(output), _) => return Ok(reply(answer, Some(output))),
                (Err(_), StopReason::Refused) => return Err(error::refused(provider)),
                (Err(_), StopReason::Length) => return Err(error::too_long(provider, request.max_output_tokens)),
                (Err(errors), _) => errors,
            };
            if repairs == REPAIRS {
                return Err(error::malformed(provider, errors.len()));
            }
            repairs += 1;
            messages.extend(repair(answer.text, &errors));
        }
    }

    /// One call, tried again as often as the provider's settings allow. Adds what it spent to `spent`.
    async fn attempts(
        &self,
        call: &Call<'_>,
        speaker: &'static dyn Speak,
        request: &ModelRequest,
        sink: Option<&dyn DeltaSink>,
        spent: &mut (Usage, MicroUsd),
    ) -> Result<Answer, ModelError> {
        let mut attempt = 1;
        loop {
            let outcome = self.attempt(call, speaker, request, sink).await?;
            spent.0 += outcome.usage;
            spent.1 = spent.1 + cost(&call.provider.price, outcome.usage);
            let failure = match outcome.result {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let pause = match failure.retry {
                Retry::Never => return Err(failure),
                Retry::After(asked) if asked > LONGEST_ASKED_PAUSE => return Err(failure),
                Retry::After(asked) => asked,
                Retry::Backoff => FIRST_PAUSE.saturating_mul(1 << (attempt - 1).min(10)).min(LONGEST_PAUSE),
            };
            if attempt >= call.provider.max_attempts.max(1) {
                return Err(failure);
            }
            tracing::info!(
                provider = call.provider.name,
                attempt,
                ?pause,
                "model call failed, trying again: {failure}"
            );
            self.sleeper.sleep(pause).await;
            attempt += 1;
        }
    }

    /// One exchange, reserved before and settled after.
    ///
    /// # Errors
    /// The ledger's only; the exchange's own failure is in the outcome.
    async fn attempt(
        &self,
        call: &Call<'_>,
        speaker: &'static dyn Speak,
        request: &ModelRequest,
        sink: Option<&dyn DeltaSink>,
    ) -> Result<Outcome, ModelError> {
        let provider = call.provider;
        let reservation = Reservation::make(&self.ledger, &ledger_call(request, provider), call).await?;
        let span = tracing::info_span!(
            "chat",
            otel.name = format!("chat {}", call.model),
            otel.kind = "client",
            gen_ai.operation.name = "chat",
            gen_ai.provider.name = speaker.otel_name(),
            gen_ai.request.model = call.model,
            gen_ai.request.max_tokens = call.max_output_tokens,
            gen_ai.request.stream = call.stream,
            gen_ai.response.model = Empty,
            gen_ai.response.finish_reasons = Empty,
            gen_ai.usage.input_tokens = Empty,
            gen_ai.usage.cache_read.input_tokens = Empty,
            gen_ai.usage.output_tokens = Empty,
            error.type = Empty,
        );
        self.log_request(call);
        let mut outcome =
            exchange(&self.outbound, self.clock.now(), call, speaker, sink).instrument(span.clone()).await;
        record(&span, &outcome);
        self.log_answer(provider, &outcome);
        if outcome.may_have_cost && outcome.usage == Usage::default() {
            // The provider may have read and billed the prompt without our learning so: counted, rather too much than
            // too little.
            outcome.usage = Usage { input: reservation.input_tokens(), ..Usage::default() };
        }
        reservation.settle(outcome.usage, outcome.result.is_err()).await?;
        Ok(outcome)
    }

    fn log_request(&self, call: &Call<'_>) {
        if self.log_payloads {
            let messages = serde_json::to_string(call.messages).unwrap_or_default();
            let text = without_secrets(call.provider, &format!("{}\n{messages}", call.system));
            tracing::debug!(target: "aos_llm::payload", provider = call.provider.name, model = call.model, "{text}");
        }
    }

    fn log_answer(&self, provider: &ProviderConfig, outcome: &Outcome) {
        if let (true, Ok(answer)) = (self.log_payloads, &outcome.result) {
            let calls = serde_json::to_string(&answer.tool_calls).unwrap_or_default();
            let text = without_secrets(provider, &format!("{}\n{calls}", answer.text));
            tracing::debug!(target: "aos_llm::payload", provider = provider.name, "{text}");
        }
    }

    /// Drafts without a model. Free, and in the ledger all the same, so that a run's calls are all there.
    async fn compose(&self, request: &ModelRequest, sink: Option<&dyn DeltaSink>) -> Result<ModelReply, ModelError> {
        let call = LedgerCall {
            tenant: request.tenant,
            run: request.run,
            purpose: request.purpose,
            provider: "offline".to_owned(),
            model: "extraction".to_owned(),
            run_budget: request.run_budget,
        };
        let entry = self.ledger.reserve(&call, MicroUsd::ZERO).await?;
        let owned = request.clone();
        let composed = tokio::task::spawn_blocking(move || offline::compose(&owned)).await;
        let reply = composed.unwrap_or_else(|_| Err(error::stopped())).and_then(|reply| fits(request, reply));
        self.ledger.settle(entry, Usage::default(), MicroUsd::ZERO, reply.is_err()).await?;
        if let (Ok(reply), Some(sink)) = (&reply, sink) {
            sink.delta(&reply.text);
        }
        reply
    }
}

#[async_trait]
impl ModelGateway for Gateway {
    async fn complete(&self, request: ModelRequest, sink: Option<&dyn DeltaSink>) -> Result<ModelReply, ModelError> {
        let providers = self.order(&request).await?;
        let mut last = None;
        for provider in &providers {
            let result = match speaker(provider.dialect) {
                Some(speaker) => self.ask(provider, speaker, &request, sink).await,
                None => self.compose(&request, sink).await,
            };
            match result {
                Err(failure) if gives_way(failure.kind) => {
                    tracing::warn!(provider = provider.name, "model provider gave way: {failure}");
                    last = Some(failure);
                }
                other => return other,
            }
        }
        match last {
            Some(failure) => Err(failure),
            None => self.compose(&request, sink).await,
        }
    }

    async fn test(&self, provider: &ProviderConfig) -> Result<String, ModelError> {
        let Some(speaker) = speaker(provider.dialect) else {
            return Ok("No model is called: drafts are composed from the client's own words.".to_owned());
        };
        let messages = [Message::User { text: "Reply with the single word: ready".to_owned() }];
        let call = Call {
            provider,
            model: &provider.model,
            system: "",
            messages: &messages,
            tools: &[],
            output: None,
            // Enough for models that think before they answer.
            max_output_tokens: 256,
            stream: false,
        };
        let before = self.clock.now();
        let answer = exchange(&self.outbound, before, &call, speaker, None).await.result?;
        let seconds = (self.clock.now() - before).as_seconds_f64();
        let word: String = without_secrets(provider, &answer.text).trim().chars().take(60).collect();
        let model = answer.model.unwrap_or_else(|| provider.model.clone());
        Ok(format!("{model} answered in {seconds:.1} s: “{word}”"))
    }
}

fn gives_way(kind: ModelErrorKind) -> bool {
    matches!(kind, ModelErrorKind::Unavailable | ModelErrorKind::RateLimited | ModelErrorKind::TimedOut)
}

fn ledger_call(request: &ModelRequest, provider: &ProviderConfig) -> LedgerCall {
    LedgerCall {
        tenant: request.tenant,
        run: request.run,
        purpose: request.purpose,
        provider: provider.name.clone(),
        model: provider.model.clone(),
        run_budget: request.run_budget,
    }
}

fn record(span: &Span, outcome: &Outcome) {
    span.record("gen_ai.usage.input_tokens", outcome.usage.input);
    span.record("gen_ai.usage.cache_read.input_tokens", outcome.usage.cached_input);
    span.record("gen_ai.usage.output_tokens", outcome.usage.output);
    match &outcome.result {
        Ok(answer) => {
            span.record("gen_ai.response.finish_reasons", answer.stop.as_str());
            if let Some(model) = &answer.model {
                span.record("gen_ai.response.model", model.as_str());
            }
        }
        Err(failure) => {
            span.record("error.type", tracing::field::debug(failure.kind));
        }
    }
}

/// The turns that ask for a better answer.
fn repair(text: String, errors: &[String]) -> [Message; 2] {
    let text = if text.trim().is_empty() { "(empty)".to_owned() } else { text };
    let list = errors.iter().map(|error| format!("- {error}")).collect::<Vec<_>>().join("\n");
    [
        Message::Assistant { text, tool_calls: Vec::new() },
        Message::User {
            text: format!(
                "That answer can't be used:\n{list}\n\nAnswer again with the whole corrected JSON and nothing around it."
            ),
        },
    ]
}

/// The offline draft, when it fits what was asked for.
fn fits(request: &ModelRequest, reply: ModelReply) -> Result<ModelReply, ModelError> {
    let Some(schema) = &request.output else { return Ok(reply) };
    let checker = Checker::new(schema).map_err(|reason| error::bad_schema(&schema.name, &reason))?;
    match checker.check(&reply.text) {
        Ok(_) => Ok(reply),
        Err(errors) => {
            tracing::error!(schema = schema.name, ?errors, "an offline draft does not fit its schema");
            Err(error::error(
                ModelErrorKind::Malformed,
                Retry::Never,
                "The draft that was composed without a model does not have the form that was asked for.",
                Some("This is a defect of ours: report it with the run's address."),
            ))
        }
    }
}

/// The dialect that calls nobody, for a list of providers that ends with drafting offline.
pub fn offline_provider() -> ProviderConfig {
    ProviderConfig {
        name: "offline".to_owned(),
        dialect: Dialect::Offline,
        base_url: None,
        key: None,
        model: "extraction".to_owned(),
        headers: Vec::new(),
        price: aos_capabilities::model::Price::default(),
        timeout: Duration::from_secs(60),
        max_attempts: 1,
        requests_per_minute: 0,
    }
}
