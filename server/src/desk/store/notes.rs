//! `case_note`.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult, Value};

use super::{Line, all, get, id, run};
use crate::desk::cases::CaseNote;
use crate::desk::side;
use crate::ground::enums::CaseState;
use crate::ground::ids::{CaseId, CaseNoteId};
use crate::identity::Caller;
use crate::registry::{RegistryError, RegistryScope};
use crate::tenancy::{SystemScope, Tx};

/// Lines that a page shows: the newest.
const MOST: i64 = 500;

pub(in crate::desk) async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    case: CaseId,
) -> Result<Vec<CaseNote>, RegistryError> {
    let sql = "select * from (
          select id, kind, visibility, author, author_name, author_side, at, text, state, assignee_name
          from case_note where case_id = $1 order by at desc, id desc limit $2
        ) n order by at, id";
    let rows = all(tx, sql, [case.as_uuid().into(), MOST.into()]).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
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
