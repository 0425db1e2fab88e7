//! Between our words and Webflow's, without a request. Source: contract `cms.md`, sections 2.2 and 2.3.

use aos_capabilities::{
    connect::Target,
    evidence::{ArticleFigures, ProfilePart},
    publish::{Article, Published, PublishedState},
};
use aos_kernel::ContentItemId;
use dom_query::Document;
use serde_json::{Map, Value, json};
use url::Url;

use super::{
    Fields, Settings,
    api::{Collection, Field, Item, ItemBody, Site},
    mark,
};
use crate::evidence;

/// Names by which people call the fields of a blog, the best first; compared in small letters without separators.
const BODIES: &[&str] = &["postbody", "body", "articlebody", "content", "article", "text"];
const SUMMARIES: &[&str] =
    &["postsummary", "summary", "excerpt", "teaser", "metadescription", "shortdescription", "description"];
const IMAGES: &[&str] = &["mainimage", "featuredimage", "heroimage", "coverimage", "cover", "thumbnailimage", "image"];
const MARKS: &[&str] = &["agencyos", "agencyositem", "externalid"];

const NO_TEXT: &str = "This collection has no rich text field, so an article has no place in it. Choose another \
                       collection, or add a rich text field in Webflow and connect again.";

/// Where an article's parts go. By name first, then by type: the first rich text, the first image. A summary and a
/// mark only by name, since any plain text could be anything.
pub(super) fn choose(fields: &[Field]) -> Result<Fields, &'static str> {
    let of = |kind: &'static str| {
        let own = |field: &&Field| !matches!(field.slug.as_str(), "" | "name" | "slug");
        fields.iter().filter(own).filter(move |field| field.kind == kind && field.is_editable != Some(false))
    };
    let bare =
        |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase() };
    let named = |kind, names: &[&str]| {
        let called = |field: &Field, name: &str| bare(&field.slug) == name || bare(&field.display_name) == name;
        names.iter().find_map(|name| of(kind).find(|field| called(field, name)))
    };
    let slug = |field: &Field| field.slug.clone();
    Ok(Fields {
        body: named("RichText", BODIES).or_else(|| of("RichText").next()).map(slug).ok_or(NO_TEXT)?,
        summary: named("PlainText", SUMMARIES).map(slug),
        image: named("Image", IMAGES).or_else(|| of("Image").next()).map(slug),
        mark: named("PlainText", MARKS).map(slug),
    })
}

/// Whether fields that were chosen earlier are still there.
pub(super) fn still_there(chosen: &Fields, fields: &[Field]) -> bool {
    let known = |slug: &String, kind: &str| fields.iter().any(|field| field.slug == *slug && field.kind == kind);
    known(&chosen.body, "RichText")
        && chosen.summary.as_ref().is_none_or(|slug| known(slug, "PlainText"))
        && chosen.image.as_ref().is_none_or(|slug| known(slug, "Image"))
        && chosen.mark.as_ref().is_none_or(|slug| known(slug, "PlainText"))
}

/// Where readers find a site.
pub(super) fn address_of(site: &Site) -> Option<Url> {
    let host = site.custom_domains.iter().map(|domain| domain.url.clone()).find(|host| !host.is_empty());
    let host = host.unwrap_or_else(|| format!("{}.webflow.io", site.short_name));
    let host = host.trim_start_matches("https://").trim_start_matches("http://");
    Url::parse(&format!("https://{host}/")).ok()
}

/// A site with one of its collections; `None` for names that are not of the contract's form.
pub(super) fn target(site: &Site, collection: &Collection) -> Option<Target> {
    if !is_id(&site.id) || !is_id(&collection.id) {
        return None;
    }
    let site_url = address_of(site)?;
    let detail = format!("{} · {}", site.display_name, site_url.host_str().unwrap_or_default());
    let (settings, refusal) = match choose(&collection.fields) {
        Ok(fields) => {
            let settings = Settings {
                site_id: site.id.clone(),
                site_name: site.display_name.clone(),
                short_name: site.short_name.clone(),
                site_url: site_url.clone(),
                collection_id: collection.id.clone(),
                collection_name: collection.display_name.clone(),
                collection_slug: collection.slug.clone(),
                fields,
            };
            (serde_json::to_value(settings).unwrap_or_default(), None)
        }
        Err(words) => (Value::Null, Some(words.to_owned())),
    };
    Some(Target {
        key: format!("{}/{}", site.id, collection.id),
        label: collection.display_name.clone(),
        detail,
        url: Some(site_url),
        tokens: None,
        settings,
        refusal,
    })
}

/// Whether an id can stand in a path: what came from outside must not lead elsewhere.
pub(super) fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// An image that was uploaded.
pub(super) struct Uploaded {
    pub id: String,
    pub alt: String,
}

