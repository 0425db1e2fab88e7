//! Channels, the consents that open them, and what became of both. Pure.

use aos_kernel::{
    Actor, ChannelGrantId, ChannelId, ChannelScoreId, ConsentVisitId, CredentialId, RevocationId, TenantId, Timestamp,
    UserId,
};
use aos_storage::{FromRow, Row, from_row};
use serde::Serialize;

use super::score::Dimension;

aos_kernel::text_enum! {
    /// Where a connection stands.
    pub enum ChannelState {
        Connected = "connected",
        /// The platform refused the credentials: somebody has to reconnect.
        Expired = "expired",
        Disconnected = "disconnected",
    }
}

impl ChannelState {
    /// The table of legal transitions. Only connecting again leads out of `disconnected`.
    pub const fn may_become(self, next: Self) -> bool {
        !matches!((self, next), (Self::Disconnected, Self::Expired))
    }
}

/// A connected account, without its secret.
#[derive(Clone, Debug, Serialize)]
pub struct Channel {
    pub id: ChannelId,
    /// The platform's id: `wordpress`.
    pub platform: String,
    /// The account as people know it.
    pub label: String,
    pub url: String,
    pub base_url: String,
    pub login: Option<String>,
    #[serde(skip)]
    pub credential_id: Option<CredentialId>,
    pub scopes: Vec<String>,
    /// What works, but not as one would wish.
    pub warnings: Vec<String>,
    #[serde(skip)]
    pub settings: serde_json::Value,
    pub state: ChannelState,
    /// Why it is not connected, for a person.
    pub problem: Option<String>,
    pub connected_by: Actor,
    pub connected_at: Timestamp,
    /// When the platform last gave a clear answer about it.
    pub checked_at: Timestamp,
    /// Why the last check found out nothing; its state is as it was.
    pub check_problem: Option<String>,
    /// The platform's name of the account, of one that was chosen after a consent.
    #[serde(skip)]
    pub target_key: Option<String>,
    /// The consent that opens it; none for one with a password.
    #[serde(skip)]
    pub grant_id: Option<ChannelGrantId>,
}
from_row!(Channel {
    id, platform, label, url, base_url, login, credential_id, json scopes, json warnings, settings, parse state, problem,
    connected_by, connected_at, checked_at, check_problem, target_key, grant_id
});

aos_kernel::text_enum! {
    pub enum GrantState {
        Good = "good",
        /// The platform ended it, or it was given back.
        Over = "over",
    }
}

/// The tokens of one consent, without them.
#[derive(Clone, Debug)]
pub struct Grant {
    pub tenant_id: TenantId,
    pub id: ChannelGrantId,
    pub platform: String,
    pub client_id: String,
    /// Where the platform sent the person back to.
    pub redirect: String,
    pub credential_id: Option<CredentialId>,
    /// Counts the tokens that it had, from 1.
    pub generation: i64,
    pub state: GrantState,
    /// What was granted, in the platform's words; none where it does not say.
    pub scopes: Option<Vec<String>>,
    pub obtained_at: Timestamp,
    /// When the access token ends.
    pub expires_at: Option<Timestamp>,
    /// When the person has to consent again.
    pub ends_at: Option<Timestamp>,
    /// When the tokens are renewed.
    pub renew_at: Option<Timestamp>,
    /// Why they could not be renewed so far.
    pub problem: Option<String>,
    pub(super) begun: Option<i64>,
    pub(super) lease_owner: Option<String>,
    pub(super) lease_until: Option<Timestamp>,
    pub consented_by: Actor,
    pub consented_at: Timestamp,
}

