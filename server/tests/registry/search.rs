//! Lists and searches: that they find what there is and nothing else, page after page, and what they cost where there are
//! a hundred thousand devices.

mod figures;

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use uuid::Uuid;
use vitals::Kind;
use vitalwire_server::ground::enums::DeviceState;
use vitalwire_server::ground::ids::{CustomerId, DistributorId};
use vitalwire_server::registry::devices::{self, Device, DeviceFilter, Wants};
use vitalwire_server::registry::organisations::CustomerFilter;
use vitalwire_server::registry::rights::HasRights;
use vitalwire_server::registry::search::{self, Found};
use vitalwire_server::registry::wanting::Silence;
use vitalwire_server::registry::{Ask, RegistryError, models, organisations, overview};
use vitalwire_server::tenancy::Scope as _;

use crate::world::{Clinic, Dealer, World};

/// Devices beside the world's own: `$1` in all, of which `$2` has three fifths, and of those `$3` a half. Every hundredth
/// is silent, every twentieth has a low battery or a weak signal.
const SEED: [&str; 7] = [
    "insert into distributor (id, name, created_at) select md5('r' || n)::uuid, 'Dealer ' || n, now() from generate_series(1, 20) n",
    "insert into customer (id, distributor_id, name, created_at)
     select md5('c' || n)::uuid, case when n % 4 = 0 then $2::uuid else md5('r' || n % 20 + 1)::uuid end, 'Clinic ' || n, now()
     from generate_series(1, 400) n where $1::int > 0 and $3::uuid is not null",
    "insert into device_model (id, maker, name, kinds, transport, created_at)
     select md5('m' || n)::uuid, 'Acme', 'Model ' || n, array[(array['blood_pressure', 'weight', 'glucose', 'oximetry'])[n % 4 + 1]],
       'cellular', now()
     from generate_series(1, 24) n",
    "insert into device (id, maker, serial, model_id, distributor_id, customer_id, customer_reference, distributor_reference,
       state, imei, mac, created_at, updated_at)
     select md5('d' || n)::uuid, 'Acme', 'D' || lpad((n::bigint * 7919 % 1000003)::text, 7, '0'), md5('m' || n % 24 + 1)::uuid,
       case when n % 10 < 6 then $2::uuid when n % 10 < 9 then md5('r' || n % 20 + 1)::uuid end,
       case when n % 10 < 3 then $3::uuid when n % 10 < 5 then md5('c' || n % 100 * 4 + 4)::uuid
         when n % 10 in (6, 7, 9) then md5('c' || n % 133 * 3 + 1)::uuid end,
       case when n % 3 = 0 then 'bed ' || n end, case when n % 7 = 0 then 'shelf ' || n end,
       case when n % 10 in (5, 8) then 'stock' when n % 50 = 1 then 'inactive' else 'active' end,
       lpad(n::text, 15, '0'), upper(regexp_replace(lpad(to_hex(n), 12, '0'), '(..)(..)(..)(..)(..)(..)', '\\1:\\2:\\3:\\4:\\5:\\6')),
       now(), now()
     from generate_series(1, $1::int) n",
    "insert into device_status (device_id, distributor_id, customer_id, last_seen_at, last_reading_at, last_kind,
       battery_percent, signal_dbm)
     select d.id, d.distributor_id, d.customer_id,
       now() - case when hashtext(d.serial) % 100 = 0 then interval '5 days' else interval '3 hours' end, now(), 'weight',
       case when hashtext(d.serial) % 20 = 1 then 12 else 80 end, case when hashtext(d.serial) % 20 = 2 then -112 else -80 end
     from device d where d.state <> 'stock'",
    "insert into hub (id, serial, name, distributor_id, customer_id, created_at)
     select md5('h' || n)::uuid, 'H' || lpad(n::text, 6, '0'), 'Ward ' || n,
       case when n % 2 = 0 then $2::uuid end, case when n % 4 = 0 then $3::uuid end, now()
     from generate_series(1, $1::int / 20) n",
    "analyze",
];