/// The item as it is sent. `slug`: the address to wish for, where one is. `standing` is the item that is changed.
pub(super) fn body(
    article: &Article,
    fields: &Fields,
    slug: Option<&str>,
    image: Option<&Uploaded>,
    standing: Option<&Item>,
    draft: bool,
) -> ItemBody {
    let mut data = Map::new();
    let mut put = |field: &str, value: Value| data.insert(field.to_owned(), value);
    put("name", json!(article.title));
    if let Some(slug) = slug.filter(|slug| !slug.is_empty()) {
        put("slug", json!(slug));
    }
    put(&fields.body, json!(mark::marked(&article.html, article.item)));
    if let Some(field) = &fields.summary {
        put(field, json!(article.excerpt));
    }
    if let Some(field) = &fields.mark {
        put(field, json!(article.item.to_string()));
    }
    if let Some(field) = &fields.image {
        match image {
            Some(image) => {
                put(field, json!({"fileId": image.id, "alt": image.alt}));
            }
            // Takes the picture away that an earlier version had.
            None if standing.is_some_and(|standing| standing.holds(field)) => {
                put(field, Value::Null);
            }
            None => {}
        }
    }
    ItemBody { is_archived: false, is_draft: draft, field_data: data }
}

/// The address under which an article may stand: as wished, or numbered because another had it.
pub(super) fn is_variant(slug: &str, wish: &str) -> bool {
    slug == wish
        || slug
            .strip_prefix(wish)
            .and_then(|rest| rest.strip_prefix('-'))
            .is_some_and(|number| !number.is_empty() && number.len() <= 3 && number.bytes().all(|b| b.is_ascii_digit()))
}

/// How an item stands.
pub(super) fn published(item: &Item, settings: &Settings) -> Published {
    let mut notes = Vec::new();
    let state = if item.is_archived {
        PublishedState::Trashed
    } else if item.is_live() {
        PublishedState::Live
    } else {
        if !item.is_draft {
            notes.push("The article goes live when the site is published in Webflow the next time.".to_owned());
        }
        PublishedState::Draft
    };
    let url = match state {
        PublishedState::Live | PublishedState::Scheduled(_) => reader(item, settings),
        PublishedState::Draft | PublishedState::Trashed => editor(settings),
    };
    Published { id: item.id.clone(), url, state, notes }
}

pub(super) fn reader(item: &Item, settings: &Settings) -> Url {
    let mut url = settings.site_url.clone();
    url.set_path(&format!("/{}/{}", settings.collection_slug, item.text("slug")));
    url
}

fn editor(settings: &Settings) -> Url {
    let designer = Url::parse(&format!("https://webflow.com/design/{}", settings.short_name));
    designer.unwrap_or_else(|_| settings.site_url.clone())
}

/// What Webflow left out or changed without an error: what was sent beside what came back.
pub(super) fn differences(article: &Article, fields: &Fields, sent: &ItemBody, item: &Item, new: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if new {
        if !article.categories.is_empty() || !article.tags.iter().all(|tag| tag.trim().is_empty()) {
            notes.push("Categories and tags are not set in Webflow.".to_owned());
        }
        if !article.excerpt.trim().is_empty() && fields.summary.is_none() {
            notes.push("The collection has no field for the summary.".to_owned());
        }
        let slug = item.text("slug");
        if !article.slug.is_empty() && !slug.is_empty() && slug != article.slug {
            notes.push(format!("The address is “{slug}”, since “{}” is taken.", article.slug));
        }
    }
    match &fields.image {
        None if article.image.is_some() => notes.push("The collection has no field for an image.".to_owned()),
        Some(field) if article.image.is_some() && !item.holds(field) => {
            notes.push("The image could not be set as the article's image.".to_owned());
        }
        _ => {}
    }
    let body = item.text(&fields.body);
    if !body.is_empty() {
        if words(body) != words(&article.html) {
            notes.push("Webflow changed the text of the article while saving it.".to_owned());
        }
        if !mark::is_of(item, fields, article.item) {
            notes.push(
                "Webflow removed the invisible mark by which we find the article again; it is known by its number only."
                    .to_owned(),
            );
        }
    }
    if item.is_draft != sent.is_draft {
        notes.push("Webflow put the article into another state than asked for.".to_owned());
    }
    notes
}

fn words(html: &str) -> Vec<String> {
    // A reader's words, whatever stands between the parts.
    let text = Document::fragment(html.replace('<', " <").as_str()).html_root().text().to_string();
    text.split_whitespace().map(str::to_owned).collect()
}

