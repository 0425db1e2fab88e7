//! A person's edit of a post: a new version on top of the one they read, or both texts when somebody was faster.

use aos_features::{
    content::{self, ContentVersion, model::ArticleText},
    people::Permission,
    read_models::names::Names,
    tenants,
};
use aos_kernel::{ContentItemId, Error, Result, TenantId};

use super::{
    parts,
    views::{ArticleEditPage, ArticleForm, Conflict},
};
use crate::{
    flash::Flash,
    forms::{FieldErrors, Fields, list},
    layout::Place,
    paths,
    session::{Answer, Viewer},
    show::{Dial, small, who},
    ui::Diff,
};

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
    let version = content::queries::version(&mut conn, scope, item, post.current_version).await?;
    drop(conn);
    let form = ArticleForm {
        base_version: small(version.version),
        title: version.text.title.clone(),
        slug: version.text.slug.clone(),
        excerpt: version.text.excerpt.clone(),
        markdown: version.text.markdown.clone(),
        categories: version.text.categories.join(", "),
        tags: version.text.tags.join(", "),
    };
    let view = view(&viewer, tenant, item, form, FieldErrors::default(), None, (action, back)).await?;
    viewer.page(&view)
}

/// Saves an edit as the next version.
pub(crate) async fn save_edit(
    viewer: Viewer,
    tenant: TenantId,
    item: ContentItemId,
    fields: &Fields,
    action: &str,
    back: &str,
) -> Answer {
    let scope = viewer.scope(tenant, Permission::EditContent)?;
    let form = ArticleForm {
        base_version: fields.text("base_version").parse().unwrap_or_default(),
        title: fields.text("title").to_owned(),
        slug: fields.text("slug").to_owned(),
        excerpt: fields.text("excerpt").to_owned(),
        markdown: fields.raw("markdown").to_owned(),
        categories: fields.text("categories").to_owned(),
        tags: fields.text("tags").to_owned(),
    };
    match try_save(&viewer, scope, item, &form).await {
        Ok(version) => Ok(viewer.done(Flash::good(format!("Saved as version {version}.")), back)),
        Err(error) => {
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            let conflict = if error.code() == "edited_meanwhile" {
                let mut conn = viewer.read().await?;
                let post = content::queries::item(&mut conn, scope, item).await?;
                let theirs = content::queries::version(&mut conn, scope, item, post.current_version).await?;
                let names = Names::of(&mut conn, [&theirs.author]).await?;
                let zone = tenants::queries::zone(&mut conn, scope).await?;
                Some((theirs, names, Dial { zone, now: viewer.now }))
            } else {
                None
            };
            // After a look at the other text, saving again goes on top of it.
            let (form, conflict) = match conflict {
                Some((theirs, names, dial)) => {
                    let shown = conflict_view(&theirs, &form, &names, dial);
                    (ArticleForm { base_version: small(theirs.version), ..form }, Some(shown))
                }
                None => (form, None),
            };
            let status = if conflict.is_some() { FieldErrors::default() } else { errors };
            let view = view(&viewer, tenant, item, form, status, conflict, (action, back)).await?;
            viewer.form_again(&view)
        }
    }
}

fn conflict_view(theirs: &ContentVersion, form: &ArticleForm, names: &Names, dial: Dial) -> Conflict {
    let mut own = theirs.clone();
    own.text = text_of(form, theirs);
    let new = parts::as_text(&own);
    Conflict {
        by: who(names, &theirs.author).0,
        at: dial.moment(theirs.created_at),
        diff: Diff::between(format!("Version {}", theirs.version), &parts::as_text(theirs), "Your text", &new),
    }
}

/// The form over the version that it started from; what the form does not show stays.
fn text_of(form: &ArticleForm, before: &ContentVersion) -> ArticleText {
    ArticleText {
        title: form.title.clone(),
        slug: form.slug.clone(),
        excerpt: form.excerpt.clone(),
        markdown: form.markdown.clone(),
        categories: list(&form.categories),
        tags: list(&form.tags),
        image: before.text.image.clone(),
    }
}

async fn try_save(
    viewer: &Viewer,
    scope: aos_kernel::TenantScope,
    item: ContentItemId,
    form: &ArticleForm,
) -> Result<i64> {
    let mut tx = viewer.begin().await?;
    let base = i64::from(form.base_version);
    let before = content::queries::version(&mut tx, scope, item, base).await.map_err(|error| match error.code() {
        "not_found" => {
            Error::invalid("", "The version that this text started from is not known. Open the editor again.")
        }
        _ => error,
    })?;
    let text = text_of(form, &before);
    let steps = &viewer.state.product.steps;
    let version = content::commands::edit_item(&mut tx, steps, scope, item, base, text, None).await?;
    tx.commit().await?;
    Ok(version)
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
    let request = content::queries::request(&mut conn, scope, post.request_id).await?;
    let shell = viewer.shell(&mut conn, format!("Edit “{}”", post.title), Place::Queue).await?;
    Ok(ArticleEditPage {
        shell: shell.under(client.name.clone(), paths::client(tenant)).under(post.title, back),
        action: action.to_owned(),
        back: back.to_owned(),
        client: client.name,
        form,
        errors,
        brief: Some(parts::brief(&request)),
        conflict,
        limits: None,
    })
}
