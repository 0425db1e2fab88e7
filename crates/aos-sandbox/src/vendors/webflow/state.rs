//! What the simulated Webflow keeps: Anna's site with its collections, items and assets.

use std::collections::{BTreeMap, BTreeSet};

use aos_kernel::Timestamp;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::vendors::{consent::Person, grants::Grants};

pub(super) const SITE: &str = "65f0000000000000000000a1";
pub(super) const BLOG: &str = "65f0000000000000000000b1";
pub(super) const AUTHORS: &str = "65f0000000000000000000b2";
pub(super) const LOCALE: &str = "65f0000000000000000000c1";
const DOMAIN: &str = "65f0000000000000000000d1";
pub(super) const SHORT_NAME: &str = "harbour-and-pine";
pub(super) const CUSTOM_DOMAIN: &str = "www.harbourandpine.example";
/// Where the site is published besides custom domains.
pub(super) const SUBDOMAIN: &str = "webflow-subdomain";
pub(super) const ANNA: &str = "anna";

/// How the simulated Webflow is set up.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct WebflowSettings {
    /// Calls of one token in a minute.
    pub requests_per_minute: u32,
    /// Anna's site has the domain `www.harbourandpine.example` besides its subdomain.
    pub custom_domain: bool,
    /// A new item is missing from lists until this many further requests came.
    pub requests_until_listed: u32,
}

impl Default for WebflowSettings {
    fn default() -> Self {
        Self { requests_per_minute: 120, custom_domain: false, requests_until_listed: 0 }
    }
}

/// A field of a collection.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) slug: &'static str,
    pub(super) name: &'static str,
    /// `PlainText`, `RichText`, …: as the API names it.
    pub(super) kind: &'static str,
    pub(super) required: bool,
    /// Options with their ids.
    pub(super) options: &'static [(&'static str, &'static str)],
    /// The collection that a reference is to.
    pub(super) of: &'static str,
}

const fn field(slug: &'static str, name: &'static str, kind: &'static str) -> Field {
    Field { slug, name, kind, required: false, options: &[], of: "" }
}
const NAME: Field = Field { required: true, ..field("name", "Name", "PlainText") };
const SLUG: Field = Field { required: true, ..field("slug", "Slug", "PlainText") };

/// A collection of items of the same fields.
pub(super) struct Collection {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) singular: &'static str,
    pub(super) slug: &'static str,
    pub(super) fields: &'static [Field],
}

pub(super) const COLLECTIONS: &[Collection] = &[
    Collection {
        id: BLOG,
        name: "Blog posts",
        singular: "Blog post",
        slug: "blog-posts",
        fields: &[
            NAME,
            SLUG,
            field("post-body", "Post body", "RichText"),
            field("post-summary", "Post summary", "PlainText"),
            field("main-image", "Main image", "Image"),
            Field { of: AUTHORS, ..field("author", "Author", "Reference") },
            Field {
                options: &[("65f0000000000000000000e1", "Guides"), ("65f0000000000000000000e2", "News")],
                ..field("category", "Category", "Option")
            },
            field("published-on", "Published on", "DateTime"),
            field("featured", "Featured", "Switch"),
            field("reading-minutes", "Reading minutes", "Number"),
            field("source", "Source", "Link"),
            field("colour", "Colour", "Color"),
        ],
    },
    Collection {
        id: AUTHORS,
        name: "Authors",
        singular: "Author",
        slug: "authors",
        fields: &[NAME, SLUG, field("role", "Role", "PlainText"), field("picture", "Picture", "Image")],
    },
];

/// An item of a collection: as it stands in the designer, and as readers see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WebflowItem {
    pub id: String,
    /// Id of the collection.
    pub collection: String,
    pub is_draft: bool,
    pub is_archived: bool,
    /// By the slugs of fields.
    pub fields: Map<String, Value>,
    /// What the public site shows; none: nothing.
    pub live: Option<Map<String, Value>>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub published_at: Option<Timestamp>,
    /// Further requests until lists show it.
    pub unlisted_for: u32,
}

