//! The context file: as it reads, its versions, a person's edit.

use aos_features::{
    onboarding::{self, ContextVersion},
    people::Permission,
    read_models::names::Names,
};
use aos_kernel::{Error, TenantId};
use axum::{Form, extract::Query};
use serde::Deserialize;

use super::views::{ContextForm, ContextPage, ContextVersionRow, ContextView};
use crate::{
    content::views::Conflict,
    flash::Flash,
    forms::FieldErrors,
    layout::ClientTab,
    markdown::{to_html, word_count},
    paths,
    session::{Answer, At, Viewer},
    show::{Dial, gaps, small, who},
    ui::Diff,
    workspace::Workspace,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    version: Option<i64>,
    diff: String,
    edit: String,
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
    let compared = match (asked.diff == "1", before, shown) {
        (true, Some(before), Some(shown)) => Some(diff(before, format!("Version {}", shown.version), &shown.markdown)),
        _ => None,
    };
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
    let view = ContextPage {
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

fn context_view(version: &ContextVersion, current: Option<i64>, names: &Names, dial: Dial) -> ContextView {
    let (made_by, agent) = who(names, &version.made_by);
    ContextView {
        version: small(version.version),
        html: to_html(&version.markdown),
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
            if let Some(theirs) = theirs.filter(|_| error.code() == "edited_meanwhile") {
                let names = Names::of(&mut open.conn, [&theirs.made_by]).await?;
                view.conflict = Some(Conflict {
                    by: who(&names, &theirs.made_by).0,
                    at: open.dial.moment(theirs.created_at),
                    diff: diff(&theirs, "Your text".to_owned(), &form.markdown),
                });
                view.errors = FieldErrors::default();
                // After a look at the other text, saving again goes on top of it.
                form.base_version = small(theirs.version);
            }
            view.shell = open.shell;
            view.client = open.head;
            view.editing = Some(form);
            viewer.form_again(&view)
        }
    }
}
