//! `customer` and `distributor`.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult};

use super::{Violation, all, get, id, maybe_id, one, run, violation, word};
use crate::ground::ids::{CustomerId, DistributorId};
use crate::registry::organisations::{Customer, Distributor, OrganisationKey};
use crate::registry::{Ask, RegistryError, RegistryScope};
use crate::tenancy::{AdminScope, Tx};

const CUSTOMER: &str =
    "select c.id, c.distributor_id, c.name, c.time_zone, c.state, c.patient_mode, c.created_at,
    (select count(*) from device d where d.customer_id = c.id) as devices from customer c";
const DISTRIBUTOR: &str = "select id, name, time_zone, state, created_at from distributor";

pub(in crate::registry) async fn insert_customer<S: RegistryScope>(
    tx: &Tx<S>,
    id: CustomerId,
    name: &str,
    zone: &str,
    distributor: Option<DistributorId>,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    run(
        tx,
        "insert into customer (id, distributor_id, name, time_zone, created_at) values ($1, $2, $3, $4, $5)",
        [
            id.as_uuid().into(),
            distributor.map(DistributorId::as_uuid).into(),
            name.into(),
            zone.into(),
            now.into(),
        ],
    )
    .await
    .map_err(|error| match violation(&error) {
        Some(Violation::Missing) => RegistryError::NotFound("distributor"),
        _ => error.into(),
    })?;
    Ok(())
}

pub(in crate::registry) async fn insert_distributor(
    tx: &Tx<AdminScope>,
    id: DistributorId,
    name: &str,
    zone: &str,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let sql = "insert into distributor (id, name, time_zone, created_at) values ($1, $2, $3, $4)";
    run(
        tx,
        sql,
        [id.as_uuid().into(), name.into(), zone.into(), now.into()],
    )
    .await?;
    Ok(())
}

pub(in crate::registry) async fn customers<S: RegistryScope>(
    tx: &Tx<S>,
    ask: &Ask<OrganisationKey>,
) -> Result<Vec<Customer>, RegistryError> {
    let (name, last) = ask.after.clone().unzip();
    let sql = format!(
        "{CUSTOMER} where $1::text is null or (c.name, c.id) > ($1, $2) order by c.name, c.id limit $3"
    );
    let rows = all(tx, &sql, [name.into(), last.into(), ask.rows().into()]).await?;
    Ok(rows.iter().map(read_customer).collect::<Result<_, _>>()?)
}

pub(in crate::registry) async fn customer<S: RegistryScope>(
    tx: &Tx<S>,
    id: CustomerId,
) -> Result<Option<Customer>, RegistryError> {
    let row = one(tx, &format!("{CUSTOMER} where c.id = $1"), [id.as_uuid().into()]).await?;
    Ok(row.as_ref().map(read_customer).transpose()?)
}

pub(in crate::registry) async fn distributors(
    tx: &Tx<AdminScope>,
    ask: &Ask<OrganisationKey>,
) -> Result<Vec<Distributor>, RegistryError> {
    let (name, last) = ask.after.clone().unzip();
    let sql =
        format!("{DISTRIBUTOR} where $1::text is null or (name, id) > ($1, $2) order by name, id limit $3");
    let rows = all(tx, &sql, [name.into(), last.into(), ask.rows().into()]).await?;
    Ok(rows.iter().map(read_distributor).collect::<Result<_, _>>()?)
}

pub(in crate::registry) async fn distributor(
    tx: &Tx<AdminScope>,
    id: DistributorId,
) -> Result<Option<Distributor>, RegistryError> {
    let row = one(tx, &format!("{DISTRIBUTOR} where id = $1"), [id.as_uuid().into()]).await?;
    Ok(row.as_ref().map(read_distributor).transpose()?)
}

fn read_customer(row: &QueryResult) -> Result<Customer, DbErr> {
    Ok(Customer {
        id: id(row, "id")?,
        distributor: maybe_id(row, "distributor_id")?,
        name: get(row, "name")?,
        time_zone: get(row, "time_zone")?,
        state: word(row, "state")?,
        patient_mode: word(row, "patient_mode")?,
        created_at: get(row, "created_at")?,
        devices: get(row, "devices")?,
    })
}

fn read_distributor(row: &QueryResult) -> Result<Distributor, DbErr> {
    Ok(Distributor {
        id: id(row, "id")?,
        name: get(row, "name")?,
        time_zone: get(row, "time_zone")?,
        state: word(row, "state")?,
        created_at: get(row, "created_at")?,
    })
}
