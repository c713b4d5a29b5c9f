//! The registry room against a real PostgreSQL.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::too_many_lines,
    clippy::type_complexity,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, and a story is told in one piece"
)]

mod attention;
#[path = "../forwarding/cluster.rs"]
mod cluster;
mod hands;
mod heard;
mod imports;
mod life;
mod meeting;
mod orders;
mod organisations;
mod search;
mod world;
