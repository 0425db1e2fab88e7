//! The same stories in every dialect against the sandbox, which was written from the contracts by other hands.

use std::time::Duration;

use aos_capabilities::model::{
    Dialect, ModelError, ModelErrorKind, ModelGateway, ModelReply, ProviderConfig, ToolSpec,
};
use aos_kernel::{Retry, Secret};
use aos_sandbox::{Fault, FaultKind, Models, Sandbox, SandboxConfig, Script, Service};
use serde_json::json;

use crate::support::{Bench, Deltas, Server, bench, number_schema, request};

const DIALECTS: [Dialect; 3] = [Dialect::OpenAi, Dialect::Anthropic, Dialect::Gemini];

async fn sandbox() -> Sandbox {
    Sandbox::start(SandboxConfig::default()).await.unwrap()
}

async fn provider(sandbox: &Sandbox, dialect: Dialect) -> ProviderConfig {
    let models = sandbox.models();
    let url = match dialect {
        Dialect::Anthropic => models.anthropic_url(),
        Dialect::Gemini => models.gemini_url(),
        Dialect::OpenAi | Dialect::Offline => models.openai_url(),
    };
    let template = Server::start([]).await.provider("sandbox", dialect);
    ProviderConfig {
        base_url: Some(url.parse().unwrap()),
        key: Some(Secret::new(Models::KEY)),
        model: "sandbox-writer".into(),
        ..template
    }
}

/// One call with a schema, with what the sandbox was told to do before.
async fn told(dialect: Dialect, streamed: bool, tell: impl Fn(&Sandbox)) -> (Result<ModelReply, ModelError>, Bench) {
    let sandbox = sandbox().await;
    tell(&sandbox);
    let bench = bench(vec![provider(&sandbox, dialect).await]);
    let mut asked = request();
    asked.output = Some(number_schema());
    let deltas = Deltas::default();
    let result = bench.gateway.complete(asked, if streamed { Some(&deltas) } else { None }).await;
    bench.book.assert_closed(bench.book.entries().len());
    sandbox.stop().await;
    (result, bench)
}

#[tokio::test]
async fn a_structured_answer_comes_whole_and_streamed() {
    for dialect in DIALECTS {
        for streamed in [false, true] {
            let (reply, _) =
                told(dialect, streamed, |sandbox| sandbox.models().push(Script::Json(json!({"n": 3})))).await;
            let reply = reply.unwrap();
            assert_eq!(reply.output, Some(json!({"n": 3})), "{dialect:?} streamed: {streamed}");
            assert!(reply.usage.input > 0 && reply.usage.output > 0, "{dialect:?}: {:?}", reply.usage);
        }
    }
}

#[tokio::test]
async fn a_tool_is_called_whole_and_streamed() {
    for dialect in DIALECTS {
        for streamed in [false, true] {
            let sandbox = sandbox().await;
            sandbox.models().push(Script::tool("search_pages", json!({"query": "rims"})));
            let bench = bench(vec![provider(&sandbox, dialect).await]);
            let mut asked = request();
            asked.tools = vec![ToolSpec {
                name: "search_pages".into(),
                description: "Searches.".into(),
                parameters: json!({"type": "object", "properties": {"query": {"type": "string"}}}),
            }];
            let deltas = Deltas::default();
            let reply = bench.gateway.complete(asked, if streamed { Some(&deltas) } else { None }).await.unwrap();
            assert_eq!(reply.tool_calls[0].arguments, json!({"query": "rims"}), "{dialect:?} streamed: {streamed}");
            assert!(!reply.tool_calls[0].id.is_empty());
        }
    }
}

