//! Comments on the words of a post.

use aos_features::{
    content::{
        self,
        comments::{self, Comment, CommentId, NewComment, Thread, Where},
    },
    people::Permission,
    read_models::names::Names,
};
use aos_kernel::{Actor, ContentItemId, Error, Result, TenantId, TenantScope};
use aos_storage::Conn;
use axum::Form;

use super::views::{CommentAgainPage, CommentsView, SaidView, ThreadView};
use crate::{
    flash::Flash,
    forms::{FieldErrors, Fields, safe_next},
    layout::ClientTab,
    paths,
    session::{Answer, At, Viewer},
    show::{Dial, small, who},
    workspace::Workspace,
};

/// A post's comments, as the page at `back` shows them.
///
/// # Errors
/// `Storage`.
pub(super) async fn of(
    viewer: &Viewer,
    conn: &mut Conn,
    scope: TenantScope,
    item: ContentItemId,
    dial: Dial,
    back: &str,
) -> Result<CommentsView> {
    let threads = comments::threads(conn, scope, item).await?;
    let mut authors: Vec<&Actor> = Vec::new();
    for thread in &threads {
        authors.push(&thread.first.author);
        authors.extend(thread.answers.iter().map(|answer| &answer.author));
    }
    let names = Names::of(conn, authors).await?;
    let (open, resolved): (Vec<Thread>, Vec<Thread>) =
        threads.into_iter().partition(|thread| thread.first.resolved_at.is_none());
    let view = |threads: Vec<Thread>| threads.iter().map(|thread| thread_view(thread, &names, dial)).collect();
    Ok(CommentsView {
        action: format!("{}/comments", paths::item(scope.tenant(), item)),
        back: back.to_owned(),
        may: viewer.can(scope.tenant(), Permission::EditContent),
        open: view(open),
        resolved: view(resolved),
    })
}

fn thread_view(thread: &Thread, names: &Names, dial: Dial) -> ThreadView {
    let (quote, changed, start) = match &thread.place {
        Where::Everywhere => (None, false, 0),
        Where::At(place) => (Some(place.words.clone()), !place.same, place.start),
        Where::Gone => (Some(thread.first.quote.clone()), false, 0),
    };
    let said = |comment: &Comment| {
        let (who, agent) = who(names, &comment.author);
        SaidView { who, agent, at: dial.moment(comment.created_at), body: comment.body.clone() }
    };
    ThreadView {
        id: thread.first.id.to_string(),
        quote,
        changed,
        gone: thread.place == Where::Gone,
        start,
        version: small(thread.first.version),
        said: std::iter::once(&thread.first).chain(&thread.answers).map(said).collect(),
    }
}

fn back(fields: &Fields, tenant: TenantId, item: ContentItemId) -> String {
    match fields.text("back") {
        "" => paths::item(tenant, item),
        back => safe_next(back).to_owned(),
    }
}

/// `POST …/items/{id}/comments`.
pub(super) async fn begin(
    viewer: Viewer,
    At((tenant, item)): At<(TenantId, ContentItemId)>,
    Form(fields): Form<Fields>,
) -> Answer {
    let scope = viewer.scope(tenant, Permission::EditContent)?;
    let new = NewComment {
        quote: fields.text("quote").to_owned(),
        prefix: fields.raw("prefix").to_owned(),
        suffix: fields.raw("suffix").to_owned(),
        body: fields.text("body").to_owned(),
    };
    let mut tx = viewer.begin().await?;
    let made = comments::comment(&mut tx, scope, item, new).await;
    let to = back(&fields, tenant, item);
    match made {
        Ok(id) => {
            tx.commit().await?;
            Ok(viewer.done(Flash::good("Your comment stands beside the article."), &format!("{to}#t-{id}")))
        }
        Err(error) => {
            drop(tx);
            again(viewer, (tenant, item), error, None, &fields, to).await
        }
    }
}

/// What was refused, on a page of its own with everything that was typed; `answers` names the thread.
async fn again(
    viewer: Viewer,
    (tenant, item): (TenantId, ContentItemId),
    error: Error,
    answers: Option<CommentId>,
    fields: &Fields,
    back: String,
) -> Answer {
    let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
    let mut open = Workspace::open(&viewer, tenant, ClientTab::Content, Permission::EditContent).await?;
    let post = content::queries::item(&mut open.conn, open.scope, item).await?;
    let all = format!("{}/comments", paths::item(tenant, item));
    let view = CommentAgainPage {
        action: answers.map_or_else(|| all.clone(), |thread| format!("{all}/{thread}")),
        answers: answers.is_some(),
        quote: fields.text("quote").to_owned(),
        prefix: fields.raw("prefix").to_owned(),
        suffix: fields.raw("suffix").to_owned(),
        body: fields.text("body").to_owned(),
        back,
        errors,
        shell: open.titled(post.title).shell,
    };
    viewer.form_again(&view)
}

/// `POST …/items/{id}/comments/{comment}`: an answer, or that it is done with.
pub(super) async fn act(
    viewer: Viewer,
    At((tenant, item, thread)): At<(TenantId, ContentItemId, CommentId)>,
    Form(fields): Form<Fields>,
) -> Answer {
    let scope = viewer.scope(tenant, Permission::EditContent)?;
    let mut tx = viewer.begin().await?;
    let words = match fields.text("do") {
        "answer" => {
            if let Err(error) = comments::answer(&mut tx, scope, thread, fields.text("body")).await {
                drop(tx);
                let to = back(&fields, tenant, item);
                return again(viewer, (tenant, item), error, Some(thread), &fields, to).await;
            }
            "Answered."
        }
        "resolve" => {
            comments::resolve(&mut tx, scope, thread, true).await?;
            "Resolved."
        }
        "reopen" => {
            comments::resolve(&mut tx, scope, thread, false).await?;
            "Open again."
        }
        _ => return Err(Error::invalid("do", "Choose what to do with the comment.").into()),
    };
    tx.commit().await?;
    Ok(viewer.done(Flash::good(words), &format!("{}#comments", back(&fields, tenant, item))))
}
