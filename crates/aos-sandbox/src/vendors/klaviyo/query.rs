//! JSON:API in queries: filters, sorting, pages, and what of a resource is told.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use super::problem::Problem;
use crate::vendors::arrival::Arrival;

/// `operator(field,'value')`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) operator: String,
    pub(super) field: String,
    pub(super) value: String,
}

/// Reads conditions with `and(…)` or commas between them. None: it breaks the grammar.
pub(super) fn conditions(text: &str) -> Option<Vec<Condition>> {
    let text = text.trim();
    let inner = text.strip_prefix("and(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(text);
    let mut found = Vec::new();
    let mut rest = inner.trim();
    while !rest.is_empty() {
        let (operator, after) = rest.split_once('(')?;
        let (field, after) = after.split_once(',')?;
        let (value, after) = value(after.trim_start())?;
        found.push(Condition { operator: operator.trim().to_owned(), field: field.trim().to_owned(), value });
        rest = after.trim_start().strip_prefix(')')?.trim_start();
        rest = match rest.strip_prefix(',') {
            Some(more) if !more.trim().is_empty() => more.trim_start(),
            Some(_) => return None,
            None if rest.is_empty() => rest,
            None => return None,
        };
    }
    Some(found)
}

/// A quoted text, a list in brackets or a bare word, and what follows it.
fn value(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next()?;
    if quote == '\'' || quote == '"' {
        let end = text[1..].find(quote)? + 1;
        return Some((text[1..end].to_owned(), &text[end + 1..]));
    }
    if quote == '[' {
        let end = text.find(']')?;
        return Some((text[1..end].replace(['\'', '"'], ""), &text[end + 1..]));
    }
    let end = text.find(')')?;
    Some((text[..end].trim().to_owned(), &text[end..]))
}

/// The filter of a call.
pub(super) fn filter(arrival: &Arrival) -> Result<Vec<Condition>, Problem> {
    let text = arrival.param("filter").unwrap_or_default();
    conditions(&text).ok_or_else(|| Problem::invalid("filter", "The filter can't be read."))
}

/// A page of resources, with absolute links to the others.
pub(super) fn page(
    arrival: &Arrival,
    address: &str,
    resources: Vec<Value>,
    (usual, largest): (usize, usize),
) -> Result<Value, Problem> {
    let size = match arrival.param("page[size]") {
        None => usual,
        Some(text) => match text.parse() {
            Ok(size) if (1..=largest).contains(&size) => size,
            _ => return Err(Problem::invalid("page[size]", &format!("Page size must be between 1 and {largest}."))),
        },
    };
    let wrong = || Problem::invalid("page[cursor]", "The cursor is invalid.");
    let start: usize = match arrival.param("page[cursor]") {
        None => 0,
        Some(cursor) => {
            let text = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            text.and_then(|text| text.strip_prefix("next:")?.parse().ok()).ok_or_else(wrong)?
        }
    };
    let total = resources.len();
    let shown: Vec<Value> = resources.into_iter().skip(start).take(size).collect();
    let to = |start: usize| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in url::form_urlencoded::parse(arrival.query.as_bytes()) {
            if name != "page[cursor]" {
                query.append_pair(&name, &value);
            }
        }
        query.append_pair("page[cursor]", &URL_SAFE_NO_PAD.encode(format!("next:{start}")));
        format!("{address}?{}", query.finish())
    };
    let next = (start + shown.len() < total).then(|| to(start + shown.len()));
    let previous = (start > 0).then(|| to(start.saturating_sub(size)));
    let own = if arrival.query.is_empty() { address.to_owned() } else { format!("{address}?{}", arrival.query) };
    Ok(json!({"data": sparse(arrival, shown), "links": {"self": own, "next": next, "prev": previous}}))
}

/// `fields[campaign]=name,status`.
pub(super) fn sparse(arrival: &Arrival, mut resources: Vec<Value>) -> Vec<Value> {
    for resource in &mut resources {
        let kind = resource["type"].as_str().unwrap_or_default().to_owned();
        let Some(wanted) = arrival.param(&format!("fields[{kind}]")) else { continue };
        let wanted: Vec<&str> = wanted.split(',').collect();
        if let Some(attributes) = resource["attributes"].as_object() {
            let kept: Map<String, Value> = attributes
                .iter()
                .filter(|(name, _)| wanted.iter().any(|own| own.split('.').next() == Some(name.as_str())))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            resource["attributes"] = Value::Object(kept);
        }
    }
    resources
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_read_with_either_quote_and_nothing_else_passes() {
        let read =
            |text: &str| conditions(text).map(|found| found.into_iter().map(|own| own.value).collect::<Vec<_>>());
        assert_eq!(read("equals(messages.channel,'email')"), Some(vec!["email".to_owned()]));
        assert_eq!(read(r#"equals(messages.channel,"email"),contains(name,"a, b")"#).unwrap()[1], "a, b");
        assert_eq!(read("and(equals(a,'1'),any(b,['x','y']))"), Some(vec!["1".to_owned(), "x,y".to_owned()]));
        assert_eq!(read("greater-than(created_at,2026-01-01T00:00:00Z)").unwrap(), ["2026-01-01T00:00:00Z"]);
        assert_eq!(read(""), Some(Vec::new()));
        for wrong in ["email", "equals(", "equals(a)", "equals(a,'b'", "equals(a,'b'),", "equals(a,'b') x"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
