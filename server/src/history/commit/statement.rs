//! The one statement that makes readings durable. It stands over several rooms' tables, which is the agreed exception
//! (DESIGN §2): it asks the registry who holds each device at the measured time and whether device, token and hub are
//! active, writes key, reading and raw message, and the outbox row of each customer, or nothing at all.

use sqlx::{PgPool, Row as _};
use uuid::Uuid;

use super::Verdict;
use crate::ground::ids::{CustomerId, ReadingId};
use crate::history::rows::Columns;

/// The laterals with `limit 1` keep the planner on index look-ups, however large the registry is. Periods of one device
/// never overlap, so the last one that began before the measured time is the only one that can hold it; asking for it by
/// its beginning uses the small index and not the exclusion constraint's.
const HEAD: &str = "
with input as (
  select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[], $7::date[],
    $8::date[], $9::bool[], $10::timestamptz[], $11::bigint[], $12::smallint[], $13::timestamptz[], $14::bigint[],
    $15::smallint[], $16::bytea[], $17::text[], $18::text[], $19::smallint[], $20::text[], $21::uuid[])
  with ordinality as i(id, device_id, hub_id, credential_id, kind, measured_at, measured_on, other_day, suspect,
    received_at, device_time_ms, utc_offset_minutes, hub_time, sequence, user_slot, content_hash, vals, original,
    quality, proof, raw_id, ord)
), judged as materialized (
  select i.*, a.customer_id as owner,
    case
      when d.state is distinct from 'active' then 'inactive_device'
      when i.hub_id is null and c.id is null then 'revoked'
      when i.hub_id is not null and h.state is distinct from 'active' then 'inactive_hub'
      when i.suspect and d.ever_moved then 'clock_suspect_moved'
      when a.customer_id is null then 'no_owner'
      when i.hub_id is not null and h.customer_id is distinct from a.customer_id then 'wrong_owner'
      else 'ok'
    end as verdict
  from input i
  left join lateral (select state, ever_moved from device where id = i.device_id limit 1) d on true
  left join lateral (select id from device_credential
    where id = i.credential_id and device_id = i.device_id and revoked_at is null limit 1) c on i.hub_id is null
  left join lateral (select state, customer_id from hub where id = i.hub_id limit 1) h on i.hub_id is not null
  left join lateral (select case when i.measured_at < coalesce(last.valid_until, 'infinity') then last.customer_id end
      as customer_id
    from (select customer_id, valid_until from assignment
      where device_id = i.device_id and valid_from <= i.measured_at order by valid_from desc limit 1) last) a on true
), keyed as (
  insert into reading_key (customer_id, measured_on, content_hash, reading_id)
  select owner, measured_on, content_hash, id from judged j
  where verdict = 'ok' and not exists (
    select from reading_key k
    where k.customer_id = j.owner and k.content_hash = j.content_hash and k.measured_on = ";

const TAIL: &str = ")
  order by owner, measured_on, content_hash
  on conflict do nothing
  returning reading_id
), stored as (
  insert into reading (id, received_at, customer_id, device_id, hub_id, credential_id, kind, measured_at, measured_on,
    device_time_ms, utc_offset_minutes, hub_time, sequence, user_slot, content_hash, vals, original, quality, proof,
    raw_id)
  select j.id, j.received_at, j.owner, j.device_id, j.hub_id, j.credential_id, j.kind, j.measured_at, j.measured_on,
    j.device_time_ms, j.utc_offset_minutes, j.hub_time, j.sequence, j.user_slot, j.content_hash, j.vals::jsonb,
    j.original::jsonb, j.quality, j.proof, j.raw_id
  from judged j join keyed k on k.reading_id = j.id
), messages as (
  insert into raw_message (id, received_at, customer_id, device_id, hub_id, body_sealed, jwt)
  select m.id, m.received_at, j.owner, j.device_id, j.hub_id, m.body_sealed, m.jwt
  from unnest($22::uuid[], $23::timestamptz[], $24::bytea[], $25::text[]) as m(id, received_at, body_sealed, jwt)
  join (
    select distinct on (raw_id) raw_id, owner, case when hub_id is null then device_id end as device_id, hub_id
    from judged where id in (select reading_id from keyed) order by raw_id
  ) j on j.raw_id = m.id
  on conflict do nothing
), announced as (
  insert into outbox (circuit, customer_id, reading_ids, received_from, received_until)
  select 'forwarding', j.owner, array_agg(j.id order by j.ord), min(j.received_at), max(j.received_at)
  from judged j join keyed k on k.reading_id = j.id
  group by j.owner
)
select j.ord, j.verdict, j.owner, k.reading_id is not null as fresh
from judged j left join keyed k on k.reading_id = j.id";

/// With the fixed day spelled out, the planner prunes all other days from the look-up before it starts.
const NEAR: &str = "date '1970-01-01'";
/// For the rare batch with a time far away: looked up under the day that its time names.
const FAR: &str = "j.other_day";

/// Runs the statement; it is a transaction of its own. Verdicts come in the order of the rows.
pub(super) async fn run(system: &PgPool, columns: &Columns) -> Result<Vec<Verdict>, sqlx::Error> {
    let sql = if columns.has_far_times() { far() } else { near() };
    let answers = sqlx::query(sql)
        .bind(&columns.ids)
        .bind(&columns.devices)
        .bind(&columns.hubs)
        .bind(&columns.credentials)
        .bind(&columns.kinds)
        .bind(&columns.measured_at)
        .bind(&columns.measured_on)
        .bind(&columns.other_days)
        .bind(&columns.suspect)
        .bind(&columns.received_at)
        .bind(&columns.device_times)
        .bind(&columns.offsets)
        .bind(&columns.hub_times)
        .bind(&columns.sequences)
        .bind(&columns.slots)
        .bind(&columns.hashes)
        .bind(&columns.values)
        .bind(&columns.originals)
        .bind(&columns.qualities)
        .bind(&columns.proofs)
        .bind(&columns.raws)
        .bind(&columns.message_ids)
        .bind(&columns.message_times)
        .bind(&columns.message_bodies)
        .bind(&columns.message_jwts)
        .fetch_all(system)
        .await?;
    let mut verdicts = vec![Verdict::Failed; columns.ids.len()];
    let mut duplicates = Vec::new();
    for answer in &answers {
        let index = usize::try_from(answer.try_get::<i64, _>("ord")? - 1).unwrap_or(usize::MAX);
        let Some(slot) = verdicts.get_mut(index) else {
            continue;
        };
        *slot = match answer.try_get::<&str, _>("verdict")? {
            "ok" if answer.try_get("fresh")? => Verdict::Accepted(ReadingId::from(columns.ids[index])),
            "ok" => {
                duplicates.push((index, CustomerId::from(answer.try_get::<Uuid, _>("owner")?)));
                Verdict::Failed
            }
            "inactive_device" => Verdict::InactiveDevice,
            "revoked" => Verdict::RevokedCredential,
            "inactive_hub" => Verdict::InactiveHub,
            "clock_suspect_moved" => Verdict::ClockSuspectMoved,
            "wrong_owner" => Verdict::WrongOwner,
            _ => Verdict::NoOwner,
        };
    }
    if !duplicates.is_empty() {
        find_first_arrivals(system, columns, &duplicates, &mut verdicts).await?;
    }
    Ok(verdicts)
}

/// A duplicate is answered with the id under which the reading arrived first. The key's row may have been committed by
/// a neighbour after our statement began, hence a look-up of its own.
async fn find_first_arrivals(
    system: &PgPool,
    columns: &Columns,
    duplicates: &[(usize, CustomerId)],
    verdicts: &mut [Verdict],
) -> Result<(), sqlx::Error> {
    let customers: Vec<Uuid> = duplicates
        .iter()
        .map(|(_, customer)| customer.as_uuid())
        .collect();
    let column = |pick: fn(&Columns, usize) -> chrono::NaiveDate| -> Vec<chrono::NaiveDate> {
        duplicates
            .iter()
            .map(|(index, _)| pick(columns, *index))
            .collect()
    };
    let days = column(|columns, index| columns.measured_on[index]);
    let others = column(|columns, index| columns.other_days[index]);
    let hashes: Vec<&[u8]> = duplicates
        .iter()
        .map(|(index, _)| columns.hashes[*index].as_slice())
        .collect();
    let found = sqlx::query(
        "select i.ord, k.reading_id
         from unnest($1::uuid[], $2::date[], $3::date[], $4::bytea[])
           with ordinality as i(customer_id, day, other, hash, ord)
         join lateral (
           select reading_id from reading_key
           where customer_id = i.customer_id and measured_on in (i.day, i.other) and content_hash = i.hash limit 1
         ) k on true",
    )
    .bind(customers)
    .bind(days)
    .bind(others)
    .bind(hashes)
    .fetch_all(system)
    .await?;
    for row in found {
        let nth = usize::try_from(row.try_get::<i64, _>("ord")? - 1).unwrap_or(usize::MAX);
        if let Some((index, _)) = duplicates.get(nth) {
            verdicts[*index] = Verdict::Duplicate(ReadingId::from(row.try_get::<Uuid, _>("reading_id")?));
        }
    }
    Ok(())
}

fn near() -> &'static str {
    static SQL: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| format!("{HEAD}{NEAR}{TAIL}"));
    &SQL
}

fn far() -> &'static str {
    static SQL: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| format!("{HEAD}{FAR}{TAIL}"));
    &SQL
}
