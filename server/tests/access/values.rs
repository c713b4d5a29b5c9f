//! What was measured reaches nobody but those of the customer who may see it: readings of every kind come in, and the
//! whole output of every route, to everybody else, is searched for their numbers.

use std::collections::BTreeSet;

use chrono::{SecondsFormat, TimeDelta};
use serde_json::{Value, json};
use uuid::Uuid;
use vitalwire_server::forwarding::Router;
use vitalwire_server::ground::Clock as _;
use vitalwire_server::ground::enums::UserRole;
use vitalwire_server::http::access::{Route, Who, routes};
use vitalwire_server::identity::Organisation;
use vitalwire_server::queue::Signals;
use vitalwire_server::tenancy::Right;

use crate::aim::Aim;
use crate::callers::{Caller, Sees, confined, everybody};
use crate::matrix::ask;
use crate::rewind::Rewind;
use crate::world::{Client, World};

/// A kind, what is measured, and the numbers by which it would be known again, in any unit that pages show.
struct Seed {
    kind: &'static str,
    values: Value,
    numbers: &'static [&'static str],
}

fn seeds(at: &str, before: &str) -> [Seed; 8] {
    let seed = |kind, values, numbers| Seed {
        kind,
        values,
        numbers,
    };
    [
        seed(
            "blood_pressure",
            json!({"systolic": 193, "diastolic": 117, "mean": 142, "pulse": 57}),
            &["193", "117", "25.7", "15.6"],
        ),
        seed(
            "weight",
            json!({"weight": 83.47, "bmi": 27.3}),
            &["83.47", "83.5", "184.0", "27.3"],
        ),
        seed("glucose", json!({"glucose": 227}), &["227", "12.6"]),
        seed("oximetry", json!({"spo2": 83, "perfusion_index": 7.3}), &["7.3"]),
        seed("temperature", json!({"temperature": 38.7}), &["38.7", "101.7"]),
        seed(
            "heart_rate",
            json!({"heart_rate": 163, "rr_intervals": [367, 371]}),
            &["163", "367", "371"],
        ),
        seed(
            "activity",
            json!({"steps": 13579, "distance": 9871, "from": before, "to": at}),
            &["13579", "13,579", "9871", "9,871", "9.9"],
        ),
        seed(
            "sleep",
            json!({"deep": 71, "light": 293, "rem": 89, "from": before, "to": at}),
            &["293"],
        ),
    ]
}

#[tokio::test]
async fn what_was_measured_reaches_nobody_else() {
    let world = World::new().await;
    let admin = world.admin().await;
    let mut own = Aim::new(&world, &admin, "own").await;
    let mut callers = everybody(&world, own.distributor, own.customer).await;
    // What measures stands at no site of theirs.
    callers.extend(confined(&world, own.customer, own.id("sites", None)).await);
    let devices = measured(&world, &admin, &own).await;
    let numbers: BTreeSet<&str> = devices
        .iter()
        .flat_map(|(_, seed)| seed.numbers)
        .copied()
        .collect();

    let as_it_was = Rewind::to_now(&world.sql).await;
    let (mut found, mut seen, mut searched, mut characters) = (Vec::new(), BTreeSet::new(), 0_usize, 0_usize);
    let asked = routes().filter(|route| route.path != "/logout");
    for (number, route) in asked.enumerate() {
        let Who::Person(_) = route.who else { continue };
        for caller in &callers {
            for (device, seed) in devices.iter().take(how_many(route)) {
                own.aim_at("devices", &device.id);
                own.aim_at("readings", &device.reading);
                // Far from every number that was measured, since pages show what was typed.
                let mut answer = ask(route, caller, &own, (100_000 + number, seed.kind)).await;
                if route.method != "GET" && answer.status < 400 {
                    as_it_was.rewind().await;
                }
                answer.text.push_str(&answer.location);
                let numbers = tokens(&answer.text).filter(|number| numbers.contains(number));
                if sees_values(caller) {
                    seen.extend(numbers.map(str::to_owned));
                    continue;
                }
                searched += 1;
                characters += answer.text.len();
                for number in numbers {
                    found.push(format!(
                        "{} {} of the {} tells {} the number {number}: {}",
                        route.method,
                        route.path,
                        seed.kind,
                        caller.name,
                        around(&answer.text, number)
                    ));
                }
            }
        }
    }
    println!("{searched} answers of {characters} characters were searched for {numbers:?}");
    assert!(found.is_empty(), "{}", found.join("\n"));
    for (_, seed) in &devices {
        assert!(
            seed.numbers.iter().any(|number| seen.contains(*number)),
            "whoever may see the {} finds none of its numbers: the search would not find them either",
            seed.kind
        );
    }
}

