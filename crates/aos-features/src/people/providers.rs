//! Signing in through a provider that the agency trusts: an account there is the proof, and the verified e-mail address
//! says which account here.
//!
//! A visit is good once and for the browser that began it. Nonce and PKCE verifier are derived from the state and from a
//! secret in that browser, so neither is kept.

use aos_capabilities::sign_in::{Client, Identity, SignInProvider, Visit};
use aos_kernel::{
    Actor, AgencyScope, CredentialId, Error, ErrorKind, IdentityProviderId, NewEvent, Result, Secret, Subject,
    Timestamp, UserId,
};
use aos_storage::{Conn, Credentials, Db, Tx};
use chrono::TimeDelta;
use serde_json::json;
use url::{Host, Url};

use super::{
    audit::{self, NewAuditEntry},
    commands::whole_agency,
    invitations,
    model::{Email, Grant, Role, User, plain_name},
    sessions::{self, Browser, Entry},
    store::{providers as store, users},
    tokens,
};

/// How long somebody may be away at the provider.
const AWAY: TimeDelta = TimeDelta::minutes(10);
/// What the secret's envelope is for.
const PURPOSE: &str = "identity provider";
const MOST_DOMAINS: usize = 100;

/// The provider that people may sign in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityProvider {
    pub id: IdentityProviderId,
    /// On the button: "Google".
    pub name: String,
    pub issuer: String,
    pub client_id: String,
    pub credential_id: CredentialId,
    /// Whose addresses are taken, lower case; empty: any.
    pub domains: Vec<String>,
    /// What somebody without an account gets; none: they are refused.
    pub join: Option<Grant>,
    pub enabled: bool,
    pub updated_at: Timestamp,
}

/// A provider to be kept.
#[derive(Clone, Debug)]
pub struct ProviderInput {
    pub name: String,
    /// `https://accounts.example.com`; plain HTTP only on this machine.
    pub issuer: String,
    pub client_id: String,
    /// None: the one that is kept stays.
    pub client_secret: Option<Secret>,
    pub domains: Vec<String>,
    pub join: Option<Grant>,
    pub enabled: bool,
}

/// Where to send somebody, and what their browser keeps meanwhile.
#[derive(Clone, Debug)]
pub struct Departure {
    pub url: Url,
    /// For a cookie; only its digest is kept here.
    pub browser_secret: Secret,
}

/// What somebody came back with.
#[derive(Clone, Debug, Default)]
pub struct Arrival {
    pub state: String,
    pub code: Option<Secret>,
    /// Why the provider let nobody in: `access_denied`.
    pub error: Option<String>,
    /// From the cookie.
    pub browser_secret: Option<Secret>,
}

/// The provider, if there is one.
///
/// # Errors
/// `Storage`.
pub async fn provider(conn: &mut Conn) -> Result<Option<IdentityProvider>> {
    store::provider(conn).await
}

fn domain(text: &str) -> Result<String> {
    let domain = text.trim().trim_start_matches('@').to_lowercase();
    let good = domain.contains('.')
        && domain.split('.').all(|label| !label.is_empty())
        && domain.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'));
    if good {
        Ok(domain)
    } else {
        Err(Error::invalid("domains", format!("“{text}” is not a domain such as example.com.")))
    }
}

/// An issuer is reached over TLS, unless it runs on this machine.
fn issuer(text: &str) -> Result<Url> {
    let bad = || Error::invalid("issuer", "This is not an address such as https://accounts.example.com.");
    let url = Url::parse(text.trim()).map_err(|_| bad())?;
    let here = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => return Err(bad()),
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && here) {
        return Err(Error::invalid("issuer", "The address has to begin with https://."));
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(bad());
    }
    Ok(url)
}

