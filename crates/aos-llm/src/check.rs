//! Getting data out of an answer and checking it against the schema that was asked for.

use aos_capabilities::model::OutputSchema;
use serde_json::{Map, Value};

/// At most this many errors are shown to the model when it is asked to repair its answer.
const MAX_ERRORS: usize = 12;

/// A schema that answers are checked against.
pub struct Checker(jsonschema::Validator);

impl Checker {
    /// # Errors
    /// The schema itself is not one, which is a defect of whoever asked.
    pub fn new(schema: &OutputSchema) -> Result<Self, String> {
        jsonschema::validator_for(&schema.schema).map(Self).map_err(|error| error.to_string())
    }

    /// The data in the text, or what is wrong with it, for the model to read.
    pub fn check(&self, text: &str) -> Result<Value, Vec<String>> {
        let Some(value) = find_json(text) else {
            return Err(vec!["The answer is not JSON.".to_owned()]);
        };
        let errors: Vec<String> = self
            .0
            .iter_errors(&value)
            .take(MAX_ERRORS)
            .map(|error| {
                let place = error.instance_path().to_string();
                let place = if place.is_empty() { "/".to_owned() } else { place };
                let words: String = error.to_string().chars().take(300).collect();
                format!("at {place}: {words}")
            })
            .collect();
        if errors.is_empty() { Ok(value) } else { Err(errors) }
    }
}

/// JSON as the whole text, in a code fence, or between the outermost braces of prose.
pub fn find_json(text: &str) -> Option<Value> {
    let text = text.trim();
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("```") {
        let (body, tail) = after.split_once("```").unwrap_or((after, ""));
        let body = body
            .split_once('\n')
            .map_or(body, |(first, lines)| if first.trim_start().starts_with(['{', '[']) { body } else { lines });
        if let Ok(value) = serde_json::from_str(body.trim()) {
            return Some(value);
        }
        rest = tail;
    }
    // The JSON itself may hold code fences, so the outermost braces are tried in any case.
    [('{', '}'), ('[', ']')].into_iter().find_map(|(open, close)| {
        let (start, end) = (text.find(open)?, text.rfind(close)?);
        (start < end).then(|| serde_json::from_str(&text[start..=end]).ok())?
    })
}

/// The schema in the form that providers enforce, and whether they can enforce it strictly: every property required
/// (optional ones may be null), nothing else allowed, no keyword that they refuse.
pub fn strict(schema: &Value) -> (Value, bool) {
    let mut schema = schema.clone();
    let mut strict = true;
    tighten(&mut schema, &mut strict);
    (schema, strict)
}

fn tighten(value: &mut Value, strict: &mut bool) {
    match value {
        Value::Object(fields) => {
            for keyword in
                ["$schema", "format", "minimum", "maximum", "default", "examples", "minLength", "maxLength", "pattern"]
            {
                // Properties may have these names; keywords have other types of value there.
                if fields.get(keyword).is_some_and(|value| !value.is_object()) {
                    fields.remove(keyword);
                }
            }
            tighten_object(fields, strict);
            fields.values_mut().for_each(|value| tighten(value, strict));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| tighten(item, strict)),
        _ => {}
    }
}

fn tighten_object(fields: &mut Map<String, Value>, strict: &mut bool) {
    if fields.get("type").and_then(Value::as_str) != Some("object") {
        return;
    }
    let free = !matches!(fields.get("additionalProperties"), None | Some(Value::Bool(false)));
    match fields.get("properties").and_then(Value::as_object) {
        Some(properties) if !free => {
            let names: Vec<Value> = properties.keys().cloned().map(Value::String).collect();
            fields.insert("required".to_owned(), Value::Array(names));
            fields.insert("additionalProperties".to_owned(), Value::Bool(false));
        }
        // An open map can't be enforced.
        _ => *strict = false,
    }
}

#[cfg(test)]
mod tests {
    use aos_capabilities::drafts::ArticleDraft;
    use serde_json::json;

    use super::*;

    #[test]
    fn json_is_found_in_fences_and_prose() {
        let expected = json!({"a": "```x```"});
        for text in [r#"{"a": "```x```"}"#, "Here you are:\n{\"a\": \"```x```\"}\nAnything else?"] {
            assert_eq!(find_json(text), Some(expected.clone()), "{text}");
        }
        assert_eq!(find_json("```json\n[1, 2]\n```"), Some(json!([1, 2])));
        assert_eq!(find_json("``` {\"a\": 1} ```"), Some(json!({"a": 1})));
        assert_eq!(find_json("no } data { here"), None);
    }

    #[test]
    fn errors_name_the_place() {
        let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]});
        let checker = Checker::new(&OutputSchema { name: "x".into(), schema }).unwrap();
        assert_eq!(checker.check("{\"n\": 1}"), Ok(json!({"n": 1})));
        let errors = checker.check("{\"n\": \"one\"}").unwrap_err();
        assert!(errors[0].starts_with("at /n:"), "{errors:?}");
    }

    #[test]
    fn drafts_can_be_enforced_strictly() {
        let schema = serde_json::to_value(schemars::schema_for!(ArticleDraft)).unwrap();
        let (tight, is_strict) = strict(&schema);
        assert!(is_strict);
        assert_eq!(tight["additionalProperties"], json!(false));
        assert!(tight["required"].as_array().unwrap().contains(&json!("image")));
        assert!(tight.get("$schema").is_none());
    }
}
