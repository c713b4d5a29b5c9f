//! A hub's token. The first line is its header, the rest what it claims; it is signed, so that the fuzzer comes behind the
//! signature, and once more with a signature that is not good.

use std::sync::LazyLock;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;
use uuid::Uuid;
use vitalwire_server::ground::enums::HubState;
use vitalwire_server::intake::fuzzing::{named, verified};
use vitalwire_server::registry::HubIdentity;

const AUDIENCE: &str = "https://vitalwire.example";

static KEY: LazyLock<Ed25519KeyPair> =
    LazyLock::new(|| Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a key"));
static HUB: LazyLock<HubIdentity> = LazyLock::new(|| HubIdentity {
    hub: Uuid::from_u128(7).into(),
    public_key: KEY.public_key().as_ref().try_into().expect("32 bytes"),
    state: HubState::Active,
    customer: None,
    distributor: None,
    name: "Ward".to_owned(),
    epoch: 1.into(),
});

/// Panics unless what comes of these bytes is sound.
pub(crate) fn is_sound(bytes: &[u8]) {
    if let Ok(token) = std::str::from_utf8(bytes) {
        let _ = named(token);
        assert!(
            verified(token, &HUB, AUDIENCE).is_err(),
            "nobody guesses a signature"
        );
    }
    let at = bytes
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(bytes.len());
    let (header, claims) = (&bytes[..at], bytes.get(at + 1..).unwrap_or_default());
    let signed = [header, claims]
        .map(|part| BASE64URL_NOPAD.encode(part))
        .join(".");
    let mut signature = KEY.sign(signed.as_bytes()).as_ref().to_vec();
    let token = |signature: &[u8]| format!("{signed}.{}", BASE64URL_NOPAD.encode(signature));
    let token_of_it = token(&signature);
    // Whoever is not named is not asked for a key.
    if let (Some(name), Ok(_)) = (named(&token_of_it), verified(&token_of_it, &HUB, AUDIENCE)) {
        let [header, claims] =
            [header, claims].map(|part| serde_json::from_slice::<Value>(part).expect("JSON"));
        let crit = header.get("crit").filter(|crit| !crit.is_null());
        assert_eq!((&header["alg"], crit), (&"EdDSA".into(), None));
        assert_eq!(name, HUB.hub.to_string());
        assert!(claims["aud"].to_string().contains(AUDIENCE));
        assert!(claims["exp"].is_i64() && claims["iat"].is_i64());
    }
    signature[at % 64] ^= 1;
    assert!(
        verified(&token(&signature), &HUB, AUDIENCE).is_err(),
        "the signature is not good"
    );
}
