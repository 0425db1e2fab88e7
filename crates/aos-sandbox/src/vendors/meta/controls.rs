//! What stories and the console look at and set up.

use chrono::TimeDelta;
use url::Url;

use super::{
    Meta, login,
    state::{FacebookPage, FacebookPost, InstagramAccount, InstagramMedia, MetaAdAccount, PostFigures},
};
use crate::{
    faults::Service,
    vendors::switches::{Switch, alone, number, with},
};

/// Buttons on the console of the page.
pub(super) const OF_PAGES: &[Switch] = &[
    with("revoke", "removes the application in their settings", "anna"),
    with("password", "changes their password", "anna"),
    alone("expire", "User tokens end now"),
    with("followers", "people follow the page", "1240"),
    with("throttle", "minutes at the limit", "5"),
    alone("delete", "Delete the newest post"),
];
/// Buttons on the console of Instagram.
pub(super) const OF_INSTAGRAM: &[Switch] = &[
    with("followers", "people follow the account", "2380"),
    with("quota", "posts are allowed in 24 hours", "100"),
    with("looks", "looks until a container is finished", "2"),
    with("throttle", "minutes at the limit", "5"),
    alone("delete", "Delete the newest post"),
];
/// Buttons on the console of the ad accounts.
pub(super) const OF_ADS: &[Switch] = &[
    with("revoke", "removes the application in their settings", "anna"),
    with("throttle", "minutes at the limit", "5"),
];

impl Meta {
    /// What a button of the console does.
    pub(super) fn press(&self, service: Service, name: &str, value: &str) -> Result<(), String> {
        match (service, name) {
            (_, "revoke") => self.revoke(value),
            (_, "password") => self.change_password(value),
            (_, "expire") => self.expire_tokens(),
            (_, "throttle") => self.throttle(service, TimeDelta::minutes(number::<u16>(value)?.into())),
            (Service::Instagram, "followers") => {
                let followers = number(value)?;
                self.change_instagram(|own| own.followers = followers);
            }
            (_, "followers") => {
                let followers = number(value)?;
                self.change_page(|own| own.followers = followers);
            }
            (_, "quota") => self.set_quota(number(value)?, 0),
            (_, "looks") => self.set_looks(number(value)?),
            (Service::Instagram, "delete") => {
                let newest = self.media().pop().ok_or("There is nothing to delete.")?;
                self.delete_media(&newest.id);
            }
            (_, "delete") => {
                let newest = self.posts().pop().ok_or("There is nothing to delete.")?;
                self.delete_post(&newest.id);
            }
            _ => return Err("There is no such button.".to_owned()),
        }
        Ok(())
    }

    /// Has the page, the professional account and the ad account.
    pub const ANNA: &str = "anna";
    /// Has none of them.
    pub const BEN: &str = "ben";
    pub const PAGE_ID: &str = "104000000000001";
    pub const INSTAGRAM_ID: &str = "17841400000000001";
    pub const AD_ACCOUNT_ID: &str = "act_1060000000000001";

    /// A person agrees to everything that this dialog asks for, and is sent to the address that comes back.
    ///
    /// # Errors
    /// In words: the dialog would not have asked, or nobody has this name.
    pub fn agree(&self, departure: &Url, person: &str) -> Result<Url, String> {
        let now = self.ground.clock.now();
        self.kept.change(|state| login::decide(state, departure, Some((person, None)), now))
    }
    /// A person agrees to these permissions only; the others are declined.
    ///
    /// # Errors
    /// As for [`Meta::agree`].
    pub fn agree_to(&self, departure: &Url, person: &str, permissions: &[&str]) -> Result<Url, String> {
        let now = self.ground.clock.now();
        self.kept.change(|state| login::decide(state, departure, Some((person, Some(permissions))), now))
    }
    /// The person cancels.
    ///
    /// # Errors
    /// As for [`Meta::agree`].
    pub fn decline(&self, departure: &Url) -> Result<Url, String> {
        let now = self.ground.clock.now();
        self.kept.change(|state| login::decide(state, departure, None, now))
    }

