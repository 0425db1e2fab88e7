//! Connecting by password, checking and disconnecting accounts, and the handles to them.

use aos_capabilities::{
    Account, Platform, PlatformErrorKind, PlatformRegistry, connect::Tokens, platform::AccountInfo,
};
use aos_kernel::{Actor, ChannelId, Error, NewEvent, Result, Secret, Subject, TenantScope};
use aos_storage::{Conn, Credentials, Db, Signal, Tx};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::{
    CHANNEL, apps,
    farewell::Parting,
    model::{Channel, ChannelState, GrantState},
    scoring,
    store::{
        channels::{self as store, NewChannel, Opened},
        grants,
    },
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
    /// Names this process in the leases of renewals.
    pub(super) owner: Uuid,
}

impl Connections {
    pub fn new(platforms: PlatformRegistry, credentials: Credentials) -> Self {
        Self { platforms, credentials, owner: Uuid::now_v7() }
    }
    pub fn platforms(&self) -> &PlatformRegistry {
        &self.platforms
    }
    pub(super) fn credentials(&self) -> &Credentials {
        &self.credentials
    }
    /// The client of a platform that a row names.
    pub(super) fn client(&self, platform: &str) -> Result<&dyn Platform> {
        match self.platforms.get(platform) {
            Some(client) => Ok(client.as_ref()),
            None => Err(Error::conflict("platform_gone", format!("“{platform}” can't be reached from here any more."))
                .with_help("Another version of the program connected it. Disconnect the channel.")),
        }
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
        if platform.authorize().is_some() {
            let name = platform.descriptor().name;
            return Err(Error::invalid("platform", format!("{name} is connected by consent, not by a password.")));
        }
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
        let channel = NewChannel {
            id,
            platform: &input.platform,
            base_url: base_url.as_str(),
            opened: Opened { login: Some(&login), credential: Some(credential), ..Opened::default() },
            info: &info,
            settings: &info.settings,
        };
        store::put(&mut tx, scope, channel).await?;
        self.has_connected(&mut tx, scope, id, &input.platform, &info, known.is_some());
        tx.commit().await?;
        Ok(id)
    }

    /// Says that an account is connected, and has it scored.
    pub(super) fn has_connected(
        &self,
        tx: &mut Tx,
        scope: TenantScope,
        id: ChannelId,
        platform: &str,
        info: &AccountInfo,
        again: bool,
    ) {
        tx.emit(
            NewEvent::new(scope.tenant(), "channels.connected", Subject::new(CHANNEL, id))
                .with(json!({ "platform": platform, "label": info.label, "warnings": info.warnings, "again": again })),
        );
        tx.signal(Signal::new("tenant", scope.tenant()));
        if self.platforms.get(platform).is_some_and(|client| client.inspect().is_some()) {
            let at = tx.now();
            tx.enqueue(scoring::job(scope.tenant(), id, &format!("connected:{}", at.timestamp_micros())));
        }
    }

    /// A handle to the account, for one operation. Access that is about to end is renewed first.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when it is not connected any more, with what to do; `Unavailable` when its access has
    /// ended and can't be renewed now.
    pub async fn account(&self, db: &Db, scope: TenantScope, id: ChannelId) -> Result<Account> {
        let channel =
            store::channel(&mut db.read().await?, scope, id).await?.ok_or_else(|| Error::not_found("channel"))?;
        if channel.state != ChannelState::Connected {
            return Err(not_connected(&channel));
        }
        self.handle(db, scope, &channel).await
    }

