//! Devices and customers that want a person, over `device`, `device_status` and `assignment`.

use sea_orm::{DbErr, QueryResult};

use super::{all, devices, get, id, maybe_id, word};
use crate::ground::ids::CustomerId;
use crate::registry::RegistryScope;
use crate::registry::devices::Device;
use crate::registry::overview::{Holder, LOW_BATTERY, WEAK_SIGNAL};
use crate::registry::wanting::Silence;
use crate::tenancy::Tx;

/// Active devices that were placed before a time, which the caller puts in the place of `PLACED`, and never heard. By whose
/// they are, so that the database looks through those alone that a caller asks for.
pub(super) const NEVER_HEARD: &str = "select v.id, v.customer_id, v.distributor_id from device v where v.state = 'active'
    and not exists (select from device_status n where n.device_id = v.id)
    and exists (select from assignment a where a.device_id = v.id and a.valid_until is null and a.valid_from < PLACED)";

pub(in crate::registry) async fn worst<S: RegistryScope>(
    tx: &Tx<S>,
    customer: Option<CustomerId>,
    silence: Silence,
    limit: u16,
) -> Result<Vec<Device>, DbErr> {
    let never = NEVER_HEARD.replace("PLACED", "$2");
    let sql = format!(
        "with wanting as (
           select d.id, s.last_seen_at as heard,
             case when s.last_seen_at < $1 then 1 when s.battery_percent <= $3 then 2 else 3 end as rank
           from device_status s join device d on d.id = s.device_id
           where (s.last_seen_at < $1 or s.battery_percent <= $3 or s.signal_dbm <= $4)
             and d.state = 'active' and ($5::uuid is null or d.customer_id = $5)
           union all
           select n.id, null, 0 from ({never}) n where $5::uuid is null or n.customer_id = $5
         ), page as materialized (
           select id, rank, heard from wanting order by rank, heard, id limit $6
         )
         {} join page on page.id = d.id order by page.rank, page.heard, d.id",
        devices::device::<S>()
    );
    let values = [
        silence.heard_before.into(),
        silence.placed_before.into(),
        LOW_BATTERY.into(),
        WEAK_SIGNAL.into(),
        customer.map(CustomerId::as_uuid).into(),
        i64::from(limit).into(),
    ];
    all(tx, &sql, values).await?.iter().map(devices::read).collect()
}

/// Those in use that were heard last, then those that were not heard yet.
pub(in crate::registry) async fn latest<S: RegistryScope>(
    tx: &Tx<S>,
    customer: Option<CustomerId>,
    limit: u16,
) -> Result<Vec<Device>, DbErr> {
    let sql = format!(
        "with page as materialized (
           select d.id from device d left join device_status s on s.device_id = d.id
           where d.state not in ('retired', 'replaced') and ($1::uuid is null or d.customer_id = $1)
             and ($1::uuid is not null or s.device_id is not null)
           order by s.last_seen_at desc nulls last, d.serial, d.id limit $2
         )
         {} join page on page.id = d.id order by s.last_seen_at desc nulls last, d.serial, d.id",
        devices::device::<S>()
    );
    let values = [customer.map(CustomerId::as_uuid).into(), i64::from(limit).into()];
    all(tx, &sql, values).await?.iter().map(devices::read).collect()
}

pub(in crate::registry) async fn customers<S: RegistryScope>(
    tx: &Tx<S>,
    silence: Silence,
    limit: u16,
) -> Result<Vec<Holder>, DbErr> {
    let never = NEVER_HEARD.replace("PLACED", "$2");
    let sql = format!(
        "select c.id, c.name, c.state, r.id as distributor_id, r.name as distributor,
           coalesce(n.devices, 0) as devices, coalesce(w.attention, 0) as attention,
           (select count(*) from hub b where b.customer_id = c.id and b.state <> 'retired') as hubs
         from customer c left join (
           select customer_id, count(*) as devices from device
           where customer_id is not null and state not in ('retired', 'replaced') group by 1
         ) n on n.customer_id = c.id left join (
           select t.customer_id, count(*) as attention from (
             select d.customer_id from device_status s join device d on d.id = s.device_id
             where (s.last_seen_at < $1 or s.battery_percent <= $3 or s.signal_dbm <= $4) and d.state = 'active'
             union all select v.customer_id from ({never}) v
           ) t group by 1
         ) w on w.customer_id = c.id left join distributor r on r.id = c.distributor_id
         where c.state <> 'closed'
         order by coalesce(w.attention, 0) desc, coalesce(n.devices, 0) desc, c.name, c.id limit $5"
    );
    let values = [
        silence.heard_before.into(),
        silence.placed_before.into(),
        LOW_BATTERY.into(),
        WEAK_SIGNAL.into(),
        i64::from(limit).into(),
    ];
    all(tx, &sql, values).await?.iter().map(holder).collect()
}

fn holder(row: &QueryResult) -> Result<Holder, DbErr> {
    let distributor = maybe_id(row, "distributor_id")?;
    Ok(Holder {
        customer: id(row, "id")?,
        name: get(row, "name")?,
        distributor: distributor.zip(get(row, "distributor")?),
        state: word(row, "state")?,
        devices: get(row, "devices")?,
        attention: get(row, "attention")?,
        hubs: get(row, "hubs")?,
    })
}
