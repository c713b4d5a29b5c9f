//! `order_item` and `return_item`, as what became a distributor's and what went back.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult};

use super::{all, get, id, maybe_id};
use crate::ground::ids::DistributorId;
use crate::orders::hardware::HardwareLine;
use crate::registry::{RegistryError, RegistryScope, TimeZone};
use crate::tenancy::Tx;

const LINES: &str =
    "select b.day, b.distributor_id, d.name as distributor_name, b.return_id, b.order_id, b.number, b.order_number,
      b.reference, b.model_id, b.is_hub, b.model, sum(b.quantity)::bigint as quantity
    from (
      select (i.received_at at time zone $5)::date as day, i.distributor_id, null::uuid as return_id, i.order_id, o.number,
        o.number as order_number, o.reference, l.model_id, i.hub_id is not null as is_hub, l.model, 1 as quantity
      from order_item i join order_line l on l.id = i.line_id join device_order o on o.id = i.order_id
      where i.received_at >= $1 and i.received_at < $2 and ($3::uuid is null or i.distributor_id = $3)
      union all
      select (i.received_at at time zone $5)::date, i.distributor_id, i.return_id, i.order_id, r.number, o.number, o.reference,
        i.model_id, i.hub_id is not null, i.model, -1
      from return_item i join device_return r on r.id = i.return_id left join device_order o on o.id = i.order_id
      where i.received_at >= $1 and i.received_at < $2 and ($3::uuid is null or i.distributor_id = $3)
    ) b join distributor d on d.id = b.distributor_id
    group by b.day, b.distributor_id, d.name, b.return_id, b.order_id, b.number, b.order_number, b.reference, b.model_id,
      b.is_hub, b.model
    order by b.day, d.name, b.distributor_id, b.number, b.order_number, b.model, b.model_id limit $4";

pub(in crate::orders) async fn lines<S: RegistryScope>(
    tx: &Tx<S>,
    (from, until, zone): (DateTime<Utc>, DateTime<Utc>, TimeZone),
    distributor: Option<DistributorId>,
    most: i64,
) -> Result<Vec<HardwareLine>, RegistryError> {
    let values = [
        from.into(),
        until.into(),
        distributor.map(DistributorId::as_uuid).into(),
        most.into(),
        zone.as_str().into(),
    ];
    let rows = all(tx, LINES, values).await?;
    let line = |row: &QueryResult| {
        Ok::<_, DbErr>(HardwareLine {
            day: get(row, "day")?,
            distributor: id(row, "distributor_id")?,
            distributor_name: get(row, "distributor_name")?,
            number: get(row, "number")?,
            returned: maybe_id(row, "return_id")?,
            order: maybe_id(row, "order_id")?,
            order_number: get(row, "order_number")?,
            reference: get(row, "reference")?,
            is_hub: get(row, "is_hub")?,
            model: maybe_id(row, "model_id")?,
            name: get(row, "model")?,
            quantity: get(row, "quantity")?,
        })
    };
    Ok(rows.iter().map(line).collect::<Result<_, _>>()?)
}
