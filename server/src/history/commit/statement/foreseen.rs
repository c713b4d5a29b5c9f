//! The form for rows of which the registry's memory says everything and which are new.
//!
//! Instead of asking the registry about each row it makes sure of two things in its own snapshot: that the registry is
//! still at the epoch at which it was remembered, so that nothing was deactivated, revoked or moved since, on any server;
//! and that none of the readings stands under the fixed day already. Where either is not so it stores nothing and says
//! which. A key that is there already breaks it off.

use chrono::NaiveDate;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArguments, PgBindIterExt as _};
use sqlx::{Arguments as _, PgConnection, Row as _};
use uuid::Uuid;

use super::Done;
use super::arriving::{Announced, Bare, Message, Reading, Whole};
use crate::ground::ids::ReadingId;
use crate::history::commit::{Row, Verdict};
use crate::history::rows::FIXED_DAY;
use crate::registry::Epoch;

/// The statement, for readings of which little or everything is said, and with a check of the fixed day by customers or by
/// readings. Each thing that is stored comes as one array of composite values: as arrays of their columns, some twenty of
/// them, they cost a third of a small commit before its first row.
macro_rules! text {
    (reading: $reading:literal, $names:literal, $values:literal; known: $known:expr; messages: $messages:literal) => {
        concat!(
            "
with asked as materialized (
  select coalesce((select epoch from registry_epoch) = $1, false) as same_epoch, exists (",
            $known,
            ") as known
), keyed as (
  insert into reading_key (customer_id, measured_on, content_hash, reading_id)
  select customer_id, measured_on, content_hash, id from unnest($2::",
            $reading,
            "[])
  where (select same_epoch and not known from asked)
), stored as (
  insert into reading (id, received_at, customer_id, device_id, credential_id, kind, measured_at, measured_on,
    device_time_ms, content_hash, vals, quality, body_sealed, proof",
            $names,
            ")
  select id, received_at, customer_id, device_id, credential_id, kind, measured_at, measured_on,
    device_time_ms, content_hash, vals, quality, body_sealed, ",
            $values,
            " from unnest($2::",
            $reading,
            "[])
  where (select same_epoch and not known from asked)
), announced as (
  insert into outbox (circuit, customer_id, reading_ids, received_from, received_until)
  select 'forwarding', customer_id, reading_ids, received_from, received_until
  from unnest($4::announced_readings[])
  where (select same_epoch and not known from asked)
)",
            $messages,
            "
select same_epoch, known from asked"
        )
    };
}

/// Whether anything of these customers stands under the fixed day.
macro_rules! by_customers {
    () => {
        "select from reading_key where customer_id = any($3::uuid[]) and measured_on = date '1970-01-01'"
    };
}

/// Whether one of the readings does.
macro_rules! by_readings {
    ($reading:literal) => {
        concat!(
            "select from unnest($2::",
            $reading,
            "[]) i join lateral (select from reading_key where customer_id = i.customer_id
      and measured_on = date '1970-01-01' and content_hash = i.content_hash limit 1) k on true"
        )
    };
}

/// What devices sent by themselves, with a time that can be true and little else.
macro_rules! bare {
    ($known:expr) => {
        text!(reading: "arriving_reading", "", "'device_token'"; known: $known; messages: "")
    };
}

macro_rules! whole {
    ($known:expr) => {
        text!(
            reading: "arriving_reading_whole",
                ", hub_id, utc_offset_minutes, hub_time, sequence, user_slot, original, raw_id",
                "proof, hub_id, utc_offset_minutes, hub_time, sequence, user_slot, original, raw_id";
            known: $known;
            messages: ", messages as (
  insert into raw_message (id, received_at, customer_id, hub_id, source_id, body_sealed, jwt, encoding, shared)
  select id, received_at, customer_id, hub_id, source_id, body_sealed, jwt, encoding, shared
  from unnest($5::arriving_message[])
  where (select same_epoch and not known from asked)
)"
        )
    };
}

const BARE: [&str; 2] = [bare!(by_customers!()), bare!(by_readings!("arriving_reading"))];
const WHOLE: [&str; 2] = [
    whole!(by_customers!()),
    whole!(by_readings!("arriving_reading_whole")),
];

/// Those of some customers of whom anything stands under the fixed day.
const UNDATED: &str = "select o from unnest($1::uuid[]) as o join lateral (
  select from reading_key where customer_id = o and measured_on = date '1970-01-01' limit 1) k on true";

/// How it is made sure that no reading stands under the fixed day already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::history::commit) enum Check {
    /// None of their customers' does. That costs little, and is so of most customers.
    Customers,
    /// None of them does.
    Readings,
}

/// Why nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::history::commit) enum Missed {
    /// The registry has changed.
    Epoch,
    /// A reading arrived before.
    Known,
    /// Of these customers something stands under the fixed day; it may be one of the readings.
    Undated(Vec<Uuid>),
}

/// What is foreseen of some rows.
#[derive(Debug)]
pub(in crate::history::commit) struct Foreseen<'a> {
    epoch: Epoch,
    /// The rows' ids, in the order in which they came.
    ids: Vec<ReadingId>,
    /// In the order of the keys' index, so that two commits over the same keys cannot wait for each other.
    readings: Vec<Reading<'a>>,
    announced: Vec<Announced>,
    messages: Vec<Message<'a>>,
}

