//! Manage → Skills: the agents' prompts, as Markdown files with front matter.

use aos_features::{
    agents::{self, SkillVersion},
    people::Permission,
    read_models::names::Names,
};
use aos_kernel::{Error, Result};
use axum::{Form, extract::Query};
use serde::Deserialize;

use super::views::{SkillPage, SkillRow, SkillsPage};
use crate::{
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::Place,
    paths,
    session::{Answer, At, Viewer},
    show::{Dial, small, who},
    ui::{Diff, VersionRow, states::label},
};

/// `GET /manage/skills`.
pub(super) async fn list(viewer: Viewer) -> Answer {
    viewer.principal.require(Permission::ManageAgents)?;
    let mut conn = viewer.read().await?;
    let skills = agents::queries::skills(&mut conn).await?;
    let names = Names::of(&mut conn, skills.iter().map(|skill| &skill.made_by)).await?;
    let dial = Dial { zone: crate::people::agency_zone(&mut conn).await?, now: viewer.now };
    let shell = viewer.shell(&mut conn, "Skills", Place::Skills).await?;
    let skills = skills.iter().map(|skill| row(skill, &names, dial)).collect();
    viewer.page(&SkillsPage { shell, skills })
}

fn row(version: &SkillVersion, names: &Names, dial: Dial) -> SkillRow {
    let skill = version.skill();
    SkillRow {
        name: version.name.clone(),
        title: skill.as_ref().map_or_else(|| version.name.clone(), |skill| skill.title.clone()),
        roles: skill.map(|skill| skill.roles.iter().map(|role| label(role)).collect()).unwrap_or_default(),
        version: small(version.version),
        by: who(names, &version.made_by).0,
        at: dial.moment(version.created_at),
    }
}

/// `?version=3`: show what this version changed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    version: Option<i64>,
}

async fn known(viewer: &Viewer, name: &str) -> Result<SkillVersion> {
    let versions = agents::queries::skill_versions(&mut viewer.read().await?, name).await?;
    versions.into_iter().next().ok_or_else(|| Error::not_found("skill"))
}

fn difference(versions: &[SkillVersion], asked: i64) -> Option<Diff> {
    let place = versions.iter().position(|version| version.version == asked)?;
    let (new, old) = (&versions[place], versions.get(place + 1)?);
    let name = |version: &SkillVersion| format!("Version {}", version.version);
    Some(Diff::between(name(old), &old.text, name(new), &new.text))
}

async fn view(
    viewer: &Viewer,
    known: &SkillVersion,
    text: String,
    errors: FieldErrors,
    asked: Option<i64>,
) -> Result<SkillPage> {
    let mut conn = viewer.read().await?;
    let versions = agents::queries::skill_versions(&mut conn, &known.name).await?;
    let names = Names::of(&mut conn, versions.iter().map(|version| &version.made_by)).await?;
    let dial = Dial { zone: crate::people::agency_zone(&mut conn).await?, now: viewer.now };
    let rows = versions.iter().map(|one| VersionRow {
        version: small(one.version),
        href: (one.version > 1).then(|| format!("{}?version={}#versions", paths::skill(&known.name), one.version)),
        by: who(&names, &one.made_by).0,
        at: dial.moment(one.created_at),
        current: one.version == known.version,
        shown: asked == Some(one.version),
    });
    let title = known.skill().map_or_else(|| known.name.clone(), |skill| skill.title);
    let shell = viewer.shell(&mut conn, title, Place::Skills).await?.under("Skills", paths::SKILLS);
    Ok(SkillPage {
        shell,
        name: known.name.clone(),
        version: small(known.version),
        versions: rows.collect(),
        diff: asked.and_then(|asked| difference(&versions, asked)),
        text,
        errors,
    })
}

/// `GET /manage/skills/{name}`.
pub(super) async fn page(viewer: Viewer, At(name): At<String>, Query(asked): Query<Asked>) -> Answer {
    viewer.principal.require(Permission::ManageAgents)?;
    let known = known(&viewer, &name).await?;
    let view = view(&viewer, &known, known.text.clone(), FieldErrors::default(), asked.version).await?;
    viewer.page(&view)
}

/// `POST /manage/skills/{name}`: the edit becomes the next version.
pub(super) async fn save(viewer: Viewer, At(name): At<String>, Form(fields): Form<Fields>) -> Answer {
    viewer.principal.require(Permission::ManageAgents)?;
    let known = known(&viewer, &name).await?;
    let text = fields.raw("text").replace("\r\n", "\n");
    if fields.text("based_on") != known.version.to_string() {
        let mut errors = FieldErrors::default();
        let words = format!("Somebody saved version {} meanwhile; yours was not saved over it.", known.version);
        errors.add("text", words);
        let view = view(&viewer, &known, text, errors, None).await?;
        return viewer.form_again(&view);
    }
    let mut tx = viewer.begin().await?;
    match agents::commands::edit_skill(&mut tx, &name, &text).await {
        Ok(()) => {
            tx.commit().await?;
            let words = "Saved as the next version. Runs that begin from now on use it.";
            Ok(viewer.done(Flash::good(words), &paths::skill(&name)))
        }
        Err(error) => {
            drop(tx);
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            let view = view(&viewer, &known, text, errors, None).await?;
            viewer.form_again(&view)
        }
    }
}
