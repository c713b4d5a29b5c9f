//! The only room that knows HTTP: the intake for devices and hubs, the JSON API, the portal's pages.
//!
//! Main types: [`State`], which every handler takes as `web::Data<State>`; [`problem::Problem`], as which everything
//! that goes wrong leaves; the extractors of [`auth`]. Called by the start-up alone.

pub mod access;
pub mod api;
mod archived;
pub mod auth;
mod desk;
pub mod files;
mod healthz;
pub mod intake;
mod numbered;
mod orders;
mod patience;
pub mod portal;
pub mod problem;
pub mod qr;
mod rails;
mod remote;
mod server;
mod state;
pub mod streams;

pub use rails::{RequestId, Spans, every_answer};
pub use server::{routes, server};
pub use state::{Site, State};