/// Keeps the provider; there is one at most.
///
/// # Errors
/// `Denied` for a scope of some clients; `Invalid` for a field; `Conflict` `no_administrator_by_provider` for a role that
/// a provider may not give.
pub async fn save(tx: &mut Tx, credentials: &Credentials, agency: &AgencyScope, input: ProviderInput) -> Result<()> {
    whole_agency(agency)?;
    let name = plain_name("name", &input.name, 60)?;
    let address = input.issuer.trim().to_owned();
    issuer(&address)?;
    let client_id = plain_name("client_id", &input.client_id, 300)?;
    let mut domains: Vec<String> = Vec::new();
    for word in input.domains.iter().filter(|word| !word.trim().is_empty()) {
        let domain = domain(word)?;
        if !domains.contains(&domain) {
            domains.push(domain);
        }
    }
    if domains.len() > MOST_DOMAINS {
        return Err(Error::invalid("domains", format!("At most {MOST_DOMAINS} domains can be named.")));
    }
    if let Some(join) = input.join {
        Grant::new(join.role, join.tenant)?;
        if join.role == Role::Administrator {
            return Err(Error::invalid("join", "Nobody becomes an administrator by signing in; invite them."));
        }
        if domains.is_empty() {
            return Err(Error::invalid("domains", "Name the domains whose people may join; otherwise anybody could."));
        }
    }
    let before = store::provider(tx).await?;
    let secret = input.client_secret.filter(|secret| !secret.is_empty());
    let credential = match (&before, &secret) {
        (Some(kept), None) if kept.issuer == address => kept.credential_id,
        (Some(_), None) => {
            return Err(Error::invalid("client_secret", "Another provider needs a secret of its own."));
        }
        (None, None) => return Err(Error::invalid("client_secret", "This can't be empty.")),
        (before, Some(secret)) => {
            if let Some(kept) = before {
                credentials.delete(tx, None, kept.credential_id).await?;
            }
            credentials.put(tx, None, PURPOSE, secret).await?
        }
    };
    let provider = IdentityProvider {
        id: before.as_ref().map_or_else(IdentityProviderId::new, |kept| kept.id),
        name,
        issuer: address,
        client_id,
        credential_id: credential,
        domains,
        join: input.join,
        enabled: input.enabled,
        updated_at: tx.now(),
    };
    store::save(tx, &provider).await?;
    let detail = json!({
        "name": provider.name, "issuer": provider.issuer, "domains": provider.domains, "join": provider.join,
        "enabled": provider.enabled, "new_secret": secret.is_some(),
    });
    note(tx, "people.identity_provider_saved", provider.id, detail).await
}

async fn note(tx: &mut Tx, action: &'static str, id: IdentityProviderId, detail: serde_json::Value) -> Result<()> {
    let subject = Subject::new("identity_provider", id);
    tx.emit(NewEvent::new(None, action, subject.clone()).with(detail.clone()));
    audit::record(tx, NewAuditEntry::new(None, action, subject).with(detail)).await
}

/// Takes the provider away: nobody signs in with it any more. Accounts stay. Safe to repeat.
///
/// # Errors
/// `Denied` for a scope of some clients.
pub async fn remove(tx: &mut Tx, credentials: &Credentials, agency: &AgencyScope) -> Result<()> {
    whole_agency(agency)?;
    let Some(provider) = store::provider(tx).await? else { return Ok(()) };
    credentials.delete(tx, None, provider.credential_id).await?;
    store::remove(tx).await?;
    note(tx, "people.identity_provider_removed", provider.id, json!({ "name": provider.name })).await
}

async fn client(
    conn: &mut Conn,
    credentials: &Credentials,
    provider: &IdentityProvider,
    callback: Url,
) -> Result<Client> {
    Ok(Client {
        issuer: provider.issuer.clone(),
        client_id: provider.client_id.clone(),
        client_secret: credentials.reveal(conn, None, provider.credential_id).await?,
        callback,
    })
}

/// Asks the provider whether it is there.
///
/// # Errors
/// `NotFound` without a provider; what the provider's answer says.
pub async fn check(db: &Db, credentials: &Credentials, outside: &dyn SignInProvider, callback: Url) -> Result<()> {
    let mut conn = db.read().await?;
    let provider = store::provider(&mut conn).await?.ok_or_else(|| Error::not_found("provider"))?;
    let client = client(&mut conn, credentials, &provider, callback).await?;
    drop(conn);
    outside.check(&client).await
}

async fn enabled(conn: &mut Conn) -> Result<IdentityProvider> {
    store::provider(conn).await?.filter(|provider| provider.enabled).ok_or_else(|| {
        Error::new(ErrorKind::NotFound, "no_provider", "There is no provider to sign in with.")
            .with_help("Sign in with your e-mail address and password.")
    })
}

fn derived(purpose: &str, browser: &Secret, state: &str) -> Secret {
    Secret::new(tokens::digest(&format!("{purpose}:{}:{state}", browser.expose())))
}

fn visit(browser: &Secret, state: &str) -> Visit {
    Visit {
        state: Secret::new(state),
        nonce: derived("nonce", browser, state),
        verifier: derived("verifier", browser, state),
    }
}

