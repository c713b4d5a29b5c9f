//! `device_import` and `device_import_line`.

mod apply;
mod check;

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult, Value};
use uuid::Uuid;

use super::{all, get, id, kind_words, maybe_id, maybe_word, one, run, word};
use crate::ground::Ground;
use crate::ground::enums::{DeviceState, ImportState};
use crate::ground::ids::{AssignmentId, CredentialId, CustomerId, DeviceId, DistributorId, ImportId, UserId};
use crate::registry::imports::{Column, Due, Import, ImportLine, Into, Line, Lines, Whose};
use crate::registry::{Ask, Firmware, Iccid, Imei, Mac, Reference, RegistryError, RegistryScope};
use crate::tenancy::{SystemScope, Tx};

pub(in crate::registry) use apply::{system_apply, system_end};
pub(in crate::registry) use check::{system_check, system_is_good};

type System = Tx<SystemScope>;

/// Lines that one statement writes: what it sends stays within a few megabytes.
const AT_ONCE: usize = 5_000;

/// An import to keep.
#[derive(Debug)]
pub(in crate::registry) struct New {
    pub(in crate::registry) id: ImportId,
    pub(in crate::registry) whose: Whose,
    pub(in crate::registry) made_by: UserId,
    pub(in crate::registry) file_name: String,
    pub(in crate::registry) into: Into,
    pub(in crate::registry) lines: i32,
}

/// What nobody will ask for again goes.
pub(in crate::registry) async fn system_forget(
    tx: &System,
    before: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let sql = "delete from device_import where created_at < $1 and state <> 'applying'";
    run(tx, sql, [before.into()]).await?;
    Ok(())
}

/// Of one organisation's imports the last ones are kept beside the new one, and those under way.
pub(in crate::registry) async fn system_keep(
    tx: &System,
    New { id, whose, .. }: &New,
    kept: i64,
) -> Result<(), RegistryError> {
    let sql = "delete from device_import where state <> 'applying' and id in (
          select id from device_import
          where distributor_id is not distinct from $1 and customer_id is not distinct from $2 and id <> $4
          order by created_at desc, id desc offset $3)";
    let values = [
        whose.distributor().map(DistributorId::as_uuid).into(),
        whose.customer().map(CustomerId::as_uuid).into(),
        (kept - 1).into(),
        id.as_uuid().into(),
    ];
    run(tx, sql, values).await?;
    Ok(())
}

pub(in crate::registry) async fn system_insert(
    tx: &System,
    new: &New,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let (stock, customer) = match new.into {
        Into::Inventory => (None, None),
        Into::Stock(distributor) => (Some(distributor), None),
        Into::Customer(customer) => (None, Some(customer)),
    };
    let sql =
        "insert into device_import (id, distributor_id, customer_id, made_by, file_name, into_distributor_id,
          into_customer_id, lines, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let values = [
        new.id.as_uuid().into(),
        new.whose.distributor().map(DistributorId::as_uuid).into(),
        new.whose.customer().map(CustomerId::as_uuid).into(),
        new.made_by.as_uuid().into(),
        new.file_name.as_str().into(),
        stock.map(DistributorId::as_uuid).into(),
        customer.map(CustomerId::as_uuid).into(),
        new.lines.into(),
        now.into(),
    ];
    run(tx, sql, values).await?;
    Ok(())
}