/// Whether an item that has the wished address is this article from an attempt whose answer was lost: it carries the
/// mark, or it carries none at all and has the same title and words.
pub(super) fn is_the_same(item: &Item, fields: &Fields, article: &Article) -> bool {
    let twin = || {
        item.text("name") == article.title.trim()
            && !mark::is_marked(item, fields)
            && words(item.text(&fields.body)) == words(&article.html)
    };
    is_ours(item, fields, article.item) || twin()
}

pub(super) fn is_ours(item: &Item, fields: &Fields, of: ContentItemId) -> bool {
    mark::is_of(item, fields, of)
}

/// What a score needs of a live item; `None` where it is not live or its moment is not told.
pub(super) fn figures(item: &Item, settings: &Settings) -> Option<ArticleFigures> {
    if !item.is_live() {
        return None;
    }
    let url = reader(item, settings);
    let fields = &settings.fields;
    let (words, internal_links) = evidence::count(item.text(&fields.body), &url);
    let published_at = item.created_on.or(item.last_published)?;
    let holds = |field: &Option<String>| field.as_ref().is_some_and(|field| item.holds(field));
    Some(ArticleFigures {
        url: url.into(),
        published_at,
        updated_at: item.last_updated.unwrap_or(published_at),
        words,
        internal_links,
        excerpt: holds(&fields.summary),
        image: holds(&fields.image),
    })
}

pub(super) fn profile(site: &Site) -> Vec<ProfilePart> {
    let part = |part: &str, filled| ProfilePart { part: part.to_owned(), filled };
    vec![
        part("site title", !site.display_name.trim().is_empty()),
        part("own domain", !site.custom_domains.is_empty()),
        part("published", site.last_published.is_some()),
    ]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn field(kind: &str, slug: &str) -> Field {
        let (kind, slug) = (kind.to_owned(), slug.to_owned());
        Field { kind, display_name: slug.replace('-', " "), slug, is_editable: None }
    }

    #[test]
    fn fields_are_chosen_by_name_then_by_type() {
        let blog = [
            field("PlainText", "name"),
            field("PlainText", "slug"),
            field("RichText", "author-bio"),
            field("RichText", "post-body"),
            field("PlainText", "post-summary"),
            field("Image", "thumbnail-image"),
            field("Image", "main-image"),
            field("PlainText", "external-id"),
        ];
        let chosen = choose(&blog).unwrap();
        assert_eq!(
            (chosen.body.as_str(), chosen.summary.as_deref(), chosen.image.as_deref(), chosen.mark.as_deref()),
            ("post-body", Some("post-summary"), Some("main-image"), Some("external-id"))
        );
        assert!(still_there(&chosen, &blog) && !still_there(&chosen, &blog[..4]));
        let unnamed = [field("PlainText", "city"), field("RichText", "long"), field("Image", "pic")];
        let chosen = choose(&unnamed).unwrap();
        assert_eq!((chosen.body.as_str(), chosen.summary, chosen.image.as_deref()), ("long", None, Some("pic")));
        let locked = [Field { is_editable: Some(false), ..field("RichText", "body") }];
        assert!(choose(&locked).unwrap_err().contains("no rich text field"));
        assert!(choose(&[]).is_err());
    }

    #[test]
    fn a_numbered_address_is_the_wished_one() {
        for (slug, is) in [("t", true), ("t-2", true), ("t-17", true), ("t-", false), ("t-two", false), ("tt", false)] {
            assert_eq!(is_variant(slug, "t"), is, "{slug}");
        }
    }

    proptest! {
        #[test]
        fn no_site_or_item_breaks_the_mapping(text in ".{0,40}", kind in ".{0,10}", number in any::<i64>()) {
            let site = json!({"id": text, "displayName": text, "shortName": text, "customDomains": [{"id": text, "url": text}]});
            if let (Ok(site), Ok(collection)) = (
                serde_json::from_value::<Site>(site),
                serde_json::from_value::<Collection>(json!({"id": "1a", "fields": [{"type": kind, "slug": text}]})),
            ) {
                let _ = (target(&site, &collection), profile(&site));
            }
            let settings = Settings {
                site_id: "1".into(), site_name: text.clone(), short_name: text.clone(),
                site_url: Url::parse("https://a.test/").unwrap(), collection_id: "2".into(), collection_name: text.clone(),
                collection_slug: text.clone(),
                fields: Fields { body: "b".into(), summary: Some("s".into()), image: Some("i".into()), mark: None },
            };
            let item = json!({"id": text, "createdOn": "2030-01-01T00:00:00Z", "lastPublished": "2030-01-01T00:00:00Z",
                              "fieldData": {"b": text, "s": number, "i": [number], "slug": text}});
            if let Ok(item) = serde_json::from_value::<Item>(item) {
                let _ = (published(&item, &settings), figures(&item, &settings));
            }
        }
    }
}
