//! Messages that devices sent by themselves, which are kept with their readings.

use super::*;

/// A customer who chose the archive, and one of their devices that has sent so many readings by itself.
async fn sent(world: &World, readings: i64) -> (Tenant, Vec<String>) {
    let admin = world.admin().await;
    let tenant = world.tenant(&admin, "a").await;
    world.chooses_archive(&tenant).await;
    let issue = format!("/api/v1/devices/{}/token", tenant.device);
    let token = tenant.user.post(&issue, &json!({})).await.created("token");
    let device = world.anyone.with_token(&token);
    let mut bodies = Vec::new();
    for minutes in 1..=readings {
        let mut reading = blood_pressure("S-a");
        reading["measured_at"] = json!((world.clock.now() - TimeDelta::minutes(minutes)).to_rfc3339());
        let answer = device.post("/v1/telemetry", &reading).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        bodies.push(reading.to_string());
    }
    (tenant, bodies)
}

#[tokio::test]
async fn they_are_archived_as_messages_and_lead_to_their_readings() {
    let world = World::new().await;
    let (tenant, mut bodies) = sent(&world, 3).await;
    let day = world.clock.now().date_naive();
    world.out_of_the_history().await;
    let archive = world.archive(&world.folder.blobs());
    world.retention(&archive).await.unwrap();
    let kept = Kept::of(&archive, &tenant, day).await.unwrap();
    assert_eq!((kept.manifest.observations, kept.manifest.raw_messages), (3, 3));
    assert_eq!(
        (kept.manifest.raw_messages_shared, kept.manifest.as_stored),
        (0, 0)
    );
    let found = kept.bodies();
    let mut texts: Vec<_> = found
        .values()
        .map(|body| String::from_utf8(body.clone()).unwrap())
        .collect();
    texts.sort_unstable();
    bodies.sort_unstable();
    assert_eq!(texts, bodies);
    for message in &kept.messages {
        assert_eq!(message["device_id"].as_str(), Some(&*tenant.device));
        assert_eq!(
            (&message["jwt"], &message["hub_id"]),
            (&Value::Null, &Value::Null)
        );
    }
    for observation in &kept.observations {
        let value = observation["derivedFrom"][0]["identifier"]["value"]
            .as_str()
            .unwrap();
        let message = value.strip_prefix("urn:uuid:").unwrap();
        let body = String::from_utf8_lossy(&found[message]);
        let measured = observation["effectiveDateTime"].as_str().unwrap();
        let minute = &measured[14..16];
        assert!(body.contains(&format!(":{minute}:")), "{measured} in {body}");
    }
}

/// One of which the message does not open is archived as its row is stored, with all there is of it.
#[tokio::test]
async fn one_that_does_not_open_is_archived_as_it_is_stored() {
    let world = World::new().await;
    let (tenant, _) = sent(&world, 10).await;
    let day = world.clock.now().date_naive();
    let spoilt =
        "update reading set body_sealed = '\\x00' where id = (select min(id::text)::uuid from reading)";
    let spoilt = sqlx::query(spoilt).execute(&world.sql).await.unwrap();
    assert_eq!(spoilt.rows_affected(), 1);
    world.out_of_the_history().await;
    let archive = world.archive(&world.folder.blobs());
    world.retention(&archive).await.unwrap();
    let kept = Kept::of(&archive, &tenant, day).await.unwrap();
    assert_eq!((kept.observations.len(), kept.messages.len()), (10, 9));
    assert_eq!(kept.as_stored.len(), 1);
    assert_eq!(kept.as_stored[0]["table"], "reading");
    assert_eq!(kept.as_stored[0]["row"]["body_sealed"], "\\x00");
}
