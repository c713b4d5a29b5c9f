//! What intake has to know of a source, and of the devices that it speaks for.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use chrono::{DateTime, Utc};
use sqlx::{PgPool, Row as _};
use uuid::Uuid;
use vitals::DeviceKey;

use crate::ground::enums::SourceScheme;
use crate::ground::enums::{SourceState, Vendor};
use crate::ground::ids::{CustomerId, DeviceId, SourceId};
use crate::registry::cache::parsed;
use crate::registry::serials::each_once;
use crate::registry::standing::{Epoch, Standing, standing};
use crate::tenancy::in_good_time;

/// A source, and what it has to show.
#[derive(Debug, Clone)]
pub struct SourceIdentity {
    /// The source.
    pub source: SourceId,
    /// Whose cloud it is.
    pub vendor: Vendor,
    /// Its own tenant; none: the platform's.
    pub customer: Option<CustomerId>,
    /// Whether anything is taken from it.
    pub state: SourceState,
    /// How it shows its secret.
    pub scheme: SourceScheme,
    /// The user's name of HTTP Basic, or the header's name in lower case.
    pub shown_as: String,
    secret: [u8; 32],
    former: Option<([u8; 32], DateTime<Utc>)>,
    /// When all this was so.
    pub epoch: Epoch,
}

impl SourceIdentity {
    /// Whether a secret of this HMAC is the source's own, or the one before it while that works on.
    pub fn is_shown(&self, hmac: &[u8; 32], now: DateTime<Utc>) -> bool {
        let is = |own: &[u8; 32]| verify_slices_are_equal(own, hmac).is_ok();
        is(&self.secret)
            || self
                .former
                .is_some_and(|(former, until)| now < until && is(&former))
    }
}

/// The source of this id.
pub async fn system_source(system: &PgPool, source: SourceId) -> Result<Option<SourceIdentity>, sqlx::Error> {
    let query = sqlx::query(
        "select id, vendor, customer_id, state, scheme, shown_as, secret_hmac, former_hmac, former_until,
           (select epoch from registry_epoch) as epoch
         from source where id = $1",
    )
    .bind(source.as_uuid());
    let row = in_good_time(system, async |connection| query.fetch_optional(connection).await).await?;
    row.map(|row| {
        let former: Option<Vec<u8>> = row.try_get("former_hmac")?;
        let until: Option<DateTime<Utc>> = row.try_get("former_until")?;
        Ok(SourceIdentity {
            source,
            vendor: parsed(row.try_get("vendor")?)?,
            customer: row.try_get::<Option<Uuid>, _>("customer_id")?.map(Into::into),
            state: parsed(row.try_get("state")?)?,
            scheme: parsed(row.try_get("scheme")?)?,
            shown_as: row.try_get("shown_as")?,
            secret: hmac(row.try_get("secret_hmac")?)?,
            former: former.map(hmac).transpose()?.zip(until),
            epoch: row.try_get::<i64, _>("epoch")?.into(),
        })
    })
    .transpose()
}

fn hmac(bytes: Vec<u8>) -> Result<[u8; 32], sqlx::Error> {
    bytes
        .try_into()
        .map_err(|_| sqlx::Error::Decode("an HMAC has 32 bytes".into()))
}

/// A device that a source speaks for.
#[derive(Debug, Clone)]
pub struct SourceCandidate {
    /// The device.
    pub device: DeviceId,
    /// Its maker and serial.
    pub key: DeviceKey,
    /// What the vendor calls it.
    pub named: String,
    /// Who holds it now.
    pub customer: Option<CustomerId>,
    /// What will become of its readings.
    pub standing: Standing,
}

/// The devices of a source that its vendor calls by these names.
pub async fn system_find_by_source(
    system: &PgPool,
    source: SourceId,
    named: &[&str],
) -> Result<Vec<SourceCandidate>, sqlx::Error> {
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let query = sqlx::query(standing!(
        "select d.id, d.maker, d.serial, d.customer_id, d.source_key",
        " from unnest($2::text[]) named (key) join lateral (select id, maker, serial, customer_id, source_key, state,
            ever_moved from device where source_id = $1 and source_key = named.key offset 0) d on true",
        ""
    ))
    .bind(source.as_uuid())
    .bind(each_once(named));
    let rows = in_good_time(system, async |connection| query.fetch_all(connection).await).await?;
    rows.iter()
        .map(|row| {
            let key = DeviceKey::parse(row.try_get("maker")?, row.try_get("serial")?);
            Ok(SourceCandidate {
                device: row.try_get::<Uuid, _>("id")?.into(),
                key: key.map_err(|error| sqlx::Error::Decode(error.into()))?,
                named: row.try_get("source_key")?,
                customer: row.try_get::<Option<Uuid>, _>("customer_id")?.map(Into::into),
                standing: Standing::of(row)?,
            })
        })
        .collect()
}
