//! Which addresses may be called: public ones, and those that the configuration names.
//!
//! Sources: the IANA special-purpose address registries for IPv4 and IPv6, and the metadata addresses of the large
//! hosting companies that lie outside them.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use ipnet::{Ipv4Net, Ipv6Net};
use serde::{Deserialize, Deserializer};
use url::{Host, Url};

use crate::{OutboundError, OutboundErrorKind, redact::redacted};

const PRIVATE: &str = "a private network";
const THIS_MACHINE: &str = "this machine";
const LINK_LOCAL: &str = "a link-local address";
const CARRIER: &str = "a carrier's internal network";
const METADATA: &str = "a hosting company's metadata service";
const MULTICAST: &str = "a multicast address";
const DOCUMENTATION: &str = "an address reserved for documentation";
const RESERVED: &str = "a reserved address";

const V4: &[(Ipv4Net, &str)] = &[
    (v4(0, 0, 0, 0, 8), THIS_MACHINE),
    (v4(10, 0, 0, 0, 8), PRIVATE),
    (v4(100, 64, 0, 0, 10), CARRIER),
    (v4(127, 0, 0, 0, 8), THIS_MACHINE),
    (v4(168, 63, 129, 16, 32), METADATA),
    (v4(169, 254, 0, 0, 16), LINK_LOCAL),
    (v4(172, 16, 0, 0, 12), PRIVATE),
    (v4(192, 0, 0, 0, 24), RESERVED),
    (v4(192, 0, 2, 0, 24), DOCUMENTATION),
    (v4(192, 88, 99, 0, 24), RESERVED),
    (v4(192, 168, 0, 0, 16), PRIVATE),
    (v4(198, 18, 0, 0, 15), RESERVED),
    (v4(198, 51, 100, 0, 24), DOCUMENTATION),
    (v4(203, 0, 113, 0, 24), DOCUMENTATION),
    (v4(224, 0, 0, 0, 4), MULTICAST),
    (v4(240, 0, 0, 0, 4), RESERVED),
];

/// Exceptions within the global unicast range, and names for what lies outside it.
const V6: &[(Ipv6Net, &str)] = &[
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 127), THIS_MACHINE),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), RESERVED),
    (v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), DOCUMENTATION),
    (v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), DOCUMENTATION),
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), PRIVATE),
    (v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), LINK_LOCAL),
    (v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10), PRIVATE),
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), MULTICAST),
];

/// All that is routed on the public internet today.
const GLOBAL_UNICAST: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);
/// IPv4 in the last 32 bits: mapped (`::ffff:a.b.c.d`) and the well-known NAT64 prefix.
const MAPPED: Ipv6Net = v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96);
const NAT64: Ipv6Net = v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96);
/// IPv4 in the second and third group.
const SIX_TO_FOUR: Ipv6Net = v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16);

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}
const fn v6(groups: [u16; 8], prefix: u8) -> Ipv6Net {
    let [a, b, c, d, e, f, g, h] = groups;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), prefix)
}

/// Why `address` is not public, in words that fit after "leads to"; `None` when it is.
///
/// IPv4 addresses inside IPv6 ones are judged as what they stand for.
pub fn refusal(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => refusal_v4(address),
        IpAddr::V6(address) => refusal_v6(address),
    }
}

fn refusal_v4(address: Ipv4Addr) -> Option<&'static str> {
    V4.iter().find(|(net, _)| net.contains(&address)).map(|(_, reason)| *reason)
}

fn refusal_v6(address: Ipv6Addr) -> Option<&'static str> {
    let octets = address.octets();
    if MAPPED.contains(&address) || NAT64.contains(&address) {
        return refusal_v4(Ipv4Addr::new(octets[12], octets[13], octets[14], octets[15]));
    }
    if let Some((_, reason)) = V6.iter().find(|(net, _)| net.contains(&address)) {
        return Some(reason);
    }
    if SIX_TO_FOUR.contains(&address) {
        return refusal_v4(Ipv4Addr::new(octets[2], octets[3], octets[4], octets[5]));
    }
    (!GLOBAL_UNICAST.contains(&address)).then_some(RESERVED)
}

/// One entry of the allow list: a host, with a port or with all of them. Written `intranet.local` or `127.0.0.1:8088`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostRule {
    /// Lower case, without a final dot; an IPv6 address without brackets.
    pub host: String,
    /// `None` allows every port.
    pub port: Option<u16>,
}

impl HostRule {
    pub(crate) fn covers(&self, url: &Url) -> bool {
        let Some(host) = url.host() else { return false };
        let same = match host {
            Host::Domain(name) => self.host.eq_ignore_ascii_case(name.trim_end_matches('.')),
            Host::Ipv4(address) => self.host.parse() == Ok(address),
            Host::Ipv6(address) => self.host.parse() == Ok(address),
        };
        same && self.port.is_none_or(|port| url.port_or_known_default() == Some(port))
    }
}

/// The text is not `HOST` or `HOST:PORT`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a host or a host with a port, such as intranet.local or 127.0.0.1:8088")]
pub struct NotAHostRule(String);

impl FromStr for HostRule {
    type Err = NotAHostRule;
    fn from_str(text: &str) -> Result<Self, NotAHostRule> {
        let wrong = || NotAHostRule(text.to_owned());
        if let Ok(address) = text.parse::<Ipv6Addr>() {
            return Ok(Self { host: address.to_string(), port: None });
        }
        // A URL's parser knows every way to write a host; all that it finds beside host and port is a mistake.
        let url = Url::parse(&format!("http://{text}/")).map_err(|_| wrong())?;
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
            return Err(wrong());
        }
        let host = match url.host().ok_or_else(wrong)? {
            Host::Domain(name) => name.trim_end_matches('.').to_owned(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        // The parser drops port 80 as the usual one of http.
        let port = if url.port().is_none() && text.ends_with(":80") { Some(80) } else { url.port() };
        Ok(Self { host, port })
    }
}

impl<'de> Deserialize<'de> for HostRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for HostRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let brackets = self.host.contains(':');
        match (brackets, self.port) {
            (false, None) => f.write_str(&self.host),
            (false, Some(port)) => write!(f, "{}:{port}", self.host),
            (true, None) => write!(f, "[{}]", self.host),
            (true, Some(port)) => write!(f, "[{}]:{port}", self.host),
        }
    }
}

/// What is known of a URL without asking anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The allow list names it.
    Allowed,
    /// A public literal address, or a name whose addresses have to be checked when connecting.
    ToBeChecked,
}

/// Judges what can be judged without DNS: scheme, literal addresses, names that can only mean this machine.
pub(crate) fn judge(url: &Url, allow: &[HostRule]) -> Result<Verdict, OutboundError> {
    let invalid =
        |words: &str| OutboundError::unsent(OutboundErrorKind::InvalidUrl, format!("{} {words}", redacted(url)));
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid("is not a web address that starts with http or https."));
    }
    let host = url.host().ok_or_else(|| invalid("names no host."))?;
    if allow.iter().any(|rule| rule.covers(url)) {
        return Ok(Verdict::Allowed);
    }
    let reason = match host {
        Host::Ipv4(address) => refusal_v4(address),
        Host::Ipv6(address) => refusal_v6(address),
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            (name == "localhost" || name.ends_with(".localhost")).then_some(THIS_MACHINE)
        }
    };
    match reason {
        Some(reason) => Err(OutboundError::blocked(url, reason)),
        None => Ok(Verdict::ToBeChecked),
    }
}
