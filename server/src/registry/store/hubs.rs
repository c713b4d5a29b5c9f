//! `hub`.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult, Value};
use uuid::Uuid;

use super::{Violation, all, get, id, maybe_id, maybe_word, one, run, violation, word};
use crate::ground::enums::HubState;
use crate::ground::ids::{CustomerId, DistributorId, HubId, SiteId, UserId};
use crate::registry::hub_moves::NextHub;
use crate::registry::hubs::{Hub, HubDevice, HubsAsked, SerialKey};
use crate::registry::sites::Stands;
use crate::registry::{Ask, RegistryError, RegistryScope};
use crate::tenancy::{CustomerScope, Scope as _, SystemScope, Tx};

/// Devices that a hub is told of.
const TOLD_DEVICES: i64 = 1_000;

macro_rules! hub {
    ($site:literal, $named:literal) => {
        concat!(
            "select h.id, h.serial, h.name, h.distributor_id, h.customer_id, c.name as customer_name, h.state,
             h.fingerprint, h.version, h.claimed_at, h.confirmed_at, h.last_seen_at, h.created_at,
             case when h.state = 'active' then w.offline_since end as offline_since, w.heartbeat_at, w.uptime_seconds,
             w.queued, ",
            $site,
            " from hub h left join customer c on c.id = h.customer_id left join hub_status w on w.hub_id = h.id ",
            $named
        )
    };
}

/// As the scope sees hubs: where one stands is its customer's own.
pub(super) fn hub<S: RegistryScope>() -> &'static str {
    if S::ROLE == CustomerScope::ROLE {
        hub!(
            "null::text as reserved_for, h.site_id, e.name as site_name",
            "left join site e on e.id = h.site_id"
        )
    } else {
        hub!(
            "h.reserved_for, null::uuid as site_id, null::text as site_name",
            ""
        )
    }
}

pub(in crate::registry) async fn system_insert(
    tx: &Tx<SystemScope>,
    id: HubId,
    serial: &str,
    name: &str,
    first: NextHub,
) -> Result<(), RegistryError> {
    if first.customer.is_none() {
        let sql = "select 1 from hub where serial = $1 and customer_id is null and distributor_id is not distinct from $2";
        let there = [
            serial.into(),
            first.distributor.map(DistributorId::as_uuid).into(),
        ];
        if one(tx, sql, there).await?.is_some() {
            return Err(RegistryError::Conflict(
                "a hub of this serial is in stock already",
            ));
        }
    }
    run(
        tx,
        "insert into hub (id, serial, name, customer_id, distributor_id, created_at) values ($1, $2, $3, $4, $5, $6)",
        [
            id.as_uuid().into(),
            serial.into(),
            name.into(),
            first.customer.map(CustomerId::as_uuid).into(),
            first.distributor.map(DistributorId::as_uuid).into(),
            first.at.into(),
        ],
    )
    .await
    .map_err(|error| match violation(&error) {
        Some(Violation::Taken) => RegistryError::Conflict("the customer has a hub of this serial already"),
        _ => error.into(),
    })?;
    Ok(())
}

