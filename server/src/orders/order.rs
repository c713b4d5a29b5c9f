//! An order as its readers see it.

use chrono::{DateTime, Utc};
use vitals::Kind;

use super::named::Called;
use crate::ground::enums::{CaseSide, OrderItemState, OrderState, OrderStepKind};
use crate::ground::ids::{
    DeviceModelId, DistributorId, OrderId, OrderItemId, OrderLineId, OrderStepId, ParcelId, UserId,
};
use crate::registry::errands::Thing;

/// Where an order goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// To whom.
    pub name: String,
    /// Who is asked for there.
    pub contact: Option<String>,
    /// Whom the carrier calls.
    pub phone: Option<String>,
    /// Street and number.
    pub street: String,
    /// Postal code.
    pub postal_code: Option<String>,
    /// City.
    pub city: String,
    /// State or province.
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

/// An order as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// What people call it: `2026-0142`.
    pub number: String,
    /// Whose it is.
    pub distributor: DistributorId,
    /// That distributor's name.
    pub distributor_name: String,
    /// The distributor's own word for it.
    pub reference: Option<String>,
    /// How far it is: as far as its slowest part.
    pub state: OrderState,
    /// How many devices were ordered.
    pub devices: i32,
    /// How many hubs.
    pub hubs: i32,
    /// Where it goes.
    pub delivery: Delivery,
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

/// So many of one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its id.
    pub id: OrderLineId,
    /// The model; none: hubs.
    pub model: Option<DeviceModelId>,
    /// Maker and model as they were called then.
    pub name: String,
    /// What it measures; nothing for hubs.
    pub kinds: Vec<Kind>,
    /// How many were ordered.
    pub quantity: i32,
    /// How many of these will not come after all.
    pub waived: i32,
    /// How many have a serial, wherever they are.
    pub found: i64,
    /// How many of these were sent.
    pub sent: i64,
    /// How many are in the distributor's stock.
    pub received: i64,
}

impl Line {
    /// How many still want a serial.
    pub fn open(&self) -> i64 {
        i64::from(self.quantity - self.waived) - self.found
    }
}

/// What was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// Its id.
    pub id: ParcelId,
    /// Who carries it.
    pub carrier: String,
    /// The carrier's number for it.
    pub tracking: Option<String>,
    /// When it went out.
    pub shipped_at: DateTime<Utc>,
    /// How many devices and hubs are in it.
    pub items: i64,
    /// How many of these have neither arrived nor been missed.
    pub on_its_way: i64,
}

/// A device or a hub of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its id.
    pub id: OrderItemId,
    /// Of which line it is one.
    pub line: OrderLineId,
    /// What it is.
    pub thing: Thing,
    /// Its serial number.
    pub serial: String,
    /// Maker and model, as the line says.
    pub model: String,
    /// What it measures; nothing of a hub.
    pub kinds: Vec<Kind>,
    /// How far it is.
    pub state: OrderItemState,
    /// In which parcel it was sent.
    pub parcel: Option<ParcelId>,
    /// When it was found.
    pub allocated_at: DateTime<Utc>,
    /// When it came to the distributor's stock.
    pub received_at: Option<DateTime<Utc>>,
}

impl Called for Item {
    fn serial(&self) -> &str {
        &self.serial
    }

    fn model(&self) -> &str {
        &self.model
    }
}

impl Item {
    pub(super) fn serial(&self) -> &str {
        &self.serial
    }

    pub(super) fn ids(items: &[Self]) -> Vec<OrderItemId> {
        items.iter().map(|item| item.id).collect()
    }
}

/// What happened to an order or a return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its id.
    pub id: OrderStepId,
    /// What happened.
    pub kind: OrderStepKind,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub by: UserId,
    /// Their name.
    pub by_name: String,
    /// Whose people they are.
    pub by_side: CaseSide,
    /// To how many devices and hubs.
    pub count: Option<i32>,
    /// What was written, or what else is to be said.
    pub text: Option<String>,
}
