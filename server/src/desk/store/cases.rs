//! `support_case`.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult, Value};

use super::{all, get, id, maybe_id, one, run};
use crate::desk::cases::Subject;
use crate::desk::cases::{Candidate, Case, CaseFilter, CaseKey, CaseNumber, Standing, Waiting};
use crate::desk::side;
use crate::ground::enums::{CaseSide, CaseState};
use crate::ground::ids::{CaseId, CustomerId, DeviceId, DistributorId, HubId, UserId};
use crate::identity::Caller;
use crate::registry::{Ask, RegistryError, RegistryScope};
use crate::tenancy::{CustomerScope, Scope as _, SystemScope, Tx};

type System = Tx<SystemScope>;

const CASE: &str = "select k.id, k.number, k.distributor_id, k.customer_id, c.name as customer_name, k.device_id, k.hub_id,
    (d.id is not null or h.id is not null) as is_there, k.subject, k.title, k.state, k.opened_by, k.opener_name,
    k.opener_side, k.opened_at, k.assignee, k.assignee_name, k.updated_at";
const FROM: &str = " from support_case k left join customer c on c.id = k.customer_id
    left join device d on d.id = k.device_id left join hub h on h.id = k.hub_id";
const ONE: &str = " where k.id = $1";
const LIST: &str = " where ($1::timestamptz is null or (k.updated_at, k.id) < ($1, $2))
      and ($3::text is null or position(lower($3) in lower(k.title)) > 0
        or position(lower($3) in lower(k.subject)) > 0 or position(lower($3) in lower(c.name)) > 0
        or k.number = $4)
      and ($5::text is null or k.state = $5) and (not $6 or k.state in ('open', 'waiting'))
      and ($7::uuid is null or k.opened_by = $7 or k.assignee = $7)
      and ($8::uuid is null or k.customer_id = $8) and ($9::uuid is null or k.distributor_id = $9)
      and ($10::uuid is null or k.device_id = $10) and ($11::uuid is null or k.hub_id = $11)
      and (not $13 or WAITS)
    order by k.updated_at desc, k.id desc limit $12";

/// Whether a case waits for a side, for one of its people, who answers cases or does not.
const WAITS: &str = "case k.state
    when 'waiting' then k.opener_side = SIDE and (ANSWERS or k.opened_by = PERSON)
    when 'open' then coalesce(k.assignee = PERSON, ANSWERS and k.opener_side <> SIDE
      and (SIDE <> 'platform' or k.opener_side = 'distributor' or k.distributor_id is null))
    else false end";

/// The same with its three parameters.
fn waits(sql: &str, side: &str, person: &str, answers: &str) -> String {
    let waits = WAITS.replace("SIDE", side).replace("PERSON", person);
    sql.replace("WAITS", &waits.replace("ANSWERS", answers))
}

/// A customer's role may not look at distributors at all.
fn select<S: RegistryScope>(which: &str) -> String {
    let [column, join] = if S::ROLE == CustomerScope::ROLE {
        [", null::text as distributor_name", ""]
    } else {
        [
            ", t.name as distributor_name",
            " left join distributor t on t.id = k.distributor_id",
        ]
    };
    [CASE, column, FROM, join, which].concat()
}

