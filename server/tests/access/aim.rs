//! What a route can be aimed at: one of everything that a distributor and its customer have, or ids that are not theirs.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use serde_json::json;
use uuid::Uuid;
use vitalwire_server::ground::Clock as _;
use vitalwire_server::ground::enums::UserRole;
use vitalwire_server::ground::ids::{CustomerId, DistributorId};
use vitalwire_server::identity::{NewUser, Organisation, Password};
use vitalwire_server::tenancy::PermissionSet;

use crate::world::{Client, PASSWORD, World};

/// An id that nothing has.
const NOBODY_S: &str = "0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b3";

/// The ids of one of everything, by the word that stands before `{id}` in a path.
#[derive(Clone)]
pub(crate) struct Aim {
    pub(crate) distributor: DistributorId,
    pub(crate) customer: CustomerId,
    ids: BTreeMap<&'static str, String>,
    /// A colleague in the distributor and one in the customer, for routes about users.
    colleagues: [String; 2],
    /// Imports of the distributor, of the customer and of the platform.
    imports: [String; 3],
    /// Open invitations to the distributor and to the customer.
    invited: [String; 2],
}

impl Aim {
    /// A distributor, its customer, and what they have.
    pub(crate) async fn new(world: &World, admin: &Client, name: &str) -> Self {
        let distributor = json!({"name": format!("{name} Medical")});
        let distributor = admin
            .post("/api/v1/distributors", &distributor)
            .await
            .created("id");
        let tenant = world.tenant(admin, name).await;
        let reading = world.reading(&tenant, 5).await;
        for sql in [
            "update customer set distributor_id = $1, archive = true where id = $2",
            "update device set distributor_id = $1 where customer_id = $2",
            "update hub set distributor_id = $1 where customer_id = $2",
            "update assignment set distributor_id = $1 where customer_id = $2",
        ] {
            let query = sqlx::query(sql)
                .bind(distributor.parse::<Uuid>().unwrap())
                .bind(tenant.customer.parse::<Uuid>().unwrap());
            query.execute(&world.sql).await.unwrap();
        }
        let day = archived(world, &reading, name).await;
        let dead: Uuid = world.ground.id();
        sqlx::query(
            "insert into delivery (id, customer_id, endpoint_id, lane, event_sequences, events_created_at, state,
               attempt, next_attempt_at, created_at)
             select $1, customer_id, id, '', '{1}', now(), 'dead', 10, now(), now() from endpoint where id = $2",
        )
        .bind(dead)
        .bind(tenant.endpoint.parse::<Uuid>().unwrap())
        .execute(&world.sql)
        .await
        .unwrap();
        let contacts: [Uuid; 2] = [world.ground.id(), world.ground.id()];
        for (contact, customer) in contacts.iter().zip([Some(&tenant.customer), None]) {
            sqlx::query(
                "insert into contact (id, distributor_id, customer_id, purpose, name, phone, created_at)
                 values ($1, $2, $3, 'general', 'Pat', '+1 555 0100', now())",
            )
            .bind(contact)
            .bind(distributor.parse::<Uuid>().unwrap())
            .bind(customer.map(|id| id.parse::<Uuid>().unwrap()))
            .execute(&world.sql)
            .await
            .unwrap();
        }
        let case: Uuid = world.ground.id();
        sqlx::query(
            "insert into support_case (id, distributor_id, customer_id, device_id, subject, title, opened_by,
               opener_name, opener_side, opened_at, updated_at)
             select $1, $2, $3, $4, 'D', 'Nothing arrives', id, display_name, 'platform', now(), now()
             from user_account order by created_at limit 1",
        )
        .bind(case)
        .bind(distributor.parse::<Uuid>().unwrap())
        .bind(tenant.customer.parse::<Uuid>().unwrap())
        .bind(tenant.device.parse::<Uuid>().unwrap())
        .execute(&world.sql)
        .await
        .unwrap();
        let sites = housed(world, &tenant.customer).await;
        let source = clouded(world, &tenant.customer, &tenant.device).await;
        let (order, back) = ordered(world, &distributor, &tenant.device).await;
        let of_distributor = Organisation::Distributor(distributor.parse().unwrap());
        let of_customer = Organisation::Customer(tenant.customer.parse().unwrap());
        let colleagues = [
            colleague(
                world,
                &format!("{name}@distributor.example"),
                UserRole::Distributor,
                of_distributor,
            )
            .await,
            colleague(
                world,
                &format!("{name}@customer.example"),
                UserRole::Customer,
                of_customer,
            )
            .await,
        ];
        let invited = [
            invited(world, &colleagues[0], of_distributor).await,
            invited(world, &colleagues[1], of_customer).await,
        ];
        let imports = [
            import(world, &colleagues[0], Some(&distributor), None).await,
            import(world, &colleagues[1], None, Some(&tenant.customer)).await,
            import(world, &colleagues[1], None, None).await,
        ];
        Self {
            distributor: distributor.parse().unwrap(),
            customer: tenant.customer.parse().unwrap(),
            ids: BTreeMap::from([
                ("distributors", distributor),
                ("customers", tenant.customer.clone()),
                ("devices", tenant.device.clone()),
                ("device-models", world.model(admin).await),
                ("hubs", tenant.hub.clone()),
                ("endpoints", tenant.endpoint.clone()),
                ("readings", reading),
                ("dead-letters", dead.to_string()),
                ("contacts", contacts[0].to_string()),
                ("cases", case.to_string()),
                ("sites", sites[0].to_string()),
                ("care-teams", sites[1].to_string()),
                ("orders", order.to_string()),
                ("returns", back.to_string()),
                ("sources", source.to_string()),
                ("archive", day.to_string()),
                ("distributors' contacts", contacts[1].to_string()),
            ]),
            colleagues,
            imports,
            invited,
        }
    }

    /// Ids that nobody has.
    pub(crate) fn nowhere(world: &World) -> Self {
        let id = || world.ground.id::<Uuid>().to_string();
        let nouns = [
            "distributors",
            "customers",
            "devices",
            "device-models",
            "hubs",
            "endpoints",
            "readings",
            "dead-letters",
            "contacts",
            "cases",
            "sites",
            "care-teams",
            "orders",
            "returns",
            "sources",
            "distributors' contacts",
        ];
        Self {
            distributor: world.ground.id(),
            customer: world.ground.id(),
            ids: nouns
                .into_iter()
                .map(|noun| (noun, id()))
                .chain([("archive", "2020-01-01".to_owned())])
                .collect(),
            colleagues: [id(), id()],
            imports: [id(), id(), id()],
            invited: [id(), id()],
        }
    }

    /// Aims at another of them.
    pub(crate) fn aim_at(&mut self, noun: &'static str, id: &str) {
        self.ids.insert(noun, id.to_owned());
    }

    /// The id that stands in a path after this noun, for somebody of this role.
    pub(crate) fn id(&self, noun: &str, role: Option<UserRole>) -> &str {
        let people = match noun {
            "users" => Some(&self.colleagues),
            "invitations" => Some(&self.invited),
            _ => None,
        };
        if let Some(people) = people {
            return &people[usize::from(role != Some(UserRole::Distributor))];
        }
        if noun == "imports" {
            return &self.imports[match role {
                Some(UserRole::Distributor) => 0,
                Some(UserRole::Customer) => 1,
                _ => 2,
            }];
        }
        let noun = if noun == "models" { "device-models" } else { noun };
        self.ids
            .get(noun)
            .unwrap_or_else(|| panic!("the tests have none of the {noun}: put one into aim.rs"))
    }

    /// The path of a route, aimed at this.
    pub(crate) fn path(&self, pattern: &str, role: Option<UserRole>) -> String {
        let mut noun = "";
        let mut path = String::new();
        let is_distributors = pattern.contains("/distributors/")
            || ["/organisation/", "/organization/"]
                .iter()
                .any(|own| pattern.contains(own))
                && role == Some(UserRole::Distributor);
        let contacts = if is_distributors {
            "distributors' contacts"
        } else {
            "contacts"
        };
        for part in pattern.split('/').skip(1) {
            path.push('/');
            path.push_str(match part {
                "{id}" if noun == "contacts" => self.id(contacts, role),
                "{id}" => self.id(noun, role),
                "{contact}" => self.id(contacts, role),
                "{device}" => self.id("devices", role),
                "{day}" => self.id("archive", role),
                "{log}" => NOBODY_S,
                "{file}" => "none",
                other => other,
            });
            noun = part;
        }
        path
    }
}

