//! A reading as a FHIR R4 Observation, and back without loss.
//!
//! The number stands in `valueQuantity`, what was measured beside it in `component`; a blood pressure and a sleep have
//! components only. What FHIR has no place for travels in extensions under [`EXTENSIONS`]: `user-slot`, `device-time`
//! (the device's raw time and offset), `sequence`, `quality`, `original`, `irregular`, `meal`, `sample`. `from_observation`
//! reads the Observations of others too, as far as their codes and units are known here; it then has the device's
//! identifier to ask for, and nothing of the extensions.

mod codes;
mod read;
mod write;

use chrono::{DateTime, Utc};
use thiserror::Error;

pub use codes::{Coding, component_code, main_codes};
pub use read::from_observation;
pub use write::to_observation;

use crate::DecodeError;
use crate::code::text_enum;

/// Where our extensions are defined.
pub const EXTENSIONS: &str = "https://vitalwire.example/fhir/StructureDefinition/";
/// The system of a device's identifier, whose value is `maker|serial`; `|` and `\` in the maker are written `\|` and `\\`.
pub const DEVICE_SYSTEM: &str = "https://vitalwire.example/fhir/device";
/// The code system of the values that LOINC has no code for; its codes are the names of the values.
pub const VALUE_SYSTEM: &str = "https://vitalwire.example/fhir/CodeSystem/value";
/// The code system of the sites of a temperature.
pub const SITE_SYSTEM: &str = "https://vitalwire.example/fhir/CodeSystem/temperature-site";

const LOINC: &str = "http://loinc.org";
const MDC: &str = "urn:iso:std:iso:11073:10101";
const UCUM: &str = "http://unitsofmeasure.org";

text_enum! {
    /// The status of an Observation.
    pub enum ObservationStatus ("observation status") {
        /// As it was measured.
        Final = "final",
        /// Taken back: it stays in the record, flagged.
        EnteredInError = "entered-in-error",
    }
}

/// What an Observation needs and a reading does not have.
#[derive(Debug, Clone, Copy)]
pub struct ObservationContext<'a> {
    /// Its id: 1 to 64 characters of `A-Z a-z 0-9 - .`.
    pub id: &'a str,
    /// Its status.
    pub status: ObservationStatus,
    /// A reference to the patient, such as `Patient/0198…`; none for a customer whose readings carry the device only.
    pub subject: Option<&'a str>,
    /// A reference to the device, such as `Device/0198…`.
    pub device_reference: Option<&'a str>,
    /// The device's name for people.
    pub device_display: Option<&'a str>,
    /// When it was measured, as far as the platform knows: taken where the device gave no time, gave one that is flagged
    /// `clock_suspect`, or gave one that cannot be written. An activity and a sleep have their own period.
    pub effective: DateTime<Utc>,
}

/// Why an Observation is no reading. It names places, never values.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FhirError {
    /// An element that has to be there is missing.
    #[error("{0}: missing")]
    Missing(&'static str),
    /// An element that cannot be read.
    #[error("{0}: not readable")]
    Invalid(&'static str),
    /// A code that stands for none of the kinds.
    #[error("Observation.code: no kind of reading has this code")]
    UnknownCode,
    /// The values do not make a reading.
    #[error("values: {0}")]
    Values(#[from] DecodeError),
}

#[cfg(test)]
mod tests;
