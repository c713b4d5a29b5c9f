//! `quarantine`, which intake writes.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use super::{all, get, id, maybe_id, one, run, word};
use crate::ground::enums::{QuarantineReason, QuarantineState};
use crate::ground::ids::{QuarantineId, SourceId, UserId};
use crate::registry::quarantine::{Dismissed, QuarantineFilter, QuarantineKey, QuarantinedItem};
use crate::registry::{Ask, RegistryError};
use crate::tenancy::{AdminScope, SystemScope, Tx};

/// The detail of an item that names the serial of a device which is not its customer's.
const OTHERS: &str = "not held by this customer, but known";

pub(in crate::registry) async fn list(
    tx: &Tx<AdminScope>,
    filter: &QuarantineFilter,
    ask: &Ask<QuarantineKey>,
) -> Result<Vec<QuarantinedItem>, RegistryError> {
    let (received_at, last) = ask.after.unzip();
    let standing = if filter.dismissed {
        QuarantineState::Rejected
    } else {
        QuarantineState::Waiting
    };
    let sql =
        "select q.id, q.received_at, q.reason, q.detail, q.serial as claimed, d.serial, h.name as hub_name,
          s.id as source_id, s.name as source_name, c.name as customer_name, q.item_bytes, q.dismissed_at, q.dismissed_name, q.dismissed_why,
          q.reason = 'unknown_device' and exists (select from device o where o.serial = q.serial
            and o.customer_id is distinct from q.customer_id) as is_others
        from quarantine q
        left join device d on d.id = q.device_id
        left join hub h on h.id = q.hub_id
        left join source s on s.id = q.source_id
        left join customer c on c.id = q.customer_id
        where q.state = $6
          and ($1::timestamptz is null or (q.received_at, q.id) < ($1, $2))
          and ($3::text is null or position(lower($3) in lower(q.serial)) > 0
            or position(lower($3) in lower(d.serial)) > 0 or position(lower($3) in lower(h.name)) > 0
            or position(lower($3) in lower(s.name)) > 0 or position(lower($3) in lower(c.name)) > 0)
          and ($4::text is null or q.reason = $4)
        order by q.received_at desc, q.id desc limit $5";
    let values = [
        received_at.into(),
        last.into(),
        filter.q.clone().into(),
        filter.reason.map(QuarantineReason::as_str).into(),
        ask.rows().into(),
        standing.as_str().into(),
    ];
    let rows = all(tx, sql, values).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

pub(in crate::registry) async fn waiting(tx: &Tx<AdminScope>) -> Result<i64, DbErr> {
    let sql = "select count(*) as waiting from quarantine where state = 'waiting'";
    one(tx, sql, []).await?.map_or(Ok(0), |row| get(&row, "waiting"))
}

/// Refuses items that there are not, or that do not wait any more.
pub(in crate::registry) async fn must_see(
    tx: &Tx<AdminScope>,
    items: &[QuarantineId],
) -> Result<(), RegistryError> {
    let sql = "select count(*) as found, count(*) filter (where state = 'waiting') as waiting
        from quarantine where id = any($1)";
    let row = one(tx, sql, [uuids(items).into()]).await?;
    let (found, waiting): (i64, i64) = row.map_or(Ok((0, 0)), |row| {
        Ok::<_, DbErr>((get(&row, "found")?, get(&row, "waiting")?))
    })?;
    let wanted = i64::try_from(items.len()).unwrap_or(i64::MAX);
    if found < wanted {
        return Err(RegistryError::NotFound("item"));
    }
    if waiting < wanted {
        return Err(GONE);
    }
    Ok(())
}

/// Dismisses all of them, or none.
pub(in crate::registry) async fn system_dismiss(
    tx: &Tx<SystemScope>,
    items: &[QuarantineId],
    by: UserId,
    dismissed: &Dismissed,
) -> Result<(), RegistryError> {
    let sql =
        "update quarantine set state = 'rejected', dismissed_at = $2, dismissed_by = $3, dismissed_name = $4,
          dismissed_why = $5
        where id = any($1) and state = 'waiting'";
    let values = [
        uuids(items).into(),
        dismissed.at.into(),
        by.as_uuid().into(),
        dismissed.by.as_str().into(),
        dismissed.why.as_str().into(),
    ];
    let done = run(tx, sql, values).await?.rows_affected();
    if done == items.len() as u64 {
        Ok(())
    } else {
        Err(GONE)
    }
}

const GONE: RegistryError =
    RegistryError::Conflict("somebody has dealt with one of these meanwhile; look again");

fn uuids(items: &[QuarantineId]) -> Vec<Uuid> {
    items.iter().map(|item| item.as_uuid()).collect()
}

/// What is kept says nothing of others' devices, because it is the hub's customer's; support has to know, so it is looked
/// up when it is read.
fn read(row: &QueryResult) -> Result<QuarantinedItem, DbErr> {
    let others = get::<Option<bool>>(row, "is_others")?
        .unwrap_or_default()
        .then(|| OTHERS.to_owned());
    let at: Option<DateTime<Utc>> = get(row, "dismissed_at")?;
    let dismissed = at.map(|at| {
        Ok::<_, DbErr>(Dismissed {
            at,
            by: get(row, "dismissed_name")?,
            why: get(row, "dismissed_why")?,
        })
    });
    let source: Option<SourceId> = maybe_id(row, "source_id")?;
    Ok(QuarantinedItem {
        dismissed: dismissed.transpose()?,
        id: id(row, "id")?,
        received_at: get(row, "received_at")?,
        reason: word(row, "reason")?,
        detail: get::<Option<String>>(row, "detail")?.or(others),
        claimed: get(row, "claimed")?,
        serial: get(row, "serial")?,
        hub_name: get(row, "hub_name")?,
        source: source.zip(get(row, "source_name")?),
        customer_name: get(row, "customer_name")?,
        bytes: get(row, "item_bytes")?,
    })
}
