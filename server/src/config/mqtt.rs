//! `[mqtt]`.

use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;
use url::{Host, Url};

use super::ConfigError;

/// `[mqtt]`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the embedded default file documents every key")]
pub struct MqttConfig {
    pub url: String,
    pub username: String,
    pub password: String,
    pub ca_file: PathBuf,
    pub client_id: String,
    pub group: String,
    pub in_flight: u16,
    pub session_seconds: u32,
}

/// Where a broker is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerAddress {
    /// A name or an IP address, without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether it is spoken to by TLS.
    pub is_tls: bool,
}

impl fmt::Debug for MqttConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MqttConfig")
            .field("url", &self.url)
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

impl MqttConfig {
    /// The broker's address, or none where there is no broker.
    pub fn broker(&self) -> Result<Option<BrokerAddress>, ConfigError> {
        if self.url.is_empty() {
            return Ok(None);
        }
        let bad = |why| Err(fault("mqtt.url", why));
        let needed = "must be an address such as mqtts://broker.example.org:8883";
        // The parser's own words would repeat what stands there.
        let Ok(url) = Url::parse(&self.url) else {
            return bad(needed);
        };
        let (is_tls, usual) = match url.scheme() {
            "mqtts" => (true, 8883),
            "mqtt" => (false, 1883),
            _ => return bad(needed),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return bad("must not hold a user: mqtt.username and mqtt.password are there for it");
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return bad("must end behind the port");
        }
        let host = match url.host() {
            Some(Host::Ipv6(address)) => address.to_string(),
            Some(host) => host.to_string(),
            None => return bad(needed),
        };
        Ok(Some(BrokerAddress {
            host,
            port: url.port().unwrap_or(usual),
            is_tls,
        }))
    }

    pub(super) fn check(&self, insecure_dev: bool) -> Result<(), ConfigError> {
        let bad = |key, why| Err(fault(key, why));
        if let Some(broker) = self.broker()?
            && !(broker.is_tls || insecure_dev || is_here(&broker.host))
        {
            return bad(
                "mqtt.url",
                "must begin with mqtts:// where the broker is on another machine: readings and tokens go there",
            );
        }
        if self.username.is_empty() && !self.password.is_empty() {
            return bad("mqtt.username", "must come with mqtt.password");
        }
        if self.client_id.len() > 128 || !self.client_id.chars().all(is_plain) {
            return bad(
                "mqtt.client_id",
                "must be at most 128 letters, digits, and the signs - _ . :",
            );
        }
        if self.group.len() > 128 || !self.group.chars().all(is_plain) {
            return bad(
                "mqtt.group",
                "must be at most 128 letters, digits, and the signs - _ . :",
            );
        }
        if !(1..=4096).contains(&self.in_flight) {
            return bad("mqtt.in_flight", "must be 1 to 4096");
        }
        if self.session_seconds < 60 {
            return bad("mqtt.session_seconds", "must be at least 60");
        }
        Ok(())
    }
}

fn fault(key: &'static str, why: &str) -> ConfigError {
    ConfigError::Value {
        key,
        why: why.to_owned(),
    }
}

/// What no topic and no broker takes for anything else than a letter.
fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | ':')
}

fn is_here(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn mqtt(url: &str) -> MqttConfig {
        MqttConfig {
            url: url.to_owned(),
            username: "vitalwire-1".to_owned(),
            password: "a secret".to_owned(),
            ca_file: PathBuf::new(),
            client_id: String::new(),
            group: String::new(),
            in_flight: 256,
            session_seconds: 3600,
        }
    }

    fn told(config: &MqttConfig) -> String {
        let checked = config.check(false);
        checked.map_or_else(|error| error.to_string(), |()| "none".to_owned())
    }

    #[rstest]
    #[case("mqtts://broker.example.org", "broker.example.org", 8883, true)]
    #[case("mqtts://broker.example.org:18883/", "broker.example.org", 18883, true)]
    #[case("mqtt://127.0.0.1", "127.0.0.1", 1883, false)]
    #[case("mqtt://localhost:1884", "localhost", 1884, false)]
    #[case("mqtt://[::1]", "::1", 1883, false)]
    fn an_address_is_read(#[case] url: &str, #[case] host: &str, #[case] port: u16, #[case] is_tls: bool) {
        let expected = BrokerAddress {
            host: host.to_owned(),
            port,
            is_tls,
        };
        assert_eq!(mqtt(url).broker().unwrap(), Some(expected));
        assert_eq!(told(&mqtt(url)), "none");
    }

    #[rstest]
    #[case("broker.example.org:8883")]
    #[case("https://broker.example.org")]
    #[case("mqtts://")]
    #[case("mqtts://somebody:secret@broker.example.org")]
    #[case("mqtts://broker.example.org/vitalwire")]
    #[case("mqtts://broker.example.org?x=secret")]
    #[case("mqtt://broker.example.org")]
    fn what_is_no_address_of_a_broker_is_named_and_not_repeated(#[case] url: &str) {
        let told = told(&mqtt(url));
        assert!(told.contains("configuration: mqtt.url: must"), "{told}");
        assert!(!told.contains("secret"), "{told}");
    }

    #[test]
    fn without_an_address_there_is_no_broker() {
        assert_eq!(mqtt("").broker().unwrap(), None);
        assert_eq!(told(&mqtt("")), "none");
    }

    #[test]
    fn a_developer_may_do_without_tls() {
        assert!(mqtt("mqtt://broker.example.org").check(true).is_ok());
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let fault = |change: fn(&mut MqttConfig)| {
            let mut config = mqtt("mqtts://broker.example.org");
            change(&mut config);
            told(&config)
        };
        assert!(fault(|mqtt| mqtt.username.clear()).contains("mqtt.username"));
        assert!(fault(|mqtt| mqtt.client_id = "one/two".to_owned()).contains("mqtt.client_id"));
        assert!(fault(|mqtt| mqtt.group = "#".to_owned()).contains("mqtt.group"));
        assert!(fault(|mqtt| mqtt.in_flight = 0).contains("mqtt.in_flight"));
        assert!(fault(|mqtt| mqtt.session_seconds = 1).contains("mqtt.session_seconds"));
    }

    #[test]
    fn the_password_is_not_shown() {
        assert!(!format!("{:?}", mqtt("mqtts://x")).contains("a secret"));
    }
}
