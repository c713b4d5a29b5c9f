//! `order_step`.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult, Value};

use super::{all, get, id, run};
use crate::ground::enums::OrderStepKind;
use crate::ground::ids::{OrderId, OrderStepId, ReturnId};
use crate::identity::Caller;
use crate::orders::order::Step;
use crate::orders::side;
use crate::registry::{RegistryError, RegistryScope};
use crate::tenancy::{SystemScope, Tx};

/// Steps that are shown: the newest.
const MOST: i64 = 500;

/// What a step is of.
#[derive(Debug, Clone, Copy)]
pub(in crate::orders) enum Of {
    Order(OrderId),
    Return(ReturnId),
}

/// A step to write.
#[derive(Debug, Clone)]
pub(in crate::orders) struct NewStep {
    kind: OrderStepKind,
    count: Option<i64>,
    text: Option<String>,
}

impl NewStep {
    /// Of nothing in particular.
    pub(in crate::orders) fn of(kind: OrderStepKind) -> Self {
        Self {
            kind,
            count: None,
            text: None,
        }
    }

    /// To so many devices and hubs.
    pub(in crate::orders) fn count(mut self, count: usize) -> Self {
        self.count = i64::try_from(count).ok().filter(|count| *count > 0);
        self
    }

    /// With words.
    pub(in crate::orders) fn text(mut self, text: Option<String>) -> Self {
        self.text = text;
        self
    }
}

/// Oldest first.
pub(in crate::orders) async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    of: Of,
) -> Result<Vec<Step>, RegistryError> {
    let (sql, of) = match of {
        Of::Order(order) => (
            "select * from (
               select id, place, kind, at, by_user, by_name, by_side, count, text from order_step
               where order_id = $1 order by place desc limit $2
             ) s order by place",
            order.as_uuid(),
        ),
        Of::Return(back) => (
            "select * from (
               select id, place, kind, at, by_user, by_name, by_side, count, text from order_step
               where return_id = $1 order by place desc limit $2
             ) s order by place",
            back.as_uuid(),
        ),
    };
    let rows = all(tx, sql, [of.into(), MOST.into()]).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

fn read(row: &QueryResult) -> Result<Step, DbErr> {
    Ok(Step {
        id: id(row, "id")?,
        kind: get(row, "kind")?,
        at: get(row, "at")?,
        by: id(row, "by_user")?,
        by_name: get(row, "by_name")?,
        by_side: get(row, "by_side")?,
        count: get(row, "count")?,
        text: get(row, "text")?,
    })
}

/// How many notes somebody's order or return has.
pub(in crate::orders) async fn system_notes(tx: &Tx<SystemScope>, of: Of) -> Result<i64, RegistryError> {
    let (sql, of) = match of {
        Of::Order(order) => (
            "select count(*) as notes from order_step where order_id = $1 and kind = 'note'",
            order.as_uuid(),
        ),
        Of::Return(back) => (
            "select count(*) as notes from order_step where return_id = $1 and kind = 'note'",
            back.as_uuid(),
        ),
    };
    let rows = all(tx, sql, [of.into()]).await?;
    Ok(rows.first().map_or(Ok(0), |row| get(row, "notes"))?)
}

pub(in crate::orders) async fn system_insert(
    tx: &Tx<SystemScope>,
    (step, of): (OrderStepId, Of),
    new: NewStep,
    by: &Caller,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let (order, back) = match of {
        Of::Order(order) => (Some(order.as_uuid()), None),
        Of::Return(back) => (None, Some(back.as_uuid())),
    };
    let sql = "insert into order_step (id, order_id, return_id, distributor_id, kind, at, by_user, by_name, by_side, count,
          text)
        select $1, $2::uuid, $3::uuid, coalesce((select distributor_id from device_order where id = $2),
          (select distributor_id from device_return where id = $3)), $4, $5, $6, $7, $8, $9::bigint::integer, $10";
    let values: [Value; 10] = [
        step.as_uuid().into(),
        order.into(),
        back.into(),
        new.kind.as_str().into(),
        now.into(),
        by.person.id.as_uuid().into(),
        by.person.name.clone().into(),
        side(by).as_str().into(),
        new.count.into(),
        new.text.into(),
    ];
    run(tx, sql, values).await?;
    Ok(())
}
