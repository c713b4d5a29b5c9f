//! `site`, and where `device` and `hub` stand.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult, Value};
use uuid::Uuid;

use super::places::taken;
use super::unheard::never_heard;
use super::{all, get, id, one, run};
use crate::ground::ids::{CustomerId, DeviceId, HubId, SiteId};
use crate::registry::overview::{LOW_BATTERY, WEAK_SIGNAL};
use crate::registry::sites::{MOST, NewSite, Site, SitePatch, Whereabouts};
use crate::registry::wanting::Silence;
use crate::registry::{Change, RegistryError, TimeZone};
use crate::tenancy::{CustomerScope, SystemScope, Tx};

type System = Tx<SystemScope>;

const GONE: RegistryError = RegistryError::NotFound("site");

/// Counts are of what the scope sees: devices in use, and of the active ones those that want a person, as every page counts
/// them. Of all sites, or of one, `$6`: a statement of its own, so that a plan for any values is a good one too.
fn sites(one: bool) -> String {
    let (of_site, which) = if one {
        ("= $6", "where s.id = $6")
    } else {
        ("is not null", "")
    };
    let never = never_heard("$5", &format!("and v.site_id {of_site}"));
    format!(
        "select s.id, s.name, s.place, s.time_zone, s.created_at, s.archived_at,
      coalesce(d.devices, 0) as devices, coalesce(w.attention, 0) as attention, coalesce(h.hubs, 0) as hubs,
      (select count(*) from user_account u where u.state = 'active' and u.id in (
        select m.user_id from site_member m where m.site_id = s.id
        union select t.user_id from care_team_site c join care_team_member t on t.care_team_id = c.care_team_id
          where c.site_id = s.id)) as people
    from site s
    left join (
      select e.site_id, count(*) as devices from device e
      where e.site_id {of_site} and e.state not in ('retired', 'replaced') group by 1
    ) d on d.site_id = s.id
    left join (
      select t.site_id, count(*) as attention from (
        select e.site_id from device_status w join device e on e.id = w.device_id
        where (w.last_seen_at < $1 or w.battery_percent <= $2 or w.signal_dbm <= $3)
          and e.state = 'active' and e.site_id {of_site}
        union all select n.site_id from ({never}) n
      ) t group by 1
    ) w on w.site_id = s.id
    left join (
      select b.site_id, count(*) as hubs from hub b where b.site_id {of_site} and b.state <> 'retired' group by 1
    ) h on h.site_id = s.id
    {which}
    order by s.archived_at is not null, lower(s.name), s.id limit $4"
    )
}