impl FromRow for Grant {
    fn from_row(row: &Row) -> aos_kernel::Result<Self> {
        let scopes: Option<serde_json::Value> = row.get("scopes")?;
        Ok(Self {
            tenant_id: row.get("tenant_id")?,
            id: row.get("id")?,
            platform: row.get("platform")?,
            client_id: row.get("client_id")?,
            redirect: row.get("redirect")?,
            credential_id: row.get("credential_id")?,
            generation: row.get("generation")?,
            state: row.parse("state")?,
            scopes: scopes.map(serde_json::from_value).transpose().map_err(aos_kernel::Error::internal)?,
            obtained_at: row.get("obtained_at")?,
            expires_at: row.get("expires_at")?,
            ends_at: row.get("ends_at")?,
            renew_at: row.get("renew_at")?,
            problem: row.get("problem")?,
            begun: row.get("begun")?,
            lease_owner: row.get("lease_owner")?,
            lease_until: row.get("lease_until")?,
            consented_by: row.get("consented_by")?,
            consented_at: row.get("consented_at")?,
        })
    }
}

impl Grant {
    /// Somebody renews it at this moment.
    pub(super) fn is_leased(&self, now: Timestamp) -> bool {
        self.lease_owner.is_some() && self.lease_until.is_some_and(|until| until > now)
    }
}

aos_kernel::text_enum! {
    /// The face from which somebody went to the platform, and to which they come back.
    pub enum Face { Portal = "portal", Client = "client" }
}

aos_kernel::text_enum! {
    /// Where a visit to a platform stands.
    pub enum VisitStage {
        Away = "away",
        /// They came back, and the platform is asked for the tokens.
        Redeeming = "redeeming",
        /// The person chooses what is connected.
        Choosing = "choosing",
        /// Nothing came of it.
        Refused = "refused",
        Done = "done",
    }
}

/// One visit of somebody to a platform, to consent there.
#[derive(Clone, Debug)]
pub struct ConsentVisit {
    pub tenant_id: TenantId,
    pub id: ConsentVisitId,
    pub platform: String,
    pub client_id: String,
    pub redirect: String,
    pub person_id: UserId,
    pub face: Face,
    /// Goes back to the onboarding instead of the channels.
    pub onboarding: bool,
    /// The channel that is to be connected again.
    pub channel_id: Option<ChannelId>,
    pub stage: VisitStage,
    pub credential_id: Option<CredentialId>,
    /// Why nothing came of it.
    pub problem: Option<String>,
    pub help: Option<String>,
    pub expires_at: Timestamp,
}
from_row!(ConsentVisit {
    tenant_id, id, platform, client_id, redirect, person_id, parse face, onboarding, channel_id, parse stage,
    credential_id, problem, help, expires_at
});

aos_kernel::text_enum! {
    /// What became of giving an access back.
    pub enum RevocationState {
        Waiting = "waiting",
        Revoked = "revoked",
        /// The platform has no way, or another connection lives on it: a person does it there.
        ByHand = "by_hand",
        Failed = "failed",
    }
}

/// An access that was given back to its platform.
#[derive(Clone, Debug)]
pub struct Revocation {
    pub tenant_id: TenantId,
    pub id: RevocationId,
    pub channel_id: ChannelId,
    pub platform: String,
    pub client_id: String,
    pub redirect: String,
    /// The tokens, until it has ended.
    pub credential_id: Option<CredentialId>,
    pub state: RevocationState,
    /// What a person should know of it.
    pub words: Option<String>,
    pub created_at: Timestamp,
}
from_row!(Revocation {
    tenant_id, id, channel_id, platform, client_id, redirect, credential_id, parse state, words, created_at
});

/// A score as it was found once.
#[derive(Clone, Debug, Serialize)]
pub struct ScoreEntry {
    pub id: ChannelScoreId,
    pub channel_id: ChannelId,
    pub at: Timestamp,
    /// 0 to 100; none when nothing could be measured.
    pub score: Option<f64>,
    /// Against the one before.
    pub delta: Option<f64>,
    pub dimensions: Vec<Dimension>,
    /// What the platform did not give and why.
    pub missing: Vec<String>,
}
from_row!(ScoreEntry { id, channel_id, at, score, delta, json dimensions, json missing });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_disconnected_does_not_expire() {
        assert!(!ChannelState::Disconnected.may_become(ChannelState::Expired));
        assert!(ChannelState::Disconnected.may_become(ChannelState::Connected));
        assert!(ChannelState::Connected.may_become(ChannelState::Expired));
    }
}
