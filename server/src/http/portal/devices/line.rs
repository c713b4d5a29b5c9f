//! The devices that went on with each other's readings at a customer: one line on the page of each of them.

use chrono_tz::Tz;
use web_templates::{Note, ReadingRow};

use crate::ground::ids::DeviceId;
use crate::history::store::line::Devices;
use crate::history::store::page::Shown;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::registry::moves::{self, LinePeriod};
use crate::tenancy::CustomerScope;

/// The line that a device is in.
pub(super) struct Line {
    /// Newest first; empty where the device took nobody's place, and nobody its.
    periods: Vec<LinePeriod>,
    /// Whose readings it shows, and of which time.
    pub(super) devices: Devices,
}

/// The line of a device that the scope sees.
pub(super) async fn of(state: &State, scope: &CustomerScope, id: DeviceId) -> Result<Line, PageError> {
    let periods = moves::line(state.database(), scope, id).await?;
    if periods.iter().all(|period| period.device == id) {
        return Ok(Line {
            periods: Vec::new(),
            devices: id.into(),
        });
    }
    // A device whose place another took may have measured with a clock that ran ahead: what it sent is shown.
    let times = periods
        .iter()
        .map(|period| (period.device, period.from, period.held_until));
    Ok(Line {
        devices: Devices::of_line(times),
        periods,
    })
}

impl Line {
    /// Where one device ended and the next began, a sentence each, the newest first.
    pub(super) fn sentences(&self, zone: Tz) -> Vec<String> {
        let taken = self.periods.iter().filter_map(|period| {
            let before = self.serial(period.replaces?)?;
            let at = period.from.with_timezone(&zone).format("%b %-d, %Y, %H:%M");
            let why = period
                .note
                .as_ref()
                .map_or_else(String::new, |why| format!(" ({why})"));
            Some(format!(
                "On {at} {} {} took the place of {before}{why}. What both measured is one line here.",
                period.model, period.serial
            ))
        });
        taken.collect()
    }

    /// Says on the rows, newest first, which reading is the first one of the next device.
    pub(super) fn mark(&self, shown: &[Shown], rows: &mut [ReadingRow]) {
        let pairs = shown.iter().zip(shown.iter().skip(1));
        for ((newer, older), row) in pairs.zip(rows) {
            if newer.device == older.device {
                continue;
            }
            if let (Some(next), Some(before)) = (self.serial(newer.device), self.serial(older.device)) {
                row.notes.push(Note {
                    text: format!("from here on {next}, before it {before}"),
                    warn: false,
                });
            }
        }
    }

    /// What a device of the line is called: maker and model, and its serial. None where the device is in no line.
    pub(super) fn named(&self, device: DeviceId) -> Option<(String, &str)> {
        let period = self.periods.iter().find(|period| period.device == device)?;
        Some((format!("{} {}", period.maker, period.model), &period.serial))
    }

    fn serial(&self, device: DeviceId) -> Option<&str> {
        let period = self.periods.iter().find(|period| period.device == device);
        period.map(|period| period.serial.as_str())
    }
}
