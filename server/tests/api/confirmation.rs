//! That nobody outside of a customer lets anybody see what its devices measure.

use serde_json::{Value, json};
use vitalwire_server::identity::{LinkToken, Organisation, Password};

use crate::world::{ADMIN, Client, PASSWORD, World};

/// A customer with no people, made by the first administrator, and a contact.
async fn clinic(world: &World) -> (Client, String) {
    let admin = world.admin().await;
    let customer = admin
        .post("/api/v1/customers", &json!({"name": "Clinic"}))
        .await
        .created("id");
    let contact = json!({"purpose": "general", "name": "Office", "email": "office@clinic.example"});
    let path = format!("/api/v1/customers/{customer}/contacts");
    assert_eq!(admin.post(&path, &contact).await.status, 201);
    (admin, customer)
}

/// Somebody whom `by` invites, behind the link.
async fn invited(world: &World, by: &Client, email: &str, customer: &str) -> Client {
    let new = json!({"email": email, "name": "Nora", "role": "customer", "customer_id": customer});
    by.post("/api/v1/invitations", &new).await.created("id");
    let token = LinkToken::parse(&world.last_letter("invitation").await.token()).unwrap();
    world
        .identity
        .accept_invitation(&token, Password::typed(PASSWORD))
        .await
        .unwrap();
    world.anyone.sign_in(email).await
}

async fn permissions(client: &Client) -> Value {
    client.get("/api/v1/me").await.body["permissions"].clone()
}

async fn id_of(client: &Client) -> String {
    client.get("/api/v1/me").await.created("id")
}

#[tokio::test]
async fn an_administrator_gives_no_values_to_anybody() {
    let world = World::new().await;
    let (admin, customer) = clinic(&world).await;
    for value in ["read_readings", "manage_endpoints"] {
        let user = json!({"email": "n@clinic.example", "name": "N", "role": "customer", "customer_id": customer,
            "password": PASSWORD, "permissions": [value]});
        assert_eq!(
            admin.post("/api/v1/users", &user).await.problem(),
            (403, "forbidden")
        );
        let invitation = json!({"email": "n@clinic.example", "name": "N", "role": "customer",
            "customer_id": customer, "permissions": [value]});
        assert_eq!(
            admin.post("/api/v1/invitations", &invitation).await.problem(),
            (403, "forbidden")
        );
    }
    let user = json!({"email": "n@clinic.example", "name": "N", "role": "customer", "customer_id": customer,
        "password": PASSWORD});
    let id = admin.post("/api/v1/users", &user).await.created("id");
    let path = format!("/api/v1/users/{id}");
    let more = json!({"permissions": ["read_readings"]});
    assert_eq!(admin.patch(&path, &more).await.problem(), (403, "forbidden"));
    let nora = world.anyone.sign_in("n@clinic.example").await;
    assert!(!permissions(&nora).await.to_string().contains("read_readings"));
    assert_eq!(nora.get("/api/v1/endpoints").await.status, 403);
}

/// What the customer's own people gave stays when an administrator takes something else away.
#[tokio::test]
async fn an_administrator_takes_away_without_giving() {
    let world = World::new().await;
    let admin = world.admin().await;
    let tenant = world.tenant(&admin, "a").await;
    let path = format!("/api/v1/users/{}", tenant.user_id);
    let less = json!({"permissions": ["read_readings", "manage_users"]});
    assert_eq!(admin.patch(&path, &less).await.status, 204);
    assert_eq!(
        permissions(&tenant.user).await,
        json!(["read_readings", "manage_users"])
    );
    let again = json!({"permissions": ["read_readings", "manage_endpoints"]});
    assert_eq!(admin.patch(&path, &again).await.problem(), (403, "forbidden"));
}

