//! What a vendor's cloud says of its own devices.

use chrono::TimeDelta;
use serde_json::json;
use vitalwire_server::ground::Clock as _;

use super::{Source, cuff, verdicts};
use crate::world::World;

const IMEI: &str = "864475040000000";

#[tokio::test]
async fn a_cloud_s_reading_is_durable_and_says_how_far_it_is_proved() {
    let world = World::new().await;
    let admin = world.admin().await;
    let clinic = world.tenant(&admin, "a").await;
    let source = Source::add(&world, &clinic.user, "transtek", json!({})).await;
    assert_eq!(source.knows(&clinic.user, &clinic.device, IMEI).await.status, 204);
    let at = world.clock.now().timestamp() - 600;

    let first = source.sends(&cuff(IMEI, at, 131)).await;
    assert_eq!(verdicts(&first), ["accepted"]);
    let again = source.sends(&cuff(IMEI, at, 131)).await;
    assert_eq!(verdicts(&again), ["duplicate"]);
    assert_eq!(again.body["verdicts"][0]["id"], first.body["verdicts"][0]["id"]);

    let path = format!("/api/v1/devices/{}/readings", clinic.device);
    let readings = clinic.user.get(&path).await;
    let reading = &readings.body["data"][0];
    assert_eq!(
        (
            &reading["proof"],
            &reading["values"]["systolic"],
            &reading["values"]["pulse"]
        ),
        (&json!("vendor_asserted"), &json!(131), &json!(65)),
        "{}",
        readings.text
    );
    let raw: (Option<uuid::Uuid>, Option<uuid::Uuid>) =
        sqlx::query_as("select source_id, device_id from raw_message")
            .fetch_one(&world.sql)
            .await
            .unwrap();
    assert_eq!(
        raw,
        (Some(source.id.parse().unwrap()), None),
        "one message, of the source"
    );
}

#[tokio::test]
async fn a_word_of_how_a_device_is_makes_no_reading() {
    let world = World::new().await;
    let admin = world.admin().await;
    let clinic = world.tenant(&admin, "a").await;
    let source = Source::add(&world, &clinic.user, "transtek", json!({})).await;
    source.knows(&clinic.user, &clinic.device, IMEI).await;
    let status = json!({"deviceId": "100224300182", "isTest": false, "modelNumber": "TMB-2092-G",
        "createdAt": world.clock.now().timestamp(), "status": {"data_type": "bpm_gen2_status", "imei": IMEI, "bat": 37,
            "tz": "UTC-4", "ops": "310410", "net": "LTE-M", "sig": 20, "tp": 21, "me_num": 0, "at_t": 10}});
    assert_eq!(verdicts(&source.sends(&status).await), ["heard"]);
    let rows: (i64, i64) =
        sqlx::query_as("select (select count(*) from reading), (select count(*) from quarantine)")
            .fetch_one(&world.sql)
            .await
            .unwrap();
    assert_eq!(rows, (0, 0));
    let battery = world.heard(&clinic.device).await;
    assert_eq!(battery, 37);

    // One that was held back for days says how the battery was, and one whose clock is some hours slow how it is.
    for (seconds_ago, battery) in [(2 * 86_400, 37), (15 * 3_600, 90)] {
        world.clock.advance(TimeDelta::minutes(1));
        let now = world.clock.now();
        let told = source
            .sends(&cuff(IMEI, now.timestamp() - seconds_ago, 131))
            .await;
        assert_eq!(verdicts(&told), ["accepted"]);
        assert_eq!(world.heard_since(&clinic.device, now).await, battery);
    }
}

#[tokio::test]
async fn one_bad_thing_in_a_message_spoils_no_other() {
    let world = World::new().await;
    let admin = world.admin().await;
    let clinic = world.tenant(&admin, "a").await;
    let source = Source::add(&world, &clinic.user, "transtek", json!({})).await;
    source.knows(&clinic.user, &clinic.device, IMEI).await;
    let at = world.clock.now().timestamp() - 600;
    let mut unknown = cuff(IMEI, at + 3, 120);
    unknown["data"]["data_type"] = json!("toaster");
    let mut text = cuff(IMEI, at + 4, 120);
    text["data"]["sys"] = json!("NaN");
    let many = json!([
        cuff(IMEI, at, 121),
        cuff(IMEI, at + 1, 900),
        cuff("864475040000018", at + 2, 122),
        unknown,
        text,
        7,
        cuff(IMEI, at + 5, 123)
    ]);
    let answer = source.sends(&many).await;
    assert_eq!(
        verdicts(&answer),
        [
            "accepted",
            "quarantined: implausible",
            "quarantined: unknown_device",
            "quarantined: unknown_type",
            "quarantined: undecodable",
            "quarantined: undecodable",
            "accepted"
        ]
    );
    for body in ["", "{", "null", "\u{0}", "[[[[[[", "{\"a\":1}{\"b\":2}"] {
        let answer = source.shows(&source.secret, body.to_owned()).await;
        assert_eq!(verdicts(&answer), ["quarantined: undecodable"], "{body}");
    }
}
