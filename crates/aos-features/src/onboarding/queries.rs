//! Reads of this slice, and the material that agents work from.

use aos_capabilities::model::{Material, MaterialImage, MaterialPage, Task};
use aos_kernel::{Error, Result, TenantScope};
use aos_storage::Conn;
use serde_json::json;

use super::{
    model::{ContextVersion, OnboardingDocument, OnboardingRecord},
    store,
};
use crate::{tenants, website};

/// Pages that an agent gets to see at most; the site's own order, shallow and long ones first.
const MATERIAL_PAGES: i64 = 400;
const MATERIAL_IMAGES: i64 = 60;

/// The wizard as it stands; an empty one where nobody began.
///
/// # Errors
/// `Storage`.
pub async fn record(conn: &mut Conn, scope: TenantScope) -> Result<OnboardingRecord> {
    store::record(conn, scope).await
}

/// # Errors
/// `Storage`.
pub async fn documents(conn: &mut Conn, scope: TenantScope) -> Result<Vec<OnboardingDocument>> {
    store::documents(conn, scope).await
}

/// The context file as it is now.
///
/// # Errors
/// `Storage`.
pub async fn latest_context(conn: &mut Conn, scope: TenantScope) -> Result<Option<ContextVersion>> {
    store::latest_context(conn, scope).await
}

/// # Errors
/// `NotFound`.
pub async fn context(conn: &mut Conn, scope: TenantScope, version: i64) -> Result<ContextVersion> {
    store::context(conn, scope, version).await?.ok_or_else(|| Error::not_found("context version"))
}

/// All versions, the newest first.
///
/// # Errors
/// `Storage`.
pub async fn contexts(conn: &mut Conn, scope: TenantScope) -> Result<Vec<ContextVersion>> {
    store::contexts(conn, scope).await
}

/// What an agent works from, and the context version that it holds.
///
/// # Errors
/// `Storage`.
pub async fn material(conn: &mut Conn, scope: TenantScope, task: Task) -> Result<(Material, Option<i64>)> {
    let tenant = tenants::queries::tenant(conn, scope).await?;
    let record = store::record(conn, scope).await?;
    let context = store::latest_context(conn, scope).await?;
    let pages = website::queries::readable_pages(conn, scope, MATERIAL_PAGES).await?;
    let language = most_frequent(pages.iter().filter_map(|page| page.language.as_deref()));
    let mut sources: Vec<MaterialPage> = pages
        .into_iter()
        .map(|page| MaterialPage {
            url: page.url,
            title: page.title,
            description: page.description,
            markdown: page.markdown,
            word_count: page.word_count,
        })
        .collect();
    for document in website::queries::documents(conn, scope, 50).await? {
        sources.push(MaterialPage {
            url: document.url,
            title: document.title,
            description: String::new(),
            markdown: document.text,
            word_count: document.word_count,
        });
    }
    for (name, text, word_count) in store::document_texts(conn, scope).await? {
        sources.push(MaterialPage {
            url: format!("document:{name}"),
            title: name,
            description: String::new(),
            markdown: text,
            word_count,
        });
    }
    let images = website::queries::images(conn, scope, MATERIAL_IMAGES)
        .await?
        .into_iter()
        .map(|image| MaterialImage { url: image.url, alt: image.alt, page_url: image.page_url })
        .collect();
    let version = context.as_ref().map(|context| context.version);
    Ok((
        Material {
            client: tenant.name,
            website: tenant.website,
            language,
            context: context.map(|context| context.markdown),
            answers: json!(record.answers),
            pages: sources,
            images,
            task,
        },
        version,
    ))
}

fn most_frequent<'a>(words: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    for word in words {
        *counts.entry(word).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, n)| *n).map(|(word, _)| word.to_owned())
}
