//! `assignment` of hubs, and what of a hub's row goes with a change of hands.

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;

use super::moves::{overlap, read_open};
use super::{Violation, maybe_id, maybe_word, one, run, violation, word};
use crate::ground::ids::{AssignmentId, CustomerId, DistributorId, HubId, UserId};
use crate::registry::RegistryError;
use crate::registry::hub_moves::{HeldHub, NextHub};
use crate::registry::moves::Open;
use crate::tenancy::{SystemScope, Tx};

type System = Tx<SystemScope>;

/// Locks the hub, so that two moves of it come one after the other, and a claim before or after them.
pub(in crate::registry) async fn system_lock(
    tx: &System,
    hub: HubId,
) -> Result<Option<HeldHub>, RegistryError> {
    let sql =
        "select state, customer_id, distributor_id, reserved_for from hub where id = $1 for no key update";
    let row = one(tx, sql, [hub.as_uuid().into()]).await?;
    let held = |row: &QueryResult| {
        Ok::<_, sea_orm::DbErr>(HeldHub {
            state: word(row, "state")?,
            customer: maybe_id(row, "customer_id")?,
            distributor: maybe_id(row, "distributor_id")?,
            reserved: maybe_word(row, "reserved_for")?,
        })
    };
    Ok(row.as_ref().map(held).transpose()?)
}

pub(in crate::registry) async fn system_open_period(
    tx: &System,
    hub: HubId,
) -> Result<Option<Open>, RegistryError> {
    let sql = "select id, customer_id, valid_from, line_id from assignment where hub_id = $1 and valid_until is null";
    let row = one(tx, sql, [hub.as_uuid().into()]).await?;
    Ok(row.as_ref().map(read_open).transpose()?)
}

pub(in crate::registry) async fn system_open(
    tx: &System,
    id: AssignmentId,
    hub: HubId,
    (next, note): (NextHub, Option<&str>),
    by: UserId,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    run(
        tx,
        "insert into assignment (id, hub_id, customer_id, distributor_id, valid_from, assigned_by, created_at, reason, note)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [
            id.as_uuid().into(),
            hub.as_uuid().into(),
            next.customer.map(CustomerId::as_uuid).into(),
            next.distributor.map(DistributorId::as_uuid).into(),
            next.at.into(),
            by.as_uuid().into(),
            now.into(),
            next.reason.as_str().into(),
            note.into(),
        ],
    )
    .await
    .map_err(overlap)?;
    Ok(())
}

/// The hub itself: who has it now. Its key, what it said of itself and what it was asked to do stay behind; the public key
/// that proves earlier batches stays among the keys that it held. What it was called stays behind too: it is called by its
/// serial again, unless it goes down from the stock in which it got its name.
pub(in crate::registry) async fn system_hand_over(
    tx: &System,
    hub: HubId,
    next: NextHub,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let id = || sea_orm::Value::from(hub.as_uuid());
    run(
        tx,
        "update hub set customer_id = $2, distributor_id = $3, state = $4, public_key = null, fingerprint = null,
           version = null, claimed_at = null, confirmed_at = null, confirmed_by = null, last_seen_at = null,
           name = case when customer_id is null and (distributor_id is null or $2::uuid is not null) then name
             else serial end
         where id = $1",
        [
            id(),
            next.customer.map(CustomerId::as_uuid).into(),
            next.distributor.map(DistributorId::as_uuid).into(),
            next.state.as_str().into(),
        ],
    )
    .await
    .map_err(|error| match violation(&error) {
        Some(Violation::Taken) => RegistryError::Conflict("the customer has a hub of this serial already"),
        _ => error.into(),
    })?;
    run(
        tx,
        "update hub_key set valid_until = greatest(valid_from, $2) where hub_id = $1 and valid_until is null",
        [id(), now.into()],
    )
    .await?;
    run(
        tx,
        "update hub_command set state = 'expired', done_at = $2 where hub_id = $1 and state in ('queued', 'sent')",
        [id(), now.into()],
    )
    .await?;
    run(tx, "delete from hub_status where hub_id = $1", [id()]).await?;
    Ok(())
}
