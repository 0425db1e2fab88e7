//! The library's pages and files.

use aos_capabilities::post::MediaKind;
use aos_features::{
    content::library::{
        self, LARGEST_DOCUMENT, LARGEST_IMAGE, LARGEST_VIDEO, MediaFile, MediaOrigin, MediaUse, Served,
    },
    people::Permission,
    read_models::names::Names,
};
use aos_kernel::{Cursor, MediaId, PageSize, Result, TenantId, TenantScope};
use axum::{
    Form,
    extract::{Multipart, Query, State, multipart::MultipartRejection},
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    upload,
    views::{ClientMediaPage, FileView, MediaPage, MediaPart, UseView},
};
use crate::{
    client::{Face, Side},
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::ClientTab,
    paths,
    session::{Answer, At, Viewer},
    show::{Dial, count, next_page, who},
    state::AppState,
    ui::number::{bytes, grouped},
    workspace::Workspace,
};

/// A grid of four in a row ends with a full one.
const PAGE: i64 = 48;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    after: Option<Cursor>,
}

/// What was sent and did not do.
#[derive(Default)]
struct Again {
    /// The file that it is about; none: the one that was brought.
    file: Option<MediaId>,
    alt: String,
    errors: FieldErrors,
}

fn type_name(content_type: &str) -> &'static str {
    match content_type {
        "image/png" => "PNG",
        "image/webp" => "WebP",
        "image/gif" => "GIF",
        "application/pdf" => "PDF",
        "video/mp4" => "MP4",
        _ => "JPEG",
    }
}

fn takes() -> String {
    let mb = |bytes: usize| bytes >> 20;
    format!(
        "JPEG, PNG, WebP or GIF up to {} MB, PDF up to {} MB, MP4 up to {} MB.",
        mb(LARGEST_IMAGE),
        mb(LARGEST_DOCUMENT),
        mb(LARGEST_VIDEO)
    )
}

struct Around<'a> {
    base: &'a str,
    side: Side,
    tenant: TenantId,
    dial: Dial,
    can_edit: bool,
}

impl Around<'_> {
    fn file(&self, file: MediaFile, uses: &[MediaUse], names: &Names) -> FileView {
        let href = format!("{}/media/{}", self.base, file.id);
        let mut what = vec![type_name(&file.content_type).to_owned()];
        if let (Some(width), Some(height)) = (file.width, file.height) {
            what.push(format!("{} × {} pixels", grouped(&width.to_string()), grouped(&height.to_string())));
        }
        what.push(bytes(count(file.bytes)));
        let image = file.kind() == MediaKind::Image;
        FileView {
            id: file.id.to_string(),
            small: image.then(|| format!("{href}/small")),
            href: format!("{href}/file"),
            what: what.join(", "),
            by: if file.origin == MediaOrigin::Crawl { String::new() } else { who(names, &file.added_by).0 },
            at: self.dial.moment(file.created_at),
            silent: image && file.alt.is_empty(),
            can_remove: self.can_edit && !uses.iter().any(|used| library::holds(used.state)),
            uses: uses.iter().map(|used| self.used(used)).collect(),
            name: file.file_name,
            source: file.source_url,
            alt: file.alt,
            error: None,
        }
    }

    fn used(&self, used: &MediaUse) -> UseView {
        UseView {
            title: used.title.clone(),
            href: match self.side {
                Side::Portal => paths::item(self.tenant, used.item),
                Side::Client => format!("{}/content/{}", self.base, used.item),
            },
            state: used.state.as_str().to_owned(),
        }
    }
}

async fn part(
    viewer: &Viewer,
    conn: &mut aos_storage::Conn,
    scope: aos_kernel::TenantScope,
    around: Around<'_>,
    after: Option<&Cursor>,
    again: Again,
) -> Result<MediaPart> {
    let page = library::files(conn, scope, after, PageSize::clamped(PAGE)).await?;
    let ids: Vec<MediaId> = page.items.iter().map(|file| file.id).collect();
    let mut uses = library::used(conn, scope, &ids).await?;
    let names = Names::of(conn, page.items.iter().map(|file| &file.added_by)).await?;
    let more = next_page(&format!("{}/media", around.base), &[], page.next.as_ref());
    let mut files: Vec<FileView> = page
        .items
        .into_iter()
        .map(|file| {
            let uses = uses.remove(&file.id).unwrap_or_default();
            around.file(file, &uses, &names)
        })
        .collect();
    let mut part = MediaPart {
        base: around.base.to_owned(),
        tenant: scope.tenant().to_string(),
        can_edit: viewer.can(scope.tenant(), Permission::EditContent),
        takes: takes(),
        more,
        ..MediaPart::default()
    };
    match again.file.map(|id| id.to_string()) {
        None => (part.alt, part.errors) = (again.alt, again.errors),
        Some(id) => match files.iter_mut().find(|file| file.id == id) {
            Some(file) => {
                let words = again.errors.of_field("alt").or(again.errors.general());
                file.error = words.map(str::to_owned);
                if again.errors.of_field("alt").is_some() {
                    file.alt = again.alt;
                }
            }
            // It stands on another page of the list.
            None => part.errors = again.errors.renamed("alt", ""),
        },
    }
    part.files = files;
    Ok(part)
}

