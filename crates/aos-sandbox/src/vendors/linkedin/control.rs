//! What the listener and the console ask of the simulated LinkedIn.

use axum::{http::StatusCode, response::Response};
use bytes::Bytes;
use futures::future::BoxFuture;
use serde_json::Value;

use super::{
    super::{
        Shown,
        call::{self, Call},
        media,
        platform::{Control, Filled, Platform, limit, number, shown_limit, text},
    },
    LinkedIn, errors,
    state::{Content, Figures, Post, State, name_of},
};
use crate::{faults::Service, html::escape};

impl Platform for LinkedIn {
    fn service(&self) -> Service {
        Service::LinkedIn
    }
    fn name(&self) -> &'static str {
        "LinkedIn"
    }
    fn hosts(&self) -> &'static [&'static str] {
        &["www.linkedin.com", "api.linkedin.com"]
    }
    fn refusal(&self) -> fn(StatusCode) -> Value {
        errors::refusal
    }

    fn serve(&self, call: Call) -> BoxFuture<'_, Response> {
        Box::pin(async move {
            match call.host.as_str() {
                "api.linkedin.com" => self.api(&call),
                _ if call.path.starts_with("/dms-uploads/") => self.receive(&call),
                _ if call.path.starts_with("/feed/update/") => self.visit(&call),
                _ => self.www(&call),
            }
        })
    }

    fn shown(&self) -> Vec<Shown> {
        let state = self.kept.lock();
        state.posts.values().map(|post| self.show(&state, post)).collect()
    }

    fn file(&self, name: &str) -> Option<(String, Bytes)> {
        let id = name.split('.').next()?;
        let bytes = self.blobs.get(id)?;
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
                let cut = if post.cut { ", cut off" } else { "" };
                format!(
                    "<tr><td>{}</td><td>{}</td><td>{}{cut}</td><td>{}</td></tr>",
                    escape(&post.urn),
                    escape(&name_of(&post.author)),
                    escape(&post.state),
                    escape(&post.text)
                )
            })
            .collect();
        format!(
            "<p>{} posts, {} uploads, {} followers. Versions: {}.</p><table><thead><tr><th>Post</th><th>By</th>\
             <th>State</th><th>Text</th></tr></thead><tbody>{rows}</tbody></table>",
            state.posts.len(),
            state.uploads.len(),
            state.followers,
            escape(&state.settings.versions.join(", "))
        )
    }

    fn controls(&self) -> Vec<Control> {
        let state = self.kept.lock();
        let settings = &state.settings;
        let newest = state.posts.keys().next_back().cloned().unwrap_or_default();
        let zero = || "0".to_owned();
        let one = |name, words, fields| Control { name, words, fields };
        vec![
            one("revoke", "Remove the application from this person's account", vec![("person", "anna".to_owned())]),
            one("expire", "End all access tokens", vec![]),
            one("delete", "Delete this post behind everyone's back", vec![("post", newest.clone())]),
            one("followers", "Set the followers of the page", vec![("followers", state.followers.to_string())]),
            one(
                "figures",
                "Set the figures of this post",
                vec![
                    ("post", newest),
                    ("impressions", zero()),
                    ("unique_impressions", zero()),
                    ("clicks", zero()),
                    ("likes", zero()),
                    ("comments", zero()),
                    ("shares", zero()),
                ],
            ),
            one(
                "retire",
                "Retire this version of the API",
                vec![("version", settings.versions.first().cloned().unwrap_or_default())],
            ),
            one(
                "role",
                "Set Anna's role on the page (empty: none)",
                vec![("role", settings.role.clone().unwrap_or_default())],
            ),
            one(
                "behaviour",
                "Change how it behaves (posts a day: empty for no limit)",
                vec![
                    ("posts_per_day", shown_limit(settings.posts_per_day)),
                    ("looks_until_ready", settings.looks_until_ready.to_string()),
                    ("hidden_for", settings.hidden_for.to_string()),
                    ("refresh_tokens", settings.refresh_tokens.to_string()),
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
            "followers" => self.set_followers(number(filled, "followers")?),
            "figures" => {
                let figures = Figures {
                    impressions: number(filled, "impressions")?,
                    unique_impressions: number(filled, "unique_impressions")?,
                    clicks: number(filled, "clicks")?,
                    likes: number(filled, "likes")?,
                    comments: number(filled, "comments")?,
                    shares: number(filled, "shares")?,
                };
                return self.set_figures(text(filled, "post"), figures).then_some(()).ok_or_else(no_post);
            }
            "retire" => self.retire_version(text(filled, "version")),
            "role" => {
                let role = Some(text(filled, "role").to_owned()).filter(|role| !role.is_empty());
                self.configure(|settings| settings.role = role);
            }
            "behaviour" => {
                let (most, looks) = (limit(filled, "posts_per_day")?, number(filled, "looks_until_ready")?);
                let (hidden, refresh) = (number(filled, "hidden_for")?, number(filled, "refresh_tokens")?);
                self.configure(|settings| {
                    (settings.posts_per_day, settings.looks_until_ready) = (most, looks);
                    (settings.hidden_for, settings.refresh_tokens) = (hidden, refresh);
                });
            }
            _ => return Err("This control is not known.".to_owned()),
        }
        Ok(())
    }
}

impl LinkedIn {
    fn file_url(&self, state: &State, urn: &str) -> Option<String> {
        let extension = state.uploads.get(urn)?.extension.as_deref()?;
        Some(format!("{}/linkedin/files/{}.{extension}", self.ground.origin, urn.rsplit(':').next()?))
    }

    fn show(&self, state: &State, post: &Post) -> Shown {
        let picture = |urn: &str, alt: Option<&String>| {
            self.file_url(state, urn).map(|url| (url, alt.cloned().unwrap_or_default()))
        };
        let (mut title, mut link, mut text) = (None, None, post.text.clone());
        let images = match &post.content {
            None => Vec::new(),
            Some(Content::Media { id, title: own, alt_text }) => {
                title.clone_from(own);
                picture(id, alt_text.as_ref()).into_iter().collect()
            }
            Some(Content::Images(images)) => images.iter().filter_map(|(id, alt)| picture(id, alt.as_ref())).collect(),
            Some(Content::Article { source, title: own, thumbnail, .. }) => {
                (title, link) = (Some(own.clone()), Some(source.clone()));
                thumbnail.iter().filter_map(|urn| picture(urn, Some(own))).collect()
            }
            Some(Content::Poll { question, options, .. }) => {
                title = Some(question.clone());
                for option in options {
                    text.push_str("\n○ ");
                    text.push_str(option);
                }
                Vec::new()
            }
        };
        Shown {
            service: Service::LinkedIn,
            account: name_of(&post.author),
            id: post.urn.clone(),
            kind: "post".to_owned(),
            state: post.state.clone(),
            title,
            text,
            images,
            link,
            url: self.ground.at(&format!("https://www.linkedin.com/feed/update/{}", post.urn)),
            at: post.created_at,
        }
    }

    /// The public page of one post.
    fn visit(&self, call: &Call) -> Response {
        let urn = call::decoded(call.path.trim_start_matches("/feed/update/").trim_end_matches('/'));
        let state = self.kept.lock();
        match state.posts.get(&urn).filter(|post| post.state == "PUBLISHED") {
            Some(post) => super::super::feed::one("LinkedIn", &self.show(&state, post)),
            None => call::bare(404),
        }
    }
}
