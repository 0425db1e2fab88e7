//! Pipeline templates over the JSON API.

use aos_features::{activities, people::Permission};
use axum::Json;

use super::template_views::{ChangeTemplate, TemplateView};
use crate::{
    api::{Body, Caller, Listed, Reply, SliceRouter, operations},
    session::At,
};

pub fn routes() -> SliceRouter {
    SliceRouter::default().routes(operations!(list)).routes(operations!(versions)).routes(operations!(save))
}

/// The current version of each template.
#[utoipa::path(get, path = "/templates", tag = "templates", responses((status = 200, body = Listed<TemplateView>)))]
async fn list(caller: Caller) -> Reply<Listed<TemplateView>> {
    caller.require(Permission::SeeClient)?;
    let templates = activities::queries::templates(&mut caller.read().await?).await?;
    Ok(Json(Listed::all(templates, TemplateView::from)))
}

/// All versions of one template, the newest first.
#[utoipa::path(get, path = "/templates/{key}", tag = "templates", responses((status = 200, body = Listed<TemplateView>)))]
async fn versions(caller: Caller, At(key): At<String>) -> Reply<Listed<TemplateView>> {
    caller.require(Permission::SeeClient)?;
    let versions = activities::queries::template_versions(&mut caller.read().await?, &key).await?;
    Ok(Json(Listed::all(versions, TemplateView::from)))
}

/// Make a new version of a template, or the first of a new one. Running pipelines keep theirs.
#[utoipa::path(post, path = "/templates", tag = "templates", request_body = ChangeTemplate, responses((status = 200, body = TemplateView)))]
async fn save(caller: Caller, Body(body): Body<ChangeTemplate>) -> Reply<TemplateView> {
    caller.require(Permission::ManageAgents)?;
    let template: activities::Template = body.template.into();
    let key = template.key.clone();
    let mut tx = caller.begin().await?;
    activities::edit_template(&mut tx, &caller.state.product.steps, template, body.based_on).await?;
    let saved = activities::queries::current_template(&mut tx, &key).await?;
    tx.commit().await?;
    Ok(Json(saved.into()))
}
