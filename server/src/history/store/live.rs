//! What a live page follows: the customer's stream of events, in the order of its sequence.

use sea_orm::{ConnectionTrait as _, DbErr};
use vitals::Kind;

use super::line::Devices;
use super::page::{Shown, columns, shown};
use super::{get, sql};
use crate::tenancy::{CustomerScope, Tx};

/// What came since a place in the stream.
pub struct News {
    /// Where the stream has been read to.
    pub until: i64,
    /// The devices' readings in it, oldest first.
    pub readings: Vec<Shown>,
    /// Whether there is more than was asked for.
    pub is_cut: bool,
}

/// Where the scope's stream ends now.
pub async fn end(scope: &CustomerScope, tx: &Tx<CustomerScope>) -> Result<i64, DbErr> {
    const END: &str = "select last_sequence from customer_stream where customer_id = $1";
    let customer = scope.id().as_uuid();
    let row = tx.connection().query_one_raw(sql(END, [customer.into()])).await?;
    row.map_or(Ok(0), |row| get(&row, "last_sequence"))
}

/// The devices' readings of a kind in the stream after `after`, at most `limit`.
pub async fn since(
    scope: &CustomerScope,
    tx: &Tx<CustomerScope>,
    devices: impl Into<Devices>,
    kind: Kind,
    after: i64,
    limit: u16,
) -> Result<News, DbErr> {
    const SINCE: &str = concat!(
        "select ",
        columns!(),
        " from event e join reading r on r.id = e.reading_id and r.received_at = e.reading_received_at
          where e.customer_id = $1 and e.sequence > $2 and e.sequence <= $3 and r.kind = $4
            and e.type = 'reading.created'
            and exists (
              select 1 from unnest($6::uuid[], $7::timestamptz[], $8::timestamptz[]) as l(device, begins, ends)
              where l.device = e.device_id and r.measured_at >= l.begins and r.measured_at < l.ends
            )
          order by e.sequence limit $5"
    );
    let end = end(scope, tx).await?;
    if end <= after {
        return Ok(News {
            until: after,
            readings: Vec::new(),
            is_cut: false,
        });
    }
    let customer = scope.id().as_uuid();
    let values = [
        customer.into(),
        after.into(),
        end.into(),
        kind.as_str().into(),
        (i64::from(limit) + 1).into(),
    ];
    let values = values.into_iter().chain(devices.into().values());
    let rows = tx.connection().query_all_raw(sql(SINCE, values)).await?;
    let mut readings = rows.iter().map(shown).collect::<Result<Vec<_>, _>>()?;
    let is_cut = readings.len() > usize::from(limit);
    readings.truncate(limit.into());
    let last = readings
        .last()
        .and_then(|reading| reading.forwarded)
        .map(|forwarded| forwarded.sequence);
    let until = if is_cut { last.unwrap_or(after) } else { end };
    Ok(News {
        until,
        readings,
        is_cut,
    })
}

/// The readings of these events as they stand now; for rows on a page whose delivery was still open.
pub async fn these(
    scope: &CustomerScope,
    tx: &Tx<CustomerScope>,
    sequences: &[i64],
) -> Result<Vec<Shown>, DbErr> {
    const THESE: &str = concat!(
        "select ",
        columns!(),
        " from event e join reading r on r.id = e.reading_id and r.received_at = e.reading_received_at
          where e.customer_id = $1 and e.sequence = any($2) order by e.sequence"
    );
    let customer = scope.id().as_uuid();
    let values = [customer.into(), sequences.to_vec().into()];
    let rows = tx.connection().query_all_raw(sql(THESE, values)).await?;
    rows.iter().map(shown).collect()
}
