//! Three dialects, one writer: default drafts, scripts, streams, refusals.

use aos_sandbox::{Fault, FaultKind, Models, Script, Service};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::support::{Answer, Stage, stage};

fn openai(stage: &Stage, body: &Value) -> RequestBuilder {
    let url = format!("{}/chat/completions", stage.sandbox.models().openai_url());
    stage.http.post(url).bearer_auth(Models::KEY).json(body)
}

fn anthropic(stage: &Stage, body: &Value) -> RequestBuilder {
    let url = format!("{}/v1/messages", stage.sandbox.models().anthropic_url());
    stage.http.post(url).header("x-api-key", Models::KEY).header("anthropic-version", "2023-06-01").json(body)
}

fn gemini(stage: &Stage, method: &str, body: &Value) -> RequestBuilder {
    let url = format!("{}/models/sandbox-writer:{method}", stage.sandbox.models().gemini_url());
    stage.http.post(url).header("x-goog-api-key", Models::KEY).json(body)
}

async fn sent(request: RequestBuilder) -> Answer {
    Answer::of(request.send().await.unwrap()).await
}

/// A strict schema: every property required, objects closed.
fn closed(properties: Value) -> Value {
    let required: Vec<&String> = properties.as_object().unwrap().keys().collect();
    json!({"type": "object", "additionalProperties": false, "required": required, "properties": properties})
}

fn list_of(item: Value) -> Value {
    json!({"type": "array", "items": item})
}

fn topic_list() -> Value {
    let text = json!({"type": "string"});
    let topic = closed(json!({"title": text, "brief": text, "keywords": list_of(text.clone()), "search_intent": text,
        "audience": text, "outline": list_of(text.clone()), "sources": list_of(text.clone()), "notes": text}));
    closed(json!({"topics": list_of(topic), "gaps": list_of(closed(json!({"what": text, "ask": text})))}))
}

fn article() -> Value {
    let text = json!({"type": "string"});
    closed(json!({"title": text, "slug": text, "excerpt": text, "markdown": text, "categories": list_of(text.clone()),
        "tags": list_of(text.clone()), "image": {"type": ["string", "null"]}, "sources": list_of(text.clone()),
        "gaps": list_of(closed(json!({"what": text, "ask": text})))}))
}

fn ask(prompt: &str, name: &str, schema: &Value) -> Value {
    json!({"model": "sandbox-writer", "messages": [{"role": "user", "content": prompt}],
        "response_format": {"type": "json_schema", "json_schema": {"name": name, "schema": schema, "strict": true}}})
}

