//! The pages against a real PostgreSQL and over a real connection: what a browser gets, and what it never gets.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod admin;
mod archive;
mod browser;
mod choosing;
#[path = "../forwarding/cluster.rs"]
mod cluster;
mod contacts;
mod desk;
mod faults;
mod files;
#[path = "../api/folder.rs"]
mod folder;
mod foreign;
mod forms;
mod given_back;
mod held;
mod hubs;
mod imports;
mod labels;
mod line;
mod live;
mod movements;
mod namesakes;
mod orders;
mod pages;
mod people;
mod placing;
mod sign_in;
mod sources;
mod told;
mod trouble;
mod wants;
mod whose;
mod world;
