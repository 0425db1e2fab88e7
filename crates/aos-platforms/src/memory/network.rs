//! A social network that exists in this process only, connected by consent: for tests of what lives on consents.
//!
//! It keeps the promises of [`Authorize`]: a code is good once and with the verifier of its visit, tokens end, a renewal
//! replaces both, and what was revoked is over. It can be told to fail ([`Turn`]), to hold renewals back, and what to
//! show of its pages.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    fmt,
    fmt::Write as _,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aos_capabilities::{
    Account, Capability, Descriptor, Platform, PlatformError, PlatformErrorKind,
    connect::{Authorize, Consent, OAuthApp, Renewal, Scope, Target, Tokens, Visit},
    evidence::{Evidence, Inspect},
    platform::{AccountInfo, AuthKind, ChannelType, Limits},
    post::{Post, PublishPosts, PublishedPost, check},
};
use aos_kernel::{Clock, Retry, Secret, Timestamp};
use chrono::TimeDelta;
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use url::Url;

use super::Memory;

/// What it is registered as, where nobody says otherwise.
pub const ID: &str = "practice_network";

static SCOPES: [Scope; 3] = [
    Scope { name: "pages.read", purpose: "to find your pages", required: true },
    Scope { name: "pages.write", purpose: "to publish posts on the page", required: true },
    Scope { name: "insights", purpose: "to show how posts do", required: false },
];

/// What comes of the next renewals, one for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Nothing answers; nothing happened.
    Down,
    /// The tokens were renewed, and the answer was lost.
    AnswerLost,
    /// The application's secret is wrong.
    AppRefused,
    Unsupported,
    /// The new access is refused like the one that it replaces.
    RefusedAgain,
}

/// A page on the network.
#[derive(Clone, Debug)]
pub struct Page {
    pub key: String,
    pub label: String,
    /// Why it can't be connected.
    pub refusal: Option<String>,
    /// It has a token of its own, which does not end.
    pub own_token: bool,
}

impl Page {
    pub fn new(key: &str, label: &str) -> Self {
        Self { key: key.to_owned(), label: label.to_owned(), refusal: None, own_token: false }
    }
}

/// The network. Clones share what stands on it.
#[derive(Clone)]
pub struct Network {
    descriptor: Arc<Descriptor>,
    /// What one of its applications has to show.
    secret: Arc<str>,
    clock: Arc<dyn Clock>,
    state: Arc<Mutex<State>>,
    gate: Arc<Semaphore>,
    /// What stands on its pages.
    wall: Memory,
}

#[derive(Default)]
struct State {
    pages: HashMap<String, Vec<Page>>,
    codes: HashMap<String, Code>,
    access: HashMap<String, Opened>,
    refresh: HashMap<String, String>,
    /// Of people whose consent is over.
    over: HashSet<String>,
    turns: VecDeque<Turn>,
    revoke_fails: bool,
    no_revoke: bool,
    checks_fail: bool,
    evidence: Evidence,
    renewals: usize,
    refused_posts: usize,
    revocations: usize,
    last: u64,
    life: Option<TimeDelta>,
}

struct Code {
    person: String,
    challenge: String,
    scopes: Vec<String>,
}

#[derive(Clone)]
struct Opened {
    person: String,
    until: Option<Timestamp>,
}

