//! The registry room against a real PostgreSQL.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

#[path = "../forwarding/cluster.rs"]
mod cluster;
mod imports;
mod life;
mod organisations;
mod search;
mod world;
