//! The one canonical form of a reading.

use serde::{Deserialize, Serialize};

use crate::{DeviceKey, DeviceTime, Field, Implausible, Quality, UserSlot, Vital, units};

/// One measurement by one device. Nothing past intake knows another form.
///
/// What the platform adds (its id, arrival, owner, credential, [`crate::Proof`]) stands beside it, not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The device that measured.
    pub device: DeviceKey,
    /// Which of the device's users, where it tells them apart.
    pub user_slot: Option<UserSlot>,
    /// What was measured.
    pub vital: Vital,
    /// The device's own, raw time, where it has a clock.
    pub device_time: Option<DeviceTime>,
    /// The device's own number of the reading, where it counts them.
    pub sequence: Option<i64>,
    /// What casts doubt on it.
    pub quality: Quality,
    /// What was sent in other units than the canonical ones, in the order sent.
    pub original: Vec<Original>,
}

impl Reading {
    /// A reading without time, sequence number or user, with the quality flags that follow from its values.
    pub fn new(device: DeviceKey, vital: Vital) -> Self {
        let quality = vital.implied_quality();
        Self {
            device,
            user_slot: None,
            vital,
            device_time: None,
            sequence: None,
            quality,
            original: Vec::new(),
        }
    }

    /// Refuses what is physically impossible, and only that: see [`crate::plausibility`].
    pub fn check(&self) -> Result<(), Implausible> {
        self.vital.check()
    }
}

/// A value as it was sent, kept where the sender used another unit than the canonical one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Original {
    /// The value it is about.
    pub field: Field,
    /// The number as sent, as text: the shortest one that means the same (see [`crate::Decimal`]). RR intervals are
    /// separated by spaces.
    pub value: String,
    /// The unit as sent.
    pub unit: String,
}

impl Original {
    /// What to keep of a value in `unit`: nothing where that is a name of the canonical unit.
    pub(crate) fn if_converted(field: Field, unit: &str, value: impl FnOnce() -> String) -> Option<Self> {
        (!units::is_canonical(field, unit)).then(|| Self {
            field,
            value: value(),
            unit: unit.to_owned(),
        })
    }
}
