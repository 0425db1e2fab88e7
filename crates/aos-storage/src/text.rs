//! Full-text search: what a person typed against the words of a table's `title` and `body`, ranked, with what was found
//! marked. SQLite has FTS5 beside the table, PostgreSQL a GIN index over it; this is where the two differ.
//!
//! The table has the columns `seq` (its key), `title` and `body`. On SQLite a virtual table `<table>_fts` of FTS5 follows
//! it by triggers; on PostgreSQL there is an index over [`postgres_vector`].

use aos_kernel::Result;

use crate::{Conn, DbKind, Row, Sql, Value};

/// Stand around what was found, in `title_marked` and `body_marked`. Private-use characters, so no text holds them.
pub const MARK_START: char = '\u{E000}';
pub const MARK_END: char = '\u{E001}';

/// More words than these are not looked for: nobody types them, and each costs.
const MOST_WORDS: usize = 8;
const LONGEST_WORD: usize = 60;
/// PostgreSQL has to read a text again to rank it, so of a word that is everywhere only this many are ranked.
const RANKED: i64 = 500;

/// What a person typed, as words: each must be found, as a whole word or as the beginning of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words(Vec<String>);

impl Words {
    /// `None` when there is no word in it. Whatever is no letter and no digit parts words, so nothing that is typed is
    /// taken for a query language.
    pub fn typed(text: &str) -> Option<Self> {
        let words: Vec<String> = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .take(MOST_WORDS)
            .map(|word| word.chars().take(LONGEST_WORD).collect::<String>().to_lowercase())
            .collect();
        (!words.is_empty()).then_some(Self(words))
    }

    fn sqlite(&self) -> String {
        self.0.iter().map(|word| format!("\"{word}\"*")).collect::<Vec<_>>().join(" ")
    }
    fn postgres(&self) -> String {
        self.0.iter().map(|word| format!("'{word}':*")).collect::<Vec<_>>().join(" & ")
    }
}

/// What is searched on PostgreSQL; a migration has the same expression in its index. Titles count more.
pub fn postgres_vector(alias: &str) -> String {
    format!(
        "(setweight(to_tsvector('simple'::regconfig, {alias}.title), 'A') || \
         setweight(to_tsvector('simple'::regconfig, {alias}.body), 'B'))"
    )
}

impl Conn {
    /// The best rows of `table` that hold all words, the best first: all of their columns, `title_marked`, and
    /// `body_marked`, a piece of the body around what was found.
    ///
    /// `condition` narrows the rows of `e`; its parameters begin at `$2`. When a word is everywhere, rows are ranked in the
    /// order of `prefer`, the newest first, and not all of them. Never put input into any of the three texts.
    ///
    /// # Errors
    /// As [`Conn::rows`].
    pub async fn search(
        &mut self,
        table: &'static str,
        words: &Words,
        condition: &str,
        prefer: &str,
        params: Vec<Value>,
        limit: i64,
    ) -> Result<Vec<Row>> {
        let typed = match self.kind() {
            DbKind::Sqlite => words.sqlite(),
            DbKind::Postgres => words.postgres(),
        };
        let mut values = vec![Value::Text(typed)];
        values.extend(params);
        values.push(Value::Int(limit));
        let sql = match self.kind() {
            DbKind::Sqlite => sqlite(table, condition, values.len()),
            DbKind::Postgres => postgres(table, condition, prefer, values.len()),
        };
        self.rows(Sql::built(sql), values).await
    }
}

fn sqlite(table: &str, condition: &str, limit: usize) -> String {
    format!(
        "SELECT e.*, highlight({table}_fts, 0, '{MARK_START}', '{MARK_END}') AS title_marked,
                snippet({table}_fts, 1, '{MARK_START}', '{MARK_END}', '…', 18) AS body_marked
         FROM {table}_fts JOIN {table} AS e ON e.seq = {table}_fts.rowid
         WHERE {table}_fts MATCH $1 AND {condition}
         ORDER BY bm25({table}_fts, 10.0, 1.0), e.seq DESC LIMIT ${limit}"
    )
}

fn postgres(table: &str, condition: &str, prefer: &str, limit: usize) -> String {
    let vector = postgres_vector("e");
    let marks = format!("StartSel={MARK_START}, StopSel={MARK_END}");
    // Marking reads the whole text, so it is done for the rows that are shown only.
    format!(
        "SELECT e.*, ts_headline('simple', e.title, q.words, '{marks}, HighlightAll=true') AS title_marked,
                ts_headline('simple', e.body, q.words, '{marks}, MaxWords=18, MinWords=9') AS body_marked
         FROM (SELECT e.*, ts_rank({vector}, to_tsquery('simple', $1)) AS score
               FROM (SELECT e.* FROM {table} AS e WHERE {vector} @@ to_tsquery('simple', $1) AND {condition}
                     ORDER BY {prefer}, e.seq DESC LIMIT {RANKED}) AS e
               ORDER BY score DESC, e.seq DESC LIMIT ${limit}) AS e, (SELECT to_tsquery('simple', $1) AS words) AS q
         ORDER BY e.score DESC, e.seq DESC"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_words_and_nothing_else() {
        assert_eq!(Words::typed(" \"* -'():& "), None);
        let words = Words::typed("O'Brien’s NEAR/3 roof:* -x").unwrap();
        assert_eq!(words.sqlite(), "\"o\"* \"brien\"* \"s\"* \"near\"* \"3\"* \"roof\"* \"x\"*");
        assert_eq!(Words::typed("Ärzte roof").unwrap().postgres(), "'ärzte':* & 'roof':*");
    }
}
