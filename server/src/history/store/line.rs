//! Devices whose readings belong together, because one took another's place.

use chrono::{DateTime, Utc};
use sea_orm::Value;
use uuid::Uuid;

use crate::ground::ids::DeviceId;

/// One device, or those of a line, each with the time in which its readings count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Devices {
    ids: Vec<Uuid>,
    begins: Vec<DateTime<Utc>>,
    ends: Vec<DateTime<Utc>>,
}

impl From<DeviceId> for Devices {
    /// One device, all the time.
    fn from(device: DeviceId) -> Self {
        Self {
            ids: vec![device.as_uuid()],
            begins: vec![DateTime::<Utc>::from_timestamp_nanos(i64::MIN)],
            ends: vec![end()],
        }
    }
}

impl From<&Self> for Devices {
    fn from(devices: &Self) -> Self {
        devices.clone()
    }
}

impl Devices {
    /// Those of a line: of each the first moment at which its readings count, and the first one after it.
    pub fn of_line(
        periods: impl IntoIterator<Item = (DeviceId, DateTime<Utc>, Option<DateTime<Utc>>)>,
    ) -> Self {
        let mut line = Self {
            ids: Vec::new(),
            begins: Vec::new(),
            ends: Vec::new(),
        };
        for (device, from, until) in periods {
            line.ids.push(device.as_uuid());
            line.begins.push(from);
            line.ends.push(until.unwrap_or_else(end));
        }
        line
    }

    /// As three arrays of the same length, for `unnest`.
    pub(super) fn values(self) -> [Value; 3] {
        [self.ids.into(), self.begins.into(), self.ends.into()]
    }
}

/// The end of PostgreSQL's useful time.
fn end() -> DateTime<Utc> {
    DateTime::from_timestamp(253_402_300_799, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
