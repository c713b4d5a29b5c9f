//! Does what the lines of an import say, some hundreds in one statement, all in one transaction. What was found when they
//! were looked up is a condition of every statement: where it is not so any more, rows are missing and nothing is done.

use std::slice::from_ref;

use chrono::{DateTime, Utc};
use sea_orm::Value;

use super::{System, get, one, run};
use crate::ground::ids::{CustomerId, DistributorId};
use crate::registry::RegistryError;
use crate::registry::imports::{CHANGED, Due, Whose};
use crate::registry::store::{Violation, violation};

/// The lines of a stretch with a step: `$1` is the import, `$2` and `$3` the numbers before the first and of the last.
macro_rules! lines {
    ($step:literal) => {
        concat!(
            "l.import_id = $1 and l.line > $2 and l.line <= $3 and l.step = '",
            $step,
            "'"
        )
    };
}

const ADD: &str = concat!(
    "with added as (
      insert into device (id, maker, serial, model_id, distributor_id, customer_id, customer_reference, state, created_at,
        updated_at, imei, mac, iccid, firmware)
      select l.new_device_id, l.maker, l.serial, l.model_id, l.to_distributor_id, l.to_customer_id, l.reference,
        coalesce(l.wanted_state, case when l.to_customer_id is null then 'stock' else 'active' end), $4, $4, l.imei, l.mac,
        l.iccid, l.firmware
      from device_import_line l where ",
    lines!("add"),
    " returning id
    ), held as (
      insert into assignment (id, device_id, distributor_id, customer_id, valid_from, assigned_by, created_at)
      select l.new_period_id, l.new_device_id, l.to_distributor_id, l.to_customer_id, coalesce(l.held_since, $4),
        i.applied_by, $4
      from device_import_line l join device_import i on i.id = l.import_id where ",
    lines!("add"),
    " returning id
    ), proved as (
      insert into device_credential (id, device_id, token_hmac, created_at)
      select l.new_credential_id, l.new_device_id, l.token_hmac, $4
      from device_import_line l where ",
    lines!("add"),
    " and l.token_hmac is not null returning id
    )
    select (select count(*) from added) as done, (select count(*) from held) as held,
      (select count(*) from proved) as proved,
      (select count(*) from device_import_line l where ",
    lines!("add"),
    ") as wanted"
);

/// What stands on a device, and what whoever imports calls it: `$5` says whose word that is. The platform has none for what
/// is there already; the customer's is the customer's own. The file's token takes the place of those before, and goes with
/// the device.
const CHANGE: &str = concat!(
    "with changed as (
      update device d set updated_at = $4, imei = coalesce(l.imei, d.imei), mac = coalesce(l.mac, d.mac),
        iccid = coalesce(l.iccid, d.iccid), firmware = coalesce(l.firmware, d.firmware),
        state = coalesce(l.wanted_state, d.state),
        model_id = case when $5::text = 'platform' and d.customer_id is null then coalesce(l.model_id, d.model_id)
          else d.model_id end,
        customer_reference = case when $5::text = 'customer' then coalesce(l.reference, d.customer_reference)
          else d.customer_reference end,
        distributor_reference = case when $5::text = 'distributor' then coalesce(l.reference, d.distributor_reference)
          else d.distributor_reference end
      from device_import_line l
      where ",
    lines!("change"),
    " and d.id = l.device_id and d.customer_id is not distinct from l.to_customer_id
        and d.distributor_id is not distinct from l.to_distributor_id and d.state <> 'retired'
        and (l.wanted_state is null or d.state in ('stock', 'active', 'inactive'))
      returning d.id
    )
    select (select count(*) from changed) as done,
      (select count(*) from device_import_line l where ",
    lines!("change"),
    ") as wanted"
);

const REVOKE: &str = concat!(
    "update device_credential k set revoked_at = $4 from device_import_line l
    where ",
    lines!("change"),
    " and k.device_id = l.device_id and k.revoked_at is null and l.token_hmac is not null
      and k.token_hmac <> l.token_hmac"
);

