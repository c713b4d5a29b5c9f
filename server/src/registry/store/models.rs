//! `device_model`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult};
use vitals::Kind;

use super::{Violation, all, get, id, kind_words, kinds, one, run, violation, word};
use crate::ground::enums::Report;
use crate::ground::ids::DeviceModelId;
use crate::registry::models::{DeviceModel, ModelFilter, ModelKey, ModelPatch, OfModel};
use crate::registry::{Ask, RegistryError, RegistryScope};
use crate::tenancy::{AdminScope, Tx};

const TAKEN: RegistryError = RegistryError::Conflict("the maker has a model of this name already");

pub(in crate::registry) async fn insert(
    tx: &Tx<AdminScope>,
    model: &DeviceModel,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    run(
        tx,
        "insert into device_model (id, maker, name, kinds, transport, created_at, reports)
         values ($1, $2, $3, $4, $5, $6, $7)",
        [
            model.id.as_uuid().into(),
            model.maker.as_str().into(),
            model.name.as_str().into(),
            kind_words(&model.kinds).into(),
            model.transport.as_str().into(),
            now.into(),
            report_words(&model.reports).into(),
        ],
    )
    .await
    .map_err(|error| match violation(&error) {
        Some(Violation::Taken) => TAKEN,
        _ => error.into(),
    })?;
    Ok(())
}

/// Until the transaction ends, no device of the model is added.
pub(in crate::registry) async fn hold(tx: &Tx<AdminScope>, id: DeviceModelId) -> Result<(), RegistryError> {
    let lock = "select 1 from device_model where id = $1 for update";
    one(tx, lock, [id.as_uuid().into()]).await?;
    Ok(())
}

/// Whether a model is any device's.
pub(in crate::registry) async fn is_used(
    tx: &Tx<AdminScope>,
    id: DeviceModelId,
) -> Result<bool, RegistryError> {
    let used = "select 1 from device where model_id = $1 limit 1";
    Ok(one(tx, used, [id.as_uuid().into()]).await?.is_some())
}

/// Whether there is such a model, which has changed now.
pub(in crate::registry) async fn update(
    tx: &Tx<AdminScope>,
    id: DeviceModelId,
    patch: &ModelPatch,
) -> Result<bool, RegistryError> {
    let values = [
        id.as_uuid().into(),
        patch.name.as_str().into(),
        kind_words(&patch.kinds).into(),
        patch.transport.as_str().into(),
        report_words(&patch.reports).into(),
    ];
    let changed = run(
        tx,
        "update device_model set name = $2, kinds = $3, transport = $4, reports = $5 where id = $1",
        values,
    )
    .await
    .map_err(|error| match violation(&error) {
        Some(Violation::Taken) => TAKEN,
        _ => error.into(),
    })?;
    Ok(changed.rows_affected() == 1)
}

pub(in crate::registry) async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    filter: &ModelFilter,
    ask: &Ask<ModelKey>,
) -> Result<Vec<DeviceModel>, RegistryError> {
    let (maker, name) = ask.after.clone().unzip();
    let sql = "select id, maker, name, kinds, transport, reports from device_model
        where ($1::text is null or (lower(maker), lower(name), maker, name) > (lower($1), lower($2), $1, $2))
          and ($4::text is null or position(lower($4) in lower(maker || ' ' || name)) > 0)
          and ($5::text is null or $5 = any(kinds))
        order by lower(maker), lower(name), maker, name limit $3";
    let values = [
        maker.into(),
        name.into(),
        ask.rows().into(),
        filter.q.clone().into(),
        filter.kind.map(Kind::as_str).into(),
    ];
    let rows = all(tx, sql, values).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

pub(in crate::registry) async fn get_one<S: RegistryScope>(
    tx: &Tx<S>,
    id: DeviceModelId,
) -> Result<Option<DeviceModel>, RegistryError> {
    let sql = "select id, maker, name, kinds, transport, reports from device_model where id = $1";
    let row = one(tx, sql, [id.as_uuid().into()]).await?;
    Ok(row.as_ref().map(read).transpose()?)
}

pub(in crate::registry) async fn holdings<S: RegistryScope>(
    tx: &Tx<S>,
) -> Result<HashMap<DeviceModelId, OfModel>, DbErr> {
    let sql = "select model_id, count(*) as devices,
          count(*) filter (where state = 'stock') as in_stock,
          count(*) filter (where customer_id is not null and state <> 'replaced') as placed
        from device where state <> 'retired' group by 1";
    let rows = all(tx, sql, []).await?;
    let holding = |row: &QueryResult| {
        let of_model = OfModel {
            devices: get(row, "devices")?,
            in_stock: get(row, "in_stock")?,
            placed: get(row, "placed")?,
        };
        Ok((id(row, "model_id")?, of_model))
    };
    rows.iter().map(holding).collect()
}

fn read(row: &QueryResult) -> Result<DeviceModel, DbErr> {
    Ok(DeviceModel {
        id: id(row, "id")?,
        maker: get(row, "maker")?,
        name: get(row, "name")?,
        kinds: kinds(row)?,
        transport: word(row, "transport")?,
        reports: reports(row)?,
    })
}

/// What a model reports, by its row.
pub(super) fn reports(row: &QueryResult) -> Result<Vec<Report>, DbErr> {
    let words: Vec<String> = get(row, "reports")?;
    let known = |text: &String| text.parse().map_err(|_| DbErr::Type(format!("reports: {text}")));
    words.iter().map(known).collect()
}

fn report_words(reports: &[Report]) -> Vec<String> {
    reports.iter().map(|report| report.as_str().to_owned()).collect()
}
