//! Going to a platform to consent, and coming back.
//!
//! State and PKCE verifier are made for one visit. The state is kept as a digest, the verifier in an envelope; both are
//! good for one person, once, and for a quarter of an hour.

use aos_capabilities::{
    Descriptor,
    connect::{Authorize, Consent, Scope, Target, Visit},
};
use aos_kernel::{
    Actor, ChannelId, ConsentVisitId, CredentialId, Error, ErrorKind, Result, Secret, TenantScope, UserId,
};
use aos_storage::{Conn, Db, Tx};
use chrono::TimeDelta;
use url::Url;

use super::{
    brought::Brought,
    choosing::Chosen,
    commands::Connections,
    model::{ConsentVisit, Face, VisitStage},
    store::{
        channels,
        visits::{self as store, Stepped},
    },
};
use crate::people::{random_token, token_digest};

/// How long somebody may be away, and how long they may take to choose.
const AWAY: TimeDelta = TimeDelta::minutes(15);
/// What the envelopes of a visit are for.
const PURPOSE: &str = "consent visit";
const AGAIN: &str = "Begin again on the client's Channels page.";

/// Somebody wants to connect an account by consent.
#[derive(Clone, Debug)]
pub struct Begin {
    pub platform: String,
    pub face: Face,
    /// Where the platform sends people back to.
    pub redirect: Url,
    /// The channel that is to be connected again.
    pub again: Option<ChannelId>,
    /// Goes back to the onboarding.
    pub onboarding: bool,
}

/// Where to send them.
#[derive(Clone, Debug)]
pub struct Departure {
    pub visit: ConsentVisitId,
    pub url: Url,
    pub expires_at: aos_kernel::Timestamp,
}

/// What somebody came back with.
#[derive(Clone, Debug, Default)]
pub struct Came {
    pub state: String,
    pub code: Option<Secret>,
    /// Why there is no code: `access_denied`.
    pub error: Option<String>,
}

/// What came of a visit so far.
#[derive(Clone, Debug)]
pub struct Arrived {
    pub visit: ConsentVisit,
    /// Set when there was nothing to choose: the one account, or the one that is connected again.
    pub chosen: Option<Chosen>,
}

/// What can be chosen, for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    pub key: String,
    pub label: String,
    pub detail: String,
    pub url: Option<Url>,
    /// Why it can't be connected.
    pub refusal: Option<String>,
    /// The channel that it is here already.
    pub known: Option<ChannelId>,
    /// It is the one that is to be connected again.
    pub wanted: bool,
}

impl Connections {
    pub(super) fn authorizing(&self, platform: &str) -> Result<(&Descriptor, &Consent, &dyn Authorize)> {
        let client = self.platforms().get(platform);
        let parts = client
            .and_then(|client| Some((client.descriptor(), client.descriptor().consent.as_ref()?, client.authorize()?)));
        parts.ok_or_else(|| Error::invalid("platform", format!("“{platform}” is not connected by consent here.")))
    }

    /// Begins a visit.
    ///
    /// # Errors
    /// `Invalid` for a platform without consent; `Conflict` `platform_app_missing`; `NotFound` for a channel that is not
    /// there; `Denied` for whoever is no person.
    pub async fn begin(&self, db: &Db, actor: Actor, scope: TenantScope, begin: Begin) -> Result<Departure> {
        let person = actor.person().ok_or_else(|| Error::denied("Only a person can consent at a platform."))?;
        let (descriptor, _, authorize) = self.authorizing(&begin.platform)?;
        let mut conn = db.read().await?;
        if let Some(again) = begin.again {
            let known = channels::channel(&mut conn, scope, again).await?;
            let known = known.filter(|channel| channel.platform == begin.platform);
            known.ok_or_else(|| Error::not_found("channel"))?;
        }
        let app = self.app(&mut conn, descriptor, begin.redirect.clone()).await?;
        drop(conn);
        let visit = Visit { state: random_token(), verifier: random_token() };
        let url = authorize.departure(&app, &visit)?;

        let mut tx = db.begin(actor).await?;
        let verifier = self.credentials().put(&mut tx, Some(scope.tenant()), PURPOSE, &visit.verifier).await?;
        let kept = ConsentVisit {
            tenant_id: scope.tenant(),
            id: ConsentVisitId::new(),
            platform: begin.platform,
            client_id: app.client_id,
            redirect: begin.redirect.to_string(),
            person_id: person,
            face: begin.face,
            onboarding: begin.onboarding,
            channel_id: begin.again,
            stage: VisitStage::Away,
            credential_id: Some(verifier),
            problem: None,
            help: None,
            expires_at: tx.now() + AWAY,
        };
        store::insert(&mut tx, &kept, &token_digest(visit.state.expose())).await?;
        tx.commit().await?;
        Ok(Departure { visit: kept.id, url, expires_at: kept.expires_at })
    }