struct Large {
    world: World,
    dealer: Dealer,
    clinic: Clinic,
}

impl Large {
    async fn new(devices: i32) -> Self {
        let world = World::new().await;
        let dealer = world.dealer("Large").await;
        let clinic = world.clinic("Largest", Some(&dealer)).await;
        let mut connection = world.sql.acquire().await.unwrap();
        // The epoch's triggers, once a row, are not what is looked at.
        sqlx::query("set session_replication_role = replica")
            .execute(&mut *connection)
            .await
            .unwrap();
        for statement in SEED {
            let mut query = sqlx::query(statement);
            if statement.contains("$1") {
                query = query
                    .bind(devices)
                    .bind(dealer.id.as_uuid())
                    .bind(clinic.id.as_uuid());
            }
            query.execute(&mut *connection).await.unwrap();
        }
        sqlx::query("reset session_replication_role")
            .execute(&mut *connection)
            .await
            .unwrap();
        drop(connection);
        sqlx::query("vacuum analyze").execute(&world.sql).await.unwrap();
        Self {
            world,
            dealer,
            clinic,
        }
    }

    async fn list<S: HasRights>(&self, by: &S, filter: &DeviceFilter) -> Vec<Device> {
        let mut ask = Ask::first(200);
        let mut all = Vec::new();
        loop {
            let page = by
                .run(&self.world.database, async |tx| {
                    devices::list(tx, filter, &ask).await
                })
                .await
                .unwrap();
            all.extend(page.rows);
            let Some(next) = page.next else { return all };
            ask.after = Some(next);
        }
    }

    async fn found<S: HasRights>(&self, by: &S, text: &str) -> Found {
        by.run(&self.world.database, async |tx| search::search(tx, text).await)
            .await
            .unwrap()
    }

    async fn count(&self, condition: &str) -> usize {
        let sql = format!(
            "select count(*) from device d left join device_status s on s.device_id = d.id
             left join device_model m on m.id = d.model_id left join customer c on c.id = d.customer_id where {condition}"
        );
        let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(self.dealer.id.as_uuid())
            .bind(self.clinic.id.as_uuid())
            .fetch_one(&self.world.sql)
            .await
            .unwrap();
        usize::try_from(count).unwrap()
    }
}

fn q(text: &str) -> DeviceFilter {
    DeviceFilter {
        q: Some(text.to_owned()),
        ..DeviceFilter::default()
    }
}