impl Network {
    /// Access lives for two hours, and each renewal replaces what renews it.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let consent = Consent {
            scopes: &SCOPES,
            pkce: true,
            renewal: Renewal::Rotating,
            target: Some("page"),
            registered_at: "the practice network, which needs no registration",
        };
        let descriptor = Descriptor {
            id: ID,
            name: "Practice network",
            channel_type: ChannelType::Social,
            auth: AuthKind::OAuth2,
            capabilities: &[Capability::Connect, Capability::Authorize, Capability::Inspect],
            limits: Limits::default(),
            consent: Some(consent),
            posts: None,
            campaigns: None,
            api_version: None,
            simulated: true,
        };
        let wall = Memory::network(super::Network::Words, clock.clone());
        let state = State { life: Some(TimeDelta::hours(2)), ..State::default() };
        Self {
            descriptor: Arc::new(descriptor),
            secret: "sandbox-client-secret".into(),
            clock,
            state: Arc::new(Mutex::new(state)),
            gate: Arc::new(Semaphore::new(1000)),
            wall,
        }
    }
    /// Another description than its own.
    #[must_use]
    pub fn described(mut self, change: impl FnOnce(&mut Descriptor)) -> Self {
        change(Arc::make_mut(&mut self.descriptor));
        self
    }
    /// It takes posts too.
    #[must_use]
    pub fn publishing(self) -> Self {
        self.described(|one| {
            one.capabilities =
                &[Capability::Connect, Capability::Authorize, Capability::Inspect, Capability::PublishPost];
            one.posts = Some(super::posts::RULES);
        })
    }
    /// It knows its applications by this secret.
    #[must_use]
    pub fn with_secret(mut self, secret: &str) -> Self {
        self.secret = secret.into();
        self
    }
    /// How long access lives; none: for ever.
    #[must_use]
    pub fn living(self, life: Option<TimeDelta>) -> Self {
        self.lock().life = life;
        self
    }

    /// A person of the network and their pages.
    pub fn person(&self, key: &str, pages: Vec<Page>) {
        self.lock().pages.insert(key.to_owned(), pages);
    }
    /// What a person does who was sent to this address: agrees to these scopes. Answers where they are sent back to.
    ///
    /// # Panics
    /// When the address is not one of [`Authorize::departure`].
    pub fn agree(&self, departure: &Url, person: &str, scopes: &[&str]) -> Url {
        let asked: HashMap<String, String> = departure.query_pairs().into_owned().collect();
        let mut state = self.lock();
        state.last += 1;
        let code = format!("canary-code-{}", state.last);
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let kept = Code { person: person.to_owned(), challenge: asked["code_challenge"].clone(), scopes };
        state.codes.insert(code.clone(), kept);
        let mut back = Url::parse(&asked["redirect_uri"]).expect("an address");
        back.query_pairs_mut().append_pair("code", &code).append_pair("state", &asked["state"]);
        back
    }
    /// The same, agreeing to all.
    pub fn agree_to_all(&self, departure: &Url, person: &str) -> Url {
        self.agree(departure, person, &SCOPES.map(|scope| scope.name))
    }
    /// The person says no.
    ///
    /// # Panics
    /// As [`Network::agree`].
    pub fn deny(&self, departure: &Url) -> Url {
        let asked: HashMap<String, String> = departure.query_pairs().into_owned().collect();
        let mut back = Url::parse(&asked["redirect_uri"]).expect("an address");
        back.query_pairs_mut().append_pair("error", "access_denied").append_pair("state", &asked["state"]);
        back
    }
    /// The person takes their consent back on the network itself.
    pub fn take_back(&self, person: &str) {
        self.lock().over.insert(person.to_owned());
    }
    /// Ends all access tokens before their time; what renews them goes on.
    pub fn end_access(&self) {
        self.lock().access.clear();
    }
    pub fn next_renewal(&self, turn: Turn) {
        self.lock().turns.push_back(turn);
    }
    /// How often somebody asked for other tokens, and how often some were given back.
    pub fn asked(&self) -> (usize, usize) {
        let state = self.lock();
        (state.renewals, state.revocations)
    }
    /// How many posts were refused because of the access that came with them.
    pub fn refused_posts(&self) -> usize {
        self.lock().refused_posts
    }
    /// What stands on its pages, and what goes wrong there.
    pub fn wall(&self) -> &Memory {
        &self.wall
    }
    pub fn fail_revocations(&self, fail: bool) {
        self.lock().revoke_fails = fail;
    }
    pub fn never_revoke(&self) {
        self.lock().no_revoke = true;
    }
    pub fn fail_checks(&self, fail: bool) {
        self.lock().checks_fail = fail;
    }
    /// What is read of every page.
    pub fn show(&self, evidence: Evidence) {
        self.lock().evidence = evidence;
    }
    /// Holds renewals back until [`Network::release`].
    pub fn hold(&self) {
        self.gate.forget_permits(2000);
    }
    pub fn release(&self) {
        self.gate.add_permits(1000);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn issue(&self, state: &mut State, person: &str, scopes: Option<Vec<String>>) -> Tokens {
        state.last += 1;
        let (access, refresh) = (format!("canary-access-{}", state.last), format!("canary-refresh-{}", state.last));
        let until = state.life.map(|life| self.clock.now() + life);
        state.access.insert(access.clone(), Opened { person: person.to_owned(), until });
        let renewal = self.descriptor.consent.map(|consent| consent.renewal);
        let renewable = matches!(renewal, Some(Renewal::Lasting | Renewal::Rotating));
        if renewable {
            state.refresh.insert(refresh.clone(), person.to_owned());
        }
        Tokens {
            access: Secret::new(access),
            refresh: renewable.then(|| Secret::new(refresh)),
            expires_at: until,
            refresh_expires_at: None,
            scopes,
        }
    }

    fn error(&self, operation: &str, kind: PlatformErrorKind, message: &str, help: &str) -> PlatformError {
        let passes = matches!(kind, PlatformErrorKind::Unavailable);
        PlatformError {
            kind,
            retry: if passes { Retry::Backoff } else { Retry::Never },
            outcome_unknown: false,
            platform: self.descriptor.id.to_owned(),
            operation: operation.to_owned(),
            provider_code: None,
            message: message.to_owned(),
            help: Some(help.to_owned()),
        }
    }
    fn over(&self, operation: &str) -> PlatformError {
        let words = "The practice network does not take this access any more.";
        self.error(operation, PlatformErrorKind::AuthExpired, words, "Connect it again.")
    }
    fn down(&self, operation: &str) -> PlatformError {
        let words = "The practice network did not answer.";
        self.error(operation, PlatformErrorKind::Unavailable, words, "It is tried again.")
    }
    fn knows(&self, app: &OAuthApp, operation: &str) -> Result<(), PlatformError> {
        if app.client_secret.expose() == &*self.secret {
            return Ok(());
        }
        let words = "The practice network does not know the agency's application.";
        Err(self.error(operation, PlatformErrorKind::PermissionMissing, words, "Enter its secret again."))
    }
    /// Whoever holds this access token.
    fn holder(&self, state: &State, access: &Secret, operation: &str) -> Result<String, PlatformError> {
        let now = self.clock.now();
        let opened = state.access.get(access.expose()).filter(|one| one.until.is_none_or(|until| until > now));
        let person = opened.map(|opened| opened.person.clone()).filter(|person| !state.over.contains(person));
        person.ok_or_else(|| self.over(operation))
    }
}

