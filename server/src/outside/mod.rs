//! Ports to the outside world and their adapters: the private PostgreSQL of the embedded default, and mail.
//!
//! Main types: [`postgres::Embedded`], called by start-up only, and the port [`mail::Mailer`].

pub mod key_file;
pub mod mail;
pub mod postgres;
