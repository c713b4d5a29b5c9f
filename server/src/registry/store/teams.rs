//! `care_team`, and the sites that each looks after.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use super::places::taken;
use super::{Violation, all, get, id, run, violation};
use crate::ground::ids::{CareTeamId, CustomerId, SiteId, UserId};
use crate::registry::RegistryError;
use crate::registry::sites::{MOST, SiteName, Team};
use crate::tenancy::{CustomerScope, SystemScope, Tx};

type System = Tx<SystemScope>;

const TEAMS: &str = "select t.id, t.name, t.created_at, coalesce(s.ids, '{}') as site_ids, coalesce(s.names, '{}') as site_names,
      coalesce(p.ids, '{}') as user_ids, coalesce(p.names, '{}') as user_names,
      (select count(*) from device d where d.site_id = any (s.ids)) as devices
    from care_team t
    left join (
      select c.care_team_id, array_agg(s.id order by lower(s.name), s.id) as ids,
        array_agg(s.name order by lower(s.name), s.id) as names
      from care_team_site c join site s on s.id = c.site_id group by 1
    ) s on s.care_team_id = t.id
    left join (
      select m.care_team_id, array_agg(u.id order by u.display_name, u.id) as ids,
        array_agg(u.display_name order by u.display_name, u.id) as names
      from care_team_member m join user_account u on u.id = m.user_id group by 1
    ) p on p.care_team_id = t.id
    where $1::uuid is null or t.id = $1
    order by lower(t.name), t.id limit $2";

pub(in crate::registry) async fn list(
    tx: &Tx<CustomerScope>,
    which: Option<CareTeamId>,
) -> Result<Vec<Team>, RegistryError> {
    let values = [which.map(CareTeamId::as_uuid).into(), MOST.into()];
    let rows = all(tx, TEAMS, values).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

fn read(row: &QueryResult) -> Result<Team, DbErr> {
    Ok(Team {
        id: id(row, "id")?,
        name: get(row, "name")?,
        created_at: get(row, "created_at")?,
        sites: named::<SiteId>(row, "site_ids", "site_names")?,
        people: named::<UserId>(row, "user_ids", "user_names")?,
        devices: get(row, "devices")?,
    })
}

fn named<I: From<Uuid>>(row: &QueryResult, ids: &str, names: &str) -> Result<Vec<(I, String)>, DbErr> {
    let (ids, names): (Vec<Uuid>, Vec<String>) = (get(row, ids)?, get(row, names)?);
    Ok(ids.into_iter().map(I::from).zip(names).collect())
}

pub(in crate::registry) async fn system_insert(
    tx: &System,
    id: CareTeamId,
    customer: CustomerId,
    name: &SiteName,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let sql = "insert into care_team (id, customer_id, name, created_at) values ($1, $2, $3, $4)";
    let values = [
        id.as_uuid().into(),
        customer.as_uuid().into(),
        name.as_str().into(),
        now.into(),
    ];
    run(tx, sql, values).await.map_err(taken)?;
    Ok(())
}

pub(in crate::registry) async fn system_rename(
    tx: &System,
    team: CareTeamId,
    name: &SiteName,
) -> Result<(), RegistryError> {
    let sql = "update care_team set name = $2 where id = $1";
    run(tx, sql, [team.as_uuid().into(), name.as_str().into()])
        .await
        .map_err(taken)?;
    Ok(())
}

/// These and no others. A site of another customer is none.
pub(in crate::registry) async fn system_set_sites(
    tx: &System,
    customer: CustomerId,
    team: CareTeamId,
    sites: &[SiteId],
) -> Result<(), RegistryError> {
    let sites: Vec<Uuid> = sites.iter().map(|site| site.as_uuid()).collect();
    let forget = "delete from care_team_site where care_team_id = $1 and site_id <> all($2)";
    run(tx, forget, [team.as_uuid().into(), sites.clone().into()]).await?;
    let add = "insert into care_team_site (care_team_id, site_id, customer_id)
        select $1, site, $3 from unnest($2::uuid[]) as s(site) on conflict do nothing";
    run(
        tx,
        add,
        [team.as_uuid().into(), sites.into(), customer.as_uuid().into()],
    )
    .await
    .map_err(|error| match violation(&error) {
        Some(Violation::Missing) => RegistryError::NotFound("site"),
        _ => error.into(),
    })?;
    Ok(())
}

pub(in crate::registry) async fn system_delete(tx: &System, team: CareTeamId) -> Result<(), RegistryError> {
    run(tx, "delete from care_team where id = $1", [team.as_uuid().into()]).await?;
    Ok(())
}
