//! The schema that a folder of migrations arrives at, in words that both databases share. Understands the small part of
//! SQL that our migrations use; a type outside that part is an error, so that nothing is compared by guess.

use std::collections::{BTreeMap, BTreeSet};

/// `-- only here: why` before a column or a statement leaves it out of the comparison.
const ONLY_HERE: &str = "-- only here:";

pub fn is_migration(path: &str) -> bool {
    path.starts_with("crates/") && path.contains("/migrations/") && path.ends_with(".sql")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// As SQLite calls it: INTEGER, REAL, TEXT or BLOB.
    pub kind: &'static str,
    pub required: bool,
    /// The table that it refers to.
    pub refers_to: Option<String>,
    pub line: usize,
}

#[derive(Debug, Default)]
pub struct Table {
    pub columns: BTreeMap<String, Column>,
    pub key: Vec<String>,
    pub unique: BTreeSet<Vec<String>>,
    pub line: usize,
    /// For SQLite: types are enforced.
    pub strict: bool,
}

#[derive(Debug, Default)]
pub struct Schema {
    pub tables: BTreeMap<String, Table>,
    /// By name: the table, and whether it is unique.
    pub indexes: BTreeMap<String, (String, bool)>,
}

/// What a migration says that can't be compared, with its line.
pub type Misreading = (usize, String);

/// The tables that one file creates, with their lines.
pub fn created_tables(text: &str) -> Vec<(String, usize)> {
    divide(text, ';').into_iter().filter_map(|part| Some((table_name(&part.words())?, part.line))).collect()
}

impl Schema {
    /// Plays one migration on top of what is there.
    pub fn apply(&mut self, text: &str, dialect: Dialect) -> Vec<Misreading> {
        let mut misread = Vec::new();
        for part in divide(text, ';').into_iter().filter(|part| !part.only_here) {
            let words = part.words();
            let upper: Vec<String> = words.iter().map(|word| word.to_uppercase()).collect();
            let starts =
                |expected: &[&str]| expected.iter().zip(&upper).filter(|(a, b)| a == b).count() == expected.len();
            if let Some(name) = table_name(&words) {
                let table = read_table(&part, dialect, &mut misread);
                self.tables.insert(name, table);
            } else if starts(&["ALTER", "TABLE"]) {
                self.alter(&part, &words, &upper, dialect, &mut misread);
            } else if starts(&["DROP", "TABLE"]) {
                if let Some(name) = words.last() {
                    self.tables.remove(name);
                    self.indexes.retain(|_, (table, _)| table != name);
                }
            } else if starts(&["DROP", "INDEX"]) {
                words.last().map(|name| self.indexes.remove(name));
            } else if starts(&["CREATE", "INDEX"]) || starts(&["CREATE", "UNIQUE", "INDEX"]) {
                let on = upper.iter().position(|word| word == "ON").unwrap_or(0);
                if let (Some(name), Some(table)) = (on.checked_sub(1).and_then(|at| words.get(at)), words.get(on + 1)) {
                    self.indexes.insert(name.clone(), (table.clone(), upper[1] == "UNIQUE"));
                }
            }
        }
        misread
    }