    /// Somebody comes back. What went wrong at the platform is kept with the visit and stands in the answer, so that its
    /// page says it with the way to begin again.
    ///
    /// # Errors
    /// `Invalid` for a visit that is not known, used or too old; `Denied` for somebody else's. Nothing was asked then.
    pub async fn arrive(&self, db: &Db, actor: Actor, came: Came) -> Result<Arrived> {
        let person = actor.person().ok_or_else(|| Error::denied("Only a person can consent at a platform."))?;
        let (mut visit, scope, verifier) = self.take_visit(db, &came.state, person).await?;
        match self.redeem(db, &visit, verifier, came).await {
            Ok(brought) => {
                self.keep_choice(db, actor.clone(), scope, &visit, &brought).await?;
                visit.stage = VisitStage::Choosing;
                let chosen = match self.only_choice(&visit, scope, db, &brought).await? {
                    Some(key) => Some(self.choose(db, actor, scope, visit.id, &[key]).await?),
                    None => None,
                };
                if chosen.as_ref().is_some_and(|chosen| !chosen.connected.is_empty()) {
                    visit.stage = VisitStage::Done;
                }
                Ok(Arrived { visit, chosen })
            }
            Err(error) if matches!(error.kind(), ErrorKind::Storage | ErrorKind::Internal) => Err(error),
            Err(error) => {
                let mut tx = db.begin(actor).await?;
                let refused = Stepped {
                    from: VisitStage::Redeeming,
                    to: VisitStage::Refused,
                    credential: None,
                    problem: Some(error.message()),
                    help: error.help(),
                    expires_at: visit.expires_at,
                };
                store::step(&mut tx, scope, visit.id, refused).await?;
                tx.commit().await?;
                visit.stage = VisitStage::Refused;
                visit.problem = Some(error.message().to_owned());
                visit.help = error.help().map(str::to_owned);
                Ok(Arrived { visit, chosen: None })
            }
        }
    }

    /// Takes the visit of a state, once: before anything else is looked at, so that no state is good twice.
    async fn take_visit(&self, db: &Db, state: &str, person: UserId) -> Result<(ConsentVisit, TenantScope, Secret)> {
        let over = |code: &'static str, words: &str| Error::new(ErrorKind::Invalid, code, words).with_help(AGAIN);
        let mut tx = db.begin(Actor::user(person)).await?;
        let visit = store::by_state(&mut tx, &token_digest(state)).await?;
        let visit = visit.ok_or_else(|| over("consent_unknown", "This consent was not begun here."))?;
        if visit.person_id != person {
            return Err(Error::new(
                ErrorKind::Denied,
                "consent_of_another",
                "This consent was begun by somebody else.",
            )
            .with_help("Sign in as the person who began it, or begin one yourself on the client's Channels page."));
        }
        if visit.stage != VisitStage::Away {
            return Err(over("consent_used", "This consent was used already."));
        }
        let scope = super::workflow::lent(visit.tenant_id);
        let too_old = visit.expires_at <= tx.now();
        let (to, problem) = match too_old {
            true => (VisitStage::Refused, Some("It took longer than a quarter of an hour.")),
            false => (VisitStage::Redeeming, None),
        };
        let verifier = match visit.credential_id {
            Some(id) => {
                let verifier = self.credentials().reveal(&mut tx, Some(scope.tenant()), id).await?;
                self.credentials().delete(&mut tx, Some(scope.tenant()), id).await?;
                verifier
            }
            None => return Err(Error::internal("a visit without its verifier")),
        };
        let step = Stepped {
            from: VisitStage::Away,
            to,
            credential: None,
            problem,
            help: problem.map(|_| AGAIN),
            expires_at: visit.expires_at,
        };
        store::step(&mut tx, scope, visit.id, step).await?;
        tx.commit().await?;
        if too_old {
            return Err(over("consent_too_old", "This consent took longer than a quarter of an hour."));
        }
        Ok((visit, scope, verifier))
    }

