//! Categories and tags (contract 1.5).

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{
    posts::{deleted, page_link},
    rest::{Answer, Call, Outcome, RestError, Wrong},
    state::{State, Term},
    text::slugify,
};

/// A taxonomy with its name, base and the right to add to it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Taxonomy {
    Category,
    Tag,
}

impl Taxonomy {
    pub(super) fn of_base(base: &str) -> Option<Self> {
        match base {
            "categories" => Some(Self::Category),
            "tags" => Some(Self::Tag),
            _ => None,
        }
    }
    fn name(self) -> &'static str {
        if self == Self::Category { "category" } else { "post_tag" }
    }
    fn base(self) -> &'static str {
        if self == Self::Category { "categories" } else { "tags" }
    }
    /// Everyone who writes may make tags; categories are for those who manage them.
    fn create_capability(self) -> &'static str {
        if self == Self::Category { "manage_categories" } else { "edit_posts" }
    }
}

pub(super) fn shape(state: &State, term: &Term) -> Value {
    let base = if term.taxonomy == "category" { "category" } else { "tag" };
    let link = if state.settings.pretty_permalinks {
        format!("{}/{base}/{}/", state.origin, term.slug)
    } else {
        format!("{}/?{}={}", state.origin, if base == "category" { "cat" } else { "tag_id" }, term.id)
    };
    let mut shown = json!({
        "id": term.id, "count": state.term_count(term.id), "description": term.description, "link": link,
        "name": crate::html::escape(&term.name), "slug": term.slug, "taxonomy": term.taxonomy, "meta": [],
    });
    if term.taxonomy == "category" {
        shown["parent"] = term.parent.into();
    }
    shown
}

fn find(state: &State, taxonomy: Taxonomy, id: u64) -> Result<&Term, RestError> {
    state
        .terms
        .get(&id)
        .filter(|term| term.taxonomy == taxonomy.name())
        .ok_or_else(|| RestError::gone("rest_term_invalid", "Term does not exist."))
}

pub(super) fn get(state: &State, taxonomy: Taxonomy, id: u64) -> Outcome {
    Ok(Answer::ok(shape(state, find(state, taxonomy, id)?)))
}

pub(super) fn list(state: &State, call: &Call, taxonomy: Taxonomy) -> Outcome {
    let (params, mut wrong) = (&call.params, Wrong::default());
    let page = params.number("page", 1, 1, u64::MAX, &mut wrong);
    let per_page = params.number("per_page", 10, 1, 100, &mut wrong);
    let include = params.ids("include", &mut wrong);
    let post = params.get("post").map(|_| params.number("post", 0, 0, u64::MAX, &mut wrong));
    wrong.check()?;
    let slugs = params.list("slug");
    let search = params.text("search").map(|s| s.to_lowercase());
    let hide_empty = params.flag("hide_empty");
    let of_post = post
        .map(|id| state.posts.get(&id).map(|p| [p.categories.clone(), p.tags.clone()].concat()).unwrap_or_default());
    let mut found: Vec<&Term> = state
        .terms
        .values()
        .filter(|term| term.taxonomy == taxonomy.name())
        .filter(|term| slugs.as_ref().is_none_or(|slugs| slugs.contains(&term.slug)))
        .filter(|term| include.as_ref().is_none_or(|ids| ids.contains(&term.id)))
        .filter(|term| of_post.as_ref().is_none_or(|ids| ids.contains(&term.id)))
        .filter(|term| {
            search.as_ref().is_none_or(|s| term.name.to_lowercase().contains(s) || term.slug.contains(s.as_str()))
        })
        .filter(|term| !hide_empty || state.term_count(term.id) > 0)
        .collect();
    found.sort_by_key(|term| term.name.to_lowercase());
    let total = found.len();
    let skipped = usize::try_from((page - 1).saturating_mul(per_page)).unwrap_or(usize::MAX);
    let shown: Vec<Value> = found.iter().skip(skipped).take(per_page as usize).map(|term| shape(state, term)).collect();
    Ok(Answer::page(shown, total, page, per_page, |page| page_link(state, call, page)))
}

pub(super) fn create(state: &mut State, call: &Call, taxonomy: Taxonomy) -> Outcome {
    let params = &call.params;
    let Some(name) = params.text("name") else {
        return Err(
            RestError::bad("rest_missing_callback_param", "Missing parameter(s): name").with("params", json!(["name"]))
        );
    };
    if !call.can(taxonomy.create_capability()) {
        let message = "Sorry, you are not allowed to create terms in this taxonomy.";
        return Err(call.denied("rest_cannot_create", message));
    }
    let name = name.trim().to_owned();
    if name.is_empty() {
        // Core gives this error no status, which makes it a 500.
        let message = "A name is required for this term.";
        let mut error = RestError::new(StatusCode::INTERNAL_SERVER_ERROR, "empty_term_name", message);
        error.bare = true;
        return Err(error);
    }
    let slug = slugify(&params.text("slug").filter(|slug| !slug.is_empty()).unwrap_or_else(|| name.clone()));
    let existing = state
        .terms
        .values()
        .find(|t| t.taxonomy == taxonomy.name() && (t.slug == slug || t.name.to_lowercase() == name.to_lowercase()));
    if let Some(existing) = existing {
        let message = "A term with the name provided already exists in this taxonomy.";
        let mut error = RestError::bad("term_exists", message).with("term_id", existing.id);
        error.additional = Some(json!([existing.id, existing.id]));
        return Err(error);
    }
    let parent = params.text("parent").and_then(|text| text.parse().ok()).unwrap_or(0);
    let id = state.new_id();
    let description = params.text("description").unwrap_or_default();
    let term = Term { id, taxonomy: taxonomy.name().to_owned(), name, slug, description, parent };
    let shown = shape(state, &term);
    state.terms.insert(id, term);
    Ok(Answer::created(state.rest_url(&format!("/wp/v2/{}/{id}", taxonomy.base())), shown))
}

pub(super) fn update(state: &mut State, call: &Call, taxonomy: Taxonomy, id: u64) -> Outcome {
    let mut term = find(state, taxonomy, id)?.clone();
    if !call.can("manage_categories") {
        return Err(call.denied("rest_cannot_update", "Sorry, you are not allowed to edit this term."));
    }
    if let Some(name) = call.params.text("name").filter(|name| !name.trim().is_empty()) {
        term.name = name.trim().to_owned();
    }
    if let Some(slug) = call.params.text("slug") {
        term.slug = slugify(&slug);
    }
    if let Some(description) = call.params.text("description") {
        term.description = description;
    }
    let shown = shape(state, &term);
    state.terms.insert(id, term);
    Ok(Answer::ok(shown))
}

pub(super) fn delete(state: &mut State, call: &Call, taxonomy: Taxonomy, id: u64) -> Outcome {
    let shown = shape(state, find(state, taxonomy, id)?);
    if !call.can("manage_categories") {
        return Err(call.denied("rest_cannot_delete", "Sorry, you are not allowed to delete this term."));
    }
    if !call.params.flag("force") {
        let message = "Terms do not support trashing. Set 'force=true' to delete.";
        return Err(RestError::new(StatusCode::NOT_IMPLEMENTED, "rest_trash_not_supported", message));
    }
    state.terms.remove(&id);
    for post in state.posts.values_mut() {
        post.categories.retain(|term| *term != id);
        post.tags.retain(|term| *term != id);
    }
    Ok(deleted(shown))
}