    /// The same, whatever state the channel is in.
    pub(super) async fn handle(&self, db: &Db, scope: TenantScope, channel: &Channel) -> Result<Account> {
        let secret = match (channel.grant_id, channel.credential_id) {
            (Some(grant), _) => self.tokens(db, scope, grant).await?.ok_or_else(|| not_connected(channel))?.access,
            (None, Some(credential)) => {
                self.credentials.reveal(&mut db.read().await?, Some(scope.tenant()), credential).await?
            }
            (None, None) => return Err(not_connected(channel)),
        };
        Ok(Account {
            tenant: scope.tenant(),
            channel: channel.id,
            base_url: Url::parse(&channel.base_url).map_err(Error::internal)?,
            login: channel.login.clone(),
            secret,
            settings: channel.settings.clone(),
        })
    }

    /// The platform refused a handle as over. When its access can be renewed, that is done once and there is another
    /// handle to try again with; otherwise the channel is expired, and `None` says so.
    ///
    /// # Errors
    /// What kept it from being renewed now; the channel stays as it is then.
    pub async fn refused(&self, db: &Db, scope: TenantScope, account: &Account, why: &str) -> Result<Option<Account>> {
        let channel = store::channel(&mut db.read().await?, scope, account.channel)
            .await?
            .ok_or_else(|| Error::not_found("channel"))?;
        if let Some(grant) = channel.grant_id
            && self.renew_refused(db, scope, grant, &account.secret).await?
        {
            return self.handle(db, scope, &channel).await.map(Some);
        }
        self.ended(db, scope, account.channel, why).await?;
        Ok(None)
    }

    /// The platform takes no access to this account any more, neither what there was nor what it gave last.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn ended(&self, db: &Db, scope: TenantScope, channel: ChannelId, why: &str) -> Result<()> {
        let mut tx = db.begin(Actor::system("channels")).await?;
        mark_expired(&mut tx, scope, channel, why).await?;
        tx.commit().await
    }

    /// Asks the platform whether the account still works, and keeps the answer. A passing error changes no state.
    ///
    /// # Errors
    /// The platform's.
    pub async fn check(&self, db: &Db, actor: Actor, scope: TenantScope, id: ChannelId) -> Result<Channel> {
        let channel =
            store::channel(&mut db.read().await?, scope, id).await?.ok_or_else(|| Error::not_found("channel"))?;
        match self.look(db, scope, &channel).await {
            Ok(info) => {
                let mut tx = db.begin(actor).await?;
                let settings = settings_of(&channel, &info);
                if store::checked(&mut tx, scope, id, &info, &settings).await? && channel.state == ChannelState::Expired
                {
                    let data = json!({ "platform": channel.platform, "label": info.label });
                    tx.emit(NewEvent::new(scope.tenant(), "channels.restored", Subject::new(CHANNEL, id)).with(data));
                }
                tx.signal(Signal::new("tenant", scope.tenant()));
                tx.commit().await?;
            }
            Err(error) => {
                let mut tx = db.begin(actor).await?;
                if error.code() == "platform_auth_expired" {
                    mark_expired(&mut tx, scope, id, error.message()).await?;
                } else {
                    store::check_failed(&mut tx, scope, id, &apps::in_words(error.message(), error.help())).await?;
                    tx.signal(Signal::new("tenant", scope.tenant()));
                }
                tx.commit().await?;
                return Err(error);
            }
        }
        store::channel(&mut db.read().await?, scope, id).await?.ok_or_else(|| Error::not_found("channel"))
    }

    /// One look, and another with renewed access when the first was refused.
    async fn look(&self, db: &Db, scope: TenantScope, channel: &Channel) -> Result<AccountInfo> {
        let client = self.client(&channel.platform)?;
        let mut account = self.handle(db, scope, channel).await?;
        if channel.grant_id.is_none() {
            // Found out anew, as when it was connected.
            account.settings = Value::Null;
        }
        let refused = match client.check(&account).await {
            Err(error) if error.kind == PlatformErrorKind::AuthExpired => error,
            answer => return Ok(answer?),
        };
        match channel.grant_id {
            Some(grant) if self.renew_refused(db, scope, grant, &account.secret).await? => {
                let again = self.handle(db, scope, channel).await?;
                Ok(client.check(&again).await?)
            }
            _ => Err(refused.into()),
        }
    }

    /// Forgets the credentials, and gives the access back to the platform after the commit. The channel and what was
    /// published through it stay readable.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn disconnect(&self, tx: &mut Tx, scope: TenantScope, id: ChannelId) -> Result<Parting> {
        let channel = store::channel(tx, scope, id).await?.ok_or_else(|| Error::not_found("channel"))?;
        if channel.state == ChannelState::Disconnected {
            return Ok(Parting::Forgotten);
        }
        store::forget_opener(tx, scope, id).await?;
        let parting = match (channel.grant_id, channel.credential_id) {
            (Some(grant), _) => self.leave_grant(tx, scope, &channel, grant).await?,
            (None, Some(credential)) => {
                self.credentials.delete(tx, Some(scope.tenant()), credential).await?;
                Parting::Forgotten
            }
            (None, None) => Parting::Forgotten,
        };
        if store::set_state(tx, scope, id, ChannelState::Disconnected, None).await? {
            tx.emit(
                NewEvent::new(scope.tenant(), "channels.disconnected", Subject::new(CHANNEL, id))
                    .with(json!({ "platform": channel.platform, "label": channel.label })),
            );
            tx.signal(Signal::new("tenant", scope.tenant()));
        }
        Ok(parting)
    }

    /// The tokens of a grant as they are kept; `None` once it is over.
    pub(super) async fn kept_tokens(
        &self,
        conn: &mut Conn,
        scope: TenantScope,
        id: aos_kernel::ChannelGrantId,
    ) -> Result<Option<(super::Grant, Tokens)>> {
        let grant = grants::grant(conn, scope, id).await?.ok_or_else(|| Error::not_found("grant"))?;
        let Some(credential) = grant.credential_id.filter(|_| grant.state == GrantState::Good) else { return Ok(None) };
        let sealed = self.credentials.reveal(conn, Some(scope.tenant()), credential).await?;
        let tokens = Tokens::open(&sealed).ok_or_else(|| Error::internal("an envelope without tokens"))?;
        Ok(Some((grant, tokens)))
    }
}

