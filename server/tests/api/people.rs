//! Invitations: who may invite whom, and that a link works once.

use serde_json::{Value, json};
use vitalwire_server::identity::{INVITATION_LIVES, IdentityError, LinkToken, Password};
use vitalwire_server::tenancy::PermissionSet;

use crate::world::{ADMIN, Client, PASSWORD, World};

fn token(text: &str) -> LinkToken {
    LinkToken::parse(text).unwrap()
}

fn new(email: &str, customer: &str) -> Value {
    json!({"email": email, "name": "New Person", "role": "customer", "customer_id": customer})
}

async fn distributor(world: &World) -> (Client, String) {
    let admin = world.admin().await;
    let (_, distributor) = world.dealer(&admin).await;
    let customer = distributor
        .post("/api/v1/customers", &json!({"name": "Own"}))
        .await
        .created("id");
    (distributor, customer)
}

#[tokio::test]
async fn a_link_makes_one_account_with_what_was_given() {
    let world = World::new().await;
    let admin = world.admin().await;
    let tenant = world.tenant(&admin, "a").await;
    let mut invitation = new("Lena@Clinic.example", &tenant.customer);
    invitation["permissions"] = json!(["read_readings"]);
    let id = tenant
        .user
        .post("/api/v1/invitations", &invitation)
        .await
        .created("id");
    let letter = world.last_letter("invitation").await;
    assert_eq!(letter.to, "lena@clinic.example");
    let link = token(&letter.token());
    let invited = world.identity.invited(&link).await.unwrap();
    assert_eq!(
        (invited.email.as_str(), invited.organisation.as_deref()),
        ("lena@clinic.example", Some("a"))
    );

    let weak = world
        .identity
        .accept_invitation(&link, Password::typed("short"))
        .await;
    assert!(matches!(weak, Err(IdentityError::BadPassword(_))), "{weak:?}");
    let session = world
        .identity
        .accept_invitation(&link, Password::typed(PASSWORD))
        .await
        .unwrap();
    assert!(world.identity.session(&session.secret).await.is_ok());
    let again = world
        .identity
        .accept_invitation(&link, Password::typed(PASSWORD))
        .await;
    assert!(matches!(again, Err(IdentityError::LinkOver)), "{again:?}");
    let lena = world.anyone.sign_in("lena@clinic.example").await;
    let me = lena.get("/api/v1/me").await;
    assert_eq!(me.body["permissions"], json!(["read_readings"]));
    let open = tenant.user.get("/api/v1/invitations").await;
    assert!(!open.ids().contains(&id.as_str()), "{}", open.text);
}

/// Of clicks at the same time, one makes the account.
#[tokio::test]
async fn clicks_at_once_make_one_account() {
    let world = World::new().await;
    let admin = world.admin().await;
    let invitation = json!({"email": "two@platform.example", "name": "Two", "role": "admin"});
    admin.post("/api/v1/invitations", &invitation).await.created("id");
    let link = token(&world.last_letter("invitation").await.token());
    let click = || world.identity.accept_invitation(&link, Password::typed(PASSWORD));
    let clicks = tokio::join!(click(), click(), click(), click());
    let clicks = [clicks.0, clicks.1, clicks.2, clicks.3];
    let made = clicks.iter().filter(|click| click.is_ok()).count();
    let over = clicks
        .iter()
        .filter(|click| matches!(click, Err(IdentityError::LinkOver)))
        .count();
    assert_eq!((made, over), (1, 3), "{clicks:?}");
}

