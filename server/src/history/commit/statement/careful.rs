//! The form that asks the registry about every row: who holds the device at the measured time, and whether device, token
//! and hub are active. A token that was issued for somebody proves readings of theirs alone. It is for whatever the
//! registry's memory cannot foresee, and tells what became of each reading.

use std::sync::LazyLock;

use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

use super::columns::Columns;
use crate::ground::ids::{CustomerId, ReadingId};
use crate::history::commit::Verdict;

/// The laterals with `limit 1` keep the planner on index look-ups, however large the registry is. Periods of one device
/// never overlap, so the last one that began before the measured time is the only one that can hold it; asked for as a
/// pair, it is one step in the index by beginning, where the exclusion constraint's would read and sort all of them.
const HEAD: &str = "
with input as (
  select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[], $7::date[],
    $8::date[], $9::bool[], $10::timestamptz[], $11::bigint[], $12::smallint[], $13::timestamptz[], $14::bigint[],
    $15::smallint[], $16::bytea[], $17::text[], $18::text[], $19::smallint[], $20::text[], $21::uuid[], $26::uuid[],
    $29::bytea[])
  with ordinality as i(id, device_id, hub_id, credential_id, kind, measured_at, measured_on, other_day, suspect,
    received_at, device_time_ms, utc_offset_minutes, hub_time, sequence, user_slot, content_hash, vals, original,
    quality, proof, raw_id, source_id, body_sealed, ord)
), judged as materialized (
  select i.*, a.customer_id as owner,
    case
      when d.state is distinct from 'active' then 'inactive_device'
      when i.hub_id is null and i.source_id is null and c.id is null then 'revoked'
      when i.hub_id is not null and h.state is distinct from 'active' then 'inactive_hub'
      when i.source_id is not null and v.state is distinct from 'active' then 'inactive_source'
      when i.source_id is not null and d.source_id is distinct from i.source_id then 'not_of_source'
      when i.suspect and d.ever_moved then 'clock_suspect_moved'
      when a.customer_id is null then 'no_owner'
      when i.hub_id is not null and h.customer_id is distinct from a.customer_id then 'wrong_owner'
      when i.source_id is not null and v.customer_id is not null and v.customer_id is distinct from a.customer_id
        then 'wrong_owner'
      when i.hub_id is null and c.customer_id is not null and c.customer_id is distinct from a.customer_id then 'wrong_owner'
      when i.hub_id is null and c.distributor_id is not null and c.distributor_id is distinct from a.distributor_id
        then 'wrong_owner'
      else 'ok'
    end as verdict,
    k.reading_id is not null as known
  from input i
  left join lateral (select state, ever_moved, source_id from device where id = i.device_id limit 1) d on true
  left join lateral (select id, customer_id, distributor_id from device_credential
    where id = i.credential_id and device_id = i.device_id and revoked_at is null limit 1) c
    on i.hub_id is null and i.source_id is null
  left join lateral (select state, customer_id from hub where id = i.hub_id limit 1) h on i.hub_id is not null
  left join lateral (select state, customer_id from source where id = i.source_id limit 1) v on i.source_id is not null
  left join lateral (select device_id, customer_id, distributor_id, valid_until from assignment
      where device_id is not null and (device_id, valid_from) <= (i.device_id, i.measured_at)
      order by device_id desc, valid_from desc limit 1) a
    on a.device_id = i.device_id and i.measured_at < coalesce(a.valid_until, 'infinity')
  left join lateral (select reading_id from reading_key
    where customer_id = a.customer_id and content_hash = i.content_hash and measured_on = ";

const KEYED: &str = " limit 1) k on true
), keyed as (
  insert into reading_key (customer_id, measured_on, content_hash, reading_id)
  select owner, measured_on, content_hash, id from judged where verdict = 'ok' and not known
  order by owner, measured_on, content_hash
  on conflict do nothing
  returning reading_id
), fresh as materialized (
  select j.* from judged j join keyed k on k.reading_id = j.id
), stored as (
  insert into reading (id, received_at, customer_id, device_id, hub_id, credential_id, kind, measured_at, measured_on,
    device_time_ms, utc_offset_minutes, hub_time, sequence, user_slot, content_hash, vals, original, quality, proof,
    raw_id, body_sealed)
  select id, received_at, owner, device_id, hub_id, credential_id, kind, measured_at, measured_on, device_time_ms,
    utc_offset_minutes, hub_time, sequence, user_slot, content_hash, vals::json, original::json, quality, proof, raw_id,
    body_sealed
  from fresh
), messages as (
  insert into raw_message (id, received_at, customer_id, hub_id, source_id, body_sealed, jwt, encoding, shared)
  select m.id, m.received_at, f.owner, f.hub_id, f.source_id, m.body_sealed, m.jwt, m.encoding, m.shared or s.shared
  from unnest($22::uuid[], $23::timestamptz[], $24::bytea[], $25::text[], $27::text[], $28::bool[])
    as m(id, received_at, body_sealed, jwt, encoding, shared)
  join (select distinct on (raw_id) raw_id, owner, hub_id, source_id from fresh) f on f.raw_id = m.id
  join (select raw_id, bool_or(verdict <> 'ok') or count(distinct owner) > 1 as shared from judged group by raw_id) s
    on s.raw_id = m.id";

const ANNOUNCED: &str = "
), announced as (
  insert into outbox (circuit, customer_id, reading_ids, received_from, received_until)
  select 'forwarding', owner, array_agg(id order by ord), min(received_at), max(received_at) from fresh group by owner
)
select ord, verdict, owner, id in (select reading_id from keyed) as fresh from judged";

/// With the fixed day spelled out, the planner prunes all other days from the look-up before it starts.
const NEAR: &str = "date '1970-01-01'";
/// For the rare batch with a time far away: looked up under the day that its time names.
const FAR: &str = "i.other_day";

/// A message that is committed in parts, because some of its readings were refused, comes with each part; it is kept once,
/// and no part knows whose the others are.
const MESSAGE_MAY_BE_THERE: &str = " on conflict do nothing";

/// Whether the rows are all that came in their messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::history::commit) enum Messages {
    Whole,
    InParts,
}

