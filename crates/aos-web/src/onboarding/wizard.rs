//! The six steps. Each is saved as it is filled in; nothing has to come before something else.

use aos_features::{
    channels,
    onboarding::{
        self, OnboardingDocument, OnboardingRecord, OnboardingStep,
        commands::Upload,
        model::{Baseline, Brand, StepInput, Voice},
    },
    people::Permission,
    website,
};
use aos_kernel::{DocumentId, Error, Result, TenantId};
use axum::{
    Form,
    extract::Multipart,
    response::{IntoResponse, Redirect},
};

use super::views::{BaselineForm, BrandForm, DocumentRow, OnboardingPage, STEPS, Step, StepMark, VoiceForm};
use crate::{
    channels::{channel_view, views::ConnectForm},
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::ClientTab,
    paths,
    session::{Answer, At, Viewer},
    show::{Dial, count},
    tenants::checklist,
    ui::number::{bytes, grouped},
    website::brand_view,
    workspace::Workspace,
};

/// What the field says of itself.
const TAKES: &str = "PDF, Word (.docx), HTML and plain text, up to 25 MB each.";

/// `GET /portal/clients/{id}/onboarding`: where it goes on.
pub(super) async fn next_step(viewer: Viewer, At(id): At<TenantId>) -> Answer {
    let scope = viewer.scope(id, Permission::SeeClient)?;
    let record = onboarding::queries::record(&mut viewer.read().await?, scope).await?;
    Ok(Redirect::to(&paths::onboarding_step(id, record.next_step().as_str())).into_response())
}

/// `GET /portal/clients/{id}/onboarding/{step}`.
pub(super) async fn page(viewer: Viewer, At((id, step)): At<(TenantId, String)>) -> Answer {
    let step: OnboardingStep = step.parse().map_err(|_| Error::not_found("step"))?;
    let view = wizard(&viewer, id, step, None, FieldErrors::default()).await?;
    viewer.page(&view)
}

/// The wizard at a step; `sent` is a form that comes back with errors.
async fn wizard(
    viewer: &Viewer,
    id: TenantId,
    step: OnboardingStep,
    sent: Option<Step>,
    errors: FieldErrors,
) -> Result<OnboardingPage> {
    let mut open = Workspace::open(viewer, id, ClientTab::Onboarding, Permission::EditContext).await?;
    let record = onboarding::queries::record(&mut open.conn, open.scope).await?;
    let step = match sent {
        Some(step) => step,
        None => fresh(viewer, &mut open, &record, step).await?,
    };
    let saved = |slug: &str| record.saved.iter().any(|step| step.as_str() == slug);
    let steps = STEPS
        .iter()
        .map(|(slug, label)| StepMark { slug: (*slug).to_owned(), label: (*label).to_owned(), done: saved(slug) })
        .collect();
    Ok(OnboardingPage { shell: open.shell, client: open.head, steps, step, errors })
}

async fn fresh(viewer: &Viewer, open: &mut Workspace, record: &OnboardingRecord, step: OnboardingStep) -> Result<Step> {
    let (conn, scope, dial, id) = (&mut open.conn, open.scope, open.dial, open.tenant.id);
    Ok(match step {
        OnboardingStep::Channels => {
            let found = channels::queries::channels(conn, scope).await?;
            Step::Channels {
                connected: found.iter().map(|channel| channel_view(channel, dial, viewer)).collect(),
                form: ConnectForm { site: open.tenant.website.clone(), ..ConnectForm::default() },
            }
        }
        OnboardingStep::Voice => {
            let Voice { tone, personality, writing_style, avoid, audience, competitors } = record.answers.voice.clone();
            Step::Voice(VoiceForm { tone, personality, writing_style, audience, avoid, competitors })
        }
        OnboardingStep::Brand => {
            let crawl = website::queries::readable_crawl(conn, scope).await?;
            let seen = crawl.as_ref().and_then(|crawl| crawl.brand.as_ref());
            let brand = record.brand_or(seen);
            let at = |list: &[String], place: usize| list.get(place).cloned().unwrap_or_default();
            let screenshot = crawl.as_ref().filter(|crawl| crawl.screenshot_key.is_some()).map(|crawl| crawl.id);
            Step::Brand {
                found: seen.map(|signals| brand_view(signals, id, screenshot)),
                form: BrandForm {
                    primary: at(&brand.colours, 0),
                    secondary: at(&brand.colours, 1),
                    accent: at(&brand.colours, 2),
                    heading_font: at(&brand.fonts, 0),
                    body_font: at(&brand.fonts, 1),
                    logo_url: brand.logo_url,
                },
            }
        }
        OnboardingStep::Documents => {
            let documents = onboarding::queries::documents(conn, scope).await?;
            Step::Documents {
                documents: documents.iter().map(|document| document_row(document, dial)).collect(),
                takes: TAKES.to_owned(),
            }
        }
        OnboardingStep::Baseline => {
            let Baseline { sessions, leads, followers, ad_spend, notes } = record.answers.baseline.clone();
            let text = |figure: Option<f64>| figure.map(|figure| figure.to_string()).unwrap_or_default();
            Step::Baseline(BaselineForm {
                sessions: text(sessions),
                leads: text(leads),
                followers: text(followers),
                ad_spend: text(ad_spend),
                notes,
            })
        }
        OnboardingStep::Launch => Step::Launch {
            checks: checklist(&open.readiness, id),
            ready: true,
            launched: record.launched_at.map(|at| dial.moment(at)),
        },
    })
}

