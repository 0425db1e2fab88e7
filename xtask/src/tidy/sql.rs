//! SQL inside string literals: which literals are SQL, and which tables they read and write.

use std::{collections::BTreeSet, sync::LazyLock};

use regex::Regex;

use super::{pattern, tokens::Token, tree::SourceFile};

static STATEMENT: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b"));
/// The word before a table, and what follows up to the end of a possible list of tables.
static TABLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(DISTINCT\s+FROM|INSERT\s+INTO|DELETE\s+FROM|DO\s+UPDATE|FOR\s+UPDATE|UPDATE|FROM|JOIN)\s+([a-z_][a-z0-9_]*)(\s*\()?",
    )
});
/// `FROM a AS x, b`: the tables after the first.
static LISTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\bFROM\s+[a-z_][a-z0-9_]*(?:\s+(?:AS\s+)?[a-z_][a-z0-9_]*)?((?:\s*,\s*[a-z_][a-z0-9_]*(?:\s+(?:AS\s+)?[a-z_][a-z0-9_]*)?)+)",
    )
});
/// A name that a `WITH` gives to its own query.
static COMMON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:\bWITH(?:\s+RECURSIVE)?|,|\))\s+([a-z_][a-z0-9_]*)(?:\s*\([^()]*\))?\s+AS\s+(?:(?:NOT\s+)?MATERIALIZED\s+)?\(",
    )
});

/// A string literal that holds SQL.
pub struct Statement<'a> {
    pub text: &'a str,
    pub line: usize,
}

/// The SQL of a file's product code.
pub fn statements(file: &SourceFile) -> impl Iterator<Item = Statement<'_>> {
    file.code().filter_map(statement)
}

fn statement(token: &Token) -> Option<Statement<'_>> {
    let text = token.text().filter(|text| STATEMENT.is_match(text))?;
    Some(Statement { text, line: token.line })
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tables {
    pub read: BTreeSet<String>,
    pub written: BTreeSet<String>,
}

/// The tables that a statement names. A name put in at run time (`{table}`) is not seen.
pub fn tables(sql: &str) -> Tables {
    let common: BTreeSet<&str> =
        COMMON.captures_iter(sql).filter_map(|found| found.get(1)).map(|name| name.as_str()).collect();
    let mut tables = Tables::default();
    for found in TABLE.captures_iter(sql) {
        let (Some(before), Some(name)) = (found.get(1), found.get(2)) else { continue };
        let name = name.as_str();
        let before = before.as_str();
        let is_insert = before.starts_with("INSERT");
        let is_function = found.get(3).is_some() && !is_insert;
        if common.contains(name) || is_function {
            continue;
        }
        if is_insert || before.starts_with("DELETE") || before == "UPDATE" {
            tables.written.insert(name.to_owned());
        } else if before == "FROM" || before == "JOIN" {
            tables.read.insert(name.to_owned());
        }
    }
    for found in LISTED.captures_iter(sql) {
        let rest = found.get(1).map_or("", |rest| rest.as_str());
        let names = rest.split(',').filter_map(|part| part.split_whitespace().next());
        tables.read.extend(names.filter(|name| !common.contains(name)).map(str::to_owned));
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(set: &BTreeSet<String>) -> Vec<&str> {
        set.iter().map(String::as_str).collect()
    }

    #[test]
    fn tables_are_told_apart_by_what_happens_to_them() {
        let found = tables(
            "WITH due AS (SELECT id FROM jobs), late (id) AS (SELECT id FROM due)
             INSERT INTO runs (id) SELECT due.id FROM due JOIN agents ON TRUE
             WHERE a IS DISTINCT FROM b ON CONFLICT (id) DO UPDATE SET x = 1",
        );
        assert_eq!(names(&found.read), ["agents", "jobs"]);
        assert_eq!(names(&found.written), ["runs"]);
    }

    #[test]
    fn lists_of_tables_functions_and_values_are_understood() {
        let found = tables(
            "UPDATE goals SET a = v.column1 FROM (VALUES ($1)) AS v; SELECT 1 FROM periods AS p, deliverables d WHERE TRUE;
             SELECT value FROM json_each($1); DELETE FROM drafts WHERE id IN (SELECT id FROM old) FOR UPDATE skip",
        );
        assert_eq!(names(&found.read), ["deliverables", "old", "periods"]);
        assert_eq!(names(&found.written), ["drafts", "goals"]);
    }

    #[test]
    fn prose_is_no_sql() {
        let file = SourceFile::new("a.rs", "fn a() { b(\"Select a client and update it\", \"SELECT 1\") }");
        let found: Vec<_> = statements(&file).map(|statement| statement.text).collect();
        assert_eq!(found, ["SELECT 1"]);
    }
}
