//! What is not there any more when the stream comes to it: that is said.

use chrono::TimeDelta;
use serde_json::json;
use vitalwire_server::ground::Clock as _;
use vitalwire_server::history::make_partitions;
use vitalwire_server::history::retention::Retention;

use super::{Routed, Stream, colleague};
use crate::world::Tenant;

impl Routed {
    /// Goes so many days on, and the customer's person signs in again.
    async fn days_later(&self, days: i64, clinic: Tenant) -> Tenant {
        self.world.clock.advance(TimeDelta::days(days));
        let today = self.world.clock.now().date_naive();
        make_partitions(self.world.database.system_forwarding(), today)
            .await
            .unwrap();
        let user = clinic.anew(&self.world).await;
        Tenant { user, ..clinic }
    }

    /// Takes out the days that are over.
    async fn retention(&self) {
        let (ground, database) = (self.world.ground.clone(), self.world.database.clone());
        Retention::new(ground, database, Vec::new()).run().await.unwrap();
    }
}

/// What is no longer kept cannot be told, but that it is missing can.
#[tokio::test]
async fn a_stream_says_what_is_not_kept_any_more() {
    let (mut routed, admin) = Routed::new().await;
    let clinic = routed.world.tenant(&admin, "own").await;
    for _ in 0..3 {
        routed.measured(&clinic).await;
    }
    let fourth = routed.measured(&clinic).await;
    sqlx::query("delete from event where sequence <= 3")
        .execute(&routed.world.sql)
        .await
        .unwrap();
    let mut stream = Stream::open(&clinic.user, "", Some(1)).await;
    let missed = stream.next().await;
    assert_eq!((missed.id, missed.name.as_str()), (3, "missed"));
    assert_eq!(missed.data, json!({"from": 2, "until": 3}));
    assert_eq!(stream.reading().await, fourth, "and goes on behind it");
    // Whoever had all but the last of that misses one, and whoever had all of it nothing.
    let mut stream = Stream::open(&clinic.user, "", Some(2)).await;
    assert_eq!(stream.next().await.data, json!({"from": 3, "until": 3}));
    let mut stream = Stream::open(&clinic.user, "", Some(3)).await;
    assert_eq!(stream.reading().await, fourth);
    sqlx::query("delete from event")
        .execute(&routed.world.sql)
        .await
        .unwrap();
    let mut stream = Stream::open(&clinic.user, "", Some(0)).await;
    assert_eq!(stream.next().await.data, json!({"from": 1, "until": 4}));
}

/// A reading that is routed on another day than it came leaves before its event.
#[tokio::test]
async fn a_stream_says_where_a_reading_has_left_before_its_event() {
    let (mut routed, admin) = Routed::new().await;
    let clinic = routed.world.tenant(&admin, "own").await;
    let site = clinic.user.post("/api/v1/sites", &json!({"name": "Ward"})).await;
    let site = site.created("id");
    let put = json!({"devices": [clinic.device]});
    let path = format!("/api/v1/sites/{site}/devices");
    assert_eq!(clinic.user.post(&path, &put).await.status, 204);
    routed.measured(&clinic).await;
    let (late, arrived) = (routed.world.reading(&clinic, 1).await, routed.world.clock.now());
    let clinic = routed.days_later(1, clinic).await;
    let second = routed.measured(&clinic).await;
    routed.route_late(&clinic, &late, arrived).await;
    let fourth = routed.measured(&clinic).await;
    let clinic = routed.days_later(7, clinic).await;
    routed.retention().await;

    let mut stream = Stream::open(&clinic.user, "", Some(0)).await;
    let event = stream.next().await;
    assert_eq!(
        (event.name.as_str(), event.data),
        ("missed", json!({"from": 1, "until": 1})),
        "its event is gone as well"
    );
    assert_eq!(stream.reading().await, second);
    let event = stream.next().await;
    assert_eq!((event.id, event.name.as_str()), (3, "missed"));
    assert_eq!(event.data, json!({"from": 3, "until": 3}));
    assert_eq!(stream.reading().await, fourth);

    // What kind it was of nobody knows any more; of whose device it was, its event says.
    let mut stream = Stream::open(&clinic.user, "?kind=weight", Some(1)).await;
    assert_eq!(stream.next().await.data, json!({"from": 3, "until": 3}));
    let of_device = format!("?device_id={}", clinic.device);
    let mut stream = Stream::open(&clinic.user, &of_device, Some(2)).await;
    assert_eq!(stream.next().await.data, json!({"from": 3, "until": 3}));

    // Who sees a part cannot tell what is missing from what is elsewhere, and is not told.
    let (person, _) = colleague(&routed.world, &clinic, "rea").await;
    let confined = json!({"confined": true, "sites": [site]});
    let path = format!("/api/v1/users/{person}");
    assert_eq!(clinic.user.patch(&path, &confined).await.status, 204);
    let client = routed.world.anyone.sign_in("rea@clinic.example").await;
    let mut stream = Stream::open(&client, "", Some(0)).await;
    assert_eq!(stream.reading().await, second);
    assert_eq!(stream.reading().await, fourth);
}

/// The day may leave while the stream looks where it begins, or before it first looks for what there is.
#[tokio::test]
async fn a_stream_misses_nothing_of_a_day_that_leaves_while_it_begins() {
    let (mut routed, admin) = Routed::new().await;
    let clinic = routed.world.tenant(&admin, "own").await;
    let mut last = 0;
    for lock in [
        "lock table customer_stream in access exclusive mode",
        "lock table event in access exclusive mode",
    ] {
        for _ in 0..3 {
            routed.measured(&clinic).await;
        }
        let mut leaving = routed.world.sql.begin().await.unwrap();
        sqlx::query(lock).execute(&mut *leaving).await.unwrap();
        let client = clinic.user.clone();
        let stream = tokio::spawn(async move { Stream::open(&client, "", Some(last)).await });
        routed.world.somebody_waits().await;
        sqlx::query("delete from event where sequence <= $1")
            .bind(last + 2)
            .execute(&mut *leaving)
            .await
            .unwrap();
        leaving.commit().await.unwrap();
        let mut stream = stream.await.unwrap();
        let missed = stream.next().await;
        assert_eq!(missed.name, "missed", "{lock}");
        assert_eq!(
            missed.data,
            json!({"from": last + 1, "until": last + 2}),
            "{lock}"
        );
        assert_eq!(stream.next().await.id, last + 3, "{lock}");
        last += 3;
    }
}

/// A day that leaves behind a stream that has begun and has not come to it yet is missed as well.
#[tokio::test]
async fn a_stream_says_what_leaves_before_it_has_come_there() {
    let (mut routed, admin) = Routed::new().await;
    let clinic = routed.world.tenant(&admin, "own").await;
    routed.measured(&clinic).await;
    let mut stream = Stream::open(&clinic.user, "", None).await;
    assert_eq!(stream.block().await.unwrap(), "retry: 2000\nid: 1");
    // As one that was numbered and has gone unseen.
    sqlx::query("update customer_stream set last_sequence = last_sequence + 1")
        .execute(&routed.world.sql)
        .await
        .unwrap();
    let third = routed.measured(&clinic).await;
    assert_eq!(stream.next().await.data, json!({"from": 2, "until": 2}));
    assert_eq!(stream.reading().await, third);
}
