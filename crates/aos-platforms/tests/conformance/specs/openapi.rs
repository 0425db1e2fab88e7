//! OpenAPI documents, and Google's discovery documents, which say the same in other words.

use serde_json::{Map, Value};

use super::{Described, Sent};

pub struct Document {
    host: String,
    /// What lies beside it, as the exchange of a code, is described elsewhere.
    base: String,
    operations: Vec<Operation>,
    /// What `$ref` names, by the last part of the name.
    schemas: Map<String, Value>,
}

struct Operation {
    method: String,
    /// Parts in braces stand for anything; one that begins with `+`, for several parts.
    path: String,
    query: Vec<String>,
    required: Vec<String>,
    body: Option<Value>,
}

fn texts<'a>(values: impl IntoIterator<Item = &'a Value>) -> Vec<String> {
    values.into_iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

impl Document {
    pub fn openapi(document: &Value, host: &str, base: &str) -> Self {
        let mut operations = Vec::new();
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            let shared = item["parameters"].as_array().cloned().unwrap_or_default();
            for (method, operation) in item.as_object().into_iter().flatten().filter(|(name, _)| *name != "parameters")
            {
                let mut parameters = shared.clone();
                parameters.extend(operation["parameters"].as_array().cloned().unwrap_or_default());
                let query: Vec<&Value> = parameters.iter().filter(|one| one["in"] == "query").collect();
                operations.push(Operation {
                    method: method.to_uppercase(),
                    path: format!("{base}{path}"),
                    required: texts(query.iter().filter(|one| one["required"] == true).map(|one| &one["name"])),
                    query: texts(query.iter().map(|one| &one["name"])),
                    body: operation["requestBody"]["content"]["application/json"].get("schema").cloned(),
                });
            }
        }
        let schemas = document["components"]["schemas"].as_object().cloned().unwrap_or_default();
        Self { host: host.to_owned(), base: base.to_owned(), operations, schemas }
    }

    pub fn discovery(document: &Value) -> Self {
        let root = document["rootUrl"].as_str().unwrap_or_default();
        let host = root.trim_start_matches("https://").trim_end_matches('/').to_owned();
        let base = document["servicePath"].as_str().unwrap_or_default();
        let everywhere: Vec<String> =
            document["parameters"].as_object().into_iter().flatten().map(|(k, _)| k.clone()).collect();
        let mut operations = Vec::new();
        let mut open = vec![document];
        while let Some(part) = open.pop() {
            open.extend(part["resources"].as_object().into_iter().flatten().map(|(_, resource)| resource));
            for method in part["methods"].as_object().into_iter().flatten().map(|(_, method)| method) {
                let parameters = method["parameters"].as_object().cloned().unwrap_or_default();
                let query = || parameters.iter().filter(|(_, one)| one["location"] == "query");
                operations.push(Operation {
                    method: method["httpMethod"].as_str().unwrap_or_default().to_owned(),
                    path: format!("{base}{}", method["path"].as_str().unwrap_or_default()),
                    required: query()
                        .filter(|(_, one)| one["required"] == true)
                        .map(|(name, _)| name.clone())
                        .collect(),
                    query: query().map(|(name, _)| name.clone()).chain(everywhere.iter().cloned()).collect(),
                    body: method.get("request").cloned(),
                });
            }
        }
        Self {
            host,
            base: base.to_owned(),
            operations,
            schemas: document["schemas"].as_object().cloned().unwrap_or_default(),
        }
    }

    /// What of a value the schema does not know. Nothing is said of what is missing: the same shapes describe answers,
    /// which have more.
    fn unfit(&self, schema: &Value, value: &Value, at: &str, deep: u8) -> Vec<String> {
        if deep == 0 {
            return Vec::new();
        }
        if let Some(name) = schema["$ref"].as_str() {
            let name = name.rsplit('/').next().unwrap_or(name);
            return match self.schemas.get(name) {
                Some(schema) => self.unfit(schema, value, at, deep - 1),
                None => vec![format!("{at}: the schema {name} is not in the description")],
            };
        }
        for either in ["oneOf", "anyOf"] {
            if let Some(branches) = schema[either].as_array() {
                let tried = branches.iter().map(|branch| self.unfit(branch, value, at, deep - 1));
                return tried.min_by_key(Vec::len).unwrap_or_default();
            }
        }
        if let Some(values) = schema["enum"].as_array()
            && !values.contains(value)
        {
            return vec![format!("{at}: {value} is none of {}", schema["enum"])];
        }
        match value {
            Value::Object(fields) => {
                let known = schema["properties"].as_object();
                let open = schema.get("additionalProperties").is_some_and(|open| *open != false);
                let each = fields.iter().flat_map(|(name, value)| {
                    let at = format!("{at}.{name}");
                    match known.and_then(|known| known.get(name)) {
                        Some(schema) => self.unfit(schema, value, &at, deep - 1),
                        None if known.is_none() || open => Vec::new(),
                        None => vec![format!("{at} is not described")],
                    }
                });
                let wrong_type = schema["type"].as_str().filter(|kind| *kind != "object");
                wrong_type.map(|kind| format!("{at}: an object instead of {kind}")).into_iter().chain(each).collect()
            }
            Value::Array(items) if schema["type"] == "array" => {
                let each = |(n, one)| self.unfit(&schema["items"], one, &format!("{at}[{n}]"), deep - 1);
                items.iter().enumerate().flat_map(each).collect()
            }
            Value::Null => Vec::new(),
            _ => {
                let fits = match schema["type"].as_str() {
                    Some("string") => value.is_string(),
                    Some("integer" | "number") => value.is_number(),
                    Some("boolean") => value.is_boolean(),
                    Some("array" | "object") => false,
                    _ => true,
                };
                if fits { Vec::new() } else { vec![format!("{at}: {value} instead of {}", schema["type"])] }
            }
        }
    }
}

