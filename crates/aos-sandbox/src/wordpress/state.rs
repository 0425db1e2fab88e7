//! What the simulated site holds, and what a test may look at.

use std::collections::BTreeMap;

use aos_kernel::Timestamp;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

aos_kernel::text_enum! {
    /// A role with the rights that WordPress gives it.
    pub enum Role {
        Administrator = "administrator", Editor = "editor", Author = "author", Contributor = "contributor",
    }
}

aos_kernel::text_enum! {
    /// Status of a post.
    pub enum Status {
        Publish = "publish", Future = "future", Draft = "draft", Pending = "pending", Private = "private",
        /// Read only: made by deleting without force.
        Trash = "trash",
    }
}

aos_kernel::text_enum! {
    /// Post types that the REST API offers; the value is the `rest_base`.
    pub enum PostKind { Post = "posts", Page = "pages" }
}

impl Role {
    /// Names of the capabilities, as `users/me?context=edit` lists them.
    pub fn capabilities(self) -> &'static [&'static str] {
        const EDITOR: &[&str] = &[
            "read",
            "edit_posts",
            "delete_posts",
            "upload_files",
            "publish_posts",
            "edit_published_posts",
            "delete_published_posts",
            "edit_others_posts",
            "delete_others_posts",
            "edit_private_posts",
            "read_private_posts",
            "delete_private_posts",
            "edit_pages",
            "publish_pages",
            "edit_others_pages",
            "edit_published_pages",
            "delete_pages",
            "manage_categories",
            "moderate_comments",
            "unfiltered_html",
        ];
        const ADMINISTRATOR: &[&str] = &[
            "read",
            "edit_posts",
            "delete_posts",
            "upload_files",
            "publish_posts",
            "edit_published_posts",
            "delete_published_posts",
            "edit_others_posts",
            "delete_others_posts",
            "edit_private_posts",
            "read_private_posts",
            "delete_private_posts",
            "edit_pages",
            "publish_pages",
            "edit_others_pages",
            "edit_published_pages",
            "delete_pages",
            "manage_categories",
            "moderate_comments",
            "unfiltered_html",
            "list_users",
            "manage_options",
            "edit_users",
            "activate_plugins",
        ];
        const AUTHOR: &[&str] = &[
            "read",
            "edit_posts",
            "delete_posts",
            "upload_files",
            "publish_posts",
            "edit_published_posts",
            "delete_published_posts",
        ];
        match self {
            Self::Administrator => ADMINISTRATOR,
            Self::Editor => EDITOR,
            Self::Author => AUTHOR,
            Self::Contributor => &["read", "edit_posts", "delete_posts"],
        }
    }
    pub fn can(self, capability: &str) -> bool {
        self.capabilities().contains(&capability)
    }
}

/// A person with an account on the site.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct User {
    pub id: u64,
    pub login: String,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub passwords: Vec<AppPassword>,
}

/// An application password. The sandbox keeps it in clear: it opens nothing but the sandbox.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AppPassword {
    pub uuid: String,
    pub app_id: String,
    pub name: String,
    /// 24 characters without spaces.
    pub secret: String,
    pub created: Timestamp,
    pub last_used: Option<Timestamp>,
}

impl AppPassword {
    pub(super) fn generate(name: &str, app_id: &str, now: Timestamp) -> Self {
        Self {
            uuid: uuid::Uuid::new_v4().to_string(),
            app_id: app_id.to_owned(),
            name: name.to_owned(),
            secret: uuid::Uuid::new_v4().simple().to_string().chars().take(24).collect(),
            created: now,
            last_used: None,
        }
    }
}

/// What a client needs to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    pub user: String,
    /// In groups of four, as WordPress shows it.
    pub password: String,
}

/// A post or page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Post {
    pub id: u64,
    pub kind: PostKind,
    pub status: Status,
    /// Empty on drafts that never got one.
    pub slug: String,
    pub title: String,
    /// As stored (`content.raw`).
    pub content: String,
    pub excerpt: String,
    pub author: u64,
    pub date: Timestamp,
    /// The date was never chosen and becomes the moment of publishing.
    pub date_floats: bool,
    pub modified: Timestamp,
    pub featured_media: u64,
    pub categories: Vec<u64>,
    pub tags: Vec<u64>,
    pub comment_status: String,
    pub ping_status: String,
    pub format: String,
    pub template: String,
    pub sticky: bool,
}

impl Post {
    pub fn is_public(&self) -> bool {
        self.status == Status::Publish
    }
}

/// An uploaded file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Media {
    pub id: u64,
    /// Below `wp-content/uploads/`: `2026/01/chart.png`.
    pub file: String,
    pub mime_type: String,
    pub title: String,
    pub alt_text: String,
    pub caption: String,
    pub description: String,
    pub post: u64,
    pub author: u64,
    pub date: Timestamp,
    pub modified: Timestamp,
    pub width: Option<u32>,
    pub height: Option<u32>,
    /// The bytes; kept in a file of their own beside the state.
    #[serde(skip)]
    pub bytes: bytes::Bytes,
}

/// A category or tag.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Term {
    pub id: u64,
    /// `category` or `post_tag`.
    pub taxonomy: String,
    pub name: String,
    pub slug: String,
    pub description: String,
    pub parent: u64,
}

