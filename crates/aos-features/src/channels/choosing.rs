//! What a person connects of what their consent brought: a page, a property, a site, an account.

use std::collections::BTreeSet;

use aos_capabilities::{
    Account,
    connect::{Consent, Target, Tokens},
    platform::AccountInfo,
};
use aos_kernel::{Actor, ChannelGrantId, ChannelId, ConsentVisitId, Error, Result, TenantScope};
use aos_storage::{Db, Tx};
use url::Url;

use super::{
    brought::Brought,
    checks,
    commands::{Connections, merged},
    model::{ChannelState, ConsentVisit, GrantState, VisitStage},
    renewal,
    store::{
        channels::{self, NewChannel, Opened},
        grants::{self, NewGrant},
    },
    tokens,
};

/// More than anybody connects at once.
const MOST: usize = 50;
/// Stands in for the address of an account that has none yet.
const NOWHERE: &str = "about:blank";

/// What came of a choice.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    pub connected: Vec<ChannelId>,
    pub refused: Vec<RefusedTarget>,
}

/// What could not be connected, and why.
#[derive(Clone, Debug)]
pub struct RefusedTarget {
    pub key: String,
    pub label: String,
    pub problem: String,
    pub help: Option<String>,
}

/// A target that the platform opened.
struct Opening {
    target: Target,
    channel: ChannelId,
    again: bool,
    info: AccountInfo,
}

impl Connections {
    /// Connects what was chosen: each is checked on the platform first. What does not open is told; when nothing does,
    /// the choice stays open.
    ///
    /// # Errors
    /// `Invalid` when nothing of what can be chosen was; `Conflict` when the visit is over.
    pub async fn choose(
        &self,
        db: &Db,
        actor: Actor,
        scope: TenantScope,
        visit: ConsentVisitId,
        keys: &[String],
    ) -> Result<Chosen> {
        let person = actor.person().ok_or_else(|| Error::denied("Only a person can choose."))?;
        let mut conn = db.read().await?;
        let (visit, brought) = self.brought(&mut conn, scope, person, visit).await?;
        let over = || {
            Error::conflict("consent_over", "This consent is over.").with_help("Connect again on the Channels page.")
        };
        let now = db.clock().now();
        let (_, brought) = brought.filter(|_| visit.expires_at > now).ok_or_else(over)?;
        let (_, consent, _) = self.authorizing(&visit.platform)?;
        let Brought { tokens, targets } = brought;
        let keys: BTreeSet<&String> = keys.iter().collect();
        let wanted: Vec<Target> = targets.into_iter().filter(|target| keys.contains(&target.key)).take(MOST).collect();
        if wanted.is_empty() {
            return Err(Error::invalid("target", "Choose what is to be connected."));
        }
        let mut known = Vec::with_capacity(wanted.len());
        for target in wanted {
            let channel = channels::same_target(&mut conn, scope, &visit.platform, &target.key).await?;
            known.push((target, channel.map(|channel| channel.id)));
        }
        drop(conn);

        let mut chosen = Chosen::default();
        let mut openings = Vec::new();
        for (target, channel) in known {
            match self.open_target(scope, &visit, &tokens, &target, channel).await {
                Ok((channel, again, info)) => openings.push(Opening { target, channel, again, info }),
                Err(error) => chosen.refused.push(RefusedTarget {
                    key: target.key,
                    label: target.label,
                    problem: error.message().to_owned(),
                    help: error.help().map(str::to_owned),
                }),
            }
        }
        if openings.is_empty() {
            return Ok(chosen);
        }
        let mut tx = db.begin(actor).await?;
        if !self.end_visit(&mut tx, scope, &visit).await? {
            return Err(over());
        }
        chosen.connected = self.keep_openings(&mut tx, scope, &visit, consent, &tokens, openings).await?;
        tx.commit().await?;
        debug_assert_eq!(visit.stage, VisitStage::Choosing);
        Ok(chosen)
    }

    /// Checks one target on the platform.
    async fn open_target(
        &self,
        scope: TenantScope,
        visit: &ConsentVisit,
        tokens: &Tokens,
        target: &Target,
        known: Option<ChannelId>,
    ) -> Result<(ChannelId, bool, AccountInfo)> {
        if let Some(why) = &target.refusal {
            return Err(Error::conflict("target_refused", why.clone()));
        }
        let nowhere = || Url::parse(NOWHERE).map_err(Error::internal);
        let account = Account {
            tenant: scope.tenant(),
            channel: known.unwrap_or_else(ChannelId::new),
            base_url: target.url.clone().map_or_else(nowhere, Ok)?,
            login: None,
            secret: target.tokens.as_ref().unwrap_or(tokens).access.clone(),
            settings: target.settings.clone(),
        };
        let info = self.client(&visit.platform)?.check(&account).await?;
        Ok((account.channel, known.is_some(), info))
    }