    async fn redeem(&self, db: &Db, visit: &ConsentVisit, verifier: Secret, came: Came) -> Result<Brought> {
        let (descriptor, consent, authorize) = self.authorizing(&visit.platform)?;
        let Some(code) = came.code.filter(|code| !code.is_empty()) else {
            return Err(no_code(descriptor.name, came.error.as_deref().unwrap_or_default()));
        };
        let redirect = Url::parse(&visit.redirect).map_err(Error::internal)?;
        let app = self.app(&mut db.read().await?, descriptor, redirect).await?;
        let away = Visit { state: Secret::new(came.state), verifier };
        let tokens = authorize.redeem(&app, &away, &code).await?;
        let missing = consent.missing(tokens.scopes.as_deref());
        let missing: Vec<Scope> = missing.into_iter().filter(|scope| scope.required).collect();
        if !missing.is_empty() {
            return Err(Error::outside("scope_missing", missing_words(descriptor.name, &missing))
                .with_help("Connect again and leave everything ticked that the platform asks for."));
        }
        let targets = authorize.targets(&app, &tokens).await?;
        if targets.is_empty() {
            let what = consent.target.unwrap_or("account");
            let words = format!("{} shows no {what} for the account that you used.", descriptor.name);
            let help = format!(
                "Sign in there with an account that has a {what}, or ask its owner for access; then connect again."
            );
            return Err(Error::outside("nothing_to_connect", words).with_help(help));
        }
        Ok(Brought { tokens, targets })
    }

    async fn keep_choice(
        &self,
        db: &Db,
        actor: Actor,
        scope: TenantScope,
        visit: &ConsentVisit,
        brought: &Brought,
    ) -> Result<()> {
        let mut tx = db.begin(actor).await?;
        let sealed = brought.seal();
        let credential = self.credentials().put(&mut tx, Some(scope.tenant()), PURPOSE, &sealed).await?;
        let expires_at = tx.now() + AWAY;
        let step = Stepped {
            from: VisitStage::Redeeming,
            to: VisitStage::Choosing,
            credential: Some(credential),
            problem: None,
            help: None,
            expires_at,
        };
        if !store::step(&mut tx, scope, visit.id, step).await? {
            return Err(Error::internal("a visit that moved on by itself"));
        }
        tx.commit().await
    }

    /// The account that needs no choice: the one that is connected again, or the only one where a consent is for one.
    async fn only_choice(
        &self,
        visit: &ConsentVisit,
        scope: TenantScope,
        db: &Db,
        brought: &Brought,
    ) -> Result<Option<String>> {
        let usable = |target: &&Target| target.refusal.is_none();
        if let Some(again) = visit.channel_id {
            let channel = channels::channel(&mut db.read().await?, scope, again).await?;
            let wanted = channel.and_then(|channel| channel.target_key);
            let found = brought.targets.iter().filter(usable).find(|target| Some(&target.key) == wanted.as_ref());
            return Ok(found.map(|target| target.key.clone()));
        }
        let (_, consent, _) = self.authorizing(&visit.platform)?;
        Ok(match (consent.target, brought.targets.as_slice()) {
            (None, [only]) if only.refusal.is_none() => Some(only.key.clone()),
            _ => None,
        })
    }

