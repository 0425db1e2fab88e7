//! Many rows in few statements. A statement costs tens of microseconds on SQLite and a round trip on PostgreSQL, so the
//! engine writes hundreds of rows with each.

use aos_kernel::Result;

use crate::{Conn, Row, Sql, Tx, Value};

/// Bound values of one statement. SQLite takes 32,766, PostgreSQL 65,535.
const MAX_VALUES: usize = 32_000;
/// Rows of one statement come in these sizes only, so that few different statements have to be prepared.
const SIZES: [usize; 5] = [512, 128, 32, 8, 1];

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
        let head = format!("INSERT INTO {} ({}) VALUES ", self.table, self.columns.join(", "));
        let width = self.columns.len();
        let mut written = 0;
        for (rows, chunk) in chunks(self.values, width) {
            let sql = format!("{head}{} {}", placeholders(0, rows, width), self.tail);
            written += conn.execute(Sql::built(sql), chunk).await?;
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
        for (rows, chunk) in chunks(values, width) {
            let sql = format!("{head}{}{tail}", placeholders(0, rows, width));
            changed += self.execute(Sql::built(sql), chunk).await?;
        }
        Ok(changed)
    }
}

impl Conn {
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
        for (n, chunk) in chunks(values, width) {
            let sql = format!("{head}{}{tail}", placeholders(fixed.len(), n, width));
            rows.extend(self.rows(Sql::built(sql), fixed.iter().cloned().chain(chunk).collect()).await?);
        }
        Ok(rows)
    }
}

/// Cuts a flat list of values into chunks of a whole number of rows each.
fn chunks(values: Vec<Value>, width: usize) -> impl Iterator<Item = (usize, Vec<Value>)> {
    let mut rest = values.into_iter();
    std::iter::from_fn(move || {
        let left = rest.len() / width.max(1);
        let rows = SIZES.into_iter().find(|&n| n <= left && n * width <= MAX_VALUES)?;
        Some((rows, rest.by_ref().take(rows * width).collect()))
    })
}

/// `($1,$2),($3,$4)`, counted on from `first`.
fn placeholders(first: usize, rows: usize, width: usize) -> String {
    let mut text = String::with_capacity(rows * width * 6);
    for n in 0..rows * width {
        text.push_str(match (n % width == 0, n == 0) {
            (true, true) => "(",
            (true, false) => "),(",
            (false, _) => ",",
        });
        text.push('$');
        text.push_str(&(first + n + 1).to_string());
    }
    text.push(')');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_cut_into_few_sizes_and_none_is_lost() {
        let values: Vec<Value> = (0..3 * 700).map(Value::Int).collect();
        let sizes: Vec<usize> = chunks(values.clone(), 3).map(|(rows, _)| rows).collect();
        assert_eq!(sizes.iter().sum::<usize>(), 700);
        assert!(sizes.iter().all(|n| SIZES.contains(n)));
        assert_eq!(chunks(values.clone(), 3).flat_map(|(_, v)| v).collect::<Vec<_>>(), values);
    }

    #[test]
    fn placeholders_count_through() {
        assert_eq!(placeholders(0, 2, 3), "($1,$2,$3),($4,$5,$6)");
        assert_eq!(placeholders(2, 1, 2), "($3,$4)");
    }
}