const PROVE: &str = concat!(
    "insert into device_credential (id, device_id, token_hmac, created_at)
    select l.new_credential_id, l.device_id, l.token_hmac, $4 from device_import_line l
    where ",
    lines!("change"),
    " and l.token_hmac is not null
      and not exists (select from device_credential k where k.token_hmac = l.token_hmac)"
);

/// The devices first, in one order, as every move locks them.
const LOCK: &str = concat!(
    "select 1 from device d join device_import_line l on l.device_id = d.id where ",
    lines!("place"),
    " order by d.id for no key update of d"
);

const CLOSE: &str = concat!(
    "update assignment a set valid_until = $4, ended_by = i.applied_by
    from device_import_line l join device_import i on i.id = l.import_id
    where ",
    lines!("place"),
    " and a.device_id = l.device_id and a.valid_until is null and a.valid_from < $4"
);

const PLACE: &str = concat!(
    "with placed as (
      update device d set customer_id = l.to_customer_id, state = coalesce(l.wanted_state, 'active'), updated_at = $4,
        customer_reference = null, distributor_reference = coalesce(l.reference, d.distributor_reference),
        ever_moved = d.ever_moved or exists (
          select from assignment a where a.device_id = d.id and a.customer_id is not null
            and a.customer_id <> l.to_customer_id)
      from device_import_line l
      where ",
    lines!("place"),
    " and d.id = l.device_id and d.customer_id is null and d.distributor_id = l.to_distributor_id and d.state = 'stock'
        and d.reserved_for is null
      returning d.id
    ), held as (
      insert into assignment (id, device_id, distributor_id, customer_id, valid_from, assigned_by, created_at, reason)
      select l.new_period_id, l.device_id, l.to_distributor_id, l.to_customer_id, $4, i.applied_by, $4, 'placed'
      from device_import_line l join device_import i on i.id = l.import_id where ",
    lines!("place"),
    " returning id
    ), seen as (
      delete from device_status s using device_import_line l where ",
    lines!("place"),
    " and s.device_id = l.device_id
    )
    select (select count(*) from placed) as done,
      (select count(*) from device_import_line l where ",
    lines!("place"),
    ") as wanted"
);

/// What no period tells: who made devices active or inactive that stay where they are, or inactive on their way to whoever
/// gets them. Before what it tells of is done.
const STATES: &str = "insert into state_change (id, device_id, distributor_id, customer_id, at, was, became, changed_by, by_side)
    select gen_random_uuid(), d.id, l.to_distributor_id, l.to_customer_id, $4, d.state, l.wanted_state, i.applied_by,
      case when i.distributor_id is not null then 'distributor' when i.customer_id is not null then 'customer'
        else 'platform' end
    from device_import_line l join device_import i on i.id = l.import_id join device d on d.id = l.device_id
    where l.import_id = $1 and l.line > $2 and l.line <= $3 and d.state <> l.wanted_state
      and (l.step = 'change' or l.step = 'place' and l.wanted_state = 'inactive')";

/// The same of devices that begin so; after they are added.
const BEGUN: &str = concat!(
    "insert into state_change (id, device_id, distributor_id, customer_id, at, was, became, changed_by, by_side)
    select gen_random_uuid(), l.new_device_id, l.to_distributor_id, l.to_customer_id, $4, 'stock', 'inactive',
      i.applied_by, 'platform'
    from device_import_line l join device_import i on i.id = l.import_id where l.wanted_state = 'inactive' and ",
    lines!("add")
);

/// How many lines stand in a stretch in all.
const STRETCH: &str = "select count(*) as lines from device_import_line l where l.import_id = $1 and l.line > $2 and l.line <= $3";

