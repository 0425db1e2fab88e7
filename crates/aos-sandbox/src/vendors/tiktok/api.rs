//! `open.tiktokapis.com`: who calls, how often, and what is read (contract 3.2 and 3.3).

use axum::{http::Method, response::Response};
use serde_json::{Value, json};

use super::{
    super::{
        call::Call,
        grants::{Holder, Standing},
    },
    TikTok,
    errors::{Refused, good},
    state::{Post, Progress, State, creator, privacy_of},
};

pub(super) type Outcome = Result<Value, Refused>;

impl TikTok {
    pub(super) async fn api(&self, call: &Call) -> Response {
        match (&call.method, call.path.as_str()) {
            (&Method::POST, "/v2/oauth/token/") => return self.token(call),
            (&Method::POST, "/v2/oauth/revoke/") => return self.revoke_token(call),
            _ => {}
        }
        let outcome = match self.admitted(call) {
            Ok(holder) => self.served(call, &holder).await,
            Err(refused) => Err(refused),
        };
        match outcome {
            Ok(data) => good(data, call.now),
            Err(refused) => refused.answer(call.now),
        }
    }

    fn admitted(&self, call: &Call) -> Result<Holder, Refused> {
        let most = match call.path.as_str() {
            "/v2/post/publish/creator_info/query/" => 20,
            "/v2/post/publish/video/init/"
            | "/v2/post/publish/inbox/video/init/"
            | "/v2/post/publish/content/init/" => 6,
            "/v2/post/publish/status/fetch/" => 30,
            "/v2/user/info/" | "/v2/video/list/" => 600,
            _ => return Err(Refused::missing()),
        };
        let mut state = self.kept.lock();
        state.requests += 1;
        let Standing::Good(holder) = state.grants.look(call.bearer().unwrap_or_default(), call.now) else {
            return Err(Refused::token());
        };
        let key = format!("{}{}", holder.person, call.path);
        if state.settings.calls_limited && !state.admit(key, most, call.now) {
            return Err(Refused::limit());
        }
        Ok(holder)
    }

    async fn served(&self, call: &Call, holder: &Holder) -> Outcome {
        if call.path == "/v2/user/info/" {
            return if call.method == Method::GET {
                info(&self.kept.lock(), call, holder)
            } else {
                Err(Refused::missing())
            };
        }
        if call.method != Method::POST {
            return Err(Refused::missing());
        }
        if call.content_type() != "application/json" {
            return Err(Refused::params("The content type must be application/json; charset=UTF-8"));
        }
        let sent = if call.body.is_empty() { Some(json!({})) } else { call.json().filter(Value::is_object) };
        let sent = sent.ok_or_else(|| Refused::params("The body is not a JSON object"))?;
        match call.path.as_str() {
            "/v2/post/publish/creator_info/query/" => creator_info(&self.kept.lock(), holder),
            "/v2/post/publish/video/init/" => self.start_video(&sent, false, call, holder).await,
            "/v2/post/publish/inbox/video/init/" => self.start_video(&sent, true, call, holder).await,
            "/v2/post/publish/content/init/" => self.start_photos(&sent, call, holder).await,
            "/v2/post/publish/status/fetch/" => self.status(&sent, holder),
            _ => self.kept.change(|state| {
                state.look_at_all_of(&holder.person);
                list(state, &sent, call, holder)
            }),
        }
    }

    fn status(&self, sent: &Value, holder: &Holder) -> Outcome {
        if !["video.publish", "video.upload"].iter().any(|scope| holder.scopes.contains(*scope)) {
            return Err(Refused::scope("video.publish"));
        }
        let publish_id = sent["publish_id"].as_str().unwrap_or_default();
        self.kept.change(|state| {
            let theirs = state.by_publish_id(publish_id).is_some_and(|post| post.by == holder.person);
            if !theirs {
                return Err(Refused::params("The publish_id is invalid"));
            }
            state.look(publish_id);
            let post = state.by_publish_id(publish_id).ok_or_else(|| Refused::params("The publish_id is invalid"))?;
            let mut data = json!({"status": post.progress.word()});
            if let Progress::Failed(reason) = &post.progress {
                data["fail_reason"] = reason.clone().into();
            }
            match &post.upload {
                Some(upload) => data["uploaded_bytes"] = upload.arrived.into(),
                None => data["downloaded_bytes"] = post.arrived.iter().count().into(),
            }
            // Only what everybody can see has an id that is told. The misspelling is TikTok's.
            if let Some(id) = post.id.clone().filter(|_| post.is_public()) {
                data["publicaly_available_post_id"] = json!([id.parse::<u64>().unwrap_or(0)]);
            }
            Ok(data)
        })
    }
}

pub(super) fn needs(holder: &Holder, scope: &str) -> Result<(), Refused> {
    if holder.scopes.contains(scope) { Ok(()) } else { Err(Refused::scope(scope)) }
}

fn creator_info(state: &State, holder: &Holder) -> Outcome {
    needs(holder, "video.publish")?;
    let creator = creator(&holder.person).ok_or_else(Refused::token)?;
    Ok(json!({
        "creator_username": creator.username, "creator_nickname": creator.nickname,
        "creator_avatar_url": format!("https://p16.tiktokcdn.test/{}.jpeg", creator.username),
        "privacy_level_options": privacy_of(state, &holder.person),
        "comment_disabled": false, "duet_disabled": false, "stitch_disabled": false,
        "max_video_post_duration_sec": 300,
    }))
}

