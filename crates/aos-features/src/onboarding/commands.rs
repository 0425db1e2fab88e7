//! Writes of this slice.

use aos_capabilities::{documents::DocumentReader, drafts::Gap};
use aos_kernel::{
    Actor, ContentHash, ContextVersionId, DocumentId, Error, NewEvent, Result, Subject, TenantId, TenantScope,
};
use aos_storage::{Db, ObjectKey, Objects, Signal, Tx, content_hash};
use bytes::Bytes;
use serde_json::json;

use super::{
    model::{OnboardingStep, StepInput},
    store::{self, NewContext, NewDocument},
};
use crate::website;

/// Bytes of one uploaded document.
pub const LARGEST_DOCUMENT: usize = 25 << 20;
/// Characters of the context file: it goes into every prompt.
const LONGEST_CONTEXT: usize = 60_000;

fn about(tenant: TenantId) -> Subject {
    Subject::new("tenant", tenant)
}

/// Keeps what one step of the wizard gave. Steps may be saved in any order and again.
///
/// # Errors
/// `Invalid` with the field; what was saved before stays.
pub async fn save_step(tx: &mut Tx, scope: TenantScope, input: StepInput) -> Result<()> {
    input.validate()?;
    store::lock(tx, scope).await?;
    let mut record = store::record(tx, scope).await?;
    let step = input.step();
    match input {
        StepInput::Voice { voice } => record.answers.voice = voice,
        StepInput::Brand { brand } => record.answers.brand = brand,
        StepInput::Baseline { baseline } => record.answers.baseline = baseline,
        StepInput::Channels | StepInput::Documents => {}
    }
    mark_saved(tx, scope, record, step).await
}

async fn mark_saved(
    tx: &mut Tx,
    scope: TenantScope,
    mut record: super::OnboardingRecord,
    step: OnboardingStep,
) -> Result<()> {
    if !record.saved.contains(&step) {
        record.saved.push(step);
    }
    store::save_answers(tx, scope, &record.answers, &record.saved).await?;
    tx.emit(
        NewEvent::new(scope.tenant(), "onboarding.step_saved", about(scope.tenant())).with(json!({ "step": step })),
    );
    tx.signal(Signal::new("tenant", scope.tenant()));
    Ok(())
}

/// Asks for the set-up chain: context file, then strategy. Asked again later, it makes new versions of both.
///
/// # Errors
/// `Storage`.
pub async fn launch(tx: &mut Tx, scope: TenantScope) -> Result<()> {
    store::lock(tx, scope).await?;
    let record = store::record(tx, scope).await?;
    mark_saved(tx, scope, record, OnboardingStep::Launch).await?;
    store::launch(tx, scope).await?;
    tx.emit(NewEvent::new(scope.tenant(), "onboarding.launched", about(scope.tenant())));
    start_set_up_if_ready(tx, scope).await?;
    Ok(())
}

/// Starts the set-up chain when it was asked for and the crawl has ended; whether it did. Called by both, whichever
/// comes last.
///
/// # Errors
/// `Storage`.
pub async fn start_set_up_if_ready(tx: &mut Tx, scope: TenantScope) -> Result<bool> {
    store::lock(tx, scope).await?;
    let record = store::record(tx, scope).await?;
    let asked = record.rounds > record.started_rounds;
    let crawl = website::queries::latest_crawl(tx, scope).await?;
    let read = crawl.is_some_and(|crawl| crawl.finished_at.is_some());
    if !(asked && read) {
        return Ok(false);
    }
    store::started(tx, scope, record.rounds).await?;
    tx.emit(NewEvent::new(scope.tenant(), "onboarding.ready", about(scope.tenant())).with(json!({
        "pipeline": {
            "template_key": "set_up",
            "name": "Set-up chain",
            "key": format!("set_up:{}", record.rounds),
            "origin": { "kind": "set_up" },
            "input": {},
        }
    })));
    Ok(true)
}

/// A file as it was uploaded.
pub struct Upload {
    pub file_name: String,
    /// As the browser called it; what is read is decided by the bytes.
    pub content_type: String,
    pub bytes: Bytes,
}