/// Begins a visit. `next` is where the person wanted to go.
///
/// # Errors
/// `NotFound` `no_provider`; what the provider's answer says.
pub async fn depart(
    db: &Db,
    credentials: &Credentials,
    outside: &dyn SignInProvider,
    callback: Url,
    next: &str,
) -> Result<Departure> {
    let mut conn = db.read().await?;
    let provider = enabled(&mut conn).await?;
    let client = client(&mut conn, credentials, &provider, callback).await?;
    drop(conn);
    let (state, browser_secret) = (tokens::random(), tokens::random());
    let url = outside.departure(&client, &visit(&browser_secret, state.expose())).await?;
    let mut tx = db.begin(Actor::system("people")).await?;
    let until = tx.now() + AWAY;
    let browser_hash = tokens::digest(browser_secret.expose());
    store::insert_visit(&mut tx, &tokens::digest(state.expose()), &browser_hash, next, until).await?;
    tx.commit().await?;
    Ok(Departure { url, browser_secret })
}

/// Somebody comes back: lets them in, or asks for their second factor. Where they wanted to go is in the answer.
///
/// # Errors
/// `Unauthenticated` when the visit or the proof is not good, `Denied` when the person has no right to come in; both say
/// what to do. What the provider's answer says.
pub async fn arrive(
    db: &Db,
    credentials: &Credentials,
    outside: &dyn SignInProvider,
    callback: Url,
    arrival: Arrival,
    browser: &Browser,
) -> Result<(Entry, String)> {
    let again = "Go back to the sign-in page and try again.";
    let over = || Error::new(ErrorKind::Unauthenticated, "visit_over", "This sign-in is over.").with_help(again);
    let mut tx = db.begin(Actor::system("people")).await?;
    // Taken before anything else is looked at, so that the same address can't be used twice.
    let kept = store::take_visit(&mut tx, &tokens::digest(&arrival.state)).await?;
    let now = tx.now();
    tx.commit().await?;
    let kept = kept.filter(|kept| kept.expires_at > now).ok_or_else(over)?;
    let own = arrival.browser_secret.filter(|secret| tokens::digest(secret.expose()) == kept.browser_hash);
    let own = own.ok_or_else(over)?;

    let mut conn = db.read().await?;
    let provider = enabled(&mut conn).await?;
    let client = client(&mut conn, credentials, &provider, callback).await?;
    drop(conn);
    let Some(code) = arrival.code else {
        let message = match arrival.error.as_deref() {
            Some("access_denied") => format!("You did not agree at {}, so you are not signed in.", provider.name),
            _ => format!("{} let nobody in.", provider.name),
        };
        let error = Error::new(ErrorKind::Unauthenticated, "provider_said_no", message).with_help(again);
        let why: String = arrival.error.unwrap_or_default().chars().take(100).collect();
        return Err(error.with_context(why));
    };
    let identity = outside.identify(&client, &visit(&own, &arrival.state), &code).await?;
    let email = taken_address(&provider, &identity)?;
    Ok((admit(db, &provider, &identity, &email, browser).await?, kept.next))
}

/// The address by which the person is known here.
fn taken_address(provider: &IdentityProvider, identity: &Identity) -> Result<Email> {
    let email = identity.email.as_deref().map(Email::parse).and_then(Result::ok).ok_or_else(|| {
        Error::denied(format!("{} did not tell your e-mail address.", provider.name))
            .with_help("Allow it to share the address, or sign in with your password.")
    })?;
    if !identity.email_verified {
        return Err(Error::new(
            ErrorKind::Denied,
            "email_not_verified",
            format!("{} has not verified your e-mail address.", provider.name),
        )
        .with_help("Verify it there, then sign in again."));
    }
    let (_, domain) = email.as_str().rsplit_once('@').unwrap_or_default();
    if !provider.domains.is_empty() && !provider.domains.iter().any(|known| known == domain) {
        let words = format!("Addresses of {domain} can't sign in through {} here.", provider.name);
        return Err(Error::new(ErrorKind::Denied, "domain_not_taken", words)
            .with_help("Use the account of your agency, or sign in with your password."));
    }
    Ok(email)
}

