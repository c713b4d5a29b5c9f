//! What the desk asks the database. No statement is ever built from input.

pub(super) mod cases;
pub(super) mod notes;
pub(super) mod people;
pub(super) mod trouble;

use sea_orm::{ConnectionTrait as _, DatabaseBackend, DbErr, QueryResult, Statement, TryGetable, Value};
use uuid::Uuid;

use crate::ground::enums::{CaseNoteKind, CaseState, CaseVisibility};
use crate::tenancy::{Scope, Tx};

/// A line to write.
#[derive(Debug)]
pub(super) struct Line {
    kind: CaseNoteKind,
    visibility: CaseVisibility,
    text: Option<String>,
    state: Option<CaseState>,
    assignee_name: Option<String>,
}

impl Line {
    /// Somebody wrote.
    pub(super) fn note(text: String, visibility: CaseVisibility) -> Self {
        Self {
            kind: CaseNoteKind::Note,
            visibility,
            text: Some(text),
            state: None,
            assignee_name: None,
        }
    }

    /// It stands differently.
    pub(super) fn state(state: CaseState) -> Self {
        Self {
            kind: CaseNoteKind::State,
            visibility: CaseVisibility::Everybody,
            text: None,
            state: Some(state),
            assignee_name: None,
        }
    }

    /// Somebody else looks after it, or nobody.
    pub(super) fn assignee(name: Option<String>) -> Self {
        Self {
            kind: CaseNoteKind::Assignee,
            visibility: CaseVisibility::Everybody,
            text: None,
            state: None,
            assignee_name: name,
        }
    }
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

async fn run<S: Scope>(tx: &Tx<S>, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<(), DbErr> {
    tx.connection()
        .execute_raw(statement(sql, values))
        .await
        .map(drop)
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
