//! What hubs say of themselves, and what they are asked to do.

use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;
use vitalwire_server::ground::Clock as _;
use vitalwire_server::registry::fleet::system_look_after_hubs;

use super::signed::{Hub, header, post};
use crate::world::{Answer, World};

const HEARTBEAT: &str = "/v1/hubs/heartbeat";

impl Hub<'_> {
    pub(crate) async fn says(&self, path: &str, body: &Value) -> Answer {
        let body = body.to_string().into_bytes();
        let token = self.key.sign(&header(), &self.claims(path, &body));
        post(&self.world.anyone, path, &token, &body).await
    }

    async fn beats(&self, devices: Value) -> Answer {
        let beat = json!({"version": "2.1.0", "uptime_seconds": 90, "queued": 3, "devices": devices});
        self.says(HEARTBEAT, &beat).await
    }

    async fn reports(&self, command: &str, report: Value) -> Answer {
        self.says(&format!("/v1/hubs/commands/{command}"), &report).await
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v1/hubs/{}{rest}", self.tenant.hub)
    }

    async fn asked(&self, kind: &str) -> Answer {
        let user = &self.tenant.user;
        user.post(&self.path("/commands"), &json!({"kind": kind})).await
    }
}

/// A device of the maker, as a hub speaks of it.
fn device(world: &World, serial: &str, battery: i16) -> Value {
    json!({"maker": "ACME", "serial": serial, "battery_percent": battery, "signal_dbm": -61,
        "last_seen_at": world.clock.now().to_rfc3339()})
}

