//! `case_note`.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult, Value};

use super::{Line, all, get, id, one, run};
use crate::desk::cases::CaseNote;
use crate::desk::side;
use crate::ground::enums::{CaseSide, CaseState};
use crate::ground::ids::{CaseId, CaseNoteId};
use crate::identity::Caller;
use crate::registry::{RegistryError, RegistryScope};
use crate::tenancy::{SystemScope, Tx};

/// Notes that the people of one side write in a case: whoever sees it sees every one of them.
const NOTES: i64 = 200;
/// Notes that a case has: of three sides.
const ALL_NOTES: i64 = 3 * NOTES;
/// Changes that a case shows: the newest. They take no note's place.
const CHANGES: i64 = 200;

/// Every note that the caller may read and the newest changes, in the order of their times.
pub(in crate::desk) async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    case: CaseId,
) -> Result<Vec<CaseNote>, RegistryError> {
    let sql =
        "select id, kind, visibility, author, author_name, author_side, at, text, state, assignee_name from (
          (select * from case_note where case_id = $1 and kind = 'note' order by at desc, id desc limit $2)
          union all
          (select * from case_note where case_id = $1 and kind <> 'note' order by at desc, id desc limit $3)
        ) n order by at, id";
    let rows = all(tx, sql, [case.as_uuid().into(), ALL_NOTES.into(), CHANGES.into()]).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

/// Whether the people of a side have written as much in a case as goes in. The case is locked.
pub(in crate::desk) async fn system_is_full(
    tx: &Tx<SystemScope>,
    case: CaseId,
    side: CaseSide,
) -> Result<bool, RegistryError> {
    let sql = "select count(*) >= $3 as is_full from (
          select from case_note where case_id = $1 and kind = 'note' and author_side = $2 limit $3) n";
    let values: [Value; 3] = [case.as_uuid().into(), side.as_str().into(), NOTES.into()];
    let row = one(tx, sql, values).await?;
    Ok(row
        .map(|row| get(&row, "is_full"))
        .transpose()?
        .unwrap_or_default())
}

fn read(row: &QueryResult) -> Result<CaseNote, DbErr> {
    Ok(CaseNote {
        id: id(row, "id")?,
        kind: get(row, "kind")?,
        visibility: get(row, "visibility")?,
        author: id(row, "author")?,
        author_name: get(row, "author_name")?,
        author_side: get(row, "author_side")?,
        at: get(row, "at")?,
        text: get(row, "text")?,
        state: get(row, "state")?,
        assignee_name: get(row, "assignee_name")?,
    })
}

pub(in crate::desk) async fn system_insert(
    tx: &Tx<SystemScope>,
    (id, case): (CaseNoteId, CaseId),
    line: &Line,
    by: &Caller,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let sql = "insert into case_note (id, case_id, distributor_id, customer_id, kind, visibility, author, author_name,
          author_side, at, text, state, assignee_name)
        select $1, k.id, k.distributor_id, k.customer_id, $3, $4, $5, $6, $7, $8, $9, $10, $11
        from support_case k where k.id = $2";
    let values: [Value; 11] = [
        id.as_uuid().into(),
        case.as_uuid().into(),
        line.kind.as_str().into(),
        line.visibility.as_str().into(),
        by.person.id.as_uuid().into(),
        by.person.name.clone().into(),
        side(by).as_str().into(),
        now.into(),
        line.text.clone().into(),
        line.state.map(CaseState::as_str).into(),
        line.assignee_name.clone().into(),
    ];
    run(tx, sql, values).await?;
    Ok(())
}
