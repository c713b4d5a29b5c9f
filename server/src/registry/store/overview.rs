//! Figures over `device`, `device_status`, `hub`, `customer` and `distributor`, as row-level security shows them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use super::{all, devices, get, hubs, id, one, word};
use crate::ground::enums::HubState;
use crate::ground::ids::{DeviceId, HubId};
use crate::registry::devices::Device;
use crate::registry::hubs::Hub;
use crate::registry::organisations::OrganisationKey;
use crate::registry::overview::{Counts, Holder, HolderFilter, HubFilter, HubKey};
use crate::registry::{Ask, RegistryScope};
use crate::tenancy::{AdminScope, Tx};

pub(in crate::registry) async fn counts<S: RegistryScope>(
    tx: &Tx<S>,
    silent_since: DateTime<Utc>,
    low_battery: i16,
) -> Result<Counts, DbErr> {
    let sql = "select d.*, h.* from (
          select count(*) as devices, count(*) filter (where d.state = 'active') as active,
            count(*) filter (where d.state = 'active' and s.last_seen_at < $1) as silent,
            count(*) filter (where d.state = 'active' and s.battery_percent <= $2) as low_battery
          from device d left join device_status s on s.device_id = d.id
        ) d, (
          select count(*) filter (where state <> 'retired') as hubs,
            count(*) filter (where state = 'claimed') as hubs_to_confirm,
            count(*) filter (where state = 'active' and last_seen_at < $1) as hubs_silent
          from hub
        ) h";
    let Some(row) = one(tx, sql, [silent_since.into(), low_battery.into()]).await? else {
        return Ok(Counts::default());
    };
    Ok(Counts {
        devices: get(&row, "devices")?,
        active: get(&row, "active")?,
        silent: get(&row, "silent")?,
        low_battery: get(&row, "low_battery")?,
        hubs: get(&row, "hubs")?,
        hubs_to_confirm: get(&row, "hubs_to_confirm")?,
        hubs_silent: get(&row, "hubs_silent")?,
    })
}

pub(in crate::registry) async fn last_hubs<S: RegistryScope>(
    tx: &Tx<S>,
    devices: &[DeviceId],
) -> Result<HashMap<DeviceId, (HubId, String)>, DbErr> {
    let sql = "select s.device_id, h.id, h.name from device_status s join hub h on h.id = s.last_hub_id
        where s.device_id = any($1)";
    let devices: Vec<Uuid> = devices.iter().map(|device| device.as_uuid()).collect();
    let rows = all(tx, sql, [devices.into()]).await?;
    rows.iter()
        .map(|row| Ok((id(row, "device_id")?, (id(row, "id")?, get(row, "name")?))))
        .collect()
}

pub(in crate::registry) async fn devices_behind<S: RegistryScope>(
    tx: &Tx<S>,
    hubs: &[HubId],
) -> Result<HashMap<HubId, i64>, DbErr> {
    let sql =
        "select last_hub_id, count(*) as devices from device_status where last_hub_id = any($1) group by 1";
    let hubs: Vec<Uuid> = hubs.iter().map(|hub| hub.as_uuid()).collect();
    let rows = all(tx, sql, [hubs.into()]).await?;
    rows.iter()
        .map(|row| Ok((id(row, "last_hub_id")?, get(row, "devices")?)))
        .collect()
}

pub(in crate::registry) async fn devices_to_see(
    tx: &Tx<AdminScope>,
    silent_since: DateTime<Utc>,
    limit: u16,
) -> Result<Vec<Device>, DbErr> {
    let sql = format!(
        "{} where s.device_id is not null
         order by (d.state = 'active' and s.last_seen_at < $1) desc, s.last_seen_at desc, d.id limit $2",
        devices::DEVICE
    );
    all(tx, &sql, [silent_since.into(), i64::from(limit).into()])
        .await?
        .iter()
        .map(devices::read)
        .collect()
}

