//! The portal's sessions.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use vitalwire_server::ground::Clock as _;
use vitalwire_server::identity::{ABSOLUTE, IDLE, IdentityError, Organisation, Password, Session};

use crate::world::{ADMIN, PASSWORD, World};

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
    assert!(world.identity.still_stands(&session.secret).await.unwrap());
    world.clock.advance(TimeDelta::seconds(1));
    assert!(
        !world.identity.still_stands(&session.secret).await.unwrap(),
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
