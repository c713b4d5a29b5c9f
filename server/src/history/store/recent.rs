//! What a customer's first page shows: the readings that arrived last, whichever device they are of.

use sea_orm::{ConnectionTrait as _, DbErr, QueryResult};
use uuid::Uuid;

use super::page::Latest;
use super::{get, parsed, sql, vital};
use crate::tenancy::{CustomerScope, Tx};

/// The customer's newest readings, in the order of its stream; those taken back do not count. Few are asked for, so the
/// stream's last events are all that is looked at.
pub async fn recent(scope: &CustomerScope, tx: &Tx<CustomerScope>, limit: u16) -> Result<Vec<Latest>, DbErr> {
    const RECENT: &str = "select r.device_id, r.measured_at, r.kind, r.vals from (
          select reading_id, reading_received_at, sequence from event
          where customer_id = $1 and type = 'reading.created' order by sequence desc limit $2
        ) e join reading r on r.id = e.reading_id and r.received_at = e.reading_received_at
        where r.status = 'final' order by e.sequence desc";
    let values = [scope.id().as_uuid().into(), i64::from(limit).into()];
    let rows = tx.connection().query_all_raw(sql(RECENT, values)).await?;
    let read = |row: &QueryResult| {
        Ok(Latest {
            device: get::<Uuid>(row, "device_id")?.into(),
            measured_at: get(row, "measured_at")?,
            vital: vital(row, parsed(row, "kind")?)?,
        })
    };
    rows.iter().map(read).collect()
}
