//! Connecting, checking and disconnecting accounts.

use aos_capabilities::{Account, PlatformErrorKind, PlatformRegistry};
use aos_kernel::{Actor, ChannelId, Error, NewEvent, Result, Secret, Subject, TenantScope};
use aos_storage::{Credentials, Db, Signal, Tx};
use serde_json::{Value, json};
use url::Url;

use super::{
    model::{Channel, ChannelState},
    store::{self, NewChannel},
};

/// What a person gives to connect an account by password.
pub struct Connect {
    pub platform: String,
    /// The site's address as they know it.
    pub site: String,
    pub login: String,
    pub password: Secret,
}

/// The platforms with the credentials that open them. Cheap to clone.
#[derive(Clone)]
pub struct Connections {
    platforms: PlatformRegistry,
    credentials: Credentials,
}

impl Connections {
    pub fn new(platforms: PlatformRegistry, credentials: Credentials) -> Self {
        Self { platforms, credentials }
    }
    pub fn platforms(&self) -> &PlatformRegistry {
        &self.platforms
    }

    /// Checks the account on the platform, then keeps it. Connecting the same site again replaces its password.
    ///
    /// # Errors
    /// The platform's, in words for a person; nothing is kept then.
    pub async fn connect(&self, db: &Db, actor: Actor, scope: TenantScope, input: Connect) -> Result<ChannelId> {
        let platform = self
            .platforms
            .get(&input.platform)
            .ok_or_else(|| Error::invalid("platform", format!("“{}” can't be connected here.", input.platform)))?;
        let base_url = site_url(&input.site)?;
        if input.login.trim().is_empty() {
            return Err(Error::invalid("login", "Enter the user name of the account."));
        }
        if input.password.expose().trim().is_empty() {
            return Err(Error::invalid("password", "Enter the application password."));
        }
        let known = store::same_account(&mut db.read().await?, scope, &input.platform, base_url.as_str()).await?;
        let id = known.as_ref().map_or_else(ChannelId::new, |channel| channel.id);
        let login = input.login.trim().to_owned();
        let account = Account {
            tenant: scope.tenant(),
            channel: id,
            base_url: base_url.clone(),
            login: Some(login.clone()),
            secret: input.password.clone(),
            settings: Value::Null,
        };
        let info = platform.check(&account).await?;

        let mut tx = db.begin(actor).await?;
        if let Some(old) = known.as_ref().and_then(|channel| channel.credential_id) {
            self.credentials.delete(&mut tx, Some(scope.tenant()), old).await?;
        }
        let credential = self
            .credentials
            .put(&mut tx, Some(scope.tenant()), &format!("channel {}", input.platform), &input.password)
            .await?;
        if known.is_some() {
            store::reconnect(&mut tx, scope, id, Some(&login), Some(credential), &info).await?;
        } else {
            let channel = NewChannel {
                id,
                platform: &input.platform,
                base_url: base_url.as_str(),
                login: Some(&login),
                credential: Some(credential),
                info: &info,
            };
            store::insert(&mut tx, scope, channel).await?;
        }
        tx.emit(
            NewEvent::new(scope.tenant(), "channels.connected", Subject::new("channel", id))
                .with(json!({ "platform": input.platform, "label": info.label, "warnings": info.warnings })),
        );
        tx.signal(Signal::new("tenant", scope.tenant()));
        tx.commit().await?;
        Ok(id)
    }

    /// A handle to the account, for one operation.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when it is not connected any more, with what to do.
    pub async fn account(&self, db: &Db, scope: TenantScope, id: ChannelId) -> Result<Account> {
        let mut conn = db.read().await?;
        let channel = store::channel(&mut conn, scope, id).await?.ok_or_else(|| Error::not_found("channel"))?;
        let not_connected = || {
            Error::conflict("channel_not_connected", format!("{} is not connected any more.", channel.label))
                .with_help("Reconnect it on the client's Channels page; then try again.")
        };
        let credential =
            channel.credential_id.filter(|_| channel.state == ChannelState::Connected).ok_or_else(not_connected)?;
        let secret = self.credentials.reveal(&mut conn, Some(scope.tenant()), credential).await?;
        Ok(Account {
            tenant: scope.tenant(),
            channel: id,
            base_url: Url::parse(&channel.base_url).map_err(Error::internal)?,
            login: channel.login.clone(),
            secret,
            settings: channel.settings.clone(),
        })
    }