#[tokio::test]
async fn the_first_person_asks_and_another_administrator_confirms() {
    let world = World::new().await;
    let (admin, customer) = clinic(&world).await;
    let nora = invited(&world, &admin, "nora@clinic.example", &customer).await;
    let (id, everybody) = (id_of(&nora).await, admin.get("/api/v1/users").await);
    let row = |users: &Value| {
        let rows = users["data"].as_array().unwrap().iter();
        rows.clone().find(|row| row["id"] == id.as_str()).unwrap().clone()
    };
    assert_eq!(
        row(&everybody.body)["made_by"],
        json!({"side": "platform", "name": "Ada Admin"})
    );
    let confirm = format!("/api/v1/users/{id}/confirm");
    world.user("ben@platform.example", Organisation::Platform).await;
    let ben = world.anyone.sign_in("ben@platform.example").await;
    let unasked = ben.post(&confirm, &json!({})).await;
    assert_eq!(unasked.problem(), (409, "conflict"), "{}", unasked.text);

    assert_eq!(nora.post("/api/v1/me/confirmation", &json!({})).await.status, 204);
    let letters = world.letters("confirmation").await;
    let mut told: Vec<&str> = letters.iter().map(|letter| letter.to.as_str()).collect();
    told.sort_unstable();
    assert_eq!(told, [ADMIN, "ben@platform.example", "office@clinic.example"]);
    assert_eq!(
        nora.post("/api/v1/me/confirmation", &json!({})).await.status,
        409,
        "once"
    );
    let own = admin.post(&confirm, &json!({})).await;
    assert_eq!(own.problem(), (403, "forbidden"), "Ada invited her: {}", own.text);
    assert_eq!(nora.post(&confirm, &json!({})).await.status, 403);
    assert!(!permissions(&nora).await.to_string().contains("read_readings"));

    assert_eq!(ben.post(&confirm, &json!({})).await.status, 204);
    let may = permissions(&nora).await.to_string();
    assert!(
        may.contains("read_readings") && may.contains("manage_endpoints"),
        "{may}"
    );
    assert_eq!(
        world.letters("confirmation").await.len(),
        5,
        "the contact and she are told"
    );
    assert!(row(&ben.get("/api/v1/users").await.body)["confirmed_at"].is_string());
    let mia = invited(&world, &nora, "mia@clinic.example", &customer).await;
    assert!(
        permissions(&mia).await.to_string().contains("read_readings"),
        "she decides who else"
    );
}

/// One administrator cannot go round the other by having the first person add a second one.
#[tokio::test]
async fn who_made_somebody_there_confirms_nobody_there() {
    let world = World::new().await;
    let (admin, customer) = clinic(&world).await;
    let nora = invited(&world, &admin, "nora@clinic.example", &customer).await;
    let mia = invited(&world, &nora, "mia@clinic.example", &customer).await;
    assert_eq!(mia.post("/api/v1/me/confirmation", &json!({})).await.status, 204);
    let confirm = format!("/api/v1/users/{}/confirm", id_of(&mia).await);
    assert_eq!(
        admin.post(&confirm, &json!({})).await.problem(),
        (403, "forbidden")
    );
}

#[tokio::test]
async fn nobody_asks_with_a_password_that_somebody_else_chose_or_past_their_own_people() {
    let world = World::new().await;
    let (admin, customer) = clinic(&world).await;
    let user = json!({"email": "n@clinic.example", "name": "N", "role": "customer", "customer_id": customer,
        "password": PASSWORD});
    let id = admin.post("/api/v1/users", &user).await.created("id");
    let nora = world.anyone.sign_in("n@clinic.example").await;
    let ask = async |client: &Client| client.post("/api/v1/me/confirmation", &json!({})).await;
    assert_eq!(ask(&nora).await.problem(), (409, "conflict"));
    sqlx::query("update user_password set changed_at = changed_at + interval '1 s' where user_id = $1")
        .bind(id.parse::<uuid::Uuid>().unwrap())
        .execute(&world.sql)
        .await
        .unwrap();
    assert_eq!(ask(&nora).await.status, 204);

    let tenant = world.tenant(&admin, "a").await;
    let colleague = json!({"email": "c@clinic.example", "name": "C", "role": "customer",
        "customer_id": tenant.customer, "permissions": ["manage_users"]});
    tenant
        .user
        .post("/api/v1/invitations", &colleague)
        .await
        .created("id");
    let token = LinkToken::parse(&world.last_letter("invitation").await.token()).unwrap();
    let accepted = world
        .identity
        .accept_invitation(&token, Password::typed(PASSWORD))
        .await;
    assert!(accepted.is_ok(), "{accepted:?}");
    let colleague = world.anyone.sign_in("c@clinic.example").await;
    let past = ask(&colleague).await;
    assert_eq!(past.problem(), (409, "conflict"));
    assert!(past.text.contains("ask them"), "{}", past.text);
}

