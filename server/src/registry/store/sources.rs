//! `source`, and which devices one speaks for.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult};
use vitals::DeviceKey;

use super::{Violation, all, get, id, maybe_id, one, run, violation, word};
use crate::ground::enums::{DeviceState, SourceScheme, SourceState, Vendor};
use crate::ground::ids::{CustomerId, DeviceId, DeviceModelId, DistributorId, SourceId, UserId};
use crate::registry::sources::{
    Source, SourceCounts, SourceDevice, SourceKey, SourceKeyOfList, SourcesAsked, UnknownDevice,
};
use crate::registry::{Ask, RegistryError, RegistryScope};
use crate::tenancy::{SystemScope, Tx};

type System = Tx<SystemScope>;

/// What is shown of a source. What waits is counted to a hundred names.
const SOURCE: &str = "select s.id, s.vendor, s.name, s.customer_id, c.name as customer_name, s.state, s.scheme, s.shown_as,
      s.secret_since, s.former_until, s.created_at, s.last_seen_at,
      (select count(*) from device d where d.source_id = s.id) as devices,
      (select count(*) from (select distinct q.serial from quarantine q
        where q.source_id = s.id and q.state = 'waiting' and q.reason = 'unknown_device' and q.serial is not null
        limit 100) w) as unknown
    from source s left join customer c on c.id = s.customer_id";

pub(in crate::registry) async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    asked: &SourcesAsked,
    ask: &Ask<SourceKeyOfList>,
) -> Result<Vec<Source>, RegistryError> {
    let (name, last) = ask.after.clone().unzip();
    let sql = format!(
        "{SOURCE}
        where ($1::text is null or (s.name, s.id) > ($1, $2))
          and ($3::uuid is null or s.customer_id = $3)
          and ($4::text is null or s.vendor = $4)
          and ($5::text is null or position(lower($5) in lower(s.name)) > 0 or position(lower($5) in lower(c.name)) > 0)
          and (not $7 or s.customer_id is null)
        order by s.name, s.id limit $6"
    );
    let values = [
        name.into(),
        last.into(),
        asked.customer.map(CustomerId::as_uuid).into(),
        asked.vendor.map(Vendor::as_str).into(),
        asked.q.clone().into(),
        ask.rows().into(),
        asked.of_platform.into(),
    ];
    let rows = all(tx, &sql, values).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

/// Those that are active and were heard last before then, or never though they were added before then, are silent.
pub(in crate::registry) async fn counts<S: RegistryScope>(
    tx: &Tx<S>,
    silent_before: DateTime<Utc>,
) -> Result<SourceCounts, DbErr> {
    let sql = "select count(*) as sources,
          count(*) filter (where s.state = 'active' and coalesce(s.last_seen_at, s.created_at) < $1) as silent,
          (select count(*) from (select distinct q.source_id, q.serial from quarantine q join source o on o.id = q.source_id
            where q.state = 'waiting' and q.reason = 'unknown_device' and q.serial is not null limit 1000) w) as unknown
        from source s";
    let row = one(tx, sql, [silent_before.into()]).await?;
    row.map_or(
        Ok(SourceCounts {
            sources: 0,
            silent: 0,
            unknown: 0,
        }),
        |row| {
            Ok(SourceCounts {
                sources: get(&row, "sources")?,
                silent: get(&row, "silent")?,
                unknown: get(&row, "unknown")?,
            })
        },
    )
}

pub(in crate::registry) async fn get_one<S: RegistryScope>(
    tx: &Tx<S>,
    source: SourceId,
) -> Result<Option<Source>, DbErr> {
    let sql = format!("{SOURCE} where s.id = $1");
    let row = one(tx, &sql, [source.as_uuid().into()]).await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &QueryResult) -> Result<Source, DbErr> {
    Ok(Source {
        id: id(row, "id")?,
        vendor: word(row, "vendor")?,
        name: get(row, "name")?,
        customer: maybe_id(row, "customer_id")?,
        customer_name: get(row, "customer_name")?,
        state: word(row, "state")?,
        scheme: word(row, "scheme")?,
        shown_as: get(row, "shown_as")?,
        secret_since: get(row, "secret_since")?,
        former_until: get(row, "former_until")?,
        created_at: get(row, "created_at")?,
        last_seen_at: get(row, "last_seen_at")?,
        devices: get(row, "devices")?,
        unknown: get(row, "unknown")?,
    })
}

/// The source of a device: id, name and what the vendor calls the device.
pub(in crate::registry) async fn of_device<S: RegistryScope>(
    tx: &Tx<S>,
    device: DeviceId,
) -> Result<Option<(SourceId, String, String)>, DbErr> {
    let sql =
        "select s.id, s.name, d.source_key from device d join source s on s.id = d.source_id where d.id = $1";
    let row = one(tx, sql, [device.as_uuid().into()]).await?;
    row.map(|row| Ok((id(&row, "id")?, get(&row, "name")?, get(&row, "source_key")?)))
        .transpose()
}

pub(in crate::registry) async fn devices<S: RegistryScope>(
    tx: &Tx<S>,
    source: SourceId,
    most: i64,
) -> Result<Vec<SourceDevice>, DbErr> {
    let sql =
        "select d.id, d.maker, d.serial, m.name as model, d.state, d.customer_id, c.name as customer_name,
          d.source_key, st.last_seen_at
        from device d join device_model m on m.id = d.model_id left join customer c on c.id = d.customer_id
        left join device_status st on st.device_id = d.id
        where d.source_id = $1 order by d.source_key limit $2";
    let rows = all(tx, sql, [source.as_uuid().into(), most.into()]).await?;
    let device = |row: &QueryResult| {
        let customer: Option<CustomerId> = maybe_id(row, "customer_id")?;
        Ok(SourceDevice {
            id: id(row, "id")?,
            maker: get(row, "maker")?,
            serial: get(row, "serial")?,
            model: get(row, "model")?,
            state: word(row, "state")?,
            customer: customer.zip(get(row, "customer_name")?),
            named: get(row, "source_key")?,
            last_seen_at: get(row, "last_seen_at")?,
        })
    };
    rows.iter().map(device).collect()
}

pub(in crate::registry) async fn unknown<S: RegistryScope>(
    tx: &Tx<S>,
    source: SourceId,
    most: i64,
) -> Result<Vec<UnknownDevice>, DbErr> {
    let sql = "select serial, count(*) as messages, min(received_at) as first_at, max(received_at) as last_at
        from quarantine where source_id = $1 and state = 'waiting' and reason = 'unknown_device' and serial is not null
        group by serial order by max(received_at) desc, serial limit $2";
    let rows = all(tx, sql, [source.as_uuid().into(), most.into()]).await?;
    let unknown = |row: &QueryResult| {
        Ok(UnknownDevice {
            named: get(row, "serial")?,
            messages: get(row, "messages")?,
            first_at: get(row, "first_at")?,
            last_at: get(row, "last_at")?,
        })
    };
    rows.iter().map(unknown).collect()
}

/// A source to be written.
#[derive(Debug)]
pub(in crate::registry) struct NewRow<'a> {
    pub(in crate::registry) id: SourceId,
    pub(in crate::registry) vendor: Vendor,
    pub(in crate::registry) name: &'a str,
    pub(in crate::registry) customer: Option<CustomerId>,
    pub(in crate::registry) scheme: SourceScheme,
    pub(in crate::registry) shown_as: &'a str,
    pub(in crate::registry) secret_hmac: [u8; 32],
    pub(in crate::registry) by: UserId,
    pub(in crate::registry) now: DateTime<Utc>,
}

