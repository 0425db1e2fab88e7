//! A person's edit of a post: a new version on top of the one they read, or both texts when somebody was faster.

use aos_features::{
    content::{self, ContentVersion, ItemKind, commands::Edit, model::ArticleText},
    people::Permission,
    read_models::names::Names,
    tenants,
};
use aos_kernel::{ContentItemId, Error, Result, TenantId, TenantScope};
use axum::Form;

pub(super) use super::views::ArticleForm;
use super::{
    collision::Collision,
    parts, piece, preview,
    views::{ArticleEditPage, Conflict},
};
use crate::{
    flash::Flash,
    forms::{FieldErrors, Fields, list},
    layout::Place,
    live::Topic,
    paths,
    session::{Answer, At, Viewer},
    show::{Dial, small, who},
    ui::merge,
};

impl ArticleForm {
    pub(super) fn read(fields: &Fields) -> Self {
        Self {
            base_version: fields.text("base_version").parse().unwrap_or_default(),
            title: fields.text("title").to_owned(),
            slug: fields.text("slug").to_owned(),
            excerpt: fields.text("excerpt").to_owned(),
            markdown: fields.raw("markdown").replace("\r\n", "\n"),
            categories: fields.text("categories").to_owned(),
            tags: fields.text("tags").to_owned(),
            note: fields.text("note").to_owned(),
        }
    }
    fn of(version: &ContentVersion) -> Self {
        let text = version.as_article();
        Self {
            base_version: small(version.version),
            title: text.title.clone(),
            slug: text.slug.clone(),
            excerpt: text.excerpt.clone(),
            markdown: text.markdown.clone(),
            categories: text.categories.join(", "),
            tags: text.tags.join(", "),
            note: String::new(),
        }
    }
    /// The form over the version that it started from; what the form does not show stays.
    pub(super) fn text(&self, before: &ContentVersion) -> ArticleText {
        ArticleText {
            title: self.title.clone(),
            slug: self.slug.clone(),
            excerpt: self.excerpt.clone(),
            markdown: self.markdown.clone(),
            categories: list(&self.categories),
            tags: list(&self.tags),
            image: before.as_article().image,
        }
    }
    /// This form and the version that somebody else saved, put together. None where both changed the same lines.
    fn merged(&self, base: &Self, theirs: &Self) -> Option<Self> {
        let pick = |own: &String, was: &String, other: &String| if own == was { other } else { own }.clone();
        Some(Self {
            base_version: theirs.base_version,
            title: pick(&self.title, &base.title, &theirs.title),
            slug: pick(&self.slug, &base.slug, &theirs.slug),
            excerpt: pick(&self.excerpt, &base.excerpt, &theirs.excerpt),
            markdown: merge::merge(base.markdown.trim(), self.markdown.trim(), theirs.markdown.trim())?,
            categories: pick(&self.categories, &base.categories, &theirs.categories),
            tags: pick(&self.tags, &base.tags, &theirs.tags),
            note: self.note.clone(),
        })
    }
}

/// The editor with the present version.
pub(crate) async fn edit_page(
    viewer: Viewer,
    tenant: TenantId,
    item: ContentItemId,
    action: &str,
    back: &str,
) -> Answer {
    let scope = viewer.scope(tenant, Permission::EditContent)?;
    let mut conn = viewer.read().await?;
    let post = content::queries::item(&mut conn, scope, item).await?;
    if post.kind != ItemKind::BlogPost {
        drop(conn);
        return piece::edit_page(viewer, scope, &post, (action, back)).await;
    }
    let version = content::queries::version(&mut conn, scope, item, post.current_version).await?;
    drop(conn);
    let form = ArticleForm::of(&version);
    let view = view(&viewer, tenant, item, form, FieldErrors::default(), None, (action, back)).await?;
    viewer.page(&view)
}

/// Saves an edit as the next version; or shows how it looks so far, when that was asked for without a script.
pub(crate) async fn save_edit(
    viewer: Viewer,
    tenant: TenantId,
    item: ContentItemId,
    fields: &Fields,
    action: &str,
    back: &str,
) -> Answer {
    let scope = viewer.scope(tenant, Permission::EditContent)?;
    let post = content::queries::item(&mut viewer.read().await?, scope, item).await?;
    if post.kind != ItemKind::BlogPost {
        return piece::save_edit(viewer, scope, &post, fields, (action, back)).await;
    }
    let form = ArticleForm::read(fields);
    let places = (action, back);
    if fields.checked("preview") {
        let view = view(&viewer, tenant, item, form, FieldErrors::default(), None, places).await?;
        return viewer.page(&view);
    }
    match try_save(&viewer, scope, item, &form).await {
        Ok(version) => Ok(viewer.done(Flash::good(format!("Saved as version {version}.")), back)),
        Err(error) => {
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            let (form, errors, conflict) = if error.code() == "edited_meanwhile" {
                let (form, conflict) = both(&viewer, scope, item, form).await?;
                (form, FieldErrors::default(), Some(conflict))
            } else {
                (form, errors, None)
            };
            let view = view(&viewer, tenant, item, form, errors, conflict, places).await?;
            viewer.form_again(&view)
        }
    }
}

