//! `assignment`, read as what came and went.

use sea_orm::{DbErr, QueryResult, Value};
use uuid::Uuid;

use super::{all, get, kinds, maybe_id, word};
use crate::registry::authors::Doer;
use crate::registry::movements::{Moved, Movement, MovementFilter, MovementKey};
use crate::registry::{Ask, RegistryScope};
use crate::tenancy::{AdminScope, Scope as _, Tx};

/// Things whose serial fits that are looked up one by one; where more fit, their moves are found among the newest of all.
const FEW: u16 = 1_000;

/// The serial in small letters, as `serial_key` has it, from the indexes that hold the serial.
const DEVICES: &str = "select id from device where position($1 in lower(serial collate \"C\")) > 0 limit $2";
const HUBS: &str = "select id from hub where position(lower($1) in lower(serial)) > 0 limit $2";

/// Whose stocks those are, for the platform's people; a customer's role may not look at distributors at all.
const STOCKS: [&str; 2] = [
    ", td.name as to_stock, fd.name as from_stock",
    " left join distributor td on td.id = a.distributor_id left join distributor fd on fd.id = p.from_distributor",
];
const NO_STOCKS: [&str; 2] = [", null::text as to_stock, null::text as from_stock", ""];

/// Of each move what it is about, and the one before it, by the index of the thing's periods.
const MOVE: &str = "select a.id, a.reason, a.valid_from, a.created_at, a.device_id, a.hub_id,
      coalesce(d.maker || ' ' || m.name, h.name) as model, coalesce(d.serial, h.serial) as serial,
      coalesce(m.kinds, '{}') as kinds, c.name as to_name, a.assigned_by, u.display_name as who,
      p.was_held, p.from_name";
const OF: &str = " from page join assignment a on a.id = page.id
    left join device d on d.id = a.device_id left join device_model m on m.id = d.model_id
    left join hub h on h.id = a.hub_id
    left join customer c on c.id = a.customer_id
    left join user_account u on u.id = a.assigned_by
    left join lateral (
      (select b.valid_from, true as was_held, o.name as from_name, b.distributor_id as from_distributor from assignment b
       left join customer o on o.id = b.customer_id
       where b.device_id = a.device_id and b.valid_from < a.valid_from order by b.valid_from desc limit 1)
      union all
      (select b.valid_from, true, o.name, b.distributor_id from assignment b
       left join customer o on o.id = b.customer_id
       where b.hub_id = a.hub_id and b.valid_from < a.valid_from order by b.valid_from desc limit 1)
    ) p on true";
const NEWEST_FIRST: &str = " order by a.created_at desc, a.id desc";

pub(in crate::registry) async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    filter: &MovementFilter,
    ask: &Ask<MovementKey>,
) -> Result<Vec<Movement>, DbErr> {
    let things = match &filter.q {
        None => Things::All,
        Some(q) => Things::fitting(tx, q).await?,
    };
    if matches!(&things, Things::Few(devices, hubs) if devices.is_empty() && hubs.is_empty()) {
        return Ok(Vec::new());
    }
    let (page, values) = page(things, filter, ask);
    let [stocks, joined] = if S::ROLE == AdminScope::ROLE {
        STOCKS
    } else {
        NO_STOCKS
    };
    let sql = format!("with page as materialized ({page}) {MOVE}{stocks}{OF}{joined}{NEWEST_FIRST}");
    all(tx, &sql, values).await?.iter().map(read).collect()
}

/// Whose moves are looked for.
enum Things {
    All,
    /// Those of these devices and hubs.
    Few(Vec<Uuid>, Vec<Uuid>),
    /// Those whose serial holds this.
    Many(String),
}

impl Things {
    async fn fitting<S: RegistryScope>(tx: &Tx<S>, q: &str) -> Result<Self, DbErr> {
        let devices = ids(tx, DEVICES, q.to_ascii_lowercase()).await?;
        let hubs = ids(tx, HUBS, q.to_owned()).await?;
        Ok(
            if devices.len() > usize::from(FEW) || hubs.len() > usize::from(FEW) {
                Self::Many(q.to_owned())
            } else {
                Self::Few(devices, hubs)
            },
        )
    }
}

/// The things that fit, and one more than are few.
async fn ids<S: RegistryScope>(tx: &Tx<S>, sql: &str, q: String) -> Result<Vec<Uuid>, DbErr> {
    let rows = all(tx, sql, [q.into(), (i64::from(FEW) + 1).into()]).await?;
    rows.iter().map(|row| get(row, "id")).collect()
}

/// The moves of this page, by the index of their times or by those of the things' periods, from fixed pieces of SQL for what
/// is asked for. Things that somebody sees no more are left out.
fn page(things: Things, filter: &MovementFilter, ask: &Ask<MovementKey>) -> (String, Vec<Value>) {
    let mut values: Vec<Value> = vec![ask.rows().into()];
    let mut place = |value: Value| {
        values.push(value);
        format!("${}", values.len())
    };
    let mut asked = vec!["(d.id is not null or h.id is not null)".to_owned()];
    if let Some((at, id)) = ask.after {
        let (at, id) = (place(at.into()), place(id.into()));
        asked.push(format!("(a.created_at, a.id) < ({at}, {id})"));
    }
    if let Some(kind) = filter.kind {
        let kind = place(kind.as_str().into());
        asked.push(format!(
            "d.model_id in (select id from device_model where {kind} = any(kinds))"
        ));
    }
    match things {
        Things::All => {}
        Things::Few(devices, hubs) => {
            let (devices, hubs) = (place(devices.into()), place(hubs.into()));
            asked.push(format!(
                "(a.device_id = any({devices}) or a.hub_id = any({hubs}))"
            ));
        }
        Things::Many(q) => {
            let (key, q) = (place(q.to_ascii_lowercase().into()), place(q.into()));
            asked.push(format!(
                "(a.device_id in (select id from device where position({key} in lower(serial collate \"C\")) > 0)
                  or a.hub_id in (select id from hub where position(lower({q}) in lower(serial)) > 0))"
            ));
        }
    }
    let sql = format!(
        "select a.id from assignment a left join device d on d.id = a.device_id left join hub h on h.id = a.hub_id
         where {} order by a.created_at desc, a.id desc limit $1",
        asked.join(" and ")
    );
    (sql, values)
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
        from_stock: get(row, "from_stock")?,
        to_stock: get(row, "to_stock")?,
        was_held: get::<Option<bool>>(row, "was_held")?.unwrap_or(false),
        to: get(row, "to_name")?,
        who: Doer::new(maybe_id(row, "assigned_by")?, get(row, "who")?),
    })
}
