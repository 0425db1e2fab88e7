//! Model providers and skills over the JSON API.

use aos_features::{agents, people::Permission};
use aos_kernel::{Error, ErrorKind, ModelProviderId};
use axum::{Json, http::StatusCode};

use super::views::{ChangeSkill, NewProviderBody, ProviderAnswer, ProviderView, SkillView};
use crate::{
    api::{Body, Caller, Listed, Made, Reply, Silent, SliceRouter, operations},
    session::At,
};

pub fn routes() -> SliceRouter {
    SliceRouter::default()
        .routes(operations!(providers, add_provider))
        .routes(operations!(save_provider, remove_provider))
        .routes(operations!(test_provider))
        .routes(operations!(skills))
        .routes(operations!(edit_skill))
}

async fn saved(caller: &Caller, id: ModelProviderId) -> aos_kernel::Result<ProviderView> {
    let all = agents::queries::providers(&mut caller.read().await?).await?;
    let found = all.into_iter().find(|provider| provider.id == id);
    found.map(ProviderView::from).ok_or_else(|| Error::not_found("model provider"))
}

/// The model providers in order of preference, without keys.
#[utoipa::path(get, path = "/providers", tag = "agents", responses((status = 200, body = Listed<ProviderView>)))]
async fn providers(caller: Caller) -> Reply<Listed<ProviderView>> {
    caller.require(Permission::ManageAgents)?;
    let providers = agents::queries::providers(&mut caller.read().await?).await?;
    Ok(Json(Listed::all(providers, ProviderView::from)))
}

/// Add a model provider.
#[utoipa::path(post, path = "/providers", tag = "agents", request_body = NewProviderBody, responses((status = 201, body = ProviderView)))]
async fn add_provider(caller: Caller, Body(body): Body<NewProviderBody>) -> Made<ProviderView> {
    caller.require(Permission::ManageAgents)?;
    let mut tx = caller.begin().await?;
    let id = agents::commands::save_provider(&mut tx, &caller.state.product.credentials, None, body.into()).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(saved(&caller, id).await?)))
}

/// Change a model provider.
#[utoipa::path(put, path = "/providers/{provider}", tag = "agents", request_body = NewProviderBody, responses((status = 200, body = ProviderView)))]
async fn save_provider(
    caller: Caller,
    At(id): At<ModelProviderId>,
    Body(body): Body<NewProviderBody>,
) -> Reply<ProviderView> {
    caller.require(Permission::ManageAgents)?;
    let mut tx = caller.begin().await?;
    agents::commands::save_provider(&mut tx, &caller.state.product.credentials, Some(id), body.into()).await?;
    tx.commit().await?;
    Ok(Json(saved(&caller, id).await?))
}

/// Remove a model provider and its key.
#[utoipa::path(delete, path = "/providers/{provider}", tag = "agents", responses((status = 204, description = "Removed.")))]
async fn remove_provider(caller: Caller, At(id): At<ModelProviderId>) -> Silent {
    caller.require(Permission::ManageAgents)?;
    let mut tx = caller.begin().await?;
    agents::commands::remove_provider(&mut tx, &caller.state.product.credentials, id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make a tiny call to a model provider.
#[utoipa::path(post, path = "/providers/{provider}/test", tag = "agents",
    responses((status = 200, body = ProviderAnswer)))]
async fn test_provider(caller: Caller, At(id): At<ModelProviderId>) -> Reply<ProviderAnswer> {
    caller.require(Permission::ManageAgents)?;
    let answer = match crate::agents::test_provider(&caller.state.product, id).await {
        Ok(answer) => ProviderAnswer { works: true, answer: Some(answer), problem: None, problem_help: None },
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Storage | ErrorKind::Internal) => {
            return Err(error.into());
        }
        // That it does not work is what was asked.
        Err(error) => ProviderAnswer {
            works: false,
            answer: None,
            problem: Some(error.message().to_owned()),
            problem_help: error.help().map(str::to_owned),
        },
    };
    Ok(Json(answer))
}

/// Each skill as it is now.
#[utoipa::path(get, path = "/skills", tag = "agents", responses((status = 200, body = Listed<SkillView>)))]
async fn skills(caller: Caller) -> Reply<Listed<SkillView>> {
    caller.require(Permission::SeeClient)?;
    let skills = agents::queries::skills(&mut caller.read().await?).await?;
    Ok(Json(Listed::all(skills, SkillView::from)))
}

/// Keep an edit of a skill as its next version.
#[utoipa::path(put, path = "/skills/{name}", tag = "agents", request_body = ChangeSkill, responses((status = 204, description = "Kept.")))]
async fn edit_skill(caller: Caller, At(name): At<String>, Body(body): Body<ChangeSkill>) -> Silent {
    caller.require(Permission::ManageAgents)?;
    let mut tx = caller.begin().await?;
    let known = agents::queries::skills(&mut tx).await?.into_iter().any(|skill| skill.name == name);
    if !known {
        return Err(Error::not_found("skill").into());
    }
    agents::commands::edit_skill(&mut tx, &name, &body.text).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
