//! `device_return` and `return_item`.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult, Value};
use uuid::Uuid;

use super::{all, get, id, is_taken, kinds, one, run, sought, thing};
use crate::ground::enums::{ReturnItemState, ReturnReason, ReturnState};
use crate::ground::ids::{DeviceId, DeviceModelId, DistributorId, HubId, ReturnId, ReturnItemId};
use crate::identity::Caller;
use crate::orders::returns::{Return, ReturnFilter, ReturnItem, ReturnKey};
use crate::orders::ship::Carriage;
use crate::registry::errands::Thing;
use crate::registry::{Ask, RegistryError, RegistryScope};
use crate::tenancy::{Scope, SystemScope, Tx};

type System = Tx<SystemScope>;

const RETURN: &str =
    "select r.id, r.number, r.distributor_id, d.name as distributor_name, r.reason, r.state, r.items,
      r.carrier, r.tracking, r.asked_by, r.asker_name, r.asked_at, r.updated_at, r.ended_at
    from device_return r join distributor d on d.id = r.distributor_id";
const LIST: &str = " where ($1::timestamptz is null or (r.asked_at, r.id) < ($1, $2))
      and ($3::text is null or position(lower($3) in lower(r.number)) > 0
        or position(lower($3) in lower(d.name)) > 0 or r.tracking_key = $4
        or r.id in (select i.return_id from return_item i where i.serial_key = lower($3 collate \"C\")))
      and ($5::text is null or r.state = $5)
      and (not $6 or r.ended_at is null)
      and ($7::uuid is null or r.distributor_id = $7)
      and ($9::text is null or $9 = 'platform' and r.state in ('asked', 'sent')
        or $9 = 'distributor' and r.state = 'accepted')
    order by r.asked_at desc, r.id desc limit $8";
/// What waits for the platform, the oldest first.
const WAITING: &str = " where r.state in ('asked', 'sent') and r.ended_at is null
    order by r.asked_at, r.id limit $1";

pub(in crate::orders) async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    filter: &ReturnFilter,
    ask: &Ask<ReturnKey>,
) -> Result<Vec<Return>, RegistryError> {
    let (state, is_open) = filter.standing.parts();
    let values = sought(filter, (state.map(ReturnState::as_str), is_open), ask);
    let rows = all(tx, &[RETURN, LIST].concat(), values).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

pub(in crate::orders) async fn waiting<S: RegistryScope>(
    tx: &Tx<S>,
    limit: u16,
) -> Result<Vec<Return>, RegistryError> {
    let rows = all(tx, &[RETURN, WAITING].concat(), [i64::from(limit).into()]).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

pub(in crate::orders) async fn get_one<S: RegistryScope>(
    tx: &Tx<S>,
    id: ReturnId,
) -> Result<Option<Return>, RegistryError> {
    let row = one(tx, &[RETURN, " where r.id = $1"].concat(), [id.as_uuid().into()]).await?;
    Ok(row.as_ref().map(read).transpose()?)
}

pub(in crate::orders) async fn numbered<S: RegistryScope>(
    tx: &Tx<S>,
    number: &str,
) -> Result<Option<Return>, RegistryError> {
    let row = one(
        tx,
        &[RETURN, " where r.number in ($1, upper($1))"].concat(),
        [number.into()],
    )
    .await?;
    Ok(row.as_ref().map(read).transpose()?)
}

fn read(row: &QueryResult) -> Result<Return, DbErr> {
    Ok(Return {
        id: id(row, "id")?,
        number: get(row, "number")?,
        distributor: id(row, "distributor_id")?,
        distributor_name: get(row, "distributor_name")?,
        reason: get(row, "reason")?,
        state: get(row, "state")?,
        items: get(row, "items")?,
        carrier: get(row, "carrier")?,
        tracking: get(row, "tracking")?,
        asked_by: id(row, "asked_by")?,
        asker_name: get(row, "asker_name")?,
        asked_at: get(row, "asked_at")?,
        updated_at: get(row, "updated_at")?,
        ended_at: get(row, "ended_at")?,
    })
}

/// By serial; a return has at most 500.
pub(in crate::orders) async fn items<S: Scope>(
    tx: &Tx<S>,
    back: ReturnId,
) -> Result<Vec<ReturnItem>, RegistryError> {
    let sql = "select id, device_id, hub_id, model, kinds, serial, state, received_at from return_item
        where return_id = $1 order by serial, id";
    let rows = all(tx, sql, [back.as_uuid().into()]).await?;
    let item = |row: &QueryResult| {
        Ok::<_, DbErr>(ReturnItem {
            id: id(row, "id")?,
            thing: thing(row)?,
            serial: get(row, "serial")?,
            model: get(row, "model")?,
            kinds: kinds(row)?,
            state: get(row, "state")?,
            received_at: get(row, "received_at")?,
        })
    };
    Ok(rows.iter().map(item).collect::<Result<_, _>>()?)
}

/// A return as its locked row says.
#[derive(Debug)]
pub(in crate::orders) struct Locked {
    pub(in crate::orders) id: ReturnId,
    pub(in crate::orders) number: String,
    pub(in crate::orders) distributor: DistributorId,
    pub(in crate::orders) state: ReturnState,
}

/// Locks the return, so that two who work on it come one after the other.
pub(in crate::orders) async fn system_lock(tx: &System, back: ReturnId) -> Result<Locked, RegistryError> {
    let sql = "select id, number, distributor_id, state from device_return where id = $1 for no key update";
    let row = one(tx, sql, [back.as_uuid().into()])
        .await?
        .ok_or(RegistryError::NotFound("return"))?;
    Ok(Locked {
        id: id(&row, "id")?,
        number: get(&row, "number")?,
        distributor: id(&row, "distributor_id")?,
        state: get(&row, "state")?,
    })
}

/// An item to write.
#[derive(Debug)]
pub(in crate::orders) struct NewReturnItem {
    pub(in crate::orders) id: ReturnItemId,
    pub(in crate::orders) thing: Thing,
    /// None of a hub.
    pub(in crate::orders) model_id: Option<DeviceModelId>,
    pub(in crate::orders) model: String,
    pub(in crate::orders) kinds: Vec<String>,
    pub(in crate::orders) serial: String,
}

pub(in crate::orders) async fn system_insert(
    tx: &System,
    (back, distributor, token): (ReturnId, DistributorId, Uuid),
    number: &str,
    (reason, items): (ReturnReason, &[NewReturnItem]),
    by: &Caller,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let sql = "insert into device_return (id, number, distributor_id, token, reason, items, asked_by, asker_name, asked_at,
          updated_at)
        values ($1, $2, $3, $4, $5, $6::bigint::integer, $7, $8, $9, $9)";
    let values: [Value; 9] = [
        back.as_uuid().into(),
        number.into(),
        distributor.as_uuid().into(),
        token.into(),
        reason.as_str().into(),
        i64::try_from(items.len()).unwrap_or(i64::MAX).into(),
        by.person.id.as_uuid().into(),
        by.person.name.clone().into(),
        now.into(),
    ];
    run(tx, sql, values).await?;
    let sql =
        "insert into return_item (id, return_id, distributor_id, device_id, hub_id, model, kinds, serial, model_id, order_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, (
          select o.order_id from order_item o
          where o.state = 'received' and o.distributor_id = $3 and (o.device_id = $4 or o.hub_id = $5)
          order by o.received_at desc limit 1))";
    for item in items {
        let values: [Value; 9] = [
            item.id.as_uuid().into(),
            back.as_uuid().into(),
            distributor.as_uuid().into(),
            item.thing.device().map(DeviceId::as_uuid).into(),
            item.thing.hub().map(HubId::as_uuid).into(),
            item.model.clone().into(),
            item.kinds.clone().into(),
            item.serial.clone().into(),
            item.model_id.map(DeviceModelId::as_uuid).into(),
        ];
        run(tx, sql, values).await.map_err(|error| {
            if is_taken(&error) {
                RegistryError::Conflict("some of it is in another open return already")
            } else {
                error.into()
            }
        })?;
    }
    Ok(())
}

pub(in crate::orders) async fn system_set_state(
    tx: &System,
    back: ReturnId,
    state: ReturnState,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let sql = "update device_return set state = $2, updated_at = $3,
          ended_at = case when $2 in ('declined', 'received', 'cancelled') then $3 end
        where id = $1";
    run(
        tx,
        sql,
        [back.as_uuid().into(), state.as_str().into(), now.into()],
    )
    .await?;
    Ok(())
}

/// Who carries it.
pub(in crate::orders) async fn system_carry(
    tx: &System,
    back: ReturnId,
    carriage: &Carriage,
) -> Result<(), RegistryError> {
    let sql = "update device_return set carrier = $2, tracking = $3 where id = $1";
    let values = [
        back.as_uuid().into(),
        carriage.carrier.clone().into(),
        carriage.tracking.clone().into(),
    ];
    run(tx, sql, values).await?;
    Ok(())
}

/// What became of items that wait.
pub(in crate::orders) async fn system_end_items(
    tx: &System,
    back: ReturnId,
    items: &[ReturnItemId],
    (state, now): (ReturnItemState, DateTime<Utc>),
) -> Result<(), RegistryError> {
    let sql = "update return_item set state = $3,
          received_at = case when $3 in ('inventory', 'retired') then $4::timestamptz end
        where return_id = $1 and id = any($2) and state = 'waiting'";
    let ids: Vec<Uuid> = items.iter().map(|item| item.as_uuid()).collect();
    let values = [
        back.as_uuid().into(),
        ids.into(),
        state.as_str().into(),
        now.into(),
    ];
    run(tx, sql, values).await?;
    Ok(())
}
