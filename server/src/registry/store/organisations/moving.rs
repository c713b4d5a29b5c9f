//! A customer goes into another portfolio.

use chrono::{DateTime, Utc};
use sea_orm::Value;

use super::super::{maybe_id, one, run};
use crate::ground::ids::{CustomerId, DistributorId};
use crate::registry::RegistryError;
use crate::tenancy::{SystemScope, Tx};

/// The customer first, whose row whoever gives it a device holds; then its devices and hubs, each of which whoever moves it
/// locks before anything else of it; then all that carries its distributor beside it. What was heard of its devices goes
/// along, because the customer still has them. Returns whether it was in another one before.
pub(in crate::registry) async fn system_move_customer(
    tx: &Tx<SystemScope>,
    id: CustomerId,
    distributor: Option<DistributorId>,
    now: DateTime<Utc>,
) -> Result<bool, RegistryError> {
    let before = one(
        tx,
        "select distributor_id from customer where id = $1 for no key update",
        [id.as_uuid().into()],
    )
    .await?
    .ok_or(RegistryError::NotFound("customer"))?;
    let before: Option<DistributorId> = maybe_id(&before, "distributor_id")?;
    if before == distributor {
        return Ok(false);
    }
    for sql in [
        "select 1 from device where customer_id = $1 order by id for no key update",
        "select 1 from hub where customer_id = $1 order by id for no key update",
        // As the router and the heartbeats write them.
        "select 1 from device_status where customer_id = $1 order by device_id for no key update",
    ] {
        run(tx, sql, [id.as_uuid().into()]).await?;
    }
    let after: Value = distributor.map(DistributorId::as_uuid).into();
    for sql in [
        "update customer set distributor_id = $2 where id = $1",
        "update contact set distributor_id = $2 where customer_id = $1",
        "update hub set distributor_id = $2 where customer_id = $1",
        "update hub_status set distributor_id = $2 where customer_id = $1",
        "update hub_command set distributor_id = $2 where customer_id = $1",
        "update hub_log set distributor_id = $2 where customer_id = $1",
        "update assignment set distributor_id = $2 where customer_id = $1 and valid_until is null",
        "update device_status s set distributor_id = $2 from device d
         where d.customer_id = $1 and s.device_id = d.id and s.customer_id = $1",
    ] {
        run(tx, sql, [id.as_uuid().into(), after.clone()]).await?;
    }
    let sql = "update device_credential k set distributor_id = $2 from device d
        where d.customer_id = $1 and k.device_id = d.id and k.customer_id = $1 and k.revoked_at is null
          and k.distributor_id is not distinct from $3";
    let values = [
        id.as_uuid().into(),
        after.clone(),
        before.map(DistributorId::as_uuid).into(),
    ];
    run(tx, sql, values).await?;
    // The distributor's own word for a device is not the next one's.
    let sql = "update device set distributor_id = $2, distributor_reference = null, updated_at = $3 where customer_id = $1";
    run(tx, sql, [id.as_uuid().into(), after, now.into()]).await?;
    Ok(true)
}
