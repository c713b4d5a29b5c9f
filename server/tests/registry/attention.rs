//! What wants a person is counted the same on every page: per site, customer and distributor, for whoever looks.

use rstest::rstest;
use vitalwire_server::ground::ids::{CustomerId, DeviceId, DistributorId, SiteId};
use vitalwire_server::registry::devices::Device;
use vitalwire_server::registry::figures::{self, Figures};
use vitalwire_server::registry::fleet::system_look_after_hubs;
use vitalwire_server::registry::rights::HasRights;
use vitalwire_server::registry::{RegistryError, overview, sites, wanting};
use vitalwire_server::tenancy::Scope as _;

use crate::world::World;

/// Serial; whose, and where; its state; hours since it was placed and since it was heard; battery and signal.
type Thing = (
    &'static str,
    (usize, Option<usize>),
    &'static str,
    (i32, Option<i32>),
    (Option<i16>, Option<i16>),
);

/// Of the first customer, at its two sites and nowhere, then of the second; those that want a person, the worst first in their
/// site, before those that do not.
const THINGS: [Thing; 14] = [
    ("never", (0, Some(0)), "active", (48, None), (None, None)),
    ("silent", (0, Some(0)), "active", (900, Some(80)), (None, None)),
    (
        "low",
        (0, Some(0)),
        "active",
        (900, Some(1)),
        (Some(20), Some(-80)),
    ),
    (
        "weak",
        (0, Some(0)),
        "active",
        (900, Some(1)),
        (Some(80), Some(-105)),
    ),
    (
        "both",
        (0, Some(1)),
        "active",
        (900, Some(90)),
        (Some(3), Some(-120)),
    ),
    ("nowhere", (0, None), "active", (900, Some(2)), (Some(5), None)),
    ("fresh", (0, Some(0)), "active", (3, None), (None, None)),
    (
        "well",
        (0, Some(1)),
        "active",
        (900, Some(1)),
        (Some(21), Some(-104)),
    ),
    ("off", (0, Some(1)), "inactive", (900, Some(99)), (Some(1), None)),
    ("gone", (0, Some(1)), "replaced", (900, Some(99)), (Some(1), None)),
    ("others", (1, None), "active", (900, Some(73)), (None, None)),
    ("others-2", (1, None), "active", (900, None), (None, None)),
    ("others-3", (1, None), "active", (900, Some(2)), (None, None)),
    ("others-4", (1, None), "inactive", (900, None), (None, None)),
];

const DEVICE: &str = "insert into device (id, maker, serial, model_id, distributor_id, customer_id, site_id, state, created_at,
       updated_at)
     values ($1, 'Acme', $2, $3, $4, $5, $6, $7, $8, $8)";
const PERIOD: &str =
    "insert into assignment (id, device_id, distributor_id, customer_id, valid_from, created_at)
     values (gen_random_uuid(), $1, $2, $3, $4 - make_interval(hours => $5), $4)";
const STATUS: &str = "insert into device_status (device_id, distributor_id, customer_id, last_seen_at, battery_percent, signal_dbm)
     values ($1, $2, $3, $4 - make_interval(hours => $5), $6, $7)";

async fn put(world: &World, of: (DistributorId, CustomerId, Option<SiteId>), thing: Thing) {
    let (device, now) = (world.ground.id::<DeviceId>(), world.ground.now());
    let ((distributor, customer, site), (serial, _, state, (placed, heard), (battery, signal))) = (of, thing);
    sqlx::query(DEVICE)
        .bind(device)
        .bind(serial)
        .bind(world.scale)
        .bind(distributor)
        .bind(customer)
        .bind(site)
        .bind(state)
        .bind(now)
        .execute(&world.sql)
        .await
        .unwrap();
    sqlx::query(PERIOD)
        .bind(device)
        .bind(distributor)
        .bind(customer)
        .bind(now)
        .bind(placed)
        .execute(&world.sql)
        .await
        .unwrap();
    if let Some(heard) = heard {
        sqlx::query(STATUS)
            .bind(device)
            .bind(distributor)
            .bind(customer)
            .bind(now)
            .bind(heard)
            .bind(battery)
            .bind(signal)
            .execute(&world.sql)
            .await
            .unwrap();
    }
}

/// What somebody sees of each of the customers: its figures by the list and by its own page, and the worst of it.
async fn told<S: HasRights>(
    world: &World,
    by: &S,
    customers: [CustomerId; 2],
) -> [(Figures, Figures, Vec<String>); 2] {
    let now = world.ground.now();
    let mut told = Vec::new();
    for customer in customers {
        let look = async |tx: &_| {
            let listed = figures::of_customers(tx, &[customer], now).await?[&customer];
            let (worst, own) = wanting::of_customer(tx, customer, now, 3).await?;
            Ok::<_, RegistryError>((listed, own, serials(&worst)))
        };
        told.push(by.run(&world.database, look).await.unwrap());
    }
    told.try_into().unwrap()
}

