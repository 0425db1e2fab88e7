//! What the listener and the console ask of the simulated TikTok.

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
    TikTok, errors,
    state::{Figures, Post, creator},
};
use crate::{faults::Service, html::escape};

impl Platform for TikTok {
    fn service(&self) -> Service {
        Service::TikTok
    }
    fn name(&self) -> &'static str {
        "TikTok"
    }
    fn hosts(&self) -> &'static [&'static str] {
        &["www.tiktok.com", "open.tiktokapis.com", "open-upload.tiktokapis.com"]
    }
    fn refusal(&self) -> fn(StatusCode) -> Value {
        errors::refusal
    }

    fn serve(&self, call: Call) -> BoxFuture<'_, Response> {
        Box::pin(async move {
            match call.host.as_str() {
                "open.tiktokapis.com" => self.api(&call).await,
                "open-upload.tiktokapis.com" => self.receive(&call),
                _ => match (&call.method, &call.segments()[..]) {
                    (&Method::GET | &Method::POST, ["v2", "auth", "authorize", ""]) => self.consent(&call),
                    (&Method::GET, [_, "video" | "photo", id]) => self.visit(id),
                    _ => call::bare(404),
                },
            }
        })
    }

    fn shown(&self) -> Vec<Shown> {
        self.kept.lock().posts.values().map(|post| self.show(post)).collect()
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
                    "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                    escape(&post.publish_id),
                    escape(&post.by),
                    post.progress.word(),
                    escape(&post.title)
                )
            })
            .collect();
        format!(
            "<p>{} posts. The application {} the audit.</p><table><thead><tr><th>Publish id</th><th>By</th>\
             <th>State</th><th>Title</th></tr></thead><tbody>{rows}</tbody></table>",
            state.posts.len(),
            if state.settings.audited { "passed" } else { "did not pass" }
        )
    }

    fn controls(&self) -> Vec<Control> {
        let state = self.kept.lock();
        let settings = &state.settings;
        let newest = state.posts.values().next_back().map(|post| post.publish_id.clone()).unwrap_or_default();
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
                vec![("post", newest), zero("views"), zero("likes"), zero("comments"), zero("shares")],
            ),
            one(
                "behaviour",
                "Change how it behaves (posts a day: empty for no limit)",
                vec![
                    ("audited", settings.audited.to_string()),
                    ("privacy", settings.privacy.join(",")),
                    ("verified", settings.verified.join(",")),
                    ("photo_types", settings.photo_types.join(",")),
                    ("posts_per_day", shown_limit(settings.posts_per_day)),
                    ("calls_limited", settings.calls_limited.to_string()),
                    ("looks_until_done", settings.looks_until_done.to_string()),
                    ("hidden_for", settings.hidden_for.to_string()),
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
                    views: number(filled, "views")?,
                    likes: number(filled, "likes")?,
                    comments: number(filled, "comments")?,
                    shares: number(filled, "shares")?,
                };
                return self.set_figures(text(filled, "post"), figures).then_some(()).ok_or_else(no_post);
            }
            "behaviour" => {
                let words = |name| -> Vec<String> {
                    text(filled, name)
                        .split(',')
                        .map(|word| word.trim().to_owned())
                        .filter(|word| !word.is_empty())
                        .collect()
                };
                let (audited, calls) = (number(filled, "audited")?, number(filled, "calls_limited")?);
                let (most, looks) = (limit(filled, "posts_per_day")?, number(filled, "looks_until_done")?);
                let hidden = number(filled, "hidden_for")?;
                self.configure(|settings| {
                    (settings.audited, settings.calls_limited) = (audited, calls);
                    (settings.privacy, settings.verified) = (words("privacy"), words("verified"));
                    settings.photo_types = words("photo_types");
                    (settings.posts_per_day, settings.looks_until_done) = (most, looks);
                    settings.hidden_for = hidden;
                });
            }
            _ => return Err("This control is not known.".to_owned()),
        }
        Ok(())
    }
}

impl TikTok {
    fn show(&self, post: &Post) -> Shown {
        let (nickname, username) = creator(&post.by).map_or(("", ""), |creator| (creator.nickname, creator.username));
        let origin = &self.ground.origin;
        let extension = if post.is_photos { "jpg" } else { "mp4" };
        let alt = if post.title.is_empty() { "A post without a title" } else { &post.title };
        let images = post
            .files
            .iter()
            .map(|name| (format!("{origin}/tiktok/files/{name}.{extension}"), alt.to_owned()))
            .collect();
        let (title, text) = if post.is_photos {
            (Some(post.title.clone()).filter(|title| !title.is_empty()), post.description.clone())
        } else {
            (None, post.title.clone())
        };
        let way = if post.is_photos { "photo" } else { "video" };
        let id = post.id.clone().unwrap_or_else(|| post.publish_id.clone());
        Shown {
            service: Service::TikTok,
            account: format!("{nickname} @{username}"),
            kind: "post".to_owned(),
            state: format!("{} {}", post.progress.word(), post.privacy).trim().to_owned(),
            title,
            text,
            images,
            link: None,
            url: self.ground.at(&format!("https://www.tiktok.com/@{username}/{way}/{id}")),
            id,
            at: post.created_at,
        }
    }

    /// The public page of one post.
    fn visit(&self, id: &str) -> Response {
        let state = self.kept.lock();
        match state.posts.values().find(|post| post.is_public() && post.id.as_deref() == Some(id)) {
            Some(post) => feed::one("TikTok", &self.show(post)),
            None => call::bare(404),
        }
    }
}
