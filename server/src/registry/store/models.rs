//! `device_model`.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult};

use super::{Violation, all, get, id, kind_words, kinds, run, violation, word};
use crate::registry::models::{DeviceModel, ModelKey};
use crate::registry::{Ask, RegistryError, RegistryScope};
use crate::tenancy::{AdminScope, Tx};

pub(in crate::registry) async fn insert(
    tx: &Tx<AdminScope>,
    model: &DeviceModel,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    run(
        tx,
        "insert into device_model (id, maker, name, kinds, transport, created_at) values ($1, $2, $3, $4, $5, $6)",
        [
            model.id.as_uuid().into(),
            model.maker.as_str().into(),
            model.name.as_str().into(),
            kind_words(&model.kinds).into(),
            model.transport.as_str().into(),
            now.into(),
        ],
    )
    .await
    .map_err(|error| match violation(&error) {
        Some(Violation::Taken) => RegistryError::Conflict("the maker has a model of this name already"),
        _ => error.into(),
    })?;
    Ok(())
}

pub(in crate::registry) async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    ask: &Ask<ModelKey>,
) -> Result<Vec<DeviceModel>, RegistryError> {
    let (maker, name) = ask.after.clone().unzip();
    let sql = "select id, maker, name, kinds, transport from device_model
        where $1::text is null or (maker, name) > ($1, $2) order by maker, name limit $3";
    let rows = all(tx, sql, [maker.into(), name.into(), ask.rows().into()]).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

fn read(row: &QueryResult) -> Result<DeviceModel, DbErr> {
    Ok(DeviceModel {
        id: id(row, "id")?,
        maker: get(row, "maker")?,
        name: get(row, "name")?,
        kinds: kinds(row)?,
        transport: word(row, "transport")?,
    })
}
