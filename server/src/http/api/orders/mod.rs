//! Orders: devices and hubs that a distributor wants from the platform.

mod allocate;
mod cancel;
mod create;
mod found;
mod get;
mod hardware;
mod list;
mod note;
mod receive;
mod release;
mod ship;
mod waive;
mod write_off;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use vitals::Kind;

use crate::ground::enums::{CaseSide, OrderItemState, OrderState, OrderStepKind};
use crate::ground::ids::{
    DeviceId, DeviceModelId, DistributorId, HubId, OrderId, OrderItemId, OrderLineId, OrderStepId, ParcelId,
    UserId,
};
use crate::http::State;
use crate::http::problem::Problem;
use crate::identity::{Caller, in_scope};
use crate::orders::{self, Delivery, Item, Line, Order, Parcel, Step};
use crate::registry::RegistryError;
use crate::tenancy::Scope as _;

pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list::list)
        .service(create::create)
        // Before the one with an id, which it would be.
        .service(hardware::lines)
        .service(get::get)
        .service(allocate::allocate)
        .service(release::release)
        .service(ship::ship)
        .service(receive::receive)
        .service(found::found)
        .service(write_off::write_off)
        .service(waive::waive)
        .service(cancel::cancel)
        .service(note::create);
}

#[derive(Serialize, ToSchema)]
#[schema(as = Order)]
struct Out {
    id: OrderId,
    /// What people call it.
    #[schema(example = "2026-0142")]
    number: String,
    distributor_id: DistributorId,
    distributor_name: String,
    /// The distributor's own word for it.
    #[schema(required)]
    reference: Option<String>,
    /// How far it is: as far as its slowest part.
    state: OrderState,
    /// How many devices were ordered.
    devices: i32,
    /// How many hubs.
    hubs: i32,
    delivery: DeliveryOut,
    ordered_by: UserId,
    orderer_name: String,
    ordered_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// When it was all in stock, or cancelled.
    #[schema(required)]
    ended_at: Option<DateTime<Utc>>,
}

impl From<Order> for Out {
    fn from(order: Order) -> Self {
        let Order {
            id,
            number,
            distributor,
            distributor_name,
            reference,
            state,
            devices,
            hubs,
            delivery,
            ordered_by,
            orderer_name,
            ordered_at,
            updated_at,
            ended_at,
        } = order;
        Self {
            id,
            number,
            distributor_id: distributor,
            distributor_name,
            reference,
            state,
            devices,
            hubs,
            delivery: delivery.into(),
            ordered_by,
            orderer_name,
            ordered_at,
            updated_at,
            ended_at,
        }
    }
}

/// Where an order goes.
#[derive(Serialize, ToSchema)]
#[schema(as = OrderDelivery)]
struct DeliveryOut {
    name: String,
    #[schema(required)]
    contact: Option<String>,
    #[schema(required)]
    phone: Option<String>,
    street: String,
    #[schema(required)]
    postal_code: Option<String>,
    city: String,
    #[schema(required)]
    region: Option<String>,
    /// ISO 3166-1 alpha-2.
    country: String,
}

impl From<Delivery> for DeliveryOut {
    fn from(delivery: Delivery) -> Self {
        let Delivery {
            name,
            contact,
            phone,
            street,
            postal_code,
            city,
            region,
            country,
        } = delivery;
        Self {
            name,
            contact,
            phone,
            street,
            postal_code,
            city,
            region,
            country,
        }
    }
}

/// An order with all that belongs to it.
#[derive(Serialize, ToSchema)]
#[schema(as = OrderInFull)]
struct Whole {
    #[serde(flatten)]
    order: Out,
    lines: Vec<LineOut>,
    /// The newest first.
    parcels: Vec<ParcelOut>,
    /// What is missing first; at most 500.
    items: Vec<ItemOut>,
    /// Oldest first. Notes are among them.
    steps: Vec<StepOut>,
}

/// So many of a model.
#[derive(Serialize, ToSchema)]
#[schema(as = OrderLine)]
struct LineOut {
    id: OrderLineId,
    /// The model; null: hubs.
    #[schema(required)]
    model_id: Option<DeviceModelId>,
    /// Maker and model as they were called when it was ordered.
    model: String,
    #[schema(value_type = Vec<crate::ground::enums::Kind>)]
    kinds: Vec<Kind>,
    quantity: i32,
    /// How many of these will not come after all.
    waived: i32,
    /// How many have a serial.
    allocated: i64,
    /// How many of these were sent.
    shipped: i64,
    /// How many of these are in the distributor's stock.
    received: i64,
}

