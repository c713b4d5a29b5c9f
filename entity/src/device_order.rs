//! `device_order`: what a distributor wants from the platform.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::OrderState;
use crate::ids::{DistributorId, OrderId, UserId};
use crate::relations::belongs_to;

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "device_order")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderId,
    /// What people call it: `2026-0142`.
    pub number: String,
    /// Whose it is.
    pub distributor_id: DistributorId,
    /// Made with the form that was sent: sent twice, it orders once.
    pub token: Uuid,
    /// The distributor's own word for it, 1 to 100 characters.
    pub reference: Option<String>,
    /// How far it is: as far as its slowest part.
    pub state: OrderState,
    /// How many devices were ordered.
    pub devices: i32,
    /// How many hubs.
    pub hubs: i32,
    /// To whom it goes, 1 to 200 characters.
    pub deliver_to: String,
    /// Who is asked for there, 1 to 200 characters.
    pub contact: Option<String>,
    /// Whom the carrier calls, 3 to 40 characters.
    pub phone: Option<String>,
    /// Street and number, 1 to 200 characters.
    pub street: String,
    /// 1 to 20 characters.
    pub postal_code: Option<String>,
    /// 1 to 100 characters.
    pub city: String,
    /// State or province, 1 to 100 characters.
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Who ordered.
    pub ordered_by: UserId,
    /// Their name.
    pub orderer_name: String,
    /// When.
    pub ordered_at: DateTime<Utc>,
    /// When something last happened to it.
    pub updated_at: DateTime<Utc>,
    /// When it was all in stock, or cancelled.
    pub ended_at: Option<DateTime<Utc>>,
}

belongs_to! {
    Distributor: DistributorId => distributor.Id,
}
