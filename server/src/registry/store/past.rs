//! `organisation_event`.

use sea_orm::{DbErr, QueryResult, Value};

use super::{all, get, maybe_id, run, word};
use crate::ground::enums::OrganisationEventKind;
use crate::ground::ids::DistributorId;
use crate::registry::past::{Doing, PastEvent, Whose};
use crate::registry::{RegistryError, RegistryScope};
use crate::tenancy::{CustomerScope, FinanceScope, Scope, Tx};

/// `$1` the event's id, `$2` the organisation's, `$3` what, `$4` and `$5` who, `$6` when.
const OF_CUSTOMER: &str =
    "insert into organisation_event (id, distributor_id, customer_id, kind, by_user, by_side, at)
    select $1, distributor_id, id, $3, $4, $5, $6 from customer where id = $2";
const OF_DISTRIBUTOR: &str = "insert into organisation_event (id, distributor_id, kind, by_user, by_side, at)
    select $1, id, $3, $4, $5, $6 from distributor where id = $2";
/// The same with the name that it has yet; `$7` is the one to come.
const NAME_OF_CUSTOMER: &str =
    "insert into organisation_event (id, distributor_id, customer_id, kind, by_user, by_side, at, before)
    select $1, distributor_id, id, $3, $4, $5, $6, name from customer where id = $2 and name <> $7";
const NAME_OF_DISTRIBUTOR: &str =
    "insert into organisation_event (id, distributor_id, kind, by_user, by_side, at, before)
    select $1, id, $3, $4, $5, $6, name from distributor where id = $2 and name <> $7";

pub(in crate::registry) async fn insert<S: Scope>(
    tx: &Tx<S>,
    doing: Doing,
    whose: Whose,
    kind: OrganisationEventKind,
) -> Result<(), RegistryError> {
    let sql = match whose {
        Whose::Customer(_) => OF_CUSTOMER,
        Whose::Distributor(_) => OF_DISTRIBUTOR,
    };
    run(tx, sql, values(doing, whose, kind)).await?;
    Ok(())
}

pub(in crate::registry) async fn insert_name<S: Scope>(
    tx: &Tx<S>,
    doing: Doing,
    whose: Whose,
    name: &str,
) -> Result<(), RegistryError> {
    let sql = match whose {
        Whose::Customer(_) => NAME_OF_CUSTOMER,
        Whose::Distributor(_) => NAME_OF_DISTRIBUTOR,
    };
    let name: Value = name.into();
    let all = values(doing, whose, OrganisationEventKind::Renamed);
    run(tx, sql, all.into_iter().chain([name])).await?;
    Ok(())
}

fn values(doing: Doing, whose: Whose, kind: OrganisationEventKind) -> [Value; 6] {
    [
        doing.id.into(),
        id_of(whose).into(),
        kind.as_str().into(),
        doing.by.as_uuid().into(),
        doing.side.as_str().into(),
        doing.at.into(),
    ]
}

fn id_of(whose: Whose) -> uuid::Uuid {
    match whose {
        Whose::Customer(id) => id.as_uuid(),
        Whose::Distributor(id) => id.as_uuid(),
    }
}

/// Finance has no look at people, and customers have none at distributors.
pub(in crate::registry) async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    whose: Whose,
    most: i64,
) -> Result<Vec<PastEvent>, RegistryError> {
    const EVENT: &str = "select e.kind, e.at, e.before, e.by_side";
    const FROM: &str = " from organisation_event e";
    let (to, distributors) = if S::ROLE == CustomerScope::ROLE {
        (
            ", null::uuid as distributor_id, null::text as distributor_name",
            "",
        )
    } else {
        (
            ", e.distributor_id, t.name as distributor_name",
            " left join distributor t on t.id = e.distributor_id",
        )
    };
    let (by, people) = if S::ROLE == FinanceScope::ROLE {
        (", null::text as by_name", "")
    } else {
        (
            ", u.display_name as by_name",
            " left join user_account u on u.id = e.by_user",
        )
    };
    let which = match whose {
        Whose::Customer(_) => " where e.customer_id = $1",
        Whose::Distributor(_) => " where e.distributor_id = $1 and e.customer_id is null",
    };
    let sql = [
        EVENT,
        to,
        by,
        FROM,
        distributors,
        people,
        which,
        " order by e.at desc, e.id desc limit $2",
    ]
    .concat();
    let rows = all(tx, &sql, [id_of(whose).into(), most.into()]).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

fn read(row: &QueryResult) -> Result<PastEvent, DbErr> {
    let kind = word(row, "kind")?;
    let distributor = maybe_id::<DistributorId>(row, "distributor_id")?.zip(get(row, "distributor_name")?);
    Ok(PastEvent {
        kind,
        at: get(row, "at")?,
        before: get(row, "before")?,
        distributor: distributor.filter(|_| kind == OrganisationEventKind::Moved),
        by: get(row, "by_name")?,
        side: word(row, "by_side")?,
    })
}
