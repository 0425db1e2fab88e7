//! A person's edit of a piece that is no article: plain form, checked by the server, with what it will look like.

use aos_capabilities::campaign::Audience;
use aos_features::{
    content::{self, ContentItem, ContentVersion, ItemText, commands::Edit, library, model::Limit, reach},
    read_models::names::Names,
    tenants, website,
};
use aos_kernel::{ContentItemId, Error, PageSize, Result, TenantId, TenantScope};
use aos_storage::Conn;

use super::{
    figures::figures,
    form::PieceForm,
    look::look,
    views::{Figures, Look, Offers, PieceEditPage, PiecePreview},
};
use crate::{
    client::Side,
    content::{collision::Collision, parts, views::Conflict},
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::Place,
    live::Topic,
    paths,
    session::{Answer, Viewer},
    show::{small, who},
    ui::{Choice, Choices, number::grouped, states::label},
};

/// Pictures of the website that are offered beside those of the library.
const SITE_PICTURES: i64 = 60;

/// Where the form goes and where Cancel leads.
pub(in crate::content) type Places<'a> = (&'a str, &'a str);

/// The editor with the present version.
pub(in crate::content) async fn edit_page(
    viewer: Viewer,
    scope: TenantScope,
    item: &ContentItem,
    places: Places<'_>,
) -> Answer {
    let version = content::queries::version(&mut viewer.read().await?, scope, item.id, item.current_version).await?;
    let form = PieceForm::show(small(version.version), &version.text);
    let view = view(&viewer, scope, item.id, form, FieldErrors::default(), None, places).await?;
    viewer.page(&view)
}

/// Saves an edit as the next version; or shows how it looks so far, when that was asked for without a script.
pub(in crate::content) async fn save_edit(
    viewer: Viewer,
    scope: TenantScope,
    item: &ContentItem,
    fields: &Fields,
    places: Places<'_>,
) -> Answer {
    let before = base(&viewer, scope, item.id, fields.text("base_version").parse().unwrap_or_default()).await?;
    let form = PieceForm::read(fields, &before.text);
    // A newsletter has a field that is called preview.
    if fields.checked("show") {
        let view = view(&viewer, scope, item.id, form, FieldErrors::default(), None, places).await?;
        return viewer.page(&view);
    }
    match try_save(&viewer, scope, item, &before, &form).await {
        Ok(version) => Ok(viewer.done(Flash::good(format!("Saved as version {version}.")), places.1)),
        Err(error) => {
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            let (form, errors, conflict) = if error.code() == "edited_meanwhile" {
                let (form, conflict) = both(&viewer, scope, item.id, form).await?;
                (form, FieldErrors::default(), Some(conflict))
            } else {
                (form, errors.renamed("sender", "sender_address").renamed("action", "button"), None)
            };
            let view = view(&viewer, scope, item.id, form, errors, conflict, places).await?;
            viewer.form_again(&view)
        }
    }
}

/// What stands in the form, neither kept nor checked.
pub(in crate::content) async fn fragment(
    viewer: Viewer,
    scope: TenantScope,
    item: &ContentItem,
    fields: &Fields,
) -> Answer {
    let mut conn = viewer.read().await?;
    let before = content::queries::version(&mut conn, scope, item.id, item.current_version).await?;
    let form = PieceForm::read(fields, &before.text);
    let (look, figures) = shown(&viewer, &mut conn, scope, item, &form, &before.text).await?;
    viewer.page(&PiecePreview { look, figures })
}

/// How the form's text looks; where a field can't be read, the version before.
async fn shown(
    viewer: &Viewer,
    conn: &mut Conn,
    scope: TenantScope,
    item: &ContentItem,
    form: &PieceForm,
    before: &ItemText,
) -> Result<(Look, Figures)> {
    let text = form.text(before, &[]).unwrap_or_else(|_| before.clone());
    let look = look(
        viewer.state.product.connections.platforms(),
        &Side::Portal.base(scope.tenant()),
        conn,
        scope,
        item,
        &text,
    )
    .await?
    .unwrap_or_default();
    Ok((look, figures(viewer, conn, scope, item, &text).await?))
}

