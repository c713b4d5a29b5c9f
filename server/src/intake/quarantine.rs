//! Authenticated, but not believed: kept with its reason, seen by nobody but a reviewer. An item that is sent again is
//! recognised by the HMAC of its bytes and kept once. Of an item that does not say when it was measured the same bytes may
//! be another measurement, so it is known by when it was sent as well.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::PgPool;
use uuid::Uuid;
use vitals::{DeviceTime, Instant};

use super::Intake;
use super::prepare::ten_seconds;
use crate::ground::Purpose;
use crate::ground::enums::{Encoding, QuarantineReason};
use crate::ground::ids::{CustomerId, DeviceId, DistributorId, HubId, QuarantineId, SourceId};
use crate::history::commit::Raw;
use crate::tenancy::in_good_time;

/// One item to keep.
#[derive(Debug)]
pub(super) struct Item<'a> {
    pub(super) reason: QuarantineReason,
    /// Which field or rule; never a value.
    pub(super) detail: Option<String>,
    pub(super) customer: Option<CustomerId>,
    pub(super) distributor: Option<DistributorId>,
    pub(super) device: Option<DeviceId>,
    pub(super) hub: Option<HubId>,
    pub(super) source: Option<SourceId>,
    /// The serial that it names, or what a vendor calls the device.
    pub(super) serial: Option<String>,
    /// Whether it says when it was measured, where it is known; none: it is looked for in the platform's own form.
    pub(super) is_dated: Option<bool>,
    /// The item's own bytes, a part of the raw message.
    pub(super) bytes: &'a [u8],
}

/// What an item says of its time, whether or not the rest can be read.
#[derive(Debug, Deserialize)]
struct Times {
    #[serde(default)]
    measured_at: Option<String>,
    #[serde(default)]
    hub_time: Option<String>,
}

impl Item<'_> {
    /// Whether the bytes differ from one measurement to the next: the device's own time, or when the hub first saw it.
    fn is_dated(&self) -> bool {
        if let Some(is_dated) = self.is_dated {
            return is_dated;
        }
        serde_json::from_slice::<Times>(self.bytes).is_ok_and(|times| {
            let device = times.measured_at.as_deref().and_then(DeviceTime::parse);
            let hub = times.hub_time.as_deref().and_then(Instant::parse);
            device.is_some() || (self.hub.is_some() && hub.is_some())
        })
    }

    /// What it is recognised by. The same bytes from another sender, or for another reason, are another matter.
    fn known_by(&self, sent_at: DateTime<Utc>) -> Vec<u8> {
        let sender = self
            .hub
            .map(HubId::as_uuid)
            .or(self.source.map(SourceId::as_uuid))
            .or(self.device.map(DeviceId::as_uuid))
            .unwrap_or_default();
        let sent = if self.is_dated() {
            String::new()
        } else {
            format!("{}\0", ten_seconds(sent_at).timestamp_millis())
        };
        [
            sender.as_bytes(),
            self.reason.as_str().as_bytes(),
            b"\0",
            sent.as_bytes(),
            self.bytes,
        ]
        .concat()
    }
}

