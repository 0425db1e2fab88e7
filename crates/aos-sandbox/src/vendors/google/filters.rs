//! Filters of Analytics reports.

use serde_json::Value;

use super::Problem;

/// Whether a text holds a pattern. Only alternatives of plain texts are known here: `a|b|^c`, without other signs of
/// regular expressions but anchors and `.*` at the ends.
pub(super) fn pattern(pattern: &str, text: &str, whole: bool) -> bool {
    pattern.trim_start_matches('(').trim_end_matches(')').split('|').any(|one| {
        let (from, to) = (one.starts_with('^') || whole, one.ends_with('$') || whole);
        let one = one.trim_start_matches('^').trim_end_matches('$');
        let (from, to) = (from && !one.starts_with(".*"), to && !one.ends_with(".*"));
        let one = one.trim_start_matches(".*").trim_end_matches(".*").replace('\\', "");
        match (from, to) {
            (true, true) => text == one,
            (true, false) => text.starts_with(&one),
            (false, true) => text.ends_with(&one),
            (false, false) => text.contains(&one),
        }
    })
}

/// Whether a row passes. `value` gives a field's text; none where the report knows no such field.
pub(super) fn passes(filter: &Value, value: &dyn Fn(&str) -> Option<String>) -> Result<bool, Problem> {
    // A message of this kind holds one of four members.
    let Some((kind, inner)) = filter.as_object().and_then(|own| own.iter().next()) else { return Ok(true) };
    let parts = || inner["expressions"].as_array().map(Vec::as_slice).unwrap_or_default().iter();
    match kind.as_str() {
        "andGroup" => parts().try_fold(true, |all, own| Ok(all && passes(own, value)?)),
        "orGroup" => parts().try_fold(false, |any, own| Ok(any || passes(own, value)?)),
        "notExpression" => Ok(!passes(inner, value)?),
        "filter" => one(inner, value),
        other => Err(Problem::invalid("filter", format!("Unknown name \"{other}\": Cannot find field."))),
    }
}

fn one(filter: &Value, value: &dyn Fn(&str) -> Option<String>) -> Result<bool, Problem> {
    let name = filter["fieldName"].as_str().unwrap_or_default();
    let own = value(name).ok_or_else(|| Problem::invalid("filter", format!("Field {name} is not valid here.")))?;
    if filter["stringFilter"].is_object() {
        return Ok(text(&filter["stringFilter"], &own));
    }
    if filter["inListFilter"].is_object() {
        let sensitive = filter["inListFilter"]["caseSensitive"] == true;
        let values = filter["inListFilter"]["values"].as_array().into_iter().flatten().filter_map(Value::as_str);
        return Ok(values.into_iter().any(|wanted| fold(wanted, sensitive) == fold(&own, sensitive)));
    }
    if filter["emptyFilter"].is_object() {
        return Ok(own.is_empty());
    }
    let figure: f64 = own.parse().unwrap_or_default();
    if filter["betweenFilter"].is_object() {
        let (from, to) = (&filter["betweenFilter"]["fromValue"], &filter["betweenFilter"]["toValue"]);
        return Ok(number(from)? <= figure && figure <= number(to)?);
    }
    if filter["numericFilter"].is_object() {
        let wanted = number(&filter["numericFilter"]["value"])?;
        return match filter["numericFilter"]["operation"].as_str() {
            Some("EQUAL") => Ok((figure - wanted).abs() < 1e-9),
            Some("LESS_THAN") => Ok(figure < wanted),
            Some("LESS_THAN_OR_EQUAL") => Ok(figure <= wanted),
            Some("GREATER_THAN") => Ok(figure > wanted),
            Some("GREATER_THAN_OR_EQUAL") => Ok(figure >= wanted),
            _ => Err(Problem::invalid("filter", "Unknown operation of a numeric filter.")),
        };
    }
    Err(Problem::invalid("filter", "A filter holds nothing that is known."))
}

fn fold(text: &str, sensitive: bool) -> String {
    if sensitive { text.to_owned() } else { text.to_lowercase() }
}

fn text(filter: &Value, own: &str) -> bool {
    let sensitive = filter["caseSensitive"] == true;
    let (own, wanted) = (fold(own, sensitive), fold(filter["value"].as_str().unwrap_or_default(), sensitive));
    match filter["matchType"].as_str() {
        Some("BEGINS_WITH") => own.starts_with(&wanted),
        Some("ENDS_WITH") => own.ends_with(&wanted),
        Some("CONTAINS") => own.contains(&wanted),
        Some("FULL_REGEXP") => pattern(&wanted, &own, true),
        Some("PARTIAL_REGEXP") => pattern(&wanted, &own, false),
        _ => own == wanted,
    }
}

/// `{"int64Value": "5"}` or `{"doubleValue": 5.0}`.
fn number(value: &Value) -> Result<f64, Problem> {
    let whole = &value["int64Value"];
    let read = whole.as_str().and_then(|text| text.parse().ok()).or_else(|| whole.as_f64());
    read.or_else(|| value["doubleValue"].as_f64()).ok_or_else(|| Problem::invalid("filter", "A number is asked for."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn filters_nest() {
        let value = |name: &str| (name == "country").then(|| "Germany".to_owned());
        let is = |word: &str| json!({"filter": {"fieldName": "country", "stringFilter": {"value": word}}});
        let both = json!({"andGroup": {"expressions": [is("germany"), {"notExpression": is("France")}]}});
        assert!(passes(&both, &value).unwrap());
        assert!(!passes(&json!({"orGroup": {"expressions": [is("France")]}}), &value).unwrap());
        assert!(passes(&json!({"filter": {"fieldName": "planet"}}), &value).is_err());
        assert!(passes(&json!({"or": {}}), &value).is_err());
    }

    #[test]
    fn alternatives_of_plain_texts_are_patterns() {
        assert!(pattern("brand|^garden", "garden office", false));
        assert!(!pattern("^office", "garden office", false));
        assert!(pattern("garden.*", "garden office", true) && !pattern("garden", "garden office", true));
    }
}
