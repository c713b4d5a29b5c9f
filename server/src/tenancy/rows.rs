//! What every room's store asks and reads with: a statement of fixed text in an open transaction, and a row's columns.

use sea_orm::{
    ConnectionTrait as _, DatabaseBackend, DbErr, ExecResult, QueryResult, Statement, TryGetable, Value,
};
use uuid::Uuid;
use vitals::Kind;

use super::{Scope, Tx};

pub(crate) async fn all<S: Scope>(
    tx: &Tx<S>,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    tx.connection().query_all_raw(statement(sql, values)).await
}

pub(crate) async fn one<S: Scope>(
    tx: &Tx<S>,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Option<QueryResult>, DbErr> {
    tx.connection().query_one_raw(statement(sql, values)).await
}

pub(crate) async fn run<S: Scope>(
    tx: &Tx<S>,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<ExecResult, DbErr> {
    tx.connection().execute_raw(statement(sql, values)).await
}

fn statement(sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DatabaseBackend::Postgres, sql, values)
}

pub(crate) fn get<T: TryGetable>(row: &QueryResult, column: &str) -> Result<T, DbErr> {
    row.try_get("", column)
}

pub(crate) fn id<I: From<Uuid>>(row: &QueryResult, column: &str) -> Result<I, DbErr> {
    get::<Uuid>(row, column).map(I::from)
}

pub(crate) fn maybe_id<I: From<Uuid>>(row: &QueryResult, column: &str) -> Result<Option<I>, DbErr> {
    Ok(get::<Option<Uuid>>(row, column)?.map(I::from))
}

/// A stored word as what it stands for.
pub(crate) fn word<T: std::str::FromStr>(row: &QueryResult, column: &str) -> Result<T, DbErr> {
    parsed(&get::<String>(row, column)?, column)
}

pub(crate) fn maybe_word<T: std::str::FromStr>(row: &QueryResult, column: &str) -> Result<Option<T>, DbErr> {
    get::<Option<String>>(row, column)?
        .map(|text| parsed(&text, column))
        .transpose()
}

pub(crate) fn kinds(row: &QueryResult) -> Result<Vec<Kind>, DbErr> {
    get::<Vec<String>>(row, "kinds")?
        .iter()
        .map(|text| parsed(text, "kinds"))
        .collect()
}

pub(crate) fn kind_words(kinds: &[Kind]) -> Vec<String> {
    kinds.iter().map(|kind| kind.as_str().to_owned()).collect()
}

fn parsed<T: std::str::FromStr>(text: &str, column: &str) -> Result<T, DbErr> {
    text.parse()
        .map_err(|_| DbErr::Type(format!("{column}: a word that this version does not know")))
}
