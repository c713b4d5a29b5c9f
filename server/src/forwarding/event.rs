//! What is sent: deliveries as a worker claims them, and the events and readings in them.

use chrono::{DateTime, Utc};
use serde_json::Value;
use vitals::{Kind, Quality};

use crate::ground::ids::{DeliveryId, DeviceId, EndpointId, HubId, ReadingId};

/// A delivery that this worker holds until its lease ends.
#[derive(Debug)]
pub(super) struct Claimed {
    pub(super) id: DeliveryId,
    pub(super) endpoint: EndpointId,
    /// The number of the attempt that this claim is for, from 1; the fencing token.
    pub(super) attempt: i16,
    pub(super) created_at: DateTime<Utc>,
    /// When the endpoint's settings were last changed.
    pub(super) endpoint_version: DateTime<Utc>,
    /// Whether what it carries lies on the shelf.
    pub(super) shelved: bool,
    /// Those of its events that are still in the history, or on the shelf.
    pub(super) events: Vec<Event>,
}

impl Claimed {
    /// The message's id at the receiver, the same over retries and replays.
    pub(super) fn webhook_id(&self) -> String {
        format!("msg_{}", self.id.as_uuid().as_simple())
    }

    /// When the newest of its readings arrived.
    pub(super) fn newest(&self) -> DateTime<Utc> {
        let arrivals = self
            .events
            .iter()
            .filter_map(|event| Some(event.kind.measured()?.received_at));
        arrivals.max().unwrap_or(self.created_at)
    }

    /// How many of its events count in the usage ledger: readings, but no tests.
    pub(super) fn counted(&self) -> i32 {
        let real =
            |event: &&Event| matches!(&event.kind, EventKind::Created(measured) if !measured.is_test());
        i32::try_from(self.events.iter().filter(real).count()).unwrap_or(i32::MAX)
    }

    /// The type of its events, for the log.
    pub(super) fn event_type(&self) -> &'static str {
        self.events
            .first()
            .map_or("reading.created", |event| event.kind.as_str())
    }
}

/// One event of a customer's stream.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) sequence: i64,
    pub(super) created_at: DateTime<Utc>,
    pub(super) kind: EventKind,
}

/// What happened.
#[derive(Debug)]
pub(super) enum EventKind {
    Created(Box<Measured>),
    Withdrawn(Box<Measured>),
    Test,
}

impl EventKind {
    /// The type as the receiver sees it.
    pub(super) const fn as_str(&self) -> &'static str {
        match self {
            Self::Created(_) => "reading.created",
            Self::Withdrawn(_) => "reading.withdrawn",
            Self::Test => "endpoint.test",
        }
    }

    pub(super) fn measured(&self) -> Option<&Measured> {
        match self {
            Self::Created(measured) | Self::Withdrawn(measured) => Some(measured),
            Self::Test => None,
        }
    }
}

/// A reading with the names of its device. Patient data: it has no `Debug` that would show values.
pub(super) struct Measured {
    pub(super) id: ReadingId,
    pub(super) received_at: DateTime<Utc>,
    pub(super) device: DeviceId,
    pub(super) maker: String,
    pub(super) serial: String,
    pub(super) model: String,
    pub(super) reference: Option<String>,
    pub(super) hub: Option<HubId>,
    pub(super) hub_time: Option<DateTime<Utc>>,
    pub(super) kind: Kind,
    pub(super) taken_at: DateTime<Utc>,
    pub(super) device_time_ms: Option<i64>,
    pub(super) utc_offset_minutes: Option<i16>,
    pub(super) sequence: Option<i64>,
    pub(super) user_slot: Option<i16>,
    pub(super) content_hash: [u8; 32],
    pub(super) values: Value,
    pub(super) original: Option<Value>,
    pub(super) quality: i16,
    pub(super) proof: String,
    pub(super) entered_in_error: bool,
}

impl std::fmt::Debug for Measured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Measured")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Measured {
    /// Its quality flags; a flag that this version does not know is left out.
    pub(super) fn quality(&self) -> Quality {
        Quality::from_bits(self.quality & 127).unwrap_or(Quality::NONE)
    }

    /// Whether it is test traffic or a control solution.
    pub(super) fn is_test(&self) -> bool {
        self.quality().contains(Quality::TEST)
    }
}
