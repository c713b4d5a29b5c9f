//! The rows of what flows: readings, doubts, forwarding, usage.

use chrono::NaiveDate;
use sea_orm::ActiveValue::NotSet;
use sea_orm::{DatabaseTransaction, EntityTrait as _, IntoActiveModel as _};
use serde_json::json;
use vitalwire_entity::*;

use enums::{
    AttemptOutcome, Circuit, DeliveryState, Encoding, EndpointFormat, EndpointState, EventDeliveryState,
    EventType, Kind, Proof, QuarantineReason, QuarantineState, ReadingStatus,
};
use ids::OutboxId;

use super::World;

impl World {
    pub(super) async fn write_readings(self, tx: &DatabaseTransaction) {
        keep!(tx => reading {
            id: self.id(),
            received_at: self.now,
            customer_id: self.id(),
            device_id: self.id(),
            hub_id: None,
            credential_id: self.id(),
            kind: Kind::BloodPressure,
            measured_at: self.now,
            measured_on: self.today(),
            device_time_ms: Some(self.now.timestamp_millis()),
            utc_offset_minutes: Some(-300),
            hub_time: Some(self.now),
            sequence: Some(9),
            user_slot: Some(2),
            content_hash: self.bytes(),
            vals: json!({"systolic": 121, "diastolic": 79}),
            original: Some(json!({"unit": "kPa"})),
            quality: 3,
            proof: Proof::HubSigned,
            status: ReadingStatus::EnteredInError,
            raw_id: Some(self.id()),
            body_sealed: Some(self.bytes()),
        });
        keep!(tx => reading_key {
            customer_id: self.id(),
            measured_on: NaiveDate::default(),
            content_hash: self.bytes(),
            reading_id: self.id(),
        });
        keep!(tx => raw_message {
            id: self.id(),
            received_at: self.now,
            customer_id: Some(self.id()),
            device_id: None,
            hub_id: Some(self.id()),
            body_sealed: self.bytes(),
            jwt: Some("e30.e30.".into()),
            source_id: None,
            encoding: Some(Encoding::Zstd),
            shared: Some(true),
        });
        keep!(tx => outbox {
            id: OutboxId::from(i64::from(self.number)),
            circuit: Circuit::Clinical,
            customer_id: self.id(),
            reading_ids: vec![self.id(), self.id()],
            received_from: self.now,
            received_until: self.now,
        } without id);
    }

    pub(super) async fn write_doubts(self, tx: &DatabaseTransaction) {
        keep!(tx => quarantine {
            id: self.id(),
            received_at: self.now,
            customer_id: Some(self.id()),
            distributor_id: Some(self.id()),
            device_id: Some(self.id()),
            hub_id: Some(self.id()),
            serial: Some("D9".into()),
            reason: QuarantineReason::ClockSuspectMoved,
            detail: None,
            item_sealed: self.bytes(),
            item_hmac: self.bytes(),
            raw_id: self.id(),
            jwt: None,
            state: QuarantineState::Rejected,
            item_bytes: 0,
            dismissed_at: Some(self.now),
            dismissed_by: Some(self.id()),
            dismissed_name: Some("Ada".into()),
            dismissed_why: Some("a test".into()),
            source_id: Some(self.id()),
            released_at: None,
        } without item_bytes);
        keep!(tx => refusal {
            id: self.id(),
            minute: self.now,
            customer_id: Some(self.id()),
            distributor_id: Some(self.id()),
            device_id: Some(self.id()),
            hub_id: None,
            claimed: None,
            remote: Some("192.0.2.1".into()),
            reason: "bad_token".into(),
            detail: None,
            count: 3,
            last_at: self.now,
            source_id: Some(self.id()),
        });
    }

