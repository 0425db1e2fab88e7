//! Connecting an account by consent (OAuth 2.0): the way there, the tokens, and what can be chosen with them.

use aos_kernel::{Secret, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use crate::PlatformError;

/// What a platform's consent needs and how long it lasts, as data.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Consent {
    pub scopes: &'static [Scope],
    /// The platform takes a PKCE challenge (S256).
    pub pkce: bool,
    pub renewal: Renewal,
    /// What is chosen after the consent: "page", "property", "site". None where the consent is for one account.
    pub target: Option<&'static str>,
    /// Where an administrator registers the application, for a person.
    pub registered_at: &'static str,
}

/// One permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Scope {
    /// The platform's word.
    pub name: &'static str,
    /// What it is for, as the end of "It is needed …": "to publish posts on the page".
    pub purpose: &'static str,
    /// Nothing works without it. Else the connection stands with a warning.
    pub required: bool,
}

aos_kernel::text_enum! {
    /// How access goes on when the access token ends.
    pub enum Renewal {
        /// The access token has no end of its own.
        Never = "never",
        /// A refresh token that stays the same brings a new access token.
        Lasting = "lasting",
        /// Each refresh brings another refresh token, and the old one is void.
        Rotating = "rotating",
        /// Only the person can consent again.
        ByConsent = "by_consent",
    }
}

/// The agency's application at a platform.
#[derive(Clone, Debug)]
pub struct OAuthApp {
    pub client_id: String,
    pub client_secret: Secret,
    /// Where the platform sends people back to; registered there, character for character.
    pub redirect: Url,
}

/// What ties one visit to the browser that began it. Both are made for one visit and used once.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Comes back in the address.
    pub state: Secret,
    /// Shown when the code is redeemed (PKCE): 43 to 128 unreserved characters.
    pub verifier: Secret,
}

/// What opens an account, and until when. Never stored but in an envelope: see [`Tokens::seal`].
#[derive(Clone, Debug)]
pub struct Tokens {
    pub access: Secret,
    pub refresh: Option<Secret>,
    /// None: no end is known.
    pub expires_at: Option<Timestamp>,
    pub refresh_expires_at: Option<Timestamp>,
    /// What was granted, in the platform's words; none where the platform does not say.
    pub scopes: Option<Vec<String>>,
}

impl Tokens {
    /// One secret that holds all of it, for the envelope.
    #[must_use]
    pub fn seal(&self) -> Secret {
        let text = json!({
            "access": self.access.expose(),
            "refresh": self.refresh.as_ref().map(Secret::expose),
            "expires_at": self.expires_at,
            "refresh_expires_at": self.refresh_expires_at,
            "scopes": self.scopes,
        });
        Secret::new(text.to_string())
    }

    /// What [`Tokens::seal`] made; `None` for anything else.
    #[must_use]
    pub fn open(sealed: &Secret) -> Option<Self> {
        let value: Value = serde_json::from_str(sealed.expose()).ok()?;
        let secret = |name: &str| value.get(name).and_then(Value::as_str).map(|text| Secret::new(text.to_owned()));
        let moment = |name: &str| value.get(name).and_then(|at| Timestamp::deserialize(at).ok());
        Some(Self {
            access: secret("access")?,
            refresh: secret("refresh"),
            expires_at: moment("expires_at"),
            refresh_expires_at: moment("refresh_expires_at"),
            scopes: value.get("scopes").and_then(|scopes| Vec::deserialize(scopes).ok()),
        })
    }
}

impl Consent {
    /// The scopes that are not among those granted. Empty where the platform does not say what it granted.
    #[must_use]
    pub fn missing(&self, granted: Option<&[String]>) -> Vec<Scope> {
        let Some(granted) = granted else { return Vec::new() };
        self.scopes.iter().filter(|scope| granted.iter().all(|own| own != scope.name)).copied().collect()
    }
}

/// Something that the person may connect after their consent: a page, a property, a site, an account.
#[derive(Clone, Debug)]
pub struct Target {
    /// The platform's lasting name for it, unique among the targets of one platform.
    pub key: String,
    /// As people know it.
    pub label: String,
    /// What tells it from others of the same name: "Page · 1,240 followers".
    pub detail: String,
    /// Where a person sees it.
    pub url: Option<Url>,
    /// What opens this one, where that is not what the person's consent brought (a page's own token).
    pub tokens: Option<Tokens>,
    /// Becomes [`crate::Account::settings`].
    pub settings: Value,
    /// Why it can't be connected, in words with what to do; it is shown all the same.
    pub refusal: Option<String>,
}

/// Connecting by consent.
#[async_trait::async_trait]
pub trait Authorize: Send + Sync {
    /// Where the person is sent.
    ///
    /// # Errors
    /// `Invalid` when the application's settings can't be used.
    fn departure(&self, app: &OAuthApp, visit: &Visit) -> Result<Url, PlatformError>;

    /// Redeems the code that the person came back with.
    ///
    /// # Errors
    /// `AuthExpired` for a code that is used up or too old, `PermissionMissing` when the application is not known or
    /// its secret is wrong.
    async fn redeem(&self, app: &OAuthApp, visit: &Visit, code: &Secret) -> Result<Tokens, PlatformError>;

    /// Brings new tokens before the old ones end. What it answers replaces all of the old.
    ///
    /// # Errors
    /// `AuthExpired` only when the platform says that this access is over: then nobody asks again. `Unsupported`
    /// where access can't be renewed without the person. Anything else passes.
    async fn refresh(&self, app: &OAuthApp, tokens: &Tokens) -> Result<Tokens, PlatformError>;

    /// Gives the access back. Harmless when it is over already.
    ///
    /// # Errors
    /// `Unsupported` where the platform has no way: then its message says where a person does it.
    async fn revoke(&self, app: &OAuthApp, tokens: &Tokens) -> Result<(), PlatformError>;

    /// What can be connected with this consent; empty when the person has nothing there.
    ///
    /// # Errors
    /// As any read.
    async fn targets(&self, app: &OAuthApp, tokens: &Tokens) -> Result<Vec<Target>, PlatformError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_out_of_their_seal_as_they_went_in() {
        let tokens = Tokens {
            access: Secret::new("a".to_owned()),
            refresh: Some(Secret::new("r".to_owned())),
            expires_at: Some("2030-03-04T09:00:00Z".parse().unwrap()),
            refresh_expires_at: None,
            scopes: Some(vec!["posts".to_owned()]),
        };
        let again = Tokens::open(&tokens.seal()).unwrap();
        assert_eq!((again.access.expose(), again.refresh.unwrap().expose()), ("a", "r"));
        assert_eq!((again.expires_at, again.refresh_expires_at), (tokens.expires_at, None));
        assert_eq!(again.scopes, tokens.scopes);
        assert!(Tokens::open(&Secret::new("an application password".to_owned())).is_none());
        assert!(!format!("{tokens:?}").contains("\"a\""), "tokens hide themselves");
    }

    #[test]
    fn a_scope_that_was_unticked_is_missing_and_silence_is_not() {
        let scope = |name| Scope { name, purpose: "to publish", required: true };
        let scopes: &'static [Scope] = Box::leak(vec![scope("read"), scope("write")].into_boxed_slice());
        let consent =
            Consent { scopes, pkce: false, renewal: Renewal::Lasting, target: None, registered_at: "the vendor" };
        assert_eq!(consent.missing(Some(&["read".to_owned()])), [scope("write")]);
        assert!(consent.missing(None).is_empty());
    }
}
