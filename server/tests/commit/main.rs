//! The commit of readings against a real PostgreSQL: what the registry's memory foresees is believed only as long as it is
//! so, and what it writes is what the careful form would have written.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

#[path = "../forwarding/cluster.rs"]
mod cluster;
mod conflicts;
mod hanging;
mod known;
mod registry_changes;
mod same;
mod world;
