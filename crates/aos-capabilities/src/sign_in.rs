//! Signing people in with an account that they have at a provider, by the authorization code flow of OpenID Connect.

use aos_kernel::{Result, Secret};
use url::Url;

/// What the provider knows this installation as.
#[derive(Clone, Debug)]
pub struct Client {
    /// The provider's own address, character for character as it names itself.
    pub issuer: String,
    pub client_id: String,
    pub client_secret: Secret,
    /// Where the provider sends people back to; registered there.
    pub callback: Url,
}

/// What ties one visit to the browser that began it. All three are made for one visit and used once.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Comes back in the address.
    pub state: Secret,
    /// Comes back inside the signed proof.
    pub nonce: Secret,
    /// Shown when the code is redeemed (PKCE): 43 to 128 unreserved characters.
    pub verifier: Secret,
}

/// Who somebody is, as the provider says. Signature, issuer, audience, time and nonce were checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The provider's own name for itself.
    pub issuer: String,
    /// The provider's lasting name for the person.
    pub subject: String,
    /// As the provider writes it.
    pub email: Option<String>,
    /// The provider says that the person reads mail there.
    pub email_verified: bool,
    pub name: Option<String>,
}

/// A protocol for signing in elsewhere.
#[async_trait::async_trait]
pub trait SignInProvider: Send + Sync {
    /// Looks whether the provider is there and speaks the protocol, without a person.
    ///
    /// # Errors
    /// `Unavailable` when it does not answer, `Outside` when it answers something else; both say what to look at.
    async fn check(&self, client: &Client) -> Result<()>;

    /// Where a person is sent.
    ///
    /// # Errors
    /// As [`SignInProvider::check`].
    async fn departure(&self, client: &Client, visit: &Visit) -> Result<Url>;

    /// Redeems the code that a person came back with.
    ///
    /// # Errors
    /// As [`SignInProvider::check`]; `Unauthenticated` `proof_not_good` when the proof does not hold.
    async fn identify(&self, client: &Client, visit: &Visit, code: &Secret) -> Result<Identity>;
}
