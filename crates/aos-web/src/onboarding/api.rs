//! Onboarding, documents and the context file over the JSON API.

use aos_features::{
    onboarding::{
        self, ContextVersion, OnboardingDocument, OnboardingRecord, OnboardingStep,
        commands::{LARGEST_DOCUMENT, Upload},
        model::{Answers, Baseline, Brand, StepInput, Voice},
    },
    people::Permission,
    tenants,
};
use aos_kernel::{DocumentId, Error, TenantId};
use axum::{
    Json,
    extract::{DefaultBodyLimit, FromRequest, Multipart, Request},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouterExt;
use uuid::Uuid;

use crate::{
    api::{ActorView, Body, Caller, GapView, Listed, Made, MadeId, Reply, Silent, SliceRouter, operations, words},
    error::WebError,
    session::At,
    state::AppState,
};

pub fn routes() -> SliceRouter {
    SliceRouter::default()
        .routes(operations!(record))
        .routes(operations!(save))
        .routes(operations!(launch))
        .routes(operations!(documents))
        .routes(operations!(upload).layer(DefaultBodyLimit::max(LARGEST_DOCUMENT + (1 << 20))))
        .routes(operations!(remove_document))
        .routes(operations!(context, edit_context))
        .routes(operations!(versions))
        .routes(operations!(version))
}

/// The wizard of one client.
#[derive(Debug, Serialize, ToSchema)]
pub struct OnboardingView {
    pub voice: VoiceView,
    pub brand: BrandAnswersView,
    pub baseline: BaselineView,
    /// The steps that were saved.
    #[schema(schema_with = steps)]
    pub saved: Vec<OnboardingStep>,
    /// Where the wizard goes on.
    #[schema(schema_with = words::onboarding_step)]
    pub next_step: OnboardingStep,
    pub launched_at: Option<DateTime<Utc>>,
    pub launched_by: Option<ActorView>,
    pub updated_at: Option<DateTime<Utc>>,
}

fn steps() -> utoipa::openapi::schema::Array {
    utoipa::openapi::schema::Array::new(words::onboarding_step())
}

impl From<OnboardingRecord> for OnboardingView {
    fn from(record: OnboardingRecord) -> Self {
        let next_step = record.next_step();
        let Answers { voice, brand, baseline } = record.answers;
        Self {
            voice: voice.into(),
            brand: brand.into(),
            baseline: baseline.into(),
            saved: record.saved,
            next_step,
            launched_at: record.launched_at,
            launched_by: record.launched_by.map(ActorView::from),
            updated_at: record.updated_at,
        }
    }
}

/// How the client speaks.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct VoiceView {
    pub tone: String,
    pub personality: String,
    pub writing_style: String,
    /// Words and claims to stay away from.
    pub avoid: String,
    pub audience: String,
    pub competitors: String,
}

impl From<Voice> for VoiceView {
    fn from(voice: Voice) -> Self {
        let Voice { tone, personality, writing_style, avoid, audience, competitors } = voice;
        Self { tone, personality, writing_style, avoid, audience, competitors }
    }
}
impl From<VoiceView> for Voice {
    fn from(view: VoiceView) -> Self {
        let VoiceView { tone, personality, writing_style, avoid, audience, competitors } = view;
        Self { tone, personality, writing_style, avoid, audience, competitors }
    }
}

/// How the client looks.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct BrandAnswersView {
    /// `#rrggbb`, the main one first.
    pub colours: Vec<String>,
    pub fonts: Vec<String>,
    pub logo_url: String,
}

impl From<Brand> for BrandAnswersView {
    fn from(brand: Brand) -> Self {
        let Brand { colours, fonts, logo_url } = brand;
        Self { colours, fonts, logo_url }
    }
}
impl From<BrandAnswersView> for Brand {
    fn from(view: BrandAnswersView) -> Self {
        let BrandAnswersView { colours, fonts, logo_url } = view;
        Self { colours, fonts, logo_url }
    }
}

/// Where the client stands today. Figures are a month's; null is “not known”.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct BaselineView {
    #[schema(minimum = 0)]
    pub sessions: Option<f64>,
    #[schema(minimum = 0)]
    pub leads: Option<f64>,
    #[schema(minimum = 0)]
    pub followers: Option<f64>,
    /// In the client's own currency.
    #[schema(minimum = 0)]
    pub ad_spend: Option<f64>,
    pub notes: String,
}

impl From<Baseline> for BaselineView {
    fn from(baseline: Baseline) -> Self {
        let Baseline { sessions, leads, followers, ad_spend, notes } = baseline;
        Self { sessions, leads, followers, ad_spend, notes }
    }
}
impl From<BaselineView> for Baseline {
    fn from(view: BaselineView) -> Self {
        let BaselineView { sessions, leads, followers, ad_spend, notes } = view;
        Self { sessions, leads, followers, ad_spend, notes }
    }
}