    pub(super) async fn write_forwarding(self, tx: &DatabaseTransaction) {
        keep!(tx => customer_stream {
            customer_id: self.id(),
            last_sequence: self.sequence()
        });
        keep!(tx => event {
            customer_id: self.id(),
            sequence: self.sequence(),
            created_at: self.now,
            event_type: EventType::ReadingCreated,
            device_id: Some(self.id()),
            reading_id: Some(self.id()),
            reading_received_at: Some(self.now),
            delivery_state: EventDeliveryState::Waiting,
            delivered_at: None,
            next_attempt_at: Some(self.now),
        });
        keep!(tx => endpoint {
            id: self.id(),
            customer_id: self.id(),
            url: "https://example.org/hook".into(),
            description: String::new(),
            state: EndpointState::Active,
            disabled_reason: None,
            format: EndpointFormat::Fhir,
            batch_max: 100,
            max_concurrency: 8,
            secret_sealed: self.bytes(),
            signing_seed_sealed: self.bytes(),
            public_key: self.bytes(),
            last_success_at: None,
            last_failure_at: Some(self.now),
            consecutive_failures: 2,
            created_at: self.now,
            updated_at: self.now,
            shelf_warned_until: Some(self.now),
        });
    }

    pub(super) async fn write_attempts(self, tx: &DatabaseTransaction) {
        keep!(tx => delivery {
            id: self.id(),
            customer_id: self.id(),
            endpoint_id: self.id(),
            lane: "main".into(),
            event_sequences: vec![self.sequence()],
            events_created_at: self.now,
            state: DeliveryState::Due,
            attempt: 1,
            next_attempt_at: self.now,
            lease_until: Some(self.now),
            created_at: self.now,
            shelved_until: Some(self.now),
            last_attempt_at: Some(self.now),
            last_status_code: Some(503),
            last_error: Some("later".into()),
        });
        keep!(tx => shelved_event {
            delivery_id: self.id(),
            sequence: self.sequence(),
            event_type: EventType::ReadingCreated,
            device_id: Some(self.id()),
            sealed: vec![7],
        });
        keep!(tx => delivery_attempt {
            id: self.id(),
            created_at: self.now,
            customer_id: self.id(),
            endpoint_id: self.id(),
            delivery_id: self.id(),
            event_sequences: vec![self.sequence()],
            event_type: EventType::ReadingCreated,
            attempt: 1,
            outcome: AttemptOutcome::Retry,
            status_code: Some(503),
            error: None,
            answer: Some("later".into()),
            duration_ms: 12,
            latency_ms: Some(34),
            next_attempt_at: Some(self.now),
        });
    }

    pub(super) async fn write_usage(self, tx: &DatabaseTransaction) {
        let (hourly, day) = ((0..24).collect::<Vec<i32>>(), self.today());
        keep!(tx => archive_day {
            customer_id: self.id(),
            day,
            observations: 3,
            raw_messages: 2,
            bytes: 700,
            manifest_hash: vec![7; 32],
            verified_at: self.now,
            manifest: "archive/v1/manifest.json".into(),
        });
        keep!(tx => usage_device_day {
            customer_id: self.id(),
            distributor_id: Some(self.id()),
            device_id: self.id(),
            day,
            hourly: hourly.clone(),
        });
        keep!(tx => usage_hub_day {
            customer_id: self.id(),
            distributor_id: Some(self.id()),
            hub_id: self.id(),
            day,
            hourly,
        });
        keep!(tx => usage_delivery_day {
            customer_id: self.id(),
            distributor_id: Some(self.id()),
            endpoint_id: self.id(),
            day,
            delivered: 5,
        });
    }

    pub(super) async fn write_operations(self, tx: &DatabaseTransaction) {
        keep!(tx => minute_tally {
            minute: self.now,
            shard: i16::from(self.number),
            readings: 7
        });
        keep!(tx => job_lease {
            name: format!("job {}", self.number),
            holder: self.id(),
            fence: 1,
            lease_until: self.now,
        });
        // One row for all worlds.
        if self.number == 1 {
            keep!(tx => master_key_check {
                only_row: true,
                key_id: "0a1b2c3d".into(),
                check_hmac: self.bytes(),
            });
        }
    }
}
