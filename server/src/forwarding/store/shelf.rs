//! The shelf: what deliveries carry whose day leaves the history.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, DbErr};
use sqlx::{PgConnection, PgPool, Row as _};
use uuid::Uuid;

use super::claim::{event, read_measured_names};
use super::endpoints::sql;
use crate::forwarding::event::Event;
use crate::ground::ids::{CustomerId, DeliveryId, DeviceId, EndpointId};
use crate::tenancy::{Permission, SystemScope, Tx};

/// Deliveries that are shelved, or ended, in one transaction.
pub(in crate::forwarding) const AT_ONCE: i64 = 200;
/// Deliveries that one statement looks at, however few of them are to be shelved: millions may wait, each with a hundred events.
const LOOKED_AT: i64 = 2_000;
/// Rows that are forgotten at once.
const FORGOTTEN: i64 = 10_000;
/// People who are told of one endpoint's shelf.
const MOST_TOLD: i64 = 30;

/// Whether a reading that arrived before this moment still waits for the router.
pub(in crate::forwarding) async fn system_waits_for_router(
    pool: &PgPool,
    end: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("select exists (select from outbox where received_from < $1)")
        .bind(end)
        .fetch_one(pool)
        .await
}

/// Up to which delivery one look goes that begins after this one; none when there are no more.
pub(in crate::forwarding) async fn end_of_look(
    connection: &mut PgConnection,
    after: DeliveryId,
) -> Result<Option<DeliveryId>, sqlx::Error> {
    let last: Option<Uuid> = sqlx::query_scalar(
        "select id from (select id from delivery where id > $1 order by id limit $2) as looked_at order by id desc limit 1",
    )
    .bind(after.as_uuid())
    .bind(LOOKED_AT)
    .fetch_optional(connection)
    .await?;
    Ok(last.map(Into::into))
}

/// The next deliveries, after the one and up to the other, that carry something of before this moment and are not shelved;
/// locked. Where they are as many as are shelved at once, there may be more.
pub(in crate::forwarding) async fn lock_next(
    connection: &mut PgConnection,
    end: DateTime<Utc>,
    (after, until): (DeliveryId, DeliveryId),
) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar(
        "select d.id from delivery d
         where d.id > $2 and d.id <= $4 and d.shelved_until is null and exists (
           select from unnest(d.event_sequences) as u(sequence)
           cross join lateral (
             select created_at, reading_received_at from event
             where customer_id = d.customer_id and sequence = u.sequence and created_at = d.events_created_at limit 1
           ) v
           where v.created_at < $1 or v.reading_received_at < $1)
         order by d.id limit $3 for update of d",
    )
    .bind(end)
    .bind(after.as_uuid())
    .bind(AT_ONCE)
    .bind(until.as_uuid())
    .fetch_all(connection)
    .await
}

/// What these deliveries carry, each event with the device it speaks of.
pub(in crate::forwarding) async fn carried(
    connection: &mut PgConnection,
    deliveries: &[Uuid],
) -> Result<Vec<(DeliveryId, Event)>, sqlx::Error> {
    let rows = sqlx::query(
        "select c.id as delivery_id, v.sequence as event_sequence, v.type, v.created_at,
           r.id as reading_id, r.received_at, r.device_id, r.hub_id, r.kind, r.measured_at, r.device_time_ms,
           r.utc_offset_minutes, r.hub_time, r.sequence, r.user_slot, r.content_hash, r.vals, r.original, r.quality, r.proof,
           r.status, '' as maker, '' as serial, '' as model, null::text as reference
         from delivery c
         cross join lateral unnest(c.event_sequences) as u(sequence)
         cross join lateral (
           select sequence, type, created_at, reading_id, reading_received_at from event
           where customer_id = c.customer_id and sequence = u.sequence and created_at = c.events_created_at limit 1
         ) v
         left join lateral (
           select * from reading where id = v.reading_id and received_at = v.reading_received_at limit 1
         ) r on true
         where c.id = any ($1)",
    )
    .bind(deliveries)
    .fetch_all(connection)
    .await?;
    let mut carried = Vec::new();
    for row in &rows {
        if let Some(event) = event(row)? {
            carried.push((row.try_get::<Uuid, _>("delivery_id")?.into(), event));
        }
    }
    Ok(carried)
}