    /// A visit with what can be chosen; nothing in any stage but `choosing`.
    ///
    /// # Errors
    /// `NotFound`, also for somebody else's visit.
    pub async fn visit(
        &self,
        conn: &mut Conn,
        scope: TenantScope,
        person: UserId,
        id: ConsentVisitId,
    ) -> Result<(ConsentVisit, Vec<Offered>)> {
        let (visit, brought) = self.brought(conn, scope, person, id).await?;
        let Some((_, brought)) = brought else { return Ok((visit, Vec::new())) };
        let known = channels::channels(conn, scope).await?;
        let offered = brought.targets.into_iter().map(|target| {
            let own = known.iter().find(|channel| {
                channel.platform == visit.platform && channel.target_key.as_deref() == Some(target.key.as_str())
            });
            Offered {
                known: own.map(|channel| channel.id),
                wanted: visit.channel_id.is_some() && own.map(|channel| channel.id) == visit.channel_id,
                key: target.key,
                label: target.label,
                detail: target.detail,
                url: target.url,
                refusal: target.refusal,
            }
        });
        let offered = offered.collect();
        Ok((visit, offered))
    }

    pub(super) async fn brought(
        &self,
        conn: &mut Conn,
        scope: TenantScope,
        person: UserId,
        id: ConsentVisitId,
    ) -> Result<(ConsentVisit, Option<(CredentialId, Brought)>)> {
        let visit = store::visit(conn, scope, id).await?.filter(|visit| visit.person_id == person);
        let visit = visit.ok_or_else(|| Error::not_found("consent"))?;
        let Some(credential) = visit.credential_id.filter(|_| visit.stage == VisitStage::Choosing) else {
            return Ok((visit, None));
        };
        let sealed = self.credentials().reveal(conn, Some(scope.tenant()), credential).await?;
        let brought = Brought::open(&sealed).ok_or_else(|| Error::internal("an envelope without a choice"))?;
        Ok((visit, Some((credential, brought))))
    }

    /// Ends a visit from which something was connected.
    pub(super) async fn end_visit(&self, tx: &mut Tx, scope: TenantScope, visit: &ConsentVisit) -> Result<bool> {
        if let Some(credential) = visit.credential_id {
            self.credentials().delete(tx, Some(scope.tenant()), credential).await?;
        }
        let step = Stepped {
            from: VisitStage::Choosing,
            to: VisitStage::Done,
            credential: None,
            problem: None,
            help: None,
            expires_at: visit.expires_at,
        };
        store::step(tx, scope, visit.id, step).await
    }
}

/// Why somebody came back without a code. What the platform calls it stays in the log.
fn no_code(name: &str, error: &str) -> Error {
    let denied = error.contains("denied") || error.contains("cancel");
    let (code, words) = match denied {
        true => ("consent_denied", format!("You did not agree at {name}, so nothing is connected.")),
        false => ("consent_failed", format!("{name} ended the consent, so nothing is connected.")),
    };
    let why: String = error.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(100).collect();
    Error::outside(code, words).with_help("Connect again whenever you like.").with_context(why)
}

/// What is missing and what for, in one text.
fn missing_words(name: &str, missing: &[Scope]) -> String {
    let each: Vec<String> =
        missing.iter().map(|scope| format!("“{}”, which is needed {}", scope.name, scope.purpose)).collect();
    format!("{name} did not grant {}.", each.join("; and "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_platform_calls_its_refusal_is_not_shown_to_people() {
        let denied = no_code("LinkedIn", "user_cancelled_login");
        assert_eq!(
            (denied.code(), denied.message()),
            ("consent_denied", "You did not agree at LinkedIn, so nothing is connected.")
        );
        let failed = no_code("LinkedIn", "<script>server_error");
        assert_eq!(failed.code(), "consent_failed");
        assert!(!failed.message().contains("server_error"));
        assert_eq!(failed.context(), Some("scriptserver_error"));
    }
}
