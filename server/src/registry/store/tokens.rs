//! `device_credential`, which no tenant's role may touch.

use chrono::{DateTime, Utc};

use super::{Violation, get, one, run, violation};
use crate::ground::ids::{CredentialId, DeviceId};
use crate::registry::RegistryError;
use crate::tenancy::{SystemScope, Tx};

type System = Tx<SystemScope>;

pub(in crate::registry) async fn system_insert(
    tx: &System,
    id: CredentialId,
    device: DeviceId,
    hmac: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let sql = "insert into device_credential (id, device_id, token_hmac, created_at) values ($1, $2, $3, $4)";
    run(
        tx,
        sql,
        [
            id.as_uuid().into(),
            device.as_uuid().into(),
            hmac.to_vec().into(),
            now.into(),
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
    let sql = "select max(created_at) as issued_at from device_credential where device_id = $1 and revoked_at is null";
    let row = one(tx, sql, [device.as_uuid().into()]).await?;
    Ok(row
        .map(|row| get::<Option<DateTime<Utc>>>(&row, "issued_at"))
        .transpose()?
        .flatten())
}
