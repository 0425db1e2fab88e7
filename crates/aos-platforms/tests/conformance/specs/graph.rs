//! Meta's Graph API as the files from which Meta makes its own libraries: fields, edges, and the parameters of each.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

use super::{Described, Sent, read};

/// On every request, of whatever it is.
const EVERYWHERE: [&str; 9] =
    ["access_token", "appsecret_proof", "fields", "limit", "after", "before", "summary", "locale", "pretty"];
/// Times between which a list is read: of every list, in the guide to paging.
const OF_LISTS: [&str; 2] = ["since", "until"];
/// In Meta's reference, and in contracts/meta.md, but not in these files: the file of a photo, what somebody may do with a
/// page, and how far a container is.
const ONLY_IN_THE_REFERENCE: [&str; 3] = ["source", "tasks", "status_code"];
/// What is no node: the dialog's other end and what looks into tokens.
const NO_NODES: [&str; 2] = ["oauth", "debug_token"];

pub struct Graph {
    operations: Vec<Operation>,
    /// The fields that some node has.
    fields: BTreeSet<String>,
}

struct Operation {
    method: String,
    /// Empty: on the node itself.
    edge: String,
    parameters: Vec<String>,
}

impl Graph {
    pub fn read(folder: &Path) -> Self {
        let mut graph = Self { operations: Vec::new(), fields: BTreeSet::new() };
        let mut files: Vec<_> = fs::read_dir(folder).expect("the folder").flatten().map(|file| file.path()).collect();
        files.sort();
        for file in files.iter().filter(|file| file.extension().is_some_and(|ext| ext == "json")) {
            let node = read(file);
            let name = |one: &Value| one["name"].as_str().map(str::to_owned);
            graph.fields.extend(node["fields"].as_array().into_iter().flatten().filter_map(name));
            for api in node["apis"].as_array().into_iter().flatten() {
                let edge = api["endpoint"].as_str().unwrap_or_default().trim_start_matches('/').to_owned();
                // An edge can be asked for as a field of its node.
                graph.fields.insert(edge.clone());
                graph.operations.push(Operation {
                    method: api["method"].as_str().unwrap_or_default().to_owned(),
                    edge,
                    parameters: api["params"].as_array().into_iter().flatten().filter_map(name).collect(),
                });
            }
        }
        graph
    }

    fn knows(&self, field: &str) -> bool {
        self.fields.contains(field) || ONLY_IN_THE_REFERENCE.contains(&field)
    }

    /// `id,attachments{media,url},likes.summary(true)`: the names, at whatever depth.
    fn unknown_fields(&self, wanted: &str) -> Vec<String> {
        let mut names: Vec<&str> = wanted.split(|c: char| ",{}".contains(c)).collect();
        names.retain(|name| !name.is_empty());
        let plain = |name: &str| name.split(['.', '(']).next().unwrap_or_default().trim().to_owned();
        names.into_iter().map(plain).filter(|name| !name.is_empty() && !self.knows(name)).collect()
    }
}

impl Described for Graph {
    fn judge(&self, sent: &Sent) -> Option<Vec<String>> {
        if !matches!(sent.host.as_str(), "graph.facebook.com" | "graph.instagram.com") {
            return None;
        }
        let mut parts = sent.path.split('/').skip_while(|part| part.starts_with('v'));
        let (node, edge) = (parts.next()?, parts.next().unwrap_or_default());
        if NO_NODES.contains(&node) {
            return None;
        }
        let given: Vec<&str> = (sent.query.iter().chain(&sent.form))
            .map(|(name, _)| name.split('[').next().unwrap_or_default())
            .chain(sent.json.iter().filter_map(Value::as_object).flat_map(|body| body.keys().map(String::as_str)))
            .filter(|name| ![&EVERYWHERE[..], &OF_LISTS, &ONLY_IN_THE_REFERENCE].concat().contains(name))
            .collect();
        let known = |operation: &&Operation| operation.method == sent.method && operation.edge == edge;
        // A number does not tell what it is the number of: it is enough that one kind of node takes this.
        let foreign = self.operations.iter().filter(known).map(|operation| {
            given.iter().filter(|name| !operation.parameters.iter().any(|own| own == *name)).collect::<Vec<_>>()
        });
        let Some(foreign) = foreign.min_by_key(Vec::len) else {
            return Some(vec!["there is no such operation on any node".to_owned()]);
        };
        let mut wrong: Vec<String> =
            foreign.into_iter().map(|name| format!("the parameter {name} is not described")).collect();
        for (_, wanted) in sent.query.iter().filter(|(name, _)| name == "fields") {
            wrong.extend(self.unknown_fields(wanted).into_iter().map(|name| format!("no node has a field {name}")));
        }
        Some(wrong)
    }
}
