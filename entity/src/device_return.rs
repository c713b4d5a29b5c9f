//! `device_return`: what a distributor sends back.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::{ReturnReason, ReturnState};
use crate::ids::{DistributorId, ReturnId, UserId};
use crate::relations::belongs_to;

/// A return.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "device_return")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReturnId,
    /// What people call it: `R-2026-0007`.
    pub number: String,
    /// Whose it is.
    pub distributor_id: DistributorId,
    /// Made with the form that was sent: sent twice, it asks once.
    pub token: Uuid,
    /// Why.
    pub reason: ReturnReason,
    /// How far it is.
    pub state: ReturnState,
    /// How many devices and hubs, 1 to 500.
    pub items: i32,
    /// Who carries it, 1 to 60 characters.
    pub carrier: Option<String>,
    /// The carrier's number for it, 4 to 40 characters.
    pub tracking: Option<String>,
    /// That in lower case, for searches. The database generates it: leave it `NotSet`.
    pub tracking_key: Option<String>,
    /// Who asked.
    pub asked_by: UserId,
    /// Their name.
    pub asker_name: String,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// When something last happened to it.
    pub updated_at: DateTime<Utc>,
    /// When it was over.
    pub ended_at: Option<DateTime<Utc>>,
}

belongs_to! {
    Distributor: DistributorId => distributor.Id,
}