/// How this site is set up; tests switch what they need.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    pub name: String,
    pub tagline: String,
    /// `/wp-json/` and `/slug/`; otherwise `?rest_route=` and `?p=7`.
    pub pretty_permalinks: bool,
    /// Off: `authentication` in the root is empty and no application password works.
    pub application_passwords: bool,
    /// Off: a security plugin answers every REST call of a guest with 401 `rest_login_required`.
    pub rest_for_guests: bool,
    /// The web server does not pass `Authorization` on (some CGI hosts).
    pub authorization_dropped: bool,
    /// Wrong credentials are named (`incorrect_password`, `invalid_username`) instead of making the caller a guest.
    pub names_wrong_credentials: bool,
    /// WP-Cron does not run: scheduled posts stay `future` ("missed schedule").
    pub cron_stalled: bool,
    /// The page head and the `Link` header name the API root.
    pub announces_api: bool,
    /// Minutes that the site's local time is ahead of UTC.
    pub utc_offset_minutes: i32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: "Sandbox WordPress".into(),
            tagline: "A simulated site for trying things out".into(),
            pretty_permalinks: true,
            application_passwords: true,
            rest_for_guests: true,
            authorization_dropped: false,
            names_wrong_credentials: false,
            cron_stalled: false,
            announces_api: true,
            utc_offset_minutes: 60,
        }
    }
}

/// Everything that the site keeps.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) last_id: u64,
    pub(super) users: Vec<User>,
    pub(super) posts: BTreeMap<u64, Post>,
    pub(super) media: BTreeMap<u64, Media>,
    pub(super) terms: BTreeMap<u64, Term>,
    pub(super) settings: Settings,
    /// `http://127.0.0.1:PORT` of this run.
    #[serde(skip)]
    pub(super) origin: String,
}

impl State {
    /// A fresh site: one account for each role and the category that every post without one gets.
    pub(super) fn fresh(now: Timestamp) -> Self {
        let users = Role::ALL
            .iter()
            .zip(1..)
            .map(|(role, id)| User {
                id,
                login: role.as_str().to_owned(),
                email: format!("{role}@sandbox.test"),
                name: format!("Sandbox {role}"),
                role: *role,
                passwords: vec![AppPassword {
                    uuid: format!("00000000-0000-4000-8000-{id:012}"),
                    app_id: String::new(),
                    name: "Sandbox default".into(),
                    secret: default_secret(*role),
                    created: now,
                    last_used: None,
                }],
            })
            .collect();
        let uncategorised = Term {
            id: 1,
            taxonomy: "category".into(),
            name: "Uncategorized".into(),
            slug: "uncategorized".into(),
            description: String::new(),
            parent: 0,
        };
        Self {
            last_id: 1,
            users,
            posts: BTreeMap::new(),
            media: BTreeMap::new(),
            terms: BTreeMap::from([(1, uncategorised)]),
            settings: Settings::default(),
            origin: String::new(),
        }
    }

    pub(super) fn new_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Publishes what is due. WP-Cron does this on traffic, so every request asks for it first.
    pub(super) fn publish_due(&mut self, now: Timestamp) {
        if self.settings.cron_stalled {
            return;
        }
        for post in self.posts.values_mut().filter(|p| p.status == Status::Future && p.date <= now) {
            post.status = Status::Publish;
        }
    }

    pub(super) fn user(&self, id: u64) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    /// Site local time of a moment.
    pub(super) fn local(&self, at: Timestamp) -> Timestamp {
        at + TimeDelta::minutes(self.settings.utc_offset_minutes.into())
    }

    /// Address of a REST route in the form that this site uses.
    pub(super) fn rest_url(&self, route: &str) -> String {
        if self.settings.pretty_permalinks {
            format!("{}/wp-json{route}", self.origin)
        } else {
            format!("{}/index.php?rest_route={route}", self.origin)
        }
    }

    /// Where a post is read; what is not public has the preview form.
    pub(super) fn permalink(&self, post: &Post) -> String {
        if post.is_public() && self.settings.pretty_permalinks {
            return format!("{}/{}/", self.origin, post.slug);
        }
        let parameter = if post.kind == PostKind::Page { "page_id" } else { "p" };
        format!("{}/?{parameter}={}", self.origin, post.id)
    }

    pub(super) fn media_url(&self, media: &Media) -> String {
        format!("{}/wp-content/uploads/{}", self.origin, media.file)
    }

    /// Posts that carry the term and are public.
    pub(super) fn term_count(&self, id: u64) -> usize {
        self.posts
            .values()
            .filter(|p| p.status == Status::Publish && (p.categories.contains(&id) || p.tags.contains(&id)))
            .count()
    }

    /// The slug, made unique among posts of its kind by `-2`, `-3`, …
    pub(super) fn unique_slug(&self, wanted: &str, kind: PostKind, own: u64) -> String {
        let taken = |slug: &str| self.posts.values().any(|p| p.kind == kind && p.id != own && p.slug == slug);
        if !taken(wanted) {
            return wanted.to_owned();
        }
        (2..).map(|n| format!("{wanted}-{n}")).find(|slug| !taken(slug)).unwrap_or_default()
    }
}

/// 24 characters that nobody takes for a real secret.
fn default_secret(role: Role) -> String {
    "sandbox".chars().chain(role.as_str().chars().cycle()).take(24).collect()
}
