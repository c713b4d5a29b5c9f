//! The form for rows of which the registry's memory says everything and which are new.
//!
//! Instead of asking the registry about each row it makes sure of two things in its own snapshot: that the registry is
//! still at the epoch at which it was remembered, so that nothing was deactivated, revoked or moved since, on any server;
//! and that none of the readings stands under the fixed day already. Where either is not so it stores nothing and says
//! which. A key that is there already breaks it off.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

use super::Done;
use crate::ground::ids::{HubId, ReadingId, SourceId};
use crate::history::commit::{Row, Verdict};
use crate::history::rows::{Columns, FIXED_DAY, Sparse};
use crate::registry::Epoch;

/// The statement, with or without the columns that mostly have no value at all: each array costs something in each row,
/// also an empty one. The arrays are unnested where they are selected and not in a "from", which would first write each of
/// them into a buffer of its own: a tenth of what the whole commit costs.
macro_rules! text {
    (proof: $proof:literal; reading: $names:literal, $values:literal; messages: $messages:literal) => {
        concat!(
            "
with asked as materialized (
  select coalesce((select epoch from registry_epoch) = $1, false) as same_epoch,
    exists (select from unnest($15::uuid[]) as o(owner) join lateral (
      select from reading_key where customer_id = o.owner and measured_on = date '1970-01-01' limit 1) k on true
    ) and exists (select from (select unnest($4::uuid[]) as owner, unnest($11::bytea[]) as hash) i join lateral (
      select from reading_key
      where customer_id = i.owner and measured_on = date '1970-01-01' and content_hash = i.hash limit 1) k on true
    ) as known
), keyed as (
  insert into reading_key (customer_id, measured_on, content_hash, reading_id)
  select unnest($4::uuid[]), unnest($9::date[]), unnest($11::bytea[]), unnest($2::uuid[])
  where (select same_epoch and not known from asked)
), stored as (
  insert into reading (id, received_at, customer_id, device_id, credential_id, kind, measured_at, measured_on,
    device_time_ms, content_hash, vals, quality, proof, body_sealed",
            $names,
            ")
  select unnest($2::uuid[]), unnest($3::timestamptz[]), unnest($4::uuid[]), unnest($5::uuid[]), unnest($6::uuid[]),
    unnest($7::text[]), unnest($8::timestamptz[]), unnest($9::date[]), unnest($10::bigint[]), unnest($11::bytea[]),
    unnest($12::text[])::json, unnest($13::smallint[]), ",
            $proof,
            ", unnest($14::bytea[])",
            $values,
            "
  where (select same_epoch and not known from asked)
), announced as (
  insert into outbox (circuit, customer_id, reading_ids, received_from, received_until)
  select 'forwarding', owner, ($2::uuid[])[first:last], received_from, received_until
  from (select unnest($15::uuid[]) as owner, unnest($16::int[]) as first, unnest($17::int[]) as last,
    unnest($18::timestamptz[]) as received_from, unnest($19::timestamptz[]) as received_until) i
  where (select same_epoch and not known from asked)
)",
            $messages,
            "
select same_epoch, known from asked"
        )
    };
}

/// What devices sent by themselves, with a time that can be true and little else.
const BARE: &str = text!(proof: "'device_token'"; reading: "", ""; messages: "");
const WHOLE: &str = text!(
    proof: "unnest($20::text[])";
    reading: ", hub_id, utc_offset_minutes, hub_time, sequence, user_slot, original, raw_id",
        ", unnest($21::uuid[]), unnest($22::smallint[]), unnest($23::timestamptz[]), unnest($24::bigint[]),
    unnest($25::smallint[]), unnest($26::text[])::json, unnest($27::uuid[])";
    messages: ", messages as (
  insert into raw_message (id, received_at, customer_id, hub_id, source_id, body_sealed, jwt, encoding, shared)
  select unnest($28::uuid[]), unnest($29::timestamptz[]), unnest($30::uuid[]), unnest($31::uuid[]), unnest($32::uuid[]),
    unnest($33::bytea[]), unnest($34::text[]), unnest($35::text[]), unnest($36::bool[])
  where (select same_epoch and not known from asked)
)"
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
    /// The readings in the order in which they came.
    readings: Vec<ReadingId>,
    /// In the order of the keys' index, so that two commits over the same keys cannot wait for each other.
    columns: Columns<'a>,
    /// Of each row of the columns.
    owners: Vec<Uuid>,
    announced: Announced,
    messages: Messages,
}

/// What is told to the router: of each customer the span of their readings, from one on, within the columns, and of their
/// arrival.
#[derive(Debug, Default)]
struct Announced {
    owners: Vec<Uuid>,
    first: Vec<i32>,
    last: Vec<i32>,
    received_from: Vec<DateTime<Utc>>,
    received_until: Vec<DateTime<Utc>>,
}

