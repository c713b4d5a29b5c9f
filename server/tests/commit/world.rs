//! A device with a token, a hub and a source, at a customer; the committer, and memories of the registry that can be kept too long.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use vitals::{ContentHash, Kind, Proof, Quality};
use vitalwire_server::ground::ids::{CredentialId, RawMessageId};
use vitalwire_server::ground::{Clock as _, Ground, Keys, MasterKey, SystemClock, SystemRandom, TestClock};
use vitalwire_server::history::commit::{Committer, Limits, Raw, Row, Sharing, Verdict};
use vitalwire_server::registry::sources::system_find_by_source;
use vitalwire_server::registry::{IdentityCache, Standing, system_find_by_serial};
use vitalwire_server::tenancy::{Database, Pools};

use crate::cluster::Cluster;

const SERIAL: &str = "S-1";
const TOKEN: [u8; 32] = [5; 32];

pub(crate) struct World {
    pub(crate) clock: Arc<TestClock>,
    pub(crate) ground: Ground,
    pub(crate) committer: Committer,
    pub(crate) device: Uuid,
    pub(crate) hub: Uuid,
    pub(crate) source: Uuid,
    pub(crate) credential: Uuid,
    pub(crate) customer: Uuid,
    pub(crate) other_customer: Uuid,
    /// As the superuser, to look and to change.
    pub(crate) sql: PgPool,
    database: Database,
    stop: CancellationToken,
}

/// The way that a reading took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Token,
    Hub,
    /// The customer's own account in a vendor's cloud.
    Source,
}

impl World {
    pub(crate) async fn new() -> Self {
        let (url, superuser) = Cluster::get().await.database().await;
        let sql = PgPool::connect(&superuser).await.unwrap();
        let database = Database::connect(&url, Pools::default(), false).await.unwrap();
        let clock = Arc::new(TestClock::at(SystemClock.now()));
        let keys = Keys::derive(&MasterKey::new([9; 32]));
        let ground = Ground::with(clock.clone(), Arc::new(SystemRandom::new()), keys);
        let limits = Limits {
            queue: 100,
            batch: 50,
            committers: 2,
        };
        let nobody_to_wake: Arc<dyn Fn() + Send + Sync> = Arc::new(|| {});
        let world = Self {
            committer: Committer::start(database.system_intake(), limits, &nobody_to_wake),
            device: ground.id(),
            hub: ground.id(),
            source: ground.id(),
            credential: ground.id(),
            customer: ground.id(),
            other_customer: ground.id(),
            clock,
            ground,
            sql,
            database,
            stop: CancellationToken::new(),
        };
        world.furnish().await;
        world
    }

