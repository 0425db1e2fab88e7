//! Every answer that a program gets in these stories is held against what `/api/openapi.json` says about it.

use std::{collections::BTreeSet, sync::OnceLock};

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode},
};
use serde_json::{Value, json};

use crate::support::{Answer, ask};

/// Fails when the answer has a status, a type of content or a field that its operation does not promise, or lacks one
/// that it does.
pub async fn hold(router: &Router, method: &Method, path: &str, answer: &Answer) {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    if DOCUMENT.get().is_none() {
        let document = ask(router, Request::get("/api/openapi.json").body(Body::empty()).unwrap()).await.json();
        DOCUMENT.get_or_init(|| strict(document));
    }
    let document = DOCUMENT.get().unwrap();
    let Some(operation) = operation(document, method, path.split('?').next().unwrap()) else {
        let unknown = matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED);
        assert!(unknown, "{method} {path} is not described and answers {}", answer.status);
        return;
    };
    let status = answer.status.as_u16().to_string();
    let promised = &operation["responses"][&status];
    assert!(!promised.is_null(), "{method} {path} answers {status}, which is not described: {}", answer.body);
    let Some(content) = resolve(document, promised)["content"].as_object() else {
        assert_eq!(answer.body, "", "{method} {path} answers {status} with a body that is not described");
        return;
    };
    let kind = answer.kind().split(';').next().unwrap_or_default();
    let Some(media) = content.get(kind) else {
        panic!("{method} {path} answers {status} as “{kind}”, which is not described")
    };
    if kind.ends_with("json") {
        let mut schema = media["schema"].clone();
        schema["components"] = document["components"].clone();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let body = answer.json();
        let wrong: Vec<String> =
            validator.iter_errors(&body).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert_eq!(wrong, [""; 0], "{method} {path} answers {status} otherwise than described: {body:#}");
    }
}

/// The operation of a path, of which literal segments go before parameters.
fn operation<'a>(document: &'a Value, method: &Method, path: &str) -> Option<&'a Value> {
    let asked: Vec<&str> = path.split('/').collect();
    let parameters = |template: &str| template.matches('{').count();
    let fits = |template: &str| {
        let segments: Vec<&str> = template.split('/').collect();
        segments.len() == asked.len()
            && segments.iter().zip(&asked).all(|(segment, asked)| segment.starts_with('{') || segment == asked)
    };
    let paths = document["paths"].as_object()?.iter().filter(|(template, _)| fits(template));
    let (_, path) = paths.min_by_key(|(template, _)| parameters(template))?;
    path.get(method.as_str().to_lowercase())
}

fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => value,
    }
}

/// The document with every object closed: a field that it does not name is a mistake.
fn strict(mut document: Value) -> Value {
    let mut parts = BTreeSet::new();
    collect_parts(&document, &mut parts);
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        for (name, schema) in schemas {
            close(schema, parts.contains(name));
        }
    }
    document
}

/// The schemas that others are put together from: those are closed as a whole.
fn collect_parts(value: &Value, parts: &mut BTreeSet<String>) {
    if let Some(all) = value["allOf"].as_array() {
        let names = all.iter().filter_map(|part| part["$ref"].as_str()?.rsplit('/').next());
        parts.extend(names.map(str::to_owned));
    }
    match value {
        Value::Object(fields) => fields.values().for_each(|field| collect_parts(field, parts)),
        Value::Array(values) => values.iter().for_each(|value| collect_parts(value, parts)),
        _ => {}
    }
}

fn close(schema: &mut Value, is_part: bool) {
    let is_object = schema["type"] == "object" && schema["properties"].is_object();
    let is_whole = schema["allOf"].is_array();
    match schema {
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                let parts = name == "allOf";
                match field {
                    Value::Array(values) => values.iter_mut().for_each(|value| close(value, parts)),
                    field => close(field, false),
                }
            }
            if (is_object || is_whole) && !is_part && !fields.contains_key("additionalProperties") {
                fields.insert("unevaluatedProperties".to_owned(), json!(false));
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| close(value, false)),
        _ => {}
    }
}
