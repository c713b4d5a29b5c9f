//! `state_change`: who changed the state of a device or a hub, as row-level security shows it.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult, Value};
use uuid::Uuid;

use super::{all, get, run, word};
use crate::ground::enums::ThingState;
use crate::ground::ids::{CustomerId, DeviceId, DistributorId, HubId, UserId};
use crate::registry::RegistryError;
use crate::registry::moves::Next;
use crate::registry::states::{Author, Change};
use crate::tenancy::{Scope, SystemScope, Tx};

/// More than a person reads.
const MOST: i64 = 200;

/// Written beside the state itself, of what stands on the locked row. Names who has the thing then.
pub(in crate::registry) async fn write_device<S: Scope>(
    tx: &Tx<S>,
    id: Uuid,
    device: DeviceId,
    (was, became): (ThingState, ThingState),
    (by, now): (Author, DateTime<Utc>),
) -> Result<(), RegistryError> {
    const SQL: &str =
        "insert into state_change (id, device_id, distributor_id, customer_id, at, was, became, changed_by,
          by_side)
        select $1, id, distributor_id, customer_id, $3, $4, $5, $6, $7 from device where id = $2";
    write(tx, SQL, (id, device.as_uuid()), (was, became), (by, now)).await
}

pub(in crate::registry) async fn write_hub<S: Scope>(
    tx: &Tx<S>,
    id: Uuid,
    hub: HubId,
    (was, became): (ThingState, ThingState),
    (by, now): (Author, DateTime<Utc>),
) -> Result<(), RegistryError> {
    const SQL: &str =
        "insert into state_change (id, hub_id, distributor_id, customer_id, at, was, became, changed_by,
          by_side)
        select $1, id, distributor_id, customer_id, $3, $4, $5, $6, $7 from hub where id = $2";
    write(tx, SQL, (id, hub.as_uuid()), (was, became), (by, now)).await
}

async fn write<S: Scope>(
    tx: &Tx<S>,
    sql: &'static str,
    (id, thing): (Uuid, Uuid),
    (was, became): (ThingState, ThingState),
    (by, now): (Author, DateTime<Utc>),
) -> Result<(), RegistryError> {
    let values: [Value; 7] = [
        id.into(),
        thing.into(),
        now.into(),
        was.as_str().into(),
        became.as_str().into(),
        by.user.as_uuid().into(),
        by.side.as_str().into(),
    ];
    run(tx, sql, values).await?;
    Ok(())
}

/// Of a move that begins no period, or leaves the device inactive; before the move writes what the device becomes, and for
/// whom. Nothing, where it is so already.
pub(in crate::registry) async fn system_write_move(
    tx: &Tx<SystemScope>,
    id: Uuid,
    device: DeviceId,
    next: Next,
    (by, now): (UserId, DateTime<Utc>),
) -> Result<(), RegistryError> {
    const SQL: &str =
        "insert into state_change (id, device_id, distributor_id, customer_id, at, was, became, changed_by,
          by_side)
        select $1, d.id, $3, $4, $5, d.state, $6, u.id,
          case when u.role in ('distributor', 'customer') then u.role else 'platform' end
        from device d left join user_account u on u.id = $7 where d.id = $2 and d.state <> $6";
    let values: [Value; 7] = [
        id.into(),
        device.as_uuid().into(),
        next.distributor.map(DistributorId::as_uuid).into(),
        next.customer.map(CustomerId::as_uuid).into(),
        now.into(),
        next.state.as_str().into(),
        by.as_uuid().into(),
    ];
    run(tx, SQL, values).await?;
    Ok(())
}

pub(in crate::registry) async fn of_device<S: Scope>(
    tx: &Tx<S>,
    device: DeviceId,
) -> Result<Vec<Change>, RegistryError> {
    const SQL: &str = "select s.at, s.was, s.became, s.by_side, u.display_name as changed_by from state_change s
        left join user_account u on u.id = s.changed_by where s.device_id = $1 order by s.at desc, s.id desc limit $2";
    changes(tx, SQL, device.as_uuid()).await
}

pub(in crate::registry) async fn of_hub<S: Scope>(
    tx: &Tx<S>,
    hub: HubId,
) -> Result<Vec<Change>, RegistryError> {
    const SQL: &str = "select s.at, s.was, s.became, s.by_side, u.display_name as changed_by from state_change s
        left join user_account u on u.id = s.changed_by where s.hub_id = $1 order by s.at desc, s.id desc limit $2";
    changes(tx, SQL, hub.as_uuid()).await
}

async fn changes<S: Scope>(tx: &Tx<S>, sql: &'static str, thing: Uuid) -> Result<Vec<Change>, RegistryError> {
    let rows = all(tx, sql, [thing.into(), MOST.into()]).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

fn read(row: &QueryResult) -> Result<Change, DbErr> {
    Ok(Change {
        at: get(row, "at")?,
        was: word(row, "was")?,
        became: word(row, "became")?,
        by: get(row, "changed_by")?,
        side: word(row, "by_side")?,
    })
}
