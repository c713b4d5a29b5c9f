//! `device`, joined with its model, its holder's name and what is known of it.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult};
use vitals::Kind;

use super::{Violation, all, get, id, kinds, maybe_id, maybe_word, one, run, violation, word};
use crate::ground::enums::DeviceState;
use crate::ground::ids::{CustomerId, DeviceId, DistributorId};
use crate::registry::devices::{Device, DeviceFilter, DeviceKeyset, NewDevice};
use crate::registry::{Ask, RegistryError, RegistryScope};
use crate::tenancy::{AdminScope, Tx};

pub(super) const DEVICE: &str = "select d.id, d.maker, d.serial, d.model_id, m.name as model, m.kinds, m.transport,
    d.distributor_id, d.customer_id, c.name as customer_name, d.customer_reference, d.state, d.ever_moved, d.created_at,
    s.last_seen_at, s.last_reading_at, s.last_kind, s.battery_percent, s.signal_dbm
    from device d
    join device_model m on m.id = d.model_id
    left join customer c on c.id = d.customer_id
    left join device_status s on s.device_id = d.id";

pub(in crate::registry) async fn insert(
    tx: &Tx<AdminScope>,
    id: DeviceId,
    new: &NewDevice,
    state: DeviceState,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    run(
        tx,
        "insert into device (id, maker, serial, model_id, distributor_id, customer_id, customer_reference, state,
           created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        [
            id.as_uuid().into(),
            new.key.maker.as_str().into(),
            new.key.serial.as_str().into(),
            new.model.as_uuid().into(),
            new.distributor.map(DistributorId::as_uuid).into(),
            new.customer.map(CustomerId::as_uuid).into(),
            new.customer_reference.clone().into(),
            state.as_str().into(),
            now.into(),
        ],
    )
    .await
    .map_err(|error| match violation(&error) {
        Some(Violation::Taken) => RegistryError::Conflict("the maker's serial is registered already"),
        Some(Violation::Missing) => RegistryError::NotFound("model or distributor"),
        None => error.into(),
    })?;
    Ok(())
}

pub(in crate::registry) async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    filter: &DeviceFilter,
    ask: &Ask<DeviceKeyset>,
) -> Result<Vec<Device>, RegistryError> {
    let (serial, last) = ask.after.clone().unzip();
    let sql = format!(
        "{DEVICE}
         where ($1::text is null or (d.serial, d.id) > ($1, $2))
           and ($3::text is null or position(lower($3) in lower(d.serial)) > 0
             or position(lower($3) in lower(m.name)) > 0
             or position(lower($3) in lower(d.customer_reference)) > 0)
           and ($4::text is null or $4 = any(m.kinds))
           and ($5::text is null or d.state = $5)
           and ($6::uuid is null or d.customer_id = $6)
         order by d.serial, d.id limit $7"
    );
    let values = [
        serial.into(),
        last.into(),
        filter.q.clone().into(),
        filter.kind.map(Kind::as_str).into(),
        filter.state.map(DeviceState::as_str).into(),
        filter.customer.map(CustomerId::as_uuid).into(),
        ask.rows().into(),
    ];
    let rows = all(tx, &sql, values).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

pub(in crate::registry) async fn get_one<S: RegistryScope>(
    tx: &Tx<S>,
    id: DeviceId,
) -> Result<Option<Device>, RegistryError> {
    let row = one(tx, &format!("{DEVICE} where d.id = $1"), [id.as_uuid().into()]).await?;
    Ok(row.as_ref().map(read).transpose()?)
}

/// Whether the device was still as the caller saw it and has changed. One that was retired or moved meanwhile stays so.
pub(in crate::registry) async fn set_state<S: RegistryScope>(
    tx: &Tx<S>,
    seen: &Device,
    to: DeviceState,
    now: DateTime<Utc>,
) -> Result<bool, RegistryError> {
    let sql = "update device set state = $4, updated_at = $5
        where id = $1 and state = $2 and customer_id is not distinct from $3";
    let values = [
        seen.id.as_uuid().into(),
        seen.state.as_str().into(),
        seen.customer.map(CustomerId::as_uuid).into(),
        to.as_str().into(),
        now.into(),
    ];
    Ok(run(tx, sql, values).await?.rows_affected() == 1)
}

/// Whether the device was still held by whom the caller saw and has changed: one customer's word for it is not the next one's.
pub(in crate::registry) async fn set_reference<S: RegistryScope>(
    tx: &Tx<S>,
    seen: &Device,
    reference: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool, RegistryError> {
    let sql = "update device set customer_reference = $3, updated_at = $4
        where id = $1 and customer_id is not distinct from $2";
    let values = [
        seen.id.as_uuid().into(),
        seen.customer.map(CustomerId::as_uuid).into(),
        reference.into(),
        now.into(),
    ];
    Ok(run(tx, sql, values).await?.rows_affected() == 1)
}

pub(super) fn read(row: &QueryResult) -> Result<Device, DbErr> {
    Ok(Device {
        id: id(row, "id")?,
        maker: get(row, "maker")?,
        serial: get(row, "serial")?,
        model_id: id(row, "model_id")?,
        model: get(row, "model")?,
        kinds: kinds(row)?,
        transport: word(row, "transport")?,
        distributor: maybe_id(row, "distributor_id")?,
        customer: maybe_id(row, "customer_id")?,
        customer_name: get(row, "customer_name")?,
        customer_reference: get(row, "customer_reference")?,
        state: word(row, "state")?,
        ever_moved: get(row, "ever_moved")?,
        created_at: get(row, "created_at")?,
        last_seen_at: get(row, "last_seen_at")?,
        last_reading_at: get(row, "last_reading_at")?,
        last_kind: maybe_word(row, "last_kind")?,
        battery_percent: get(row, "battery_percent")?,
        signal_dbm: get(row, "signal_dbm")?,
    })
}