#[tokio::test]
async fn a_heartbeat_tells_of_the_customer_s_own_devices_alone() {
    let world = World::new().await;
    let (a, b) = (Hub::new(&world, "a").await, Hub::new(&world, "b").await);
    let devices = ["S-a", "S-b", "S-nobody"].map(|serial| device(&world, serial, 40));
    let answer = a.beats(json!(devices)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(
        (&answer.body["commands"], &answer.body["next_seconds"]),
        (&json!([]), &json!(60))
    );
    let noted: Vec<(String, Option<i16>, Option<Uuid>)> = sqlx::query_as(
        "select d.serial, s.battery_percent, s.last_hub_id from device_status s join device d on d.id = s.device_id",
    )
    .fetch_all(&world.sql)
    .await
    .unwrap();
    assert_eq!(
        noted,
        [("S-a".to_owned(), Some(40), Some(a.tenant.hub.parse().unwrap()))]
    );
    let only_others = a
        .beats(json!([device(&world, "S-b", 40), device(&world, "S-none", 1)]))
        .await;
    assert_eq!(
        only_others.body["commands"],
        json!([]),
        "nothing tells them apart"
    );

    let shown = a.tenant.user.get(&a.path("")).await.body;
    assert_eq!(
        (&shown["version"], &shown["queued"], &shown["uptime_seconds"]),
        (&json!("2.1.0"), &json!(3), &json!(90))
    );
    assert!(shown["heartbeat_at"].is_string() && shown["offline_since"].is_null());
    let behind = a.tenant.user.get(&a.path("/devices")).await.body;
    assert_eq!(behind["data"].as_array().unwrap().len(), 1);
    assert_eq!(
        (
            &behind["data"][0]["serial"],
            &behind["data"][0]["battery_percent"],
            &behind["data"][0]["signal_dbm"]
        ),
        (&json!("S-a"), &json!(40), &json!(-61))
    );
    assert_eq!(b.tenant.user.get(&a.path("/devices")).await.status, 404);

    for bad in [
        json!({"uptime_seconds": 1}),
        json!({"uptime_seconds": -1, "queued": 0}),
        json!({"uptime_seconds": 1, "queued": 0, "devices": [{"maker": "", "serial": "S"}]}),
        json!({"uptime_seconds": 1, "queued": 0, "devices": [device(&world, "S-a", 101)]}),
        json!({"uptime_seconds": 1, "queued": 0, "version": "v".repeat(65)}),
    ] {
        let refused = a.says(HEARTBEAT, &bad).await;
        assert_eq!(refused.status, 422, "{bad}: {}", refused.text);
    }
    let unsigned = world
        .anyone
        .post(HEARTBEAT, &json!({"uptime_seconds": 1, "queued": 0}))
        .await;
    assert_eq!(unsigned.problem(), (401, "missing-token"));
}

/// A hub repeats what it knows of a device until it hears it again, also where another had it by then.
#[tokio::test]
async fn what_a_hub_tells_of_before_its_customer_had_a_device_is_not_noted() {
    let world = World::new().await;
    let hub = Hub::new(&world, "a").await;
    let before = device(&world, "S-a", 33);
    world.clock.advance(TimeDelta::minutes(1));
    sqlx::query("update assignment set valid_from = $1 where device_id = $2::uuid")
        .bind(world.clock.now())
        .bind(&hub.tenant.device)
        .execute(&world.sql)
        .await
        .unwrap();
    let noted = async || -> (i64, i64) {
        sqlx::query_as(
            "select (select count(*) from device_status), (select count(*) from device_vitality_day)",
        )
        .fetch_one(&world.sql)
        .await
        .unwrap()
    };
    let answer = hub.beats(json!([before])).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(noted().await, (0, 0));
    assert_eq!(hub.beats(json!([device(&world, "S-a", 40)])).await.status, 200);
    assert_eq!(noted().await, (1, 1));
}

#[tokio::test]
async fn what_a_hub_is_asked_it_hears_until_it_says_what_came_of_it() {
    let world = World::new().await;
    let (a, b) = (Hub::new(&world, "a").await, Hub::new(&world, "b").await);
    let ping = a.asked("ping").await;
    assert_eq!(ping.status, 201, "{}", ping.text);
    let ping = ping.created("id");
    assert_eq!(
        a.asked("ping").await.problem(),
        (409, "conflict"),
        "once at a time"
    );
    assert_eq!(a.asked("dance").await.status, 422);
    for _ in 0..2 {
        let told = a.beats(json!([])).await.body;
        assert_eq!(told["commands"], json!([{"id": ping, "kind": "ping"}]));
        assert_eq!(told["next_seconds"], 10);
    }
    assert_eq!(
        b.beats(json!([])).await.body["commands"],
        json!([]),
        "it is for one hub"
    );
    let done = json!({"outcome": "done", "detail": "here\u{0}"});
    assert_eq!(
        b.reports(&ping, done.clone()).await.problem(),
        (404, "unknown-command")
    );
    for _ in 0..2 {
        let heard = a.reports(&ping, done.clone()).await;
        assert_eq!(
            (heard.status, &heard.body["state"]),
            (200, &json!("done")),
            "{}",
            heard.text
        );
    }
    let failed = a
        .reports(&ping, json!({"outcome": "failed", "detail": "late"}))
        .await;
    assert_eq!(failed.body["state"], "done", "it was said before");
    assert_eq!(a.beats(json!([])).await.body["commands"], json!([]));
    let seen = a.tenant.user.get(&a.path("/commands")).await.body["data"][0].clone();
    assert_eq!(
        (&seen["state"], &seen["detail"], &seen["made_by"]),
        (&json!("done"), &json!("here"), &json!("a"))
    );
    assert_eq!(b.tenant.user.get(&a.path("/commands")).await.status, 404);
    let foreign = json!({"kind": "ping"});
    assert_eq!(
        b.tenant.user.post(&a.path("/commands"), &foreign).await.status,
        404
    );

    // Nobody came for it within a day.
    world.clock.advance(TimeDelta::seconds(1));
    let rescan = a.asked("rescan").await.created("id");
    world.clock.advance(TimeDelta::hours(25));
    assert_eq!(a.beats(json!([])).await.body["commands"], json!([]));
    let late = a.reports(&rescan, json!({"outcome": "done"})).await;
    assert_eq!(late.problem(), (404, "unknown-command"));
    let seen = a.tenant.anew(&world).await.get(&a.path("/commands")).await.body;
    assert_eq!(seen["data"][0]["state"], "expired");
}

#[tokio::test]
async fn a_log_is_sealed_and_shown_to_the_customer_s_own_people() {
    let world = World::new().await;
    let (a, b) = (Hub::new(&world, "a").await, Hub::new(&world, "b").await);
    let text = "08:15 the radio found S-a\n08:16 \u{e9}";
    for round in 0..7 {
        let command = a.asked("send_logs").await.created("id");
        let report = json!({"outcome": "done", "detail": "of bed 7", "log": format!("{text} {round}")});
        assert_eq!(a.reports(&command, report).await.status, 200);
        world.clock.advance(TimeDelta::seconds(1));
    }
    let logs = a.tenant.user.get(&a.path("/logs")).await;
    assert_eq!(logs.ids().len(), 5, "the last few");
    let newest = a.path(&format!("/logs/{}", logs.ids()[0]));
    let read = a.tenant.user.get(&newest).await;
    assert_eq!((read.status, read.text.as_str()), (200, &*format!("{text} 6")));
    assert_eq!(b.tenant.user.get(&newest).await.status, 404);
    let admin = world.admin().await;
    assert_eq!(admin.get(&newest).await.problem(), (403, "forbidden"));
    let that_it_came = admin.get(&a.path("/logs")).await;
    assert_eq!(that_it_came.ids(), logs.ids(), "and no more than that");
    let own = a.tenant.user.get(&a.path("/commands")).await;
    assert_eq!(own.body["data"][0]["detail"], "of bed 7");
    let commands = admin.get(&a.path("/commands")).await;
    assert_eq!(commands.status, 200, "{}", commands.text);
    assert_eq!(commands.body["data"][0]["detail"], json!(null));
    let through_b = format!("/api/v1/hubs/{}/logs/{}", b.tenant.hub, logs.ids()[0]);
    assert_eq!(b.tenant.user.get(&through_b).await.status, 404);
    let plain: i64 =
        sqlx::query_scalar("select count(*) from hub_log where position('radio'::bytea in body_sealed) > 0")
            .fetch_one(&world.sql)
            .await
            .unwrap();
    assert_eq!(plain, 0);

    let command = a.asked("send_logs").await.created("id");
    let large = json!({"outcome": "done", "log": "x".repeat(256 * 1024 + 1)});
    assert_eq!(a.reports(&command, large).await.status, 422);
    let largest = json!({"outcome": "done", "log": "x".repeat(256 * 1024)});
    assert_eq!(a.reports(&command, largest).await.status, 200);
    // A log where none was asked for is no log.
    let ping = a.asked("ping").await.created("id");
    a.reports(&ping, json!({"outcome": "done", "log": "uncalled for"}))
        .await;
    assert_eq!(a.tenant.user.get(&a.path("/logs")).await.ids().len(), 5);
}

/// How much is left after that time, once the hubs were looked after.
async fn left(world: &World, passed: TimeDelta, count: &'static str) -> i64 {
    world.clock.advance(passed);
    system_look_after_hubs(world.database.system_forwarding(), world.clock.now())
        .await
        .unwrap();
    sqlx::query_scalar(count).fetch_one(&world.sql).await.unwrap()
}

#[tokio::test]
async fn a_hub_s_log_is_forgotten_after_seven_days() {
    let world = World::new().await;
    let a = Hub::new(&world, "a").await;
    let command = a.asked("send_logs").await.created("id");
    let report = json!({"outcome": "done", "log": "08:15 the radio found S-a"});
    assert_eq!(a.reports(&command, report).await.status, 200);
    let (second, logs) = (TimeDelta::seconds(1), "select count(*) from hub_log");
    assert_eq!(left(&world, TimeDelta::days(7) - second, logs).await, 1);
    assert_eq!(left(&world, second * 2, logs).await, 0);
}

#[tokio::test]
async fn what_a_hub_was_asked_is_forgotten_after_thirty_days() {
    let world = World::new().await;
    let a = Hub::new(&world, "a").await;
    let ping = a.asked("ping").await.created("id");
    assert_eq!(a.reports(&ping, json!({"outcome": "done"})).await.status, 200);
    // Nobody comes for this one.
    a.asked("rescan").await.created("id");
    let (second, asked) = (TimeDelta::seconds(1), "select count(*) from hub_command");
    assert_eq!(left(&world, TimeDelta::days(30) - second, asked).await, 2);
    assert_eq!(left(&world, second * 2, asked).await, 0);
}

#[tokio::test]
async fn a_hub_that_is_not_heard_is_missed_until_it_speaks() {
    let world = World::new().await;
    let a = Hub::new(&world, "a").await;
    let pool = world.database.system_forwarding();
    let look = async || system_look_after_hubs(pool, world.clock.now()).await.unwrap();
    assert_eq!(a.beats(json!([])).await.status, 200);
    assert_eq!(look().await, 0);
    world.clock.advance(TimeDelta::minutes(11));
    assert_eq!((look().await, look().await), (1, 0), "it is missed once");
    let user = a.tenant.anew(&world).await;
    let missed = user.get("/api/v1/hubs?offline=true").await;
    assert_eq!(missed.ids(), [a.tenant.hub.as_str()]);
    assert!(missed.body["data"][0]["offline_since"].is_string());
    assert!(user.get("/api/v1/hubs?offline=false").await.ids().is_empty());
    assert_eq!(a.beats(json!([])).await.status, 200);
    assert!(user.get("/api/v1/hubs?offline=true").await.ids().is_empty());

    // A batch is a sign of life as well, noted behind the request.
    world.clock.advance(TimeDelta::minutes(11));
    assert_eq!(look().await, 1);
    let user = a.tenant.anew(&world).await;
    let body = super::signed::batch(&[]);
    assert_eq!(a.send(&a.token(&body), &body).await.status, 200);
    for _ in 0..100 {
        if user.get("/api/v1/hubs?offline=true").await.ids().is_empty() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("it is still missed");
}

#[tokio::test]
async fn a_hub_that_is_off_or_gone_is_not_listened_to() {
    let world = World::new().await;
    let a = Hub::new(&world, "a").await;
    let command = a.asked("ping").await.created("id");
    let off = a
        .tenant
        .user
        .patch(&a.path(""), &json!({"state": "inactive"}))
        .await;
    assert_eq!(off.status, 200);
    assert_eq!(a.beats(json!([])).await.problem(), (403, "hub-inactive"));
    let report = json!({"outcome": "done"});
    assert_eq!(
        a.reports(&command, report.clone()).await.problem(),
        (403, "hub-inactive")
    );
    assert_eq!(a.asked("rescan").await.problem(), (409, "conflict"));
    a.tenant
        .user
        .patch(&a.path(""), &json!({"state": "active"}))
        .await;
    // The server's memory of it is a moment behind.
    while a.beats(json!([])).await.status != 200 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let back = a.tenant.user.post(&a.path("/return"), &json!({})).await;
    assert_eq!(back.status, 204, "{}", back.text);
    let gone = a.beats(json!([])).await;
    assert!(
        matches!(gone.problem(), (401, "unknown-hub") | (403, "hub-inactive")),
        "{}",
        gone.text
    );
    let open: i64 = sqlx::query_scalar("select count(*) from hub_command where state in ('queued', 'sent')")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    let statuses: i64 = sqlx::query_scalar("select count(*) from hub_status")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    assert_eq!((open, statuses), (0, 0));
}
