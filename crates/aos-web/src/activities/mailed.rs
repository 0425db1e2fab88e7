//! Deciding from a mailed link, without signing in. Looking decides nothing; only the form on the page does.

use aos_capabilities::{PlatformRegistry, publish::PublishMode};
use aos_features::{
    activities::{
        Approval, ApprovalState, Decide, Decision,
        links::{self, Mailed},
    },
    content::{self, ItemKind, reach},
    read_models::names::Names,
    strategy, tenants,
};
use aos_kernel::{
    ApprovalId, ContentHash, ContentItemId, Error, ErrorKind, MediaId, RequestId, Result, Secret, StrategyId,
    TenantScope,
};
use aos_storage::Conn;
use axum::{
    Form,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

use super::views::{MailedDecided, MailedPage, MailedPiece};
use crate::{
    app,
    content::{parts::consequence, piece::look},
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::Place,
    markdown::to_html,
    media,
    session::{Answer, At, Guest},
    show::{Dial, who},
    state::AppState,
    ui::states::label,
    website,
};

/// Such a page stands in no cache and no index, and where it leads does not learn its address.
fn private(response: impl IntoResponse) -> Response {
    let mut response = response.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn path(token: &Secret) -> String {
    format!("/a/{}", token.expose())
}

/// `GET /a/{token}/media/{id}`: a picture of the client's website that one of the pieces shows.
pub(super) async fn image(State(state): State<AppState>, At((token, id)): At<(String, MediaId)>) -> Answer {
    let scope = scope_of(&state, token).await?;
    website::image_of(&state, scope, id).await.map(private)
}

/// `GET /a/{token}/media/{id}/file`: one of the client's library.
pub(super) async fn file(State(state): State<AppState>, At((token, id)): At<(String, MediaId)>) -> Answer {
    let scope = scope_of(&state, token).await?;
    media::original_of(&state, scope, id).await.map(private)
}

/// Whose pictures a link shows; its person may see them anyway.
async fn scope_of(state: &AppState, token: String) -> Result<TenantScope> {
    let now = state.product.db.clock().now();
    let mailed = links::open(&mut state.product.db.read().await?, &Secret::new(token), now).await;
    mailed.map(|mailed| mailed.scope).map_err(|error| match error.kind() {
        ErrorKind::Conflict => Error::not_found("picture"),
        _ => error,
    })
}

/// `GET /a/{token}`.
pub(super) async fn page(guest: Guest, At(token): At<String>) -> Answer {
    let view = view(&guest, &Secret::new(token), FieldErrors::default(), String::new()).await?;
    let page = app::page(&view)?;
    Ok(private((guest.jar, page)))
}

async fn view(guest: &Guest, token: &Secret, errors: FieldErrors, notes: String) -> Result<MailedPage> {
    let shell = guest.branded("").await?;
    let mut conn = guest.state.product.db.read().await?;
    let mailed = match links::open(&mut conn, token, guest.now).await {
        Ok(mailed) => mailed,
        // Which of them it is would tell a stranger something, but for the age, which only an owner can find out.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Conflict) => {
            let expired = error.code() == "link_expired";
            return Ok(MailedPage {
                shell: shell
                    .titled(if expired { "This link is too old" } else { "This link leads nowhere" }, Place::Nowhere),
                nothing: Some((
                    if expired { error.message() } else { "It may be mistyped, or what it was about is gone." }
                        .to_owned(),
                    error.help().unwrap_or_default().to_owned(),
                )),
                ..MailedPage::default()
            });
        }
        Err(error) => return Err(error),
    };
    let tenant = tenants::queries::tenant(&mut conn, mailed.scope).await?;
    let dial = Dial { zone: tenant.tz(), now: guest.now };
    let platforms = guest.state.product.connections.platforms();
    let base = path(token);
    let mut pieces = Vec::with_capacity(mailed.waiting.len());
    for approval in &mailed.waiting {
        pieces.push(piece(&mut conn, platforms, &base, &mailed, approval, dial).await?);
    }
    let deciders = mailed.decided.iter().filter_map(|approval| approval.decided_by.as_ref());
    let names = Names::of(&mut conn, deciders).await?;
    let title = match pieces.as_slice() {
        [] => "Nothing to decide".to_owned(),
        [one] => one.title.clone(),
        many => format!("{} things to decide", many.len()),
    };
    Ok(MailedPage {
        shell: shell.titled(title, Place::Nowhere),
        client: tenant.name,
        reader: mailed.principal.name().to_owned(),
        changed: mailed.changed,
        decided: mailed.decided.iter().rev().take(20).map(|approval| decided(approval, &names, dial)).collect(),
        expires: dial.moment(mailed.expires_at),
        pieces,
        errors,
        notes,
        nothing: None,
    })
}

fn decided(approval: &Approval, names: &Names, dial: Dial) -> MailedDecided {
    MailedDecided {
        title: approval.title.clone(),
        state: approval.state.as_str().to_owned(),
        by: approval.decided_by.as_ref().map_or_else(|| "Agency OS".to_owned(), |by| who(names, by).0),
        at: dial.moment(approval.decided_at.unwrap_or(approval.requested_at)),
        notes: approval.notes.clone().filter(|_| approval.state == ApprovalState::Rejected),
    }
}

/// Exactly what is to be decided on: the version that the approval binds.
async fn piece(
    conn: &mut Conn,
    platforms: &PlatformRegistry,
    base: &str,
    mailed: &Mailed,
    approval: &Approval,
    dial: Dial,
) -> Result<MailedPiece> {
    let scope = mailed.scope;
    let mut piece = MailedPiece {
        value: format!("{}:{}", approval.id, approval.hash.as_str()),
        title: approval.title.clone(),
        since: dial.moment(approval.requested_at),
        ..MailedPiece::default()
    };
    match approval.subject.kind.as_str() {
        "content_item" => {
            let id = ContentItemId::from_uuid(approval.subject.id);
            let item = content::queries::item(conn, scope, id).await?;
            let version = content::queries::version(conn, scope, id, approval.version).await?;
            piece.kind = label(item.kind.as_str());
            piece.offline = version.offline;
            piece.look = look(platforms, base, conn, scope, &item, &version.text).await?;
            if let Some(text) = version.text.article() {
                text.excerpt.clone_into(&mut piece.lead);
                piece.html = to_html(&text.markdown);
                if let Some(name) = &text.image {
                    piece.image = media::picture(base, conn, scope, name).await?;
                }
                let list = |name: &str, all: &[String]| (!all.is_empty()).then(|| (name.to_owned(), all.join(", ")));
                let facts = [list("Categories", &text.categories), list("Tags", &text.tags)];
                piece.facts = facts.into_iter().flatten().collect();
            }
            let channel = reach::destination(conn, platforms, scope, &item).await?;
            let channel = channel.map_or_else(|| "the site".to_owned(), |channel| reach::name_of(platforms, &channel));
            let then = |when: &str| consequence(&item, &version, &channel, when);
            piece.consequence = match item.publish_mode {
                _ if content::revise::is_revised(&item) => {
                    "Once everybody has approved it, it replaces what stands on the site.".to_owned()
                }
                PublishMode::Draft if item.kind == ItemKind::BlogPost => {
                    format!("Once everybody has approved it, it is put on {channel} as a draft.")
                }
                PublishMode::Now | PublishMode::Draft => format!("Once everybody has approved it: {}", then("at once")),
                PublishMode::At(at) => {
                    let when = format!("on {}", dial.moment(at).absolute);
                    format!("Once everybody has approved it: {}", then(&when))
                }
            };
        }
        "request" => {
            let request = content::queries::request(conn, scope, RequestId::from_uuid(approval.subject.id)).await?;
            piece.kind = "Brief".to_owned();
            piece.lead = request.brief.clone();
            piece.offline = request.offline;
            piece.facts = [
                ("Keywords", request.keywords.join(", ")),
                ("Search intent", label(&request.search_intent)),
                ("Audience", request.audience.clone()),
                ("Outline", request.outline.join(" · ")),
                ("Notes", request.notes.clone()),
            ]
            .into_iter()
            .filter(|(_, words)| !words.is_empty() && words != "—")
            .map(|(name, words)| (name.to_owned(), words))
            .collect();
            piece.consequence = "Approved briefs are written and come back for review.".to_owned();
        }
        "strategy" => {
            let id = StrategyId::from_uuid(approval.subject.id);
            let strategy = strategy::queries::strategy(conn, scope, id).await?;
            let draft = &strategy.content;
            piece.kind = "Strategy".to_owned();
            piece.offline = strategy.offline;
            piece.html = to_html(&format!("{}\n\n{}", draft.summary, draft.rationale));
            piece.facts = draft
                .goals
                .iter()
                .map(|goal| {
                    (
                        "Goal".to_owned(),
                        format!("{}: {} {} in {} months", goal.name, goal.target, goal.unit, goal.months),
                    )
                })
                .chain(draft.deliverables.iter().map(|line| {
                    ("Each month".to_owned(), format!("{} × {}: {}", line.monthly_quantity, line.name, line.rationale))
                }))
                .chain(draft.timeline.iter().map(|entry| (format!("Month {}", entry.month), entry.focus.clone())))
                .collect();
            piece.consequence = "Approving starts its goals and opens the present month’s work.".to_owned();
        }
        other => piece.kind = label(other),
    }
    Ok(piece)
}

/// `POST /a/{token}`: decides on what is ticked, as it was shown.
pub(super) async fn decide(guest: Guest, At(token): At<String>, Form(fields): Form<Fields>) -> Answer {
    let token = Secret::new(token);
    let back = path(&token);
    let notes = fields.text("notes").to_owned();
    let again = async |error: &Error| -> Answer {
        let errors = FieldErrors::of(error).unwrap_or_default();
        let page = app::form_again(&view(&guest, &token, errors, notes.clone()).await?)?;
        Ok(private(page))
    };
    let chosen: Vec<(ApprovalId, ContentHash)> = fields.all("approval").into_iter().filter_map(shown).collect();
    if chosen.is_empty() {
        return again(&Error::invalid("", "Tick what you want to decide on.")).await;
    }
    let decision = match fields.text("decision") {
        "approve" => Decision::Approve,
        "reject" if notes.is_empty() => {
            return again(&Error::invalid("notes", "Say what should be different, so that it can be made again."))
                .await;
        }
        "reject" => Decision::Reject { notes: notes.clone() },
        _ => return again(&Error::invalid("", "Choose what you decide.")).await,
    };
    let approves = matches!(decision, Decision::Approve);
    let product = &guest.state.product;
    let mailed = match links::open(&mut product.db.read().await?, &token, guest.now).await {
        Ok(mailed) => mailed,
        // The page itself says why.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Conflict) => {
            return Ok(private(Flash::bad(error.message()).redirect(&guest.state.signer, &back)));
        }
        Err(error) => return Err(error.into()),
    };
    let items = chosen
        .into_iter()
        .map(|(approval, expected)| Decide { approval, expected, decision: decision.clone() })
        .collect();
    let mut tx = product.db.begin(mailed.principal.actor().clone()).await?;
    let answers = links::decide(&mut tx, &product.steps, &mailed, items).await?;
    tx.commit().await?;
    let done = answers.iter().filter(|answer| answer.is_ok()).count();
    let refused = answers.iter().find_map(|answer| answer.as_ref().err());
    let flash = match (done, refused) {
        (0, Some(error)) => Flash::warning(error.message()),
        (_, Some(error)) => Flash::warning(format!("Decided on {done}. The rest stays as it is: {}", error.message())),
        (1, None) if approves => Flash::good("Approved. Thank you."),
        (n, None) if approves => Flash::good(format!("{n} approved. Thank you.")),
        (_, None) => Flash::good("Sent back with your notes. Thank you."),
    };
    Ok(private(flash.redirect(&guest.state.signer, &back)))
}

/// `id:hash`, as the form carries it.
fn shown(value: &str) -> Option<(ApprovalId, ContentHash)> {
    let (id, hash) = value.split_once(':')?;
    Some((id.parse().ok()?, ContentHash::from_hex(hash.to_owned())))
}