pub(in crate::registry) async fn hubs<S: RegistryScope>(
    tx: &Tx<S>,
    filter: &HubFilter,
    ask: &Ask<HubKey>,
) -> Result<Vec<Hub>, DbErr> {
    let (settled, after) = ask
        .after
        .clone()
        .map(|(settled, serial, last)| (settled, (serial, last)))
        .unzip();
    let (serial, last) = after.unzip();
    let sql = format!(
        "{}
         where ($1::bool is null or (h.state <> 'claimed', h.serial, h.id) > ($1, $2, $6))
           and ($3::text is null or position(lower($3) in lower(h.serial)) > 0
             or position(lower($3) in lower(h.name)) > 0 or position(lower($3) in lower(c.name)) > 0)
           and ($4::text is null or h.state = $4)
         order by h.state <> 'claimed', h.serial, h.id limit $5",
        hubs::HUB
    );
    let values = [
        settled.into(),
        serial.into(),
        filter.q.clone().into(),
        filter.state.map(HubState::as_str).into(),
        ask.rows().into(),
        last.into(),
    ];
    all(tx, &sql, values).await?.iter().map(hubs::read).collect()
}

/// A page of organisations first; only theirs are counted, each by an index.
const HOLDERS: &str = "with holder as (
      select * from (
        select id, false as is_distributor, name, distributor_id, state from customer
        union all
        select id, true, name, null, state from distributor
      ) o
      where ($2::text is null or (o.name, o.id) > ($2, $3))
        and ($4::text is null or position(lower($4) in lower(o.name)) > 0)
        and ($5::bool is null or o.is_distributor = $5)
      order by o.name, o.id limit $6
    ), owned as (
      select h.id, v.state, s.last_seen_at < $1 as is_silent from holder h
      join device v on v.customer_id = h.id and not h.is_distributor left join device_status s on s.device_id = v.id
      union all
      select h.id, v.state, s.last_seen_at < $1 from holder h
      join device v on v.distributor_id = h.id and h.is_distributor left join device_status s on s.device_id = v.id
    ), counted as (
      select id, count(*) as devices, count(*) filter (where state = 'active' and is_silent) as silent
      from owned group by id
    )
    select h.id, h.is_distributor, h.name, h.state, r.name as distributor, coalesce(c.devices, 0) as devices,
      coalesce(c.silent, 0) as silent,
      (select count(*) from hub b where b.state <> 'retired' and b.customer_id = h.id)
        + (select count(*) from hub b where b.state <> 'retired' and b.distributor_id = h.id) as hubs
    from holder h left join counted c on c.id = h.id left join distributor r on r.id = h.distributor_id
    order by h.name, h.id";

pub(in crate::registry) async fn holders(
    tx: &Tx<AdminScope>,
    filter: &HolderFilter,
    silent_since: DateTime<Utc>,
    ask: &Ask<OrganisationKey>,
) -> Result<Vec<Holder>, DbErr> {
    let (name, last) = ask.after.clone().unzip();
    let values = [
        silent_since.into(),
        name.into(),
        last.into(),
        filter.q.clone().into(),
        filter.distributors.into(),
        ask.rows().into(),
    ];
    all(tx, HOLDERS, values).await?.iter().map(holder).collect()
}

pub(in crate::registry) async fn most_silent(
    tx: &Tx<AdminScope>,
    silent_since: DateTime<Utc>,
    limit: u16,
) -> Result<Vec<Holder>, DbErr> {
    let sql =
        "select c.id, false as is_distributor, c.name, c.state, r.name as distributor, d.devices, d.silent,
          (select count(*) from hub b where b.customer_id = c.id and b.state <> 'retired') as hubs
        from (
          select v.customer_id, count(*) as devices,
            count(*) filter (where v.state = 'active' and s.last_seen_at < $1) as silent
          from device v left join device_status s on s.device_id = v.id
          where v.customer_id is not null group by 1
          order by 3 desc, 2 desc limit $2
        ) d join customer c on c.id = d.customer_id left join distributor r on r.id = c.distributor_id
        order by d.silent desc, d.devices desc, c.name";
    all(tx, sql, [silent_since.into(), i64::from(limit).into()])
        .await?
        .iter()
        .map(holder)
        .collect()
}

fn holder(row: &QueryResult) -> Result<Holder, DbErr> {
    Ok(Holder {
        id: get(row, "id")?,
        is_distributor: get(row, "is_distributor")?,
        name: get(row, "name")?,
        distributor: get(row, "distributor")?,
        state: word(row, "state")?,
        devices: get(row, "devices")?,
        silent: get(row, "silent")?,
        hubs: get(row, "hubs")?,
    })
}