#[tokio::test]
async fn every_filter_finds_what_there_is_for_everybody_page_after_page() {
    let large = Large::new(3_000).await;
    let now = large.world.ground.now();
    let mac = "00-00-00-00-0b-b8";
    let cases: [(DeviceFilter, &str); 12] = [
        (DeviceFilter::default(), "true"),
        (
            DeviceFilter {
                state: Some(DeviceState::Inactive),
                ..DeviceFilter::default()
            },
            "d.state = 'inactive'",
        ),
        (
            DeviceFilter {
                kind: Some(Kind::Glucose),
                ..DeviceFilter::default()
            },
            "'glucose' = any(m.kinds)",
        ),
        (
            DeviceFilter {
                wants: Some(Wants::Silent(Silence::at(now))),
                ..DeviceFilter::default()
            },
            "d.state = 'active' and s.last_seen_at < now() - interval '3 days'",
        ),
        (
            DeviceFilter {
                wants: Some(Wants::LowBattery),
                ..DeviceFilter::default()
            },
            "d.state = 'active' and s.battery_percent <= 20",
        ),
        (
            DeviceFilter {
                wants: Some(Wants::WeakSignal),
                ..DeviceFilter::default()
            },
            "d.state = 'active' and s.signal_dbm <= -105",
        ),
        (
            DeviceFilter {
                in_stock: true,
                ..DeviceFilter::default()
            },
            "d.state = 'stock'",
        ),
        (
            DeviceFilter {
                customer: Some(large.clinic.id),
                ..DeviceFilter::default()
            },
            "d.customer_id = $2",
        ),
        (
            DeviceFilter {
                distributor: Some(large.dealer.id),
                ..DeviceFilter::default()
            },
            "d.distributor_id = $1",
        ),
        (q("d007"), "position('D007' in d.serial) > 0"),
        (q("model 17"), "m.name = 'Model 17'"),
        (q(mac), "d.mac = '00:00:00:00:0B:B8'"),
    ];
    for (filter, condition) in &cases {
        let who = format!("{filter:?}");
        let unused = "and $1::uuid is not null and $2::uuid is not null";
        let of = async |whose: &str| large.count(&format!("({condition}) and {whose} {unused}")).await;
        let all = large.list(large.world.admin(), filter).await;
        assert_eq!(all.len(), of("true").await, "an administrator: {who}");
        let sorted = all.is_sorted_by_key(|device| (device.serial.clone(), device.id));
        assert!(sorted, "by serial: {who}");
        let dealer = large.list(large.dealer.scope(), filter).await;
        assert_eq!(
            dealer.len(),
            of("d.distributor_id = $1").await,
            "a distributor: {who}"
        );
        let clinic = large.list(large.clinic.scope(), filter).await;
        assert_eq!(clinic.len(), of("d.customer_id = $2").await, "a customer: {who}");
        assert!(clinic.iter().all(|device| device.distributor_reference.is_none()));
    }
    // Words that the caller does not see find nothing.
    let beds =
        "position('bed 12' in d.customer_reference) > 0 and d.customer_id = $2 and $1::uuid is not null";
    let found = large.list(large.clinic.scope(), &q("BED 12")).await;
    assert_eq!(found.len(), large.count(beds).await);
    assert!(large.list(large.dealer.scope(), &q("BED 12")).await.is_empty());
    assert!(large.list(large.world.admin(), &q("BED 12")).await.is_empty());
    assert!(!large.list(large.dealer.scope(), &q("shelf 7")).await.is_empty());
    assert!(large.list(large.clinic.scope(), &q("shelf 7")).await.is_empty());
}

#[tokio::test]
async fn the_search_finds_a_thing_by_whatever_is_typed_and_the_best_first() {
    let large = Large::new(3_000).await;
    let (admin, dealer, clinic) = (large.world.admin(), large.dealer.scope(), large.clinic.scope());
    let theirs = large.list(clinic, &DeviceFilter::default()).await;
    let device = &theirs[7];
    let (imei, mac) = (device.imei.clone().unwrap(), device.mac.clone().unwrap());
    let typed = [
        device.serial.clone(),
        device.serial.to_lowercase(),
        device.serial[..6].to_owned(),
        device.serial[4..].to_owned(),
        mac.replace(':', "-").to_lowercase(),
        mac.replace(':', ""),
    ];
    for text in &typed {
        for found in [
            large.found(admin, text).await,
            large.found(dealer, text).await,
            large.found(clinic, text).await,
        ] {
            let place = found.devices.iter().position(|found| found.id == device.id);
            assert!(place.is_some(), "{text}: {:?}", found.devices);
            assert!(found.devices.len() <= usize::from(search::HANDFUL));
        }
    }
    assert_eq!(
        large.found(clinic, &device.serial).await.devices[0].id,
        device.id,
        "the best first"
    );
    // An IMEI whose check digit is right; the seeded ones are counted up.
    let _ = imei;
    sqlx::query("update device set imei = '490154203237518' where id = $1")
        .bind(device.id)
        .execute(&large.world.sql)
        .await
        .unwrap();
    for text in ["490154203237518", "49-015420-323751-8", "49015420323751"] {
        assert_eq!(large.found(dealer, text).await.devices[0].id, device.id, "{text}");
    }

    let of_others = large.list(admin, &DeviceFilter::default()).await;
    let foreign = of_others
        .iter()
        .find(|device| device.distributor != Some(large.dealer.id))
        .unwrap();
    assert!(large.found(dealer, &foreign.serial).await.devices.is_empty());
    assert!(large.found(clinic, &foreign.serial).await.devices.is_empty());
    let found = large.found(admin, "Large").await;
    assert_eq!(
        (
            found.customers[0].name.as_str(),
            found.distributors[0].name.as_str()
        ),
        ("Largest", "Large")
    );
    assert!(
        large.found(dealer, "Large").await.distributors.is_empty(),
        "for the platform alone"
    );
    assert_eq!(
        large.found(dealer, "ward 1").await.hubs.len(),
        usize::from(search::HANDFUL)
    );
    for nothing in ["", "x", " d "] {
        assert!(large.found(admin, nothing).await.devices.is_empty());
    }
}