pub(in crate::desk) async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    filter: &CaseFilter,
    ask: &Ask<CaseKey>,
) -> Result<Vec<Case>, RegistryError> {
    let (updated_at, last) = ask.after.unzip();
    let number = filter.q.as_deref().and_then(|q| q.parse::<CaseNumber>().ok());
    let state = match filter.standing {
        Standing::Is(state) => Some(state.as_str()),
        Standing::Any | Standing::Unsolved | Standing::For(_) => None,
    };
    let waiting = match filter.standing {
        Standing::For(waiting) => Some(waiting.parts()),
        _ => None,
    };
    let values: [Value; 16] = [
        updated_at.into(),
        last.into(),
        filter.q.clone().into(),
        number.map(|number| number.0).into(),
        state.into(),
        (filter.standing == Standing::Unsolved).into(),
        filter.of.map(UserId::as_uuid).into(),
        filter.customer.map(CustomerId::as_uuid).into(),
        filter.distributor.map(DistributorId::as_uuid).into(),
        filter.device.map(DeviceId::as_uuid).into(),
        filter.hub.map(HubId::as_uuid).into(),
        (i64::from(ask.limit) + 1).into(),
        waiting.is_some().into(),
        waiting.map(|(side, ..)| side.as_str()).into(),
        waiting.map(|(_, person, _)| person.as_uuid()).into(),
        waiting.is_some_and(|(.., answers)| answers).into(),
    ];
    let sql = waits(&select::<S>(LIST), "$14::text", "$15::uuid", "$16");
    let rows = all(tx, &sql, values).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

pub(in crate::desk) async fn open_count<S: RegistryScope>(tx: &Tx<S>) -> Result<i64, RegistryError> {
    let sql = "select count(*) as open from support_case where state in ('open', 'waiting')";
    let row = one(tx, sql, []).await?;
    Ok(row.map_or(Ok(0), |row| get(&row, "open"))?)
}

pub(in crate::desk) async fn waiting_count<S: RegistryScope>(
    tx: &Tx<S>,
    waiting: Waiting,
) -> Result<i64, RegistryError> {
    let sql = "select count(*) as waiting from support_case k where k.state in ('open', 'waiting') and WAITS";
    let (side, person, answers) = waiting.parts();
    let values = [side.as_str().into(), person.as_uuid().into(), answers.into()];
    let row = one(tx, &waits(sql, "$1::text", "$2::uuid", "$3"), values).await?;
    Ok(row.map_or(Ok(0), |row| get(&row, "waiting"))?)
}

pub(in crate::desk) async fn get_one<S: RegistryScope>(
    tx: &Tx<S>,
    id: CaseId,
) -> Result<Option<Case>, RegistryError> {
    let row = one(tx, &select::<S>(ONE), [id.as_uuid().into()]).await?;
    Ok(row.as_ref().map(read).transpose()?)
}

pub(in crate::desk) async fn numbered<S: RegistryScope>(
    tx: &Tx<S>,
    number: CaseNumber,
) -> Result<Option<Case>, RegistryError> {
    let row = one(tx, &select::<S>(" where k.number = $1"), [number.0.into()]).await?;
    Ok(row.as_ref().map(read).transpose()?)
}

fn read(row: &QueryResult) -> Result<Case, DbErr> {
    Ok(Case {
        id: id(row, "id")?,
        number: CaseNumber(get(row, "number")?),
        distributor: maybe_id(row, "distributor_id")?,
        distributor_name: get(row, "distributor_name")?,
        customer: maybe_id(row, "customer_id")?,
        customer_name: get(row, "customer_name")?,
        device: maybe_id(row, "device_id")?,
        hub: maybe_id(row, "hub_id")?,
        is_there: get(row, "is_there")?,
        subject: get(row, "subject")?,
        title: get(row, "title")?,
        state: get(row, "state")?,
        opened_by: id(row, "opened_by")?,
        opener_name: get(row, "opener_name")?,
        opener_side: get(row, "opener_side")?,
        opened_at: get(row, "opened_at")?,
        assignee: maybe_id(row, "assignee")?,
        assignee_name: get(row, "assignee_name")?,
        updated_at: get(row, "updated_at")?,
    })
}

/// Makes whoever would move what the case is to be about wait until this transaction has ended. What has moved since the
/// caller saw it is no longer there for them.
pub(in crate::desk) async fn system_hold(tx: &System, subject: &Subject) -> Result<(), RegistryError> {
    let customer = subject.customer.map(CustomerId::as_uuid);
    let distributor = subject.distributor.map(DistributorId::as_uuid);
    let (sql, of) = match (subject.device, subject.hub) {
        (Some(device), _) => (
            "select 1 from device where id = $1 and customer_id is not distinct from $2
             and distributor_id is not distinct from $3 for share",
            device.as_uuid(),
        ),
        (None, Some(hub)) => (
            "select 1 from hub where id = $1 and customer_id is not distinct from $2
             and distributor_id is not distinct from $3 for share",
            hub.as_uuid(),
        ),
        (None, None) => match customer {
            Some(customer) => (
                "select 1 from customer where id = $1 and id = $2 and distributor_id is not distinct from $3 for share",
                customer,
            ),
            None => return Ok(()),
        },
    };
    let found = one(tx, sql, [of.into(), customer.into(), distributor.into()]).await?;
    found
        .map(drop)
        .ok_or(RegistryError::Conflict("it has just changed hands; look again"))
}

pub(in crate::desk) async fn system_insert(
    tx: &System,
    id: CaseId,
    subject: &Subject,
    title: &str,
    by: &Caller,
    now: DateTime<Utc>,
) -> Result<CaseNumber, RegistryError> {
    let sql = "insert into support_case (id, distributor_id, customer_id, device_id, hub_id, subject, title, opened_by,
          opener_name, opener_side, opened_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11) returning number";
    let values: [Value; 11] = [
        id.as_uuid().into(),
        subject.distributor.map(DistributorId::as_uuid).into(),
        subject.customer.map(CustomerId::as_uuid).into(),
        subject.device.map(DeviceId::as_uuid).into(),
        subject.hub.map(HubId::as_uuid).into(),
        subject.name.clone().into(),
        title.into(),
        by.person.id.as_uuid().into(),
        by.person.name.clone().into(),
        side(by).as_str().into(),
        now.into(),
    ];
    let row = one(tx, sql, values)
        .await?
        .ok_or(RegistryError::NotFound("case"))?;
    Ok(CaseNumber(get(&row, "number")?))
}

