//! `quarantine`, which intake writes.

use sea_orm::{DbErr, QueryResult};

use super::{all, get, one, word};
use crate::ground::enums::QuarantineReason;
use crate::registry::quarantine::{QuarantineFilter, QuarantineKey, QuarantinedItem};
use crate::registry::{Ask, RegistryError};
use crate::tenancy::{AdminScope, Tx};

/// The detail of an item that names the serial of a device which is not its customer's.
const OTHERS: &str = "not held by this customer, but known";

pub(in crate::registry) async fn list(
    tx: &Tx<AdminScope>,
    filter: &QuarantineFilter,
    ask: &Ask<QuarantineKey>,
) -> Result<Vec<QuarantinedItem>, RegistryError> {
    let (received_at, last) = ask.after.unzip();
    let sql =
        "select q.id, q.received_at, q.reason, q.detail, q.serial as claimed, d.serial, h.name as hub_name,
          c.name as customer_name, q.item_bytes,
          q.reason = 'unknown_device' and exists (select from device o where o.serial = q.serial
            and o.customer_id is distinct from q.customer_id) as is_others
        from quarantine q
        left join device d on d.id = q.device_id
        left join hub h on h.id = q.hub_id
        left join customer c on c.id = q.customer_id
        where q.state = 'waiting'
          and ($1::timestamptz is null or (q.received_at, q.id) < ($1, $2))
          and ($3::text is null or position(lower($3) in lower(q.serial)) > 0
            or position(lower($3) in lower(d.serial)) > 0 or position(lower($3) in lower(h.name)) > 0
            or position(lower($3) in lower(c.name)) > 0)
          and ($4::text is null or q.reason = $4)
        order by q.received_at desc, q.id desc limit $5";
    let values = [
        received_at.into(),
        last.into(),
        filter.q.clone().into(),
        filter.reason.map(QuarantineReason::as_str).into(),
        ask.rows().into(),
    ];
    let rows = all(tx, sql, values).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

pub(in crate::registry) async fn waiting(tx: &Tx<AdminScope>) -> Result<i64, DbErr> {
    let sql = "select count(*) as waiting from quarantine where state = 'waiting'";
    one(tx, sql, []).await?.map_or(Ok(0), |row| get(&row, "waiting"))
}

/// What is kept says nothing of others' devices, because it is the hub's customer's; support has to know, so it is looked
/// up when it is read.
fn read(row: &QueryResult) -> Result<QuarantinedItem, DbErr> {
    let others = get::<Option<bool>>(row, "is_others")?
        .unwrap_or_default()
        .then(|| OTHERS.to_owned());
    Ok(QuarantinedItem {
        id: get(row, "id")?,
        received_at: get(row, "received_at")?,
        reason: word(row, "reason")?,
        detail: get::<Option<String>>(row, "detail")?.or(others),
        claimed: get(row, "claimed")?,
        serial: get(row, "serial")?,
        hub_name: get(row, "hub_name")?,
        customer_name: get(row, "customer_name")?,
        bytes: get(row, "item_bytes")?,
    })
}