async fn show(viewer: Viewer, side: Side, id: TenantId, after: Option<Cursor>, again: Again) -> Answer {
    let scope = viewer.scope(id, Permission::SeeClient)?;
    viewer.state.product.library.catch_up(scope).await?;
    let refused = !again.errors.is_empty();
    let base = side.base(id);
    let can_edit = viewer.can(id, Permission::EditContent);
    match side {
        Side::Portal => {
            let mut open = Workspace::open(&viewer, id, ClientTab::Media, Permission::EditContent).await?;
            let around = Around { base: &base, side, tenant: id, dial: open.dial, can_edit };
            let part = part(&viewer, &mut open.conn, open.scope, around, after.as_ref(), again).await?;
            let view = MediaPage { shell: open.shell, client: open.head, part };
            if refused { viewer.form_again(&view) } else { viewer.page(&view) }
        }
        Side::Client => {
            let mut open = Face::open(&viewer, id, "media", "Pictures and files").await?;
            let around = Around { base: &base, side, tenant: id, dial: open.dial, can_edit };
            let part = part(&viewer, &mut open.conn, open.scope, around, after.as_ref(), again).await?;
            let view = ClientMediaPage { shell: open.shell, part };
            if refused { viewer.form_again(&view) } else { viewer.page(&view) }
        }
    }
}

/// `GET {base}/media`.
pub(super) async fn page(viewer: Viewer, side: Side, At(id): At<TenantId>, Query(asked): Query<Asked>) -> Answer {
    show(viewer, side, id, asked.after, Again::default()).await
}

/// `POST {base}/media`: one file and what it shows.
pub(super) async fn bring(
    viewer: Viewer,
    side: Side,
    At(id): At<TenantId>,
    form: std::result::Result<Multipart, MultipartRejection>,
) -> Answer {
    let scope = viewer.scope(id, Permission::EditContent)?;
    let library = viewer.state.product.library.clone();
    let upload = upload::read(form).await;
    let alt = upload.as_ref().map(|upload| upload.alt.clone()).unwrap_or_default();
    let kept = match upload {
        Ok(upload) => library.upload(viewer.principal.actor().clone(), scope, upload).await,
        Err(error) => Err(error),
    };
    match kept {
        Ok(kept) => {
            let flash = if kept.twin {
                Flash::warning("This file is in the library already; it is there once.")
            } else {
                Flash::good("The file is kept.")
            };
            Ok(viewer.done(flash, &format!("{}/media", side.base(id))))
        }
        Err(error) => {
            let errors = FieldErrors::of(&error).ok_or(error)?;
            show(viewer, side, id, None, Again { file: None, alt, errors }).await
        }
    }
}

/// `POST {base}/media/{id}/alt`.
pub(super) async fn describe(
    viewer: Viewer,
    side: Side,
    At((id, media)): At<(TenantId, MediaId)>,
    Form(fields): Form<Fields>,
) -> Answer {
    let scope = viewer.scope(id, Permission::EditContent)?;
    let mut tx = viewer.begin().await?;
    match library::describe(&mut tx, scope, media, fields.text("alt")).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(viewer.done(Flash::good("Saved."), &format!("{}/media#f-{media}", side.base(id))))
        }
        Err(error) => {
            drop(tx);
            let errors = FieldErrors::of(&error).ok_or(error)?;
            let again = Again { file: Some(media), alt: fields.text("alt").to_owned(), errors };
            show(viewer, side, id, None, again).await
        }
    }
}

/// `POST {base}/media/{id}/remove`.
pub(super) async fn remove(viewer: Viewer, side: Side, At((id, media)): At<(TenantId, MediaId)>) -> Answer {
    let scope = viewer.scope(id, Permission::EditContent)?;
    let library = viewer.state.product.library.clone();
    match library.remove(viewer.principal.actor().clone(), scope, media).await {
        Ok(()) => Ok(viewer.done(Flash::good("Taken out of the library."), &format!("{}/media", side.base(id)))),
        Err(error) => {
            let errors = FieldErrors::of(&error).ok_or(error)?;
            show(viewer, side, id, None, Again { file: Some(media), alt: String::new(), errors }).await
        }
    }
}

/// `GET {base}/media/{id}/file`.
pub(super) async fn original(viewer: Viewer, At((tenant, id)): At<(TenantId, MediaId)>) -> Answer {
    let scope = viewer.scope(tenant, Permission::SeeClient)?;
    original_of(&viewer.state, scope, id).await
}

/// The same for whoever may see it by another right than a session.
///
/// # Errors
/// `NotFound`, `Storage`.
pub(crate) async fn original_of(state: &AppState, scope: TenantScope, id: MediaId) -> Answer {
    let served = state.product.library.original(scope, id).await?;
    Ok(answered(served, "private, max-age=3600"))
}

/// `GET {base}/media/{id}/small`.
pub(super) async fn small(viewer: Viewer, At((tenant, id)): At<(TenantId, MediaId)>) -> Answer {
    let scope = viewer.scope(tenant, Permission::SeeClient)?;
    let served = viewer.state.product.library.small(scope, id).await?;
    Ok(answered(served, "private, max-age=3600"))
}

/// `GET /m/{token}`: for platforms, which have no account here. What else is asked for here is not found.
pub(super) async fn fetch(State(state): State<AppState>, At(token): At<String>) -> Answer {
    let mut answer = answered(state.product.library.fetched(&token).await?, "private, max-age=300");
    let no_index = (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    // Fetched for pages of others, which is what the address is for.
    let anywhere = (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
    for (name, value) in [no_index, anywhere] {
        answer.headers_mut().insert(name, value);
    }
    Ok(answer)
}

/// Shown only as what it is, and never able to do anything.
fn answered(served: Served, kept: &'static str) -> Response {
    let Served { bytes, content_type } = served;
    let kind = HeaderValue::from_str(&content_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static(kept)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
    ];
    (headers, bytes).into_response()
}
