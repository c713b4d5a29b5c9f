//! A device's readings as the API gives them: in pages, as a chart, and as a file.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;
use vitalwire_server::ground::Clock as _;

use crate::world::{Answer, Client, Tenant, World};

/// Bits of `vitals::Quality`.
const MOVEMENT: i16 = 1;
const TEST: i16 = 1 << 6;

/// A clinic whose device measured.
struct Measured {
    world: World,
    clinic: Tenant,
    path: String,
}

impl Measured {
    async fn new() -> Self {
        let world = World::new().await;
        let admin = world.admin().await;
        let clinic = world.tenant(&admin, "clinic").await;
        let path = format!("/api/v1/devices/{}/readings", clinic.device);
        Self { world, clinic, path }
    }

    /// A reading with another kind, values or flags than usual.
    async fn reading(&self, minutes_ago: i64, kind: &str, values: Value, quality: i16) -> String {
        let id = self.world.reading(&self.clinic, minutes_ago).await;
        sqlx::query("update reading set kind = $2, vals = $3, quality = $4 where id = $1")
            .bind(id.parse::<Uuid>().unwrap())
            .bind(kind)
            .bind(values)
            .bind(quality)
            .execute(&self.world.sql)
            .await
            .unwrap();
        id
    }

    async fn take_back(&self, id: &str) {
        sqlx::query("update reading set status = 'entered_in_error' where id = $1")
            .bind(id.parse::<Uuid>().unwrap())
            .execute(&self.world.sql)
            .await
            .unwrap();
    }

    /// So many readings, a second apart, the newest a minute old.
    async fn many(&self, count: i32) {
        sqlx::query(
            "insert into reading (id, received_at, customer_id, device_id, credential_id, kind, measured_at, measured_on,
               content_hash, vals, quality, proof, raw_id)
             select gen_random_uuid(), $1, $2, $3, $2, 'blood_pressure', at, at::date,
               sha256(at::text::bytea), jsonb_build_object('systolic', 110 + n % 40, 'diastolic', 70, 'pulse', 60), 0,
               'device_token', $2
             from (select n, $1 - interval '1 minute' - n * interval '1 second' as at from generate_series(1, $4) as n) t",
        )
        .bind(self.world.clock.now())
        .bind(self.clinic.customer.parse::<Uuid>().unwrap())
        .bind(self.clinic.device.parse::<Uuid>().unwrap())
        .bind(count)
        .execute(&self.world.sql)
        .await
        .unwrap();
    }

    async fn get(&self, query: &str) -> Answer {
        self.clinic.user.get(&format!("{}{query}", self.path)).await
    }

    fn ago(&self, minutes: i64) -> DateTime<Utc> {
        self.world.clock.now() - TimeDelta::minutes(minutes)
    }
}

fn text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// All pages of a list, by their ids.
async fn pages(client: &Client, path: &str) -> Vec<Vec<String>> {
    let (mut pages, mut after) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("{path}{after}")).await;
        pages.push(page.ids().into_iter().map(str::to_owned).collect());
        match page.body["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return pages,
        }
    }
}

#[tokio::test]
async fn readings_come_in_both_directions_of_time() {
    let measured = Measured::new().await;
    let mut ids = Vec::new();
    // Two of the same moment keep their order over the edge of a page.
    for minutes in [50, 40, 30, 30, 10] {
        ids.push(measured.world.reading(&measured.clinic, minutes).await);
    }
    // Of the same moment they come by their ids, which the same millisecond gave in any order.
    ids[2..4].sort_unstable();
    let oldest: Vec<&str> = ids.iter().map(String::as_str).collect();
    let newest: Vec<&str> = oldest.iter().rev().copied().collect();
    for (order, expected) in [("newest", newest), ("oldest", oldest)] {
        let path = format!("{}?limit=3&order={order}", measured.path);
        let pages = pages(&measured.clinic.user, &path).await;
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [3, 2], "{order}");
        assert_eq!(pages.concat(), expected, "{order}");
    }
    assert_eq!(
        measured.get("?order=newest").await.ids(),
        measured.get("").await.ids()
    );
}