/// What one step of the wizard saves.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum StepBody {
    /// Looked at; channels are connected under `channels`.
    Channels,
    Voice {
        voice: VoiceView,
    },
    Brand {
        brand: BrandAnswersView,
    },
    /// Looked at; documents are uploaded one by one.
    Documents,
    Baseline {
        baseline: BaselineView,
    },
}

impl From<StepBody> for StepInput {
    fn from(body: StepBody) -> Self {
        match body {
            StepBody::Channels => Self::Channels,
            StepBody::Voice { voice } => Self::Voice { voice: voice.into() },
            StepBody::Brand { brand } => Self::Brand { brand: brand.into() },
            StepBody::Documents => Self::Documents,
            StepBody::Baseline { baseline } => Self::Baseline { baseline: baseline.into() },
        }
    }
}

/// A document that a person brought.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentView {
    pub id: Uuid,
    pub file_name: String,
    pub content_type: String,
    pub word_count: i64,
    pub bytes: i64,
    pub uploaded_by: ActorView,
    pub created_at: DateTime<Utc>,
}

impl From<OnboardingDocument> for DocumentView {
    fn from(document: OnboardingDocument) -> Self {
        Self {
            id: document.id.uuid(),
            file_name: document.file_name,
            content_type: document.content_type,
            word_count: document.word_count,
            bytes: document.bytes,
            uploaded_by: document.uploaded_by.into(),
            created_at: document.created_at,
        }
    }
}

/// A file.
#[derive(Debug, ToSchema)]
pub struct DocumentForm {
    /// Text, Markdown, HTML or PDF, at most 25 MB.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    pub file: Vec<u8>,
}

/// One version of the context file.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContextView {
    pub id: Uuid,
    pub version: i64,
    pub markdown: String,
    pub hash: String,
    /// What the material did not carry.
    pub gaps: Vec<GapView>,
    /// Drafted without a model.
    pub offline: bool,
    pub made_by: ActorView,
    pub note: Option<String>,
    pub created_at: DateTime<Utc>,
}

impl From<ContextVersion> for ContextView {
    fn from(context: ContextVersion) -> Self {
        Self {
            id: context.id.uuid(),
            version: context.version,
            markdown: context.markdown,
            hash: context.hash.to_string(),
            gaps: context.gaps.into_iter().map(GapView::from).collect(),
            offline: context.offline,
            made_by: context.made_by.into(),
            note: context.note,
            created_at: context.created_at,
        }
    }
}

/// An edit of the context file.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeContext {
    /// The version that was read before; 0 when there was none.
    #[schema(minimum = 0)]
    pub based_on: i64,
    #[schema(min_length = 1)]
    pub markdown: String,
    /// What was changed and why.
    pub note: Option<String>,
}

/// The number of a version.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionMade {
    pub version: i64,
}

/// What was filled in so far.
#[utoipa::path(get, path = "/tenants/{tenant}/onboarding", tag = "onboarding", responses((status = 200, body = OnboardingView)))]
async fn record(caller: Caller, At(tenant): At<TenantId>) -> Reply<OnboardingView> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let mut conn = caller.read().await?;
    tenants::queries::tenant(&mut conn, scope).await?;
    Ok(Json(onboarding::queries::record(&mut conn, scope).await?.into()))
}

/// Save one step. Steps may be saved in any order and again.
#[utoipa::path(post, path = "/tenants/{tenant}/onboarding/steps", tag = "onboarding", request_body = StepBody, responses((status = 200, body = OnboardingView)))]
async fn save(caller: Caller, At(tenant): At<TenantId>, Body(body): Body<StepBody>) -> Reply<OnboardingView> {
    let scope = caller.scope(tenant, Permission::EditContext)?;
    let mut tx = caller.begin().await?;
    tenants::queries::tenant(&mut tx, scope).await?;
    onboarding::commands::save_step(&mut tx, scope, body.into()).await?;
    let record = onboarding::queries::record(&mut tx, scope).await?;
    tx.commit().await?;
    Ok(Json(record.into()))
}

/// Ask for the set-up chain: context file, then strategy.
///
/// It begins when the website has been read. Asked again later, it makes new versions of both.
#[utoipa::path(post, path = "/tenants/{tenant}/onboarding/launch", tag = "onboarding", responses((status = 202, description = "It begins when the website has been read.")))]
async fn launch(caller: Caller, At(tenant): At<TenantId>) -> Silent {
    let scope = caller.scope(tenant, Permission::EditContext)?;
    let mut tx = caller.begin().await?;
    tenants::queries::tenant(&mut tx, scope).await?;
    onboarding::commands::launch(&mut tx, scope).await?;
    tx.commit().await?;
    Ok(StatusCode::ACCEPTED)
}

