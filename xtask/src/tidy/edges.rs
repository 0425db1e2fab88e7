//! Who may use whom: crates by their manifests, slices by their paths.

use std::collections::BTreeSet;

use super::{
    Violation, tables,
    tokens::Token,
    tree::{SourceFile, Tree},
};

pub fn crates(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for package in tree.packages() {
        let manifest = manifest_of(&package.name);
        let Some((_, allowed)) = tables::CRATES.iter().find(|(name, _)| *name == package.name) else {
            let message = format!("`{}` is not in the table of crates (xtask/src/tidy/tables.rs)", package.name);
            found.push(Violation::new(&manifest, 1, message));
            continue;
        };
        for dependency in package.dependencies.iter().filter(|dependency| dependency.kind.as_deref() != Some("dev")) {
            let ours = tables::CRATES.iter().any(|(name, _)| *name == dependency.name);
            if ours && !allowed.contains(&dependency.name.as_str()) {
                let message = format!(
                    "`{}` may not use `{}`: move the code down, or go through a trait of aos-capabilities",
                    package.name, dependency.name
                );
                found.push(Violation::new(&manifest, line_of(tree, &manifest, &dependency.name), message));
            }
        }
    }
    found
}

pub fn libraries(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for package in tree.packages() {
        let manifest = manifest_of(&package.name);
        for dependency in package.dependencies.iter().filter(|dependency| dependency.kind.as_deref() != Some("dev")) {
            let owners = tables::LIBRARIES.iter().find(|(name, _)| *name == dependency.name);
            if let Some((library, owners)) = owners
                && !owners.contains(&package.name.as_str())
            {
                let message = format!("`{library}` belongs to {}", owners.join(", "));
                found.push(Violation::new(&manifest, line_of(tree, &manifest, library), message));
            }
        }
    }
    found
}

fn manifest_of(package: &str) -> String {
    if package == "xtask" { "xtask/Cargo.toml".to_owned() } else { format!("crates/{package}/Cargo.toml") }
}

/// The line of a manifest that names a dependency.
fn line_of(tree: &Tree, manifest: &str, dependency: &str) -> usize {
    let file = tree.files().iter().find(|file| file.path == manifest);
    let line = file.and_then(|file| {
        file.text
            .lines()
            .position(|line| line.strip_prefix(dependency).is_some_and(|rest| rest.starts_with([' ', '.', '='])))
    });
    line.map_or(1, |line| line + 1)
}

const FEATURES: &str = "crates/aos-features/src/";

pub fn slices(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.rust() {
        let Some(inside) = file.path.strip_prefix(FEATURES) else { continue };
        let Some((slice, _)) = inside.split_once('/') else {
            found.extend(beside_slices(file, inside));
            continue;
        };
        if slice != tables::READ_MODELS && !is_slice(slice) {
            let message = format!("`{slice}` is not in the table of slices (xtask/src/tidy/tables.rs)");
            found.push(Violation::new(&file.path, 1, message));
            continue;
        }
        check_calls(file, slice, inside, &mut found);
    }
    found
}

/// A file beside the slices is known, and doesn't mix what it defines with what it knows of slices.
fn beside_slices(file: &SourceFile, name: &str) -> Option<Violation> {
    let Some(known) = tables::BESIDE_SLICES.iter().find(|known| known.name == name) else {
        let message = "a file of aos-features belongs to a slice: put it into that slice's folder";
        return Some(Violation::new(&file.path, 1, message));
    };
    if known.above {
        return None;
    }
    let definition = file.code().find(|token| ["struct", "enum", "trait", "impl"].iter().any(|word| token.is(word)))?;
    let slice = calls(file, 1).into_iter().find(|call| is_slice(&call.module))?.module;
    let message = format!("it {}, and yet defines something and knows `{slice}`: move one of both", known.why);
    Some(Violation::new(&file.path, definition.line, message))
}

/// What slices must not call: the read models, and the files that put the slices together.
fn is_above_slices(module: &str) -> bool {
    let stem = |name: &'static str| name.trim_end_matches(".rs");
    module == tables::READ_MODELS || tables::BESIDE_SLICES.iter().any(|file| file.above && stem(file.name) == module)
}

fn check_calls(file: &SourceFile, slice: &str, inside: &str, found: &mut Vec<Violation>) {
    let below = slices_below(slice);
    for call in calls(file, module_depth(inside)) {
        let line = call.line;
        if slice == tables::READ_MODELS {
            if is_slice(&call.module) && call.member.as_deref() == Some("commands") {
                let message = format!("a read model changes nothing: `{}::commands` is not for it", call.module);
                found.push(Violation::new(&file.path, line, message));
            }
        } else if is_above_slices(&call.module) {
            let message = format!("`{}` stands above the slices: what both need belongs below", call.module);
            found.push(Violation::new(&file.path, line, message));
        } else if is_slice(&call.module) && call.module != slice && !below.contains(call.module.as_str()) {
            let message = format!(
                "`{slice}` may not call `{}`: slices call downwards; react to its event, or let the caller above do both",
                call.module
            );
            found.push(Violation::new(&file.path, line, message));
        }
    }
}

fn is_slice(name: &str) -> bool {
    tables::SLICES.iter().any(|(slice, _)| *slice == name)
}

/// All slices that may be called: those of the table, those below them, `people` and `tenants`.
fn slices_below(slice: &str) -> BTreeSet<&'static str> {
    let mut below = BTreeSet::new();
    let mut to_visit: Vec<&str> = vec![slice];
    while let Some(slice) = to_visit.pop() {
        let direct = tables::SLICES.iter().find(|(name, _)| *name == slice).map_or(&[][..], |(_, direct)| *direct);
        for name in direct {
            if below.insert(*name) {
                to_visit.push(name);
            }
        }
    }
    if slice != "people" && slice != "tenants" {
        below.extend(["people", "tenants"]);
    }
    below
}

