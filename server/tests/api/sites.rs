//! Sites and care teams, and what their people see by the API.

use serde_json::{Value, json};

use crate::world::{Client, PASSWORD, Tenant, World};

/// A clinic whose device and hub stand at one of two sites, and a colleague who reads.
struct Divided {
    world: World,
    clinic: Tenant,
    here: String,
    there: String,
    person: String,
    colleague: Client,
}

async fn site(by: &Client, name: &str) -> String {
    by.post("/api/v1/sites", &json!({"name": name}))
        .await
        .created("id")
}

impl Divided {
    async fn new() -> Self {
        let world = World::new().await;
        let admin = world.admin().await;
        let clinic = world.tenant(&admin, "divided").await;
        let (here, there) = (
            site(&clinic.user, "Here").await,
            site(&clinic.user, "There").await,
        );
        let person = json!({"email": "reader@clinic.example", "name": "Rea", "role": "customer",
            "customer_id": clinic.customer, "password": PASSWORD, "permissions": ["read_readings", "manage_devices"]});
        let person = clinic.user.post("/api/v1/users", &person).await.created("id");
        let put = json!({"devices": [clinic.device]});
        let path = format!("/api/v1/sites/{here}/devices");
        assert_eq!(clinic.user.post(&path, &put).await.status, 204);
        let hub = format!("/api/v1/hubs/{}", clinic.hub);
        let answer = clinic.user.patch(&hub, &json!({"site_id": here})).await;
        assert_eq!((answer.status, &answer.body["site_id"]), (200, &json!(here)));
        let colleague = world.anyone.sign_in("reader@clinic.example").await;
        Self {
            world,
            clinic,
            here,
            there,
            person,
            colleague,
        }
    }

    /// Says something about the colleague.
    async fn say(&self, what: Value) -> u16 {
        let path = format!("/api/v1/users/{}", self.person);
        self.clinic.user.patch(&path, &what).await.status
    }

    /// How many devices, hubs and sites the colleague sees, and whether the device's readings.
    async fn sees(&self) -> (usize, usize, usize, u16) {
        let count = async |path: &str| {
            let answer = self.colleague.get(path).await;
            answer.body["data"].as_array().unwrap().len()
        };
        let readings = format!("/api/v1/devices/{}/readings", self.clinic.device);
        (
            count("/api/v1/devices").await,
            count("/api/v1/hubs").await,
            count("/api/v1/sites").await,
            self.colleague.get(&readings).await.status,
        )
    }
}

#[tokio::test]
async fn what_a_person_sees_follows_their_sites_with_the_next_request() {
    let divided = Divided::new().await;
    assert_eq!(divided.sees().await, (1, 1, 2, 200), "the whole, as before");
    assert_eq!(divided.say(json!({"confined": true})).await, 204);
    assert_eq!(divided.sees().await, (0, 0, 0, 404), "no site is not every site");
    assert_eq!(divided.say(json!({"sites": [divided.here]})).await, 204);
    assert_eq!(divided.sees().await, (1, 1, 1, 200));
    assert_eq!(divided.say(json!({"sites": [divided.there]})).await, 204);
    assert_eq!(divided.sees().await, (0, 0, 1, 404));

    let team = json!({"name": "Rounds", "sites": [divided.here], "people": [divided.person]});
    let team = divided
        .clinic
        .user
        .post("/api/v1/care-teams", &team)
        .await
        .created("id");
    assert_eq!(divided.sees().await, (1, 1, 2, 200), "by the team");
    let path = format!("/api/v1/care-teams/{team}");
    let gone = divided.clinic.user.call("DELETE", &path, None).await;
    assert_eq!(gone.status, 204);
    assert_eq!(divided.sees().await, (0, 0, 1, 404));

    let device = format!("/api/v1/devices/{}", divided.clinic.device);
    let moved = json!({"site_id": divided.there});
    assert_eq!(divided.clinic.user.patch(&device, &moved).await.status, 200);
    assert_eq!(
        divided.sees().await,
        (1, 0, 1, 200),
        "the device came, with its readings"
    );
    assert_eq!(divided.say(json!({"sites": []})).await, 204);
    assert_eq!(
        divided.sees().await,
        (0, 0, 0, 404),
        "the last site is gone, and nothing is shown instead"
    );
    assert_eq!(divided.say(json!({"confined": false})).await, 204);
    assert_eq!(divided.sees().await, (1, 1, 2, 200));
}

#[tokio::test]
async fn who_sees_a_part_has_nothing_that_concerns_the_whole() {
    let divided = Divided::new().await;
    assert_eq!(divided.say(json!({"permissions": ["manage_users"]})).await, 204);
    assert_eq!(
        divided.say(json!({"confined": true})).await,
        403,
        "who manages people sees all"
    );
    let both = json!({"permissions": ["manage_devices"], "confined": true, "sites": [divided.here]});
    assert_eq!(divided.say(both).await, 204);
    for permission in ["manage_users", "manage_sites", "manage_endpoints"] {
        assert_eq!(divided.say(json!({"permissions": [permission]})).await, 403);
    }
    // Even where it stood in the account: the database refuses it, so this asks what is left of the rights.
    for (method, path) in [
        ("GET", "/api/v1/users"),
        ("GET", "/api/v1/endpoints"),
        ("GET", "/api/v1/organisation"),
        ("GET", "/api/v1/imports"),
        ("POST", "/api/v1/sites"),
    ] {
        let answer = divided
            .colleague
            .call(method, path, Some(&json!({"name": "Mine"})))
            .await;
        assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text);
    }
    let device = format!("/api/v1/devices/{}", divided.clinic.device);
    let answer = divided.colleague.patch(&device, &json!({"site_id": null})).await;
    assert_eq!(answer.status, 403, "{}", answer.text);
    let own = format!("/api/v1/users/{}", divided.clinic.user_id);
    let answer = divided.clinic.user.patch(&own, &json!({"confined": true})).await;
    assert_eq!(answer.status, 403, "nobody says it of themselves");
}

