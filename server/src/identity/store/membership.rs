//! `site_member`, `care_team_member` and who is confined.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait as _, DbErr, QueryResult, SqlErr};
use uuid::Uuid;

use super::{System, get, sql, uuid};
use crate::ground::ids::{CareTeamId, CustomerId, SiteId, UserId};
use crate::identity::IdentityError;
use crate::identity::membership::{Belonging, Member, OF_THE_WHOLE, Place};
use crate::tenancy::{CustomerScope, Tx};

/// Rows that a page holds.
const MOST: i64 = 1_000;

pub(in crate::identity) async fn belonging(
    tx: &Tx<CustomerScope>,
    user: UserId,
) -> Result<Belonging, IdentityError> {
    let ask = sql(
        "select u.confined,
           array(select m.site_id from site_member m where m.user_id = u.id) as sites,
           array(select m.care_team_id from care_team_member m where m.user_id = u.id) as teams
         from user_account u where u.id = $1",
        [user.as_uuid().into()],
    );
    let row = tx.connection().query_one_raw(ask).await?;
    let row = row.ok_or(IdentityError::NoSuchUser)?;
    let ids = |column| get::<Vec<Uuid>>(&row, column);
    Ok(Belonging {
        confined: get(&row, "confined")?,
        sites: ids("sites")?.into_iter().map(SiteId::from).collect(),
        teams: ids("teams")?.into_iter().map(CareTeamId::from).collect(),
    })
}

pub(in crate::identity) async fn sites_of(
    tx: &Tx<CustomerScope>,
    users: &[UserId],
) -> Result<HashMap<UserId, Vec<String>>, IdentityError> {
    let text = "select p.id, array(
          select s.name from site s where s.id in (
            select m.site_id from site_member m where m.user_id = p.id
            union select c.site_id from care_team_member m join care_team_site c on c.care_team_id = m.care_team_id
              where m.user_id = p.id)
          order by lower(s.name), s.id) as names
        from unnest($1::uuid[]) as p(id)";
    let users: Vec<Uuid> = users.iter().map(|user| user.as_uuid()).collect();
    let rows = tx.connection().query_all_raw(sql(text, [users.into()])).await?;
    rows.iter()
        .map(|row| Ok((uuid(row, "id")?.into(), get(row, "names")?)))
        .collect()
}

pub(in crate::identity) async fn people_at(
    tx: &Tx<CustomerScope>,
    place: Place,
) -> Result<Vec<Member>, IdentityError> {
    const AT_SITE: &str = "select u.id, u.display_name, u.confined, x.team from (
           select m.user_id, null::text as team from site_member m where m.site_id = $1
           union all
           select m.user_id, t.name from care_team_site s join care_team t on t.id = s.care_team_id
             join care_team_member m on m.care_team_id = t.id where s.site_id = $1
         ) x join user_account u on u.id = x.user_id and u.state = 'active'
         order by u.display_name, u.id, x.team nulls first limit $2";
    const IN_TEAM: &str =
        "select u.id, u.display_name, u.confined, null::text as team from care_team_member m
         join user_account u on u.id = m.user_id and u.state = 'active'
         where m.care_team_id = $1 order by u.display_name, u.id limit $2";
    let (text, of) = match place {
        Place::Site(id) => (AT_SITE, id.as_uuid()),
        Place::Team(id) => (IN_TEAM, id.as_uuid()),
    };
    let rows = tx
        .connection()
        .query_all_raw(sql(text, [of.into(), MOST.into()]))
        .await?;
    let member = |row: &QueryResult| {
        Ok::<_, DbErr>(Member {
            id: uuid(row, "id")?.into(),
            name: get(row, "display_name")?,
            confined: get(row, "confined")?,
            team: get(row, "team")?,
        })
    };
    Ok(rows.iter().map(member).collect::<Result<_, _>>()?)
}

pub(in crate::identity) async fn must_see(tx: &Tx<CustomerScope>, place: Place) -> Result<(), IdentityError> {
    let ask = match place {
        Place::Site(id) => sql("select 1 from site where id = $1", [id.as_uuid().into()]),
        Place::Team(id) => sql("select 1 from care_team where id = $1", [id.as_uuid().into()]),
    };
    let row = tx.connection().query_one_raw(ask).await?;
    row.map(drop).ok_or(gone(place))
}

fn gone(place: Place) -> IdentityError {
    match place {
        Place::Site(_) => IdentityError::NoSuchSite,
        Place::Team(_) => IdentityError::NoSuchTeam,
    }
}

/// Whether somebody is confined, who may meanwhile have got what concerns the whole customer.
pub(in crate::identity) async fn system_confine(
    tx: &System,
    customer: CustomerId,
    user: UserId,
    confined: bool,
) -> Result<(), IdentityError> {
    const LOCK: &str =
        "select permissions && array['manage_endpoints', 'manage_users', 'manage_sites'] as has_whole
         from user_account where id = $1 and customer_id = $2 for no key update";
    let lock = sql(LOCK, [user.as_uuid().into(), customer.as_uuid().into()]);
    let row = tx.connection().query_one_raw(lock).await?;
    let has_whole: bool = get(&row.ok_or(IdentityError::NoSuchUser)?, "has_whole")?;
    if confined && has_whole {
        return Err(OF_THE_WHOLE);
    }
    let set = sql(
        "update user_account set confined = $2 where id = $1",
        [user.as_uuid().into(), confined.into()],
    );
    tx.connection().execute_raw(set).await?;
    Ok(())
}

