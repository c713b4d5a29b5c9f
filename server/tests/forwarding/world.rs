//! A small world to forward in: customers, devices, readings as intake commits them, and a clock that is moved by hand.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use vitalwire_server::config::ForwardingConfig;
use vitalwire_server::forwarding::{Endpoints, Forwarding, ForwardingParts, NewEndpoint, Registered, Router};
use vitalwire_server::ground::enums::{EndpointFormat, UserRole};
use vitalwire_server::ground::ids::{CustomerId, EndpointId};
use vitalwire_server::ground::{Clock as _, Ground, Keys, MasterKey, SystemClock, SystemRandom, TestClock};
use vitalwire_server::identity::{CallerScope, Cost, Identity, NewUser, Organisation, Password};
use vitalwire_server::mailing::Post;
use vitalwire_server::queue::Signals;
use vitalwire_server::tenancy::{CustomerScope, Database, Pools, Scope as _};

use crate::cluster::Cluster;

pub(crate) const CONFIG: ForwardingConfig = ForwardingConfig {
    timeout_seconds: 15,
    allow_private_addresses: false,
    concurrency: 64,
};

pub(crate) struct World {
    pub(crate) ground: Ground,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) database: Database,
    pub(crate) signals: Signals,
    pub(crate) endpoints: Endpoints,
    pub(crate) url: String,
    /// As the superuser, to look and to prepare.
    pub(crate) sql: PgPool,
    distributor: Uuid,
    model: Uuid,
}

/// A customer with one device.
#[derive(Debug, Clone)]
pub(crate) struct Customer {
    pub(crate) id: CustomerId,
    pub(crate) device: Uuid,
    pub(crate) scope: CustomerScope,
}

/// A reading to be.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reading {
    pub(crate) hub: Option<Uuid>,
    /// Before now.
    pub(crate) age: TimeDelta,
    pub(crate) test: bool,
}

impl World {
    pub(crate) async fn new() -> Self {
        let (url, superuser) = Cluster::get().await.database().await;
        let sql = PgPool::connect(&superuser).await.unwrap();
        let database = Database::connect(&url, Pools::default(), false).await.unwrap();
        let clock = Arc::new(TestClock::at(SystemClock.now()));
        let keys = Keys::derive(&MasterKey::new([5; 32]));
        let ground = Ground::with(clock.clone(), Arc::new(SystemRandom::new()), keys);
        let signals = Signals::local();
        let endpoints = Endpoints::new(ground.clone(), database.clone(), signals.clone(), CONFIG, true);
        let (distributor, model) = (ground.id(), ground.id());
        sqlx::query("insert into distributor (id, name, created_at) values ($1, 'Distributor', now())")
            .bind(distributor)
            .execute(&sql)
            .await
            .unwrap();
        sqlx::query(
            "insert into device_model (id, maker, name, kinds, transport, created_at)
             values ($1, 'acme', 'Cuff 3', '{blood_pressure}', 'cellular', now())",
        )
        .bind(model)
        .execute(&sql)
        .await
        .unwrap();
        Self {
            ground,
            clock,
            database,
            signals,
            endpoints,
            url,
            sql,
            distributor,
            model,
        }
    }

    /// Router and workers, which may deliver to this machine.
    pub(crate) fn start(&self) -> Forwarding {
        self.start_with(true)
    }

    pub(crate) fn start_with(&self, insecure_dev: bool) -> Forwarding {
        Forwarding::start(ForwardingParts {
            ground: self.ground.clone(),
            database: self.database.clone(),
            signals: self.signals.clone(),
            post: Post::new(self.ground.clone()),
            public_url: "https://vitalwire.example".to_owned(),
            config: CONFIG,
            insecure_dev,
        })
    }

    /// A router of its own, to be taken step by step.
    pub(crate) fn router(&self) -> Router {
        Router::new(
            self.ground.clone(),
            self.database.system_forwarding().clone(),
            Signals::local(),
        )
    }

    pub(crate) async fn customer(&self, name: &str) -> Customer {
        let id: Uuid = self.ground.id();
        sqlx::query("insert into customer (id, distributor_id, name, created_at) values ($1, $2, $3, now())")
            .bind(id)
            .bind(self.distributor)
            .bind(name)
            .execute(&self.sql)
            .await
            .unwrap();
        let device = self.device(id.into(), &format!("{name}-1")).await;
        Customer {
            id: id.into(),
            device,
            scope: self.sign_in(id.into(), name).await,
        }
    }

