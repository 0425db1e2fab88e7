//! What the documents name in backticks exists: paths, types with their methods, functions and words of the code.

use std::{collections::HashSet, sync::LazyLock};

use regex::Regex;

use super::{Violation, pattern, tree::Tree};

static CODE: LazyLock<Regex> = LazyLock::new(|| pattern(r"`([^`]+)`"));
static WORD: LazyLock<Regex> = LazyLock::new(|| pattern(r"[A-Za-z_][A-Za-z0-9_]*"));
/// A path of the repository, with an optional line.
static PATH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^((?:crates|docs|xtask|fuzz|scripts|\.ci|\.config|\.cargo)/[A-Za-z0-9_./-]*|[A-Za-z0-9_-]+\.md)(?::\d+)?$",
    )
});
/// `Type::method`, `module::function()`, `crate::module::Type`.
static SYMBOL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^[A-Za-z_][A-Za-z0-9_]*(?:::[A-Za-z_][A-Za-z0-9_]*)+(?:\(\))?$"));
/// `some_function` or `some_function()`, `SomeType`.
static NAME: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:[a-z][a-z0-9]*(?:_[a-z0-9]+)+|[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+)(?:\(\))?$"));

pub fn check(tree: &Tree) -> Vec<Violation> {
    let documents: Vec<_> = tree.files().iter().filter(|file| is_document(&file.path)).collect();
    if documents.is_empty() {
        return Vec::new();
    }
    let known = words_outside_documents(tree);
    let mut found = Vec::new();
    for file in documents {
        let mut in_block = false;
        for (index, line) in file.text.lines().enumerate() {
            if line.trim_start().starts_with("```") {
                in_block = !in_block;
            }
            if in_block {
                continue;
            }
            for code in CODE.captures_iter(line).filter_map(|found| found.get(1)) {
                if let Some(message) = complaint(tree, &known, &file.path, code.as_str().trim()) {
                    found.push(Violation::new(&file.path, index + 1, message));
                }
            }
        }
    }
    found
}

fn is_document(path: &str) -> bool {
    path.ends_with(".md") && (!path.contains('/') || path.starts_with("docs/"))
}

/// Every word of the code, the migrations, the scripts and the configuration, and every name of a file or a folder.
fn words_outside_documents(tree: &Tree) -> HashSet<&str> {
    let mut words = HashSet::new();
    for file in tree.files() {
        words.extend(WORD.find_iter(&file.path).map(|word| word.as_str()));
        if file.extension() != "md" {
            words.extend(WORD.find_iter(&file.text).map(|word| word.as_str()));
        }
    }
    words
}

/// What is wrong with a piece of code in a document, if anything.
fn complaint(tree: &Tree, known: &HashSet<&str>, document: &str, code: &str) -> Option<String> {
    if let Some(path) = PATH.captures(code).and_then(|found| found.get(1)) {
        let path = path.as_str().trim_end_matches('/');
        let beside = document.rsplit_once('/').map(|(folder, _)| format!("{folder}/{path}"));
        let exists = tree.has(path) || beside.is_some_and(|beside| tree.has(&beside));
        return (!exists).then(|| format!("`{path}` does not exist: name the place where it is now"));
    }
    let is_symbol = SYMBOL.is_match(code) || NAME.is_match(code);
    let unknown = WORD.find_iter(code).map(|word| word.as_str()).find(|word| !known.contains(word))?;
    is_symbol.then(|| format!("`{code}` is not in the code (“{unknown}”): use its present name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_documents_name_must_exist() {
        let tree = Tree::of(&[
            ("crates/aos-kernel/src/scope.rs", "impl TenantScope { fn granted() {} }"),
            ("docs/testing.md", "See `benchmarks.md`."),
            ("docs/benchmarks.md", ""),
            (
                "ARCHITECTURE.md",
                "`crates/aos-kernel/` and `crates/aos-kernel/src/scope.rs:3`, `TenantScope::granted`\n\
                 `crates/aos-gone/src`, `TenantScope::given`, `lost_function()`, `LostType`\n\
                 `cargo run`, `SELECT`, `crates/<name>/mod.rs`\n```\n`docs/no.md`\n```\n`docs/no.md`",
            ),
        ]);
        let found: Vec<_> = check(&tree).into_iter().map(|violation| violation.line).collect();
        assert_eq!(found, [2, 2, 2, 2, 7]);
    }
}
