//! What an integrator follows: the customer's stream of events from a place in it on, with the readings that they tell of.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, DbErr, QueryResult};
use vitals::Kind;

use super::readings::{Stored, stored};
use super::{get, live, sql};
use crate::ground::ids::DeviceId;
use crate::tenancy::{CustomerScope, Tx};

/// From where to where the stream is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// The first event that is; none where none is.
    pub first: Option<i64>,
    /// The last event that there was.
    pub last: i64,
}

/// Which readings are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Followed {
    /// Those of one device.
    pub device: Option<DeviceId>,
    /// Those of one kind.
    pub kind: Option<Kind>,
}

/// An event and the reading that it tells of. It holds a patient's values, so it has no `Debug`.
pub struct Told {
    /// Its number in the customer's stream.
    pub sequence: i64,
    /// `reading.created` or `reading.withdrawn`.
    pub event_type: String,
    /// When the router numbered it.
    pub created_at: DateTime<Utc>,
    /// The reading, as it stands now.
    pub reading: Stored,
}

/// What came since a place in the stream.
pub struct News {
    /// Where the stream has been read to.
    pub until: i64,
    /// Oldest first.
    pub told: Vec<Told>,
    /// Whether there may be more already.
    pub is_cut: bool,
}

/// From where to where the scope's stream is kept.
pub async fn kept(scope: &CustomerScope, tx: &Tx<CustomerScope>) -> Result<Kept, DbErr> {
    const FIRST: &str = "select min(sequence) as first from event where customer_id = $1";
    let customer = scope.id().as_uuid();
    let row = tx
        .connection()
        .query_one_raw(sql(FIRST, [customer.into()]))
        .await?;
    Ok(Kept {
        first: row.map_or(Ok(None), |row| get(&row, "first"))?,
        last: live::end(scope, tx).await?,
    })
}

/// The events about readings after `after`, at most `limit` looked at. A reading that is no longer kept is left out.
pub async fn news(
    scope: &CustomerScope,
    tx: &Tx<CustomerScope>,
    followed: Followed,
    after: i64,
    limit: u16,
) -> Result<News, DbErr> {
    // The events first, so that no plan reads more of the readings than these.
    const NEWS: &str = "
        select e.sequence as event_sequence, e.type as event_type, e.created_at as event_created_at,
          r.id is not null as is_there, r.*
        from (
          select sequence, type, created_at, reading_id, reading_received_at from event
          where customer_id = $1 and sequence > $2 and sequence <= $3
            and type in ('reading.created', 'reading.withdrawn') and ($4::uuid is null or device_id = $4)
          order by sequence limit $6
        ) e
        left join lateral (
          select * from reading
          where id = e.reading_id and received_at = e.reading_received_at and ($5::text is null or kind = $5)
          limit 1
        ) r on true
        order by e.sequence";
    let end = live::end(scope, tx).await?;
    if end <= after {
        return Ok(News {
            until: after,
            told: Vec::new(),
            is_cut: false,
        });
    }
    let values = [
        scope.id().as_uuid().into(),
        after.into(),
        end.into(),
        followed.device.map(DeviceId::as_uuid).into(),
        followed.kind.map(Kind::as_str).into(),
        i64::from(limit).into(),
    ];
    let rows = tx.connection().query_all_raw(sql(NEWS, values)).await?;
    let is_cut = rows.len() >= usize::from(limit);
    let until = match rows.last() {
        Some(row) if is_cut => get(row, "event_sequence")?,
        _ => end,
    };
    let told = rows.iter().filter_map(|row| told(row).transpose());
    Ok(News {
        until,
        told: told.collect::<Result<_, _>>()?,
        is_cut,
    })
}

fn told(row: &QueryResult) -> Result<Option<Told>, DbErr> {
    if !get(row, "is_there")? {
        return Ok(None);
    }
    Ok(Some(Told {
        sequence: get(row, "event_sequence")?,
        event_type: get(row, "event_type")?,
        created_at: get(row, "event_created_at")?,
        reading: stored(row)?,
    }))
}