/// Finds or makes the account, and lets the person in.
async fn admit(
    db: &Db,
    provider: &IdentityProvider,
    identity: &Identity,
    email: &Email,
    browser: &Browser,
) -> Result<Entry> {
    let mut tx = db.begin(Actor::system("people")).await?;
    tx.lock("people.provider").await?;
    let user = match store::linked(&mut tx, &identity.issuer, &identity.subject).await? {
        Some(user) => users::user(&mut tx, user).await?.ok_or_else(|| Error::not_found("user"))?,
        None => match users::user_by_email(&mut tx, email.as_str()).await? {
            Some(user) => link(&mut tx, provider, identity, user).await?,
            None => join(&mut tx, provider, identity, email).await?,
        },
    };
    if !user.is_active() {
        return Err(Error::denied("Your account here is deactivated.")
            .with_help("Ask an administrator of the agency to let you in again."));
    }
    tx.act_as(Actor::user(user.id));
    store::used(&mut tx, &identity.issuer, &identity.subject).await?;
    let entry = sessions::enter(&mut tx, user.id, browser).await?;
    tx.commit().await?;
    Ok(entry)
}

async fn link(tx: &mut Tx, provider: &IdentityProvider, identity: &Identity, user: User) -> Result<User> {
    // The same address at the same provider, but another person there: addresses are given anew when people leave.
    if store::has_link(tx, user.id, &identity.issuer).await? {
        let words = format!("This address belongs to another account of {} here.", provider.name);
        return Err(Error::new(ErrorKind::Denied, "linked_to_another", words)
            .with_help("An administrator of the agency can take that link away under Users."));
    }
    store::link(tx, &identity.issuer, &identity.subject, user.id).await?;
    noted(tx, user.id, "people.identity_linked", json!({ "provider": provider.name })).await?;
    Ok(user)
}

async fn noted(tx: &mut Tx, user: UserId, action: &'static str, detail: serde_json::Value) -> Result<()> {
    super::commands::note(tx, None, action, user, detail).await
}

/// Somebody new: by their invitations, or by what the agency gives to everybody of its domains.
async fn join(tx: &mut Tx, provider: &IdentityProvider, identity: &Identity, email: &Email) -> Result<User> {
    let now = tx.now();
    let invited = invitations::good_for(tx, email.as_str(), now).await?;
    if invited.is_empty() && provider.join.is_none() {
        return Err(Error::new(ErrorKind::Denied, "no_account", format!("{email} has no account here."))
            .with_help("Ask an administrator of the agency to invite you."));
    }
    let id = UserId::new();
    let local = email.as_str().split('@').next().unwrap_or_default();
    let name = identity.name.as_deref().and_then(|name| plain_name("name", name, 120).ok());
    let name = name.unwrap_or_else(|| local.to_owned());
    tx.act_as(Actor::user(id));
    users::insert_without_password(tx, id, email, &name).await?;
    for invitation in &invited {
        invitations::give(tx, invitation, id).await?;
    }
    if let (true, Some(grant)) = (invited.is_empty(), provider.join) {
        users::grant(tx, id, grant).await?;
    }
    store::link(tx, &identity.issuer, &identity.subject, id).await?;
    let detail =
        json!({ "provider": provider.name, "email": email, "invited": !invited.is_empty(), "join": provider.join });
    noted(tx, id, "people.joined_through_provider", detail).await?;
    users::user(tx, id).await?.ok_or_else(|| Error::not_found("user"))
}

/// Whether somebody signs in through the provider.
///
/// # Errors
/// `Storage`.
pub async fn is_linked(conn: &mut Conn, user: UserId) -> Result<bool> {
    store::is_linked(conn, user).await
}

/// Forgets whom the provider means: the next sign-in through it links anew by the e-mail address. Safe to repeat.
///
/// # Errors
/// `Denied` for a scope of some clients.
pub async fn unlink(tx: &mut Tx, agency: &AgencyScope, user: UserId) -> Result<()> {
    whole_agency(agency)?;
    if store::unlink(tx, user).await? > 0 {
        noted(tx, user, "people.identity_unlinked", json!({})).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_reached_over_tls_unless_it_is_here() {
        for good in ["https://accounts.example.com", "http://127.0.0.1:9000", "http://localhost/realms/agency"] {
            assert!(issuer(good).is_ok(), "{good}");
        }
        for bad in
            ["http://accounts.example.com", "accounts.example.com", "https://a@b.example", "https://b.example?x=1", ""]
        {
            assert_eq!(issuer(bad).unwrap_err().field(), Some("issuer"), "{bad}");
        }
    }

    #[test]
    fn nonce_and_verifier_belong_to_one_browser_and_one_visit() {
        let browser = tokens::random();
        let first = visit(&browser, "a");
        assert_eq!(first.nonce, visit(&browser, "a").nonce);
        assert_ne!(first.nonce, first.verifier);
        assert_ne!(first.verifier, visit(&browser, "b").verifier);
        assert_ne!(first.verifier, visit(&tokens::random(), "a").verifier);
        assert_eq!(first.verifier.expose().len(), 64);
    }
}
