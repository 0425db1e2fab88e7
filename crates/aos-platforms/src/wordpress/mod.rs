//! WordPress sites over their REST API, with application passwords. See `docs.md` in this folder.

mod api;
mod blocks;
mod discovery;
mod errors;
mod inspect;
mod mapping;
mod media;
mod publish;
mod root;
mod session;
mod terms;

use std::sync::Arc;

use aos_capabilities::{
    Account, Capability, Descriptor, Platform, PlatformError, PlatformErrorKind,
    evidence::Inspect,
    platform::{AccountInfo, ApiVersion, AuthKind, ChannelType, Limits},
    publish::Publish,
};
use aos_kernel::Clock;
use aos_outbound::Outbound;

use api::Me;
use errors::Verb;
use session::{Session, Settings};

/// The word in the database.
pub(crate) const ID: &str = "wordpress";

/// Titles live in a column of 65,535 bytes, four to a character at most; PHP takes requests of up to 8 MB unless told
/// otherwise. The size of images is the server's own setting, so only the site knows it.
static DESCRIPTOR: Descriptor = Descriptor {
    id: ID,
    name: "WordPress",
    channel_type: ChannelType::Cms,
    auth: AuthKind::ApplicationPassword,
    capabilities: &[Capability::Connect, Capability::PublishArticle, Capability::Inspect],
    limits: Limits { title_characters: Some(16_383), body_bytes: Some(8 << 20), image_bytes: None, tags: None },
    consent: None,
    posts: None,
    campaigns: None,
    api_version: Some(ApiVersion::known("wp/v2", None)),
    simulated: false,
};

/// The client. Cheap to clone; knows no site until an account comes with a call.
#[derive(Clone)]
pub struct WordPress {
    outbound: Outbound,
    clock: Arc<dyn Clock>,
}

impl WordPress {
    pub fn new(outbound: Outbound, clock: Arc<dyn Clock>) -> Self {
        Self { outbound, clock }
    }

    /// The way to an account's site; it is looked for when connecting has not remembered it.
    async fn session<'a>(&'a self, account: &'a Account) -> Result<Session<'a>, PlatformError> {
        let settings = match serde_json::from_value::<Settings>(account.settings.clone()) {
            Ok(known) => known,
            Err(_) => discovery::discover(&self.outbound, &*self.clock, account).await?.settings,
        };
        Ok(Session::new(&self.outbound, &*self.clock, account, settings))
    }
}

#[async_trait::async_trait]
impl Platform for WordPress {
    fn descriptor(&self) -> &Descriptor {
        &DESCRIPTOR
    }

    async fn check(&self, account: &Account) -> Result<AccountInfo, PlatformError> {
        let found = discovery::discover(&self.outbound, &*self.clock, account).await?;
        let mut session = Session::new(&self.outbound, &*self.clock, account, found.settings.clone());
        let request = session.get("wp/v2/users/me", &[("context", "edit"), ("_fields", Me::FIELDS)]);
        let me: Me = session.call(Verb::Connect, request).await.map_err(|error| {
            // Without application passwords every password is wrong, and a new one would be too.
            if error.kind == PlatformErrorKind::AuthExpired && !found.index.offers_application_passwords() {
                errors::no_application_passwords()
            } else {
                error
            }
        })?;
        if !me.may("edit_posts") {
            return Err(errors::error(
                Verb::Connect,
                PlatformErrorKind::PermissionMissing,
                "The account may not write articles on the site.",
                "Ask an administrator of the site to give the account the role Editor.",
            ));
        }
        let mut warnings = warnings(&me);
        if found.settings.api_root.scheme() == "http" {
            warnings.push("The site is not encrypted: the password travels readable. Use HTTPS.".to_owned());
        }
        warnings.extend(session.notes);
        let site = if found.index.name.is_empty() { &me.name } else { &found.index.name };
        let role = me.roles.first().map_or("no role", String::as_str);
        Ok(AccountInfo {
            label: format!("{} ({role})", blocks::plain_text(site)),
            url: found.settings.home.clone(),
            scopes: me.roles.clone(),
            settings: serde_json::to_value(&found.settings).unwrap_or_default(),
            warnings,
        })
    }

    fn publish(&self) -> Option<&dyn Publish> {
        Some(self)
    }
    fn inspect(&self) -> Option<&dyn Inspect> {
        Some(self)
    }
}

/// What works less well than one might wish.
fn warnings(me: &Me) -> Vec<String> {
    [
        ("publish_posts", "The account may save drafts but not publish: somebody on the site has to publish them."),
        ("upload_files", "The account may not upload images: articles with an image will fail."),
        ("manage_categories", "The account may not create categories: only existing ones will be set."),
    ]
    .into_iter()
    .filter(|(capability, _)| !me.may(capability))
    .map(|(_, words)| words.to_owned())
    .collect()
}
