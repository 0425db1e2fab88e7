//! Reading posts and pages (contract 1.3, 1.6).

use aos_kernel::Timestamp;
use serde_json::{Value, json};

use super::{
    rest::{Answer, Call, Outcome, RestError, Wrong, not_in_enum},
    shape,
    state::{Post, PostKind, State, Status},
};
use crate::html::plain_text;

/// Whether the caller may read the post: public ones everyone, others their author and editors.
fn may_read(call: &Call, post: &Post) -> bool {
    post.is_public() || may_edit(call, post)
}

/// Whether the caller may change the post.
pub(super) fn may_edit(call: &Call, post: &Post) -> bool {
    let Some(user) = &call.user else { return false };
    if post.kind == PostKind::Page {
        return user.role.can("edit_pages");
    }
    let own = post.author == user.id;
    let live = matches!(post.status, Status::Publish | Status::Future | Status::Private);
    user.role.can("edit_others_posts")
        || (own && user.role.can("edit_posts") && (!live || user.role.can("edit_published_posts")))
}

/// The capability to write posts of a kind at all.
pub(super) fn edit_capability(kind: PostKind) -> &'static str {
    if kind == PostKind::Page { "edit_pages" } else { "edit_posts" }
}

/// The post, when it exists and is of the kind.
pub(super) fn find(state: &State, kind: PostKind, id: u64) -> Result<&Post, RestError> {
    state
        .posts
        .get(&id)
        .filter(|post| post.kind == kind)
        .ok_or_else(|| RestError::gone("rest_post_invalid_id", "Invalid post ID."))
}

pub(super) fn get(state: &State, call: &Call, kind: PostKind, id: u64) -> Outcome {
    let post = find(state, kind, id)?;
    if call.editing() && !may_edit(call, post) {
        return Err(call.denied("rest_forbidden_context", "Sorry, you are not allowed to edit this post."));
    }
    if !may_read(call, post) {
        return Err(call.denied("rest_forbidden", "Sorry, you are not allowed to do that."));
    }
    Ok(Answer::ok(shape::post_for(state, post, call)))
}

/// What a list was asked for.
struct Wanted {
    statuses: Vec<Status>,
    search: Vec<String>,
    slugs: Option<Vec<String>>,
    include: Option<Vec<u64>>,
    exclude: Vec<u64>,
    categories: Option<Vec<u64>>,
    tags: Option<Vec<u64>>,
    authors: Option<Vec<u64>>,
    after: Option<Timestamp>,
    before: Option<Timestamp>,
    modified_after: Option<Timestamp>,
    orderby: String,
    ascending: bool,
    page: u64,
    per_page: u64,
    offset: Option<u64>,
}

fn read(state: &State, call: &Call, kind: PostKind) -> Result<Wanted, RestError> {
    let (params, mut wrong) = (&call.params, Wrong::default());
    let minutes = state.settings.utc_offset_minutes;
    let wanted = Wanted {
        statuses: statuses(call, kind, &mut wrong),
        search: params
            .text("search")
            .map(|s| s.to_lowercase().split_whitespace().map(str::to_owned).collect())
            .unwrap_or_default(),
        slugs: params.list("slug"),
        include: params.ids("include", &mut wrong),
        exclude: params.ids("exclude", &mut wrong).unwrap_or_default(),
        categories: params.ids("categories", &mut wrong),
        tags: params.ids("tags", &mut wrong),
        authors: params.ids("author", &mut wrong),
        after: params.date("after", minutes, &mut wrong),
        before: params.date("before", minutes, &mut wrong),
        modified_after: params.date("modified_after", minutes, &mut wrong),
        orderby: params
            .one_of(
                "orderby",
                &[
                    "author",
                    "date",
                    "id",
                    "include",
                    "modified",
                    "parent",
                    "relevance",
                    "slug",
                    "include_slugs",
                    "title",
                ],
                &mut wrong,
            )
            .unwrap_or_else(|| "date".to_owned()),
        ascending: params.one_of("order", &["asc", "desc"], &mut wrong).as_deref() == Some("asc"),
        page: params.number("page", 1, 1, u64::MAX, &mut wrong),
        per_page: params.number("per_page", 10, 1, 100, &mut wrong),
        offset: params.text("offset").map(|_| params.number("offset", 0, 0, u64::MAX, &mut wrong)),
    };
    params.one_of("context", &["view", "embed", "edit"], &mut wrong);
    wrong.check()?;
    Ok(wanted)
}

