//! The logo of a site, from what its home page says in several places.

use serde_json::Value;
use url::Url;

use crate::{
    address,
    html::{Attr, Dom, NodeId, Tag},
};

/// Finds the best candidate. What visitors see as the logo comes before what machines are told, and both before icons.
pub fn find(dom: &Dom, base: &Url) -> Option<Url> {
    let mut best: Option<(u32, Url)> = None;
    let mut offer = |score: u32, address: &str| {
        if score > 0
            && best.as_ref().is_none_or(|(known, _)| score > *known)
            && let Some(url) = address::resolve(base, address)
        {
            best = Some((score, url));
        }
    };
    for id in dom.ids() {
        match dom.tag(id) {
            Some(Tag::Img) => {
                let source = [Attr::DataSrc, Attr::Src].into_iter().filter_map(|name| dom.filled(id, name));
                if let Some(source) = source.into_iter().find(|source| !source.starts_with("data:")) {
                    offer(image_score(dom, id, source), source);
                }
            }
            Some(Tag::Link) => {
                let rel = dom.filled(id, Attr::Rel).unwrap_or_default().to_ascii_lowercase();
                let score = match rel.as_str() {
                    "apple-touch-icon" | "apple-touch-icon-precomposed" => 30,
                    "icon" | "shortcut icon" => 10,
                    _ => 0,
                };
                offer(score, dom.filled(id, Attr::Href).unwrap_or_default());
            }
            Some(Tag::Meta) if dom.filled(id, Attr::Property) == Some("og:image") => {
                offer(20, dom.filled(id, Attr::Content).unwrap_or_default());
            }
            Some(Tag::Script) if dom.filled(id, Attr::Type) == Some("application/ld+json") => {
                let json: Option<Value> =
                    dom.children(id).find_map(|text| dom.text(text)).and_then(|text| serde_json::from_str(text).ok());
                if let Some(logo) = json.as_ref().and_then(|json| linked_data_logo(json, 0)) {
                    offer(60, &logo);
                }
            }
            _ => {}
        }
    }
    best.map(|(_, url)| url)
}

/// An image is the logo by its name, its place, or best by both.
fn image_score(dom: &Dom, id: NodeId, source: &str) -> u32 {
    let names = [Some(source), dom.attr(id, Attr::Class), dom.attr(id, Attr::Id), dom.attr(id, Attr::Alt)];
    let mut named = names.into_iter().flatten().any(says_logo);
    let (mut on_top, mut leads_home) = (false, false);
    for above in std::iter::successors(dom.parent(id), |id| dom.parent(*id)).take(12) {
        match dom.tag(above) {
            Some(Tag::Header | Tag::Nav) => on_top = true,
            Some(Tag::Footer | Tag::Main | Tag::Article) => return 0,
            Some(Tag::A) => {
                leads_home =
                    dom.filled(above, Attr::Href).is_some_and(|href| matches!(href, "/" | "./" | "index.html"));
            }
            _ => {}
        }
        named |= [Attr::Class, Attr::Id].into_iter().filter_map(|name| dom.attr(above, name)).any(says_logo);
    }
    match (named, on_top, leads_home) {
        (true, true, _) | (true, _, true) => 100,
        (_, true, true) => 90,
        (true, false, false) => 50,
        _ => 0,
    }
}

fn says_logo(text: &str) -> bool {
    text.to_ascii_lowercase().contains("logo")
}

/// schema.org: the `logo` of an organisation or a business, wherever in the graph it stands.
fn linked_data_logo(value: &Value, depth: u32) -> Option<String> {
    if depth > 6 {
        return None;
    }
    match value {
        Value::Array(items) => items.iter().find_map(|item| linked_data_logo(item, depth + 1)),
        Value::Object(object) => match object.get("logo") {
            Some(Value::String(logo)) => Some(logo.clone()),
            Some(Value::Object(logo)) => {
                ["url", "contentUrl"].iter().find_map(|name| logo.get(*name)?.as_str()).map(str::to_owned)
            }
            _ => object.values().find_map(|value| linked_data_logo(value, depth + 1)),
        },
        _ => None,
    }
}
