//! `doctor`: is this installation whole, and what should somebody do about it?

use anyhow::{Result, bail};
use aos_kernel::AgencyScope;
use aos_storage::DbKind;

use crate::{assemble, assemble::plain, config::Config};

/// Looks at everything that can be looked at, and ends with an error when something is wrong.
pub async fn run(config: Config) -> Result<()> {
    let mut wrong = 0;
    let mut say = |good: bool, what: &str, detail: String| {
        println!(
            "{} {what}{}{detail}",
            if good { "ok   " } else { "WRONG" },
            if detail.is_empty() { "" } else { ": " }
        );
        wrong += usize::from(!good);
    };
    let db = assemble::database(&config).await?;
    let kind = if db.kind() == DbKind::Sqlite { "SQLite" } else { "PostgreSQL" };
    say(true, "database", format!("{kind}, schema up to date"));
    let integrity = db.integrity().await.map_err(plain)?;
    say(integrity.problems.is_empty(), "integrity", integrity.problems.join("; "));

    let credentials = assemble::credentials(&config)?;
    let unreadable = credentials.unreadable(&db).await.map_err(plain)?;
    let detail =
        if unreadable == 0 { "all open".to_owned() } else { format!("{unreadable} do not open with this master key") };
    say(unreadable == 0, "credentials", detail);

    let objects = assemble::objects(&config)?;
    match objects.list(Some("agency")).await {
        Ok(_) => say(true, "files", objects.place().to_owned()),
        Err(error) => say(false, "files", error.message().to_owned()),
    }

    let findings = aos_features::doctor::examine(&db, &AgencyScope::all()).await.map_err(plain)?;
    for finding in findings {
        say(finding.good, finding.what, finding.detail);
    }

    match assemble::browser(&config).program() {
        Some(path) => say(true, "browser", path.display().to_string()),
        None => say(true, "browser", "none found: pages that need scripts are read without them".to_owned()),
    }
    db.close().await;
    if wrong > 0 {
        bail!("{wrong} of these need somebody's attention")
    }
    Ok(())
}
