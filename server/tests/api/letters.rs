//! What the platform has written to people, as it lies sealed in the outbox; and that it is carried.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use vitalwire_server::ground::Purpose;
use vitalwire_server::mailing::Carrier;
use vitalwire_server::outside::mail::{Mail, MailError, Mailer};

use crate::world::World;

/// A letter that waits.
pub(crate) struct Waiting {
    pub(crate) to: String,
    pub(crate) text: String,
}

impl Waiting {
    /// The last part of the link in it.
    pub(crate) fn token(&self) -> String {
        let link = self
            .text
            .lines()
            .find(|line| line.starts_with("https://"))
            .unwrap();
        link.rsplit('/').next().unwrap().to_owned()
    }
}

impl World {
    /// Every letter of a kind that waits, in the order in which they were written.
    pub(crate) async fn letters(&self, kind: &str) -> Vec<Waiting> {
        let rows: Vec<(Uuid, Vec<u8>)> = sqlx::query_as(
            "select id, mail_sealed from mail_outbox where kind = $1 and state = 'waiting' order by next_attempt_at",
        )
        .bind(kind)
        .fetch_all(&self.sql)
        .await
        .unwrap();
        rows.into_iter()
            .map(|(id, sealed)| {
                let plain = self
                    .ground
                    .keys()
                    .open(Purpose::Mail, id.as_bytes(), &sealed)
                    .unwrap();
                let letter: Value = serde_json::from_slice(&plain).unwrap();
                let of = |name: &str| letter[name].as_str().unwrap().to_owned();
                Waiting {
                    to: of("to"),
                    text: of("text"),
                }
            })
            .collect()
    }

    pub(crate) async fn last_letter(&self, kind: &str) -> Waiting {
        self.letters(kind).await.pop().unwrap()
    }
}

/// A mailer that fails as often as it is told and then takes everything.
#[derive(Debug, Default)]
struct Moody {
    refusals: AtomicUsize,
    for_good: bool,
    taken: Mutex<Vec<Mail>>,
}

#[async_trait]
impl Mailer for Moody {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        if self.for_good {
            return Err(MailError::Refused("reply 550".to_owned()));
        }
        let left = self.refusals.load(Ordering::SeqCst);
        if left > 0 {
            self.refusals.store(left - 1, Ordering::SeqCst);
            return Err(MailError::Later("away".to_owned()));
        }
        self.taken.lock().unwrap().push(mail.clone());
        Ok(())
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(1)
    }
}

/// Carries until nothing waits; mails that are put off are due again at once.
async fn carry(world: &World, mailer: &Arc<Moody>) {
    let stop = CancellationToken::new();
    let carrier = Carrier::start(
        world.ground.clone(),
        world.database.system_forwarding().clone(),
        world.identity.post().clone(),
        Arc::clone(mailer) as Arc<dyn Mailer>,
        stop.clone(),
    );
    for _ in 0..1_000 {
        let waiting: i64 = sqlx::query_scalar("select count(*) from mail_outbox where state = 'waiting'")
            .fetch_one(&world.sql)
            .await
            .unwrap();
        if waiting == 0 {
            break;
        }
        sqlx::query("update mail_outbox set next_attempt_at = now() where lease_until is null")
            .execute(&world.sql)
            .await
            .unwrap();
        world.identity.post().hurry();
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stop.cancel();
    carrier.await.unwrap();
}

/// To whom mails were sent by a mailer that takes everything, in that order.
pub(crate) async fn carried(world: &World) -> Vec<String> {
    let mailer = Arc::new(Moody::default());
    carry(world, &mailer).await;
    let taken = mailer.taken.lock().unwrap();
    taken.iter().map(|mail| mail.to.clone()).collect()
}

async fn standing(world: &World) -> Vec<(String, i32, bool)> {
    sqlx::query_as("select state, attempt, mail_sealed is null from mail_outbox order by id")
        .fetch_all(&world.sql)
        .await
        .unwrap()
}

async fn invited(world: &World) -> Value {
    let admin = world.admin().await;
    let invitation = json!({"email": "new@platform.example", "name": "New", "role": "admin"});
    admin.post("/api/v1/invitations", &invitation).await.created("id");
    admin.get("/api/v1/invitations").await.body["data"][0].clone()
}

#[tokio::test]
async fn a_mail_waits_until_the_mail_server_is_there_and_nothing_of_it_stays() {
    let world = World::new().await;
    assert_eq!(invited(&world).await["mail"], "waiting");
    let mailer = Arc::new(Moody {
        refusals: AtomicUsize::new(2),
        ..Moody::default()
    });
    carry(&world, &mailer).await;
    let taken = mailer.taken.lock().unwrap().clone();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].to, "new@platform.example");
    assert!(taken[0].text.contains("https://vitalwire.example/invitation/"));
    assert_eq!(standing(&world).await, [("sent".to_owned(), 3, true)]);
    let shown = world.admin().await.get("/api/v1/invitations").await;
    assert_eq!(shown.body["data"][0]["mail"], "sent");
}