fn said(answer: &Answer) -> Value {
    serde_json::from_str(answer.json["choices"][0]["message"]["content"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn as_many_distinct_topics_as_asked_for_and_an_article_for_each() {
    let stage = stage().await;
    let prompt = "Client: Blank Site\nWebsite: http://127.0.0.1:1/\nPropose exactly 10 topics.\n\
                  Already taken:\n- Planning backwards from a date: how Blank Site suggests doing it\n";
    let answer = sent(openai(&stage, &ask(prompt, "topic_list", &topic_list()))).await;
    assert!(answer.json["usage"]["total_tokens"].as_u64().unwrap() > 100);
    let topics = said(&answer)["topics"].as_array().unwrap().clone();
    let titles: std::collections::BTreeSet<&str> = topics.iter().map(|t| t["title"].as_str().unwrap()).collect();
    assert_eq!(titles.len(), 10);
    assert!(!titles.iter().any(|title| title.starts_with("Planning backwards")));

    let mut texts = std::collections::BTreeSet::new();
    for title in titles {
        let prompt = format!("Client: Blank Site\n\n## Approved brief\nTitle: {title}\nKeywords: planning, budget");
        let article = said(&sent(openai(&stage, &ask(&prompt, "article", &article()))).await);
        assert_eq!(article["title"], title);
        let markdown = article["markdown"].as_str().unwrap();
        assert!(markdown.split_whitespace().count() >= 650 && markdown.contains("sandbox model"));
        assert!(texts.insert(markdown.to_owned()));
    }
}

#[tokio::test]
async fn every_dialect_gives_the_same_draft() {
    let stage = stage().await;
    let prompt = "Client: Blank Site\nPropose 4 topics.";
    let schema = topic_list();
    let first = said(&sent(openai(&stage, &ask(prompt, "topics", &schema))).await);
    let body = json!({"model": "claude-sonnet-4-5", "max_tokens": 9000, "messages": [{"role": "user", "content": prompt}],
        "output_config": {"format": {"type": "json_schema", "schema": schema}}});
    let second = sent(anthropic(&stage, &body)).await;
    assert_eq!(second.json["stop_reason"], "end_turn");
    let second: Value = serde_json::from_str(second.json["content"][0]["text"].as_str().unwrap()).unwrap();
    let body = json!({"contents": [{"role": "user", "parts": [{"text": prompt}]}],
        "generationConfig": {"responseMimeType": "application/json", "responseJsonSchema": schema}});
    let third = sent(gemini(&stage, "generateContent", &body)).await;
    let third: Value =
        serde_json::from_str(third.json["candidates"][0]["content"]["parts"][0]["text"].as_str().unwrap()).unwrap();
    assert_eq!((first["topics"].as_array().unwrap().len(), &second, &third), (4, &first, &first));
}

#[tokio::test]
async fn the_search_tool_is_called_once_and_then_the_answer_follows() {
    let stage = stage().await;
    let tool = json!({"type": "function", "function": {"name": "search_pages", "description": "Finds pages",
        "parameters": closed(json!({"query": {"type": "string"}})), "strict": true}});
    let mut body = ask("Client: Acme\nTwo topics please.", "topics", &topic_list());
    body["tools"] = json!([tool]);
    let first = sent(openai(&stage, &body)).await;
    let choice = &first.json["choices"][0];
    assert_eq!(choice["finish_reason"], "tool_calls");
    let call = &choice["message"]["tool_calls"][0];
    let arguments: Value = serde_json::from_str(call["function"]["arguments"].as_str().unwrap()).unwrap();
    assert_eq!(arguments["query"], "Acme");

    let messages = body["messages"].as_array_mut().unwrap();
    messages.push(choice["message"].clone());
    let unanswered = sent(openai(&stage, &body)).await;
    assert_eq!(unanswered.status, 400, "a call without its result is refused");
    body["messages"].as_array_mut().unwrap().push(json!({"role": "tool", "tool_call_id": call["id"], "content": "[]"}));
    assert_eq!(said(&sent(openai(&stage, &body)).await)["topics"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn scripts_are_used_up_in_order_and_can_wait_for_their_call() {
    let stage = stage().await;
    let models = stage.sandbox.models();
    models.push_when("Beta", Script::Text("for Beta".into()));
    models.push(Script::MalformedJson);
    models.push(Script::WrongSchema);
    models.push(Script::error(429, "insufficient_quota"));
    let body = |prompt: &str| ask(prompt, "topics", &topic_list());
    let content = |answer: &Answer| answer.json["choices"][0]["message"]["content"].as_str().unwrap().to_owned();

    let malformed = sent(openai(&stage, &body("Alpha"))).await;
    assert!(serde_json::from_str::<Value>(&content(&malformed)).is_err());
    assert_eq!(content(&sent(openai(&stage, &body("Beta"))).await), "for Beta");
    assert!(said(&sent(openai(&stage, &body("Alpha"))).await)["topics"].is_null());
    let quota = sent(openai(&stage, &body("Alpha"))).await;
    assert_eq!((quota.status, &quota.json["error"]["code"]), (429, &json!("insufficient_quota")));
    assert_eq!(models.waiting(), 0);
    assert!(said(&sent(openai(&stage, &body("Alpha"))).await)["topics"].is_array());

    models.push(Script::RepeatToolCall { name: "search_pages".into(), arguments: json!({"query": "x"}) });
    for _ in 0..3 {
        let again = sent(openai(&stage, &body("Alpha"))).await;
        assert_eq!(again.json["choices"][0]["finish_reason"], "tool_calls");
    }
    models.clear();
    models.push(Script::UnknownTool);
    let unknown = sent(anthropic(
        &stage,
        &json!({"model": "claude-x", "max_tokens": 50,
        "messages": [{"role": "user", "content": "Hi"}]}),
    ))
    .await;
    assert_eq!(
        (&unknown.json["stop_reason"], &unknown.json["content"][0]["name"]),
        (&json!("tool_use"), &json!("sandbox_unknown_tool"))
    );
}

#[tokio::test]
async fn streams_carry_the_same_text_in_pieces() {
    let stage = stage().await;
    let text = "A sentence that is long enough to be sent in more than one piece, even when the pieces are generous.";
    for _ in 0..3 {
        stage.sandbox.models().push(Script::Text(text.into()));
    }
    let events = |body: String| -> Vec<Value> {
        body.lines()
            .filter_map(|line| line.strip_prefix("data: "))
            .filter_map(|d| serde_json::from_str(d).ok())
            .collect()
    };
    let hi = json!([{"role": "user", "content": "Hi"}]);
    let body = json!({"model": "gpt-5", "messages": hi, "stream": true, "stream_options": {"include_usage": true}});
    let raw = openai(&stage, &body).send().await.unwrap().text().await.unwrap();
    assert!(raw.ends_with("data: [DONE]\n\n"));
    let chunks = events(raw);
    let joined: String = chunks.iter().filter_map(|c| c["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!(joined, text);
    assert!(chunks.last().unwrap()["usage"]["completion_tokens"].is_u64());

    let body = json!({"model": "claude-x", "max_tokens": 99, "messages": hi, "stream": true});
    let chunks = events(anthropic(&stage, &body).send().await.unwrap().text().await.unwrap());
    let joined: String = chunks.iter().filter_map(|c| c["delta"]["text"].as_str()).collect();
    assert_eq!((joined.as_str(), &chunks.last().unwrap()["type"]), (text, &json!("message_stop")));

    let body = json!({"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]});
    let raw = gemini(&stage, "streamGenerateContent?alt=sse", &body).send().await.unwrap().text().await.unwrap();
    let chunks = events(raw);
    let joined: String =
        chunks.iter().filter_map(|c| c["candidates"][0]["content"]["parts"][0]["text"].as_str()).collect();
    assert_eq!((joined.as_str(), &chunks.last().unwrap()["candidates"][0]["finishReason"]), (text, &json!("STOP")));
}

#[tokio::test]
async fn careless_requests_are_refused_as_the_vendors_refuse_them() {
    let stage = stage().await;
    let hi = json!([{"role": "user", "content": "Hi"}]);
    let keyless = stage.http.post(format!("{}/chat/completions", stage.sandbox.models().openai_url()));
    assert_eq!(sent(keyless.json(&json!({}))).await.json["error"]["code"], "invalid_api_key");
    let unknown = sent(openai(&stage, &json!({"model": "nonesuch", "messages": hi}))).await;
    assert_eq!((unknown.status, &unknown.json["error"]["code"]), (404, &json!("model_not_found")));
    let loose = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    assert_eq!(sent(openai(&stage, &ask("Hi", "x", &loose))).await.status, 400);

    let body = json!({"model": "claude-x", "messages": hi});
    assert_eq!(sent(anthropic(&stage, &body)).await.json["error"]["message"], "max_tokens: Field required");
    let body = json!({"model": "claude-x", "max_tokens": 9, "temperature": 0.2, "messages": hi});
    assert_eq!(sent(anthropic(&stage, &body)).await.status, 400);
    let keyed_by_query = stage.http.post(format!(
        "{}/models/sandbox-writer:generateContent?key={}",
        stage.sandbox.models().gemini_url(),
        Models::KEY
    ));
    assert_eq!(sent(keyed_by_query.json(&json!({}))).await.status, 400, "the key belongs in a header");
    for path in ["/v1/models", "/v1beta/models"] {
        let url = format!("{}{path}", stage.sandbox.models().url());
        let list = stage.http.get(url).bearer_auth(Models::KEY).header("x-goog-api-key", Models::KEY);
        assert_eq!(sent(list).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn limits_cut_answers_off_and_faults_reach_the_models_too() {
    let stage = stage().await;
    let mut body = ask("Client: Acme\n9 topics", "topics", &topic_list());
    body["max_completion_tokens"] = json!(20);
    assert_eq!(sent(openai(&stage, &body)).await.json["choices"][0]["finish_reason"], "length");
    stage.sandbox.faults().push(Fault::new(Service::Models, "/v1/", FaultKind::Status(503)));
    assert_eq!(sent(openai(&stage, &body)).await.status, 503);
    stage.sandbox.faults().push(Fault::new(Service::Models, "/v1/", FaultKind::DropBeforeEffect));
    assert!(openai(&stage, &body).send().await.is_err());
    stage.sandbox.models().push(Script::BreakStream);
    body["stream"] = json!(true);
    let raw = openai(&stage, &body).send().await.unwrap().text().await.unwrap();
    assert!(raw.contains("\"error\"") && !raw.contains("[DONE]"));
}
