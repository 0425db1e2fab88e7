//! Creating, changing and deleting posts: rights, status rules, scheduling (contract 1.3).

use aos_kernel::Timestamp;
use axum::http::StatusCode;
use serde_json::Value;

use super::{
    posts::{deleted, edit_capability, find, may_edit},
    rest::{Answer, Call, Outcome, Params, RestError, Wrong},
    shape,
    state::{Post, PostKind, State, Status},
    text::{kses, slugify},
};

const STATUSES: &[&str] = &["publish", "future", "draft", "pending", "private"];
const FORMATS: &[&str] =
    &["standard", "aside", "chat", "gallery", "link", "image", "quote", "status", "video", "audio"];

/// What a write sends; none: not sent.
struct Sent {
    title: Option<String>,
    content: Option<String>,
    excerpt: Option<String>,
    slug: Option<String>,
    status: Option<Status>,
    date: Option<Timestamp>,
    author: Option<u64>,
    featured_media: Option<u64>,
    categories: Option<Vec<u64>>,
    tags: Option<Vec<u64>>,
    comment_status: Option<String>,
    ping_status: Option<String>,
    format: Option<String>,
    template: Option<String>,
    sticky: Option<bool>,
}

fn read(state: &State, params: &Params) -> Result<Sent, RestError> {
    let mut wrong = Wrong::default();
    let minutes = state.settings.utc_offset_minutes;
    let status = params.one_of("status", STATUSES, &mut wrong).and_then(|text| text.parse().ok());
    // When both are sent, the local date wins.
    let date = params.date("date", minutes, &mut wrong);
    let date_gmt = params.date("date_gmt", 0, &mut wrong);
    let sent = Sent {
        title: raw_text(params, "title", &mut wrong),
        content: raw_text(params, "content", &mut wrong),
        excerpt: raw_text(params, "excerpt", &mut wrong),
        slug: params.text("slug").map(|slug| slugify(&slug)),
        status,
        date: date.or(date_gmt),
        author: params.get("author").map(|_| params.number("author", 0, 0, u64::MAX, &mut wrong)),
        featured_media: params
            .get("featured_media")
            .map(|_| params.number("featured_media", 0, 0, u64::MAX, &mut wrong)),
        categories: params.ids("categories", &mut wrong),
        tags: params.ids("tags", &mut wrong),
        comment_status: params.one_of("comment_status", &["open", "closed"], &mut wrong),
        ping_status: params.one_of("ping_status", &["open", "closed"], &mut wrong),
        format: params.one_of("format", FORMATS, &mut wrong),
        template: params.text("template"),
        sticky: params.get("sticky").map(|_| params.flag("sticky")),
    };
    wrong.check()?;
    Ok(sent)
}

/// Plain text, or an object with `raw` as a read gave it.
fn raw_text(params: &Params, name: &str, wrong: &mut Wrong) -> Option<String> {
    match params.get(name)? {
        Value::Object(fields) => fields.get("raw").and_then(Value::as_str).map(str::to_owned),
        Value::Array(_) => {
            wrong.add(name, "rest_invalid_type", format!("{name} is not of type object."));
            None
        }
        _ => params.text(name),
    }
}

pub(super) fn create(state: &mut State, call: &Call, kind: PostKind) -> Outcome {
    let sent = read(state, &call.params)?;
    if call.params.get("id").is_some() {
        return Err(RestError::bad("rest_post_exists", "Cannot create existing post."));
    }
    check_author(state, call, kind, &sent)?;
    if !call.can(edit_capability(kind)) {
        return Err(call.denied("rest_cannot_create", "Sorry, you are not allowed to create posts as this user."));
    }
    check_status(call, kind, &sent)?;
    if [&sent.title, &sent.content, &sent.excerpt].iter().all(|t| t.as_deref().is_none_or(|t| t.trim().is_empty())) {
        return Err(RestError::bad("empty_content", "Content, title, and excerpt are empty."));
    }
    let id = state.new_id();
    let mut post = Post {
        id,
        kind,
        status: Status::Draft,
        slug: String::new(),
        title: String::new(),
        content: String::new(),
        excerpt: String::new(),
        author: call.user_id(),
        date: call.now,
        date_floats: true,
        modified: call.now,
        featured_media: 0,
        categories: if kind == PostKind::Post { vec![1] } else { Vec::new() },
        tags: Vec::new(),
        comment_status: "open".into(),
        ping_status: "open".into(),
        format: "standard".into(),
        template: String::new(),
        sticky: false,
    };
    apply(state, call, &mut post, sent);
    let shown = shape::post(state, &post, true);
    state.posts.insert(id, post);
    Ok(Answer::created(state.rest_url(&format!("/wp/v2/{kind}/{id}")), shown))
}

pub(super) fn update(state: &mut State, call: &Call, kind: PostKind, id: u64) -> Outcome {
    let sent = read(state, &call.params)?;
    let mut post = find(state, kind, id)?.clone();
    if !may_edit(call, &post) {
        return Err(call.denied("rest_cannot_edit", "Sorry, you are not allowed to edit this post."));
    }
    check_author(state, call, kind, &sent)?;
    check_status(call, kind, &sent)?;
    apply(state, call, &mut post, sent);
    let shown = shape::post(state, &post, true);
    state.posts.insert(id, post);
    Ok(Answer::ok(shown))
}

