//! What orders ask the database. No statement is ever built from input.

pub(super) mod hardware;
pub(super) mod incoming;
pub(super) mod items;
pub(super) mod orders;
pub(super) mod returns;
pub(super) mod steps;

use sea_orm::{DbErr, QueryResult, RuntimeErr, Value};
use uuid::Uuid;

use crate::ground::enums::{CaseSide, Errand};
use crate::ground::ids::{DeviceId, DistributorId, HubId};
use crate::orders::list::{Filter, Key};
use crate::orders::rules;
use crate::registry::errands::Thing;
use crate::registry::{Ask, RegistryError};
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

/// What was made with this token, of whatever distributor's person sends it again.
pub(super) async fn system_made(
    tx: &Tx<SystemScope>,
    errand: Errand,
    (distributor, token): (DistributorId, Uuid),
) -> Result<Option<Uuid>, RegistryError> {
    let sql = match errand {
        Errand::Order => "select id from device_order where distributor_id = $1 and token = $2",
        Errand::Return => "select id from device_return where distributor_id = $1 and token = $2",
    };
    let row = one(tx, sql, [distributor.as_uuid().into(), token.into()]).await?;
    Ok(row.map(|row| get(&row, "id")).transpose()?)
}

/// How many of a distributor's are not over.
pub(super) async fn system_open_count(
    tx: &Tx<SystemScope>,
    errand: Errand,
    distributor: DistributorId,
) -> Result<i64, RegistryError> {
    let sql = match errand {
        Errand::Order => {
            "select count(*) as open from device_order where distributor_id = $1 and ended_at is null"
        }
        Errand::Return => {
            "select count(*) as open from device_return where distributor_id = $1 and ended_at is null"
        }
    };
    let row = one(tx, sql, [distributor.as_uuid().into()]).await?;
    Ok(row.map_or(Ok(0), |row| get(&row, "open"))?)
}

/// What both lists ask with: where they go on, what is looked for as text and as a carrier's number, how far it is and
/// whether it must not be over, whose it is, how many rows, and whose turn
/// it is.
fn sought<S>(
    filter: &Filter<S>,
    (state, is_open): (Option<&'static str>, bool),
    ask: &Ask<Key>,
) -> [Value; 9] {
    let (at, last) = ask.after.unzip();
    // Carriers' numbers are kept without what stands between their digits.
    let tracking = filter.q.as_deref().map(|q| rules::bare(q).to_ascii_lowercase());
    [
        at.into(),
        last.into(),
        filter.q.clone().into(),
        tracking.into(),
        state.into(),
        is_open.into(),
        filter.distributor.map(DistributorId::as_uuid).into(),
        ask.rows().into(),
        filter.waits_for.map(CaseSide::as_str).into(),
    ]
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
