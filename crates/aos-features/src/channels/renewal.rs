//! Keeping tokens alive: one worker at a time, over all processes.
//!
//! The wish is written with a lease before the platform is asked; what came of it is written against the generation of
//! the tokens that were used. Whoever comes second reads what the first one got. A process that dies in between leaves
//! its wish behind: the next one knows then that the platform may have renewed already, tries the old tokens once more,
//! and says what happened if they are no longer taken.

use std::time::Duration;

use aos_capabilities::{
    PlatformError, PlatformErrorKind,
    connect::{Renewal, Tokens},
};
use aos_kernel::{
    Actor, ChannelGrantId, Error, ErrorKind, NewEvent, NewJob, Result, Retry, Secret, Subject, TenantScope, Timestamp,
};
use aos_storage::{Db, Signal, Tx};
use chrono::TimeDelta;
use serde_json::json;
use url::Url;

use super::{
    CHANNEL, checks,
    commands::{Connections, mark_expired},
    model::{Grant, GrantState},
    store::{channels, grants},
    tokens,
};

/// Longer than any exchange with a platform takes.
const LEASE: TimeDelta = TimeDelta::seconds(120);
/// How long whoever came second waits for the first one.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often they look, where no signal reaches them.
const POLL: Duration = Duration::from_millis(500);
/// What waits that a person repairs, such as a wrong secret of the agency's application, is tried again after this.
const REPAIRED_BY_PEOPLE: Duration = Duration::from_secs(3600);
/// A day and more of trying again.
const ATTEMPTS: i64 = 36;
const TOPIC: &str = "channel_grant";

/// The job that renews.
pub(super) const RENEW: &str = "channels.renew";

/// How it was found.
enum Taken {
    /// This process renews; `unsure`: an earlier renewal of these tokens has no known end.
    Ours {
        grant: Box<Grant>,
        unsure: bool,
    },
    /// Others renewed it.
    Newer,
    /// Others are at it.
    Busy,
    Over,
}

/// The job that renews the tokens of this generation when their time comes.
pub(super) fn enqueue(tx: &mut Tx, grant: ChannelGrantId, scope: TenantScope, generation: i64, at: Option<Timestamp>) {
    let Some(at) = at else { return };
    let payload = json!({ "grant": grant, "generation": generation });
    tx.enqueue(
        NewJob::new(RENEW, scope.tenant(), "channels", payload)
            .keyed(format!("{RENEW}:{grant}:{generation}"))
            .at(at)
            .attempts(ATTEMPTS),
    );
}

impl Connections {
    /// Tokens that are good for at least the next minutes; `None` once the grant is over.
    ///
    /// # Errors
    /// `Unavailable` when they have ended and can't be renewed now.
    pub(super) async fn tokens(&self, db: &Db, scope: TenantScope, id: ChannelGrantId) -> Result<Option<Tokens>> {
        let Some((grant, tokens)) = self.kept_tokens(&mut db.read().await?, scope, id).await? else { return Ok(None) };
        let now = db.clock().now();
        if grant.renew_at.is_none_or(|at| at > now) {
            return Ok(Some(tokens));
        }
        match self.renew(db, scope, id, grant.generation).await {
            Ok(true) => Ok(self.kept_tokens(&mut db.read().await?, scope, id).await?.map(|(_, tokens)| tokens)),
            Ok(false) => Ok(None),
            // What still opens the account is used until it does not.
            Err(_) if grant.expires_at.is_none_or(|end| end > now) => Ok(Some(tokens)),
            Err(error) => Err(error),
        }
    }

    /// Renews what the platform refused to take, unless others did so meanwhile. Answers whether there are other tokens.
    pub(super) async fn renew_refused(
        &self,
        db: &Db,
        scope: TenantScope,
        id: ChannelGrantId,
        refused: &Secret,
    ) -> Result<bool> {
        let Some((grant, tokens)) = self.kept_tokens(&mut db.read().await?, scope, id).await? else { return Ok(false) };
        if tokens.access != *refused {
            return Ok(true);
        }
        if !self.is_renewable(&grant, &tokens) {
            return Ok(false);
        }
        self.renew(db, scope, id, grant.generation).await
    }

    fn is_renewable(&self, grant: &Grant, tokens: &Tokens) -> bool {
        let consent = self.platforms().get(&grant.platform).and_then(|client| client.descriptor().consent);
        tokens.refresh.is_some()
            && consent.is_some_and(|consent| matches!(consent.renewal, Renewal::Lasting | Renewal::Rotating))
    }

