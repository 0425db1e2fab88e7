//! The account while it is worked with: where the platform refuses its access under way, it is renewed, once.

use aos_capabilities::{Account, PlatformError, PlatformErrorKind};
use aos_kernel::{Error, TenantScope};
use aos_storage::Db;

use crate::channels::Connections;

/// An account for one attempt, with the looks before and after it.
pub(super) struct Access<'a> {
    db: &'a Db,
    scope: TenantScope,
    connections: &'a Connections,
    account: Account,
    /// It was renewed, or that was tried: access that is refused anew is not asked for again.
    renewed: bool,
}

impl<'a> Access<'a> {
    pub const fn new(db: &'a Db, scope: TenantScope, connections: &'a Connections, account: Account) -> Self {
        Self { db, scope, connections, account, renewed: false }
    }
    pub const fn account(&self) -> &Account {
        &self.account
    }

    /// Does something outside; once more with renewed access, where the first was refused and so certainly did nothing.
    ///
    /// # Errors
    /// The platform's; and as [`Access::is_renewed`].
    pub async fn with<T, F>(&mut self, act: impl Fn(Account) -> F) -> Result<T, PlatformError>
    where
        F: Future<Output = Result<T, PlatformError>>,
    {
        loop {
            match act(self.account.clone()).await {
                Err(refusal) if !refusal.outcome_unknown && self.is_renewed(&refusal).await? => {}
                done => return done,
            }
        }
    }

    /// After a refusal: whether there is other access to go on with. Where the platform gives none any more, or refuses what
    /// it has just given, the channel is expired by now.
    ///
    /// # Errors
    /// What keeps it from being renewed now, as an error of the platform by which nothing happened.
    async fn is_renewed(&mut self, refusal: &PlatformError) -> Result<bool, PlatformError> {
        if refusal.kind != PlatformErrorKind::AuthExpired {
            return Ok(false);
        }
        let Self { db, scope, connections, .. } = *self;
        if self.renewed {
            let ended = connections.ended(db, scope, self.account.channel, &refusal.message).await;
            return ended.map(|()| false).map_err(|error| not_now(refusal, &error));
        }
        self.renewed = true;
        match connections.refused(db, scope, &self.account, &refusal.message).await {
            Ok(Some(account)) => {
                self.account = account;
                Ok(true)
            }
            Ok(None) => Ok(false),
            Err(error) => Err(not_now(refusal, &error)),
        }
    }
}

/// The access could not be renewed for now, which says nothing about whether it is over.
fn not_now(refusal: &PlatformError, error: &Error) -> PlatformError {
    PlatformError {
        kind: PlatformErrorKind::Unavailable,
        retry: error.retry(),
        outcome_unknown: false,
        platform: refusal.platform.clone(),
        operation: "renew access".to_owned(),
        provider_code: refusal.provider_code.clone(),
        message: error.message().to_owned(),
        help: error.help().map(str::to_owned),
    }
}
