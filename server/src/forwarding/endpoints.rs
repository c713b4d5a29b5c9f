//! What a customer does with its endpoints: register, change, rotate, watch, retry, test.

use chrono::{DateTime, Utc};
use sea_orm::DbErr;

use super::endpoint::{
    Attempt, DeadLetter, Endpoint, EndpointChange, EndpointHealth, NewEndpoint, ReadingDelivery, Registered,
};
use super::guard::{AddressError, AddressPolicy};
use super::keys::{EndpointKeyError, NewKeys, Secrets};
use super::store::{attempts, endpoints, publish};
use crate::config::ForwardingConfig;
use crate::ground::Ground;
use crate::ground::ids::{AttemptId, CustomerId, DeliveryId, EndpointId, ReadingId};
use crate::ground::swallow::swallow;
use crate::queue::{Signals, Wake};
use crate::tenancy::{CustomerScope, Database, Scope, Tx};

/// Endpoints that one customer may have.
const MAX_ENDPOINTS: i64 = 20;
const MAX_DESCRIPTION: usize = 200;
/// Rows that one page may ask for.
const MAX_PAGE: u64 = 200;

/// Why an endpoint could not be had or changed.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// There is none with this id, or it is another customer's.
    #[error("there is no such endpoint or delivery")]
    NotFound,
    /// The address is not taken.
    #[error("{0}")]
    Address(#[from] AddressError),
    /// The description is longer than 200 characters or holds a control character.
    #[error("the description may have at most 200 characters, none of them a control character")]
    Description,
    /// The batch is not 1 to 100 events.
    #[error("a batch has 1 to 100 events")]
    Batch,
    /// The concurrency is not 1 to 64 requests.
    #[error("1 to 64 requests may be under way at once")]
    Concurrency,
    /// There are 20 already.
    #[error("a customer has at most 20 endpoints")]
    TooMany,
    /// The stored keys cannot be used.
    #[error("{0}")]
    Keys(#[from] EndpointKeyError),
    /// The database is away, or refused.
    #[error("the database is not available: {0}")]
    Database(#[from] DbErr),
}

/// The functions of this file with what they need. Cheap to clone. They take the open transaction of a customer; after
/// its commit, [`Endpoints::nudge`] makes due deliveries go at once and not at the next sweep.
#[derive(Debug, Clone)]
pub struct Endpoints {
    ground: Ground,
    database: Database,
    signals: Signals,
    policy: AddressPolicy,
}

impl Endpoints {
    /// Ties the parts together.
    pub fn new(
        ground: Ground,
        database: Database,
        signals: Signals,
        config: ForwardingConfig,
        insecure_dev: bool,
    ) -> Self {
        let policy = AddressPolicy {
            allow_private: config.allow_private_addresses || insecure_dev,
        };
        Self {
            ground,
            database,
            signals,
            policy,
        }
    }

    /// The customer's endpoints, oldest first.
    pub async fn list(&self, tx: &Tx<CustomerScope>) -> Result<Vec<Endpoint>, EndpointError> {
        Ok(endpoints::list(tx).await?)
    }

    /// One of them.
    pub async fn get(&self, tx: &Tx<CustomerScope>, id: EndpointId) -> Result<Endpoint, EndpointError> {
        endpoints::get(tx, id).await?.ok_or(EndpointError::NotFound)
    }

    /// A new endpoint. The secret in the answer is shown once.
    pub async fn register(
        &self,
        tx: &Tx<CustomerScope>,
        new: NewEndpoint,
    ) -> Result<Registered, EndpointError> {
        let NewEndpoint {
            url,
            description,
            format,
            batch_max,
        } = new;
        let url = self.policy.check(url.trim())?;
        let description = checked_description(&description)?;
        check_range(batch_max, 100, EndpointError::Batch)?;
        endpoints::lock_customer(tx).await?;
        if endpoints::count(tx).await? >= MAX_ENDPOINTS {
            return Err(EndpointError::TooMany);
        }
        let id = self.ground.id();
        let keys = NewKeys::make(&self.ground, id)?;
        let row = endpoints::NewRow {
            id,
            url: url.into(),
            description,
            format,
            batch_max,
            secret_sealed: keys.secret_sealed,
            seed_sealed: keys.seed_sealed,
            public_key: keys.public_key.to_vec(),
            now: self.ground.now(),
        };
        endpoints::insert(tx, row).await?;
        Ok(Registered {
            endpoint: self.get(tx, id).await?,
            secret: keys.secret.to_text(),
        })
    }

    /// Changes what is given. An endpoint that is enabled again starts with what has gathered.
    pub async fn change(
        &self,
        tx: &Tx<CustomerScope>,
        id: EndpointId,
        change: EndpointChange,
    ) -> Result<Endpoint, EndpointError> {
        let EndpointChange {
            url,
            description,
            format,
            batch_max,
            max_concurrency,
            state,
        } = change;
        let url = url
            .map(|url| self.policy.check(url.trim()))
            .transpose()?
            .map(String::from);
        let description = description.map(|text| checked_description(&text)).transpose()?;
        batch_max.map_or(Ok(()), |number| check_range(number, 100, EndpointError::Batch))?;
        max_concurrency.map_or(Ok(()), |number| {
            check_range(number, 64, EndpointError::Concurrency)
        })?;
        let patch = endpoints::Patch {
            url,
            description,
            format,
            batch_max,
            max_concurrency,
            state,
            now: self.ground.now(),
        };
        if !endpoints::update(tx, id, patch).await? {
            return Err(EndpointError::NotFound);
        }
        self.get(tx, id).await
    }

    /// Makes a new secret and returns it, once. Messages carry both signatures for 24 hours.
    pub async fn rotate_secret(
        &self,
        tx: &Tx<CustomerScope>,
        id: EndpointId,
    ) -> Result<String, EndpointError> {
        let sealed = endpoints::lock_secret(tx, id)
            .await?
            .ok_or(EndpointError::NotFound)?;
        let secrets = Secrets::open(&self.ground, id, &sealed)?.rotated(&self.ground)?;
        endpoints::update_secret(tx, id, secrets.seal(&self.ground, id), self.ground.now()).await?;
        Ok(secrets.current().to_text())
    }

    /// How it fares.
    pub async fn health(
        &self,
        tx: &Tx<CustomerScope>,
        id: EndpointId,
    ) -> Result<EndpointHealth, EndpointError> {
        self.get(tx, id).await?;
        Ok(attempts::health(tx, id, self.ground.now()).await?)
    }

    /// The log, newest first; `before` is the last attempt of the page before.
    pub async fn attempts(
        &self,
        tx: &Tx<CustomerScope>,
        id: EndpointId,
        before: Option<(DateTime<Utc>, AttemptId)>,
        limit: u64,
    ) -> Result<Vec<Attempt>, EndpointError> {
        self.get(tx, id).await?;
        Ok(attempts::page(tx, id, before, limit.min(MAX_PAGE)).await?)
    }

    /// The dead-letter shelf, oldest first; `after` is the last one of the page before.
    pub async fn dead_letters(
        &self,
        tx: &Tx<CustomerScope>,
        id: EndpointId,
        after: Option<DeliveryId>,
        limit: u64,
    ) -> Result<Vec<DeadLetter>, EndpointError> {
        self.get(tx, id).await?;
        Ok(attempts::dead(tx, id, after, limit.min(MAX_PAGE)).await?)
    }

    /// Takes one delivery off the shelf, under the same `webhook-id`, with the whole schedule before it again.
    pub async fn retry(
        &self,
        tx: &Tx<CustomerScope>,
        id: EndpointId,
        delivery: DeliveryId,
    ) -> Result<(), EndpointError> {
        let found = endpoints::revive(tx, id, Some(delivery), self.ground.now()).await?;
        if found == 0 {
            Err(EndpointError::NotFound)
        } else {
            Ok(())
        }
    }

    /// Takes everything off the shelf; returns how many.
    pub async fn retry_all(&self, tx: &Tx<CustomerScope>, id: EndpointId) -> Result<u64, EndpointError> {
        self.get(tx, id).await?;
        Ok(endpoints::revive(tx, id, None, self.ground.now()).await?)
    }

    /// How far the events of these readings have come. A reading that has no event yet is left out.
    pub async fn deliveries_of(
        &self,
        tx: &Tx<CustomerScope>,
        readings: &[ReadingId],
    ) -> Result<Vec<ReadingDelivery>, EndpointError> {
        Ok(endpoints::deliveries_of(tx, readings).await?)
    }

    /// Sends a test event the way every event goes. It begins its own transactions: the customer's, which proves that
    /// the endpoint is theirs, then the platform's, since no tenant writes events.
    pub async fn send_test(
        &self,
        scope: &CustomerScope,
        id: EndpointId,
    ) -> Result<DeliveryId, EndpointError> {
        let customer = scope.id();
        scope
            .run(&self.database, async |tx| self.get(tx, id).await)
            .await?;
        let delivery = self.ground.id();
        let pool = self.database.system_forwarding();
        publish::system_insert_test(pool, customer, id, delivery, self.ground.now()).await?;
        self.signals.published(&[customer]);
        self.nudge(customer, id).await;
        Ok(delivery)
    }

    /// After a commit that made something due: send now.
    pub async fn nudge(&self, customer: CustomerId, id: EndpointId) {
        let woken = self.signals.queue().wake(&[Wake::endpoint(customer, id)]).await;
        swallow(woken, "the sweep finds what is due");
    }
}

fn checked_description(text: &str) -> Result<String, EndpointError> {
    let text = text.trim();
    if text.chars().count() > MAX_DESCRIPTION || text.chars().any(char::is_control) {
        return Err(EndpointError::Description);
    }
    Ok(text.to_owned())
}

fn check_range(number: i16, most: i16, error: EndpointError) -> Result<(), EndpointError> {
    if (1..=most).contains(&number) {
        Ok(())
    } else {
        Err(error)
    }
}
