//! `assignment`: who held a device, and when; and the device's own row, which says who holds it now.

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;

use super::{Violation, get, id, kinds, maybe_id, maybe_word, one, run, violation, word};
use crate::ground::enums::{DeviceState, OrganisationState};
use crate::ground::ids::{AssignmentId, CustomerId, DeviceId, DistributorId, UserId};
use crate::registry::RegistryError;
use crate::registry::moves::{Held, Next, Open, Period, Receiver};
use crate::tenancy::{Scope, SystemScope, Tx};

type System = Tx<SystemScope>;

/// Locks the device, so that two moves of it come one after the other.
pub(in crate::registry) async fn system_lock(
    tx: &System,
    device: DeviceId,
) -> Result<Option<Held>, RegistryError> {
    let sql = "select d.state, d.customer_id, d.distributor_id, d.customer_reference, m.kinds,
          d.reserved_for
        from device d join device_model m on m.id = d.model_id where d.id = $1 for no key update of d";
    let row = one(tx, sql, [device.as_uuid().into()]).await?;
    let held = |row: &QueryResult| {
        Ok::<_, sea_orm::DbErr>(Held {
            state: word(row, "state")?,
            customer: maybe_id(row, "customer_id")?,
            distributor: maybe_id(row, "distributor_id")?,
            reference: get(row, "customer_reference")?,
            kinds: kinds(row)?,
            reserved: maybe_word(row, "reserved_for")?,
        })
    };
    Ok(row.as_ref().map(held).transpose()?)
}

/// Who is to get a device; locked against a change of distributor.
pub(in crate::registry) async fn system_receiver(
    tx: &System,
    customer: CustomerId,
) -> Result<Option<Receiver>, RegistryError> {
    let sql = "select distributor_id, state from customer where id = $1 for share";
    let row = one(tx, sql, [customer.as_uuid().into()]).await?;
    let receiver = |row: &QueryResult| {
        Ok::<_, sea_orm::DbErr>(Receiver {
            distributor: maybe_id(row, "distributor_id")?,
            is_closed: word::<OrganisationState>(row, "state")? == OrganisationState::Closed,
        })
    };
    Ok(row.as_ref().map(receiver).transpose()?)
}

pub(in crate::registry) async fn system_open_period(
    tx: &System,
    device: DeviceId,
) -> Result<Option<Open>, RegistryError> {
    let sql = "select id, customer_id, valid_from, line_id from assignment
        where device_id = $1 and valid_until is null";
    let row = one(tx, sql, [device.as_uuid().into()]).await?;
    Ok(row.as_ref().map(read_open).transpose()?)
}

pub(super) fn read_open(row: &QueryResult) -> Result<Open, sea_orm::DbErr> {
    Ok(Open {
        id: id(row, "id")?,
        customer: maybe_id(row, "customer_id")?,
        valid_from: get(row, "valid_from")?,
        line: get(row, "line_id")?,
    })
}

pub(in crate::registry) async fn system_close(
    tx: &System,
    period: AssignmentId,
    until: DateTime<Utc>,
    by: UserId,
) -> Result<(), RegistryError> {
    let sql = "update assignment set valid_until = $2, ended_by = $3 where id = $1";
    let values = [period.as_uuid().into(), until.into(), by.as_uuid().into()];
    run(tx, sql, values).await?;
    Ok(())
}

pub(in crate::registry) async fn open<S: Scope>(
    tx: &Tx<S>,
    id: AssignmentId,
    period: &Period,
    by: UserId,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    run(
        tx,
        "insert into assignment (id, device_id, customer_id, distributor_id, valid_from, assigned_by, created_at, reason,
           line_id, replaces_device_id, note)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        [
            id.as_uuid().into(),
            period.device.as_uuid().into(),
            period.customer.map(CustomerId::as_uuid).into(),
            period.distributor.map(DistributorId::as_uuid).into(),
            period.from.into(),
            by.as_uuid().into(),
            now.into(),
            period.reason.as_str().into(),
            period.line.into(),
            period.replaces.map(DeviceId::as_uuid).into(),
            period.note.clone().into(),
        ],
    )
    .await
    .map_err(overlap)?;
    Ok(())
}

