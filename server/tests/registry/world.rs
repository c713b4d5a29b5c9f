//! Two distributors with customers, a customer that is nobody's, people of each, and the commit of readings.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use vitals::{ContentHash, DeviceKey, Kind, Proof, Quality};
use vitalwire_server::ground::enums::UserRole;
use vitalwire_server::ground::ids::{
    CredentialId, CustomerId, DeviceId, DeviceModelId, DistributorId, HubId,
};
use vitalwire_server::ground::{Clock as _, Ground, Keys, MasterKey, SystemClock, SystemRandom, TestClock};
use vitalwire_server::history::commit::{Committer, Limits, Raw, Row, Sharing, Verdict};
use vitalwire_server::identity::{Caller, CallerScope, Cost, Identity, NewUser, Organisation, Password};
use vitalwire_server::registry::devices::{Device, NewDevice};
use vitalwire_server::registry::{IdentityCache, Numbers, RegistryError, devices};
use vitalwire_server::tenancy::{AdminScope, CustomerScope, Database, DistributorScope, Pools, Scope as _};

use crate::cluster::Cluster;

const PASSWORD: &str = "correct horse battery staple";

pub(crate) struct World {
    pub(crate) clock: Arc<TestClock>,
    pub(crate) ground: Ground,
    pub(crate) database: Database,
    pub(crate) identity: Identity,
    pub(crate) committer: Committer,
    pub(crate) cache: IdentityCache,
    /// As the superuser, to look and to prepare.
    pub(crate) sql: PgPool,
    /// Weighs.
    pub(crate) scale: Uuid,
    pub(crate) admin: Caller,
    _stop: tokio_util::sync::DropGuard,
}

/// A distributor and the person who acts for it.
pub(crate) struct Dealer {
    pub(crate) id: DistributorId,
    pub(crate) user: Caller,
}

/// A customer and the person who acts for it.
pub(crate) struct Clinic {
    pub(crate) id: CustomerId,
    pub(crate) user: Caller,
}

impl Dealer {
    pub(crate) fn scope(&self) -> &DistributorScope {
        match &self.user.scope {
            CallerScope::Distributor(scope) => scope,
            other => panic!("no distributor: {other:?}"),
        }
    }
}

impl Clinic {
    pub(crate) fn scope(&self) -> &CustomerScope {
        match &self.user.scope {
            CallerScope::Customer(scope) => scope,
            other => panic!("no customer: {other:?}"),
        }
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        let (url, superuser) = Cluster::get().await.database().await;
        let sql = PgPool::connect(&superuser).await.unwrap();
        let database = Database::connect(&url, Pools::default(), false).await.unwrap();
        let clock = Arc::new(TestClock::at(SystemClock.now()));
        let keys = Keys::derive(&MasterKey::new([3; 32]));
        let ground = Ground::with(clock.clone(), Arc::new(SystemRandom::new()), keys);
        let identity = Identity::with_cost(
            ground.clone(),
            database.clone(),
            "https://vitalwire.example",
            Cost::TRIVIAL,
        );
        let limits = Limits {
            queue: 100,
            batch: 50,
            committers: 2,
        };
        let nobody_to_wake: Arc<dyn Fn() + Send + Sync> = Arc::new(|| {});
        let stop = CancellationToken::new();
        let pool = database.system_intake().clone();
        let scale = ground.id();
        sqlx::query(
            "insert into device_model (id, maker, name, kinds, transport, created_at)
             values ($1, 'Acme', 'Scale', '{weight}', 'bluetooth', $2)",
        )
        .bind(scale)
        .bind(ground.now())
        .execute(&sql)
        .await
        .unwrap();
        let person = (
            identity.clone(),
            "ada@platform.example",
            UserRole::Admin,
            Organisation::Platform,
        );
        let admin = person_of(person).await;
        Self {
            committer: Committer::start(database.system_intake(), limits, &nobody_to_wake),
            cache: IdentityCache::start(ground.clone(), pool, stop.clone()),
            clock,
            ground,
            database,
            identity,
            sql,
            scale,
            admin,
            _stop: stop.drop_guard(),
        }
    }

    pub(crate) fn admin(&self) -> &AdminScope {
        match &self.admin.scope {
            CallerScope::Admin(scope) => scope,
            other => panic!("no administrator: {other:?}"),
        }
    }

    pub(crate) async fn dealer(&self, name: &str) -> Dealer {
        let id: DistributorId = self.ground.id();
        sqlx::query("insert into distributor (id, name, created_at) values ($1, $2, $3)")
            .bind(id)
            .bind(name)
            .bind(self.ground.now())
            .execute(&self.sql)
            .await
            .unwrap();
        let email = format!("{name}@dealer.example").to_lowercase();
        let person = (
            self.identity.clone(),
            email.as_str(),
            UserRole::Distributor,
            Organisation::Distributor(id),
        );
        Dealer {
            id,
            user: person_of(person).await,
        }
    }

