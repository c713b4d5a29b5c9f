//! `user_account`, for who looks after a case and who hears of it.

use sea_orm::{DbErr, QueryResult, Value};

use super::cases::Locked;
use super::{all, get, id};
use crate::desk::cases::{Candidate, Case};
use crate::ground::enums::{CaseSide, CaseVisibility, UserRole};
use crate::ground::ids::{CaseId, CustomerId, DistributorId, UserId};
use crate::registry::RegistryError;
use crate::tenancy::{Permission, SystemScope, Tx};

type System = Tx<SystemScope>;

/// Names that a form offers.
const MOST: i64 = 200;
/// People who are told of one case that nobody looks after.
const MOST_TOLD: i64 = 30;

/// Somebody to tell.
#[derive(Debug)]
pub(in crate::desk) struct Reader {
    pub(in crate::desk) email: String,
    pub(in crate::desk) name: String,
}

/// Who may answer the case: of the asking side all, of the others those who have spoken up where the asking side reads it.
pub(in crate::desk) async fn system_candidates(
    tx: &System,
    case: &Case,
    asking: CaseSide,
) -> Result<Vec<Candidate>, RegistryError> {
    let sql = "select u.id, u.display_name, u.role from user_account u
        where u.state = 'active'
          and (u.role = 'admin'
            or u.role = 'distributor' and u.distributor_id = $2 and $4 = any (u.permissions)
            or u.role = 'customer' and u.customer_id = $3 and $4 = any (u.permissions))
          and ($5 = 'platform' or u.role = $5 or exists (
            select from support_case k where k.id = $1 and u.id in (k.opened_by, k.assignee))
            or exists (select from case_note n where n.case_id = $1 and n.author = u.id
              and (n.visibility = 'everybody' or $5 <> 'customer')))
        order by u.role = $5 desc, u.display_name, u.id limit $6";
    let values: [Value; 6] = [
        case.id.as_uuid().into(),
        case.distributor.map(DistributorId::as_uuid).into(),
        case.customer.map(CustomerId::as_uuid).into(),
        Permission::AnswerCases.as_str().into(),
        asking.as_str().into(),
        MOST.into(),
    ];
    let rows = all(tx, sql, values).await?;
    Ok(rows.iter().map(candidate).collect::<Result<_, _>>()?)
}

fn candidate(row: &QueryResult) -> Result<Candidate, DbErr> {
    Ok(Candidate {
        id: id(row, "id")?,
        name: get(row, "display_name")?,
        side: match get(row, "role")? {
            UserRole::Admin | UserRole::Finance => CaseSide::Platform,
            UserRole::Distributor => CaseSide::Distributor,
            UserRole::Customer => CaseSide::Customer,
        },
    })
}

/// Whoever opened the case and whoever looks after it, but not the author, and nobody who may not read the note: who is
/// confined to some sites is told of what stands there, as the policy `confined_case` shows it to them.
pub(in crate::desk) async fn system_to_tell(
    tx: &System,
    (id, case): (CaseId, &Locked),
    visibility: CaseVisibility,
    author: UserId,
) -> Result<Vec<Reader>, RegistryError> {
    let sql = "select u.email, u.display_name from user_account u
        where u.id in ($1, $2) and u.id <> $3 and u.state = 'active'
          and (u.role = 'admin' or u.role = 'distributor' and u.distributor_id = $4
            or u.role = 'customer' and u.customer_id = $5 and $6)
          and (not u.confined or u.id = $2 or exists (
            select from support_case k left join device d on d.id = k.device_id left join hub h on h.id = k.hub_id
            where k.id = $7 and case
              when k.device_id is not null then d.customer_id = $5 and d.site_id = any (vw_sites_of(u.id))
              when k.hub_id is not null then h.customer_id = $5 and h.site_id = any (vw_sites_of(u.id))
              else true end))
        order by u.id";
    let values: [Value; 7] = [
        case.opened_by.as_uuid().into(),
        case.assignee.map(UserId::as_uuid).into(),
        author.as_uuid().into(),
        case.distributor.map(DistributorId::as_uuid).into(),
        case.customer.map(CustomerId::as_uuid).into(),
        (visibility == CaseVisibility::Everybody).into(),
        id.as_uuid().into(),
    ];
    let rows = all(tx, sql, values).await?;
    readers(&rows)
}

/// Those for whom an open case waits while nobody looks after it, as [`super::cases`] counts it: of each other side whoever
/// may answer it, of which the distributor comes before the platform; not the author, and nobody who does not see it.
pub(in crate::desk) async fn system_waited_for(
    tx: &System,
    id: CaseId,
    author: UserId,
) -> Result<Vec<Reader>, RegistryError> {
    let sql = "select u.email, u.display_name from support_case k
        left join device d on d.id = k.device_id left join hub h on h.id = k.hub_id
        join user_account u on u.state = 'active' and u.id <> $2
          and (u.role = 'admin' and k.opener_side <> 'platform'
              and (k.opener_side = 'distributor' or k.distributor_id is null)
            or u.role = 'distributor' and u.distributor_id = k.distributor_id and k.opener_side <> 'distributor'
              and $3 = any (u.permissions)
            or u.role = 'customer' and u.customer_id = k.customer_id and k.opener_side <> 'customer'
              and $3 = any (u.permissions))
          and (not u.confined or case
            when k.device_id is not null then d.customer_id = k.customer_id and d.site_id = any (vw_sites_of(u.id))
            when k.hub_id is not null then h.customer_id = k.customer_id and h.site_id = any (vw_sites_of(u.id))
            else true end)
        where k.id = $1 order by u.id limit $4";
    let values: [Value; 4] = [
        id.as_uuid().into(),
        author.as_uuid().into(),
        Permission::AnswerCases.as_str().into(),
        MOST_TOLD.into(),
    ];
    readers(&all(tx, sql, values).await?)
}

/// Somebody who is to look after a case.
pub(in crate::desk) async fn system_reader(tx: &System, id: UserId) -> Result<Vec<Reader>, RegistryError> {
    let sql = "select email, display_name from user_account where id = $1 and state = 'active'";
    readers(&all(tx, sql, [id.as_uuid().into()]).await?)
}

fn readers(rows: &[QueryResult]) -> Result<Vec<Reader>, RegistryError> {
    let reader = |row: &QueryResult| {
        Ok::<_, DbErr>(Reader {
            email: get(row, "email")?,
            name: get(row, "display_name")?,
        })
    };
    Ok(rows.iter().map(reader).collect::<Result<_, _>>()?)
}
