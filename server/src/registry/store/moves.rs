//! `assignment`: who held a device, and when.

use chrono::{DateTime, Utc};

use super::{Violation, get, id, maybe_id, one, run, violation, word};
use crate::ground::enums::DeviceState;
use crate::ground::ids::{AssignmentId, CustomerId, DeviceId, DistributorId, UserId};
use crate::registry::RegistryError;
use crate::registry::moves::{Open, Period};
use crate::tenancy::{AdminScope, Tx};

type Admin = Tx<AdminScope>;

/// Locks the device, so that two moves of it come one after the other.
pub(in crate::registry) async fn lock(
    tx: &Admin,
    device: DeviceId,
) -> Result<Option<DeviceState>, RegistryError> {
    let row = one(
        tx,
        "select state from device where id = $1 for update",
        [device.as_uuid().into()],
    )
    .await?;
    Ok(row.map(|row| word(&row, "state")).transpose()?)
}

pub(in crate::registry) async fn open_period(
    tx: &Admin,
    device: DeviceId,
) -> Result<Option<Open>, RegistryError> {
    let sql =
        "select id, customer_id, valid_from from assignment where device_id = $1 and valid_until is null";
    let Some(row) = one(tx, sql, [device.as_uuid().into()]).await? else {
        return Ok(None);
    };
    let (id, customer) = (id(&row, "id")?, maybe_id(&row, "customer_id")?);
    Ok(Some(Open {
        id,
        customer,
        valid_from: get(&row, "valid_from")?,
    }))
}

pub(in crate::registry) async fn close(
    tx: &Admin,
    period: AssignmentId,
    until: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let sql = "update assignment set valid_until = $2 where id = $1";
    run(tx, sql, [period.as_uuid().into(), until.into()]).await?;
    Ok(())
}

pub(in crate::registry) async fn open(
    tx: &Admin,
    id: AssignmentId,
    period: Period,
    by: UserId,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let Period {
        device,
        customer,
        distributor,
        from,
    } = period;
    run(
        tx,
        "insert into assignment (id, device_id, customer_id, distributor_id, valid_from, assigned_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        [
            id.as_uuid().into(),
            device.as_uuid().into(),
            customer.map(CustomerId::as_uuid).into(),
            distributor.map(DistributorId::as_uuid).into(),
            from.into(),
            by.as_uuid().into(),
            now.into(),
        ],
    )
    .await
    .map_err(overlap)?;
    Ok(())
}

/// The time in stock turns out to have been the customer's.
pub(in crate::registry) async fn take_from_stock(
    tx: &Admin,
    period: AssignmentId,
    customer: CustomerId,
    distributor: Option<DistributorId>,
    from: DateTime<Utc>,
    by: UserId,
) -> Result<(), RegistryError> {
    run(
        tx,
        "update assignment set customer_id = $2, distributor_id = $3, valid_from = $4, assigned_by = $5 where id = $1",
        [
            period.as_uuid().into(),
            customer.as_uuid().into(),
            distributor.map(DistributorId::as_uuid).into(),
            from.into(),
            by.as_uuid().into(),
        ],
    )
    .await
    .map_err(overlap)?;
    Ok(())
}

/// The device itself: its present holder, and whether another customer ever held it.
pub(in crate::registry) async fn hand_over(
    tx: &Admin,
    device: DeviceId,
    customer: CustomerId,
    distributor: Option<DistributorId>,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    run(
        tx,
        "update device d set customer_id = $2, distributor_id = $3, customer_reference = null, updated_at = $4,
           state = case when d.state in ('stock', 'returned') then 'active' else d.state end,
           ever_moved = d.ever_moved or exists (
             select from assignment a where a.device_id = d.id and a.customer_id is not null and a.customer_id <> $2)
         where d.id = $1",
        [
            device.as_uuid().into(),
            customer.as_uuid().into(),
            distributor.map(DistributorId::as_uuid).into(),
            now.into(),
        ],
    )
    .await?;
    Ok(())
}

fn overlap(error: sea_orm::DbErr) -> RegistryError {
    match violation(&error) {
        Some(Violation::Taken) => {
            RegistryError::invalid("from", "somebody else held the device at that time")
        }
        _ => error.into(),
    }
}
