//! The database's history, one migration a subject, written by hand in SQL (`sql/`), because roles, row-level
//! security and partitions have no other tongue. Each goes up, down and up again in a test.
//!
//! Run as the owner role (`vw_owner`, or whoever owns the database); the server itself never alters tables.

use sea_orm_migration::prelude::*;

mod script;

pub use script::Script;
pub use sea_orm_migration::MigratorTrait;

/// All migrations in order.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        script::ALL
            .iter()
            .map(|script| -> Box<dyn MigrationTrait> { Box::new(*script) })
            .collect()
    }
}
