//! A platform without circuits: a customer in a distributor's portfolio who are the strangers, others whom they must not
//! see, and people who have nothing.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use chrono::{NaiveDate, Timelike as _};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use vitalwire_server::config::{Config, ForwardingConfig, Overrides};
use vitalwire_server::forwarding::Endpoints;
use vitalwire_server::ground::enums::UserRole;
use vitalwire_server::ground::ids::{CustomerId, DistributorId, UserId};
use vitalwire_server::ground::{Clock as _, Ground, Keys, MasterKey, SystemClock, SystemRandom, TestClock};
use vitalwire_server::history::commit::{Committer, Limits};
use vitalwire_server::identity::{Caller, Cost, Identity, NewUser, Organisation, Password};
use vitalwire_server::intake::{Intake, RefusalLog};
use vitalwire_server::queue::Signals;
use vitalwire_server::registry::IdentityCache;
use vitalwire_server::tenancy::{Database, Pools};

use crate::aim::Aim;
use crate::cluster::Cluster;
use crate::life::Life;
use crate::table::Who;

const PASSWORD: &str = "correct horse battery staple";
const CONFIG: ForwardingConfig = ForwardingConfig {
    timeout_seconds: 15,
    allow_private_addresses: false,
    concurrency: 64,
};

pub(crate) struct World {
    /// Its clock stands still, so that an answer changes only with what it is made of.
    pub(crate) ground: Ground,
    pub(crate) database: Database,
    pub(crate) identity: Identity,
    pub(crate) endpoints: Endpoints,
    pub(crate) intake: Intake,
    pub(crate) model: Uuid,
    /// As the superuser, to look and to prepare.
    pub(crate) sql: PgPool,
}

/// A caller who is a stranger to everybody but its own.
pub(crate) struct Stranger<'a> {
    pub(crate) who: Who,
    pub(crate) caller: &'a Caller,
    /// A caller of the same sort whose organisation has nothing.
    pub(crate) pauper: &'a Caller,
}

impl World {
    pub(crate) async fn new() -> Self {
        let (url, superuser) = Cluster::get().await.database().await;
        let sql = PgPool::connect(&superuser).await.unwrap();
        let database = Database::connect(&url, Pools::default(), false).await.unwrap();
        // Noon, so that an hour ago is the same day.
        let noon = SystemClock
            .now()
            .with_hour(12)
            .and_then(|at| at.with_minute(0))
            .unwrap();
        let keys = Keys::derive(&MasterKey::new([4; 32]));
        let ground = Ground::with(Arc::new(TestClock::at(noon)), Arc::new(SystemRandom::new()), keys);
        let url = "http://127.0.0.1";
        let identity = Identity::with_cost(ground.clone(), database.clone(), url, Cost::TRIVIAL);
        let endpoints = Endpoints::new(ground.clone(), database.clone(), Signals::local(), CONFIG, false);
        let intake = intake(&ground, &database);
        let model = ground.id();
        sqlx::query(
            "insert into device_model (id, maker, name, kinds, transport, created_at)
             values ($1, 'Acme', 'Cuff', '{blood_pressure,weight}', 'cellular', $2)",
        )
        .bind(model)
        .bind(ground.now())
        .execute(&sql)
        .await
        .unwrap();
        Self {
            ground,
            database,
            identity,
            endpoints,
            intake,
            model,
            sql,
        }
    }

    /// A customer of the distributor Dora, and Dora.
    pub(crate) async fn ours(&self) -> Aim {
        let dora = self.distributor("Dora").await;
        self.furnished("Anna", Some(dora), 1).await
    }

    /// Another distributor's customer, and one that is nobody's. Each held our device before us and measured with it.
    pub(crate) async fn victims(&self, ours: &Aim) -> [Aim; 2] {
        let ernst = self.distributor("Ernst").await;
        let berta = self.furnished("Berta", Some(ernst), 500).await;
        let nora = self.furnished("Nora", None, 900).await;
        self.held_before(&berta, Some(ernst), ours).await;
        self.held_before(&nora, None, ours).await;
        [berta, nora]
    }

