//! `order_item`.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult, Value};

use super::{all, get, id, is_taken, kinds, maybe_id, one, run, thing};
use crate::ground::enums::OrderItemState;
use crate::ground::ids::{DeviceId, DistributorId, HubId, OrderId, OrderItemId, OrderLineId, ParcelId};
use crate::orders::order::Item;
use crate::orders::promised::Promise;
use crate::registry::RegistryError;
use crate::registry::errands::Thing;
use crate::tenancy::rows::word;
use crate::tenancy::{Scope, SystemScope, Tx};

type System = Tx<SystemScope>;

const ITEM: &str =
    "select i.id, i.line_id, i.device_id, i.hub_id, i.serial, l.model, l.kinds, i.state, i.parcel_id,
      i.allocated_at, i.received_at
    from order_item i join order_line l on l.id = i.line_id where i.order_id = $1";

/// Those that somebody has to look at come first.
pub(in crate::orders) async fn list<S: Scope>(
    tx: &Tx<S>,
    order: OrderId,
    most: i64,
) -> Result<Vec<Item>, RegistryError> {
    let sql = [
        ITEM,
        " order by i.state <> 'missing', i.state = 'replaced', l.place, i.serial, i.id limit $2",
    ]
    .concat();
    let rows = all(tx, &sql, [order.as_uuid().into(), most.into()]).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

/// Those in some states, of one parcel or of all, by serial.
pub(in crate::orders) async fn in_state<S: Scope>(
    tx: &Tx<S>,
    order: OrderId,
    states: &[OrderItemState],
    parcel: Option<ParcelId>,
) -> Result<Vec<Item>, RegistryError> {
    let sql = [
        ITEM,
        " and i.state = any($2) and ($3::uuid is null or i.parcel_id = $3) order by i.serial, i.id",
    ]
    .concat();
    let states: Vec<String> = states.iter().map(|state| state.as_str().to_owned()).collect();
    let values = [
        order.as_uuid().into(),
        states.into(),
        parcel.map(ParcelId::as_uuid).into(),
    ];
    let rows = all(tx, &sql, values).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

fn read(row: &QueryResult) -> Result<Item, DbErr> {
    Ok(Item {
        id: id(row, "id")?,
        line: id(row, "line_id")?,
        thing: thing(row)?,
        serial: get(row, "serial")?,
        model: get(row, "model")?,
        kinds: kinds(row)?,
        state: get(row, "state")?,
        parcel: maybe_id(row, "parcel_id")?,
        allocated_at: get(row, "allocated_at")?,
        received_at: get(row, "received_at")?,
    })
}

/// What a device or a hub is promised to, as far as the scope sees it.
pub(in crate::orders) async fn promised<S: Scope>(
    tx: &Tx<S>,
    thing: Thing,
) -> Result<Option<Promise>, RegistryError> {
    let sql =
        "select 'order' as errand, o.id, o.number from order_item i join device_order o on o.id = i.order_id
        where (i.device_id = $1 or i.hub_id = $2) and i.state in ('allocated', 'shipped', 'missing')
        union all
        select 'return', r.id, r.number from return_item i join device_return r on r.id = i.return_id
        where (i.device_id = $1 or i.hub_id = $2) and i.state = 'waiting'
        limit 1";
    let values = [
        thing.device().map(DeviceId::as_uuid).into(),
        thing.hub().map(HubId::as_uuid).into(),
    ];
    let Some(row) = one(tx, sql, values).await? else {
        return Ok(None);
    };
    Ok(Some(Promise {
        errand: word(&row, "errand")?,
        id: get(&row, "id")?,
        number: get(&row, "number")?,
    }))
}

/// An item to write.
#[derive(Debug, Clone)]
pub(in crate::orders) struct NewItem {
    pub(in crate::orders) id: OrderItemId,
    pub(in crate::orders) line: OrderLineId,
    pub(in crate::orders) thing: Thing,
    pub(in crate::orders) serial: String,
}

pub(in crate::orders) async fn system_insert(
    tx: &System,
    (order, distributor): (OrderId, DistributorId),
    new: &[NewItem],
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let sql = "insert into order_item (id, order_id, line_id, distributor_id, device_id, hub_id, serial, allocated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    for item in new {
        let values: [Value; 8] = [
            item.id.as_uuid().into(),
            order.as_uuid().into(),
            item.line.as_uuid().into(),
            distributor.as_uuid().into(),
            item.thing.device().map(DeviceId::as_uuid).into(),
            item.thing.hub().map(HubId::as_uuid).into(),
            item.serial.clone().into(),
            now.into(),
        ];
        run(tx, sql, values).await.map_err(|error| {
            if is_taken(&error) {
                RegistryError::Conflict("one of these serials belongs to another order already")
            } else {
                error.into()
            }
        })?;
    }
    Ok(())
}

/// Gives items up that have not been sent.
pub(in crate::orders) async fn system_delete(
    tx: &System,
    order: OrderId,
    items: &[OrderItemId],
) -> Result<(), RegistryError> {
    let sql = "delete from order_item where order_id = $1 and id = any($2) and state = 'allocated'";
    run(tx, sql, [order.as_uuid().into(), ids(items)]).await?;
    Ok(())
}

/// Puts items into a parcel.
pub(in crate::orders) async fn system_ship(
    tx: &System,
    order: OrderId,
    items: &[OrderItemId],
    parcel: ParcelId,
) -> Result<(), RegistryError> {
    let sql = "update order_item set state = 'shipped', parcel_id = $3
        where order_id = $1 and id = any($2) and state = 'allocated'";
    run(
        tx,
        sql,
        [order.as_uuid().into(), ids(items), parcel.as_uuid().into()],
    )
    .await?;
    Ok(())
}

/// Says what became of items that were sent.
pub(in crate::orders) async fn system_set_state(
    tx: &System,
    order: OrderId,
    items: &[OrderItemId],
    state: OrderItemState,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let sql =
        "update order_item set state = $3, received_at = case when $3 = 'received' then $4::timestamptz end
        where order_id = $1 and id = any($2) and state in ('shipped', 'missing')";
    let values = [
        order.as_uuid().into(),
        ids(items),
        state.as_str().into(),
        now.into(),
    ];
    run(tx, sql, values).await?;
    Ok(())
}

fn ids(items: &[OrderItemId]) -> Value {
    items.iter().map(|item| item.as_uuid()).collect::<Vec<_>>().into()
}
