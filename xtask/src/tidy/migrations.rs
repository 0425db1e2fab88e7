//! Both folders of migrations hold the same numbers and names and arrive at one schema. A number is taken once over all
//! crates, since the migrations of all run as one list, and each file is named by the code that runs it.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Violation,
    schema::{Column, Dialect, Schema, Table},
    tree::{SourceFile, Tree},
};

const FOLDERS: [(&str, Dialect); 2] = [("sqlite", Dialect::Sqlite), ("postgres", Dialect::Postgres)];

pub fn check(tree: &Tree) -> Vec<Violation> {
    let crates: BTreeSet<&str> = tree
        .files()
        .iter()
        .filter_map(|file| file.path.split_once("/migrations/").map(|(place, _)| place))
        .filter(|place| place.starts_with("crates/"))
        .collect();
    let mut found: Vec<Violation> = crates.into_iter().flat_map(|place| check_crate(tree, place)).collect();
    found.extend(names(tree));
    found
}

fn check_crate(tree: &Tree, place: &str) -> Vec<Violation> {
    let mut found = Vec::new();
    let [sqlite, postgres] = FOLDERS.map(|(folder, _)| files_in(tree, &format!("{place}/migrations/{folder}/")));
    for (own, other, missing_in) in [(&sqlite, &postgres, "postgres"), (&postgres, &sqlite, "sqlite")] {
        for (name, file) in own {
            if !other.contains_key(name) {
                let message = format!("has no twin: write {place}/migrations/{missing_in}/{name}");
                found.push(Violation::new(&file.path, 1, message));
            }
        }
    }
    let mut schemas = Vec::new();
    // Where a table came from, to say where a difference is.
    let mut origins: BTreeMap<(usize, String), &str> = BTreeMap::new();
    for (index, (files, (_, dialect))) in [&sqlite, &postgres].into_iter().zip(FOLDERS).enumerate() {
        let mut schema = Schema::default();
        for file in files.values() {
            for (line, message) in schema.apply(&file.text, dialect) {
                found.push(Violation::new(&file.path, line, message));
            }
            for name in schema.tables.keys() {
                origins.entry((index, name.clone())).or_insert(&file.path);
            }
        }
        schemas.push(schema);
    }
    if let [sqlite, postgres] = schemas.as_slice() {
        found.extend(differences(sqlite, postgres, |index, table| {
            origins.get(&(index, table.to_owned())).copied().unwrap_or(place)
        }));
    }
    found
}

fn files_in<'a>(tree: &'a Tree, folder: &str) -> BTreeMap<&'a str, &'a SourceFile> {
    tree.files().iter().filter_map(|file| Some((file.path.strip_prefix(folder)?, file))).collect()
}

/// Names are `NNNN_words.sql`, each number once for each database, each file in the code.
fn names(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut taken: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for file in tree.files() {
        let Some((place, rest)) = file.path.split_once("/migrations/") else { continue };
        let Some((folder, name)) = rest.split_once('/').filter(|_| place.starts_with("crates/")) else { continue };
        let mut report = |message: String| found.push(Violation::new(&file.path, 1, message));
        let number = name.split('_').next().unwrap_or("");
        if number.len() != 4 || !number.bytes().all(|byte| byte.is_ascii_digit()) || !name.ends_with(".sql") {
            report("a migration is called NNNN_<slice>_<what>.sql".to_owned());
        } else if let Some(first) = taken.insert((folder, number), &file.path) {
            report(format!("number {number} is taken by {first}: give it the next free one"));
        }
        // A macro may put the end on the name.
        let stem = name.trim_end_matches(".sql");
        let mut code = tree.rust().filter(|code| code.path.starts_with(place)).flat_map(SourceFile::code);
        if !code.any(|token| token.text().is_some_and(|text| text.contains(stem))) {
            report("no code runs this migration: add it to the list of its crate".to_owned());
        }
    }
    found
}

/// `origin` names the file of a table in the first (0) or the second (1) schema.
fn differences<'a>(sqlite: &Schema, postgres: &Schema, origin: impl Fn(usize, &str) -> &'a str) -> Vec<Violation> {
    let mut found = Vec::new();
    for (index, (own, other, others_name)) in
        [(sqlite, postgres, "PostgreSQL"), (postgres, sqlite, "SQLite")].into_iter().enumerate()
    {
        for (name, table) in &own.tables {
            let path = origin(index, name);
            match other.tables.get(name) {
                None => {
                    found.push(Violation::new(path, table.line, format!("{others_name} has no table `{name}`")));
                }
                // Compared once, seen from PostgreSQL, whose types say more.
                Some(twin) if index == 1 => found.extend(table_differences(name, table, twin, path)),
                Some(twin) => {
                    if !table.strict {
                        let message = format!("table `{name}` is not STRICT, so SQLite would take any type");
                        found.push(Violation::new(path, table.line, message));
                    }
                    for (column, definition) in &table.columns {
                        if !twin.columns.contains_key(column) {
                            let message = format!("PostgreSQL has no column `{name}.{column}`");
                            found.push(Violation::new(path, definition.line, message));
                        }
                    }
                }
            }
        }
        for (name, (table, unique)) in &own.indexes {
            let twin = other.indexes.get(name);
            if twin != Some(&(table.clone(), *unique)) && other.tables.contains_key(table) {
                let kind = if *unique { "unique index" } else { "index" };
                let message = format!("{others_name} has no {kind} `{name}` on `{table}`");
                found.push(Violation::new(origin(index, table), 1, message));
            }
        }
    }
    found
}

