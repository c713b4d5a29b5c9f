//! Who a token or a hub's id belongs to, remembered between requests. It speeds up authentication and decides nothing: a
//! commit that relies on it makes sure that the registry is still at the epoch of which this was true, else it asks the
//! registry itself. Whatever decides about readings changes the epoch, by a trigger: every change of a customer, a device, a
//! token or an assignment; a hub's coming and going, and its state, key, customer and distributor. A hub's name and the
//! time at which it was last heard do not, so a remembered name may be an old one; a source's state and secrets do. Every server polls the epoch; a cache
//! that could not confirm it for a second is not used.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use sqlx::{PgPool, Row as _};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use vitals::DeviceKey;

use super::sightings::{Sender, Sightings};
use super::sources::{SourceIdentity, system_source};
use super::standing::{Epoch, IssuedFor, Standing, standing};
use super::vitality::Vitality;
use crate::ground::Ground;
use crate::ground::enums::{DeviceState, HubState};
use crate::ground::ids::{CredentialId, CustomerId, DeviceId, DistributorId, HubId, SourceId};
use crate::tenancy::in_good_time;

const POLL: Duration = Duration::from_millis(250);
const TRUSTED_FOR_MS: i64 = 1_000;
/// Entries a table may hold before it is emptied; about 200 bytes each.
const CAPACITY: usize = 200_000;

/// The device that a token belongs to.
#[derive(Debug, Clone)]
pub struct DeviceIdentity {
    /// The device.
    pub device: DeviceId,
    /// The token's own id.
    pub credential: CredentialId,
    /// Maker and serial.
    pub key: DeviceKey,
    /// Whether readings are taken from it.
    pub state: DeviceState,
    /// Who holds it now, if the token was issued for them; for the log of refusals, in which nobody else can write.
    pub customer: Option<CustomerId>,
    /// Through whom, likewise.
    pub distributor: Option<DistributorId>,
    /// What will become of readings that this token proves.
    pub standing: Standing,
}

/// A hub that holds a key.
#[derive(Debug, Clone)]
pub struct HubIdentity {
    /// The hub.
    pub hub: HubId,
    /// Its Ed25519 public key.
    pub public_key: [u8; 32],
    /// Whether readings are taken from it.
    pub state: HubState,
    /// The customer that it stands at.
    pub customer: Option<CustomerId>,
    /// Through whom.
    pub distributor: Option<DistributorId>,
    /// Its name.
    pub name: String,
    /// When all this was so.
    pub epoch: Epoch,
}

/// The remembered identities. Cheap to clone.
#[derive(Debug, Clone)]
pub struct IdentityCache(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    ground: Ground,
    system: PgPool,
    epoch: AtomicI64,
    confirmed_ms: AtomicI64,
    tokens: Table<[u8; 32], Arc<DeviceIdentity>>,
    hubs: Table<HubId, Arc<HubIdentity>>,
    sources: Table<SourceId, Arc<SourceIdentity>>,
    sightings: Sightings,
    vitality: Vitality,
}

impl IdentityCache {
    /// An empty cache over the system's connections, and the tasks that confirm it and write when hubs were heard, until
    /// `stop`.
    pub fn start(ground: Ground, system: PgPool, stop: CancellationToken) -> Self {
        let sightings = Sightings::start(system.clone(), stop.clone());
        let vitality = Vitality::start(ground.clone(), system.clone(), stop.clone());
        let cache = Self(Arc::new(Inner {
            ground,
            system,
            epoch: AtomicI64::new(0),
            confirmed_ms: AtomicI64::new(i64::MIN),
            tokens: Table::default(),
            hubs: Table::default(),
            sources: Table::default(),
            sightings,
            vitality,
        }));
        let poller = cache.clone();
        tokio::spawn(async move {
            let mut tick = tokio::time::interval(POLL);
            tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            while stop.run_until_cancelled(tick.tick()).await.is_some() {
                if let Err(error) = poller.confirm().await {
                    tracing::warn!(%error, "the registry's epoch could not be read; identities come from the database");
                }
            }
        });
        cache
    }

