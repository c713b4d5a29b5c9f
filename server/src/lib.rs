//! Vitalwire's platform. The rooms, from top to ground; a room calls only rooms below it (see docs/ARCHITECTURE.md).

pub mod app;
pub mod cli;
pub mod config;

pub mod demo;
pub mod http;

pub mod ops;

pub mod forwarding;

pub mod desk;

pub mod intake;

pub mod history;

pub mod usage;

pub mod orders;

pub mod registry;

pub mod identity;

pub mod mailing;

pub mod jobs;

pub mod queue;

pub mod tenancy;

pub mod outside;

pub mod ground;
