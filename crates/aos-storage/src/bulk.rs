//! Many rows in few statements. A statement costs tens of microseconds on SQLite and a round trip on PostgreSQL, so the
//! engine writes hundreds of rows with each.
//!
//! SQLite gets the rows as tuples of unnamed placeholders: a named one is looked up by its name for each value, which
//! for a statement with thousands of them takes longer than the statement. PostgreSQL gets one array for each column,
//! so that the statement is the same for any number of rows and is parsed once.

use aos_kernel::Result;

use crate::{
    Conn, DbKind, Row, Sql, Tx, Value,
    value::{Column, Kind},
};

/// Bound values of one statement. SQLite takes 32,766.
const MAX_VALUES: usize = 32_000;
/// Rows of one statement come in these sizes only, so that few different statements have to be prepared.
const SIZES: [usize; 10] = [512, 256, 128, 64, 32, 16, 8, 4, 2, 1];
/// Rows of one statement on PostgreSQL.
const ARRAY: usize = 4096;

/// Rows for `INSERT INTO table (columns) VALUES …`, collected first.
pub struct BulkInsert {
    table: &'static str,
    columns: &'static [&'static str],
    tail: &'static str,
    values: Vec<Value>,
}

impl BulkInsert {
    /// `tail` follows the rows: `""` or an `ON CONFLICT` clause.
    pub fn new(table: &'static str, columns: &'static [&'static str], tail: &'static str) -> Self {
        Self { table, columns, tail, values: Vec::new() }
    }
    /// One row, in the order of the columns.
    pub fn row(&mut self, values: Vec<Value>) -> &mut Self {
        debug_assert_eq!(values.len(), self.columns.len(), "a value for each column of {}", self.table);
        self.values.extend(values);
        self
    }
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
    /// Writes the rows; the number that were written.
    ///
    /// # Errors
    /// As [`Tx::execute`].
    pub async fn write(self, tx: &mut Tx) -> Result<u64> {
        self.write_on(tx).await
    }
    pub(crate) async fn write_on(self, conn: &mut Conn) -> Result<u64> {
        let head = format!("INSERT INTO {} ({}) ", self.table, self.columns.join(", "));
        let mut written = 0;
        for part in parts(conn.kind(), Vec::new(), self.columns.len(), self.values) {
            let sql = match &part.rows {
                Rows::Tuples(tuples) => format!("{head}VALUES {tuples} {}", self.tail),
                Rows::Arrays(arrays) => format!("{head}SELECT * FROM {arrays} AS v {}", self.tail),
            };
            written += conn.execute_with(Sql::built(sql), part.values, part.columns).await?;
        }
        Ok(written)
    }
}

impl Conn {
    /// `UPDATE … FROM (VALUES …) AS v …`: `head` ends with `FROM (VALUES `, `tail` begins with `) AS v`; the columns of
    /// `v` are `column1`, `column2`, … on both databases.
    pub(crate) async fn execute_values(
        &mut self,
        head: &'static str,
        tail: &'static str,
        width: usize,
        values: Vec<Value>,
    ) -> Result<u64> {
        let mut changed = 0;
        for part in parts(self.kind(), Vec::new(), width, values) {
            let sql = part.rows.between(head, tail, width);
            changed += self.execute_with(Sql::built(sql), part.values, part.columns).await?;
        }
        Ok(changed)
    }

    /// As [`Tx::execute_values`], for a statement that answers rows: a `SELECT` over the tuples, or one that writes and
    /// ends with `RETURNING`. `fixed` are the values of `$1`, `$2`, … in `head` and `tail`. The rows come in no certain
    /// order.
    ///
    /// # Errors
    /// As [`Conn::rows`].
    pub async fn rows_values(
        &mut self,
        head: &'static str,
        tail: &'static str,
        fixed: Vec<Value>,
        width: usize,
        values: Vec<Value>,
    ) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        let known = fixed.len();
        for part in parts(self.kind(), fixed, width, values) {
            let mut sql = part.rows.between(head, tail, width);
            if matches!(part.rows, Rows::Tuples(_)) && self.kind() == DbKind::Sqlite {
                // Unnamed placeholders are counted from the first, so the fixed values stand behind them.
                sql = counted_on(&sql, part.values.len() - known);
            }
            rows.extend(self.rows_with(Sql::built(sql), part.values, part.columns).await?);
        }
        Ok(rows)
    }
}