impl WebflowItem {
    /// The text of a field in the designer; empty where there is none.
    pub fn text(&self, field: &str) -> &str {
        self.fields.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn told(&self, fields: &Map<String, Value>) -> Value {
        json!({
            "id": self.id, "cmsLocaleId": LOCALE, "lastPublished": self.published_at.map(moment),
            "lastUpdated": moment(self.updated_at), "createdOn": moment(self.created_at),
            "isArchived": self.is_archived, "isDraft": self.is_draft, "fieldData": fields,
        })
    }

    /// The public sees it as it stands now.
    pub(super) fn publish(&mut self, now: Timestamp) {
        self.is_draft = false;
        self.live = Some(self.fields.clone());
        self.published_at = Some(now);
    }
}

/// A file of the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebflowAsset {
    pub id: String,
    pub file_name: String,
    pub content_type: String,
    /// MD5 of the bytes in hexadecimal, as it was announced.
    pub hash: String,
    /// In base64; none until the upload arrived.
    pub bytes: Option<String>,
    pub created_at: Timestamp,
}

impl WebflowAsset {
    pub(super) fn hosted(&self) -> String {
        format!("https://cdn.prod.website-files.com/{SITE}/{}_{}", self.id, self.file_name)
    }
}

/// Calls of one token since the minute began.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Minute {
    pub(super) began: Timestamp,
    pub(super) calls: u32,
}

/// Everything that Webflow knows.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) settings: WebflowSettings,
    pub(super) grants: Grants,
    pub(super) minutes: BTreeMap<String, Minute>,
    /// When the site was published, by domain; empty: never.
    pub(super) published: BTreeMap<String, Timestamp>,
    /// The last publish over the API: at most one a minute.
    pub(super) published_at: Option<Timestamp>,
    /// The newest last.
    pub(super) items: Vec<WebflowItem>,
    pub(super) assets: Vec<WebflowAsset>,
    /// What the next publish of items tells in `errors`.
    pub(super) next_publish_error: Option<String>,
    /// Collections that somebody deleted.
    pub(super) gone: BTreeSet<String>,
    pub(super) count: u64,
}

impl State {
    pub(super) fn fresh(now: Timestamp) -> Self {
        let began = now - TimeDelta::days(200);
        let mut author = WebflowItem {
            id: "65f0000000000000000000f1".to_owned(),
            collection: AUTHORS.to_owned(),
            is_draft: false,
            is_archived: false,
            fields: Map::new(),
            live: None,
            created_at: began,
            updated_at: began,
            published_at: None,
            unlisted_for: 0,
        };
        for (slug, text) in [("name", "Anna Berg"), ("slug", "anna-berg"), ("role", "Founder")] {
            author.fields.insert(slug.to_owned(), json!(text));
        }
        author.publish(began);
        Self {
            settings: WebflowSettings::default(),
            grants: Grants::default(),
            minutes: BTreeMap::new(),
            published: BTreeMap::from([(SUBDOMAIN.to_owned(), began), (DOMAIN.to_owned(), began)]),
            published_at: None,
            items: vec![author],
            assets: Vec::new(),
            next_publish_error: None,
            gone: BTreeSet::new(),
            count: 0,
        }
    }

    /// An id as Webflow makes them: 24 hexadecimal digits.
    pub(super) fn next_id(&mut self) -> String {
        self.count += 1;
        format!("66a{:021x}", self.count)
    }

    /// The domains of Anna's site: id and name. The subdomain is not among them.
    pub(super) fn domains(&self) -> Vec<(&'static str, &'static str)> {
        if self.settings.custom_domain { vec![(DOMAIN, CUSTOM_DOMAIN)] } else { Vec::new() }
    }

    /// Whether single items may be published: all domains show the same state of the site.
    pub(super) fn publishable(&self) -> bool {
        let mut when = self.domains().into_iter().map(|(id, _)| self.published.get(id));
        match self.published.get(SUBDOMAIN) {
            None => false,
            Some(at) => when.all(|own| own == Some(at)),
        }
    }

    pub(super) fn collections(&self) -> impl Iterator<Item = &'static Collection> {
        COLLECTIONS.iter().filter(|own| !self.gone.contains(own.id))
    }
}

pub(super) fn people() -> Vec<Person> {
    let person = |key: &str, name: &str, detail: &str| Person {
        key: key.to_owned(),
        name: name.to_owned(),
        detail: detail.to_owned(),
    };
    vec![
        person(ANNA, "Anna Berg", "has the site Harbour & Pine with its blog"),
        person("ben", "Ben Osei", "has a workspace without a site"),
    ]
}

/// Times as Webflow writes them.
pub(super) fn moment(at: Timestamp) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