    /// What is left of a caller who has nothing: its scopes, and ids that nobody has.
    pub(crate) async fn nobody(&self) -> Aim {
        let (empty, void) = (self.customer("Empty", None).await, self.distributor("Void").await);
        self.person("Empty", Organisation::Customer(empty)).await;
        self.person("Void", Organisation::Distributor(void)).await;
        let ground = &self.ground;
        Aim {
            name: "Nobody at all".to_owned(),
            customer_user: self.signed_in("Empty").await,
            distributor_user: self.signed_in("Void").await,
            customer: ground.id(),
            fresh: ground.id(),
            colleague: ground.id(),
            staff: ground.id(),
            invited: [ground.id(), ground.id()],
            device: ground.id(),
            serial: "no such serial".to_owned(),
            hub: ground.id(),
            hub_serial: "no such serial".to_owned(),
            fingerprint: "no such fingerprint".to_owned(),
            readings: [ground.id(), ground.id()],
            sequences: [1_000_000, 1_000_001],
            endpoint: ground.id(),
            dead: ground.id(),
            contact: ground.id(),
            case: ground.id(),
            orders: [ground.id(), ground.id()],
            returns: [ground.id(), ground.id()],
            sent_serial: "Nobody-sent".to_owned(),
            spare_serial: "Nobody-spare".to_owned(),
            site: ground.id(),
            team: ground.id(),
            source: ground.id(),
            customer_import: ground.id(),
            distributor_import: ground.id(),
            life: Life::new(ground),
            others: Vec::new(),
        }
    }

    pub(crate) async fn distributor(&self, name: &str) -> DistributorId {
        let id = self.ground.id();
        sqlx::query("insert into distributor (id, name, created_at) values ($1, $2, $3)")
            .bind(id)
            .bind(name)
            .bind(self.ground.now())
            .execute(&self.sql)
            .await
            .unwrap();
        id
    }

    pub(crate) async fn customer(&self, name: &str, distributor: Option<DistributorId>) -> CustomerId {
        let id = self.ground.id();
        sqlx::query("insert into customer (id, name, distributor_id, created_at) values ($1, $2, $3, $4)")
            .bind(id)
            .bind(name)
            .bind(distributor)
            .bind(self.ground.now())
            .execute(&self.sql)
            .await
            .unwrap();
        id
    }

    /// A user `<name>@example.org` with every permission.
    pub(crate) async fn person(&self, name: &str, organisation: Organisation) -> UserId {
        let role = match organisation {
            Organisation::Platform => UserRole::Admin,
            Organisation::Distributor(_) => UserRole::Distributor,
            Organisation::Customer(_) => UserRole::Customer,
        };
        let user = NewUser {
            email: address(name).parse().unwrap(),
            name: name.to_owned(),
            ..self.new_user(role, organisation)
        };
        self.identity.system_create_user(user).await.unwrap()
    }

    /// A user to be, with an address that nobody has.
    pub(crate) fn new_user(&self, role: UserRole, organisation: Organisation) -> NewUser {
        let name = self.ground.id::<Uuid>().simple().to_string();
        NewUser {
            email: address(&name).parse().unwrap(),
            name,
            role,
            organisation,
            password: Password::typed(PASSWORD),
            permissions: None,
        }
    }

    pub(crate) async fn signed_in(&self, name: &str) -> Caller {
        let remote = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let password = Password::typed(PASSWORD);
        let session = self.identity.sign_in(&address(name), password, remote).await;
        session.unwrap().caller
    }

    pub(crate) fn today(&self) -> NaiveDate {
        self.ground.now().date_naive()
    }
}

/// Intake, for what it does for a person.
fn intake(ground: &Ground, database: &Database) -> Intake {
    let (pool, stop) = (database.system_intake().clone(), CancellationToken::new());
    let limits = Limits {
        queue: 10,
        batch: 10,
        committers: 1,
    };
    let nobody_to_wake: Arc<dyn Fn() + Send + Sync> = Arc::new(|| {});
    let (refusals, _) = RefusalLog::start(ground.clone(), pool.clone(), stop.clone());
    let overrides = Overrides {
        public_url: Some("https://vitalwire.example".to_owned()),
        ..Overrides::default()
    };
    let config = Config::load(&overrides).unwrap();
    Intake::new(
        ground.clone(),
        database.clone(),
        IdentityCache::start(ground.clone(), pool.clone(), stop),
        Committer::start(&pool, limits, &nobody_to_wake),
        refusals,
        config.public_url,
        config.intake,
    )
}

fn address(name: &str) -> String {
    format!("{}@example.org", name.to_lowercase().replace(' ', "."))
}

/// Our customer's user and our distributor's.
pub(crate) fn strangers<'a>(ours: &'a Aim, nobody: &'a Aim) -> [Stranger<'a>; 2] {
    [
        Stranger {
            who: Who::Customer,
            caller: &ours.customer_user,
            pauper: &nobody.customer_user,
        },
        Stranger {
            who: Who::Distributor,
            caller: &ours.distributor_user,
            pauper: &nobody.distributor_user,
        },
    ]
}
