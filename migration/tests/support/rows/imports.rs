//! The rows of imports: one of a distributor and one of a customer.

use sea_orm::ActiveValue::NotSet;
use sea_orm::{DatabaseTransaction, EntityTrait as _, IntoActiveModel as _};
use uuid::Uuid;
use vitalwire_entity::*;

use enums::{ImportState, ImportStep};
use ids::{CustomerId, DistributorId, ImportId};

use super::World;

impl World {
    pub(super) async fn write_imports(self, tx: &DatabaseTransaction) {
        let of_distributor: ImportId = self.id();
        self.write_import(tx, of_distributor, Some(self.id()), None).await;
        let of_customer = ImportId::from(Uuid::from_u128(2000 + u128::from(self.number)));
        self.write_import(tx, of_customer, None, Some(self.id())).await;
    }

    async fn write_import(
        self,
        tx: &DatabaseTransaction,
        import: ImportId,
        distributor: Option<DistributorId>,
        customer: Option<CustomerId>,
    ) {
        keep!(tx => device_import {
            id: import,
            distributor_id: distributor,
            customer_id: customer,
            made_by: self.id(),
            file_name: "devices.csv".into(),
            into_distributor_id: distributor,
            into_customer_id: customer,
            state: ImportState::Failed,
            lines: 1,
            wrong: 1,
            adds: 0,
            changes: 0,
            done: 0,
            attempt: 1,
            failure: Some("the disk was full".into()),
            created_at: self.now,
            applied_by: Some(self.id()),
            began_at: Some(self.now),
            ended_at: Some(self.now),
        });
        keep!(tx => device_import_line {
            import_id: import,
            line: 2,
            distributor_id: distributor,
            customer_id: customer,
            maker: Some("Maker".into()),
            serial: Some("D1".into()),
            maker_key: Some("maker".into()),
            model: Some("Cuff".into()),
            kinds: Some(vec!["blood_pressure".into()]),
            imei: Some("490154203237518".into()),
            mac: Some("00:1A:2B:3C:4D:5E".into()),
            iccid: Some("8944500102198304826".into()),
            firmware: Some("1.4.2".into()),
            customer: Some("Customer".into()),
            reference: Some("bed 7".into()),
            wanted_state: Some("active".into()),
            held_since: Some(self.now),
            token_hmac: Some(self.bytes()),
            new_device_id: self.id(),
            new_period_id: self.id(),
            new_credential_id: self.id(),
            device_id: Some(self.id()),
            model_id: Some(self.id()),
            to_distributor_id: distributor,
            to_customer_id: customer,
            step: Some(ImportStep::Add),
            problems: serde_json::json!([{"column": "imei", "why": "wrong"}]),
            clashes: serde_json::json!([]),
            is_wrong: true,
        } without is_wrong);
    }
}