    /// Brings other tokens than those of the generation that was seen, whoever asks the platform for them. `false` when
    /// the platform ended the access: its channels are expired then, and their people told.
    ///
    /// # Errors
    /// What kept it from being renewed now.
    pub(super) async fn renew(&self, db: &Db, scope: TenantScope, id: ChannelGrantId, seen: i64) -> Result<bool> {
        // Heard from before the first look, so that the end of somebody else's renewal can't be missed.
        let mut signals = db.subscribe();
        let turns = async {
            loop {
                match self.take(db, scope, id, seen).await? {
                    Taken::Newer => return Ok(true),
                    Taken::Over => return Ok(false),
                    Taken::Ours { grant, unsure } => return self.ask(db, scope, *grant, unsure).await,
                    Taken::Busy => {
                        let own = id.to_string();
                        let heard = async {
                            while !matches!(signals.recv().await, Ok(signal) if signal.topic == TOPIC && signal.key == own)
                            {
                            }
                        };
                        // Either way it is looked at again.
                        let _ = tokio::time::timeout(POLL, heard).await;
                    }
                }
            }
        };
        let busy = || {
            Error::unavailable("access_being_renewed", "The access to this channel is being renewed right now.")
                .with_help("Try again in a moment.")
                .with_retry(Retry::After(Duration::from_secs(5)))
        };
        tokio::time::timeout(PATIENCE, turns).await.map_err(|_| busy())?
    }

    /// Writes the wish, unless others are at it or were faster.
    async fn take(&self, db: &Db, scope: TenantScope, id: ChannelGrantId, seen: i64) -> Result<Taken> {
        let mut tx = db.begin(Actor::system("channels")).await?;
        let grant = grants::locked(&mut tx, scope, id).await?.ok_or_else(|| Error::not_found("grant"))?;
        if grant.state == GrantState::Over {
            return Ok(Taken::Over);
        }
        if grant.generation != seen {
            return Ok(Taken::Newer);
        }
        if grant.is_leased(tx.now()) {
            return Ok(Taken::Busy);
        }
        let until = tx.now() + LEASE;
        grants::begin(&mut tx, scope, &grant, &self.owner.to_string(), until).await?;
        tx.commit().await?;
        let unsure = grant.begun == Some(grant.generation);
        Ok(Taken::Ours { grant: Box::new(grant), unsure })
    }

    /// Asks the platform, and keeps what it said.
    async fn ask(&self, db: &Db, scope: TenantScope, grant: Grant, unsure: bool) -> Result<bool> {
        let client = self.client(&grant.platform)?;
        let (Some(authorize), Some(consent)) = (client.authorize(), client.descriptor().consent) else {
            return Err(Error::internal(format!("{} has grants and no consent", grant.platform)));
        };
        let prepared = async {
            let mut conn = db.read().await?;
            let redirect = Url::parse(&grant.redirect).map_err(Error::internal)?;
            let app = self.app(&mut conn, client.descriptor(), redirect).await?;
            let credential = grant.credential_id.ok_or_else(|| Error::internal("a good grant without tokens"))?;
            let sealed = self.credentials().reveal(&mut conn, Some(scope.tenant()), credential).await?;
            let tokens = Tokens::open(&sealed).ok_or_else(|| Error::internal("an envelope without tokens"))?;
            Ok((app, tokens))
        };
        let (app, old) = match prepared.await {
            Ok(prepared) => prepared,
            Err(error) => {
                // Nothing was sent, so what is known of it stays as it was.
                self.note(db, scope, &grant, error_words(&error), unsure).await?;
                return Err(patient(error));
            }
        };
        match authorize.refresh(&app, &old).await {
            Ok(new) => self.keep(db, scope, &grant, consent.renewal, with_refresh(new, &old)).await,
            Err(error) => match error.kind {
                PlatformErrorKind::AuthExpired => {
                    let name = client.descriptor().name;
                    self.is_over(db, scope, &grant, &over_words(name, &error, unsure)).await
                }
                PlatformErrorKind::Unsupported => {
                    self.only_by_consent(db, scope, &grant).await?;
                    Err(error.into())
                }
                _ => {
                    let unsure = unsure || may_have_happened(&error, consent.renewal);
                    let error: Error = error.into();
                    self.note(db, scope, &grant, error_words(&error), unsure).await?;
                    Err(patient(error))
                }
            },
        }
    }

