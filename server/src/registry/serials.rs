//! Finding the devices that a hub's batch names.

use sqlx::{PgPool, Row as _};
use uuid::Uuid;
use vitals::DeviceKey;

use super::standing::{Standing, standing};
use crate::ground::ids::{CustomerId, DeviceId};
use crate::tenancy::in_good_time;

/// A device with a serial that somebody named. Several makers may use one serial.
#[derive(Debug, Clone)]
pub struct SerialCandidate {
    /// The device.
    pub device: DeviceId,
    /// Its maker and serial.
    pub key: DeviceKey,
    /// Who holds it now.
    pub customer: Option<CustomerId>,
    /// What will become of its readings.
    pub standing: Standing,
}

/// The names in order, each of them once. A batch names a few devices many times, and a join takes each name by the index
/// where `= any(…)` may compare every device with every name.
pub(super) fn each_once<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names.dedup();
    names
}

impl SerialCandidate {
    /// Those of one serial, of what [`system_find_by_serial`] found.
    pub fn of_serial<'a>(found: &'a [Self], serial: &str) -> &'a [Self] {
        let from = found.partition_point(|candidate| candidate.key.serial.as_str() < serial);
        let until = found.partition_point(|candidate| candidate.key.serial.as_str() <= serial);
        &found[from..until]
    }
}

/// All devices that have one of these serials, in the serials' order, whoever holds them: the commit decides whether the
/// sender may speak for one, and the sender learns nothing from the difference.
pub async fn system_find_by_serial(
    system: &PgPool,
    serials: &[&str],
) -> Result<Vec<SerialCandidate>, sqlx::Error> {
    if serials.is_empty() {
        return Ok(Vec::new());
    }
    let query = sqlx::query(standing!(
        "select d.id, d.maker, d.serial, d.customer_id",
        " from unnest($1::text[]) named (serial) join lateral (select id, maker, serial, customer_id, state, ever_moved
            from device where serial = named.serial offset 0) d on true",
        ""
    ))
    .bind(each_once(serials));
    let rows = in_good_time(system, async |connection| query.fetch_all(connection).await).await?;
    let mut found = rows
        .iter()
        .map(|row| {
            let key = DeviceKey::parse(row.try_get("maker")?, row.try_get("serial")?);
            Ok(SerialCandidate {
                device: row.try_get::<Uuid, _>("id")?.into(),
                key: key.map_err(|error| sqlx::Error::Decode(error.into()))?,
                customer: row.try_get::<Option<Uuid>, _>("customer_id")?.map(Into::into),
                standing: Standing::of(row)?,
            })
        })
        .collect::<Result<Vec<_>, sqlx::Error>>()?;
    found.sort_by(|one, other| one.key.serial.as_str().cmp(other.key.serial.as_str()));
    Ok(found)
}