/// One event on the shelf.
#[derive(Debug)]
pub(in crate::forwarding) struct Shelved {
    pub(in crate::forwarding) delivery: DeliveryId,
    pub(in crate::forwarding) sequence: i64,
    pub(in crate::forwarding) kind: &'static str,
    pub(in crate::forwarding) device: Option<DeviceId>,
    pub(in crate::forwarding) sealed: Vec<u8>,
}

/// Puts them there, and says so of their deliveries with what became of the last attempt.
pub(in crate::forwarding) async fn shelve(
    connection: &mut PgConnection,
    deliveries: &[Uuid],
    events: &[Shelved],
    until: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let column = |pick: fn(&Shelved) -> Uuid| events.iter().map(pick).collect::<Vec<_>>();
    sqlx::query(
        "insert into shelved_event (delivery_id, sequence, type, device_id, sealed)
         select * from unnest($1::uuid[], $2::bigint[], $3::text[], $4::uuid[], $5::bytea[])
         on conflict (delivery_id, sequence) do nothing",
    )
    .bind(column(|event| event.delivery.as_uuid()))
    .bind(events.iter().map(|event| event.sequence).collect::<Vec<_>>())
    .bind(events.iter().map(|event| event.kind).collect::<Vec<_>>())
    .bind(
        events
            .iter()
            .map(|event| event.device.map(DeviceId::as_uuid))
            .collect::<Vec<_>>(),
    )
    .bind(
        events
            .iter()
            .map(|event| event.sealed.as_slice())
            .collect::<Vec<_>>(),
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "update delivery d set shelved_until = $2, last_attempt_at = a.created_at, last_status_code = a.status_code,
           last_error = a.error
         from unnest($1::uuid[]) as s(id)
         left join lateral (
           select created_at, status_code, error from delivery_attempt where delivery_id = s.id
           order by created_at desc limit 1
         ) a on true
         where d.id = s.id",
    )
    .bind(deliveries)
    .bind(until)
    .execute(connection)
    .await
    .map(drop)
}

/// What was shelved of these deliveries, in the order of their events, with the names that their devices have now. A
/// device's own reference belongs to whoever holds it now.
pub(in crate::forwarding) async fn system_shelved(
    pool: &PgPool,
    deliveries: &[Uuid],
) -> Result<Vec<(DeliveryId, i64, Vec<u8>, Option<Names>)>, sqlx::Error> {
    let rows = sqlx::query(
        "select s.delivery_id, s.sequence, s.sealed, x.maker, x.serial, m.name as model,
           case when x.customer_id = d.customer_id then x.customer_reference end as reference
         from shelved_event s join delivery d on d.id = s.delivery_id
         left join device x on x.id = s.device_id left join device_model m on m.id = x.model_id
         where s.delivery_id = any ($1) order by s.delivery_id, s.sequence",
    )
    .bind(deliveries)
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| {
            let delivery: Uuid = row.try_get("delivery_id")?;
            Ok((
                delivery.into(),
                row.try_get("sequence")?,
                row.try_get("sealed")?,
                read_measured_names(row)?,
            ))
        })
        .collect()
}

/// A device's names.
#[derive(Debug)]
pub(in crate::forwarding) struct Names {
    pub(in crate::forwarding) maker: String,
    pub(in crate::forwarding) serial: String,
    pub(in crate::forwarding) model: String,
    pub(in crate::forwarding) reference: Option<String>,
}

