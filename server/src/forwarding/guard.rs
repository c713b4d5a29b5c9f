//! Where a delivery may go. A customer chooses the address, so it must not lead into our own network: neither as a
//! literal address nor as a name that resolves to one, not even at the moment of sending.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Longest address we keep.
const MAX_LENGTH: usize = 2000;

/// Why an address is not taken or not sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It cannot be read.
    #[error("this is not a web address")]
    Unreadable,
    /// It is longer than 2,000 characters.
    #[error("the address is too long")]
    TooLong,
    /// It is not encrypted.
    #[error("the address must begin with https://")]
    NotHttps,
    /// It carries a user name or a password.
    #[error("the address must not carry a user name or password; verify our signature instead")]
    Credentials,
    /// It carries a part after `#`.
    #[error("the address must not have a part after #")]
    Fragment,
    /// It leads into a network that is not public.
    #[error("the address leads to a private, local or reserved network")]
    NotPublic,
}

/// Which addresses deliveries may go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressPolicy {
    /// Private and loopback addresses, and without TLS: for a platform in its owner's own network, and developers.
    pub allow_private: bool,
}

impl AddressPolicy {
    /// Reads an endpoint's address and refuses what can be refused without asking for its name.
    pub fn check(self, text: &str) -> Result<Url, AddressError> {
        if text.len() > MAX_LENGTH {
            return Err(AddressError::TooLong);
        }
        let url = Url::parse(text).map_err(|_| AddressError::Unreadable)?;
        match url.scheme() {
            "https" => {}
            "http" if self.allow_private => {}
            "http" => return Err(AddressError::NotHttps),
            _ => return Err(AddressError::Unreadable),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressError::Credentials);
        }
        if url.fragment().is_some() {
            return Err(AddressError::Fragment);
        }
        self.check_host(&url)?;
        Ok(url)
    }

    /// A literal address never reaches the resolver, so it is judged here; a name is judged when it is resolved.
    pub fn check_host(self, url: &Url) -> Result<(), AddressError> {
        let allowed = match url.host().ok_or(AddressError::Unreadable)? {
            Host::Ipv4(address) => self.permits(address.into()),
            Host::Ipv6(address) => self.permits(address.into()),
            Host::Domain(name) => self.allow_private || !is_local_name(name),
        };
        if allowed {
            Ok(())
        } else {
            Err(AddressError::NotPublic)
        }
    }

    /// Whether deliveries may go to this address.
    pub fn permits(self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => self.permits_v4(address),
            IpAddr::V6(address) => match embedded_v4(address) {
                Some(inner) => self.permits_v4(inner),
                None => is_public_v6(address) || (self.allow_private && is_private_v6(address)),
            },
        }
    }

    fn permits_v4(self, address: Ipv4Addr) -> bool {
        is_public_v4(address) || (self.allow_private && (address.is_private() || address.is_loopback()))
    }
}

fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
}

/// Everything in IANA's special-purpose registry that is not globally reachable is not public; 169.254.169.254, where
/// clouds keep their metadata, is link-local and stays closed in every configuration.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18..=19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

/// Only global unicast is public, without documentation, benchmarking, Teredo and the like.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let global_unicast = a & 0xe000 == 0x2000;
    global_unicast && !matches!((a, b), (0x2001, 0..=0x1ff | 0xdb8) | (0x3fff, 0..=0xfff))
}

/// Loopback and unique local addresses; never link-local.
fn is_private_v6(address: Ipv6Addr) -> bool {
    address.is_loopback() || address.segments()[0] & 0xfe00 == 0xfc00
}

/// The IPv4 address that an IPv6 address stands for: mapped, compatible, NAT64 or 6to4.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let last = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Some(Ipv4Addr::new(a, b, c, d))
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] if !address.is_loopback() => last(high, low),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => last(high, low),
        _ => None,
    }
}

