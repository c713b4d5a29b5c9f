//! The SQL of the archive: a day is read as a stream, on a connection of its own that has the time for it.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::{Stream, StreamExt as _};
use sea_orm::{ConnectionTrait as _, DatabaseBackend, DbErr, Statement};
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{Connection as _, FromRow, PgConnection, PgPool, Row as _};
use uuid::Uuid;
use vitals::{Kind, Quality};

use super::Manifest;
use crate::ground::ids::CustomerId;
use crate::ground::swallow::swallow;
use crate::history::observation::Observed;
use crate::history::retention::end_of;
use crate::tenancy::{CustomerScope, Database, Tx};

/// How long reading one customer's day may take.
const PATIENCE: Duration = Duration::from_hours(2);
/// Days that are listed.
const MOST_DAYS: i64 = 1_000;

fn begin_of(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc()
}

/// Notes that the day lies in the archive and was read back; the first who says so is believed.
pub(super) async fn system_note(
    pool: &PgPool,
    manifest: &Manifest,
    place: &Place,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    sqlx::query(
        "insert into archive_day (customer_id, day, observations, raw_messages, bytes, manifest_hash, verified_at, manifest)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (customer_id, day) do nothing",
    )
    .bind(manifest.customer)
    .bind(manifest.day)
    .bind(number(manifest.observations))
    .bind(number(manifest.raw_messages))
    .bind(number(manifest.parts.iter().map(|part| part.bytes).sum()))
    .bind(&place.hash)
    .bind(now)
    .bind(&place.name)
    .execute(pool)
    .await
    .map(drop)
}

/// Where a day's manifest lies and what it hashes to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) name: String,
    pub(super) hash: Vec<u8>,
}

/// Where the manifest of a day lies that was noted.
pub(super) async fn system_noted(
    pool: &PgPool,
    customer: CustomerId,
    day: NaiveDate,
) -> Result<Option<Place>, sqlx::Error> {
    let row =
        sqlx::query("select manifest, manifest_hash from archive_day where customer_id = $1 and day = $2")
            .bind(customer)
            .bind(day)
            .fetch_optional(pool)
            .await?;
    row.map(|row| {
        Ok(Place {
            name: row.try_get("manifest")?,
            hash: row.try_get("manifest_hash")?,
        })
    })
    .transpose()
}

/// A reading on its way into the archive. Patient data, so it has no `Debug`.
pub(super) struct ReadingLine {
    pub(super) received_at: DateTime<Utc>,
    pub(super) raw_id: Uuid,
    pub(super) hub_id: Option<Uuid>,
    pub(super) content_hash: Vec<u8>,
    pub(super) proof: String,
    pub(super) id: Uuid,
    device_id: Uuid,
    maker: String,
    serial: String,
    model: String,
    kind: Kind,
    measured_at: DateTime<Utc>,
    device_time_ms: Option<i64>,
    utc_offset_minutes: Option<i16>,
    sequence: Option<i64>,
    user_slot: Option<i16>,
    vals: Value,
    original: Option<Value>,
    quality: Quality,
    entered_in_error: bool,
}

impl ReadingLine {
    pub(super) fn observed(&self) -> Observed<'_> {
        Observed {
            id: self.id.into(),
            device: self.device_id.into(),
            maker: &self.maker,
            serial: &self.serial,
            model: &self.model,
            kind: self.kind,
            measured_at: self.measured_at,
            device_time_ms: self.device_time_ms,
            utc_offset_minutes: self.utc_offset_minutes,
            sequence: self.sequence,
            user_slot: self.user_slot,
            values: &self.vals,
            original: self.original.as_ref(),
            quality: self.quality,
            entered_in_error: self.entered_in_error,
        }
    }
}

fn unknown(column: &'static str) -> sqlx::Error {
    sqlx::Error::Decode(format!("reading.{column}: written by a version that this one does not know").into())
}