async fn base(viewer: &Viewer, scope: TenantScope, item: ContentItemId, version: i64) -> Result<ContentVersion> {
    let mut conn = viewer.read().await?;
    content::queries::version(&mut conn, scope, item, version).await.map_err(|error| match error.code() {
        "not_found" => {
            Error::invalid("", "The version that this text started from is not known. Open the editor again.")
        }
        _ => error,
    })
}

async fn try_save(
    viewer: &Viewer,
    scope: TenantScope,
    item: &ContentItem,
    before: &ContentVersion,
    form: &PieceForm,
) -> Result<i64> {
    let audiences = audiences(viewer, scope, item).await.unwrap_or_default();
    let text = form.text(&before.text, &audiences)?;
    let product = &viewer.state.product;
    let note = Some(form.note.as_str()).filter(|note| !note.is_empty());
    let edit = Edit { based_on: i64::from(form.base_version), text, note };
    let mut tx = viewer.begin().await?;
    let platforms = product.connections.platforms();
    let version = content::commands::edit_item(&mut tx, &product.steps, platforms, scope, item.id, edit).await?;
    tx.commit().await?;
    Ok(version)
}

/// Somebody was faster: both texts, and put together where they fit.
async fn both(
    viewer: &Viewer,
    scope: TenantScope,
    item: ContentItemId,
    form: PieceForm,
) -> Result<(PieceForm, Conflict)> {
    let collision = Collision::load(viewer, scope, item, form.base_version).await?;
    let theirs = &collision.theirs;
    let own = form.text(&theirs.text, &[]).unwrap_or_else(|_| theirs.text.clone());
    let of = |version: &ContentVersion| PieceForm::show(small(version.version), &version.text);
    let merged = form.merged(&of(&collision.base), &of(theirs));
    let newest = small(theirs.version);
    let conflict = collision.shown(own, merged.is_some());
    let mut form = merged.unwrap_or(form);
    form.base_version = newest;
    Ok((form, conflict))
}

/// Whom the newsletter may go to, as its platform says now; nobody for what is no newsletter.
async fn audiences(viewer: &Viewer, scope: TenantScope, item: &ContentItem) -> Result<Vec<Audience>> {
    let Some(id) = item.channel_id.filter(|_| item.kind == content::ItemKind::EmailCampaign) else {
        return Ok(Vec::new());
    };
    let product = &viewer.state.product;
    let channel = reach::channel_of(&mut viewer.read().await?, product.connections.platforms(), scope, item).await?;
    let platform = channel.and_then(|(channel, _)| product.connections.platforms().get(&channel.platform));
    let Some(campaigns) = platform.and_then(|platform| platform.campaigns()) else { return Ok(Vec::new()) };
    let account = product.connections.account(&product.db, scope, id).await?;
    Ok(campaigns.audiences(&account).await?)
}

