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

/// All devices that have one of these serials, whoever holds them: the commit decides whether the sender may speak for
/// one, and the sender learns nothing from the difference.
pub async fn system_find_by_serial(
    system: &PgPool,
    serials: &[&str],
) -> Result<Vec<SerialCandidate>, sqlx::Error> {
    if serials.is_empty() {
        return Ok(Vec::new());
    }
    let query = sqlx::query(standing!(
        "select d.id, d.maker, d.serial, d.customer_id",
        " from device d",
        " where d.serial = any($1)"
    ))
    .bind(serials);
    let rows = in_good_time(system, async |connection| query.fetch_all(connection).await).await?;
    rows.iter()
        .map(|row| {
            let key = DeviceKey::parse(row.try_get("maker")?, row.try_get("serial")?);
            Ok(SerialCandidate {
                device: row.try_get::<Uuid, _>("id")?.into(),
                key: key.map_err(|error| sqlx::Error::Decode(error.into()))?,
                customer: row.try_get::<Option<Uuid>, _>("customer_id")?.map(Into::into),
                standing: Standing::of(row)?,
            })
        })
        .collect()
}
