//! What orders ask the database. No statement is ever built from input.

pub(super) mod hardware;
pub(super) mod incoming;
pub(super) mod items;
pub(super) mod orders;
pub(super) mod returns;
pub(super) mod steps;

use sea_orm::{DbErr, QueryResult, RuntimeErr};

use crate::ground::enums::Errand;
use crate::ground::ids::{DeviceId, HubId};
use crate::orders::rules;
use crate::registry::RegistryError;
use crate::registry::errands::Thing;
use crate::tenancy::rows::{all, get, id, kinds, maybe_id, one, run};
use crate::tenancy::{SystemScope, Tx};

/// Holds a year's counter until the end of the transaction, so that what is looked at after it is looked at by one alone.
pub(super) async fn system_hold_counter(
    tx: &Tx<SystemScope>,
    errand: Errand,
    year: i32,
) -> Result<(), RegistryError> {
    let sql = "insert into order_counter (what, year, last) values ($1, $2, 0)
        on conflict (what, year) do update set last = order_counter.last";
    run(tx, sql, [errand.as_str().into(), year.into()]).await?;
    Ok(())
}

/// The next number of a year, whose counter is held: numbers follow each other without a gap.
pub(super) async fn system_number(
    tx: &Tx<SystemScope>,
    errand: Errand,
    year: i32,
) -> Result<String, RegistryError> {
    let sql = "update order_counter set last = last + 1 where what = $1 and year = $2 returning last";
    let row = one(tx, sql, [errand.as_str().into(), year.into()])
        .await?
        .ok_or(RegistryError::NotFound("counter"))?;
    let before = match errand {
        Errand::Order => "",
        Errand::Return => "R-",
    };
    Ok(rules::number(before, year, get(&row, "last")?))
}

fn thing(row: &QueryResult) -> Result<Thing, DbErr> {
    let (device, hub): (Option<DeviceId>, Option<HubId>) =
        (maybe_id(row, "device_id")?, maybe_id(row, "hub_id")?);
    match (device, hub) {
        (Some(device), _) => Ok(Thing::Device(device)),
        (None, Some(hub)) => Ok(Thing::Hub(hub)),
        (None, None) => Err(DbErr::Type("an item of nothing".to_owned())),
    }
}

/// Whether a unique key refused a row.
fn is_taken(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error
    else {
        return false;
    };
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .is_some_and(|code| code == "23505")
}
