//! `archive_day`: the days of customers that lie in the archive.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::CustomerId;
use crate::relations::belongs_to;

/// A day that was put there and read back. No value stands here.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "archive_day")]
pub struct Model {
    /// Whose it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: CustomerId,
    /// The UTC day on which its readings arrived.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: NaiveDate,
    /// Readings in it.
    pub observations: i64,
    /// Messages in it.
    pub raw_messages: i64,
    /// Bytes as they lie there, packed and sealed.
    pub bytes: i64,
    /// SHA-256 of the manifest, 32 bytes.
    pub manifest_hash: Vec<u8>,
    /// When it was read back.
    pub verified_at: DateTime<Utc>,
    /// The name of the blob with the manifest.
    pub manifest: String,
}

belongs_to! {}
