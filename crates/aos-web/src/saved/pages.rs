//! Saved views: saving the present filters, renaming, sharing, taking away.

use std::collections::HashMap;

use aos_features::{
    people::{
        Permission,
        saved_views::{self, ChangeSavedView, NewSavedView, SavedPlace, SavedView},
    },
    read_models::clients,
};
use aos_kernel::{Result, SavedViewId};
use axum::Form;
use url::form_urlencoded;

use super::{
    href, list_of,
    views::{SavedForm, SavedList, SavedRow, SavedViewsPage},
};
use crate::{
    flash::{Flash, Undo},
    forms::FieldErrors,
    layout::Place,
    paths,
    session::{Answer, At, Viewer},
    ui::{Choice, Choices, states::label},
};

/// Clients whose names are looked up for the filters.
const MOST_CLIENTS: i64 = 10_000;

/// What a form that was refused leaves on the page.
#[derive(Default)]
struct Filling {
    form: Option<SavedForm>,
    /// The view whose new name was refused, with what was typed.
    renaming: Option<(SavedViewId, String)>,
    errors: FieldErrors,
}

/// `GET /portal/views`.
pub(super) async fn page(viewer: Viewer) -> Answer {
    let view = view(&viewer, Filling::default()).await?;
    viewer.page(&view)
}

async fn view(viewer: &Viewer, filling: Filling) -> Result<SavedViewsPage> {
    let scope = viewer.agency(Permission::SeeClient)?;
    let mut conn = viewer.read().await?;
    let all = saved_views::list(&mut conn, &viewer.principal, None).await?;
    let names: HashMap<String, String> = if all.iter().any(|view| view.query.contains("client=")) {
        let named = clients::names(&mut conn, &scope, MOST_CLIENTS).await?;
        named.into_iter().map(|(id, name)| (id.to_string(), name)).collect()
    } else {
        HashMap::new()
    };
    let row = |view: &SavedView| {
        let renaming = filling.renaming.as_ref().filter(|(id, _)| *id == view.id);
        SavedRow {
            id: view.id.to_string(),
            name: renaming.map_or_else(|| view.name.clone(), |(_, typed)| typed.clone()),
            href: href(view.place, &view.query),
            says: in_words(&view.query, &names),
            shared: view.shared,
            by: (view.user_id != viewer.principal.user()).then(|| view.owner.clone()),
            may_remove: view.may_be_removed_by(&viewer.principal),
            error: renaming
                .and_then(|_| filling.errors.of_field("name").or_else(|| filling.errors.general()))
                .map(str::to_owned),
        }
    };
    let lists = SavedPlace::ALL.iter().map(|place| SavedList {
        name: label(place.as_str()),
        href: list_of(*place).to_owned(),
        views: all.iter().filter(|view| view.place == *place).map(row).collect(),
    });
    let lists = lists.collect();
    let places = SavedPlace::ALL.iter().map(|place| Choice::new(place.as_str(), label(place.as_str()))).collect();
    let chosen = filling.form.as_ref().map_or_else(String::new, |form| form.place.clone());
    Ok(SavedViewsPage {
        shell: viewer.shell(&mut conn, "Saved views", Place::Nowhere).await?,
        lists,
        places: Choices::new(places, chosen),
        form: filling.form,
        errors: if filling.renaming.is_some() { FieldErrors::default() } else { filling.errors },
    })
}

/// Filters as people read them: "Readiness: Ready", "Client: Harbour Dental".
fn in_words(query: &str, clients: &HashMap<String, String>) -> Vec<String> {
    form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| match name.as_ref() {
            "q" => format!("“{value}”"),
            "mine" => "Only mine to decide".to_owned(),
            "sort" => format!("Sorted by: {}", label(&value).to_lowercase()),
            "client" => {
                let client = clients.get(value.as_ref()).map_or("a client that is gone", String::as_str);
                format!("Client: {client}")
            }
            other => format!("{}: {}", label(other), label(&value)),
        })
        .collect()
}

/// `POST /portal/views`: saves filters under a name.
pub(super) async fn save(viewer: Viewer, Form(form): Form<SavedForm>) -> Answer {
    match try_save(&viewer, &form).await {
        Ok(kept) => {
            let flash =
                Flash::good(format!("Saved as “{}”.", kept.name)).linking("All saved views", paths::SAVED_VIEWS);
            Ok(viewer.done(flash, &href(kept.place, &kept.query)))
        }
        Err(error) => {
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            let view = view(&viewer, Filling { form: Some(form), errors, ..Filling::default() }).await?;
            viewer.form_again(&view)
        }
    }
}

async fn try_save(viewer: &Viewer, form: &SavedForm) -> Result<SavedView> {
    let place = form.place.parse().map_err(|_| aos_kernel::Error::invalid("place", "Choose a list."))?;
    let input =
        NewSavedView { place, name: form.name.clone(), query: form.query.clone(), shared: form.shared.is_some() };
    let mut tx = viewer.begin().await?;
    let kept = saved_views::save(&mut tx, &viewer.principal, input).await?;
    tx.commit().await?;
    Ok(kept)
}

/// `POST /portal/views/{view}`: its name and who sees it.
pub(super) async fn change(viewer: Viewer, At(id): At<SavedViewId>, Form(form): Form<SavedForm>) -> Answer {
    let tried = async {
        let change =
            ChangeSavedView { name: Some(form.name.clone()), query: None, shared: Some(form.shared.is_some()) };
        let mut tx = viewer.begin().await?;
        let kept = saved_views::change(&mut tx, &viewer.principal, id, change).await?;
        tx.commit().await?;
        Ok(kept)
    };
    match tried.await {
        Ok(kept) => Ok(viewer.done(Flash::good(format!("“{}” is saved.", kept.name)), paths::SAVED_VIEWS)),
        Err(error) => {
            let error: aos_kernel::Error = error;
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            let renaming = Some((id, form.name.clone()));
            let view = view(&viewer, Filling { renaming, errors, ..Filling::default() }).await?;
            viewer.form_again(&view)
        }
    }
}

/// `POST /portal/views/{view}/remove`; Undo saves it again.
pub(super) async fn remove(viewer: Viewer, At(id): At<SavedViewId>) -> Answer {
    let mut tx = viewer.begin().await?;
    let gone = saved_views::remove(&mut tx, &viewer.principal, id).await?;
    tx.commit().await?;
    let mut flash = Flash::good(format!("“{}” is deleted.", gone.name));
    // Somebody else's would come back as one's own, so that is not offered.
    if gone.user_id == viewer.principal.user() {
        let mut fields = vec![("place", gone.place.as_str().to_owned()), ("query", gone.query), ("name", gone.name)];
        if gone.shared {
            fields.push(("shared", "1".to_owned()));
        }
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        flash = flash.undoing(Undo { action: paths::SAVED_VIEWS.to_owned(), fields });
    }
    Ok(viewer.done(flash, paths::SAVED_VIEWS))
}