/// Does the lines of a stretch, and returns how many there were.
pub(in crate::registry) async fn system_apply(
    tx: &System,
    due: Due,
    (after, until): (i32, i32),
    now: DateTime<Utc>,
) -> Result<i64, RegistryError> {
    let stretch: [Value; 3] = [due.id.as_uuid().into(), after.into(), until.into()];
    let at = |more: &[Value]| -> Vec<Value> { stretch.iter().chain(more).cloned().collect() };
    let now: Value = now.into();
    written(tx, STATES, at(from_ref(&now))).await?;
    match due.whose {
        Whose::Platform => {
            done_as_wanted(tx, ADD, at(from_ref(&now))).await?;
            written(tx, BEGUN, at(from_ref(&now))).await?;
            done_as_wanted(tx, CHANGE, at(&[now.clone(), "platform".into()])).await?;
            written(tx, REVOKE, at(from_ref(&now))).await?;
            written(tx, PROVE, at(&[now])).await?;
        }
        Whose::Distributor(_) => {
            written(tx, LOCK, at(&[])).await?;
            written(tx, CLOSE, at(from_ref(&now))).await?;
            done_as_wanted(tx, PLACE, at(from_ref(&now))).await?;
            done_as_wanted(tx, CHANGE, at(&[now, "distributor".into()])).await?;
        }
        Whose::Customer(_) => done_as_wanted(tx, CHANGE, at(&[now, "customer".into()])).await?,
    }
    let row = one(tx, STRETCH, stretch).await?;
    Ok(row.map(|row| get(&row, "lines")).transpose()?.unwrap_or_default())
}

async fn done_as_wanted(tx: &System, sql: &str, values: Vec<Value>) -> Result<(), RegistryError> {
    let row = one(tx, sql, values).await.map_err(changed)?;
    let Some(row) = row else {
        return Err(RegistryError::Conflict(CHANGED));
    };
    let (done, wanted): (i64, i64) = (get(&row, "done")?, get(&row, "wanted")?);
    if done == wanted {
        Ok(())
    } else {
        Err(RegistryError::Conflict(CHANGED))
    }
}

async fn written(tx: &System, sql: &str, values: Vec<Value>) -> Result<(), RegistryError> {
    run(tx, sql, values).await.map_err(changed)?;
    Ok(())
}

/// What was free when it was looked up, and is taken now.
fn changed(error: sea_orm::DbErr) -> RegistryError {
    match violation(&error) {
        Some(Violation::Taken | Violation::Missing) => RegistryError::Conflict(CHANGED),
        None => error.into(),
    }
}

/// The last thing that the transaction does: makes sure that those who got devices can still have them, until it has
/// committed, and that it is still this worker's to end.
pub(in crate::registry) async fn system_end(
    tx: &System,
    due: Due,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let sql = "select count(*) filter (where c.state = 'closed' or c.distributor_id is distinct from n.through) as gone
        from (select distinct to_customer_id as id, to_distributor_id as through from device_import_line
              where import_id = $1 and step in ('add', 'place') and to_customer_id is not null) n
        join lateral (select state, distributor_id from customer where customer.id = n.id for share) c on true";
    let row = one(tx, sql, [due.id.as_uuid().into()]).await?;
    let gone: i64 = row.map(|row| get(&row, "gone")).transpose()?.unwrap_or_default();
    if gone > 0 {
        return Err(RegistryError::Conflict(CHANGED));
    }
    let sql = "update device_import set state = 'applied', done = lines, ended_at = $3
        where id = $1 and attempt = $2 and state = 'applying' and distributor_id is not distinct from $4
          and customer_id is not distinct from $5";
    let values = [
        due.id.as_uuid().into(),
        due.attempt.into(),
        now.into(),
        due.whose.distributor().map(DistributorId::as_uuid).into(),
        due.whose.customer().map(CustomerId::as_uuid).into(),
    ];
    if run(tx, sql, values).await?.rows_affected() == 1 {
        Ok(())
    } else {
        Err(RegistryError::Conflict("it was cancelled; nothing was imported"))
    }
}