fn table_differences(name: &str, postgres: &Table, sqlite: &Table, path: &str) -> Vec<Violation> {
    let mut found = Vec::new();
    for (column, own) in &postgres.columns {
        let mut differs = |message: String| found.push(Violation::new(path, own.line, message));
        let Some(twin) = sqlite.columns.get(column) else {
            differs(format!("SQLite has no column `{name}.{column}`"));
            continue;
        };
        let Column { kind, required, refers_to, .. } = twin;
        if own.kind != *kind {
            differs(format!("`{name}.{column}` is {} here and {kind} on SQLite", own.kind));
        }
        if own.required != *required {
            let (here, there) = if own.required { ("required", "may be null") } else { ("may be null", "required") };
            differs(format!("`{name}.{column}` is {here} here and {there} on SQLite"));
        }
        if own.refers_to != *refers_to {
            differs(format!("`{name}.{column}` refers to another table than on SQLite"));
        }
    }
    if postgres.key != sqlite.key {
        let message = format!(
            "`{name}` has the key ({}) here and ({}) on SQLite",
            postgres.key.join(", "),
            sqlite.key.join(", ")
        );
        found.push(Violation::new(path, postgres.line, message));
    }
    if postgres.unique != sqlite.unique {
        let message = format!("`{name}` has other UNIQUE columns than on SQLite");
        found.push(Violation::new(path, postgres.line, message));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text of a migration that the code doesn't list.
    const UNKNOWN: &str = "-- unknown";

    fn found(sqlite: &[(&str, &str)], postgres: &[(&str, &str)]) -> Vec<String> {
        let paths = |folder: &str, files: &[(&str, &str)]| {
            let path = |name: &str| format!("crates/aos-features/migrations/{folder}/{name}");
            files.iter().map(|(name, text)| (path(name), (*text).to_owned())).collect::<Vec<_>>()
        };
        let mut files = [paths("sqlite", sqlite), paths("postgres", postgres)].concat();
        let list = sqlite.iter().chain(postgres).filter(|(_, text)| *text != UNKNOWN);
        let list = list.map(|(name, _)| format!("steps.push(\"{name}\");")).collect::<String>();
        files.push(("crates/aos-features/src/lib.rs".to_owned(), format!("fn list() {{ {list} }}")));
        let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        check(&Tree::of(&files)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn one_schema_in_two_dialects_is_no_difference() {
        let sqlite = "CREATE TABLE goals (\n id BLOB PRIMARY KEY NOT NULL,\n due INTEGER, share REAL NOT NULL, ok INTEGER NOT NULL CHECK (ok IN (0, 1)), data TEXT CHECK (json_valid(data))\n) STRICT;";
        let postgres = "CREATE TABLE goals (id uuid PRIMARY KEY, due timestamptz, share double precision NOT NULL, ok boolean NOT NULL, data jsonb);";
        assert_eq!(found(&[("0001_strategy.sql", sqlite)], &[("0001_strategy.sql", postgres)]), [""; 0]);
    }

    #[test]
    fn every_difference_is_reported() {
        let sqlite = "CREATE TABLE goals (id BLOB PRIMARY KEY, due TEXT, extra TEXT, UNIQUE (due));";
        let postgres = "CREATE TABLE goals (id uuid PRIMARY KEY,\n due timestamptz, owner uuid);\nCREATE INDEX goals_due ON goals (due);\nCREATE TABLE more (id uuid);";
        let found = found(&[("0001_strategy.sql", sqlite)], &[("0001_strategy.sql", postgres)]);
        let text = found.join("\n");
        for expected in [
            "is not STRICT",
            "PostgreSQL has no column `goals.extra`",
            "`goals.id` is required here and may be null on SQLite",
            "postgres/0001_strategy.sql:2: `goals.due` is INTEGER here and TEXT on SQLite",
            "SQLite has no column `goals.owner`",
            "other UNIQUE columns",
            "SQLite has no index `goals_due`",
            "SQLite has no table `more`",
        ] {
            assert!(text.contains(expected), "{expected} is missing in\n{text}");
        }
        assert_eq!(found.len(), 8, "{text}");
    }

    #[test]
    fn a_migration_without_a_twin_a_number_taken_twice_and_one_that_nobody_runs_are_reported() {
        let found = found(
            &[("0001_strategy.sql", ""), ("0001_content.sql", ""), ("2_x.sql", "")],
            &[("0001_strategy.sql", ""), ("0003_content.sql", UNKNOWN)],
        );
        let count = |words: &str| found.iter().filter(|line| line.contains(words)).count();
        assert_eq!(count("has no twin"), 3);
        assert_eq!(count("number 0001 is taken"), 1);
        assert_eq!(count("is called NNNN"), 1);
        assert_eq!(count("no code runs this"), 1);
    }
}
