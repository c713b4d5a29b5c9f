//! Rows as arrays, one of each column, for the form that asks about every row.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::ground::enums::Encoding;
use crate::ground::ids::{HubId, SourceId};
use crate::history::rows::{FIXED_DAY, Row};

/// The statement's arguments, column by column. A column that has no value at all stays empty: the statement fills up
/// the shorter ones with null.
#[derive(Debug, Default)]
pub(in crate::history::commit) struct Columns<'a> {
    pub(super) ids: Vec<Uuid>,
    pub(super) devices: Vec<Uuid>,
    pub(super) hubs: Sparse<Uuid>,
    pub(super) sources: Sparse<Uuid>,
    pub(super) credentials: Vec<Uuid>,
    pub(super) kinds: Vec<&'static str>,
    pub(super) measured_at: Vec<DateTime<Utc>>,
    pub(super) measured_on: Vec<NaiveDate>,
    pub(super) other_days: Vec<NaiveDate>,
    pub(super) suspect: Vec<bool>,
    pub(super) received_at: Vec<DateTime<Utc>>,
    pub(super) device_times: Sparse<i64>,
    pub(super) offsets: Sparse<i16>,
    pub(super) hub_times: Sparse<DateTime<Utc>>,
    pub(super) sequences: Sparse<i64>,
    pub(super) slots: Sparse<i16>,
    pub(super) hashes: Vec<&'a [u8]>,
    pub(super) values: Vec<&'a str>,
    pub(super) originals: Sparse<&'a str>,
    pub(super) qualities: Vec<i16>,
    pub(super) proofs: Vec<&'static str>,
    /// The messages of devices that sent them by themselves.
    pub(super) bodies: Sparse<&'a [u8]>,
    /// The ids of all others.
    pub(super) raws: Sparse<Uuid>,
    pub(super) message_ids: Vec<Uuid>,
    pub(super) message_times: Vec<DateTime<Utc>>,
    pub(super) message_bodies: Vec<&'a [u8]>,
    pub(super) message_jwts: Sparse<&'a str>,
    pub(super) message_encodings: Sparse<&'static str>,
    pub(super) message_shared: Vec<bool>,
}

/// A column whose values are mostly missing.
#[derive(Debug)]
pub(super) struct Sparse<T> {
    values: Vec<Option<T>>,
    rows: usize,
}

impl<T> Default for Sparse<T> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            rows: 0,
        }
    }
}

impl<T> Sparse<T> {
    fn push(&mut self, value: Option<T>) {
        if let Some(value) = value {
            self.values.resize_with(self.rows, || None);
            self.values.push(Some(value));
        }
        self.rows += 1;
    }

    /// Up to the last value that there is.
    pub(super) fn values(&self) -> &[Option<T>] {
        &self.values
    }
}

impl<'a> Columns<'a> {
    /// In the order in which they came.
    pub(in crate::history::commit) fn of(rows: &'a [Row]) -> Self {
        let mut columns = Self::default();
        for row in rows {
            columns.push(row);
            columns.push_message(row);
        }
        columns
    }

    /// Whether some row's time lies so far away that an earlier arrival's day is not the fixed one.
    pub(super) fn has_far_times(&self) -> bool {
        self.other_days.iter().any(|day| *day != FIXED_DAY)
    }

    fn push(&mut self, row: &'a Row) {
        let times = row.times();
        self.ids.push(row.id.as_uuid());
        self.devices.push(row.device.as_uuid());
        self.hubs.push(row.hub.map(HubId::as_uuid));
        self.sources.push(row.source.map(SourceId::as_uuid));
        self.credentials.push(row.credential.as_uuid());
        self.kinds.push(row.kind.as_str());
        self.measured_at.push(times.measured_at);
        self.measured_on.push(times.measured_on);
        self.other_days.push(times.other_day);
        self.suspect.push(times.prove_no_holder(row.quality));
        self.received_at.push(row.raw.received_at);
        self.device_times.push(row.device_time_ms);
        self.offsets.push(row.utc_offset_minutes);
        self.hub_times.push(row.hub_time);
        self.sequences.push(row.sequence);
        self.slots.push(row.user_slot);
        self.hashes.push(row.hash.as_bytes());
        self.values.push(&row.values);
        self.originals.push(row.original.as_deref());
        self.qualities.push(row.quality(times).to_bits());
        self.proofs.push(row.proof.as_str());
        let own = row.own_body();
        self.bodies.push(own);
        self.raws.push(own.is_none().then_some(row.raw.id.as_uuid()));
    }

    /// Rows of one message stand beside each other.
    fn push_message(&mut self, row: &'a Row) {
        if let Some(body) = &row.raw.body_sealed
            && !row.is_own()
            && self.message_ids.last() != Some(&row.raw.id.as_uuid())
        {
            self.message_ids.push(row.raw.id.as_uuid());
            self.message_times.push(row.raw.received_at);
            self.message_bodies.push(body);
            self.message_jwts.push(row.raw.jwt.as_deref());
            self.message_encodings
                .push(row.raw.encoding.map(Encoding::as_str));
            self.message_shared.push(row.raw.shared.may_be());
        }
    }
}
