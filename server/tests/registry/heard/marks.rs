//! The mark of a period in which its device was heard: it saves a look, and hides no device that nobody hears.

use chrono::TimeDelta;

use super::*;

impl Scene {
    /// Whether the period that lasts is marked.
    async fn is_marked(&self) -> bool {
        sqlx::query_scalar("select is_heard from assignment where device_id = $1 and valid_until is null")
            .bind(self.device)
            .fetch_one(&self.world.sql)
            .await
            .unwrap()
    }

    async fn epoch(&self) -> i64 {
        sqlx::query_scalar("select epoch from registry_epoch")
            .fetch_one(&self.world.sql)
            .await
            .unwrap()
    }

    /// Whether Dora sees that the customer's device wants somebody, two days from now.
    async fn is_missed(&self, with: &Clinic) -> bool {
        let later = self.world.ground.now() + TimeDelta::days(2);
        let look = async |tx: &_| wanting::of_customer(tx, with.id, later, 9).await;
        let (_, of_it) = self.dora.scope().run(&self.world.database, look).await.unwrap();
        of_it.attention == 1
    }
}

#[tokio::test]
async fn a_period_is_marked_once_its_device_was_heard_and_the_next_one_is_not() {
    let scene = Scene::new().await;
    let bert = scene.world.clinic("Bert", Some(&scene.dora)).await;
    scene.settle().await;
    assert!(!scene.is_marked().await, "what was measured waits for the router");
    assert!(scene.is_missed(&scene.anna).await);
    scene.router().route_waiting().await.unwrap();
    assert!(!scene.is_marked().await);
    assert!(!scene.is_missed(&scene.anna).await, "heard, and not marked yet");
    let before = scene.epoch().await;
    scene.settle().await;
    assert!(scene.is_marked().await);
    assert!(!scene.is_missed(&scene.anna).await);
    assert_eq!(
        scene.epoch().await,
        before,
        "nobody has to look the registry up again"
    );

    scene.place(&bert).await.unwrap();
    scene.settle().await;
    assert!(!scene.is_marked().await);
    assert!(scene.is_missed(&bert).await, "Bert has not heard it yet");
}

/// Also what a router wrote for who had the device no more, and what is settled, goes away.
#[tokio::test]
async fn a_mark_goes_with_what_was_heard() {
    let scene = Scene::new().await;
    scene.router().route_waiting().await.unwrap();
    scene.settle().await;
    assert!(scene.is_marked().await);
    sqlx::query("delete from device_status where device_id = $1")
        .bind(scene.device)
        .execute(&scene.world.sql)
        .await
        .unwrap();
    assert!(!scene.is_marked().await);
    assert!(scene.is_missed(&scene.anna).await);
}

/// Who is not sure for whom it was heard marks nothing.
#[tokio::test]
async fn what_is_not_settled_is_not_marked() {
    let scene = Scene::new().await;
    let bert = scene.world.clinic("Bert", Some(&scene.dora)).await;
    let mut somebody = patient(&scene.world).await;
    let changing = scene.being_given(&mut somebody, &bert).await;
    scene.router().route_waiting().await.unwrap();
    scene.settle().await;
    assert_eq!(scene.unsure().await, 1, "somebody changes the device");
    assert!(!scene.is_marked().await);
    changing.rollback().await.unwrap();
    scene.settle().await;
    assert!(scene.is_marked().await);
}

/// Who takes away what was heard and who sets the mark meet at the period, whoever comes first.
#[tokio::test]
async fn a_mark_is_not_set_beside_who_takes_away_what_was_heard() {
    let scene = Scene::new().await;
    scene.router().route_waiting().await.unwrap();
    let mut somebody = patient(&scene.world).await;
    let mut taking = somebody.begin().await.unwrap();
    sqlx::query("delete from device_status where device_id = $1")
        .bind(scene.device)
        .execute(&mut *taking)
        .await
        .unwrap();
    scene.settle().await;
    taking.commit().await.unwrap();
    assert!(!scene.is_marked().await);
    assert!(scene.is_missed(&scene.anna).await);
}