    /// Asks the platform whether the account still works, and keeps the answer. A passing error changes nothing.
    ///
    /// # Errors
    /// The platform's.
    pub async fn check(&self, db: &Db, actor: Actor, scope: TenantScope, id: ChannelId) -> Result<Channel> {
        let channel =
            store::channel(&mut db.read().await?, scope, id).await?.ok_or_else(|| Error::not_found("channel"))?;
        let platform = self.platforms.get(&channel.platform).ok_or_else(|| Error::internal("an unknown platform"))?;
        let mut account = self.account(db, scope, id).await?;
        account.settings = Value::Null;
        match platform.check(&account).await {
            Ok(info) => {
                let mut tx = db.begin(actor).await?;
                store::reconnect(&mut tx, scope, id, channel.login.as_deref(), channel.credential_id, &info).await?;
                tx.signal(Signal::new("tenant", scope.tenant()));
                tx.commit().await?;
            }
            Err(error) if error.kind == PlatformErrorKind::AuthExpired => {
                let mut tx = db.begin(actor).await?;
                mark_expired(&mut tx, scope, id, &error.message).await?;
                tx.commit().await?;
                return Err(error.into());
            }
            Err(error) => return Err(error.into()),
        }
        store::channel(&mut db.read().await?, scope, id).await?.ok_or_else(|| Error::not_found("channel"))
    }

    /// Forgets the credentials; the channel and what was published through it stay readable.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn disconnect(&self, tx: &mut Tx, scope: TenantScope, id: ChannelId) -> Result<()> {
        let channel = store::channel(tx, scope, id).await?.ok_or_else(|| Error::not_found("channel"))?;
        if let Some(credential) = channel.credential_id {
            store::forget_credential(tx, scope, id).await?;
            self.credentials.delete(tx, Some(scope.tenant()), credential).await?;
        }
        if store::set_state(tx, scope, id, ChannelState::Disconnected, None).await? {
            tx.emit(
                NewEvent::new(scope.tenant(), "channels.disconnected", Subject::new("channel", id))
                    .with(json!({ "platform": channel.platform, "label": channel.label })),
            );
            tx.signal(Signal::new("tenant", scope.tenant()));
        }
        Ok(())
    }
}

/// The platform refused the credentials: nothing more is sent until somebody reconnects.
///
/// # Errors
/// `Storage`.
pub async fn mark_expired(tx: &mut Tx, scope: TenantScope, id: ChannelId, why: &str) -> Result<()> {
    if store::set_state(tx, scope, id, ChannelState::Expired, Some(why)).await? {
        tx.emit(NewEvent::new(scope.tenant(), "channels.expired", Subject::new("channel", id)).because(why));
        tx.signal(Signal::new("tenant", scope.tenant()));
    }
    Ok(())
}

/// "acme.test" and "https://acme.test/blog/" as one address each.
fn site_url(text: &str) -> Result<Url> {
    let text = text.trim();
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = Url::parse(&with_scheme)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host() && url.username().is_empty());
    let mut url = url.ok_or_else(|| Error::invalid("site", format!("“{text}” is not the address of a site.")))?;
    url.set_query(None);
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_one_address_however_it_is_typed() {
        for text in ["acme.test", " https://acme.test ", "https://acme.test/?utm=1#top"] {
            assert_eq!(site_url(text).unwrap().as_str(), "https://acme.test/");
        }
        assert_eq!(site_url("http://127.0.0.1:8088/blog").unwrap().as_str(), "http://127.0.0.1:8088/blog/");
        for text in ["", "ftp://acme.test", "https://user:pw@acme.test", "not a site"] {
            assert!(site_url(text).is_err(), "{text}");
        }
    }
}