    /// The page's posts by id, after publishing what is due.
    pub fn posts(&self) -> Vec<FacebookPost> {
        let mut state = self.kept.lock();
        state.publish_due(self.ground.clock.now());
        state.posts.values().cloned().collect()
    }
    /// What was published on Instagram, by id.
    pub fn media(&self) -> Vec<InstagramMedia> {
        self.kept.lock().media.values().cloned().collect()
    }
    /// Removes a post of the page behind everyone's back.
    pub fn delete_post(&self, id: &str) -> bool {
        self.kept.change(|state| state.posts.remove(id).is_some())
    }
    /// Removes a medium from Instagram behind everyone's back.
    pub fn delete_media(&self, id: &str) -> bool {
        self.kept.change(|state| state.media.remove(id).is_some())
    }
    /// Sets what readers did with a post or a medium. Whether there is one.
    pub fn set_figures(&self, id: &str, figures: PostFigures) -> bool {
        self.kept.change(|state| {
            let post = state.posts.get_mut(id).map(|post| &mut post.figures);
            let own = post.or_else(|| state.media.get_mut(id).map(|medium| &mut medium.figures));
            own.map(|own| *own = figures).is_some()
        })
    }
    /// Changes the page's profile, its followers or what Anna may do there.
    pub fn change_page(&self, change: impl FnOnce(&mut FacebookPage)) {
        self.kept.change(|state| change(&mut state.page));
    }
    /// Changes the Instagram profile or its followers.
    pub fn change_instagram(&self, change: impl FnOnce(&mut InstagramAccount)) {
        self.kept.change(|state| change(&mut state.instagram));
    }
    /// Changes the ad account.
    pub fn change_ad_account(&self, change: impl FnOnce(&mut MetaAdAccount)) {
        self.kept.change(|state| change(&mut state.ads));
    }

    /// The person removes the application in their settings: 190 with 458.
    pub fn revoke(&self, person: &str) {
        self.kept.change(|state| {
            state.kill(person, 458);
            state.agreements.remove(person);
        });
    }
    /// The person changes their password: 190 with 460.
    pub fn change_password(&self, person: &str) {
        self.kept.change(|state| state.kill(person, 460));
    }
    /// User tokens end now, as time would end them: 190 with 463.
    pub fn expire_tokens(&self) {
        let now = self.ground.clock.now();
        self.kept.change(|state| {
            for token in state.tokens.values_mut().filter(|token| token.expires_at.is_some()) {
                token.expires_at = Some(now);
            }
        });
    }

    /// How many looks at a container say IN_PROGRESS. 0 at first.
    pub fn set_looks(&self, looks: u32) {
        self.kept.change(|state| state.behaviour.looks = looks);
    }
    /// After how many further requests a new post is in the lists. 0 at first.
    pub fn set_lag(&self, requests: u64) {
        self.kept.change(|state| state.behaviour.lag = requests);
    }
    /// Instagram's quota for 24 hours, and how much of it others used.
    pub fn set_quota(&self, total: u64, used_elsewhere: u64) {
        self.kept.change(|state| {
            state.behaviour.quota_total = total;
            state.behaviour.quota_elsewhere = used_elsewhere;
        });
    }
    /// Whether calls without `appsecret_proof` are refused.
    pub fn require_proof(&self, required: bool) {
        self.kept.change(|state| state.behaviour.proof_required = required);
    }
    /// The limit of a service is reached until then: its own code, and the minutes in the usage header.
    pub fn throttle(&self, service: Service, duration: TimeDelta) {
        let until = self.ground.clock.now() + duration;
        self.kept.change(|state| state.behaviour.throttled.insert(service, until));
    }
    /// What the usage headers tell while nothing is throttled.
    pub fn set_usage(&self, percent: u8) {
        self.kept.change(|state| state.behaviour.usage_percent = percent);
    }
    /// Nobody can fetch this link or medium.
    pub fn break_address(&self, address: &str) {
        self.kept.change(|state| state.behaviour.broken.insert(address.to_owned()));
    }
    /// Publishing is blocked for policy: 368.
    pub fn block(&self, blocked: bool) {
        self.kept.change(|state| state.behaviour.blocked = blocked);
    }
}
