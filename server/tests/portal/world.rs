//! A small platform that serves its pages: customers with a device and a hub each, readings as intake commits them.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use vitalwire_server::config::{Config, Overrides};
use vitalwire_server::forwarding::{Forwarding, ForwardingParts};
use vitalwire_server::ground::enums::UserRole;
use vitalwire_server::ground::ids::{CustomerId, DistributorId};
use vitalwire_server::ground::{Clock as _, Ground, Keys, MasterKey, SystemClock, SystemRandom, TestClock};
use vitalwire_server::history::archive::Archive;
use vitalwire_server::history::commit::{Committer, Limits};
use vitalwire_server::http::{State, server};
use vitalwire_server::identity::{Cost, Identity, NewUser, Organisation, Password};
use vitalwire_server::intake::{Intake, RefusalLog};
use vitalwire_server::queue::Signals;
use vitalwire_server::registry::IdentityCache;
use vitalwire_server::tenancy::{Database, Permission, Pools};

use crate::browser::Browser;
use crate::cluster::Cluster;
use crate::folder::Folder;

pub(crate) const PASSWORD: &str = "correct horse battery staple";

pub(crate) struct World {
    pub(crate) state: State,
    pub(crate) clock: Arc<TestClock>,
    /// As the superuser, to look and to prepare.
    pub(crate) sql: PgPool,
    pub(crate) url: String,
    signals: Signals,
    config: Config,
    database: Database,
    _folder: Folder,
}

/// A customer with a device and a hub.
#[derive(Debug, Clone)]
pub(crate) struct Customer {
    pub(crate) id: Uuid,
    pub(crate) device: Uuid,
    pub(crate) hub: Uuid,
    pub(crate) serial: String,
}

impl World {
    pub(crate) async fn new() -> Self {
        let (url, superuser) = Cluster::get().await.database().await;
        let sql = PgPool::connect(&superuser).await.unwrap();
        let database = Database::connect(&url, Pools::default(), false).await.unwrap();
        let clock = Arc::new(TestClock::at(SystemClock.now()));
        let keys = Keys::derive(&MasterKey::new([6; 32]));
        let ground = Ground::with(clock.clone(), Arc::new(SystemRandom::new()), keys);
        let overrides = Overrides {
            listen: Some("127.0.0.1:0".parse().unwrap()),
            public_url: Some("http://127.0.0.1".to_owned()),
            insecure_dev: true,
            ..Overrides::default()
        };
        let config = Config::load(&overrides).unwrap();
        let signals = Signals::local();
        let folder = Folder::new(&ground);
        let state = state(&ground, &database, &folder, (&signals, &config));
        let (server, address) = server(state.clone(), &config).unwrap();
        tokio::spawn(server);
        sqlx::query(
            "insert into device_model (id, maker, name, kinds, transport, created_at)
             values ($1, 'Omron', 'HEM-7142T1', '{blood_pressure}', 'bluetooth', now())",
        )
        .bind(Uuid::from_u128(1))
        .execute(&sql)
        .await
        .unwrap();
        let url = format!("http://{address}");
        Self {
            state,
            clock,
            sql,
            url,
            signals,
            config,
            database,
            _folder: folder,
        }
    }

    /// Router and delivery workers.
    pub(crate) fn start_forwarding(&self) -> Forwarding {
        Forwarding::start(ForwardingParts {
            ground: self.state.ground().clone(),
            database: self.database.clone(),
            signals: self.signals.clone(),
            post: self.state.identity().post().clone(),
            public_url: self.config.public_url.clone(),
            config: self.config.forwarding,
            insecure_dev: true,
        })
    }

    /// The router alone, for one round.
    pub(crate) async fn route(&self) {
        let pool = self.database.system_forwarding().clone();
        let router = vitalwire_server::forwarding::Router::new(
            self.state.ground().clone(),
            pool,
            self.signals.clone(),
        );
        let stop = CancellationToken::new();
        let running = tokio::spawn(router.run(stop.clone()));
        self.until("select count(*) from outbox", 0).await;
        stop.cancel();
        running.await.unwrap();
    }

    pub(crate) async fn customer(&self, name: &str) -> Customer {
        self.customer_of(name, None).await
    }

    pub(crate) async fn customer_of(&self, name: &str, distributor: Option<Uuid>) -> Customer {
        let ground = self.state.ground();
        let (id, device, hub): (Uuid, Uuid, Uuid) = (ground.id(), ground.id(), ground.id());
        let serial = format!("{}-1", name.to_uppercase());
        sqlx::query("insert into customer (id, name, time_zone, distributor_id, created_at) values ($1, $2, 'America/New_York', $3, now())")
            .bind(id)
            .bind(name)
            .bind(distributor)
            .execute(&self.sql)
            .await
            .unwrap();
        sqlx::query(
            "insert into device (id, maker, serial, model_id, distributor_id, customer_id, state, created_at, updated_at)
             values ($1, 'Omron', $2, $3, $4, $5, 'active', now(), now())",
        )
        .bind(device)
        .bind(&serial)
        .bind(Uuid::from_u128(1))
        .bind(distributor)
        .bind(id)
        .execute(&self.sql)
        .await
        .unwrap();
        sqlx::query(
            "insert into hub (id, serial, name, customer_id, distributor_id, created_at)
             values ($1, $2, $3, $4, $5, now())",
        )
        .bind(hub)
        .bind(format!("HUB-{name}"))
        .bind(format!("Ward of {name}"))
        .bind(id)
        .bind(distributor)
        .execute(&self.sql)
        .await
        .unwrap();
        self.user(name, Organisation::Customer(CustomerId::from(id)), None)
            .await;
        Customer {
            id,
            device,
            hub,
            serial,
        }
    }

