//! What the listener and the console ask of the simulated X.

use axum::{
    http::{Method, StatusCode},
    response::Response,
};
use bytes::Bytes;
use futures::future::BoxFuture;
use serde_json::Value;

use super::{
    super::{
        Shown,
        call::{self, Call},
        feed, media,
        platform::{Control, Filled, Platform, limit, number, shown_limit, text},
    },
    X, errors,
    state::{Figures, Post, State, user},
};
use crate::{faults::Service, html::escape};

impl Platform for X {
    fn service(&self) -> Service {
        Service::X
    }
    fn name(&self) -> &'static str {
        "X"
    }
    fn hosts(&self) -> &'static [&'static str] {
        &["x.com", "api.x.com"]
    }
    fn refusal(&self) -> fn(StatusCode) -> Value {
        errors::refusal
    }

    fn serve(&self, call: Call) -> BoxFuture<'_, Response> {
        Box::pin(async move {
            if call.host == "api.x.com" {
                return self.api(&call).await;
            }
            match (&call.method, &call.segments()[..]) {
                (&Method::GET | &Method::POST, ["i", "oauth2", "authorize"]) => self.consent(&call),
                (&Method::GET, [.., "status", id]) => self.visit(id),
                _ => call::bare(404),
            }
        })
    }

    fn shown(&self) -> Vec<Shown> {
        let state = self.kept.lock();
        state.posts.values().map(|post| self.show(&state, post)).collect()
    }

    fn file(&self, name: &str) -> Option<(String, Bytes)> {
        let bytes = self.blobs.get(name.split('.').next()?)?;
        let content_type = media::sniff(&bytes).map_or("application/octet-stream", media::Kind::content_type);
        Some((content_type.to_owned(), bytes))
    }

    fn summary(&self) -> String {
        let state = self.kept.lock();
        let rows: String = state
            .posts
            .values()
            .rev()
            .map(|post| {
                format!(
                    "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
                    escape(&post.id),
                    escape(&post.by),
                    escape(&post.text)
                )
            })
            .collect();
        format!(
            "<p>{} posts, {} uploads.</p><table><thead><tr><th>Post</th><th>By</th><th>Text</th></tr></thead>\
             <tbody>{rows}</tbody></table>",
            state.posts.len(),
            state.uploads.len()
        )
    }

    fn controls(&self) -> Vec<Control> {
        let state = self.kept.lock();
        let settings = &state.settings;
        let newest = state.posts.keys().next_back().map(u64::to_string).unwrap_or_default();
        let anna = || ("person", "anna".to_owned());
        let zero = |name| (name, "0".to_owned());
        let one = |name, words, fields| Control { name, words, fields };
        vec![
            one("revoke", "Remove the application from this person's account", vec![anna()]),
            one("expire", "End all access tokens", vec![]),
            one("delete", "Delete this post behind everyone's back", vec![("post", newest.clone())]),
            one(
                "followers",
                "Set the followers of this person's account",
                vec![anna(), ("followers", state.followers.get("anna").copied().unwrap_or(0).to_string())],
            ),
            one(
                "figures",
                "Set the figures of this post",
                vec![
                    ("post", newest),
                    zero("impressions"),
                    zero("likes"),
                    zero("replies"),
                    zero("reposts"),
                    zero("quotes"),
                    zero("bookmarks"),
                    zero("link_clicks"),
                    zero("profile_clicks"),
                ],
            ),
            one(
                "behaviour",
                "Change how it behaves (limits: empty for none)",
                vec![
                    ("posts_per_window", shown_limit(settings.posts_per_window)),
                    ("posts_per_day", shown_limit(settings.posts_per_day)),
                    ("posts_left", shown_limit(settings.posts_left)),
                    ("reads_limited", settings.reads_limited.to_string()),
                    ("longest", settings.longest.to_string()),
                    ("looks_until_ready", settings.looks_until_ready.to_string()),
                    ("hidden_for", settings.hidden_for.to_string()),
                    ("rewrites_text", settings.rewrites_text.to_string()),
                ],
            ),
        ]
    }

    fn control(&self, name: &str, filled: &Filled) -> Result<(), String> {
        let no_post = || "There is no such post.".to_owned();
        match name {
            "revoke" => self.revoke(text(filled, "person")),
            "expire" => self.expire_access(),
            "delete" => return self.delete_post(text(filled, "post")).then_some(()).ok_or_else(no_post),
            "followers" => self.set_followers(text(filled, "person"), number(filled, "followers")?),
            "figures" => {
                let figures = Figures {
                    impressions: number(filled, "impressions")?,
                    likes: number(filled, "likes")?,
                    replies: number(filled, "replies")?,
                    reposts: number(filled, "reposts")?,
                    quotes: number(filled, "quotes")?,
                    bookmarks: number(filled, "bookmarks")?,
                    link_clicks: number(filled, "link_clicks")?,
                    profile_clicks: number(filled, "profile_clicks")?,
                };
                return self.set_figures(text(filled, "post"), figures).then_some(()).ok_or_else(no_post);
            }
            "behaviour" => {
                let (window, day) = (limit(filled, "posts_per_window")?, limit(filled, "posts_per_day")?);
                let (left, reads) = (limit(filled, "posts_left")?, number(filled, "reads_limited")?);
                let (longest, looks) = (number(filled, "longest")?, number(filled, "looks_until_ready")?);
                let (hidden, rewrites) = (number(filled, "hidden_for")?, number(filled, "rewrites_text")?);
                self.configure(|settings| {
                    (settings.posts_per_window, settings.posts_per_day) = (window, day);
                    (settings.posts_left, settings.reads_limited) = (left, reads);
                    (settings.longest, settings.looks_until_ready) = (longest, looks);
                    (settings.hidden_for, settings.rewrites_text) = (hidden, rewrites);
                });
            }
            _ => return Err("This control is not known.".to_owned()),
        }
        Ok(())
    }
}

impl X {
    fn show(&self, state: &State, post: &Post) -> Shown {
        let (name, username) = user(&post.by).map_or(("", ""), |user| (user.name, user.username));
        let mut text = post.text.clone();
        for option in post.poll.iter().flat_map(|poll| &poll.options) {
            text.push_str("\n○ ");
            text.push_str(option);
        }
        let images = post
            .media
            .iter()
            .filter_map(|id| {
                let upload = state.uploads.get(id)?;
                let extension = upload.extension.as_deref()?;
                let url = format!("{}/x/files/{id}.{extension}", self.ground.origin);
                Some((url, upload.alt_text.clone().unwrap_or_default()))
            })
            .collect();
        Shown {
            service: Service::X,
            account: format!("{name} @{username}"),
            id: post.id.clone(),
            kind: "post".to_owned(),
            state: "live".to_owned(),
            title: None,
            text,
            images,
            link: None,
            url: self.ground.at(&format!("https://x.com/{username}/status/{}", post.id)),
            at: post.created_at,
        }
    }

    /// The public page of one post.
    fn visit(&self, id: &str) -> Response {
        let state = self.kept.lock();
        match id.parse().ok().and_then(|id: u64| state.posts.get(&id)) {
            Some(post) => feed::one("X", &self.show(&state, post)),
            None => call::bare(404),
        }
    }
}