pub(super) fn delete(state: &mut State, call: &Call, kind: PostKind, id: u64) -> Outcome {
    let post = find(state, kind, id)?;
    let own = post.author == call.user_id();
    let live = matches!(post.status, Status::Publish | Status::Future);
    let may = if kind == PostKind::Page {
        call.can("delete_pages")
    } else {
        call.can("delete_others_posts")
            || (own && call.can("delete_posts") && (!live || call.can("delete_published_posts")))
    };
    if !may {
        return Err(call.denied("rest_cannot_delete", "Sorry, you are not allowed to delete this post."));
    }
    let before = shape::post(state, post, true);
    if call.params.flag("force") {
        state.posts.remove(&id);
        return Ok(deleted(before));
    }
    if post.status == Status::Trash {
        return Err(RestError::new(StatusCode::GONE, "rest_already_trashed", "The post has already been deleted."));
    }
    let mut post = post.clone();
    post.status = Status::Trash;
    // Its slug is free again for others.
    post.slug = format!("{}__trashed", if post.slug.is_empty() { slugify(&post.title) } else { post.slug });
    post.modified = call.now;
    let shown = shape::post(state, &post, true);
    state.posts.insert(id, post);
    Ok(Answer::ok(shown))
}

fn check_author(state: &State, call: &Call, kind: PostKind, sent: &Sent) -> Result<(), RestError> {
    let Some(author) = sent.author.filter(|author| *author != call.user_id()) else { return Ok(()) };
    let others = if kind == PostKind::Page { "edit_others_pages" } else { "edit_others_posts" };
    if !call.can(others) {
        let message = "Sorry, you are not allowed to create posts as this user.";
        return Err(call.denied("rest_cannot_edit_others", message));
    }
    if state.user(author).is_none() {
        return Err(RestError::bad("rest_invalid_author", "Invalid author ID."));
    }
    Ok(())
}

fn check_status(call: &Call, kind: PostKind, sent: &Sent) -> Result<(), RestError> {
    let publish = if kind == PostKind::Page { "publish_pages" } else { "publish_posts" };
    match sent.status {
        Some(Status::Publish | Status::Future) if !call.can(publish) => {
            Err(call.denied("rest_cannot_publish", "Sorry, you are not allowed to publish posts in this post type."))
        }
        Some(Status::Private) if !call.can(publish) => {
            let message = "Sorry, you are not allowed to create private posts in this post type.";
            Err(call.denied("rest_cannot_publish", message))
        }
        _ => Ok(()),
    }
}

fn apply(state: &State, call: &Call, post: &mut Post, sent: Sent) {
    let trusted = call.can("unfiltered_html");
    let clean = |text: String| if trusted { text } else { kses(&text) };
    let set = |field: &mut String, value: Option<String>| {
        if let Some(value) = value {
            *field = value;
        }
    };
    set(&mut post.title, sent.title.map(clean));
    set(&mut post.content, sent.content.map(clean));
    set(&mut post.excerpt, sent.excerpt.map(clean));
    set(&mut post.comment_status, sent.comment_status);
    set(&mut post.ping_status, sent.ping_status);
    set(&mut post.format, sent.format);
    set(&mut post.template, sent.template);
    if let Some(sticky) = sent.sticky {
        post.sticky = sticky;
    }
    if let Some(author) = sent.author {
        post.author = author;
    }
    if let Some(image) = sent.featured_media {
        // An unknown file is ignored without an error, and nothing is set.
        post.featured_media = if image == 0 || state.media.contains_key(&image) { image } else { post.featured_media };
    }
    if post.kind == PostKind::Post {
        let known = |ids: Vec<u64>, taxonomy: &str| {
            ids.into_iter().filter(|id| state.terms.get(id).is_some_and(|t| t.taxonomy == taxonomy)).collect()
        };
        if let Some(categories) = sent.categories {
            post.categories = known(categories, "category");
        }
        if let Some(tags) = sent.tags {
            post.tags = known(tags, "post_tag");
        }
    }
    schedule(call.now, post, sent.status, sent.date);
    settle_slug(state, post, sent.slug);
    // A scheduled post shows its future date here.
    post.modified = if post.status == Status::Future { post.date } else { call.now };
}

/// A date in the past publishes at once; a date in the future turns publishing into scheduling, also for a post that
/// is public already.
fn schedule(now: Timestamp, post: &mut Post, status: Option<Status>, date: Option<Timestamp>) {
    if let Some(status) = status {
        post.status = status;
    }
    if let Some(date) = date {
        post.date = date;
        post.date_floats = false;
    } else if post.date_floats && matches!(post.status, Status::Publish | Status::Private) {
        post.date = now;
    }
    match post.status {
        Status::Publish if post.date > now => post.status = Status::Future,
        Status::Future if post.date <= now => post.status = Status::Publish,
        _ => {}
    }
    if matches!(post.status, Status::Publish | Status::Future | Status::Private) {
        post.date_floats = false;
    }
}

/// Drafts keep what they are given, or nothing; everything else has a slug that is unique among its kind.
fn settle_slug(state: &State, post: &mut Post, sent: Option<String>) {
    if let Some(slug) = sent {
        post.slug = slug;
    }
    if matches!(post.status, Status::Draft | Status::Pending) {
        return;
    }
    if post.slug.is_empty() {
        post.slug = slugify(&post.title);
    }
    if post.slug.is_empty() {
        post.slug = post.id.to_string();
    }
    post.slug = state.unique_slug(&post.slug, post.kind, post.id);
}
