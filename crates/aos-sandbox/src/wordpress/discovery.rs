//! How a client finds the API and what it offers (contract 1.1).

use axum::http::header;
use serde_json::{Map, Value, json};

use super::{
    rest::{Answer, Call, Outcome},
    state::State,
};

const ROUTES: &[(&str, &[&str])] = &[
    ("/", &["GET"]),
    ("/batch/v1", &["POST"]),
    ("/wp/v2", &["GET"]),
    ("/wp/v2/posts", &["GET", "POST"]),
    ("/wp/v2/posts/(?P<id>[\\d]+)", &["GET", "POST", "PUT", "PATCH", "DELETE"]),
    ("/wp/v2/pages", &["GET", "POST"]),
    ("/wp/v2/pages/(?P<id>[\\d]+)", &["GET", "POST", "PUT", "PATCH", "DELETE"]),
    ("/wp/v2/media", &["GET", "POST"]),
    ("/wp/v2/media/(?P<id>[\\d]+)", &["GET", "POST", "PUT", "PATCH", "DELETE"]),
    ("/wp/v2/media/(?P<id>[\\d]+)/post-process", &["POST"]),
    ("/wp/v2/categories", &["GET", "POST"]),
    ("/wp/v2/categories/(?P<id>[\\d]+)", &["GET", "POST", "PUT", "PATCH", "DELETE"]),
    ("/wp/v2/tags", &["GET", "POST"]),
    ("/wp/v2/tags/(?P<id>[\\d]+)", &["GET", "POST", "PUT", "PATCH", "DELETE"]),
    ("/wp/v2/users", &["GET"]),
    ("/wp/v2/users/me", &["GET"]),
    ("/wp/v2/users/me/application-passwords", &["GET", "POST"]),
    ("/wp/v2/users/me/application-passwords/introspect", &["GET"]),
    ("/wp/v2/types", &["GET"]),
    ("/wp/v2/taxonomies", &["GET"]),
    ("/wp/v2/settings", &["GET"]),
];

fn routes(below: &str) -> Value {
    let map: Map<String, Value> = ROUTES
        .iter()
        .filter(|(route, _)| route.starts_with(below))
        .map(|(route, methods)| {
            let namespace = if route.starts_with("/wp/v2") { "wp/v2" } else { "" };
            ((*route).to_owned(), json!({"namespace": namespace, "methods": methods}))
        })
        .collect();
    Value::Object(map)
}

/// The root.
pub(super) fn index(state: &State) -> Answer {
    let authentication = if state.settings.application_passwords {
        let page = format!("{}/wp-admin/authorize-application.php", state.origin);
        json!({"application-passwords": {"endpoints": {"authorization": page}}})
    } else {
        // PHP writes an empty array here, not an empty object.
        json!([])
    };
    let minutes = f64::from(state.settings.utc_offset_minutes);
    Answer::ok(json!({
        "name": state.settings.name,
        "description": state.settings.tagline,
        "url": state.origin,
        "home": state.origin,
        "gmt_offset": (minutes / 60.0).to_string(),
        "timezone_string": "",
        "namespaces": ["oembed/1.0", "wp/v2"],
        "authentication": authentication,
        "routes": routes("/"),
    }))
}

pub(super) fn namespace() -> Answer {
    Answer::ok(json!({"namespace": "wp/v2", "routes": routes("/wp/v2")}))
}

/// `OPTIONS` of a route: which methods it takes.
pub(super) fn options(segments: &[&str]) -> Answer {
    let pattern: Vec<&str> =
        segments.iter().map(|s| if s.parse::<u64>().is_ok() { "(?P<id>[\\d]+)" } else { *s }).collect();
    let wanted = format!("/{}", pattern.join("/"));
    let methods = ROUTES.iter().find(|(route, _)| *route == wanted).map_or(&[] as &[&str], |(_, methods)| methods);
    let mut answer = Answer::ok(json!({"namespace": "wp/v2", "methods": methods}));
    answer.headers.push((header::ALLOW, methods.join(", ")));
    answer
}

pub(super) fn types(_: &State, call: &Call) -> Outcome {
    if call.editing() && !call.can("edit_posts") {
        return Err(call.denied("rest_cannot_view", "Sorry, you are not allowed to edit posts in this post type."));
    }
    let kind = |slug: &str, name: &str, base: &str, taxonomies: &[&str]| {
        json!({"name": name, "slug": slug, "hierarchical": slug == "page", "taxonomies": taxonomies,
            "rest_base": base, "rest_namespace": "wp/v2"})
    };
    Ok(Answer::ok(json!({
        "post": kind("post", "Posts", "posts", &["category", "post_tag"]),
        "page": kind("page", "Pages", "pages", &[]),
        "attachment": kind("attachment", "Media", "media", &[]),
    })))
}

pub(super) fn taxonomies(_: &State, call: &Call) -> Outcome {
    if call.editing() && !call.can("edit_posts") {
        return Err(call.denied("rest_cannot_view", "Sorry, you are not allowed to manage terms in this taxonomy."));
    }
    Ok(Answer::ok(json!({
        "category": {"name": "Categories", "slug": "category", "hierarchical": true, "types": ["post"],
            "rest_base": "categories", "rest_namespace": "wp/v2"},
        "post_tag": {"name": "Tags", "slug": "post_tag", "hierarchical": false, "types": ["post"],
            "rest_base": "tags", "rest_namespace": "wp/v2"},
    })))
}