/// The day on which its reading arrived, which lies in the archive. One's own is not another's, so that a day says whose it is.
async fn archived(world: &World, reading: &str, name: &str) -> NaiveDate {
    let arrived = world.clock.now() - TimeDelta::days(i64::from(name != "own"));
    sqlx::query("update reading set received_at = $1 where id = $2")
        .bind(arrived)
        .bind(reading.parse::<Uuid>().unwrap())
        .execute(&world.sql)
        .await
        .unwrap();
    let day = arrived.date_naive();
    world.state.archive().keep(day).await.unwrap();
    day
}

/// Somebody of the organisation who may do nothing in particular, so that everybody who manages users may manage them.
async fn colleague(world: &World, email: &str, role: UserRole, organisation: Organisation) -> String {
    let new = NewUser {
        email: email.parse().unwrap(),
        name: "Colleague".to_owned(),
        role,
        organisation,
        password: Password::typed(PASSWORD),
        permissions: Some(PermissionSet::default()),
    };
    world.identity.system_create_user(new).await.unwrap().to_string()
}

/// A site of the customer's and the care team that looks after it.
async fn housed(world: &World, customer: &str) -> [Uuid; 2] {
    let made: [Uuid; 2] = [world.ground.id(), world.ground.id()];
    sqlx::query(
        "with made as (
           insert into site (id, customer_id, name, created_at) values ($1, $3, 'Ward', now())
         ), team as (
           insert into care_team (id, customer_id, name, created_at) values ($2, $3, 'Rounds', now())
         )
         insert into care_team_site (care_team_id, site_id, customer_id) values ($2, $1, $3)",
    )
    .bind(made[0])
    .bind(made[1])
    .bind(customer.parse::<Uuid>().unwrap())
    .execute(&world.sql)
    .await
    .unwrap();
    made
}

