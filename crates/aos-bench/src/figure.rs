//! One line of JSON for each figure.

use aos_storage::DbKind;
use serde::Serialize;

/// What was measured, and what it has to reach.
#[derive(Serialize)]
pub struct Figure<'a> {
    pub bench: &'a str,
    pub figure: &'a str,
    pub database: &'a str,
    pub value: f64,
    pub goal: f64,
    pub work: String,
    pub seconds: f64,
}

impl Figure<'_> {
    pub fn print(&self) -> anyhow::Result<()> {
        println!("{}", serde_json::to_string(self)?);
        Ok(())
    }
}

pub fn database(kind: DbKind) -> &'static str {
    match kind {
        DbKind::Sqlite => "sqlite",
        DbKind::Postgres => "postgres",
    }
}

/// Three digits after the point are more than any of these measures.
pub fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// Megabytes of a process by a line of its status, such as `VmRSS`; none where the system doesn't tell.
pub fn megabytes(process: &str, line: &str) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let found = status.lines().find_map(|text| text.strip_prefix(line)?.strip_prefix(':'))?;
    Some((found.split_whitespace().next()?.parse::<f64>().ok()? / 1_024.0).round())
}
