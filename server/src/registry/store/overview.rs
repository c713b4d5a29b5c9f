//! Figures over `device`, `device_status`, `hub`, `customer` and `distributor`, as row-level security shows them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use super::{all, devices, get, hubs, id, maybe_id, one, word};
use crate::ground::enums::HubState;
use crate::ground::ids::{DeviceId, HubId};
use crate::registry::devices::Device;
use crate::registry::hubs::Hub;
use crate::registry::overview::{Counts, Holder, HubFilter, HubKey, Seen};
use crate::registry::{Ask, RegistryScope};
use crate::tenancy::{AdminScope, Tx};

/// Whose figures are counted, at which state of the registry; none where the role may not know.
pub(in crate::registry) async fn seen<S: RegistryScope>(tx: &Tx<S>) -> Result<Option<Seen>, DbErr> {
    let sql = "select vw_registry_epoch() as epoch,
        concat(current_setting('app.customer', true), '/', current_setting('app.distributor', true)) as tenant";
    let Some(row) = one(tx, sql, []).await? else {
        return Ok(None);
    };
    Ok(Some(Seen {
        role: S::ROLE,
        tenant: get(&row, "tenant")?,
        epoch: get(&row, "epoch")?,
    }))
}

pub(in crate::registry) async fn counts<S: RegistryScope>(
    tx: &Tx<S>,
    silent_since: DateTime<Utc>,
    low_battery: i16,
) -> Result<Counts, DbErr> {
    // The few that want a person are picked out before they are looked up as devices.
    let sql = "select d.*, w.*, h.* from (
          select count(*) as devices, count(*) filter (where state = 'active') as active from device
        ) d, (
          select count(*) filter (where s.last_seen_at < $1) as silent,
            count(*) filter (where s.battery_percent <= $2) as low_battery
          from device_status s join device d on d.id = s.device_id
          where (s.last_seen_at < $1 or s.battery_percent <= $2) and d.state = 'active'
        ) w, (
          select count(*) filter (where state <> 'retired') as hubs,
            count(*) filter (where state = 'claimed') as hubs_to_confirm,
            count(*) filter (where state = 'active' and last_seen_at < $1) as hubs_silent,
            count(*) filter (where state = 'active' and s.offline_since is not null) as hubs_offline
          from hub left join hub_status s on s.hub_id = hub.id
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
        hubs_offline: get(&row, "hubs_offline")?,
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

pub(in crate::registry) async fn most_silent(
    tx: &Tx<AdminScope>,
    silent_since: DateTime<Utc>,
    limit: u16,
) -> Result<Vec<Holder>, DbErr> {
    let sql =
        "select c.id, c.name, c.state, r.id as distributor_id, r.name as distributor, d.devices, d.silent,
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
    let distributor = maybe_id(row, "distributor_id")?;
    Ok(Holder {
        customer: id(row, "id")?,
        name: get(row, "name")?,
        distributor: distributor.zip(get(row, "distributor")?),
        state: word(row, "state")?,
        devices: get(row, "devices")?,
        silent: get(row, "silent")?,
        hubs: get(row, "hubs")?,
    })
}