    fn alter(
        &mut self,
        part: &Part,
        words: &[String],
        upper: &[String],
        dialect: Dialect,
        misread: &mut Vec<Misreading>,
    ) {
        let Some(name) = words.get(2) else { return };
        let action: Vec<&str> = upper.iter().skip(3).take(2).map(String::as_str).collect();
        match action.as_slice() {
            ["ADD", "COLUMN"] => {
                let definition = part.text.split_once("COLUMN").map_or("", |(_, definition)| definition);
                let table = self.tables.entry(name.clone()).or_default();
                read_column(definition, part.line, dialect, table, misread);
            }
            ["DROP", "COLUMN"] => {
                if let (Some(table), Some(column)) = (self.tables.get_mut(name), words.get(5)) {
                    table.columns.remove(column);
                }
            }
            ["RENAME", "TO"] => {
                if let (Some(table), Some(new)) = (self.tables.remove(name), words.get(5)) {
                    self.tables.insert(new.clone(), table);
                    // What refers to it follows, as in the databases.
                    let columns = self.tables.values_mut().flat_map(|table| table.columns.values_mut());
                    for column in columns.filter(|column| column.refers_to.as_ref() == Some(name)) {
                        column.refers_to = Some(new.clone());
                    }
                    for (table, _) in self.indexes.values_mut().filter(|(table, _)| table == name) {
                        table.clone_from(new);
                    }
                }
            }
            ["DROP", "CONSTRAINT"] => {
                if let (Some(table), Some(constraint)) = (self.tables.get_mut(name), words.get(5)) {
                    // As PostgreSQL names them by itself.
                    table.unique.retain(|columns| format!("{name}_{}_key", columns.join("_")) != *constraint);
                }
            }
            ["ADD", "CONSTRAINT"] if upper.get(6).is_some_and(|word| word == "CHECK") => {}
            ["ALTER", "COLUMN"] if upper.ends_with(&["DROP".into(), "NOT".into(), "NULL".into()]) => {
                let column = words.get(5).zip(self.tables.get_mut(name));
                if let Some(column) = column.and_then(|(column, table)| table.columns.get_mut(column)) {
                    column.required = false;
                }
            }
            _ => misread.push((part.line, format!("tidy can't compare `ALTER TABLE {name} {}`", action.join(" ")))),
        }
    }
}

/// The name in `CREATE TABLE [IF NOT EXISTS] name`.
fn table_name(words: &[String]) -> Option<String> {
    let upper: Vec<String> = words.iter().take(5).map(|word| word.to_uppercase()).collect();
    match upper.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["CREATE", "TABLE", "IF", "NOT", "EXISTS"] => words.get(5).cloned(),
        ["CREATE", "TABLE", ..] => words.get(2).cloned(),
        _ => None,
    }
}

/// A piece of SQL between two separators, without comments, and where it begins.
struct Part {
    text: String,
    line: usize,
    only_here: bool,
}

impl Part {
    fn words(&self) -> Vec<String> {
        words(&self.text)
    }
}

