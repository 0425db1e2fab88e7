//! What may stand in the fields of an item, and what Webflow makes of it.

use std::collections::{BTreeMap, HashMap};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use md5::{Digest, Md5};
use serde_json::{Map, Value, json};

use super::{
    Desk, Problem, hex,
    state::{Collection, Field, State, WebflowAsset, WebflowItem},
};
use crate::{
    html::{Piece, tag_name, walk},
    vendors::fetch::Fetched,
};

/// What was found at the addresses of files, before anything is locked.
pub(super) type FetchedFiles = HashMap<String, Result<Fetched, String>>;

pub(super) const IMAGE_BYTES: usize = 4 << 20;

/// Addresses in a body that Webflow would fetch files from: values of `url`, and texts in fields of files.
pub(super) fn addresses(body: &Value) -> Vec<String> {
    match body {
        Value::Object(members)
            if members.get("fileId").is_none() && members.get("url").is_some_and(Value::is_string) =>
        {
            members["url"].as_str().map(str::to_owned).into_iter().collect()
        }
        Value::Object(members) => members.values().flat_map(addresses).collect(),
        Value::Array(items) => items.iter().flat_map(addresses).collect(),
        _ => Vec::new(),
    }
}

/// Writes the sent fields into an item's; what is not sent stays.
pub(super) fn write(
    desk: &mut Desk<'_>,
    collection: &Collection,
    item: &mut WebflowItem,
    sent: &Map<String, Value>,
    fetched: &FetchedFiles,
    skip_invalid_files: bool,
) -> Result<(), Problem> {
    let mut wrong: Vec<(String, String)> = Vec::new();
    let mut fields = item.fields.clone();
    for (slug, value) in sent {
        let Some(field) = collection.fields.iter().find(|own| own.slug == slug) else {
            wrong.push((slug.clone(), format!("Field not described in schema: {slug}")));
            continue;
        };
        if value.is_null() {
            fields.remove(slug);
            continue;
        }
        match value_of(desk, field, value, fetched) {
            Ok(value) => {
                fields.insert(slug.clone(), value);
            }
            Err(_) if field.kind == "Image" && skip_invalid_files => {
                fields.remove(slug);
            }
            Err(words) => wrong.push((slug.clone(), words)),
        }
    }
    let text =
        |fields: &Map<String, Value>, slug: &str| fields.get(slug).and_then(Value::as_str).unwrap_or("").to_owned();
    if text(&fields, "name").trim().is_empty() {
        wrong.push(("name".to_owned(), "Field 'name' is required".to_owned()));
    }
    if text(&fields, "slug").is_empty() {
        fields.insert("slug".to_owned(), json!(slug_of(&text(&fields, "name"))));
    }
    let slug = text(&fields, "slug");
    if slug.len() > 256 || !slug.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
        wrong.push(("slug".to_owned(), "The slug may hold letters, digits, - and _ only".to_owned()));
    }
    let taken = |own: &WebflowItem| own.collection == item.collection && own.id != item.id && own.text("slug") == slug;
    if desk.state.items.iter().any(taken) {
        wrong.push(("slug".to_owned(), format!("Unique value is already in database: '{slug}'")));
    }
    if !wrong.is_empty() {
        return Err(Problem::validation(&wrong));
    }
    item.fields = fields;
    Ok(())
}