fn matches(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/').peekable());
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(part), Some(own)) => {
                // `accounts/1/locations` in one: as many parts as the rest leaves over. `{+name}:search` ends with a verb.
                if let Some(rest) = part.strip_prefix("{+") {
                    let verb = rest.split_once('}').map_or("", |(_, verb)| verb);
                    let rest: Vec<&str> = wanted.collect();
                    let given: Vec<&str> = std::iter::once(own).chain(given).collect();
                    let (Some(over), Some(last)) =
                        (given.len().checked_sub(rest.len()), given.get(given.len().saturating_sub(rest.len() + 1)))
                    else {
                        return false;
                    };
                    return over > 0
                        && last.ends_with(verb)
                        && (verb.contains(':') || !last.contains(':'))
                        && given[over..] == rest[..];
                }
                let (front, back) = match (part.find('{'), part.find('}')) {
                    (Some(open), Some(close)) => (&part[..open], &part[close + 1..]),
                    _ if part == own => continue,
                    _ => return false,
                };
                if !(own.starts_with(front) && own.ends_with(back) && own.len() > front.len() + back.len()) {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

impl Described for Document {
    fn judge(&self, sent: &Sent) -> Option<Vec<String>> {
        if sent.host != self.host || !sent.path.starts_with(&self.base) {
            return None;
        }
        // A fixed path before one with a place for anything: `items/live` is no item.
        let mut found: Vec<&Operation> = self
            .operations
            .iter()
            .filter(|operation| operation.method == sent.method && matches(&operation.path, &sent.path))
            .collect();
        found.sort_by_key(|operation| (operation.path.matches('{').count(), std::cmp::Reverse(operation.path.len())));
        let Some(operation) = found.first() else { return Some(vec!["there is no such operation".to_owned()]) };
        let mut wrong = Vec::new();
        for (name, _) in &sent.query {
            if !operation.query.contains(name) {
                wrong.push(format!("the query's {name} is not described"));
            }
        }
        for name in &operation.required {
            if !sent.query.iter().any(|(own, _)| own == name) {
                wrong.push(format!("the query needs {name}"));
            }
        }
        match (&operation.body, &sent.json) {
            (Some(schema), Some(json)) => wrong.extend(self.unfit(schema, json, "body", 24)),
            (None, Some(_)) => wrong.push("it takes no body".to_owned()),
            _ => {}
        }
        Some(wrong)
    }
}