    /// Keeps new tokens in the place of the old ones, and has them renewed in turn.
    async fn keep(&self, db: &Db, scope: TenantScope, grant: &Grant, rule: Renewal, new: Tokens) -> Result<bool> {
        let mut tx = db.begin(Actor::system("channels")).await?;
        let times = tokens::times(rule, &new, tx.now(), grant.id.uuid());
        let purpose = format!("channel {}", grant.platform);
        let credential = self.credentials().put(&mut tx, Some(scope.tenant()), &purpose, &new.seal()).await?;
        if !grants::renewed(&mut tx, scope, grant, credential, &times).await? {
            // Its lease ran out and others were faster: what they got counts.
            tx.rollback().await?;
            return Ok(true);
        }
        if let Some(old) = grant.credential_id {
            self.credentials().delete(&mut tx, Some(scope.tenant()), old).await?;
        }
        enqueue(&mut tx, grant.id, scope, grant.generation + 1, times.renew_at);
        checks::enqueue_warnings(&mut tx, scope, grant.id, times.ends_at);
        for channel in channels::of_grant(&mut tx, scope, grant.id).await? {
            let data = json!({ "platform": channel.platform, "label": channel.label, "until": times.expires_at });
            tx.emit(NewEvent::new(scope.tenant(), "channels.renewed", Subject::new(CHANNEL, channel.id)).with(data));
        }
        tx.signal(Signal::new(TOPIC, grant.id));
        tx.signal(Signal::new("tenant", scope.tenant()));
        tx.commit().await?;
        Ok(true)
    }

    async fn note(&self, db: &Db, scope: TenantScope, grant: &Grant, why: String, unsure: bool) -> Result<()> {
        let mut tx = db.begin(Actor::system("channels")).await?;
        grants::not_renewed(&mut tx, scope, grant, &self.owner.to_string(), &why, unsure).await?;
        if grant.problem.is_none() {
            for channel in channels::of_grant(&mut tx, scope, grant.id).await? {
                let data = json!({ "platform": channel.platform, "label": channel.label });
                let subject = Subject::new(CHANNEL, channel.id);
                tx.emit(NewEvent::new(scope.tenant(), "channels.renewal_delayed", subject).because(&why).with(data));
            }
        }
        tx.signal(Signal::new(TOPIC, grant.id));
        tx.signal(Signal::new("tenant", scope.tenant()));
        tx.commit().await
    }

    /// The platform ended the access. Whoever renewed it meanwhile knows better.
    async fn is_over(&self, db: &Db, scope: TenantScope, grant: &Grant, why: &str) -> Result<bool> {
        let mut tx = db.begin(Actor::system("channels")).await?;
        if !grants::end(&mut tx, scope, grant).await? {
            let now = grants::grant(&mut tx, scope, grant.id).await?;
            return Ok(now.is_some_and(|now| now.state == GrantState::Good));
        }
        if let Some(credential) = grant.credential_id {
            self.credentials().delete(&mut tx, Some(scope.tenant()), credential).await?;
        }
        for channel in channels::of_grant(&mut tx, scope, grant.id).await? {
            mark_expired(&mut tx, scope, channel.id, why).await?;
        }
        tx.signal(Signal::new(TOPIC, grant.id));
        tx.commit().await?;
        Ok(false)
    }

    async fn only_by_consent(&self, db: &Db, scope: TenantScope, grant: &Grant) -> Result<()> {
        let mut tx = db.begin(Actor::system("channels")).await?;
        grants::only_by_consent(&mut tx, scope, grant).await?;
        checks::enqueue_warnings(&mut tx, scope, grant.id, grant.ends_at.or(grant.expires_at));
        tx.signal(Signal::new(TOPIC, grant.id));
        tx.commit().await
    }
}

/// A platform that keeps the refresh token says nothing of it.
fn with_refresh(new: Tokens, old: &Tokens) -> Tokens {
    if new.refresh.is_some() {
        return new;
    }
    Tokens {
        refresh: old.refresh.clone(),
        refresh_expires_at: new.refresh_expires_at.or(old.refresh_expires_at),
        ..new
    }
}

/// Whether the platform may have taken the old tokens and its answer was lost.
fn may_have_happened(error: &PlatformError, renewal: Renewal) -> bool {
    let no_answer = matches!(error.kind, PlatformErrorKind::Unavailable | PlatformErrorKind::UnexpectedResponse);
    error.outcome_unknown || (renewal == Renewal::Rotating && no_answer)
}

fn over_words(name: &str, error: &PlatformError, unsure: bool) -> String {
    if unsure {
        return format!(
            "The access was being renewed when its outcome was lost, and {name} does not take the old one any more."
        );
    }
    error.message.clone()
}

fn error_words(error: &Error) -> String {
    super::apps::in_words(error.message(), error.help())
}

/// What people have to repair first is tried again all the same: nobody comes back to every channel afterwards.
fn patient(error: Error) -> Error {
    match error.retry() {
        Retry::Never if error.kind() != ErrorKind::Internal => error.with_retry(Retry::After(REPAIRED_BY_PEOPLE)),
        _ => error,
    }
}