pub(in crate::registry) async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    asked: &HubsAsked,
    ask: &Ask<SerialKey>,
) -> Result<Vec<Hub>, RegistryError> {
    let (serial, last) = ask.after.clone().unzip();
    let sql = format!(
        "{} where ($1::text is null or (h.serial, h.id) > ($1, $2)) and ($3::uuid is null or h.customer_id = $3)
           and ($4::boolean is null or $4 = (h.state = 'active' and w.offline_since is not null))
           and ($6::uuid is null or h.site_id = $6) and ($7::boolean is not true or h.site_id is null)
           and ($8::text is null or position(lower($8) in lower(h.serial)) > 0
             or position(lower($8) in lower(h.name)) > 0 or position(lower($8) in lower(c.name)) > 0)
           and ($9::text is null or h.state = $9) and ($10::uuid is null or h.distributor_id = $10)
         order by h.serial, h.id limit $5",
        hub::<S>()
    );
    let (at, nowhere) = placed::<S>(asked.site);
    let values = [
        serial.into(),
        last.into(),
        asked.customer.map(CustomerId::as_uuid).into(),
        asked.offline.into(),
        ask.rows().into(),
        at,
        nowhere,
        asked.q.clone().into(),
        asked.state.map(HubState::as_str).into(),
        asked.distributor.map(DistributorId::as_uuid).into(),
    ];
    let rows = all(tx, &sql, values).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

/// The site that is asked for, and whether none is. To others than its customer's people the question means nothing.
pub(super) fn placed<S: RegistryScope>(stands: Option<Stands>) -> (Value, Value) {
    match stands.filter(|_| S::ROLE == CustomerScope::ROLE) {
        None => (None::<Uuid>.into(), None::<bool>.into()),
        Some(Stands::At(site)) => (site.as_uuid().into(), None::<bool>.into()),
        Some(Stands::Nowhere) => (None::<Uuid>.into(), true.into()),
    }
}

pub(in crate::registry) async fn get_one<S: RegistryScope>(
    tx: &Tx<S>,
    id: HubId,
) -> Result<Option<Hub>, RegistryError> {
    let row = one(
        tx,
        &format!("{} where h.id = $1", hub::<S>()),
        [id.as_uuid().into()],
    )
    .await?;
    Ok(row.as_ref().map(read).transpose()?)
}

/// Whether the hub was waiting with this key and is active now.
pub(in crate::registry) async fn confirm<S: RegistryScope>(
    tx: &Tx<S>,
    id: HubId,
    fingerprint: &str,
    by: UserId,
    now: DateTime<Utc>,
) -> Result<bool, RegistryError> {
    let sql = "update hub set state = 'active', confirmed_at = $3, confirmed_by = $4
        where id = $1 and state = 'claimed' and fingerprint = $2";
    let done = run(
        tx,
        sql,
        [
            id.as_uuid().into(),
            fingerprint.into(),
            now.into(),
            by.as_uuid().into(),
        ],
    )
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether the hub was still as the caller read it and has changed. A claim that came between has taken the
/// confirmation away, and with it the way to `active`.
pub(in crate::registry) async fn set_state<S: RegistryScope>(
    tx: &Tx<S>,
    id: HubId,
    (from, to): (HubState, HubState),
) -> Result<bool, RegistryError> {
    let sql = "update hub set state = $3
        where id = $1 and state = $2 and ($3 <> 'active' or confirmed_at is not null)";
    let values = [id.as_uuid().into(), from.as_str().into(), to.as_str().into()];
    Ok(run(tx, sql, values).await?.rows_affected() == 1)
}

pub(in crate::registry) async fn system_devices(
    tx: &Tx<SystemScope>,
    customer: CustomerId,
) -> Result<Vec<HubDevice>, RegistryError> {
    let sql = "select d.maker, d.serial, m.name as model, m.kinds from device d join device_model m on m.id = d.model_id
        where d.customer_id = $1 and d.state = 'active' and m.transport = 'bluetooth' order by d.serial limit $2";
    let rows = all(tx, sql, [customer.as_uuid().into(), TOLD_DEVICES.into()]).await?;
    let device = |row: &QueryResult| -> Result<HubDevice, DbErr> {
        Ok(HubDevice {
            maker: get(row, "maker")?,
            serial: get(row, "serial")?,
            model: get(row, "model")?,
            kinds: get(row, "kinds")?,
        })
    };
    Ok(rows.iter().map(device).collect::<Result<_, _>>()?)
}

pub(super) fn read(row: &QueryResult) -> Result<Hub, DbErr> {
    Ok(Hub {
        id: id(row, "id")?,
        serial: get(row, "serial")?,
        name: get(row, "name")?,
        distributor: maybe_id(row, "distributor_id")?,
        customer: maybe_id(row, "customer_id")?,
        customer_name: get(row, "customer_name")?,
        site: maybe_id::<SiteId>(row, "site_id")?.zip(get(row, "site_name")?),
        state: word(row, "state")?,
        reserved: maybe_word(row, "reserved_for")?,
        fingerprint: get(row, "fingerprint")?,
        version: get(row, "version")?,
        claimed_at: get(row, "claimed_at")?,
        confirmed_at: get(row, "confirmed_at")?,
        last_seen_at: get(row, "last_seen_at")?,
        offline_since: get(row, "offline_since")?,
        heartbeat_at: get(row, "heartbeat_at")?,
        uptime_seconds: get(row, "uptime_seconds")?,
        queued: get(row, "queued")?,
        created_at: get(row, "created_at")?,
    })
}