fn words(text: &str) -> Vec<String> {
    let divided = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    divided.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Divides at a separator outside brackets and quotes.
fn divide(text: &str, separator: char) -> Vec<Part> {
    divide_from(text, separator, 1)
}

fn divide_from(text: &str, separator: char, first_line: usize) -> Vec<Part> {
    let empty = || Part { text: String::new(), line: 0, only_here: false };
    let (mut parts, mut part) = (Vec::new(), empty());
    let (mut depth, mut quoted) = (0_usize, false);
    for (number, line) in text.lines().enumerate() {
        let mut marks_this_line = false;
        let code = match line.split_once("--") {
            Some((code, _)) if !quoted && code.matches('\'').count().is_multiple_of(2) => {
                marks_this_line = line.trim_start().starts_with(ONLY_HERE);
                // Inside a part, the mark stands before an inner one: keep it for the division of that part.
                if marks_this_line && depth > 0 {
                    part.text.push_str(line);
                }
                code
            }
            _ => line,
        };
        part.only_here |= marks_this_line && depth == 0;
        for letter in code.chars() {
            match letter {
                '\'' => quoted = !quoted,
                '(' if !quoted => depth += 1,
                ')' if !quoted => depth = depth.saturating_sub(1),
                _ => {}
            }
            if letter == separator && depth == 0 && !quoted {
                parts.push(std::mem::replace(&mut part, empty()));
                continue;
            }
            if part.line == 0 && !letter.is_whitespace() {
                part.line = first_line + number;
            }
            part.text.push(letter);
        }
        part.text.push('\n');
    }
    parts.push(part);
    parts.retain(|part| part.line > 0);
    parts
}

fn read_table(part: &Part, dialect: Dialect, misread: &mut Vec<Misreading>) -> Table {
    let mut table = Table { line: part.line, ..Table::default() };
    let (Some(open), Some(close)) = (part.text.find('('), part.text.rfind(')')) else { return table };
    let options = part.text[close..].to_uppercase();
    table.strict = options.contains("STRICT");
    let first_line = part.line
        + part.text.trim_start()[..].find('(').map_or(0, |at| part.text.trim_start()[..at].matches('\n').count());
    for inner in divide_from(&part.text[open + 1..close], ',', first_line).iter().filter(|inner| !inner.only_here) {
        read_column(&inner.text, inner.line, dialect, &mut table, misread);
    }
    // PostgreSQL requires the parts of a primary key; SQLite only where the key is the row itself.
    let key_is_required = dialect == Dialect::Postgres || options.contains("WITHOUT ROWID");
    for name in &table.key {
        if let Some(column) = table.columns.get_mut(name) {
            column.required |= key_is_required || (table.key.len() == 1 && column.kind == "INTEGER");
        }
    }
    table
}

/// A column, or a constraint of the table.
fn read_column(text: &str, line: usize, dialect: Dialect, table: &mut Table, misread: &mut Vec<Misreading>) {
    let words = words(text);
    let upper: Vec<String> = words.iter().map(|word| word.to_uppercase()).collect();
    let bracketed = || {
        let inside = text.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(inside, _)| inside);
        inside.split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>()
    };
    let skip = if upper.first().is_some_and(|word| word == "CONSTRAINT") { 2 } else { 0 };
    match upper.get(skip).map(String::as_str) {
        None | Some("FOREIGN" | "CHECK" | "EXCLUDE" | "LIKE") => return,
        Some("PRIMARY") => {
            table.key = bracketed();
            return;
        }
        Some("UNIQUE") => {
            table.unique.insert(bracketed());
            return;
        }
        Some(_) => {}
    }
    let name = words[0].clone();
    let kind = match kind_of(&upper[1..], dialect) {
        Some(kind) => kind,
        None => {
            misread.push((line, format!("column `{name}` has a type that the other database can't be compared with")));
            return;
        }
    };
    let after = |first: &str, second: &str| upper.windows(2).any(|pair| pair[0] == first && pair[1] == second);
    if after("PRIMARY", "KEY") {
        table.key = vec![name.clone()];
    }
    if upper.iter().any(|word| word == "UNIQUE") {
        table.unique.insert(vec![name.clone()]);
    }
    let refers_to = upper.iter().position(|word| word == "REFERENCES").and_then(|at| words.get(at + 1).cloned());
    table.columns.insert(name, Column { kind, required: after("NOT", "NULL"), refers_to, line });
}