#[tokio::test]
async fn a_mail_that_is_refused_for_good_is_given_up_and_shown() {
    let world = World::new().await;
    invited(&world).await;
    let mailer = Arc::new(Moody {
        for_good: true,
        ..Moody::default()
    });
    carry(&world, &mailer).await;
    assert_eq!(standing(&world).await, [("failed".to_owned(), 1, true)]);
    let shown = world.admin().await.get("/api/v1/invitations").await;
    assert_eq!(shown.body["data"][0]["mail"], "failed");
}

/// A carrier that was killed holds a mail until its lease ends; then another one sends it.
#[tokio::test]
async fn a_mail_under_a_lease_is_left_alone_until_it_ends() {
    let world = World::new().await;
    invited(&world).await;
    let lease = async |until: &'static str| {
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "update mail_outbox set attempt = 1, lease_until = {until}"
        )))
        .execute(&world.sql)
        .await
        .unwrap();
    };
    lease("now() + interval '1 hour'").await;
    let mailer = Arc::new(Moody::default());
    let stop = CancellationToken::new();
    let carrier = Carrier::start(
        world.ground.clone(),
        world.database.system_forwarding().clone(),
        world.identity.post().clone(),
        Arc::clone(&mailer) as Arc<dyn Mailer>,
        stop.clone(),
    );
    world.identity.post().hurry();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(mailer.taken.lock().unwrap().is_empty());
    stop.cancel();
    carrier.await.unwrap();
    lease("now() - interval '1 second'").await;
    carry(&world, &mailer).await;
    assert_eq!(mailer.taken.lock().unwrap().len(), 1);
    assert_eq!(standing(&world).await, [("sent".to_owned(), 2, true)]);
}

#[tokio::test]
async fn a_mail_whose_link_is_over_is_not_sent() {
    let world = World::new().await;
    invited(&world).await;
    world.clock.advance(vitalwire_server::identity::INVITATION_LIVES);
    let mailer = Arc::new(Moody::default());
    carry(&world, &mailer).await;
    assert!(mailer.taken.lock().unwrap().is_empty());
    assert_eq!(standing(&world).await, [("failed".to_owned(), 1, true)]);
}

#[tokio::test]
async fn what_is_known_of_a_mail_goes_after_thirty_days() {
    let world = World::new().await;
    let ended = "insert into mail_outbox (id, created_at, kind, expires_at, state, ended_at)
        values (gen_random_uuid(), now(), 'invitation', now(), 'sent', now() - make_interval(days => $1))";
    for days in [29, 31] {
        sqlx::query(ended).bind(days).execute(&world.sql).await.unwrap();
    }
    invited(&world).await;
    carry(&world, &Arc::new(Moody::default())).await;
    let left: Vec<i32> = sqlx::query_scalar(
        "select extract(day from now() - ended_at)::int from mail_outbox order by ended_at",
    )
    .fetch_all(&world.sql)
    .await
    .unwrap();
    assert_eq!(left, [29, 0], "one of 29 days and the one that was just sent");
}
