//! TikTok, simulated from its contract (`social.md` 3.1 to 3.3): two accounts, one of them private.

mod api;
mod control;
mod errors;
mod oauth;
mod publish;
mod state;

use std::io;

pub use state::{Figures, Post, Progress, Settings};

use super::{Ground, blobs::Blobs, kept::Kept};
use state::State;

/// Handle of the simulated TikTok: what tests look at and set up. Cloning shares it.
#[derive(Clone)]
pub struct TikTok {
    ground: Ground,
    kept: Kept<State>,
    blobs: Blobs,
}

impl TikTok {
    pub(crate) fn open(ground: Ground) -> io::Result<Self> {
        let kept = Kept::open(ground.folder.as_ref(), "tiktok", State::fresh)?;
        let blobs = Blobs::open(ground.folder.as_ref(), "tiktok");
        Ok(Self { ground, kept, blobs })
    }

    /// All posts and drafts of all accounts, however far they are, the oldest first.
    pub fn posts(&self) -> Vec<Post> {
        self.kept.lock().posts.values().cloned().collect()
    }
    /// By its publish id.
    pub fn post(&self, publish_id: &str) -> Option<Post> {
        self.kept.lock().by_publish_id(publish_id).cloned()
    }
    /// The files of a post, in order.
    pub fn files(&self, publish_id: &str) -> Vec<bytes::Bytes> {
        let files = self.kept.lock().by_publish_id(publish_id).map(|post| post.files.clone()).unwrap_or_default();
        files.iter().filter_map(|name| self.blobs.get(name)).collect()
    }
    /// Changes how it behaves: `tiktok.configure(|settings| settings.audited = false)`.
    pub fn configure(&self, change: impl FnOnce(&mut Settings)) {
        self.kept.change(|state| change(&mut state.settings));
    }
    /// Removes a post behind everyone's back, by its publish id or its own. Whether there was one.
    pub fn delete_post(&self, id: &str) -> bool {
        self.kept.change(|state| {
            let before = state.posts.len();
            state.posts.retain(|_, post| post.publish_id != id && post.id.as_deref() != Some(id));
            state.posts.len() < before
        })
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
    /// Sets what viewers did with a post, by its publish id. Whether there is one.
    pub fn set_figures(&self, publish_id: &str, figures: Figures) -> bool {
        self.kept.change(|state| state.by_publish_id(publish_id).map(|post| post.figures = figures).is_some())
    }
}
