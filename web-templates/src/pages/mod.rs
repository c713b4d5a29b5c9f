//! One struct a page. Its template lies in `templates/` under the same name.

pub mod admin;
pub mod archive;
pub mod desk;
pub mod device;
pub mod devices;
pub mod endpoint;
pub mod error;
pub mod form;
pub mod home;
pub mod login;
pub mod orders;
pub mod people;
pub mod portfolio;
pub mod reading;
pub mod registry;
pub mod search;
pub mod sites;
pub mod style;