/// The names in `fields`, each known.
fn fields(call: &Call, known: &[&str]) -> Result<Vec<String>, Refused> {
    let asked = call.asked("fields").unwrap_or_default();
    let fields: Vec<String> = asked.split(',').filter(|field| !field.is_empty()).map(str::to_owned).collect();
    if fields.is_empty() {
        return Err(Refused::params("The query parameter fields is needed"));
    }
    match fields.iter().find(|field| !known.contains(&field.as_str())) {
        Some(unknown) => Err(Refused::params(format!("The field {unknown} is not known"))),
        None => Ok(fields),
    }
}

/// Each field of a user with the scope that it needs.
const USER_FIELDS: &[(&str, &str)] = &[
    ("open_id", "user.info.basic"),
    ("union_id", "user.info.basic"),
    ("avatar_url", "user.info.basic"),
    ("avatar_url_100", "user.info.basic"),
    ("avatar_large_url", "user.info.basic"),
    ("display_name", "user.info.basic"),
    ("bio_description", "user.info.profile"),
    ("profile_deep_link", "user.info.profile"),
    ("is_verified", "user.info.profile"),
    ("username", "user.info.profile"),
    ("follower_count", "user.info.stats"),
    ("following_count", "user.info.stats"),
    ("likes_count", "user.info.stats"),
    ("video_count", "user.info.stats"),
];

fn info(state: &State, call: &Call, holder: &Holder) -> Outcome {
    let known: Vec<&str> = USER_FIELDS.iter().map(|(name, _)| *name).collect();
    let creator = creator(&holder.person).ok_or_else(Refused::token)?;
    let own = || state.posts.values().filter(|post| post.by == holder.person && post.is_public());
    let mut user = json!({});
    for field in fields(call, &known)? {
        let scope = USER_FIELDS.iter().find(|(name, _)| *name == field).map_or("", |(_, scope)| scope);
        needs(holder, scope)?;
        user[&field] = match field.as_str() {
            "open_id" => creator.open_id.into(),
            "union_id" => format!("union-{}", creator.username).into(),
            "display_name" => creator.nickname.into(),
            "username" => creator.username.into(),
            "bio_description" => if creator.key == "anna" { "Garden offices, built to order." } else { "" }.into(),
            "profile_deep_link" => format!("https://vm.tiktok.test/{}", creator.username).into(),
            "is_verified" => false.into(),
            "follower_count" => state.followers.get(creator.key).copied().unwrap_or(0).into(),
            "following_count" => 58.into(),
            "likes_count" => own().map(|post| post.figures.likes).sum::<u64>().into(),
            "video_count" => own().count().into(),
            _ => format!("https://p16.tiktokcdn.test/{}.jpeg", creator.username).into(),
        };
    }
    Ok(json!({ "user": user }))
}

const VIDEO_FIELDS: &[&str] = &[
    "id",
    "title",
    "video_description",
    "create_time",
    "cover_image_url",
    "share_url",
    "embed_link",
    "embed_html",
    "duration",
    "height",
    "width",
    "view_count",
    "like_count",
    "comment_count",
    "share_count",
];

fn list(state: &State, sent: &Value, call: &Call, holder: &Holder) -> Outcome {
    needs(holder, "video.list")?;
    let fields = fields(call, VIDEO_FIELDS)?;
    let skipped = sent["cursor"].as_u64().unwrap_or(0);
    let most = sent["max_count"].as_u64().unwrap_or(10);
    if !(1..=20).contains(&most) {
        return Err(Refused::params("max_count must be 1 to 20"));
    }
    let listed: Vec<&Post> = state
        .posts
        .values()
        .rev()
        .filter(|post| post.by == holder.person && post.is_public() && post.listed_from <= state.requests)
        .collect();
    let skip = usize::try_from(skipped).unwrap_or(usize::MAX);
    let page: Vec<Value> = listed.iter().skip(skip).take(most as usize).map(|post| shape(post, &fields)).collect();
    let cursor = skipped + page.len() as u64;
    Ok(json!({"videos": page, "cursor": cursor, "has_more": cursor < listed.len() as u64}))
}

fn shape(post: &Post, fields: &[String]) -> Value {
    let id = post.id.clone().unwrap_or_default();
    let username = creator(&post.by).map_or("", |creator| creator.username);
    let mut body = json!({});
    for field in fields {
        body[field] = match field.as_str() {
            "id" => id.clone().into(),
            "title" => post.title.clone().into(),
            "video_description" if post.is_photos => post.description.clone().into(),
            "video_description" => post.title.clone().into(),
            "create_time" => post.created_at.timestamp().into(),
            "share_url" => format!("https://www.tiktok.com/@{username}/video/{id}").into(),
            "view_count" => post.figures.views.into(),
            "like_count" => post.figures.likes.into(),
            "comment_count" => post.figures.comments.into(),
            "share_count" => post.figures.shares.into(),
            "duration" => 15.into(),
            _ => continue,
        };
    }
    body
}