#[tokio::test]
async fn a_link_ends_by_itself_by_being_sent_again_and_by_being_taken_back() {
    let world = World::new().await;
    let admin = world.admin().await;
    let invitation = json!({"email": "new@platform.example", "name": "New", "role": "finance"});
    let id = admin.post("/api/v1/invitations", &invitation).await.created("id");
    let first = token(&world.last_letter("invitation").await.token());
    let twice = admin.post("/api/v1/invitations", &invitation).await;
    assert_eq!(twice.problem(), (409, "conflict"), "{}", twice.text);

    let path = format!("/api/v1/invitations/{id}");
    let again = admin.post(&format!("{path}/send-again"), &json!({})).await;
    assert_eq!(again.status, 204, "{}", again.text);
    let second = token(&world.last_letter("invitation").await.token());
    assert!(matches!(
        world.identity.invited(&first).await,
        Err(IdentityError::LinkOver)
    ));
    assert!(world.identity.invited(&second).await.is_ok());
    world.clock.advance(INVITATION_LIVES);
    assert!(matches!(
        world.identity.invited(&second).await,
        Err(IdentityError::LinkOver)
    ));
    let admin = world.admin().await;
    admin.post("/api/v1/invitations", &invitation).await.created("id");
    let third = token(&world.last_letter("invitation").await.token());
    assert!(world.identity.invited(&third).await.is_ok());
    let open = admin.get("/api/v1/invitations").await;
    let path = format!("/api/v1/invitations/{}", open.ids()[0]);
    assert_eq!(admin.call("DELETE", &path, None).await.status, 204);
    assert_eq!(
        admin.call("DELETE", &path, None).await.problem(),
        (404, "not-found")
    );
    let gone = world
        .identity
        .accept_invitation(&third, Password::typed(PASSWORD))
        .await;
    assert!(matches!(gone, Err(IdentityError::LinkOver)), "{gone:?}");
}

#[tokio::test]
async fn nobody_gives_away_what_they_do_not_have() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (a, b) = (world.tenant(&admin, "a").await, world.tenant(&admin, "b").await);
    let limited = json!({"email": "limited@clinic.example", "name": "L", "role": "customer", "password": PASSWORD,
        "customer_id": a.customer, "permissions": ["manage_users", "read_readings"]});
    a.user.post("/api/v1/users", &limited).await.created("id");
    let limited = world.anyone.sign_in("limited@clinic.example").await;
    let mut more = new("more@clinic.example", &a.customer);
    more["permissions"] = json!(["manage_endpoints"]);
    let invite = async |client: &Client, body: &Value| client.post("/api/v1/invitations", body).await;
    assert_eq!(invite(&limited, &more).await.problem(), (403, "forbidden"));
    let foreign = new("spy@clinic.example", &b.customer);
    assert_eq!(invite(&a.user, &foreign).await.problem(), (404, "not-found"));
    let platform = json!({"email": "root@clinic.example", "name": "Root", "role": "admin"});
    assert_eq!(invite(&a.user, &platform).await.problem(), (404, "not-found"));
    let meaningless = json!({"email": "m@clinic.example", "name": "M", "role": "customer",
        "customer_id": a.customer, "permissions": ["manage_customers"]});
    assert_eq!(invite(&a.user, &meaningless).await.problem(), (403, "forbidden"));
    let own = invite(&limited, &new("less@clinic.example", &a.customer)).await;
    assert_eq!(own.status, 201, "{}", own.text);
    let open = limited.get("/api/v1/invitations").await;
    let given = open.body["data"].as_array().unwrap().iter();
    let less = given
        .clone()
        .find(|row| row["email"] == "less@clinic.example")
        .unwrap();
    assert_eq!(less["permissions"], json!(["read_readings", "manage_users"]));
    // The invitation of somebody who may do everything is none of theirs.
    let all = given
        .clone()
        .find(|row| row["email"] == "new.a@clinic.example")
        .unwrap();
    let path = format!("/api/v1/invitations/{}", all["id"].as_str().unwrap());
    assert_eq!(
        limited.call("DELETE", &path, None).await.problem(),
        (403, "forbidden")
    );
}

