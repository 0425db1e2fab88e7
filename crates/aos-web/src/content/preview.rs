//! A text that is being typed, as it will look on the site, with its figures.

use aos_features::{
    content::{
        self, ContentVersion, ItemKind, Request,
        measure::{EXCERPT_SHOWN, Measures, TITLE_SHOWN, difficulty, measure},
        model::ArticleText,
    },
    people::Permission,
    read_models::names::Names,
    tenants::{self, Tenant},
};
use aos_kernel::{ContentItemId, Result, TenantId, TenantScope};
use aos_storage::Conn;
use axum::Form;

use super::{
    edit::ArticleForm,
    parts::Showing,
    piece,
    views::{ArticleView, KeywordLine, MeasuresView, PreviewPart},
};
use crate::{
    client::Side,
    forms::Fields,
    session::{Answer, At, Viewer},
    show::Dial,
};

/// `POST …/items/{id}/preview`: what stands in the form, neither kept nor checked.
pub(super) async fn fragment(
    viewer: Viewer,
    At((tenant, id)): At<(TenantId, ContentItemId)>,
    Form(fields): Form<Fields>,
) -> Answer {
    let scope = viewer.scope(tenant, Permission::EditContent)?;
    let mut conn = viewer.read().await?;
    let client = tenants::queries::tenant(&mut conn, scope).await?;
    let post = content::queries::item(&mut conn, scope, id).await?;
    if post.kind != ItemKind::BlogPost {
        drop(conn);
        return piece::fragment(viewer, scope, &post, &fields).await;
    }
    let before = content::queries::version(&mut conn, scope, id, post.current_version).await?;
    let request = content::queries::request(&mut conn, scope, post.request_id).await?;
    let text = ArticleForm::read(&fields).text(&before);
    let dial = Dial { zone: client.tz(), now: viewer.now };
    let (article, measures) = of(&mut conn, scope, &client, &before, &request, text, dial).await?;
    viewer.page(&PreviewPart { article, measures })
}

/// The article and its figures.
///
/// # Errors
/// `Storage`.
pub(super) async fn of(
    conn: &mut Conn,
    scope: TenantScope,
    client: &Tenant,
    before: &ContentVersion,
    request: &Request,
    text: ArticleText,
    dial: Dial,
) -> Result<(ArticleView, MeasuresView)> {
    let measures = measures(&text, request);
    let typed = ContentVersion {
        title: text.title.clone(),
        markdown: text.markdown.clone(),
        text: text.into(),
        ..before.clone()
    };
    let names = Names::of(conn, [&typed.author]).await?;
    let showing = Showing { side: Side::Portal, scope, tenant: client, dial };
    Ok((showing.article(conn, &typed, &names).await?, measures))
}

pub(super) fn measures(text: &ArticleText, request: &Request) -> MeasuresView {
    let Measures { words, sentences, reading_minutes, lix, title_length, excerpt_length, keywords } =
        measure(text, &request.keywords);
    MeasuresView {
        words: words as u64,
        sentences: sentences as u64,
        minutes: reading_minutes as u64,
        lix: lix.map(|lix| (format!("{lix:.0}"), difficulty(lix).to_owned())),
        title_length: title_length as u64,
        title_over: title_length > TITLE_SHOWN,
        excerpt_length: excerpt_length as u64,
        excerpt_over: excerpt_length > EXCERPT_SHOWN,
        keywords: keywords
            .into_iter()
            .enumerate()
            .map(|(n, keyword)| KeywordLine {
                main: n == 0,
                count: keyword.count as u64,
                places: [
                    (keyword.in_title, "title"),
                    (keyword.in_opening, "opening"),
                    (keyword.in_headings > 0, "headings"),
                    (keyword.in_excerpt, "excerpt"),
                    (keyword.in_slug, "address"),
                ]
                .into_iter()
                .map(|(there, place)| (place.to_owned(), there))
                .collect(),
                keyword: keyword.keyword,
            })
            .collect(),
    }
}
