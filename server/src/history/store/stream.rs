//! What an integrator follows: the customer's stream of events from a place in it on, with the readings that they tell of.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, DbErr, QueryResult};
use vitals::Kind;

use super::readings::{Stored, stored, whole};
use super::{get, sql};
use crate::ground::ids::DeviceId;
use crate::tenancy::{CustomerScope, Tx};

/// Events that one look walks through at most: however few of them are followed, and however long ago somebody was here,
/// no statement takes long.
const SPAN: i64 = 10_000;

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

/// What the stream has at a place.
pub enum Item {
    /// An event.
    Told(Box<Told>),
    /// Events that are not kept any more, or whose readings are not: nothing can be told of them.
    Missed(Missed),
}

/// From where to where something is missing in the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missed {
    /// The first number of it.
    pub from: i64,
    /// The last one.
    pub until: i64,
}

/// What came since a place in the stream.
pub struct News {
    /// Where the stream has been read to.
    pub until: i64,
    /// Oldest first.
    pub items: Vec<Item>,
    /// Whether there may be more already.
    pub is_cut: bool,
}

/// The events about readings after `after`, at most `limit`, of at most some thousand events looked at. What is missing is
/// said to those who see the whole of their stream: who sees some sites alone cannot tell it from what is not for them.
pub async fn news(
    scope: &CustomerScope,
    tx: &Tx<CustomerScope>,
    followed: Followed,
    after: i64,
    limit: u16,
) -> Result<News, DbErr> {
    // One statement, so that no day leaves between what it says of the beginning and of the rest. The events first, so that
    // no plan reads more of the readings than these. Numbers have no gaps, so whoever sees all events sees by the first one
    // what has left before it; it is not looked for among what somebody does not see.
    const NEWS: &str = concat!(
        "
        with place as materialized (
          select last_sequence as last,
            case when $7 then $2 + 1 else coalesce(
              (select min(sequence) from event where customer_id = $1 and sequence > $2), last_sequence + 1) end as first
          from customer_stream where customer_id = $1
        )
        select p.first as stream_first, p.last as stream_last,
          e.sequence as event_sequence, e.type as event_type, e.created_at as event_created_at,
          r.id is not null as is_there,
          r.id is not null or exists (
            select from reading where id = e.reading_id and received_at = e.reading_received_at) as is_kept,
          r.*
        from place p
        left join lateral (
          select sequence, type, created_at, reading_id, reading_received_at from event
          where customer_id = $1 and sequence >= p.first and sequence < p.first + $6 and sequence <= p.last
            and type in ('reading.created', 'reading.withdrawn') and ($3::uuid is null or device_id = $3)
          order by sequence limit $5
        ) e on true
        left join lateral (
          select ",
        whole!(),
        " from reading
          where id = e.reading_id and received_at = e.reading_received_at and ($4::text is null or kind = $4)
          limit 1
        ) r on true
        order by e.sequence"
    );
    let sees_all = !scope.reach().is_confined();
    let values = [
        scope.id().as_uuid().into(),
        after.into(),
        followed.device.map(DeviceId::as_uuid).into(),
        followed.kind.map(Kind::as_str).into(),
        i64::from(limit).into(),
        SPAN.into(),
        (!sees_all).into(),
    ];
    let rows = tx.connection().query_all_raw(sql(NEWS, values)).await?;
    let mut news = News {
        until: after,
        items: Vec::new(),
        is_cut: false,
    };
    // A customer of whom nothing was ever numbered has no row.
    let Some(row) = rows.first() else {
        return Ok(news);
    };
    let (first, last): (i64, i64) = (get(row, "stream_first")?, get(row, "stream_last")?);
    if first > after + 1 {
        news.misses(after + 1, first - 1);
    }
    let mut behind = first - 1;
    for row in &rows {
        let Some(sequence) = get::<Option<i64>>(row, "event_sequence")? else {
            continue;
        };
        behind = sequence;
        if get(row, "is_there")? {
            news.items.push(Item::Told(Box::new(told(row)?)));
        } else if sees_all && !get(row, "is_kept")? {
            news.misses(sequence, sequence);
        }
    }
    if rows.len() < usize::from(limit) {
        behind = last.min(first - 1 + SPAN);
    }
    news.until = behind.max(after);
    news.is_cut = news.until < last;
    Ok(news)
}

impl News {
    /// Something is missing, with what was missing just before.
    fn misses(&mut self, from: i64, until: i64) {
        if let Some(Item::Missed(before)) = self.items.last_mut() {
            before.until = until;
        } else {
            self.items.push(Item::Missed(Missed { from, until }));
        }
    }
}

fn told(row: &QueryResult) -> Result<Told, DbErr> {
    Ok(Told {
        sequence: get(row, "event_sequence")?,
        event_type: get(row, "event_type")?,
        created_at: get(row, "event_created_at")?,
        reading: stored(row)?,
    })
}