fn document_row(document: &OnboardingDocument, dial: Dial) -> DocumentRow {
    let kind = document.file_name.rsplit_once('.').map_or("File".to_owned(), |(_, end)| end.to_uppercase());
    let words = grouped(&document.word_count.to_string());
    DocumentRow {
        id: document.id.to_string(),
        name: document.file_name.clone(),
        detail: format!("{kind}, {}, {words} words", bytes(count(document.bytes))),
        at: dial.moment(document.created_at),
        state: "ready".to_owned(),
        error: None,
    }
}

/// `POST …/onboarding/{step}`.
pub(super) async fn save(viewer: Viewer, At((id, step)): At<(TenantId, String)>, Form(fields): Form<Fields>) -> Answer {
    let text = |name: &str| fields.text(name).to_owned();
    match step.parse() {
        Ok(OnboardingStep::Voice) => {
            let form = VoiceForm {
                tone: text("tone"),
                personality: text("personality"),
                writing_style: text("writing_style"),
                audience: text("audience"),
                avoid: text("avoid"),
                competitors: text("competitors"),
            };
            let VoiceForm { tone, personality, writing_style, audience, avoid, competitors } = form.clone();
            let voice = Voice { tone, personality, writing_style, avoid, audience, competitors };
            keep(viewer, id, Ok(StepInput::Voice { voice }), Step::Voice(form), "brand").await
        }
        Ok(OnboardingStep::Brand) => {
            let form = BrandForm {
                primary: text("primary"),
                secondary: text("secondary"),
                accent: text("accent"),
                heading_font: text("heading_font"),
                body_font: text("body_font"),
                logo_url: text("logo_url"),
            };
            let filled = |texts: &[&String]| -> Vec<String> {
                texts.iter().filter(|text| !text.is_empty()).map(|text| (*text).clone()).collect()
            };
            let brand = Brand {
                colours: filled(&[&form.primary, &form.secondary, &form.accent]),
                fonts: filled(&[&form.heading_font, &form.body_font]),
                logo_url: form.logo_url.clone(),
            };
            keep(viewer, id, Ok(StepInput::Brand { brand }), Step::Brand { found: None, form }, "documents").await
        }
        Ok(OnboardingStep::Baseline) => {
            let form = BaselineForm {
                sessions: text("sessions"),
                leads: text("leads"),
                followers: text("followers"),
                ad_spend: text("ad_spend"),
                notes: text("notes"),
            };
            let input = read_baseline(&form).map(|baseline| StepInput::Baseline { baseline });
            keep(viewer, id, input, Step::Baseline(form), "launch").await
        }
        Ok(OnboardingStep::Launch) => launch(viewer, id).await,
        // Channels and documents have addresses of their own.
        Ok(OnboardingStep::Channels | OnboardingStep::Documents) | Err(_) => Err(Error::not_found("step").into()),
    }
}