impl Intake {
    /// Keeps the items, all or none. Each is committed when this returns, so the sender may forget it.
    pub(super) async fn quarantine(&self, raw: &Raw, items: &[Item<'_>]) -> Result<(), sqlx::Error> {
        self.quarantine_sent(raw, raw.received_at, items).await
    }

    /// The same for items of which it is known when they were sent, so that they are known however late they arrive.
    pub(super) async fn quarantine_sent(
        &self,
        raw: &Raw,
        sent_at: DateTime<Utc>,
        items: &[Item<'_>],
    ) -> Result<(), sqlx::Error> {
        if items.is_empty() {
            return Ok(());
        }
        let keys = self.ground.keys();
        let ids: Vec<Uuid> = items
            .iter()
            .map(|_| self.ground.id_at::<QuarantineId>(raw.received_at).as_uuid())
            .collect();
        let sealed = ids
            .iter()
            .zip(items)
            .map(|(id, item)| keys.seal(Purpose::Quarantine, id.as_bytes(), item.bytes))
            .collect();
        let tags = items
            .iter()
            .map(|item| {
                keys.hmac(Purpose::QuarantineItem, &item.known_by(sent_at))
                    .to_vec()
            })
            .collect();
        for item in items {
            metrics::counter!("vitalwire_quarantined_total", "reason" => item.reason.as_str()).increment(1);
        }
        store(self.database.system_intake(), raw, items, ids, sealed, tags).await
    }
}

async fn store(
    system: &PgPool,
    raw: &Raw,
    items: &[Item<'_>],
    ids: Vec<Uuid>,
    sealed: Vec<Vec<u8>>,
    tags: Vec<Vec<u8>>,
) -> Result<(), sqlx::Error> {
    let each =
        |pick: fn(&Item<'_>) -> Option<Uuid>| -> Vec<Option<Uuid>> { items.iter().map(pick).collect() };
    // What the commit did not take is not its owner's, for all that is known.
    let refused = |item: &Item<'_>| item.reason != QuarantineReason::Implausible;
    let shared = raw.shared.is_marked() || items.iter().any(refused);
    let query = sqlx::query(
        "with kept as (
           insert into quarantine (id, received_at, customer_id, distributor_id, device_id, hub_id, serial, reason, detail,
             item_sealed, item_hmac, raw_id, jwt, source_id)
           select i.id, $1, i.customer_id, i.distributor_id, i.device_id, i.hub_id, i.serial, i.reason, i.detail, i.sealed,
             i.tag, $2, $3, i.source_id
           from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[], $9::text[], $10::text[], $11::text[],
             $12::bytea[], $13::bytea[], $15::uuid[])
             as i(id, customer_id, distributor_id, device_id, hub_id, serial, reason, detail, sealed, tag, source_id)
           order by i.tag
           on conflict (item_hmac) do nothing
           returning customer_id, device_id, hub_id, source_id
         )
         insert into raw_message (id, received_at, customer_id, device_id, hub_id, body_sealed, jwt, source_id, encoding, shared)
         select $2, $1, customer_id, device_id, hub_id, $14, $3, source_id, $16, $17 from kept limit 1
         on conflict do nothing",
    )
    .bind(raw.received_at)
    .bind(raw.id.as_uuid())
    .bind(raw.jwt.as_deref())
    .bind(ids)
    .bind(each(|item| item.customer.map(CustomerId::as_uuid)))
    .bind(each(|item| item.distributor.map(DistributorId::as_uuid)))
    .bind(each(|item| item.device.map(DeviceId::as_uuid)))
    .bind(each(|item| item.hub.map(HubId::as_uuid)))
    .bind(items.iter().map(|item| item.serial.as_deref()).collect::<Vec<_>>())
    .bind(items.iter().map(|item| item.reason.as_str()).collect::<Vec<_>>())
    .bind(items.iter().map(|item| item.detail.as_deref()).collect::<Vec<_>>())
    .bind(sealed)
    .bind(tags)
    .bind(raw.body_sealed.as_deref())
    .bind(each(|item| item.source.map(SourceId::as_uuid)))
    .bind(raw.encoding.map(Encoding::as_str))
    .bind(shared);
    in_good_time(system, async |connection| query.execute(connection).await)
        .await
        .map(drop)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn item(hub: bool, bytes: &[u8]) -> Item<'_> {
        Item {
            reason: QuarantineReason::NoOwner,
            detail: None,
            customer: None,
            distributor: None,
            device: Some(Uuid::from_u128(7).into()),
            hub: hub.then(|| Uuid::from_u128(8).into()),
            source: None,
            serial: None,
            is_dated: None,
            bytes,
        }
    }

    #[rstest]
    #[case(true, br#"{"measured_at":"2026-11-20T08:15:30.123+01:00","values":7}"#, true)]
    #[case(false, br#"{"measured_at":"2026-11-20T08:15:30Z","device":"\u0000"}"#, true)]
    #[case(true, br#"{"hub_time":"2026-11-20T08:15:30Z"}"#, true)]
    #[case::nobody_but_a_hub_says_so(false, br#"{"hub_time":"2026-11-20T08:15:30Z"}"#, false)]
    #[case(true, br#"{"measured_at":null,"values":{"weight":70}}"#, false)]
    #[case(true, br#"{"measured_at":"yesterday"}"#, false)]
    #[case(true, br#"{"measured_at":17}"#, false)]
    #[case::which_one(
        true,
        br#"{"measured_at":"2026-11-20T08:15:30Z","measured_at":"2026-11-20T08:15:30Z"}"#,
        false
    )]
    #[case(true, b"{\"device\":\"\xff\"}", false)]
    #[case(true, b"\"2026-11-20T08:15:30Z\"", false)]
    #[case(true, b"", false)]
    fn without_a_time_the_same_bytes_are_known_for_ten_seconds(
        #[case] hub: bool,
        #[case] bytes: &[u8],
        #[case] is_dated: bool,
    ) {
        let item = item(hub, bytes);
        assert_eq!(item.is_dated(), is_dated);
        let known_by = |second| item.known_by(DateTime::from_timestamp(second, 0).unwrap());
        assert_eq!(known_by(1_000), known_by(1_009));
        assert_eq!(known_by(1_000) == known_by(1_010), is_dated);
        assert_eq!(known_by(1_000) == known_by(87_400), is_dated);
    }
}
