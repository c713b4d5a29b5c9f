//! The vocabulary of Vitalwire: what a reading of a vital sign *is*, and nothing about where it comes from or goes.
//!
//! Its main type is [`Reading`]. A sender's JSON becomes one through [`decode`](fn@decode) and
//! [`ReadingIn::into_reading`]; an adapter of a vendor or a radio driver builds the [`Vital`] itself, with
//! [`VitalDraft`] where units have to be converted. [`Reading::check`] refuses only what is physically impossible,
//! [`content_hash`] is the idempotency key, [`fhir`] the projection to an R4 Observation and back.
//!
//! There is no I/O, no clock and no async in here, and no floating-point number is ever kept: see [`Quantity`].
//! A [`Reading`], its values and its [`ContentHash`] are patient data: never log them.

mod code;
mod decimal;
mod device;
mod field;
mod kind;
mod proof;
mod quality;
mod quantity;
mod reading;
mod shown;
mod time;

pub mod decode;
pub mod fhir;
pub mod hash;
pub mod plausibility;
pub mod units;
pub mod vital;

#[cfg(test)]
mod arbitrary;

pub use code::UnknownName;
pub use decimal::{Decimal, NumberError};
pub use decode::{DecodeError, ReadingIn, decode};
pub use device::{BadText, DeviceKey, Maker, Serial, UserSlot};
pub use field::Field;
pub use hash::{ContentHash, content_hash};
pub use kind::Kind;
pub use plausibility::Implausible;
pub use proof::Proof;
pub use quality::Quality;
pub use quantity::{
    BodyMassIndex, Celsius, Comparator, Count, Fixed, GlucoseLevel, Kilocalories, MAX_SCALED, Mass, Metres,
    Minutes, Percent, PerfusionIndex, Pressure, Quantity, Rate,
};
pub use reading::{Original, Reading};
pub use shown::{GlucoseUnit, MassUnit, PressureUnit, TemperatureUnit, Units};
pub use time::{DeviceTime, Instant, Period};
pub use vital::{FieldText, Meal, RrIntervals, Sample, Site, Vital, VitalDraft};
