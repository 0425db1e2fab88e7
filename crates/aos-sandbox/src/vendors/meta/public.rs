//! What readers see: the page, its posts, the profile, and the console's summary.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{
    Meta, instagram, pages,
    state::{FacebookPost, FacebookPostState, InstagramMedia, State},
};
use crate::{
    faults::Service,
    html::escape,
    vendors::{
        arrival::Arrival,
        consent,
        feed::{self, Shown},
    },
};

impl Meta {
    pub(super) fn public_page(&self, arrival: &Arrival) -> Response {
        let state = self.kept.lock();
        let parts: Vec<&str> = arrival.parts().into_iter().filter(|part| !part.is_empty()).collect();
        let page_names = [Some(Self::PAGE_ID), state.page.username.as_deref()];
        let live = |post: &&FacebookPost| post.state == FacebookPostState::Published;
        let shown: Option<Vec<Shown>> = match (arrival.host.as_str(), parts.as_slice()) {
            ("www.facebook.com", [page]) if page_names.contains(&Some(page)) => {
                Some(state.posts.values().rev().filter(live).map(|post| self.post_shown(&state, post)).collect())
            }
            ("www.facebook.com", [page, "posts", own]) if page_names.contains(&Some(page)) => state
                .posts
                .get(&format!("{}_{own}", Self::PAGE_ID))
                .filter(live)
                .map(|post| vec![self.post_shown(&state, post)]),
            ("www.instagram.com", [name]) if *name == state.instagram.username => {
                Some(state.media.values().rev().map(|medium| self.medium_shown(&state, medium)).collect())
            }
            ("www.instagram.com", ["p" | "reel", code]) => {
                let medium = state.media.values().find(|medium| medium.shortcode == *code);
                medium.map(|medium| vec![self.medium_shown(&state, medium)])
            }
            ("www.instagram.com", ["stories", _, id]) => {
                state.media.get(*id).map(|medium| vec![self.medium_shown(&state, medium)])
            }
            _ => None,
        };
        match shown {
            Some(shown) => {
                let cards: String = shown.iter().map(feed::entry).collect();
                consent::frame("Meta", &state.page.name, &cards).into_response()
            }
            None => {
                let page = consent::frame("Meta", "This content isn't available", "<p>It may have been deleted.</p>");
                (StatusCode::NOT_FOUND, page).into_response()
            }
        }
    }

    /// Everything that stands on the page and on the profile, and what waits to.
    pub(crate) fn shown(&self) -> Vec<Shown> {
        let mut state = self.kept.lock();
        state.publish_due(self.ground.clock.now());
        let posts = state.posts.values().map(|post| self.post_shown(&state, post));
        let media = state.media.values().map(|medium| self.medium_shown(&state, medium));
        posts.chain(media).collect()
    }

    fn post_shown(&self, state: &State, post: &FacebookPost) -> Shown {
        Shown {
            service: Service::Facebook,
            account: state.page.name.clone(),
            id: post.id.clone(),
            kind: "post".to_owned(),
            state: post.state.to_string(),
            title: None,
            text: post.message.clone(),
            images: post.photos.iter().map(|photo| (self.picture(&photo.file), photo.alt_text.clone())).collect(),
            link: post.link.clone(),
            url: pages::permalink(self, post),
            at: post.scheduled_for.unwrap_or(post.created_at),
        }
    }

    fn medium_shown(&self, state: &State, medium: &InstagramMedia) -> Shown {
        Shown {
            service: Service::Instagram,
            account: format!("@{}", state.instagram.username),
            id: medium.id.clone(),
            kind: medium.kind.to_string(),
            state: "published".to_owned(),
            title: None,
            text: medium.caption.clone(),
            images: medium.files.iter().map(|(file, alt)| (self.picture(file), alt.clone())).collect(),
            link: None,
            url: instagram::permalink(self, state, medium),
            at: medium.at,
        }
    }

    pub(super) fn summary(&self, service: Service) -> String {
        let state = self.kept.lock();
        match service {
            Service::Instagram => format!(
                "<p>@{}: {} followers, {} media, {} containers, {} of {} in the quota.</p>",
                escape(&state.instagram.username),
                state.instagram.followers,
                state.media.len(),
                state.containers.len(),
                state.quota_usage(self.ground.clock.now()),
                state.behaviour.quota_total
            ),
            Service::MetaAds => format!("<p>{}: {}.</p>", Self::AD_ACCOUNT_ID, escape(&state.ads.name)),
            _ => format!(
                "<p>{}: {} followers, {} posts, {} tokens.</p>",
                escape(&state.page.name),
                state.page.followers,
                state.posts.len(),
                state.tokens.len()
            ),
        }
    }
}
