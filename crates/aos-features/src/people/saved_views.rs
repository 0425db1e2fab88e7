//! Saved views: the filters of a list under a name, for oneself or for the whole staff. The list's address stays the
//! state; a view is a name for one.

use aos_kernel::{Error, ErrorKind, NewEvent, Result, SavedViewId, Subject, Timestamp, UserId};
use aos_storage::{Conn, Tx};
use serde::Serialize;
use serde_json::json;
use url::form_urlencoded;

use super::{
    model::{Permission, plain_name},
    principal::Principal,
    store::saved_views as store,
};

/// More of them for one list are no help to anybody.
pub const MOST: usize = 30;
const LONGEST_NAME: usize = 40;
const LONGEST_VALUE: usize = 200;

aos_kernel::text_enum! {
    /// A list whose filters can be saved.
    pub enum SavedPlace {
        Clients = "clients",
        Queue = "queue",
    }
}

impl SavedPlace {
    /// The filters of the list, with the value that means the same as leaving it out.
    const fn filters(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Clients => &[("q", ""), ("readiness", ""), ("sort", "name")],
            Self::Queue => &[("kind", ""), ("client", ""), ("mine", "")],
        }
    }

    /// Filters in the one form in which they are kept: those that the list has, in its order, without what changes
    /// nothing. Empty: no filter at all.
    pub fn canonical<'a>(self, given: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
        let given: Vec<(&str, &str)> = given.into_iter().collect();
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, usual) in self.filters() {
            // The first of a name counts, as on the page.
            let value = given.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.trim());
            if !value.is_empty() && value != *usual {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }

    /// # Errors
    /// `Invalid` for the field `query`: no filter of this list in it, or a value that is none.
    fn kept(self, query: &str) -> Result<String> {
        let pairs: Vec<(String, String)> =
            form_urlencoded::parse(query.trim_start_matches('?').as_bytes()).into_owned().collect();
        if pairs.iter().any(|(_, value)| value.chars().count() > LONGEST_VALUE || value.contains('\0')) {
            return Err(Error::invalid("query", "A filter is longer than any that the list takes."));
        }
        let canonical = self.canonical(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        if canonical.is_empty() {
            return Err(Error::invalid("query", "Choose a filter first: a view without one is the list itself."));
        }
        Ok(canonical)
    }
}

/// Filters under a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SavedView {
    pub id: SavedViewId,
    pub user_id: UserId,
    /// The name of whoever saved it.
    pub owner: String,
    pub place: SavedPlace,
    pub name: String,
    /// What stands behind the question mark of the list's address, in one form.
    pub query: String,
    /// The whole staff sees it.
    pub shared: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl SavedView {
    /// Whether somebody may take it away: their own, and what is shared as an administrator.
    pub fn may_be_removed_by(&self, principal: &Principal) -> bool {
        self.user_id == principal.user() || (self.shared && principal.can_in_agency(Permission::ManageUsers))
    }
}

/// A view to be saved.
#[derive(Clone, Debug)]
pub struct NewSavedView {
    pub place: SavedPlace,
    pub name: String,
    /// As in the list's address.
    pub query: String,
    pub shared: bool,
}

/// What is changed of a view; `None` leaves it.
#[derive(Clone, Debug, Default)]
pub struct ChangeSavedView {
    pub name: Option<String>,
    pub query: Option<String>,
    pub shared: Option<bool>,
}

/// The lists are the staff's.
fn staff(principal: &Principal) -> Result<()> {
    principal.require(Permission::SeeClient)
}

fn may_write(principal: &Principal) -> Result<()> {
    staff(principal)?;
    principal.require_writing()
}

fn name_taken(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Conflict => Error::invalid("name", "You have a view of this name already."),
        _ => error,
    }
}

