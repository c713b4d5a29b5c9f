//! Forwarding against a real PostgreSQL and a real server at the other end: nothing is lost, nothing is counted twice,
//! and what is sent can be believed.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod cluster;
mod delivering;
mod endpoints;
mod receiver;
mod retention;
mod routing;
mod waking;
mod world;