    async fn confirm(&self) -> Result<(), sqlx::Error> {
        let asked_at = self.0.ground.now().timestamp_millis();
        let epoch: i64 = in_good_time(&self.0.system, async |connection| {
            sqlx::query_scalar("select epoch from registry_epoch")
                .fetch_one(connection)
                .await
        })
        .await?;
        if self.0.epoch.swap(epoch, Ordering::SeqCst) != epoch {
            self.0.tokens.clear();
            self.0.hubs.clear();
            self.0.sources.clear();
        }
        self.0.confirmed_ms.store(asked_at, Ordering::SeqCst);
        Ok(())
    }

    fn is_trusted(&self) -> bool {
        let age = self
            .0
            .ground
            .now()
            .timestamp_millis()
            .saturating_sub(self.0.confirmed_ms.load(Ordering::SeqCst));
        (0..=TRUSTED_FOR_MS).contains(&age)
    }

    /// The device of a token, known by the token's HMAC.
    pub async fn device(&self, token_hmac: [u8; 32]) -> Result<Option<Arc<DeviceIdentity>>, sqlx::Error> {
        self.through(&self.0.tokens, token_hmac, async || {
            system_device(&self.0.system, &token_hmac).await
        })
        .await
    }

    /// A hub that was claimed.
    pub async fn hub(&self, hub: HubId) -> Result<Option<Arc<HubIdentity>>, sqlx::Error> {
        self.through(&self.0.hubs, hub, async || system_hub(&self.0.system, hub).await)
            .await
    }

    /// The hub as it is now, from the registry itself and no memory of it.
    pub async fn hub_now(&self, hub: HubId) -> Result<Option<HubIdentity>, sqlx::Error> {
        system_hub(&self.0.system, hub).await
    }

    /// A source, whatever its state.
    pub async fn source(&self, source: SourceId) -> Result<Option<Arc<SourceIdentity>>, sqlx::Error> {
        self.through(&self.0.sources, source, async || {
            system_source(&self.0.system, source).await
        })
        .await
    }

    /// The source as it is now, from the registry itself and no memory of it.
    pub async fn source_now(&self, source: SourceId) -> Result<Option<SourceIdentity>, sqlx::Error> {
        system_source(&self.0.system, source).await
    }

    /// Returns, once `stop` has come, when it is written which hubs were heard last and how devices are.
    pub async fn ended(&self) {
        self.0.sightings.ended().await;
        self.0.vitality.ended().await;
    }

    /// A hub has proved itself: notes when it was last heard of.
    pub fn heard(&self, hub: &HubIdentity) {
        self.0.sightings.note(Sender::Hub(hub.hub), self.0.ground.now());
    }

    /// A source has shown its secret: notes when it was last heard of.
    pub fn heard_source(&self, source: &SourceIdentity) {
        self.0
            .sightings
            .note(Sender::Source(source.source), self.0.ground.now());
    }

    /// A vendor's cloud says how a device is, which this customer holds.
    pub fn said_of(
        &self,
        device: DeviceId,
        customer: CustomerId,
        (battery, signal): (Option<i16>, Option<i16>),
    ) {
        let now = self.0.ground.now();
        self.0.vitality.note((device, customer), battery, signal, now);
    }

    /// A device whose token its present holder was given says how it is beside what it measured.
    pub fn told(&self, device: &DeviceIdentity, battery: Option<i16>, signal: Option<i16>) {
        if let (Some(customer), true) = (device.customer, battery.is_some() || signal.is_some()) {
            let now = self.0.ground.now();
            self.0
                .vitality
                .note((device.device, customer), battery, signal, now);
        }
    }