/// Resolves names for the HTTP client and refuses a name of which any address is not permitted.
#[derive(Debug, Clone, Copy)]
pub(super) struct GuardedResolver(pub(super) AddressPolicy);

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.0;
        Box::pin(async move {
            let addresses: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if addresses.is_empty() || !addresses.iter().all(|address| policy.permits(address.ip())) {
                return Err(AddressError::NotPublic.into());
            }
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const PUBLIC: AddressPolicy = AddressPolicy { allow_private: false };
    const OWN_NETWORK: AddressPolicy = AddressPolicy { allow_private: true };

    #[rstest]
    #[case("93.184.215.14", true, true)]
    #[case("2606:2800:21f:cb07:6820:80da:af6b:8b2c", true, true)]
    #[case("127.0.0.1", false, true)]
    #[case("127.255.255.254", false, true)]
    #[case("10.1.2.3", false, true)]
    #[case("172.16.0.1", false, true)]
    #[case("172.31.255.255", false, true)]
    #[case("172.32.0.1", true, true)]
    #[case("192.168.1.1", false, true)]
    #[case("169.254.169.254", false, false)]
    #[case("100.64.0.1", false, false)]
    #[case("100.128.0.1", true, true)]
    #[case("0.0.0.0", false, false)]
    #[case("192.0.0.170", false, false)]
    #[case("198.18.0.1", false, false)]
    #[case("203.0.113.9", false, false)]
    #[case("224.0.0.1", false, false)]
    #[case("255.255.255.255", false, false)]
    #[case("::", false, false)]
    #[case("::1", false, true)]
    #[case("::ffff:127.0.0.1", false, true)]
    #[case("::ffff:10.0.0.1", false, true)]
    #[case("::ffff:169.254.169.254", false, false)]
    #[case("::ffff:93.184.215.14", true, true)]
    #[case("64:ff9b::a9fe:a9fe", false, false)]
    #[case("64:ff9b::5db8:d70e", true, true)]
    #[case("2002:7f00:1::", false, true)]
    #[case("2002:a9fe:a9fe::", false, false)]
    #[case("fd00:ec2::254", false, true)]
    #[case("fe80::1", false, false)]
    #[case("ff02::1", false, false)]
    #[case("2001:db8::1", false, false)]
    #[case("2001:0:7f00:1::", false, false)]
    #[case("3fff::1", false, false)]
    fn addresses(#[case] address: &str, #[case] in_public: bool, #[case] in_own_network: bool) {
        let address: IpAddr = address.parse().unwrap();
        assert_eq!(
            (PUBLIC.permits(address), OWN_NETWORK.permits(address)),
            (in_public, in_own_network),
            "{address}"
        );
    }

    #[rstest]
    #[case("https://example.org/hook?tenant=1", Ok(()))]
    #[case("https://example.org:8443/", Ok(()))]
    #[case("http://example.org/", Err(AddressError::NotHttps))]
    #[case("ftp://example.org/", Err(AddressError::Unreadable))]
    #[case("example.org", Err(AddressError::Unreadable))]
    #[case("https://user:secret@example.org/", Err(AddressError::Credentials))]
    #[case("https://example.org/#part", Err(AddressError::Fragment))]
    #[case("https://127.0.0.1/", Err(AddressError::NotPublic))]
    #[case("https://2130706433/", Err(AddressError::NotPublic))] // 127.0.0.1 as one number
    #[case("https://0x7f.1/", Err(AddressError::NotPublic))]
    #[case("https://[::1]/", Err(AddressError::NotPublic))]
    #[case("https://[::ffff:7f00:1]/", Err(AddressError::NotPublic))]
    #[case("https://localhost/", Err(AddressError::NotPublic))]
    #[case("https://api.LOCALHOST./", Err(AddressError::NotPublic))]
    fn urls(#[case] text: &str, #[case] expected: Result<(), AddressError>) {
        assert_eq!(PUBLIC.check(text).map(drop), expected);
    }

    #[test]
    fn an_own_network_needs_no_tls_but_metadata_stays_closed() {
        assert!(OWN_NETWORK.check("http://127.0.0.1:9000/hook").is_ok());
        assert!(OWN_NETWORK.check("http://localhost:9000/hook").is_ok());
        assert_eq!(
            OWN_NETWORK.check("http://169.254.169.254/latest"),
            Err(AddressError::NotPublic)
        );
        assert_eq!(
            PUBLIC.check(&format!("https://example.org/{}", "x".repeat(2000))),
            Err(AddressError::TooLong)
        );
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_refused_when_it_is_resolved() {
        let resolve = |policy: AddressPolicy| GuardedResolver(policy).resolve("localhost".parse().unwrap());
        assert!(resolve(PUBLIC).await.is_err());
        assert!(resolve(OWN_NETWORK).await.is_ok());
    }
}
