//! Names to addresses, with the guard between the answer and the connection.

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::guard::refusal;

/// Where addresses of names come from. The system's resolver outside tests.
#[async_trait::async_trait]
pub trait Lookup: Send + Sync + 'static {
    /// All addresses of `host`.
    ///
    /// # Errors
    /// When the name has none or nobody could be asked.
    async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The machine's own resolver.
pub(crate) struct SystemLookup;

#[async_trait::async_trait]
impl Lookup for SystemLookup {
    async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// Every address of a name was refused.
#[derive(Debug)]
pub(crate) struct RefusedByGuard {
    pub reason: &'static str,
}
impl fmt::Display for RefusedByGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the name leads to {}", self.reason)
    }
}
impl std::error::Error for RefusedByGuard {}

/// Those of `addresses` that are public, or the reason why none is.
pub(crate) fn public_only(addresses: Vec<IpAddr>) -> Result<Vec<IpAddr>, RefusedByGuard> {
    let mut reason = None;
    let public: Vec<_> = addresses
        .into_iter()
        .filter(|address| match refusal(*address) {
            None => true,
            refused => {
                reason = refused;
                false
            }
        })
        .collect();
    match reason {
        Some(reason) if public.is_empty() => Err(RefusedByGuard { reason }),
        _ => Ok(public),
    }
}

/// What the HTTP library connects to: it gets addresses that were checked, and no others.
pub(crate) struct Resolver {
    pub lookup: Arc<dyn Lookup>,
    /// Off for the hosts of the allow list only.
    pub guarded: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let lookup = self.lookup.clone();
        let guarded = self.guarded;
        Box::pin(async move {
            let mut addresses = lookup.addresses(name.as_str()).await?;
            if guarded {
                addresses = public_only(addresses)?;
            }
            if addresses.is_empty() {
                return Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address").into());
            }
            // Port 0: the library puts in the one of the URL.
            Ok(Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}
