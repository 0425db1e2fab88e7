//! The context file: as it reads, its versions, a person's edit.

use aos_features::{
    markdown::{BlockKind, blocks},
    onboarding::{self, ContextVersion},
    people::Permission,
    read_models::names::Names,
};
use aos_kernel::{Error, TenantId};
use axum::{Form, extract::Query};
use serde::Deserialize;

use super::views::{ContextForm, ContextPage, ContextVersionRow, ContextView, OutlineLine};
use crate::{
    content::views::Conflict,
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::ClientTab,
    markdown::{to_html, word_count},
    paths,
    session::{Answer, At, Viewer},
    show::{Dial, gaps, small, who},
    ui::{Diff, merge},
    workspace::Workspace,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    version: Option<i64>,
    diff: String,
    edit: String,
    /// Two versions to compare.
    from: Option<i64>,
    to: Option<i64>,
}

fn diff(old: &ContextVersion, new_name: String, new: &str) -> Diff {
    Diff::between(format!("Version {}", old.version), &old.markdown, new_name, new)
}

/// `GET /portal/clients/{id}/context`.
pub(super) async fn page(viewer: Viewer, At(id): At<TenantId>, Query(asked): Query<Asked>) -> Answer {
    let mut open = Workspace::open(&viewer, id, ClientTab::Context, Permission::EditContext).await?;
    let (conn, scope, dial) = (&mut open.conn, open.scope, open.dial);
    let versions = onboarding::queries::contexts(conn, scope).await?;
    let names = Names::of(conn, versions.iter().map(|version| &version.made_by)).await?;
    let newest = versions.first();
    let shown = match asked.version {
        Some(number) => {
            let found = versions.iter().find(|version| version.version == number);
            Some(found.ok_or_else(|| Error::not_found("version"))?)
        }
        None => newest,
    };
    let before = shown.and_then(|shown| versions.iter().find(|version| version.version == shown.version - 1));
    let find = |number: i64| versions.iter().find(|version| version.version == number);
    let pair = match (asked.from.and_then(find), asked.to.and_then(find)) {
        (Some(from), Some(to)) => Some((from, to)),
        _ => before.zip(shown).filter(|_| asked.diff == "1"),
    };
    let compared = pair.map(|(old, new)| diff(old, format!("Version {}", new.version), &new.markdown));
    let record = onboarding::queries::record(conn, scope).await?;
    let waiting_for = if record.launched_at.is_some() {
        "The onboarding agent writes it as soon as the website is read."
    } else {
        "The onboarding agent writes it when onboarding is launched."
    };
    let editing = (asked.edit == "1" && open.head.can_edit).then(|| ContextForm {
        base_version: newest.map_or(0, |version| small(version.version)),
        markdown: newest.map(|version| version.markdown.clone()).unwrap_or_default(),
    });
    let current = newest.map(|version| version.version);
    let newest_by = newest.map(|version| who(&names, &version.made_by).0).unwrap_or_default();
    let outlined = editing.as_ref().map(|form| form.markdown.as_str()).or(shown.map(|shown| shown.markdown.as_str()));
    let last = current.unwrap_or_default();
    let view = ContextPage {
        outline: outline(outlined.unwrap_or_default()),
        newest: small(last),
        newest_by,
        from: small(asked.from.unwrap_or(last - 1)).max(1),
        to: small(asked.to.unwrap_or(last)),
        shell: open.shell,
        client: open.head,
        context: shown.map(|version| context_view(version, current, &names, dial)),
        waiting_for: waiting_for.to_owned(),
        versions: versions.iter().map(|version| version_row(version, current, &names, dial)).collect(),
        editing,
        errors: FieldErrors::default(),
        conflict: None,
        diff: compared,
    };
    viewer.page(&view)
}

/// The sections of a text: their headings with the line that they stand on.
fn outline(markdown: &str) -> Vec<OutlineLine> {
    let headings = blocks(markdown).into_iter().filter_map(|block| match block.kind {
        BlockKind::Heading(level) => Some((level, block)),
        _ => None,
    });
    headings
        .enumerate()
        .map(|(n, (level, block))| OutlineLine { number: n as u64, level, text: block.text, line: block.line as u64 })
        .collect()
}

