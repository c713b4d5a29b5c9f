//! Who there is and what they hold: distributors, customers, models, devices, hubs. Metadata only, never a measurement, so
//! that the same pages serve the platform's people, a distributor's and a customer's. What somebody may do comes as
//! [`crate::Action`]s, where a row leads as its `href`; nothing here knows a role.

pub mod customers;
pub mod devices;
pub mod distributors;
pub mod hubs;
pub mod imports;
pub mod labels;
pub mod models;
pub mod own;
pub mod sources;
