//! A hub with a key of its own, which signs whatever a test wants signed.

use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use uuid::Uuid;
use vitalwire_server::ground::Clock as _;
use vitalwire_server::registry::system_claim;

use crate::world::{Answer, Client, Tenant, World};

pub(crate) const PATH: &str = "/v1/hubs/telemetry";
const AUDIENCE: &str = "https://vitalwire.example";

/// A key pair.
pub(crate) struct Key {
    pub(crate) public: [u8; 32],
    signs: EncodingKey,
}

impl Key {
    pub(crate) fn new() -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
        Self {
            public: pair.public_key().as_ref().try_into().unwrap(),
            signs: EncodingKey::from_ed_der(document.as_ref()),
        }
    }

    pub(crate) fn sign(&self, header: &Header, claims: &Value) -> String {
        jsonwebtoken::encode(header, claims, &self.signs).unwrap()
    }
}

/// The customer's hub with a key that was compared, and its device.
pub(crate) struct Hub<'a> {
    pub(crate) world: &'a World,
    pub(crate) tenant: Tenant,
    pub(crate) key: Key,
}

impl<'a> Hub<'a> {
    pub(crate) async fn new(world: &'a World, name: &str) -> Self {
        let tenant = world.tenant(&world.admin().await, name).await;
        let device = format!("/api/v1/devices/{}", tenant.device);
        let active = tenant.user.patch(&device, &json!({"state": "active"})).await;
        assert_eq!(active.status, 200, "{}", active.text);
        let key = Key::new();
        claim_and_confirm(world, &tenant, &key).await;
        Self { world, tenant, key }
    }

    /// What a hub says of a request.
    pub(crate) fn claims(&self, htu: &str, body: &[u8]) -> Value {
        let (now, hash) = (
            self.world.clock.now().timestamp(),
            digest::digest(&digest::SHA256, body),
        );
        json!({"iss": self.tenant.hub, "aud": AUDIENCE, "iat": now, "exp": now + 50, "jti": self.world.ground.id::<Uuid>(),
            "htm": "POST", "htu": format!("{AUDIENCE}{htu}"), "body_sha256": BASE64URL_NOPAD.encode(hash.as_ref())})
    }

    /// A token for a batch.
    pub(crate) fn token(&self, body: &[u8]) -> String {
        self.key.sign(&header(), &self.claims(PATH, body))
    }

    pub(crate) async fn send(&self, token: &str, body: &[u8]) -> Answer {
        post(&self.world.anyone, PATH, token, body).await
    }
}

pub(crate) fn header() -> Header {
    Header::new(Algorithm::EdDSA)
}

/// A batch of these.
pub(crate) fn batch(items: &[Value]) -> Vec<u8> {
    json!({"readings": items}).to_string().into_bytes()
}

pub(crate) fn blood_pressure(serial: &str) -> Value {
    json!({"device": serial, "kind": "blood_pressure", "values": {"systolic": 121, "diastolic": 79}})
}

pub(crate) async fn post(client: &Client, path: &str, token: &str, body: &[u8]) -> Answer {
    let client = client.with_token(token);
    client
        .send(client.request("POST", path).body(body.to_vec()))
        .await
}

/// Lets a key in, as often as it is called.
pub(crate) async fn claim_and_confirm(world: &World, tenant: &Tenant, key: &Key) {
    let hub = format!("/api/v1/hubs/{}", tenant.hub);
    let seen = tenant.user.get(&hub).await;
    if seen.body["state"] == "active" {
        let inactive = tenant.user.patch(&hub, &json!({"state": "inactive"})).await;
        assert_eq!(inactive.status, 200, "{}", inactive.text);
    }
    let code = super::code(&tenant.user, &tenant.hub).await;
    let claimed = system_claim(&world.ground, &world.database, &code, &key.public, None)
        .await
        .unwrap();
    let fingerprint = json!({"fingerprint": claimed.fingerprint});
    let confirmed = tenant.user.post(&format!("{hub}/confirm"), &fingerprint).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.text);
}