fn kind_of(upper: &[String], dialect: Dialect) -> Option<&'static str> {
    let first = upper.first()?.as_str();
    let second = upper.get(1).map_or("", String::as_str);
    Some(match (dialect, first, second) {
        (Dialect::Sqlite, "INTEGER" | "INT", _) => "INTEGER",
        (Dialect::Sqlite, "REAL", _) => "REAL",
        (Dialect::Sqlite, "TEXT", _) => "TEXT",
        (Dialect::Sqlite, "BLOB", _) => "BLOB",
        (Dialect::Postgres, "UUID" | "BYTEA", _) => "BLOB",
        (Dialect::Postgres, "BIGINT" | "INTEGER" | "SMALLINT" | "BIGSERIAL" | "BOOLEAN" | "TIMESTAMPTZ", _) => {
            "INTEGER"
        }
        (Dialect::Postgres, "DOUBLE", "PRECISION") => "REAL",
        (Dialect::Postgres, "JSONB" | "TEXT" | "DATE", _) => "TEXT",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_with_its_keys_and_its_lines() {
        let mut schema = Schema::default();
        let text = "-- What a month promises; and what came of it.\nCREATE TABLE periods (\n  tenant_id uuid NOT NULL REFERENCES tenants (id),\n  \
                    month text NOT NULL CHECK (month LIKE '____-__'), -- 2026-04\n  opened timestamptz,\n\
                    -- only here: full-text search\n  words tsvector,\n  PRIMARY KEY (tenant_id, month),\n  UNIQUE (opened)\n);\n\
                    CREATE UNIQUE INDEX periods_by_month ON periods (month);";
        assert_eq!(schema.apply(text, Dialect::Postgres), []);
        let table = &schema.tables["periods"];
        assert_eq!(table.key, ["tenant_id", "month"]);
        assert_eq!(table.columns.keys().collect::<Vec<_>>(), ["month", "opened", "tenant_id"]);
        let tenant = &table.columns["tenant_id"];
        assert_eq!((tenant.kind, tenant.required, tenant.line), ("BLOB", true, 3));
        assert_eq!(tenant.refers_to.as_deref(), Some("tenants"));
        assert!(!table.columns["opened"].required);
        assert_eq!(table.columns["opened"].line, 5);
        assert_eq!(schema.indexes["periods_by_month"], ("periods".to_owned(), true));
    }

    #[test]
    fn later_migrations_change_what_earlier_ones_made() {
        let mut schema = Schema::default();
        schema.apply("CREATE TABLE a (id INTEGER PRIMARY KEY, old TEXT) STRICT;", Dialect::Sqlite);
        schema.apply(
            "ALTER TABLE a ADD COLUMN new TEXT NOT NULL DEFAULT ';'; ALTER TABLE a DROP COLUMN old;",
            Dialect::Sqlite,
        );
        schema.apply("ALTER TABLE a RENAME TO b;", Dialect::Sqlite);
        let table = &schema.tables["b"];
        assert_eq!(table.columns.keys().collect::<Vec<_>>(), ["id", "new"]);
        assert!(table.strict && table.columns["id"].required && table.columns["new"].required);
    }

    #[test]
    fn a_table_made_anew_is_the_table_that_was_altered() {
        let (mut sqlite, mut postgres) = (Schema::default(), Schema::default());
        sqlite.apply(
            "CREATE TABLE a_anew (id BLOB PRIMARY KEY NOT NULL, kind TEXT) STRICT; \
             CREATE TABLE b (a_id BLOB NOT NULL REFERENCES a_anew (id)) STRICT; CREATE INDEX b_a ON b (a_id);\
             ALTER TABLE a_anew RENAME TO a; ALTER TABLE b RENAME TO c;",
            Dialect::Sqlite,
        );
        let misread = postgres.apply(
            "CREATE TABLE a (id uuid PRIMARY KEY, kind text NOT NULL, UNIQUE (id, kind)); \
             CREATE TABLE c (a_id uuid NOT NULL REFERENCES a (id)); CREATE INDEX b_a ON c (a_id);\
             ALTER TABLE a DROP CONSTRAINT a_id_kind_key; ALTER TABLE a ALTER COLUMN kind DROP NOT NULL; \
             ALTER TABLE a ADD CONSTRAINT a_kind_check CHECK (kind <> '');",
            Dialect::Postgres,
        );
        assert_eq!(misread, []);
        assert!(postgres.tables["a"].unique.is_empty() && !postgres.tables["a"].columns["kind"].required);
        assert_eq!(sqlite.tables["c"].columns["a_id"].refers_to, postgres.tables["c"].columns["a_id"].refers_to);
        assert_eq!(sqlite.indexes, postgres.indexes);
    }

    #[test]
    fn a_key_of_sqlite_may_be_null_unless_it_says_not() {
        let mut schema = Schema::default();
        schema.apply(
            "CREATE TABLE a (id BLOB PRIMARY KEY) STRICT; CREATE TABLE b (id BLOB PRIMARY KEY) WITHOUT ROWID;",
            Dialect::Sqlite,
        );
        assert!(!schema.tables["a"].columns["id"].required);
        assert!(schema.tables["b"].columns["id"].required);
    }

    #[test]
    fn a_type_that_cannot_be_compared_is_said() {
        let misread = Schema::default().apply("CREATE TABLE a (\n price numeric);", Dialect::Postgres);
        assert_eq!(misread.len(), 1);
        assert_eq!(misread[0].0, 2);
    }
}
