//! Whom an encrypted connection trusts: whom the system trusts.

use std::sync::{Arc, OnceLock};

use rustls::{
    ClientConfig, Error,
    crypto::{CryptoProvider, aws_lc_rs},
};
use rustls_platform_verifier::BuilderVerifierExt;

/// What every client of this process connects with. The system's certificates are some hundred files, so they are read
/// once and not for each client.
pub fn of_the_system() -> Result<ClientConfig, Error> {
    static KNOWN: OnceLock<ClientConfig> = OnceLock::new();
    if let Some(known) = KNOWN.get() {
        return Ok(known.clone());
    }
    let provider = CryptoProvider::get_default().cloned();
    let provider = provider.unwrap_or_else(|| Arc::new(aws_lc_rs::default_provider()));
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder.with_platform_verifier()?.with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(KNOWN.get_or_init(|| config).clone())
}
