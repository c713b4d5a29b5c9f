//! The typed store functions against a real PostgreSQL: through none of them can one customer, or a distributor, read,
//! change or guess what belongs to another. Every public function that acts for a person has a row; one without fails.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod aim;
mod clouds;
#[path = "../forwarding/cluster.rs"]
mod cluster;
mod confined;
mod desk;
mod dropped;
mod fixture;
mod forwarding;
mod history;
mod identity;
mod isolation;
mod life;
mod orders;
mod refusals;
mod registry;
mod shelves;
mod sites;
mod sources;
mod table;
mod usage;
mod world;