/// What the vendor calls a device that waits.
pub(crate) const WAITS: &str = "a device that waits";

/// An account of the customer's in a vendor's cloud, which speaks for its device, and of which something waits.
async fn clouded(world: &World, customer: &str, device: &str) -> Uuid {
    let id: Uuid = world.ground.id();
    sqlx::query(
        "with made as (
           insert into source (id, vendor, name, customer_id, scheme, shown_as, secret_hmac, secret_since, created_at)
           values ($1, 'tenovi', 'Cloud', $2, 'header', 'x-key', sha256($1::text::bytea), now(), now())
         ), waits as (
           insert into quarantine (id, received_at, customer_id, source_id, serial, reason, item_sealed, item_hmac, raw_id)
           values ($1, now(), $2, $1, $4, 'unknown_device', '\\x00', sha256($1::text::bytea), $1)
         )
         update device set source_id = $1, source_key = serial where id = $3",
    )
    .bind(id)
    .bind(customer.parse::<Uuid>().unwrap())
    .bind(device.parse::<Uuid>().unwrap())
    .bind(WAITS)
    .execute(&world.sql)
    .await
    .unwrap();
    id
}

/// An order of the distributor's and a return, each as it begins.
async fn ordered(world: &World, distributor: &str, device: &str) -> (Uuid, Uuid) {
    let (order, back): (Uuid, Uuid) = (world.ground.id(), world.ground.id());
    sqlx::query(
        "with by as (
           select id, display_name from user_account order by created_at limit 1
         ), made as (
           insert into device_order (id, number, distributor_id, token, devices, hubs, deliver_to, street, city, country,
             ordered_by, orderer_name, ordered_at, updated_at)
           select $1, '2020-' || right($1::text, 8), $3, $1, 0, 1, 'Here', '1 Main Street', 'New York', 'US', id,
             display_name, now(), now() from by
         ), line as (
           insert into order_line (id, order_id, distributor_id, place, model, kinds, quantity)
           values ($1, $1, $3, 1, 'Hub', '{}', 1)
         ), sent_back as (
           insert into device_return (id, number, distributor_id, token, reason, items, asked_by, asker_name, asked_at,
             updated_at)
           select $2, 'R-2020-' || right($2::text, 8), $3, $2, 'faulty', 1, id, display_name, now(), now() from by
         )
         insert into return_item (id, return_id, distributor_id, device_id, model, kinds, serial)
         values ($2, $2, $3, $4, 'Acme Scale', '{weight}', 'D')",
    )
    .bind(order)
    .bind(back)
    .bind(distributor.parse::<Uuid>().unwrap())
    .bind(device.parse::<Uuid>().unwrap())
    .execute(&world.sql)
    .await
    .unwrap();
    (order, back)
}

/// An open invitation to do nothing in particular there.
async fn invited(world: &World, by: &str, organisation: Organisation) -> String {
    let (id, now) = (world.ground.id::<Uuid>(), world.ground.now());
    let (role, distributor, customer) = match organisation {
        Organisation::Platform => ("admin", None, None),
        Organisation::Distributor(id) => ("distributor", Some(id.as_uuid()), None),
        Organisation::Customer(id) => ("customer", None, Some(id.as_uuid())),
    };
    sqlx::query(
        "insert into invitation (id, email, display_name, role, distributor_id, customer_id, secret_hmac, invited_by,
           mail_id, created_at, expires_at)
         values ($1, $1::text || '@invited.example', 'New', $2, $3, $4, sha256($1::text::bytea), $5, $1, $6, $7)",
    )
    .bind(id)
    .bind(role)
    .bind(distributor)
    .bind(customer)
    .bind(by.parse::<Uuid>().unwrap())
    .bind(now)
    .bind(now + TimeDelta::days(7))
    .execute(&world.sql)
    .await
    .unwrap();
    id.to_string()
}

/// An import of one line that was checked and not applied.
async fn import(world: &World, by: &str, distributor: Option<&String>, customer: Option<&String>) -> String {
    let id: Uuid = world.ground.id();
    let uuid = |text: Option<&String>| text.map(|text| text.parse::<Uuid>().unwrap());
    sqlx::query(
        "insert into device_import (id, distributor_id, customer_id, made_by, file_name, lines, wrong, created_at)
         values ($1, $2, $3, $4, 'devices.csv', 1, 1, now())",
    )
    .bind(id)
    .bind(uuid(distributor))
    .bind(uuid(customer))
    .bind(by.parse::<Uuid>().unwrap())
    .execute(&world.sql)
    .await
    .unwrap();
    id.to_string()
}
