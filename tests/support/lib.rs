//! What the stories stand on: the built server as a process of its own, a client that speaks as an integrator would,
//! and a receiver that plays a customer's server. Nothing here calls the server's code.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::return_self_not_must_use,
    reason = "this is test code: where the scene cannot be set, the test has failed"
)]
#![expect(missing_docs, reason = "the names say what the helpers do")]

mod broker;
mod client;
mod hub;
pub mod kinds;
mod portal;
mod post_office;
mod postmaster;
mod receiver;
mod server;
mod world;

pub use broker::{Broker, MqttDevice, MqttLoad};
pub use client::{Answer, Client};
pub use hub::ClaimedHub;
pub use portal::{Page, Portal};
pub use post_office::{Letter, PostOffice};
pub use postmaster::Postmaster;
pub use receiver::{Received, Receiver};
pub(crate) use server::unique_name;
pub use server::{Server, free_port, program};
pub use world::{Customer, Device, Hub, PASSWORD, World, id};

use chrono::{DateTime, Utc};

/// The present moment, for readings that are measured now.
#[expect(clippy::disallowed_methods, reason = "a story happens in real time")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Whether the long form was asked for (`make soak`).
pub fn soak() -> bool {
    setting("VW_SOAK").is_some()
}

/// What a story that throws dice begins with: another number each time, or that of `VW_SEED`, so that a run can be had again.
/// It is printed.
pub fn seed() -> u64 {
    let asked = setting("VW_SEED").and_then(|text| text.parse().ok());
    let seed = asked.unwrap_or_else(|| fastrand::u64(..));
    println!("VW_SEED={seed} has this again");
    seed
}

/// A setting of the tests; the names in `VITALWIRE_…` are the server's own.
#[expect(
    clippy::disallowed_methods,
    reason = "the tests have no configuration but their environment"
)]
pub fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