fn slug_of(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

fn value_of(desk: &mut Desk<'_>, field: &Field, value: &Value, fetched: &FetchedFiles) -> Result<Value, String> {
    let text = || value.as_str().ok_or_else(|| format!("Expected value to be a string, got: {value}"));
    match field.kind {
        "RichText" => Ok(json!(sanitised(text()?))),
        "PlainText" => match text()? {
            long if field.slug == "name" && long.chars().count() > 256 => Err("The name is longer than 256".to_owned()),
            text => Ok(json!(text)),
        },
        "Switch" if value.is_boolean() => Ok(value.clone()),
        "Number" if value.is_number() => Ok(value.clone()),
        "Link" if text()?.starts_with("http") => Ok(value.clone()),
        "Color" if text()?.starts_with('#') => Ok(value.clone()),
        "DateTime" => match text()?.parse::<aos_kernel::Timestamp>() {
            Ok(at) => Ok(json!(super::state::moment(at))),
            Err(_) => Err("Expected an ISO 8601 date".to_owned()),
        },
        "Option" => {
            let sent = text()?;
            let known = field.options.iter().find(|(id, name)| *id == sent || *name == sent);
            known.map(|(id, _)| json!(id)).ok_or_else(|| format!("Option not found: {sent}"))
        }
        "Reference" => {
            let sent = text()?;
            let known = desk.state.items.iter().any(|own| own.collection == field.of && own.id == sent);
            if known { Ok(value.clone()) } else { Err(format!("Referenced item not found: {sent}")) }
        }
        "Image" => image(desk, value, fetched),
        kind => Err(format!("Expected a value of type {kind}, got: {value}")),
    }
}

/// An image by the id of an asset, or by an address from which Webflow fetched it.
fn image(desk: &mut Desk<'_>, value: &Value, fetched: &FetchedFiles) -> Result<Value, String> {
    let alt = value["alt"].as_str();
    if let Some(id) = value["fileId"].as_str() {
        let asset = desk.state.assets.iter().find(|own| own.id == id && own.bytes.is_some());
        let asset = asset.ok_or_else(|| format!("Asset not found: {id}"))?;
        return Ok(json!({"fileId": id, "url": desk.ground.at(&asset.hosted()), "alt": alt}));
    }
    let address = value["url"].as_str().ok_or_else(|| "Expected an image with fileId or url".to_owned())?;
    let file = match fetched.get(address) {
        Some(Ok(file)) => file,
        Some(Err(words)) => return Err(format!("The image could not be imported: {words}")),
        None => return Err("The image could not be imported".to_owned()),
    };
    if !file.content_type.starts_with("image/") || file.bytes.len() > IMAGE_BYTES {
        return Err("The image could not be imported: it is no image of up to 4 MB".to_owned());
    }
    let name = address.rsplit('/').next().unwrap_or_default().split('?').next().unwrap_or_default().to_owned();
    let asset = keep(desk.state, &name, &file.content_type, &file.bytes, desk.now);
    Ok(json!({"fileId": asset.id, "url": desk.ground.at(&asset.hosted()), "alt": alt}))
}

/// Keeps a file; the same bytes are one asset.
fn keep(state: &mut State, name: &str, content_type: &str, bytes: &Bytes, now: aos_kernel::Timestamp) -> WebflowAsset {
    let hash = hex(&Md5::digest(bytes));
    if let Some(known) = state.assets.iter().find(|own| own.hash == hash && own.bytes.is_some()) {
        return known.clone();
    }
    let asset = WebflowAsset {
        id: state.next_id(),
        file_name: name.to_owned(),
        content_type: content_type.to_owned(),
        hash,
        bytes: Some(STANDARD.encode(bytes)),
        created_at: now,
    };
    state.assets.push(asset.clone());
    asset
}

/// Rich text as Webflow keeps it: no scripts, no handlers, no styles, whole tags otherwise.
pub(super) fn sanitised(html: &str) -> String {
    let (mut kept, mut inside) = (String::with_capacity(html.len()), None::<String>);
    walk(html, |piece| match (piece, &inside) {
        (Piece::Tag(tag), Some(name)) if tag.starts_with("</") && tag_name(tag) == *name => inside = None,
        (_, Some(_)) => {}
        (Piece::Text(text), None) => kept.push_str(text),
        (Piece::Tag(tag), None) => match tag_name(tag).as_str() {
            name @ ("script" | "style" | "object") => inside = (!tag.starts_with("</")).then(|| name.to_owned()),
            "" | "form" | "input" | "button" | "meta" | "link" | "base" | "embed" => {}
            name if tag.starts_with("</") => kept.push_str(&format!("</{name}>")),
            name => kept.push_str(&format!("<{name}{}>", attributes(tag))),
        },
    });
    kept
}

/// The attributes of a tag that may stay, each written anew.
fn attributes(tag: &str) -> String {
    let rest = tag.trim_start_matches('<').trim_start_matches(|c: char| c.is_ascii_alphanumeric());
    let mut rest = rest.trim_end_matches('>').trim_end_matches('/').trim();
    let mut kept: BTreeMap<String, String> = BTreeMap::new();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
            let (start, stop) = match quote {
                Some(quote) => (1, after[1..].find(quote).map_or(after.len(), |at| at + 1)),
                None => (0, after.find(char::is_whitespace).unwrap_or(after.len())),
            };
            value = &after[start.min(after.len())..stop];
            rest = after[(stop + start).min(after.len())..].trim_start();
        } else if end == 0 {
            // Nothing that could be a name: the rest of the tag is no attribute.
            break;
        }
        let scheme: String = value.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
        let harmful =
            name.starts_with("on") || matches!(name.as_str(), "style" | "srcdoc") || scheme.starts_with("javascript:");
        if !harmful && !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
            kept.insert(name, value.replace('"', "&quot;"));
        }
    }
    kept.iter().map(|(name, value)| format!(" {name}=\"{value}\"")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_go_with_their_text_and_handlers_without() {
        let html = "<h2 id='a' onclick=\"x()\">A &amp; B</h2><script>alert('<p>')</script><p style=\"x\">1 < 2</p>\
                    <a href=\"java\nscript:x\" title=t>l</a><img src=/a.png alt=\"a\"/><style>p{}</style>";
        assert_eq!(
            sanitised(html),
            "<h2 id=\"a\">A &amp; B</h2><p>1 < 2</p><a title=\"t\">l</a><img alt=\"a\" src=\"/a.png\">"
        );
        assert_eq!(sanitised("<p =x><b"), "<p><b");
    }

    #[test]
    fn slugs_are_made_of_names() {
        assert_eq!(slug_of("Ten rooms – & more!"), "ten-rooms-more");
    }
}
