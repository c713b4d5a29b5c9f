//! Ports to the outside world and their adapters: the private PostgreSQL of the embedded default, mail, blobs, and the
//! MQTT broker.
//!
//! Main types: [`postgres::Embedded`], called by start-up only, and the ports [`mail::Mailer`], [`blobs::Blobs`] and
//! [`mqtt::Taker`].

pub mod blobs;
pub mod key_file;
pub mod mail;
pub mod mqtt;
pub mod postgres;
