//! The rows of orders and returns.

use sea_orm::ActiveValue::NotSet;
use sea_orm::{DatabaseTransaction, EntityTrait as _, IntoActiveModel as _};
use uuid::Uuid;
use vitalwire_entity::*;

use enums::{
    CaseSide, Errand, OrderItemState, OrderState, OrderStepKind, ReturnItemState, ReturnReason, ReturnState,
};
use ids::OrderStepId;

use super::World;

impl World {
    pub(super) async fn write_orders(self, tx: &DatabaseTransaction) {
        keep!(tx => order_counter {
            what: Errand::Order,
            year: 2000 + i32::from(self.number),
            last: 7,
        });
        keep!(tx => device_order {
            id: self.id(),
            number: format!("2026-{:04}", self.number),
            distributor_id: self.id(),
            token: self.id(),
            reference: Some("PO 17".into()),
            state: OrderState::InStock,
            devices: 1,
            hubs: 0,
            deliver_to: "Distributor Ltd".into(),
            contact: Some("Pat".into()),
            phone: Some("+1 555 0100".into()),
            street: "1 Main Street".into(),
            postal_code: Some("10001".into()),
            city: "New York".into(),
            region: Some("NY".into()),
            country: "US".into(),
            ordered_by: self.id(),
            orderer_name: "Person".into(),
            ordered_at: self.now,
            updated_at: self.now,
            ended_at: Some(self.now),
        });
        keep!(tx => order_line {
            id: self.id(),
            order_id: self.id(),
            distributor_id: self.id(),
            place: 1,
            model_id: Some(self.id()),
            model: "MAKER Scale".into(),
            kinds: vec!["weight".into()],
            quantity: 2,
            waived: 1,
        });
        keep!(tx => order_parcel {
            id: self.id(),
            order_id: self.id(),
            distributor_id: self.id(),
            carrier: "UPS".into(),
            tracking: Some("1Z999".into()),
            tracking_key: Some("1z999".into()),
            shipped_at: self.now,
            shipped_by: self.id(),
        } without tracking_key);
        keep!(tx => order_item {
            id: self.id(),
            order_id: self.id(),
            line_id: self.id(),
            distributor_id: self.id(),
            device_id: Some(self.id()),
            hub_id: None,
            serial: format!("D{}", self.number),
            serial_key: format!("d{}", self.number),
            state: OrderItemState::Received,
            parcel_id: Some(self.id()),
            allocated_at: self.now,
            received_at: Some(self.now),
        } without serial_key);
        let step = |offset: u128| OrderStepId::from(Uuid::from_u128(offset + u128::from(self.number)));
        keep!(tx => order_step {
            id: step(0),
            place: 1,
            order_id: Some(self.id()),
            return_id: None,
            distributor_id: self.id(),
            kind: OrderStepKind::Received,
            at: self.now,
            by_user: self.id(),
            by_name: "Person".into(),
            by_side: CaseSide::Distributor,
            count: Some(1),
            text: Some("all of it".into()),
        });
    }

    pub(super) async fn write_returns(self, tx: &DatabaseTransaction) {
        keep!(tx => device_return {
            id: self.id(),
            number: format!("R-2026-{:04}", self.number),
            distributor_id: self.id(),
            token: self.id(),
            reason: ReturnReason::Faulty,
            state: ReturnState::Received,
            items: 1,
            carrier: Some("UPS".into()),
            tracking: Some("1Z998".into()),
            tracking_key: Some("1z998".into()),
            asked_by: self.id(),
            asker_name: "Person".into(),
            asked_at: self.now,
            updated_at: self.now,
            ended_at: Some(self.now),
        } without tracking_key);
        keep!(tx => return_item {
            id: self.id(),
            return_id: self.id(),
            distributor_id: self.id(),
            device_id: None,
            hub_id: Some(self.id()),
            model_id: None,
            order_id: Some(self.id()),
            model: "Hub".into(),
            kinds: Vec::new(),
            serial: format!("H{}", self.number),
            serial_key: format!("h{}", self.number),
            state: ReturnItemState::Inventory,
            received_at: Some(self.now),
        } without serial_key);
        keep!(tx => order_step {
            id: OrderStepId::from(Uuid::from_u128(1000 + u128::from(self.number))),
            place: 2,
            order_id: None,
            return_id: Some(self.id()),
            distributor_id: self.id(),
            kind: OrderStepKind::Asked,
            at: self.now,
            by_user: self.id(),
            by_name: "Person".into(),
            by_side: CaseSide::Distributor,
            count: None,
            text: None,
        });
    }
}
