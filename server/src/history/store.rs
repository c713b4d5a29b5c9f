//! What pages and API read of the history, always in a scope. Statements are fixed texts; what varies is bound.

pub mod board;
pub mod buckets;
pub mod file;
pub mod line;
pub mod live;
pub mod page;
pub mod readings;
pub mod recent;
pub mod series;
pub mod stream;
pub mod summary;
pub mod trace;

use sea_orm::{DatabaseBackend, DbErr, QueryResult, Statement, TryGetable, Value};
use vitals::{Kind, Quality, Vital};

/// How far a device's believed time may lie ahead of its arrival: days of arrival before the wanted time less this hold
/// nothing of it, which keeps a query off them.
const AHEAD_MINUTES: i64 = 15;

fn sql(text: &'static str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DatabaseBackend::Postgres, text, values)
}

fn get<T: TryGetable>(row: &QueryResult, column: &str) -> Result<T, DbErr> {
    row.try_get("", column)
}

/// A stored word as what it stands for.
fn parsed<T: std::str::FromStr>(row: &QueryResult, column: &str) -> Result<T, DbErr> {
    get::<String>(row, column)?.parse().map_err(|_| unknown(column))
}

fn vital(row: &QueryResult, kind: Kind) -> Result<Vital, DbErr> {
    Vital::from_json(kind, &get(row, "vals")?).map_err(|_| unknown("vals"))
}

fn quality(row: &QueryResult) -> Result<Quality, DbErr> {
    Quality::from_bits(get(row, "quality")?).ok_or_else(|| unknown("quality"))
}

/// Never says what stands there: it may be a measured value.
fn unknown(column: &str) -> DbErr {
    DbErr::Type(format!(
        "reading.{column}: written by a version that this one does not know"
    ))
}
