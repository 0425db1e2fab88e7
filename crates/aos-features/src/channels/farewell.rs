//! Giving access back to a platform: by a job after the commit, which keeps the tokens until it has ended.

use aos_capabilities::{PlatformErrorKind, connect::Tokens};
use aos_kernel::{AgencyScope, ChannelGrantId, Error, NewEvent, NewJob, Result, RevocationId, Subject, TenantScope};
use aos_storage::{Db, Signal, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

use super::{
    CHANNEL,
    commands::Connections,
    model::{Channel, ChannelState, Grant, Revocation, RevocationState},
    store::{channels, grants, revocations},
};

/// The job that gives an access back.
pub(super) const REVOKE: &str = "channels.revoke";
const ATTEMPTS: i64 = 12;

/// What becomes of the access of a channel that was disconnected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parting {
    /// The password, or what was left of the tokens, is deleted here.
    Forgotten,
    /// It is given back to the platform.
    Revoking,
    /// Others live on the same consent, so it is not given back: in words.
    Kept(String),
}

/// What came of asking the platform.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Outcome {
    pub state: RevocationState,
    pub words: Option<String>,
}

impl Connections {
    /// A channel leaves its grant. The last one gives it back, unless that would end others.
    pub(super) async fn leave_grant(
        &self,
        tx: &mut Tx,
        scope: TenantScope,
        channel: &Channel,
        id: ChannelGrantId,
    ) -> Result<Parting> {
        let grant = grants::locked(tx, scope, id).await?.ok_or_else(|| Error::not_found("grant"))?;
        let beside = channels::of_grant(tx, scope, id).await?;
        let beside: Vec<&str> = beside
            .iter()
            .filter(|other| other.state != ChannelState::Disconnected)
            .map(|other| other.label.as_str())
            .collect();
        if !beside.is_empty() {
            let words =
                format!("Its consent also opens {}; it is given back with the last of them.", beside.join(", "));
            return Ok(Parting::Kept(words));
        }
        let Some(credential) = grant.credential_id else { return Ok(Parting::Forgotten) };
        grants::end(tx, scope, &grant).await?;
        let name = self.platforms().get(&grant.platform).map_or(grant.platform.as_str(), |one| one.descriptor().name);
        let mut revocation = Revocation {
            tenant_id: scope.tenant(),
            id: RevocationId::new(),
            channel_id: channel.id,
            platform: grant.platform.clone(),
            client_id: grant.client_id.clone(),
            redirect: grant.redirect.clone(),
            credential_id: Some(credential),
            state: RevocationState::Waiting,
            words: None,
            created_at: tx.now(),
        };
        if self.lives_elsewhere(tx, &grant).await? {
            self.credentials().delete(tx, Some(scope.tenant()), credential).await?;
            let words = format!(
                "Other connections may live on the same account's consent, so it was not given back at {name}. Its tokens \
                 are deleted here; whoever wants to end all of them removes Agency OS in the settings of the account there."
            );
            revocation.credential_id = None;
            revocation.state = RevocationState::ByHand;
            revocation.words = Some(words.clone());
            revocations::insert(tx, &revocation).await?;
            return Ok(Parting::Kept(words));
        }
        revocations::insert(tx, &revocation).await?;
        let payload = json!({ "revocation": revocation.id });
        tx.enqueue(
            NewJob::new(REVOKE, scope.tenant(), "channels", payload)
                .keyed(format!("{REVOKE}:{}", revocation.id))
                .attempts(ATTEMPTS),
        );
        Ok(Parting::Revoking)
    }

    /// Whether a grant of the same application that the same person gave is alive: some vendors end all of them at once.
    /// Platforms are of one vendor when their applications are registered at the same place.
    async fn lives_elsewhere(&self, tx: &mut Tx, grant: &Grant) -> Result<bool> {
        let place = |id: &str| {
            self.platforms().get(id).and_then(|one| one.descriptor().consent).map(|consent| consent.registered_at)
        };
        let own = place(&grant.platform);
        let siblings: Vec<String> = self
            .platforms()
            .iter()
            .map(|one| one.descriptor().id)
            .filter(|id| place(id) == own)
            .map(str::to_owned)
            .collect();
        Ok(!grants::others(tx, &AgencyScope::all(), grant, &siblings).await?.is_empty())
    }

    /// The slow part of [`REVOKE`].
    pub(super) async fn revoke(&self, db: &Db, scope: TenantScope, id: RevocationId) -> Result<Option<Outcome>> {
        let mut conn = db.read().await?;
        let Some(revocation) = revocations::revocation(&mut conn, scope, id).await? else { return Ok(None) };
        let Some(credential) = revocation.credential_id.filter(|_| revocation.state == RevocationState::Waiting) else {
            return Ok(None);
        };
        let by_hand = |words: String| Ok(Some(Outcome { state: RevocationState::ByHand, words: Some(words) }));
        let Ok(client) = self.client(&revocation.platform) else {
            return by_hand("This version of the program does not know the platform.".to_owned());
        };
        let Some(authorize) = client.authorize() else { return by_hand("The platform takes nothing back.".to_owned()) };
        let redirect = Url::parse(&revocation.redirect).map_err(Error::internal)?;
        let app = match self.app(&mut conn, client.descriptor(), redirect).await {
            Ok(app) => app,
            Err(error) if error.code() == "platform_app_missing" => {
                let name = client.descriptor().name;
                return by_hand(format!(
                    "The agency's application at {name} was removed, so nothing could be given back. Remove Agency OS in \
                     the settings of the account there."
                ));
            }
            Err(error) => return Err(error),
        };
        let sealed = self.credentials().reveal(&mut conn, Some(scope.tenant()), credential).await?;
        drop(conn);
        let tokens = Tokens::open(&sealed).ok_or_else(|| Error::internal("an envelope without tokens"))?;
        let revoked = Outcome { state: RevocationState::Revoked, words: None };
        match authorize.revoke(&app, &tokens).await {
            Ok(()) => Ok(Some(revoked)),
            Err(error) => match error.kind {
                // It was over already.
                PlatformErrorKind::AuthExpired | PlatformErrorKind::NotFound => Ok(Some(revoked)),
                PlatformErrorKind::Unsupported => by_hand(super::apps::in_words(&error.message, error.help.as_deref())),
                _ => Err(error.into()),
            },
        }
    }

    /// Keeps what came of it, and deletes the tokens.
    pub(super) async fn revoked(
        &self,
        tx: &mut Tx,
        scope: TenantScope,
        id: RevocationId,
        outcome: &Outcome,
    ) -> Result<()> {
        let Some(revocation) = revocations::revocation(tx, scope, id).await? else { return Ok(()) };
        if !revocations::end(tx, scope, id, outcome.state, outcome.words.as_deref()).await? {
            return Ok(());
        }
        if let Some(credential) = revocation.credential_id {
            self.credentials().delete(tx, Some(scope.tenant()), credential).await?;
        }
        let kind = match outcome.state {
            RevocationState::Revoked => "channels.revoked",
            _ => "channels.not_revoked",
        };
        let label = channels::channel(tx, scope, revocation.channel_id).await?.map(|channel| channel.label);
        let subject = Subject::new(CHANNEL, revocation.channel_id);
        let data = json!({ "platform": revocation.platform, "label": label, "state": outcome.state });
        let event = NewEvent::new(scope.tenant(), kind, subject).with(data);
        tx.emit(match &outcome.words {
            Some(words) => event.because(words),
            None => event,
        });
        tx.signal(Signal::new("tenant", scope.tenant()));
        Ok(())
    }
}
