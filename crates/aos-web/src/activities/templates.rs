//! Manage → Templates: pipelines as data, read as lists of steps and edited as JSON.

use std::collections::BTreeSet;

use aos_features::{
    activities::{self, Assignee, Template, TemplateStep, TemplateVersion},
    people::Permission,
    read_models::names::Names,
};
use aos_kernel::{Error, Result};
use axum::{Form, extract::Query};
use serde::Deserialize;

use super::views::{StepRow, TemplatePage, TemplateRow, TemplatesPage};
use crate::{
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::Place,
    paths,
    session::{Answer, At, Viewer},
    show::{Dial, count, small, who},
    ui::{Diff, Graph, GraphNode, VersionRow, states::label},
};

/// `GET /manage/templates`.
pub(super) async fn list(viewer: Viewer) -> Answer {
    viewer.principal.require(Permission::ManageAgents)?;
    let mut conn = viewer.read().await?;
    let templates = activities::queries::templates(&mut conn).await?;
    let names = Names::of(&mut conn, templates.iter().map(|version| &version.created_by)).await?;
    let dial = Dial { zone: crate::people::agency_zone(&mut conn).await?, now: viewer.now };
    let shell = viewer.shell(&mut conn, "Templates", Place::Templates).await?;
    let templates = templates.iter().map(|version| row(version, &names, dial)).collect();
    viewer.page(&TemplatesPage { shell, templates })
}

fn row(version: &TemplateVersion, names: &Names, dial: Dial) -> TemplateRow {
    TemplateRow {
        key: version.template.key.clone(),
        name: version.template.name.clone(),
        makes: version.template.deliverable_type.as_deref().map(label),
        steps: count(i64::try_from(version.template.steps.len()).unwrap_or(0)),
        version: small(version.version),
        built_in: version.built_in,
        by: who(names, &version.created_by).0,
        at: dial.moment(version.created_at),
    }
}

fn step(step: &TemplateStep, template: &Template) -> StepRow {
    let named = |key: &String| template.step(key).map_or_else(|| key.clone(), |other| other.name.clone());
    let (assignee, agent) = match &step.assignee {
        Assignee::Agent(role) => (label(role), true),
        Assignee::Human(role) => (label(role), false),
        Assignee::System => ("Agency OS".to_owned(), false),
    };
    StepRow {
        name: step.name.clone(),
        assignee,
        agent,
        kind: step.kind.clone().unwrap_or_default(),
        is_approval: step.is_approval,
        repeats: step.repeat_per_unit,
        after: step.blocked_by.iter().map(named).collect(),
    }
}

/// `?version=3`: show what this version changed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    version: Option<i64>,
}

fn graph(template: &Template) -> Graph {
    let place = |key: &String| template.steps.iter().position(|step| step.key == *key);
    let nodes = template.steps.iter().map(|one| {
        let row = step(one, template);
        let after: BTreeSet<usize> = one.blocked_by.iter().chain(&one.input_from).filter_map(place).collect();
        GraphNode {
            label: row.name,
            detail: row.assignee,
            gate: row.is_approval,
            many: row.repeats,
            after: after.into_iter().collect(),
            ..GraphNode::default()
        }
    });
    Graph::new(format!("The steps of “{}” and what each waits for", template.name), nodes.collect())
}

/// The text of a version that is there, and of the one before it.
fn difference(versions: &[TemplateVersion], asked: i64) -> Result<Option<Diff>> {
    let Some(place) = versions.iter().position(|version| version.version == asked) else { return Ok(None) };
    let Some(before) = versions.get(place + 1) else { return Ok(None) };
    let name = |version: &TemplateVersion| format!("Version {}", version.version);
    let (old, new) = (before, &versions[place]);
    Ok(Some(Diff::between(name(old), &text(&old.template)?, name(new), &text(&new.template)?)))
}

async fn view(
    viewer: &Viewer,
    version: &TemplateVersion,
    json: String,
    errors: FieldErrors,
    asked: Option<i64>,
) -> Result<TemplatePage> {
    let mut conn = viewer.read().await?;
    let template = &version.template;
    let versions = activities::queries::template_versions(&mut conn, &template.key).await?;
    let names = Names::of(&mut conn, versions.iter().map(|version| &version.created_by)).await?;
    let dial = Dial { zone: crate::people::agency_zone(&mut conn).await?, now: viewer.now };
    let rows = versions.iter().map(|one| VersionRow {
        version: small(one.version),
        href: (one.version > 1).then(|| format!("{}?version={}#versions", paths::template(&template.key), one.version)),
        by: who(&names, &one.created_by).0,
        at: dial.moment(one.created_at),
        current: one.version == version.version,
        shown: asked == Some(one.version),
    });
    let shell = viewer.shell(&mut conn, template.name.clone(), Place::Templates).await?;
    Ok(TemplatePage {
        shell: shell.under("Templates", paths::TEMPLATES),
        key: template.key.clone(),
        version: small(version.version),
        built_in: version.built_in,
        graph: graph(template),
        steps: template.steps.iter().map(|one| step(one, template)).collect(),
        versions: rows.collect(),
        diff: asked.map(|asked| difference(&versions, asked)).transpose()?.flatten(),
        json,
        errors,
    })
}

fn text(template: &Template) -> Result<String> {
    serde_json::to_string_pretty(template).map_err(Error::internal)
}

/// `GET /manage/templates/{key}`.
pub(super) async fn page(viewer: Viewer, At(key): At<String>, Query(asked): Query<Asked>) -> Answer {
    viewer.principal.require(Permission::ManageAgents)?;
    let version = activities::queries::current_template(&mut viewer.read().await?, &key).await?;
    let json = text(&version.template)?;
    let view = view(&viewer, &version, json, FieldErrors::default(), asked.version).await?;
    viewer.page(&view)
}

/// `POST /manage/templates/{key}`: the edit becomes the next version; running pipelines keep theirs.
pub(super) async fn save(viewer: Viewer, At(key): At<String>, Form(fields): Form<Fields>) -> Answer {
    viewer.principal.require(Permission::ManageAgents)?;
    match try_save(&viewer, &key, &fields).await {
        Ok(version) => {
            let words = format!("Saved as version {version}. Pipelines that begin from now on use it.");
            Ok(viewer.done(Flash::good(words), &paths::template(&key)))
        }
        Err(error) => {
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            // Whatever is wrong is wrong in the one field of this form; the words name the step.
            let mut beside = FieldErrors::default();
            beside.add("json", errors.of_field(error.field().unwrap_or_default()).unwrap_or_default());
            let version = activities::queries::current_template(&mut viewer.read().await?, &key).await?;
            let view = view(&viewer, &version, fields.raw("json").to_owned(), beside, None).await?;
            viewer.form_again(&view)
        }
    }
}

async fn try_save(viewer: &Viewer, key: &str, fields: &Fields) -> Result<i64> {
    let template: Template = serde_json::from_str(fields.raw("json"))
        .map_err(|error| Error::invalid("json", format!("This is not a template: {error}.")))?;
    if template.key != key {
        return Err(Error::invalid("json", format!("The key stays “{key}”.")));
    }
    let based_on = fields.parse("based_on", "a version")?;
    let mut tx = viewer.begin().await?;
    let version = activities::edit_template(&mut tx, &viewer.state.product.steps, template, based_on).await?;
    tx.commit().await?;
    Ok(version)
}
