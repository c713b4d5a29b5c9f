//! Who is confined to a site (docs/adr/0011): what the same customer has elsewhere, and that no answer to them names it.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use uuid::Uuid;
use vitalwire_server::ground::enums::UserRole;
use vitalwire_server::http::access::{Who, routes};
use vitalwire_server::identity::Organisation;
use vitalwire_server::tenancy::PermissionSet;

use crate::aim::Aim;
use crate::callers::{Caller, Sees, confined, everybody};
use crate::matrix::ask;
use crate::rewind::Rewind;
use crate::world::World;

/// What each thing at the other site is called, so that a text which names it is known.
const NAMES: [&str; 6] = [
    "S-annex",
    "H-annex",
    "Corridor of the annex",
    "The annex",
    "Nights at the annex",
    "The annex is silent",
];

/// Puts what the customer has at its site, and gives it another with one of everything that can stand at one.
pub(crate) async fn elsewhere(world: &World, own: &Aim) -> Aim {
    let [device, hub, reading, case, site, team]: [Uuid; 6] = std::array::from_fn(|_| world.ground.id());
    for sql in [
        "update device set site_id = $1 where id = $2",
        "update hub set site_id = $1 where id = $2",
    ] {
        let noun = if sql.contains("device") { "devices" } else { "hubs" };
        sqlx::query(sql)
            .bind(own.id("sites", None).parse::<Uuid>().unwrap())
            .bind(own.id(noun, None).parse::<Uuid>().unwrap())
            .execute(&world.sql)
            .await
            .unwrap();
    }
    for sql in [
        "insert into site (id, customer_id, name, created_at) values ($5, $8, 'The annex', now())",
        "insert into care_team (id, customer_id, name, created_at) values ($6, $8, 'Nights at the annex', now())",
        "insert into care_team_site (care_team_id, site_id, customer_id) values ($6, $5, $8)",
        "insert into device (id, maker, serial, model_id, distributor_id, customer_id, site_id, state, created_at, updated_at)
         select $1, maker, 'S-annex', model_id, distributor_id, customer_id, $5, 'inactive', created_at, updated_at
         from device where id = $7",
        "insert into hub (id, serial, name, distributor_id, customer_id, site_id, created_at)
         select $2, 'H-annex', 'Corridor of the annex', distributor_id, customer_id, $5, created_at from device where id = $7",
        "insert into assignment (id, device_id, distributor_id, customer_id, valid_from, created_at)
         select $1, $1, distributor_id, customer_id, valid_from, created_at from assignment
         where device_id = $7 and valid_until is null",
        "insert into reading (id, received_at, customer_id, device_id, credential_id, kind, measured_at, measured_on,
           content_hash, vals, quality, proof, raw_id)
         select $3, received_at, customer_id, $1, $1, kind, measured_at, measured_on, sha256($3::text::bytea), vals,
           quality, proof, $3
         from reading where device_id = $7",
        "insert into support_case (id, distributor_id, customer_id, device_id, subject, title, opened_by, opener_name,
           opener_side, opened_at, updated_at)
         select $4, distributor_id, customer_id, $1, 'S-annex', 'The annex is silent', opened_by, opener_name, opener_side,
           opened_at, updated_at
         from support_case where device_id = $7",
    ] {
        // Each names some of these; a statement says the types of all.
        let every = format!("with ids as (select $1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::uuid, $6::uuid, $7::uuid, $8::uuid) {sql}");
        sqlx::query(sqlx::AssertSqlSafe(every))
            .bind(device)
            .bind(hub)
            .bind(reading)
            .bind(case)
            .bind(site)
            .bind(team)
            .bind(own.id("devices", None).parse::<Uuid>().unwrap())
            .bind(own.customer)
            .execute(&world.sql)
            .await
            .unwrap();
    }
    let mut elsewhere = own.clone();
    for (noun, id) in [
        ("devices", device),
        ("hubs", hub),
        ("readings", reading),
        ("cases", case),
        ("sites", site),
        ("care-teams", team),
    ] {
        elsewhere.aim_at(noun, &id.to_string());
    }
    elsewhere
}

