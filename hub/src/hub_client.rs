//! The way to the platform for a claimed hub: every request signed, and a wrong clock corrected by the way.

use std::sync::Arc;

use reqwest::Method;
use serde::Deserialize;
use uuid::Uuid;

use crate::claim::Registration;
use crate::client::{Answer, Client};
use crate::error::{CallError, SetupError};
use crate::heartbeat::{Heartbeat, Orders, Report};
use crate::identity::Identity;
use crate::ledger::Verdict;
use crate::pulse::PulseWire;
use crate::random::Random;
use crate::sign::Signer;
use crate::uplink::Wire;

const ME: &str = "/v1/hubs/me";
const TELEMETRY: &str = "/v1/hubs/telemetry";
const HEARTBEAT: &str = "/v1/hubs/heartbeat";
const COMMANDS: &str = "/v1/hubs/commands";

/// A claimed hub's client.
#[derive(Debug)]
pub struct HubClient {
    client: Client,
    signer: Signer,
}

/// How far the hub is with the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HubState {
    /// It holds a name; nobody has compared its fingerprint yet.
    Claimed,
    /// Its readings count.
    Active,
    /// Switched off by somebody; it may be switched on again.
    Inactive,
    /// A state that this version does not know; taken as not active.
    #[serde(other)]
    Other,
}

/// What the platform knows of this hub.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Me {
    /// The hub's id.
    pub hub_id: Uuid,
    /// How far it is.
    pub state: HubState,
    /// What people call it.
    #[serde(default)]
    pub name: Option<String>,
    /// The devices that it serves.
    #[serde(default)]
    pub devices: Vec<HubDevice>,
}

/// A device that the hub serves.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct HubDevice {
    /// Its maker.
    pub maker: String,
    /// Its serial.
    pub serial: String,
    /// Its model, where it is known.
    #[serde(default)]
    pub model: Option<String>,
    /// What it measures, as `blood_pressure`.
    #[serde(default)]
    pub kinds: Vec<String>,
}

/// `quarantined` stands where the platform could not read a batch and kept it whole, unseen.
#[derive(Deserialize)]
struct Judged {
    verdicts: Vec<Verdict>,
    #[serde(default)]
    quarantined: bool,
    #[serde(default)]
    reason: Option<String>,
}

impl HubClient {
    /// A client that signs as the registered hub; refuses a registration of another key.
    pub fn new(
        client: Client,
        identity: &Identity,
        registration: &Registration,
        random: Arc<dyn Random>,
    ) -> Result<Self, SetupError> {
        let signer = Signer::new(identity, registration, Arc::clone(client.clock()), random)?;
        Ok(Self { client, signer })
    }

    /// What the platform knows of this hub; a hub that is not confirmed may ask too. Teaches the clock.
    pub async fn me(&self) -> Result<Me, CallError> {
        self.signed(Method::GET, ME, b"").await?.read(self.client.clock())
    }

    /// Sends `{"readings": […]}`: one verdict a reading in the order sent, or nothing of it is stored. `count` is how
    /// many readings are in it; any other number of verdicts is no answer.
    pub async fn telemetry(&self, body: &[u8], count: usize) -> Result<Vec<Verdict>, CallError> {
        let answer: Judged = self
            .signed(Method::POST, TELEMETRY, body)
            .await?
            .read(self.client.clock())?;
        if answer.verdicts.is_empty() && answer.quarantined {
            let reason = answer.reason.unwrap_or_default();
            return Ok(vec![Verdict::Quarantined { reason }; count]);
        }
        if answer.verdicts.len() != count {
            return Err(CallError::Unreadable(
                "it has another number of verdicts than readings were sent",
            ));
        }
        Ok(answer.verdicts)
    }

    /// Says how the hub is; the answer tells what it is to do. Teaches the clock.
    pub async fn heartbeat(&self, heartbeat: &Heartbeat) -> Result<Orders, CallError> {
        let body = serde_json::to_vec(heartbeat)
            .map_err(|_| CallError::Unreadable("the heartbeat cannot be written"))?;
        self.signed(Method::POST, HEARTBEAT, &body)
            .await?
            .read(self.client.clock())
    }

    /// Says what came of a command; saying it again is safe.
    pub async fn report(&self, command: Uuid, report: &Report) -> Result<(), CallError> {
        let body =
            serde_json::to_vec(report).map_err(|_| CallError::Unreadable("the report cannot be written"))?;
        let path = format!("{COMMANDS}/{command}");
        let answer = self.signed(Method::POST, &path, &body).await?;
        answer
            .read::<serde::de::IgnoredAny>(self.client.clock())
            .map(drop)
    }

    /// A 401 that tells the time is answered at once with a token of that time, once.
    async fn signed(&self, method: Method, path: &str, body: &[u8]) -> Result<Answer, CallError> {
        let answer = self.once(method.clone(), path, body).await?;
        if answer.corrects(self.client.clock()) {
            tracing::info!(offset = ?self.client.clock().offset(), "took the platform's time");
            return self.once(method, path, body).await;
        }
        Ok(answer)
    }

    async fn once(&self, method: Method, path: &str, body: &[u8]) -> Result<Answer, CallError> {
        let token = self.signer.token(method.as_str(), path, body)?;
        self.client.send(method, path, Some(&token), body).await
    }
}

impl Wire for HubClient {
    async fn upload(&self, body: &[u8], count: usize) -> Result<Vec<Verdict>, CallError> {
        self.telemetry(body, count).await
    }

    async fn state(&self) -> Result<HubState, CallError> {
        Ok(self.me().await?.state)
    }
}

impl PulseWire for HubClient {
    async fn heartbeat(&self, heartbeat: &Heartbeat) -> Result<Orders, CallError> {
        Self::heartbeat(self, heartbeat).await
    }

    async fn report(&self, command: Uuid, report: &Report) -> Result<(), CallError> {
        Self::report(self, command, report).await
    }

    async fn devices(&self) -> Result<Vec<HubDevice>, CallError> {
        Ok(self.me().await?.devices)
    }
}