    /// From the table while it is trusted, else from the database. What is not there is not remembered: a token that
    /// was issued a moment ago works at once. An epoch that changed while the database was asked keeps the answer out.
    async fn through<K: Eq + Hash + Copy, V>(
        &self,
        table: &Table<K, Arc<V>>,
        key: K,
        ask: impl AsyncFnOnce() -> Result<Option<V>, sqlx::Error>,
    ) -> Result<Option<Arc<V>>, sqlx::Error> {
        let trusted = self.is_trusted();
        if trusted && let Some(known) = table.get(&key) {
            return Ok(Some(known));
        }
        let epoch = self.0.epoch.load(Ordering::SeqCst);
        let Some(found) = ask().await?.map(Arc::new) else {
            return Ok(None);
        };
        if trusted && epoch == self.0.epoch.load(Ordering::SeqCst) {
            table.insert(key, Arc::clone(&found));
        }
        Ok(Some(found))
    }
}

#[derive(Debug)]
struct Table<K, V>(RwLock<HashMap<K, V>>);

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self(RwLock::new(HashMap::new()))
    }
}

impl<K: Eq + Hash, V: Clone> Table<K, V> {
    fn get(&self, key: &K) -> Option<V> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(key)
            .cloned()
    }

    fn insert(&self, key: K, value: V) {
        let mut map = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if map.len() >= CAPACITY {
            map.clear();
        }
        map.insert(key, value);
    }

    fn clear(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

async fn system_device(
    system: &PgPool,
    token_hmac: &[u8; 32],
) -> Result<Option<DeviceIdentity>, sqlx::Error> {
    let query = sqlx::query(standing!(
        "select c.id as credential_id, c.customer_id as token_customer_id, c.distributor_id as token_distributor_id,
           d.id, d.maker, d.serial, d.customer_id, d.distributor_id",
        " from device_credential c join device d on d.id = c.device_id",
        " where c.token_hmac = $1 and c.revoked_at is null"
    ))
    .bind(token_hmac.as_slice());
    let row = in_good_time(system, async |connection| query.fetch_optional(connection).await).await?;
    row.map(|row| {
        let token = IssuedFor::of(&row, "token_customer_id", "token_distributor_id")?;
        let holder = IssuedFor::of(&row, "customer_id", "distributor_id")?;
        let is_theirs = token.fits(holder.customer, holder.distributor);
        Ok(DeviceIdentity {
            device: row.try_get::<Uuid, _>("id")?.into(),
            credential: row.try_get::<Uuid, _>("credential_id")?.into(),
            key: DeviceKey::parse(row.try_get("maker")?, row.try_get("serial")?)
                .map_err(|error| sqlx::Error::Decode(error.into()))?,
            state: parsed(row.try_get("state")?)?,
            customer: holder.customer.filter(|_| is_theirs),
            distributor: holder.distributor.filter(|_| is_theirs),
            standing: Standing::of(&row)?.proved_by(token),
        })
    })
    .transpose()
}

async fn system_hub(system: &PgPool, hub: HubId) -> Result<Option<HubIdentity>, sqlx::Error> {
    let query = sqlx::query(
        "select id, public_key, state, customer_id, distributor_id, name, (select epoch from registry_epoch) as epoch
         from hub where id = $1 and public_key is not null",
    )
    .bind(hub.as_uuid());
    let row = in_good_time(system, async |connection| query.fetch_optional(connection).await).await?;
    row.map(|row| {
        let key: Vec<u8> = row.try_get("public_key")?;
        Ok(HubIdentity {
            hub,
            public_key: key
                .try_into()
                .map_err(|_| sqlx::Error::Decode("a public key has 32 bytes".into()))?,
            state: parsed(row.try_get("state")?)?,
            customer: row.try_get::<Option<Uuid>, _>("customer_id")?.map(Into::into),
            distributor: row.try_get::<Option<Uuid>, _>("distributor_id")?.map(Into::into),
            name: row.try_get("name")?,
            epoch: row.try_get::<i64, _>("epoch")?.into(),
        })
    })
    .transpose()
}

/// A stored text as the enum it stands for.
pub(super) fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, sqlx::Error> {
    text.parse()
        .map_err(|_| sqlx::Error::Decode("a state that this version does not know".into()))
}