/// What one statement takes of the rows.
struct Part {
    rows: Rows,
    /// The fixed values, and those of tuples.
    values: Vec<Value>,
    /// Those of arrays, which stand behind the fixed ones.
    columns: Vec<Column>,
}

/// How the rows are written in the statement.
enum Rows {
    /// `(?,?),(?,?)`.
    Tuples(String),
    /// `UNNEST($1::uuid[],$2::text[])`.
    Arrays(String),
}

impl Rows {
    fn between(&self, head: &str, tail: &str, width: usize) -> String {
        match self {
            Self::Tuples(tuples) => format!("{head}{tuples}{tail}"),
            Self::Arrays(arrays) => {
                let names: Vec<String> = (1..=width).map(|n| format!("column{n}")).collect();
                let head = head.strip_suffix("(VALUES ").unwrap_or(head);
                let tail = tail.strip_prefix(") AS v").unwrap_or(tail);
                format!("{head}{arrays} AS v({}){tail}", names.join(", "))
            }
        }
    }
}

/// Cuts a flat list of values into statements of a whole number of rows each.
fn parts(kind: DbKind, fixed: Vec<Value>, width: usize, values: Vec<Value>) -> Vec<Part> {
    let width = width.max(1);
    if kind == DbKind::Postgres && !values.iter().take(width).any(|value| value.kind().is_list()) {
        return arrays(&fixed, width, values);
    }
    chunks(values, width)
        .map(|(rows, chunk)| {
            let (first, named) = (fixed.len() + 1, kind == DbKind::Postgres);
            let values = match named {
                true => fixed.iter().cloned().chain(chunk).collect(),
                false => chunk.into_iter().chain(fixed.iter().cloned()).collect(),
            };
            Part { rows: Rows::Tuples(tuples(named.then_some(first), rows, width)), values, columns: Vec::new() }
        })
        .collect()
}

fn arrays(fixed: &[Value], width: usize, values: Vec<Value>) -> Vec<Part> {
    let kinds: Vec<Kind> = values.iter().take(width).map(Value::kind).collect();
    let types: Vec<String> = kinds
        .iter()
        .enumerate()
        .map(|(i, kind)| format!("${}::{}[]", fixed.len() + i + 1, kind.postgres_type()))
        .collect();
    let text = format!("UNNEST({})", types.join(","));
    let mut rest = values.into_iter();
    let mut parts = Vec::new();
    while rest.len() >= width {
        let rows = (rest.len() / width).min(ARRAY);
        let mut columns: Vec<Column> = kinds.iter().map(|kind| Column::new(*kind, rows)).collect();
        for _ in 0..rows {
            for (column, value) in columns.iter_mut().zip(rest.by_ref()) {
                column.push(value);
            }
        }
        parts.push(Part { rows: Rows::Arrays(text.clone()), values: fixed.to_vec(), columns });
    }
    parts
}

fn chunks(values: Vec<Value>, width: usize) -> impl Iterator<Item = (usize, Vec<Value>)> {
    let mut rest = values.into_iter();
    std::iter::from_fn(move || {
        let left = rest.len() / width;
        let rows = SIZES.into_iter().find(|&n| n <= left && n * width <= MAX_VALUES)?;
        Some((rows, rest.by_ref().take(rows * width).collect()))
    })
}

/// `(?,?),(?,?)`; with a first number, `($3,$4),($5,$6)`.
fn tuples(first: Option<usize>, rows: usize, width: usize) -> String {
    let mut text = String::with_capacity(rows * (2 * width + 2));
    for n in 0..rows * width {
        text.push_str(match (n % width == 0, n == 0) {
            (true, true) => "(",
            (true, false) => "),(",
            (false, _) => ",",
        });
        match first {
            Some(first) => text.push_str(&format!("${}", first + n)),
            None => text.push('?'),
        }
    }
    text.push(')');
    text
}

