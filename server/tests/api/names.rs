//! Names that people type stand in letters to others, who know the platform and not the writer: a name is no more than a name.

use futures_util::future::join_all;
use serde_json::json;
use vitalwire_server::identity::Organisation;

use crate::world::{PASSWORD, World};

/// What a mail program would make a link of, or break a letter with.
const MORE_THAN_A_NAME: [&str; 7] = [
    "Your bank: http://bank.example/login",
    "see https://x.example",
    "ftp://files.example",
    "<b>Lena</b>",
    "Lena <lena@clinic.example>",
    "Lena\nYour account is closed",
    "Lena\u{7f}Ortiz",
];

#[tokio::test]
async fn what_is_more_than_a_name_is_refused_wherever_a_name_is_typed() {
    let world = World::new().await;
    let admin = world.admin().await;
    let clinic = world.tenant(&admin, "clinic").await;
    let user = |name: &str, password: bool| {
        let mut user = json!({"email": "lena@clinic.example", "name": name, "role": "customer",
            "customer_id": clinic.customer, "permissions": []});
        if password {
            user["password"] = json!(PASSWORD);
        }
        user
    };
    let contacts = format!("/api/v1/customers/{}/contacts", clinic.customer);
    let customer = format!("/api/v1/customers/{}", clinic.customer);
    let hub = json!({"serial": "H-named", "customer_id": clinic.customer});
    for name in MORE_THAN_A_NAME {
        let mut hub = hub.clone();
        hub["name"] = json!(name);
        let named = json!({"name": name});
        let contact = json!({"name": name, "purpose": "general", "phone": "+1 555 0100"});
        for (by, path, body) in [
            (&clinic.user, "/api/v1/invitations", user(name, false)),
            (&clinic.user, "/api/v1/users", user(name, true)),
            (&admin, "/api/v1/distributors", named.clone()),
            (&admin, "/api/v1/customers", named.clone()),
            (&admin, contacts.as_str(), contact),
            (&admin, "/api/v1/hubs", hub),
        ] {
            let answer = by.post(path, &body).await;
            assert_eq!(
                answer.problem(),
                (422, "invalid"),
                "{path} {name:?}: {}",
                answer.text
            );
        }
        for (by, path) in [
            (&admin, customer.as_str()),
            (&clinic.user, "/api/v1/organisation"),
        ] {
            let answer = by.patch(path, &named).await;
            assert_eq!(
                answer.problem(),
                (422, "invalid"),
                "{path} {name:?}: {}",
                answer.text
            );
        }
    }
    let written = world.letters("invitation").await;
    assert!(
        written
            .iter()
            .all(|letter| letter.to == "new.clinic@clinic.example"),
        "nobody was written to but whom the world invited"
    );

    // What is a name stands in the letter as it was typed.
    let name = "Dr. Zoë O'Brien-Łukasik & Sons, Ltd. (1st floor)";
    let invitation = user(name, false);
    clinic
        .user
        .post("/api/v1/invitations", &invitation)
        .await
        .created("id");
    let letter = world.last_letter("invitation").await;
    assert_eq!(letter.to, "lena@clinic.example");
    assert!(
        letter.text.starts_with(&format!("Hello {name},\n")),
        "{}",
        letter.text
    );
    let links = letter.text.matches("://").count();
    assert_eq!(links, 1, "the one that the platform wrote: {}", letter.text);
}

/// The inviter's own name stands there too, and is not what they make of it.
#[tokio::test]
async fn a_name_of_before_is_no_way_around() {
    let world = World::new().await;
    let admin = world.admin().await;
    let clinic = world.tenant(&admin, "clinic").await;
    let of = Organisation::Customer(clinic.customer_id());
    let id = world.user("other@clinic.example", of).await;
    let path = format!("/api/v1/users/{id}");
    let renamed = clinic
        .user
        .patch(&path, &json!({"name": "http://x.example"}))
        .await;
    assert_eq!(renamed.status, 422, "a name is given once: {}", renamed.text);
}

/// What differs in blanks alone, or in how a letter is put together, is one name.
#[tokio::test]
async fn names_that_look_alike_are_kept_alike() {
    let world = World::new().await;
    let admin = world.admin().await;
    let typed = json!({"name": " Zoe\u{308}  Clinic\u{a0}\u{a0}North "});
    let id = admin.post("/api/v1/customers", &typed).await.created("id");
    let kept = admin.get(&format!("/api/v1/customers/{id}")).await;
    assert_eq!(kept.body["name"], "Zoë Clinic North");
    for name in [
        "Zoë Clinic  North",
        "zoë\u{a0}clinic north",
        "Zoë\u{2003}Clinic North",
        "Zoe\u{308} Clinic North",
    ] {
        let again = admin.post("/api/v1/customers", &json!({"name": name})).await;
        assert_eq!(again.problem(), (422, "invalid"), "{name:?}: {}", again.text);
    }
    let of = json!({"name": "Lena\u{a0} Ortiz", "email": "lena@clinic.example", "password": PASSWORD,
        "role": "customer", "customer_id": id, "permissions": []});
    admin.post("/api/v1/users", &of).await.created("id");
    let people = admin.get("/api/v1/users").await;
    assert!(people.text.contains("\"Lena Ortiz\""), "{}", people.text);
}

