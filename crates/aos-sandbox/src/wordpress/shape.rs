//! Posts and media as JSON: `rendered` for everyone, `raw` with `context=edit`.

use serde_json::{Map, Value, json};

use super::{
    rest::{Call, wp_date},
    state::{Media, Post, PostKind, State},
    text,
};

fn text_field(raw: &str, rendered: String, editing: bool) -> Value {
    if editing { json!({"raw": raw, "rendered": rendered}) } else { json!({"rendered": rendered}) }
}

/// A post as the API shows it.
pub(super) fn post(state: &State, post: &Post, editing: bool) -> Value {
    let kind = if post.kind == PostKind::Post { "post" } else { "page" };
    let mut content = text_field(&post.content, text::render_content(&post.content), editing);
    content["protected"] = false.into();
    let mut excerpt = text_field(&post.excerpt, text::excerpt(&post.excerpt, &post.content), editing);
    excerpt["protected"] = false.into();
    let mut shown = json!({
        "id": post.id,
        "date": wp_date(state.local(post.date)),
        "date_gmt": wp_date(post.date),
        "guid": {"rendered": format!("{}/?p={}", state.origin, post.id)},
        "modified": wp_date(state.local(post.modified)),
        "modified_gmt": wp_date(post.modified),
        "slug": post.slug,
        "status": post.status,
        "type": kind,
        "link": state.permalink(post),
        "title": text_field(&post.title, text::texturize(&post.title), editing),
        "content": content,
        "excerpt": excerpt,
        "author": post.author,
        "featured_media": post.featured_media,
        "comment_status": post.comment_status,
        "ping_status": post.ping_status,
        "sticky": post.sticky,
        "template": post.template,
        "format": post.format,
        "meta": {"footnotes": ""},
        "_links": {"self": [{"href": state.rest_url(&format!("/wp/v2/{}/{}", post.kind, post.id))}]},
    });
    if let Value::Object(fields) = &mut shown {
        if post.kind == PostKind::Post {
            fields.insert("categories".into(), json!(post.categories));
            fields.insert("tags".into(), json!(post.tags));
        }
        if editing {
            let pattern = if state.settings.pretty_permalinks {
                format!("{}/%postname%/", state.origin)
            } else {
                format!("{}/?p={}", state.origin, post.id)
            };
            let generated = if post.slug.is_empty() { text::slugify(&post.title) } else { post.slug.clone() };
            fields.insert("password".into(), "".into());
            fields.insert("permalink_template".into(), pattern.into());
            fields.insert("generated_slug".into(), generated.into());
        }
    }
    shown
}

/// The same with `_embedded` where `_embed` asks for it.
pub(super) fn post_for(state: &State, item: &Post, call: &Call) -> Value {
    let mut shown = post(state, item, call.editing());
    if call.params.0.contains_key("_embed") {
        let mut embedded = Map::new();
        if let Some(user) = state.user(item.author) {
            embedded.insert("author".into(), json!([{"id": user.id, "name": user.name, "slug": user.login}]));
        }
        if let Some(image) = state.media.get(&item.featured_media) {
            embedded.insert("wp:featuredmedia".into(), json!([media(state, image, false)]));
        }
        let terms: Vec<Value> = [&item.categories, &item.tags]
            .map(|ids| ids.iter().filter_map(|id| state.terms.get(id)).map(|t| super::terms::shape(state, t)).collect())
            .into();
        embedded.insert("wp:term".into(), terms.into());
        shown["_embedded"] = embedded.into();
    }
    shown
}

/// Made from the file's name when it was uploaded; a title that is set later does not change it.
pub(super) fn media_slug(media: &Media) -> String {
    let name = media.file.rsplit('/').next().unwrap_or(&media.file);
    text::slugify(name.rsplit_once('.').map_or(name, |(stem, _)| stem))
}

/// An uploaded file as the API shows it.
pub(super) fn media(state: &State, media: &Media, editing: bool) -> Value {
    let url = state.media_url(media);
    let is_image = media.mime_type.starts_with("image/");
    let details = match (media.width, media.height) {
        (Some(width), Some(height)) => json!({
            "width": width, "height": height, "file": media.file, "filesize": media.bytes.len(),
            "sizes": {"full": {"file": media.file, "width": width, "height": height, "mime_type": media.mime_type,
                "source_url": url}},
        }),
        _ => json!({"filesize": media.bytes.len(), "sizes": {}}),
    };
    json!({
        "id": media.id,
        "date": wp_date(state.local(media.date)),
        "date_gmt": wp_date(media.date),
        "modified_gmt": wp_date(media.modified),
        "slug": media_slug(media),
        "status": "inherit",
        "type": "attachment",
        "link": format!("{}/?attachment_id={}", state.origin, media.id),
        "title": text_field(&media.title, text::texturize(&media.title), editing),
        "author": media.author,
        "caption": text_field(&media.caption, format!("<p>{}</p>\n", text::texturize(&media.caption)), editing),
        "description": text_field(&media.description, text::texturize(&media.description), editing),
        "alt_text": media.alt_text,
        "media_type": if is_image { "image" } else { "file" },
        "mime_type": media.mime_type,
        "media_details": details,
        "post": (media.post != 0).then_some(media.post),
        "source_url": url,
    })
}