/// Nobody knows whose mailbox a distributor names, so the first user does not see yet what a distributor must not.
#[tokio::test]
async fn a_distributor_invites_the_first_user_of_its_customer_who_sees_no_values_yet() {
    let world = World::new().await;
    let (distributor, customer) = distributor(&world).await;
    let admin = world.admin().await;
    let foreign = world.tenant(&admin, "foreign").await;
    let invite = async |email: &str, customer: &str| {
        distributor
            .post("/api/v1/invitations", &new(email, customer))
            .await
    };
    assert_eq!(
        invite("spy@own.example", &foreign.customer).await.problem(),
        (404, "not-found")
    );
    assert_eq!(invite("one@own.example", &customer).await.status, 201);
    let one = token(&world.last_letter("invitation").await.token());
    assert_eq!(invite("two@own.example", &customer).await.status, 201);
    let two = token(&world.last_letter("invitation").await.token());
    assert_eq!(distributor.get("/api/v1/invitations").await.ids().len(), 2);

    world
        .identity
        .accept_invitation(&one, Password::typed(PASSWORD))
        .await
        .unwrap();
    let first = world.anyone.sign_in("one@own.example").await;
    let may = first.get("/api/v1/me").await;
    assert_eq!(
        may.body["permissions"],
        json!(["manage_devices", "manage_users", "answer_cases", "manage_sites"])
    );
    let late = world
        .identity
        .accept_invitation(&two, Password::typed(PASSWORD))
        .await;
    assert!(matches!(late, Err(IdentityError::NotAllowed(_))), "{late:?}");
    assert_eq!(
        invite("three@own.example", &customer).await.problem(),
        (403, "forbidden")
    );
}

/// Whether an address has an account elsewhere is told to nobody but whoever reads its mail.
#[tokio::test]
async fn an_account_elsewhere_is_not_told_of() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (a, b) = (world.tenant(&admin, "a").await, world.tenant(&admin, "b").await);
    let free = a
        .user
        .post("/api/v1/invitations", &new("free@clinic.example", &a.customer))
        .await;
    let taken = a
        .user
        .post("/api/v1/invitations", &new(&b.email, &a.customer))
        .await;
    assert_eq!((free.status, taken.status), (201, 201));
    let letter = world.last_letter("invitation").await;
    assert_eq!(letter.to, b.email);
    let told = world
        .identity
        .accept_invitation(&token(&letter.token()), Password::typed(PASSWORD))
        .await;
    assert!(matches!(told, Err(IdentityError::AddressHasAccount)), "{told:?}");
    let own = a
        .user
        .post("/api/v1/invitations", &new(&a.email, &a.customer))
        .await;
    assert_eq!(
        own.problem(),
        (409, "conflict"),
        "one's own people are in the list"
    );
    let any = json!({"email": b.email, "name": "X", "role": "admin"});
    assert_eq!(
        admin.post("/api/v1/invitations", &any).await.problem(),
        (409, "conflict")
    );
}

/// Whoever may not give it any more has given nothing.
#[tokio::test]
async fn an_invitation_is_worth_what_its_inviter_may_give() {
    let world = World::new().await;
    let admin = world.admin().await;
    let tenant = world.tenant(&admin, "a").await;
    let invite = async |email: &str| {
        let invitation = new(email, &tenant.customer);
        tenant
            .user
            .post("/api/v1/invitations", &invitation)
            .await
            .created("id");
        token(&world.last_letter("invitation").await.token())
    };
    let (first, path) = (
        invite("one@clinic.example").await,
        format!("/api/v1/users/{}", tenant.user_id),
    );
    let less = admin
        .patch(&path, &json!({"permissions": ["manage_users"]}))
        .await;
    assert_eq!(less.status, 204, "{}", less.text);
    let refused = world
        .identity
        .accept_invitation(&first, Password::typed(PASSWORD))
        .await;
    assert!(matches!(refused, Err(IdentityError::LinkOver)), "{refused:?}");
    assert_eq!(
        tenant.user.get("/api/v1/me").await.body["permissions"],
        json!(["manage_users"])
    );

    let second = invite("two@clinic.example").await;
    assert_eq!(
        admin.patch(&path, &json!({"state": "disabled"})).await.status,
        204
    );
    let refused = world
        .identity
        .accept_invitation(&second, Password::typed(PASSWORD))
        .await;
    assert!(matches!(refused, Err(IdentityError::LinkOver)), "{refused:?}");
}

