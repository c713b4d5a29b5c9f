//! `device` and its model, read by id: what is printed on a device, for who has or had it.

use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;
use vitals::Kind;

use super::{all, get, id, kinds, word};
use crate::ground::enums::Transport;
use crate::ground::ids::{CustomerId, DeviceId, DeviceModelId};
use crate::registry::devices::DeviceKeyset;
use crate::registry::{Ask, RegistryError};
use crate::tenancy::{SystemScope, Tx};

/// What is printed on a device, whoever has it now.
#[derive(Debug, Clone)]
pub(in crate::registry) struct Printed {
    pub(in crate::registry) id: DeviceId,
    pub(in crate::registry) maker: String,
    pub(in crate::registry) serial: String,
    pub(in crate::registry) model_id: DeviceModelId,
    pub(in crate::registry) model: String,
    pub(in crate::registry) kinds: Vec<Kind>,
    pub(in crate::registry) transport: Transport,
}

/// Which of the devices are asked for; by default all.
#[derive(Debug, Default)]
pub(in crate::registry) struct Sought<'a> {
    /// Part of the serial, or of the maker's or the model's name, without regard to case.
    pub(in crate::registry) q: Option<&'a str>,
    /// Those that measure this.
    pub(in crate::registry) kind: Option<Kind>,
    /// Those that this customer does not have now.
    pub(in crate::registry) not_at: Option<CustomerId>,
}

/// A page of those of the devices that are asked for, by serial. The devices are fetched first: in the order of all serials
/// most of the table would be read for a few of them.
pub(in crate::registry) async fn system_printed(
    tx: &Tx<SystemScope>,
    devices: &[DeviceId],
    sought: &Sought<'_>,
    ask: &Ask<DeviceKeyset>,
) -> Result<Vec<Printed>, RegistryError> {
    let sql = "with those as materialized (
          select id, maker, serial, model_id from device
          where id = any($1) and ($7::uuid is null or customer_id is distinct from $7))
        select d.id, d.maker, d.serial, d.model_id, m.name as model, m.kinds, m.transport
        from those d join device_model m on m.id = d.model_id
        where ($2::text is null or position(lower($2) in lower(d.serial)) > 0
            or position(lower($2) in lower(d.maker)) > 0 or position(lower($2) in lower(m.name)) > 0)
          and ($3::text is null or $3 = any(m.kinds))
          and ($4::text is null or (d.serial, d.id) > ($4, $5::uuid))
        order by d.serial, d.id limit $6";
    let ids: Vec<Uuid> = devices.iter().map(|id| id.as_uuid()).collect();
    let (serial, last) = ask.after.clone().unzip();
    let values = [
        ids.into(),
        sought.q.into(),
        sought.kind.map(Kind::as_str).into(),
        serial.into(),
        last.into(),
        ask.rows().into(),
        sought.not_at.map(CustomerId::as_uuid).into(),
    ];
    let rows = all(tx, sql, values).await?;
    Ok(rows.iter().map(printed).collect::<Result<_, _>>()?)
}

fn printed(row: &QueryResult) -> Result<Printed, DbErr> {
    Ok(Printed {
        id: id(row, "id")?,
        maker: get(row, "maker")?,
        serial: get(row, "serial")?,
        model_id: id(row, "model_id")?,
        model: get(row, "model")?,
        kinds: kinds(row)?,
        transport: word(row, "transport")?,
    })
}
