//! X, simulated from its contract (`social.md` 2): two accounts.

mod api;
mod control;
mod errors;
mod oauth;
mod posts;
mod state;
mod uploads;
mod weigh;

use std::io;

pub use state::{Figures, Poll, Post, Settings};

use super::{Ground, blobs::Blobs, kept::Kept};
use state::State;

/// Handle of the simulated X: what tests look at and set up. Cloning shares it.
#[derive(Clone)]
pub struct X {
    ground: Ground,
    kept: Kept<State>,
    blobs: Blobs,
}

impl X {
    pub(crate) fn open(ground: Ground) -> io::Result<Self> {
        let kept = Kept::open(ground.folder.as_ref(), "x", State::fresh)?;
        let blobs = Blobs::open(ground.folder.as_ref(), "x");
        Ok(Self { ground, kept, blobs })
    }

    /// All posts of all accounts, the oldest first.
    pub fn posts(&self) -> Vec<Post> {
        self.kept.lock().posts.values().cloned().collect()
    }
    pub fn post(&self, id: &str) -> Option<Post> {
        self.kept.lock().posts.get(&id.parse().ok()?).cloned()
    }
    /// The bytes of an upload by its id.
    pub fn uploaded(&self, id: &str) -> Option<bytes::Bytes> {
        self.blobs.get(id)
    }
    /// The alternative text of an upload.
    pub fn alt_text(&self, id: &str) -> Option<String> {
        self.kept.lock().uploads.get(id)?.alt_text.clone()
    }
    /// Changes how it behaves: `x.configure(|settings| settings.posts_per_window = Some(1))`.
    pub fn configure(&self, change: impl FnOnce(&mut Settings)) {
        self.kept.change(|state| change(&mut state.settings));
    }
    /// Removes a post behind everyone's back. Whether there was one.
    pub fn delete_post(&self, id: &str) -> bool {
        self.kept.change(|state| id.parse().is_ok_and(|id: u64| state.posts.remove(&id).is_some()))
    }
    /// `anna` or `ben` removes the application in the settings of their account.
    pub fn revoke(&self, person: &str) {
        self.kept.change(|state| state.grants.revoke_person(person));
    }
    /// Ends all access tokens, as time would.
    pub fn expire_access(&self) {
        let now = self.ground.clock.now();
        self.kept.change(|state| state.grants.expire_access(now));
    }
    /// Sets how many follow the account of `anna` or `ben`.
    pub fn set_followers(&self, person: &str, followers: u64) {
        self.kept.change(|state| state.followers.insert(person.to_owned(), followers));
    }
    /// Sets what readers did with a post. Whether there is one.
    pub fn set_figures(&self, id: &str, figures: Figures) -> bool {
        self.kept.change(|state| {
            let post = id.parse().ok().and_then(|id: u64| state.posts.get_mut(&id));
            post.map(|post| post.figures = figures).is_some()
        })
    }
}
