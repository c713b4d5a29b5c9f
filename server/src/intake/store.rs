//! What the room asks of `quarantine` beside the way of a reading: what waits of devices that a vendor's cloud spoke of.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sqlx::{PgPool, Row as _};
use uuid::Uuid;

use super::release::{Outcome, Waiting};
use crate::ground::ids::{QuarantineId, RawMessageId, SourceId};
use crate::history::commit::{Raw, Sharing};
use crate::registry::sources::SourceKey;
use crate::tenancy::in_good_time;

/// Items that wait of devices that their sources speak for now, the oldest first.
pub(super) async fn system_known(system: &PgPool, most: i64) -> Result<Vec<Waiting>, sqlx::Error> {
    let query = sqlx::query(
        "select q.id, q.source_id, q.serial, q.item_sealed, q.raw_id, q.received_at
         from quarantine q
         join device d on d.source_id = q.source_id and d.source_key = q.serial
         join source s on s.id = q.source_id and s.state = 'active'
         where q.state = 'waiting' and q.source_id is not null and q.reason = 'unknown_device'
         order by q.received_at limit $1",
    )
    .bind(most);
    let rows = in_good_time(system, async |connection| query.fetch_all(connection).await).await?;
    rows.iter()
        .map(|row| {
            Ok(Waiting {
                id: row.try_get::<Uuid, _>("id")?.into(),
                source: row.try_get::<Uuid, _>("source_id")?.into(),
                called: row.try_get("serial")?,
                sealed: row.try_get("item_sealed")?,
                raw: Arc::new(Raw {
                    id: RawMessageId::from(row.try_get::<Uuid, _>("raw_id")?),
                    received_at: row.try_get("received_at")?,
                    body_sealed: None,
                    jwt: None,
                    encoding: None,
                    shared: Sharing::default(),
                }),
            })
        })
        .collect()
}

/// Writes down what became of an item, if it still waits.
pub(super) async fn system_mark(
    system: &PgPool,
    id: QuarantineId,
    outcome: &Outcome,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let query = match outcome {
        Outcome::Later => return Ok(()),
        Outcome::Released => sqlx::query(
            "update quarantine set state = 'released', released_at = $2 where id = $1 and state = 'waiting'",
        )
        .bind(id.as_uuid())
        .bind(now),
        Outcome::Stays(reason, detail) => {
            sqlx::query("update quarantine set reason = $2, detail = $3 where id = $1 and state = 'waiting'")
                .bind(id.as_uuid())
                .bind(reason.as_str())
                .bind(detail.as_deref())
        }
    };
    in_good_time(system, async |connection| query.execute(connection).await)
        .await
        .map(drop)
}

/// Forgets what came before this moment; returns how many items, at most some thousand.
pub(super) async fn system_forget(system: &PgPool, until: DateTime<Utc>) -> Result<u64, sqlx::Error> {
    sqlx::query(
        "delete from quarantine where id in (
           select id from quarantine where received_at < $1 order by received_at limit 5000 for update skip locked)",
    )
    .bind(until)
    .execute(system)
    .await
    .map(|done| done.rows_affected())
}

/// Id, arrival and sealed bytes of what waits of one unknown device, the oldest first.
pub(super) async fn system_waiting_of(
    system: &PgPool,
    source: SourceId,
    called: &SourceKey,
    most: i64,
) -> Result<Vec<(QuarantineId, DateTime<Utc>, Vec<u8>)>, sqlx::Error> {
    let query = sqlx::query(
        "select id, received_at, item_sealed from quarantine
         where source_id = $1 and serial = $2 and state = 'waiting' and reason = 'unknown_device'
         order by received_at limit $3",
    )
    .bind(source.as_uuid())
    .bind(called.as_str())
    .bind(most);
    let rows = in_good_time(system, async |connection| query.fetch_all(connection).await).await?;
    rows.iter()
        .map(|row| {
            let id: Uuid = row.try_get("id")?;
            Ok((
                id.into(),
                row.try_get("received_at")?,
                row.try_get("item_sealed")?,
            ))
        })
        .collect()
}
