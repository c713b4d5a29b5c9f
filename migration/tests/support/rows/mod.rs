//! One row in every table, written and read back through the entities: the row of world 1 is its customer's, the row of
//! world 2 another's.

use chrono::{DateTime, DurationRound as _, NaiveDate, TimeDelta, Utc};
use sea_orm::ActiveValue::NotSet;
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _};
use sea_orm::{DatabaseConnection, TransactionTrait as _};
use uuid::Uuid;
use vitalwire_entity::*;

use enums::{
    CaseSide, ContactPurpose, DeviceState, HubCommandKind, HubCommandState, HubState, Kind, MoveReason,
    OrganisationEventKind, OrganisationState, PatientMode, Report, ThingState, Transport,
};
use ids::{DistributorId, Sequence};

/// A customer with its distributor and everything either can own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct World {
    number: u8,
    now: DateTime<Utc>,
}

/// Writes a row as its entity, then asserts that the entity reads the same row back.
macro_rules! keep {
    ($tx:expr => $table:ident { $($fields:tt)* } $(without $($generated:ident),+)?) => {{
        let row = $table::Model { $($fields)* };
        let active = row.clone().into_active_model();
        $(let active = $table::ActiveModel { $($generated: NotSet,)+ ..active };)?
        $table::Entity::insert(active).exec_without_returning($tx).await.expect(stringify!($table));
        let found = $table::Entity::find().all($tx).await.expect(stringify!($table));
        assert!(found.contains(&row), "{}: wrote {row:?}, read {found:?}", stringify!($table));
    }};
}

mod cases;
mod data;
mod imports;
mod orders;
mod people;
mod sites;
mod sources;

impl World {
    /// The world of a number, 1 to 200. `now` is today's, because days that have no partition take no rows.
    pub(crate) fn new(number: u8, now: DateTime<Utc>) -> Self {
        Self {
            number,
            now: now.duration_trunc(TimeDelta::milliseconds(1)).expect("a moment"),
        }
    }

    /// The id of everything in it.
    pub(crate) fn id<I: From<Uuid>>(self) -> I {
        I::from(Uuid::from_u128(u128::from(self.number)))
    }

    fn today(self) -> NaiveDate {
        self.now.date_naive()
    }

    fn bytes(self) -> Vec<u8> {
        vec![self.number; 32]
    }

    fn sequence(self) -> Sequence {
        Sequence::from(i64::from(self.number))
    }

    /// Writes all of it as the system.
    pub(crate) async fn write(self, app: &DatabaseConnection) {
        let tx = app.begin().await.expect("begin");
        tx.execute_unprepared("select set_config('role', 'vw_system', true)")
            .await
            .expect("be the system");
        self.write_organisations(&tx).await;
        self.write_people(&tx).await;
        self.write_letters(&tx).await;
        self.write_sites(&tx).await;
        self.write_sources(&tx).await;
        self.write_registry(&tx).await;
        self.write_how_it_is(&tx).await;
        self.write_hubs(&tx).await;
        self.write_imports(&tx).await;
        self.write_cases(&tx).await;
        self.write_orders(&tx).await;
        self.write_returns(&tx).await;
        self.write_readings(&tx).await;
        self.write_doubts(&tx).await;
        self.write_forwarding(&tx).await;
        self.write_attempts(&tx).await;
        self.write_usage(&tx).await;
        self.write_operations(&tx).await;
        tx.commit().await.expect("commit");
    }