/// The time in stock turns out to have been the customer's.
pub(in crate::registry) async fn system_take_from_stock(
    tx: &System,
    open: AssignmentId,
    period: &Period,
    by: UserId,
) -> Result<(), RegistryError> {
    run(
        tx,
        "update assignment set customer_id = $2, distributor_id = $3, valid_from = $4, assigned_by = $5, reason = $6,
           line_id = $7, replaces_device_id = $8, note = $9, is_heard = false
         where id = $1",
        [
            open.as_uuid().into(),
            period.customer.map(CustomerId::as_uuid).into(),
            period.distributor.map(DistributorId::as_uuid).into(),
            period.from.into(),
            by.as_uuid().into(),
            period.reason.as_str().into(),
            period.line.into(),
            period.replaces.map(DeviceId::as_uuid).into(),
            period.note.clone().into(),
        ],
    )
    .await
    .map_err(overlap)?;
    Ok(())
}

/// The device itself: who has it now, and whether another customer ever held it. One holder's word for it is not the next
/// one's, nor is what was heard of it: when, what it measured, its battery and signal. The next one begins as with a device
/// that was never heard; how it was day by day stays with whom it was told of.
///
/// What was heard goes last. For the device itself no router and no heartbeat waits (m0037), but for this row they do: who
/// writes it between the `delete` and the commit waits until the move has committed, and with it whoever waits for a router's
/// batch. What is left of a move then is little, and nothing that they hold, so that none waits for the other in a circle.
/// They find no row after it and write one for who had the device when they looked; before that commits it is taken away
/// again, because the device is another's. What the next holder's was heard to say by then stays, if it was heard later: a
/// hub that tells of an earlier time is written over, and what it told is known again when the device is heard again.
pub(in crate::registry) async fn system_hand_over(
    tx: &System,
    device: DeviceId,
    next: Next,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let at = [
        device.as_uuid().into(),
        next.customer.map(CustomerId::as_uuid).into(),
        next.distributor.map(DistributorId::as_uuid).into(),
    ];
    // A token that was made for it in a distributor's stock was in the hands of the customer who now loses it: from here on it
    // speaks for that customer's time alone, as one that they had made.
    run(
        tx,
        "update device_credential k set customer_id = d.customer_id from device d
         where d.id = $1 and k.device_id = d.id and d.customer_id is distinct from $2 and d.customer_id is not null
           and k.customer_id is null and k.distributor_id is not null and k.revoked_at is null",
        [
            device.as_uuid().into(),
            next.customer.map(CustomerId::as_uuid).into(),
        ],
    )
    .await?;
    let own = [next.state.as_str().into(), now.into()];
    run(
        tx,
        "update device d set customer_id = $2, distributor_id = $3, state = $4, updated_at = $5,
           customer_reference = case when d.customer_id is not distinct from $2 then d.customer_reference end,
           distributor_reference = case when d.distributor_id is not distinct from $3 then d.distributor_reference end,
           ever_moved = d.ever_moved or exists (
             select from assignment a where a.device_id = d.id and a.customer_id is not null and a.customer_id <> $2)
         where d.id = $1",
        at.clone().into_iter().chain(own),
    )
    .await?;
    run(
        tx,
        "delete from device_status
         where device_id = $1 and (customer_id is distinct from $2 or distributor_id is distinct from $3)",
        at,
    )
    .await?;
    Ok(())
}

/// Another device took its place.
pub(in crate::registry) async fn system_step_down(
    tx: &System,
    device: DeviceId,
    state: DeviceState,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let sql = "update device set state = $2, customer_reference = null, updated_at = $3 where id = $1";
    let values = [device.as_uuid().into(), state.as_str().into(), now.into()];
    run(tx, sql, values).await?;
    Ok(())
}

/// The customer's own word for a device that took another's place.
pub(in crate::registry) async fn system_refer(
    tx: &System,
    device: DeviceId,
    reference: Option<&str>,
) -> Result<(), RegistryError> {
    let sql = "update device set customer_reference = coalesce($2, customer_reference) where id = $1";
    run(tx, sql, [device.as_uuid().into(), reference.into()]).await?;
    Ok(())
}

pub(super) fn overlap(error: sea_orm::DbErr) -> RegistryError {
    match violation(&error) {
        Some(Violation::Taken) => {
            RegistryError::invalid("from", "somebody else held the device at that time")
        }
        _ => error.into(),
    }
}
