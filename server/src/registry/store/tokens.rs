//! `device_credential`, which no tenant's role may touch.

use chrono::{DateTime, Utc};

use super::{Violation, get, one, run, violation};
use crate::ground::ids::{CredentialId, CustomerId, DeviceId, DistributorId};
use crate::registry::RegistryError;
use crate::registry::standing::IssuedFor;
use crate::tenancy::{SystemScope, Tx};

type System = Tx<SystemScope>;

/// Makes whoever would move the device, or change its tokens, wait until this transaction has ended. A device that has moved
/// since the caller saw it is no longer there for them.
pub(in crate::registry) async fn system_lock(
    tx: &System,
    device: DeviceId,
    holder: IssuedFor,
) -> Result<(), RegistryError> {
    let sql = "select 1 from device where id = $1 and customer_id is not distinct from $2
        and distributor_id is not distinct from $3 for no key update";
    let values = [
        device.as_uuid().into(),
        holder.customer.map(CustomerId::as_uuid).into(),
        holder.distributor.map(DistributorId::as_uuid).into(),
    ];
    one(tx, sql, values)
        .await?
        .map(drop)
        .ok_or(RegistryError::NotFound("device"))
}

pub(in crate::registry) async fn system_insert(
    tx: &System,
    id: CredentialId,
    device: DeviceId,
    holder: IssuedFor,
    hmac: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let sql =
        "insert into device_credential (id, device_id, token_hmac, created_at, customer_id, distributor_id)
        values ($1, $2, $3, $4, $5, $6)";
    run(
        tx,
        sql,
        [
            id.as_uuid().into(),
            device.as_uuid().into(),
            hmac.to_vec().into(),
            now.into(),
            holder.customer.map(CustomerId::as_uuid).into(),
            holder.distributor.map(DistributorId::as_uuid).into(),
        ],
    )
    .await
    .map_err(|error| match violation(&error) {
        Some(Violation::Taken) => RegistryError::Conflict("the token could not be made; try again"),
        _ => error.into(),
    })?;
    Ok(())
}

pub(in crate::registry) async fn system_revoke(
    tx: &System,
    device: DeviceId,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let sql = "update device_credential set revoked_at = $2 where device_id = $1 and revoked_at is null";
    run(tx, sql, [device.as_uuid().into(), now.into()]).await?;
    Ok(())
}

pub(in crate::registry) async fn system_issued_at(
    tx: &System,
    device: DeviceId,
) -> Result<Option<DateTime<Utc>>, RegistryError> {
    let sql =
        "select max(c.created_at) as issued_at from device_credential c join device d on d.id = c.device_id
        where c.device_id = $1 and c.revoked_at is null
          and coalesce(c.customer_id = d.customer_id, c.customer_id is null)
          and coalesce(c.distributor_id = d.distributor_id, c.distributor_id is null)";
    let row = one(tx, sql, [device.as_uuid().into()]).await?;
    Ok(row
        .map(|row| get::<Option<DateTime<Utc>>>(&row, "issued_at"))
        .transpose()?
        .flatten())
}
