//! Where a request comes from: for throttles, refusals and sign-ins alike. Without trusted proxies that is the other end
//! of the connection, whatever the request says of itself.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::{HttpRequest, web};

use super::State;
use crate::config::{Network, ProxyHeader};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Who called a proxy; none for what cannot be read or was left out on purpose.
type Hop = Option<IpAddr>;

/// Whom to believe about who called them.
#[derive(Debug, Clone)]
pub struct Proxies {
    /// Where the proxies are.
    pub trusted: Vec<Network>,
    /// What they write.
    pub header: ProxyHeader,
}

/// The address of the client.
pub fn remote(request: &HttpRequest) -> IpAddr {
    let peer = request
        .peer_addr()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.ip());
    match request.app_data::<web::Data<State>>() {
        Some(state) => state.site().proxies.client(peer, request.headers()),
        None => peer.to_canonical(),
    }
}

impl Proxies {
    /// Goes from the connection's end backwards through what each proxy says of its caller, for as long as who says it
    /// is trusted. What stands further left is the caller's own word.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        if !self.trusts(client) {
            return client;
        }
        for hop in self.hops(headers).into_iter().rev() {
            let Some(address) = hop else { break };
            client = address;
            if !self.trusts(client) {
                break;
            }
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(address))
    }

    /// Who called whom, from the left.
    fn hops(&self, headers: &HeaderMap) -> Vec<Hop> {
        let (name, read): (_, fn(&str) -> Vec<Hop>) = match self.header {
            ProxyHeader::XForwardedFor => (X_FORWARDED_FOR, x_forwarded_for),
            ProxyHeader::Forwarded => (header::FORWARDED, forwarded),
        };
        headers
            .get_all(name)
            .flat_map(|line| line.to_str().map_or_else(|_| vec![None], read))
            .collect()
    }
}

fn x_forwarded_for(line: &str) -> Vec<Hop> {
    line.split(',').map(node).collect()
}

/// `for=192.0.2.1;proto=https, for="[2001:db8::7]:4711"`.
fn forwarded(line: &str) -> Vec<Hop> {
    let Some(elements) = unquoted(line, ',') else {
        return vec![None];
    };
    let caller = |element: &str| {
        let pairs = unquoted(element, ';')?;
        let named = pairs.iter().find_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            name.trim().eq_ignore_ascii_case("for").then_some(value)
        })?;
        node(named.trim().trim_matches('"'))
    };
    elements.into_iter().map(caller).collect()
}

/// The parts between separators outside quotation marks; none where a quotation mark is not closed.
fn unquoted(text: &str, separator: char) -> Option<Vec<&str>> {
    let (mut quoted, mut escaped) = (false, false);
    let parts = text
        .split(|c: char| {
            match c {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                _ => return c == separator && !quoted,
            }
            false
        })
        .collect();
    (!quoted).then_some(parts)
}

/// An address, with a port or without.
fn node(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let address = bare.unwrap_or(text).parse::<IpAddr>().ok();
    address
        .or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;
    use rstest::rstest;

    use super::*;

    fn client(header: ProxyHeader, peer: &str, lines: &[&str]) -> String {
        let trusted = ["10.0.0.0/8", "2001:db8:1::/48"];
        let proxies = Proxies {
            trusted: trusted.map(|network| network.parse().unwrap()).to_vec(),
            header,
        };
        let name = match header {
            ProxyHeader::XForwardedFor => X_FORWARDED_FOR,
            ProxyHeader::Forwarded => header::FORWARDED,
        };
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(name.clone(), HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        proxies.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[rstest]
    #[case::a_stranger_is_not_believed("192.0.2.1", &["198.51.100.9"], "192.0.2.1")]
    #[case::a_proxy_is("10.0.0.1", &["198.51.100.9"], "198.51.100.9")]
    #[case::what_the_client_made_up_stays_out("10.0.0.1", &["1.1.1.1, 198.51.100.9"], "198.51.100.9")]
    #[case::past_proxies_behind_proxies("10.0.0.1", &["1.1.1.1, 198.51.100.9, 10.9.9.9"], "198.51.100.9")]
    #[case::over_lines("10.0.0.1", &["1.1.1.1", "198.51.100.9", "10.9.9.9"], "198.51.100.9")]
    #[case::all_of_them_ours("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3")]
    #[case::nothing_said("10.0.0.1", &[], "10.0.0.1")]
    #[case::unreadable("10.0.0.1", &["198.51.100.9, unknown"], "10.0.0.1")]
    #[case::unreadable_further_on("10.0.0.1", &["é, 10.0.0.2"], "10.0.0.1")]
    #[case::with_ports("10.0.0.1", &["[2001:db8:2::7]:443, 10.0.0.2:80"], "2001:db8:2::7")]
    #[case::mapped("::ffff:10.0.0.1", &["::ffff:198.51.100.9"], "198.51.100.9")]
    #[case::by_ipv6("2001:db8:1::5", &["2001:db8:2::7"], "2001:db8:2::7")]
    fn only_what_trusted_proxies_say_counts(
        #[case] peer: &str,
        #[case] lines: &[&str],
        #[case] expected: &str,
    ) {
        assert_eq!(client(ProxyHeader::XForwardedFor, peer, lines), expected);
    }

    #[rstest]
    #[case(&["for=1.1.1.1, For=198.51.100.9;proto=https;by=10.0.0.1"], "198.51.100.9")]
    #[case(&[r#"for="[2001:db8:2::7]:4711""#], "2001:db8:2::7")]
    #[case(&[r#"for=198.51.100.9;host="a, for=1.1.1.1""#], "198.51.100.9")]
    #[case(&[r#"for=198.51.100.9;host="a\", for=1.1.1.1""#], "198.51.100.9")]
    #[case(&["for=_hidden"], "10.0.0.1")]
    #[case(&["proto=https"], "10.0.0.1")]
    #[case(&[r#"for="198.51.100.9, for=1.1.1.1"#], "10.0.0.1")]
    fn the_standard_s_header_is_read_with_its_quotation_marks(
        #[case] lines: &[&str],
        #[case] expected: &str,
    ) {
        assert_eq!(client(ProxyHeader::Forwarded, "10.0.0.1", lines), expected);
    }

    #[test]
    fn the_other_header_is_not_looked_at() {
        let proxies = Proxies {
            trusted: vec!["10.0.0.1".parse().unwrap()],
            header: ProxyHeader::Forwarded,
        };
        let mut headers = HeaderMap::new();
        headers.append(X_FORWARDED_FOR, HeaderValue::from_static("1.1.1.1"));
        let client = proxies.client("10.0.0.1".parse().unwrap(), &headers);
        assert_eq!(client.to_string(), "10.0.0.1");
    }
}
