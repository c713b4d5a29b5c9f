//! What the registry asks the database, one file a subject. No statement is ever built from input; a function that takes
//! the transaction of a person's scope sees what row-level security shows that person.

pub(super) mod adoption;
pub(super) mod claim;
pub(super) mod contacts;
pub(super) mod devices;
pub(super) mod errands;
pub(super) mod figures;
pub(super) mod fleet;
pub(super) mod history;
pub(super) mod hub_moves;
pub(super) mod hubs;
pub(super) mod import;
pub(super) mod imports;
pub(super) mod models;
pub(super) mod movements;
pub(super) mod moves;
pub(super) mod naming;
pub(super) mod organisations;
pub(super) mod overview;
pub(super) mod quarantine;
pub(super) mod refusals;
pub(super) mod search;
pub(super) mod sites;
pub(super) mod teams;
pub(super) mod tokens;
pub(super) mod vitality;
pub(super) mod wanting;

use sea_orm::{
    ConnectionTrait as _, DatabaseBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement, TryGetable,
    Value,
};
use uuid::Uuid;
use vitals::Kind;

use crate::tenancy::{Scope, Tx};

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

/// A stored word as what it stands for.
fn word<T: std::str::FromStr>(row: &QueryResult, column: &str) -> Result<T, DbErr> {
    parsed(&get::<String>(row, column)?, column)
}

fn maybe_word<T: std::str::FromStr>(row: &QueryResult, column: &str) -> Result<Option<T>, DbErr> {
    get::<Option<String>>(row, column)?
        .map(|text| parsed(&text, column))
        .transpose()
}

fn kinds(row: &QueryResult) -> Result<Vec<Kind>, DbErr> {
    get::<Vec<String>>(row, "kinds")?
        .iter()
        .map(|text| parsed(text, "kinds"))
        .collect()
}

fn kind_words(kinds: &[Kind]) -> Vec<String> {
    kinds.iter().map(|kind| kind.as_str().to_owned()).collect()
}

fn parsed<T: std::str::FromStr>(text: &str, column: &str) -> Result<T, DbErr> {
    text.parse()
        .map_err(|_| DbErr::Type(format!("{column}: a word that this version does not know")))
}

/// Why PostgreSQL refused a row.
#[derive(Debug, PartialEq, Eq)]
enum Violation {
    /// A unique key or an exclusion.
    Taken,
    /// A foreign key.
    Missing,
}

/// Whether it was this constraint or unique index that refused.
fn broken(error: &DbErr, constraint: &str) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error
    else {
        return false;
    };
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::constraint)
        == Some(constraint)
}

fn violation(error: &DbErr) -> Option<Violation> {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error
    else {
        return None;
    };
    match error.as_database_error()?.code()?.as_ref() {
        "23505" | "23P01" => Some(Violation::Taken),
        "23503" => Some(Violation::Missing),
        _ => None,
    }
}