#[tokio::test]
async fn no_answer_to_who_is_confined_names_what_stands_elsewhere() {
    let world = World::new().await;
    let admin = world.admin().await;
    let own = Aim::new(&world, &admin, "own").await;
    let elsewhere = elsewhere(&world, &own).await;
    let mut callers = confined(&world, own.customer, own.id("sites", None)).await;
    let everybody = everybody(&world, own.distributor, own.customer).await;
    callers.extend(
        everybody
            .into_iter()
            .filter(|caller| caller.name == "customer-everything"),
    );
    // A reading is told on its device's pages alone, which the matrix asks for.
    let nouns = ["devices", "hubs", "cases", "sites", "care-teams"];
    let mut marks: Vec<&str> = nouns.iter().map(|noun| elsewhere.id(noun, None)).collect();
    marks.extend(NAMES);

    let as_it_was = Rewind::to_now(&world.sql).await;
    let (mut told, mut seen, mut searched) = (Vec::new(), BTreeSet::<&str>::new(), 0);
    for (number, route) in routes().filter(|route| route.path != "/logout").enumerate() {
        let Who::Person(_) = route.who else { continue };
        for caller in &callers {
            let answer = ask(route, caller, &own, (number, "blood_pressure")).await;
            if route.method != "GET" && answer.status < 400 {
                as_it_was.rewind().await;
            }
            let marks = marks.iter().filter(|mark| answer.text.contains(**mark));
            if caller.sees == Sees::Whole {
                seen.extend(marks.copied());
                continue;
            }
            searched += 1;
            told.extend(
                marks.map(|mark| format!("{} {} tells {} of {mark}", route.method, route.path, caller.name)),
            );
        }
    }
    println!("{searched} answers were searched for {}", marks.join(", "));
    assert!(told.is_empty(), "{}", told.join("\n"));
    let unseen: Vec<&&str> = marks.iter().filter(|mark| !seen.contains(*mark)).collect();
    assert!(
        unseen.is_empty(),
        "who sees the whole customer finds none of {unseen:?}: the search would not find them either"
    );
}

/// What a request names beside its address.
#[tokio::test]
async fn what_stands_elsewhere_is_not_there_to_be_named_either() {
    let world = World::new().await;
    let admin = world.admin().await;
    let own = Aim::new(&world, &admin, "own").await;
    let elsewhere = elsewhere(&world, &own).await;
    let callers = confined(&world, own.customer, own.id("sites", None)).await;
    let (device, hub) = (elsewhere.id("devices", None), elsewhere.id("hubs", None));
    let (here, hub_here) = (own.id("devices", None), own.id("hubs", None));
    let replace = format!("/api/v1/devices/{here}/replace");
    let about = |noun: &str, id: &str| json!({noun: id, "title": "Nothing arrives"});
    let one = &callers[0];
    assert_eq!(
        (one.name.as_str(), one.sees),
        ("confined-everything", Sees::OneSite)
    );
    let calls: [(&str, Value); 3] = [
        ("/api/v1/cases", about("device_id", device)),
        ("/api/v1/cases", about("hub_id", hub)),
        (&replace, json!({"with_device_id": device, "reason": "it broke"})),
    ];
    for (path, body) in &calls {
        let answer = one.call("POST", path, body).await;
        assert_eq!(answer.status, 404, "{path} {body}: {}", answer.text);
    }
    for (path, id) in [
        ("/api/v1/devices?hub_id=", hub),
        ("/api/v1/cases?device_id=", device),
    ] {
        let answer = one.call("GET", &format!("{path}{id}"), &Value::Null).await;
        assert!(!answer.text.contains(device), "{path}: {}", answer.text);
    }
    for (query, id) in [("device", device), ("hub", hub)] {
        let page = one.browse("GET", &format!("/cases/new?{query}={id}"), &[]).await;
        assert_eq!(page.status, 404, "{}", page.text);
        let form = [(query, id.to_owned()), ("title", "Nothing arrives".to_owned())];
        let sent = one.browse("POST", "/cases/new", &form).await;
        assert_eq!(sent.status, 404, "{}", sent.text);
    }
    let form = [
        ("serial", "S-annex".to_owned()),
        ("reason", "it broke".to_owned()),
    ];
    let page = format!("/devices/{here}/replace");
    let sent = one.browse("POST", &page, &form).await;
    assert_eq!(sent.status, 422, "{}", sent.text);
    // The same with what stands at their own site.
    for (noun, id) in [("device_id", here), ("hub_id", hub_here)] {
        let answer = one.call("POST", "/api/v1/cases", &about(noun, id)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
    }
    // And who sees the whole customer names all of it.
    let of = (UserRole::Customer, Organisation::Customer(own.customer));
    let whole = Caller::new(&world, "whole", of, PermissionSet::all()).await;
    for (path, body) in &calls {
        let answer = whole.call("POST", path, body).await;
        assert!(
            matches!(answer.status, 200 | 201),
            "{path} {body}: {}",
            answer.text
        );
    }
    let kept: i64 = sqlx::query_scalar(
        "select count(*) from support_case where subject in ('S-annex', 'Corridor of the annex')",
    )
    .fetch_one(&world.sql)
    .await
    .unwrap();
    assert_eq!(kept, 3, "the one that was there, and two of who sees the whole");
}