/// The documents that people brought.
#[utoipa::path(get, path = "/tenants/{tenant}/documents", tag = "onboarding", responses((status = 200, body = Listed<DocumentView>)))]
async fn documents(caller: Caller, At(tenant): At<TenantId>) -> Reply<Listed<DocumentView>> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let documents = onboarding::queries::documents(&mut caller.read().await?, scope).await?;
    Ok(Json(Listed::all(documents, DocumentView::from)))
}

/// The file of an upload. Its type is decided by its bytes, so what the sender calls it is only kept.
pub(crate) struct UploadedFile(pub(crate) Upload);

impl FromRequest<AppState> for UploadedFile {
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        let is_form = request
            .headers()
            .get(axum::http::header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("multipart/form-data"));
        if !is_form {
            return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
        }
        let mut form = Multipart::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        while let Some(part) = form.next_field().await.map_err(IntoResponse::into_response)? {
            let Some(file_name) = part.file_name().map(str::to_owned) else { continue };
            let content_type = part.content_type().unwrap_or("application/octet-stream").to_owned();
            let bytes = part.bytes().await.map_err(IntoResponse::into_response)?;
            if file_name.contains('\0') || content_type.contains('\0') {
                break;
            }
            return Ok(Self(Upload { file_name, content_type, bytes }));
        }
        let missing = Error::invalid("file", "Send the file as a part of the form that has a file name.");
        Err(WebError(missing).into_response())
    }
}

/// Bring a document. Its text is read at once and kept beside it.
#[utoipa::path(post, path = "/tenants/{tenant}/documents", tag = "onboarding", request_body(content = DocumentForm, content_type = "multipart/form-data"), responses((status = 201, body = MadeId)))]
async fn upload(caller: Caller, At(tenant): At<TenantId>, UploadedFile(file): UploadedFile) -> Made<MadeId> {
    let scope = caller.scope(tenant, Permission::EditContext)?;
    let product = &caller.state.product;
    tenants::queries::tenant(&mut caller.read().await?, scope).await?;
    let id = onboarding::commands::add_document(
        &product.db,
        &product.objects,
        product.documents.as_ref(),
        caller.principal.actor().clone(),
        scope,
        file,
    )
    .await?;
    Ok((StatusCode::CREATED, Json(MadeId { id: id.uuid() })))
}

/// Forget a document.
#[utoipa::path(delete, path = "/tenants/{tenant}/documents/{document}", tag = "onboarding", responses((status = 204, description = "Forgotten.")))]
async fn remove_document(caller: Caller, At((tenant, document)): At<(TenantId, DocumentId)>) -> Silent {
    let scope = caller.scope(tenant, Permission::EditContext)?;
    let mut tx = caller.begin().await?;
    onboarding::commands::remove_document(&mut tx, scope, document).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The context file as it is now.
#[utoipa::path(get, path = "/tenants/{tenant}/context", tag = "context", responses((status = 200, body = ContextView)))]
async fn context(caller: Caller, At(tenant): At<TenantId>) -> Reply<ContextView> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let latest = onboarding::queries::latest_context(&mut caller.read().await?, scope).await?;
    Ok(Json(latest.ok_or_else(|| Error::not_found("context version"))?.into()))
}

/// Edit the context file: a new version on top of the one that was read.
#[utoipa::path(post, path = "/tenants/{tenant}/context", tag = "context", request_body = ChangeContext, responses((status = 201, body = VersionMade)))]
async fn edit_context(caller: Caller, At(tenant): At<TenantId>, Body(body): Body<ChangeContext>) -> Made<VersionMade> {
    let scope = caller.scope(tenant, Permission::EditContext)?;
    let ChangeContext { based_on, markdown, note } = body;
    let mut tx = caller.begin().await?;
    tenants::queries::tenant(&mut tx, scope).await?;
    let version = onboarding::commands::edit_context(&mut tx, scope, based_on, &markdown, note.as_deref()).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(VersionMade { version })))
}

/// All versions of the context file, the newest first.
#[utoipa::path(get, path = "/tenants/{tenant}/context/versions", tag = "context", responses((status = 200, body = Listed<ContextView>)))]
async fn versions(caller: Caller, At(tenant): At<TenantId>) -> Reply<Listed<ContextView>> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    let versions = onboarding::queries::contexts(&mut caller.read().await?, scope).await?;
    Ok(Json(Listed::all(versions, ContextView::from)))
}

/// One version of the context file.
#[utoipa::path(get, path = "/tenants/{tenant}/context/versions/{version}", tag = "context", responses((status = 200, body = ContextView)))]
async fn version(caller: Caller, At((tenant, version)): At<(TenantId, i64)>) -> Reply<ContextView> {
    let scope = caller.scope(tenant, Permission::SeeClient)?;
    Ok(Json(onboarding::queries::context(&mut caller.read().await?, scope, version).await?.into()))
}
