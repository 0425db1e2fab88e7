//! What tests and the console do with the simulated Google, as people and as time would.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::Value;
use url::Url;

use super::{
    Google, GoogleApi, GoogleRefusal, GoogleSettings, LocalPost, LocalPostState, Review, figures,
    oauth::{self, PATH, VENDOR},
};
use crate::{
    html::escape,
    vendors::consent::{self, Answer},
};

impl Google {
    /// The person clicks "Allow" with everything ticked: where their browser goes then.
    ///
    /// # Errors
    /// The page would refuse what it was asked, in words.
    pub fn agree(&self, departure: impl AsRef<str>, person: &str) -> Result<Url, String> {
        self.answer(departure.as_ref(), |asked| Answer::Agreed {
            scopes: asked.scopes.iter().cloned().collect(),
            person: person.to_owned(),
            asked,
        })
    }

    /// The same with only these scopes ticked, written as they were asked for.
    ///
    /// # Errors
    /// As [`Google::agree`].
    pub fn agree_to(&self, departure: impl AsRef<str>, person: &str, scopes: &[&str]) -> Result<Url, String> {
        let scopes: BTreeSet<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        self.answer(departure.as_ref(), |asked| Answer::Agreed { asked, person: person.to_owned(), scopes })
    }

    /// The person clicks "Cancel".
    ///
    /// # Errors
    /// As [`Google::agree`].
    pub fn decline(&self, departure: impl AsRef<str>) -> Result<Url, String> {
        self.answer(departure.as_ref(), |asked| Answer::Declined { asked })
    }

    fn answer(
        &self,
        departure: &str,
        answer: impl FnOnce(crate::vendors::grants::Asked) -> Answer,
    ) -> Result<Url, String> {
        let url = Url::parse(departure).map_err(|error| error.to_string())?;
        if !url.path().ends_with(&format!("/{PATH}")) {
            return Err(format!("{} is not the consent page of {VENDOR}", url.path()));
        }
        let (query, rules) = (url.query().unwrap_or_default(), oauth::rules(false, true));
        let asked = consent::asked(&rules, "client_id", query);
        crate::vendors::grants::Grants::refuse(&rules, &asked)?;
        let now = self.ground.clock.now();
        let response = self.kept.change(|state| oauth::decide(state, query, answer(asked), now));
        oauth::destination(&response)
    }

    /// Changes how Google is set up: `google.configure(|settings| settings.looks_until_live = 3)`.
    pub fn configure(&self, change: impl FnOnce(&mut GoogleSettings)) {
        self.kept.change(|state| change(&mut state.settings));
    }

    /// The next calls of an API are refused so.
    pub fn refuse(&self, api: GoogleApi, refusal: GoogleRefusal, times: u32) {
        self.kept.change(|state| state.refusals.push((api, refusal, times)));
    }

    /// The person removes the application in their Google account.
    pub fn revoke(&self, person: &str) {
        self.kept.change(|state| oauth::forget(state, person));
    }

    /// All access tokens end now, as they do after an hour.
    pub fn expire(&self) {
        let now = self.ground.clock.now();
        self.kept.change(|state| state.grants.expire_access(now));
    }

    /// Refresh tokens of a person that still open something.
    pub fn refresh_tokens(&self, person: &str) -> usize {
        self.lock().refresh.iter().filter(|own| own.person == person).count()
    }

    /// Posts on Maps, the newest first.
    pub fn posts(&self) -> Vec<LocalPost> {
        self.lock().posts.iter().rev().cloned().collect()
    }

    /// Google finishes looking at every post that waits.
    pub fn settle(&self) {
        let now = self.ground.clock.now();
        self.kept.change(|state| {
            for post in &mut state.posts {
                post.settle(now);
            }
        });
    }

    /// The next post is rejected, whatever it says.
    pub fn reject_next_post(&self) {
        self.kept.change(|state| state.reject_next = true);
    }

    /// Google rejects a post that stands there already. Whether there was one.
    pub fn reject_post(&self, name: &str) -> bool {
        self.kept.change(|state| {
            let found = state.posts.iter_mut().find(|post| post.name == name);
            found.map(|post| post.state = LocalPostState::Rejected).is_some()
        })
    }

    /// Removes a post behind everyone's back. Whether there was one.
    pub fn delete_post(&self, name: &str) -> bool {
        self.kept.change(|state| {
            let before = state.posts.len();
            state.posts.retain(|post| post.name != name);
            state.posts.len() < before
        })
    }

    /// A location with all its fields, by `locations/555`.
    pub fn location(&self, name: &str) -> Option<Value> {
        self.lock().locations.iter().find(|own| own.name == name).map(|own| own.data.clone())
    }

    /// Changes a location, as its owner would on Google's pages. Whether there is one.
    pub fn edit_location(&self, name: &str, change: impl FnOnce(&mut Value)) -> bool {
        self.kept.change(|state| {
            let found = state.locations.iter_mut().find(|own| own.name == name);
            found.map(|own| change(&mut own.data)).is_some()
        })
    }

    /// Somebody removes the profile.
    pub fn delete_location(&self, name: &str) {
        self.kept.change(|state| {
            state.locations.retain(|own| own.name != name);
            state.posts.retain(|post| post.location != name);
        });
    }

    /// Reviews of all locations.
    pub fn reviews(&self) -> Vec<Review> {
        self.lock().reviews.clone()
    }

    /// Somebody leaves a review now; an empty comment is a rating only.
    pub fn add_review(&self, location: &str, reviewer: &str, stars: u8, comment: &str) {
        let now = self.ground.clock.now();
        self.kept.change(|state| {
            let id = format!("R{}", state.next_id());
            state.reviews.push(Review {
                id,
                location: location.to_owned(),
                reviewer: reviewer.to_owned(),
                stars: stars.clamp(1, 5),
                comment: Some(comment).filter(|text| !text.is_empty()).map(str::to_owned),
                created_at: now,
                updated_at: now,
                reply: None,
            });
        });
    }

    /// Sets what a subject had on a day. Subjects are `locations/555` (metrics of Business Profile), `properties/345001`
    /// (metrics of Analytics), a site of Search Console (`clicks`, `impressions`) and `customers/…/campaigns/…`
    /// (`clicks`, `impressions`, `cost_micros`).
    pub fn set_figure(&self, subject: &str, metric: &str, date: NaiveDate, value: i64) {
        self.kept.change(|state| state.figures.insert(figures::key(subject, metric, date), value));
    }

    pub(super) fn summary(&self) -> String {
        let state = self.lock();
        let rows: String = state
            .posts
            .iter()
            .rev()
            .map(|post| format!("<li>{} · {} · {}</li>", post.state, escape(&post.name), escape(&post.summary)))
            .collect();
        format!("<p>{} live refresh tokens, {} reviews.</p><ul>{rows}</ul>", state.refresh.len(), state.reviews.len())
    }
}
