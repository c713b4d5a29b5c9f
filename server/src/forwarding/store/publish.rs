//! Events that come from no reading.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, RuntimeErr};
use sqlx::PgPool;

use crate::ground::ids::{CustomerId, DeliveryId, EndpointId};

/// One test event in the customer's stream and its delivery to one endpoint, in one statement.
pub(in crate::forwarding) async fn system_insert_test(
    pool: &PgPool,
    customer: CustomerId,
    endpoint: EndpointId,
    delivery: DeliveryId,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    sqlx::query(
        "with stream as (
           insert into customer_stream as s (customer_id, last_sequence) values ($1, 1)
           on conflict (customer_id) do update set last_sequence = s.last_sequence + 1
           returning last_sequence
         ), event as (
           insert into event (customer_id, sequence, created_at, type, delivery_state, next_attempt_at)
           select $1, last_sequence, $4, 'endpoint.test', 'waiting', $4 from stream
         )
         insert into delivery (id, customer_id, endpoint_id, lane, event_sequences, events_created_at, next_attempt_at,
           created_at)
         select $3, $1, $2, '', array[last_sequence], $4, $4, $4 from stream",
    )
    .bind(customer)
    .bind(endpoint)
    .bind(delivery)
    .bind(now)
    .execute(pool)
    .await
    .map(drop)
    .map_err(|error| DbErr::Exec(RuntimeErr::SqlxError(Arc::new(error))))
}
