//! The statement that makes readings durable, in two forms. It is a transaction of its own. It stands over several rooms'
//! tables, which is the agreed exception (DESIGN §2): it makes sure who holds each device and that readings are taken
//! from it, writes key, reading and raw message, and the outbox row of each customer, or nothing at all.
//!
//! As a rule the registry's memory foresees everything, and [`foreseen`] only makes sure that the memory still holds;
//! [`careful`] asks the registry itself, row by row, and knows every exception.

mod arriving;
mod careful;
mod columns;
mod foreseen;

use sqlx::PgConnection;

pub(super) use self::careful::Messages;
pub(super) use self::columns::Columns;
pub(super) use self::foreseen::{Check, Foreseen, Missed};
use super::Verdict;

/// Which form to run.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form<'a> {
    /// Every reading is new and its owner known, as of one epoch of the registry.
    Foreseen(&'a Foreseen<'a>, Check),
    /// Anything may be so.
    Careful(&'a Columns<'a>, Messages),
}

/// What became of the rows.
#[derive(Debug)]
pub(super) enum Done {
    /// One verdict a row, in their order.
    Verdicts(Vec<Verdict>),
    /// It was not as foreseen; nothing was stored.
    Missed(Missed),
}

/// Runs the statement.
pub(super) async fn run(system: &mut PgConnection, form: Form<'_>) -> Result<Done, sqlx::Error> {
    match form {
        Form::Foreseen(foreseen, check) => foreseen.run(system, check).await,
        Form::Careful(columns, messages) => careful::run(system, columns, messages).await.map(Done::Verdicts),
    }
}
