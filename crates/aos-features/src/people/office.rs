//! Where staff may work from: networks in CIDR notation. Pure.

use std::net::IpAddr;

use aos_kernel::{Error, Result};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// More networks than this is a mistake.
const MOST: usize = 100;

/// The networks of the agency's offices; none: staff may work from anywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct OfficeNetworks(Vec<IpNet>);

impl From<OfficeNetworks> for Vec<String> {
    fn from(networks: OfficeNetworks) -> Self {
        networks.words()
    }
}
impl TryFrom<Vec<String>> for OfficeNetworks {
    type Error = Error;
    fn try_from(words: Vec<String>) -> Result<Self> {
        Self::parse(&words.join("\n"))
    }
}

impl OfficeNetworks {
    /// One network or address on each line, or between commas.
    ///
    /// # Errors
    /// `Invalid` for the field `office_networks`, naming what can't be read.
    pub fn parse(text: &str) -> Result<Self> {
        let mut networks: Vec<IpNet> = Vec::new();
        for word in text.split([',', '\n', ';']).map(str::trim).filter(|word| !word.is_empty()) {
            let network = word.parse::<IpNet>().or_else(|_| word.parse::<IpAddr>().map(IpNet::from)).map_err(|_| {
                let words = format!("“{word}” is not a network such as 203.0.113.0/24 or 2001:db8::/32.");
                Error::invalid("office_networks", words)
            })?;
            let network = network.trunc();
            if network.prefix_len() == 0 {
                return Err(Error::invalid("office_networks", format!("“{word}” is every address there is."))
                    .with_help("Leave the list empty to let staff work from anywhere."));
            }
            if !networks.contains(&network) {
                networks.push(network);
            }
        }
        if networks.len() > MOST {
            return Err(Error::invalid("office_networks", format!("At most {MOST} networks can be named.")));
        }
        Ok(Self(networks))
    }

    /// Nobody is limited.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether somebody at this address may use the staff's faces. An address that is not known is outside.
    pub fn admit(&self, address: Option<&str>) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let address = address.and_then(|text| text.parse::<IpAddr>().ok()).map(|ip| ip.to_canonical());
        address.is_some_and(|ip| self.0.iter().any(|network| network.contains(&ip)))
    }

    /// In words, one on each line, as [`OfficeNetworks::parse`] reads them.
    pub fn lines(&self) -> String {
        self.0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    /// Each network in words.
    pub fn words(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_inside_when_one_of_the_networks_holds_it() {
        let office = OfficeNetworks::parse("203.0.113.9/24, 2001:db8::/32\n198.51.100.7").unwrap();
        assert_eq!(office.words(), ["203.0.113.0/24", "2001:db8::/32", "198.51.100.7/32"]);
        for inside in ["203.0.113.200", "::ffff:203.0.113.1", "2001:db8:9::1", "198.51.100.7"] {
            assert!(office.admit(Some(inside)), "{inside}");
        }
        for outside in [Some("203.0.114.1"), Some("198.51.100.8"), Some("2001:db9::1"), Some("not an address"), None] {
            assert!(!office.admit(outside), "{outside:?}");
        }
        assert!(OfficeNetworks::default().admit(None));
        assert_eq!(OfficeNetworks::parse(&office.lines()).unwrap(), office);
    }

    #[test]
    fn what_is_no_network_is_named() {
        for bad in ["203.0.113.0/33", "office", "0.0.0.0/0", "::/0"] {
            let error = OfficeNetworks::parse(&format!("10.0.0.0/8\n{bad}")).unwrap_err();
            assert_eq!(error.field(), Some("office_networks"));
            assert!(error.message().contains(bad), "{error}");
        }
    }
}
