//! What a connection is made with.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use data_encoding::HEXLOWER;
use rumqttc::{
    AckMode, MqttOptions, PersistedAckMode, PersistedSession, SessionStore, SessionStoreError,
    SessionStoreKey, TlsConfiguration, Transport,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use crate::config::{Config, ConfigError};
use crate::ground::{Ground, Purpose};

/// How often each side of an idle connection is heard, in seconds; a broker that vanished is missed after two of them.
const KEEP_ALIVE: u16 = 20;
/// How long a connection may take, from the first packet to the broker's yes.
const CONNECT: Duration = Duration::from_secs(10);
/// The least that the largest packet may have, in bytes.
const PACKET: u32 = 65_536;

/// A broker, and how this server comes to it.
#[derive(Clone)]
pub struct Settings {
    options: MqttOptions,
    /// What is subscribed to, with the servers' share.
    pub(super) filter: String,
    /// Messages under way at once.
    pub(super) in_flight: u16,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("broker", self.options.broker())
            .finish_non_exhaustive()
    }
}

impl Settings {
    /// Those of a configuration, for messages whose topic fits `filter`; none where there is no broker. Names that it does
    /// not give are made with the master key: nobody else can guess them, and so neither take this server's place on the
    /// broker nor messages out of the servers' share.
    pub fn of(config: &Config, ground: &Ground, filter: &str) -> Result<Option<Self>, ConfigError> {
        let mqtt = &config.mqtt;
        let Some(broker) = mqtt.broker()? else {
            return Ok(None);
        };
        let name = |given: &str, of: &str| match given {
            "" => format!("vw{}", derived(ground, of)),
            given => given.to_owned(),
        };
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let here = format!("client\0{host}\0{}\0{}", config.data_dir.display(), config.listen);
        let mut options = MqttOptions::new(name(&mqtt.client_id, &here), (broker.host.clone(), broker.port));
        if broker.is_tls {
            options.set_transport(Transport::tls_with_config(tls(&mqtt.ca_file)?));
        }
        if !mqtt.username.is_empty() {
            options.set_credentials(mqtt.username.clone(), mqtt.password.clone());
        }
        let largest = u32::try_from(config.intake.single_bytes.saturating_mul(4)).unwrap_or(u32::MAX);
        options
            .set_ack_mode(AckMode::Manual)
            .set_clean_start(false)
            .set_keep_alive(KEEP_ALIVE)
            .set_connect_timeout(CONNECT)
            .set_outgoing_inflight_upper_limit(mqtt.in_flight);
        options.set_session_expiry_interval(Some(mqtt.session_seconds));
        options.set_receive_maximum(Some(mqtt.in_flight));
        options.set_max_packet_size(Some(largest.max(PACKET)));
        options.set_session_store(Blank {
            in_flight: mqtt.in_flight,
        });
        Ok(Some(Self {
            options,
            filter: format!("$share/{}/{filter}", name(&mqtt.group, "group")),
            in_flight: mqtt.in_flight,
        }))
    }

    /// For one connection.
    pub(super) fn options(&self) -> MqttOptions {
        self.options.clone()
    }
}

fn derived(ground: &Ground, of: &str) -> String {
    let tag = ground.keys().hmac(Purpose::Broker, of.as_bytes());
    HEXLOWER.encode(&tag[..10])
}

/// The authorities in a file alone, or else the machine's own.
fn tls(ca_file: &Path) -> Result<TlsConfiguration, ConfigError> {
    let bad = |why: String| ConfigError::Value {
        key: "mqtt.ca_file",
        why,
    };
    if ca_file.as_os_str().is_empty() {
        return TlsConfiguration::try_default_rustls()
            .map_err(|error| bad(format!("must be given: the machine's own authorities: {error}")));
    }
    let shown = ca_file.display();
    let pem = std::fs::read(ca_file).map_err(|error| bad(format!("{shown} cannot be read: {error}")))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let added = certificate.map(|certificate| roots.add(certificate));
        if !matches!(added, Ok(Ok(()))) {
            return Err(bad(format!("{shown} holds something else than certificates")));
        }
    }
    if roots.is_empty() {
        return Err(bad(format!("{shown} holds no certificate (PEM)")));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| bad(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConfiguration::Rustls(Arc::new(config)))
}

/// What this server has in memory of an earlier connection: nothing, on purpose, so that the broker's part of the session,
/// the messages that it keeps for us, is taken up all the same. All that we might have remembered are answers that the
/// broker had not acknowledged; their messages were not acknowledged either, so they are delivered and answered again.
#[derive(Debug)]
struct Blank {
    in_flight: u16,
}

type Later<'a, T> = std::pin::Pin<Box<dyn Future<Output = Result<T, SessionStoreError>> + Send + 'a>>;

impl SessionStore for Blank {
    fn load<'a>(&'a self, key: &'a SessionStoreKey) -> Later<'a, Option<PersistedSession>> {
        let session = PersistedSession {
            format_version: 1,
            client_id: key.client_id().to_owned(),
            clean_start: false,
            session_expiry_interval: None,
            outgoing_inflight_upper_limit: Some(self.in_flight),
            ack_mode: PersistedAckMode::Manual,
            last_pkid: 0,
            last_puback: 0,
            replay: Vec::new(),
            incoming_qos2: Vec::new(),
        };
        Box::pin(std::future::ready(Ok(Some(session))))
    }

    fn save<'a>(&'a self, _key: &'a SessionStoreKey, _session: &'a PersistedSession) -> Later<'a, ()> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn clear<'a>(&'a self, _key: &'a SessionStoreKey) -> Later<'a, ()> {
        Box::pin(std::future::ready(Ok(())))
    }
}