#[tokio::test]
async fn a_site_has_a_name_of_its_own_and_is_archived_when_nothing_stands_there() {
    let divided = Divided::new().await;
    let user = &divided.clinic.user;
    let clash = user.post("/api/v1/sites", &json!({"name": "here"})).await;
    assert_eq!(clash.status, 409, "{}", clash.text);
    let here = format!("/api/v1/sites/{}", divided.here);
    let used = user.patch(&here, &json!({"archived": true})).await;
    assert_eq!(used.status, 409, "{}", used.text);
    let there = format!("/api/v1/sites/{}", divided.there);
    assert_eq!(user.patch(&there, &json!({"archived": true})).await.status, 200);
    let device = format!("/api/v1/devices/{}", divided.clinic.device);
    let archived = user.patch(&device, &json!({"site_id": divided.there})).await;
    assert_eq!(archived.status, 409, "{}", archived.text);
    site(user, "There").await;
    let back = user.patch(&there, &json!({"archived": false})).await;
    assert_eq!(back.status, 409, "its name is taken: {}", back.text);

    let admin = divided.world.admin().await;
    let other = divided.world.tenant(&admin, "other").await;
    let foreign = site(&other.user, "Foreign").await;
    for (path, body) in [
        (device.clone(), json!({"site_id": foreign})),
        (
            format!("/api/v1/users/{}", divided.person),
            json!({"sites": [foreign]}),
        ),
        (format!("/api/v1/sites/{foreign}"), json!({"name": "Mine"})),
    ] {
        let answer = user.patch(&path, &body).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text);
    }
    let seen = admin.get(&device).await;
    assert_eq!(
        seen.body["site_id"],
        Value::Null,
        "where it stands is its customer's own"
    );
    assert_eq!(admin.get("/api/v1/sites").await.status, 403);
}

#[tokio::test]
async fn who_is_invited_to_a_site_sees_no_more_at_the_first_sign_in() {
    let divided = Divided::new().await;
    let invitation = json!({"email": "invited@clinic.example", "name": "Ina", "role": "customer",
        "customer_id": divided.clinic.customer, "confined": true, "sites": [divided.there]});
    let user = &divided.clinic.user;
    user.post("/api/v1/invitations", &invitation).await.created("id");
    let mut greedy = invitation.clone();
    greedy["email"] = json!("greedy@clinic.example");
    greedy["permissions"] = json!(["manage_users"]);
    assert_eq!(user.post("/api/v1/invitations", &greedy).await.status, 403);
    let kept: (bool, Vec<String>) =
        sqlx::query_as("select confined, permissions from invitation where email = 'invited@clinic.example'")
            .fetch_one(&divided.world.sql)
            .await
            .unwrap();
    assert!(kept.0);
    assert!(!kept.1.iter().any(|permission| permission == "manage_users"));

    let at_hand = json!({"devices": [another(&divided).await]});
    let path = format!("/api/v1/sites/{}/devices", divided.there);
    assert_eq!(user.post(&path, &at_hand).await.status, 204);
    let letter = divided.world.last_letter("invitation").await;
    assert_eq!(letter.to, "invited@clinic.example");
    let form = format!("password={PASSWORD}&again={PASSWORD}").replace(' ', "+");
    let door = format!("/invitation/{}", letter.token());
    let request = divided.world.anyone.request("POST", &door).body(form);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    // The first page is the answer's way to go, which the client went.
    let arrived = divided.world.anyone.send(request).await;
    assert!(
        arrived.status < 400 && !arrived.text.contains("works no longer"),
        "{}",
        arrived.text
    );
    let ina = divided.world.anyone.sign_in("invited@clinic.example").await;
    assert_eq!(
        ina.get("/api/v1/devices").await.ids(),
        [at_hand["devices"][0].as_str().unwrap()]
    );
    assert_eq!(ina.get("/api/v1/sites").await.ids(), [divided.there.as_str()]);
    assert!(ina.get("/api/v1/hubs").await.ids().is_empty());
    for path in [
        format!("/api/v1/devices/{}", divided.clinic.device),
        format!("/api/v1/devices/{}/readings", divided.clinic.device),
        format!("/api/v1/hubs/{}", divided.clinic.hub),
        format!("/api/v1/sites/{}", divided.here),
    ] {
        assert_eq!(ina.get(&path).await.status, 404, "{path}");
    }
    assert_eq!(ina.get("/api/v1/users").await.status, 403);
}

/// Another device of the clinic's.
async fn another(divided: &Divided) -> String {
    let admin = divided.world.admin().await;
    let model = divided.world.model(&admin).await;
    let device = json!({"maker": "Acme", "serial": "S-another", "model_id": model,
        "customer_id": divided.clinic.customer});
    admin.post("/api/v1/devices", &device).await.created("id")
}