impl FromRow<'_, PgRow> for ReadingLine {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let kind: &str = row.try_get("kind")?;
        Ok(Self {
            received_at: row.try_get("received_at")?,
            raw_id: row.try_get("message_id")?,
            hub_id: row.try_get("hub_id")?,
            content_hash: row.try_get("content_hash")?,
            proof: row.try_get("proof")?,
            id: row.try_get("id")?,
            device_id: row.try_get("device_id")?,
            maker: row.try_get("maker")?,
            serial: row.try_get("serial")?,
            model: row.try_get("model")?,
            kind: kind.parse().map_err(|_| unknown("kind"))?,
            measured_at: row.try_get("measured_at")?,
            device_time_ms: row.try_get("device_time_ms")?,
            utc_offset_minutes: row.try_get("utc_offset_minutes")?,
            sequence: row.try_get("sequence")?,
            user_slot: row.try_get("user_slot")?,
            vals: row.try_get("vals")?,
            original: row.try_get("original")?,
            quality: Quality::from_bits(row.try_get("quality")?).ok_or_else(|| unknown("quality"))?,
            entered_in_error: row.try_get::<&str, _>("status")? == "entered_in_error",
        })
    }
}

/// A message on its way into the archive.
pub(super) struct RawLine {
    pub(super) id: Uuid,
    /// A device sent it by itself, and it lies in its reading's row.
    pub(super) is_with_reading: bool,
    pub(super) received_at: DateTime<Utc>,
    pub(super) device_id: Option<Uuid>,
    pub(super) hub_id: Option<Uuid>,
    pub(super) source_id: Option<Uuid>,
    /// None: something in it is not the customer's, or may not be.
    pub(super) body_sealed: Option<Vec<u8>>,
    pub(super) jwt: Option<String>,
    pub(super) encoding: Option<String>,
}

impl FromRow<'_, PgRow> for RawLine {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            is_with_reading: row.try_get("is_with_reading")?,
            received_at: row.try_get("received_at")?,
            device_id: row.try_get("device_id")?,
            hub_id: row.try_get("hub_id")?,
            source_id: row.try_get("source_id")?,
            body_sealed: row.try_get("body_sealed")?,
            jwt: row.try_get("jwt")?,
            encoding: row.try_get("encoding")?,
        })
    }
}

/// Reads a customer's day.
pub(super) struct Reader(PgConnection);

impl Reader {
    pub(super) async fn open(database: &Database) -> Result<Self, sqlx::Error> {
        Ok(Self(database.system_reader(PATIENCE).await?))
    }

    pub(super) async fn close(self) {
        swallow(self.0.close().await, "the database notices the end by itself");
    }

    /// Customers whose day was noted.
    pub(super) async fn noted(&mut self, day: NaiveDate) -> Result<Vec<CustomerId>, sqlx::Error> {
        sqlx::query_scalar("select customer_id from archive_day where day = $1")
            .bind(day)
            .fetch_all(&mut self.0)
            .await
    }

    /// Customers who want this day archived, of whom something arrived on it, and of whom it is not archived yet. One pass
    /// over the day's readings and one over its messages.
    pub(super) async fn wanting(&mut self, day: NaiveDate) -> Result<Vec<CustomerId>, sqlx::Error> {
        sqlx::query_scalar(
            "select c.id from customer c
             where c.archive
               and not exists (select from archive_day a where a.customer_id = c.id and a.day = $1)
               and (c.id in (select customer_id from reading where received_at >= $2 and received_at < $3)
                 or c.id in (select customer_id from raw_message
                   where received_at >= $2 and received_at < $3 and customer_id is not null))
             order by c.id",
        )
        .bind(day)
        .bind(begin_of(day))
        .bind(end_of(day))
        .fetch_all(&mut self.0)
        .await
    }