    pub(crate) async fn clinic(&self, name: &str, of: Option<&Dealer>) -> Clinic {
        let id: CustomerId = self.ground.id();
        sqlx::query("insert into customer (id, name, distributor_id, created_at) values ($1, $2, $3, $4)")
            .bind(id)
            .bind(name)
            .bind(of.map(|dealer| dealer.id))
            .bind(self.ground.now())
            .execute(&self.sql)
            .await
            .unwrap();
        let email = format!("{name}@clinic.example").to_lowercase();
        let person = (
            self.identity.clone(),
            email.as_str(),
            UserRole::Customer,
            Organisation::Customer(id),
        );
        Clinic {
            id,
            user: person_of(person).await,
        }
    }

    /// A scale in the inventory.
    pub(crate) async fn device(&self, serial: &str) -> DeviceId {
        let new = of_nobody("Acme", serial, self.scale.into());
        let (admin, ground) = (self.admin(), &self.ground);
        let id = admin
            .run(&self.database, async |tx| {
                devices::create(tx, admin, ground, new).await
            })
            .await
            .unwrap();
        self.tick();
        id
    }

    /// As the administrator sees it.
    pub(crate) async fn seen(&self, device: DeviceId) -> Device {
        let seen = async |tx: &_| devices::get(tx, device).await;
        let seen: Result<_, RegistryError> = self.admin().run(&self.database, seen).await;
        seen.unwrap()
    }

    /// A second passes.
    pub(crate) fn tick(&self) {
        self.clock.advance(TimeDelta::seconds(1));
    }

    /// A token that its maker gave a device, good for whoever holds it.
    pub(crate) async fn token(&self, device: DeviceId) -> CredentialId {
        let id: CredentialId = self.ground.id();
        sqlx::query(
            "insert into device_credential (id, device_id, token_hmac, created_at) values ($1, $2, $3, $4)",
        )
        .bind(id)
        .bind(device)
        .bind(self.ground.random::<32>().as_slice())
        .bind(self.ground.now())
        .execute(&self.sql)
        .await
        .unwrap();
        id
    }

    /// A weight that differs from every other, measured then, as a server commits it that asks the registry.
    pub(crate) fn row(
        &self,
        device: DeviceId,
        (hub, credential): (Option<HubId>, CredentialId),
        at: DateTime<Utc>,
    ) -> Row {
        Row {
            id: self.ground.id(),
            device,
            hub,
            source: None,
            credential,
            kind: Kind::Weight,
            device_time_ms: Some(at.timestamp_millis()),
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
                id: self.ground.id(),
                received_at: self.ground.now(),
                body_sealed: Some(b"sealed".to_vec()),
                jwt: None,
                encoding: None,
                shared: Sharing::default(),
            }),
            standing: None,
        }
    }

    /// Commits one reading of now and says what became of it, and whose it is.
    pub(crate) async fn measure(
        &self,
        device: DeviceId,
        credential: CredentialId,
    ) -> (Verdict, Option<CustomerId>) {
        self.tick();
        let row = self.row(device, (None, credential), self.ground.now());
        let verdict = self.committer.commit(vec![row.clone()]).await.unwrap()[0];
        (verdict, self.owner(&row).await)
    }

    pub(crate) async fn owner(&self, row: &Row) -> Option<CustomerId> {
        let owner: Option<Uuid> =
            sqlx::query_scalar("select customer_id from reading where content_hash = $1")
                .bind(row.hash.as_bytes().as_slice())
                .fetch_optional(&self.sql)
                .await
                .unwrap();
        owner.map(CustomerId::from)
    }

    /// Everything that must hold of a device's periods: none overlap, one is open, and the device says the same as it.
    pub(crate) async fn periods_hold(&self) {
        let broken: Vec<String> = sqlx::query_scalar(
            "select 'open: ' || d.id from device d
             where (select count(*) from assignment a where a.device_id = d.id and a.valid_until is null) <> 1
             union all
             select 'holder: ' || d.id from device d join assignment a on a.device_id = d.id and a.valid_until is null
             where (a.customer_id, a.distributor_id) is distinct from (d.customer_id, d.distributor_id)
             union all
             select 'overlap: ' || a.device_id from assignment a join assignment b on b.device_id = a.device_id and b.id <> a.id
             where tstzrange(a.valid_from, a.valid_until) && tstzrange(b.valid_from, b.valid_until)
             union all
             select 'state: ' || d.id from device d
             where (d.state in ('active', 'inactive', 'replaced')) <> (d.customer_id is not null)",
        )
        .fetch_all(&self.sql)
        .await
        .unwrap();
        assert!(broken.is_empty(), "{broken:?}");
    }
}

/// A device as it comes into the inventory.
pub(crate) fn of_nobody(maker: &str, serial: &str, model: DeviceModelId) -> NewDevice {
    NewDevice {
        key: DeviceKey::parse(maker, serial).unwrap(),
        model,
        customer: None,
        distributor: None,
        customer_reference: None,
        numbers: Numbers::default(),
        assigned_since: None,
        state: None,
    }
}

async fn person_of(
    (identity, email, role, organisation): (Identity, &str, UserRole, Organisation),
) -> Caller {
    let (name, _) = email.split_once('@').expect("an address");
    let user = NewUser {
        email: email.parse().unwrap(),
        name: format!("{name}'s person"),
        role,
        organisation,
        password: Password::typed(PASSWORD),
        permissions: None,
    };
    identity.system_create_user(user).await.unwrap();
    let remote = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let session = identity.sign_in(email, Password::typed(PASSWORD), remote).await;
    session.unwrap().caller
}
