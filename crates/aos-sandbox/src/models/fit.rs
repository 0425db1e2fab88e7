//! JSON Schema, as far as the sandbox needs it: is it strict, what would fit it, how a draft is made to fit it.

use serde_json::{Map, Value, json};

/// How deep a schema may be followed: recursive ones end here.
const DEEPEST: usize = 12;

/// A schema with the document that its `$ref`s point into.
#[derive(Clone, Copy)]
struct Schema<'a> {
    root: &'a Value,
    node: &'a Value,
}

impl<'a> Schema<'a> {
    fn at(self, node: &'a Value) -> Self {
        Self { node, ..self }
    }
    /// Follows `$ref`, and of alternatives takes the first that is not null.
    fn resolved(self) -> Self {
        let mut here = self;
        for _ in 0..DEEPEST {
            if let Some(pointer) = here.node["$ref"].as_str().and_then(|r| r.strip_prefix('#')) {
                let Some(node) = here.root.pointer(pointer) else { return here };
                here = here.at(node);
                continue;
            }
            let alternatives = ["anyOf", "oneOf", "allOf"].iter().find_map(|key| here.node[*key].as_array());
            match alternatives.and_then(|list| list.iter().find(|one| one["type"] != "null")) {
                Some(node) => here = here.at(node),
                None => return here,
            }
        }
        here
    }
    fn nullable(self) -> bool {
        let is_null = |kind: &Value| kind == "null";
        match &self.node["type"] {
            Value::Array(kinds) => kinds.iter().any(is_null),
            kind => {
                is_null(kind)
                    || self.node["nullable"] == true
                    || self.node["anyOf"].as_array().is_some_and(|list| list.iter().any(|one| is_null(&one["type"])))
            }
        }
    }
    fn kind(self) -> &'a str {
        match &self.node["type"] {
            Value::String(kind) => kind,
            Value::Array(kinds) => {
                kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("null")
            }
            _ if self.node["properties"].is_object() => "object",
            _ => "string",
        }
    }
    fn properties(self) -> impl Iterator<Item = (&'a String, Self)> {
        self.node["properties"].as_object().into_iter().flatten().map(move |(name, node)| (name, self.at(node)))
    }
    fn requires(self, name: &str) -> bool {
        self.node["required"].as_array().is_some_and(|list| list.iter().any(|one| one == name))
    }
}

/// What OpenAI asks of a schema with `strict: true`: objects closed, every property required.
pub(super) fn strictness(schema: &Value) -> Result<(), String> {
    if schema["type"] != "object" {
        return Err("schema must be a JSON Schema of 'type: \"object\"' at its root.".into());
    }
    check_strict(schema, "")
}

fn check_strict(node: &Value, path: &str) -> Result<(), String> {
    match node {
        Value::Object(fields) => {
            if let Some(Value::Object(properties)) = fields.get("properties") {
                if fields.get("additionalProperties") != Some(&Value::Bool(false)) {
                    return Err(format!(
                        "In context={path:?}, 'additionalProperties' is required to be supplied and to be false."
                    ));
                }
                let required = fields.get("required").and_then(Value::as_array);
                for name in properties.keys() {
                    if !required.is_some_and(|list| list.iter().any(|one| one == name)) {
                        return Err(format!(
                            "In context={path:?}, 'required' is required to be supplied and to be an array including \
                             every key in properties. Missing '{name}'."
                        ));
                    }
                }
            }
            fields.iter().try_for_each(|(name, value)| check_strict(value, &format!("{path}/{name}")))
        }
        Value::Array(items) => items.iter().try_for_each(|item| check_strict(item, path)),
        _ => Ok(()),
    }
}

/// Something that fits: the smallest sensible value of each type.
pub(super) fn example(schema: &Value, words: &str) -> Value {
    build(Schema { root: schema, node: schema }, words, 0)
}

fn build(schema: Schema<'_>, words: &str, depth: usize) -> Value {
    let nullable = schema.nullable();
    let schema = schema.resolved();
    if let Some(fixed) = schema.node.get("const") {
        return fixed.clone();
    }
    if let Some(first) = schema.node["enum"].as_array().and_then(|list| list.first()) {
        return first.clone();
    }
    if depth > DEEPEST {
        return Value::Null;
    }
    match schema.kind() {
        "object" => Value::Object(
            schema
                .properties()
                .filter(|(name, _)| schema.requires(name))
                .map(|(name, property)| (name.clone(), build(property, words, depth + 1)))
                .collect(),
        ),
        "array" => {
            let least = schema.node["minItems"].as_u64().unwrap_or(0);
            (0..least).map(|_| build(schema.at(&schema.node["items"]), words, depth + 1)).collect()
        }
        "integer" | "number" => schema.node.get("minimum").cloned().unwrap_or_else(|| json!(1)),
        "boolean" => json!(false),
        "null" => Value::Null,
        _ if nullable => Value::Null,
        _ => json!(words),
    }
}

/// The draft with what the schema does not know left out and what it misses added, so that a schema may grow a field
/// without the sandbox being told.
pub(super) fn fit(draft: Value, schema: &Value, words: &str) -> Value {
    shape(draft, Schema { root: schema, node: schema }, words, 0)
}

fn shape(draft: Value, schema: Schema<'_>, words: &str, depth: usize) -> Value {
    let outer = schema;
    let schema = schema.resolved();
    if depth > DEEPEST {
        return draft;
    }
    match (draft, schema.kind()) {
        (Value::Object(mut fields), "object") => {
            if !schema.node["properties"].is_object() {
                return Value::Object(fields);
            }
            let mut kept = Map::new();
            for (name, property) in schema.properties() {
                if let Some(value) = fields.remove(name) {
                    kept.insert(name.clone(), shape(value, property, words, depth + 1));
                } else if schema.requires(name) {
                    kept.insert(name.clone(), build(property, words, depth + 1));
                }
            }
            Value::Object(kept)
        }
        (Value::Array(items), "array") => {
            let most = schema.node["maxItems"].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX);
            let item = schema.at(&schema.node["items"]);
            items.into_iter().take(most).map(|value| shape(value, item, words, depth + 1)).collect()
        }
        (Value::Null, _) if outer.nullable() || schema.nullable() => Value::Null,
        (Value::String(text), "string") => match schema.node["enum"].as_array() {
            Some(words) if !words.iter().any(|word| word == text.as_str()) => words[0].clone(),
            _ => {
                let most = schema.node["maxLength"].as_u64().and_then(|n| usize::try_from(n).ok());
                Value::String(text.chars().take(most.unwrap_or(usize::MAX)).collect())
            }
        },
        (number @ Value::Number(_), "integer" | "number") => number,
        (flag @ Value::Bool(_), "boolean") => flag,
        _ => build(outer, words, depth + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_strict_only_when_closed_and_complete() {
        let open = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]});
        assert!(strictness(&open).unwrap_err().contains("additionalProperties"));
        let partial = json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false});
        assert!(strictness(&partial).unwrap_err().contains("Missing 'a'"));
    }

    #[test]
    fn a_draft_loses_unknown_fields_and_gains_required_ones() {
        let schema = json!({"type": "object", "required": ["a", "b", "c"], "properties": {
            "a": {"type": "string"}, "b": {"$ref": "#/$defs/B"}, "c": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
            "$defs": {"B": {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "minimum": 3}}}}});
        let fitted = fit(json!({"a": "x", "z": 1, "c": null}), &schema, "words");
        assert_eq!(fitted, json!({"a": "x", "b": {"n": 3}, "c": null}));
    }
}