pub(in crate::registry) async fn list(
    tx: &Tx<CustomerScope>,
    which: Option<SiteId>,
    now: DateTime<Utc>,
) -> Result<Vec<Site>, RegistryError> {
    let silence = Silence::at(now);
    let mut values: Vec<Value> = vec![
        silence.heard_before.into(),
        LOW_BATTERY.into(),
        WEAK_SIGNAL.into(),
        // Archived ones are not counted against the limit.
        (2 * MOST).into(),
        silence.placed_before.into(),
    ];
    values.extend(which.map(|site| site.as_uuid().into()));
    let rows = all(tx, &sites(which.is_some()), values).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

fn read(row: &QueryResult) -> Result<Site, DbErr> {
    Ok(Site {
        id: id(row, "id")?,
        name: get(row, "name")?,
        place: get(row, "place")?,
        time_zone: get(row, "time_zone")?,
        created_at: get(row, "created_at")?,
        archived_at: get(row, "archived_at")?,
        devices: get(row, "devices")?,
        attention: get(row, "attention")?,
        hubs: get(row, "hubs")?,
        people: get(row, "people")?,
    })
}

pub(in crate::registry) async fn offered(
    tx: &Tx<CustomerScope>,
) -> Result<Vec<(SiteId, String)>, RegistryError> {
    let sql = "select id, name from site where archived_at is null order by lower(name), id limit $1";
    let rows = all(tx, sql, [MOST.into()]).await?;
    let named = |row: &QueryResult| Ok::<_, DbErr>((id(row, "id")?, get(row, "name")?));
    Ok(rows.iter().map(named).collect::<Result<_, _>>()?)
}

/// All of these, each named once.
pub(in crate::registry) async fn must_see_devices(
    tx: &Tx<CustomerScope>,
    devices: &[DeviceId],
) -> Result<(), RegistryError> {
    let sql = "select count(*) as seen from device where id = any($1)";
    let row = one(tx, sql, [uuids(devices).into()]).await?;
    let seen: i64 = row.map_or(Ok(0), |row| get(&row, "seen"))?;
    if usize::try_from(seen).is_ok_and(|seen| seen == devices.len()) {
        return Ok(());
    }
    Err(RegistryError::NotFound("device"))
}

fn uuids(devices: &[DeviceId]) -> Vec<Uuid> {
    devices.iter().map(|device| device.as_uuid()).collect()
}

pub(in crate::registry) async fn system_insert(
    tx: &System,
    id: SiteId,
    customer: CustomerId,
    new: &NewSite,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let sql = "insert into site (id, customer_id, name, place, time_zone, created_at) values ($1, $2, $3, $4, $5, $6)";
    let values = [
        id.as_uuid().into(),
        customer.as_uuid().into(),
        new.name.as_str().into(),
        new.place.as_ref().map(Whereabouts::as_str).into(),
        new.time_zone.map(TimeZone::as_str).into(),
        now.into(),
    ];
    run(tx, sql, values).await.map_err(taken)?;
    Ok(())
}

/// The site is in use, and stays so while this transaction lasts.
pub(in crate::registry) async fn system_hold(
    tx: &System,
    customer: CustomerId,
    site: SiteId,
) -> Result<(), RegistryError> {
    let sql = "select archived_at is null as in_use from site where id = $1 and customer_id = $2 for share";
    let row = one(tx, sql, [site.as_uuid().into(), customer.as_uuid().into()]).await?;
    if get(&row.ok_or(GONE)?, "in_use")? {
        return Ok(());
    }
    Err(RegistryError::Conflict("the site is archived"))
}

pub(in crate::registry) async fn system_is_used(tx: &System, site: SiteId) -> Result<bool, RegistryError> {
    let sql = "select exists (select from device where site_id = $1) or exists (select from hub where site_id = $1) as used";
    let row = one(tx, sql, [site.as_uuid().into()]).await?;
    Ok(row.map_or(Ok(false), |row| get(&row, "used"))?)
}

pub(in crate::registry) async fn system_change(
    tx: &System,
    site: SiteId,
    patch: &SitePatch,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let SitePatch {
        name,
        place,
        time_zone,
        archived,
    } = patch;
    let sql = "update site set name = coalesce($2, name), place = case when $3 then $4 else place end,
          time_zone = case when $5 then $6 else time_zone end,
          archived_at = case when $7::boolean is null then archived_at when $7 then coalesce(archived_at, $8) end
        where id = $1";
    let values = [
        site.as_uuid().into(),
        name.as_ref().map(super::super::sites::SiteName::as_str).into(),
        place.is_some().into(),
        place
            .as_ref()
            .and_then(Change::value)
            .map(Whereabouts::as_str)
            .into(),
        time_zone.is_some().into(),
        time_zone
            .as_ref()
            .and_then(Change::value)
            .map(|zone| zone.as_str())
            .into(),
        (*archived).into(),
        now.into(),
    ];
    run(tx, sql, values).await.map_err(taken)?;
    Ok(())
}

/// The devices, still the customer's, and those before them in their lines. Locked in one order.
pub(in crate::registry) async fn system_put_devices(
    tx: &System,
    customer: CustomerId,
    devices: &[DeviceId],
    site: Option<SiteId>,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    const HELD: &str =
        "select id from device where id = any($1) and customer_id = $2 order by id for no key update";
    const PUT: &str = "update device set site_id = $3, updated_at = $4
        where site_id is distinct from $3 and (id = any($1) or customer_id = $2 and state = 'replaced' and id in (
          select b.device_id from assignment a join assignment b on b.customer_id = a.customer_id
            and coalesce(b.line_id, b.device_id) = coalesce(a.line_id, a.device_id)
          where a.device_id = any($1) and a.customer_id = $2 and a.valid_until is null and b.device_id is not null))";
    let held = all(tx, HELD, [uuids(devices).into(), customer.as_uuid().into()]).await?;
    if held.len() != devices.len() {
        return Err(RegistryError::NotFound("device"));
    }
    let values = [
        uuids(devices).into(),
        customer.as_uuid().into(),
        site.map(SiteId::as_uuid).into(),
        now.into(),
    ];
    run(tx, PUT, values).await?;
    Ok(())
}

/// A device of the customer's that has just come stands there.
pub(in crate::registry) async fn system_land(
    tx: &System,
    customer: Option<CustomerId>,
    device: DeviceId,
    site: Option<SiteId>,
) -> Result<(), RegistryError> {
    let (Some(customer), Some(site)) = (customer, site) else {
        return Ok(());
    };
    system_hold(tx, customer, site).await?;
    let sql = "update device set site_id = $3 where id = $1 and customer_id = $2";
    let values = [
        device.as_uuid().into(),
        customer.as_uuid().into(),
        site.as_uuid().into(),
    ];
    run(tx, sql, values).await?;
    Ok(())
}

/// The same with a hub.
pub(in crate::registry) async fn system_land_hub(
    tx: &System,
    customer: Option<CustomerId>,
    hub: HubId,
    site: Option<SiteId>,
) -> Result<(), RegistryError> {
    let (Some(customer), Some(site)) = (customer, site) else {
        return Ok(());
    };
    system_hold(tx, customer, site).await?;
    system_put_hub(tx, customer, hub, Some(site)).await
}

/// A device that took another's place stands where that one stands.
pub(in crate::registry) async fn system_follow(
    tx: &System,
    new: DeviceId,
    old: DeviceId,
) -> Result<(), RegistryError> {
    let sql = "update device n set site_id = o.site_id from device o
        where n.id = $1 and o.id = $2 and o.customer_id = n.customer_id and o.site_id is not null";
    run(tx, sql, [new.as_uuid().into(), old.as_uuid().into()]).await?;
    Ok(())
}

pub(in crate::registry) async fn system_put_hub(
    tx: &System,
    customer: CustomerId,
    hub: HubId,
    site: Option<SiteId>,
) -> Result<(), RegistryError> {
    let sql = "update hub set site_id = $3 where id = $1 and customer_id = $2";
    let values = [
        hub.as_uuid().into(),
        customer.as_uuid().into(),
        site.map(SiteId::as_uuid).into(),
    ];
    match run(tx, sql, values).await?.rows_affected() {
        0 => Err(RegistryError::NotFound("hub")),
        _ => Ok(()),
    }
}
