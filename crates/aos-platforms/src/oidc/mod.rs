//! OpenID Connect: the authorization code flow with PKCE, state and nonce, by the crate `openidconnect`.
//!
//! The crate speaks the protocol and checks the proof; every request leaves through `aos-outbound`, so that an issuer that
//! somebody typed can't reach what the guard keeps out. Nothing is kept between calls: what a visit needs comes with it.

mod errors;
mod wire;

use std::sync::Arc;

use aos_capabilities::sign_in::{Client, Identity, SignInProvider, Visit};
use aos_kernel::{Clock, Error, Result, Secret};
use aos_outbound::Outbound;
use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    SubjectIdentifier, TokenResponse,
    core::{
        CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdTokenClaims, CoreProviderMetadata,
        CoreTokenResponse, CoreUserInfoClaims,
    },
};
use url::Url;

/// The protocol over this installation's way out. Cheap to clone.
#[derive(Clone)]
pub struct OpenIdConnect {
    outbound: Outbound,
    clock: Arc<dyn Clock>,
}

/// A client that knows what the provider's own description says.
type Discovered =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

impl OpenIdConnect {
    pub fn new(outbound: Outbound, clock: Arc<dyn Clock>) -> Self {
        Self { outbound, clock }
    }

    async fn discover(&self, client: &Client) -> Result<Discovered> {
        let issuer = IssuerUrl::new(client.issuer.clone()).map_err(errors::address)?;
        let http = wire::client(&self.outbound);
        let metadata =
            CoreProviderMetadata::discover_async(issuer, &http).await.map_err(|error| errors::discovery(&error))?;
        if metadata.token_endpoint().is_none() {
            return Err(errors::no_provider("its description names no token endpoint"));
        }
        // Basic is what the standard presumes; some take the secret in the form only.
        let methods = metadata.token_endpoint_auth_methods_supported();
        let only_form = methods.is_some_and(|methods| {
            methods.contains(&CoreClientAuthMethod::ClientSecretPost)
                && !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
        });
        let callback = RedirectUrl::new(client.callback.to_string()).map_err(errors::address)?;
        let discovered = CoreClient::from_provider_metadata(
            metadata,
            ClientId::new(client.client_id.clone()),
            Some(ClientSecret::new(client.client_secret.expose().to_owned())),
        );
        let auth = if only_form { AuthType::RequestBody } else { AuthType::BasicAuth };
        Ok(discovered.set_redirect_uri(callback).set_auth_type(auth))
    }

    async fn redeem(&self, client: &Discovered, visit: &Visit, code: &Secret) -> Result<CoreTokenResponse> {
        let http = wire::client(&self.outbound);
        let request = client
            .exchange_code(AuthorizationCode::new(code.expose().to_owned()))
            .map_err(|error| errors::no_provider(&error.to_string()))?;
        let verifier = PkceCodeVerifier::new(visit.verifier.expose().to_owned());
        request.set_pkce_verifier(verifier).request_async(&http).await.map_err(|error| errors::token(&error))
    }

    /// The claims of the proof, once everything about it was checked.
    fn verified(&self, client: &Discovered, visit: &Visit, answer: &CoreTokenResponse) -> Result<CoreIdTokenClaims> {
        let proof = answer.id_token().ok_or_else(|| errors::proof("the answer holds no ID token"))?;
        let clock = self.clock.clone();
        let verifier = client.id_token_verifier().set_time_fn(move || clock.now());
        let nonce = Nonce::new(visit.nonce.expose().to_owned());
        let claims = proof.claims(&verifier, &nonce).map_err(|error| errors::proof(&error.to_string()))?;
        if let Some(expected) = claims.access_token_hash() {
            let not_good = |error: &dyn std::fmt::Display| errors::proof(&error.to_string());
            let algorithm = proof.signing_alg().map_err(|error| not_good(&error))?;
            let key = proof.signing_key(&verifier).map_err(|error| not_good(&error))?;
            let actual =
                AccessTokenHash::from_token(answer.access_token(), algorithm, key).map_err(|error| not_good(&error))?;
            if actual != *expected {
                return Err(errors::proof("the access token is another one's"));
            }
        }
        Ok(claims.clone())
    }

    /// What the provider tells only when asked; nothing where it has no such address.
    async fn asked(
        &self,
        client: &Discovered,
        answer: &CoreTokenResponse,
        subject: &SubjectIdentifier,
    ) -> Result<Option<CoreUserInfoClaims>> {
        let Ok(request) = client.user_info(answer.access_token().clone(), Some(subject.clone())) else {
            return Ok(None);
        };
        let http = wire::client(&self.outbound);
        let claims = request.request_async(&http).await.map_err(|error| errors::user_info(&error))?;
        Ok(Some(claims))
    }
}

#[async_trait::async_trait]
impl SignInProvider for OpenIdConnect {
    async fn check(&self, client: &Client) -> Result<()> {
        self.discover(client).await.map(|_| ())
    }

    async fn departure(&self, client: &Client, visit: &Visit) -> Result<Url> {
        let discovered = self.discover(client).await?;
        let (state, nonce) = (visit.state.expose().to_owned(), visit.nonce.expose().to_owned());
        let verifier = PkceCodeVerifier::new(visit.verifier.expose().to_owned());
        let (url, _, _) = discovered
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url)
    }

    async fn identify(&self, client: &Client, visit: &Visit, code: &Secret) -> Result<Identity> {
        let discovered = self.discover(client).await?;
        let answer = self.redeem(&discovered, visit, code).await?;
        let claims = self.verified(&discovered, visit, &answer)?;
        let mut identity = Identity {
            issuer: claims.issuer().as_str().to_owned(),
            subject: claims.subject().as_str().to_owned(),
            email: claims.email().map(|email| email.as_str().to_owned()),
            email_verified: claims.email_verified().unwrap_or(false),
            name: claims.name().and_then(|name| name.get(None)).map(|name| name.as_str().to_owned()),
        };
        if identity.subject.is_empty() {
            return Err(Error::outside("proof_not_good", "The provider did not say who you are."));
        }
        if identity.email.is_none()
            && let Some(told) = self.asked(&discovered, &answer, claims.subject()).await?
        {
            identity.email = told.email().map(|email| email.as_str().to_owned());
            identity.email_verified = told.email_verified().unwrap_or(false);
            let name = told.name().and_then(|name| name.get(None)).map(|name| name.as_str().to_owned());
            identity.name = identity.name.or(name);
        }
        Ok(identity)
    }
}
