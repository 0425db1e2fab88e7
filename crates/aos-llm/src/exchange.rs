//! One request and its answer, streamed or whole.

use aos_capabilities::model::{DeltaSink, ModelError, Usage};
use aos_kernel::Timestamp;
use aos_outbound::{Outbound, OutboundError, Request, Response, Sent, StreamedResponse};

use crate::{
    error,
    providers::{Answer, Call, Failure, Speak},
    sse::Parser,
};

/// What became of an attempt.
pub struct Outcome {
    pub result: Result<Answer, ModelError>,
    /// As far as it is known.
    pub usage: Usage,
    /// It failed in a way that leaves open whether the provider did (and billed) the work.
    pub may_have_cost: bool,
}

impl Outcome {
    fn failed(failure: ModelError) -> Self {
        Self { result: Err(failure), usage: Usage::default(), may_have_cost: false }
    }

    fn lost(call: &Call<'_>, failure: &OutboundError, usage: Usage) -> Self {
        Self {
            result: Err(error::from_outbound(call.provider, failure)),
            usage,
            may_have_cost: failure.sent == Sent::Maybe,
        }
    }

    fn of(result: Result<Answer, ModelError>, usage: Usage) -> Self {
        let usage = result.as_ref().map_or(usage, |answer| answer.usage);
        // An answer that came but can't be used was made all the same.
        Self { may_have_cost: result.is_err(), usage, result }
    }
}

/// Sends the call once. `now` is when, for dates in headers.
pub async fn exchange(
    outbound: &Outbound,
    now: Timestamp,
    call: &Call<'_>,
    speaker: &'static dyn Speak,
    sink: Option<&dyn DeltaSink>,
) -> Outcome {
    let request = match speaker.request(call) {
        Ok(request) => request,
        Err(failure) => return Outcome::failed(failure),
    };
    match sink {
        Some(sink) => streamed(outbound, now, call, speaker, request, sink).await,
        None => match outbound.send(request).await {
            Ok(response) => whole(now, call, speaker, &response),
            Err(failure) => Outcome::lost(call, &failure, Usage::default()),
        },
    }
}

fn whole(now: Timestamp, call: &Call<'_>, speaker: &'static dyn Speak, response: &Response) -> Outcome {
    if response.is_success() {
        return Outcome::of(speaker.answer(call.provider, &response.body), Usage::default());
    }
    let failure = Failure { provider: call.provider, response, retry_after: response.retry_after(now) };
    Outcome::failed(speaker.failure(&failure))
}

async fn streamed(
    outbound: &Outbound,
    now: Timestamp,
    call: &Call<'_>,
    speaker: &'static dyn Speak,
    request: Request,
    sink: &dyn DeltaSink,
) -> Outcome {
    let response = match outbound.stream(request).await {
        Ok(response) => response,
        Err(failure) => return Outcome::lost(call, &failure, Usage::default()),
    };
    let is_stream = response.header("content-type").is_some_and(|kind| kind.starts_with("text/event-stream"));
    if !(200..300).contains(&response.status) || !is_stream {
        // Some servers know no streaming and answer as a whole.
        return match response.collect().await {
            Ok(response) => {
                let outcome = whole(now, call, speaker, &response);
                if let Ok(answer) = &outcome.result {
                    sink.delta(&answer.text);
                }
                outcome
            }
            Err(failure) => Outcome::lost(call, &failure, Usage::default()),
        };
    }
    events(call, speaker, response, sink).await
}

async fn events(
    call: &Call<'_>,
    speaker: &'static dyn Speak,
    mut response: StreamedResponse,
    sink: &dyn DeltaSink,
) -> Outcome {
    let provider = call.provider;
    let mut parser = Parser::default();
    let mut assembler = speaker.stream();
    loop {
        let chunk = match response.chunk().await {
            Ok(chunk) => chunk,
            Err(failure) => return Outcome::lost(call, &failure, assembler.usage()),
        };
        let events = match &chunk {
            Some(bytes) => parser.push(bytes),
            None => parser.finish().into_iter().collect(),
        };
        for event in &events {
            match assembler.event(provider, event) {
                Ok(delta) if !delta.is_empty() => sink.delta(&delta),
                Ok(_) => {}
                Err(failure) => return Outcome::of(Err(failure), assembler.usage()),
            }
        }
        if chunk.is_none() {
            let usage = assembler.usage();
            return Outcome::of(assembler.finish(provider), usage);
        }
    }
}
