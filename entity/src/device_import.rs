//! `device_import`: many devices at once, from a file that somebody brought.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::ImportState;
use crate::ids::{CustomerId, DistributorId, ImportId, UserId};
use crate::relations::belongs_to;

/// An import. The file itself is not kept.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "device_import")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ImportId,
    /// The distributor whose it is.
    pub distributor_id: Option<DistributorId>,
    /// The customer whose it is; neither: the platform's.
    pub customer_id: Option<CustomerId>,
    /// Who brought the file.
    pub made_by: UserId,
    /// What the file is called, 1 to 200 characters.
    pub file_name: String,
    /// Into whose stock its devices go, where a line says nothing else.
    pub into_distributor_id: Option<DistributorId>,
    /// To which customer they go, where a line says nothing else.
    pub into_customer_id: Option<CustomerId>,
    /// How far it is.
    pub state: ImportState,
    /// How many lines with devices the file has.
    pub lines: i32,
    /// How many of them cannot be taken.
    pub wrong: i32,
    /// How many add a device.
    pub adds: i32,
    /// How many change or place one.
    pub changes: i32,
    /// How many are done, while it is applied.
    pub done: i32,
    /// How often it was begun to be applied.
    pub attempt: i32,
    /// Why it failed.
    pub failure: Option<String>,
    /// When the file was brought.
    pub created_at: DateTime<Utc>,
    /// Who said that it be applied.
    pub applied_by: Option<UserId>,
    /// When they said so.
    pub began_at: Option<DateTime<Utc>>,
    /// When it was over.
    pub ended_at: Option<DateTime<Utc>>,
}

belongs_to! {
    Distributor: DistributorId => distributor.Id,
    Customer: CustomerId => customer.Id,
    User: MadeBy => user_account.Id,
}