    pub(crate) async fn device(&self, customer: CustomerId, serial: &str) -> Uuid {
        let device: Uuid = self.ground.id();
        sqlx::query(
            "insert into device (id, maker, serial, model_id, distributor_id, customer_id, customer_reference, state,
               created_at, updated_at)
             values ($1, 'acme', $2, $3, $4, $5, 'bed 7', 'active', now(), now())",
        )
        .bind(device)
        .bind(serial)
        .bind(self.model)
        .bind(self.distributor)
        .bind(customer)
        .execute(&self.sql)
        .await
        .unwrap();
        device
    }

    async fn sign_in(&self, customer: CustomerId, name: &str) -> CustomerScope {
        let identity = Identity::with_cost(
            self.ground.clone(),
            self.database.clone(),
            "http://127.0.0.1",
            Cost::TRIVIAL,
        );
        let email = format!("{}@example.org", name.to_lowercase());
        let user = NewUser {
            email: email.parse().unwrap(),
            name: name.to_owned(),
            role: UserRole::Customer,
            organisation: Organisation::Customer(customer),
            password: Password::typed("correct horse battery staple"),
            permissions: None,
        };
        identity.system_create_user(user).await.unwrap();
        let remote = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let password = Password::typed("correct horse battery staple");
        match identity
            .sign_in(&email, password, remote)
            .await
            .unwrap()
            .caller
            .scope
        {
            CallerScope::Customer(scope) => scope,
            other => panic!("a customer's user is {other:?}"),
        }
    }

    pub(crate) async fn endpoint(&self, customer: &Customer, url: &str, batch_max: i16) -> Registered {
        let new = NewEndpoint {
            url: url.to_owned(),
            description: "test".to_owned(),
            format: EndpointFormat::Canonical,
            batch_max,
        };
        customer
            .scope
            .run(&self.database, async |tx| self.endpoints.register(tx, new).await)
            .await
            .unwrap()
    }

    /// Commits readings and one outbox row for them, as intake does; returns their ids.
    pub(crate) async fn commit(&self, customer: &Customer, readings: &[Reading]) -> Vec<Uuid> {
        let now = self.ground.now();
        let ids: Vec<Uuid> = readings.iter().map(|_| self.ground.id()).collect();
        let hubs: Vec<Option<Uuid>> = readings.iter().map(|reading| reading.hub).collect();
        let measured: Vec<DateTime<Utc>> = readings.iter().map(|reading| now - reading.age).collect();
        let quality: Vec<i16> = readings
            .iter()
            .map(|reading| if reading.test { 64 } else { 0 })
            .collect();
        let mut tx = self.database.system_forwarding().begin().await.unwrap();
        sqlx::query(
            "insert into reading (id, received_at, customer_id, device_id, hub_id, credential_id, kind, measured_at,
               measured_on, content_hash, vals, quality, proof, raw_id)
             select id, $2, $3, $4, hub_id, $4, 'blood_pressure', measured_at, '1970-01-01', sha256(id::text::bytea),
               '{\"systolic\": 121, \"diastolic\": 79}', quality, 'device_token', id
             from unnest($1::uuid[], $5::uuid[], $6::timestamptz[], $7::smallint[])
               as r(id, hub_id, measured_at, quality)",
        )
        .bind(&ids)
        .bind(now)
        .bind(customer.id)
        .bind(customer.device)
        .bind(hubs)
        .bind(measured)
        .bind(quality)
        .execute(&mut *tx)
        .await
        .unwrap();
        sqlx::query(
            "insert into outbox (circuit, customer_id, reading_ids, received_from, received_until)
             values ('forwarding', $1, $2, $3, $3)",
        )
        .bind(customer.id)
        .bind(&ids)
        .bind(now)
        .execute(&mut *tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        self.signals.committed();
        ids
    }

    pub(crate) async fn commit_one(&self, customer: &Customer) -> Uuid {
        self.commit(customer, &[Reading::default()]).await[0]
    }

    /// A single number that the database knows.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.sql).await.unwrap()
    }

    /// Comes back once the number is as wanted; a test that waits a minute for it has failed.
    pub(crate) async fn until(&self, sql: &'static str, wanted: i64) {
        let looking = async {
            while self.count(sql).await != wanted {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let reached = tokio::time::timeout(Duration::from_mins(1), looking)
            .await
            .is_ok();
        assert!(reached, "{sql}: {} and not {wanted}", self.count(sql).await);
    }

    /// Moves the clock and wakes the endpoint.
    pub(crate) async fn later(&self, by: TimeDelta, customer: &Customer, endpoint: EndpointId) {
        self.clock.advance(by);
        self.endpoints.nudge(customer.id, endpoint).await;
    }
}

/// Runs forwarding on threads of its own and ends them at any point of their work, as a SIGKILL would.
pub(crate) struct Killable(Option<tokio::runtime::Runtime>);

impl Killable {
    pub(crate) async fn start(world: &World) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let (ground, url) = (world.ground.clone(), world.url.clone());
        let started = runtime.spawn(async move {
            let database = Database::connect(&url, Pools::default(), false).await.unwrap();
            let signals = Signals::start(
                ground.clone(),
                database.system_forwarding().clone(),
                CancellationToken::new(),
            );
            Forwarding::start(ForwardingParts {
                post: Post::new(ground.clone()),
                public_url: "https://vitalwire.example".to_owned(),
                ground,
                database,
                signals,
                config: CONFIG,
                insecure_dev: true,
            })
        });
        let _runs_on = started.await.unwrap();
        Self(Some(runtime))
    }

    pub(crate) fn kill(mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for Killable {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
