//! What every handler works with.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::files::Files;
use super::patience::BodyRoom;
use super::remote::Proxies;
use super::streams::Streams;
use crate::config::Config;
use crate::desk::Rate;
use crate::forwarding::Endpoints;
use crate::ground::Ground;
use crate::ground::ids::HubId;
use crate::history::archive::Archive;
use crate::identity::{Caller, Identity, Throttle};
use crate::intake::Intake;
use crate::outside::mqtt::BrokerStanding;
use crate::queue::Signals;
use crate::registry::RegistryError;
use crate::tenancy::Database;

/// Claims of hubs from one place: five in a row, then one in 20 s. A code has 60 bits and lives ten minutes.
const CLAIMS: (u32, Duration) = (5, Duration::from_secs(20));

/// Devices that one organisation tries to adopt: ten in a row, then one a minute. A label's code has 50 bits.
const ADOPTIONS: (u32, Duration) = (10, Duration::from_mins(1));

/// Files with devices that one organisation brings: thirty in a row, then one a minute. Each is kept with its lines.
const IMPORTS: (u32, Duration) = (30, Duration::from_mins(1));

/// Heartbeats of one hub: ten in a row, as after a bad line, then one in 5 s. It is asked for one in 10 s at the most.
const HEARTBEATS: (u32, Duration) = (10, Duration::from_secs(5));

/// The parts behind pages, API and intake. Cheap to clone.
#[derive(Debug, Clone)]
pub struct State {
    parts: Arc<Inner>,
    intake: Intake,
}

#[derive(Debug)]
struct Inner {
    ground: Ground,
    database: Database,
    identity: Identity,
    signals: Signals,
    endpoints: Endpoints,
    archive: Archive,
    site: Site,
    bodies: BodyRoom,
    claims: Throttle<IpAddr>,
    adoptions: Throttle<Uuid>,
    asked_readings: Throttle<Uuid>,
    desk_rate: Rate,
    imports: Throttle<Option<Uuid>>,
    heartbeats: Throttle<HubId>,
    streams: Streams,
    files: Files,
    broker: BrokerStanding,
    ending: CancellationToken,
}

/// What handlers need to know of the configuration.
#[derive(Debug, Clone)]
pub struct Site {
    /// How the outside reaches the server, without a slash at the end.
    pub public_url: String,
    /// Whether the outside speaks TLS.
    pub is_https: bool,
    /// Whether the session's cookie asks for a secure connection. Only a developer's machine that is reached by plain
    /// HTTP over a network goes without; browsers take `http://localhost` for secure.
    pub secure_cookie: bool,
    /// Who is believed about where a request comes from.
    pub proxies: Proxies,
}

impl Site {
    fn of(config: &Config) -> Self {
        let is_https = config.public_url.starts_with("https://");
        let is_loopback = url::Url::parse(&config.public_url).is_ok_and(|url| match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        });
        Self {
            public_url: config.public_url.clone(),
            is_https,
            secure_cookie: is_https || is_loopback || !config.insecure_dev,
            proxies: Proxies {
                trusted: config.trusted_proxies.clone(),
                header: config.proxy_header,
            },
        }
    }
}

impl State {
    /// Ties the parts together.
    pub fn new(
        ground: Ground,
        database: Database,
        identity: Identity,
        intake: Intake,
        signals: Signals,
        archive: Archive,
        config: &Config,
    ) -> Self {
        let (burst, each) = CLAIMS;
        let claims = Throttle::new(ground.clock(), burst, each);
        let (burst, each) = ADOPTIONS;
        let adoptions = Throttle::new(ground.clock(), burst, each);
        let (burst, each) = ADOPTIONS;
        let asked_readings = Throttle::new(ground.clock(), burst, each);
        let (burst, each) = IMPORTS;
        let imports = Throttle::new(ground.clock(), burst, each);
        let (burst, each) = HEARTBEATS;
        let heartbeats = Throttle::new(ground.clock(), burst, each);
        let desk_rate = Rate::new(&ground.clock());
        let (site, ending) = (Site::of(config), CancellationToken::new());
        let endpoints = Endpoints::new(
            ground.clone(),
            database.clone(),
            signals.clone(),
            config.forwarding,
            config.insecure_dev,
        );
        let inner = Inner {
            ground,
            database,
            identity,
            signals,
            endpoints,
            archive,
            site,
            bodies: BodyRoom::new(config.intake.bodies_bytes),
            claims,
            adoptions,
            asked_readings,
            desk_rate,
            imports,
            heartbeats,
            streams: Streams::default(),
            files: Files::default(),
            broker: BrokerStanding::default(),
            ending,
        };
        Self {
            parts: Arc::new(inner),
            intake,
        }
    }

