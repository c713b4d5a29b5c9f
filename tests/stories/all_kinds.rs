//! All eight kinds of reading, each by a device of its own, from the token to the customer's server in both formats.

use std::collections::HashMap;

use serde_json::{Value, json};
use vitalwire_tests::kinds::{KINDS, reading, time, values};
use vitalwire_tests::{Customer, Device, Receiver, World, id, now};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_is_stored_and_delivered_as_it_was_measured() {
    let world = World::new().await;
    let customer = world.customer("All Kinds").await;
    let (canonical, fhir) = (Receiver::start(), Receiver::start());
    world.endpoint(&customer, canonical.url()).await;
    let endpoint = json!({"url": fhir.url(), "format": "fhir"});
    customer.user.post("/api/v1/endpoints", &endpoint).await.ok();
    let at = now();
    for kind in KINDS {
        let model = world.model(&format!("Model {kind}"), &[kind], "cellular").await;
        let device = world.device(&customer, &model, &format!("A-{kind}")).await;
        let answer = device
            .client
            .post("/v1/telemetry", &reading(&device.serial, kind, at))
            .await;
        assert_eq!(
            (answer.status, answer.body["status"].as_str()),
            (202, Some("accepted")),
            "{kind}: {}",
            answer.text
        );
        let reading = id(&answer.body);

        let stored = customer
            .user
            .get(&format!("/api/v1/readings/{reading}"))
            .await
            .ok();
        check(&stored, kind, &values(kind, at));
        assert_eq!(
            (&stored["measured_at"], &stored["proof"]),
            (&json!(time(at)), &json!("device_token")),
            "{kind}"
        );
        let listed = customer
            .user
            .get(&format!("/api/v1/devices/{}/readings", device.id))
            .await
            .ok();
        assert_eq!(listed["data"], json!([stored]), "{kind}");

        let delivered = canonical.wait_for_reading(&reading).await.json();
        let data = &delivered["data"];
        check(data, kind, &values(kind, at));
        assert_eq!(delivered["type"], "reading.created");
        assert_eq!(
            (&data["device"]["serial"], &data["device"]["maker"]),
            (&json!(device.serial), &json!("Acme"))
        );
        assert_eq!(data["device"]["reference"], json!(format!("bed-A-{kind}")));
        assert_eq!(
            (&data["content_hash"], &data["units"]),
            (&stored["content_hash"], &stored["units"]),
            "{kind}"
        );

        observation(&fhir.wait_for_reading(&reading).await.json()["data"], kind, at);
        page(&world, &customer, &device, &reading).await;
    }
}

#[track_caller]
fn check(reading: &Value, kind: &str, values: &Value) {
    assert_eq!(
        (&reading["kind"], &reading["values"]),
        (&json!(kind), values),
        "{reading}"
    );
    for (name, value) in values.as_object().unwrap() {
        let is_number = value.is_number() || value.is_array();
        assert_eq!(
            reading["units"][name].is_string(),
            is_number,
            "the unit of {name} in {reading}"
        );
    }
}

/// The main LOINC code of each kind, and of the values inside where there are several.
fn codes(kind: &str) -> (&'static str, &'static [&'static str]) {
    match kind {
        "blood_pressure" => ("85354-9", &["8480-6", "8462-4"]),
        "weight" => ("29463-7", &[]),
        "glucose" => ("41653-7", &[]),
        "oximetry" => ("2708-6", &[]),
        "temperature" => ("8310-5", &[]),
        "heart_rate" => ("8867-4", &[]),
        "activity" => ("55423-8", &[]),
        "sleep" => ("93832-4", &[]),
        other => panic!("no such kind: {other}"),
    }
}

/// What FHIR R4 asks of an Observation, as far as its structure goes.
fn observation(observation: &Value, kind: &str, at: chrono::DateTime<chrono::Utc>) {
    assert_eq!(
        observation["resourceType"], "Observation",
        "{kind}: {observation}"
    );
    assert_eq!(observation["status"], "final");
    assert!(
        observation["category"][0]["coding"][0]["code"].is_string(),
        "{kind}: {observation}"
    );
    let device = observation["device"]["reference"].as_str().unwrap_or_default();
    assert!(device.starts_with("Device/"), "{kind}: {observation}");
    let begins = |text: &Value| text.as_str().unwrap_or_default().starts_with(&time(at)[..19]);
    let period = &observation["effectivePeriod"];
    assert!(
        begins(&observation["effectiveDateTime"]) || begins(&period["end"]),
        "{kind}: {observation}"
    );
    let (main, components) = codes(kind);
    let found = loinc(&observation["code"]);
    assert!(found.contains_key(main), "{kind}: {main} is not among {found:?}");
    let parts = observation["component"].as_array().cloned().unwrap_or_default();
    for wanted in components {
        assert!(
            parts
                .iter()
                .any(|part| loinc(&part["code"]).contains_key(*wanted)),
            "{kind}: no {wanted}"
        );
    }
    // A measured number has its unit in UCUM, here or in every component.
    let quantities = parts
        .iter()
        .chain([observation])
        .filter_map(|part| part["valueQuantity"].as_object());
    let quantities: Vec<_> = quantities.collect();
    assert!(!quantities.is_empty(), "{kind}: {observation}");
    for quantity in quantities {
        assert!(
            quantity["value"].is_number() && quantity["code"].is_string(),
            "{kind}: {quantity:?}"
        );
        assert_eq!(quantity["system"], "http://unitsofmeasure.org");
    }
}

fn loinc(code: &Value) -> HashMap<String, String> {
    let codings = code["coding"].as_array().cloned().unwrap_or_default().into_iter();
    codings
        .filter(|coding| coding["system"] == "http://loinc.org")
        .map(|coding| {
            (
                coding["code"].as_str().unwrap().to_owned(),
                coding["display"].to_string(),
            )
        })
        .collect()
}

/// The device's page has a row for it, and the trace tells its way.
async fn page(world: &World, customer: &Customer, device: &Device, reading: &str) {
    let trace = customer
        .user
        .get(&format!("/api/v1/readings/{reading}/trace"))
        .await
        .ok();
    assert_eq!(trace["events"][0]["type"], "reading.created", "{trace}");
    let portal = vitalwire_tests::Portal::sign_in(&world.server.url(), &customer.email).await;
    let page = portal.get(&format!("/devices/{}", device.id)).await;
    assert_eq!(page.status, 200, "{}", page.html);
    assert!(
        page.html.contains(&format!("reading-{reading}")),
        "{}: no row\n{}",
        device.serial,
        page.html
    );
    let trace = portal.get(&format!("/readings/{reading}/trace")).await;
    assert_eq!(trace.status, 200, "{}", trace.html);
    assert!(trace.html.contains(reading), "{}", trace.html);
}
