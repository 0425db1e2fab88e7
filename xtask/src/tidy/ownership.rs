//! Where SQL stands, and whose tables it touches. The owner of a table is the slice that its migration file is named
//! after (`0004_content_requests.sql` belongs to `content`), or the crate for the engine's and the storage's own.

use std::collections::BTreeMap;

use super::{
    Violation, schema,
    sql::{self, statements},
    tables,
    tree::{SourceFile, Tree},
};

pub fn place(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.rust().filter(|file| !may_hold_sql(file)) {
        for statement in statements(file) {
            let message = "SQL belongs in the slice's `store.rs` (or `read_models/` when it joins slices)";
            found.push(Violation::new(&file.path, statement.line, message));
        }
    }
    found
}

fn may_hold_sql(file: &SourceFile) -> bool {
    let has_store = matches!(file.package(), "aos-features" | "aos-workflow")
        && (file.path.ends_with("/store.rs") || file.path.contains("/store/"));
    has_store
        || tables::SQL_CRATES.contains(&file.package())
        || slice_of(&file.path) == Some(tables::READ_MODELS)
        // The rules' own patterns.
        || file.path.starts_with("xtask/src/tidy/")
}

/// The slice in whose folder a file lies.
fn slice_of(path: &str) -> Option<&str> {
    path.strip_prefix("crates/aos-features/src/")?.split_once('/').map(|(slice, _)| slice)
}

/// Who owns the tables that a migration creates: `Err` when its name names no slice.
fn owner_of_migration(path: &str) -> Result<&str, String> {
    let mut parts = path.rsplit('/');
    let file = parts.next().unwrap_or("");
    let package = path.strip_prefix("crates/").and_then(|path| path.split('/').next()).unwrap_or("");
    if package != "aos-features" {
        return Ok(package);
    }
    let name = file.split_once('_').map_or("", |(_number, name)| name).trim_end_matches(".sql");
    let named = |slice: &str| name.strip_prefix(slice).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    tables::SLICES
        .iter()
        .map(|(slice, _)| *slice)
        // What only the read models read: the database itself keeps it, by triggers.
        .chain([tables::READ_MODELS])
        .filter(|slice| named(slice))
        .max_by_key(|slice| slice.len())
        .ok_or_else(|| {
            format!("“{file}” names no slice: call it NNNN_<slice>_<what>.sql, so that its tables have an owner")
        })
}

pub fn tables(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    for file in tree.files().iter().filter(|file| schema::is_migration(&file.path)) {
        let owner = match owner_of_migration(&file.path) {
            Ok(owner) => owner,
            Err(message) => {
                found.push(Violation::new(&file.path, 1, message));
                continue;
            }
        };
        for (table, line) in schema::created_tables(&file.text) {
            let known = *owners.entry(table.clone()).or_insert(owner);
            if known != owner {
                let message = format!("table `{table}` belongs to `{known}` already");
                found.push(Violation::new(&file.path, line, message));
            }
        }
    }
    for file in tree.rust().filter(|file| !matches!(file.package(), "aos-testkit" | "aos-bench" | "xtask")) {
        let user = slice_of(&file.path).unwrap_or(file.package());
        for statement in statements(file) {
            let touched = sql::tables(statement.text);
            let foreign = |table: &&String| owners.get(*table).is_some_and(|owner| *owner != user);
            for table in touched.written.iter().filter(foreign) {
                let message = format!("writes `{table}` of `{}`: call that slice's command", owners[table]);
                found.push(Violation::new(&file.path, statement.line, message));
            }
            if user == tables::READ_MODELS {
                continue;
            }
            for table in touched.read.difference(&touched.written).filter(foreign) {
                let message = format!(
                    "reads `{table}` of `{}`: call that slice's query, or join in `read_models/`",
                    owners[table]
                );
                found.push(Violation::new(&file.path, statement.line, message));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIGRATION: &str = "crates/aos-features/migrations/sqlite/0002_content_items.sql";

    #[test]
    fn sql_outside_a_store_is_reported() {
        let sql = "fn a() {\n  b(\"SELECT 1 FROM goals\") }";
        let tree = Tree::of(&[
            ("crates/aos-features/src/strategy/commands.rs", sql),
            ("crates/aos-web/src/store.rs", sql),
            ("crates/aos-features/src/strategy/store.rs", sql),
            ("crates/aos-features/src/strategy/store/goals.rs", sql),
            ("crates/aos-features/src/read_models/queue.rs", sql),
            ("crates/aos-workflow/src/jobs/store.rs", sql),
            ("crates/aos-storage/src/objects.rs", sql),
            ("crates/aos-features/src/strategy/tests/story.rs", sql),
        ]);
        let found: Vec<_> = place(&tree).into_iter().map(|violation| (violation.path, violation.line)).collect();
        let expected = ["crates/aos-features/src/strategy/commands.rs", "crates/aos-web/src/store.rs"]
            .map(|path| (path.to_owned(), 2));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_table_is_touched_only_by_its_slice_and_read_by_read_models() {
        let tree = Tree::of(&[
            (MIGRATION, "CREATE TABLE content_items (id BLOB PRIMARY KEY NOT NULL) STRICT;"),
            ("crates/aos-features/src/content/store.rs", "fn a() { b(\"UPDATE content_items SET a = 1\") }"),
            ("crates/aos-features/src/strategy/store.rs", "fn a() { b(\"SELECT 1 FROM content_items\") }"),
            ("crates/aos-features/src/read_models/queue.rs", "fn a() { b(\"SELECT 1 FROM content_items\") }"),
            ("crates/aos-features/src/read_models/bad.rs", "fn a() { b(\"DELETE FROM content_items\") }"),
        ]);
        let found: Vec<_> = tables(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[1].contains("read_models/bad.rs:1: writes `content_items` of `content`"));
        assert!(found[0].contains("strategy/store.rs:1: reads `content_items` of `content`"));
    }

    #[test]
    fn a_migration_without_a_slice_in_its_name_and_a_table_with_two_owners_are_reported() {
        let tree = Tree::of(&[
            (MIGRATION, "CREATE TABLE media (id BLOB);"),
            ("crates/aos-features/migrations/sqlite/0003_more.sql", "CREATE TABLE more (id BLOB);"),
            ("crates/aos-features/migrations/sqlite/0004_website.sql", "\nCREATE TABLE media (id BLOB);"),
        ]);
        let found: Vec<_> = tables(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("names no slice"));
        assert!(found[1].contains("0004_website.sql:2: table `media` belongs to `content` already"));
    }
}
