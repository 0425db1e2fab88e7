//! `fields` and `exclude_fields`: paths of what is told of an answer.

use serde_json::{Map, Value};

/// The answer with only the paths in `fields`, or without those in `exclude_fields`.
pub(super) fn trim(answer: Value, fields: Option<&str>, exclude: Option<&str>) -> Value {
    let paths = |text: &str| text.split(',').map(|path| path.trim().split('.').map(str::to_owned).collect()).collect();
    match (fields, exclude) {
        (Some(fields), _) => only(&answer, &paths(fields)),
        (None, Some(exclude)) => {
            let mut answer = answer;
            for path in paths(exclude) {
                without(&mut answer, &path);
            }
            answer
        }
        (None, None) => answer,
    }
}

fn only(value: &Value, paths: &Vec<Vec<String>>) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| only(item, paths)).collect(),
        Value::Object(members) => {
            let mut kept = Map::new();
            for (name, member) in members {
                let below: Vec<Vec<String>> =
                    paths.iter().filter(|path| path.first() == Some(name)).map(|path| path[1..].to_vec()).collect();
                if below.iter().any(Vec::is_empty) {
                    kept.insert(name.clone(), member.clone());
                } else if !below.is_empty() {
                    kept.insert(name.clone(), only(member, &below));
                }
            }
            Value::Object(kept)
        }
        other => other.clone(),
    }
}

fn without(value: &mut Value, path: &[String]) {
    match (value, path) {
        (Value::Array(items), _) => items.iter_mut().for_each(|item| without(item, path)),
        (Value::Object(members), [last]) => {
            members.remove(last);
        }
        (Value::Object(members), [first, rest @ ..]) => {
            if let Some(member) = members.get_mut(first) {
                without(member, rest);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn answers_are_trimmed_by_path() {
        let answer = json!({"lists": [{"id": "a", "stats": {"n": 1, "m": 2}}], "total_items": 1});
        let told = trim(answer.clone(), Some("lists.id,lists.stats.n,total_items"), None);
        assert_eq!(told, json!({"lists": [{"id": "a", "stats": {"n": 1}}], "total_items": 1}));
        let told = trim(answer, None, Some("lists.stats,nothing.here"));
        assert_eq!(told, json!({"lists": [{"id": "a"}], "total_items": 1}));
    }
}
