//! The rows of moves, of hubs at work and of adoption, and what they are aimed at: each move has a thing of its own, because
//! what is done to one's own stays done.

use uuid::Uuid;
use vitals::DeviceKey;
use vitalwire_server::ground::Ground;
use vitalwire_server::ground::enums::HubCommandKind;
use vitalwire_server::ground::ids::{DeviceId, DistributorId, HubId, HubLogId};
use vitalwire_server::identity::CallerScope;
use vitalwire_server::registry::devices::DeviceFilter;
use vitalwire_server::registry::movements::MovementFilter;
use vitalwire_server::registry::moves::Placement;
use vitalwire_server::registry::{
    Ask, RegistryError, adoption, fleet, given_back, hub_moves, labels, life, movements, moves, naming,
    vitality,
};
use vitalwire_server::tenancy::Scope as _;

use crate::aim::Aim;
use crate::table::{Call, Row, either, row, said};
use crate::world::World;

/// Devices and hubs, a pair where the customer's person and the distributor's each move one.
pub(crate) struct Life {
    /// In use at the customer, to give back.
    worn_out: [DeviceId; 2],
    /// In use at the customer, and inactive ones that take their places.
    broken: [DeviceId; 2],
    spares: [DeviceId; 2],
    /// In the stock of the customer's distributor: to print a label of, to place, to put into stock, to adopt.
    pub(crate) shelved: DeviceId,
    to_place: DeviceId,
    come_back: DeviceId,
    to_adopt: DeviceId,
    /// At the customer, to give back; and in stock, to place.
    hubs: [HubId; 2],
    shelved_hub: HubId,
    /// Active, with a command and a log.
    live_hub: HubId,
    log: HubLogId,
}

impl Life {
    /// Ids that nothing has yet.
    pub(crate) fn new(ground: &Ground) -> Self {
        Self {
            worn_out: [ground.id(), ground.id()],
            broken: [ground.id(), ground.id()],
            spares: [ground.id(), ground.id()],
            shelved: ground.id(),
            to_place: ground.id(),
            come_back: ground.id(),
            to_adopt: ground.id(),
            hubs: [ground.id(), ground.id()],
            shelved_hub: ground.id(),
            live_hub: ground.id(),
            log: ground.id(),
        }
    }

    /// Ids that stand in no answer to anybody else.
    pub(crate) fn ids(&self) -> impl Iterator<Item = Uuid> + use<> {
        let devices = [
            self.worn_out[0],
            self.worn_out[1],
            self.broken[0],
            self.broken[1],
            self.spares[0],
            self.spares[1],
            self.shelved,
            self.to_place,
            self.come_back,
            self.to_adopt,
        ];
        let hubs = [self.hubs[0], self.hubs[1], self.shelved_hub, self.live_hub];
        let log = self.log.as_uuid();
        devices
            .map(DeviceId::as_uuid)
            .into_iter()
            .chain(hubs.map(HubId::as_uuid))
            .chain([log])
    }
}

const DEVICE: &str = "
    with made as (
      insert into device (id, maker, serial, model_id, distributor_id, customer_id, state, created_at, updated_at)
      values ($1, 'Acme', $2, $3, $4, $5, $6, $7, $7)
    )
    insert into assignment (id, device_id, distributor_id, customer_id, valid_from, created_at)
    values (gen_random_uuid(), $1, $4, $5, $7, $7)";

/// Until the day before, the customer had it.
const WAS_HERE: &str = "
    insert into assignment (id, device_id, distributor_id, customer_id, valid_from, valid_until, created_at)
    values (gen_random_uuid(), $1, $2, $3, $4 - interval '1 day', $4, $4)";

const HUB: &str = "
    with made as (
      insert into hub (id, serial, name, distributor_id, customer_id, state, public_key, fingerprint, confirmed_at,
        created_at)
      values ($1, $2, $2, $3, $4, $5, case when $5 = 'active' then sha256($2::bytea) end, $2, $6, $6)
    )
    insert into assignment (id, hub_id, distributor_id, customer_id, valid_from, created_at)
    values (gen_random_uuid(), $1, $3, $4, $6, $6)";