impl From<Line> for LineOut {
    fn from(line: Line) -> Self {
        let Line {
            id,
            model,
            name,
            kinds,
            quantity,
            waived,
            found,
            sent,
            received,
        } = line;
        Self {
            id,
            model_id: model,
            model: name,
            kinds,
            quantity,
            waived,
            allocated: found,
            shipped: sent,
            received,
        }
    }
}

/// What was sent.
#[derive(Serialize, ToSchema)]
#[schema(as = OrderParcel)]
struct ParcelOut {
    id: ParcelId,
    carrier: String,
    /// The carrier's number for it.
    #[schema(required)]
    tracking: Option<String>,
    shipped_at: DateTime<Utc>,
    items: i64,
    /// How many of these have neither arrived nor been missed.
    on_its_way: i64,
}

impl From<Parcel> for ParcelOut {
    fn from(parcel: Parcel) -> Self {
        let Parcel {
            id,
            carrier,
            tracking,
            shipped_at,
            items,
            on_its_way,
        } = parcel;
        Self {
            id,
            carrier,
            tracking,
            shipped_at,
            items,
            on_its_way,
        }
    }
}

/// A device or a hub of an order.
#[derive(Serialize, ToSchema)]
#[schema(as = OrderItem)]
struct ItemOut {
    id: OrderItemId,
    line_id: OrderLineId,
    #[schema(required)]
    device_id: Option<DeviceId>,
    #[schema(required)]
    hub_id: Option<HubId>,
    serial: String,
    model: String,
    state: OrderItemState,
    #[schema(required)]
    parcel_id: Option<ParcelId>,
    allocated_at: DateTime<Utc>,
    /// When it came to the distributor's stock.
    #[schema(required)]
    received_at: Option<DateTime<Utc>>,
}

impl From<Item> for ItemOut {
    fn from(item: Item) -> Self {
        let Item {
            id,
            line,
            thing,
            serial,
            model,
            kinds: _,
            state,
            parcel,
            allocated_at,
            received_at,
        } = item;
        Self {
            id,
            line_id: line,
            device_id: thing.device(),
            hub_id: thing.hub(),
            serial,
            model,
            state,
            parcel_id: parcel,
            allocated_at,
            received_at,
        }
    }
}

/// What happened to an order or a return.
#[derive(Serialize, ToSchema)]
#[schema(as = OrderStep)]
pub(super) struct StepOut {
    id: OrderStepId,
    kind: OrderStepKind,
    at: DateTime<Utc>,
    by: UserId,
    by_name: String,
    by_side: CaseSide,
    /// To how many devices and hubs.
    #[schema(required)]
    count: Option<i32>,
    /// Of a note: what it says. Of others: what else is to be said.
    #[schema(required)]
    text: Option<String>,
}

impl From<Step> for StepOut {
    fn from(step: Step) -> Self {
        let Step {
            id,
            kind,
            at,
            by,
            by_name,
            by_side,
            count,
            text,
        } = step;
        Self {
            id,
            kind,
            at,
            by,
            by_name,
            by_side,
            count,
            text,
        }
    }
}

/// Why something is so, where one says it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrderReasonIn)]
struct ReasonIn {
    #[schema(max_length = 2000)]
    reason: Option<String>,
}

async fn whole(state: &State, caller: &Caller, id: OrderId) -> Result<Whole, Problem> {
    Ok(in_scope!(caller, scope => {
        scope
            .run(state.database(), async |tx| {
                Ok::<_, RegistryError>(Whole {
                    order: orders::get(tx, id).await?.into(),
                    lines: orders::lines(tx, id).await?.into_iter().map(LineOut::from).collect(),
                    parcels: orders::parcels(tx, id).await?.into_iter().map(ParcelOut::from).collect(),
                    items: orders::items(tx, id).await?.into_iter().map(ItemOut::from).collect(),
                    steps: orders::steps(tx, id).await?.into_iter().map(StepOut::from).collect(),
                })
            })
            .await
    })?)
}
