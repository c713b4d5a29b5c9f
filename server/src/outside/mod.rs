//! Ports to the outside world and their adapters: the private PostgreSQL of the embedded default, mail, and the MQTT
//! broker.
//!
//! Main types: [`postgres::Embedded`], called by start-up only, and the ports [`mail::Mailer`] and [`mqtt::Taker`].

pub mod key_file;
pub mod mail;
pub mod mqtt;
pub mod postgres;
