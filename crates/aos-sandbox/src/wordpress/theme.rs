//! The public pages: home, posts, categories, files. Every page says that the site is simulated.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header, request::Parts},
    response::{Html, IntoResponse},
};

use super::{
    state::{Post, PostKind, State},
    text,
};
use crate::html::{escape, plain_text};

const STYLE: &str = include_str!("theme.css");

pub(super) fn serve(state: &State, parts: &Parts) -> Response<Body> {
    let path = parts.uri.path().trim_end_matches('/');
    let mut response = if let Some(file) = path.strip_prefix("/wp-content/uploads/") {
        upload(state, file)
    } else if path == "/robots.txt" {
        "User-agent: *\nDisallow: /wp-admin/\n".into_response()
    } else {
        page(state, path, parts.uri.query().unwrap_or(""))
    };
    if state.settings.announces_api
        && let Ok(link) = HeaderValue::from_str(&format!("<{}>; rel=\"https://api.w.org/\"", state.rest_url("/")))
    {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}

fn upload(state: &State, file: &str) -> Response<Body> {
    match state.media.values().find(|media| media.file == file) {
        Some(media) => ([(header::CONTENT_TYPE, media.mime_type.clone())], media.bytes.clone()).into_response(),
        None => (StatusCode::NOT_FOUND, Html(frame(state, "Not found", NOT_FOUND))).into_response(),
    }
}

fn page(state: &State, path: &str, query: &str) -> Response<Body> {
    if path.is_empty() || path == "/index.php" {
        let asked = url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| matches!(name.as_ref(), "p" | "page_id"))
            .and_then(|(_, id)| id.parse::<u64>().ok());
        return match asked.map(|id| state.posts.get(&id).filter(|post| post.is_public())) {
            None => Html(home(state, None)).into_response(),
            Some(None) => (StatusCode::NOT_FOUND, Html(frame(state, "Not found", NOT_FOUND))).into_response(),
            Some(Some(post)) if state.settings.pretty_permalinks => moved(&state.permalink(post)),
            Some(Some(post)) => Html(single(state, post)).into_response(),
        };
    }
    if state.settings.pretty_permalinks {
        let segments: Vec<&str> = path.split('/').filter(|s| !s.is_empty()).collect();
        match segments[..] {
            ["category" | "tag", slug] => {
                if let Some(term) = state.terms.values().find(|term| term.slug == slug) {
                    return Html(home(state, Some(term.id))).into_response();
                }
            }
            [slug] => {
                if let Some(post) = state.posts.values().find(|post| post.slug == slug && post.is_public()) {
                    return Html(single(state, post)).into_response();
                }
            }
            _ => {}
        }
    }
    (StatusCode::NOT_FOUND, Html(frame(state, "Not found", NOT_FOUND))).into_response()
}

const NOT_FOUND: &str = "<h1>Not found</h1><p>There is no page at this address.</p>";

fn moved(to: &str) -> Response<Body> {
    match HeaderValue::from_str(to) {
        Ok(to) => (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, to)]).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A page of the site around some content.
pub(super) fn frame(state: &State, title: &str, content: &str) -> String {
    frame_with(state, title, "", content)
}

fn frame_with(state: &State, title: &str, head: &str, content: &str) -> String {
    let (site, tagline) = (escape(&state.settings.name), escape(&state.settings.tagline));
    let api = if state.settings.announces_api {
        format!("<link rel=\"https://api.w.org/\" href=\"{}\">", escape(&state.rest_url("/")))
    } else {
        String::new()
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"generator\" content=\"{site} (simulated)\">\n\
         <title>{} – {site}</title>\n{api}{head}\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <p class=\"simulated\">Sandbox WordPress — simulated. Nothing here is a real publication. \
         <a href=\"/__sandbox/\">What happened here</a></p>\n\
         <header class=\"site\"><a class=\"name\" href=\"/\">{site}</a><span>{tagline}</span></header>\n\
         <main>\n{content}\n</main>\n\
         <footer class=\"site\">Sandbox WordPress — simulated by Agency OS.</footer>\n</body>\n</html>\n",
        escape(title)
    )
}

/// Public posts, newest first; of one term where given.
fn home(state: &State, term: Option<u64>) -> String {
    let mut posts: Vec<&Post> = state
        .posts
        .values()
        .filter(|post| post.kind == PostKind::Post && post.is_public())
        .filter(|post| term.is_none_or(|id| post.categories.contains(&id) || post.tags.contains(&id)))
        .collect();
    posts.sort_by_key(|post| std::cmp::Reverse((post.date, post.id)));
    let heading = match term.and_then(|id| state.terms.get(&id)) {
        Some(term) => format!("<h1>{}</h1>", escape(&term.name)),
        None => format!("<h1>{}</h1>", escape(&state.settings.tagline)),
    };
    let list: String = posts.iter().map(|post| card(state, post)).collect();
    let list = if list.is_empty() { "<p class=\"empty\">Nothing has been published yet.</p>".to_owned() } else { list };
    frame(state, &state.settings.tagline, &format!("{heading}\n<div class=\"posts\">{list}</div>"))
}

fn card(state: &State, post: &Post) -> String {
    format!(
        "<article class=\"card\">{}<h2><a href=\"{}\">{}</a></h2>{}{}</article>\n",
        image(state, post),
        escape(&state.permalink(post)),
        text::texturize(&escape(&post.title)),
        byline(state, post),
        text::excerpt(&post.excerpt, &post.content)
    )
}

fn image(state: &State, post: &Post) -> String {
    state.media.get(&post.featured_media).map_or_else(String::new, |media| {
        format!(
            "<img class=\"featured\" src=\"{}\" alt=\"{}\">",
            escape(&state.media_url(media)),
            escape(&media.alt_text)
        )
    })
}

fn byline(state: &State, post: &Post) -> String {
    let author = state.user(post.author).map_or("", |user| user.name.as_str());
    let terms: Vec<String> = post
        .categories
        .iter()
        .chain(&post.tags)
        .filter_map(|id| state.terms.get(id))
        .map(|term| {
            let base = if term.taxonomy == "category" { "category" } else { "tag" };
            format!("<a href=\"/{base}/{}/\">{}</a>", escape(&term.slug), escape(&term.name))
        })
        .collect();
    format!(
        "<p class=\"byline\"><time datetime=\"{}\">{}</time> · {}{}{}</p>",
        post.date.to_rfc3339(),
        state.local(post.date).format("%-d %B %Y"),
        escape(author),
        if terms.is_empty() { "" } else { " · " },
        terms.join(", ")
    )
}

fn single(state: &State, post: &Post) -> String {
    let about = plain_text(&text::excerpt(&post.excerpt, &post.content));
    let head = format!(
        "<link rel=\"canonical\" href=\"{}\">\n<meta name=\"description\" content=\"{}\">",
        escape(&state.permalink(post)),
        escape(&about)
    );
    let content = format!(
        "<article class=\"single\"><h1>{}</h1>{}{}<div class=\"content\">{}</div></article>",
        text::texturize(&escape(&post.title)),
        byline(state, post),
        image(state, post),
        text::render_content(&post.content)
    );
    frame_with(state, &post.title, &head, &content)
}
