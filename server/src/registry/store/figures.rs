//! Counts over `device`, `device_status`, `hub` and `customer`, an organisation each.

use std::collections::HashMap;

use sea_orm::{DbErr, QueryResult, Value};
use uuid::Uuid;

use super::unheard::never_heard;
use super::{all, get, id, one};
use crate::ground::ids::{CustomerId, DistributorId};
use crate::registry::RegistryScope;
use crate::registry::figures::{Attention, Figures};
use crate::tenancy::{AdminScope, Tx};

const OF_CUSTOMERS: &str =
    "select o.id, coalesce(n.devices, 0) as devices, coalesce(w.attention, 0) as attention,
      0::bigint as in_stock, 0::bigint as customers,
      (select count(*) from hub h where h.customer_id = o.id and h.state <> 'retired') as hubs
    from unnest($1::uuid[]) as o(id)
    left join (
      select customer_id, count(*) as devices from device
      where customer_id = any($1) and state not in ('retired', 'replaced') group by 1
    ) n on n.customer_id = o.id
    left join (
      select t.customer_id, count(*) as attention from (
        select d.customer_id from device_status s join device d on d.id = s.device_id
        where d.customer_id = any($1) and d.state = 'active'
          and (s.last_seen_at < $2 or s.battery_percent <= $3 or s.signal_dbm <= $4)
        union all select v.customer_id from (NEVER) v
      ) t group by 1
    ) w on w.customer_id = o.id";

const OF_DISTRIBUTORS: &str = "select o.id, coalesce(n.devices, 0) as devices, coalesce(w.attention, 0) as attention,
      coalesce(n.in_stock, 0) as in_stock,
      (select count(*) from customer c where c.distributor_id = o.id and c.state <> 'closed') as customers,
      (select count(*) from hub h where h.distributor_id = o.id and h.state <> 'retired') as hubs
    from unnest($1::uuid[]) as o(id)
    left join (
      select distributor_id, count(*) as devices, count(*) filter (where customer_id is null) as in_stock from device
      where distributor_id = any($1) and state not in ('retired', 'replaced') group by 1
    ) n on n.distributor_id = o.id
    left join (
      select t.distributor_id, count(*) as attention from (
        select d.distributor_id from device_status s join device d on d.id = s.device_id
        where d.distributor_id = any($1) and d.state = 'active'
          and (s.last_seen_at < $2 or s.battery_percent <= $3 or s.signal_dbm <= $4)
        union all select v.distributor_id from (NEVER) v
      ) t group by 1
    ) w on w.distributor_id = o.id";

pub(in crate::registry) async fn of_customers<S: RegistryScope>(
    tx: &Tx<S>,
    customers: &[CustomerId],
    when: &Attention,
) -> Result<HashMap<CustomerId, Figures>, DbErr> {
    let ids = customers.iter().map(|customer| customer.as_uuid()).collect();
    all(
        tx,
        &spelled(OF_CUSTOMERS, "and v.customer_id = any($1)"),
        values(ids, when),
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// What one customer holds; what of it wants a person is not looked for.
pub(in crate::registry) async fn held_by<S: RegistryScope>(
    tx: &Tx<S>,
    customer: CustomerId,
) -> Result<Figures, DbErr> {
    let sql = "select
          (select count(*) from device where customer_id = $1 and state not in ('retired', 'replaced')) as devices,
          (select count(*) from hub where customer_id = $1 and state <> 'retired') as hubs";
    let row = one(tx, sql, [customer.as_uuid().into()]).await?;
    let figures = |row: QueryResult| {
        Ok(Figures {
            devices: get(&row, "devices")?,
            hubs: get(&row, "hubs")?,
            ..Figures::default()
        })
    };
    row.map_or(Ok(Figures::default()), figures)
}

pub(in crate::registry) async fn of_distributors(
    tx: &Tx<AdminScope>,
    distributors: &[DistributorId],
    when: &Attention,
) -> Result<HashMap<DistributorId, Figures>, DbErr> {
    let ids = distributors
        .iter()
        .map(|distributor| distributor.as_uuid())
        .collect();
    all(
        tx,
        &spelled(OF_DISTRIBUTORS, "and v.distributor_id = any($1)"),
        values(ids, when),
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

fn spelled(sql: &str, of: &str) -> String {
    sql.replace("NEVER", &never_heard("$5", of))
}

fn values(ids: Vec<Uuid>, when: &Attention) -> [Value; 5] {
    [
        ids.into(),
        when.silence.heard_before.into(),
        when.low_battery.into(),
        when.weak_signal.into(),
        when.silence.placed_before.into(),
    ]
}

fn read<I: From<Uuid>>(row: &QueryResult) -> Result<(I, Figures), DbErr> {
    let figures = Figures {
        devices: get(row, "devices")?,
        attention: get(row, "attention")?,
        in_stock: get(row, "in_stock")?,
        hubs: get(row, "hubs")?,
        customers: get(row, "customers")?,
    };
    Ok((id(row, "id")?, figures))
}
