//! What tests and the console do with the simulated Webflow, as people and as time would.

use std::collections::BTreeSet;

use url::Url;

use super::{Webflow, WebflowAsset, WebflowItem, WebflowSettings, oauth, page, state};
use crate::{html::escape, vendors::consent::Answer};

impl Webflow {
    /// Ids of what Anna has.
    pub const SITE: &'static str = state::SITE;
    /// The collection with rich text.
    pub const BLOG: &'static str = state::BLOG;
    /// The collection without.
    pub const AUTHORS: &'static str = state::AUTHORS;

    /// The person clicks "Allow" with everything ticked: where their browser goes then.
    ///
    /// # Errors
    /// The page would refuse what it was asked, in words.
    pub fn agree(&self, departure: impl AsRef<str>, person: &str) -> Result<Url, String> {
        let person = person.to_owned();
        self.visit(departure.as_ref(), |asked| Answer::Agreed {
            scopes: asked.scopes.iter().cloned().collect(),
            person,
            asked,
        })
    }

    /// The same with only these scopes ticked.
    ///
    /// # Errors
    /// As [`Webflow::agree`].
    pub fn agree_to(&self, departure: impl AsRef<str>, person: &str, scopes: &[&str]) -> Result<Url, String> {
        let scopes: BTreeSet<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        self.visit(departure.as_ref(), |asked| Answer::Agreed { asked, person: person.to_owned(), scopes })
    }

    /// The person clicks "Cancel".
    ///
    /// # Errors
    /// As [`Webflow::agree`].
    pub fn decline(&self, departure: impl AsRef<str>) -> Result<Url, String> {
        self.visit(departure.as_ref(), |asked| Answer::Declined { asked })
    }

    fn visit(
        &self,
        departure: &str,
        answer: impl FnOnce(crate::vendors::grants::Asked) -> Answer,
    ) -> Result<Url, String> {
        let now = self.ground.clock.now();
        self.kept.change(|state| oauth::visit(state, departure, answer, now))
    }

    /// A token as Anna makes it in the settings of her site, with everything allowed.
    pub fn site_token(&self) -> String {
        let scopes = oauth::SCOPES.iter().map(|scope| (*scope).to_owned()).collect();
        self.kept.change(|state| state.grants.derive(state::ANNA, scopes, None))
    }

    /// The person removes the application in their account.
    pub fn revoke(&self, person: &str) {
        self.kept.change(|state| state.grants.revoke_person(person));
    }

    /// Changes how Webflow is set up: `webflow.configure(|settings| settings.requests_per_minute = 2)`.
    pub fn configure(&self, change: impl FnOnce(&mut WebflowSettings)) {
        self.kept.change(|state| change(&mut state.settings));
    }

    /// The site stands as one that was never published.
    pub fn unpublish_site(&self) {
        self.kept.change(|state| {
            state.published.clear();
            state.published_at = None;
        });
    }

    /// The next publish of items answers 202 with this in `errors`, and publishes nothing.
    pub fn fail_next_publish(&self, words: &str) {
        self.kept.change(|state| state.next_publish_error = Some(words.to_owned()));
    }

    /// Items of all collections, the newest first.
    pub fn items(&self) -> Vec<WebflowItem> {
        self.lock().items.iter().rev().cloned().collect()
    }

    /// Items of the blog, the newest first.
    pub fn articles(&self) -> Vec<WebflowItem> {
        self.items().into_iter().filter(|own| own.collection == state::BLOG).collect()
    }

    /// Where readers find a live item here.
    pub fn link(&self, id: &str) -> Option<String> {
        let state = self.lock();
        let item = state.items.iter().find(|own| own.id == id)?;
        Some(self.ground.at(&page::address(&state, item)?))
    }

    pub fn assets(&self) -> Vec<WebflowAsset> {
        self.lock().assets.clone()
    }

    /// Removes an item behind everyone's back. Whether there was one.
    pub fn delete_item(&self, id: &str) -> bool {
        self.kept.change(|state| {
            let before = state.items.len();
            state.items.retain(|own| own.id != id);
            state.items.len() < before
        })
    }

    /// Somebody changes an item in the designer. Whether there is one.
    pub fn edit_item(&self, id: &str, change: impl FnOnce(&mut WebflowItem)) -> bool {
        self.kept.change(|state| state.items.iter_mut().find(|own| own.id == id).map(change).is_some())
    }

    /// Somebody deletes a collection.
    pub fn delete_collection(&self, id: &str) {
        self.kept.change(|state| state.gone.insert(id.to_owned()));
    }

    pub(super) fn summary(&self) -> String {
        let state = self.lock();
        let rows: String = state
            .items
            .iter()
            .rev()
            .map(|own| {
                let standing = if own.live.is_some() { "live" } else { "staged" };
                format!("<li>{} · {standing} · {}</li>", escape(&own.id), escape(own.text("name")))
            })
            .collect();
        format!("<p>{} assets.</p><ul>{rows}</ul>", state.assets.len())
    }
}