/// Ends what has been on the shelf for its time and is not under way: deliveries and events go, and the log says so.
/// Returns the endpoint of each, of some hundred at most.
pub(in crate::forwarding) async fn system_expire(
    pool: &PgPool,
    now: DateTime<Utc>,
) -> Result<Vec<(CustomerId, EndpointId)>, sqlx::Error> {
    let rows = sqlx::query(
        "with ended as (
           delete from delivery where id in (
             select id from delivery
             where shelved_until <= $1 and (lease_until is null or lease_until < $1)
             order by shelved_until, id limit $2 for update skip locked)
           returning id, customer_id, endpoint_id, event_sequences, attempt
         ), gone as (
           delete from shelved_event s using ended d where s.delivery_id = d.id returning s.delivery_id, s.type
         ), logged as (
           insert into delivery_attempt (id, created_at, customer_id, endpoint_id, delivery_id, event_sequences, event_type,
             attempt, outcome, error, duration_ms)
           select gen_random_uuid(), $1, d.customer_id, d.endpoint_id, d.id, d.event_sequences,
             coalesce((select min(g.type) from gone g where g.delivery_id = d.id), 'reading.created'), d.attempt, 'expired',
             'it was not delivered in the time that it is kept for', 0
           from ended d
         )
         select customer_id, endpoint_id from ended",
    )
    .bind(now)
    .bind(AT_ONCE)
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| Ok((row.try_get("customer_id")?, row.try_get("endpoint_id")?)))
        .collect()
}

/// Forgets what was shelved of deliveries that have come to their end; returns how many rows, at most some thousand.
pub(in crate::forwarding) async fn system_forget_delivered(pool: &PgPool) -> Result<u64, sqlx::Error> {
    sqlx::query(
        "delete from shelved_event where (delivery_id, sequence) in (
           select s.delivery_id, s.sequence from shelved_event s
           where not exists (select from delivery d where d.id = s.delivery_id) limit $1)",
    )
    .bind(FORGOTTEN)
    .execute(pool)
    .await
    .map(|done| done.rows_affected())
}

/// An endpoint whose shelf is about to lose something of which nobody was told.
#[derive(Debug)]
pub(in crate::forwarding) struct Ending {
    pub(in crate::forwarding) customer: CustomerId,
    pub(in crate::forwarding) endpoint: EndpointId,
    pub(in crate::forwarding) url: String,
    pub(in crate::forwarding) deliveries: i64,
    pub(in crate::forwarding) first_at: DateTime<Utc>,
}

/// Endpoints of which something goes before `soon`, and marks them as told of all that goes before `told_until`.
pub(in crate::forwarding) async fn system_take_endings(
    tx: &Tx<SystemScope>,
    soon: DateTime<Utc>,
    told_until: DateTime<Utc>,
) -> Result<Vec<Ending>, DbErr> {
    let statement = sql(
        "with ending as (
           select d.endpoint_id, count(*) as deliveries, min(d.shelved_until) as first_at
           from delivery d join endpoint e on e.id = d.endpoint_id
           where d.shelved_until < $1 and d.shelved_until > coalesce(e.shelf_warned_until, '-infinity')
           group by d.endpoint_id
         )
         update endpoint e set shelf_warned_until = $2 from ending n where e.id = n.endpoint_id
         returning e.id, e.customer_id, e.url, n.deliveries, n.first_at",
        [soon.into(), told_until.into()],
    );
    let rows = tx.connection().query_all_raw(statement).await?;
    rows.iter()
        .map(|row| {
            Ok(Ending {
                customer: row.try_get("", "customer_id")?,
                endpoint: row.try_get("", "id")?,
                url: row.try_get("", "url")?,
                deliveries: row.try_get("", "deliveries")?,
                first_at: row.try_get("", "first_at")?,
            })
        })
        .collect()
}

/// Address and name of those of a customer who look after its endpoints.
pub(in crate::forwarding) async fn system_owners(
    tx: &Tx<SystemScope>,
    customer: CustomerId,
) -> Result<Vec<(String, String)>, DbErr> {
    let statement = sql(
        "select email, display_name from user_account
         where customer_id = $1 and role = 'customer' and state = 'active' and not confined and $2 = any (permissions)
         order by id limit $3",
        [
            customer.into(),
            Permission::ManageEndpoints.as_str().into(),
            MOST_TOLD.into(),
        ],
    );
    let rows = tx.connection().query_all_raw(statement).await?;
    rows.iter()
        .map(|row| Ok((row.try_get("", "email")?, row.try_get("", "display_name")?)))
        .collect()
}
