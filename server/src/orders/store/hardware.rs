//! `order_item` and `return_item`, as what became a distributor's and what went back.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult};

use super::{all, get, id, maybe_id};
use crate::ground::ids::DistributorId;
use crate::orders::hardware::HardwareLine;
use crate::registry::{RegistryError, RegistryScope};
use crate::tenancy::Tx;

const LINES: &str =
    "select b.day, b.distributor_id, d.name as distributor_name, b.number, b.model_id, b.model,
      sum(b.quantity)::bigint as quantity
    from (
      select (i.received_at at time zone 'UTC')::date as day, i.distributor_id, o.number, l.model_id, l.model,
        1 as quantity
      from order_item i join order_line l on l.id = i.line_id join device_order o on o.id = i.order_id
      where i.received_at >= $1 and i.received_at < $2 and ($3::uuid is null or i.distributor_id = $3)
      union all
      select (i.received_at at time zone 'UTC')::date, i.distributor_id, r.number, null, i.model, -1
      from return_item i join device_return r on r.id = i.return_id
      where i.received_at >= $1 and i.received_at < $2 and ($3::uuid is null or i.distributor_id = $3)
    ) b join distributor d on d.id = b.distributor_id
    group by b.day, b.distributor_id, d.name, b.number, b.model_id, b.model
    order by b.day, d.name, b.distributor_id, b.number, b.model, b.model_id limit $4";

pub(in crate::orders) async fn lines<S: RegistryScope>(
    tx: &Tx<S>,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    distributor: Option<DistributorId>,
    most: i64,
) -> Result<Vec<HardwareLine>, RegistryError> {
    let values = [
        from.into(),
        until.into(),
        distributor.map(DistributorId::as_uuid).into(),
        most.into(),
    ];
    let rows = all(tx, LINES, values).await?;
    let line = |row: &QueryResult| {
        Ok::<_, DbErr>(HardwareLine {
            day: get(row, "day")?,
            distributor: id(row, "distributor_id")?,
            distributor_name: get(row, "distributor_name")?,
            number: get(row, "number")?,
            model: maybe_id(row, "model_id")?,
            name: get(row, "model")?,
            quantity: get(row, "quantity")?,
        })
    };
    Ok(rows.iter().map(line).collect::<Result<_, _>>()?)
}