#[tokio::test]
async fn permissions_are_changed_by_who_has_them() {
    let world = World::new().await;
    let admin = world.admin().await;
    let tenant = world.tenant(&admin, "a").await;
    let add = async |email: &str, permissions: Value| {
        let user = json!({"email": email, "name": "N", "role": "customer", "password": PASSWORD,
            "customer_id": tenant.customer, "permissions": permissions});
        tenant.user.post("/api/v1/users", &user).await.created("id")
    };
    let limited = add("limited@clinic.example", json!(["manage_users", "read_readings"])).await;
    let nurse = add("nurse@clinic.example", json!([])).await;
    let client = world.anyone.sign_in("limited@clinic.example").await;
    let change = async |client: &Client, user: &str, permissions: Value| {
        let path = format!("/api/v1/users/{user}");
        client
            .patch(&path, &json!({"permissions": permissions}))
            .await
            .status
    };
    assert_eq!(change(&client, &nurse, json!(["read_readings"])).await, 204);
    assert_eq!(change(&client, &nurse, json!(["manage_devices"])).await, 403);
    assert_eq!(change(&client, &limited, json!([])).await, 403, "one's own");
    assert_eq!(
        change(&client, &tenant.user_id, json!([])).await,
        403,
        "who may do more"
    );
    assert_eq!(
        change(&admin, &nurse, json!(["manage_customers"])).await,
        403,
        "means nothing"
    );
    let ada = world
        .anyone
        .sign_in(ADMIN)
        .await
        .get("/api/v1/me")
        .await
        .created("id");
    assert_eq!(change(&admin, &ada, json!([])).await, 403);
    let everything = PermissionSet::all().to_texts().len();
    assert!(everything > 4);
}

/// Whoever says nothing of the organisation means their own; where that cannot be meant, the field is named.
#[tokio::test]
async fn colleagues_are_invited_without_a_word_of_the_organisation() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (distributor, dealer) = world.dealer(&admin).await;
    let clinic = world.tenant(&admin, "clinic").await;
    let of = |name: &str, role: &str| {
        json!({"email": format!("{name}@new.example"), "name": "New", "role": role, "password": PASSWORD,
            "permissions": []})
    };
    let invitation = |name: &str, role: &str| {
        let mut body = of(name, role);
        body.as_object_mut().unwrap().remove("password");
        body
    };
    for (by, name, role) in [
        (&dealer, "dan", "distributor"),
        (&clinic.user, "cleo", "customer"),
    ] {
        by.post("/api/v1/invitations", &invitation(name, role))
            .await
            .created("id");
        by.post("/api/v1/users", &of(&format!("{name}.too"), role))
            .await
            .created("id");
    }
    let people = admin.get("/api/v1/users?limit=200").await;
    let belongs = |email: &str| {
        let all = people.body["data"].as_array().unwrap();
        let one = all.iter().find(|user| user["email"] == email).unwrap();
        (
            one["distributor_id"].as_str().map(str::to_owned),
            one["customer_id"].as_str().map(str::to_owned),
        )
    };
    assert_eq!(belongs("dan.too@new.example"), (Some(distributor), None));
    assert_eq!(
        belongs("cleo.too@new.example"),
        (None, Some(clinic.customer.clone()))
    );
    for (by, role, field) in [
        (&dealer, "customer", "customer_id"),
        (&admin, "customer", "customer_id"),
        (&admin, "distributor", "distributor_id"),
    ] {
        let refused = by.post("/api/v1/invitations", &invitation("nobody", role)).await;
        assert_eq!(refused.problem(), (422, "invalid"), "{role}: {}", refused.text);
        assert!(refused.text.contains(field), "{}", refused.text);
    }
    // Nobody gets in above themselves.
    for (by, role) in [
        (&dealer, "admin"),
        (&clinic.user, "admin"),
        (&clinic.user, "distributor"),
    ] {
        let refused = by.post("/api/v1/invitations", &invitation("root", role)).await;
        assert!(
            matches!(refused.status, 403 | 404 | 422),
            "{role}: {}",
            refused.text
        );
    }
}