pub(in crate::registry) async fn system_count(
    tx: &System,
    customer: Option<CustomerId>,
) -> Result<i64, RegistryError> {
    let sql = "select count(*) as n from source where customer_id is not distinct from $1";
    let row = one(tx, sql, [customer.map(CustomerId::as_uuid).into()]).await?;
    Ok(row.map_or(Ok(0), |row| get(&row, "n"))?)
}

pub(in crate::registry) async fn system_insert(tx: &System, new: &NewRow<'_>) -> Result<(), RegistryError> {
    let sql = "insert into source (id, vendor, name, customer_id, scheme, shown_as, secret_hmac, secret_since, created_at,
          created_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)";
    let values = [
        new.id.as_uuid().into(),
        new.vendor.as_str().into(),
        new.name.into(),
        new.customer.map(CustomerId::as_uuid).into(),
        new.scheme.as_str().into(),
        new.shown_as.into(),
        new.secret_hmac.to_vec().into(),
        new.now.into(),
        new.by.as_uuid().into(),
    ];
    run(tx, sql, values).await?;
    Ok(())
}

pub(in crate::registry) async fn system_change(
    tx: &System,
    source: SourceId,
    name: Option<&str>,
    state: Option<SourceState>,
) -> Result<(), RegistryError> {
    let sql = "update source set name = coalesce($2, name), state = coalesce($3, state) where id = $1";
    let values = [
        source.as_uuid().into(),
        name.into(),
        state.map(SourceState::as_str).into(),
    ];
    run(tx, sql, values).await?;
    Ok(())
}

