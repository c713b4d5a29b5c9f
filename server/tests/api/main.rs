//! Identity, registry and the API over them, over real HTTP against a real PostgreSQL.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod access;
mod archive;
mod archived;
mod at_once;
mod bad_input;
mod bounds;
mod busy;
mod case_letters;
#[path = "../forwarding/cluster.rs"]
mod cluster;
mod confirmation;
mod faults;
mod folder;
mod history;
mod holders;
mod hubs;
mod imports;
mod issuers;
mod ledger;
mod letters;
mod names;
mod passwords;
mod people;
mod places;
mod rates;
mod readings;
mod retention;
mod sending_rates;
mod sessions;
mod shape;
mod sites;
mod sixty_days;
mod sources;
mod starting;
mod streams;
mod tenants;
mod vitality;
mod world;
