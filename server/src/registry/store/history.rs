//! `assignment`, read back: who had a device or a hub, as row-level security shows it.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult, Value};

use super::printed::Printed;
use super::{all, get, id, maybe_id, word};
use crate::ground::enums::MoveReason;
use crate::ground::ids::{DeviceId, HubId};
use crate::registry::authors::Doer;
use crate::registry::life::Successor;
use crate::registry::moves::{HeldPeriod, LinePeriod};
use crate::registry::{RegistryError, RegistryScope};
use crate::tenancy::Tx;

/// A thing moves a few times in its life.
pub(in crate::registry) const MOST: u16 = 500;

const PERIOD: &str =
    "select a.id, a.distributor_id, a.customer_id, c.name as customer_name, a.valid_from, a.valid_until,
    a.reason, a.note, a.replaces_device_id, r.serial as replaces_serial, a.created_at,
    a.assigned_by, b.display_name as begun_by, a.ended_by, e.display_name as ended_by_name";
const OF: &str = " from assignment a left join customer c on c.id = a.customer_id
    left join device r on r.id = a.replaces_device_id
    left join user_account b on b.id = a.assigned_by left join user_account e on e.id = a.ended_by";

/// A customer's role may not look at distributors at all.
const NAMED: [&str; 2] = [
    ", t.name as distributor_name",
    " left join distributor t on t.id = a.distributor_id",
];
const UNNAMED: [&str; 2] = [", null::text as distributor_name", ""];

/// A period of a line, before its device has a name.
#[derive(Debug)]
pub(in crate::registry) struct OfLine {
    device: DeviceId,
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
    held_until: Option<DateTime<Utc>>,
    reason: MoveReason,
    note: Option<String>,
    replaces: Option<DeviceId>,
}

impl OfLine {
    pub(in crate::registry) fn device(&self) -> DeviceId {
        self.device
    }

    /// The same with what is printed on the device.
    pub(in crate::registry) fn named(self, printed: &Printed) -> LinePeriod {
        LinePeriod {
            device: self.device,
            maker: printed.maker.clone(),
            serial: printed.serial.clone(),
            model: printed.model.clone(),
            from: self.from,
            until: self.until,
            held_until: self.held_until,
            reason: self.reason,
            note: self.note,
            replaces: self.replaces,
        }
    }
}

pub(in crate::registry) async fn of_device<S: RegistryScope>(
    tx: &Tx<S>,
    with_distributors: bool,
    device: DeviceId,
) -> Result<Vec<HeldPeriod>, RegistryError> {
    periods(tx, with_distributors, "a.device_id = $1", device.as_uuid().into()).await
}

pub(in crate::registry) async fn of_hub<S: RegistryScope>(
    tx: &Tx<S>,
    with_distributors: bool,
    hub: HubId,
) -> Result<Vec<HeldPeriod>, RegistryError> {
    periods(tx, with_distributors, "a.hub_id = $1", hub.as_uuid().into()).await
}

/// The devices that took this one's place, each in a period of the same line.
pub(in crate::registry) async fn successors<S: RegistryScope>(
    tx: &Tx<S>,
    device: DeviceId,
) -> Result<Vec<Successor>, RegistryError> {
    let sql = "select a.device_id, d.serial, a.valid_from, a.note, a.assigned_by, b.display_name as begun_by
        from assignment a left join device d on d.id = a.device_id left join user_account b on b.id = a.assigned_by
        where a.line_id in (select coalesce(own.line_id, own.device_id) from assignment own where own.device_id = $1)
          and a.replaces_device_id = $1
        order by a.valid_from desc limit $2";
    let rows = all(tx, sql, [device.as_uuid().into(), i64::from(MOST).into()]).await?;
    let successor = |row: &QueryResult| -> Result<Successor, DbErr> {
        Ok(Successor {
            device: id(row, "device_id")?,
            serial: get(row, "serial")?,
            at: get(row, "valid_from")?,
            note: get(row, "note")?,
            by: begun_by(row)?,
        })
    };
    Ok(rows.iter().map(successor).collect::<Result<_, _>>()?)
}

async fn periods<S: RegistryScope>(
    tx: &Tx<S>,
    with_distributors: bool,
    which: &'static str,
    of: Value,
) -> Result<Vec<HeldPeriod>, RegistryError> {
    let [column, join] = if with_distributors { NAMED } else { UNNAMED };
    let sql = format!("{PERIOD}{column}{OF}{join} where {which} order by a.valid_from desc limit $2");
    let rows = all(tx, &sql, [of, i64::from(MOST).into()]).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

/// The line of the customer's who, as far as the scope sees, had the device last. A device's place in it ends where another
/// takes it, though the customer has the device until it is given back.
pub(in crate::registry) async fn line<S: RegistryScope>(
    tx: &Tx<S>,
    device: DeviceId,
) -> Result<Vec<OfLine>, RegistryError> {
    let sql = "with here as materialized (
          select coalesce(line_id, device_id) as line, customer_id from assignment
          where device_id = $1 and customer_id is not null order by valid_from desc limit 1
        )
        select a.device_id, a.valid_from, a.valid_until, a.reason, a.note, a.replaces_device_id,
          least(a.valid_until, (select min(n.valid_from) from assignment n
            where n.customer_id = a.customer_id and n.line_id = here.line and n.replaces_device_id = a.device_id
              and n.valid_from >= a.valid_from)) as place_until
        from here join assignment a on a.customer_id = here.customer_id
          and (a.line_id = here.line or (a.line_id is null and a.device_id = here.line))
        order by a.valid_from desc, a.created_at desc limit $2";
    let rows = all(tx, sql, [device.as_uuid().into(), i64::from(MOST).into()]).await?;
    let period = |row: &QueryResult| -> Result<OfLine, DbErr> {
        Ok(OfLine {
            device: id(row, "device_id")?,
            from: get(row, "valid_from")?,
            until: get(row, "place_until")?,
            held_until: get(row, "valid_until")?,
            reason: word(row, "reason")?,
            note: get(row, "note")?,
            replaces: maybe_id(row, "replaces_device_id")?,
        })
    };
    Ok(rows.iter().map(period).collect::<Result<_, _>>()?)
}

fn begun_by(row: &QueryResult) -> Result<Doer, DbErr> {
    Ok(Doer::new(maybe_id(row, "assigned_by")?, get(row, "begun_by")?))
}

fn read(row: &QueryResult) -> Result<HeldPeriod, DbErr> {
    Ok(HeldPeriod {
        id: id(row, "id")?,
        distributor: maybe_id(row, "distributor_id")?,
        distributor_name: get(row, "distributor_name")?,
        customer: maybe_id(row, "customer_id")?,
        customer_name: get(row, "customer_name")?,
        from: get(row, "valid_from")?,
        until: get(row, "valid_until")?,
        reason: word(row, "reason")?,
        note: get(row, "note")?,
        replaces: maybe_id(row, "replaces_device_id")?,
        replaces_serial: get(row, "replaces_serial")?,
        begun_by: begun_by(row)?,
        ended_by: Doer::new(maybe_id(row, "ended_by")?, get(row, "ended_by_name")?),
        written_at: get(row, "created_at")?,
    })
}