/// `$1` becomes `$513` when it is counted on by 512.
fn counted_on(sql: &str, by: usize) -> String {
    let mut parts = sql.split('$');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        let (number, rest) = part.split_at(digits);
        text.push('$');
        match number.parse::<usize>() {
            Ok(number) => text.push_str(&(number + by).to_string()),
            Err(_) => text.push_str(number),
        }
        text.push_str(rest);
    }
    text
}

#[cfg(test)]
mod tests {
    use aos_kernel::Actor;

    use super::*;
    use crate::{
        Migration, Migrations, params,
        testing::{TestDb, kinds},
    };

    #[test]
    fn rows_are_cut_into_few_sizes_and_none_is_lost() {
        let values: Vec<Value> = (0..3 * 700).map(Value::Int).collect();
        let sizes: Vec<usize> = chunks(values.clone(), 3).map(|(rows, _)| rows).collect();
        assert_eq!(sizes.iter().sum::<usize>(), 700);
        assert!(sizes.iter().all(|n| SIZES.contains(n)));
        assert_eq!(chunks(values.clone(), 3).flat_map(|(_, v)| v).collect::<Vec<_>>(), values);
    }

    #[test]
    fn tuples_are_unnamed_or_counted_on() {
        assert_eq!(tuples(None, 2, 3), "(?,?,?),(?,?,?)");
        assert_eq!(tuples(Some(3), 2, 2), "($3,$4),($5,$6)");
        assert_eq!(counted_on("LIMIT $1 OR $2 = '$x' AND $12", 128), "LIMIT $129 OR $130 = '$x' AND $140");
    }

    const SQLITE: &str =
        "CREATE TABLE thing (n INTEGER NOT NULL, word TEXT, at INTEGER, data TEXT, yes INTEGER) STRICT";
    const POSTGRES: &str = "CREATE TABLE thing (n bigint NOT NULL, word text, at timestamptz, data jsonb, yes boolean)";

    #[tokio::test]
    async fn many_rows_are_written_changed_and_read_with_values_of_every_kind_and_without() {
        for kind in kinds() {
            let step = Migration { number: 1, name: "thing", sqlite: SQLITE, postgres: POSTGRES };
            let test = TestDb::new(kind, &Migrations::new(&[step])).await;
            let mut tx = test.db.begin(Actor::system("test")).await.unwrap();
            let now = tx.now();
            let mut insert = BulkInsert::new("thing", &["n", "word", "at", "data", "yes"], "");
            for n in 0..5000i64 {
                let odd = n % 2 == 1;
                let data = serde_json::json!({ "n": n, "text": "a\u{0}b" });
                let word = odd.then(|| format!("{n}"));
                insert.row(params![n, word, odd.then_some(now), odd.then_some(data), odd]);
            }
            assert_eq!(insert.write(&mut tx).await.unwrap(), 5000);
            let values = (0..1000i64).flat_map(|n| params![n, format!("changed {n}")]).collect();
            let changed = tx
                .execute_values(
                    "UPDATE thing SET word = v.column2 FROM (VALUES ",
                    ") AS v WHERE thing.n = v.column1",
                    2,
                    values,
                )
                .await;
            assert_eq!(changed.unwrap(), 1000);
            let values = (0..700i64).flat_map(|n| params![n]).collect();
            let rows = tx
                .rows_values(
                    "SELECT t.n, t.word, t.yes FROM (VALUES ",
                    ") AS v JOIN thing t ON t.n = v.column1 WHERE t.n > $1 AND t.yes = $2",
                    params![600i64, true],
                    1,
                    values,
                )
                .await
                .unwrap();
            assert_eq!(rows.len(), 50);
            assert!(rows.iter().all(|row| row.get::<String>("word").unwrap().starts_with("changed")));
            let odd = "SELECT COUNT(*) AS n FROM thing WHERE at = $1 AND word IS NOT NULL AND data ->> 'n' IS NOT NULL";
            assert_eq!(tx.count(odd, params![now]).await.unwrap(), 2500);
        }
    }
}
