//! What became of distributors and customers, as the API tells it.

use serde_json::{Value, json};

use crate::world::{Answer, Client, World};

fn of<'a>(answer: &'a Answer, member: &str) -> Vec<&'a Value> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let events = answer.body["data"].as_array().unwrap();
    events.iter().map(|event| &event[member]).collect()
}

#[tokio::test]
async fn who_sees_an_organisation_is_told_what_became_of_it() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (distributor, seller) = world.dealer(&admin).await;
    let clinic = world.tenant(&admin, "clinic").await;
    let customer = format!("/api/v1/customers/{}", clinic.customer);
    let change = async |by: &Client, path: &str, what: Value| {
        world.clock.advance(chrono::TimeDelta::seconds(1));
        let done = by.patch(path, &what).await;
        assert!(done.status < 300, "{}", done.text);
    };
    change(&admin, &customer, json!({"distributor_id": distributor})).await;
    change(&seller, &customer, json!({"name": "Hilltop"})).await;
    change(&admin, &customer, json!({"state": "suspended"})).await;

    let history = format!("{customer}/history");
    let told = admin.get(&history).await;
    assert_eq!(of(&told, "kind"), ["suspended", "renamed", "moved", "added"]);
    assert_eq!(
        of(&told, "by_side"),
        ["platform", "distributor", "platform", "platform"]
    );
    assert_eq!(
        of(&told, "by"),
        ["Ada Admin", "Somebody", "Ada Admin", "Ada Admin"]
    );
    assert_eq!(told.body["data"][1]["name_before"], "clinic");
    assert_eq!(told.body["data"][2]["distributor_id"], distributor.as_str());
    assert_eq!(told.body["data"][2]["distributor_name"], "Meridian");

    // The distributor sees its own time, and nobody of the platform by name.
    let sold = seller.get(&history).await;
    assert_eq!(of(&sold, "kind"), ["suspended", "renamed", "moved"]);
    assert_eq!(of(&sold, "by"), [&Value::Null, &json!("Somebody"), &Value::Null]);

    // The customer sees its own, and neither to whom it was moved nor by whom.
    let own = clinic.anew(&world).await.get(&history).await;
    assert_eq!(of(&own, "kind"), of(&told, "kind"));
    assert!(of(&own, "by").iter().all(|by| by.is_null()), "{}", own.text);
    assert!(
        !own.text.contains(&distributor) && !own.text.contains("Meridian"),
        "{}",
        own.text
    );

    let stranger = world.tenant(&admin, "stranger").await;
    assert_eq!(stranger.user.get(&history).await.problem(), (404, "not-found"));
}

#[tokio::test]
async fn what_became_of_a_distributor_is_told_to_the_platform_s_people() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (distributor, seller) = world.dealer(&admin).await;
    let path = format!("/api/v1/distributors/{distributor}");
    world.clock.advance(chrono::TimeDelta::seconds(1));
    let renamed = admin.patch(&path, &json!({"name": "Harbor"})).await;
    assert!(renamed.status < 300, "{}", renamed.text);
    let history = format!("{path}/history");
    let told = admin.get(&history).await;
    assert_eq!(of(&told, "kind"), ["renamed", "added"]);
    assert_eq!(of(&told, "name_before"), [&json!("Meridian"), &Value::Null]);
    assert_eq!(seller.get(&history).await.problem(), (403, "forbidden"));
    let nobody_s = format!("/api/v1/distributors/{}/history", uuid::Uuid::from_u128(7));
    assert_eq!(admin.get(&nobody_s).await.problem(), (404, "not-found"));
}

/// Where the caller may not know a person, as nobody outside an organisation may, they are told whose people it was.
#[tokio::test]
async fn who_moved_a_device_or_a_hub_is_told_as_far_as_the_caller_may_know() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (_, seller) = world.dealer(&admin).await;
    let clinic = world.tenant(&admin, "clinic").await;
    let by = |answer: &Answer, of: usize, members: [&str; 2]| {
        assert_eq!(answer.status, 200, "{}", answer.text);
        let period = &answer.body["data"][of];
        members.map(|member| (period[member].clone(), period[format!("{member}_side")].clone()))
    };
    let both = ["begun_by", "ended_by"];
    let nobody = (Value::Null, Value::Null);
    for path in [
        format!("/api/v1/devices/{}", clinic.device),
        format!("/api/v1/hubs/{}", clinic.hub),
    ] {
        world.clock.advance(chrono::TimeDelta::seconds(1));
        let back = clinic.user.post(&format!("{path}/return"), &json!({})).await;
        assert_eq!(back.status, 204, "{}", back.text);
        let history = format!("{path}/history");
        let own = clinic.user.get(&history).await;
        assert_eq!(
            by(&own, 0, both),
            [
                (Value::Null, json!("platform")),
                (json!("clinic"), json!("customer"))
            ]
        );
        let all = admin.get(&history).await;
        let returned = (json!("clinic"), json!("customer"));
        assert_eq!(by(&all, 0, both), [returned.clone(), nobody.clone()], "{path}");
        assert_eq!(
            by(&all, 1, both),
            [(json!("Ada Admin"), json!("platform")), returned]
        );
        assert_eq!(seller.get(&history).await.problem(), (404, "not-found"));
    }
    let path = format!("/api/v1/devices/{}", clinic.device);
    assert_eq!(clinic.user.get(&path).await.problem(), (404, "not-found"));
    let readings = clinic.user.get(&format!("{path}/readings")).await;
    assert_eq!(
        readings.status, 200,
        "what it measured stays theirs: {}",
        readings.text
    );
}

#[tokio::test]
async fn whose_people_let_another_device_take_the_place_is_told() {
    let world = World::new().await;
    let admin = world.admin().await;
    let clinic = world.tenant(&admin, "clinic").await;
    let model = world.model(&admin).await;
    let spare = json!({"maker": "Acme", "serial": "S-2", "model_id": model, "customer_id": clinic.customer,
        "state": "inactive"});
    let spare = admin.post("/api/v1/devices", &spare).await.created("id");
    world.clock.advance(chrono::TimeDelta::seconds(1));
    let path = format!("/api/v1/devices/{}", clinic.device);
    let takes = json!({"with_device_id": spare, "reason": "the cuff leaks"});
    let taken = admin.post(&format!("{path}/replace"), &takes).await;
    assert!(taken.status < 300, "{}", taken.text);
    for (client, name) in [(&clinic.user, Value::Null), (&admin, json!("Ada Admin"))] {
        let next = client.get(&format!("{path}/history")).await.body["successors"][0].clone();
        assert_eq!(next["device_id"], spare.as_str());
        assert_eq!((&next["by"], &next["by_side"]), (&name, &json!("platform")));
    }
}
