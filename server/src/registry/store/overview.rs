//! Figures over `device`, `device_status`, `hub`, `customer` and `distributor`, as row-level security shows them.

use std::collections::HashMap;

use sea_orm::DbErr;
use uuid::Uuid;

use super::unheard::never_heard;
use super::{all, get, hubs, id, one};
use crate::ground::enums::HubState;
use crate::ground::ids::{CustomerId, DeviceId, DistributorId, HubId};
use crate::registry::hubs::Hub;
use crate::registry::overview::{Counts, HubFilter, HubKey, LOW_BATTERY, WEAK_SIGNAL};
use crate::registry::remembered::Seen;
use crate::registry::wanting::Silence;
use crate::registry::{Ask, RegistryScope};
use crate::tenancy::Tx;

/// How much a hub wants a person, the least first; the same as `overview::rank`.
const RANK: &str = "case when h.state = 'claimed' then 0::smallint
    when h.state = 'active' and w.offline_since is not null then 1::smallint else 2::smallint end";

/// Whose figures are counted, at which state of the registry; none where the role may not know.
pub(in crate::registry) async fn seen<S: RegistryScope>(tx: &Tx<S>) -> Result<Option<Seen>, DbErr> {
    let sql = "select vw_registry_epoch() as epoch,
        concat(current_setting('app.customer', true), '/', current_setting('app.distributor', true), '/',
          md5(current_setting('app.sites', true))) as tenant";
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
    silence: Silence,
) -> Result<Counts, DbErr> {
    let never = never_heard("$2", "");
    // The few that want a person are picked out before they are looked up as devices.
    let sql = format!(
        "select d.*, w.*, n.*, t.*, h.* from (
          select count(*) as devices, count(*) filter (where state = 'active') as active from device
          where state not in ('retired', 'replaced')
        ) d, (
          select count(*) filter (where s.last_seen_at < $1) as silent,
            count(*) filter (where s.battery_percent <= $3) as low_battery,
            count(*) filter (where s.signal_dbm <= $4) as weak_signal
          from device_status s join device d on d.id = s.device_id
          where (s.last_seen_at < $1 or s.battery_percent <= $3 or s.signal_dbm <= $4) and d.state = 'active'
        ) w, (
          select count(*) as never from ({never}) v
        ) n, (
          select count(battery_percent) as told_battery from device_status
        ) t, (
          select count(*) filter (where state <> 'retired') as hubs,
            count(*) filter (where state = 'claimed') as hubs_to_confirm,
            count(*) filter (where state = 'active' and (s.offline_since is not null or last_seen_at < $1
              or (last_seen_at is null and coalesce(confirmed_at, created_at) < $2))) as hubs_offline
          from hub left join hub_status s on s.hub_id = hub.id
        ) h"
    );
    let values = [
        silence.heard_before.into(),
        silence.placed_before.into(),
        LOW_BATTERY.into(),
        WEAK_SIGNAL.into(),
    ];
    let Some(row) = one(tx, &sql, values).await? else {
        return Ok(Counts::default());
    };
    let (silent, never): (i64, i64) = (get(&row, "silent")?, get(&row, "never")?);
    Ok(Counts {
        devices: get(&row, "devices")?,
        active: get(&row, "active")?,
        silent: silent + never,
        low_battery: get(&row, "low_battery")?,
        weak_signal: get(&row, "weak_signal")?,
        told_battery: get(&row, "told_battery")?,
        hubs: get(&row, "hubs")?,
        hubs_to_confirm: get(&row, "hubs_to_confirm")?,
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
         where ($1::smallint is null or ({RANK}, h.serial, h.id) > ($1, $2, $6))
           and ($3::text is null or position(lower($3) in lower(h.serial)) > 0
             or position(lower($3) in lower(h.name)) > 0 or position(lower($3) in lower(c.name)) > 0)
           and ($4::text is null or h.state = $4)
           and ($7::uuid is null or h.site_id = $7) and ($8::boolean is not true or h.site_id is null)
           and ($9::boolean is null or h.state = 'active' and $9 = (w.offline_since is not null))
           and ($10::uuid is null or h.customer_id = $10) and ($11::uuid is null or h.distributor_id = $11)
         order by {RANK}, h.serial, h.id limit $5",
        hubs::hub::<S>()
    );
    let (at, nowhere) = hubs::placed::<S>(filter.site);
    let values = [
        settled.into(),
        serial.into(),
        filter.q.clone().into(),
        filter.state.map(HubState::as_str).into(),
        ask.rows().into(),
        last.into(),
        at,
        nowhere,
        filter.offline.into(),
        filter.customer.map(CustomerId::as_uuid).into(),
        filter.distributor.map(DistributorId::as_uuid).into(),
    ];
    all(tx, &sql, values).await?.iter().map(hubs::read).collect()
}
