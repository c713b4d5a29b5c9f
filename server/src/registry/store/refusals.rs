//! `refusal`, which intake writes.

use sea_orm::{DbErr, QueryResult};

use super::{all, get, maybe_id};
use crate::ground::ids::{DeviceId, HubId};
use crate::registry::refusals::{RefusalCount, RefusalFilter, RefusalKey};
use crate::registry::{Ask, RegistryError, RegistryScope};
use crate::tenancy::{DistributorScope, Scope as _, Tx};

macro_rules! refused {
    ($source:literal, $named:literal) => {
        concat!(
            "select r.id, r.minute, r.device_id, d.serial, r.hub_id, h.name as hub_name, ",
            $source,
            ", r.customer_id, r.claimed, r.remote, r.reason, r.detail, r.count, r.last_at
            from refusal r
            left join device d on d.id = r.device_id
            left join hub h on h.id = r.hub_id ",
            $named,
            " where ($1::timestamptz is null or (r.minute, r.id) < ($1, $2))
              and ($3::uuid is null or r.device_id = $3)
              and ($4::uuid is null or r.hub_id = $4)
              and ($6::text is null or lower(r.claimed) = lower($6) or r.remote = $6)
            order by r.minute desc, r.id desc limit $5"
        )
    };
}

/// As the scope sees refusals: a distributor sees no vendor's cloud.
fn refused<S: RegistryScope>() -> &'static str {
    if S::ROLE == DistributorScope::ROLE {
        refused!("null::uuid as source_id, null::text as source_name", "")
    } else {
        refused!(
            "s.id as source_id, s.name as source_name",
            "left join source s on s.id = r.source_id"
        )
    }
}

pub(in crate::registry) async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    filter: &RefusalFilter,
    ask: &Ask<RefusalKey>,
) -> Result<Vec<RefusalCount>, RegistryError> {
    let (minute, last) = ask.after.unzip();
    let sql = refused::<S>();
    let values = [
        minute.into(),
        last.into(),
        filter.device.map(DeviceId::as_uuid).into(),
        filter.hub.map(HubId::as_uuid).into(),
        ask.rows().into(),
        filter.claimed.clone().into(),
    ];
    let rows = all(tx, sql, values).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

fn read(row: &QueryResult) -> Result<RefusalCount, DbErr> {
    Ok(RefusalCount {
        id: get(row, "id")?,
        minute: get(row, "minute")?,
        device: maybe_id(row, "device_id")?,
        serial: get(row, "serial")?,
        hub: maybe_id(row, "hub_id")?,
        hub_name: get(row, "hub_name")?,
        source: maybe_id(row, "source_id")?,
        source_name: get(row, "source_name")?,
        customer: maybe_id(row, "customer_id")?,
        claimed: get(row, "claimed")?,
        remote: get(row, "remote")?,
        reason: get(row, "reason")?,
        detail: get(row, "detail")?,
        count: get(row, "count")?,
        last_at: get(row, "last_at")?,
    })
}
