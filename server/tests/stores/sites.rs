//! The rows of sites and care teams, and of who belongs to them.

use vitalwire_server::identity::{BelongingPatch, IdentityError, Place};
use vitalwire_server::registry::Typed as _;
use vitalwire_server::registry::sites::{self, NewSite, SiteName, SitePatch, TeamPatch};

use crate::aim::Aim;
use crate::table::{Row, row, said};
use crate::world::World;

const HOUSED: &str = "
    with made as (
      insert into site (id, customer_id, name, created_at) values ($1, $2, $3, $6)
    ), team as (
      insert into care_team (id, customer_id, name, created_at) values ($4, $2, $3 || ' team', $6)
    ), looks_after as (
      insert into care_team_site (care_team_id, site_id, customer_id) values ($4, $1, $2)
    ), member as (
      insert into care_team_member (care_team_id, user_id, customer_id) values ($4, $5, $2)
    )
    insert into site_member (site_id, user_id, customer_id) values ($1, $5, $2)";

impl World {
    /// A site where nothing stands, with a colleague and a care team.
    pub(crate) async fn housed(&self, aim: &Aim) {
        sqlx::query(HOUSED)
            .bind(aim.site)
            .bind(aim.customer)
            .bind(format!("{} ward", aim.name))
            .bind(aim.team)
            .bind(aim.colleague)
            .bind(self.ground.now())
            .execute(&self.sql)
            .await
            .unwrap();
    }
}

fn named(name: &str) -> SiteName {
    SiteName::parse("name", name).unwrap()
}

pub(crate) const ROWS: &[Row] = &[
    row!("registry::sites::list", Customer, List, call => {
        let now = call.world.ground.now();
        call.customer(async |tx| sites::list(tx, now).await).await
    }),
    row!("registry::sites::offered", Customer, List, call => {
        call.customer(async |tx| sites::offered(tx).await).await
    }),
    row!("registry::sites::get", Customer, Read, call => {
        let now = call.world.ground.now();
        call.customer(async |tx| sites::get(tx, call.at.site, now).await).await
    }),
    row!("registry::sites::teams", Customer, List, call => {
        call.customer(async |tx| sites::teams(tx).await).await
    }),
    row!("registry::sites::team", Customer, Read, call => {
        call.customer(async |tx| sites::team(tx, call.at.team).await).await
    }),
    row!("identity::membership::belonging", Customer, Read, call => {
        call.customer(async |tx| call.world.identity.belonging(tx, call.at.colleague).await).await
    }),
    row!("identity::membership::sites_of", Customer, Read, call => {
        let who = [call.at.colleague];
        // Whoever is asked for has a row of their own, so what counts is what it names.
        call.customer(async |tx| {
            let found = call.world.identity.sites_of(tx, &who).await?;
            Ok::<_, IdentityError>(found.into_values().flatten().collect::<Vec<_>>())
        })
        .await
    }),
    row!("identity::membership::people_at", Customer, Read, call => {
        let place = Place::Site(call.at.site);
        call.customer(async |tx| call.world.identity.people_at(tx, place).await).await
    }),
    row!("identity::membership::people_at", Customer, Read, call => {
        let place = Place::Team(call.at.team);
        call.customer(async |tx| call.world.identity.people_at(tx, place).await).await
    }),
    row!("registry::sites::change::create", Customer, Make, call => {
        let (ground, database) = (&call.world.ground, &call.world.database);
        let new = NewSite::typed(&ground.id::<uuid::Uuid>().to_string(), None, None).unwrap();
        said(sites::create(ground, database, call.scope(), &new).await)
    }),
    row!("registry::sites::change::change", Customer, Change, call => {
        let (ground, database) = (&call.world.ground, &call.world.database);
        let patch = SitePatch { name: Some(named("A stranger's")), ..SitePatch::default() };
        said(sites::change(ground, database, call.scope(), call.at.site, &patch).await)
    }),
    row!("registry::sites::stand::put_devices", Customer, Change, call => {
        let (ground, database) = (&call.world.ground, &call.world.database);
        said(sites::put_devices(ground, database, call.scope(), &[call.at.device], None).await)
    }),
    row!("registry::sites::stand::put_devices", Customer, Change, call => {
        let (ground, database) = (&call.world.ground, &call.world.database);
        let devices = [call.own.device];
        said(sites::put_devices(ground, database, call.scope(), &devices, Some(call.at.site)).await)
    }),
    row!("registry::sites::stand::put_hub", Customer, Change, call => {
        said(sites::put_hub(&call.world.database, call.scope(), call.at.hub, None).await)
    }),
    row!("registry::sites::stand::put_hub", Customer, Change, call => {
        said(sites::put_hub(&call.world.database, call.scope(), call.own.hub, Some(call.at.site)).await)
    }),
    row!("registry::sites::teams::create_team", Customer, Change, call => {
        let (ground, database) = (&call.world.ground, &call.world.database);
        let name = named(&ground.id::<uuid::Uuid>().to_string());
        said(sites::create_team(ground, database, call.scope(), &name, &[call.at.site]).await.map(drop))
    }),
    row!("registry::sites::teams::change_team", Customer, Change, call => {
        let patch = TeamPatch { name: Some(named("A stranger's")), sites: None };
        said(sites::change_team(&call.world.identity, &call.world.database, call.scope(), call.at.team, &patch).await)
    }),
    row!("registry::sites::teams::change_team", Customer, Change, call => {
        let patch = TeamPatch { name: None, sites: Some(vec![call.at.site]) };
        said(sites::change_team(&call.world.identity, &call.world.database, call.scope(), call.own.team, &patch).await)
    }),
    row!("identity::membership::set_belonging", Customer, Change, call => {
        let patch = BelongingPatch { sites: Some(vec![]), ..BelongingPatch::default() };
        said(call.world.identity.set_belonging(call.by, call.at.colleague, patch).await)
    }),
    row!("identity::membership::set_belonging", Customer, Change, call => {
        let patch = BelongingPatch { confined: Some(false), ..BelongingPatch::default() };
        said(call.world.identity.set_belonging(call.by, call.at.colleague, patch).await)
    }),
    row!("identity::membership::set_belonging", Customer, Change, call => {
        let patch = BelongingPatch { teams: Some(vec![call.at.team]), ..BelongingPatch::default() };
        said(call.world.identity.set_belonging(call.by, call.own.colleague, patch).await)
    }),
    row!("identity::membership::set_belonging", Customer, Change, call => {
        let patch = BelongingPatch { sites: Some(vec![call.at.site]), ..BelongingPatch::default() };
        said(call.world.identity.set_belonging(call.by, call.own.colleague, patch).await)
    }),
    row!("identity::membership::set_people", Customer, Change, call => {
        said(call.world.identity.set_people(call.scope(), Place::Site(call.at.site), &[]).await)
    }),
    row!("identity::membership::set_people", Customer, Change, call => {
        let people = [call.at.colleague];
        said(call.world.identity.set_people(call.scope(), Place::Team(call.own.team), &people).await)
    }),
    row!("registry::sites::teams::remove_team", Customer, Change, call => {
        said(sites::remove_team(&call.world.identity, &call.world.database, call.scope(), call.at.team).await)
    }),
];
