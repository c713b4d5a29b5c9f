//! A customer's endpoints. Row-level security keeps every statement inside the customer; none repeats the tenant.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, QueryResult, Statement, Value};

use crate::forwarding::endpoint::{Endpoint, ReadingDelivery};
use crate::ground::enums::{EndpointFormat, EndpointState};
use crate::ground::ids::{DeliveryId, EndpointId, ReadingId};
use crate::tenancy::{CustomerScope, Tx};

type Customer = Tx<CustomerScope>;

/// A statement with its values.
pub(in crate::forwarding) fn sql(text: &'static str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DatabaseBackend::Postgres, text, values)
}

pub(in crate::forwarding) async fn list(tx: &Customer) -> Result<Vec<Endpoint>, DbErr> {
    let statement = sql(
        "select id, url, description, state, disabled_reason, format, batch_max, max_concurrency, public_key,
           last_success_at, last_failure_at, consecutive_failures, created_at, updated_at
         from endpoint order by id",
        [],
    );
    tx.connection()
        .query_all_raw(statement)
        .await?
        .iter()
        .map(endpoint)
        .collect()
}

pub(in crate::forwarding) async fn get(tx: &Customer, id: EndpointId) -> Result<Option<Endpoint>, DbErr> {
    let statement = sql(
        "select id, url, description, state, disabled_reason, format, batch_max, max_concurrency, public_key,
           last_success_at, last_failure_at, consecutive_failures, created_at, updated_at
         from endpoint where id = $1",
        [id.into()],
    );
    tx.connection()
        .query_one_raw(statement)
        .await?
        .as_ref()
        .map(endpoint)
        .transpose()
}

fn endpoint(row: &QueryResult) -> Result<Endpoint, DbErr> {
    let key: Vec<u8> = row.try_get("", "public_key")?;
    Ok(Endpoint {
        id: row.try_get("", "id")?,
        url: row.try_get("", "url")?,
        description: row.try_get("", "description")?,
        state: row.try_get("", "state")?,
        disabled_reason: row.try_get("", "disabled_reason")?,
        format: row.try_get("", "format")?,
        batch_max: row.try_get("", "batch_max")?,
        max_concurrency: row.try_get("", "max_concurrency")?,
        public_key: Endpoint::key_text(&key)
            .ok_or_else(|| DbErr::Type("a public key has 32 bytes".to_owned()))?,
        last_success_at: row.try_get("", "last_success_at")?,
        last_failure_at: row.try_get("", "last_failure_at")?,
        consecutive_failures: row.try_get("", "consecutive_failures")?,
        created_at: row.try_get("", "created_at")?,
        updated_at: row.try_get("", "updated_at")?,
    })
}

/// Makes another of the customer's requests for a new endpoint wait until this transaction has ended, so that none counts
/// what the other is about to add. Readings do not wait: they only refer to the customer.
pub(in crate::forwarding) async fn lock_customer(tx: &Customer) -> Result<(), DbErr> {
    let statement = sql("select 1 from customer for no key update", []);
    tx.connection().query_one_raw(statement).await.map(drop)
}

pub(in crate::forwarding) async fn count(tx: &Customer) -> Result<i64, DbErr> {
    let row = tx
        .connection()
        .query_one_raw(sql("select count(*) as n from endpoint", []))
        .await?;
    row.map_or(Ok(0), |row| row.try_get("", "n"))
}

/// What a new row is made of.
pub(in crate::forwarding) struct NewRow {
    pub(in crate::forwarding) id: EndpointId,
    pub(in crate::forwarding) url: String,
    pub(in crate::forwarding) description: String,
    pub(in crate::forwarding) format: EndpointFormat,
    pub(in crate::forwarding) batch_max: i16,
    pub(in crate::forwarding) secret_sealed: Vec<u8>,
    pub(in crate::forwarding) seed_sealed: Vec<u8>,
    pub(in crate::forwarding) public_key: Vec<u8>,
    pub(in crate::forwarding) now: DateTime<Utc>,
}

/// The tenant is the transaction's own.
pub(in crate::forwarding) async fn insert(tx: &Customer, row: NewRow) -> Result<(), DbErr> {
    let NewRow {
        id,
        url,
        description,
        format,
        batch_max,
        secret_sealed,
        seed_sealed,
        public_key,
        now,
    } = row;
    let statement = sql(
        "insert into endpoint (id, customer_id, url, description, format, batch_max, secret_sealed,
           signing_seed_sealed, public_key, created_at, updated_at)
         values ($1, nullif(current_setting('app.customer', true), '')::uuid, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        [
            id.into(),
            url.into(),
            description.into(),
            format.into(),
            batch_max.into(),
            secret_sealed.into(),
            seed_sealed.into(),
            public_key.into(),
            now.into(),
        ],
    );
    tx.connection().execute_raw(statement).await.map(drop)
}