fn challenge(verifier: &Secret) -> String {
    Sha256::digest(verifier.expose().as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String can't fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Network({})", self.descriptor.id)
    }
}

#[async_trait::async_trait]
impl Platform for Network {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }
    async fn check(&self, account: &Account) -> Result<AccountInfo, PlatformError> {
        let state = self.lock();
        if state.checks_fail {
            return Err(self.down("check"));
        }
        let person = self.holder(&state, &account.secret, "check")?;
        let key = account.settings.get("page").and_then(|key| key.as_str()).unwrap_or_default();
        let page = state.pages.get(&person).and_then(|pages| pages.iter().find(|page| page.key == key));
        let Some(page) = page else {
            let words = "The page is not among this account's any more.";
            return Err(self.error("check", PlatformErrorKind::NotFound, words, "Ask its owner for access."));
        };
        Ok(AccountInfo {
            label: page.label.clone(),
            url: Url::parse(&format!("https://network.example/{key}")).expect("an address"),
            scopes: SCOPES.iter().map(|scope| scope.name.to_owned()).collect(),
            settings: json!({ "seen": true }),
            warnings: Vec::new(),
        })
    }
    fn authorize(&self) -> Option<&dyn Authorize> {
        Some(self)
    }
    fn inspect(&self) -> Option<&dyn Inspect> {
        Some(self)
    }
    fn posts(&self) -> Option<&dyn PublishPosts> {
        self.descriptor.capabilities.contains(&Capability::PublishPost).then_some(self as &dyn PublishPosts)
    }
}

#[async_trait::async_trait]
impl Authorize for Network {
    fn departure(&self, app: &OAuthApp, visit: &Visit) -> Result<Url, PlatformError> {
        let mut url = Url::parse("https://network.example/consent").expect("an address");
        url.query_pairs_mut()
            .append_pair("client_id", &app.client_id)
            .append_pair("redirect_uri", app.redirect.as_str())
            .append_pair("state", visit.state.expose())
            .append_pair("code_challenge", &challenge(&visit.verifier))
            .append_pair("code_challenge_method", "S256");
        Ok(url)
    }

    async fn redeem(&self, app: &OAuthApp, visit: &Visit, code: &Secret) -> Result<Tokens, PlatformError> {
        self.knows(app, "redeem")?;
        let mut state = self.lock();
        let code = state.codes.remove(code.expose()).filter(|code| code.challenge == challenge(&visit.verifier));
        let Code { person, scopes, .. } = code.ok_or_else(|| self.over("redeem"))?;
        state.over.remove(&person);
        Ok(self.issue(&mut state, &person, Some(scopes)))
    }

