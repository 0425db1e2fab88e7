//! The six steps. Each is saved as it is filled in; nothing has to come before something else.

use aos_features::{
    channels,
    onboarding::{
        self, OnboardingDocument, OnboardingRecord, OnboardingStep,
        commands::Upload,
        model::{Baseline, Brand, StepInput, Voice},
    },
    people::Permission,
    tenants::Tenant,
    website,
};
use aos_kernel::{DocumentId, Error, Result, TenantId, TenantScope};
use aos_storage::Conn;
use axum::{
    Form,
    extract::Multipart,
    response::{IntoResponse, Redirect},
};

use super::{
    summary,
    views::{BaselineForm, BrandForm, DocumentRow, OnboardingPage, STEPS, Step, StepMark, VoiceForm, Wizard},
};
use crate::{
    channels::{channel_view, views::ConnectForm, ways},
    client::{Face, Side, views::ClientOnboardingPage},
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::ClientTab,
    paths,
    session::{Answer, At, Viewer},
    show::{Dial, count},
    ui::number::{bytes, grouped},
    website::brand_view,
    workspace::Workspace,
};

/// What the field says of itself.
const TAKES: &str = "PDF, Word (.docx), HTML and plain text, up to 25 MB each.";

/// `GET {base}/onboarding`: where it goes on.
pub(super) async fn next_step(viewer: Viewer, side: Side, At(id): At<TenantId>) -> Answer {
    let scope = viewer.scope(id, Permission::SeeClient)?;
    let record = onboarding::queries::record(&mut viewer.read().await?, scope).await?;
    Ok(Redirect::to(&side.onboarding_step(id, record.next_step().as_str())).into_response())
}

/// `GET {base}/onboarding/{step}`.
pub(super) async fn page(viewer: Viewer, side: Side, At((id, step)): At<(TenantId, String)>) -> Answer {
    let step: OnboardingStep = step.parse().map_err(|_| Error::not_found("step"))?;
    show(viewer, side, id, step, None, FieldErrors::default()).await
}

/// The wizard at a step; `sent` is a form that comes back with errors.
async fn show(
    viewer: Viewer,
    side: Side,
    id: TenantId,
    step: OnboardingStep,
    sent: Option<Step>,
    errors: FieldErrors,
) -> Answer {
    let again = !errors.is_empty();
    match side {
        Side::Portal => {
            let mut open = Workspace::open(&viewer, id, ClientTab::Onboarding, Permission::EditContext).await?;
            let rows = (&mut open.conn, open.scope, open.dial);
            let wizard = wizard(&viewer, rows, &open.tenant, side, step, sent, errors).await?;
            let view = OnboardingPage { shell: open.shell, client: open.head, wizard };
            if again { viewer.form_again(&view) } else { viewer.page(&view) }
        }
        Side::Client => {
            let mut open = Face::open(&viewer, id, "onboarding", "Getting started").await?;
            let rows = (&mut open.conn, open.scope, open.dial);
            let wizard = wizard(&viewer, rows, &open.tenant, side, step, sent, errors).await?;
            let view = ClientOnboardingPage { shell: open.shell, wizard };
            if again { viewer.form_again(&view) } else { viewer.page(&view) }
        }
    }
}

async fn wizard(
    viewer: &Viewer,
    (conn, scope, dial): (&mut Conn, TenantScope, Dial),
    tenant: &Tenant,
    side: Side,
    step: OnboardingStep,
    sent: Option<Step>,
    errors: FieldErrors,
) -> Result<Wizard> {
    let record = onboarding::queries::record(conn, scope).await?;
    let step = match sent {
        Some(Step::Brand { form, .. }) => {
            // What the website shows stays beside the form that came back.
            let fresh = fresh(viewer, (&mut *conn, scope, dial), tenant, side, &record, step).await?;
            match fresh {
                Step::Brand { found, reading, .. } => Step::Brand { found, form, reading },
                other => other,
            }
        }
        Some(step) => step,
        None => fresh(viewer, (&mut *conn, scope, dial), tenant, side, &record, step).await?,
    };
    let saved = |slug: &str| record.saved.iter().any(|step| step.as_str() == slug);
    let steps = STEPS
        .iter()
        .map(|(slug, label)| StepMark { slug: (*slug).to_owned(), label: (*label).to_owned(), done: saved(slug) })
        .collect();
    let base = side.base(tenant.id);
    let after = match side {
        Side::Portal => paths::client_tab(tenant.id, ClientTab::Work),
        Side::Client => base.clone(),
    };
    Ok(Wizard { base, after, can_edit: viewer.can(tenant.id, Permission::EditContext), steps, step, errors })
}