async fn offers(
    viewer: &Viewer,
    conn: &mut Conn,
    scope: TenantScope,
    item: &ContentItem,
    (form, text): (&PieceForm, &ItemText),
    audiences: Result<Vec<Audience>>,
) -> Result<Offers> {
    let platforms = viewer.state.product.connections.platforms();
    Ok(match text {
        ItemText::Article(_) => Offers::default(),
        ItemText::Post(_) => {
            let channel = reach::channel_of(conn, platforms, scope, item).await?;
            let rules = channel.as_ref().and_then(|(channel, _)| reach::post_rules(platforms, channel));
            let mut buttons: Vec<Choice> = Vec::new();
            for kind in rules.map(|rules| rules.actions).unwrap_or_default() {
                buttons.push(Choice::new(*kind, label(&kind.to_lowercase())));
            }
            if !buttons.is_empty() {
                buttons.insert(0, Choice::new("", "No button"));
            }
            Offers {
                kind: "post",
                title: rules.is_some_and(|rules| rules.title.is_some()) || !form.of("title").is_empty(),
                link: rules.is_some_and(|rules| rules.link) || !form.of("link").is_empty(),
                pictures: rules.is_some_and(|rules| !rules.media.is_empty()),
                buttons: Choices::new(buttons, form.of("button")),
                library: Choices::new(pictures(conn, scope).await?, ""),
                ..Offers::default()
            }
        }
        ItemText::Campaign(was) => {
            let (found, problem) = match audiences {
                Ok(found) => (found, None),
                Err(error) => (Vec::new(), Some(error.message().to_owned())),
            };
            let mut choices: Vec<Choice> = found.into_iter().map(choice_of).collect();
            if !was.audience.id.is_empty() && !choices.iter().any(|choice| choice.value == was.audience.id) {
                choices.push(Choice::new(was.audience.id.clone(), was.audience.name.clone()));
            }
            if !choices.is_empty() {
                choices.insert(0, Choice::new("", "Nobody chosen yet"));
            }
            Offers {
                kind: "newsletter",
                audiences: Choices::new(choices, form.of("audience")),
                audiences_problem: problem,
                ..Offers::default()
            }
        }
        ItemText::Outreach(_) => Offers { kind: "mail", ..Offers::default() },
        ItemText::AdCopy(text) => {
            let limits = text.network.limits();
            Offers { kind: "ad_copy", primary: limits[2].most > 0, lines: limits.map(in_words), ..Offers::default() }
        }
    })
}

fn choice_of(audience: Audience) -> Choice {
    let Audience { id, name, members, .. } = audience;
    match members {
        Some(members) => Choice::new(id, format!("{name} ({})", grouped(&members.to_string()))),
        None => Choice::new(id, name),
    }
}

fn in_words(limit: Limit) -> String {
    let Limit { least, most, characters } = limit;
    format!("One a line: {least} to {most}, each up to {characters} characters.")
}

/// The client's pictures to choose from: those of the library, then those of the website.
async fn pictures(conn: &mut Conn, scope: TenantScope) -> Result<Vec<Choice>> {
    let mut choices = vec![Choice::new("", "Choose a picture")];
    let kept = library::files(conn, scope, None, PageSize::DEFAULT).await?;
    let mut addresses = Vec::new();
    for file in kept.items {
        let words = if file.alt.is_empty() { file.file_name } else { file.alt };
        choices.push(Choice::new(file.id.to_string(), words));
        addresses.extend(file.source_url);
    }
    for image in website::queries::images(conn, scope, SITE_PICTURES).await? {
        if !addresses.contains(&image.url) {
            let words = if image.alt.is_empty() { image.url.clone() } else { image.alt };
            choices.push(Choice::new(image.url, words));
        }
    }
    Ok(choices)
}

async fn view(
    viewer: &Viewer,
    scope: TenantScope,
    item: ContentItemId,
    form: PieceForm,
    errors: FieldErrors,
    conflict: Option<Conflict>,
    (action, back): Places<'_>,
) -> Result<PieceEditPage> {
    let tenant: TenantId = scope.tenant();
    let piece = content::queries::item(&mut viewer.read().await?, scope, item).await?;
    // The platform is asked before a connection is held.
    let audiences = audiences(viewer, scope, &piece).await;
    let mut conn = viewer.read().await?;
    let client = tenants::queries::tenant(&mut conn, scope).await?;
    let newest = content::queries::version(&mut conn, scope, item, piece.current_version).await?;
    let request = content::queries::request(&mut conn, scope, piece.request_id).await?;
    let names = Names::of(&mut conn, [&newest.author]).await?;
    let shell = viewer.shell(&mut conn, format!("Edit “{}”", piece.title), Place::Queue).await?;
    let (look, figures) = shown(viewer, &mut conn, scope, &piece, &form, &newest.text).await?;
    let offers = offers(viewer, &mut conn, scope, &piece, (&form, &newest.text), audiences).await?;
    let shell = shell.under(client.name.clone(), paths::client(tenant)).under(piece.title, back);
    Ok(PieceEditPage {
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
        look,
        figures,
        offers,
    })
}
