//! `assignment`, read for devices that a customer has no more.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use super::{all, get, id, one};
use crate::ground::ids::DeviceId;
use crate::registry::RegistryError;
use crate::registry::given_back::LastTime;
use crate::tenancy::{CustomerScope, Tx};

/// Devices of which a period ended in the days for which readings are kept, the latest: beyond so many it was a whole fleet.
const MOST: i64 = 10_000;

/// The devices of which a period at the customer ended after a time. Some of them may have come again, or never left: one
/// that took another's place began a new period. One row with all of them: many thousand rows would take longer to read than
/// to find.
pub(in crate::registry) async fn since(
    tx: &Tx<CustomerScope>,
    after: DateTime<Utc>,
) -> Result<Vec<DeviceId>, RegistryError> {
    let sql = "select coalesce(array_agg(device_id), '{}') as ids from (
        select device_id from assignment
        where device_id is not null and customer_id = current_setting('app.customer')::uuid and valid_until > $1
        group by device_id order by max(valid_until) desc, device_id limit $2) as latest";
    let row = one(tx, sql, [after.into(), MOST.into()]).await?;
    let ids: Vec<Uuid> = row.map_or(Ok(Vec::new()), |row| get(&row, "ids"))?;
    Ok(ids.into_iter().map(DeviceId::from).collect())
}

/// When the customer had each of these for the last time, of those that it had.
pub(in crate::registry) async fn last_times(
    tx: &Tx<CustomerScope>,
    devices: &[DeviceId],
) -> Result<Vec<LastTime>, RegistryError> {
    let sql = "select distinct on (device_id) device_id, valid_from, valid_until from assignment
        where device_id = any($1) and customer_id = current_setting('app.customer')::uuid and valid_until is not null
        order by device_id, valid_until desc";
    let ids: Vec<Uuid> = devices.iter().map(|id| id.as_uuid()).collect();
    let rows = all(tx, sql, [ids.into()]).await?;
    Ok(rows.iter().map(last_time).collect::<Result<_, _>>()?)
}

fn last_time(row: &QueryResult) -> Result<LastTime, DbErr> {
    Ok(LastTime {
        device: id(row, "device_id")?,
        from: get(row, "valid_from")?,
        until: get(row, "valid_until")?,
    })
}
