//! The form for rows of which the registry's memory says everything and which are new.
//!
//! Instead of asking the registry about each row it makes sure of two things in its own snapshot: that the registry is
//! still at the epoch at which it was remembered, so that nothing was deactivated, revoked or moved since, on any server;
//! and that none of the readings stands under the fixed day already. Where either is not so it stores nothing and says
//! which. A key that is there already breaks it off.

use chrono::NaiveDate;
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

use super::Done;
use crate::ground::ids::{CustomerId, DeviceId, HubId, ReadingId, SourceId};
use crate::history::commit::{Row, Verdict};
use crate::history::rows::{Columns, Sparse};
use crate::registry::Epoch;

/// The statement, with or without the columns that mostly have no value at all: each array costs something in each row,
/// also an empty one.
macro_rules! text {
    (reading: $names:literal, $values:literal, $arrays:literal; message: $columns:literal, $more:literal) => {
        concat!(
            "
with asked as materialized (
  select coalesce((select epoch from registry_epoch) = $1, false) as same_epoch,
    exists (select from unnest($16::uuid[], $18::bytea[]) as i(owner, hash) join lateral (
      select from reading_key
      where customer_id = i.owner and measured_on = date '1970-01-01' and content_hash = i.hash limit 1) k on true
    ) as known
), keyed as (
  insert into reading_key (customer_id, measured_on, content_hash, reading_id)
  select * from unnest($16::uuid[], $17::date[], $18::bytea[], $19::uuid[])
  where (select same_epoch and not known from asked)
), stored as (
  insert into reading (id, received_at, customer_id, device_id, credential_id, kind, measured_at, measured_on,
    device_time_ms, content_hash, vals, quality, proof, raw_id",
            $names,
            ")
  select id, received_at, owner, device_id, credential_id, kind, measured_at, measured_on, device_time_ms, content_hash,
    vals::jsonb, quality, proof, raw_id",
            $values,
            "
  from unnest($2::uuid[], $3::timestamptz[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::timestamptz[],
    $9::date[], $10::bigint[], $11::bytea[], $12::text[], $13::smallint[], $14::text[], $15::uuid[]",
            $arrays,
            ") as i(id, received_at, owner, device_id, credential_id, kind, measured_at, measured_on, device_time_ms,
    content_hash, vals, quality, proof, raw_id",
            $names,
            ")
  where (select same_epoch and not known from asked)
), messages as (
  insert into raw_message (id, received_at, customer_id, device_id, body_sealed",
            $columns,
            ")
  select * from unnest($20::uuid[], $21::timestamptz[], $22::uuid[], $23::uuid[], $24::bytea[]",
            $more,
            ")
  where (select same_epoch and not known from asked)
), announced as (
  insert into outbox (circuit, customer_id, reading_ids, received_from, received_until)
  select 'forwarding', owner, array_agg(id order by ord), min(received_at), max(received_at)
  from unnest($4::uuid[], $2::uuid[], $3::timestamptz[]) with ordinality as i(owner, id, received_at, ord)
  where (select same_epoch and not known from asked)
  group by owner
)
select same_epoch, known from asked"
        )
    };
}

const BARE: &str = text!(reading: "", "", ""; message: "", "");
const WHOLE: &str = text!(
    reading: ", hub_id, utc_offset_minutes, hub_time, sequence, user_slot, original",
        ", hub_id, utc_offset_minutes, hub_time, sequence, user_slot, original::jsonb",
        ", $25::uuid[], $26::smallint[], $27::timestamptz[], $28::bigint[], $29::smallint[], $30::text[]";
    message: ", hub_id, jwt, source_id, encoding, shared", ", $31::uuid[], $32::text[], $33::uuid[], $34::text[], $35::bool[]"
);

/// Why nothing was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::history::commit) enum Missed {
    /// The registry has changed.
    Epoch,
    /// A reading arrived before.
    Known,
}

/// What is foreseen of some rows, and the columns that follow from it.
#[derive(Debug)]
pub(in crate::history::commit) struct Foreseen<'a> {
    epoch: Epoch,
    /// Of each row.
    owners: Vec<Uuid>,
    keys: Keys<'a>,
    messages: Messages,
}

/// In the order of the index, so that two commits over the same keys cannot wait for each other.
#[derive(Debug)]
struct Keys<'a> {
    owners: Vec<Uuid>,
    days: Vec<NaiveDate>,
    hashes: Vec<&'a [u8]>,
    readings: Vec<Uuid>,
}

/// Whose each message is and who sent it.
#[derive(Debug, Default)]
struct Messages {
    owners: Vec<Uuid>,
    devices: Sparse<Uuid>,
    hubs: Sparse<Uuid>,
    sources: Sparse<Uuid>,
    /// What came from a hub or a vendor's cloud is its owner's alone, or is not; of a device's own message that is no question.
    shared: Vec<Option<bool>>,
}

impl<'a> Foreseen<'a> {
    /// What the registry's memory says of these rows. None where it does not say everything, or not as of one epoch, or
    /// where a reading is among them twice.
    pub(in crate::history::commit) fn of(rows: &[Row], columns: &Columns<'a>) -> Option<Self> {
        if columns.has_far_times() {
            return None;
        }
        let epoch = rows.first()?.standing?.epoch();
        let mut owners = Vec::with_capacity(rows.len());
        for (nth, row) in rows.iter().enumerate() {
            let standing = row.standing.filter(|standing| standing.epoch() == epoch)?;
            let owner = standing.owner(columns.measured_at[nth], columns.suspect[nth])?;
            owners.push(CustomerId::as_uuid(owner));
        }
        Some(Self {
            epoch,
            keys: Keys::of(columns, &owners)?,
            messages: Messages::of(rows, &owners),
            owners,
        })
    }

    /// The state of the registry for which this holds.
    pub(in crate::history::commit) fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Whether the statement broke off because a reading arrived before.
    pub(in crate::history::commit) fn broke_off_at_a_key(error: &sqlx::Error) -> bool {
        let database = error.as_database_error();
        database.is_some_and(|error| {
            error.is_unique_violation()
                && error
                    .table()
                    .is_some_and(|table| table.starts_with("reading_key"))
        })
    }

    pub(super) async fn run(
        &self,
        system: &mut PgConnection,
        columns: &Columns<'_>,
    ) -> Result<Done, sqlx::Error> {
        let is_bare = columns.is_bare();
        let mut query = sqlx::query(if is_bare { BARE } else { WHOLE })
            .bind(self.epoch.as_i64())
            .bind(&columns.ids)
            .bind(&columns.received_at)
            .bind(&self.owners)
            .bind(&columns.devices)
            .bind(&columns.credentials)
            .bind(&columns.kinds)
            .bind(&columns.measured_at)
            .bind(&columns.measured_on)
            .bind(columns.device_times.values())
            .bind(&columns.hashes)
            .bind(&columns.values)
            .bind(&columns.qualities)
            .bind(&columns.proofs)
            .bind(&columns.raws)
            .bind(&self.keys.owners)
            .bind(&self.keys.days)
            .bind(&self.keys.hashes)
            .bind(&self.keys.readings)
            .bind(&columns.message_ids)
            .bind(&columns.message_times)
            .bind(&self.messages.owners)
            .bind(self.messages.devices.values())
            .bind(&columns.message_bodies);
        if !is_bare {
            query = query
                .bind(columns.hubs.values())
                .bind(columns.offsets.values())
                .bind(columns.hub_times.values())
                .bind(columns.sequences.values())
                .bind(columns.slots.values())
                .bind(columns.originals.values())
                .bind(self.messages.hubs.values())
                .bind(columns.message_jwts.values())
                .bind(self.messages.sources.values())
                .bind(columns.message_encodings.values())
                .bind(&self.messages.shared);
        }
        let found = query.fetch_one(system).await?;
        Ok(match (found.try_get("same_epoch")?, found.try_get("known")?) {
            (true, false) => {
                let accepted = |id: &Uuid| Verdict::Accepted(ReadingId::from(*id));
                Done::Verdicts(columns.ids.iter().map(accepted).collect())
            }
            (true, true) => Done::Missed(Missed::Known),
            (false, _) => Done::Missed(Missed::Epoch),
        })
    }
}

impl<'a> Keys<'a> {
    fn of(columns: &Columns<'a>, owners: &[Uuid]) -> Option<Self> {
        let key = |nth: &usize| (owners[*nth], columns.measured_on[*nth], columns.hashes[*nth]);
        let mut order: Vec<usize> = (0..owners.len()).collect();
        order.sort_unstable_by_key(key);
        if order.windows(2).any(|pair| key(&pair[0]) == key(&pair[1])) {
            return None;
        }
        Some(Self {
            owners: order.iter().map(|nth| owners[*nth]).collect(),
            days: order.iter().map(|nth| columns.measured_on[*nth]).collect(),
            hashes: order.iter().map(|nth| columns.hashes[*nth]).collect(),
            readings: order.iter().map(|nth| columns.ids[*nth]).collect(),
        })
    }
}

impl Messages {
    /// Rows of one message stand beside each other.
    fn of(rows: &[Row], owners: &[Uuid]) -> Self {
        let mut messages = Self::default();
        for (nth, row) in rows.iter().enumerate() {
            if row.raw.body_sealed.is_none() {
                continue;
            }
            if nth > 0 && rows[nth - 1].raw.id == row.raw.id {
                if owners[nth] != owners[nth - 1]
                    && let Some(shared) = messages.shared.last_mut()
                {
                    *shared = Some(true);
                }
                continue;
            }
            messages.owners.push(owners[nth]);
            let is_own = row.hub.is_none() && row.source.is_none();
            let device = is_own.then_some(row.device);
            messages.devices.push(device.map(DeviceId::as_uuid));
            messages.hubs.push(row.hub.map(HubId::as_uuid));
            messages.sources.push(row.source.map(SourceId::as_uuid));
            messages
                .shared
                .push((!is_own).then(|| row.raw.shared.is_marked()));
        }
        messages
    }
}
