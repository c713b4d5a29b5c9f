//! What the registry asks the database, one file a subject. No statement is ever built from input; a function that takes
//! the transaction of a person's scope sees what row-level security shows that person.

pub(super) mod adoption;
pub(super) mod authors;
pub(super) mod claim;
pub(super) mod contacts;
pub(super) mod devices;
pub(super) mod errands;
pub(super) mod figures;
pub(super) mod fleet;
pub(super) mod given_back;
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
pub(super) mod past;
pub(super) mod places;
pub(super) mod printed;
pub(super) mod quarantine;
pub(super) mod refusals;
pub(super) mod search;
pub(super) mod sites;
pub(super) mod sources;
pub(super) mod states;
pub(super) mod teams;
pub(super) mod tokens;
pub(super) mod unheard;
pub(super) mod vitality;
pub(super) mod wanting;

use sea_orm::{DbErr, RuntimeErr};

use crate::tenancy::rows::{all, get, id, kind_words, kinds, maybe_id, maybe_word, one, run, word};

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
