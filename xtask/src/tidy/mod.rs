//! `cargo xtask tidy`: the architecture's borders and the rules of the house, checked over the text of the repository.
//! Each rule is a function from the [`Tree`] to its violations; what it allows is data in [`tables`]. Rules that need a
//! running program (every route in the isolation list, every platform in the conformance list) are tests elsewhere.

mod borders;
mod docs;
mod edges;
mod files;
mod migrations;
mod ownership;
mod schema;
mod scopes;
mod sql;
mod tables;
mod tokens;
mod tree;

use std::{fmt, path::Path};

use anyhow::bail;
use regex::Regex;
use tree::Tree;

/// One place that breaks a rule, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub struct Violation {
    path: String,
    line: usize,
    message: String,
}

impl Violation {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// A pattern of the rules themselves, which their tests compile.
fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|error| panic!("a pattern of tidy itself is wrong: {error}"))
}

type Rule = fn(&Tree) -> Vec<Violation>;

/// In the order in which they are reported.
const RULES: &[(&str, Rule)] = &[
    ("crates use only the crates below them", edges::crates),
    ("heavy libraries stay in their crate", edges::libraries),
    ("slices call downwards only", edges::slices),
    ("words stay behind their border", borders::check),
    ("SQL stays in the stores", ownership::place),
    ("a table belongs to one slice", ownership::tables),
    ("both databases have one schema", migrations::check),
    ("a tenant's scope is granted where the right was checked", scopes::check),
    ("a file says what it is and stays readable", files::openings_and_lengths),
    ("nothing is left for later", files::leftovers),
    ("nothing of one machine is committed", files::machine_traces),
    ("the documents name what exists", docs::check),
];

pub fn run(root: &Path) -> anyhow::Result<()> {
    let tree = Tree::read(root)?;
    let mut violations = 0;
    for (title, rule) in RULES {
        let mut found = rule(&tree);
        found.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
        if !found.is_empty() {
            eprintln!("\n{title}");
        }
        for violation in &found {
            eprintln!("  {violation}");
        }
        violations += found.len();
    }
    let long = files::nearly_too_long(&tree);
    if !long.is_empty() {
        eprintln!("\nover {} lines, think of dividing: {}", files::COMFORTABLE_LINES, long.join(", "));
    }
    if violations > 0 {
        bail!("{violations} border violations");
    }
    println!("tidy: {} rules hold over {} files", RULES.len(), tree.files().len());
    Ok(())
}