/// What a channel keeps of a look: with consent, the choice that was made and what was learnt since.
pub(super) fn settings_of(channel: &Channel, info: &AccountInfo) -> Value {
    match channel.grant_id {
        Some(_) => merged(&channel.settings, &info.settings),
        None => info.settings.clone(),
    }
}

/// What was chosen, with what the platform says now in its place.
pub(super) fn merged(chosen: &Value, learnt: &Value) -> Value {
    match (chosen, learnt) {
        (Value::Object(chosen), Value::Object(learnt)) => {
            let mut all = chosen.clone();
            all.extend(learnt.clone());
            Value::Object(all)
        }
        (chosen, Value::Null) => chosen.clone(),
        (_, learnt) => learnt.clone(),
    }
}

pub(super) fn not_connected(channel: &Channel) -> Error {
    Error::conflict("channel_not_connected", format!("{} is not connected any more.", channel.label))
        .with_help("Reconnect it on the client's Channels page; then try again.")
}

/// The platform refused the credentials: nothing more is sent until somebody reconnects.
///
/// # Errors
/// `Storage`.
pub async fn mark_expired(tx: &mut Tx, scope: TenantScope, id: ChannelId, why: &str) -> Result<()> {
    let Some(channel) = store::channel(tx, scope, id).await? else { return Ok(()) };
    // Once is enough: what it was first refused for is what people were told.
    if channel.state == ChannelState::Expired || !channel.state.may_become(ChannelState::Expired) {
        return Ok(());
    }
    if store::set_state(tx, scope, id, ChannelState::Expired, Some(why)).await? {
        let data = json!({ "platform": channel.platform, "label": channel.label });
        tx.emit(NewEvent::new(scope.tenant(), "channels.expired", Subject::new(CHANNEL, id)).because(why).with(data));
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