async fn fresh(
    viewer: &Viewer,
    (conn, scope, dial): (&mut Conn, TenantScope, Dial),
    tenant: &Tenant,
    side: Side,
    record: &OnboardingRecord,
    step: OnboardingStep,
) -> Result<Step> {
    Ok(match step {
        OnboardingStep::Channels => {
            let found = channels::queries::connections(conn, scope).await?;
            Step::Channels {
                connecting: found.is_empty(),
                connected: found.iter().map(|connection| channel_view(connection, dial, viewer)).collect(),
                ways: ways(viewer, conn).await?,
                form: ConnectForm { site: tenant.website.clone(), ..ConnectForm::default() },
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
            let logo = match brand.logo_url.as_str() {
                "" => None,
                url => website::queries::image_by_url(conn, scope, url).await?.map(|image| image.id),
            };
            let found = seen.map(|signals| {
                let mut view = brand_view(signals, tenant.id, None);
                view.screenshot = screenshot.map(|crawl| side.screenshot(tenant.id, crawl));
                view.logo = logo.map(|image| side.media(tenant.id, image));
                view
            });
            Step::Brand {
                reading: found.is_none() && is_reading(conn, scope).await?,
                found,
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
            summary: summary::of(conn, scope, record).await?,
            reading: is_reading(conn, scope).await?,
            launched: record.launched_at.map(|at| dial.moment(at)),
        },
    })
}

async fn is_reading(conn: &mut Conn, scope: TenantScope) -> Result<bool> {
    let latest = website::queries::latest_crawl(conn, scope).await?;
    Ok(latest.is_none_or(|crawl| crawl.finished_at.is_none()))
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
pub(super) async fn save(
    viewer: Viewer,
    side: Side,
    At((id, step)): At<(TenantId, String)>,
    Form(fields): Form<Fields>,
) -> Answer {
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
            keep(viewer, side, id, Ok(StepInput::Voice { voice }), Step::Voice(form)).await
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
            let sent = Step::Brand { found: None, form, reading: false };
            keep(viewer, side, id, Ok(StepInput::Brand { brand }), sent).await
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
            keep(viewer, side, id, input, Step::Baseline(form)).await
        }
        Ok(OnboardingStep::Launch) => launch(viewer, side, id).await,
        // What they hold has addresses of its own; here somebody says that they looked at them.
        Ok(OnboardingStep::Channels) => {
            let sent = Step::Channels {
                connected: Vec::new(),
                ways: Vec::new(),
                form: ConnectForm::default(),
                connecting: false,
            };
            keep(viewer, side, id, Ok(StepInput::Channels), sent).await
        }
        Ok(OnboardingStep::Documents) => {
            let sent = Step::Documents { documents: Vec::new(), takes: TAKES.to_owned() };
            keep(viewer, side, id, Ok(StepInput::Documents), sent).await
        }
        Err(_) => Err(Error::not_found("step").into()),
    }
}

/// Saves a step and goes on to the next one, or shows the form again.
async fn keep(viewer: Viewer, side: Side, id: TenantId, input: Result<StepInput>, sent: Step) -> Answer {
    let scope = viewer.scope(id, Permission::EditContext)?;
    let saved = async {
        let input = input?;
        let mut tx = viewer.begin().await?;
        onboarding::commands::save_step(&mut tx, scope, input).await?;
        tx.commit().await
    };
    match saved.await {
        Ok(()) => {
            let at = STEPS.iter().position(|(slug, _)| *slug == sent.slug()).unwrap_or(0);
            let (next, _) = STEPS[(at + 1).min(STEPS.len() - 1)];
            Ok(Redirect::to(&side.onboarding_step(id, next)).into_response())
        }
        Err(error) => {
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            // Colours are one list for the command and three fields in the form.
            let errors = errors.renamed("colours", "primary");
            let step = sent.slug().parse().map_err(|_| Error::not_found("step"))?;
            show(viewer, side, id, step, Some(sent), errors).await
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

async fn launch(viewer: Viewer, side: Side, id: TenantId) -> Answer {
    let scope = viewer.scope(id, Permission::EditContext)?;
    let mut tx = viewer.begin().await?;
    onboarding::commands::launch(&mut tx, scope).await?;
    tx.commit().await?;
    let (flash, to) = match side {
        Side::Portal => (
            "Launched. The context file is written first, then the strategy, which comes to you.",
            paths::client_tab(id, ClientTab::Work),
        ),
        Side::Client => ("Thank you, that is everything. Your agency goes on from here.", side.base(id)),
    };
    Ok(viewer.done(Flash::good(flash), &to))
}

/// `POST {base}/documents`: every file on its own, so that one that can't be read holds no other up.
pub(super) async fn upload(viewer: Viewer, side: Side, At(id): At<TenantId>, mut form: Multipart) -> Answer {
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
        return Ok(viewer.done(flash, &side.onboarding_step(id, "documents")));
    }
    let mut errors = FieldErrors::default();
    errors.add("file", refused.join(" "));
    show(viewer, side, id, OnboardingStep::Documents, None, errors).await
}

/// `POST …/documents/{id}/remove`.
pub(super) async fn remove(viewer: Viewer, side: Side, At((id, document)): At<(TenantId, DocumentId)>) -> Answer {
    let scope = viewer.scope(id, Permission::EditContext)?;
    let mut tx = viewer.begin().await?;
    onboarding::commands::remove_document(&mut tx, scope, document).await?;
    tx.commit().await?;
    Ok(viewer.done(Flash::good("Removed."), &side.onboarding_step(id, "documents")))
}

/// The first step again, when connecting from it failed.
pub(crate) async fn connect_failed(
    viewer: Viewer,
    side: Side,
    id: TenantId,
    form: ConnectForm,
    errors: FieldErrors,
) -> Answer {
    let sent = Step::Channels { connected: Vec::new(), ways: Vec::new(), form, connecting: true };
    show(viewer, side, id, OnboardingStep::Channels, Some(sent), errors).await
}
