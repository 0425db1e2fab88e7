//! `fields=a,b{c,d},likes.limit(0).summary(true)`: what of a node is told, and lists with their cursors.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::{
    call::Call,
    error::{GraphError, Outcome},
};

/// One asked field.
#[derive(Debug, PartialEq, Eq)]
struct Field {
    name: String,
    /// `summary(true)`, without what is in the brackets.
    modifiers: Vec<String>,
    inner: Vec<Field>,
}

/// A kind of node: its name in errors, every field that it can have, and those told when none is asked for.
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) fields: &'static str,
    pub(super) usual: &'static str,
}

/// Reads a list of fields. None: it breaks the grammar.
fn parse(text: &str) -> Option<Vec<Field>> {
    let (fields, rest) = list(text, 0)?;
    rest.is_empty().then_some(fields)
}

/// Deeper nesting is nobody's question.
const DEEPEST: usize = 8;

fn list(mut text: &str, depth: usize) -> Option<(Vec<Field>, &str)> {
    let mut fields = Vec::new();
    if depth > DEEPEST {
        return None;
    }
    loop {
        let (field, rest) = one(text.trim_start(), depth)?;
        fields.push(field);
        match rest.trim_start().strip_prefix(',') {
            Some(rest) => text = rest,
            None => return Some((fields, rest.trim_start())),
        }
    }
}

fn word(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

fn one(text: &str, depth: usize) -> Option<(Field, &str)> {
    let (name, mut rest) = word(text)?;
    let mut field = Field { name: name.to_owned(), modifiers: Vec::new(), inner: Vec::new() };
    while let Some(modified) = rest.strip_prefix('.') {
        let (modifier, bracket) = word(modified)?;
        let (_, after) = bracket.strip_prefix('(')?.split_once(')')?;
        field.modifiers.push(modifier.to_owned());
        rest = after;
    }
    if let Some(inner) = rest.strip_prefix('{') {
        let (fields, after) = list(inner, depth + 1)?;
        field.inner = fields;
        rest = after.strip_prefix('}')?;
    }
    Some((field, rest))
}

/// What of a node was asked for.
pub(super) fn select(kind: &Kind, node: &Value, asked: Option<&str>) -> Outcome {
    let fields = parse(asked.unwrap_or(kind.usual))
        .ok_or_else(|| GraphError::new(2500, None, "Syntax error in the parameter fields."))?;
    let mut told = Map::new();
    for field in &fields {
        if !kind.fields.split(',').any(|known| known == field.name) {
            return Err(GraphError::parameter(&format!(
                "(#100) Tried accessing nonexisting field ({}) on node type ({})",
                field.name, kind.name
            )));
        }
        if let Some(value) = node.get(&field.name).filter(|value| !value.is_null()) {
            told.insert(field.name.clone(), narrow(value, field));
        }
    }
    if let Some(id) = node.get("id") {
        told.insert("id".to_owned(), id.clone());
    }
    Ok(Value::Object(told))
}

/// The asked part of a nested value. A summary is told only when it is asked for.
fn narrow(value: &Value, field: &Field) -> Value {
    let mut value = value.clone();
    if let Some(members) = value.as_object_mut()
        && !field.modifiers.iter().any(|modifier| modifier == "summary")
    {
        members.remove("summary");
    }
    if !field.inner.is_empty() {
        keep(&mut value, &field.inner);
    }
    value
}

fn keep(value: &mut Value, inner: &[Field]) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| keep(item, inner)),
        Value::Object(members) if members.contains_key("data") => {
            if let Some(data) = members.get_mut("data") {
                keep(data, inner);
            }
        }
        Value::Object(members) => {
            members.retain(|name, _| name == "id" || inner.iter().any(|field| field.name == *name));
            for field in inner {
                if let Some(member) = members.get_mut(&field.name) {
                    *member = narrow(member, field);
                }
            }
        }
        _ => {}
    }
}

/// A page of a list, with the cursors to the next; each node has an `id`, which is what cursors are made of.
pub(super) fn page(call: &Call, address: &str, kind: &Kind, nodes: &[Value]) -> Outcome {
    let limit = match call.text("limit") {
        None => 25,
        Some(text) => text.parse().map_err(|_| GraphError::parameter("(#100) Param limit must be an integer."))?,
    };
    let limit = usize::clamp(limit, 1, 100);
    let start = match call.text("after") {
        None => 0,
        Some(cursor) => {
            let wrong = || GraphError::parameter("(#100) The cursor is invalid.");
            let id = STANDARD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(wrong)?;
            nodes.iter().position(|node| node["id"] == id.as_str()).ok_or_else(wrong)? + 1
        }
    };
    let shown = &nodes[start..nodes.len().min(start + limit)];
    let data = shown.iter().map(|node| select(kind, node, call.text("fields"))).collect::<Result<Vec<_>, _>>()?;
    let mut answer = json!({"data": data});
    if let (Some(first), Some(last)) = (shown.first(), shown.last()) {
        let cursor = |node: &Value| STANDARD.encode(node["id"].as_str().unwrap_or_default());
        answer["paging"] = json!({"cursors": {"before": cursor(first), "after": cursor(last)}});
        if start + shown.len() < nodes.len() {
            let mut next = form_urlencoded::Serializer::new(String::new());
            for (name, value) in call.params.iter().filter(|(name, _)| *name != "after") {
                next.append_pair(name, value);
            }
            if !call.params.contains_key("access_token") {
                next.append_pair("access_token", call.token.as_deref().unwrap_or_default());
            }
            next.append_pair("after", &cursor(last));
            answer["paging"]["next"] = json!(format!("{address}?{}", next.finish()));
        }
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: Kind = Kind { name: "Page", fields: "id,name,likes,picture", usual: "id,name" };

    #[test]
    fn only_what_was_asked_is_told() {
        let node = json!({"id": "1", "name": "N", "picture": {"data": {"url": "u", "width": 1}},
            "likes": {"data": [], "summary": {"total_count": 3}}});
        let told = |asked| select(&KIND, &node, asked).ok();
        assert_eq!(told(None), Some(json!({"id": "1", "name": "N"})));
        assert_eq!(told(Some("likes.limit(0)")), Some(json!({"id": "1", "likes": {"data": []}})));
        assert_eq!(
            told(Some("likes.limit(0).summary(true), picture{url}")),
            Some(json!({"id": "1", "likes": {"data": [], "summary": {"total_count": 3}},
                "picture": {"data": {"url": "u"}}}))
        );
        for wrong in ["", "a", "name{", "name.(", "name,,id", "likes.summary", "name}"] {
            assert_eq!(told(Some(wrong)), None, "{wrong}");
        }
    }
}