#[tokio::test]
async fn bad_answers_are_repaired_once_and_then_given_up() {
    for dialect in DIALECTS {
        for bad in [Script::MalformedJson, Script::WrongSchema, Script::Text("I'd rather not say.".into())] {
            let (reply, _) = told(dialect, false, |sandbox| {
                sandbox.models().push(bad.clone());
                sandbox.models().push(Script::Json(json!({"n": 3})));
            })
            .await;
            assert_eq!(reply.unwrap().repairs, 1, "{dialect:?} {bad:?}");
            let (reply, bench) = told(dialect, true, |sandbox| {
                sandbox.models().push(bad.clone());
                sandbox.models().push(bad.clone());
            })
            .await;
            assert_eq!(reply.unwrap_err().kind, ModelErrorKind::Malformed, "{dialect:?} {bad:?}");
            assert_eq!(bench.book.entries().len(), 2);
        }
    }
}

#[tokio::test]
async fn the_kind_of_failure_is_told_in_every_dialect() {
    let cases = [
        (Script::CutOff, ModelErrorKind::TooLong),
        (Script::Refusal, ModelErrorKind::Refused),
        (Script::error(401, "authentication_error"), ModelErrorKind::Rejected),
        (Script::error(400, "invalid_request_error"), ModelErrorKind::BadRequest),
    ];
    for dialect in DIALECTS {
        for (script, kind) in &cases {
            for streamed in [false, true] {
                let (reply, bench) = told(dialect, streamed, |sandbox| sandbox.models().push(script.clone())).await;
                let failure = reply.unwrap_err();
                assert_eq!((failure.kind, failure.retry), (*kind, Retry::Never), "{dialect:?} {script:?}: {failure}");
                assert_eq!(bench.pauses.all(), []);
            }
        }
    }
}

#[tokio::test]
async fn what_passes_by_itself_is_tried_again() {
    let limited = Script::Error { status: 429, code: "rate_limit_error".into(), retry_after: Some(3) };
    let cases = [
        (limited, Duration::from_secs(3)),
        (Script::error(503, "overloaded_error"), Duration::from_millis(500)),
        (Script::BreakStream, Duration::from_millis(500)),
    ];
    for dialect in DIALECTS {
        for (script, pause) in &cases {
            let (reply, bench) = told(dialect, true, |sandbox| {
                sandbox.models().push(script.clone());
                sandbox.models().push(Script::Json(json!({"n": 3})));
            })
            .await;
            assert_eq!(reply.unwrap().output, Some(json!({"n": 3})), "{dialect:?} {script:?}");
            assert_eq!(bench.pauses.all(), [*pause], "{dialect:?} {script:?}");
        }
    }
}

#[tokio::test]
async fn a_faulty_line_is_told_from_a_faulty_request() {
    let passing = [
        FaultKind::DropBeforeEffect,
        FaultKind::DropAfterEffect,
        FaultKind::DropInBody,
        FaultKind::HtmlPage { status: 503 },
        FaultKind::RateLimited { retry_after: Some(1) },
    ];
    let lasting = [
        (FaultKind::Redirect { to: "http://127.0.0.1:9/elsewhere".into() }, ModelErrorKind::BadRequest),
        (FaultKind::HtmlPage { status: 403 }, ModelErrorKind::Rejected),
        (FaultKind::MalformedJson, ModelErrorKind::Malformed),
    ];
    for dialect in DIALECTS {
        for fault in &passing {
            let (reply, bench) = told(dialect, false, |sandbox| {
                sandbox.faults().push(Fault::new(Service::Models, "", fault.clone()));
                // A call that took effect used up its script.
                sandbox.models().push(Script::Json(json!({"n": 3})));
                sandbox.models().push(Script::Json(json!({"n": 3})));
            })
            .await;
            assert_eq!(reply.unwrap().output, Some(json!({"n": 3})), "{dialect:?} {fault:?}");
            assert_eq!(bench.pauses.all().len(), 1, "{dialect:?} {fault:?}");
        }
        for (fault, kind) in &lasting {
            let (reply, bench) = told(dialect, false, |sandbox| {
                sandbox.faults().push(Fault::new(Service::Models, "", fault.clone()));
            })
            .await;
            assert_eq!(reply.unwrap_err().kind, *kind, "{dialect:?} {fault:?}");
            assert_eq!(bench.pauses.all(), []);
        }
    }
}