/// These sites and no others.
pub(in crate::identity) async fn system_set_sites(
    tx: &System,
    customer: CustomerId,
    user: UserId,
    sites: &[SiteId],
) -> Result<(), IdentityError> {
    const FORGET: &str = "delete from site_member where user_id = $1 and site_id <> all($2)";
    const ADD: &str = "insert into site_member (user_id, site_id, customer_id)
        select $1, site, $3 from unnest($2::uuid[]) as s(site) on conflict do nothing";
    let sites = sites.iter().map(|site| site.as_uuid()).collect();
    replace(
        tx,
        [FORGET, ADD],
        (user.as_uuid(), sites, customer),
        IdentityError::NoSuchSite,
    )
    .await
}

/// These care teams and no others.
pub(in crate::identity) async fn system_set_teams(
    tx: &System,
    customer: CustomerId,
    user: UserId,
    teams: &[CareTeamId],
) -> Result<(), IdentityError> {
    const FORGET: &str = "delete from care_team_member where user_id = $1 and care_team_id <> all($2)";
    const ADD: &str = "insert into care_team_member (user_id, care_team_id, customer_id)
        select $1, team, $3 from unnest($2::uuid[]) as t(team) on conflict do nothing";
    let teams = teams.iter().map(|team| team.as_uuid()).collect();
    replace(
        tx,
        [FORGET, ADD],
        (user.as_uuid(), teams, customer),
        IdentityError::NoSuchTeam,
    )
    .await
}

/// These people and no others.
pub(in crate::identity) async fn system_set_people(
    tx: &System,
    customer: CustomerId,
    place: Place,
    people: &[UserId],
) -> Result<(), IdentityError> {
    const SITE: [&str; 2] = [
        "delete from site_member where site_id = $1 and user_id <> all($2)",
        "insert into site_member (site_id, user_id, customer_id)
         select $1, person, $3 from unnest($2::uuid[]) as p(person) on conflict do nothing",
    ];
    const TEAM: [&str; 2] = [
        "delete from care_team_member where care_team_id = $1 and user_id <> all($2)",
        "insert into care_team_member (care_team_id, user_id, customer_id)
         select $1, person, $3 from unnest($2::uuid[]) as p(person) on conflict do nothing",
    ];
    let (texts, of) = match place {
        Place::Site(id) => (SITE, id.as_uuid()),
        Place::Team(id) => (TEAM, id.as_uuid()),
    };
    let people = people.iter().map(|person| person.as_uuid()).collect();
    replace(tx, texts, (of, people, customer), IdentityError::NoSuchUser).await
}

/// Takes away what is not among these and adds what is missing. The keys refuse what is another customer's.
async fn replace(
    tx: &System,
    [forget, add]: [&str; 2],
    (of, those, customer): (Uuid, Vec<Uuid>, CustomerId),
    missing: IdentityError,
) -> Result<(), IdentityError> {
    let forget = sql(forget, [of.into(), those.clone().into()]);
    tx.connection().execute_raw(forget).await?;
    let add = sql(add, [of.into(), those.into(), customer.as_uuid().into()]);
    tx.connection()
        .execute_raw(add)
        .await
        .map(drop)
        .map_err(|error| match error.sql_err() {
            Some(SqlErr::ForeignKeyConstraintViolation(_)) => missing,
            _ => error.into(),
        })
}

/// Where an invited person belongs from the first sign-in on, as far as it is still there.
pub(in crate::identity) async fn system_belong(
    tx: &System,
    customer: CustomerId,
    user: UserId,
    belonging: &Belonging,
) -> Result<(), IdentityError> {
    const SITES: &str = "insert into site_member (site_id, user_id, customer_id)
        select s.id, $1, $3 from site s where s.id = any($2) and s.customer_id = $3";
    const TEAMS: &str = "insert into care_team_member (care_team_id, user_id, customer_id)
        select t.id, $1, $3 from care_team t where t.id = any($2) and t.customer_id = $3";
    let sites: Vec<Uuid> = belonging.sites.iter().map(|site| site.as_uuid()).collect();
    let teams: Vec<Uuid> = belonging.teams.iter().map(|team| team.as_uuid()).collect();
    for (text, those) in [(SITES, sites), (TEAMS, teams)] {
        let values = [user.as_uuid().into(), those.into(), customer.as_uuid().into()];
        tx.connection().execute_raw(sql(text, values)).await?;
    }
    Ok(())
}

/// That all of these are the customer's.
pub(in crate::identity) async fn must_see_all(
    tx: &Tx<CustomerScope>,
    belonging: &Belonging,
) -> Result<(), IdentityError> {
    let sites: Vec<Uuid> = belonging.sites.iter().map(|site| site.as_uuid()).collect();
    let teams: Vec<Uuid> = belonging.teams.iter().map(|team| team.as_uuid()).collect();
    let ask = sql(
        "select not exists (select from unnest($1::uuid[]) as w(id) where not exists (select from site s where s.id = w.id))
             as sites,
           not exists (select from unnest($2::uuid[]) as w(id) where not exists (select from care_team t where t.id = w.id))
             as teams",
        [sites.into(), teams.into()],
    );
    let row = tx.connection().query_one_raw(ask).await?;
    let row = row.ok_or(IdentityError::NoSuchSite)?;
    if !get::<bool>(&row, "sites")? {
        return Err(IdentityError::NoSuchSite);
    }
    if !get::<bool>(&row, "teams")? {
        return Err(IdentityError::NoSuchTeam);
    }
    Ok(())
}