    async fn write_organisations(self, tx: &DatabaseTransaction) {
        keep!(tx => distributor {
            id: self.id(),
            name: "Distributor".into(),
            time_zone: "Europe/Berlin".into(),
            state: OrganisationState::Active,
            created_at: self.now,
            legal_name: Some("Distributor Ltd".into()),
            street: Some("1 Main Street".into()),
            postal_code: Some("10001".into()),
            city: Some("New York".into()),
            region: Some("NY".into()),
            country: Some("US".into()),
            closed_at: Some(self.now),
        });
        keep!(tx => customer {
            id: self.id(),
            distributor_id: Some(self.id()),
            name: "Customer".into(),
            time_zone: "America/New_York".into(),
            state: OrganisationState::Suspended,
            patient_mode: PatientMode::Paired,
            created_at: self.now,
            legal_name: Some("Customer Ltd".into()),
            street: Some("1 Main Street".into()),
            postal_code: Some("10001".into()),
            city: Some("New York".into()),
            region: Some("NY".into()),
            country: Some("US".into()),
            stopped_side: Some(CaseSide::Distributor),
            closed_at: Some(self.now),
            archive: true,
        });
        keep!(tx => organisation_event {
            id: self.id(),
            distributor_id: Some(self.id()),
            customer_id: Some(self.id()),
            kind: OrganisationEventKind::Renamed,
            before: Some("Clinic before".into()),
            by_user: None,
            by_side: CaseSide::Platform,
            at: self.now,
        });
        keep!(tx => contact {
            id: self.id(),
            distributor_id: Some(self.id()),
            customer_id: Some(self.id()),
            purpose: ContactPurpose::Technical,
            name: "Pat".into(),
            email: Some("pat@example.org".into()),
            phone: Some("+1 555 0100".into()),
            created_at: self.now,
        });
    }

    async fn write_registry(self, tx: &DatabaseTransaction) {
        let distributor: Option<DistributorId> = Some(self.id());
        keep!(tx => device_model {
            id: self.id(),
            maker: "Maker".into(),
            name: format!("Cuff {}", self.number),
            kinds: vec![Kind::BloodPressure, Kind::HeartRate],
            transport: Transport::VendorCloud,
            reports: vec![Report::Battery, Report::Pulse],
            created_at: self.now,
        });
        keep!(tx => device {
            id: self.id(),
            maker: "MAKER".into(),
            maker_key: "maker".into(),
            serial: format!("D{}", self.number),
            model_id: self.id(),
            distributor_id: distributor,
            customer_id: Some(self.id()),
            customer_reference: Some("bed 7".into()),
            state: DeviceState::Active,
            ever_moved: true,
            created_at: self.now,
            updated_at: self.now,
            imei: Some(format!("35{:012}4", self.number)),
            mac: Some("00:1A:2B:3C:4D:5E".into()),
            iccid: Some("8901260012345678901".into()),
            firmware: Some("1.4.2".into()),
            distributor_reference: Some("shelf 3".into()),
            serial_key: format!("d{}", self.number),
            serial_tail: format!("d{}", self.number),
            label_generation: 2,
            reserved_for: None,
            site_id: Some(self.id()),
            source_id: Some(self.id()),
            source_key: Some("86447504000000".into()),
        } without maker_key, serial_key, serial_tail);
        keep!(tx => device_credential {
            id: self.id(),
            device_id: self.id(),
            token_hmac: self.bytes(),
            created_at: self.now,
            revoked_at: Some(self.now),
            customer_id: Some(self.id()),
            distributor_id: distributor,
        });
        keep!(tx => assignment {
            id: self.id(),
            device_id: Some(self.id()),
            hub_id: None,
            distributor_id: distributor,
            customer_id: Some(self.id()),
            valid_from: self.now,
            valid_until: None,
            assigned_by: Some(self.id()),
            created_at: self.now,
            reason: MoveReason::Replaced,
            line_id: Some(self.id()),
            replaces_device_id: Some(self.id()),
            ended_by: Some(self.id()),
            note: Some("the strap broke".into()),
            is_heard: true,
        });
    }

