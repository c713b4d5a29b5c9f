//! What is wrong with several values of a body is told at once.

use serde_json::{Value, json};

use crate::world::World;

fn told(body: &Value) -> Vec<&str> {
    let all = body["errors"].as_array().unwrap_or_else(|| panic!("{body}"));
    let field =
        |one: &'_ Value| -> Option<()> { one["detail"].as_str().filter(|why| !why.is_empty()).map(drop) };
    assert!(all.iter().all(|one| field(one).is_some()), "{body}");
    all.iter().map(|one| one["field"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn every_value_that_cannot_be_taken_is_named() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (id, seller) = world.dealer(&admin).await;
    let one = admin.post("/api/v1/distributors", &json!({"name": "<b>"})).await;
    assert_eq!(one.problem(), (422, "invalid"));
    assert_eq!(
        (&one.body["field"], &one.body["errors"]),
        (&json!("name"), &Value::Null)
    );

    let body = json!({"name": "<b>", "time_zone": "Mars", "address": {"country": "Germany"}});
    let all = admin.post("/api/v1/distributors", &body).await;
    assert_eq!(told(&all.body), ["name", "country", "time_zone"]);
    assert_eq!(
        (&all.body["field"], &all.body["detail"]),
        (&all.body["errors"][0]["field"], &all.body["errors"][0]["detail"])
    );
    let body = json!({"address": {"country": "Germany", "city": "\u{0007}"}});
    let all = admin.patch(&format!("/api/v1/distributors/{id}"), &body).await;
    assert_eq!(told(&all.body), ["city", "country"]);

    let body = json!({"email": "nobody", "name": "", "role": "admin", "permissions": ["all"]});
    let all = admin.post("/api/v1/invitations", &body).await;
    assert_eq!(told(&all.body), ["email", "name", "permissions"]);
    let body = json!({"lines": [], "reference": "x".repeat(101), "delivery":
        {"name": "", "street": "1 Main", "city": "New York", "country": "ZZ"}});
    let all = seller.post("/api/v1/orders", &body).await;
    assert_eq!(told(&all.body), ["lines", "deliver_to", "country", "reference"]);
    let body = json!({"purpose": "general", "name": "", "phone": "call me"});
    let all = seller.post("/api/v1/organisation/contacts", &body).await;
    assert_eq!(told(&all.body), ["name", "phone"]);
}
