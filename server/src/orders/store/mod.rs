//! What orders ask the database. No statement is ever built from input.

pub(super) mod hardware;
pub(super) mod incoming;
pub(super) mod items;
pub(super) mod orders;
pub(super) mod returns;
pub(super) mod steps;

use sea_orm::{
    ConnectionTrait as _, DatabaseBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement, TryGetable,
    Value,
};
use uuid::Uuid;
use vitals::Kind;

use crate::ground::enums::Errand;
use crate::ground::ids::{DeviceId, HubId};
use crate::orders::rules;
use crate::registry::RegistryError;
use crate::registry::errands::Thing;
use crate::tenancy::{Scope, SystemScope, Tx};

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

async fn all<S: Scope>(
    tx: &Tx<S>,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    tx.connection().query_all_raw(statement(sql, values)).await
}

async fn one<S: Scope>(
    tx: &Tx<S>,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Option<QueryResult>, DbErr> {
    tx.connection().query_one_raw(statement(sql, values)).await
}

async fn run<S: Scope>(
    tx: &Tx<S>,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<ExecResult, DbErr> {
    tx.connection().execute_raw(statement(sql, values)).await
}

fn statement(sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DatabaseBackend::Postgres, sql, values)
}

fn get<T: TryGetable>(row: &QueryResult, column: &str) -> Result<T, DbErr> {
    row.try_get("", column)
}

fn id<I: From<Uuid>>(row: &QueryResult, column: &str) -> Result<I, DbErr> {
    get::<Uuid>(row, column).map(I::from)
}

fn maybe_id<I: From<Uuid>>(row: &QueryResult, column: &str) -> Result<Option<I>, DbErr> {
    Ok(get::<Option<Uuid>>(row, column)?.map(I::from))
}

fn kinds(row: &QueryResult) -> Result<Vec<Kind>, DbErr> {
    get::<Vec<String>>(row, "kinds")?
        .iter()
        .map(|text| {
            text.parse()
                .map_err(|_| DbErr::Type("kinds: a word that this version does not know".to_owned()))
        })
        .collect()
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
