//! Claiming deliveries, with everything that is needed to send them, in one statement.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row as _};
use uuid::Uuid;

use super::shelf::Names;
use crate::forwarding::event::{Claimed, Event, EventKind, Measured};
use crate::ground::enums::EndpointFormat;
use crate::ground::ids::EndpointId;

/// How long a claimed delivery belongs to who claimed it.
pub(in crate::forwarding) const LEASE: TimeDelta = TimeDelta::seconds(60);

/// An endpoint and how many deliveries it can take now.
#[derive(Debug, Clone, Copy)]
pub(in crate::forwarding) struct Want {
    pub(in crate::forwarding) endpoint: EndpointId,
    pub(in crate::forwarding) slots: i32,
}

/// The claim, oldest first. The attempt number grows with every claim and is the fencing token: a completion that names
/// another one changes nothing. `picked` has locked its rows, so their addresses hold. The laterals with `limit 1`
/// keep the planner on index look-ups in the right days; with a list of sequences in one condition it would, while a day is
/// young and unknown to it, read all of the customer's day for each.
/// A device's own reference belongs to whoever holds it now, so it travels only with that customer's events.
const CLAIM: &str = "
with wanted as (
  select * from unnest($1::uuid[], $2::int[]) as w(endpoint_id, slots)
), picked as materialized (
  select d.row
  from wanted w join endpoint e on e.id = w.endpoint_id and e.state = 'active'
  cross join lateral (
    select ctid as row from delivery
    where endpoint_id = w.endpoint_id and state = 'due' and next_attempt_at <= $3
      and (lease_until is null or lease_until < $3)
    order by next_attempt_at, id limit w.slots
    for update skip locked
  ) d
), claimed as (
  update delivery d set attempt = (d.attempt + 1)::smallint, lease_until = $4
  where d.ctid = any (array(select row from picked))
  returning d.id, d.customer_id, d.endpoint_id, d.event_sequences, d.events_created_at, d.attempt, d.next_attempt_at,
    d.shelved_until
)
select c.id as delivery_id, c.endpoint_id, c.events_created_at, c.attempt, c.shelved_until is not null as shelved,
  e.updated_at,
  v.sequence as event_sequence, v.type, v.created_at,
  r.id as reading_id, r.received_at, r.device_id, r.hub_id, r.kind, r.measured_at, r.device_time_ms,
  r.utc_offset_minutes, r.hub_time, r.sequence, r.user_slot, r.content_hash, r.vals, r.original, r.quality, r.proof,
  r.status, d.maker, d.serial, d.model, d.reference
from claimed c
left join lateral (select updated_at from endpoint where id = c.endpoint_id limit 1) e on true
left join lateral (
  select x.* from unnest(c.event_sequences) as u(sequence)
  cross join lateral (
    select sequence, type, created_at, reading_id, reading_received_at from event
    where customer_id = c.customer_id and sequence = u.sequence and created_at = c.events_created_at limit 1
  ) x
) v on true
left join lateral (
  select * from reading where id = v.reading_id and received_at = v.reading_received_at limit 1
) r on true
left join lateral (
  select x.maker, x.serial, m.name as model,
    case when x.customer_id = c.customer_id then x.customer_reference end as reference
  from device x join device_model m on m.id = x.model_id where x.id = r.device_id limit 1
) d on true
order by c.next_attempt_at, c.id, v.sequence";

/// Claims what is due for these endpoints, at most as many deliveries as each wants.
pub(in crate::forwarding) async fn system_claim(
    pool: &PgPool,
    wants: &[Want],
    now: DateTime<Utc>,
) -> Result<Vec<Claimed>, sqlx::Error> {
    let endpoints: Vec<Uuid> = wants.iter().map(|want| want.endpoint.as_uuid()).collect();
    let slots: Vec<i32> = wants.iter().map(|want| want.slots).collect();
    let rows = sqlx::query(CLAIM)
        .bind(endpoints)
        .bind(slots)
        .bind(now)
        .bind(now + LEASE)
        .fetch_all(pool)
        .await?;
    let mut claimed: Vec<Claimed> = Vec::new();
    for row in &rows {
        let id: Uuid = row.try_get("delivery_id")?;
        if claimed.last().is_none_or(|last| last.id.as_uuid() != id) {
            claimed.push(delivery(id, row)?);
        }
        if let Some(last) = claimed.last_mut().filter(|last| !last.shelved) {
            last.events.extend(event(row)?);
        }
    }
    Ok(claimed)
}

fn delivery(id: Uuid, row: &PgRow) -> Result<Claimed, sqlx::Error> {
    Ok(Claimed {
        id: id.into(),
        endpoint: row.try_get("endpoint_id")?,
        attempt: row.try_get("attempt")?,
        created_at: row.try_get("events_created_at")?,
        endpoint_version: row.try_get("updated_at")?,
        shelved: row.try_get("shelved")?,
        events: Vec::new(),
    })
}