    /// The same for a thread that serves requests.
    #[must_use]
    pub fn on_this_thread(&self) -> Self {
        Self {
            parts: Arc::clone(&self.parts),
            intake: self.intake.on_this_thread(),
        }
    }

    /// Time, ids, keys.
    pub fn ground(&self) -> &Ground {
        &self.parts.ground
    }

    /// For scopes.
    pub fn database(&self) -> &Database {
        &self.parts.database
    }

    /// Sign-in, sessions, tokens.
    pub fn identity(&self) -> &Identity {
        &self.parts.identity
    }

    /// The way in for readings.
    pub fn intake(&self) -> &Intake {
        &self.intake
    }

    /// Wake-ups between the circuits and the pages.
    pub fn signals(&self) -> &Signals {
        &self.parts.signals
    }

    /// A customer's endpoints.
    pub fn endpoints(&self) -> &Endpoints {
        &self.parts.endpoints
    }

    /// What has left the history.
    pub fn archive(&self) -> &Archive {
        &self.parts.archive
    }

    /// What the configuration says about the outside.
    pub fn site(&self) -> &Site {
        &self.parts.site
    }

    /// The room for bodies on their way.
    pub(super) fn bodies(&self) -> &BodyRoom {
        &self.parts.bodies
    }

    /// How often one place may try to claim a hub.
    pub fn claim_throttle(&self) -> ClaimThrottle<'_> {
        ClaimThrottle(&self.parts.claims)
    }

    /// Counts an organisation's attempt to adopt a device, or says in how many seconds the next one has a chance.
    pub fn may_adopt(&self, organisation: Uuid) -> Result<(), u64> {
        let tried = self.parts.adoptions.attempt(&organisation);
        tried.map_err(|wait| wait.as_secs() + 1)
    }

    /// Counts a file that somebody begins to bring, or refuses it.
    pub(super) fn may_import(&self, caller: &Caller) -> Result<(), RegistryError> {
        let tried = self.parts.imports.attempt(&caller.organisation_id());
        tried.map_err(|retry_after| RegistryError::TooMany { retry_after })
    }

    /// Counts a heartbeat of a hub that proved itself, or says in how many seconds the next one is taken.
    pub(super) fn may_beat(&self, hub: HubId) -> Result<(), u64> {
        let tried = self.parts.heartbeats.attempt(&hub);
        tried.map_err(|wait| wait.as_secs() + 1)
    }

    /// How much is written to the support desk.
    pub(super) fn desk_rate(&self) -> &Rate {
        &self.parts.desk_rate
    }

    /// Counts a customer's request to add a device by a reading, likewise: few of them are open at a time.
    pub fn may_ask_for_reading(&self, customer: Uuid) -> Result<(), u64> {
        let asked = self.parts.asked_readings.attempt(&customer);
        asked.map_err(|wait| wait.as_secs() + 1)
    }

    /// The live pages and the API's streams that are open, counted per person.
    pub fn streams(&self) -> &Streams {
        &self.parts.streams
    }

    /// The files with readings that are being taken.
    pub fn files(&self) -> &Files {
        &self.parts.files
    }

    /// How this server stands with the MQTT broker.
    pub fn broker(&self) -> &BrokerStanding {
        &self.parts.broker
    }

    /// Tells answers without an end, such as live pages, to end: the server is stopping.
    pub fn hang_up(&self) {
        self.parts.ending.cancel();
    }

    /// Is cancelled when the server begins to stop.
    pub fn ending(&self) -> &CancellationToken {
        &self.parts.ending
    }
}

/// The throttle of claims.
#[derive(Debug)]
pub struct ClaimThrottle<'a>(&'a Throttle<IpAddr>);

impl ClaimThrottle<'_> {
    /// Counts an attempt from an address, or says in how many seconds the next one has a chance.
    pub fn check(&self, address: IpAddr) -> Result<(), u64> {
        let place = crate::identity::place(address);
        self.0.attempt(&place).map_err(|wait| wait.as_secs() + 1)
    }
}
