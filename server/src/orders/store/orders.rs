//! `device_order`, `order_line` and `order_parcel`.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult, Value};
use uuid::Uuid;

use super::{all, get, id, kinds, maybe_id, one, run, sought};
use crate::ground::enums::OrderState;
use crate::ground::ids::{DistributorId, OrderId, ParcelId, UserId};
use crate::identity::Caller;
use crate::orders::list::{OrderFilter, OrderKey};
use crate::orders::order::{Delivery, Line, Order, Parcel};
use crate::orders::place::Checked;
use crate::orders::ship::Carriage;
use crate::orders::way::Tally;
use crate::registry::{Ask, RegistryError, RegistryScope};
use crate::tenancy::{Scope, SystemScope, Tx};

type System = Tx<SystemScope>;

const ORDER: &str = "select o.id, o.number, o.distributor_id, d.name as distributor_name, o.reference, o.state, o.devices,
      o.hubs, o.deliver_to, o.contact, o.phone, o.street, o.postal_code, o.city, o.region, o.country, o.ordered_by,
      o.orderer_name, o.ordered_at, o.updated_at, o.ended_at
    from device_order o join distributor d on d.id = o.distributor_id";
const LIST: &str = " where ($1::timestamptz is null or (o.ordered_at, o.id) < ($1, $2))
      and ($3::text is null or position(lower($3) in lower(o.number)) > 0
        or position(lower($3) in lower(o.reference)) > 0 or position(lower($3) in lower(d.name)) > 0
        or o.id in (select i.order_id from order_item i where i.serial_key = lower($3 collate \"C\"))
        or o.id in (select p.order_id from order_parcel p where p.tracking_key = $4))
      and ($5::text is null or o.state = $5)
      and (not $6 or o.ended_at is null)
      and ($7::uuid is null or o.distributor_id = $7)
      and ($9::text is null
        or $9 = 'platform' and o.ended_at is null and o.state in ('ordered', 'allocated', 'received')
        or $9 = 'distributor' and o.ended_at is null
          and exists (select from order_item i where i.order_id = o.id and i.state = 'shipped'))
    order by o.ordered_at desc, o.id desc limit $8";
/// What waits for the platform: serials, then the carrier, then a word on what did not arrive; the oldest first.
const WAITING: &str = " where o.state in ('ordered', 'allocated', 'received') and o.ended_at is null
    order by o.ordered_at, o.id limit $1";
const LINES: &str = "select l.id, l.model_id, l.model, l.kinds, l.quantity, l.waived,
      count(i.id) filter (where i.state <> 'replaced') as found,
      count(i.id) filter (where i.state in ('shipped', 'missing', 'received', 'lost')) as sent,
      count(i.id) filter (where i.state = 'received') as received
    from order_line l left join order_item i on i.line_id = l.id
    where l.order_id = $1 group by l.id order by l.place";

pub(in crate::orders) async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    filter: &OrderFilter,
    ask: &Ask<OrderKey>,
) -> Result<Vec<Order>, RegistryError> {
    let (state, is_open) = filter.standing.parts();
    let values = sought(filter, (state.map(OrderState::as_str), is_open), ask);
    let rows = all(tx, &[ORDER, LIST].concat(), values).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

pub(in crate::orders) async fn waiting<S: RegistryScope>(
    tx: &Tx<S>,
    limit: u16,
) -> Result<Vec<Order>, RegistryError> {
    let rows = all(tx, &[ORDER, WAITING].concat(), [i64::from(limit).into()]).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

pub(in crate::orders) async fn get_one<S: RegistryScope>(
    tx: &Tx<S>,
    id: OrderId,
) -> Result<Option<Order>, RegistryError> {
    let row = one(tx, &[ORDER, " where o.id = $1"].concat(), [id.as_uuid().into()]).await?;
    Ok(row.as_ref().map(read).transpose()?)
}

pub(in crate::orders) async fn numbered<S: RegistryScope>(
    tx: &Tx<S>,
    number: &str,
) -> Result<Option<Order>, RegistryError> {
    let row = one(
        tx,
        &[ORDER, " where o.number in ($1, upper($1))"].concat(),
        [number.into()],
    )
    .await?;
    Ok(row.as_ref().map(read).transpose()?)
}

fn read(row: &QueryResult) -> Result<Order, DbErr> {
    Ok(Order {
        id: id(row, "id")?,
        number: get(row, "number")?,
        distributor: id(row, "distributor_id")?,
        distributor_name: get(row, "distributor_name")?,
        reference: get(row, "reference")?,
        state: get(row, "state")?,
        devices: get(row, "devices")?,
        hubs: get(row, "hubs")?,
        delivery: Delivery {
            name: get(row, "deliver_to")?,
            contact: get(row, "contact")?,
            phone: get(row, "phone")?,
            street: get(row, "street")?,
            postal_code: get(row, "postal_code")?,
            city: get(row, "city")?,
            region: get(row, "region")?,
            country: get(row, "country")?,
        },
        ordered_by: id(row, "ordered_by")?,
        orderer_name: get(row, "orderer_name")?,
        ordered_at: get(row, "ordered_at")?,
        updated_at: get(row, "updated_at")?,
        ended_at: get(row, "ended_at")?,
    })
}

pub(in crate::orders) async fn lines<S: Scope>(
    tx: &Tx<S>,
    order: OrderId,
) -> Result<Vec<Line>, RegistryError> {
    let rows = all(tx, LINES, [order.as_uuid().into()]).await?;
    let line = |row: &QueryResult| {
        Ok::<_, DbErr>(Line {
            id: id(row, "id")?,
            model: maybe_id(row, "model_id")?,
            name: get(row, "model")?,
            kinds: kinds(row)?,
            quantity: get(row, "quantity")?,
            waived: get(row, "waived")?,
            found: get(row, "found")?,
            sent: get(row, "sent")?,
            received: get(row, "received")?,
        })
    };
    Ok(rows.iter().map(line).collect::<Result<_, _>>()?)
}

pub(in crate::orders) async fn parcels<S: RegistryScope>(
    tx: &Tx<S>,
    order: OrderId,
    most: i64,
) -> Result<Vec<Parcel>, RegistryError> {
    let sql = "select p.id, p.carrier, p.tracking, p.shipped_at, count(i.id) as items,
          count(i.id) filter (where i.state = 'shipped') as on_its_way
        from order_parcel p left join order_item i on i.parcel_id = p.id
        where p.order_id = $1 group by p.id order by p.shipped_at desc, p.id desc limit $2";
    let rows = all(tx, sql, [order.as_uuid().into(), most.into()]).await?;
    let parcel = |row: &QueryResult| {
        Ok::<_, DbErr>(Parcel {
            id: id(row, "id")?,
            carrier: get(row, "carrier")?,
            tracking: get(row, "tracking")?,
            shipped_at: get(row, "shipped_at")?,
            items: get(row, "items")?,
            on_its_way: get(row, "on_its_way")?,
        })
    };
    Ok(rows.iter().map(parcel).collect::<Result<_, _>>()?)
}

/// An order as its locked row says.
#[derive(Debug)]
pub(in crate::orders) struct Locked {
    pub(in crate::orders) number: String,
    pub(in crate::orders) distributor: DistributorId,
    pub(in crate::orders) state: OrderState,
}

/// Locks the order, so that two who work on it come one after the other.
pub(in crate::orders) async fn system_lock(tx: &System, order: OrderId) -> Result<Locked, RegistryError> {
    let sql = "select number, distributor_id, state from device_order where id = $1 for no key update";
    let row = one(tx, sql, [order.as_uuid().into()])
        .await?
        .ok_or(RegistryError::NotFound("order"))?;
    Ok(Locked {
        number: get(&row, "number")?,
        distributor: id(&row, "distributor_id")?,
        state: get(&row, "state")?,
    })
}

pub(in crate::orders) async fn system_insert(
    tx: &System,
    (order, number): (OrderId, &str),
    new: &Checked,
    by: &Caller,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let sql = "insert into device_order (id, number, distributor_id, token, reference, devices, hubs, deliver_to, contact,
          phone, street, postal_code, city, region, country, ordered_by, orderer_name, ordered_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18)";
    let Delivery {
        name,
        contact,
        phone,
        street,
        postal_code,
        city,
        region,
        country,
    } = new.delivery.clone();
    let values: [Value; 18] = [
        order.as_uuid().into(),
        number.into(),
        new.distributor.as_uuid().into(),
        new.token.into(),
        new.reference.clone().into(),
        new.devices().into(),
        new.hubs().into(),
        name.into(),
        contact.into(),
        phone.into(),
        street.into(),
        postal_code.into(),
        city.into(),
        region.into(),
        country.into(),
        by.person.id.as_uuid().into(),
        by.person.name.clone().into(),
        now.into(),
    ];
    run(tx, sql, values).await?;
    let sql = "insert into order_line (id, order_id, distributor_id, place, model_id, model, kinds, quantity)
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    for line in &new.lines {
        let kinds: Vec<String> = line.kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
        let values: [Value; 8] = [
            line.id.as_uuid().into(),
            order.as_uuid().into(),
            new.distributor.as_uuid().into(),
            line.place.into(),
            line.model.map(Uuid::from).into(),
            line.name.clone().into(),
            kinds.into(),
            line.quantity.into(),
        ];
        run(tx, sql, values).await?;
    }
    Ok(())
}

/// How far the parts of an order are.
pub(in crate::orders) async fn tally<S: Scope>(tx: &Tx<S>, order: OrderId) -> Result<Tally, RegistryError> {
    let sql = "select (select sum(quantity - waived) from order_line where order_id = $1)::bigint as wanted,
          count(*) filter (where state = 'allocated') as allocated, count(*) filter (where state = 'shipped') as shipped,
          count(*) filter (where state = 'missing') as missing, count(*) filter (where state = 'received') as received,
          count(*) filter (where state = 'lost') as lost
        from order_item where order_id = $1";
    let row = one(tx, sql, [order.as_uuid().into()])
        .await?
        .ok_or(RegistryError::NotFound("order"))?;
    Ok(Tally {
        wanted: get::<Option<i64>>(&row, "wanted")?.unwrap_or(0),
        allocated: get(&row, "allocated")?,
        shipped: get(&row, "shipped")?,
        missing: get(&row, "missing")?,
        received: get(&row, "received")?,
        lost: get(&row, "lost")?,
    })
}

pub(in crate::orders) async fn system_set_state(
    tx: &System,
    order: OrderId,
    state: OrderState,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let sql = "update device_order set state = $2, updated_at = $3,
          ended_at = case when $2 in ('in_stock', 'cancelled') then coalesce(ended_at, $3) end
        where id = $1";
    run(
        tx,
        sql,
        [order.as_uuid().into(), state.as_str().into(), now.into()],
    )
    .await?;
    Ok(())
}

/// What has no serial yet will not come. Returns how many these are.
pub(in crate::orders) async fn system_waive(tx: &System, order: OrderId) -> Result<i64, RegistryError> {
    let sql = "with open as (
          select l.id, l.quantity - l.waived
              - (select count(*) from order_item i where i.line_id = l.id and i.state <> 'replaced')::integer as open
          from order_line l where l.order_id = $1
        ), done as (
          update order_line l set waived = l.waived + open.open from open where l.id = open.id and open.open > 0
          returning open.open
        )
        select coalesce(sum(open), 0)::bigint as waived from done";
    let row = one(tx, sql, [order.as_uuid().into()]).await?;
    Ok(row.map_or(Ok(0), |row| get(&row, "waived"))?)
}

pub(in crate::orders) async fn system_insert_parcel(
    tx: &System,
    (parcel, order, distributor): (ParcelId, OrderId, DistributorId),
    carriage: &Carriage,
    by: UserId,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let sql =
        "insert into order_parcel (id, order_id, distributor_id, carrier, tracking, shipped_at, shipped_by)
        values ($1, $2, $3, $4, $5, $6, $7)";
    let values: [Value; 7] = [
        parcel.as_uuid().into(),
        order.as_uuid().into(),
        distributor.as_uuid().into(),
        carriage.carrier.clone().into(),
        carriage.tracking.clone().into(),
        now.into(),
        by.as_uuid().into(),
    ];
    run(tx, sql, values).await?;
    Ok(())
}