/// `None` where the event's day, or the reading's, has left the history.
pub(super) fn event(row: &PgRow) -> Result<Option<Event>, sqlx::Error> {
    let Some(kind) = row.try_get::<Option<&str>, _>("type")? else {
        return Ok(None);
    };
    let kind = match kind {
        "endpoint.test" => EventKind::Test,
        kind if row.try_get::<Option<Uuid>, _>("reading_id")?.is_none() => {
            tracing::warn!(
                kind,
                "an event's reading has left the history before it was delivered"
            );
            return Ok(None);
        }
        "reading.withdrawn" => EventKind::Withdrawn(Box::new(measured(row)?)),
        _ => EventKind::Created(Box::new(measured(row)?)),
    };
    Ok(Some(Event {
        sequence: row.try_get("event_sequence")?,
        created_at: row.try_get("created_at")?,
        kind,
    }))
}

/// A device's names, where the row has any.
pub(super) fn read_measured_names(row: &PgRow) -> Result<Option<Names>, sqlx::Error> {
    let Some(maker) = row.try_get("maker")? else {
        return Ok(None);
    };
    Ok(Some(Names {
        maker,
        serial: row.try_get("serial")?,
        model: row.try_get("model")?,
        reference: row.try_get("reference")?,
    }))
}

fn measured(row: &PgRow) -> Result<Measured, sqlx::Error> {
    let kind: &str = row.try_get("kind")?;
    let hash: Vec<u8> = row.try_get("content_hash")?;
    Ok(Measured {
        id: row.try_get("reading_id")?,
        received_at: row.try_get("received_at")?,
        device: row.try_get("device_id")?,
        maker: row.try_get("maker")?,
        serial: row.try_get("serial")?,
        model: row.try_get("model")?,
        reference: row.try_get("reference")?,
        hub: row.try_get("hub_id")?,
        hub_time: row.try_get("hub_time")?,
        kind: kind
            .parse()
            .map_err(|_| sqlx::Error::Decode("a kind that this version does not know".into()))?,
        taken_at: row.try_get("measured_at")?,
        device_time_ms: row.try_get("device_time_ms")?,
        utc_offset_minutes: row.try_get("utc_offset_minutes")?,
        sequence: row.try_get("sequence")?,
        user_slot: row.try_get("user_slot")?,
        content_hash: hash
            .try_into()
            .map_err(|_| sqlx::Error::Decode("a content hash has 32 bytes".into()))?,
        values: row.try_get::<Value, _>("vals")?,
        original: row.try_get::<Option<Value>, _>("original")?,
        quality: row.try_get("quality")?,
        proof: row.try_get("proof")?,
        entered_in_error: row.try_get::<&str, _>("status")? == "entered_in_error",
    })
}

/// An endpoint as the worker needs it.
#[derive(Debug)]
pub(in crate::forwarding) struct TargetRow {
    pub(in crate::forwarding) id: EndpointId,
    pub(in crate::forwarding) version: DateTime<Utc>,
    pub(in crate::forwarding) url: String,
    pub(in crate::forwarding) format: EndpointFormat,
    pub(in crate::forwarding) batch_max: i16,
    pub(in crate::forwarding) max_concurrency: i16,
    pub(in crate::forwarding) secret_sealed: Vec<u8>,
    pub(in crate::forwarding) seed_sealed: Vec<u8>,
}

/// The endpoints with these ids.
pub(in crate::forwarding) async fn system_targets(
    pool: &PgPool,
    endpoints: &[EndpointId],
) -> Result<Vec<TargetRow>, sqlx::Error> {
    let ids: Vec<Uuid> = endpoints.iter().map(|endpoint| endpoint.as_uuid()).collect();
    let rows = sqlx::query(
        "select id, updated_at, url, format, batch_max, max_concurrency, secret_sealed, signing_seed_sealed
         from endpoint where id = any ($1)",
    )
    .bind(ids)
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(TargetRow {
                id: row.try_get("id")?,
                version: row.try_get("updated_at")?,
                url: row.try_get("url")?,
                format: row.try_get("format")?,
                batch_max: row.try_get("batch_max")?,
                max_concurrency: row.try_get("max_concurrency")?,
                secret_sealed: row.try_get("secret_sealed")?,
                seed_sealed: row.try_get("signing_seed_sealed")?,
            })
        })
        .collect()
}

/// Gives back what was claimed and never begun, so that nobody has to wait for the lease to end.
pub(in crate::forwarding) async fn system_give_back(
    pool: &PgPool,
    claims: &[(Uuid, i16)],
) -> Result<(), sqlx::Error> {
    let (ids, attempts): (Vec<Uuid>, Vec<i16>) = claims.iter().copied().unzip();
    sqlx::query(
        "update delivery d set lease_until = null, attempt = (d.attempt - 1)::smallint
         from unnest($1::uuid[], $2::smallint[]) as c(id, attempt)
         where d.id = c.id and d.attempt = c.attempt and d.lease_until is not null",
    )
    .bind(ids)
    .bind(attempts)
    .execute(pool)
    .await
    .map(drop)
}
