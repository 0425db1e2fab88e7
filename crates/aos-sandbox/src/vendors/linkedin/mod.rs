//! LinkedIn, simulated from its contract (`social.md` 1): one page, Harbour & Pine, and two members.

mod api;
mod content;
mod control;
mod errors;
mod little;
mod oauth;
mod posts;
mod state;
mod stats;
mod uploads;

use std::io;

use aos_kernel::Timestamp;

pub use state::{Content, Figures, Post, Settings};

use super::{Ground, blobs::Blobs, kept::Kept};
use state::State;

const PAGE_ID: u64 = 91_234_567;
const PAGE_URN: &str = "urn:li:organization:91234567";
const PAGE_NAME: &str = "Harbour & Pine";

/// Handle of the simulated LinkedIn: what tests look at and set up. Cloning shares it.
#[derive(Clone)]
pub struct LinkedIn {
    ground: Ground,
    kept: Kept<State>,
    blobs: Blobs,
}

impl LinkedIn {
    /// The URN of the only page.
    pub const PAGE: &'static str = PAGE_URN;

    pub(crate) fn open(ground: Ground) -> io::Result<Self> {
        let kept = Kept::open(ground.folder.as_ref(), "linkedin", State::fresh)?;
        let blobs = Blobs::open(ground.folder.as_ref(), "linkedin");
        Ok(Self { ground, kept, blobs })
    }

    /// All posts of all authors, drafts too, the oldest first.
    pub fn posts(&self) -> Vec<Post> {
        let mut posts: Vec<Post> = self.kept.lock().posts.values().cloned().collect();
        posts.sort_by_key(|post| post.created_at);
        posts
    }
    pub fn post(&self, urn: &str) -> Option<Post> {
        self.kept.lock().posts.get(urn).cloned()
    }
    /// The bytes of an upload by its URN.
    pub fn uploaded(&self, urn: &str) -> Option<bytes::Bytes> {
        self.blobs.get(urn.rsplit(':').next().unwrap_or_default())
    }
    /// Changes how it behaves: `linkedin.configure(|settings| settings.hidden_for = 2)`.
    pub fn configure(&self, change: impl FnOnce(&mut Settings)) {
        self.kept.change(|state| change(&mut state.settings));
    }
    /// This version of the API answers no more.
    pub fn retire_version(&self, version: &str) {
        self.configure(|settings| settings.versions.retain(|own| own != version));
    }
    /// Removes a post behind everyone's back. Whether there was one.
    pub fn delete_post(&self, urn: &str) -> bool {
        self.kept.change(|state| state.posts.remove(urn).is_some())
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
    /// Sets how many follow the page; the difference counts as gained today.
    pub fn set_followers(&self, followers: u64) {
        let today = self.now().date_naive();
        self.kept.change(|state| {
            let gain =
                i64::try_from(followers).unwrap_or(i64::MAX) - i64::try_from(state.followers).unwrap_or(i64::MAX);
            *state.gains.entry(today).or_default() += gain;
            state.followers = followers;
        });
    }
    /// Sets what readers did with a post. Whether there is one.
    pub fn set_figures(&self, urn: &str, figures: Figures) -> bool {
        self.kept.change(|state| state.posts.get_mut(urn).map(|post| post.figures = figures).is_some())
    }

    fn now(&self) -> Timestamp {
        self.ground.clock.now()
    }
}