    async fn furnish(&self) {
        let began = self.ground.now() - TimeDelta::days(10);
        let model: Uuid = self.ground.id();
        for (id, name) in [(self.customer, "Anna"), (self.other_customer, "Berta")] {
            sqlx::query("insert into customer (id, name, created_at) values ($1, $2, $3)")
                .bind(id)
                .bind(name)
                .bind(began)
                .execute(&self.sql)
                .await
                .unwrap();
        }
        sqlx::query(
            "with made_model as (
               insert into device_model (id, maker, name, kinds, transport, created_at)
               values ($1, 'Acme', 'Scale', '{weight}', 'cellular', $2)
             ), made_device as (
               insert into device (id, maker, serial, model_id, customer_id, state, created_at, updated_at)
               values ($3, 'Acme', $4, $1, $5, 'active', $2, $2)
             ), made_credential as (
               insert into device_credential (id, device_id, token_hmac, created_at) values ($6, $3, $7, $2)
             ), made_hub as (
               insert into hub (id, serial, name, customer_id, state, public_key, fingerprint, created_at)
               values ($8, 'H-1', 'Hall', $5, 'active', $7, 'aa', $2)
             ), made_source as (
               insert into source (id, vendor, name, customer_id, scheme, shown_as, secret_hmac, secret_since, created_at)
               values ($9, 'telli', 'Telli', $5, 'header', 'x-api-key', $7, $2, $2)
             )
             insert into assignment (id, device_id, hub_id, customer_id, valid_from, created_at)
             values (gen_random_uuid(), $3, null, $5, $2, $2), (gen_random_uuid(), null, $8, $5, $2, $2)",
        )
        .bind(model)
        .bind(began)
        .bind(self.device)
        .bind(SERIAL)
        .bind(self.customer)
        .bind(self.credential)
        .bind(TOKEN.as_slice())
        .bind(self.hub)
        .bind(self.source)
        .execute(&self.sql)
        .await
        .unwrap();
        self.change("update device set source_id = $source, source_key = 'S-1' where id = $device")
            .await;
    }

    /// The connections that a server's intake shares.
    pub(crate) fn pool(&self) -> PgPool {
        self.database.system_intake().clone()
    }

    /// A server's memory, still empty.
    pub(crate) fn cache(&self) -> IdentityCache {
        let pool = self.database.system_intake().clone();
        IdentityCache::start(self.ground.clone(), pool, self.stop.child_token())
    }

    /// What a server remembers of the device from now on, as a reading by this way needs it.
    pub(crate) async fn memory(&self, way: Way) -> Option<Standing> {
        let (pool, cache) = (self.database.system_intake(), self.cache());
        match way {
            Way::Token => cache.device(TOKEN).await.unwrap().map(|device| device.standing),
            Way::Hub => {
                let hub = cache.hub(self.hub.into()).await.unwrap()?;
                let found = system_find_by_serial(pool, &[SERIAL]).await.unwrap();
                found.first()?.standing.through(&hub)
            }
            Way::Source => {
                let source = cache.source(self.source.into()).await.unwrap()?;
                let found = system_find_by_source(pool, source.source, &[SERIAL])
                    .await
                    .unwrap();
                found.first()?.standing.spoken_for(&source)
            }
        }
    }

    /// A weight that differs from every other, measured so long ago.
    pub(crate) fn row(&self, way: Way, ago: TimeDelta, standing: Option<Standing>) -> Row {
        let received_at = self.ground.now();
        self.row_at(way, Some(received_at - ago), standing)
    }

    /// Measured at that time by the device's own clock, or by none.
    pub(crate) fn row_at(&self, way: Way, at: Option<DateTime<Utc>>, standing: Option<Standing>) -> Row {
        let received_at = self.ground.now();
        let hub = (way == Way::Hub).then(|| self.hub.into());
        let credential = match way {
            Way::Token => self.credential,
            Way::Hub => self.hub,
            Way::Source => self.source,
        };
        let message: RawMessageId = self.ground.id();
        let id = match way {
            Way::Token => message.as_uuid().into(),
            Way::Hub | Way::Source => self.ground.id(),
        };
        Row {
            id,
            device: self.device.into(),
            hub,
            source: (way == Way::Source).then(|| self.source.into()),
            credential: CredentialId::from(credential),
            kind: Kind::Weight,
            device_time_ms: at.map(|at| at.timestamp_millis()),
            utc_offset_minutes: None,
            hub_time: None,
            sequence: None,
            user_slot: None,
            hash: ContentHash::from_bytes(self.ground.random()),
            values: "{\"weight\":70}".to_owned(),
            original: None,
            quality: Quality::default(),
            proof: Proof::DeviceToken,
            raw: Arc::new(Raw {
                id: message,
                received_at,
                body_sealed: Some(message.as_uuid().as_bytes().to_vec()),
                jwt: hub.map(|_| "a.b.c".to_owned()),
                encoding: None,
                shared: Sharing::default(),
            }),
            standing,
        }
    }

    pub(crate) async fn commit(&self, rows: Vec<Row>) -> Vec<Verdict> {
        self.committer.commit(rows).await.unwrap()
    }

    pub(crate) async fn verdict(&self, row: Row) -> Verdict {
        self.commit(vec![row]).await[0]
    }

    /// Whether the last commit was done by the form that foresees.
    pub(crate) async fn was_foreseen(&self) -> bool {
        sqlx::query_scalar(
            r"select query ~ '^\s*with asked as' from pg_stat_activity
              where datname = current_database() and query ~ '^\s*with (asked|input) as'",
        )
        .fetch_one(&self.sql)
        .await
        .unwrap()
    }

    /// Changes something in one transaction; `$device`, `$hub`, `$source`, `$ours` and `$other` stand for their ids.
    pub(crate) async fn change(&self, sql: &str) {
        let named = [
            ("$device", self.device),
            ("$hub", self.hub),
            ("$source", self.source),
            ("$ours", self.customer),
            ("$other", self.other_customer),
        ];
        let sql = named.into_iter().fold(sql.to_owned(), |sql, (name, id)| {
            sql.replace(name, &format!("'{id}'"))
        });
        let changed = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.clone())).execute(&self.sql);
        changed.await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// Whose reading it became.
    pub(crate) async fn owner(&self, row: &Row) -> Option<Uuid> {
        sqlx::query_scalar("select customer_id from reading where content_hash = $1")
            .bind(row.hash.as_bytes().as_slice())
            .fetch_optional(&self.sql)
            .await
            .unwrap()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Within every period of these tests.
pub(crate) const HOUR: TimeDelta = TimeDelta::hours(1);
