//! `assignment`, read as what came and went.

use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;
use vitals::Kind;

use super::{all, get, kinds, word};
use crate::registry::movements::{Moved, Movement, MovementFilter, MovementKey};
use crate::registry::{Ask, RegistryScope};
use crate::tenancy::Tx;

/// The moves of this page first, by the index of their times; then of each what it is about, and the one before it, by the
/// index of the thing's periods. Things that somebody sees no more are left out.
const MOVEMENTS: &str = "with page as materialized (
      select a.id from assignment a
      left join device d on d.id = a.device_id left join hub h on h.id = a.hub_id
      where (d.id is not null or h.id is not null)
        and ($1::timestamptz is null or (a.created_at, a.id) < ($1, $2))
        and ($4::text is null or a.device_id in (select id from device where position(lower($4) in serial_key) > 0)
          or a.hub_id in (select id from hub where position(lower($4) in lower(serial)) > 0))
        and ($5::text is null or d.model_id in (select id from device_model where $5 = any(kinds)))
      order by a.created_at desc, a.id desc limit $3
    )
    select a.id, a.reason, a.valid_from, a.created_at, a.device_id, a.hub_id,
      coalesce(d.maker || ' ' || m.name, h.name) as model, coalesce(d.serial, h.serial) as serial,
      coalesce(m.kinds, '{}') as kinds, c.name as to_name, u.display_name as who,
      p.was_held, p.from_name
    from page join assignment a on a.id = page.id
    left join device d on d.id = a.device_id left join device_model m on m.id = d.model_id
    left join hub h on h.id = a.hub_id
    left join customer c on c.id = a.customer_id
    left join user_account u on u.id = a.assigned_by
    left join lateral (
      (select b.valid_from, true as was_held, o.name as from_name from assignment b
       left join customer o on o.id = b.customer_id
       where b.device_id = a.device_id and b.valid_from < a.valid_from order by b.valid_from desc limit 1)
      union all
      (select b.valid_from, true, o.name from assignment b
       left join customer o on o.id = b.customer_id
       where b.hub_id = a.hub_id and b.valid_from < a.valid_from order by b.valid_from desc limit 1)
    ) p on true
    order by a.created_at desc, a.id desc";

pub(in crate::registry) async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    filter: &MovementFilter,
    ask: &Ask<MovementKey>,
) -> Result<Vec<Movement>, DbErr> {
    let (at, id) = ask.after.unzip();
    let values = [
        at.into(),
        id.into(),
        ask.rows().into(),
        filter.q.clone().into(),
        filter.kind.map(Kind::as_str).into(),
    ];
    all(tx, MOVEMENTS, values).await?.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<Movement, DbErr> {
    let (device, hub): (Option<Uuid>, Option<Uuid>) = (get(row, "device_id")?, get(row, "hub_id")?);
    let what = match (device, hub) {
        (Some(device), _) => Moved::Device(device.into(), kinds(row)?),
        (None, Some(hub)) => Moved::Hub(hub.into()),
        (None, None) => return Err(DbErr::Type("a period of nothing".to_owned())),
    };
    Ok(Movement {
        id: get(row, "id")?,
        what,
        model: get(row, "model")?,
        serial: get(row, "serial")?,
        reason: word(row, "reason")?,
        at: get(row, "valid_from")?,
        written_at: get(row, "created_at")?,
        from: get(row, "from_name")?,
        was_held: get::<Option<bool>>(row, "was_held")?.unwrap_or(false),
        to: get(row, "to_name")?,
        who: get(row, "who")?,
    })
}
