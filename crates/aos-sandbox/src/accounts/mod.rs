//! An OpenID Connect provider (written from OpenID Connect Core 1.0 and Discovery 1.0): authorization code flow with PKCE,
//! a page on which a person chooses who they are, signed ID tokens, and lies on demand.

mod flow;
mod keys;
mod page;

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aos_kernel::Clock;
use axum::{Router, http::StatusCode, middleware, routing::get};
use serde_json::{Value, json};
use url::Url;

use crate::{
    console::{self, Console},
    faults::{Faults, Service},
    html::escape,
    log::RequestLog,
    observe::{self, Watch},
    server::{self, Server},
};
use flow::{Asked, Issued};
use keys::SigningKey;

/// Somebody with an account at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The provider's lasting name for them.
    pub subject: String,
    pub email: Option<String>,
    pub email_verified: bool,
    pub name: String,
}

/// What the next ID token is wrong about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    /// Another visit's nonce.
    Nonce,
    /// Made for another client.
    Audience,
    /// Ran out an hour ago.
    Expired,
    /// Says that somebody else made it.
    Issuer,
    /// Changed after it was signed.
    Signature,
    /// Belongs to another access token.
    AccessToken,
}

/// Handle of the simulated provider. Dropping the last one stops it.
#[derive(Clone)]
pub struct Accounts {
    shared: Arc<Shared>,
    server: Arc<Mutex<Option<Server>>>,
}

struct Shared {
    clock: Arc<dyn Clock>,
    origin: String,
    key: SigningKey,
    state: Mutex<State>,
    faults: Faults,
    log: RequestLog,
}

#[derive(Default)]
struct State {
    accounts: Vec<Account>,
    lies: Vec<Lie>,
    /// By code.
    asked: HashMap<String, Asked>,
    /// By access token.
    issued: HashMap<String, Issued>,
    /// Leaves the address out of ID tokens, so that it has to be asked for.
    only_user_info: bool,
}

impl Accounts {
    /// The only client that the provider knows.
    pub const CLIENT_ID: &'static str = "agency-os";
    pub const CLIENT_SECRET: &'static str = "sandbox-client-secret";

    pub(crate) async fn start(clock: Arc<dyn Clock>, port: u16) -> io::Result<Self> {
        let (listener, origin) = server::bind(port).await?;
        let (faults, log) = (Faults::default(), RequestLog::default());
        let key = SigningKey::generate()?;
        let shared = Arc::new(Shared { clock, origin, key, state: Mutex::default(), faults, log });
        let server = Server::run(listener, router(&shared));
        Ok(Self { shared, server: Arc::new(Mutex::new(Some(server))) })
    }

    /// The issuer: `http://127.0.0.1:PORT`.
    pub fn issuer(&self) -> &str {
        &self.shared.origin
    }
    /// Faults of its answers.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }
    /// What was asked of it, in order.
    pub fn requests(&self) -> &RequestLog {
        &self.shared.log
    }
    /// Adds an account with a verified address; its subject is in the answer.
    pub fn add(&self, email: &str, name: &str) -> String {
        let subject = format!("sandbox-{}", uuid::Uuid::new_v4().simple());
        self.add_account(Account {
            subject: subject.clone(),
            email: Some(email.to_owned()),
            email_verified: true,
            name: name.to_owned(),
        });
        subject
    }
    pub fn add_account(&self, account: Account) {
        self.shared.lock().accounts.push(account);
    }
    /// The next ID token is wrong about this.
    pub fn lie(&self, lie: Lie) {
        self.shared.lock().lies.push(lie);
    }
    /// Tells addresses on its user info page only.
    pub fn tell_only_when_asked(&self) {
        self.shared.lock().only_user_info = true;
    }

    /// What a person's browser does on the page: they are sent there, choose the account with this address, and are sent
    /// back to the answer.
    ///
    /// # Errors
    /// In words, when the page would show an error instead.
    pub fn agree(&self, departure: &Url, email: &str) -> Result<Url, String> {
        let account = self.shared.lock().accounts.iter().find(|own| own.email.as_deref() == Some(email)).cloned();
        let account = account.ok_or_else(|| format!("nobody has the address {email}"))?;
        self.shared.decide(departure.query().unwrap_or_default(), Some(&account.subject))
    }
    /// The same, but they do not agree.
    ///
    /// # Errors
    /// As [`Accounts::agree`].
    pub fn decline(&self, departure: &Url) -> Result<Url, String> {
        self.shared.decide(departure.query().unwrap_or_default(), None)
    }

    /// Stops listening and lets answers under way finish.
    pub async fn stop(self) {
        let server = self.server.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(server) = server {
            server.stop().await;
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The provider's description of itself.
    fn description(&self) -> Value {
        let at = |path: &str| format!("{}{path}", self.origin);
        json!({
            "issuer": self.origin,
            "authorization_endpoint": at("/authorize"),
            "token_endpoint": at("/token"),
            "userinfo_endpoint": at("/userinfo"),
            "jwks_uri": at("/jwks"),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "email", "profile"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "claims_supported": ["iss", "sub", "aud", "exp", "iat", "nonce", "email", "email_verified", "name"],
            "code_challenge_methods_supported": ["S256"],
        })
    }

    fn summary(&self) -> String {
        let state = self.lock();
        let rows: String = state
            .accounts
            .iter()
            .map(|own| {
                let email = own.email.as_deref().unwrap_or("—");
                let verified = if own.email_verified { "verified" } else { "not verified" };
                format!("<li>{} &lt;{}&gt;, {verified}</li>", escape(&own.name), escape(email))
            })
            .collect();
        format!(
            "<p>Issuer <code>{}</code>, client <code>{}</code>.</p><ul>{rows}</ul>",
            escape(&self.origin),
            Accounts::CLIENT_ID
        )
    }
}

fn router(shared: &Arc<Shared>) -> Router {
    let watch = Watch {
        service: Service::Accounts,
        faults: shared.faults.clone(),
        log: shared.log.clone(),
        path_of: |uri| uri.path().to_owned(),
        refusal: |status| {
            let word = if status == StatusCode::TOO_MANY_REQUESTS { "slow_down" } else { "server_error" };
            json!({ "error": word, "error_description": "The sandbox refuses on purpose." })
        },
    };
    let summary = Arc::clone(shared);
    let console =
        Console::new(Service::Accounts, shared.faults.clone(), shared.log.clone(), Arc::new(move || summary.summary()));
    Router::new()
        .route("/.well-known/openid-configuration", get(flow::describe))
        .route("/jwks", get(flow::keys))
        .route("/authorize", get(page::ask).post(page::answer))
        .route("/token", axum::routing::post(flow::token))
        .route("/userinfo", get(flow::user_info).post(flow::user_info))
        .layer(middleware::from_fn_with_state(watch, observe::observe))
        .with_state(Arc::clone(shared))
        .merge(console::router(console))
}
