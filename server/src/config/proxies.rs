//! Which reverse proxies are believed when they say who called them.

use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

/// A network, or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    bits: u8,
}

/// Why a text is no network of proxies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadNetwork {
    /// It cannot be read.
    #[error(
        "trusted_proxies: an address or a network is needed, such as 10.0.0.7 or 10.0.0.0/8; in the environment several \
         stand with commas between them, without brackets and quotes"
    )]
    Unreadable,
    /// It has an address of its own inside the network.
    #[error("trusted_proxies: the address has bits beyond the network's length")]
    HostBits,
    /// Everybody is in it.
    #[error("trusted_proxies: a network of length 0 would let anybody name any address")]
    Everybody,
}

/// Reads networks: a list, or one text with commas between them, as the environment has it; an empty text is none.
pub(super) fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Network>, D::Error> {
    #[derive(Deserialize)]
    #[serde(
        untagged,
        expecting = "trusted_proxies: a list of addresses or networks is needed"
    )]
    enum Written {
        Text(String),
        List(Vec<String>),
    }
    let texts = match Written::deserialize(deserializer)? {
        Written::Text(text) if text.trim().is_empty() => Vec::new(),
        Written::Text(text) => text.split(',').map(str::to_owned).collect(),
        Written::List(texts) => texts,
    };
    let networks = texts.iter().map(|text| text.parse());
    networks
        .collect::<Result<_, BadNetwork>>()
        .map_err(serde::de::Error::custom)
}

impl Network {
    /// Whether an address lies in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                let beyond = 32_u32.saturating_sub(self.bits.into());
                (base.to_bits() ^ address.to_bits())
                    .checked_shr(beyond)
                    .unwrap_or(0)
                    == 0
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                let beyond = 128_u32.saturating_sub(self.bits.into());
                (base.to_bits() ^ address.to_bits())
                    .checked_shr(beyond)
                    .unwrap_or(0)
                    == 0
            }
            _ => false,
        }
    }

    /// Addresses are compared in their own form, so a network of IPv4 addresses written as IPv6 ones (RFC 4291,
    /// section 2.5.5.2) would hold nobody.
    fn canonical(self) -> Self {
        match (self.base.to_canonical(), self.bits.checked_sub(96)) {
            (base @ IpAddr::V4(_), Some(bits)) if self.base.is_ipv6() => Self { base, bits },
            _ => self,
        }
    }

    fn has_host_bits(&self) -> bool {
        let zeros = match self.base {
            IpAddr::V4(base) => base.to_bits().trailing_zeros() + u32::from(self.bits) < 32,
            IpAddr::V6(base) => base.to_bits().trailing_zeros() + u32::from(self.bits) < 128,
        };
        zeros && !self.base.is_unspecified()
    }
}

impl FromStr for Network {
    type Err = BadNetwork;

    fn from_str(text: &str) -> Result<Self, BadNetwork> {
        let (base, bits) = match text.trim().split_once('/') {
            Some((base, bits)) => (base, Some(bits)),
            None => (text.trim(), None),
        };
        let base: IpAddr = base.parse().map_err(|_| BadNetwork::Unreadable)?;
        let all: u8 = if base.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) => bits.parse().map_err(|_| BadNetwork::Unreadable)?,
            None => all,
        };
        if bits > all {
            return Err(BadNetwork::Unreadable);
        }
        let network = Self { base, bits }.canonical();
        if network.bits == 0 {
            Err(BadNetwork::Everybody)
        } else if network.has_host_bits() {
            Err(BadNetwork::HostBits)
        } else {
            Ok(network)
        }
    }
}

/// The header in which the trusted proxies say who called them. One alone is read, because a proxy that writes the one
/// passes the other on as its caller sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum ProxyHeader {
    /// `X-Forwarded-For`.
    #[serde(rename = "x-forwarded-for")]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    #[serde(rename = "forwarded")]
    Forwarded,
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("10.0.0.0/8", "10.255.0.1", true)]
    #[case("10.0.0.0/8", "11.0.0.1", false)]
    #[case("10.0.0.7", "10.0.0.7", true)]
    #[case("10.0.0.7", "10.0.0.6", false)]
    #[case("10.0.0.7", "::ffff:10.0.0.7", true)]
    #[case("fd00::/8", "fdab::1", true)]
    #[case("fd00::/8", "fe80::1", false)]
    #[case("::1", "::1", true)]
    #[case("::1", "127.0.0.1", false)]
    #[case("::ffff:10.0.0.0/104", "10.255.0.1", true)]
    #[case("::ffff:10.0.0.0/104", "::ffff:10.255.0.1", true)]
    #[case("::ffff:10.0.0.0/104", "11.0.0.1", false)]
    #[case("::ffff:10.0.0.7", "10.0.0.7", true)]
    #[case("::ffff:10.0.0.7", "10.0.0.6", false)]
    #[case("128.0.0.0/1", "127.0.0.1", false)]
    fn a_network_holds_what_begins_as_it_does(
        #[case] network: Network,
        #[case] address: IpAddr,
        #[case] expected: bool,
    ) {
        assert_eq!(network.contains(address), expected);
    }

    #[rstest]
    #[case("", BadNetwork::Unreadable)]
    #[case("proxy.example", BadNetwork::Unreadable)]
    #[case("10.0.0.0/33", BadNetwork::Unreadable)]
    #[case("10.0.0.0/x", BadNetwork::Unreadable)]
    #[case("10.0.0.1/8", BadNetwork::HostBits)]
    #[case("fd00::1/8", BadNetwork::HostBits)]
    #[case("::ffff:10.0.0.1/104", BadNetwork::HostBits)]
    #[case("::ffff:0:0/95", BadNetwork::HostBits)]
    #[case("::ffff:0:0/96", BadNetwork::Everybody)]
    #[case("::ffff:10.0.0.0/129", BadNetwork::Unreadable)]
    #[case("0.0.0.0/0", BadNetwork::Everybody)]
    #[case("::/0", BadNetwork::Everybody)]
    fn what_is_no_network_of_proxies_is_refused(#[case] text: &str, #[case] expected: BadNetwork) {
        assert_eq!(text.parse::<Network>(), Err(expected));
    }
}