/// How many `super` lead from a file to the crate's root: one from `content/mod.rs`, two from `content/store.rs`.
fn module_depth(inside: &str) -> usize {
    inside.split('/').count() - usize::from(inside.ends_with("/mod.rs"))
}

struct Call {
    module: String,
    /// The next part of the path, when it is written out.
    member: Option<String>,
    line: usize,
}

/// Every path from the crate's root: `crate::x`, `crate::{x, y::z}` and the same by `super`.
fn calls(file: &SourceFile, depth: usize) -> Vec<Call> {
    let tokens: Vec<&Token> = file.code().collect();
    let mut calls = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let from_root = if token.is("crate") {
            Some(index + 1)
        } else if token.is("super") && !(index >= 2 && tokens[index - 2].is("super")) {
            let mut end = index;
            let mut count = 1;
            while tokens.get(end + 1).is_some_and(|t| t.is("::")) && tokens.get(end + 2).is_some_and(|t| t.is("super"))
            {
                end += 2;
                count += 1;
            }
            (count == depth).then_some(end + 1)
        } else {
            None
        };
        if let Some(start) = from_root.filter(|start| tokens.get(*start).is_some_and(|t| t.is("::"))) {
            paths_after(&tokens[start + 1..], &mut calls);
        }
    }
    calls
}

/// The first parts of the paths that follow `crate::`: one, or those of a braced list.
fn paths_after(tokens: &[&Token], calls: &mut Vec<Call>) {
    let call_at = |index: usize| {
        let module = tokens.get(index)?.word()?.to_owned();
        let path_goes_on = tokens.get(index + 1).is_some_and(|token| token.is("::"));
        let member = path_goes_on.then(|| tokens.get(index + 2)?.word().map(str::to_owned)).flatten();
        Some(Call { module, member, line: tokens[index].line })
    };
    if !tokens.first().is_some_and(|token| token.is("{")) {
        calls.extend(call_at(0));
        return;
    }
    let mut open = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        if token.is("{") || token.is(",") {
            open += usize::from(token.is("{"));
            if open == 1 {
                calls.extend(call_at(index + 1));
            }
        } else if token.is("}") {
            open -= 1;
            if open == 0 {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(found: Vec<Violation>) -> Vec<String> {
        found.into_iter().map(|violation| violation.to_string()).collect()
    }

    #[test]
    fn a_crate_that_reaches_up_is_reported_and_its_tests_are_not() {
        let manifest = "[dependencies]\naos-kernel.workspace = true\naos-features.workspace = true\n";
        let tree = Tree::of(&[("crates/aos-storage/Cargo.toml", manifest)]).with_package(
            "aos-storage",
            &[("aos-kernel", None), ("aos-features", None), ("aos-testkit", Some("dev")), ("sqlx", None)],
        );
        let found = messages(crates(&tree));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("crates/aos-storage/Cargo.toml:3: `aos-storage` may not use `aos-features`"));
        assert!(libraries(&tree).is_empty());
    }

    #[test]
    fn a_crate_that_the_table_does_not_know_and_a_library_out_of_place_are_reported() {
        let tree = Tree::of(&[]).with_package("aos-extra", &[]).with_package("aos-features", &[("axum", None)]);
        assert!(messages(crates(&tree))[0].contains("not in the table of crates"));
        assert!(messages(libraries(&tree))[0].contains("`axum` belongs to aos-web, aos-sandbox"));
    }

    #[test]
    fn slices_call_downwards_by_every_way_of_writing_a_path() {
        let tree = Tree::of(&[
            ("crates/aos-features/src/strategy/commands.rs", "use crate::{people::Person, content::{Item, tenants}};"),
            ("crates/aos-features/src/strategy/store.rs", "fn a() { super::super::agents::run() }"),
            ("crates/aos-features/src/website/mod.rs", "use super::content::Item;\nuse super::agents;"),
            ("crates/aos-features/src/agents/model.rs", "use crate::people::Person; use crate::website::Page;"),
        ]);
        let found = messages(slices(&tree));
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(found[0].contains("`strategy` may not call `content`"));
        assert!(found[1].contains("`strategy` may not call `agents`"));
        assert!(found[2].contains("`website` may not call `content`"));
        assert!(found[3].contains("mod.rs:2: `website` may not call `agents`"));
    }

    #[test]
    fn stories_may_use_any_slice_and_read_models_any_query() {
        let tree = Tree::of(&[
            ("crates/aos-features/src/tenants/tests/story.rs", "use crate::content::commands::write;"),
            ("crates/aos-features/src/tenants/model.rs", "#[cfg(test)]\nmod tests { use crate::content::Item; }"),
            ("crates/aos-features/src/read_models/queue.rs", "use crate::content::queries::open;"),
        ]);
        assert_eq!(messages(slices(&tree)), [""; 0]);
        let tree = Tree::of(&[
            ("crates/aos-features/src/read_models/queue.rs", "use crate::content::commands::write;"),
            ("crates/aos-features/src/agents/queries.rs", "use crate::read_models::queue;"),
            ("crates/aos-features/src/helpers.rs", ""),
            ("crates/aos-features/src/misc/mod.rs", ""),
            ("crates/aos-features/src/steps.rs", "pub use crate::activities::Step;\npub struct Other;"),
            ("crates/aos-features/src/product.rs", "use crate::content::Item;\npub struct Product;"),
            ("crates/aos-features/src/content/commands.rs", "use crate::product::Product;"),
        ]);
        assert_eq!(slices(&tree).len(), 6);
    }
}