#[tokio::test]
async fn readings_are_looked_for_by_kind_time_quality_and_status() {
    let measured = Measured::new().await;
    let pressure = json!({"systolic": 121, "diastolic": 79});
    let plain = measured.reading(40, "blood_pressure", pressure.clone(), 0).await;
    let test = measured
        .reading(30, "blood_pressure", pressure.clone(), TEST | MOVEMENT)
        .await;
    let moved = measured.reading(20, "blood_pressure", pressure, MOVEMENT).await;
    let weight = measured.reading(10, "weight", json!({"weight": 71.45}), 0).await;
    measured.take_back(&moved).await;
    let (from, until) = (text(measured.ago(30)), text(measured.ago(10)));
    for (query, expected) in [
        ("", vec![&weight, &moved, &test, &plain]),
        ("?kind=weight", vec![&weight]),
        ("?kind=blood_pressure", vec![&moved, &test, &plain]),
        // The beginning belongs to it, the end does not.
        (&format!("?from={from}&until={until}"), vec![&moved, &test]),
        (
            &format!("?from={from}&until={until}&order=oldest"),
            vec![&test, &moved],
        ),
        ("?without=test", vec![&weight, &moved, &plain]),
        ("?without=test,movement", vec![&weight, &plain]),
        ("?status=final", vec![&weight, &test, &plain]),
        ("?status=entered_in_error", vec![&moved]),
        ("?kind=glucose", Vec::new()),
    ] {
        assert_eq!(measured.get(query).await.ids(), expected, "{query}");
    }
}

#[tokio::test]
async fn what_cannot_be_taken_is_named() {
    let measured = Measured::new().await;
    for (query, field) in [
        ("?kind=mood", "kind"),
        ("?from=yesterday", "from"),
        ("?until=2026-11-20", "until"),
        ("?from=2026-11-20T00:00:00Z&until=2026-11-20T00:00:00Z", "until"),
        ("?without=blur", "without"),
        ("?status=draft", "status"),
        ("?order=sideways", "order"),
        ("?format=pdf", "format"),
        ("?limit=0", "limit"),
        ("?limit=1001", "limit"),
        ("?limit=many", "limit"),
        ("?after=nonsense", "after"),
        ("?format=csv&limit=10", "limit"),
        ("/series", "kind"),
        ("/series?kind=mood", "kind"),
        ("/series?kind=weight&buckets=0", "buckets"),
        ("/series?kind=weight&buckets=2001", "buckets"),
    ] {
        let answer = measured.get(query).await;
        assert_eq!(answer.problem(), (422, "invalid"), "{query}: {}", answer.text);
        assert_eq!(answer.body["field"], field, "{query}: {}", answer.text);
    }
    let several = measured.get("?kind=mood&limit=0").await;
    let fields: Vec<&Value> = several.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| &error["field"])
        .collect();
    assert_eq!(fields, ["kind", "limit"]);
    let unknown = measured.get("?size=10").await;
    assert_eq!(unknown.problem(), (400, "bad-query"));
    assert!(unknown.body["detail"].as_str().unwrap().contains("`until`"));
    let plus = text(measured.ago(0)).replace('Z', "+00:00");
    assert_eq!(measured.get(&format!("?from={plus}")).await.status, 200, "{plus}");
}

/// Two readings in one bucket, one in another, and three that do not count: of another kind, a test, and one taken back.
#[tokio::test]
async fn a_series_says_lowest_highest_and_mean() {
    let measured = Measured::new().await;
    let pressure = |systolic, pulse: Option<i64>| {
        let values = json!({"systolic": systolic, "diastolic": 80, "pulse": pulse});
        let mut values = values.as_object().unwrap().clone();
        values.retain(|_, value| !value.is_null());
        Value::Object(values)
    };
    measured
        .reading(110, "blood_pressure", pressure(120, Some(60)), 0)
        .await;
    measured
        .reading(100, "blood_pressure", pressure(131, None), MOVEMENT)
        .await;
    measured
        .reading(15, "blood_pressure", pressure(140, Some(70)), 0)
        .await;
    measured
        .reading(14, "blood_pressure", pressure(240, Some(70)), TEST)
        .await;
    let back = measured
        .reading(13, "blood_pressure", pressure(250, Some(70)), 0)
        .await;
    measured.take_back(&back).await;
    measured.reading(12, "weight", json!({"weight": 70}), 0).await;
    let (from, until) = (measured.ago(120), measured.ago(0));
    let query = format!(
        "/series?kind=blood_pressure&buckets=4&from={}&until={}",
        text(from),
        text(until)
    );
    let series = measured.get(&query).await;
    assert_eq!(series.status, 200, "{}", series.text);
    assert_eq!(series.body["bucket_ms"], 30 * 60_000);
    assert_eq!(series.body["units"]["systolic"], "mm[Hg]");
    let number = |count, min: f64, max: f64, mean: f64| json!({"count": count, "beyond": 0, "min": min, "max": max, "mean": mean});
    let buckets = json!([
        {"from": text(from), "count": 2, "values": {"systolic": number(2, 120.0, 131.0, 125.5),
            "diastolic": number(2, 80.0, 80.0, 80.0), "pulse": number(1, 60.0, 60.0, 60.0)}},
        {"from": text(from + TimeDelta::minutes(90)), "count": 1, "values": {"systolic": number(1, 140.0, 140.0, 140.0),
            "diastolic": number(1, 80.0, 80.0, 80.0), "pulse": number(1, 70.0, 70.0, 70.0)}},
    ]);
    let mut told = series.body["buckets"].clone();
    for bucket in told.as_array_mut().unwrap() {
        let at: DateTime<Utc> = bucket["from"].as_str().unwrap().parse().unwrap();
        bucket["from"] = json!(text(at));
    }
    assert_eq!(told, buckets, "{}", series.text);
    let still = measured.get(&format!("{query}&without=movement")).await;
    assert_eq!(still.body["buckets"][0]["count"], 1);
}