impl<'a> Foreseen<'a> {
    /// What the registry's memory says of these rows. None where it does not say everything, or not as of one epoch, or
    /// where a reading is among them twice.
    pub(in crate::history::commit) fn of(rows: &'a [Row]) -> Option<Self> {
        let epoch = rows.first()?.standing?.epoch();
        let mut readings = Vec::with_capacity(rows.len());
        for row in rows {
            let times = row.times();
            let standing = row.standing.filter(|standing| standing.epoch() == epoch)?;
            let owner = standing.owner(times.measured_at, times.prove_no_holder(row.quality))?;
            if times.other_day != FIXED_DAY {
                return None;
            }
            let owner = owner.as_uuid();
            readings.push(Reading { row, times, owner });
        }
        let messages = messages(&readings);
        readings.sort_unstable_by_key(key);
        if readings.windows(2).any(|pair| key(&pair[0]) == key(&pair[1])) {
            return None;
        }
        Some(Self {
            epoch,
            ids: rows.iter().map(|row| row.id).collect(),
            announced: announced(&readings),
            readings,
            messages,
        })
    }

    /// The state of the registry for which this holds.
    pub(in crate::history::commit) fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Whose readings they are.
    pub(in crate::history::commit) fn owners(&self) -> impl Iterator<Item = Uuid> {
        self.announced.iter().map(|announced| announced.owner)
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

    pub(super) async fn run(&self, system: &mut PgConnection, check: Check) -> Result<Done, sqlx::Error> {
        let is_bare = self.messages.is_empty() && self.readings.iter().all(Reading::is_bare);
        let texts = if is_bare { BARE } else { WHOLE };
        let text = texts[usize::from(check == Check::Readings)];
        let arguments = self.arguments(is_bare).map_err(sqlx::Error::Encode)?;
        let query = sqlx::query_with(text, arguments);
        let found = query.fetch_one(&mut *system).await?;
        Ok(match (found.try_get("same_epoch")?, found.try_get("known")?) {
            (true, false) => Done::Verdicts(self.ids.iter().copied().map(Verdict::Accepted).collect()),
            (true, true) if check == Check::Customers => Done::Missed(self.undated(system).await?),
            (true, true) => Done::Missed(Missed::Known),
            (false, _) => Done::Missed(Missed::Epoch),
        })
    }

    /// In one piece of memory that has room for all of it: a batch's is half a megabyte, and would be moved each time it doubles.
    fn arguments(&self, is_bare: bool) -> Result<PgArguments, BoxDynError> {
        let mut arguments = PgArguments::default();
        let readings: usize = self.readings.iter().map(Reading::most_bytes).sum();
        let messages: usize = self.messages.iter().map(Message::most_bytes).sum();
        let announced: usize = self.announced.iter().map(Announced::most_bytes).sum();
        arguments.reserve(5, readings + messages + announced);
        arguments.add(self.epoch.as_i64())?;
        if is_bare {
            arguments.add(self.readings.iter().map(Bare).bind_iter())?;
        } else {
            arguments.add(self.readings.iter().map(Whole).bind_iter())?;
        }
        arguments.add(self.owners().bind_iter())?;
        arguments.add(self.announced.iter().bind_iter())?;
        if !is_bare {
            arguments.add(self.messages.iter().bind_iter())?;
        }
        Ok(arguments)
    }

    /// For whom the readings have to be looked up.
    async fn undated(&self, system: &mut PgConnection) -> Result<Missed, sqlx::Error> {
        let owners: Vec<Uuid> = sqlx::query_scalar(UNDATED)
            .bind(self.owners().bind_iter())
            .fetch_all(system)
            .await?;
        // None, where the fixed day was emptied meanwhile: the careful form knows what to do.
        Ok(if owners.is_empty() {
            Missed::Known
        } else {
            Missed::Undated(owners)
        })
    }
}

/// Where a reading's key stands in its index.
fn key<'a>(reading: &Reading<'a>) -> (Uuid, NaiveDate, &'a [u8]) {
    let row: &'a Row = reading.row;
    (reading.owner, reading.times.measured_on, row.hash.as_bytes())
}

/// What is told to the router, of readings that stand by their owners.
fn announced(readings: &[Reading<'_>]) -> Vec<Announced> {
    let of_one = |theirs: &[Reading<'_>]| {
        let arrivals = || theirs.iter().map(|reading| reading.row.raw.received_at);
        Some(Announced {
            owner: theirs.first()?.owner,
            readings: theirs.iter().map(|reading| reading.row.id.as_uuid()).collect(),
            received_from: arrivals().min()?,
            received_until: arrivals().max()?,
        })
    };
    let by_owner = readings.chunk_by(|one, other| one.owner == other.owner);
    by_owner.filter_map(of_one).collect()
}

/// The messages that hubs and vendors' clouds sent, of readings in the order in which they came: those of one message stand
/// beside each other.
fn messages<'a>(readings: &[Reading<'a>]) -> Vec<Message<'a>> {
    let mut messages: Vec<Message<'a>> = Vec::new();
    for (nth, reading) in readings.iter().enumerate() {
        let row = reading.row;
        let Some(body) = row.raw.body_sealed.as_deref().filter(|_| !row.is_own()) else {
            continue;
        };
        if nth > 0 && readings[nth - 1].row.raw.id == row.raw.id {
            if readings[nth - 1].owner != reading.owner
                && let Some(message) = messages.last_mut()
            {
                message.shared = true;
            }
            continue;
        }
        messages.push(Message {
            raw: &row.raw,
            body,
            owner: reading.owner,
            hub: row.hub,
            source: row.source,
            shared: row.raw.shared.is_marked(),
        });
    }
    messages
}