/// A case as its locked row says.
#[derive(Debug)]
pub(in crate::desk) struct Locked {
    pub(in crate::desk) state: CaseState,
    pub(in crate::desk) opener_side: CaseSide,
    pub(in crate::desk) opened_by: UserId,
    pub(in crate::desk) assignee: Option<UserId>,
    pub(in crate::desk) customer: Option<CustomerId>,
    pub(in crate::desk) distributor: Option<DistributorId>,
}

/// Locks the case, so that two who write in it come one after the other. One that went on to another distributor since the
/// caller saw it is no longer there for them.
pub(in crate::desk) async fn system_lock(tx: &System, seen: &Case) -> Result<Locked, RegistryError> {
    let sql = "select state, opener_side, opened_by, assignee, customer_id, distributor_id from support_case
        where id = $1 and distributor_id is not distinct from $2 for no key update";
    let values = [
        seen.id.as_uuid().into(),
        seen.distributor.map(DistributorId::as_uuid).into(),
    ];
    let row = one(tx, sql, values)
        .await?
        .ok_or(RegistryError::NotFound("case"))?;
    Ok(Locked {
        state: get(&row, "state")?,
        opener_side: get(&row, "opener_side")?,
        opened_by: id(&row, "opened_by")?,
        assignee: maybe_id(&row, "assignee")?,
        customer: maybe_id(&row, "customer_id")?,
        distributor: maybe_id(&row, "distributor_id")?,
    })
}

pub(in crate::desk) async fn system_set_state(
    tx: &System,
    id: CaseId,
    state: CaseState,
) -> Result<(), RegistryError> {
    let sql = "update support_case set state = $2 where id = $1";
    run(tx, sql, [id.as_uuid().into(), state.as_str().into()]).await?;
    Ok(())
}

pub(in crate::desk) async fn system_assign(
    tx: &System,
    id: CaseId,
    to: Option<&Candidate>,
) -> Result<(), RegistryError> {
    let sql = "update support_case set assignee = $2, assignee_name = $3 where id = $1";
    let values = [
        id.as_uuid().into(),
        to.map(|to| to.id.as_uuid()).into(),
        to.map(|to| to.name.clone()).into(),
    ];
    run(tx, sql, values).await?;
    Ok(())
}

pub(in crate::desk) async fn system_touch(
    tx: &System,
    id: CaseId,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let sql = "update support_case set updated_at = $2 where id = $1";
    run(tx, sql, [id.as_uuid().into(), now.into()]).await?;
    Ok(())
}