const WORK: &str = r"
    with made as (
      insert into hub_status (hub_id, distributor_id, customer_id, heartbeat_at, uptime_seconds, queued)
      values ($1, $2, $3, $4, 90, 7)
    ), seen as (
      insert into device_status (device_id, distributor_id, customer_id, last_seen_at, last_hub_id, battery_percent)
      values ($7, $2, $3, $4, $1, 31)
    ), device_day as (
      insert into device_vitality_day (customer_id, distributor_id, device_id, day, battery_min, battery_last, heard,
        last_at)
      values ($3, $2, $7, ($4 at time zone 'UTC')::date, 31, 31, 1, $4)
    ), hub_day as (
      insert into hub_vitality_day (customer_id, distributor_id, hub_id, day, heartbeats, queued_max, queued_last,
        last_at)
      values ($3, $2, $1, ($4 at time zone 'UTC')::date, 1, 7, 7, $4)
    ), stopped as (
      insert into state_change (id, device_id, distributor_id, customer_id, at, was, became, by_side)
      values (gen_random_uuid(), $7, $2, $3, $4, 'active', 'inactive', 'customer')
    ), beat as (
      insert into hub_heartbeat (hub_id, at, distributor_id, customer_id, version, uptime_seconds, queued)
      values ($1, $4, $2, $3, $8, 90, 7)
    ), asked as (
      insert into hub_command (id, hub_id, distributor_id, customer_id, kind, created_at, expires_at, detail)
      values ($5, $1, $2, $3, 'send_logs', $4, $4, $8)
    )
    insert into hub_log (id, hub_id, distributor_id, customer_id, command_id, received_at, bytes, body_sealed)
    values ($6, $1, $2, $3, $5, $4, 3, '\x00')";

impl World {
    /// Makes all of it.
    pub(crate) async fn living(&self, aim: &Aim, distributor: Option<DistributorId>) {
        let life = &aim.life;
        let (there, nowhere) = (Some(aim.customer), None);
        let devices = [
            (life.worn_out[0], there, "active"),
            (life.worn_out[1], there, "active"),
            (life.broken[0], there, "active"),
            (life.broken[1], there, "active"),
            (life.spares[0], there, "inactive"),
            (life.spares[1], there, "inactive"),
            (life.shelved, nowhere, "stock"),
            (life.to_place, nowhere, "stock"),
            (life.come_back, nowhere, "returned"),
            (life.to_adopt, nowhere, "stock"),
        ];
        for (device, customer, state) in devices {
            sqlx::query(DEVICE)
                .bind(device)
                .bind(serial(device))
                .bind(self.model)
                .bind(distributor)
                .bind(customer)
                .bind(state)
                .bind(self.ground.now() - chrono::TimeDelta::days(1))
                .execute(&self.sql)
                .await
                .unwrap();
        }
        sqlx::query(WAS_HERE)
            .bind(life.come_back)
            .bind(distributor)
            .bind(there)
            .bind(self.ground.now() - chrono::TimeDelta::days(1))
            .execute(&self.sql)
            .await
            .unwrap();
        let hubs = [
            (life.hubs[0], there, "unclaimed"),
            (life.hubs[1], there, "unclaimed"),
            (life.shelved_hub, nowhere, "unclaimed"),
            (life.live_hub, there, "active"),
        ];
        for (hub, customer, state) in hubs {
            sqlx::query(HUB)
                .bind(hub)
                .bind(hub.as_uuid().simple().to_string())
                .bind(distributor)
                .bind(customer)
                .bind(state)
                .bind(self.ground.now() - chrono::TimeDelta::days(1))
                .execute(&self.sql)
                .await
                .unwrap();
        }
        sqlx::query(WORK)
            .bind(life.live_hub)
            .bind(distributor)
            .bind(aim.customer)
            .bind(self.ground.now())
            .bind(self.ground.id::<Uuid>())
            .bind(life.log)
            .bind(life.spares[0])
            .bind(&aim.name)
            .execute(&self.sql)
            .await
            .unwrap();
    }
}

fn serial(device: DeviceId) -> String {
    device.as_uuid().simple().to_string()
}

/// The customer's person has the first of a pair, the distributor's the second.
fn of<T: Copy>(call: &Call<'_>, pair: [T; 2]) -> T {
    pair[usize::from(matches!(call.by.scope, CallerScope::Distributor(_)))]
}

/// So that a day that ends meanwhile is not missed.
fn yesterday(call: &Call<'_>) -> chrono::NaiveDate {
    (call.world.ground.now() - chrono::TimeDelta::days(1)).date_naive()
}

/// What stands on the label of the device that is to be adopted, as its distributor prints it.
async fn code(call: &Call<'_>) -> String {
    let (by, device) = (call.at.distributor_scope(), call.at.life.to_adopt);
    let print = async |tx: &_| labels::label(tx, by, &call.world.ground, device).await;
    let label = by.run(&call.world.database, print).await;
    label.map_or_else(|_| "AAAAA-AAAAA".to_owned(), |label| label.code.expose())
}

