//! Ports to the outside world and their adapters. Here stands the private PostgreSQL of the embedded default.
//!
//! Main type: [`postgres::Embedded`]. Called by start-up only.

pub mod key_file;
pub mod postgres;
