//! The usage ledger: readings counted per customer, device or hub, and UTC day with 24 hourly counts, and deliveries per
//! endpoint and day. It outlives telemetry, and billing reads nothing else.
//!
//! Main types: [`DayCount`] and the functions that read it. It is written by the forwarding room alone, in the router's
//! and the completion's statements, by increments in the same transaction as what they count. Pages, API and billing may
//! call it.

mod store;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::DbErr;

use crate::ground::ids::DeviceId;
use crate::tenancy::{AdminScope, CustomerScope, DistributorScope, Tx};

/// Readings of one UTC day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayCount {
    /// The UTC day on which they were measured.
    pub day: NaiveDate,
    /// How many; tests are not counted.
    pub readings: i64,
    /// Of how many devices.
    pub devices: i64,
}

/// Readings of one minute, over all customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MinuteCount {
    /// Its beginning.
    pub minute: DateTime<Utc>,
    /// How many arrived.
    pub readings: i64,
}

/// The customer's readings a day, `from` to `until`, both included; a day without any is left out.
pub async fn customer_days(
    tx: &Tx<CustomerScope>,
    from: NaiveDate,
    until: NaiveDate,
) -> Result<Vec<DayCount>, DbErr> {
    store::days(tx, from, until).await
}

/// The same over all customers of a distributor.
pub async fn distributor_days(
    tx: &Tx<DistributorScope>,
    from: NaiveDate,
    until: NaiveDate,
) -> Result<Vec<DayCount>, DbErr> {
    store::days(tx, from, until).await
}

/// One device's readings in each hour of a UTC day; zeros where there are none.
pub async fn device_hours(
    tx: &Tx<CustomerScope>,
    device: DeviceId,
    day: NaiveDate,
) -> Result<[i32; 24], DbErr> {
    store::device_hours(tx, device, day).await
}

/// Deliveries of the customer that succeeded on a day, in events.
pub async fn delivered_on(tx: &Tx<CustomerScope>, day: NaiveDate) -> Result<i64, DbErr> {
    store::delivered_on(tx, day).await
}

/// Readings a minute since a moment, over all customers, for the health board.
pub async fn minutes(tx: &Tx<AdminScope>, since: DateTime<Utc>) -> Result<Vec<MinuteCount>, DbErr> {
    store::minutes(tx, since).await
}