    /// Keeps what was opened: those that share the consent's tokens share a grant.
    async fn keep_openings(
        &self,
        tx: &mut Tx,
        scope: TenantScope,
        visit: &ConsentVisit,
        consent: &Consent,
        tokens: &Tokens,
        openings: Vec<Opening>,
    ) -> Result<Vec<ChannelId>> {
        let mut shared = None;
        let mut connected = Vec::new();
        for Opening { target, channel, again, mut info } in openings {
            // Whoever connected the same account meanwhile was faster by a moment; theirs is the channel.
            let before = channels::same_target(tx, scope, &visit.platform, &target.key).await?;
            let channel = before.as_ref().map_or(channel, |known| known.id);
            let grant = match (&target.tokens, shared) {
                (Some(own), _) => {
                    let scopes = own.scopes.clone().or_else(|| tokens.scopes.clone());
                    self.put_grant(tx, scope, visit, consent, &Tokens { scopes, ..own.clone() }).await?
                }
                (None, Some(shared)) => shared,
                (None, None) => {
                    let grant = self.put_grant(tx, scope, visit, consent, tokens).await?;
                    shared = Some(grant);
                    grant
                }
            };
            let granted = target.tokens.as_ref().and_then(|own| own.scopes.as_ref()).or(tokens.scopes.as_ref());
            for missing in consent.missing(granted.map(Vec::as_slice)) {
                info.warnings.push(format!("“{}” was not granted; it is needed {}.", missing.name, missing.purpose));
            }
            let settings = merged(&target.settings, &info.settings);
            let base_url = target.url.as_ref().unwrap_or(&info.url).as_str().to_owned();
            let new = NewChannel {
                id: channel,
                platform: &visit.platform,
                base_url: &base_url,
                opened: Opened { grant: Some(grant), target: Some(&target.key), ..Opened::default() },
                info: &info,
                settings: &settings,
            };
            channels::put(tx, scope, new).await?;
            if let Some(old) = before.and_then(|known| known.grant_id) {
                self.forget_unused(tx, scope, old).await?;
            }
            self.has_connected(tx, scope, channel, &visit.platform, &info, again);
            connected.push(channel);
        }
        Ok(connected)
    }

    async fn put_grant(
        &self,
        tx: &mut Tx,
        scope: TenantScope,
        visit: &ConsentVisit,
        consent: &Consent,
        tokens: &Tokens,
    ) -> Result<ChannelGrantId> {
        let id = ChannelGrantId::new();
        let times = tokens::times(consent.renewal, tokens, tx.now(), id.uuid());
        let purpose = format!("channel {}", visit.platform);
        let credential = self.credentials().put(tx, Some(scope.tenant()), &purpose, &tokens.seal()).await?;
        let grant = NewGrant {
            id,
            platform: &visit.platform,
            client_id: &visit.client_id,
            redirect: &visit.redirect,
            credential,
            times: &times,
        };
        grants::insert(tx, scope, grant).await?;
        renewal::enqueue(tx, id, scope, 1, times.renew_at);
        checks::enqueue_warnings(tx, scope, id, times.ends_at);
        Ok(id)
    }

    /// The tokens of an earlier consent are deleted when nothing lives on them. They are not given back: the platform may
    /// take them for the same access as the new ones.
    async fn forget_unused(&self, tx: &mut Tx, scope: TenantScope, id: ChannelGrantId) -> Result<()> {
        let users = channels::of_grant(tx, scope, id).await?;
        if users.iter().any(|channel| channel.state != ChannelState::Disconnected) {
            return Ok(());
        }
        let Some(grant) = grants::locked(tx, scope, id).await?.filter(|grant| grant.state == GrantState::Good) else {
            return Ok(());
        };
        if grants::end(tx, scope, &grant).await?
            && let Some(credential) = grant.credential_id
        {
            self.credentials().delete(tx, Some(scope.tenant()), credential).await?;
        }
        Ok(())
    }
}
