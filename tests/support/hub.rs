//! A hub at a customer's: the hub's own library, with the key file in reach.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use vitalwire_hub::{
    Client as Unnamed, Clock, HubClient, HubClock, HubState, Identity, PlatformUrl, Registration, Signer,
    SystemClock, SystemRandom,
};

use crate::{Answer, Client, Customer, World};

const TELEMETRY: &str = "/v1/hubs/telemetry";

/// A hub whose key the platform holds; whether it was confirmed is up to the story.
#[derive(Debug, Clone)]
pub struct ClaimedHub {
    pub id: String,
    pub registration: Registration,
    pub identity: Arc<Identity>,
    /// Where its private key is, in PKCS #8.
    pub key: PathBuf,
    /// Speaks as the hub's program does.
    pub client: Arc<HubClient>,
    signer: Arc<Signer>,
    anyone: Client,
}

impl World {
    /// A new key in a file of its own.
    pub fn identity(&self, name: &str) -> (PathBuf, Arc<Identity>) {
        let path = self.server.scratch().join(format!("{name}.key"));
        let identity = Identity::load_or_create(&path).expect("a key can be made");
        (path, Arc::new(identity))
    }

    /// A hub that has no name yet, by its own clock.
    pub fn unnamed_hub(&self, clock: Arc<dyn Clock>) -> Unnamed {
        let platform = PlatformUrl::parse(&self.server.url()).expect("an address");
        Unnamed::new(platform, Arc::new(HubClock::new(clock))).expect("a client")
    }

    /// A hub that has claimed itself and waits to be confirmed.
    pub async fn claimed_hub(&self, customer: &Customer, serial: &str) -> ClaimedHub {
        let hub = self.hub(customer, serial).await;
        let (key, identity) = self.identity(serial);
        let unnamed = self.unnamed_hub(Arc::new(SystemClock));
        let code = hub.claim_code.parse().expect("a code");
        let registration = unnamed.claim(&identity, &code).await.expect("the code is good");
        assert_eq!(registration.hub_id.to_string(), hub.id);
        let random = Arc::new(SystemRandom::new());
        let clock = Arc::clone(unnamed.clock());
        let signer = Signer::new(&identity, &registration, clock, random.clone()).expect("its own key");
        let client = HubClient::new(unnamed, &identity, &registration, random).expect("its own key");
        let (client, signer) = (Arc::new(client), Arc::new(signer));
        ClaimedHub {
            id: hub.id,
            registration,
            identity,
            key,
            client,
            signer,
            anyone: self.anyone.clone(),
        }
    }

    /// A hub whose readings count.
    pub async fn active_hub(&self, customer: &Customer, serial: &str) -> ClaimedHub {
        let hub = self.claimed_hub(customer, serial).await;
        let path = format!("/api/v1/hubs/{}/confirm", hub.id);
        let fingerprint = json!({"fingerprint": hub.registration.fingerprint});
        customer.user.post(&path, &fingerprint).await.ok();
        hub
    }
}

impl ClaimedHub {
    /// Asks until the hub hears that it is in this state: servers remember a hub's state for a moment.
    pub async fn wait_until(&self, state: HubState) {
        for _ in 0..200 {
            if self.client.me().await.expect("an answer").state == state {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("the hub {} does not become {state:?}", self.id);
    }

    /// A token that fits this request.
    pub fn token(&self, method: &str, path: &str, body: &[u8]) -> String {
        self.signer.token(method, path, body).expect("a token")
    }

    /// Posts bytes with a token that fits them, past the hub's library.
    pub async fn post(&self, body: &[u8]) -> Answer {
        self.post_with(&self.token("POST", TELEMETRY, body), body).await
    }

    /// The same, where it may be that nobody answers.
    pub async fn try_post(&self, body: &[u8]) -> Option<Answer> {
        let token = self.token("POST", TELEMETRY, body);
        let client = self.anyone.with_token(&token);
        client.try_post_bytes(TELEMETRY, body.to_vec()).await.ok()
    }

    /// Posts bytes with any token.
    pub async fn post_with(&self, token: &str, body: &[u8]) -> Answer {
        self.anyone
            .with_token(token)
            .post_bytes(TELEMETRY, body.to_vec())
            .await
    }

    /// Posts readings and returns each verdict with its reason, as `quarantined: implausible`.
    pub async fn verdicts(&self, items: &[Value]) -> Vec<String> {
        let answer = self
            .post(json!({"readings": items}).to_string().as_bytes())
            .await
            .ok();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let verdict = |verdict: &Value| {
            let status = text(&verdict["status"]).expect("a status");
            text(&verdict["reason"]).map_or(status.clone(), |reason| format!("{status}: {reason}"))
        };
        answer["verdicts"]
            .as_array()
            .expect("verdicts")
            .iter()
            .map(verdict)
            .collect()
    }
}
