//! A stored reading as a FHIR R4 Observation.

use chrono::{DateTime, Utc};
use serde_json::Value;
use vitals::fhir::{ObservationContext, ObservationStatus, to_observation};
use vitals::{DeviceKey, DeviceTime, Kind, Original, Quality, Reading, UserSlot, Vital};

use crate::ground::ids::{DeviceId, ReadingId};

/// Why a stored reading could not be written as one: which part of it does not read back. It names no value.
#[derive(Debug, thiserror::Error)]
#[error("a stored reading cannot be written as an Observation: {0}")]
pub struct Unwritable(&'static str);

/// What an Observation is made of. Patient data, so it has no `Debug`.
#[expect(missing_docs, reason = "the fields are the table's, commented there")]
pub struct Observed<'a> {
    pub id: ReadingId,
    pub device: DeviceId,
    pub maker: &'a str,
    pub serial: &'a str,
    pub model: &'a str,
    pub kind: Kind,
    pub measured_at: DateTime<Utc>,
    pub device_time_ms: Option<i64>,
    pub utc_offset_minutes: Option<i16>,
    pub sequence: Option<i64>,
    pub user_slot: Option<i16>,
    pub values: &'a Value,
    pub original: Option<&'a Value>,
    pub quality: Quality,
    pub entered_in_error: bool,
}

impl Observed<'_> {
    /// The Observation.
    pub fn to_fhir(&self) -> Result<Value, Unwritable> {
        let vital = Vital::from_json(self.kind, self.values).map_err(|_| Unwritable("its values"))?;
        let device = DeviceKey::parse(self.maker, self.serial).map_err(|_| Unwritable("its device"))?;
        let mut reading = Reading::new(device, vital);
        reading.user_slot = self.user_slot.and_then(|slot| UserSlot::new(slot.into()));
        reading.device_time = self.device_time_ms.map(|ms| DeviceTime {
            ms,
            offset_minutes: self.utc_offset_minutes,
        });
        reading.sequence = self.sequence;
        reading.quality = self.quality;
        if let Some(original) = self.original {
            reading.original = serde_json::from_value::<Vec<Original>>(original.clone())
                .map_err(|_| Unwritable("what its sender wrote"))?;
        }
        let (id, device_reference) = (self.id.to_string(), format!("Device/{}", self.device));
        let status = if self.entered_in_error {
            ObservationStatus::EnteredInError
        } else {
            ObservationStatus::Final
        };
        Ok(to_observation(
            &reading,
            &ObservationContext {
                id: &id,
                status,
                subject: None,
                device_reference: Some(&device_reference),
                device_display: Some(self.model),
                effective: self.measured_at,
            },
        ))
    }
}
