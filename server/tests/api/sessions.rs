//! The portal's sessions, and what becomes of them and of access tokens when their user is disabled.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use vitalwire_server::ground::Clock as _;
use vitalwire_server::ground::ids::UserId;
use vitalwire_server::identity::{ABSOLUTE, IDLE, IdentityError, Organisation, Password, Session};

use crate::world::{ADMIN, Client, PASSWORD, World};

fn here() -> IpAddr {
    "192.0.2.1".parse().unwrap()
}

async fn sign_in(world: &World) -> Session {
    world
        .identity
        .sign_in(ADMIN, Password::typed(PASSWORD), here())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_session_ends_when_nobody_uses_it() {
    let world = World::new().await;
    let session = sign_in(&world).await;
    world.clock.advance(IDLE - TimeDelta::seconds(1));
    assert!(world.identity.session(&session.secret).await.is_ok());
    world.clock.advance(IDLE - TimeDelta::seconds(1));
    assert!(world.identity.watched_by(&session.secret).await.is_ok());
    world.clock.advance(TimeDelta::seconds(1));
    let over = world.identity.watched_by(&session.secret).await;
    assert!(
        matches!(over, Err(IdentityError::NotSignedIn)),
        "looking is no use of it"
    );
    assert!(matches!(
        world.identity.session(&session.secret).await,
        Err(IdentityError::NotSignedIn)
    ));
}

#[tokio::test]
async fn a_session_ends_after_half_a_day_however_busy() {
    let world = World::new().await;
    let session = sign_in(&world).await;
    assert_eq!(session.expires_at, world.clock.now() + ABSOLUTE);
    for _ in 0..15 {
        world.clock.advance(TimeDelta::minutes(47));
        assert!(world.identity.session(&session.secret).await.is_ok());
    }
    world.clock.advance(TimeDelta::minutes(15));
    assert!(matches!(
        world.identity.session(&session.secret).await,
        Err(IdentityError::NotSignedIn)
    ));
}

#[tokio::test]
async fn use_is_noted_once_a_minute_and_the_secret_never() {
    let world = World::new().await;
    let session = sign_in(&world).await;
    let noted = async || -> (DateTime<Utc>, Vec<u8>) {
        sqlx::query_as("select last_seen_at, secret_hmac from session")
            .fetch_one(&world.sql)
            .await
            .unwrap()
    };
    let (begun, hmac) = noted().await;
    assert_ne!(
        data_encoding::BASE64URL_NOPAD.encode(&hmac),
        session.secret.expose()
    );
    world.clock.advance(TimeDelta::seconds(59));
    world.identity.session(&session.secret).await.unwrap();
    assert_eq!(noted().await.0, begun);
    world.clock.advance(TimeDelta::seconds(2));
    world.identity.session(&session.secret).await.unwrap();
    assert_eq!(noted().await.0, begun + TimeDelta::seconds(61));
}

#[tokio::test]
async fn a_session_ends_with_a_sign_out_or_with_its_user() {
    let world = World::new().await;
    let (first, second) = (sign_in(&world).await, sign_in(&world).await);
    world.identity.sign_out(&first.secret).await.unwrap();
    assert!(world.identity.session(&first.secret).await.is_err());
    assert!(world.identity.session(&second.secret).await.is_ok());
    world.identity.sign_out(&first.secret).await.unwrap();

    let admin = world.admin().await;
    let user = world.user("otto@platform.example", Organisation::Platform).await;
    let otto = world
        .identity
        .sign_in("otto@platform.example", Password::typed(PASSWORD), here())
        .await
        .unwrap();
    let disabled = serde_json::json!({"state": "disabled"});
    assert_eq!(
        admin
            .patch(&format!("/api/v1/users/{user}"), &disabled)
            .await
            .status,
        204
    );
    assert!(world.identity.session(&otto.secret).await.is_err());
    let again = world
        .identity
        .sign_in("otto@platform.example", Password::typed(PASSWORD), here())
        .await;
    assert!(matches!(again, Err(IdentityError::WrongCredentials)));
}

#[tokio::test]
async fn a_form_s_token_belongs_to_one_session() {
    let world = World::new().await;
    let (own, other) = (sign_in(&world).await, sign_in(&world).await);
    let token = world.identity.csrf_token(&own.secret);
    assert!(world.identity.check_csrf(&own.secret, &token));
    assert!(!world.identity.check_csrf(&other.secret, &token));
    assert!(!world.identity.check_csrf(&own.secret, &own.secret.expose()));
    assert!(!world.identity.check_csrf(&own.secret, ""));
}

const OTTO: &str = "otto@platform.example";

async fn otto_signs_in(world: &World) -> Result<Session, IdentityError> {
    world
        .identity
        .sign_in(OTTO, Password::typed(PASSWORD), here())
        .await
}

async fn set(admin: &Client, user: UserId, state: &str) {
    let path = format!("/api/v1/users/{user}");
    let answer = admin.patch(&path, &serde_json::json!({"state": state})).await;
    assert_eq!(answer.status, 204, "{}", answer.text);
}

#[tokio::test]
async fn nothing_of_before_a_disabling_works_again() {
    let world = World::new().await;
    let admin = world.admin().await;
    let user = world.user(OTTO, Organisation::Platform).await;
    let session = otto_signs_in(&world).await.unwrap();
    let otto = world.anyone.sign_in(OTTO).await;
    assert_eq!(otto.get("/api/v1/me").await.status, 200);
    set(&admin, user, "disabled").await;
    set(&admin, user, "active").await;
    assert_eq!(otto.get("/api/v1/me").await.problem(), (401, "not-signed-in"));
    assert!(world.identity.session(&session.secret).await.is_err());

    // In the same instant: what is given out now counts, and enabling who was not disabled ends nothing.
    let otto = world.anyone.sign_in(OTTO).await;
    set(&admin, user, "active").await;
    assert_eq!(otto.get("/api/v1/me").await.status, 200);
    assert!(otto_signs_in(&world).await.is_ok());
}

/// A password that was looked at before the disabling buys nothing after it, though the account is enabled again.
#[tokio::test]
async fn who_is_disabled_while_signing_in_is_not_signed_in() {
    let world = World::new().await;
    world.user(OTTO, Organisation::Platform).await;
    for is_session in [true, false] {
        let mut disabling = world.sql.begin().await.unwrap();
        sqlx::query(
            "update user_account set state = 'active', sign_in_generation = sign_in_generation + 1 where email = $1",
        )
        .bind(OTTO)
        .execute(&mut *disabling)
        .await
        .unwrap();
        let identity = world.identity.clone();
        let signing_in = tokio::spawn(async move {
            let password = Password::typed(PASSWORD);
            if is_session {
                identity.sign_in(OTTO, password, here()).await.map(drop)
            } else {
                identity.api_token(OTTO, password, here()).await.map(drop)
            }
        });
        world.somebody_waits().await;
        disabling.commit().await.unwrap();
        let outcome = signing_in.await.unwrap();
        assert!(
            matches!(outcome, Err(IdentityError::WrongCredentials)),
            "{outcome:?}"
        );
    }
    let sessions: i64 = sqlx::query_scalar("select count(*) from session")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    assert_eq!(sessions, 0);
}

/// The other way round: the sign-in is about to be written when somebody disables its user.
#[tokio::test]
async fn a_session_that_begins_during_the_disabling_ends_with_it() {
    let world = World::new().await;
    let admin = world.admin().await;
    let user = world.user(OTTO, Organisation::Platform).await;
    let mut beginning = world.sql.begin().await.unwrap();
    for statement in [
        "update user_account set last_sign_in_at = now() where id = $1",
        "insert into session (id, user_id, secret_hmac, created_at, last_seen_at, expires_at)
         values ($1, $1, sha256('secret'), now(), now(), now() + interval '1 hour')",
    ] {
        sqlx::query(statement)
            .bind(user)
            .execute(&mut *beginning)
            .await
            .unwrap();
    }
    let disabling = tokio::spawn({
        let admin = admin.clone();
        async move { set(&admin, user, "disabled").await }
    });
    world.somebody_waits().await;
    beginning.commit().await.unwrap();
    disabling.await.unwrap();
    let open: i64 =
        sqlx::query_scalar("select count(*) from session where ended_at is null and user_id = $1")
            .bind(user)
            .fetch_one(&world.sql)
            .await
            .unwrap();
    assert_eq!(open, 0);
}