/// Runs the statement; it is a transaction of its own. Verdicts come in the order of the rows.
pub(super) async fn run(
    system: &mut PgConnection,
    columns: &Columns<'_>,
    messages: Messages,
) -> Result<Vec<Verdict>, sqlx::Error> {
    let answers = sqlx::query(text(columns.has_far_times(), messages))
        .bind(&columns.ids)
        .bind(&columns.devices)
        .bind(columns.hubs.values())
        .bind(&columns.credentials)
        .bind(&columns.kinds)
        .bind(&columns.measured_at)
        .bind(&columns.measured_on)
        .bind(&columns.other_days)
        .bind(&columns.suspect)
        .bind(&columns.received_at)
        .bind(columns.device_times.values())
        .bind(columns.offsets.values())
        .bind(columns.hub_times.values())
        .bind(columns.sequences.values())
        .bind(columns.slots.values())
        .bind(&columns.hashes)
        .bind(&columns.values)
        .bind(columns.originals.values())
        .bind(&columns.qualities)
        .bind(&columns.proofs)
        .bind(columns.raws.values())
        .bind(&columns.message_ids)
        .bind(&columns.message_times)
        .bind(&columns.message_bodies)
        .bind(columns.message_jwts.values())
        .bind(columns.sources.values())
        .bind(columns.message_encodings.values())
        .bind(shared(columns, messages))
        .bind(columns.bodies.values())
        .fetch_all(&mut *system)
        .await?;
    let mut verdicts = vec![Verdict::Failed; columns.ids.len()];
    let mut duplicates = Vec::new();
    let mut unsure = Vec::new();
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
            "inactive_source" => Verdict::InactiveSource,
            "not_of_source" => Verdict::NotOfSource,
            "clock_suspect_moved" => {
                unsure.push(index);
                Verdict::ClockSuspectMoved
            }
            "wrong_owner" => Verdict::WrongOwner,
            _ => Verdict::NoOwner,
        };
    }
    if !duplicates.is_empty() {
        find_first_arrivals(system, columns, &duplicates, &mut verdicts).await?;
    }
    if !unsure.is_empty() {
        find_among_former_holders(system, columns, &unsure, &mut verdicts).await?;
    }
    Ok(verdicts)
}