fn sees_values(caller: &Caller) -> bool {
    caller.role == Some(UserRole::Customer)
        && caller.sees == Sees::Whole
        && Right::SeeMeasurements
            .check(UserRole::Customer, &caller.permissions)
            .is_ok()
}

/// Whether a route is asked about each of the devices, or about one.
fn how_many(route: &Route) -> usize {
    let about_devices = ["/devices/{id}", "/readings/{id}"]
        .iter()
        .any(|about| route.path.contains(about));
    if route.method == "GET" && about_devices {
        usize::MAX
    } else {
        1
    }
}

/// A device that measured.
struct Measured {
    id: String,
    reading: String,
}

/// A device of each kind, which has measured, and for whom something was quarantined and something refused.
async fn measured(world: &World, admin: &Client, own: &Aim) -> Vec<(Measured, Seed)> {
    let now = world.clock.now();
    let text = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let (at, before) = (text(now), text(now - TimeDelta::hours(9)));
    let mut devices = Vec::new();
    world
        .user("issuer@clinic.example", Organisation::Customer(own.customer))
        .await;
    let own_people = world.anyone.sign_in("issuer@clinic.example").await;
    for seed in seeds(&at, &before) {
        let serial = format!("V-{}", seed.kind);
        let model =
            json!({"maker": "Acme", "name": seed.kind, "kinds": [seed.kind], "transport": "cellular"});
        let model = admin.post("/api/v1/device-models", &model).await.created("id");
        let device = json!({"maker": "Acme", "serial": serial, "model_id": model, "state": "active",
            "customer_id": own.customer, "assigned_since": text(now - TimeDelta::days(10))});
        let id = admin.post("/api/v1/devices", &device).await.created("id");
        belongs_to(world, &id, own).await;
        let token = own_people
            .post(&format!("/api/v1/devices/{id}/token"), &json!({}))
            .await;
        let sender = world.anyone.with_token(&token.created("token"));
        let mut reading =
            json!({"device": serial, "kind": seed.kind, "measured_at": at, "values": seed.values});
        let accepted = sender.post("/v1/telemetry", &reading).await;
        assert_eq!(accepted.status, 202, "{}", accepted.text);
        let stored = accepted.body["id"].as_str().unwrap().to_owned();
        reading["measured_at"] = json!(text(now - TimeDelta::days(20)));
        let of_nobody = sender.post("/v1/telemetry", &reading).await;
        assert_eq!(of_nobody.body["status"], "quarantined", "{}", of_nobody.text);
        reading["values"]["pulse"] = json!(-193);
        reading["values"]["weight"] = json!(-83.47);
        assert_eq!(sender.post("/v1/telemetry", &reading).await.status, 422);
        devices.push((Measured { id, reading: stored }, seed));
    }
    let router = world.database.system_forwarding().clone();
    let mut router = Router::new(world.ground.clone(), router, Signals::local());
    while router.route_waiting().await.unwrap() > 0 {}
    devices
}

/// It is one of the distributor's, as those of `Aim` are.
async fn belongs_to(world: &World, device: &str, own: &Aim) {
    for sql in [
        "update device set distributor_id = $1 where id = $2",
        "update assignment set distributor_id = $1 where device_id = $2",
    ] {
        let query = sqlx::query(sql)
            .bind(own.distributor.as_uuid())
            .bind(device.parse::<Uuid>().unwrap());
        query.execute(&world.sql).await.unwrap();
    }
}

/// The numbers in a text that stand for themselves, not inside of an id, a time or a colour.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let part_of_a_word = |c: char| c.is_alphanumeric() || "-.,_#".contains(c);
    text.split(move |c| !part_of_a_word(c))
        .map(|word| word.trim_matches(|c| ".,-".contains(c)))
        .filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))
}

/// What stands around the number.
fn around<'a>(text: &'a str, number: &str) -> &'a str {
    let at = text.find(number).unwrap_or(0);
    let start = text.floor_char_boundary(at.saturating_sub(80));
    let end = text.floor_char_boundary((at + 80).min(text.len()));
    &text[start..end]
}