const INSERT_LINES: &str = "insert into device_import_line (import_id, distributor_id, customer_id, line, maker, serial,
      maker_key, model, kinds, imei, mac, iccid, firmware, customer, reference, wanted_state, held_since, token_hmac,
      problems, new_device_id, new_period_id, new_credential_id)
    select $1, $2, $3, n.line, nullif(n.maker, ''), nullif(n.serial, ''), nullif(n.maker_key, ''), nullif(n.model, ''),
      string_to_array(nullif(n.kinds, ''), ' '), nullif(n.imei, ''), nullif(n.mac, ''), nullif(n.iccid, ''),
      nullif(n.firmware, ''), nullif(n.customer, ''), nullif(n.reference, ''), nullif(n.state, ''),
      nullif(n.held_since, '')::timestamptz, decode(nullif(n.token, ''), 'hex'), n.problems::jsonb, n.device, n.period,
      n.credential
    from unnest($4::int4[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
      $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[], $19::text[],
      $20::uuid[], $21::uuid[], $22::uuid[])
      as n(line, maker, serial, maker_key, model, kinds, imei, mac, iccid, firmware, customer, reference, state,
        held_since, token, problems, device, period, credential)";

pub(in crate::registry) async fn system_insert_lines(
    tx: &System,
    ground: &Ground,
    import: &New,
    lines: &[Line],
) -> Result<(), RegistryError> {
    for lines in lines.chunks(AT_ONCE) {
        let mut values: Vec<Value> = vec![
            import.id.as_uuid().into(),
            import.whose.distributor().map(DistributorId::as_uuid).into(),
            import.whose.customer().map(CustomerId::as_uuid).into(),
        ];
        values.extend(columns(ground, lines)?);
        run(tx, INSERT_LINES, values).await?;
    }
    Ok(())
}

/// The lines' columns as arrays, in the order of the statement.
fn columns(ground: &Ground, lines: &[Line]) -> Result<[Value; 19], DbErr> {
    // An array cannot hold nothing, and no field of a line is an empty text: the statement takes that for nothing.
    let texts = |of: fn(&Line) -> Option<String>| -> Value {
        lines
            .iter()
            .map(|line| of(line).unwrap_or_default())
            .collect::<Vec<_>>()
            .into()
    };
    let ids = |make: &dyn Fn() -> Uuid| -> Value { lines.iter().map(|_| make()).collect::<Vec<_>>().into() };
    let problems = lines
        .iter()
        .map(|line| serde_json::to_string(&line.problems))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| DbErr::Json(error.to_string()))?;
    Ok([
        lines.iter().map(|line| line.number).collect::<Vec<_>>().into(),
        texts(|line| line.maker.as_ref().map(|maker| maker.as_str().to_owned())),
        texts(|line| line.serial.as_ref().map(|serial| serial.as_str().to_owned())),
        texts(|line| line.maker.as_ref().map(vitals::Maker::to_lowercase)),
        texts(|line| line.model.clone()),
        texts(|line| line.kinds.as_ref().map(|kinds| kind_words(kinds).join(" "))),
        texts(|line| line.imei.as_ref().map(|imei| Imei::as_str(imei).to_owned())),
        texts(|line| line.mac.as_ref().map(|mac| Mac::as_str(mac).to_owned())),
        texts(|line| line.iccid.as_ref().map(|iccid| Iccid::as_str(iccid).to_owned())),
        texts(|line| {
            line.firmware
                .as_ref()
                .map(|firmware| Firmware::as_str(firmware).to_owned())
        }),
        texts(|line| line.customer.clone()),
        texts(|line| {
            line.reference
                .as_ref()
                .map(|word| Reference::as_str(word).to_owned())
        }),
        texts(|line| line.state.map(|state| DeviceState::as_str(state).to_owned())),
        texts(|line| line.held_since.map(|since| since.to_rfc3339())),
        texts(|line| line.token_hmac.map(|hmac| data_encoding::HEXLOWER.encode(&hmac))),
        problems.into(),
        ids(&|| ground.id::<DeviceId>().as_uuid()),
        ids(&|| ground.id::<AssignmentId>().as_uuid()),
        ids(&|| ground.id::<CredentialId>().as_uuid()),
    ])
}

const IMPORT: &str =
    "select i.id, i.file_name, i.made_by, i.into_distributor_id, i.into_customer_id, i.state, i.lines,
    i.wrong, i.adds, i.changes, i.done, i.failure, i.created_at, i.began_at, i.ended_at from device_import i";