/// A glucometer's HI says that the glucose was above its limit and not what it was.
#[tokio::test]
async fn a_limit_goes_into_no_mean_of_a_series() {
    let measured = Measured::new().await;
    for (minutes, value) in [
        (30, json!(100)),
        (20, json!({"value": 120})),
        (10, json!({"value": 600, "comparator": ">"})),
    ] {
        measured
            .reading(minutes, "glucose", json!({"glucose": value}), 0)
            .await;
    }
    let series = measured.get("/series?kind=glucose&buckets=1").await;
    assert_eq!(
        series.body["buckets"][0]["values"],
        json!({"glucose": {"count": 3, "beyond": 1, "min": 100.0, "max": 600.0, "mean": 110.0}}),
        "{}",
        series.text
    );
}

#[tokio::test]
async fn a_file_holds_every_reading_that_was_asked_for() {
    let measured = Measured::new().await;
    // More than two stretches.
    measured.many(2_345).await;
    measured
        .reading(2_000, "weight", json!({"weight": 71.45}), TEST)
        .await;
    let file = measured.get("?format=csv&order=oldest").await;
    assert_eq!(file.status, 200, "{}", file.text);
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    let disposition = file.headers["content-disposition"].to_str().unwrap();
    assert_eq!(
        disposition,
        format!("attachment; filename=\"readings-{}.csv\"", measured.clinic.device)
    );
    let lines: Vec<&str> = file.text.lines().collect();
    assert_eq!(lines.len(), 1 + 2_346);
    let column = |name: &str| {
        let place = lines[0].split(',').position(|column| column == name).unwrap();
        let cells = lines[1..]
            .iter()
            .map(move |line| line.split(',').nth(place).unwrap());
        cells.collect::<Vec<_>>()
    };
    assert!(column("measured_at").is_sorted(), "the oldest first");
    let mut ids = column("id");
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 2_346, "each once");
    assert_eq!(
        (column("weight")[0], column("quality")[0], column("systolic")[0]),
        ("71.45", "test", "")
    );

    let request = measured
        .clinic
        .user
        .request("GET", &format!("{}?kind=weight", measured.path));
    let accepted = measured
        .clinic
        .user
        .send(request.header("accept", "text/csv"))
        .await;
    assert_eq!(accepted.text.lines().count(), 2, "{}", accepted.text);
    let head = accepted.text.lines().next().unwrap();
    assert!(
        head.contains(",weight,bmi,body_fat,") && !head.contains("systolic"),
        "{head}"
    );
}

/// What is not whole must not look as if it were.
#[tokio::test]
async fn a_file_breaks_off_where_its_token_is_over() {
    let measured = Measured::new().await;
    // More than the connection holds while nobody takes it.
    measured.many(60_000).await;
    let request = measured
        .clinic
        .user
        .request("GET", &format!("{}?format=csv", measured.path));
    let mut answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let mut taken = answer.chunk().await.unwrap().unwrap().len();
    measured.world.clock.advance(TimeDelta::minutes(16));
    let broken = loop {
        match answer.chunk().await {
            Ok(Some(more)) => taken += more.len(),
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(broken, "it came whole, with {taken} bytes");
}