/// Somebody was faster: both texts, and put together where they fit. After a look at them, saving goes on top of theirs.
async fn both(
    viewer: &Viewer,
    scope: TenantScope,
    item: ContentItemId,
    form: ArticleForm,
) -> Result<(ArticleForm, Conflict)> {
    let collision = Collision::load(viewer, scope, item, form.base_version).await?;
    let merged = form.merged(&ArticleForm::of(&collision.base), &ArticleForm::of(&collision.theirs));
    let newest = small(collision.theirs.version);
    let own = form.text(&collision.theirs).into();
    let conflict = collision.shown(own, merged.is_some());
    let form = merged.unwrap_or(ArticleForm { base_version: newest, ..form });
    Ok((form, conflict))
}

async fn try_save(viewer: &Viewer, scope: TenantScope, item: ContentItemId, form: &ArticleForm) -> Result<i64> {
    let mut tx = viewer.begin().await?;
    let base = i64::from(form.base_version);
    let before = content::queries::version(&mut tx, scope, item, base).await.map_err(|error| match error.code() {
        "not_found" => {
            Error::invalid("", "The version that this text started from is not known. Open the editor again.")
        }
        _ => error,
    })?;
    let steps = &viewer.state.product.steps;
    let note = Some(form.note.as_str()).filter(|note| !note.is_empty());
    let platforms = viewer.state.product.connections.platforms();
    let edit = Edit { based_on: base, text: form.text(&before).into(), note };
    let version = content::commands::edit_item(&mut tx, steps, platforms, scope, item, edit).await?;
    tx.commit().await?;
    Ok(version)
}

/// `POST …/items/{id}/restore`: an older version as the newest one.
pub(super) async fn restore(
    viewer: Viewer,
    At((tenant, id)): At<(TenantId, ContentItemId)>,
    Form(fields): Form<Fields>,
) -> Answer {
    let scope = viewer.scope(tenant, Permission::EditContent)?;
    let number: i64 = fields.parse("version", "a version")?;
    let based_on: i64 = fields.parse("based_on", "a version")?;
    let mut tx = viewer.begin().await?;
    let old = content::queries::version(&mut tx, scope, id, number).await?;
    let note = format!("Version {number} again");
    let steps = &viewer.state.product.steps;
    let platforms = viewer.state.product.connections.platforms();
    let edit = Edit { based_on, text: old.text, note: Some(&note) };
    let made = content::commands::edit_item(&mut tx, steps, platforms, scope, id, edit).await?;
    tx.commit().await?;
    let words = format!("Version {number} is back, as version {made}.");
    Ok(viewer.done(Flash::good(words), &paths::item(tenant, id)))
}

async fn view(
    viewer: &Viewer,
    tenant: TenantId,
    item: ContentItemId,
    form: ArticleForm,
    errors: FieldErrors,
    conflict: Option<Conflict>,
    (action, back): (&str, &str),
) -> Result<ArticleEditPage> {
    let scope = viewer.scope(tenant, Permission::EditContent)?;
    let mut conn = viewer.read().await?;
    let client = tenants::queries::tenant(&mut conn, scope).await?;
    let post = content::queries::item(&mut conn, scope, item).await?;
    let newest = content::queries::version(&mut conn, scope, item, post.current_version).await?;
    let request = content::queries::request(&mut conn, scope, post.request_id).await?;
    let names = Names::of(&mut conn, [&newest.author]).await?;
    let shell = viewer.shell(&mut conn, format!("Edit “{}”", post.title), Place::Queue).await?;
    let dial = Dial { zone: client.tz(), now: viewer.now };
    let text = form.text(&newest);
    let (article, measures) = preview::of(&mut conn, scope, &client, &newest, &request, text, dial).await?;
    let shell = shell.under(client.name.clone(), paths::client(tenant)).under(post.title, back);
    Ok(ArticleEditPage {
        shell: shell.listening(&Topic::tenant(tenant)),
        topic: Topic::tenant(tenant).as_str().to_owned(),
        action: action.to_owned(),
        preview_action: format!("{}/preview", paths::item(tenant, item)),
        back: back.to_owned(),
        client: client.name,
        form,
        errors,
        brief: Some(parts::brief(&request)),
        conflict,
        newest: small(newest.version),
        newest_by: who(&names, &newest.author).0,
        article,
        measures,
        limits: None,
    })
}
