//! What an administrator sees of forwarding: how it fares, never what is sent.

use chrono::{DateTime, Utc};
use sea_orm::DbErr;

use super::store;
use crate::ground::enums::{EndpointFormat, EndpointState};
use crate::ground::ids::{CustomerId, EndpointId};
use crate::tenancy::{AdminScope, Tx};

const MAX_PAGE: u64 = 200;

/// All endpoints together. Counts of deliveries stop at 100,000.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ForwardingSummary {
    /// Endpoints there are.
    pub endpoints: i64,
    /// Active ones whose last attempt failed.
    pub failing: i64,
    /// Disabled ones.
    pub disabled: i64,
    /// Deliveries that wait.
    pub waiting: i64,
    /// Deliveries on the dead-letter shelves.
    pub dead: i64,
    /// 99 of 100 deliveries of the last hour were there within so many ms.
    pub p99_ms: Option<f64>,
}

/// One endpoint as support sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the table's, commented there")]
pub struct EndpointSummary {
    pub id: EndpointId,
    pub customer: CustomerId,
    pub customer_name: String,
    pub url: String,
    pub state: EndpointState,
    pub disabled_reason: Option<String>,
    pub format: EndpointFormat,
    pub batch_max: i16,
    pub last_success_at: Option<DateTime<Utc>>,
    pub last_failure_at: Option<DateTime<Utc>>,
    pub consecutive_failures: i32,
}

/// How forwarding fares.
pub async fn summary(tx: &Tx<AdminScope>, now: DateTime<Utc>) -> Result<ForwardingSummary, DbErr> {
    store::admin::summary(tx, now).await
}

/// A page of endpoints in the order of their registration; `after` is the last one of the page before.
pub async fn endpoints(
    tx: &Tx<AdminScope>,
    after: Option<EndpointId>,
    limit: u64,
) -> Result<Vec<EndpointSummary>, DbErr> {
    store::admin::endpoints(tx, after, limit.min(MAX_PAGE)).await
}

/// The endpoints of these customers, in the order of their registration.
pub async fn endpoints_of(
    tx: &Tx<AdminScope>,
    customers: &[CustomerId],
) -> Result<Vec<EndpointSummary>, DbErr> {
    store::admin::endpoints_of(tx, customers).await
}

/// Active endpoints whose last attempt failed, and disabled ones: the longest without a success first.
pub async fn unwell(tx: &Tx<AdminScope>, limit: u64) -> Result<Vec<EndpointSummary>, DbErr> {
    store::admin::unwell(tx, limit.min(MAX_PAGE)).await
}