/// An invitation that says more than its inviter may give, as one written by an earlier version, opens nothing.
#[tokio::test]
async fn an_old_invitation_of_an_administrator_with_values_is_over() {
    let world = World::new().await;
    let (admin, customer) = clinic(&world).await;
    let new =
        json!({"email": "old@clinic.example", "name": "Old", "role": "customer", "customer_id": customer});
    admin.post("/api/v1/invitations", &new).await.created("id");
    let token = LinkToken::parse(&world.last_letter("invitation").await.token()).unwrap();
    sqlx::query("update invitation set permissions = '{read_readings}'")
        .execute(&world.sql)
        .await
        .unwrap();
    assert!(world.identity.invited(&token).await.is_err());
}

/// Whoever goes through addresses hears of three that they are taken, and then nothing.
#[tokio::test]
async fn an_organisation_hears_a_few_times_that_an_address_is_taken() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (a, b) = (world.tenant(&admin, "a").await, world.tenant(&admin, "b").await);
    let user = |email: &str| json!({"email": email, "name": "N", "role": "customer", "customer_id": a.customer, "password": PASSWORD});
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(a.user.post("/api/v1/users", &user(&b.email)).await.status);
    }
    assert_eq!(statuses, [409, 409, 409, 429]);
    let free = a.user.post("/api/v1/users", &user("free@clinic.example")).await;
    assert_eq!(free.problem(), (429, "too-many-attempts"), "and is told nothing");
    assert!(free.headers.contains_key("retry-after"));
}

/// What the platform stopped, others do not set going again.
#[tokio::test]
async fn whose_people_stopped_something_sets_it_going_again() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (_, dealer) = world.dealer(&admin).await;
    let customer = dealer
        .post("/api/v1/customers", &json!({"name": "Own"}))
        .await
        .created("id");
    let path = format!("/api/v1/customers/{customer}");
    let state =
        async |client: &Client, state: &str| client.patch(&path, &json!({"state": state})).await.status;
    let ok = [state(&dealer, "suspended").await, state(&dealer, "active").await];
    assert_eq!(ok, [ok[0]; 2], "its own it lifts");
    assert!(ok[0] < 300);
    assert!(state(&admin, "suspended").await < 300);
    assert_eq!(state(&dealer, "active").await, 403);
    assert_eq!(state(&dealer, "closed").await, 403);
    assert!(state(&admin, "active").await < 300);
    assert!(state(&dealer, "suspended").await < 300);

    let tenant = world.tenant(&admin, "a").await;
    let nurse = json!({"email": "nurse@clinic.example", "name": "N", "role": "customer", "password": PASSWORD,
        "customer_id": tenant.customer, "permissions": []});
    let nurse = tenant.user.post("/api/v1/users", &nurse).await.created("id");
    let path = format!("/api/v1/users/{nurse}");
    let state =
        async |client: &Client, state: &str| client.patch(&path, &json!({"state": state})).await.status;
    assert_eq!(state(&tenant.user, "disabled").await, 204);
    assert_eq!(state(&tenant.user, "active").await, 204);
    assert_eq!(state(&admin, "disabled").await, 204);
    assert_eq!(state(&tenant.user, "active").await, 403);
    assert_eq!(state(&tenant.user, "disabled").await, 204, "it is already");
    assert_eq!(
        state(&tenant.user, "active").await,
        403,
        "and stays the platform's to enable"
    );
    assert_eq!(state(&admin, "active").await, 204);
}