/// Reads a document and keeps it, its text and its bytes.
///
/// # Errors
/// `Invalid` when it is too large or has no text that can be read.
pub async fn add_document(
    db: &Db,
    objects: &Objects,
    reader: &dyn DocumentReader,
    actor: Actor,
    scope: TenantScope,
    upload: Upload,
) -> Result<DocumentId> {
    let Upload { file_name, content_type, bytes } = upload;
    if bytes.len() > LARGEST_DOCUMENT {
        return Err(Error::invalid("document", format!("At most {} MB.", LARGEST_DOCUMENT >> 20)));
    }
    // The name is only shown; the object is named by the id.
    let file_name = file_name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    if file_name.is_empty() {
        return Err(Error::invalid("document", "Choose a file."));
    }
    let read = reader
        .read(file_name, bytes.clone())
        .await
        .map_err(|unreadable| Error::invalid("document", unreadable.message))?;
    let id = DocumentId::new();
    let key = ObjectKey::of_tenant(scope.tenant(), "documents", &id.to_string());
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    objects.put(&key, bytes).await?;

    let mut tx = db.begin(actor).await?;
    let words = read.text.split_whitespace().count();
    let document = NewDocument {
        id,
        file_name,
        content_type: &content_type,
        text: &read.text,
        word_count: i64::try_from(words).unwrap_or(i64::MAX),
        object_key: &key,
        bytes: size,
    };
    store::insert_document(&mut tx, scope, document).await?;
    tx.emit(
        NewEvent::new(scope.tenant(), "onboarding.document_added", Subject::new("document", id))
            .with(json!({ "file_name": file_name, "words": words })),
    );
    tx.signal(Signal::new("tenant", scope.tenant()));
    tx.commit().await?;
    Ok(id)
}

/// Forgets a document. Its bytes go with the next sweep of objects that no row names.
///
/// # Errors
/// `NotFound`.
pub async fn remove_document(tx: &mut Tx, scope: TenantScope, id: DocumentId) -> Result<()> {
    if !store::delete_document(tx, scope, id).await? {
        return Err(Error::not_found("document"));
    }
    tx.emit(NewEvent::new(scope.tenant(), "onboarding.document_removed", Subject::new("document", id)));
    Ok(())
}

/// A person's edit of the context file: a new version on top of the one they read.
///
/// # Errors
/// `Conflict` when somebody else wrote a version in between: nothing is overwritten.
pub async fn edit_context(
    tx: &mut Tx,
    scope: TenantScope,
    based_on: i64,
    markdown: &str,
    note: Option<&str>,
) -> Result<i64> {
    let latest = store::latest_context(tx, scope).await?;
    let current = latest.as_ref().map_or(0, |context| context.version);
    if current != based_on {
        return Err(Error::conflict(
            "edited_meanwhile",
            format!("Somebody saved version {current} while you were editing version {based_on}; yours was not saved over it."),
        )
        .with_help("Your text is still in the form. Compare it with the newer version, then save again."));
    }
    let gaps = latest.map(|context| context.gaps).unwrap_or_default();
    let made_by = tx.actor().clone();
    add_context(tx, scope, made_by, markdown, &gaps, false, note).await
}

/// Adds a version of the context file; its number.
pub(super) async fn add_context(
    tx: &mut Tx,
    scope: TenantScope,
    made_by: Actor,
    markdown: &str,
    gaps: &[Gap],
    offline: bool,
    note: Option<&str>,
) -> Result<i64> {
    let markdown = markdown.trim();
    if markdown.is_empty() {
        return Err(Error::invalid("markdown", "The context file can't be empty."));
    }
    if markdown.chars().count() > LONGEST_CONTEXT {
        return Err(Error::invalid(
            "markdown",
            format!("The context file goes into every prompt, so it may have at most {LONGEST_CONTEXT} characters."),
        ));
    }
    // Two writers at once would take the same number: the row of the wizard is what they queue for.
    store::lock(tx, scope).await?;
    let version = store::latest_context(tx, scope).await?.map_or(0, |context| context.version) + 1;
    let hash: ContentHash = content_hash(&[markdown]);
    let id = ContextVersionId::new();
    let context = NewContext { id, version, markdown, hash: &hash, gaps, offline, made_by: &made_by, note };
    store::insert_context(tx, scope, context).await?;
    tx.emit_by(
        made_by,
        NewEvent::new(scope.tenant(), "onboarding.context_written", Subject::new("context_version", id))
            .with(json!({ "version": version, "offline": offline, "gaps": gaps.len() })),
    );
    tx.signal(Signal::new("tenant", scope.tenant()));
    Ok(version)
}