/// `POST /portal/clients/{id}/context/restore`: an older version as the newest one.
pub(super) async fn restore(viewer: Viewer, At(id): At<TenantId>, Form(fields): Form<Fields>) -> Answer {
    let scope = viewer.scope(id, Permission::EditContext)?;
    let number: i64 = fields.parse("version", "a version")?;
    let based_on: i64 = fields.parse("based_on", "a version")?;
    let versions = onboarding::queries::contexts(&mut viewer.read().await?, scope).await?;
    let old = versions.into_iter().find(|version| version.version == number);
    let old = old.ok_or_else(|| Error::not_found("version"))?;
    let mut tx = viewer.begin().await?;
    let note = format!("Version {number} again");
    let made = onboarding::commands::edit_context(&mut tx, scope, based_on, &old.markdown, Some(&note)).await?;
    tx.commit().await?;
    let flash = Flash::good(format!("Version {number} is back, as version {made}. Runs from now on see it."));
    Ok(viewer.done(flash, &paths::client_tab(id, ClientTab::Context)))
}

fn context_view(version: &ContextVersion, current: Option<i64>, names: &Names, dial: Dial) -> ContextView {
    let (made_by, agent) = who(names, &version.made_by);
    ContextView {
        version: small(version.version),
        html: to_html(&version.markdown).with_anchors("s"),
        words: word_count(&version.markdown) as u64,
        made_by,
        agent,
        at: dial.moment(version.created_at),
        offline: version.offline,
        gaps: gaps(&version.gaps),
        old: Some(version.version) != current,
    }
}

fn version_row(version: &ContextVersion, current: Option<i64>, names: &Names, dial: Dial) -> ContextVersionRow {
    let (made_by, agent) = who(names, &version.made_by);
    let number = version.version;
    ContextVersionRow {
        version: small(number),
        made_by,
        agent,
        at: dial.moment(version.created_at),
        current: Some(number) == current,
        note: version.note.clone(),
        href: format!("?version={number}"),
        diff_href: (number > 1).then(|| format!("?version={number}&diff=1")),
        runs: 0,
    }
}

/// `POST /portal/clients/{id}/context`.
pub(super) async fn save(viewer: Viewer, At(id): At<TenantId>, Form(form): Form<ContextForm>) -> Answer {
    let scope = viewer.scope(id, Permission::EditContext)?;
    let mut tx = viewer.begin().await?;
    let base = i64::from(form.base_version);
    match onboarding::commands::edit_context(&mut tx, scope, base, &form.markdown, None).await {
        Ok(version) => {
            tx.commit().await?;
            let flash = Flash::good(format!("Saved as version {version}. Runs from now on see it."));
            Ok(viewer.done(flash, &paths::client_tab(id, ClientTab::Context)))
        }
        Err(error) => {
            drop(tx);
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            let mut open = Workspace::open(&viewer, id, ClientTab::Context, Permission::EditContext).await?;
            let theirs = onboarding::queries::latest_context(&mut open.conn, open.scope).await?;
            let mut view = ContextPage { errors: errors.renamed("markdown", ""), ..ContextPage::default() };
            let mut form = form;
            form.markdown = form.markdown.replace("\r\n", "\n");
            if let Some(theirs) = theirs.filter(|_| error.code() == "edited_meanwhile") {
                let names = Names::of(&mut open.conn, [&theirs.made_by]).await?;
                let versions = onboarding::queries::contexts(&mut open.conn, open.scope).await?;
                let base = versions.iter().find(|version| version.version == base).map(|base| base.markdown.as_str());
                let merged =
                    base.and_then(|base| merge::merge(base.trim(), form.markdown.trim(), theirs.markdown.trim()));
                view.conflict = Some(Conflict {
                    by: who(&names, &theirs.made_by).0,
                    at: open.dial.moment(theirs.created_at),
                    diff: diff(&theirs, "Your text".to_owned(), &form.markdown),
                    merged: merged.is_some(),
                    mine: form.markdown.clone(),
                    theirs: theirs.markdown.clone(),
                });
                view.errors = FieldErrors::default();
                view.newest = small(theirs.version);
                // After a look at the other text, saving again goes on top of it.
                form.base_version = small(theirs.version);
                form.markdown = merged.unwrap_or(form.markdown);
            }
            view.outline = outline(&form.markdown);
            view.shell = open.shell;
            view.client = open.head;
            view.editing = Some(form);
            viewer.form_again(&view)
        }
    }
}