/// A reading whose owner cannot be told from its time came before all the same if one of the device's holders has it: it was
/// taken while it was theirs, or while its time could still be true. That is said to a sender who speaks for this holder
/// alone, and to one who speaks for more only where the holder is the present one: from anybody else the same bytes may be the
/// next holder's measurement.
async fn find_among_former_holders(
    system: &mut PgConnection,
    columns: &Columns<'_>,
    unsure: &[usize],
    verdicts: &mut [Verdict],
) -> Result<(), sqlx::Error> {
    fn those<T: Copy>(unsure: &[usize], all: &[T]) -> Vec<T> {
        unsure.iter().map(|index| all[*index]).collect()
    }
    let those_of = |all: &[Option<Uuid>]| -> Vec<Option<Uuid>> {
        let of = |index: &usize| all.get(*index).copied().flatten();
        unsure.iter().map(of).collect()
    };
    let found = sqlx::query(
        "select i.ord, k.reading_id
         from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::date[], $6::date[], $7::bytea[], $8::timestamptz[])
           with ordinality as i(device_id, hub_id, source_id, credential_id, day, other, hash, received_at, ord)
         join lateral (
           select y.reading_id from assignment a
           join reading_key y on y.customer_id = a.customer_id and y.measured_on in (i.day, i.other)
             and y.content_hash = i.hash
           where a.device_id = i.device_id and case
             when i.hub_id is not null then exists (
               select from hub h where h.id = i.hub_id and h.customer_id = a.customer_id)
             when i.source_id is not null then exists (
               select from source v where v.id = i.source_id and (v.customer_id = a.customer_id
                 or v.customer_id is null and coalesce(a.valid_until, 'infinity') > i.received_at))
             else exists (
               select from device_credential c where c.id = i.credential_id and (c.customer_id = a.customer_id
                 or c.customer_id is null and coalesce(a.valid_until, 'infinity') > i.received_at
                   and (c.distributor_id is null or c.distributor_id = a.distributor_id))) end
           limit 1
         ) k on true",
    )
    .bind(those(unsure, &columns.devices))
    .bind(those_of(columns.hubs.values()))
    .bind(those_of(columns.sources.values()))
    .bind(those(unsure, &columns.credentials))
    .bind(those(unsure, &columns.measured_on))
    .bind(those(unsure, &columns.other_days))
    .bind(those(unsure, &columns.hashes))
    .bind(those(unsure, &columns.received_at))
    .fetch_all(system)
    .await?;
    for row in found {
        let nth = usize::try_from(row.try_get::<i64, _>("ord")? - 1).unwrap_or(usize::MAX);
        if let Some(index) = unsure.get(nth) {
            verdicts[*index] = Verdict::Duplicate(ReadingId::from(row.try_get::<Uuid, _>("reading_id")?));
        }
    }
    Ok(())
}

/// A duplicate is answered with the id under which the reading arrived first. The key's row may have been committed by
/// a neighbour after our statement began, hence a look-up of its own.
async fn find_first_arrivals(
    system: &mut PgConnection,
    columns: &Columns<'_>,
    duplicates: &[(usize, CustomerId)],
    verdicts: &mut [Verdict],
) -> Result<(), sqlx::Error> {
    let customers: Vec<Uuid> = duplicates
        .iter()
        .map(|(_, customer)| customer.as_uuid())
        .collect();
    let column = |pick: fn(&Columns<'_>, usize) -> chrono::NaiveDate| -> Vec<chrono::NaiveDate> {
        duplicates
            .iter()
            .map(|(index, _)| pick(columns, *index))
            .collect()
    };
    let days = column(|columns, index| columns.measured_on[index]);
    let others = column(|columns, index| columns.other_days[index]);
    let hashes: Vec<&[u8]> = duplicates
        .iter()
        .map(|(index, _)| columns.hashes[*index])
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

/// Whether each message is known to hold something of somebody else's.
fn shared(columns: &Columns<'_>, messages: Messages) -> Vec<bool> {
    match messages {
        Messages::Whole => columns.message_shared.clone(),
        Messages::InParts => vec![true; columns.message_shared.len()],
    }
}

fn text(far_times: bool, messages: Messages) -> &'static str {
    static TEXTS: LazyLock<[[String; 2]; 2]> = LazyLock::new(|| {
        [NEAR, FAR]
            .map(|day| ["", MESSAGE_MAY_BE_THERE].map(|rule| [HEAD, day, KEYED, rule, ANNOUNCED].concat()))
    });
    &TEXTS[usize::from(far_times)][usize::from(messages == Messages::InParts)]
}
