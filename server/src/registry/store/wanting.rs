//! Devices and customers that want a person, over `device`, `device_status` and `assignment`.

use sea_orm::{DbErr, QueryResult, Value};
use uuid::Uuid;

use super::unheard::never_heard;
use super::{all, devices, get, id, maybe_id, word};
use crate::ground::ids::CustomerId;
use crate::registry::RegistryScope;
use crate::registry::devices::Device;
use crate::registry::overview::{Holder, LOW_BATTERY, WEAK_SIGNAL};
use crate::registry::wanting::Silence;
use crate::tenancy::Tx;

/// How much a device that was heard wants a person, the most first, after those that were never heard.
const RANK: &str = "case when s.last_seen_at < $1 then 1 when s.battery_percent <= $3 then 2 else 3 end";
/// What was heard of those that want a person.
const WANTS: &str = "(s.last_seen_at < $1 or s.battery_percent <= $3 or s.signal_dbm <= $4)";

fn thresholds(silence: Silence, limit: u16) -> Vec<Value> {
    vec![
        silence.heard_before.into(),
        silence.placed_before.into(),
        LOW_BATTERY.into(),
        WEAK_SIGNAL.into(),
        i64::from(limit).into(),
    ]
}

/// The worst of all that the scope sees. What was heard is put in order before it is looked up whether the device is in use,
/// which is seldom not so: `offset 0` keeps the two apart.
pub(in crate::registry) async fn worst<S: RegistryScope>(
    tx: &Tx<S>,
    silence: Silence,
    limit: u16,
) -> Result<Vec<Device>, DbErr> {
    let never = never_heard("$2", "");
    let sql = format!(
        "with unheard as materialized (
           select n.id from ({never}) n order by n.id limit $5
         ), heard as materialized (
           select w.id, w.rank, w.heard from (
             select s.device_id as id, {RANK} as rank, s.last_seen_at as heard from device_status s where {WANTS}
             order by rank, heard, id offset 0
           ) w join device d on d.id = w.id and d.state = 'active'
           order by w.rank, w.heard, w.id limit $5
         ), page as materialized (
           select id, 0 as rank, null::timestamptz as heard from unheard
           union all select id, rank, heard from heard order by rank, heard, id limit $5
         )
         {} join page on page.id = d.id order by page.rank, page.heard, d.id",
        devices::device::<S>()
    );
    let values = thresholds(silence, limit);
    all(tx, &sql, values).await?.iter().map(devices::read).collect()
}

/// The worst of one customer, and how many want a person in all.
pub(in crate::registry) async fn of_customer<S: RegistryScope>(
    tx: &Tx<S>,
    customer: CustomerId,
    silence: Silence,
    limit: u16,
) -> Result<(Vec<Device>, i64), DbErr> {
    let never = never_heard("$2", "and v.customer_id = $6");
    let sql = format!(
        "with wanting as (
           select d.id, s.last_seen_at as heard, {RANK} as rank
           from device_status s join device d on d.id = s.device_id
           where {WANTS} and d.state = 'active' and d.customer_id = $6
           union all
           select n.id, null, 0 from ({never}) n
         )
         select id, count(*) over () as wanting from wanting order by rank, heard, id limit $5"
    );
    let mut values = thresholds(silence, limit);
    values.push(customer.as_uuid().into());
    let rows = all(tx, &sql, values).await?;
    let wanting = rows.first().map_or(Ok(0), |row| get(row, "wanting"))?;
    let page: Vec<Uuid> = rows.iter().map(|row| get(row, "id")).collect::<Result<_, _>>()?;
    if page.is_empty() {
        return Ok((Vec::new(), 0));
    }
    let sql = format!(
        "{} join unnest($1::uuid[]) with ordinality as page(id, place) on page.id = d.id order by page.place",
        devices::device::<S>()
    );
    let rows = all(tx, &sql, [page.into()]).await?;
    let found = rows.iter().map(devices::read).collect::<Result<_, _>>()?;
    Ok((found, wanting))
}

/// Those in use that were heard last; of one customer then those that were not heard yet.
pub(in crate::registry) async fn latest<S: RegistryScope>(
    tx: &Tx<S>,
    customer: Option<CustomerId>,
    limit: u16,
) -> Result<Vec<Device>, DbErr> {
    let of = |alias: &str| match customer {
        Some(_) => format!("and {alias}.customer_id = $2"),
        None => String::new(),
    };
    let (of_device, of_status) = (of("d"), of("s"));
    let join = if customer.is_some() { "left join" } else { "join" };
    // Of those that were heard last of all, few are out of use by now.
    let newest = format!(
        "select d.id from (
           select device_id, last_seen_at from device_status s where true {of_status} order by last_seen_at desc limit {NEWEST}
         ) s join device d on d.id = s.device_id
         where d.state not in ('retired', 'replaced') {of_device}
         order by s.last_seen_at desc, d.serial, d.id limit $1"
    );
    let found = heard_last(tx, &newest, customer, limit).await?;
    if found.len() == usize::from(limit) {
        return Ok(found);
    }
    let any = format!(
        "select d.id from device d {join} device_status s on s.device_id = d.id
         where d.state not in ('retired', 'replaced') {of_device}
         order by s.last_seen_at desc nulls last, d.serial, d.id limit $1"
    );
    heard_last(tx, &any, customer, limit).await
}

/// Devices that are looked at for the few that were heard last.
const NEWEST: u16 = 100;

async fn heard_last<S: RegistryScope>(
    tx: &Tx<S>,
    page: &str,
    customer: Option<CustomerId>,
    limit: u16,
) -> Result<Vec<Device>, DbErr> {
    let sql = format!(
        "with page as materialized ({page})
         {} join page on page.id = d.id order by s.last_seen_at desc nulls last, d.serial, d.id",
        devices::device::<S>()
    );
    let mut values: Vec<Value> = vec![i64::from(limit).into()];
    values.extend(customer.map(|customer| customer.as_uuid().into()));
    all(tx, &sql, values).await?.iter().map(devices::read).collect()
}

pub(in crate::registry) async fn customers<S: RegistryScope>(
    tx: &Tx<S>,
    silence: Silence,
    limit: u16,
) -> Result<Vec<Holder>, DbErr> {
    let never = never_heard("$2", "");
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