fn serials(devices: &[Device]) -> Vec<String> {
    devices.iter().map(|device| device.serial.clone()).collect()
}

fn figures(devices: i64, attention: i64) -> Figures {
    Figures {
        devices,
        attention,
        ..Figures::default()
    }
}

/// Before the job was there that marks the periods in which a device was heard, and after it.
#[rstest]
#[case::not_marked_yet(false)]
#[case::marked(true)]
#[tokio::test]
async fn what_wants_a_person_is_counted_the_same_everywhere(#[case] is_marked: bool) {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let (anna, bert) = (
        world.clinic("Anna", Some(&dora)).await,
        world.clinic("Bert", Some(&dora)).await,
    );
    let customers = [anna.id, bert.id];
    let (ground, database, now) = (&world.ground, &world.database, world.ground.now());
    let mut at = Vec::new();
    for name in ["East", "West"] {
        let new = sites::NewSite::typed(name, None, None).unwrap();
        at.push(sites::create(ground, database, anna.scope(), &new).await.unwrap());
    }
    for thing in THINGS {
        let (whose, site) = thing.1;
        put(
            &world,
            (dora.id, customers[whose], site.map(|site| at[site])),
            thing,
        )
        .await;
    }

    if is_marked {
        let pool = database.system_forwarding();
        system_look_after_hubs(pool, now).await.unwrap();
    }
    let marks: (i64, i64) =
        sqlx::query_as("select count(*) filter (where is_heard), count(*) from assignment")
            .fetch_one(&world.sql)
            .await
            .unwrap();
    assert_eq!(marks, (if is_marked { 10 } else { 0 }, 14));

    // Per customer, whoever of the two looks.
    for told in [
        told(&world, world.admin(), customers).await,
        told(&world, dora.scope(), customers).await,
    ] {
        let [of_anna, of_bert] = told;
        assert_eq!((of_anna.0, of_anna.1), (figures(9, 6), figures(9, 6)));
        assert_eq!(of_anna.2, ["never", "both", "silent"]);
        assert_eq!((of_bert.0, of_bert.1), (figures(4, 2), figures(4, 2)));
        assert_eq!(of_bert.2, ["others-2", "others", "others-3"], "filled up");
    }
    let [own, others] = told(&world, anna.scope(), customers).await;
    assert_eq!((own.0, own.1), (figures(9, 6), figures(9, 6)));
    assert_eq!(
        (others.0, others.1, others.2.len()),
        (figures(0, 0), figures(0, 0), 0)
    );

    // Per distributor, and all of it by how much it wants somebody.
    let look = async |tx: &_| {
        let of_dora = figures::of_distributors(tx, &[dora.id], now).await?[&dora.id];
        Ok::<_, RegistryError>((of_dora.devices, of_dora.attention))
    };
    let of_dora = world.admin().run(database, look).await;
    assert_eq!(of_dora.unwrap(), (13, 8));
    let (counts, worst, holders) = dora
        .scope()
        .run(database, async |tx| {
            let counts = overview::counts(tx, now).await?;
            let worst = wanting::worst(tx, now, 20).await?;
            let holders = wanting::customers(tx, now, 5).await?;
            Ok::<_, RegistryError>((counts, worst, holders))
        })
        .await
        .unwrap();
    assert_eq!((counts.devices, counts.active), (13, 11));
    assert_eq!((counts.silent, counts.low_battery, counts.weak_signal), (5, 3, 2));
    let mut unheard = serials(&worst[..2]);
    unheard.sort();
    assert_eq!(unheard, ["never", "others-2"]);
    assert_eq!(
        serials(&worst[2..]),
        ["both", "silent", "others", "nowhere", "low", "weak"]
    );
    let holders: Vec<(CustomerId, i64, i64)> = holders
        .iter()
        .map(|holder| (holder.customer, holder.devices, holder.attention))
        .collect();
    assert_eq!(holders, [(anna.id, 9, 6), (bert.id, 4, 2)]);
    let few = async |tx: &_| wanting::worst(tx, now, 4).await;
    let few: Vec<Device> = dora.scope().run(database, few).await.unwrap();
    assert_eq!(serials(&few)[2..], ["both", "silent"]);

    // Per site, in the list and alone.
    let looked = async |tx: &_| {
        let mut alone = Vec::new();
        for site in &at {
            alone.push(sites::get(tx, *site, now).await?);
        }
        Ok::<_, RegistryError>((sites::list(tx, now).await?, alone))
    };
    let (listed, alone) = anna.scope().run(database, looked).await.unwrap();
    for all in [listed, alone] {
        let counted: Vec<(&str, i64, i64)> = all
            .iter()
            .map(|site| (site.name.as_str(), site.devices, site.attention))
            .collect();
        assert_eq!(counted, [("East", 5, 4), ("West", 3, 1)]);
    }
}