    pub(crate) async fn distributor(&self, name: &str) -> Uuid {
        let id: Uuid = self.state.ground().id();
        sqlx::query("insert into distributor (id, name, created_at) values ($1, $2, now())")
            .bind(id)
            .bind(name)
            .execute(&self.sql)
            .await
            .unwrap();
        self.user(name, Organisation::Distributor(DistributorId::from(id)), None)
            .await;
        id
    }

    /// A user `<name>@example.org`, with every permission or with these.
    pub(crate) async fn user(&self, name: &str, organisation: Organisation, may: Option<&[Permission]>) {
        let role = match organisation {
            Organisation::Platform => UserRole::Admin,
            Organisation::Distributor(_) => UserRole::Distributor,
            Organisation::Customer(_) => UserRole::Customer,
        };
        let user = NewUser {
            email: format!("{}@example.org", name.to_lowercase()).parse().unwrap(),
            name: format!("{name} User"),
            role,
            organisation,
            password: Password::typed(PASSWORD),
            permissions: may.map(|may| may.iter().copied().collect()),
        };
        self.state.identity().system_create_user(user).await.unwrap();
    }

    /// A browser without a session.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(&self.url)
    }

    /// The browser of `<name>@example.org`.
    pub(crate) async fn signed_in(&self, name: &str) -> Browser {
        let mut browser = self.browser();
        let answer = browser
            .sign_in(&format!("{}@example.org", name.to_lowercase()), PASSWORD)
            .await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        browser
    }

    /// Commits blood pressures with their outbox row, as intake does: age, systolic, diastolic. Returns their ids.
    pub(crate) async fn commit(&self, customer: &Customer, readings: &[(TimeDelta, i64, i64)]) -> Vec<Uuid> {
        let (ground, now) = (self.state.ground(), self.state.ground().now());
        let ids: Vec<Uuid> = readings.iter().map(|_| ground.id()).collect();
        let measured: Vec<DateTime<Utc>> = readings.iter().map(|(age, ..)| now - *age).collect();
        let values: Vec<String> = readings
            .iter()
            .map(|(_, systolic, diastolic)| {
                format!("{{\"systolic\":{systolic},\"diastolic\":{diastolic},\"pulse\":66}}")
            })
            .collect();
        let mut tx = self.database.system_forwarding().begin().await.unwrap();
        sqlx::query(
            "insert into reading (id, received_at, customer_id, device_id, credential_id, kind, measured_at, measured_on,
               content_hash, vals, quality, proof, raw_id)
             select id, $2, $3, $4, $4, 'blood_pressure', measured_at, '1970-01-01', sha256(id::text::bytea),
               vals::jsonb, 0, 'device_token', id
             from unnest($1::uuid[], $5::timestamptz[], $6::text[]) as r(id, measured_at, vals)",
        )
        .bind(&ids)
        .bind(now)
        .bind(customer.id)
        .bind(customer.device)
        .bind(measured)
        .bind(values)
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

    /// Comes back once the number is as wanted; a test that waits a minute for it has failed.
    pub(crate) async fn until(&self, sql: &'static str, wanted: i64) {
        let looking = async {
            while sqlx::query_scalar::<_, i64>(sql)
                .fetch_one(&self.sql)
                .await
                .unwrap()
                != wanted
            {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_mins(1), looking)
            .await
            .expect(sql);
    }
}

fn state(
    ground: &Ground,
    database: &Database,
    folder: &Folder,
    (signals, config): (&Signals, &Config),
) -> State {
    let (pool, stop) = (database.system_intake().clone(), CancellationToken::new());
    let limits = Limits {
        queue: 100,
        batch: 100,
        committers: 1,
    };
    let committer = Committer::start(&pool, limits, &(Arc::new(|| {}) as Arc<dyn Fn() + Send + Sync>));
    let identities = IdentityCache::start(ground.clone(), pool.clone(), stop.clone());
    let (refusals, _task) = RefusalLog::start(ground.clone(), pool, stop);
    let intake = Intake::new(
        ground.clone(),
        database.clone(),
        identities,
        committer,
        refusals,
        config.public_url.clone(),
        config.intake,
    );
    let identity = Identity::with_cost(
        ground.clone(),
        database.clone(),
        &config.public_url,
        Cost::TRIVIAL,
    );
    let archive = Archive::new(ground.clone(), database.clone(), folder.blobs());
    State::new(
        ground.clone(),
        database.clone(),
        identity,
        intake,
        signals.clone(),
        archive,
        config,
    )
}