/// One's own views and those that others share, of one list or of all.
///
/// # Errors
/// `Denied` for whoever is not of the staff, as the lists are theirs; `Storage`.
pub async fn list(conn: &mut Conn, principal: &Principal, place: Option<SavedPlace>) -> Result<Vec<SavedView>> {
    staff(principal)?;
    store::list(conn, principal.user(), place, true).await
}

/// Saves filters under a name.
///
/// # Errors
/// `Invalid` for a name that is empty, too long or taken, and for a query without a filter of the list; `Conflict`
/// `too_many_views`; `Denied` as [`list`], and for a token for reading.
pub async fn save(tx: &mut Tx, principal: &Principal, input: NewSavedView) -> Result<SavedView> {
    may_write(principal)?;
    let name = plain_name("name", &input.name, LONGEST_NAME)?;
    let query = input.place.kept(&input.query)?;
    let own = store::list(tx, principal.user(), Some(input.place), false).await?;
    if own.len() >= MOST {
        let words = format!("{MOST} views of one list is the most. Delete one that you don’t use.");
        return Err(Error::conflict("too_many_views", words));
    }
    let now = tx.now();
    let view = SavedView {
        id: SavedViewId::new(),
        user_id: principal.user(),
        owner: principal.name().to_owned(),
        place: input.place,
        name,
        query,
        shared: input.shared,
        created_at: now,
        updated_at: now,
    };
    store::insert(tx, &view).await.map_err(name_taken)?;
    say(tx, &view, "people.view_saved");
    Ok(view)
}

/// Changes one's own view.
///
/// # Errors
/// `NotFound` when it is somebody else's; otherwise as [`save`].
pub async fn change(tx: &mut Tx, principal: &Principal, id: SavedViewId, input: ChangeSavedView) -> Result<SavedView> {
    may_write(principal)?;
    let before = store::one(tx, id).await?.filter(|view| view.user_id == principal.user());
    let before = before.ok_or_else(|| Error::not_found("saved view"))?;
    let mut view = before.clone();
    if let Some(name) = input.name {
        view.name = plain_name("name", &name, LONGEST_NAME)?;
    }
    if let Some(query) = input.query {
        view.query = view.place.kept(&query)?;
    }
    view.shared = input.shared.unwrap_or(view.shared);
    if view != before {
        store::update(tx, &view).await.map_err(name_taken)?;
        view.updated_at = tx.now();
        say(tx, &view, "people.view_changed");
    }
    Ok(view)
}

/// Takes a view away: one's own, or as an administrator one that is shared. What it was, to put it back.
///
/// # Errors
/// `NotFound` when it is none of theirs to take away.
pub async fn remove(tx: &mut Tx, principal: &Principal, id: SavedViewId) -> Result<SavedView> {
    may_write(principal)?;
    let view = store::one(tx, id).await?.filter(|view| view.may_be_removed_by(principal));
    let view = view.ok_or_else(|| Error::not_found("saved view"))?;
    store::delete(tx, id).await?;
    say(tx, &view, "people.view_removed");
    Ok(view)
}

fn say(tx: &mut Tx, view: &SavedView, kind: &'static str) {
    tx.emit(
        NewEvent::new(None, kind, Subject::new("saved_view", view.id))
            .with(json!({ "place": view.place, "name": view.name, "query": view.query, "shared": view.shared })),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_kept_in_one_form_whatever_the_address_looked_like() {
        for (place, given, kept) in [
            (SavedPlace::Clients, "?sort=waiting&readiness=ready&q=", "readiness=ready&sort=waiting"),
            (SavedPlace::Clients, "q=a%20b&sort=name&after=1&utm=2", "q=a+b"),
            (SavedPlace::Queue, "mine=1&kind=post", "kind=post&mine=1"),
        ] {
            assert_eq!(place.kept(given).unwrap(), kept, "{given}");
        }
        for nothing in ["", "?", "sort=name", "after=5", "kind=post"] {
            assert_eq!(SavedPlace::Clients.kept(nothing).unwrap_err().field(), Some("query"), "{nothing}");
        }
    }
}
