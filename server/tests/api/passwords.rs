//! New passwords: by a link and by one's own hand, and what ends with the old one.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::json;
use vitalwire_server::ground::Clock as _;
use vitalwire_server::identity::{IdentityError, LinkToken, Password, RESET_LIVES, Session};

use crate::world::{ADMIN, PASSWORD, World};

const NEW: &str = "quite another one of these";

fn here() -> std::net::IpAddr {
    "192.0.2.1".parse().unwrap()
}

async fn sign_in(world: &World, password: &str) -> Result<Session, IdentityError> {
    world
        .identity
        .sign_in(ADMIN, Password::typed(password), here())
        .await
}

async fn link(world: &World) -> LinkToken {
    world.identity.ask_for_reset(ADMIN, here()).await.unwrap();
    LinkToken::parse(&world.last_letter("password_reset").await.token()).unwrap()
}

#[tokio::test]
async fn a_link_sets_a_password_once_and_ends_everything() {
    let world = World::new().await;
    let (session, client) = (sign_in(&world, PASSWORD).await.unwrap(), world.admin().await);
    let (other, link) = (link(&world).await, link(&world).await);
    assert_eq!(world.identity.reset_of(&link).await.unwrap().as_str(), ADMIN);
    let weak = world
        .identity
        .reset_password(&link, Password::typed("short"))
        .await;
    assert!(matches!(weak, Err(IdentityError::BadPassword(_))), "{weak:?}");

    let use_it = || world.identity.reset_password(&link, Password::typed(NEW));
    let (one, two) = tokio::join!(use_it(), use_it());
    assert_eq!([one.is_ok(), two.is_ok()].iter().filter(|ok| **ok).count(), 1);
    for link in [&link, &other] {
        let over = world.identity.reset_password(link, Password::typed(NEW)).await;
        assert!(matches!(over, Err(IdentityError::LinkOver)), "{over:?}");
    }
    assert!(world.identity.session(&session.secret).await.is_err());
    assert_eq!(client.get("/api/v1/me").await.status, 401);
    assert!(sign_in(&world, PASSWORD).await.is_err());
    assert!(sign_in(&world, NEW).await.is_ok());
    let news = world.letters("password_changed").await;
    assert_eq!((news.len(), news[0].to.as_str()), (1, ADMIN));
}

#[tokio::test]
async fn of_two_links_that_are_used_at_once_one_is_over_and_neither_fails() {
    let world = World::new().await;
    for round in 0..8 {
        let (first, second) = (link(&world).await, link(&world).await);
        let (one, two) = tokio::join!(
            world.identity.reset_password(&first, Password::typed(NEW)),
            world.identity.reset_password(&second, Password::typed(NEW)),
        );
        let is_over = |used: &Result<(), _>| matches!(used, Err(IdentityError::LinkOver));
        let once = one.is_ok() && is_over(&two) || two.is_ok() && is_over(&one);
        assert!(once, "round {round}: {one:?} {two:?}");
        world.clock.advance(TimeDelta::hours(1));
    }
}

#[tokio::test]
async fn a_link_ends_after_an_hour_and_with_its_account() {
    let world = World::new().await;
    let first = link(&world).await;
    world.clock.advance(RESET_LIVES - TimeDelta::seconds(1));
    assert!(world.identity.reset_of(&first).await.is_ok());
    world.clock.advance(TimeDelta::seconds(1));
    assert!(matches!(
        world.identity.reset_password(&first, Password::typed(NEW)).await,
        Err(IdentityError::LinkOver)
    ));
    let second = link(&world).await;
    sqlx::query("update user_account set state = 'disabled'")
        .execute(&world.sql)
        .await
        .unwrap();
    assert!(matches!(
        world.identity.reset_password(&second, Password::typed(NEW)).await,
        Err(IdentityError::LinkOver)
    ));
    let before = world.letters("password_reset").await.len();
    world.identity.ask_for_reset(ADMIN, here()).await.unwrap();
    assert_eq!(world.letters("password_reset").await.len(), before);
}

#[tokio::test]
async fn who_asks_learns_nothing_and_not_often() {
    let world = World::new().await;
    let mut times = Vec::new();
    for email in [ADMIN, "nobody@platform.example", "no address"] {
        let began = Instant::now();
        world.identity.ask_for_reset(email, here()).await.unwrap();
        times.push(began.elapsed());
    }
    assert_eq!(world.letters("password_reset").await.len(), 1);
    assert!(
        times.iter().all(|time| *time >= Duration::from_millis(400)),
        "{times:?}"
    );
    for email in [ADMIN, "nobody@platform.example"] {
        let from = ["198.51.100.1", "198.51.100.2"].map(|place| place.parse().unwrap());
        let mut refused = 0;
        for place in 0..8 {
            let asked = world.identity.ask_for_reset(email, from[place % 2]).await;
            refused += usize::from(matches!(asked, Err(IdentityError::TooManyAttempts { .. })));
        }
        assert_eq!(refused, 4, "{email}");
    }
    assert_eq!(world.letters("password_reset").await.len(), 5);
}

#[tokio::test]
async fn one_s_own_password_is_changed_by_who_knows_it() {
    let world = World::new().await;
    let (mine, other) = (
        sign_in(&world, PASSWORD).await.unwrap(),
        sign_in(&world, PASSWORD).await.unwrap(),
    );
    let client = world.admin().await;
    let reset = link(&world).await;
    let change = async |present: &str, new: &str| {
        let [present, new] = [present, new].map(Password::typed);
        let (caller, secret) = (&mine.caller, &mine.secret);
        world
            .identity
            .change_password(caller, secret, present, new, here())
            .await
    };
    let wrong = change("not the present one", NEW).await;
    assert!(matches!(wrong, Err(IdentityError::WrongPassword)), "{wrong:?}");
    let weak = change(PASSWORD, "short").await;
    assert!(matches!(weak, Err(IdentityError::BadPassword(_))), "{weak:?}");
    assert!(world.identity.session(&other.secret).await.is_ok());
    change(PASSWORD, NEW).await.unwrap();
    assert!(
        world.identity.session(&mine.secret).await.is_ok(),
        "this one goes on"
    );
    assert!(world.identity.session(&other.secret).await.is_err());
    assert_eq!(client.get("/api/v1/me").await.status, 401);
    assert!(world.identity.reset_of(&reset).await.is_err());
    assert!(sign_in(&world, NEW).await.is_ok());
    assert_eq!(world.letters("password_changed").await.len(), 1);
    let stored: chrono::DateTime<chrono::Utc> = sqlx::query_scalar("select changed_at from user_password")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    assert!((world.clock.now() - stored).abs() < TimeDelta::seconds(1));
    let refused = world
        .anyone
        .post("/api/v1/token", &json!({"email": ADMIN, "password": PASSWORD}))
        .await;
    assert_eq!(refused.status, 401);
}