    async fn write_how_it_is(self, tx: &DatabaseTransaction) {
        let distributor: Option<DistributorId> = Some(self.id());
        keep!(tx => device_status {
            device_id: self.id(),
            distributor_id: distributor,
            customer_id: Some(self.id()),
            last_seen_at: self.now,
            last_reading_at: Some(self.now),
            last_kind: Some(Kind::BloodPressure),
            last_hub_id: Some(self.id()),
            battery_percent: Some(55),
            signal_dbm: Some(-90),
            is_unsure: true,
        });
        keep!(tx => device_vitality_day {
            customer_id: self.id(),
            distributor_id: distributor,
            device_id: self.id(),
            day: self.today(),
            battery_min: Some(50),
            battery_last: Some(55),
            signal_min: Some(-95),
            signal_last: Some(-90),
            heard: 3,
            last_at: self.now,
        });
        keep!(tx => state_change {
            id: self.id(),
            device_id: Some(self.id()),
            hub_id: None,
            distributor_id: distributor,
            customer_id: Some(self.id()),
            at: self.now,
            was: ThingState::Active,
            became: ThingState::Inactive,
            changed_by: Some(self.id()),
            by_side: CaseSide::Customer,
        });
    }

    async fn write_hubs(self, tx: &DatabaseTransaction) {
        keep!(tx => hub {
            id: self.id(),
            serial: format!("H{}", self.number),
            name: "Hub".into(),
            distributor_id: Some(self.id()),
            customer_id: Some(self.id()),
            state: HubState::Active,
            public_key: Some(self.bytes()),
            fingerprint: Some("ab:cd".into()),
            version: Some("1.2.3".into()),
            claimed_at: Some(self.now),
            confirmed_at: Some(self.now),
            confirmed_by: Some(self.id()),
            last_seen_at: None,
            created_at: self.now,
            reserved_for: None,
            site_id: Some(self.id()),
        });
        keep!(tx => hub_claim_code {
            id: self.id(),
            hub_id: self.id(),
            code_hmac: self.bytes(),
            created_at: self.now,
            expires_at: self.now,
            used_at: None,
        });
        keep!(tx => hub_key {
            id: self.id(),
            hub_id: self.id(),
            public_key: self.bytes(),
            fingerprint: "ab:cd".into(),
            valid_from: self.now,
            valid_until: Some(self.now),
        });
        self.write_fleet(tx).await;
    }

    async fn write_fleet(self, tx: &DatabaseTransaction) {
        keep!(tx => hub_status {
            hub_id: self.id(),
            distributor_id: Some(self.id()),
            customer_id: Some(self.id()),
            heartbeat_at: Some(self.now),
            uptime_seconds: Some(86_400),
            queued: Some(3),
            offline_since: Some(self.now),
        });
        keep!(tx => hub_vitality_day {
            customer_id: self.id(),
            distributor_id: Some(self.id()),
            hub_id: self.id(),
            day: self.today(),
            heartbeats: 1_440,
            queued_max: 12,
            queued_last: 3,
            longest_gap_seconds: Some(120),
            last_at: self.now,
        });
        keep!(tx => hub_heartbeat {
            hub_id: self.id(),
            at: self.now,
            distributor_id: Some(self.id()),
            customer_id: Some(self.id()),
            version: Some("1.0.0".into()),
            uptime_seconds: 86_400,
            queued: 3,
        });
        keep!(tx => hub_command {
            id: self.id(),
            hub_id: self.id(),
            distributor_id: Some(self.id()),
            customer_id: Some(self.id()),
            kind: HubCommandKind::SendLogs,
            state: HubCommandState::Done,
            made_by: Some(self.id()),
            created_at: self.now,
            expires_at: self.now,
            sent_at: Some(self.now),
            done_at: Some(self.now),
            detail: Some("sent".into()),
        });
        keep!(tx => hub_log {
            id: self.id(),
            hub_id: self.id(),
            distributor_id: Some(self.id()),
            customer_id: Some(self.id()),
            command_id: self.id(),
            received_at: self.now,
            bytes: 4,
            body_sealed: self.bytes(),
        });
    }
}
