//! What was heard of a device is its holder's alone, also where who writes it looked the device up before it was handed over.

use sqlx::Acquire as _;
use uuid::Uuid;
use vitalwire_server::forwarding::Router;
use vitalwire_server::ground::ids::DeviceId;
use vitalwire_server::history::commit::Verdict;
use vitalwire_server::queue::Signals;
use vitalwire_server::registry::figures::{self, Figures};
use vitalwire_server::registry::fleet::system_look_after_hubs;
use vitalwire_server::registry::moves::{self, Placement};
use vitalwire_server::registry::{RegistryError, organisations, wanting};
use vitalwire_server::tenancy::Scope as _;

use crate::meeting::{patient, somebody_waits};
use crate::world::{Clinic, Dealer, World};

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

/// The row that there was goes with the hand-over; the router, which waited for it, would write it anew.
#[tokio::test]
async fn what_was_heard_before_comes_not_back_after_a_hand_over() {
    let scene = Scene::new().await;
    let bert = scene.world.clinic("Bert", Some(&scene.dora)).await;
    let mut router = scene.router();
    router.route_waiting().await.unwrap();
    let token = scene.world.token(scene.device).await;
    scene.world.measure(scene.device, token).await;
    scene.world.tick();
    scene
        .route_while(&mut router, async || {
            scene.place(&bert).await.unwrap();
            // Bert's own is heard first.
            sqlx::query(
                "insert into device_status (device_id, distributor_id, customer_id, last_seen_at, battery_percent)
                 values ($1, $2, $3, now(), 12)",
            )
            .bind(scene.device)
            .bind(scene.dora.id)
            .bind(bert.id)
            .execute(&scene.world.sql)
            .await
            .unwrap();
        })
        .await;
    let heard = scene.heard_for().await;
    assert!(
        heard.is_none_or(|(customer, _)| customer == Some(bert.id.as_uuid())),
        "{heard:?}"
    );
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
    let mut changing = somebody.begin().await.unwrap();
    sqlx::query("update device set customer_id = $2 where id = $1")
        .bind(scene.device)
        .bind(bert.id)
        .execute(&mut *changing)
        .await
        .unwrap();
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
    let mut changing = somebody.begin().await.unwrap();
    sqlx::query("update device set customer_id = $2 where id = $1")
        .bind(scene.device)
        .bind(bert.id)
        .execute(&mut *changing)
        .await
        .unwrap();
    scene.router().route_waiting().await.unwrap();
    changing.commit().await.unwrap();
    assert_eq!(scene.unsure().await, 1);
    scene.settle().await;
    assert_eq!(scene.heard_for().await, None);
}
