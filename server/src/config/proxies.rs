//! Which reverse proxies are believed when they say who called them.

use std::net::IpAddr;
use std::str::FromStr;

use serde::Deserialize;

/// A network, or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    base: IpAddr,
    bits: u8,
}

/// Why a text is no network of proxies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadNetwork {
    /// It cannot be read.
    #[error("trusted_proxies: an address or a network is needed, such as 10.0.0.7 or 10.0.0.0/8")]
    Unreadable,
    /// It has an address of its own inside the network.
    #[error("trusted_proxies: the address has bits beyond the network's length")]
    HostBits,
    /// Everybody is in it.
    #[error("trusted_proxies: a network of length 0 would let anybody name any address")]
    Everybody,
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
        let network = Self { base, bits };
        if bits > all {
            Err(BadNetwork::Unreadable)
        } else if bits == 0 {
            Err(BadNetwork::Everybody)
        } else if network.has_host_bits() {
            Err(BadNetwork::HostBits)
        } else {
            Ok(network)
        }
    }
}

impl TryFrom<String> for Network {
    type Error = BadNetwork;

    fn try_from(text: String) -> Result<Self, BadNetwork> {
        text.parse()
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
    #[case("0.0.0.0/0", BadNetwork::Everybody)]
    #[case("::/0", BadNetwork::Everybody)]
    fn what_is_no_network_of_proxies_is_refused(#[case] text: &str, #[case] expected: BadNetwork) {
        assert_eq!(text.parse::<Network>(), Err(expected));
    }
}
