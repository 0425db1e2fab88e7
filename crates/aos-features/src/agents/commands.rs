//! Writes of this slice.

use std::time::Duration;

use aos_capabilities::model::{ModelGateway, ProviderConfig};
use aos_kernel::{Error, ModelProviderId, NewEvent, Result, RunId, Subject, TenantScope};
use aos_storage::{Conn, Credentials, Db, Signal, Tx, content_hash};
use serde_json::json;
use url::Url;

use super::{
    model::{ModelProvider, NewProvider},
    skills::Skill,
    store,
};

const CALL_TIMEOUT: Duration = Duration::from_secs(180);
const ATTEMPTS: u32 = 3;

/// Asks a run to stop. Its activity fails with those words and can be retried.
///
/// # Errors
/// `Conflict` when it has ended.
pub async fn cancel_run(tx: &mut Tx, scope: TenantScope, id: RunId) -> Result<()> {
    if !store::request_cancel(tx, scope, id).await? {
        return Err(Error::conflict("not_running", "This run has ended already."));
    }
    tx.emit(NewEvent::new(scope.tenant(), "agents.run_cancel_requested", Subject::new("run", id)));
    tx.signal(Signal::new("run_cancel", id));
    Ok(())
}

fn subject(id: ModelProviderId) -> Subject {
    Subject::new("model_provider", id)
}

/// Adds a provider, or changes one. The key is write-only: leaving it out keeps the one that is there.
///
/// # Errors
/// `Invalid` with the field; `Conflict` for a name that is taken.
pub async fn save_provider(
    tx: &mut Tx,
    credentials: &Credentials,
    id: Option<ModelProviderId>,
    input: NewProvider,
) -> Result<ModelProviderId> {
    input.validate()?;
    let known = match id {
        Some(id) => Some(store::provider(tx, id).await?.ok_or_else(|| Error::not_found("model provider"))?),
        None => None,
    };
    let mut credential = known.as_ref().and_then(|provider| provider.credential_id);
    if let Some(key) = &input.key {
        if let Some(old) = credential.take() {
            credentials.delete(tx, None, old).await?;
        }
        if !key.is_empty() {
            credential = Some(credentials.put(tx, None, "model provider", key).await?);
        }
    }
    let id = id.unwrap_or_else(ModelProviderId::new);
    store::upsert_provider(tx, id, &input, credential).await?;
    tx.emit(
        NewEvent::new(None, "agents.provider_saved", subject(id)).with(
            json!({ "name": input.name, "dialect": input.dialect, "model": input.model, "enabled": input.enabled }),
        ),
    );
    Ok(id)
}

/// Removes a provider and its key.
///
/// # Errors
/// `NotFound`.
pub async fn remove_provider(tx: &mut Tx, credentials: &Credentials, id: ModelProviderId) -> Result<()> {
    let provider = store::provider(tx, id).await?.ok_or_else(|| Error::not_found("model provider"))?;
    store::delete_provider(tx, id).await?;
    if let Some(credential) = provider.credential_id {
        credentials.delete(tx, None, credential).await?;
    }
    tx.emit(NewEvent::new(None, "agents.provider_removed", subject(id)).with(json!({ "name": provider.name })));
    Ok(())
}

/// Makes a tiny call to a provider; its answer.
///
/// # Errors
/// The model's, in words for a person.
pub async fn test_provider(
    db: &Db,
    credentials: &Credentials,
    gateway: &dyn ModelGateway,
    id: ModelProviderId,
) -> Result<String> {
    let mut conn = db.read().await?;
    let provider = store::provider(&mut conn, id).await?.ok_or_else(|| Error::not_found("model provider"))?;
    let config = config(&mut conn, credentials, &provider).await?;
    drop(conn);
    Ok(gateway.test(&config).await?)
}

/// The provider with its key, for calls.
pub(super) async fn config(
    conn: &mut Conn,
    credentials: &Credentials,
    provider: &ModelProvider,
) -> Result<ProviderConfig> {
    let key = match provider.credential_id {
        Some(id) => Some(credentials.reveal(conn, None, id).await?),
        None => None,
    };
    Ok(ProviderConfig {
        name: provider.name.clone(),
        dialect: provider.dialect,
        base_url: provider.base_url.as_deref().map(Url::parse).transpose().map_err(Error::internal)?,
        key,
        model: provider.model.clone(),
        headers: Vec::new(),
        price: provider.price,
        timeout: CALL_TIMEOUT,
        max_attempts: ATTEMPTS,
        requests_per_minute: u32::try_from(provider.requests_per_minute).unwrap_or(0),
    })
}

/// Keeps a person's edit of a skill as its next version.
///
/// # Errors
/// `Invalid` when the front matter is not complete.
pub async fn edit_skill(tx: &mut Tx, name: &str, text: &str) -> Result<()> {
    let text = text.replace("\r\n", "\n");
    let skill = Skill::parse(&text).filter(|skill| skill.name == name).ok_or_else(|| {
        Error::invalid("text", "The file must begin with front matter that has name, title and roles; the name stays.")
    })?;
    let actor = tx.actor().clone();
    store::insert_skill(tx, &skill.name, &content_hash(&[&text]), &text, &actor).await?;
    tx.emit(
        NewEvent::new(None, "agents.skill_edited", Subject { kind: "skill".into(), id: uuid::Uuid::nil() })
            .with(json!({ "name": skill.name })),
    );
    Ok(())
}
