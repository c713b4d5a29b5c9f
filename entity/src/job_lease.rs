//! `job_lease`: who runs which job.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::relations::belongs_to;

/// A lease on a job.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_lease")]
pub struct Model {
    /// The job.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// The process that holds it, by an id it made for itself at start.
    pub holder: Uuid,
    /// Grows whenever the lease changes hands.
    pub fence: i64,
    /// Until when it holds.
    pub lease_until: DateTime<Utc>,
}

belongs_to! {}