pub(in crate::registry) async fn system_rotate(
    tx: &System,
    source: SourceId,
    hmac: &[u8; 32],
    (now, former_until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), RegistryError> {
    let sql =
        "update source set former_hmac = secret_hmac, former_until = $4, secret_hmac = $2, secret_since = $3
        where id = $1";
    let values = [
        source.as_uuid().into(),
        hmac.to_vec().into(),
        now.into(),
        former_until.into(),
    ];
    run(tx, sql, values).await?;
    Ok(())
}

pub(in crate::registry) async fn system_end_former(
    tx: &System,
    source: SourceId,
) -> Result<(), RegistryError> {
    let sql = "update source set former_hmac = null, former_until = null where id = $1";
    run(tx, sql, [source.as_uuid().into()]).await?;
    Ok(())
}

/// Whether anything of a device of this name waits that the source does not speak for.
pub(in crate::registry) async fn system_waits(
    tx: &System,
    source: SourceId,
    named: &str,
) -> Result<bool, RegistryError> {
    let sql = "select 1 from quarantine where source_id = $1 and serial = $2 and state = 'waiting'
          and reason = 'unknown_device' limit 1";
    Ok(one(tx, sql, [source.as_uuid().into(), named.into()])
        .await?
        .is_some())
}

/// Locks a device that these hold, and says whose source speaks for it: none where there is none, and of the platform's own
/// no customer. One that has moved since the caller saw it is no longer there for them.
pub(in crate::registry) async fn system_lock_device(
    tx: &System,
    device: DeviceId,
    (customer, distributor): (Option<CustomerId>, Option<DistributorId>),
) -> Result<Option<Option<CustomerId>>, RegistryError> {
    let sql = "select d.source_id, s.customer_id as tenant_id from device d left join source s on s.id = d.source_id
        where d.id = $1 and d.customer_id is not distinct from $2 and d.distributor_id is not distinct from $3
        for no key update of d";
    let values = [
        device.as_uuid().into(),
        customer.map(CustomerId::as_uuid).into(),
        distributor.map(DistributorId::as_uuid).into(),
    ];
    let row = one(tx, sql, values)
        .await?
        .ok_or(RegistryError::NotFound("device"))?;
    let source: Option<SourceId> = maybe_id(&row, "source_id")?;
    let tenant: Option<CustomerId> = maybe_id(&row, "tenant_id")?;
    Ok(source.map(|_| tenant))
}

pub(in crate::registry) async fn system_take_away(
    tx: &System,
    device: DeviceId,
    source: SourceId,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let sql = "update device set source_id = null, source_key = null, updated_at = $3 where id = $1 and source_id = $2";
    run(
        tx,
        sql,
        [device.as_uuid().into(), source.as_uuid().into(), now.into()],
    )
    .await?;
    Ok(())
}

/// Says which source speaks for a device.
pub(in crate::registry) async fn system_give(
    tx: &System,
    device: DeviceId,
    (source, named): (SourceId, &SourceKey),
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let sql = "update device set source_id = $2, source_key = $3, updated_at = $4 where id = $1";
    let values = [
        device.as_uuid().into(),
        source.as_uuid().into(),
        named.as_str().into(),
        now.into(),
    ];
    run(tx, sql, values)
        .await
        .map_err(|error| match violation(&error) {
            Some(Violation::Taken) => {
                RegistryError::Conflict("the source knows another device by this name already")
            }
            _ => error.into(),
        })?;
    Ok(())
}

/// Whether the device was added. Somebody else may have it.
pub(in crate::registry) async fn system_insert_device(
    tx: &System,
    (id, key, model): (DeviceId, &DeviceKey, DeviceModelId),
    (customer, distributor): (Option<CustomerId>, Option<DistributorId>),
    state: DeviceState,
    now: DateTime<Utc>,
) -> Result<bool, RegistryError> {
    let sql = "insert into device (id, maker, serial, model_id, distributor_id, customer_id, state, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $8) on conflict (maker_key, serial) do nothing";
    let values: [sea_orm::Value; 8] = [
        id.as_uuid().into(),
        key.maker.as_str().into(),
        key.serial.as_str().into(),
        model.as_uuid().into(),
        distributor.map(DistributorId::as_uuid).into(),
        customer.map(CustomerId::as_uuid).into(),
        state.as_str().into(),
        now.into(),
    ];
    Ok(run(tx, sql, values).await?.rows_affected() == 1)
}
