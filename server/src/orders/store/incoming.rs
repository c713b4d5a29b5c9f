//! What is on its way to a distributor.

use std::collections::HashMap;

use sea_orm::{DbErr, QueryResult};

use super::{all, get, maybe_id, one};
use crate::ground::enums::CaseSide;
use crate::ground::ids::DeviceModelId;
use crate::orders::incoming::Incoming;
use crate::registry::{RegistryError, RegistryScope};
use crate::tenancy::Tx;

pub(in crate::orders) async fn by_model<S: RegistryScope>(
    tx: &Tx<S>,
) -> Result<HashMap<Option<DeviceModelId>, i64>, RegistryError> {
    let sql = "select l.model_id, count(*) as incoming from order_item i join order_line l on l.id = i.line_id
        where i.order_id in (select id from device_order where ended_at is null) and i.state = 'shipped' group by 1";
    let rows = all(tx, sql, []).await?;
    let of = |row: &QueryResult| Ok::<_, DbErr>((maybe_id(row, "model_id")?, get(row, "incoming")?));
    Ok(rows.iter().map(of).collect::<Result<_, _>>()?)
}

pub(in crate::orders) async fn counts<S: RegistryScope>(tx: &Tx<S>) -> Result<Incoming, RegistryError> {
    let sql = "select
          (select count(*) from order_item i
           where i.order_id in (select id from device_order where ended_at is null) and i.state = 'shipped') as on_its_way,
          (select count(*) from device_order where ended_at is null) as open,
          (select count(*) from device_order where ended_at is null and state in ('ordered', 'allocated', 'received'))
            as waiting,
          (select count(*) from device_return where ended_at is null and state in ('asked', 'sent')) as returns,
          (select count(*) from device_order o where ended_at is null
           and exists (select from order_item i where i.order_id = o.id and i.state = 'shipped')) as to_take_in,
          (select count(*) from device_return where ended_at is null and state = 'accepted') as to_send";
    let row = one(tx, sql, []).await?.ok_or(RegistryError::NotFound("count"))?;
    Ok(Incoming {
        on_its_way: get(&row, "on_its_way")?,
        open: get(&row, "open")?,
        waiting: get(&row, "waiting")?,
        returns: get(&row, "returns")?,
        to_take_in: get(&row, "to_take_in")?,
        to_send: get(&row, "to_send")?,
    })
}

/// The same conditions as of [`counts`]; it stands on every page, so only what is open is looked at.
pub(in crate::orders) async fn waiting_for<S: RegistryScope>(
    tx: &Tx<S>,
    side: CaseSide,
) -> Result<i64, RegistryError> {
    let sql = match side {
        CaseSide::Platform => {
            "select (select count(*) from device_order where ended_at is null
                 and state in ('ordered', 'allocated', 'received'))
               + (select count(*) from device_return where ended_at is null and state in ('asked', 'sent')) as waiting"
        }
        CaseSide::Distributor => {
            "select (select count(*) from device_order o where ended_at is null
                 and exists (select from order_item i where i.order_id = o.id and i.state = 'shipped'))
               + (select count(*) from device_return where ended_at is null and state = 'accepted') as waiting"
        }
        CaseSide::Customer => return Ok(0),
    };
    let row = one(tx, sql, []).await?;
    Ok(row.map_or(Ok(0), |row| get(&row, "waiting"))?)
}