    async fn refresh(&self, app: &OAuthApp, tokens: &Tokens) -> Result<Tokens, PlatformError> {
        self.lock().renewals += 1;
        drop(self.gate.acquire().await);
        let mut state = self.lock();
        let turn = state.turns.pop_front();
        match turn {
            Some(Turn::Down) => return Err(self.down("refresh")),
            Some(Turn::AppRefused) => {
                let wrong = OAuthApp { client_secret: Secret::new(""), ..app.clone() };
                self.knows(&wrong, "refresh")?;
            }
            Some(Turn::Unsupported) => {
                let words = "The practice network renews nothing without the person.";
                return Err(self.error("refresh", PlatformErrorKind::Unsupported, words, "Connect it again."));
            }
            Some(Turn::AnswerLost | Turn::RefusedAgain) | None => self.knows(app, "refresh")?,
        }
        let refresh = tokens.refresh.as_ref().map(Secret::expose).unwrap_or_default();
        let person = match self.descriptor.consent.map(|consent| consent.renewal) {
            Some(Renewal::Rotating) => state.refresh.remove(refresh),
            _ => state.refresh.get(refresh).cloned(),
        };
        let person = person.filter(|person| !state.over.contains(person)).ok_or_else(|| self.over("refresh"))?;
        let tokens = self.issue(&mut state, &person, None);
        match turn {
            Some(Turn::AnswerLost) => Err(self.down("refresh")),
            Some(Turn::RefusedAgain) => {
                state.access.clear();
                Ok(tokens)
            }
            _ => Ok(tokens),
        }
    }

    async fn revoke(&self, app: &OAuthApp, tokens: &Tokens) -> Result<(), PlatformError> {
        self.knows(app, "revoke")?;
        let mut state = self.lock();
        if state.no_revoke {
            let words = "The practice network takes no access back.";
            return Err(self.error(
                "revoke",
                PlatformErrorKind::Unsupported,
                words,
                "Remove Agency OS in its settings.",
            ));
        }
        if state.revoke_fails {
            return Err(self.down("revoke"));
        }
        state.revocations += 1;
        state.access.remove(tokens.access.expose());
        if let Some(refresh) = &tokens.refresh {
            state.refresh.remove(refresh.expose());
        }
        Ok(())
    }

    async fn targets(&self, _app: &OAuthApp, tokens: &Tokens) -> Result<Vec<Target>, PlatformError> {
        let mut state = self.lock();
        let person = self.holder(&state, &tokens.access, "targets")?;
        let pages = state.pages.get(&person).cloned().unwrap_or_default();
        let mut target = |page: Page| {
            let own = page.own_token.then(|| {
                state.last += 1;
                let access = format!("canary-page-{}", state.last);
                state.access.insert(access.clone(), Opened { person: person.clone(), until: None });
                Tokens {
                    access: Secret::new(access),
                    refresh: None,
                    expires_at: None,
                    refresh_expires_at: None,
                    scopes: None,
                }
            });
            Target {
                settings: json!({ "page": page.key }),
                url: Url::parse(&format!("https://network.example/{}", page.key)).ok(),
                detail: "Page".to_owned(),
                tokens: own,
                key: page.key,
                label: page.label,
                refusal: page.refusal,
            }
        };
        Ok(pages.into_iter().map(&mut target).collect())
    }
}

#[async_trait::async_trait]
impl Inspect for Network {
    async fn inspect(&self, account: &Account) -> Result<Evidence, PlatformError> {
        let state = self.lock();
        self.holder(&state, &account.secret, "inspect")?;
        Ok(state.evidence.clone())
    }
}

#[async_trait::async_trait]
impl PublishPosts for Network {
    fn validate(&self, post: &Post) -> Result<(), PlatformError> {
        check(&self.descriptor, post)
    }

    async fn publish(&self, account: &Account, post: &Post) -> Result<PublishedPost, PlatformError> {
        {
            let mut state = self.lock();
            if let Err(refusal) = self.holder(&state, &account.secret, "publish") {
                state.refused_posts += 1;
                return Err(refusal);
            }
        }
        PublishPosts::publish(&self.wall, account, post).await
    }

    async fn find(
        &self,
        account: &Account,
        post: &Post,
        since: Timestamp,
    ) -> Result<Option<PublishedPost>, PlatformError> {
        self.holder(&self.lock(), &account.secret, "find")?;
        PublishPosts::find(&self.wall, account, post, since).await
    }

    async fn read(&self, account: &Account, id: &str) -> Result<Option<PublishedPost>, PlatformError> {
        self.holder(&self.lock(), &account.secret, "read")?;
        PublishPosts::read(&self.wall, account, id).await
    }
}
