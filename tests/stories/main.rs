//! Stories, end to end, against the built server and real parts.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::too_many_lines,
    reason = "a story that cannot go on has failed"
)]

mod all_kinds;
mod browser;
mod demo;
mod device_tokens;
mod hubs;
mod kill;
mod lifecycle;
mod mail;
mod master_key;
mod mqtt;
mod own_postgres;
mod private_postgres;
mod proof;
mod readme;
mod refusals;
mod refused_by_the_database;
mod secrets;
mod sent_again;
mod slow_senders;
mod tenants;
mod times;
mod webhooks;