/// Row-level security lets only leakproof comparisons into an index's condition; that these are used is what keeps a
/// search from reading every device.
#[tokio::test]
async fn a_tenant_s_search_by_serial_reads_an_index() {
    let large = Large::new(3_000).await;
    let mut tx = large.world.sql.begin().await.unwrap();
    let role = "select set_config('role', 'vw_customer', true), set_config('app.customer', $1, true), set_config('app.sites', 'all', true), set_config('enable_seqscan', 'off', true)";
    sqlx::query(role)
        .bind(large.clinic.id.to_string())
        .execute(&mut *tx)
        .await
        .unwrap();
    for (condition, index) in [
        (
            "serial_key >= 'd0001' and serial_key < 'd0002'",
            "device_by_serial_key",
        ),
        ("serial_tail = '0017'", "device_by_serial_tail"),
        ("imei = '490154203237518'", "device_by_imei"),
        ("mac = '00:1A:2B:3C:4D:5E'", "device_by_mac"),
        ("iccid = '8944500102198304826'", "device_by_iccid"),
    ] {
        let sql = format!("explain (costs off) select id from device where {condition}");
        let plan: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_all(&mut *tx)
            .await
            .unwrap();
        let plan = plan.join("\n");
        let column = condition.split(' ').next().unwrap();
        let is_condition = plan
            .lines()
            .any(|line| line.contains("Index Cond") && line.contains(column));
        assert!(plan.contains(index) && is_condition, "{condition}:\n{plan}");
    }
}

#[tokio::test]
async fn counts_are_remembered_for_a_moment_and_not_beyond_a_change_of_the_registry() {
    let large = Large::new(300).await;
    let (world, dealer) = (&large.world, large.dealer.scope());
    let counts = async || -> overview::Counts {
        let now = world.ground.now();
        let counts: Result<_, RegistryError> = dealer
            .run(&world.database, async |tx| overview::counts(tx, now).await)
            .await;
        counts.unwrap()
    };
    let before = counts().await;
    assert_eq!(before.devices, 180);
    // What no change of the registry tells may be an old figure for some seconds.
    sqlx::query("update device_status set battery_percent = 3")
        .execute(&world.sql)
        .await
        .unwrap();
    assert_eq!(counts().await, before);
    world.clock.advance(TimeDelta::seconds(20));
    assert!(counts().await.low_battery > before.low_battery);
    let device = world.device("NEW").await;
    vitalwire_server::registry::moves::allocate(
        &world.ground,
        &world.database,
        world.admin(),
        device,
        large.dealer.id,
    )
    .await
    .unwrap();
    assert_eq!(counts().await.devices, 181, "a change is seen at once");
    let other: overview::Counts = large
        .clinic
        .scope()
        .run(&world.database, async |tx| {
            overview::counts(tx, world.ground.now()).await
        })
        .await
        .unwrap();
    assert_eq!(other.devices, 90, "each tenant has figures of its own");
}
