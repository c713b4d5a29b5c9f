//! What was heard of a device is its holder's alone, also where who writes it looked the device up before it was handed over.

mod marks;

use std::time::Duration;

use rstest::rstest;
use sqlx::{Acquire as _, PgConnection, Postgres, Transaction};
use uuid::Uuid;
use vitals::DeviceKey;
use vitalwire_server::forwarding::Router;
use vitalwire_server::ground::ids::{DeviceId, HubId};
use vitalwire_server::history::commit::Verdict;
use vitalwire_server::queue::Signals;
use vitalwire_server::registry::figures::{self, Figures};
use vitalwire_server::registry::fleet::{HeardDevice, Heartbeat, system_heartbeat, system_look_after_hubs};
use vitalwire_server::registry::moves::{self, Placement};
use vitalwire_server::registry::{RegistryError, organisations, wanting};
use vitalwire_server::tenancy::Scope as _;

use crate::meeting::{patient, so_many_wait, somebody_waits};
use crate::world::{Clinic, Dealer, World};

/// Who writes down what was heard of a device.
#[derive(Debug, Clone, Copy)]
enum Writer {
    Router,
    Heartbeat,
    Device,
}

struct Scene {
    world: World,
    dora: Dealer,
    anna: Clinic,
    device: DeviceId,
}

impl Scene {
    /// A device of Anna's, who came through Dora, and a reading of it that waits for the router.
    async fn new() -> Self {
        let world = World::new().await;
        let dora = world.dealer("Dora").await;
        let anna = world.clinic("Anna", Some(&dora)).await;
        let device = world.device("S-1").await;
        let scene = Self {
            world,
            dora,
            anna,
            device,
        };
        scene.place(&scene.anna).await.unwrap();
        let token = scene.world.token(device).await;
        let (verdict, owner) = scene.world.measure(device, token).await;
        assert!(matches!(verdict, Verdict::Accepted(_)), "{verdict:?}");
        assert_eq!(owner, Some(scene.anna.id));
        scene.world.tick();
        scene
    }

    async fn place(&self, with: &Clinic) -> Result<(), RegistryError> {
        let at = Placement {
            customer: with.id,
            state: None,
            from: None,
        };
        let (ground, database) = (&self.world.ground, &self.world.database);
        moves::place(ground, database, self.world.admin(), self.device, at).await
    }

    /// Routes what waits; once the router sees the registry as it is, and before it writes what it heard, something happens.
    async fn route_while(&self, router: &mut Router, something: impl AsyncFnOnce()) {
        let stream =
            "insert into customer_stream (customer_id, last_sequence) values ($1, 0) on conflict do nothing";
        let held = "select 1 from customer_stream where customer_id = $1 for update";
        let mut somebody = patient(&self.world).await;
        sqlx::query(stream)
            .bind(self.anna.id)
            .execute(&mut somebody)
            .await
            .unwrap();
        let mut holding = somebody.begin().await.unwrap();
        sqlx::query(held)
            .bind(self.anna.id)
            .execute(&mut *holding)
            .await
            .unwrap();
        let meeting = async {
            somebody_waits(&self.world).await;
            something().await;
            holding.commit().await.unwrap();
        };
        let (routed, ()) = tokio::join!(router.route_waiting(), meeting);
        assert_eq!(routed.unwrap(), 1);
    }

    /// A router that wrote what it heard of the device for Anna, and another reading of it that waits.
    async fn heard_already(&self) -> Router {
        let mut router = self.router();
        router.route_waiting().await.unwrap();
        let token = self.world.token(self.device).await;
        self.world.measure(self.device, token).await;
        self.world.tick();
        router
    }

