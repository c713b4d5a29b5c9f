//! One struct a page. Its template lies in `templates/` under the same name.

pub mod admin;
pub mod device;
pub mod devices;
pub mod endpoint;
pub mod error;
pub mod hubs;
pub mod login;
pub mod reading;