/// What changes; `None` stays.
pub(in crate::forwarding) struct Patch {
    pub(in crate::forwarding) url: Option<String>,
    pub(in crate::forwarding) description: Option<String>,
    pub(in crate::forwarding) format: Option<EndpointFormat>,
    pub(in crate::forwarding) batch_max: Option<i16>,
    pub(in crate::forwarding) max_concurrency: Option<i16>,
    pub(in crate::forwarding) state: Option<EndpointState>,
    pub(in crate::forwarding) now: DateTime<Utc>,
}

/// Whether there was such an endpoint. Enabling forgets why it was disabled and how often it failed; a pause by hand
/// says so.
pub(in crate::forwarding) async fn update(
    tx: &Customer,
    id: EndpointId,
    patch: Patch,
) -> Result<bool, DbErr> {
    let Patch {
        url,
        description,
        format,
        batch_max,
        max_concurrency,
        state,
        now,
    } = patch;
    let statement = sql(
        "update endpoint set url = coalesce($2, url), description = coalesce($3, description),
           format = coalesce($4, format), batch_max = coalesce($5, batch_max),
           max_concurrency = coalesce($6, max_concurrency), state = coalesce($7, state),
           disabled_reason = case $7 when 'active' then null when 'disabled' then coalesce(disabled_reason, 'paused')
             else disabled_reason end,
           consecutive_failures = case $7 when 'active' then 0 else consecutive_failures end, updated_at = $8
         where id = $1",
        [
            id.into(),
            url.into(),
            description.into(),
            format.into(),
            batch_max.into(),
            max_concurrency.into(),
            state.into(),
            now.into(),
        ],
    );
    Ok(tx.connection().execute_raw(statement).await?.rows_affected() == 1)
}

/// The sealed secret, locked so that two rotations do not lose one of each other's.
pub(in crate::forwarding) async fn lock_secret(
    tx: &Customer,
    id: EndpointId,
) -> Result<Option<Vec<u8>>, DbErr> {
    let statement = sql(
        "select secret_sealed from endpoint where id = $1 for no key update",
        [id.into()],
    );
    let row = tx.connection().query_one_raw(statement).await?;
    row.map(|row| row.try_get("", "secret_sealed")).transpose()
}

pub(in crate::forwarding) async fn update_secret(
    tx: &Customer,
    id: EndpointId,
    sealed: Vec<u8>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let statement = sql(
        "update endpoint set secret_sealed = $2, updated_at = $3 where id = $1",
        [id.into(), sealed.into(), now.into()],
    );
    tx.connection().execute_raw(statement).await.map(drop)
}

/// Makes dead deliveries due again, one or all of an endpoint's, and returns how many. Attempts are counted anew.
pub(in crate::forwarding) async fn revive(
    tx: &Customer,
    endpoint: EndpointId,
    delivery: Option<DeliveryId>,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let statement = sql(
        "update delivery set state = 'due', attempt = 0, next_attempt_at = $3, lease_until = null
         where endpoint_id = $1 and state = 'dead' and ($2::uuid is null or id = $2)",
        [endpoint.into(), delivery.into(), now.into()],
    );
    Ok(tx.connection().execute_raw(statement).await?.rows_affected())
}

pub(in crate::forwarding) async fn deliveries_of(
    tx: &Customer,
    readings: &[ReadingId],
) -> Result<Vec<ReadingDelivery>, DbErr> {
    let ids: Vec<uuid::Uuid> = readings.iter().map(|reading| reading.as_uuid()).collect();
    let statement = sql(
        "select distinct on (reading_id) reading_id, sequence, delivery_state, delivered_at, next_attempt_at
         from event where reading_id = any ($1) order by reading_id, sequence desc",
        [ids.into()],
    );
    let rows = tx.connection().query_all_raw(statement).await?;
    rows.iter()
        .map(|row| {
            Ok(ReadingDelivery {
                reading: row.try_get("", "reading_id")?,
                sequence: row.try_get("", "sequence")?,
                state: row.try_get("", "delivery_state")?,
                delivered_at: row.try_get("", "delivered_at")?,
                next_attempt_at: row.try_get("", "next_attempt_at")?,
            })
        })
        .collect()
}