/// Whose each message is that a hub or a vendor's cloud sent, and who sent it.
#[derive(Debug, Default)]
struct Messages {
    owners: Vec<Uuid>,
    hubs: Sparse<Uuid>,
    sources: Sparse<Uuid>,
    /// Whether something in it is somebody else's.
    shared: Vec<bool>,
}

impl<'a> Foreseen<'a> {
    /// What the registry's memory says of these rows. None where it does not say everything, or not as of one epoch, or
    /// where a reading is among them twice.
    pub(in crate::history::commit) fn of(rows: &'a [Row]) -> Option<Self> {
        let epoch = rows.first()?.standing?.epoch();
        let mut keys = Vec::with_capacity(rows.len());
        for row in rows {
            let times = row.times();
            let standing = row.standing.filter(|standing| standing.epoch() == epoch)?;
            let owner = standing.owner(times.measured_at, times.prove_no_holder(row.quality))?;
            if times.other_day != FIXED_DAY {
                return None;
            }
            keys.push((owner.as_uuid(), times.measured_on, row.hash.as_bytes()));
        }
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_unstable_by_key(|nth| keys[*nth]);
        if order.windows(2).any(|pair| keys[pair[0]] == keys[pair[1]]) {
            return None;
        }
        let columns = Columns::in_order(rows, order.iter().copied());
        let owners: Vec<Uuid> = order.iter().map(|nth| keys[*nth].0).collect();
        Some(Self {
            epoch,
            readings: rows.iter().map(|row| row.id).collect(),
            announced: Announced::of(&columns, &owners),
            columns,
            owners,
            messages: Messages::of(rows, |nth| keys[nth].0),
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

    pub(super) async fn run(&self, system: &mut PgConnection) -> Result<Done, sqlx::Error> {
        let columns = &self.columns;
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
            .bind(columns.bodies.values())
            .bind(&self.announced.owners)
            .bind(&self.announced.first)
            .bind(&self.announced.last)
            .bind(&self.announced.received_from)
            .bind(&self.announced.received_until);
        if !is_bare {
            query = query
                .bind(&columns.proofs)
                .bind(columns.hubs.values())
                .bind(columns.offsets.values())
                .bind(columns.hub_times.values())
                .bind(columns.sequences.values())
                .bind(columns.slots.values())
                .bind(columns.originals.values())
                .bind(columns.raws.values())
                .bind(&columns.message_ids)
                .bind(&columns.message_times)
                .bind(&self.messages.owners)
                .bind(self.messages.hubs.values())
                .bind(self.messages.sources.values())
                .bind(&columns.message_bodies)
                .bind(columns.message_jwts.values())
                .bind(columns.message_encodings.values())
                .bind(&self.messages.shared);
        }
        let found = query.fetch_one(system).await?;
        Ok(match (found.try_get("same_epoch")?, found.try_get("known")?) {
            (true, false) => Done::Verdicts(self.readings.iter().copied().map(Verdict::Accepted).collect()),
            (true, true) => Done::Missed(Missed::Known),
            (false, _) => Done::Missed(Missed::Epoch),
        })
    }
}

impl Announced {
    /// Of rows that stand by their owners.
    fn of(columns: &Columns<'_>, owners: &[Uuid]) -> Self {
        let mut announced = Self::default();
        let (mut from, mut arrivals) = (0, columns.received_at.as_slice());
        for theirs in owners.chunk_by(Uuid::eq) {
            let (those, others) = arrivals.split_at(theirs.len());
            arrivals = others;
            let (Some(earliest), Some(latest)) = (those.iter().min(), those.iter().max()) else {
                continue;
            };
            let until = from + i32::try_from(theirs.len()).unwrap_or(i32::MAX);
            announced.owners.push(theirs[0]);
            announced.first.push(from + 1);
            announced.last.push(until);
            announced.received_from.push(*earliest);
            announced.received_until.push(*latest);
            from = until;
        }
        announced
    }
}

impl Messages {
    /// Rows of one message stand beside each other.
    fn of(rows: &[Row], owner: impl Fn(usize) -> Uuid) -> Self {
        let mut messages = Self::default();
        for (nth, row) in rows.iter().enumerate() {
            if row.is_own() || row.raw.body_sealed.is_none() {
                continue;
            }
            if nth > 0 && rows[nth - 1].raw.id == row.raw.id {
                if owner(nth) != owner(nth - 1)
                    && let Some(shared) = messages.shared.last_mut()
                {
                    *shared = true;
                }
                continue;
            }
            messages.owners.push(owner(nth));
            messages.hubs.push(row.hub.map(HubId::as_uuid));
            messages.sources.push(row.source.map(SourceId::as_uuid));
            messages.shared.push(row.raw.shared.is_marked());
        }
        messages
    }
}
