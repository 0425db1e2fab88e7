//! The OpenAPI document: what the handlers say of themselves, with what holds for all of them added in one place, so that
//! no operation can forget a status or a parameter.

use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use super::PREFIX;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Agency OS",
        description = "Everything that the portal does, for programs.\n\n\
            Send `Authorization: Bearer` with an API token; make one under *API tokens* in the portal. A token acts for the \
            person who made it and may do what they may; a token for reading changes nothing.\n\n\
            Every POST takes an `Idempotency-Key`: sent again within 24 hours with the same key and the same body, it is \
            done once and answered the same, with the header `Idempotency-Replayed: true`. The same key with another body \
            is a conflict. A request that was refused gives its key back.\n\n\
            Lists give `items` and `next`; send `next` as `after` for the following part. Times are UTC (RFC 3339); money \
            is millionths of a US dollar. A refusal is `application/problem+json` with a stable `code`, words for a person \
            in `title`, what to do in `detail`, and the `field` that is wrong where it is one. What belongs to a client \
            that is not yours is answered as not found."
    ),
    tags(
        (name = "agency", description = "The company that runs this installation, and who is asking."),
        (name = "users", description = "People, their roles, and the audit log."),
        (name = "notifications", description = "What the caller was told, and how they want to be told."),
        (name = "tenants", description = "Clients: one tenant is one client brand."),
        (name = "website", description = "Crawls of a client's website and the pages they kept."),
        (name = "onboarding", description = "The wizard's record and the documents that people brought."),
        (name = "context", description = "The context file, which every agent's run gets to see, by version."),
        (name = "channels", description = "Platform accounts that a client connected."),
        (name = "strategy", description = "Strategies, goals, deliverables and their months."),
        (name = "approvals", description = "What waits for a person's decision. A decision binds the hash of what was shown."),
        (name = "work", description = "Pipelines, activities and tasks."),
        (name = "templates", description = "Pipeline templates, which are data."),
        (name = "requests", description = "Briefs: what is to be written, approved before it is made."),
        (name = "media", description = "The client's pictures, films and documents, from the website and from uploads."),
        (name = "content", description = "Content items, their versions and their publications."),
        (name = "agents", description = "Runs of agents, what they cost, their skills and the models they use."),
        (name = "engine", description = "Queues, jobs that were given up, processes and the history of events."),
    )
)]
struct Base;

/// What the handlers' own descriptions are added to.
pub fn base() -> utoipa::openapi::OpenApi {
    Base::openapi()
}

/// Adds what holds for every operation. `document` is the handlers' description as JSON.
pub fn complete(document: &mut Value) {
    document["info"]["version"] = json!(env!("CARGO_PKG_VERSION"));
    document["servers"] = json!([{ "url": "/" }]);
    document["security"] = json!([{ "token": [] }]);
    let schemes = json!({ "token": {
        "type": "http", "scheme": "bearer", "description": "An API token: `aos_` and 43 characters."
    } });
    document["components"]["securitySchemes"] = schemes;
    document["components"]["schemas"]["Problem"] = problem();
    document["components"]["responses"] = responses();
    let Some(paths) = document["paths"].as_object_mut() else { return };
    for (path, item) in paths.iter_mut() {
        let Some(operations) = item.as_object_mut() else { continue };
        for (method, operation) in operations.iter_mut() {
            complete_operation(path, method, operation);
        }
    }
}

fn complete_operation(path: &str, method: &str, operation: &mut Value) {
    let tag = operation["tags"][0].as_str().unwrap_or_default().to_owned();
    let name = operation["operationId"].as_str().unwrap_or_default();
    operation["operationId"] = json!(format!("{tag}_{name}"));

    let mut parameters: Vec<Value> = path_parameters(path).collect();
    if let Some(own) = operation["parameters"].as_array() {
        parameters.extend(own.iter().filter(|parameter| parameter["in"] != "path").cloned());
    }
    if method == "post" {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Makes it safe to send this again: 1 to 200 visible ASCII characters, such as a UUID.",
            "schema": { "type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": 200 },
        }));
    }
    let asks = parameters.iter().any(|parameter| parameter["in"] == "query");
    if parameters.is_empty() {
        if let Some(operation) = operation.as_object_mut() {
            operation.remove("parameters");
        }
    } else {
        operation["parameters"] = Value::Array(parameters);
    }

    let writes = method != "get";
    let has_body = operation.get("requestBody").is_some();
    let mut statuses = vec![400, 401, 403, 500, 503];
    if path.contains('{') {
        statuses.push(404);
    }
    if asks || writes {
        statuses.push(422);
    }
    if writes {
        statuses.extend([404, 409, 429]);
    }
    if has_body || method == "post" {
        statuses.extend([408, 413]);
    }
    if has_body {
        statuses.push(415);
    }
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for status in statuses {
        let name = status.to_string();
        let reference = json!({ "$ref": format!("#/components/responses/{name}") });
        responses.insert(name, reference);
    }
}

/// Everything between braces; most are ids.
fn path_parameters(path: &str) -> impl Iterator<Item = Value> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).map(|name| {
        let schema = match name {
            "version" => json!({ "type": "integer", "format": "int64", "minimum": 1 }),
            "role" => json!({ "type": "string", "enum": ["administrator", "consultant", "reviewer", "approver"] }),
            "key" | "name" | "queue" => json!({ "type": "string", "minLength": 1 }),
            _ => json!({ "type": "string", "format": "uuid" }),
        };
        json!({ "name": name, "in": "path", "required": true, "schema": schema })
    })
}

fn problem() -> Value {
    json!({
        "type": "object",
        "description": "Why a request was refused (RFC 9457).",
        "required": ["status", "code", "title"],
        "properties": {
            "status": { "type": "integer", "description": "As in the status line." },
            "code": { "type": "string", "description": "A stable word for programs." },
            "title": { "type": "string", "description": "What happened, for a person." },
            "detail": { "type": "string", "description": "What a person can do." },
            "field": { "type": "string", "description": "The field of the input that is wrong." },
        },
    })
}

fn responses() -> Value {
    let all = [
        (400, "The request could not be read."),
        (401, "No token, or one that is unknown, over or revoked."),
        (403, "The token's person may not do this, or the token may only read."),
        (404, "Not there, or not for this caller."),
        (408, "The body took too long to arrive."),
        (409, "Not in a state that allows this, or somebody was faster."),
        (413, "The body is too large."),
        (415, "The body is of a kind that is not taken here."),
        (422, "The input does not make sense; `field` says which part."),
        (429, "A limit that protects the agency was reached."),
        (500, "A defect of ours; nothing was changed."),
        (503, "The storage, or something outside, does not answer; try again."),
    ];
    let content = json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } });
    let entries = all
        .into_iter()
        .map(|(status, description)| (status.to_string(), json!({ "description": description, "content": content })));
    Value::Object(entries.collect::<Map<_, _>>())
}

/// The operations in the document: method, path and description.
pub fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.filter(|(path, _)| path.starts_with(PREFIX)).flat_map(|(path, item)| {
        let methods = item.as_object().into_iter().flatten();
        methods.map(move |(method, operation)| (method.as_str(), path.as_str(), operation))
    })
}