/// Whoever takes a name at the same moment is told that it is taken.
#[tokio::test]
async fn of_two_who_take_one_name_at_once_one_has_it() {
    let world = World::new().await;
    let admin = world.admin().await;
    for (path, rounds) in [("/api/v1/customers", 4), ("/api/v1/distributors", 2)] {
        for round in 0..rounds {
            let body = json!({"name": format!("Northside {round}")});
            let answers = join_all((0..6).map(|_| admin.post(path, &body))).await;
            let made = answers.iter().filter(|answer| answer.status == 201).count();
            let refused = answers.iter().filter(|answer| answer.status == 422).count();
            assert_eq!((made, refused), (1, 5), "{path} {round}");
        }
    }
}

/// A closed one gives its name free, and comes back, or goes elsewhere, under one that nobody else has there.
#[tokio::test]
async fn what_opens_or_moves_one_beside_its_name_is_refused() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (meridian, seller) = world.dealer(&admin).await;
    let named = |name: &str| json!({"name": name});
    let add = async |path: &str, name: &str| admin.post(path, &named(name)).await.created("id");
    let refused = async |path: &str, patch: serde_json::Value, why: &str| {
        let answer = admin.patch(path, &patch).await;
        assert_eq!(
            answer.problem(),
            (422, "invalid"),
            "{path} {patch}: {}",
            answer.text
        );
        assert_eq!(answer.body["field"], "name");
        assert!(answer.text.contains(why), "{path} {patch}: {}", answer.text);
    };
    let opened = "called so already; rename one of them, then this one can be opened again";
    for collection in ["/api/v1/customers", "/api/v1/distributors"] {
        let path = format!("{collection}/{}", add(collection, "North").await);
        let closed = admin.patch(&path, &json!({"state": "closed"})).await;
        assert_eq!(closed.status, 200, "{}", closed.text);
        add(collection, "NORTH").await;
        refused(&path, json!({"state": "active"}), opened).await;
        refused(&path, json!({"state": "suspended", "name": "north"}), opened).await;
        let both = json!({"state": "active", "name": "North West"});
        assert_eq!(admin.patch(&path, &both).await.status, 200);
    }
    let theirs = seller
        .post("/api/v1/customers", &named("north"))
        .await
        .created("id");
    let path = format!("/api/v1/customers/{theirs}");
    let moved = "another customer there is called so already; rename one of them, then this one can be moved";
    refused(&path, json!({"distributor_id": null}), moved).await;
    let kept = admin.get(&path).await;
    assert_eq!(kept.body["distributor_id"], meridian.as_str());
    // Where it is already it is not moved, whatever others are called there.
    let twin = "insert into customer (id, name, distributor_id, created_at) values (gen_random_uuid(), 'North', $1::uuid, now())";
    sqlx::query(twin)
        .bind(&meridian)
        .execute(&world.sql)
        .await
        .unwrap();
    let stays = admin.patch(&path, &json!({"distributor_id": meridian})).await;
    assert_eq!(stays.status, 200, "{}", stays.text);
    let past = admin.get(&format!("{path}/history")).await;
    assert!(!past.text.contains("\"moved\""), "{}", past.text);
    // A request is done whole or not at all, and a move is one of its own.
    for other in [
        json!({"name": "North of Meridian"}),
        json!({"address": {"city": "Oslo"}}),
        json!({"state": "suspended"}),
    ] {
        let mut both = other;
        both["distributor_id"] = serde_json::Value::Null;
        let answer = admin.patch(&path, &both).await;
        assert_eq!(answer.problem(), (422, "invalid"), "{both}: {}", answer.text);
        assert_eq!(answer.body["field"], "distributor_id");
        // Nor does who may not move it change anything on the way.
        assert_eq!(seller.patch(&path, &both).await.problem(), (403, "forbidden"));
        assert_eq!(admin.get(&path).await.body, kept.body, "{both}");
    }
    for one in [
        json!({"name": "North of Meridian"}),
        json!({"distributor_id": null}),
    ] {
        let answer = admin.patch(&path, &one).await;
        assert_eq!(answer.status, 200, "{one}: {}", answer.text);
    }
}

/// A customer is not told whom else its distributor serves, and a distributor not who else there is.
#[tokio::test]
async fn one_s_own_new_name_is_not_compared_with_others() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (_, seller) = world.dealer(&admin).await;
    admin
        .post("/api/v1/distributors", &json!({"name": "Summit"}))
        .await
        .created("id");
    let clinic = world.tenant(&admin, "clinic").await;
    world.tenant(&admin, "lakeview").await;
    for (by, names) in [
        (&clinic.user, ["Nobody", "Lakeview"]),
        (&seller, ["Nobody", "Summit"]),
    ] {
        for name in names {
            let answer = by.patch("/api/v1/organisation", &json!({"name": name})).await;
            assert_eq!(
                (answer.status, &answer.body["name"]),
                (200, &json!(name)),
                "{}",
                answer.text
            );
        }
    }
}
