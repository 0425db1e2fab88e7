//! Articles, briefs and differences, as several pages show them.

use aos_features::{
    content::{ContentVersion, Request, RequestState},
    read_models::names::Names,
    tenants::Tenant,
};
use aos_kernel::{Result, TenantScope};
use aos_storage::Conn;

use super::views::{ArticleView, BriefView};
use crate::{
    client::Side,
    markdown::{plain_text, to_html},
    media,
    show::{Dial, count, gaps, small, sources, who},
    ui::{Diff, Frames},
};

/// A version as it will look on the client's site.
pub(crate) async fn article(
    side: Side,
    conn: &mut Conn,
    scope: TenantScope,
    tenant: &Tenant,
    version: &ContentVersion,
    names: &Names,
    dial: Dial,
) -> Result<ArticleView> {
    let text = version.as_article();
    let image = match &text.image {
        Some(name) => media::picture(side, conn, scope, name).await?,
        None => None,
    };
    let (author, author_agent) = who(names, &version.author);
    let address = format!("{}/{}", tenant.website.trim_end_matches('/'), text.slug);
    let card = image.as_ref().map(|image| (image.href.clone(), image.alt.clone()));
    Ok(ArticleView {
        title: version.title.clone(),
        slug: text.slug.clone(),
        frames: Frames::new(&address, &text.title, &text.excerpt, &plain_text(&text.markdown), card),
        address,
        excerpt: text.excerpt.clone(),
        html: to_html(&text.markdown),
        image,
        categories: text.categories.clone(),
        tags: text.tags.clone(),
        sources: sources(&version.sources),
        words: count(version.word_count),
        version: small(version.version),
        author,
        author_agent,
        at: dial.moment(version.created_at),
        offline: version.offline,
        gaps: gaps(&version.gaps),
    })
}

pub(crate) fn brief(request: &Request) -> BriefView {
    BriefView {
        id: request.id.to_string(),
        title: request.title.clone(),
        brief: request.brief.clone(),
        keywords: request.keywords.clone(),
        intent: request.search_intent.clone(),
        audience: request.audience.clone(),
        outline: request.outline.clone(),
        sources: sources(&request.sources),
        notes: request.notes.clone(),
        priority: request.priority.as_str().to_owned(),
        state: request.state.as_str().to_owned(),
        rejection: request.rejection.clone().filter(|_| request.state == RequestState::Rejected),
    }
}

/// What changed between two versions of an article, its parts included.
pub(crate) fn diff(old: &ContentVersion, new: &ContentVersion) -> Diff {
    let name = |version: &ContentVersion| format!("Version {}", version.version);
    Diff::between(name(old), &as_text(old), name(new), &as_text(new))
}

/// An article as text, for comparing.
pub(super) fn as_text(version: &ContentVersion) -> String {
    let Some(text) = version.text.article() else { return format!("{}\n\n{}\n", version.title, version.markdown) };
    format!(
        "{}\n{}\n{}\nCategories: {}\nTags: {}\n\n{}\n",
        text.title,
        text.slug,
        text.excerpt,
        text.categories.join(", "),
        text.tags.join(", "),
        text.markdown
    )
}
