//! `assignment`, read for devices that a customer has no more.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult};

use super::{all, get, id, one};
use crate::ground::ids::DeviceId;
use crate::registry::RegistryError;
use crate::registry::given_back::LastTime;
use crate::tenancy::{CustomerScope, Tx};

/// Given back in the days for which readings are kept, the latest: beyond so many it was a whole fleet.
const MOST: i64 = 10_000;

/// Whoever has the device now has it by a period that has not ended.
const NOT_HERE: &str = "not exists (select from assignment o where o.device_id = a.device_id
    and o.customer_id = a.customer_id and o.valid_until is null)";

pub(in crate::registry) async fn of_device(
    tx: &Tx<CustomerScope>,
    device: DeviceId,
) -> Result<Option<LastTime>, RegistryError> {
    let sql = format!(
        "select a.device_id, a.valid_from, a.valid_until from assignment a
         where a.device_id = $1 and a.customer_id = current_setting('app.customer')::uuid and a.valid_until is not null
           and {NOT_HERE} order by a.valid_until desc limit 1"
    );
    let row = one(tx, &sql, [device.as_uuid().into()]).await?;
    Ok(row.as_ref().map(last_time).transpose()?)
}

pub(in crate::registry) async fn since(
    tx: &Tx<CustomerScope>,
    after: DateTime<Utc>,
) -> Result<Vec<LastTime>, RegistryError> {
    let sql = format!(
        "select device_id, valid_from, valid_until from (
           select distinct on (a.device_id) a.device_id, a.valid_from, a.valid_until from assignment a
           where a.device_id is not null and a.customer_id = current_setting('app.customer')::uuid
             and a.valid_until > $1 and {NOT_HERE}
           order by a.device_id, a.valid_until desc) as last
         order by valid_until desc, device_id limit $2"
    );
    let rows = all(tx, &sql, [after.into(), MOST.into()]).await?;
    Ok(rows.iter().map(last_time).collect::<Result<_, _>>()?)
}

fn last_time(row: &QueryResult) -> Result<LastTime, DbErr> {
    Ok(LastTime {
        device: id(row, "device_id")?,
        from: get(row, "valid_from")?,
        until: get(row, "valid_until")?,
    })
}
