//! The browsable page of the API, written from the document on the server: nothing is loaded from elsewhere.

use askama::Template;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::document;
use crate::{
    app,
    layout::Shell,
    markdown::{self, CleanHtml},
    session::{Answer, Guest},
    ui::filters,
};

/// `GET /api`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "reference/api.html")]
pub struct ApiPage {
    pub shell: Shell,
    pub version: String,
    pub introduction: CleanHtml,
    pub groups: Vec<Group>,
    pub shapes: Vec<Shape>,
}

/// The operations of one tag.
#[derive(Clone, Debug, Default)]
pub struct Group {
    pub name: String,
    pub description: String,
    pub operations: Vec<Operation>,
}

#[derive(Clone, Debug, Default)]
pub struct Operation {
    pub id: String,
    pub method: String,
    pub path: String,
    pub summary: String,
    /// What follows the summary.
    pub more: String,
    pub parameters: Vec<Field>,
    pub body: Option<Kind>,
    pub answers: Vec<(String, Option<Kind>)>,
    /// Statuses of `problem+json`.
    pub refusals: String,
}

/// A type: a shape of its own on this page, or plain words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kind {
    pub words: String,
    /// The shape to jump to.
    pub shape: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Field {
    pub name: String,
    pub kind: Kind,
    pub required: bool,
    pub description: String,
}

/// A named schema.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    pub name: String,
    pub description: String,
    pub fields: Vec<Field>,
    /// For one that is no object: its variants.
    pub variants: Vec<Kind>,
}

impl ApiPage {
    pub(super) fn of(document: &Value) -> Self {
        let tags = document["tags"].as_array().into_iter().flatten();
        let groups = tags.map(|tag| group(document, text(&tag["name"]), text(&tag["description"]))).collect();
        let schemas = document["components"]["schemas"].as_object().into_iter().flatten();
        Self {
            shell: Shell::default(),
            version: text(&document["info"]["version"]).to_owned(),
            introduction: markdown::to_html(text(&document["info"]["description"])),
            groups,
            shapes: schemas.map(|(name, schema)| shape(name, schema)).collect(),
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn group(document: &Value, name: &str, description: &str) -> Group {
    let mut operations: Vec<Operation> = document::operations(document)
        .filter(|(_, _, operation)| operation["tags"][0] == name)
        .map(|(method, path, described)| operation(method, path, described))
        .collect();
    operations.sort_by(|a, b| a.path.cmp(&b.path));
    Group { name: name.to_owned(), description: description.to_owned(), operations }
}

fn operation(method: &str, path: &str, described: &Value) -> Operation {
    let parameters = described["parameters"].as_array().into_iter().flatten();
    let parameters = parameters.filter(|parameter| parameter["in"] != "header").map(|parameter| Field {
        name: text(&parameter["name"]).to_owned(),
        kind: kind(&parameter["schema"]),
        required: parameter["required"] == true,
        description: text(&parameter["description"]).to_owned(),
    });
    let mut answers = Vec::new();
    let mut refusals = Vec::new();
    for (status, response) in described["responses"].as_object().into_iter().flatten() {
        if status.starts_with('2') {
            answers.push((status.clone(), content(response)));
        } else {
            refusals.push(status.as_str());
        }
    }
    Operation {
        id: text(&described["operationId"]).to_owned(),
        method: method.to_ascii_uppercase(),
        path: path.to_owned(),
        summary: text(&described["summary"]).to_owned(),
        more: text(&described["description"]).to_owned(),
        parameters: parameters.collect(),
        body: content(&described["requestBody"]),
        answers,
        refusals: refusals.join(", "),
    }
}

/// The type of the first content of a body or answer.
fn content(holder: &Value) -> Option<Kind> {
    let (_, content) = holder["content"].as_object()?.iter().next()?;
    Some(kind(&content["schema"]))
}

fn kind(schema: &Value) -> Kind {
    let plain = |words: &str| Kind { words: words.to_owned(), shape: None };
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        return Kind { words: name.to_owned(), shape: Some(name.to_owned()) };
    }
    if let Some(one) = schema["oneOf"].as_array() {
        let real: Vec<Kind> = one.iter().filter(|option| option["type"] != "null").map(kind).collect();
        let words = real.iter().map(|kind| kind.words.as_str()).collect::<Vec<_>>().join(" or ");
        let suffix = if real.len() < one.len() { " or null" } else { "" };
        let shape = (real.len() == 1).then(|| real[0].shape.clone()).flatten();
        return Kind { words: format!("{words}{suffix}"), shape };
    }
    if let Some(words) = schema["enum"].as_array() {
        let words = words.iter().map(|word| format!("“{}”", text(word))).collect::<Vec<_>>();
        return plain(&words.join(", "));
    }
    match &schema["type"] {
        Value::String(name) if name == "array" => {
            let item = kind(&schema["items"]);
            Kind { words: format!("list of {}", item.words), shape: item.shape }
        }
        Value::String(name) => plain(schema["format"].as_str().unwrap_or(name)),
        Value::Array(names) => {
            let name = |name: &Value| match (text(name), schema["format"].as_str()) {
                ("null", _) => "null".to_owned(),
                (_, Some(format)) => format.to_owned(),
                ("array", None) => format!("list of {}", kind(&schema["items"]).words),
                (name, None) => name.to_owned(),
            };
            plain(&names.iter().map(name).collect::<Vec<_>>().join(" or "))
        }
        _ => plain("any JSON"),
    }
}

fn shape(name: &str, schema: &Value) -> Shape {
    let required = |field: &str| {
        schema["required"].as_array().is_some_and(|names| names.iter().any(|name| name.as_str() == Some(field)))
    };
    let fields = schema["properties"].as_object().into_iter().flatten().map(|(field, described)| Field {
        name: field.clone(),
        kind: kind(described),
        required: required(field),
        description: text(&described["description"]).to_owned(),
    });
    let fields: Vec<Field> = fields.collect();
    let variants = schema["oneOf"].as_array().into_iter().flatten().map(|variant| {
        let parts = variant["properties"].as_object().into_iter().flatten();
        let parts: Vec<String> =
            parts.map(|(field, described)| format!("{field}: {}", kind(described).words)).collect();
        if parts.is_empty() { kind(variant) } else { Kind { words: parts.join(", "), shape: None } }
    });
    Shape {
        name: name.to_owned(),
        description: text(&schema["description"]).to_owned(),
        variants: variants.collect(),
        fields,
    }
}

/// The page, open to everybody: it says nothing that the program itself does not.
pub(super) async fn shown(guest: Guest, mut page: ApiPage) -> Answer {
    page.shell = guest.shell("Agency OS".to_owned(), "API reference");
    let page: Response = app::page(&page)?.into_response();
    Ok((guest.jar, page).into_response())
}
