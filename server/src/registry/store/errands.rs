//! `device` and `hub`, for what is promised to an order or a return.

use sea_orm::{DbErr, QueryResult, Value};
use uuid::Uuid;

use super::{all, get, id, maybe_word, one, run, word};
use crate::ground::enums::Errand;
use crate::ground::ids::{DeviceId, DeviceModelId, DistributorId, HubId};
use crate::registry::RegistryError;
use crate::registry::errands::{Found, Thing, readiness};
use crate::tenancy::{SystemScope, Tx};

type System = Tx<SystemScope>;

const DEVICE: &str =
    "select d.id, d.serial, d.model_id, d.maker || ' ' || m.name as model_name, m.kinds, d.state,
      d.reserved_for
    from device d join device_model m on m.id = d.model_id
    where d.customer_id is null and d.state <> 'retired' and d.distributor_id is not distinct from $2";
const HUB: &str = "select h.id, h.serial, h.state, h.reserved_for from hub h
    where h.customer_id is null and h.state <> 'retired' and h.distributor_id is not distinct from $2";

pub(in crate::registry) async fn system_take_devices(
    tx: &System,
    model: DeviceModelId,
    count: i64,
) -> Result<Vec<(Thing, String)>, RegistryError> {
    let sql = "with free as (
          select id from device
          where model_id = $1 and distributor_id is null and customer_id is null and state = 'stock'
            and reserved_for is null
          order by serial, id limit $2 for no key update skip locked
        )
        update device d set reserved_for = 'order' from free where d.id = free.id returning d.id, d.serial";
    let rows = all(tx, sql, [model.as_uuid().into(), count.into()]).await?;
    let taken = |row: &QueryResult| Ok::<_, DbErr>((Thing::Device(id(row, "id")?), get(row, "serial")?));
    Ok(rows.iter().map(taken).collect::<Result<_, _>>()?)
}

pub(in crate::registry) async fn system_take_hubs(
    tx: &System,
    count: i64,
) -> Result<Vec<(Thing, String)>, RegistryError> {
    let sql = "with free as (
          select id from hub
          where distributor_id is null and customer_id is null and state = 'unclaimed' and reserved_for is null
          order by serial, id limit $1 for no key update skip locked
        )
        update hub h set reserved_for = 'order' from free where h.id = free.id returning h.id, h.serial";
    let rows = all(tx, sql, [count.into()]).await?;
    let taken = |row: &QueryResult| Ok::<_, DbErr>((Thing::Hub(id(row, "id")?), get(row, "serial")?));
    Ok(rows.iter().map(taken).collect::<Result<_, _>>()?)
}

pub(in crate::registry) async fn system_free(
    tx: &System,
    model: Option<DeviceModelId>,
) -> Result<i64, RegistryError> {
    let row = if let Some(model) = model {
        let sql = "select count(*) as free from device
            where model_id = $1 and distributor_id is null and customer_id is null and state = 'stock'
              and reserved_for is null";
        one(tx, sql, [model.as_uuid().into()]).await?
    } else {
        let sql = "select count(*) as free from hub
            where distributor_id is null and customer_id is null and state = 'unclaimed' and reserved_for is null";
        one(tx, sql, []).await?
    };
    Ok(row.map_or(Ok(0), |row| get(&row, "free"))?)
}

pub(in crate::registry) async fn system_find_devices(
    tx: &System,
    serials: &[String],
    with: Option<DistributorId>,
) -> Result<Vec<Found>, RegistryError> {
    let sql = [
        DEVICE,
        " and d.serial_key = any($1) order by d.id for no key update of d",
    ]
    .concat();
    devices(tx, &sql, [serials.to_vec().into(), holder(with)]).await
}

pub(in crate::registry) async fn system_find_hubs(
    tx: &System,
    serials: &[String],
    with: Option<DistributorId>,
) -> Result<Vec<Found>, RegistryError> {
    let sql = [
        HUB,
        " and lower(h.serial collate \"C\") = any($1) order by h.id for no key update of h",
    ]
    .concat();
    hubs(tx, &sql, [serials.to_vec().into(), holder(with)]).await
}

pub(in crate::registry) async fn system_hold_devices(
    tx: &System,
    ids: Vec<DeviceId>,
    with: Option<DistributorId>,
) -> Result<Vec<Found>, RegistryError> {
    let sql = [DEVICE, " and d.id = any($1) order by d.id for no key update of d"].concat();
    let ids: Vec<Uuid> = ids.into_iter().map(DeviceId::as_uuid).collect();
    devices(tx, &sql, [ids.into(), holder(with)]).await
}

pub(in crate::registry) async fn system_hold_hubs(
    tx: &System,
    ids: Vec<HubId>,
    with: Option<DistributorId>,
) -> Result<Vec<Found>, RegistryError> {
    let sql = [HUB, " and h.id = any($1) order by h.id for no key update of h"].concat();
    let ids: Vec<Uuid> = ids.into_iter().map(HubId::as_uuid).collect();
    hubs(tx, &sql, [ids.into(), holder(with)]).await
}

fn holder(with: Option<DistributorId>) -> Value {
    with.map(DistributorId::as_uuid).into()
}

async fn devices(tx: &System, sql: &str, values: [Value; 2]) -> Result<Vec<Found>, RegistryError> {
    let rows = all(tx, sql, values).await?;
    let found = |row: &QueryResult| {
        let (is_ready, came_back) = readiness(Some(word(row, "state")?), None);
        Ok::<_, DbErr>(Found {
            thing: Thing::Device(id(row, "id")?),
            serial: get(row, "serial")?,
            model: Some(id(row, "model_id")?),
            model_name: get(row, "model_name")?,
            kinds: get(row, "kinds")?,
            is_ready,
            came_back,
            reserved: maybe_word(row, "reserved_for")?,
        })
    };
    Ok(rows.iter().map(found).collect::<Result<_, _>>()?)
}

async fn hubs(tx: &System, sql: &str, values: [Value; 2]) -> Result<Vec<Found>, RegistryError> {
    let rows = all(tx, sql, values).await?;
    let found = |row: &QueryResult| {
        let (is_ready, came_back) = readiness(None, Some(word(row, "state")?));
        Ok::<_, DbErr>(Found {
            thing: Thing::Hub(id(row, "id")?),
            serial: get(row, "serial")?,
            model: None,
            model_name: "Hub".to_owned(),
            kinds: Vec::new(),
            is_ready,
            came_back,
            reserved: maybe_word(row, "reserved_for")?,
        })
    };
    Ok(rows.iter().map(found).collect::<Result<_, _>>()?)
}

pub(in crate::registry) async fn system_set(
    tx: &System,
    (devices, hubs): (Vec<DeviceId>, Vec<HubId>),
    errand: Option<Errand>,
) -> Result<(), RegistryError> {
    let word = || Value::from(errand.map(Errand::as_str));
    if !devices.is_empty() {
        let ids: Vec<Uuid> = devices.into_iter().map(DeviceId::as_uuid).collect();
        let sql = "update device set reserved_for = $2 where id = any($1)";
        run(tx, sql, [ids.into(), word()]).await?;
    }
    if !hubs.is_empty() {
        let ids: Vec<Uuid> = hubs.into_iter().map(HubId::as_uuid).collect();
        let sql = "update hub set reserved_for = $2 where id = any($1)";
        run(tx, sql, [ids.into(), word()]).await?;
    }
    Ok(())
}