pub(in crate::registry) async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    ask: &Ask<(DateTime<Utc>, Uuid)>,
) -> Result<Vec<Import>, RegistryError> {
    let (at, last) = ask.after.unzip();
    let sql = format!(
        "{IMPORT} where $1::timestamptz is null or (i.created_at, i.id) < ($1, $2)
         order by i.created_at desc, i.id desc limit $3"
    );
    let rows = all(tx, &sql, [at.into(), last.into(), ask.rows().into()]).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

pub(in crate::registry) async fn get_one<S: RegistryScope>(
    tx: &Tx<S>,
    id: ImportId,
) -> Result<Option<Import>, RegistryError> {
    let row = one(tx, &format!("{IMPORT} where i.id = $1"), [id.as_uuid().into()]).await?;
    Ok(row.as_ref().map(read).transpose()?)
}

pub(in crate::registry) async fn lines<S: RegistryScope>(
    tx: &Tx<S>,
    import: ImportId,
    which: Lines,
    ask: &Ask<i32>,
) -> Result<Vec<ImportLine>, RegistryError> {
    let which = match which {
        Lines::All => "",
        Lines::Wrong => "and is_wrong",
        Lines::Good => "and not is_wrong",
    };
    let sql = format!(
        "select line, maker, serial, model, kinds, imei, mac, iccid, firmware, customer, reference, wanted_state,
           to_char(held_since at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') as held_since, step,
           problems || clashes as wrong
         from device_import_line where import_id = $1 and line > $2 {which} order by line limit $3"
    );
    let values = [
        import.as_uuid().into(),
        ask.after.unwrap_or(0).into(),
        ask.rows().into(),
    ];
    let rows = all(tx, &sql, values).await?;
    Ok(rows.iter().map(read_line).collect::<Result<_, _>>()?)
}

/// Whether the import was waiting, without a wrong line, and is to be applied now.
pub(in crate::registry) async fn system_begin(
    tx: &System,
    id: ImportId,
    by: UserId,
    now: DateTime<Utc>,
) -> Result<bool, RegistryError> {
    let sql =
        "update device_import set state = 'applying', applied_by = $2, began_at = $3, attempt = 0, done = 0,
          failure = null
        where id = $1 and state = 'checked' and wrong = 0";
    let values = [id.as_uuid().into(), by.as_uuid().into(), now.into()];
    Ok(run(tx, sql, values).await?.rows_affected() == 1)
}

/// Whether it was not over yet, and is now.
pub(in crate::registry) async fn system_cancel(
    tx: &System,
    id: ImportId,
    now: DateTime<Utc>,
) -> Result<bool, RegistryError> {
    let sql = "update device_import set state = 'cancelled', ended_at = $2
        where id = $1 and state in ('checked', 'applying')";
    Ok(run(tx, sql, [id.as_uuid().into(), now.into()])
        .await?
        .rows_affected()
        == 1)
}

/// The import that waits longest, and counts that it was begun.
pub(in crate::registry) async fn system_take(tx: &System) -> Result<Option<Due>, RegistryError> {
    let sql = "update device_import set attempt = attempt + 1, done = 0
        where id = (select id from device_import where state = 'applying' order by began_at, id limit 1 for update)
        returning id, distributor_id, customer_id, attempt,
          (select max(line) from device_import_line l where l.import_id = device_import.id) as last";
    let Some(row) = one(tx, sql, []).await? else {
        return Ok(None);
    };
    let whose = match (maybe_id(&row, "distributor_id")?, maybe_id(&row, "customer_id")?) {
        (Some(distributor), _) => Whose::Distributor(distributor),
        (None, Some(customer)) => Whose::Customer(customer),
        (None, None) => Whose::Platform,
    };
    Ok(Some(Due {
        id: id(&row, "id")?,
        whose,
        attempt: get(&row, "attempt")?,
        last: get(&row, "last")?,
    }))
}

/// Says how far it is, and returns how it stands: none where another worker has begun it since.
pub(in crate::registry) async fn system_progress(
    tx: &System,
    due: Due,
    done: i64,
) -> Result<Option<ImportState>, RegistryError> {
    let sql = "update device_import set done = $3 where id = $1 and attempt = $2 returning state";
    let done = i32::try_from(done).unwrap_or(i32::MAX);
    let row = one(
        tx,
        sql,
        [due.id.as_uuid().into(), due.attempt.into(), done.into()],
    )
    .await?;
    Ok(row.map(|row| word(&row, "state")).transpose()?)
}

/// It failed, unless it was cancelled or begun anew meanwhile.
pub(in crate::registry) async fn system_fail(
    tx: &System,
    due: Due,
    why: &str,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let why: String = why.chars().take(500).collect();
    let sql = "update device_import set state = 'failed', failure = $3, ended_at = $4
        where id = $1 and attempt = $2 and state = 'applying'";
    let values = [
        due.id.as_uuid().into(),
        due.attempt.into(),
        why.into(),
        now.into(),
    ];
    run(tx, sql, values).await?;
    Ok(())
}

fn read(row: &QueryResult) -> Result<Import, DbErr> {
    Ok(Import {
        id: id(row, "id")?,
        file_name: get(row, "file_name")?,
        made_by: id(row, "made_by")?,
        into_distributor: maybe_id(row, "into_distributor_id")?,
        into_customer: maybe_id(row, "into_customer_id")?,
        state: word(row, "state")?,
        lines: get(row, "lines")?,
        wrong: get(row, "wrong")?,
        adds: get(row, "adds")?,
        changes: get(row, "changes")?,
        done: get(row, "done")?,
        failure: get(row, "failure")?,
        created_at: get(row, "created_at")?,
        began_at: get(row, "began_at")?,
        ended_at: get(row, "ended_at")?,
    })
}

/// What could be read of the other columns.
fn others(row: &QueryResult) -> Result<Vec<(Column, String)>, DbErr> {
    let mut others = Vec::new();
    if let Some(kinds) = get::<Option<Vec<String>>>(row, "kinds")? {
        others.push((Column::Kind, kinds.join(" ")));
    }
    for (column, name) in [
        (Column::Imei, "imei"),
        (Column::Mac, "mac"),
        (Column::Iccid, "iccid"),
        (Column::Firmware, "firmware"),
        (Column::State, "wanted_state"),
        (Column::HeldSince, "held_since"),
    ] {
        if let Some(text) = get::<Option<String>>(row, name)? {
            others.push((column, text));
        }
    }
    Ok(others)
}

fn read_line(row: &QueryResult) -> Result<ImportLine, DbErr> {
    let wrong: serde_json::Value = get(row, "wrong")?;
    Ok(ImportLine {
        line: get(row, "line")?,
        maker: get(row, "maker")?,
        serial: get(row, "serial")?,
        model: get(row, "model")?,
        customer: get(row, "customer")?,
        reference: get(row, "reference")?,
        others: others(row)?,
        step: maybe_word(row, "step")?,
        problems: serde_json::from_value(wrong).map_err(|error| DbErr::Json(error.to_string()))?,
    })
}