/// Anything but `publish` needs the right to edit; without it the parameter itself is called invalid.
fn statuses(call: &Call, kind: PostKind, wrong: &mut Wrong) -> Vec<Status> {
    const WORDS: &[&str] =
        &["publish", "future", "draft", "pending", "private", "trash", "auto-draft", "inherit", "any"];
    let mut statuses = Vec::new();
    for (at, text) in call.params.list("status").unwrap_or_else(|| vec!["publish".into()]).iter().enumerate() {
        if !WORDS.contains(&text.as_str()) {
            wrong.add("status", "rest_not_in_enum", not_in_enum(&format!("status[{at}]"), WORDS));
        } else if text != "publish" && !call.can(edit_capability(kind)) {
            wrong.add("status", "rest_forbidden_status", "Status is forbidden.".into());
        } else if text == "any" {
            statuses.extend(Status::ALL.iter().filter(|s| **s != Status::Trash));
        } else {
            statuses.extend(text.parse::<Status>());
        }
    }
    statuses
}

impl Wanted {
    fn fits(&self, post: &Post) -> bool {
        let any = |wanted: &Option<Vec<u64>>, has: &[u64]| {
            wanted.as_ref().is_none_or(|ids| ids.iter().any(|id| has.contains(id)))
        };
        self.statuses.contains(&post.status)
            && self.slugs.as_ref().is_none_or(|slugs| slugs.contains(&post.slug))
            && self.include.as_ref().is_none_or(|ids| ids.contains(&post.id))
            && !self.exclude.contains(&post.id)
            && any(&self.categories, &post.categories)
            && any(&self.tags, &post.tags)
            && any(&self.authors, &[post.author])
            && self.after.is_none_or(|after| post.date > after)
            && self.before.is_none_or(|before| post.date < before)
            && self.modified_after.is_none_or(|after| post.modified > after)
            && self.mentions(post)
    }
    fn mentions(&self, post: &Post) -> bool {
        if self.search.is_empty() {
            return true;
        }
        let text = format!("{} {} {}", post.title, post.excerpt, plain_text(&post.content)).to_lowercase();
        self.search.iter().all(|word| text.contains(word))
    }
    fn sort(&self, posts: &mut [&Post]) {
        posts.sort_by(|a, b| {
            let order = match self.orderby.as_str() {
                "id" => a.id.cmp(&b.id),
                "title" => a.title.cmp(&b.title),
                "slug" => a.slug.cmp(&b.slug),
                "author" => a.author.cmp(&b.author),
                "modified" => a.modified.cmp(&b.modified),
                _ => a.date.cmp(&b.date),
            };
            let order = order.then(a.id.cmp(&b.id));
            if self.ascending { order } else { order.reverse() }
        });
    }
}

pub(super) fn list(state: &State, call: &Call, kind: PostKind) -> Outcome {
    let wanted = read(state, call, kind)?;
    if call.editing() && !call.can(edit_capability(kind)) {
        let message = "Sorry, you are not allowed to edit posts in this post type.";
        return Err(call.denied("rest_forbidden_context", message));
    }
    let mut found: Vec<&Post> = state
        .posts
        .values()
        .filter(|post| post.kind == kind && wanted.fits(post))
        .filter(|post| if call.editing() { may_edit(call, post) } else { may_read(call, post) })
        .collect();
    wanted.sort(&mut found);
    let (total, pages) = (found.len(), (found.len() as u64).div_ceil(wanted.per_page));
    if wanted.page > pages && total > 0 && wanted.offset.is_none() {
        let message = "The page number requested is larger than the number of pages available.";
        return Err(RestError::bad("rest_post_invalid_page_number", message));
    }
    let skipped = wanted.offset.unwrap_or((wanted.page - 1).saturating_mul(wanted.per_page));
    let shown: Vec<Value> = found
        .iter()
        .skip(usize::try_from(skipped).unwrap_or(usize::MAX))
        .take(usize::try_from(wanted.per_page).unwrap_or(usize::MAX))
        .map(|post| shape::post_for(state, post, call))
        .collect();
    let link = |page: u64| page_link(state, call, page);
    Ok(Answer::page(shown, total, wanted.page, wanted.per_page, link))
}

/// The same list at another page, all other parameters kept.
pub(super) fn page_link(state: &State, call: &Call, page: u64) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in &call.params.0 {
        match value {
            Value::Array(items) => {
                for item in items {
                    query.append_pair(&format!("{name}[]"), item.as_str().unwrap_or_default());
                }
            }
            _ if name == "page" => {}
            other => {
                query.append_pair(name, other.as_str().unwrap_or(&other.to_string()));
            }
        }
    }
    query.append_pair("page", &page.to_string());
    let base = state.rest_url(&call.route);
    // The plain form has its `?` already.
    format!("{base}{}{}", if base.contains('?') { '&' } else { '?' }, query.finish())
}

/// `{"deleted":true,"previous":…}`.
pub(super) fn deleted(previous: Value) -> Answer {
    Answer::ok(json!({"deleted": true, "previous": previous}))
}
