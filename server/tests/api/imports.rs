//! What the API tells of a file that somebody brought.

use serde_json::Value;

use crate::world::World;

const TOKEN: &str = "0f8c1a77b4d2489ea35c0f8c1a77b4d2";

/// As the page does: what is wrong is told with what stands there, whether it could be read or not.
#[tokio::test]
async fn what_stands_in_a_wrong_field_is_told() {
    let world = World::new().await;
    let admin = world.admin().await;
    world.model(&admin).await;
    let file = format!(
        "maker,serial,model,kind,customer,reference,state,imei,token\n\
         Acme,W-1,No Such,,,,,,\n\
         Acme,W-2,Cuff,weight,Nobody,,flying,490154203237519,\n\
         Acme,W-3,Cuff,,,,active,,{TOKEN}\n\
         Acme,W-4,Cuff,,,,,,{TOKEN}\n"
    );
    let request = admin.request("POST", "/api/v1/imports");
    let brought = admin
        .send(request.header("content-type", "text/csv").body(file))
        .await;
    let path = format!("/api/v1/imports/{}", brought.created("id"));
    let lines = admin.get(&format!("{path}/lines?problem=true")).await;
    let mut told: Vec<(i64, String, Option<String>)> = Vec::new();
    for line in lines.body["data"].as_array().unwrap() {
        for problem in line["problems"].as_array().unwrap() {
            told.push((
                line["line"].as_i64().unwrap(),
                problem["column"].as_str().unwrap().to_owned(),
                problem["value"].as_str().map(str::to_owned),
            ));
        }
    }
    told.sort();
    let stands = |line, column: &str, value: &str| (line, column.to_owned(), Some(value.to_owned()));
    assert_eq!(
        told,
        [
            stands(2, "model", "No Such"),
            stands(3, "customer", "Nobody"),
            stands(3, "imei", "490154203237519"),
            stands(3, "kind", "weight"),
            stands(3, "state", "flying"),
            stands(4, "state", "active"),
            (5, "token".to_owned(), None),
        ]
    );
    let wrong_state = &lines.body["data"][1]["problems"];
    let why = |problem: &Value| {
        problem["column"] == "state" && problem["why"] == "must be active, inactive or stock"
    };
    assert!(wrong_state.as_array().unwrap().iter().any(why), "{wrong_state}");
    let csv = admin.get(&format!("{path}/problems")).await.text;
    for value in ["No Such", "Nobody", "weight", "flying", "active"] {
        assert!(
            csv.lines().any(|row| row.ends_with(&format!(",{value}"))),
            "{value}: {csv}"
        );
    }
    assert!(!csv.contains(TOKEN) && !lines.text.contains(TOKEN));
}