/// Saves a step and goes on to the next one, or shows the form again.
async fn keep(viewer: Viewer, id: TenantId, input: Result<StepInput>, sent: Step, next: &str) -> Answer {
    let scope = viewer.scope(id, Permission::EditContext)?;
    let saved = async {
        let input = input?;
        let mut tx = viewer.begin().await?;
        onboarding::commands::save_step(&mut tx, scope, input).await?;
        tx.commit().await
    };
    match saved.await {
        Ok(()) => Ok(Redirect::to(&paths::onboarding_step(id, next)).into_response()),
        Err(error) => {
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            // Colours are one list for the command and three fields in the form.
            let errors = errors.renamed("colours", "primary");
            let step = sent.slug().parse().map_err(|_| Error::not_found("step"))?;
            let view = wizard(&viewer, id, step, Some(sent), errors).await?;
            viewer.form_again(&view)
        }
    }
}

fn read_baseline(form: &BaselineForm) -> Result<Baseline> {
    let figure = |field: &str, text: &str| -> Result<Option<f64>> {
        // People group digits in their own way.
        let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != ',' && *c != '’').collect();
        if digits.is_empty() {
            return Ok(None);
        }
        let read = digits.parse().map_err(|_| Error::invalid(field, "Enter a figure, or leave it empty."))?;
        Ok(Some(read))
    };
    Ok(Baseline {
        sessions: figure("sessions", &form.sessions)?,
        leads: figure("leads", &form.leads)?,
        followers: figure("followers", &form.followers)?,
        ad_spend: figure("ad_spend", &form.ad_spend)?,
        notes: form.notes.clone(),
    })
}

async fn launch(viewer: Viewer, id: TenantId) -> Answer {
    let scope = viewer.scope(id, Permission::EditContext)?;
    let mut tx = viewer.begin().await?;
    onboarding::commands::launch(&mut tx, scope).await?;
    tx.commit().await?;
    let flash = Flash::good("Launched. The context file is written first, then the strategy, which comes to you.");
    Ok(viewer.done(flash, &paths::client_tab(id, ClientTab::Work)))
}

/// `POST /portal/clients/{id}/documents`: every file on its own, so that one that can't be read holds no other up.
pub(super) async fn upload(viewer: Viewer, At(id): At<TenantId>, mut form: Multipart) -> Answer {
    let scope = viewer.scope(id, Permission::EditContext)?;
    let product = viewer.state.product.clone();
    let (mut kept, mut refused) = (0_usize, Vec::new());
    let unreadable = |error: axum::extract::multipart::MultipartError| {
        Error::invalid("file", "The upload broke off or is too large; files before it are kept.").with_context(error)
    };
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        if field.name() != Some("file") {
            continue;
        }
        let file_name = field.file_name().unwrap_or_default().to_owned();
        let content_type = field.content_type().unwrap_or("application/octet-stream").to_owned();
        let bytes = field.bytes().await.map_err(unreadable)?;
        let upload = Upload { file_name: file_name.clone(), content_type, bytes };
        let actor = viewer.principal.actor().clone();
        let reader = product.documents.as_ref();
        match onboarding::commands::add_document(&product.db, &product.objects, reader, actor, scope, upload).await {
            Ok(_) => kept += 1,
            Err(error) if error.field().is_some() => refused.push(format!("{file_name}: {}", error.message())),
            Err(error) => return Err(error.into()),
        }
    }
    if refused.is_empty() {
        let flash = match kept {
            0 => Flash::warning("No file was chosen."),
            1 => Flash::good("The document is read."),
            n => Flash::good(format!("{n} documents are read.")),
        };
        return Ok(viewer.done(flash, &paths::onboarding_step(id, "documents")));
    }
    let mut errors = FieldErrors::default();
    errors.add("file", refused.join(" "));
    let view = wizard(&viewer, id, OnboardingStep::Documents, None, errors).await?;
    viewer.form_again(&view)
}

/// `POST …/documents/{id}/remove`.
pub(super) async fn remove(viewer: Viewer, At((id, document)): At<(TenantId, DocumentId)>) -> Answer {
    let scope = viewer.scope(id, Permission::EditContext)?;
    let mut tx = viewer.begin().await?;
    onboarding::commands::remove_document(&mut tx, scope, document).await?;
    tx.commit().await?;
    Ok(viewer.done(Flash::good("Removed."), &paths::onboarding_step(id, "documents")))
}

/// The first step again, when connecting from it failed.
pub(crate) async fn connect_failed(viewer: Viewer, id: TenantId, form: ConnectForm, errors: FieldErrors) -> Answer {
    let sent = Step::Channels { connected: Vec::new(), form };
    let view = wizard(&viewer, id, OnboardingStep::Channels, Some(sent), errors).await?;
    viewer.form_again(&view)
}