    /// The day's readings, in no order, one after the other; of one that this version cannot read, its id.
    pub(super) fn readings(
        &mut self,
        customer: CustomerId,
        day: NaiveDate,
    ) -> impl Stream<Item = Result<Result<ReadingLine, Uuid>, sqlx::Error>> {
        sqlx::query(
            "select r.*, coalesce(r.raw_id, r.id) as message_id, d.maker, d.serial, m.name as model
             from reading r join device d on d.id = r.device_id join device_model m on m.id = d.model_id
             where r.customer_id = $1 and r.received_at >= $2 and r.received_at < $3",
        )
        .bind(customer)
        .bind(begin_of(day))
        .bind(end_of(day))
        .fetch(&mut self.0)
        .map(|row| {
            let row = row?;
            let id: Uuid = row.try_get("id")?;
            Ok(ReadingLine::from_row(&row).map_err(|_| id))
        })
    }

    /// The day's messages, in no order, one after the other: first those that devices sent by themselves, which are kept with
    /// their readings.
    pub(super) fn messages(
        &mut self,
        customer: CustomerId,
        day: NaiveDate,
    ) -> impl Stream<Item = Result<RawLine, sqlx::Error>> {
        sqlx::query_as(
            "select id, true as is_with_reading, received_at, device_id, null::uuid as hub_id, null::uuid as source_id,
               null as jwt, null as encoding, body_sealed
             from reading
             where customer_id = $1 and received_at >= $2 and received_at < $3 and body_sealed is not null
             union all
             select id, false, received_at, device_id, hub_id, source_id, jwt, encoding,
               case when not coalesce(shared, hub_id is not null or source_id is not null) then body_sealed end as body_sealed
             from raw_message where customer_id = $1 and received_at >= $2 and received_at < $3",
        )
        .bind(customer)
        .bind(begin_of(day))
        .bind(end_of(day))
        .fetch(&mut self.0)
    }

    /// These rows of the day as they are stored.
    pub(super) async fn as_stored(
        &mut self,
        table: Stored,
        ids: &[Uuid],
        day: NaiveDate,
    ) -> Result<Vec<Value>, sqlx::Error> {
        let text = match table {
            Stored::Reading => {
                "select to_jsonb(t) from reading t where id = any ($1) and received_at >= $2 and received_at < $3"
            }
            Stored::RawMessage => {
                "select to_jsonb(t) from raw_message t where id = any ($1) and received_at >= $2 and received_at < $3"
            }
        };
        sqlx::query_scalar(text)
            .bind(ids.to_vec())
            .bind(begin_of(day))
            .bind(end_of(day))
            .fetch_all(&mut self.0)
            .await
    }
}

/// A table of which rows are archived as they are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    Reading,
    RawMessage,
}

impl Stored {
    /// The table's name.
    pub(super) const fn table(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::RawMessage => "raw_message",
        }
    }
}

/// A day that lies in the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedDay {
    /// The UTC day of arrival.
    pub day: NaiveDate,
    /// Readings.
    pub observations: i64,
    /// Messages.
    pub raw_messages: i64,
    /// Bytes, packed and sealed.
    pub bytes: i64,
    /// When it was read back.
    pub verified_at: DateTime<Utc>,
}

/// The customer's days in the archive, the newest first, before the one given; at most so many.
pub async fn days(
    tx: &Tx<CustomerScope>,
    before: Option<NaiveDate>,
    limit: i64,
) -> Result<Vec<ArchivedDay>, DbErr> {
    let statement = Statement::from_sql_and_values(
        DatabaseBackend::Postgres,
        "select day, observations, raw_messages, bytes, verified_at from archive_day
         where $1::date is null or day < $1 order by day desc limit $2",
        [before.into(), limit.min(MOST_DAYS).into()],
    );
    let rows = tx.connection().query_all_raw(statement).await?;
    rows.iter()
        .map(|row| {
            Ok(ArchivedDay {
                day: row.try_get("", "day")?,
                observations: row.try_get("", "observations")?,
                raw_messages: row.try_get("", "raw_messages")?,
                bytes: row.try_get("", "bytes")?,
                verified_at: row.try_get("", "verified_at")?,
            })
        })
        .collect()
}