    /// Somebody is about to make the device another's.
    async fn being_given<'a>(
        &self,
        somebody: &'a mut PgConnection,
        next: &Clinic,
    ) -> Transaction<'a, Postgres> {
        let mut changing = somebody.begin().await.unwrap();
        sqlx::query("update device set customer_id = $2 where id = $1")
            .bind(self.device)
            .bind(next.id)
            .execute(&mut *changing)
            .await
            .unwrap();
        changing
    }

    /// The device is another's, and heard there, as far as the mover sees.
    async fn hand_over_and_hear(&self, mover: &mut PgConnection, next: &Clinic) {
        self.world.tick();
        for sql in [
            "update device set customer_id = $2 where id = $1 and ($3, $4) is not null",
            "delete from device_status where device_id = $1 and ($2, $3, $4) is not null",
            "insert into device_status (device_id, customer_id, distributor_id, last_seen_at, battery_percent)
             values ($1, $2, $3, $4, 12)",
        ] {
            sqlx::query(sql)
                .bind(self.device)
                .bind(next.id)
                .bind(self.dora.id)
                .bind(self.world.ground.now())
                .execute(&mut *mover)
                .await
                .unwrap();
        }
    }

    /// Writes what was heard of the device, and returns when it stands there.
    async fn write(&self, writer: Writer, router: &mut Router) {
        match writer {
            Writer::Router => assert_eq!(router.route_waiting().await.unwrap(), 1),
            Writer::Heartbeat => self.beat().await,
            Writer::Device => self.say().await,
        }
    }

    /// A hub of Anna's says how the device is.
    async fn beat(&self) {
        let hub: HubId = self.world.ground.id();
        sqlx::query(
            "insert into hub (id, serial, name, distributor_id, customer_id, state, public_key, fingerprint, created_at)
             values ($1, 'H-1', 'Hall', $2, $3, 'active', sha256('H-1'), 'aa', $4)",
        )
        .bind(hub)
        .bind(self.dora.id)
        .bind(self.anna.id)
        .bind(self.world.ground.now())
        .execute(&self.world.sql)
        .await
        .unwrap();
        let hub = self.world.cache.hub_now(hub).await.unwrap().unwrap();
        let device = HeardDevice {
            key: DeviceKey::parse("Acme", "S-1").unwrap(),
            battery_percent: Some(3),
            signal_dbm: None,
            last_seen_at: Some(self.world.ground.now()),
        };
        let heartbeat = Heartbeat {
            version: None,
            uptime_seconds: 1,
            queued: 0,
            devices: vec![device],
        };
        let (ground, database) = (&self.world.ground, &self.world.database);
        system_heartbeat(ground, database, &hub, heartbeat).await.unwrap();
    }

    /// The device says with its token how it is. That is written behind, with the day's figures.
    async fn say(&self) {
        let tokens = "select token_hmac from device_credential where device_id = $1 limit 1";
        let token: Vec<u8> = sqlx::query_scalar(tokens)
            .bind(self.device)
            .fetch_one(&self.world.sql)
            .await
            .unwrap();
        let token = token.try_into().unwrap();
        let device = self.world.cache.device(token).await.unwrap().unwrap();
        self.world.cache.told(&device, Some(3), None);
        let written = "select exists (select from device_vitality_day)";
        for _ in 0..400 {
            if sqlx::query_scalar(written)
                .fetch_one(&self.world.sql)
                .await
                .unwrap()
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("it is not written");
    }

    fn router(&self) -> Router {
        let pool = self.world.database.system_forwarding().clone();
        Router::new(self.world.ground.clone(), pool, Signals::local())
    }

    /// What runs every minute.
    async fn settle(&self) {
        let pool = self.world.database.system_forwarding();
        let now = self.world.ground.now();
        system_look_after_hubs(pool, now).await.unwrap();
    }

    /// How many rows wait to be settled.
    async fn unsure(&self) -> i64 {
        sqlx::query_scalar("select count(*) from device_status where is_unsure")
            .fetch_one(&self.world.sql)
            .await
            .unwrap()
    }

    /// For whom something stands there as heard of it: the customer, and through whom it has it.
    async fn heard_for(&self) -> Option<(Option<Uuid>, Option<Uuid>)> {
        sqlx::query_as("select customer_id, distributor_id from device_status where device_id = $1")
            .bind(self.device)
            .fetch_optional(&self.world.sql)
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn what_a_router_writes_after_a_hand_over_is_not_the_next_holder_s() {
    let scene = Scene::new().await;
    let bert = scene.world.clinic("Bert", Some(&scene.dora)).await;
    scene
        .route_while(&mut scene.router(), async || scene.place(&bert).await.unwrap())
        .await;
    assert_eq!(scene.heard_for().await, None, "the reading was Anna's");
}

/// The row that there was goes with the hand-over. A router that comes to it before that has committed waits for the mover,
/// and writes nothing of the former holder's afterwards.
#[tokio::test]
async fn a_router_waits_for_the_hand_over_that_takes_the_row_away() {
    let scene = Scene::new().await;
    let bert = scene.world.clinic("Bert", Some(&scene.dora)).await;
    let mut router = scene.heard_already().await;
    let mut somebody = patient(&scene.world).await;
    let mut holding = somebody.begin().await.unwrap();
    // The last that a move writes, so that it has deleted the row and not committed.
    sqlx::query("select 1 from registry_epoch for update")
        .execute(&mut *holding)
        .await
        .unwrap();
    let routing = async {
        so_many_wait(&scene.world, 1).await;
        router.route_waiting().await
    };
    let meeting = async {
        so_many_wait(&scene.world, 2).await;
        let seen = scene.world.seen(scene.device).await;
        assert_eq!(seen.customer, Some(scene.anna.id), "the mover has not committed");
        holding.commit().await.unwrap();
    };
    let (moved, routed, ()) = tokio::join!(scene.place(&bert), routing, meeting);
    moved.unwrap();
    assert_eq!(routed.unwrap(), 1);
    assert_eq!(scene.heard_for().await, None, "the reading was Anna's");
    assert_eq!(scene.unsure().await, 0);
}

/// The router, which waited for the row that goes with the hand-over, would write it anew.
#[tokio::test]
async fn what_was_heard_before_comes_not_back_after_a_hand_over() {
    let scene = Scene::new().await;
    let bert = scene.world.clinic("Bert", Some(&scene.dora)).await;
    let mut router = scene.heard_already().await;
    scene
        .route_while(&mut router, async || scene.place(&bert).await.unwrap())
        .await;
    assert_eq!(scene.heard_for().await, None, "the reading was Anna's");
}

/// Whoever writes what they heard for a former holder, and comes behind the hand-over and what the next one's was heard to
/// say: that stays.
#[rstest]
#[tokio::test]
async fn what_the_next_holder_s_was_heard_to_say_stays(
    #[values(Writer::Router, Writer::Heartbeat, Writer::Device)] writer: Writer,
) {
    let scene = Scene::new().await;
    let bert = scene.world.clinic("Bert", Some(&scene.dora)).await;
    let mut router = scene.heard_already().await;
    let mut mover = patient(&scene.world).await;
    let mut moving = mover.begin().await.unwrap();
    sqlx::query("select 1 from device_status where device_id = $1 for update")
        .bind(scene.device)
        .execute(&mut *moving)
        .await
        .unwrap();
    let meeting = async {
        somebody_waits(&scene.world).await;
        scene.hand_over_and_hear(&mut moving, &bert).await;
        moving.commit().await.unwrap();
    };
    tokio::join!(scene.write(writer, &mut router), meeting);
    scene.settle().await;
    let heard: Vec<(Option<Uuid>, Option<i16>)> =
        sqlx::query_as("select customer_id, battery_percent from device_status")
            .fetch_all(&scene.world.sql)
            .await
            .unwrap();
    assert_eq!(heard, [(Some(bert.id.as_uuid()), Some(12))]);
}

#[tokio::test]
async fn what_a_router_writes_while_a_customer_moves_goes_along() {
    let scene = Scene::new().await;
    let ernst = scene.world.dealer("Ernst").await;
    let (database, ground) = (&scene.world.database, &scene.world.ground);
    scene
        .route_while(&mut scene.router(), async || {
            let (admin, anna) = (scene.world.admin(), scene.anna.id);
            organisations::move_customer(database, admin, ground, anna, Some(ernst.id))
                .await
                .unwrap();
        })
        .await;
    let whose = (Some(scene.anna.id.as_uuid()), Some(ernst.id.as_uuid()));
    assert_eq!(scene.heard_for().await, Some(whose));
}

/// Counts join what was heard by the device alone: there is nothing of a former holder that they could count.
#[tokio::test]
async fn nothing_of_a_former_holder_is_counted() {
    let scene = Scene::new().await;
    let bert = scene.world.clinic("Bert", Some(&scene.dora)).await;
    scene.place(&bert).await.unwrap();
    for sql in [
        "insert into device_status (device_id, distributor_id, customer_id, last_seen_at, battery_percent, signal_dbm)
         values ($1, $2, $3, now() - interval '9 days', 3, -120)",
        // What was heard for Bert is not made Anna's either.
        "insert into device_status (device_id, distributor_id, customer_id, last_seen_at)
         select id, distributor_id, customer_id, now() from device where id = $1 and ($2::uuid, $3::uuid) is not null",
        "update device_status set distributor_id = $2, customer_id = $3, battery_percent = 3 where device_id = $1",
    ] {
        sqlx::query(sql)
            .bind(scene.device)
            .bind(scene.dora.id)
            .bind(scene.anna.id)
            .execute(&scene.world.sql)
            .await
            .unwrap();
        let now = scene.world.ground.now();
        let counted = async |tx: &_| {
            let figures = figures::of_customers(tx, &[bert.id], now).await?;
            Ok::<_, RegistryError>((figures[&bert.id], wanting::worst(tx, now, 10).await?.len()))
        };
        let of_dora = scene.dora.scope().run(&scene.world.database, counted).await;
        let (of_bert, worst) = of_dora.unwrap();
        let expected = Figures {
            devices: 1,
            ..Figures::default()
        };
        assert_eq!((of_bert, worst), (expected, 0), "after {sql}");
    }
}

/// Many customers' readings wait behind a router: it does not wait for who changes a device of one of them.
#[tokio::test]
async fn a_router_passes_a_device_that_somebody_changes_and_whose_it_is_is_settled_later() {
    let scene = Scene::new().await;
    let bert = scene.world.clinic("Bert", Some(&scene.dora)).await;
    let mut somebody = patient(&scene.world).await;
    let changing = scene.being_given(&mut somebody, &bert).await;
    let routed = scene.router().route_waiting().await.unwrap();
    assert_eq!(routed, 1, "while the device is still being changed");
    let anna = (Some(scene.anna.id.as_uuid()), Some(scene.dora.id.as_uuid()));
    assert_eq!(scene.heard_for().await, Some(anna));
    changing.rollback().await.unwrap();
    scene.settle().await;
    assert_eq!(scene.heard_for().await, Some(anna), "she has it still");
    assert_eq!(scene.unsure().await, 0);
}

#[tokio::test]
async fn what_a_router_wrote_beside_a_hand_over_is_taken_away() {
    let scene = Scene::new().await;
    let bert = scene.world.clinic("Bert", Some(&scene.dora)).await;
    let mut somebody = patient(&scene.world).await;
    let changing = scene.being_given(&mut somebody, &bert).await;
    scene.router().route_waiting().await.unwrap();
    changing.commit().await.unwrap();
    assert_eq!(scene.unsure().await, 1);
    scene.settle().await;
    assert_eq!(scene.heard_for().await, None);
}
