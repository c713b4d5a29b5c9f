//! The SQL of the archive: a day is read as a stream, on a connection of its own that has the time for it.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::Stream;
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

/// Customers who want this day archived, of whom something arrived on it, and of whom it is not archived yet.
pub(super) async fn system_wanting(pool: &PgPool, day: NaiveDate) -> Result<Vec<CustomerId>, sqlx::Error> {
    sqlx::query_scalar(
        "select c.id from customer c
         where c.archive
           and not exists (select from archive_day a where a.customer_id = c.id and a.day = $1)
           and exists (select from reading r
             where r.customer_id = c.id and r.received_at >= $2 and r.received_at < $3)
         order by c.id",
    )
    .bind(day)
    .bind(begin_of(day))
    .bind(end_of(day))
    .fetch_all(pool)
    .await
}

/// Notes that the day lies in the archive and was read back.
pub(super) async fn system_note(
    pool: &PgPool,
    manifest: &Manifest,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    sqlx::query(
        "insert into archive_day (customer_id, day, observations, raw_messages, bytes, manifest_hash, verified_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (customer_id, day) do nothing",
    )
    .bind(manifest.customer)
    .bind(manifest.day)
    .bind(number(manifest.observations))
    .bind(number(manifest.raw_messages))
    .bind(number(manifest.parts.iter().map(|part| part.bytes).sum()))
    .bind(hash)
    .bind(now)
    .execute(pool)
    .await
    .map(drop)
}

/// The hash of the manifest of a day that was noted.
pub(super) async fn system_noted(
    pool: &PgPool,
    customer: CustomerId,
    day: NaiveDate,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    sqlx::query_scalar("select manifest_hash from archive_day where customer_id = $1 and day = $2")
        .bind(customer)
        .bind(day)
        .fetch_optional(pool)
        .await
}

/// A reading on its way into the archive. Patient data, so it has no `Debug`.
pub(super) struct ReadingLine {
    pub(super) received_at: DateTime<Utc>,
    pub(super) raw_id: Uuid,
    id: Uuid,
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
            raw_id: row.try_get("raw_id")?,
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
    pub(super) received_at: DateTime<Utc>,
    pub(super) device_id: Option<Uuid>,
    pub(super) hub_id: Option<Uuid>,
    pub(super) source_id: Option<Uuid>,
    pub(super) body_sealed: Vec<u8>,
    pub(super) jwt: Option<String>,
    pub(super) encoding: Option<String>,
}

impl FromRow<'_, PgRow> for RawLine {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
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

    /// The day's readings, in no order, one after the other.
    pub(super) fn readings(
        &mut self,
        customer: CustomerId,
        day: NaiveDate,
    ) -> impl Stream<Item = Result<ReadingLine, sqlx::Error>> {
        sqlx::query_as(
            "select r.*, d.maker, d.serial, m.name as model
             from reading r join device d on d.id = r.device_id join device_model m on m.id = d.model_id
             where r.customer_id = $1 and r.received_at >= $2 and r.received_at < $3",
        )
        .bind(customer)
        .bind(begin_of(day))
        .bind(end_of(day))
        .fetch(&mut self.0)
    }

    /// Messages in which something of somebody else came as well, or may have: such as hold readings of two owners, such of
    /// which a part was set aside, and all that came over the platform's own account in a vendor's cloud.
    pub(super) async fn shared_messages(
        &mut self,
        customer: CustomerId,
        day: NaiveDate,
    ) -> Result<Vec<Uuid>, sqlx::Error> {
        sqlx::query_scalar(
            "select m.id from raw_message m
             where m.customer_id = $1 and m.received_at >= $2 and m.received_at < $3
               and (m.source_id in (select id from source where customer_id is null)
                 or m.id in (select q.raw_id from quarantine q where q.received_at >= $2 and q.received_at < $3)
                 or m.id in (select r.raw_id from reading r
                   where r.received_at >= $2 and r.received_at < $3 and r.proof <> 'device_token' and r.customer_id <> $1))",
        )
        .bind(customer)
        .bind(begin_of(day))
        .bind(end_of(day))
        .fetch_all(&mut self.0)
        .await
    }

    /// The day's messages but for these, in no order, one after the other.
    pub(super) fn messages(
        &mut self,
        customer: CustomerId,
        day: NaiveDate,
        without: &[Uuid],
    ) -> impl Stream<Item = Result<RawLine, sqlx::Error>> {
        sqlx::query_as(
            "select id, received_at, device_id, hub_id, source_id, body_sealed, jwt, encoding from raw_message
             where customer_id = $1 and received_at >= $2 and received_at < $3 and id <> all ($4)",
        )
        .bind(customer)
        .bind(begin_of(day))
        .bind(end_of(day))
        .bind(without.to_vec())
        .fetch(&mut self.0)
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
