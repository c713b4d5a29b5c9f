//! Who may do what, over real HTTP against a real PostgreSQL: every route of the table × every sort of caller × an id of
//! their own and a foreign one.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::too_many_lines,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, and a story is told in one piece"
)]

mod aim;
mod callers;
#[path = "../forwarding/cluster.rs"]
mod cluster;
mod confined;
mod declared;
mod figures;
#[path = "../api/folder.rs"]
mod folder;
mod links;
mod matrix;
mod rewind;
mod values;
#[expect(dead_code, reason = "what the tests of the API need besides")]
#[path = "../api/world.rs"]
mod world;