fn key(device: DeviceId) -> DeviceKey {
    DeviceKey::parse("Acme", &serial(device)).unwrap()
}

pub(crate) const READS: &[Row] = &[
    row!("registry::moves::history::history", Either, Read, call => {
        let device = call.at.device;
        either!(call, scope => call.run(scope, async |tx| moves::history(tx, scope, device).await).await)
    }),
    row!("registry::life::of_device", Either, Read, call => {
        let device = call.at.device;
        either!(call, scope => {
            let periods = async |tx: &_| Ok::<_, RegistryError>(life::of_device(tx, scope, device).await?.periods);
            call.run(scope, periods).await
        })
    }),
    row!("registry::life::of_hub", Either, Read, call => {
        let hub = call.at.hub;
        either!(call, scope => {
            let periods = async |tx: &_| Ok::<_, RegistryError>(life::of_hub(tx, scope, hub).await?.periods);
            call.run(scope, periods).await
        })
    }),
    row!("registry::moves::line::line", Either, Read, call => {
        let (database, device) = (&call.world.database, call.at.device);
        either!(call, scope => said(moves::line(database, scope, device).await))
    }),
    row!("registry::given_back::had", Customer, Read, call => {
        let (database, device) = (&call.world.database, call.at.life.come_back);
        said(given_back::had(database, call.scope(), device).await)
    }),
    row!("registry::given_back::since", Customer, List, call => {
        let (after, all) = (call.world.ground.now() - given_back::AS_LONG, DeviceFilter::default());
        said(given_back::since(&call.world.database, call.scope(), after, &all, &Ask::first(100)).await)
    }),
    row!("registry::hub_moves::history", Either, Read, call => {
        let hub = call.at.hub;
        either!(call, scope => call.run(scope, async |tx| hub_moves::history(tx, scope, hub).await).await)
    }),
    row!("registry::movements::list", Either, List, call => {
        let all = MovementFilter::default();
        either!(call, scope => {
            call.run(scope, async |tx| movements::list(tx, &all, &Ask::first(100)).await).await
        })
    }),
    row!("registry::naming::name_hub", Either, Change, call => {
        let hub = call.at.hub;
        either!(call, scope => {
            call.run(scope, async |tx| naming::name_hub(tx, scope, hub, "Ward 7").await).await
        })
    }),
    row!("registry::fleet::commands::commands", Either, Read, call => {
        let (ground, hub) = (&call.world.ground, call.at.life.live_hub);
        either!(call, scope => call.run(scope, async |tx| fleet::commands(tx, ground, hub).await).await)
    }),
    row!("registry::fleet::logs::logs", Either, Read, call => {
        let hub = call.at.life.live_hub;
        either!(call, scope => call.run(scope, async |tx| fleet::logs(tx, hub).await).await)
    }),
    row!("registry::fleet::seen::devices_of", Either, Read, call => {
        let hub = call.at.life.live_hub;
        either!(call, scope => call.run(scope, async |tx| fleet::devices_of(tx, hub).await).await)
    }),
    row!("registry::vitality::of_device", Either, Read, call => {
        let (device, at, since) = (call.at.life.spares[0], Some(call.at.customer), yesterday(call));
        either!(call, scope => {
            call.run(scope, async |tx| vitality::of_device(tx, device, at, since).await).await
        })
    }),
    row!("registry::vitality::of_hub", Either, Read, call => {
        let (hub, at, since) = (call.at.life.live_hub, Some(call.at.customer), yesterday(call));
        either!(call, scope => call.run(scope, async |tx| vitality::of_hub(tx, hub, at, since).await).await)
    }),
    row!("registry::vitality::heartbeats", Either, Read, call => {
        let (hub, at) = (call.at.life.live_hub, Some(call.at.customer));
        either!(call, scope => call.run(scope, async |tx| vitality::heartbeats(tx, hub, at).await).await)
    }),
    row!("registry::labels::label", Distributor, Read, call => {
        let (ground, device) = (&call.world.ground, call.at.life.shelved);
        either!(call, scope => call.run(scope, async |tx| labels::label(tx, scope, ground, device).await).await)
    }),
    row!("registry::labels::labels", Distributor, Read, call => {
        let (ground, device) = (&call.world.ground, call.at.life.shelved);
        either!(call, scope => {
            call.run(scope, async |tx| labels::labels(tx, scope, ground, &[device]).await).await
        })
    }),
];

