//! Authenticated, but not believed: kept with its reason, seen by nobody but a reviewer. An item that is sent again is
//! recognised by the HMAC of its bytes and kept once.

use sqlx::PgPool;
use uuid::Uuid;

use super::Intake;
use crate::ground::Purpose;
use crate::ground::enums::QuarantineReason;
use crate::ground::ids::{CustomerId, DeviceId, DistributorId, HubId, QuarantineId};
use crate::history::commit::Raw;

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
    pub(super) serial: Option<String>,
    /// The item's own bytes, a part of the raw message.
    pub(super) bytes: &'a [u8],
}

impl Intake {
    /// Keeps the items, all or none. Each is committed when this returns, so the sender may forget it.
    pub(super) async fn quarantine(&self, raw: &Raw, items: &[Item<'_>]) -> Result<(), sqlx::Error> {
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
                keys.hmac(Purpose::QuarantineItem, &sender_and_bytes(item))
                    .to_vec()
            })
            .collect();
        for item in items {
            metrics::counter!("vitalwire_quarantined_total", "reason" => item.reason.as_str()).increment(1);
        }
        store(self.database.system_intake(), raw, items, ids, sealed, tags).await
    }
}

/// The same bytes from another sender are another matter.
fn sender_and_bytes(item: &Item<'_>) -> Vec<u8> {
    let sender = item
        .hub
        .map(HubId::as_uuid)
        .or(item.device.map(DeviceId::as_uuid))
        .unwrap_or_default();
    [
        sender.as_bytes(),
        item.reason.as_str().as_bytes(),
        b"\0",
        item.bytes,
    ]
    .concat()
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
    sqlx::query(
        "with kept as (
           insert into quarantine (id, received_at, customer_id, distributor_id, device_id, hub_id, serial, reason, detail,
             item_sealed, item_hmac, raw_id, jwt)
           select i.id, $1, i.customer_id, i.distributor_id, i.device_id, i.hub_id, i.serial, i.reason, i.detail, i.sealed,
             i.tag, $2, $3
           from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[], $9::text[], $10::text[], $11::text[],
             $12::bytea[], $13::bytea[])
             as i(id, customer_id, distributor_id, device_id, hub_id, serial, reason, detail, sealed, tag)
           order by i.tag
           on conflict (item_hmac) do nothing
           returning customer_id, device_id, hub_id
         )
         insert into raw_message (id, received_at, customer_id, device_id, hub_id, body_sealed, jwt)
         select $2, $1, customer_id, device_id, hub_id, $14, $3 from kept limit 1
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
    .bind(raw.body_sealed.as_slice())
    .execute(system)
    .await
    .map(drop)
}
