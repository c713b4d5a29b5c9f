//! Finding what somebody says to have, and adding what nobody had.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;
use vitals::{DeviceKey, Kind};

use super::{all, get, id, kinds, maybe_id, one};
use crate::ground::ids::{CustomerId, DeviceId, DeviceModelId, DistributorId, SiteId};
use crate::registry::labels::ToLabel;
use crate::registry::{RegistryError, RegistryScope};
use crate::tenancy::{SystemScope, Tx};

type System = Tx<SystemScope>;

/// Items that are looked at.
const LOOKED_AT: i64 = 20;

/// The device of a maker and a serial, whoever has it, and how often it came back to a stock.
pub(in crate::registry) async fn system_find(
    tx: &System,
    key: &DeviceKey,
) -> Result<Option<(DeviceId, i32)>, RegistryError> {
    let sql =
        "select id, label_generation from device where maker_key = lower($1 collate \"C\") and serial = $2";
    let values = [key.maker.as_str().into(), key.serial.as_str().into()];
    let row = one(tx, sql, values).await?;
    let found = |row: QueryResult| Ok::<_, DbErr>((id(&row, "id")?, get(&row, "label_generation")?));
    Ok(row.map(found).transpose()?)
}

/// What stands on the labels of those of these devices that the scope sees.
pub(in crate::registry) async fn to_label<S: RegistryScope>(
    tx: &Tx<S>,
    devices: &[DeviceId],
) -> Result<Vec<ToLabel>, DbErr> {
    let sql = "select d.id, d.maker, d.serial, m.name as model, m.kinds, d.label_generation, d.customer_id, d.distributor_id
        from device d join device_model m on m.id = d.model_id where d.id = any($1)";
    let devices: Vec<Uuid> = devices.iter().map(|device| device.as_uuid()).collect();
    let rows = all(tx, sql, [devices.into()]).await?;
    let found = |row: &QueryResult| {
        Ok(ToLabel {
            device: id(row, "id")?,
            maker: get(row, "maker")?,
            serial: get(row, "serial")?,
            model: get(row, "model")?,
            kinds: kinds(row)?,
            generation: get(row, "label_generation")?,
            customer: maybe_id(row, "customer_id")?,
            distributor: maybe_id(row, "distributor_id")?,
        })
    };
    rows.iter().map(found).collect()
}

/// Whose model it is, and what it measures.
pub(in crate::registry) async fn system_model(
    tx: &System,
    model: DeviceModelId,
) -> Result<Option<(String, Vec<Kind>)>, RegistryError> {
    let sql = "select maker, kinds from device_model where id = $1";
    let row = one(tx, sql, [model.as_uuid().into()]).await?;
    let found = |row: QueryResult| Ok::<_, DbErr>((get(&row, "maker")?, kinds(&row)?));
    Ok(row.map(found).transpose()?)
}

/// How many devices people of the customer added by readings since.
pub(in crate::registry) async fn system_added_since(
    tx: &System,
    customer: CustomerId,
    since: DateTime<Utc>,
) -> Result<i64, RegistryError> {
    let sql = "select count(*) as added from assignment a join user_account u on u.id = a.assigned_by
        where a.customer_id = $1 and u.customer_id = $1 and a.device_id is not null and a.reason = 'added'
          and a.created_at > $2";
    let row = one(tx, sql, [customer.as_uuid().into(), since.into()]).await?;
    Ok(row.map(|row| get(&row, "added")).transpose()?.unwrap_or_default())
}

/// Sealed readings of a serial that nobody seems to have, which an active hub of the customer's own signed since then; one at
/// this site, for who sees no other.
pub(in crate::registry) async fn system_unknown(
    tx: &System,
    (customer, site): (CustomerId, Option<SiteId>),
    serial: &str,
    since: DateTime<Utc>,
) -> Result<Vec<(Uuid, Vec<u8>)>, RegistryError> {
    let sql = "select q.id, q.item_sealed from quarantine q join hub h on h.id = q.hub_id
        where q.customer_id = $1 and q.state = 'waiting' and q.reason = 'unknown_device' and q.received_at >= $3
          and q.serial = $2 and q.jwt is not null
          and h.customer_id = $1 and h.state = 'active' and h.confirmed_at is not null
          and ($5::uuid is null or h.site_id = $5)
        order by q.received_at desc limit $4";
    let values = [
        customer.as_uuid().into(),
        serial.into(),
        since.into(),
        LOOKED_AT.into(),
        site.map(SiteId::as_uuid).into(),
    ];
    let rows = all(tx, sql, values).await?;
    let item = |row: &QueryResult| -> Result<_, DbErr> { Ok((get(row, "id")?, get(row, "item_sealed")?)) };
    Ok(rows.iter().map(item).collect::<Result<_, _>>()?)
}

/// Whether the device was added. Somebody else may just have added it.
pub(in crate::registry) async fn system_insert(
    tx: &System,
    id: DeviceId,
    key: &DeviceKey,
    model: DeviceModelId,
    (customer, distributor): (CustomerId, Option<DistributorId>),
    now: DateTime<Utc>,
) -> Result<bool, RegistryError> {
    let sql = "insert into device (id, maker, serial, model_id, distributor_id, customer_id, state, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, 'active', $7, $7) on conflict (maker_key, serial) do nothing";
    let values = [
        id.as_uuid().into(),
        key.maker.as_str().into(),
        key.serial.as_str().into(),
        model.as_uuid().into(),
        distributor.map(DistributorId::as_uuid).into(),
        customer.as_uuid().into(),
        now.into(),
    ];
    Ok(super::run(tx, sql, values).await?.rows_affected() == 1)
}