pub(crate) const CHANGES: &[Row] = &[
    row!("registry::moves::give_back::give_back", Either, Change, call => {
        let (ground, database, device) = (&call.world.ground, &call.world.database, of(call, call.at.life.worn_out));
        either!(call, scope => said(moves::give_back(ground, database, scope, device).await))
    }),
    row!("registry::moves::replace::replace", Either, Change, call => {
        let (ground, database, life) = (&call.world.ground, &call.world.database, &call.at.life);
        let (old, new) = (of(call, life.broken), of(call, life.spares));
        either!(call, scope => said(moves::replace(ground, database, scope, old, new, "broken").await))
    }),
    // Of two ids one is one's own.
    row!("registry::moves::replace::replace", Either, Refused, call => {
        let (ground, database) = (&call.world.ground, &call.world.database);
        let (old, new) = (call.own.device, call.at.life.shelved);
        let new = if std::ptr::eq(call.own, call.at) { call.world.ground.id() } else { new };
        either!(call, scope => said(moves::replace(ground, database, scope, old, new, "broken").await))
    }),
    row!("registry::moves::place::place", Distributor, Change, call => {
        let (ground, database, at) = (&call.world.ground, &call.world.database, call.at);
        let to = Placement { customer: at.customer, state: None, from: None };
        either!(call, scope => said(moves::place(ground, database, scope, at.life.to_place, to).await))
    }),
    row!("registry::moves::place::place", Customer, Refused, call => {
        let (ground, database, at) = (&call.world.ground, &call.world.database, call.at);
        let to = Placement { customer: at.customer, state: None, from: None };
        either!(call, scope => said(moves::place(ground, database, scope, at.life.shelved, to).await))
    }),
    row!("registry::moves::restock::restock", Distributor, Change, call => {
        let (ground, database, device) = (&call.world.ground, &call.world.database, call.at.life.come_back);
        either!(call, scope => said(moves::restock(ground, database, scope, device).await))
    }),
    row!("registry::hub_moves::give_back", Either, Change, call => {
        let (ground, database, hub) = (&call.world.ground, &call.world.database, of(call, call.at.life.hubs));
        either!(call, scope => said(hub_moves::give_back(ground, database, scope, hub).await))
    }),
    row!("registry::hub_moves::place", Distributor, Change, call => {
        let (ground, database, at) = (&call.world.ground, &call.world.database, call.at);
        either!(call, scope => said(hub_moves::place(ground, database, scope, at.life.shelved_hub, at.customer).await))
    }),
    row!("registry::fleet::commands::ask", Either, Change, call => {
        let (ground, database, hub) = (&call.world.ground, &call.world.database, call.at.life.live_hub);
        let kind = of(call, [HubCommandKind::Ping, HubCommandKind::Rescan]);
        either!(call, scope => said(fleet::ask(ground, database, scope, hub, kind).await))
    }),
    // What was sealed in this test does not open; a foreign one is not even found.
    row!("registry::fleet::logs::log", Customer, Refused, call => {
        let (ground, database) = (&call.world.ground, &call.world.database);
        let hub = call.own.life.live_hub;
        let log = if std::ptr::eq(call.own, call.at) { call.world.ground.id() } else { call.at.life.log };
        said(fleet::log(ground, database, call.own.scope(), hub, log).await)
    }),
    row!("registry::adoption::adopt", Customer, Change, call => {
        let (ground, database) = (&call.world.ground, &call.world.database);
        let (key, code) = (key(call.at.life.to_adopt), code(call).await);
        either!(call, scope => said(adoption::adopt(ground, database, scope, &key, &code).await))
    }),
    row!("registry::adoption::adopt", Distributor, Refused, call => {
        let (ground, database) = (&call.world.ground, &call.world.database);
        let (key, code) = (key(call.at.life.to_adopt), code(call).await);
        either!(call, scope => said(adoption::adopt(ground, database, scope, &key, &code).await))
    }),
    row!("registry::adoption::ask_for_reading", Customer, Make, call => {
        let asked = adoption::ask_for_reading(&call.world.ground, call.own.scope(), &key(call.at.device));
        said(asked)
    }),
    row!("registry::adoption::adopt_by_reading", Customer, Refused, call => {
        let (ground, database, key) = (&call.world.ground, &call.world.database, key(call.at.device));
        let (by, model) = (call.own.scope(), call.world.model.into());
        let ticket = adoption::ask_for_reading(ground, by, &key).unwrap();
        said(adoption::adopt_by_reading(ground, database, by, &key, model, &ticket).await)
    }),
];
