//! What exists and who holds it: organisations, device models, devices, hubs, assignments.
//!
//! Main types: [`IdentityCache`], which tells intake whose token or hub it sees, and the operations of [`devices`] and
//! [`hubs`]. Called by intake, pages and API. Reads take the open transaction of a scope; what has to touch a protected
//! table runs in the system scope, after the caller's own scope has proved that it sees the thing.

pub mod adoption;
mod again;
pub mod authors;
mod cache;
pub mod claim;
pub mod configure;
pub mod contacts;
pub mod countries;
pub mod devices;
pub mod errands;
mod error;
pub(crate) mod faults;
pub mod figures;
pub mod fleet;
pub mod given_back;
pub mod hub_moves;
pub mod hubs;
mod import;
pub mod imports;
pub mod labels;
pub mod life;
pub mod models;
pub mod movements;
pub mod moves;
pub mod naming;
mod numbers;
pub mod organisations;
pub mod overview;
pub mod page;
pub mod past;
pub mod quarantine;
pub mod refusals;
mod remembered;
pub mod rights;
mod scope;
pub mod search;
mod serials;
mod sightings;
pub mod sites;
pub mod sources;
mod standing;
pub mod states;
mod store;
pub mod tokens;
mod typed;
pub mod vitality;
pub mod wanting;

pub use cache::{DeviceIdentity, HubIdentity, IdentityCache};
pub use claim::{ClaimCode, ClaimedHub, system_claim};
pub use error::{ClaimError, RegistryError};
pub use faults::{Fault, Faults, both};
pub use hubs::{HubDevice, system_devices_of_hub};
pub use import::system_import_devices;
pub use numbers::{Iccid, Imei, Mac, Numbers, NumbersPatch};
pub use page::{Ask, Page};
pub use rights::HasRights;
pub use scope::RegistryScope;
pub use serials::{SerialCandidate, system_find_by_serial};
pub use standing::{Epoch, Standing};
pub use tokens::DeviceToken;
pub use typed::{
    Change, Country, Firmware, Given, Line, Name, Place, PostalCode, Reference, Street, TimeZone, Typed,
};
